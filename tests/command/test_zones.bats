#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Zones by kind and by name, where a node has two of a kind: what a script strikes, and what policies take down.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    need_h5py
}

nested=$scenarios/nested.yaml

# run_one [OPTION...]: results in one.h5.
run_one() {
    run_bulkhead run "$nested" -q -o one.h5 "$@"
    expect_status 0
}

# expect_hit FIRST SECOND: interruptions of the two enclaves in each replica, one policy.
expect_hit() {
    expect_eval one.h5 "(f['interruptions'][0] == [[$1], [$2]]).all()"
}

@test "a zone by kind is the enclave's own, not the one that all guests are nested in" {
    run_one
    expect_hit 1 0
    run_one --set script.0.enclave=b
    expect_hit 0 1
    # By the chain, too.
    expect_eval one.h5 "f['script_loss_exact'][0][1][2] == 1 and f['script_loss_exact'][0][0].sum() == f['script_loss_exact'][0][0][0]"
}

@test "a zone by its own name: the guest that all are nested in, and its process" {
    local zone
    for zone in outer-guest outer-vmm; do
        run_one --set script.0.zone=$zone
        expect_hit 1 1
        # The node stays up, and the guests boot.
        expect_eval one.h5 "(f['failures'][0][:, 2] == 1).all() and f['failures'][0].sum() == 3"
    done
    for zone in vmm guest; do
        run_one --set script.0.zone=$zone
        expect_hit 1 0
    done
    run_bulkhead check "$nested" --set script.0.zone=outer-vmm
    expect_text "$output" 'a data error in outer-vmm of a on node 0'
    run_bulkhead check "$nested" --set script.0.zone=outer-vmm --json
    expect_text "$output" '"zone": "outer-vmm"'
}

@test "a disposition by zone name holds for that zone alone" {
    run_one --set define.policies.l1.dispositions.outer-guest=node
    expect_hit 1 0
    run_one --set define.policies.l1.dispositions.guest=node
    expect_hit 1 1
    run_one --set define.policies.l1.dispositions.outer-guest=node --set script.0.zone=outer-guest
    expect_hit 1 1
    expect_eval one.h5 "(f['failures'][0][:, 3] == 1).all()"
    run_bulkhead check "$nested" --set define.policies.l1.dispositions.outer-guest=node
    expect_text "$output" 'outer-guest: node'
    run_bulkhead check "$nested" --set define.policies.l1.dispositions.outer-guest=node --json
    expect_text "$output" '"outer-guest": "node"'
    # On a system without that zone it does nothing, and is said to.
    run_bulkhead check "$nested" --set define.policies.l1.dispositions.outer-guest=node --set policies.0.system=kvm
    expect_status 0
    expect_text "$output" 'outer-guest: node (no system here has it)'
}

@test "every policy that comes with the catalog, but native's, contains on nested guests" {
    local policy
    for policy in $(sed -n 's/^  \([a-z-]*\):$/\1/p' "$SOURCE_DIRECTORY/models/data/policies.yaml"); do
        [ "$policy" != native ] || continue
        run_one --replicas 1 --set "policies.0.policy=$policy"
        case $policy in
        as-host-kernel | same-os | protected-guards) expect_hit 1 1 ;;
        *) expect_hit 1 0 ;;
        esac
    done
}

@test "guests of an enclave nested in each other: one of them by name, and booted when it alone fails" {
    run_bulkhead check "$nested" --set policies.0.system=twofold
    expect_status 2
    expect_text "$errors" ':36:35: ' 'found the zone `guest-kernel`, of which the system `twofold` has several' \
        'expected the name of one: outer, inner'
    local zone boot
    for zone in inner outer; do
        for boot in 0 30; do
            run_one --set policies.0.system=twofold --set "script.0.zone=$zone" --set costs=no \
                --set "models.systems.twofold.costs.guest-boot=$boot s"
            expect_hit 1 0
            mv one.h5 "$boot.h5"
        done
        "$PYTHON" - <<'END'
import h5py
import numpy as np
makespan = [h5py.File(f"{boot}.h5")["makespan"][0][0] for boot in (0, 30)]
assert np.allclose(makespan[1] - makespan[0], 30, rtol=0, atol=1e-6), makespan
END
    done
}

@test "zones that are not there, and endings that a zone cannot have" {
    run_bulkhead run "$nested" -q --set script.0.zone=outer-gest
    expect_status 2
    expect_text "$errors" 'script.0.zone' 'outer-gest' 'did you mean `outer-guest`?'
    run_bulkhead run "$nested" -q --set script.0.zone=outer-guest --set policies.0.system=kvm
    expect_status 2
    expect_text "$errors" 'found the zone `outer-guest`, which the system `kvm` does not have' 'host, vmm, guest, process'
    local zone
    for zone in vmm host-user outer-vmm outer-guest guest-kernel; do
        run_bulkhead run "$nested" -q --set script.0.ending=silent --set "script.0.zone=$zone"
        expect_status 2
        expect_text "$errors" 'script.0.ending' "found \`silent\` in the zone $zone" 'only application data holds silent errors'
    done
    run_bulkhead run "$nested" -q --set define.policies.l1.dispositions.outer-gest=node
    expect_status 2
    expect_text "$errors" 'outer-gest' 'did you mean `outer-guest`?'
}
