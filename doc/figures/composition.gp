# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What crosses between two composed enclaves, and what it costs to stop it, by the share of time that they are composed.
# Called by doc/figures/draw with data, picture, the number of policies and their colours.
set terminal pngcairo size 1200, 500 font ',11'
set output ARG2
data = ARG1
policies = ARG3 + 0
colour(p) = word(ARG4, p)
set key noenhanced # names are those of the data's blocks
set key top left Left reverse width -2
set xlabel 'share of time composed, %'
set xrange [-3:103]
set bars 0.5
# Overhead's intervals are common to the policies (the same faults), so its errors are not drawn: they would say nothing of
# the differences.
set multiplot layout 1, 2
set ylabel 'errors that crossed to the other enclave, per run'
set yrange [0:*]
plot for [p = 1:policies] data index p - 1 using 1:2:3 with yerrorlines lc rgb colour(p) lw 1.6 pt 3 + p title columnheader(1)
set ylabel 'net overhead, %'
set yrange [*:*]
set offsets 0, 0, graph 0.12, 0 # room for the key
set key maxrows 3
plot for [p = 1:policies] data index p - 1 using 1:4 with linespoints lc rgb colour(p) lw 1.6 pt 3 + p title columnheader(1)
unset multiplot
