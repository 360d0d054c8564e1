#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What a reader of the first figure has to be told: that results are wrong, and what a crashed node's return decides.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

@test "runs with wrong results are no done ones, and are said; verified ones are right" {
    run_bulkhead run "$scenarios/headline.yaml" -q
    expect_status 0
    expect_text "$output" 'wrong results' 'not done'
    run_bulkhead run "$scenarios/headline.yaml" -q --json
    expect_status 0
    printf '%s' "$output" >bare.json
    run_bulkhead run "$scenarios/headline.yaml" -q --json --set 'workload.enclaves.0.verification={every: checkpoint}'
    expect_status 0
    printf '%s' "$output" >verified.json
    "$PYTHON" - <<'END'
import json
bare, verified = (json.load(open(f"{name}.json"))["policies"] for name in ("bare", "verified"))
assert len(bare) == len(verified) == 3
for b, v in zip(bare, verified):
    # Of a Poisson number of errors that matter, one in a run on average: 63 % wrong; fewer than 3 of 12 in 1e-3.
    assert b["unfinished"] >= 3 and b["makespan"] is None, b["unfinished"]
    assert v["unfinished"] == 0 and v["silent"]["wrong_results"]["mean"] == 0 and v["makespan"]["mean"] > 86400
END
}

# makespans FILE SPARES-FOR REBOOT PEOPLE
makespans() {
    run_bulkhead run "$scenarios/headline.yaml" -q -o "$1" --set platform.nodes=1048576 --set wrong-results=done \
        --set replicas=8 --set "workload.spares-for=$2" --set "models.recovery.node-reboot=$3" \
        --set "models.recovery.software-repair=$4"
    expect_status 0
}

@test "how long a crashed node is away decides the order on 2^20 nodes, unless spares stand in for it" {
    makespans quick.h5 '[node-loss, crash]' '1 min' 0
    makespans slow.h5 '[node-loss, crash]' '5 min' 0
    makespans people.h5 '[node-loss, crash]' '5 min' 1
    makespans alone-quick.h5 '[node-loss]' '1 min' 0
    makespans alone-slow.h5 '[node-loss]' '5 min' 0
    makespans alone-people.h5 '[node-loss]' '5 min' 1
    "$PYTHON" - <<'END'
import h5py
def makespans(name):
    return h5py.File(f"{name}.h5")["makespan"][:, 0]
for name in ("slow", "people"):
    assert (makespans(name) == makespans("quick")).all(), name
native, kvm, palacios = range(3)
quick, slow, people = (makespans(f"alone-{name}").mean(axis=-1) for name in ("quick", "slow", "people"))
print(quick, slow, people)
assert quick[native] < quick[palacios] and slow[native] > slow[palacios]
assert people[native] > 3 * slow[native] and people[palacios] < 2 * slow[palacios]
END
}
