#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Nodes with hundreds of channels, names of hundreds of bytes, and as many axes as there may be: what one part holds, all
# others do.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

# crossings PROCESSES OF-KERNELS OF-ENCLAVES: so many attempts cross each boundary in one replica.
expect_crossings() {
    expect_eval wide.h5 "m('guard_crossed', 'native')[0, boundary.index('process/kernel')] == $1" \
        "m('guard_crossed', 'native')[0, boundary.index('enclave/enclave')] == $2"
}

@test "two composed enclaves of 16 and of 20 processes a node, and one of 200: every channel is tried once" {
    local processes
    for processes in 16 20; do
        sed "s/processes-per-guest: 16/processes-per-guest: $processes/" "$scenarios/wide.yaml" >wide.yaml
        run_bulkhead run wide.yaml -q -o wide.h5
        expect_status 0
        expect_crossings $((2 * processes)) $((2 * processes * processes))
    done
    sed -e '/name: simulation/s/processes-per-guest: 16/processes-per-guest: 200/' \
        -e '/name: analysis/s/processes-per-guest: 16/processes-per-guest: 1/' "$scenarios/wide.yaml" >wide.yaml
    run_bulkhead run wide.yaml -q -o wide.h5
    expect_status 0
    expect_crossings 201 400
    sed -i -e '/name: analysis/d; /^compositions/d; /name: coupled/d' -e 's/, node-share: 0.5//' wide.yaml
    run_bulkhead run wide.yaml -q -o alone.h5
    expect_status 0
    expect_eval alone.h5 "m('finished', 'native')[0]"
}

@test "names of hundreds of bytes are whole wherever they are told" {
    local part axis kernel number='status: assumed, range: [0, 1], source: test}'
    part=$(printf '%0120d' 0 | tr 0 n)
    {
        sed -e '/^  - {system: native/d' -e 's/^faults: none/faults: {hardware: [], software: yes}/' \
            -e 's/processes-per-guest: 16/processes-per-guest: 2/' "$scenarios/wide.yaml"
        echo vary:
        for axis in system-call kernel-to-process shared-memory; do
            echo "  - {axis: $part-$axis, set: models.channels.$axis.probability, values: [0.1]}"
        done
        echo "  - {axis: $part-work, set: workload.work, values: [2 h]}"
        echo "  - {axis: $part-end, set: workload.horizon, values: [2 d]}"
        printf 'define:\n  components:\n'
        for kernel in one two; do
            printf '    kernel in %s-%s: {description: long, kernel: yes, fault-rate: {value: 0.5, unit: 1/year, %s,' \
                "$part" $kernel "$number"
            printf ' instruction-share: {value: 0.3, %s, shared-bug: {value: 0, %s,' "$number" "$number"
            printf ' noise-share: {value: 0, %s, noise-tail: bounded, noise-measured-nodes: ' "$number"
            printf '{value: 1, status: assumed, range: [1, 10], source: test}}\n'
        done
    } >wide.yaml
    sed -i "s/^policies:/&\n  - {system: native, policy: native, name: native, host-kernel: kernel in $part-one}\n  - {system: native, policy: native, name: second, host-kernel: kernel in $part-two}/" wide.yaml
    run_bulkhead check wide.yaml
    expect_status 0
    expect_text "$output" "kernel in $part-one " "kernel in $part-two "
    run_bulkhead run wide.yaml -q -o long.h5
    expect_status 0
    expect_eval long.h5 "[n.rsplit('-', 1)[0][:120] for n in f.attrs['axes'].split(',')] == ['$part'] * 5" \
        "f.attrs['axes'].endswith('$part-end')"
    run_bulkhead results long.h5 makespan
    expect_status 0
    expect_text "$output" "$part-end"
}

@test "a grid has at most eight axes, told before anything runs" {
    local axis
    { cat "$scenarios/wide.yaml"; echo vary:; } >many.yaml
    for axis in system-call kernel-to-process shared-memory; do
        echo "  - {axis: $axis, set: models.channels.$axis.probability, values: [0.1]}" >>many.yaml
    done
    cat >>many.yaml <<'END'
  - {axis: works, set: workload.work, values: [2 h]}
  - {axis: end, set: workload.horizon, values: [2 d]}
  - {axis: processes, set: workload.enclaves.0.processes-per-guest, values: [16]}
  - {axis: others, set: workload.enclaves.1.processes-per-guest, values: [16]}
  - {axis: share, set: workload.enclaves.0.node-share, values: [0.5]}
END
    sed -i '/^  channels\./d' many.yaml
    run_bulkhead run many.yaml -q -o many.h5
    expect_status 0
    run_bulkhead report many.h5
    expect_status 0
    echo "  - {axis: ninth, set: workload.enclaves.1.node-share, values: [0.5]}" >>many.yaml
    for command in check "run -q -o ninth.h5"; do
        # shellcheck disable=SC2086 # options
        run_bulkhead ${command%% *} many.yaml ${command#"${command%% *}"}
        expect_status 2
        expect_text "$errors" "many.yaml:" "found more than 8 axes"
    done
    [ ! -e ninth.h5 ]
    sed -n '/^vary:/,$p' many.yaml >>campaign.yaml
    { printf 'campaign: many\nscenario: wide.yaml\n'; cat campaign.yaml; } >sweep.yaml
    sed '/^  channels.system-call/d' "$scenarios/wide.yaml" >wide.yaml
    run_bulkhead sweep sweep.yaml --dry-run
    expect_status 2
    expect_text "$errors" "sweep.yaml:" "found more than 8 axes"
}

@test "eight guests of eight processes beside a service on 2^20 nodes: no exact numbers, all goes on and says why" {
    cp "$scenarios/many-guests.yaml" many.yaml
    run_bulkhead run many.yaml -o many.h5
    expect_status 0
    expect_text "$errors" '`kvm` has no exact escape ratios: 184 channels between 84 zones: the exact chain'
    expect_text "$output" "the exact chain cannot be had: bulkhead check says why"
    expect_eval many.h5 "m('finished', 'kvm')[0]" "np.isnan(m('escape_exact', 'kvm')).all()" \
        "np.isnan(m('containment_exact', 'kvm')).all()" "np.isnan(m('unresolved', 'kvm'))" \
        "np.isfinite(m('interval', 'kvm')[0, 1])"
    run_bulkhead check many.yaml
    expect_status 0
    expect_text "$output" "kvm: not exact: 184 channels between 84 zones"
    run_bulkhead check many.yaml --json
    [[ $output == *'"why": "184 channels between 84 zones'* ]]
    printf 'campaign: many\nscenario: many.yaml\n' >sweep.yaml
    run_bulkhead sweep sweep.yaml -q -j 1 -d swept
    expect_status 0
    cmp swept/results.h5 many.h5 || expect_eval swept/results.h5 "np.isnan(m('escape_exact', 'kvm')).all()"
}

@test "just below 512 channels nothing runs for minutes: the chain has a bound on work" {
    sed 's/processes-per-guest: 16/processes-per-guest: 15/' "$scenarios/wide.yaml" >wide.yaml
    sed -i -e '/^  channels/d; /^  guards/d; s/^models:/models: {}/' -e 's/^faults: none/faults: all/' wide.yaml
    run_bulkhead check wide.yaml
    expect_status 0
    expect_text "$output" "native: not exact: 510 channels between 31 zones: the exact chain takes more than 2e+08 steps"
}
