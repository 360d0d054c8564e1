#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Mechanisms: below the node a disposition succeeds as often as its notice, stop and reclaim do, by the exact chain, Monte Carlo
# and simulation alike; without them it never does. What is missing is named.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    need_h5py
}

study=$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml

# One crash of a guest's kernel that crosses nothing; the rest of the line are settings.
crash() {
    run_bulkhead run "$study" -q -o crash.h5 --set models.channels.vm-exit.probability=0 \
        --set models.channels.device-emulation.probability=0 --set models.channels.emulated-instruction.probability=0 \
        --set models.channels.shared-vmm-network.probability=0 --set models.channels.kernel-to-process.probability=0 "$@"
    expect_status 0
}

@test "without mechanisms nothing below the node succeeds: chain, Monte Carlo, simulation" {
    crash --set models.errors.mechanisms=none --set replicas=3
    expect_eval crash.h5 "(f['script_extent_exact'][:, 3] > 1 - 1e-12).all() and (f['failures'][:, :, 3] == 1).all()"
    run_bulkhead contain "$study" --set models.errors.mechanisms=none --trials 2000 --json
    expect_status 0
    printf '%s' "$output" >contain.json
    "$PYTHON" - <<'END'
import json
for policy in json.load(open("contain.json"))["policies"]:
    for row in policy["origins"]:
        for answer in (row["exact"], row["monte_carlo"]):
            below = answer["extent"]["process"] + answer["extent"]["guest"] - answer["silent"]
            assert below < 0.02, (policy["name"], row["zone"], answer)  # reached or silent, nothing taken down
            assert answer["extent"]["node"] > 0.2, (policy["name"], row["zone"])
END
}

@test "in each zone and for each scope below the node: nothing without mechanisms, all with ideal ones, whoever computes it" {
    cat >none.yaml <<'END'
scenario: none
title: A signalled error in each zone, and no mechanism
platform: {file: testbed.xml, nodes: 8}
workload: {work: 20 h, horizon: 4 d, enclaves: [{name: a, application: mpi-bulk-synchronous, processes-per-guest: 2}]}
checkpoints: {local: {interval: 30 min}}
policies:
  - {system: kvm, policy: protection-first}
  - {system: kvm, policy: oops}
  - {system: qemu, policy: protection-first}
  - {system: microvm, policy: protection-first}
faults: none
script:
  - {at: 1 h, node: 0, zone: process, enclave: a, kind: data, ending: signalled}
  - {at: 5 h, node: 1, zone: guest, enclave: a, kind: instruction, ending: signalled}
  - {at: 9 h, node: 2, zone: vmm, enclave: a, kind: software-data, ending: signalled}
  - {at: 13 h, node: 3, zone: host, enclave: a, kind: software-instruction, ending: signalled}
models:
  channels: {system-call.probability: 0, kernel-to-process.probability: 0, vm-exit.probability: 0, host-to-guest.probability: 0,
    device-emulation.probability: 0, vmm-to-guest.probability: 0, vmm-to-kernel.probability: 0, kernel-to-vmm.probability: 0,
    emulated-instruction.probability: 0, jailed-vmm-to-kernel.probability: 0, shared-vmm-network.probability: 0, shared-memory.probability: 0}
  errors.mechanisms: none
replicas: 3
seed: 1
END
    run_bulkhead run none.yaml -q -o none.h5
    expect_status 0
    # Nothing crosses, so that all four errors of each replica take their node and no less.
    expect_eval none.h5 "(f['script_extent_exact'][:, 3] == 1).all()" "(f['failures'][:, :, :3] == 0).all()" \
        "(f['failures'][:, :, 3] >= 4).all()"
    run_bulkhead run none.yaml -q -o ideal.h5 --set models.errors.mechanisms=ideal
    expect_status 0
    # What the policy says: of process, guest, VMM and host process, guest, guest and node; where kernels go on, process, process,
    # guest and process, or what goes on strikes again.
    expect_eval ideal.h5 "np.allclose(f['script_extent_exact'][0, 1:4] * 4, [1, 2, 1])" \
        "f['script_extent_exact'][1, 3] == 0 and f['script_extent_exact'][1, 1] > 0.6" "(f['failures'][0, :, 1:4] >= [1, 2, 1]).all()" \
        "(f['failures'][1, :, 1:4] >= [3, 1, 0]).all() and (f['failures'][1, :, 3] == 0).all()"
    for mechanisms in none ideal; do
        run_bulkhead contain none.yaml --trials 2000 --json --set models.errors.mechanisms=$mechanisms
        expect_status 0
        "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" $mechanisms <<'END'
import json, sys
for policy in json.load(open(sys.argv[1]))["policies"]:
    assert {row["zone"] for row in policy["origins"]} == {"host", "vmm", "guest", "process"}
    for row in policy["origins"]:
        for answer in (row["exact"], row["monte_carlo"]):
            below = answer["extent"]["process"] + answer["extent"]["guest"] - answer["silent"]
            whole = row["zone"] == "host" and policy["policy"] == "protection-first"
            if sys.argv[2] == "none" or whole:
                assert abs(below) < 1e-12 and answer["extent"]["node"] > 0.25, (policy["name"], row["zone"], answer)
            else:
                assert below > 0.25 and answer["extent"]["node"] == 0, (policy["name"], row["zone"], answer)
END
    done
}

