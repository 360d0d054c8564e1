#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Wrong data goes with every exchange, and what one enclave finds is told to all that took data since: closed forms.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

# pair CARRIES VERIFICATION-OF-A VERIFICATION-OF-B SHARE-OF-A SHARE-OF-B [OPTION...]: shares of runs that end with wrong data.
# The error stays in the process where the script puts it, and is found by nothing but verifications.
pair() {
    run_bulkhead run "$scenarios/silent-pair.yaml" -q -o pair.h5 --set replicas=600 --set costs=no --set "models.errors.carries=$1" \
        --set models.channels.message.probability=0 --set models.channels.system-call.probability=0 \
        --set models.channels.kernel-to-process.probability=0 --set models.errors.matters=1 \
        --set "workload.enclaves.0.verification=$2" --set "workload.enclaves.1.verification=$3" "${@:6}"
    expect_status 0
    "$PYTHON" - "$4" "$5" <<'END'
import sys
import h5py, numpy as np
share = h5py.File("pair.h5")["sdc"][0].mean(axis=1)
expected = np.array([float(eval(text)) for text in sys.argv[1:]])
# 4 standard errors of 600 runs; none where it is certain.
allowed = 4 * np.sqrt(expected * (1 - expected) / 600) + 1e-12
print(share, expected)
assert (abs(share - expected) <= allowed).all()
END
}

each='{every: checkpoint, cost: 10 s, recall: 1, latency: 0 s}'
last='{every: 8 h, cost: 10 s, recall: 0.6, latency: 0 s}'
later=(--set 'workload.enclaves.1.work=9 h')
sooner=(--set 'workload.enclaves.0.work=9 h')

@test "the case: wrong data goes with the exchange, with a probability of its own" {
    local carries
    for carries in 0.1 0.5 1; do
        pair "$carries" none none 1 "$carries"
    done
    # The shipped number, and half of it matters.
    run_bulkhead run "$scenarios/silent-pair.yaml" -q -o shipped.h5 --set replicas=600 --set models.channels.message.probability=0
    expect_status 0
    expect_eval shipped.h5 "abs(f['wrong_data'][0, 1].mean() - 0.9) < 0.05 and abs(f['sdc'][0, 1].mean() - 0.45) < 0.08" \
        "(f['sdc'][0] <= f['wrong_data'][0]).all()"
}

@test "a verifies: what it finds before any exchange stays with it, what it finds after is told" {
    local carries
    for carries in 0.1 0.5 1; do
        pair "$carries" "$each" none 0 0
        # Between two exchanges and two verifications.
        pair "$carries" "$each" none 0 0 --set 'script.0.at=12100 s'
        # Once, at the end, while b still works: both begin anew, and exchanges are over.
        pair "$carries" "$last" none 0.4 "0.4 * $carries" "${later[@]}"
        # b is done by then: it counts as wrong.
        pair "$carries" "$last" none 0.4 "$carries" --set 'workload.enclaves.1.work=7 h'
    done
}

@test "b verifies: what it finds is told to a, which goes back further each time that it was not far enough" {
    local carries
    for carries in 0.1 0.5 1; do
        # a has wrong data in every state since 1 h; it is told until it is back before that.
        pair "$carries" none "$each" "1 - $carries" 0 --set checkpoints.local.keep=20
        pair "$carries" none "$each" "1 - $carries" 0
        # Once, at the end of b: a is told to go back to before the first exchange, where it is wrong, too; none follows.
        pair "$carries" none "$last" 1 "0.4 * $carries" "${sooner[@]}" --set checkpoints.local.keep=20
        # With one state kept there is none so old: it begins anew.
        pair "$carries" none "$last" "1 - 0.6 * $carries" "0.4 * $carries" "${sooner[@]}"
    done
}

@test "both verify" {
    local carries
    for carries in 0.1 0.5 1; do
        pair "$carries" "$each" "$each" 0 0 --set 'script.0.at=12100 s'
        # a at its end, b an hour later: if a missed it, b goes back alone.
        pair "$carries" "$last" "${last/8 h/9 h}" 0.4 "0.16 * $carries" "${later[@]}"
        # Both at the same time: a check that misses an error in one misses it in the other, since it is the same data.
        pair "$carries" "$last" "$last" 0.4 "0.4 * $carries"
    done
}

