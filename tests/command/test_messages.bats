#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Messages say what to do: mistakes that people make, and scenarios that are allowed and seldom meant.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    scenario=$scenarios/one-enclave.yaml
    balance=$scenarios/small-balance.yaml
}

# refused PLACE PART... -- ARGUMENT...: one message with status 2 that begins with the place and holds every part.
refused() {
    local place=$1 parts=()
    shift
    while [ "$1" != -- ]; do
        parts+=("$1")
        shift
    done
    shift
    run_bulkhead "$@"
    expect_status 2 || return 1
    [ -z "$output" ] || return 1
    [ "$(grep -c '^bulkhead: ' <<<"$errors")" -eq 1 ] || return 1
    case $errors in
    "bulkhead: $place"*) ;;
    *)
        printf 'expected %s at the beginning of:\n%s\n' "$place" "$errors" >&2
        return 1
        ;;
    esac
    expect_text "$errors" "${parts[@]}"
}

# The scenario with a change by sed.
changed() {
    sed "$1" "$scenario" >"$2"
}

@test "a tab in the indentation, and one before a value" {
    changed 's/^  work:/\twork:/' tab.yaml
    refused tab.yaml:6:1: 'a tab in the indentation; expected spaces' -- check tab.yaml
    changed 's/^  work:/  \twork:/' tab.yaml
    refused tab.yaml:6: 'a tab in the indentation; expected spaces' -- check tab.yaml
    changed 's/^title: /title: \t@/' at.yaml
    refused at.yaml:3: '`@` cannot begin a value; expected it in quotes' -- check at.yaml
}

@test "a missing colon is shown in the line of the key" {
    changed 's/^workload:/workload/' colon.yaml
    refused colon.yaml:5:1: '`workload` has no colon; expected `workload: value`' -- check colon.yaml
    changed 's/^  work: 4 h/  work 4 h/' colon.yaml
    refused colon.yaml:6:3: '`work` has no colon' -- check colon.yaml
    changed 's/^  work: 4 h/  work:4 h/' colon.yaml
    refused colon.yaml:6:3: '`work` has no space behind its colon' -- check colon.yaml
    # Not where a comment or an empty line stands in between.
    changed 's/^  work: 4 h/  work 4 h\n\n  # work: of each node/' colon.yaml
    refused colon.yaml:6:3: '`work` has no colon' -- check colon.yaml
    changed 's/application: mpi/application mpi/' colon.yaml
    refused colon.yaml:10: 'did you mean `application: mpi-bulk-synchronous`, with a colon and a space?' -- check colon.yaml
    # The last key of a block becomes part of the value before it.
    printf 'scenario: x\nworkload:\n  work: 4 h\n  horizon 10 d\nplatform: {file: testbed.xml, nodes: 4}\npolicies: []\n' >colon.yaml
    refused colon.yaml:4:3: '`horizon` has no colon' -- check colon.yaml
    printf 'campaign: x\nscenario: %s\nreplicas: 4\n  unit 1\n' "$scenario" >colon.yaml
    refused colon.yaml:3: 'the value goes on in line 4: is a colon missing there?' -- sweep colon.yaml -q
    changed 's/^title: /title: a: /' colon.yaml
    refused colon.yaml:3:9: 'a second colon in the line; expected the value in quotes' -- check colon.yaml
}

@test "other files of Bulkhead given for a scenario" {
    need_h5py
    local command
    printf 'campaign: c\nscenario: %s\n' "$scenario" >c.yaml
    for command in run check contain; do
        refused c.yaml:1:1: 'this is a campaign; expected a scenario' '`bulkhead sweep` runs campaigns' -- "$command" c.yaml || return 1
    done
    refused "$SOURCE_DIRECTORY/platforms/parametric.yaml:" 'this is a machine; expected a scenario' -- \
        run "$SOURCE_DIRECTORY/platforms/parametric.yaml"
    run_bulkhead run "$scenario" -q -o results.h5
    expect_status 0
    refused 'results.h5: this is a results file; expected a scenario' '`bulkhead report`' -- run results.h5
}

