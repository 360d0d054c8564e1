#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The calendar and SimGrid find the same, and what happens at one instant happens in one order.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

@test "both engines find the same in random scenarios, a fifth of them made of ties" {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/engines.py" "$BULKHEAD" 60 >told || { cat told >&2; return 1; }
    grep -q '^60 scenarios, 0 differ, 0 were refused$' told
}

# Four nodes, checkpoints after every half hour of work, 60 s each: the first from 1,800 to 1,860 s.
strike() {
    local engine=$1 at=$2
    sed -e '/^checkpoints:/,/final:/d' "$scenarios/one-enclave.yaml" >one.yaml
    printf 'checkpoints: {partner: {interval: 30 min, write: 60 s, read: 60 s}}\n' >>one.yaml
    printf 'script: [{at: %s, node: 1, fault: node-loss}]\n' "$at" >>one.yaml
    run_bulkhead run one.yaml -q -o "$engine.h5" --engine "$engine" --set workload.spares=1
    expect_status 0
}

@test "what strikes at the instant at which a checkpoint ends takes it along, by either engine" {
    local engine
    for engine in calendar simgrid; do
        strike "$engine" '1860 s'
        expect_eval "$engine.h5" "m('node_time', 'kvm')[0, 0, part.index('lost-work')] == 4 * 1860"
        strike "$engine" '1860.001 s'
        expect_eval "$engine.h5" "m('node_time', 'kvm')[0, 0, part.index('lost-work')] < 4 * 0.01"
    done
}

@test "an engine that there is not is refused, wherever it is named" {
    run_bulkhead run "$scenarios/one-enclave.yaml" --engine actors
    expect_status 2
    expect_text "$errors" 'unknown engine `actors`; known: calendar, simgrid'
    run_bulkhead run "$scenarios/one-enclave.yaml" --set engine=none
    expect_status 2
}

@test "a unit of a sweep is known by its engine" {
    printf 'campaign: small\nscenario: %s\nreplicas: 2\n' "$scenarios/one-enclave.yaml" >sweep.yaml
    run_bulkhead sweep sweep.yaml -q -d store --engine simgrid
    expect_status 0
    run_bulkhead sweep sweep.yaml -q -d store --resume
    expect_status 2
    run_bulkhead sweep sweep.yaml -q -d store --resume --engine simgrid
    expect_status 0
}