@test "a restore brings clean data, and the next exchange wrong data again" {
    # b crashes at 5 h, is back at a state of 4.5 h that holds the error, or, with exchanges from 4 h 45 on, does not.
    local crash='{at: 5 h, node: 0, zone: host-kernel, enclave: b, kind: data, ending: signalled}'
    sed "s/^models:/  - $crash\nmodels:/" "$scenarios/silent-pair.yaml" >crash.yaml
    local from
    for from in 2 4.75; do
        run_bulkhead run crash.yaml -q -o crash.h5 --set models.errors.carries=1 --set models.errors.matters=1 \
            --set models.channels.message.probability=0 --set models.channels.system-call.probability=0 \
            --set models.channels.kernel-to-process.probability=0 --set "compositions.0.when={windows: [[$from h, 6 h]]}"
        expect_status 0
        expect_eval crash.h5 "(f['sdc'][0] == 1).all() and (f['interruptions'][0, 1] == 1).all()"
    done
    # None comes after the crash: it stays clean.
    run_bulkhead run crash.yaml -q -o clean.h5 --set models.errors.carries=1 --set models.errors.matters=1 \
        --set models.channels.message.probability=0 --set models.channels.system-call.probability=0 \
        --set models.channels.kernel-to-process.probability=0 --set 'compositions.0.when={windows: [[4.75 h, 4.98 h]]}'
    expect_status 0
    expect_eval clean.h5 "(f['sdc'][0, 0] == 1).all() and (f['sdc'][0, 1] == 0).all()"
}

@test "over shared memory partners have it at once; by way of others it goes on" {
    sed -e 's/, nodes: 1}/}/; s/over: network.*}/over: shared-memory, when: always}/' -e 's/nodes: 2/nodes: 1/' \
        "$scenarios/silent-pair.yaml" >shared.yaml
    run_bulkhead run shared.yaml -q -o shared.h5 --set replicas=300 --set models.errors.carries=0.5 --set models.errors.matters=1 \
        --set models.channels.shared-memory.probability=0 --set models.channels.system-call.probability=0 \
        --set models.channels.kernel-to-process.probability=0
    expect_status 0
    expect_eval shared.h5 "(f['sdc'][0, 0] == 1).all() and abs(f['sdc'][0, 1].mean() - 0.5) < 0.12"
    sed -e 's/nodes: 2/nodes: 3/' -e 's/    - {name: b.*/&\n    - {name: c, application: mpi-bulk-synchronous, nodes: 1}/' \
        -e 's/  - {name: wire.*/&\n  - {name: on, between: [b, c], over: network, when: always, coupling: loose, volume: 1 MB, period: 10 min}/' \
        "$scenarios/silent-pair.yaml" >three.yaml
    run_bulkhead run three.yaml -q -o three.h5 --set replicas=600 --set models.errors.carries=0.6 --set models.errors.matters=1 \
        --set models.channels.message.probability=0 --set models.channels.system-call.probability=0 \
        --set models.channels.kernel-to-process.probability=0
    expect_status 0
    expect_eval three.h5 "abs(f['sdc'][0, 1].mean() - 0.6) < 0.08 and abs(f['sdc'][0, 2].mean() - 0.36) < 0.08" \
        "(f['sdc'][0, 2] <= f['sdc'][0, 1]).all()"
}

@test "both engines agree" {
    local engine
    for engine in calendar simgrid; do
        run_bulkhead run "$scenarios/silent-pair.yaml" -q -o $engine.h5 --engine $engine --set 'script.0.at=12100 s' \
            --set 'workload.enclaves.1.verification={every: checkpoint, cost: 10 s, recall: 0.7, latency: 5 min}'
        expect_status 0
    done
    "$PYTHON" -c "
import h5py, numpy as np
a, b = (h5py.File(f'{n}.h5') for n in ('calendar', 'simgrid'))
assert np.allclose(a['makespan'], b['makespan'], rtol=1e-9) and np.array_equal(a['sdc'], b['sdc'])
assert a['silent_rollbacks'][:].sum() + a['silent_beginnings'][:].sum() > 10"
}