@test "a number of replicas has the same limits everywhere" {
    local word
    for word in 0 1000001; do
        run_bulkhead run "$scenario" --replicas "$word"
        expect_status 2
        expect_text "$errors" 'from 1 to 1000000'
        refused --set:1: 'from 1 to 1000000' -- run "$scenario" --set "replicas=$word"
    done
}

@test "--set shows the whole of PATH=VALUE, for models too" {
    refused --set:1:27: models.faults.memory.rate=5 'has no unit' -- run "$scenario" --set models.faults.memory.rate=5
    refused --set:1: 'models.faults.memory.rate=[1' -- run "$scenario" --set 'models.faults.memory.rate=[1'
    refused --set:1: models.nothing.there=3 -- run "$scenario" --set models.nothing.there=3
    refused --set:1: models.memory.code=none-such -- run "$scenario" --set models.memory.code=none-such
    # What only the whole catalog shows to be wrong, too, wherever it was written.
    refused --set:1:40: 'expected a time above 0' -- check "$scenario" --set 'models.zones.host-kernel.data.lifetime=0 s'
    refused --set:1:47: 'at least 1 us' -- \
        check "$scenario" --set 'models.applications.mpi-bulk-synchronous.step=1e-300 s'
    refused --set:1:77: 'expected a time above 0' -- check "$scenario" \
        --set 'vary=[{axis: life, set: models.zones.host-user.data.lifetime, values: [1 s, 0 s]}]'
    sed 's/^  recovery.detection: .*/  zones: {host-user: {data: {masked: 0.9, signalled: 0.9}}}/' "$scenario" >shares.yaml
    refused "shares.yaml:$(grep -n '^  zones:' shares.yaml | cut -d: -f1):38:" 'that sum to 1.8' -- check shares.yaml
}

@test "results of another version say so, whether they can be read or not" {
    need_h5py
    run_bulkhead run "$scenario" -q -o results.h5
    "$PYTHON" -c 'import h5py; h5py.File("results.h5", "r+").attrs["version"] = "0.0.7"'
    run_bulkhead report results.h5 --no-figure
    expect_status 0
    expect_text "$errors" 'results.h5 was written by bulkhead 0.0.7; this is'
    "$PYTHON" -c 'import h5py; del h5py.File("results.h5", "r+")["makespan"]'
    refused "results.h5: 'makespan'" 'it was written by bulkhead 0.0.7, and this is' -- report results.h5 --no-figure
}

@test "all missing keys of a block are named at once" {
    printf 'scenario: x\n' >few.yaml
    refused few.yaml:1:1: 'the keys `platform`, `workload`, `policies` are missing' -- check few.yaml
    changed 's/{file: testbed.xml, nodes: 4}/{}/' few.yaml
    refused few.yaml:4: 'platform: the keys `file`, `nodes` are missing' -- check few.yaml
    changed 's/{system: native, policy: native, name: native}/{name: native}/' few.yaml
    refused few.yaml:17: 'policies.0: the keys `system`, `policy` are missing' -- check few.yaml
    refused --set:1: 'the keys `over`, `when` are missing' -- check "$scenario" --set 'compositions=[{name: a, between: [simulation]}]'
    refused --set:1: 'the keys `probability`, `every`, `tolerated` are missing' -- check "$scenario" \
        --set 'define={faults: {a: {description: b, landing: memory, mend: repair, rate: {value: 1, unit: 1/h, status: computed, source: b}, instruction-share: {value: 0, status: computed, source: b}, repair-median: {value: 1, unit: h, status: computed, source: b}, repair-sigma: {value: 0, status: computed, source: b}, recurrence: {}}}}'
}

