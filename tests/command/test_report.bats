#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead report: tables, JSON, figures, and files that are not what they should be. Results are made by a helper.

load ../support/common

setup_file() {
    has_h5py || return 0
    for kind in balance plain single quiet; do
        "$PYTHON" "$SOURCE_DIRECTORY/tests/support/make_fixture.py" $kind "$BATS_FILE_TMPDIR/$kind.h5"
    done
}

setup() {
    [ -e "$BATS_FILE_TMPDIR/balance.h5" ] || skip "no h5py to make results with"
    results=$BATS_FILE_TMPDIR
    figures=$BATS_TEST_TMPDIR/figures
}

# Changes a copy of the balance results with lines of Python in which `f` is the open file: $changed.
change() {
    changed=$BATS_TEST_TMPDIR/changed.h5
    cp "$results/balance.h5" "$changed"
    "$PYTHON" -c "
import h5py, numpy
f = h5py.File('$changed', 'r+')
$1
f.close()"
}

# The report on $1 is refused with one message that has these parts.
expect_refusal() {
    local file=$1
    shift
    run_bulkhead report "$file" -o "$figures"
    expect_status 2
    [ -z "$output" ]
    expect_lines "$errors" 1
    expect_text "$errors" "$file" "$@"
    [ ! -e "$figures" ]
}

@test "the tables say what was found, with units and intervals" {
    run_bulkhead report "$results/balance.h5" --no-figure
    expect_status 0
    expect_text "$output" 'At 131072 nodes, spares: warm' 'net overhead' 'MTTI/checkpoint' 'MTTI/restart' 'changeable' \
        'unfinished 20/20' 'from protection first' "Critical values of the assumed number 'escape'" \
        'no flip between 1e-06 and 0.1' '0.0257 [' 'Escape ratios at' 'assumed range' 'guest to host' \
        'Best of all policies along nodes' 'next less best' 'Policies that cannot be told from the best' 'Where lost node-time came from'
    # Alike causes are one, whichever guest they began in: 7 failures in 20 replicas, 2e7 of 5.4e7 node-seconds.
    grep -qE '^  *linux +guest-kernel +guest +0.35 +37.0 %$' <<<"$output"
    # Fits a terminal of 150 columns.
    refuse grep -qE '^.{151}' <<<"$output"
    [ -z "$errors" ]
}

@test "policies are ordered by right results, unless the scenario counts wrong ones as done" {
    run_bulkhead report "$results/balance.h5" --no-figure
    expect_status 0
    cp "$BATS_TEST_TMPDIR/stdout" right.txt
    local best
    best=$(sed -n 's/^Best by mean net overhead: \(.*\) at 1e-06, .*/\1/p' <<<"$output")
    [ -n "$best" ]
    # Every result of that policy is wrong: it is ahead nowhere. Its makespans are what they were.
    local wrong="p = [n.decode() for n in f['policy'][()]].index('$best')
for name in ('sdc', 'uncertainty/sdc'): f[name][p] = 1"
    change "$wrong
f.attrs['wrong_is_done'] = numpy.int64(0)"
    run_bulkhead report "$changed" --no-figure
    expect_status 0
    refuse grep -q "^Best by mean net overhead: $best at" <<<"$output"
    refuse grep -qE "^ *[^ ]+ +[^ ]+ +$best +[0-9.]+ %" <(sed -n '/^Best of all policies/,/^Policies that/p' <<<"$output")
    # They count as done: all is as before, but for the column and the words on wrong results.
    change "$wrong
f.attrs['wrong_is_done'] = numpy.int64(1)"
    run_bulkhead report "$changed" --no-figure
    diff <(sed -n '/^Best of all policies/,/^Where/p' <<<"$output") <(sed -n '/^Best of all policies/,/^Where/p' right.txt)
    expect_text "$output" "Best by mean net overhead: $best at 1e-06"
}

