#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead sensitivity, and the designs that it reads: of a machine without faults, whose makespan is known: work, and a pause of
# a minute for every interval of work.

load ../support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    local kind
    for kind in 'morris: 8' 'saltelli: 64' 'latin-hypercube: 100'; do
        cat >"${kind%%:*}.yaml" <<END
campaign: ${kind%%:*}
scenario: $scenarios/one-enclave.yaml
vary:
  - axis: place
    $kind
    over:
      - {axis: work, set: workload.work, from: 1 h, to: 10 h}
      - models.recovery.node-reboot
      - {axis: write, set: checkpoints.local.write, from: 1 s, to: 120 s, scale: logarithmic}
replicas: 1
END
        bulkhead sweep "${kind%%:*}.yaml" -q -d "${kind%%:*}" >/dev/null
    done
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

@test "a design says which part each point has, moves one number at a time, and keeps to the ranges" {
    has_h5py || skip "no h5py"
    "$PYTHON" - <<'END'
import h5py, math
f = h5py.File("morris/results.h5")
names = ["work", "recovery.node-reboot", "write"]
at = list(zip(*(f[n][()] for n in names)))
parts = [p.decode() if isinstance(p, bytes) else p for p in f["design"][()]]
assert len(at) == 8 * 4
for n in range(8):
    moved = set()
    for i in range(4):
        kind, row, role = parts[4 * n + i].split()
        assert (kind, row) == ("morris", str(n)) and (role == "start") == (i == 0)
        if i:
            differ = [names[k] for k in range(3) if at[4 * n + i][k] != at[4 * n + i - 1][k]]
            assert differ == [role], (differ, role)
            moved.add(role)
    assert moved == set(names)
low, high = math.log(1), math.log(120)
for work, reboot, write in at:
    assert round((work - 1) / 3, 9) in (0, 1, 2, 3)                            # four levels of a linear range
    assert round((math.log(write) - low) / (high - low) * 3, 9) in (0, 1, 2, 3)  # and of a logarithmic one
f = h5py.File("saltelli/results.h5")
at = list(zip(*(f[n][()] for n in names)))
assert len(at) == 64 * 5
for n in range(64):
    a, b = at[5 * n], at[5 * n + 4]
    for i in range(3):
        assert at[5 * n + 1 + i] == tuple(b[k] if k == i else a[k] for k in range(3))
END
}

@test "what makes the makespan is found, and what does nothing is nothing" {
    for design in morris saltelli latin-hypercube; do
        run_bulkhead sensitivity "$design/results.h5" --metric makespan --policy native --format json
        expect_status 0
        "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" "$design" <<'END'
import json, sys
(d,) = json.load(open(sys.argv[1]))
n = {x["name"]: x for x in d["numbers"]}
assert set(n) == {"work", "recovery.node-reboot", "write"} and d["numbers"][0]["name"] == "work"
if sys.argv[2] == "morris":
    # 9 hours of work are 9 hours and 9 to 10 pauses of at most two minutes
    assert 9 * 3600 <= n["work"]["size"]["mean"] <= 9.4 * 3600, n["work"]
    assert n["recovery.node-reboot"]["size"]["mean"] == 0 and n["recovery.node-reboot"]["deviation"] == 0
    assert 0 < n["write"]["mean"] < 10 * 119
else:
    first = n["work"]["first"]
    assert first["ci95"][0] <= 0.999 <= first["ci95"][1] or first["mean"] > 0.99, first
    nothing = n["recovery.node-reboot"]
    assert nothing["at_low"] is None and nothing["first"]["ci95"][0] == 0
    if sys.argv[2] == "saltelli":
        assert nothing["total"] == {"mean": 0, "ci95": [0, 0]}
        assert n["work"]["total"]["mean"] > 0.99
        assert 0 < n["write"]["total"]["mean"] < 0.01
    assert n["work"]["at_low"] < 2 * 3600 and n["work"]["at_high"] > 9 * 3600
END
    done
    run_bulkhead sensitivity saltelli/results.h5 --metric makespan
    expect_status 0
    expect_text "$output" 'makespan of native' 'makespan of kvm' 'rows of Saltelli' total 'first order' 'a dash'
}

