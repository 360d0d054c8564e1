#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Figures by request: what they show, in which files, and what is refused. Results are made by a helper.

load ../support/common

setup_file() {
    has_h5py || return 0
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/make_fixture.py" balance "$BATS_FILE_TMPDIR/balance.h5"
}

setup() {
    [ -e "$BATS_FILE_TMPDIR/balance.h5" ] || skip "no h5py to make results with"
    command -v gnuplot >/dev/null || skip "no gnuplot to draw with"
    results=$BATS_FILE_TMPDIR/balance.h5
    cd "$BATS_TEST_TMPDIR" || exit
}

# plot OPTION...
plot() {
    run_bulkhead report "$results" --figure-only -o . "$@"
}

# The same values by numpy: agrees DATA EXPRESSION, an array [block][x][value, low, high]; f is the file, `overhead` is
# [policy, nodes, spares, replica] in percent.
agrees() {
    "$PYTHON" - "$results" "$1" "$2" <<'PY'
import sys
import h5py
import numpy as np
from math import sqrt
f = h5py.File(sys.argv[1])
makespan, bare = f["makespan"][:, :, :, 0], f["native_bare_makespan"][:, :, :, 0]
overhead = 100 * (makespan / bare[..., None] - 1)
T = 2.093024054408263  # Student's, 19 degrees of freedom
def interval(runs):
    mean, half = runs.mean(-1), T * runs.std(-1, ddof=1) / sqrt(runs.shape[-1])
    return np.stack([mean, mean - half, mean + half], -1)
blocks = [np.array([[float(word) for word in line.split()] for line in block.split("\n") if line and line[0] != "#"])
          for block in open(sys.argv[2], encoding="utf-8").read().split("\n\n\n") if block.strip()]
expected = np.asarray(eval(sys.argv[3]))
got = np.stack(blocks)[..., 1:4]
assert got.shape == expected.shape, (got.shape, expected.shape)
np.testing.assert_allclose(got, expected, rtol=2e-5)
PY
}

@test "means and intervals are those of numpy, wherever it stands" {
    plot --x nodes --where spares=warm --where system=kvm --series kind
    expect_status 0
    agrees balance-net-overhead-by-nodes.dat 'interval(overhead[5:9, :, 1])'
    # Of an axis that nobody names, the headline's place, and it is said.
    plot --x nodes --where system=kvm --series kind
    expect_status 0
    expect_text "$errors" 'at spares: warm'
    agrees balance-net-overhead-by-nodes.dat 'interval(overhead[5:9, :, 1])'
    # The other way round, and one point in each place.
    plot --x kind --where system=kvm --series spares --where nodes=1024
    expect_status 0
    agrees balance-net-overhead-by-kind.dat 'interval(overhead[5:9, 0]).transpose(1, 0, 2)'
}

@test "what is not done has a mark of its own and no mean" {
    # At 2^20 nodes nothing is done where errors take the node.
    plot --x nodes --where spares=none --where 'policy=kvm as-host-kernel'
    expect_status 0
    expect_text "$errors" 'not every run is done'
    local last
    last=$(grep '^1048576 ' balance-net-overhead-by-nodes.dat)
    [ "$last" = '1048576 nan nan nan 20 20' ]
    grep -q '[$]6 > 0 ? open_1' balance-net-overhead-by-nodes.gp
}

@test "a band is the median and quantiles over an axis, a mean is over one" {
    plot --x nodes --band spares --where system=kvm --series kind --where nodes=1024 --where nodes=16384
    expect_status 0
    expect_text "$errors" '5 to 95 %'
    "$PYTHON" - "$results" <<'PY'
import sys, h5py, numpy as np
f = h5py.File(sys.argv[1])
overhead = 100 * (f["makespan"][5:9, :2, :, 0].mean(-1) / f["native_bare_makespan"][5:9, :2, :, 0] - 1)
expected = np.quantile(overhead, [0.05, 0.5, 0.95], axis=-1)
rows = [line.split() for line in open("balance-net-overhead-by-nodes.dat") if line[0] in "0123456789"]
got = np.array([[float(word) for word in row[6:]] for row in rows]).reshape(4, 2, 3)
np.testing.assert_allclose(got, np.moveaxis(expected, 0, -1), rtol=2e-5)
PY
    plot --x nodes --mean spares --where 'policy=kvm protection-first' --where nodes=1024
    expect_status 0
    "$PYTHON" - "$results" <<'PY'
import sys, h5py, numpy as np
f = h5py.File(sys.argv[1])
overhead = 100 * (f["makespan"][5, 0, :, 0] / f["native_bare_makespan"][5, 0, :, 0][:, None] - 1)
row = [line.split() for line in open("balance-net-overhead-by-nodes.dat") if line[0] in "0123456789"][0]
np.testing.assert_allclose(float(row[1]), overhead.mean(), rtol=2e-5)
PY
}

