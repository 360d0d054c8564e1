#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Equal trust: patterns of checkpoints and verifications that are chosen for a share of wrong results.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    trust=$scenarios/trust.yaml
    rate='models.applications.mpi-bulk-synchronous.fault-rate=0.03 1/h'
}

# expect_bad PART...: refused as bad input, with a message that has each.
expect_bad() {
    expect_status 2
    expect_text "$errors" "$@"
}

@test "chosen patterns reach the target, cost what they promise, and no grid has a cheaper one" {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/equal_trust.py" "$BULKHEAD" "$trust"
}

@test "several verifications for each checkpoint" {
    need_h5py
    # Four hours, hourly checkpoints of 60 s, a verification of 30 s after each 20 minutes.
    run_bulkhead run "$scenarios/one-enclave.yaml" -q -o three.h5 \
        --set 'workload.enclaves.0.verification={every: checkpoint, per-checkpoint: 3, cost: 30 s, recall: 1}'
    expect_status 0
    ask ledger three.h5 0
    expect_eval three.h5 "abs(m('makespan', 'kvm')[0, 0] - (14400 + 3 * 60 + 12 * 30)) < 1e-6" \
        "m('verifications', 'kvm')[0, 0] == 12"
    # Where enclaves take turns at their checkpoints, verifications go with those: half an hour earlier here, so that one more
    # comes at the end.
    sed 's/^checkpoints:/checkpoints:\n  staggered: yes/; s/processes-per-guest: 4}/processes-per-guest: 4, node-share: 0.5}/' \
        "$scenarios/one-enclave.yaml" >turns.yaml
    sed -i '/name: simulation/{p;s/simulation/other/}' turns.yaml
    each='{every: checkpoint, per-checkpoint: 3, cost: 30 s, recall: 1}'
    run_bulkhead run turns.yaml -q -o turns.h5 --set "workload.enclaves.0.verification=$each" \
        --set "workload.enclaves.1.verification=$each"
    expect_status 0
    expect_eval turns.h5 "m('verifications', 'kvm')[0, 0] == 12" "m('verifications', 'kvm')[1, 0] == 13"
    # An error of the second piece is found at its end, 1,240 s later than the first checkpoint's verification at most.
    { cat "$scenarios/one-enclave.yaml"
      echo 'script: [{at: 5400 s, node: 1, zone: guest-user, kind: data, ending: silent}]'; } >one.yaml
    run_bulkhead run one.yaml -q -o one.h5 --set models.errors.matters=1 --set "workload.enclaves.0.verification=$each"
    expect_status 0
    expect_eval one.h5 "m('silent_found', 'kvm')[0, 0] == 1" \
        "abs(m('makespan', 'kvm')[0, 0] - (14940 + 2 * 1230 + 20)) < 1e-6" \
        "abs(m('detection_delay', 'kvm')[0, 0] - (3750 + 2 * 1230 - 5400)) < 1e-6"
}

@test "check says what was chosen, what it promises, and where no pattern reaches the target" {
    run_bulkhead check "$trust" --set "$rate"
    expect_status 0
    expect_text "$output" 'at most 0.2 % of runs with a wrong result' 'as many are kept as is cheapest' \
        'Patterns: the cheapest of those that leave at most 0.2 %'
    refuse grep -q 'keep is 1\|at best' <<<"$output"
    run_bulkhead check "$trust" --set "$rate" --set workload.trust=1e-5
    expect_status 0
    expect_text "$output" '% at best' 'at most twice as many wrong as the best that can be reached'
    # What is given stays; without silent errors nothing is verified.
    run_bulkhead check "$trust" --set "$rate" --set checkpoints.local.keep=7 --set 'checkpoints.local.interval=40 min' \
        --set workload.enclaves.0.verification.per-checkpoint=5 --json
    expect_status 0
    "$PYTHON" -c 'import json, sys
pattern = json.loads(sys.argv[1])["trust"]["patterns"][0]
assert (pattern["interval_s"], pattern["verifications_per_checkpoint"], pattern["keep"]) == (2400, 5, 7), pattern' \
        "$output"
    run_bulkhead check "$trust" --set faults=none --json
    expect_status 0
    "$PYTHON" -c 'import json, sys
pattern = json.loads(sys.argv[1])["trust"]["patterns"][0]
assert pattern["met"] and pattern["interval_s"] is None and pattern["verifications_per_checkpoint"] == 0, pattern
assert abs(pattern["expected_s"] - 86400) < 1e-6, pattern' "$output"
}

@test "each line of a comparison has its own pattern, and the baseline of the price that of the line" {
    need_h5py
    run_bulkhead run "$SOURCE_DIRECTORY/experiments/balance.yaml" -q -o lines.h5 --replicas 2 --set workload.trust=1e-3 \
        --set 'vary.0.values=[131072]' --set 'vary.1.values=[{label: warm, set: {workload.spares: 0.1 %}}]' \
        --set 'uncertainty.values=[1e-3]' --set 'policies=[{system: native, policy: native},
            {system: kvm, policy: protection-first}, {system: kvm, policy: as-host-kernel}]'
    expect_status 0
    expect_eval lines.h5 "len({round(float(m('interval', p).flat[1])) for p in
        ('native native', 'kvm protection-first', 'kvm as-host-kernel')}) == 3" \
        "0.03 < m('price', 'kvm as-host-kernel').flat[0] < 0.08"
}

@test "refusals name the key" {
    run_bulkhead check "$trust" --set workload.trust=0
    expect_bad 'workload.trust' 'above 0'
    run_bulkhead check "$trust" --set 'workload.enclaves.0.verification.every=10 min'
    expect_bad 'beside workload.trust' 'expected checkpoint'
    run_bulkhead check "$trust" --set checkpoints=none
    expect_bad 'workload.trust' 'a scenario without checkpoints'
    run_bulkhead check "$scenarios/one-enclave.yaml" \
        --set 'workload.enclaves.0.verification={every: 10 min, per-checkpoint: 2, cost: 1 s, recall: 1}'
    expect_bad 'per-checkpoint' 'one of both'
}
