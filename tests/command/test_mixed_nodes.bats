#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# A native enclave beside a virtual one on one host: its errors, its price, its restarts; chain, Monte Carlo and simulation.

load ../support/common

# mixed FILE SIMULATION SERVICE [LINE...]: two enclaves, each with further keys; lines of policies, kvm unless given.
mixed() {
    local file=$1 simulation=$2 service=$3 line
    shift 3
    cat >"$file" <<END
scenario: mixed
title: A native enclave beside a virtual one
platform: {file: parametric.yaml, nodes: 64}
workload:
  work: 6 h
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 2, node-share: 0.75$simulation}
    - {name: service, application: loss-tolerant-service, node-share: 0.25$service}
checkpoints: {local: {interval: 1 h}}
baseline: native native
policies:
  - {system: native, policy: native}
$(for line in "${@:-'{system: kvm, policy: protection-first}'}"; do printf '  - %s\n' "${line//\'/}"; done)
wrong-results: done
replicas: 2
seed: 1
END
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

@test "exact and simulated errors agree on mixed nodes, and each enclave has its own kind of process" {
    mixed mixed.yaml '' ', native: yes' '{system: kvm, policy: protection-first}' '{system: pisces, policy: protection-first}' \
        '{system: covirt, policy: protection-first}' '{system: microvm, policy: protection-first}'
    run_bulkhead contain mixed.yaml -q
    expect_status 0
    expect_text "$output" 'native-process of service' 'process of simulation' 'guest of simulation' 'agree: of'
    refuse grep -qE 'guest of service|native-process of simulation' <<<"$output"
    run_bulkhead check mixed.yaml
    grep -qE 'native-process +2 host-user +1 .*loss-tolerant-service$' <<<"$output"
    grep -qE ' process +4 guest-user +2 .*mpi-bulk-synchronous$' <<<"$output"
}

@test "who is lost, by hand: a native process alone, a guest alone, the host with both" {
    need_h5py
    mixed hand.yaml '' ', native: yes'
    cat >>hand.yaml <<'END'
faults: none
script:
  - {at: 1000 s, node: 1, zone: guest-user, enclave: service, ending: signalled}
  - {at: 2000 s, node: 2, zone: guest-kernel, enclave: simulation, ending: signalled}
  - {at: 3000 s, node: 3, zone: host-kernel, enclave: simulation, ending: signalled}
models:
  zones.guest-user.data.hang: 0
  zones.host-kernel.data.hang: 0
  zones.guest-kernel.data.hang: 0
  channels.system-call.probability: 0
  channels.kernel-to-process.probability: 0
  channels.host-to-guest.probability: 0
  channels.vm-exit.probability: 0
  channels.device-emulation.probability: 0
END
    run_bulkhead run hand.yaml -q -o hand.h5
    expect_status 0
    expect_eval hand.h5 \
        "m('failures', 'kvm protection-first')[0].tolist() == [0, 1, 1, 1, 0, 0, 0]" \
        "m('interruptions', 'kvm protection-first')[:, 0].tolist() == [2, 2]" \
        "m('interruptions', 'native native')[:, 0].tolist() == [2, 3]" # the host's kernel twice
}

@test "a native enclave costs what it costs on native nodes, and boots no guest" {
    need_h5py
    mixed price.yaml ', native: yes' ''
    run_bulkhead run price.yaml -q --set models.recovery.software-repair=0 -o price.h5
    expect_status 0
    expect_eval price.h5 "m('price', 'kvm protection-first')[0] == 0" \
        "np.all(m('restart_time', 'kvm protection-first')[0, [1, 3]] == m('restart_time', 'native native')[0, [1, 3]])" \
        "np.isnan(m('restart_time', 'kvm protection-first')[0, scope.index('guest')])" \
        "m('restart_time', 'kvm protection-first')[1, 3] > m('restart_time', 'native native')[1, 3]"
}

@test "nodes on which all are native are native nodes" {
    need_h5py
    mixed twin.yaml ', native: yes' ', native: yes'
    run_bulkhead run twin.yaml -q -o twin.h5 --set platform.nodes=65536 --set models.components.kvm-module.fault-rate=0
    expect_status 0
    expect_eval twin.h5 "f['errors'][:].sum() > 10"
    ask equal-policies twin.h5 'native native' 'kvm protection-first'
}

@test "a system without a place for native processes says so" {
    mixed xen.yaml '' ', native: yes' '{system: xen, policy: protection-first}'
    run_bulkhead check xen.yaml
    expect_status 2
    expect_text "$errors" xen.yaml 'native enclave on nodes of system `xen`' 'kind host-user'
}