@test "tables for LaTeX are of booktabs, and without prose" {
    run_bulkhead report "$results/balance.h5" --no-figure --format latex
    expect_status 0
    expect_text "$output" '% At 131072 nodes, spares: warm' '\begin{tabular}{lrrrrrrr}' '\toprule' '\bottomrule' \
        '\emph{kvm}' '19.6 \% {[}19.3, 19.8]' '-8.98 points {[}-9.31, -8.66]'
    # Every line is a comment, a rule, a row, or the beginning or end of a table.
    refuse grep -qvE '^(%.*|\\(top|mid|bottom)rule|\\(begin|end)\{tabular\}.*|.* \\\\|)$' <<<"$output"
    [ "$(grep -c 'begin{tabular}' <<<"$output")" -ge 5 ]
    command -v pdflatex >/dev/null || skip "no pdflatex"
    cd "$BATS_TEST_TMPDIR" || exit
    printf '%s\n' '\documentclass{article}' '\usepackage{booktabs}' '\usepackage[utf8]{inputenc}' '\begin{document}' \
        "$output" '\end{document}' >tables.tex
    pdflatex -no-shell-escape -halt-on-error -interaction=nonstopmode tables.tex >said
}

@test "rows for other programs: the same numbers as in the table, shares and points named as such" {
    run_bulkhead report "$results/balance.h5" --no-figure --format csv
    expect_status 0
    "$PYTHON" - "$results/balance.h5" "$BATS_TEST_TMPDIR/stdout" <<'PY'
import csv, sys, h5py, numpy as np
f = h5py.File(sys.argv[1])
overhead = f["makespan"][:, :, :, 0] / f["native_bare_makespan"][:, :, :, 0][..., None] - 1
rows = list(csv.DictReader(open(sys.argv[2])))
assert len(rows) == 17 * 4 * 2
names = [name.decode() for name in f["policy"][:]]
for row in rows:
    at = names.index(row["policy"]), list(f["nodes"][:]).index(float(row["nodes"])), ["none", "warm"].index(row["spares"])
    mean = overhead[at].mean()
    assert (row["net_overhead"] == "") == bool(np.isnan(mean))
    if not np.isnan(mean):
        assert abs(float(row["net_overhead"]) / mean - 1) < 1e-9
    if row["points_from_protection_first"]:
        reference = names.index(row["system"] + " protection-first")
        points = 100 * (overhead[at] - overhead[(reference, *at[1:])]).mean()
        assert abs(float(row["points_from_protection_first"]) - points) < 1e-6 * abs(points) + 1e-9
PY
}

@test "--all-points has a table for each point" {
    run_bulkhead report "$results/balance.h5" --no-figure --all-points
    expect_status 0
    [ "$(grep -c '^At ' <<<"$output")" -eq 8 ]
    expect_text "$output" 'useful work' 'work rate'
}

@test "columns are aligned" {
    run_bulkhead report "$results/single.h5" --no-figure
    expect_status 0
    local rule row
    rule=$(grep -m1 '^---' <<<"$output")
    row=$(grep -m1 '^  protection-first' <<<"$output")
    [ "${#rule}" -eq "${#row}" ]
    expect_text "$output" 'One replica: there are no intervals.'
}

@test "markdown rows have as many cells as their header" {
    run_bulkhead report "$results/balance.h5" --no-figure --format markdown
    expect_status 0
    awk -F'|' '/^\|/ { if (!n) n = NF; if (NF != n) exit 1; next } { n = 0 }' <<<"$output"
}

@test "what reproduces its input says so" {
    run_bulkhead report "$results/plain.h5" --no-figure
    expect_status 0
    expect_text "$output" 'REPRODUCED, NOT PREDICTED' 'How far errors reach'
    grep -qE '^kvm protection-first .* isolated$' <<<"$output"
    grep -qE '^palacios-shared-network protection-first .*4.00 % .* 46.0 % .* crash contained, host effects$' <<<"$output"
    # Costs are not what such a scenario is about.
    refuse grep -q 'net overhead' <<<"$output"
    run_bulkhead report "$results/plain.h5" --no-figure --all-points
    expect_text "$output" 'net overhead'
}

@test "faults that were asked for and did not strike are named" {
    run_bulkhead report "$results/quiet.h5" --no-figure
    expect_status 0
    expect_text "$output" 'Faults were asked for, and none struck'
}

