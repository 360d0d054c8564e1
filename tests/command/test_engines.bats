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

@test "they do where SimGrid runs its actors as threads" {
    # Cases 9 and 14 are such that one replica seemed to stand for all, by a count that each thread kept for itself.
    BH_SIMGRID_OPTIONS=--cfg=contexts/factory:thread \
        "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/engines.py" "$BULKHEAD" 6 9 >told || { cat told >&2; return 1; }
    grep -q '^6 scenarios, 0 differ, 0 were refused$' told
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

@test "results say what SimGrid carried out: all that met others, or by the reference all" {
    local two='workload.enclaves=[{name: a, application: mpi-bulk-synchronous}, {name: b, application: mpi-bulk-synchronous, start: 1 min}]'
    sed -e '/^checkpoints:/,/final:/d' "$scenarios/one-enclave.yaml" >one.yaml
    printf 'checkpoints: {storage: {interval: 30 min}, final: yes}\n' >>one.yaml
    run_bulkhead run one.yaml -q -o alone.h5
    expect_eval alone.h5 "(m('transfers', 'kvm') > 0).all() and (m('transfers_carried', 'kvm') == 0).all()" \
        "(m('carried_time', 'kvm') == 0).all()"
    run_bulkhead run one.yaml -q -o all.h5 --engine simgrid
    expect_eval all.h5 "(m('transfers_carried', 'kvm') == m('transfers', 'kvm')).all()" "(m('carried_time', 'kvm') > 0).all()"
    run_bulkhead check one.yaml
    expect_text "$output" 'traffic      never meets' || return 1
    run_bulkhead run one.yaml -q -o two.h5 --set "$two"
    cat "$BATS_TEST_TMPDIR"/std* >&2 || true
    expect_eval two.h5 "(m('transfers_carried', 'kvm') > 0).all() and (m('carried_time', 'kvm') < 1).all()"
    "$PYTHON" - <<'END'
import h5py, json
with h5py.File("two.h5") as file:
    told = json.loads(file.attrs["provenance"])["traffic"]
    assert told["transfers"] == file["transfers"][()].sum() and told["carried_by_simgrid"] == file["transfers_carried"][()].sum()
END
}

# FILE ENGINE BYTES DAYS: sixteen that write at once and are told apart by noise alone.
write_at_once() {
    run_bulkhead run noise.yaml -q --replicas 4 --engine "$2" -o "$1.h5" --set "workload.work=$4 d" \
        --set "models.applications.mpi-bulk-synchronous.checkpoint-bytes=$3 B"
    expect_status 0
}

# The largest difference of makespans of two files.
apart() {
    "$PYTHON" -c 'import h5py, sys
one, other = (h5py.File(name)["makespan"][()] for name in sys.argv[1:])
print(abs(one - other).max())' "$@"
}

@test "where rounding grows, the engines differ by no more than a byte more makes either differ from itself" {
    sed -e '/^vary:/,$d' -e '/system: kvm/d' -e '/^  hardware:/d' -e '/^  software:/d' -e 's/^faults:$/faults: none/' \
        -e 's/nodes: 131072/nodes: 1048576/' "$SOURCE_DIRECTORY/experiments/shared-storage.yaml" >noise.yaml
    local days bytes=17179869184
    for days in 2 4; do
        write_at_once calendar calendar $bytes $days
        write_at_once calendar-byte calendar $((bytes + 1)) $days
        write_at_once simgrid simgrid $bytes $days
        write_at_once simgrid-byte simgrid $((bytes + 1)) $days
        echo "$(apart calendar.h5 simgrid.h5) $(apart calendar.h5 calendar-byte.h5) $(apart simgrid.h5 simgrid-byte.h5)"
    done >apart
    # After two days less than a tenth of what a byte does; by the fourth a byte has grown to seconds in each.
    awk 'NR == 1 { if ($1 > 0.1 * $2 || $1 > 0.1 * $3 || $1 > 1e-4) exit 1 }
         NR == 2 { if ($1 > $2 || $1 > $3 || $2 < 1 || $3 < 1) exit 1 }' apart || { cat apart >&2; return 1; }
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