@test "a disposition succeeds as often as notice, stop and reclaim do, and takes their time" {
    parts=(notice=0.8 stop=0.9 reclaim=0.7)
    set=()
    for part in "${parts[@]}"; do
        set+=(--set "models.systems.kvm.mechanisms.guest.guest.${part%=*}.probability=${part#*=}")
    done
    crash "${set[@]}" --set replicas=400
    # P = 0.504; of 400 replicas within 4 standard errors.
    expect_eval crash.h5 "abs(f['script_extent_exact'][1][2] - 0.504) < 1e-9 and abs(f['script_extent_exact'][1][3] - 0.496) < 1e-9" \
        "abs(f['failures'][1][:, 2].sum() - 201.6) < 40 and (f['failures'][1][:, 2] + f['failures'][1][:, 3] == 1).all()"
    # 20 s more of stopping are 20 s more until the guest is back.
    crash --set models.errors.mechanisms=ideal --set replicas=1
    ideal=$(ask eval crash.h5 "print(f['elapsed'][1][0][0]) or True")
    set=(--set models.systems.kvm.mechanisms.guest.guest.stop.time='20 s')
    for part in notice stop reclaim; do
        set+=(--set models.systems.kvm.mechanisms.guest.guest.$part.probability=1)
    done
    for part in notice.time reclaim.time notice.cost; do
        set+=(--set models.systems.kvm.mechanisms.guest.guest.$part=0)
    done
    crash "${set[@]}" --set replicas=1
    expect_eval crash.h5 "abs(f['elapsed'][1][0][0] - ${ideal:-0} - 20) < 1e-6"
}

@test "a process that cannot be ended takes its guest, a guest its node" {
    cat >process.yaml <<END
scenario: process
title: One process
platform: {file: testbed.xml, nodes: 4}
workload: {work: 2 h, horizon: 2 d, enclaves: [{name: a, application: mpi-bulk-synchronous, guests-per-node: 2, processes-per-guest: 2}]}
checkpoints: {local: {interval: 30 min}}
policies: [{system: kvm, policy: protection-first}]
faults: none
script: [{at: 1 h, node: 0, zone: guest-user, enclave: a, kind: data, ending: signalled}]
models:
  channels.system-call.probability: 0
  systems.kvm.mechanisms.process.process: {notice.probability: 1, stop.probability: 0.75, reclaim.probability: 1}
  systems.kvm.mechanisms.guest.guest: {notice.probability: 1, stop.probability: 0.6, reclaim.probability: 1}
replicas: 5
seed: 1
END
    run_bulkhead run process.yaml -q -o process.h5
    expect_status 0
    expect_eval process.h5 "abs(f['script_extent_exact'][0][1:4] - [0.75, 0.15, 0.1]).max() < 1e-9"
}