@test "a mean over enclaves counts each by its nodes" {
    plot --x nodes --mean enclave --where spares=warm --where 'policy=kvm protection-first' --where nodes=1024
    expect_status 0
    "$PYTHON" - "$results" <<'PY'
import sys, h5py, numpy as np
f = h5py.File(sys.argv[1])
overhead = 100 * (f["makespan"][5, 0, 1] / f["native_bare_makespan"][5, 0, 1][:, None] - 1)
weight = f["enclave_nodes"][5, 0, 1] if "enclave_nodes" in f else np.ones(2)
row = [line.split() for line in open("balance-net-overhead-by-nodes.dat") if line[0] in "0123456789"][0]
np.testing.assert_allclose(float(row[1]), np.average(overhead.mean(-1), weights=weight), rtol=2e-5)
PY
}

@test "an assumed number is an axis like others, at the place where it was varied" {
    plot --x escape --y 'escape_exact[guest/host]' --where system=kvm
    expect_status 0
    expect_text "$errors" 'at 131072 nodes'
    [ "$(grep -c '^1e-06 ' balance-escape_exact-guest-host--by-escape.dat)" -eq 4 ]
    grep -q '^  set logscale x 10' balance-escape_exact-guest-host--by-escape.gp
    # What was not recorded there is told with what was.
    plot --x escape --y failure-time
    expect_status 2
    expect_text "$errors" 'no metric `failure-time`' 'net-overhead' 'uncertain number'
}

@test "each terminal leaves its files, and only those that are asked for" {
    plot --x nodes --where system=kvm --terminal svg
    expect_status 0
    [ "$(echo balance*)" = 'balance-net-overhead-by-nodes.dat balance-net-overhead-by-nodes.gp balance-net-overhead-by-nodes.svg' ]
    plot --x nodes --where system=kvm --terminal cairolatex,tikz,canvas,png,pdf
    expect_status 0
    local suffix
    for suffix in -latex.tex -latex.pdf -tikz.tex .html .png .pdf; do
        [ -s "balance-net-overhead-by-nodes$suffix" ]
        expect_text "$errors" "$suffix"
    done
    # The script is run again by hand, in another size, and in LaTeX as a whole document.
    rm balance*.pdf balance*.svg balance*.tex
    gnuplot -e "formats='svg'; width=7.1; y_from_1=20; y_label_1='Mehraufwand'" balance-net-overhead-by-nodes.gp
    grep -q 'width="511"' balance-net-overhead-by-nodes.svg
    grep -q 'Mehraufwand' balance-net-overhead-by-nodes.svg
    [ ! -e balance-net-overhead-by-nodes.pdf ]
    gnuplot -e "formats='tikz'; standalone=1" balance-net-overhead-by-nodes.gp
    grep -q 'begin{document}' balance-net-overhead-by-nodes-tikz.tex
}

@test "a y axis begins at 0 or is marked as cut" {
    plot --x nodes --where system=kvm --where nodes=1024 --terminal svg
    expect_status 0
    grep -q "y_from_1 = 0$\|y_from_1 = -" balance-net-overhead-by-nodes.gp
    # Two strokes more where it begins above 0, by however little.
    local strokes=()
    for from in 0 0.001; do
        gnuplot -e "y_from_1=$from" balance-net-overhead-by-nodes.gp
        strokes+=("$(grep -o 'M[0-9]' balance-net-overhead-by-nodes.svg | wc -l)")
    done
    [ "${strokes[1]}" -eq $((strokes[0] + 2)) ]
}

@test "series that cover each other stand aside, and it is said" {
    plot --x nodes --where system=kvm --series kind
    expect_status 0
    expect_text "$errors" 'stand beside each other'
    plot --x nodes --where 'policy=kvm protection-first'
    expect_status 0
    refuse grep -q 'stand beside' <<<"$errors"
}

# refused PART...: what plot just asked for, with one message that has these.
refused() {
    expect_status 2
    expect_message "$errors"
    expect_text "$errors" "$@"
    [ -z "$(find . -name 'balance*')" ]
}