@test "JSON has one entry per policy and point, and null for what cannot be told" {
    run_bulkhead report "$results/balance.h5" --no-figure --format json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
assert list(d)[:4] == ["scenario", "version", "seed", "enclave"], list(d)
assert len(d["policies"]) == 17 * 8
keys = {"name", "system", "nodes", "replicas", "unfinished", "makespan", "price", "net_overhead", "slowdown",
        "containment", "escape", "interaction", "extent", "breakdown", "faults", "errors", "failures", "point"}
for p in d["policies"]:
    assert keys <= set(p), keys - set(p)
    assert list(p["containment"]) == ["process", "guest", "node", "enclave"]
    assert set(p["extent"]) == {"system", "application"}
    assert (p["makespan"] is None) == (p["unfinished"] > 0) == (p["net_overhead"] is None) == (p["slowdown"] is None)
    assert abs(sum(p["breakdown"].values()) - 1) < 1e-9
    for escape in p["escape"].values():
        assert set(escape) == {"ratio", "from", "ci95", "seen", "exposed", "exact", "low", "high"}
        assert escape["ci95"] is None or escape["ci95"][0] < escape["ci95"][1]
    if p["makespan"]:
        assert p["makespan"]["ci95"][0] < p["makespan"]["mean"] < p["makespan"]["ci95"][1]
        assert abs(p["slowdown"]["mean"] - 1 - p["net_overhead"]["mean"]) < 1e-9
assert any(p["unfinished"] == 20 for p in d["policies"])
assert {p["nodes"] for p in d["policies"]} == {1024, 16384, 131072, 1048576}
END
}

@test "JSON is of the enclave that was asked for" {
    run_bulkhead run "$SOURCE_DIRECTORY/tests/data/scenarios/composed.yaml" -o "$BATS_TEST_TMPDIR/two.h5"
    expect_status 0
    for enclave in simulation analysis; do
        run_bulkhead report "$BATS_TEST_TMPDIR/two.h5" --no-figure --format json --enclave "$enclave"
        expect_status 0
        "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" "$enclave" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
assert d["enclave"] == sys.argv[2]
for p in d["policies"]:
    own = [e for e in p["enclaves"] if e["name"] == sys.argv[2]][0]
    assert len(p["enclaves"]) == 2 and p["makespan"] == own["makespan"] and p["mtti"] == own["mtti"]
END
    done
    run_bulkhead report "$BATS_TEST_TMPDIR/two.h5" --no-figure --format json --enclave analysi
    expect_status 2
    expect_text "$errors" "no enclave 'analysi'"
}

@test "figures are left with their data and a script that draws them again" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    run_bulkhead report "$results/balance.h5" -o "$figures" --figure-only
    expect_status 0
    [ -z "$output" ]
    for suffix in dat gp pdf png svg; do
        [ -s "$figures/balance.$suffix" ]
    done
    expect_lines "$errors" 1
    cp "$figures/balance.svg" "$figures/first.svg"
    (cd "$figures" && gnuplot balance.gp)
    cmp "$figures/balance.svg" "$figures/first.svg"
}

@test "a figure for every kind of scenario" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    for kind in plain single quiet; do
        run_bulkhead report "$results/$kind.h5" -o "$figures" --figure-only
        expect_status 0
        expect_lines "$errors" 1
        [ -s "$figures/guest-kernel-error.png" ]
    done
}