@test "a message names its path once" {
    run_bulkhead check "$scenario" --set 'define={faults: {a: {description: b, landing: memory, mend: reboot, rate: {value: 1, unit: 1/h, status: computed, source: b}, instruction-share: {value: 0, status: computed, source: b}, recurrence: {}}}}'
    expect_status 2
    expect_text "$errors" 'found with mend: reboot; expected mend: repair'
    [ "$(head -n 1 <<<"$errors" | grep -o 'faults.a.recurrence' | wc -l)" -eq 1 ]
    run_bulkhead check "$scenario" --set 'define={faults: {a: {description: b, landing: memory, mend: reboot, carrier: machine, rate: {value: 1, unit: 1/h, status: computed, source: b}, instruction-share: {value: 0, status: computed, source: b}}}}'
    expect_status 2
    [ "$(head -n 1 <<<"$errors" | grep -o 'faults.a' | wc -l)" -eq 1 ]
}

# remarked PART... -- ARGUMENT...: run says it on stderr, check among its remarks; neither minds.
remarked() {
    local parts=()
    while [ "$1" != -- ]; do
        parts+=("$1")
        shift
    done
    shift
    run_bulkhead run "$@" --replicas 1 || return 1
    expect_status 0 || return 1
    expect_text "$errors" "${parts[@]}" || return 1
    run_bulkhead check "$@" --json || return 1
    expect_text "$output" "${parts[@]}"
}

@test "faults that are counted twice are told" {
    remarked 'faults of memory are counted twice' '`memory`' '`dram-detected`' -- "$scenario" \
        --set 'faults={hardware: [memory, dram-detected], software: no}'
    run_bulkhead check "$scenario" --set 'faults={hardware: [dram-detected, dram-undetected], software: no}'
    [[ $output != *'counted twice'* ]]
    # What never strikes is not counted.
    run_bulkhead check "$scenario" --set 'faults={hardware: [memory, dram-detected], software: no}' \
        --set models.faults.memory.rate=0
    expect_status 0
    [[ $output != *'counted twice'* ]]
    run_bulkhead fit "$SOURCE_DIRECTORY/experiments/failures.csv" --yaml classes.yaml --bootstrap 0 -q
    expect_status 0
    { sed '/^faults:/d' "$scenario"; cat classes.yaml; echo 'faults: {hardware: [recorded, node-loss], software: yes}'; } >fitted.yaml
    remarked 'failures of software may be counted twice: the log behind `recorded`' \
        'losses of nodes may be counted twice' 'beside `node-loss`' -- fitted.yaml
    run_bulkhead check fitted.yaml --set models.components.linux.fault-rate=0 \
        --set models.components.qemu-device-model.fault-rate=0 --set models.components.kvm-module.fault-rate=0 \
        --set models.applications.mpi-bulk-synchronous.fault-rate=0 --set models.faults.node-loss.rate=0
    expect_status 0
    [[ $output != *'counted twice'* ]]
    run_bulkhead run fitted.yaml --set 'faults={hardware: [recorded], software: no}'
    refuse grep -q 'counted twice' <<<"$errors"
}

@test "told to be quiet, run and sweep make no remarks, and the help says so" {
    local settings=(--set 'faults={hardware: [memory, dram-detected], software: no}' --replicas 1)
    printf 'campaign: c\nscenario: %s\n' "$scenario" >c.yaml
    run_bulkhead run "$scenario" "${settings[@]}" -q
    expect_status 0
    [ -z "$errors" ]
    run_bulkhead sweep c.yaml "${settings[@]}" -j 1 -q
    expect_status 0
    [ -z "$errors" ]
    local command
    for command in run sweep; do
        run_bulkhead "$command" --help
        grep -qE -- '--quiet +Show neither progress nor remarks' <<<"$output" || return 1
    done
}

@test "policies that come to the same are told, and others are not" {
    remarked 'the lines of policies `one` and `two` come to the same here' -- "$scenario" --set baseline=one \
        --set 'policies=[{system: kvm, policy: protection-first, name: one}, {system: kvm, policy: protection-first, name: two}, {system: kvm, policy: as-host-kernel}]'
    # QEMU has one level of guards, so those that differ in guards alone do not differ.
    remarked '`a` and `b` come to the same' -- "$scenario" --set baseline=a \
        --set 'policies=[{system: qemu, policy: protection-first, name: a}, {system: qemu, policy: protected-disposition, name: b}]'
    run_bulkhead check "$balance"
    refuse grep -q 'come to the same' <<<"$output"
}