@test "bad requests are told with what there is" {
    plot --x nodez
    refused '--x: no axis `nodez`' 'policy, system, kind, enclave' 'nearest is `nodes`'
    plot --series spars
    refused '--series: no axis `spars`' 'nearest is `spares`'
    plot --y net-overheat
    refused '--y: no metric `net-overheat`' 'nearest is `net-overhead`'
    plot --y 'failures[nude]'
    refused 'failures[LABEL]' 'node'
    plot --where spares=hot
    refused '--where: nothing at `spares=hot`' 'none, warm'
    plot --where spares
    refused 'expected AXIS=LABEL'
    plot --x nodes --series nodes
    refused '--series nodes' 'something else'
    plot --x nodes --series system
    refused 'several policies' '--panel'
    plot --mean policy
    refused 'a mean over policies means nothing'
    plot --log x --x spares
    refused 'the labels of `spares` are words'
    plot --width wide
    refused 'column, page, or 2 to 20 inches'
    plot --font "Helvetica';system('touch x'),8"
    refused '--font' 'letters, digits'
    plot --terminal postscript
    expect_status 2
    expect_text "$errors" '--terminal' 'cairolatex'
    plot --x nodes --ledger
    refused '--ledger'
    plot --where system=kvm --where 'policy=native native'
    refused 'nothing is left'
}

@test "more series than anybody can tell apart are refused, and summed up by a band" {
    local values
    values=$(seq -s ', ' -f '%g h' 1 30)
    bulkhead run "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" -q --replicas 2 -o many.h5 \
        --set "vary=[{axis: hours, set: workload.work, values: [$values]}]" >/dev/null
    run_bulkhead report many.h5 --figure-only --x policy --series hours
    expect_status 2
    expect_text "$errors" '--series hours: 30 series, at most 24' '--band'
    run_bulkhead report many.h5 --figure-only --x policy --panel hours
    expect_status 2
    expect_text "$errors" '--panel hours: 30 panels'
    run_bulkhead report many.h5 --figure-only --x policy --band hours
    expect_status 0
}

@test "LaTeX sets both of its figures, without a shell" {
    command -v pdflatex >/dev/null || skip "no pdflatex"
    plot --x nodes --y net-overhead --where system=kvm --series kind --terminal cairolatex,tikz
    expect_status 0
    printf '%s\n' '\documentclass{article}' '\usepackage{graphicx,color,gnuplot-lua-tikz}' '\begin{document}' \
        '\input{balance-net-overhead-by-nodes-latex}' '' '\input{balance-net-overhead-by-nodes-tikz}' '\end{document}' >all.tex
    pdflatex -no-shell-escape -halt-on-error -interaction=nonstopmode all.tex >all.out
    [ -s all.pdf ]
    # As wide as a column: nothing sticks out.
    refuse grep -q 'Overfull' all.out
}

@test "a heat map's cells are the means, rows of words from the top, and what is not done is hatched" {
    plot --x nodes --heat policy --panel spares
    expect_status 0
    "$PYTHON" - "$results" balance-net-overhead-by-nodes-and-policy.dat <<'PY'
import sys
import h5py
import numpy as np
f = h5py.File(sys.argv[1])
makespan, bare = f["makespan"][:, :, :, 0], f["native_bare_makespan"][:, :, :, 0]
done = (f["finished"][:, :, :, 0] == 1).all(-1)
expected = np.where(done, 100 * (makespan / bare[..., None] - 1).mean(-1), np.nan)
panels = [[line.split() for line in block.split("\n") if line and line[0] != "#"]
          for block in open(sys.argv[2], encoding="utf-8").read().split("\n\n\n") if block.strip()]
assert len(panels) == 2, len(panels)
policies, seen = len(f["policy"]), 0
light = {}
for spares, panel in enumerate(panels):
    assert len(panel) == policies * 4
    for x, y, colour, hatched, of_text, text, value in panel:
        mean = expected[policies - int(y), int(x) - 1, spares]
        if np.isnan(mean):
            assert (hatched, colour, text) == ("1", "0xffffff", '""'), (x, y, hatched)
            seen += 1
            continue
        np.testing.assert_allclose(float(value), mean, rtol=2e-5)
        assert hatched == "0" and abs(float(text.strip('"')) - mean) <= 0.006 * abs(mean), (text, mean)
        rgb = int(colour, 16)
        light[mean] = 0.2126 * (rgb >> 16) + 0.7152 * (rgb >> 8 & 255) + 0.0722 * (rgb & 255)
        # A text stands out from its ground.
        assert abs(light[mean] - (255 if of_text == "0xffffff" else 0)) > 100, colour
assert seen > 0
# Lightness alone tells the order, as in grey.
ordered = [light[mean] for mean in sorted(light)]
assert all(b >= a - 1 for a, b in zip(ordered, ordered[1:]))
PY
    plot --x nodes --heat system --where spares=warm --mean replica
    expect_status 2
    expect_text "$errors" 'several policies would stand in one place'
    plot --x nodes --heat policy --series spares
    expect_status 2
    expect_text "$errors" '--heat has cells of one number'
    plot --x nodes --heat nonsense
    expect_status 2
    expect_text "$errors" 'nonsense' 'nodes'
}

