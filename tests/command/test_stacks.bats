#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Every bundled stack runs every bundled policy that its structure and its mechanisms allow, and says of the others what is
# missing; and a sentence of experiments/stacks.yaml that structure decides.

load ../support/common

# scenario SYSTEM POLICY...: a line for each.
scenario() {
    local system=$1 policy
    shift
    printf 'scenario: all\ntitle: All policies\nplatform: {file: parametric.yaml, nodes: 16}\n'
    printf 'workload: {work: 1 h, enclaves: [{name: simulation, application: mpi-bulk-synchronous}]}\n'
    printf 'baseline: %s\npolicies:\n' "$1"
    for policy in "$@"; do
        printf '  - {system: %s, policy: %s, name: %s}\n' "$system" "$policy" "$policy"
    done
}

# What a system does not run, and a word of why.
refused() {
    case $1 in
    native | container | palacios*) echo 'remapped-devices not_offered' ;;
    pisces | covirt) echo 'remapped-devices not_offered' ;;
    qemu | microvm) printf 'native vmm\nremapped-devices not_offered\n' ;;
    kvm-nested) echo 'native outer-vmm' ;;
    kvm*) echo 'native vmm' ;;
    xen | jailhouse) echo 'oops no_`stop`_for_that' ;;
    esac
}

@test "each stack runs each policy that it can, and names what it lacks for the others" {
    local file system policies policy word
    cd "$BATS_TEST_TMPDIR"
    policies=$(sed -nE 's/^  ([a-z-]+):$/\1/p' "$SOURCE_DIRECTORY/models/data/policies.yaml")
    [ "$(wc -w <<<"$policies")" -ge 13 ]
    for file in "$SOURCE_DIRECTORY"/models/data/systems/*.yaml; do
        system=$(basename "$file" .yaml)
        [ -n "$(refused "$system")" ] # a new one has to be thought of
        local allowed=$policies
        while read -r policy word; do
            allowed=$(grep -vx "$policy" <<<"$allowed")
            scenario "$system" "$policy" >refused.yaml
            run_bulkhead check refused.yaml
            expect_status 2
            expect_text "$errors" "policy \`$policy\`" "${word//_/ }" "$system"
        done < <(refused "$system")
        # shellcheck disable=SC2086 # a word each
        scenario "$system" $allowed >allowed.yaml
        run_bulkhead run allowed.yaml -q --replicas 1
        expect_status 0
    done
}

@test "where nothing stops a zone, its disposition fails upward, and check says so" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/stacks.yaml"
    expect_status 0
    expect_text "$output" 'xen: dom0 -> guest' 'fails upward: `xen` names no stop for it' \
        'fails upward: `jailhouse` names no reclaim for it'
}

@test "the comparison has every stack, on 16,384 nodes and with 20 replicas" {
    local file stacks=$SOURCE_DIRECTORY/experiments/stacks.yaml
    for file in "$SOURCE_DIRECTORY"/models/data/systems/*.yaml; do
        grep -q "{system: $(basename "$file" .yaml)," "$stacks"
    done
    grep -q '^platform: {file: parametric.yaml, nodes: 16384}$' "$stacks"
    grep -q '^replicas: 20$' "$stacks"
}