@test "what a system does not say fails upward and is named; what it says it has not is refused" {
    cat >bare.yaml <<END
scenario: bare
title: A system that says nothing of mechanisms
platform: {file: testbed.xml, nodes: 4}
workload: {work: 2 h, horizon: 2 d, enclaves: [{name: a, application: mpi-bulk-synchronous}]}
checkpoints: {local: {interval: 30 min}}
define: {systems: {bare: {like: kvm, title: bare, mechanisms: none}, half: {like: kvm, title: half}, ideal: {like: kvm, title: ideal, mechanisms: ideal}}}
policies: [{system: bare, policy: protection-first}, {system: ideal, policy: protection-first}]
faults: none
script: [{at: 1 h, node: 0, zone: guest-kernel, enclave: a, kind: data, ending: signalled}]
replicas: 2
seed: 1
END
    run_bulkhead check bare.yaml
    expect_status 0
    expect_text "$output" 'bare: guest -> guest                 fails upward: `bare` names no notice, stop and reclaim for it' \
        'ideal: guest -> guest                always, at once and free'
    run_bulkhead check bare.yaml --json
    expect_text "$output" '"missing": [' '"succeeds": 1.0'
    run_bulkhead run bare.yaml -q -o bare.h5
    expect_status 0
    expect_eval bare.h5 "(f['failures'][0][:, 3] == 1).all() and (f['failures'][1][:, 3] == 0).all()"
    for command in check run contain; do
        run_bulkhead $command bare.yaml --set policies.0.system=half \
            --set 'define.systems.half.mechanisms={guest: {guest: {stop: {missing: nothing calls its cores back}}}}'
        expect_status 2
        expect_text "$errors" 'zone `guest` of system `half` as `guest`, which has no `stop` for that: nothing calls its cores back'
    done
    # A part needs no number where another is left out; where all are there it does.
    run_bulkhead check bare.yaml --set policies.0.system=half \
        --set 'define.systems.half.mechanisms={guest: {guest: {notice: {by: a bell}, stop: {by: a hook}}}}'
    expect_status 0
    expect_text "$output" 'half: guest -> guest                 fails upward: `half` names no reclaim for it'
    run_bulkhead check bare.yaml --set policies.0.system=half \
        --set 'define.systems.half.mechanisms={guest: {guest: {notice: {by: a bell}, stop: {by: a hook}, reclaim: {by: a broom}}}}'
    expect_status 2
    expect_text "$errors" 'found a notice without a probability; expected one where notice, stop and reclaim are all there'
}

@test "no number goes both with a channel and with a mechanism" {
    cat >both.yaml <<END
scenario: both
title: A number in two places
platform: {file: testbed.xml, nodes: 4}
workload: {work: 2 h, enclaves: [{name: a, application: mpi-bulk-synchronous}]}
define:
  systems:
    tied:
      like: kvm
      title: tied
      mechanisms:
        guest:
          guest:
            stop: {by: a test, probability: {value: 0.9, status: assumed, tied: {to: channels.vm-exit.probability, ratio: [0.5, 2]}, source: a test}}
policies: [{system: tied, policy: protection-first}]
faults: none
END
    run_bulkhead check both.yaml
    expect_status 2
    expect_text "$errors" 'both.yaml:13:' 'found channels.vm-exit.probability to go with it; expected none'
}

@test "performance first in both readings: opened channels reach, a decision takes" {
    cat >readings.yaml <<END
scenario: readings
title: Both readings
like: guest-kernel-error
models: {errors.mechanisms: ideal}
policies:
  - {system: kvm, policy: protected-disposition, name: closed}
  - {system: kvm, policy: performance-first, name: consequence}
  - {system: kvm, policy: as-host-kernel, name: decision}
  - {system: qemu, policy: performance-first, name: nothing to open}
END
    run_bulkhead run readings.yaml -q -o readings.h5 --set replicas=20
    expect_status 0
    # Reached beyond the guest: hardly ever, by opened channels in more than half of all cases, always as the node goes.
    expect_eval readings.h5 "f['script_extent_exact'][0][3] < 0.01 and f['script_extent_exact'][2][3] > 0.97" \
        "0.5 < f['script_extent_exact'][1][3] < 0.9 and f['script_extent_exact'][3][3] < 0.01"
    run_bulkhead check readings.yaml
    expect_status 0
    expect_text "$output" 'guest -> guest' 'shared-memory' 'before, it was' 'of which system `qemu` has none'
    # An enclave that does not open them has none of them.
    run_bulkhead run readings.yaml -q -o apart.h5 --set replicas=2 --set workload.enclaves.0.policy=protected-disposition
    expect_status 0
    expect_eval apart.h5 "(abs(f['script_extent_exact'][1] - f['script_extent_exact'][0]) < 1e-3).all()"
}