@test "a front has the policies that no other beats in both, and shares of resamples as numpy finds them" {
    plot --front lost-node-time --where nodes=1024 --where system=palacios --where system=palacios-shared-network
    expect_status 0
    expect_text "$errors" 'at spares: warm'
    plot --front interruptions --y makespan --where nodes=16384 --where spares=warm --name both
    expect_status 0
    "$PYTHON" - "$results" balance-both.dat <<'PY'
import sys
import h5py
import numpy as np
f = h5py.File(sys.argv[1])
nodes, spares = list(f["nodes"][()]).index(16384), [s.decode() for s in f["spares"][()]].index("warm")
first, second = f["interruptions"][:, nodes, spares, 0], f["makespan"][:, nodes, spares, 0]
def front(a, b):
    better = (a[:, None] <= a) & (b[:, None] <= b) & ((a[:, None] < a) | (b[:, None] < b))
    return ~better.any(0)
blocks = [[[float(word) for word in line.split()] for line in block.split("\n") if line and line[0] != "#"]
          for block in open(sys.argv[2], encoding="utf-8").read().split("\n\n\n") if block.strip()]
rows = np.array([block[0] for block in blocks[:-1]])
assert len(rows) == len(f["policy"])
np.testing.assert_allclose(rows[:, 0], first.mean(-1), rtol=2e-5)
on = front(first.mean(-1), second.mean(-1))
hours = rows[:, 3] / second.mean(-1)
np.testing.assert_allclose(hours, hours[0], rtol=2e-5)
assert len(blocks[-1]) == on.sum(), (blocks[-1], on)
assert sorted(x for x, y in blocks[-1]) == [x for x, y in blocks[-1]]
np.testing.assert_allclose(sorted(x for x, y in blocks[-1]), np.sort(rows[on, 0]), rtol=2e-5)
# 2,000 resamples each here and there: 4.5 standard errors of the difference of two shares.
rng, share = np.random.default_rng(1), np.zeros(len(rows))
for _ in range(2000):
    pick = rng.integers(0, first.shape[-1], first.shape[-1])
    share += front(first[:, pick].mean(-1), second[:, pick].mean(-1)) / 2000
assert (np.abs(share - rows[:, 6]) <= 0.005 + 4.5 * np.sqrt(2 * share * (1 - share) / 2000)).all(), (share, rows[:, 6])
assert ((share > 0.02) & (share < 0.98)).any(), share
PY
    for wrong in '--x nodes' '--heat nodes' '--mean spares' '--series policy'; do
        # shellcheck disable=SC2086 # two words
        plot --front interruptions $wrong
        expect_status 2
        expect_text "$errors" '--front draws two numbers of each policy'
    done
}

# One policy's runs become another's: the line that is drawn first is under the other, which is named where that fits.
@test "a line under another is named" {
    cp "$results" same.h5
    "$PYTHON" -c '
import h5py
f = h5py.File("same.h5", "r+")
for name, data in f.items():
    if isinstance(data, h5py.Dataset) and data.ndim > 2 and data.shape[0] == 17:
        values = data[()]
        values[6] = values[5]
        data[...] = values'
    plot --x nodes --where spares=warm --where system=kvm --series kind
    refuse grep -q 'one line' <<<"$errors"
    results=same.h5
    plot --x nodes --where spares=warm --where system=kvm --series kind
    expect_status 0
    expect_text "$errors" 'one line: protection-first under as-host-kernel'
    grep -q 'one line: protection-first under as-host-kernel' balance-net-overhead-by-nodes.gp
    plot --x nodes --where spares=warm --where system=kvm --series kind --width 2.5
    expect_status 0
    expect_text "$errors" '1 line lies under others'
    # Words have no lines.
    plot --x kind --where system=kvm --series spares --where nodes=1024
    refuse grep -q 'under' <<<"$errors"
}