@test "the difference between two policies has its own causes, and a chart" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    run_bulkhead sensitivity latin-hypercube/results.h5 --metric makespan --policy kvm --against native -o charts --format markdown
    expect_status 0
    expect_text "$output" '### makespan of kvm less that of native' '| number'
    for suffix in dat gp pdf png svg; do
        [ -s "charts/sensitivity-makespan-of-kvm-less-that-of-native.$suffix" ]
    done
    run_bulkhead sensitivity latin-hypercube/results.h5 --metric makespan --policy kvm --format latex
    expect_status 0
    expect_text "$output" toprule bottomrule
}

@test "drawn numbers say where they come from" {
    cat >drawn.yaml <<END
campaign: drawn
scenario: $scenarios/one-enclave.yaml
uncertainty: {draws: 32, numbers: [models.recovery.node-reboot]}
replicas: 1
END
    bulkhead sweep drawn.yaml -q -d drawn >/dev/null
    run_bulkhead sensitivity drawn/results.h5 --metric makespan --policy native
    expect_status 0
    grep -qE '^recovery.node-reboot +assumed ' "$BATS_TEST_TMPDIR/stdout"
}

@test "requests and designs that cannot be met are one message each" {
    local words
    while IFS='|' read -r words text; do
        # shellcheck disable=SC2086 # several words
        run_bulkhead sensitivity $words
        expect_status 2
        [ -z "$output" ]
        expect_text "$errors" "$text"
    done <<'END'
morris/results.h5 --metric makespa --policy native|no metric `makespa`
morris/results.h5 --policy nativ|--policy: no policy `nativ`
morris/results.h5 --policy kvm --against nativ|--against: no policy `nativ`
morris/results.h5 --policy kvm --enclave x|--enclave: no enclave `x`
morris/results.h5 --policy kvm --worlds x|no axis `x`
nothing.h5|cannot read results
END
    bulkhead run "$scenarios/one-enclave.yaml" -q -o plain.h5 >/dev/null
    run_bulkhead sensitivity plain.h5
    expect_status 2
    expect_text "$errors" 'plain.h5 varies no number together with others' saltelli
    sed 's/morris: 8/morris: 8\n    sobol: 3/' morris.yaml >two.yaml
    run_bulkhead sweep two.yaml -d two
    expect_status 2
    expect_text "$errors" two.yaml 'beside `sobol`' 'expected one of them'
    sed 's/morris: 8/saltelli: 90000/' morris.yaml >large.yaml
    run_bulkhead sweep large.yaml -d large
    expect_status 2
    expect_text "$errors" large.yaml '90000 of 3 numbers, 450000 points' 'at most 100000'
    sed 's/- models.recovery.node-reboot/- recovery.node-reboot/' morris.yaml >path.yaml
    run_bulkhead sweep path.yaml -d path
    expect_status 2
    expect_text "$errors" path.yaml 'expected an uncertain number'
    [ ! -e two ] && [ ! -e large ] && [ ! -e path ]
    # Rows that `where` has left out.
    { cat saltelli.yaml && echo 'where: [work < 9]'; } >cut.yaml
    bulkhead sweep cut.yaml -q -d cut >/dev/null
    run_bulkhead sensitivity cut/results.h5 --metric makespan --policy native
    expect_status 2
    expect_text "$errors" 'of the design is not whole'
}

@test "a design can grow by rows, and those that were run stay" {
    sed 's/saltelli: 64/saltelli: 4/' saltelli.yaml >grow.yaml
    bulkhead sweep grow.yaml -q -d grow >/dev/null
    sed 's/saltelli: 64/saltelli: 6/' saltelli.yaml >grow.yaml
    run_bulkhead sweep grow.yaml -d grow --extend -q
    expect_status 0
    sed 's/saltelli: 64/saltelli: 6/' saltelli.yaml >whole.yaml
    bulkhead sweep whole.yaml -q -d whole >/dev/null
    run_bulkhead sensitivity grow/results.h5 --metric makespan --policy native
    cp "$BATS_TEST_TMPDIR/stdout" grown
    run_bulkhead sensitivity whole/results.h5 --metric makespan --policy native
    diff grown "$BATS_TEST_TMPDIR/stdout"
}