# policy NAME SCOPE-OF-GUEST-KERNELS ZONE...: one of define.policies.
policy() {
    local name=$1 scope=$2
    shift 2
    printf '%s: {description: d, dispositions: {host-kernel: node, host-user: guest, guest-kernel: %s, %sguest-user: process}, guards: strongest}' \
        "$name" "$scope" "$(printf '%s, ' "$@")"
}

@test "dispositions are compared zone by zone, whatever kind or name they are given by" {
    local policies
    policies="policies: {$(policy l1 guest 'outer-guest: guest'), $(policy l2 guest 'outer-guest: node'), $(policy l3 node 'guest: guest')}"
    run_bulkhead check "$scenario" --json --set baseline=l1 --set "define={$policies}" \
        --set 'policies=[{system: kvm-nested, policy: l1, name: l1}, {system: kvm-nested, policy: l2, name: l2}, {system: kvm-nested, policy: l3, name: l3}]'
    expect_status 0
    expect_text "$output" 'the lines of policies `l2` and `l3` come to the same'
    [[ $output != *'`l1` and'* ]]
    # Natively a guest is a process.
    policies="policies: {$(policy g node 'process: guest'), $(policy p guest 'process: process'), $(policy n node 'process: node')}"
    run_bulkhead check "$scenario" --json --set baseline=g --set "define={$policies}" \
        --set 'policies=[{system: native, policy: g, name: g}, {system: native, policy: p, name: p}, {system: native, policy: n, name: n}]'
    expect_status 0
    expect_text "$output" 'the lines of policies `g` and `p` come to the same'
    [[ $output != *'`n`'* ]]
}

@test "without random faults no exact chain is said to be missing" {
    run_bulkhead run "$scenario" --set 'script=[{at: 1 h, node: 0, zone: guest, kind: data, ending: signalled}]' -o s.h5 \
        --set baseline=kvm --set 'policies=[{system: kvm, policy: protection-first, name: kvm}]'
    expect_status 0
    expect_text "$output" 'Escape ratios' "though errors struck, they were the script's"
    [[ $output != *'bulkhead check says'* ]]
    expect_eval s.h5 "np.isnan(m('escape_exact', 'kvm')).all()" "m('unresolved', 'kvm') == 0"
    # Nothing struck: nothing to say.
    run_bulkhead run "$scenario"
    [[ $output != *'though errors struck'* ]]
}

@test "a single checkpoint that a silent error can get into is told" {
    local silent=$BATS_TEST_TMPDIR/silent.yaml
    sed 's/  local: {interval: 1 h,/& keep: 1,/' "$scenarios/silent.yaml" >"$silent"
    grep -q 'keep: 1' "$silent"
    remarked 'verifies its data, and checkpoints.*.keep is 1' 'keep: 2 keeps an older one' -- "$silent" \
        --set faults.during=always
    run_bulkhead check "$silent" --set faults.during=always --set checkpoints.local.keep=2
    refuse grep -q 'keep is 1' <<<"$output"
    # Nothing strikes while it is written.
    run_bulkhead check "$silent"
    refuse grep -q 'keep is 1' <<<"$output"
    # No error that stays in the data strikes at all, by what strikes, its rate, or how errors end.
    local setting
    for setting in 'faults={hardware: [node-loss], software: no}' 'faults={hardware: [dram-detected], software: no}' \
        models.applications.mpi-bulk-synchronous.fault-rate=0; do
        run_bulkhead check "$silent" --set faults.during=always --set "$setting"
        expect_status 0
        [[ $output != *'keep is 1'* ]] || { echo "$setting"; return 1; }
    done
}

# Errors of a minute's life that one in some thousand leads to were not played in 2,000 trials, and their absence was
# taken for a wrong mean. A level of 1e-4 over 20 runs would be one alarm in 500.
@test "few trials raise no false alarm about the mean time" {
    local seed
    for seed in 1 2 3 4; do
        run_bulkhead contain "$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml" --trials 2000 --seed "$seed" -q
        expect_status 0 || return 1
    done
}
