# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Time and memory of a replica against the number of nodes: gnuplot -e "data='FILE.csv'; figure='FIGURE.png'" scaling.gp
set terminal pngcairo enhanced color size 1000,440 font 'Helvetica,10'
set output figure
set datafile separator ','
set datafile commentschars '#'
set linetype 11 linecolor '#000000' linewidth 2 pointtype 7
set linetype 12 linecolor '#000000' linewidth 1 pointtype 6 dashtype 2
set linetype 13 linecolor '#e69f00' linewidth 2 pointtype 5
set linetype 14 linecolor '#e69f00' linewidth 1 pointtype 4 dashtype 2
set linetype 15 linecolor '#009e73' linewidth 2 pointtype 9
set linetype 16 linecolor '#009e73' linewidth 1 pointtype 8 dashtype 2
# The value where the row is of this method and these arrivals. Actors have to be made for each replica anew.
pick(method, arrivals, value) = strcol(1) eq method && strcol(2) eq arrivals ? value : NaN
# "A under B" of those that are nowhere 3 % apart, about a line's width: the later is drawn over the earlier.
names = 'bulkhead,exponential:Bulkhead, exponential;plain loop,exponential:plain loop, exponential;' . \
    'bulkhead,weibull:Bulkhead, Weibull;plain loop,weibull:plain loop, Weibull;' . \
    'actor per node,exponential:SimGrid;actor per node (small stacks),exponential:small stacks'
hidden(value) = system("awk -F, -v names='" . names . "' '/^[a-z]/ && $3 > 0 { v[$1 FS $2, $3] = " . value . "; at[$3] } " . \
    "END { for (k = split(names, name, \";\"); ++i < k;) for (j = i + 1; j <= k; j++) { " . \
    "split(name[i], a, \":\"); split(name[j], b, \":\"); both = apart = 0; for (x in at) " . \
    "if (((a[1], x) in v) && ((b[1], x) in v)) { both++; r = v[a[1], x] / v[b[1], x]; apart += r > 1.03 || r < 1 / 1.03 } " . \
    "if (both > 2 && apart == 0) printf \"%s%s under %s\", (said++ ? \"; \" : \"one line: \"), a[2], b[2] } }' '" . data . "'")
set multiplot
set tmargin at screen 0.99
set bmargin at screen 0.86
set lmargin at screen 0.07
set rmargin at screen 0.985
unset border
unset tics
set key center center horizontal maxrows 2 samplen 4 width 3
plot [0:1][0:1] NaN with linespoints lt 11 title 'Bulkhead, exponential arrivals', \
    NaN with linespoints lt 12 title 'plain loop, exponential', \
    NaN with linespoints lt 13 title 'Bulkhead, Weibull, steady state', \
    NaN with linespoints lt 14 title 'plain loop, Weibull', \
    NaN with linespoints lt 15 title 'SimGrid, actor per node', \
    NaN with linespoints lt 16 title 'the same, small stacks'
unset key
set tmargin at screen 0.83
set bmargin at screen 0.13
set border 3
set grid linecolor '#d0d0d0'
set logscale x 2
set logscale y 10
set format x '2^{%L}'
set format y '%g'
set xtics 1024,4 nomirror
set ytics nomirror
set xrange [700:2.4e7]
set xlabel 'nodes'
set lmargin at screen 0.07
set rmargin at screen 0.48
set ylabel 'time of a replica (ms of the processor)' offset 1
set yrange [0.5:*]
set label 1 hidden('($1 ~ /^actor/ ? $5 + $6 : $6)') at graph 0.99, graph 0.045 right textcolor rgb 'gray30'
plot \
    data using 3:(pick('bulkhead', 'exponential', $6)) with linespoints lt 11, \
    data using 3:(pick('plain loop', 'exponential', $6)) with linespoints lt 12, \
    data using 3:(pick('bulkhead', 'weibull', $6)) with linespoints lt 13, \
    data using 3:(pick('plain loop', 'weibull', $6)) with linespoints lt 14, \
    data using 3:(pick('actor per node', 'exponential', $5 + $6)) with linespoints lt 15, \
    data using 3:(pick('actor per node (small stacks)', 'exponential', $5 + $6)) with linespoints lt 16
set lmargin at screen 0.575
set rmargin at screen 0.985
set ylabel 'peak memory (MiB)' offset 1
set yrange [1:*]
set label 1 hidden('$7') at graph 0.99, graph 0.045 right textcolor rgb 'gray30'
plot \
    data using 3:(pick('bulkhead', 'exponential', $7)) with linespoints lt 11, \
    data using 3:(pick('plain loop', 'exponential', $7)) with linespoints lt 12, \
    data using 3:(pick('bulkhead', 'weibull', $7)) with linespoints lt 13, \
    data using 3:(pick('plain loop', 'weibull', $7)) with linespoints lt 14, \
    data using 3:(pick('actor per node', 'exponential', $7)) with linespoints lt 15, \
    data using 3:(pick('actor per node (small stacks)', 'exponential', $7)) with linespoints lt 16
unset multiplot