@test "a run that ends wrong is not done, unless the scenario says so; tables, JSON and the figure say how many are right" {
    local still=(--set models.errors.matters=1 --set models.channels.message.probability=0 --set models.channels.system-call.probability=0
        --set models.channels.kernel-to-process.probability=0 --set replicas=40)
    { cat "$scenarios/silent-pair.yaml"
      echo 'vary: [{axis: nodes, set: platform.nodes, values: [2, 4]}, {axis: recall, set: workload.enclaves.0.verification.recall, values: [0.2, 1]}]'
    } | sed "s/, nodes: 1}/}/; s/{name: a, application: mpi-bulk-synchronous}/{name: a, application: mpi-bulk-synchronous, verification: {every: 8 h, cost: 10 s, recall: 1, latency: 0 s}}/" >vary.yaml
    run_bulkhead run vary.yaml -q -o vary.h5 "${still[@]}"
    expect_status 0
    expect_text "$output" 'not done' 'wrong results' 'they are not done'
    run_bulkhead report vary.h5 --format=json --no-figure
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
import h5py
file = h5py.File("vary.h5")
policies = json.load(open(sys.argv[1]))["policies"]
assert len(policies) == 4
for row in policies:
    n, r = [2, 4].index(row["point"]["nodes"]), [0.2, 1].index(float(row["point"]["recall"]))
    wrong = file["sdc"][0, n, r, 0].mean()
    assert abs(row["right_results"]["mean"] - (1 - wrong)) < 1e-12 and row["unfinished"] == round(40 * wrong)
    assert (row["makespan"] is None) == (wrong > 0), row
    assert r == 1 or wrong > 0.2
END
    # The figure's data: below net overhead, so many percent of right results along the nodes.
    run_bulkhead report vary.h5 --figure-only -o .
    expect_status 0
    "$PYTHON" - <<'END'
import glob
import h5py, numpy as np
right = 1 - h5py.File("vary.h5")["sdc"][0, :, :, 0].mean(axis=2)  # by nodes and recall
text = open(glob.glob("*.dat")[0]).read()
assert "unfinished_at right right_low right_high" in text
blocks = [[line.split() for line in block.split("\n") if line and line[0] != "#"] for block in text.split("\n\n\n")]
blocks = [np.array(b, dtype=float) for b in blocks if b and len(b[0]) == 11]
assert len(blocks) >= 2
for block in blocks:
    assert np.array_equal(block[:, 0], [2, 4])
    assert any(np.allclose(block[:, 5], 100 * right[:, r], rtol=1e-5) for r in range(2)), (block, right)
END
    run_bulkhead run vary.yaml -q -o done.h5 "${still[@]}" --set wrong-results=done
    expect_text "$output" 'their makespans count like all others'
    refuse expect_text "$output" 'not done'
    "$PYTHON" -c "
import h5py, numpy as np
a, b = h5py.File('vary.h5'), h5py.File('done.h5')
assert all(np.array_equal(a[n], b[n]) for n in ('makespan', 'sdc', 'finished'))"
}

@test "who is ahead by runs with wrong results is ahead nowhere" {
    # On these nodes about every third run ends wrong, and every one ends.
    cat >wrong.yaml <<'END'
scenario: wrong
title: Silent errors, which nothing verifies
platform: {file: parametric.yaml, nodes: 65536}
workload:
  work: 24 h
  horizon: 40 d
  spares: 0.1 %
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, guests-per-node: 1, processes-per-guest: 4}
checkpoints: {local: {interval: exact, keep: 3}, storage: {interval: exact, keep: 3}}
baseline: native
policies:
  - {system: native, policy: native, name: native}
  - {system: kvm, policy: protection-first, name: kvm}
replicas: 12
seed: 3
END
    local rule
    for rule in done not-done; do
        run_bulkhead run wrong.yaml -q -o "$rule.h5" --set "wrong-results=$rule"
        expect_status 0
        bulkhead report "$rule.h5" >"$rule.txt"
        bulkhead advise "$rule.h5" >"$rule-advice.txt"
    done
    expect_eval not-done.h5 "(f['finished'][()] == 1).all() and 0 < f['sdc'][()].sum(axis=2).min()"
    # Times are the same, what they count as is not: no means, and useful work instead of net overhead, in tables
    # and advice (orders and critical values: tests/command/test_report.bats; Python: tests/support/python_package.py).
    grep -qE '^ +native +[0-9.]+ h' done.txt
    grep -qE '^ +native +not done [1-9]' not-done.txt
    run diff <(sed 1,2d done-advice.txt) <(sed 1,2d not-done-advice.txt)
    [ "$status" -eq 1 ]
    grep -q 'native, with net overhead' done-advice.txt
    grep -q 'native, with lost node time' not-done-advice.txt
    grep -q 'ends all its runs before the horizon and with right results' not-done-advice.txt
}

@test "another enclave than the one that the tables are of ends wrong: the summary says so" {
    sed 's/enclave: a, kind: data/enclave: b, kind: data/' "$scenarios/silent-pair.yaml" >other.yaml
    run_bulkhead run other.yaml -q --set models.errors.carries=0 --set models.errors.matters=1 --set costs=no \
        --set models.channels.system-call.probability=0 --set models.channels.message.probability=0
    expect_status 0
    expect_text "$output" 'native  100 % [' 'Of the other enclaves b ends wrong most often, in 100 % of replicas under native native'
    run_bulkhead run other.yaml -q --set models.errors.carries=0 --set models.errors.matters=0 --set costs=no
    refuse expect_text "$output" 'Of the other enclaves'
}
