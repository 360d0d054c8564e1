# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# One machine as few large enclaves or many small ones. Called by doc/figures/draw with data, picture, the number of policies and their colours.
# Blocks of the data: policies, for each degree of composition in turn (0, 0.3, 1).
set terminal pngcairo size 1500, 520 font ',11'
set output ARG2
data = ARG1
policies = ARG3 + 0
colour(p) = word(ARG4, p)
set key noenhanced # names are those of the data's blocks
set logscale x 2
set xlabel 'enclaves on the machine'
set xrange [1.6:640]
set xtics (2, 8, 32, 128, 512)
set bars 0.5
set multiplot layout 1, 3
set key top right Right noreverse
set title 'composed always'
set ylabel 'node-time lost to failures, %'
set logscale y
set yrange [0.2:20]
plot for [p = 1:policies] data index 2 * policies + p - 1 using 1:2:3 with yerrorlines lc rgb colour(p) lw 1.6 pt 3 + p title columnheader(1)
unset logscale y
unset key
set ylabel 'net overhead, mean over enclaves, %'
set yrange [0:40]
set title 'composed 30 % of the time'
plot for [p = 1:policies] data index policies + p - 1 using 1:6:7 with yerrorlines lc rgb colour(p) lw 1.6 pt 3 + p title columnheader(1)
set title 'composed always'
plot for [p = 1:policies] data index 2 * policies + p - 1 using 1:6:7 with yerrorlines lc rgb colour(p) lw 1.6 pt 3 + p title columnheader(1)
unset multiplot