@test "the ledger as a figure: every part of node-time but computing" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    run_bulkhead report "$results/balance.h5" -o "$figures" --figure-only --ledger
    expect_status 0
    [ -z "$output" ]
    expect_text "$errors" ledger
    local base
    base=$(echo "$figures"/*-ledger.gp)
    base=${base%.gp}
    [ -s "$base.png" ] && [ -s "$base.svg" ] && [ -s "$base.pdf" ]
    # The last column is all of it, but for what light-weight kernels gain.
    "$PYTHON" - "$results/balance.h5" "$base.dat" <<'END'
import sys, h5py, numpy as np
f = h5py.File(sys.argv[1])
part = [p.decode() for p in f["part"][:]]
time = f["node_time"][:]
axes = tuple(range(time.ndim))
names = [d[0].name for d in (f["node_time"].dims[i] for i in axes)]
over = tuple(i for i, name in enumerate(names) if name in ("/enclave", "/replica"))
time = time.sum(axis=over).reshape(-1, len(part))
groups = (("virtualization", "guards", "noise"), ("composition", "composition-wait", "switching"),
          ("checkpoint", "verification"), ("lost-work", "degraded"), ("detection", "restart", "restore"),
          ("repair-and-spare-wait",), ("idle-spares",))
assert sorted(sum(groups, ("compute",))) == sorted(set(part) | {"composition", "composition-wait", "switching", "verification"})
length = sum(np.maximum(sum(time[:, part.index(p)] for p in group if p in part), 0) for group in groups)
expected = 100 * length / time.sum(axis=1)
found = np.loadtxt(sys.argv[2])
assert found.shape[0] == expected.size and np.all(np.diff(found[:, 1:]) >= 0)
assert np.allclose(found[:, -1], expected, rtol=1e-4), (found[:, -1], expected)
END
}

# marks [SCALE-VALUE...]: draws $changed, and looks where marks stand.
marks() {
    run_bulkhead report "$changed" -o "$figures" --figure-only
    expect_status 0
    [ $# -eq 0 ] || "$PYTHON" "$SOURCE_DIRECTORY/tests/support/figure_marks.py" "$figures/balance" scale "$@"
}

@test "marks stand at most some points beside their values, on any axis, and the data keep the values" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    change ""
    marks 1024 16384 131072 1048576
    grep -q ' with lines' "$figures/balance.gp"
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/figure_marks.py" "$figures/balance" price
    # One wide panel with many marks.
    change "f['policy_system'][1:] = 'kvm'"
    marks 1024 16384 131072 1048576
    # Narrow, from 0 on, and where every row has one price.
    for values in '1000, 1001, 1003, 1010' '1, 2, 3, 4' '0, 1, 2, 40'; do
        change "f['nodes'][...] = [$values]; f['price'][...] = 0.1"
        # shellcheck disable=SC2086 # four words
        marks ${values//,/}
        "$PYTHON" "$SOURCE_DIRECTORY/tests/support/figure_marks.py" "$figures/balance" price
    done
}

@test "what has no order is not joined by lines: draws and words" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    change "f['nodes'][...] = [0, 1, 2, 3]; f['nodes'].attrs['order'] = 'none'"
    marks 0 1 2 3
    refuse grep -q ' with lines' "$figures/balance.gp"
    change "
del f['nodes']
f.create_dataset('nodes', data=numpy.array(['one', '100 %', 'three', 'four'], dtype=object), dtype=h5py.string_dtype())"
    marks 1 2 3 4
    refuse grep -q ' with lines' "$figures/balance.gp"
    grep -q '100 %' "$figures/balance.svg"
}

@test "no two series of a figure look alike, and looks do not follow the order" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    # Two entries of one system and policy, a colour for two systems, and one that is none.
    change "
f['policy_policy'][2] = f['policy_policy'][1]
colours = {'qemu': '#123456', 'kvm': '#123456', 'palacios': \"'; system 'touch pwned\"}
text = h5py.string_dtype()
f['system_colour'] = numpy.array([colours.get(s.decode(), '') for s in f['policy_system'][:]], dtype=object).astype(text)
f['policy_mark'] = numpy.array(['square'] * 17, dtype=object).astype(text)"
    marks
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/figure_marks.py" "$figures/balance" looks
    grep -q "kvm.*textcolor rgb '#123456'" "$figures/balance.gp"
    refuse grep -q "qemu.*textcolor rgb '#123456'" "$figures/balance.gp"
    [ ! -e "$figures/pwned" ]
    # A run's own: KVM alone is as blue as beside others.
    local yaml=$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml
    grep -q 'system: kvm' "$yaml"
    run_bulkhead run "$yaml" -q -o "$BATS_TEST_TMPDIR/one.h5"
    expect_status 0
    run_bulkhead report "$BATS_TEST_TMPDIR/one.h5" -o "$figures" --figure-only
    expect_status 0
    grep -q "kvm.*textcolor rgb '#0072b2'" "$figures/one-enclave.gp"
}

@test "what one panel lacks does not empty the others" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    # Native nodes have no guests; then one enclave on each node; then neither.
    change "f['escape_exact'][0, ..., 1] = numpy.nan"
    marks
    grep -q 'Escape ratio to the co-located enclave' "$figures/balance.svg"
    grep -q 'Escape ratio from a guest' "$figures/balance.svg"
    [ "$(grep -cE '^[-0-9.]+ [-0-9.]+ [0-9]+ 1 ' "$figures/balance.dat")" -eq 17 ]
    change "f['escape_exact'][..., 2] = numpy.nan; f['escape_seen'][..., 2] = 0; f['escape_exposed'][..., 2] = 0"
    marks 1024 16384 131072 1048576
    refuse grep -q 'Escape ratio to the co-located enclave' "$figures/balance.svg"
    grep -q 'Escape ratio from a guest' "$figures/balance.svg"
    grep -q "'(b)'" "$figures/balance.gp"
    [ "$(grep -cE '^[-0-9.]+ [-0-9.]+ [0-9]+ 1 ' "$figures/balance.dat")" -eq 17 ]
    change "f['escape_exact'][...] = numpy.nan"
    marks 1024 16384 131072 1048576
    refuse grep -q 'Escape ratio' "$figures/balance.svg"
    # An enclave that is not there at a point (NaN) leaves the others' node-time in the ledger.
    change "f['node_time'][:, 0, 0, 1] = numpy.nan"
    run_bulkhead report "$changed" -o "$figures" --figure-only --ledger
    expect_status 0
    [ "$(awk '$1 == "0" && NF == 9 && $9 > 0' "$figures/balance-ledger.dat" | wc -l)" -eq 17 ]
}

@test "names in a file are names in the figure, never commands" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    change "
del f['policy_policy']
f.attrs['scenario'] = '../x y'
f.attrs['title'] = 'a\nsystem(\"touch pwned\")'
names = ['\`touch pwned\` \'.system(\"touch pwned\").\' {/=20 _^@&~' + chr(92)] * 17
f.create_dataset('policy_policy', data=numpy.array(names, dtype=object), dtype=h5py.string_dtype())"
    run_bulkhead report "$changed" -o "$figures" --figure-only
    expect_status 0
    [ -s "$figures/_.-x-y.png" ]
    [ ! -e "$figures/pwned" ] && [ ! -e pwned ]
}

@test "a signal leaves no hidden folder, and one that nothing could catch is removed by the next report" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    mkdir "$BATS_TEST_TMPDIR/bin" "$figures"
    # A gnuplot that takes its time, so that the signal meets it at work; it tells of itself first.
    printf '#!/bin/sh\n: >guest-kernel-error.pdf; echo $$ >%s/drawing\nexec sleep 60\n' "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/bin/gnuplot"
    chmod +x "$BATS_TEST_TMPDIR/bin/gnuplot"
    local signal pid tries
    for signal in TERM INT HUP KILL; do
        rm -f "$BATS_TEST_TMPDIR/drawing"
        # Not in the background of this shell: there SIGINT is ignored, as SIGHUP is under nohup.
        PATH=$BATS_TEST_TMPDIR/bin:$PATH "$PYTHON" -c '
import signal, subprocess, sys
for number in signal.SIGINT, signal.SIGHUP:
    signal.signal(number, signal.SIG_DFL)
print(subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL).pid)
' "$BULKHEAD" report "$results/single.h5" --figure-only -o "$figures" >"$BATS_TEST_TMPDIR/pid" 3>&-
        pid=$(cat "$BATS_TEST_TMPDIR/pid")
        tries=0
        until [ -s "$BATS_TEST_TMPDIR/drawing" ]; do
            tries=$((tries + 1))
            [ "$tries" -lt 1000 ] # a busy machine takes its time
            sleep 0.05
        done
        [ -n "$(find "$figures" -name '.*-??????')" ]
        kill -"$signal" "$pid"
        tries=0
        while kill -0 "$pid" 2>/dev/null && [ "$(cut -d' ' -f3 "/proc/$pid/stat")" != Z ]; do
            tries=$((tries + 1))
            [ "$tries" -lt 1000 ] # a busy machine takes its time
            sleep 0.05
        done
        [ "$signal" = KILL ] || [ -z "$(ls -A "$figures")" ]
        # It ended what drew, too.
        [ "$signal" = KILL ] || ! kill -0 "$(cat "$BATS_TEST_TMPDIR/drawing")" 2>/dev/null
    done
    # While gnuplot lives the folder is in use; then it is nobody's.
    [ -n "$(ls -A "$figures")" ]
    run_bulkhead report "$results/single.h5" --figure-only -o "$figures"
    expect_status 0
    [ -n "$(find "$figures" -name '.*-??????')" ]
    kill -KILL "$(cat "$BATS_TEST_TMPDIR/drawing")"
    sleep 0.2
    run_bulkhead report "$results/single.h5" --figure-only -o "$figures"
    expect_status 0
    [ -z "$(find "$figures" -name '.*')" ]
    [ -s "$figures/guest-kernel-error.png" ]
}

@test "without gnuplot the tables, the data and the script are there, and the message says how to go on" {
    mkdir "$BATS_TEST_TMPDIR/empty"
    real=$BULKHEAD
    run_bulkhead_alone() {
        status=0
        PATH=$BATS_TEST_TMPDIR/empty "$real" report "$results/balance.h5" -o "$figures" \
            >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
        output=$(cat "$BATS_TEST_TMPDIR/stdout")
        errors=$(cat "$BATS_TEST_TMPDIR/stderr")
    }
    run_bulkhead_alone
    expect_status 1
    expect_text "$output" 'net overhead'
    expect_lines "$errors" 1
    expect_text "$errors" 'gnuplot was not found' 'gnuplot balance.gp'
    [ -s "$figures/balance.dat" ] && [ -s "$figures/balance.gp" ]
}

@test "what is no results file is refused" {
    echo 'not HDF5' >"$BATS_TEST_TMPDIR/text.h5"
    expect_refusal "$BATS_TEST_TMPDIR/text.h5" 'not an HDF5 file'
    : >"$BATS_TEST_TMPDIR/empty.h5"
    expect_refusal "$BATS_TEST_TMPDIR/empty.h5" 'not an HDF5 file'
    expect_refusal "$BATS_TEST_TMPDIR/missing.h5" 'No such file'
    expect_refusal "$BATS_TEST_TMPDIR" 'not an HDF5 file'
    "$PYTHON" -c "import h5py; h5py.File('$BATS_TEST_TMPDIR/other.h5', 'w').close()"
    expect_refusal "$BATS_TEST_TMPDIR/other.h5" "'title' is missing"
}

@test "a file that was cut short is refused" {
    size=$(stat -c %s "$results/balance.h5")
    for share in 1 30 60 99; do
        head -c $((size * share / 100)) "$results/balance.h5" >"$BATS_TEST_TMPDIR/cut.h5"
        run_bulkhead report "$BATS_TEST_TMPDIR/cut.h5" --no-figure
        expect_status 2
        expect_lines "$errors" 1
    done
}

@test "no damage to a file is a crash" {
    [ -z "${BH_SANITIZED-}" ] || skip "HDF5 itself reads beyond its buffers here, and the sanitizer ends it"
    "$PYTHON" - "$results/plain.h5" "$BATS_TEST_TMPDIR" <<'END'
import random, sys
good = open(sys.argv[1], "rb").read()
random.seed(1)
for n in range(60):
    bad = bytearray(good)
    for _ in range(20):
        bad[random.randrange(len(bad))] = random.choice((0, 255, random.randrange(256)))
    open("%s/damaged-%d.h5" % (sys.argv[2], n), "wb").write(bad)
END
    for file in "$BATS_TEST_TMPDIR"/damaged-*.h5; do
        run_bulkhead report "$file" --no-figure --format json
        [ "$status" -eq 0 ] || expect_status 2
    done
}

@test "missing, misshapen and mistyped data is named" {
    change "del f['makespan']"
    expect_refusal "$changed" "'makespan' is missing"
    change "del f['makespan']; f['makespan'] = numpy.zeros((17, 4, 2, 2))"
    expect_refusal "$changed" "'makespan' has shape [17, 4, 2, 2], expected [17, 4, 2, 2, 20]"
    change "del f['price']; f['price'] = numpy.full((17, 4, 2, 2), b'x')"
    expect_refusal "$changed" "'price' does not hold numbers"
    change "del f['policy']; f['policy'] = 3"
    expect_refusal "$changed" "'policy' is no axis"
    change "del f['policy']; f.create_group('policy')"
    expect_refusal "$changed" "'policy' is missing or no dataset"
    # More values than were ever written are no labels to be made.
    change "del f['nodes']; f.create_dataset('nodes', shape=(1 << 26,), dtype='f8', chunks=(1024,))"
    expect_refusal "$changed" "'nodes' has no sensible extent"
    change "del f['uncertainty/makespan']"
    expect_refusal "$changed" "'uncertainty/makespan' is missing"
    change "del f['causes']; f['causes'] = numpy.zeros(3)"
    expect_refusal "$changed" "'causes' is no table"
    change "c = f['causes'][:]; c['nodes'] = 9; f['causes'][:] = c"
    expect_refusal "$changed" "column 'nodes': found 9, expected 0 to 3"
    change "f.move('spares', 'guard'); f.attrs['axes'] = 'nodes,guard'"
    expect_refusal "$changed" "the axis 'guard' is named as a column of the table 'causes'"
    change "f.attrs['axes'] = 'nodes,colour'"
    expect_refusal "$changed" "'colour' is missing"
    change "f.attrs['seed'] = 'one'"
    expect_refusal "$changed" "'seed' is no whole number"
    change "f.attrs['primary_enclave'] = 'nobody'"
    expect_refusal "$changed" "'nobody'"
    change "f.attrs['uncertainty_at'] = '9,9'"
    expect_refusal "$changed" "uncertainty_at"
}

@test "attributes that are no single text are none" {
    change "f['price'].attrs['unit'] = numpy.array(['a', 'b', 'c'], dtype=object).astype(h5py.string_dtype())"
    run_bulkhead results "$changed"
    expect_status 0
    grep -q '^  price(' <<<"$output"
    refuse grep -q '^  price(.*\[a\]' <<<"$output"
}

@test "wrong options are one message and status 2" {
    for words in "--format html $results/single.h5" "--enclave nobody --no-figure $results/single.h5" "" \
        "--no-figure --figure-only $results/single.h5" "$results/single.h5 $results/plain.h5" \
        "$results/single.h5 --figure-only -o $results/single.h5" "$results/single.h5 --figure-only -o /nowhere/at/all"; do
        # shellcheck disable=SC2086 # several words
        run_bulkhead report $words
        expect_status 2
        expect_message "$errors"
    done
}

@test "other tools open what the simulator writes" {
    [ -x "${BUILD_DIRECTORY:-}/tests/unit/results/test_results" ] || skip "no build tree"
    "$PYTHON" -c 'import xarray, h5netcdf' 2>/dev/null || skip "no xarray"
    "$BUILD_DIRECTORY/tests/unit/results/test_results" "$BATS_TEST_TMPDIR/sample.h5"
    "$PYTHON" - "$BATS_TEST_TMPDIR/sample.h5" <<'END'
import sys
import h5py, xarray
f = h5py.File(sys.argv[1])
assert [d.label for d in f["makespan"].dims] == ["policy", "replica"]
assert list(f["makespan"].dims[0]) == ["policy"]
assert f["makespan"].attrs["unit"] == "s" and f["makespan"].attrs["description"]
assert f["causes"][1]["origin"] == b"guest-kernel" and f["causes"][0]["failures"] == 2.5
assert f["large"].compression == "gzip"
for group in (b"/", b"uncertainty"):
    assert h5py.h5g.open(f.id, group).get_create_plist().get_link_creation_order() == 3
d = xarray.open_dataset(sys.argv[1], engine="h5netcdf")
assert d.makespan.sel(policy="größe", replica=3) == 86411
assert d.attrs["seed"] == 2**64 - 1
g = xarray.open_dataset(sys.argv[1], engine="h5netcdf", group="uncertainty")
assert g.price.dims == ("policy", "escape") and g.price.sel(escape=0.1).shape == (3,)
END
}

@test "results --list-metrics tells what files may hold, without one" {
    run_bulkhead results --list-metrics
    expect_status 0
    expect_text "$output" 'makespan (numbers; enclave, replica; s; ' 'part (axis; ; 1; always)' '    compute, virtualization, '
    run_bulkhead results --list-metrics --format json
    expect_status 0
    has_h5py || skip "no h5py to compare with a file"
    # Every array of a file over metrics' axes is listed, with its unit.
    "$PYTHON" -c '
import json, sys, h5py
listed = {row["name"]: row for row in json.loads(sys.argv[2])}
file = h5py.File(sys.argv[1], "r")
for name in ("makespan", "node_time", "escape_exact"):
    assert listed[name]["unit"] == file[name].attrs["unit"]
    assert listed[name]["axes"].split(", ") == [d.label for d in file[name].dims][-len(listed[name]["axes"].split(", ")):]
' "$results/balance.h5" "$output"
}

# The legend says what they are, or that there are too few replicas; other numbers keep their intervals.
@test "intervals of means by resampling" {
    run_bulkhead run "$scenarios/one-enclave.yaml" --replicas 20 -q -o twenty.h5
    expect_status 0
    run_bulkhead report twenty.h5 --no-figure
    refuse grep -q resampling "$BATS_TEST_TMPDIR/stdout"
    run_bulkhead report twenty.h5 --no-figure --intervals bca
    expect_status 0
    expect_text "$output" 'Intervals of means and of differences: by resampling the replicas (BCa).'
    run_bulkhead report twenty.h5 --no-figure --intervals bca --format json
    echo "$output" | "$PYTHON" -c 'import json, sys; assert json.load(sys.stdin)["intervals_of_means"] == "bca"'
    run_bulkhead run "$scenarios/one-enclave.yaml" --replicas 19 -q -o fewer.h5
    run_bulkhead report fewer.h5 --no-figure --intervals bca
    expect_status 0
    expect_text "$output" 'of which there are too few: from 20 on it is told'
    run_bulkhead report twenty.h5 --intervals percentile
    expect_status 2
    expect_text "$errors" "--intervals: found 'percentile', expected student or bca"
}

@test "intervals by resampling are those of scipy" {
    "$PYTHON" -c 'import scipy' 2>/dev/null || skip 'no scipy'
    run_bulkhead run "$scenarios/one-enclave.yaml" --replicas 100 -q -o hundred.h5
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/bca_by_scipy.py" "$BULKHEAD" hundred.h5 "$BATS_TEST_TMPDIR"
}

# Of 480 points, of which some arrays are kept in a file: all rows are those of the 8 that they repeat, with and without such a
# file, within little memory; and a file that is cut short is refused as small ones are.
@test "what is too much for memory is read all the same" {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/widen_results.py" "$results/balance.h5" wide.h5 nodes 60
    run_bulkhead report "$results/balance.h5" --format csv --no-figure
    cp "$BATS_TEST_TMPDIR/stdout" small.csv
    TMPDIR=/nowhere run_bulkhead report wide.h5 --format csv --no-figure
    expect_status 0
    cp "$BATS_TEST_TMPDIR/stdout" in-memory.csv
    run_bulkhead report wide.h5 --format csv --no-figure
    expect_status 0
    cmp "$BATS_TEST_TMPDIR/stdout" in-memory.csv
    "$PYTHON" - small.csv in-memory.csv <<'END'
import csv, sys
small, wide = ([[cell for name, cell in row.items() if name != "nodes"] for row in csv.DictReader(open(name))]
               for name in sys.argv[1:])
assert len(wide) == 60 * len(small)
for policy in range(17):
    assert wide[480 * policy:480 * (policy + 1)] == 60 * small[8 * policy:8 * (policy + 1)], policy
END
    head -c -100000 wide.h5 >short.h5
    expect_refusal short.h5
}
