# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Time and memory of a replica against the number of nodes: gnuplot -e "data='FILE.csv'; figure='FIGURE.png'" scaling.gp
set terminal pngcairo enhanced color size 1000,420 font 'Helvetica,10'
set output figure
set datafile separator ','
set datafile commentschars '#'
set colorsequence podo
set multiplot layout 1,2 margins 0.07,0.985,0.14,0.80 spacing 0.085,0
set logscale x 2
set logscale y 10
set format x '2^{%L}'
set xtics 1024,4
set xrange [700:2.4e7]
set xlabel 'nodes'
set grid xtics ytics linecolor '#d0d0d0'
set border 3
set tics nomirror
# The value where the row is of this method and these arrivals.
pick(method, arrivals, value) = strcol(1) eq method && strcol(2) eq arrivals ? value : NaN
set key at screen 0.5,0.985 center top horizontal maxrows 2 width 2 samplen 3
set ylabel 'time of a replica (ms of the processor)' offset 1
set format y '%g'
set yrange [0.5:*]
plot data using 3:(pick('bulkhead', 'exponential', $6)) with linespoints lt 1 lw 2 pt 7 title 'Bulkhead, exponential', \
     data using 3:(pick('bulkhead', 'weibull', $6)) with linespoints lt 2 lw 2 pt 5 title 'Bulkhead, Weibull', \
     data using 3:(pick('plain loop', 'exponential', $6)) with linespoints lt 1 dt 2 pt 6 title 'plain loop, exponential', \
     data using 3:(pick('plain loop', 'weibull', $6)) with linespoints lt 2 dt 2 pt 4 title 'plain loop, Weibull', \
     data using 3:(pick('actor per node', 'exponential', $5 + $6)) with linespoints lt 4 lw 2 pt 9 \
         title 'SimGrid, actor per node', \
     data using 3:(pick('actor per node (small stacks)', 'exponential', $5 + $6)) with linespoints lt 4 dt 2 pt 8 \
         title 'the same, small stacks'
unset key
set ylabel 'peak memory (MiB)'
set yrange [1:*]
plot data using 3:(pick('bulkhead', 'exponential', $7)) with linespoints lt 1 lw 2 pt 7, \
     data using 3:(pick('bulkhead', 'weibull', $7)) with linespoints lt 2 lw 2 pt 5, \
     data using 3:(pick('plain loop', 'exponential', $7)) with linespoints lt 1 dt 2 pt 6, \
     data using 3:(pick('plain loop', 'weibull', $7)) with linespoints lt 2 dt 2 pt 4, \
     data using 3:(pick('actor per node', 'exponential', $7)) with linespoints lt 4 lw 2 pt 9, \
     data using 3:(pick('actor per node (small stacks)', 'exponential', $7)) with linespoints lt 4 dt 2 pt 8
unset multiplot
