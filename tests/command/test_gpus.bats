#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# GPUs as devices of a node: how often they fail, and who is hurt when one falls off, handed through or shared.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    cat >gpu.yaml <<'END'
scenario: gpu
title: GPUs
platform: {file: parametric.yaml, nodes: 4096}
workload:
  work: 24 h
  horizon: 24 h
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 2, node-share: 0.75}
    - {name: service, application: loss-tolerant-service, node-share: 0.25}
checkpoints: {local: {interval: 1 h}}
baseline: native
policies:
  - {system: native, policy: native, name: native}
  - {system: container, policy: native, name: container}
  - {system: kvm, policy: protection-first, name: emulated}
  - {system: kvm, policy: remapped-devices, name: through}
  - {system: pisces, policy: protection-first, name: co-kernel}
faults: {hardware: [gpu-lost], software: no}
# Who is hurt is asked here, not whether what takes a guest down alone succeeds.
models: {errors.mechanisms: ideal}
wrong-results: done
replicas: 10
seed: 1
END
}

@test "a GPU that falls off hurts the guest that drives it, or all on the node where the host does" {
    need_h5py
    run_bulkhead run gpu.yaml -q -o gpu.h5
    expect_status 0
    expect_eval gpu.h5 \
        "all(m('escape_exact', p)[boundary.index('enclave/enclave')] == 1 for p in ('native', 'container', 'emulated'))" \
        "all(m('containment_exact', p)[scope.index('guest')] == 0 for p in ('native', 'container', 'emulated'))" \
        "all(m('escape_exact', p)[boundary.index('enclave/enclave')] == 0 for p in ('through', 'co-kernel'))" \
        "all(m('containment_exact', p)[scope.index('guest')] == 1 for p in ('through', 'co-kernel'))" \
        "all(m('system_extent', p)[:, scope.index('guest')].sum() > 0 for p in ('through', 'co-kernel'))" \
        "all(m('simultaneous_losses', p).sum() == 0 for p in ('through', 'co-kernel'))"
    # Of a mixed node the host drives the native enclave's quarter of the GPUs: an error there hits both.
    sed -i 's/node-share: 0.25}/node-share: 0.25, native: yes}/' gpu.yaml
    run_bulkhead run gpu.yaml -q --replicas 2 -o mixed.h5
    expect_status 0
    expect_eval mixed.h5 "np.isclose(m('escape_exact', 'through')[boundary.index('enclave/enclave')], 0.25, rtol=1e-12)"
}

@test "each device of a node fails at the rate" {
    need_h5py
    run_bulkhead run gpu.yaml -q --set models.faults.gpu-lost.devices=8 --set models.faults.gpu-lost.rate='1 1/year' -o often.h5
    expect_status 0
    # Poisson: 10 days of 8 x 4,096 GPUs at one a year, within 4 standard deviations (level 6e-5).
    expect_eval often.h5 "abs(m('faults', 'native').sum() - 10 * 8 * 4096 / 365.25) < 4 * np.sqrt(10 * 8 * 4096 / 365.25)" \
        "np.array_equal(m('faults', 'native'), m('faults', 'through'))"
    run_bulkhead check gpu.yaml
    expect_text "$output" 'gpu-lost: a clock per device, 4 on each node, told to the kernel that drives it'
}

@test "an error of a GPU's memory ends a process that uses it, a silent one stays in its data" {
    need_h5py
    run_bulkhead contain gpu.yaml -q --set 'faults.hardware=[gpu-memory, gpu-silent]'
    expect_status 0 # exact and simulated agree
    run_bulkhead run gpu.yaml -q --set 'faults.hardware=[gpu-memory]' -o memory.h5
    expect_status 0
    expect_eval memory.h5 "all(m('containment_exact', p)[scope.index('process')] == 1
                               for p in ('native', 'container', 'emulated', 'through', 'co-kernel'))"
}

@test "devices are refused where none is struck, and their arrivals have no memory" {
    local define='define: {faults: {odd: {description: odd, mend: reboot, signalled: yes,'
    printf '%s landing: memory, rate: {value: 1, unit: 1/year, status: computed, basis: exact, source: t}, devices: {value: 2, status: computed, basis: exact, source: t}}}}\n' \
        "$define" >>gpu.yaml
    run_bulkhead check gpu.yaml
    expect_status 2
    expect_text "$errors" devices 'landing: memory' 'device-user'
    sed -i '/^define/d' gpu.yaml
    printf '%s landing: device-user, devices: {value: 2, status: computed, basis: exact, source: t}, arrival: {weibull: {shape: {value: 0.7, status: computed, basis: exact, source: t}, scale: {value: 1, unit: year, status: computed, basis: exact, source: t}}}}}}\n' \
        "$define" >>gpu.yaml
    run_bulkhead check gpu.yaml
    expect_status 2
    expect_text "$errors" arrival 'expected a rate, of each device'
}
