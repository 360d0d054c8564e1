#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Every number of models/data moves a result of some scenario: each is moved where it stands, one at a time.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
    "$PYTHON" -c 'import yaml' 2>/dev/null || skip 'no python3-yaml'
    export BULKHEAD
}

# Every class of hardware fault, and faults of every domain of the machine.
machine() {
    local domain
    cat <<'END'
scenario: machine
platform: {file: parametric.yaml, nodes: 131072}
workload:
  work: 2 h
  horizon: 4 h
  spares: 100
  enclaves:
    - {name: job, application: mpi-bulk-synchronous, node-share: 0.5, verification: {every: checkpoint}}
    - {name: service, application: loss-tolerant-service, node-share: 0.5, shares-with: job}
checkpoints: {local: {interval: 30 min}, storage: {interval: 1 h}}
policies: [{system: native, policy: native}]
faults:
  hardware: [node-loss, memory, dram-detected, dram-undetected, processor, file-system, gpu-lost, gpu-memory, gpu-silent,
             blade, cabinet, switch, power-domain]
replicas: 1
seed: 1
define:
  faults:
END
    for domain in blade cabinet switch power-domain; do
        printf '    %s: {description: takes its %s, landing: node, mend: reboot, carrier: %s, rate: %s}\n' "$domain" "$domain" \
            "$domain" '{value: 10, unit: 1/year, status: assumed, range: [1, 100], source: made up}'
    done
}

# Wrong data that spreads through a job until a verification finds it.
tainted() {
    cat <<'END'
scenario: tainted
platform: {file: parametric.yaml, nodes: 512}
workload: {work: 1 h, enclaves: [{name: job, application: mpi-bulk-synchronous, processes-per-guest: 1, verification: {every: 10 min}}]}
checkpoints: {local: {interval: 20 min}}
policies: [{system: native, policy: native}]
faults: none
script: [{at: 601 s, enclave: job, node: 7, zone: process, kind: data, ending: silent}]
models: {applications.mpi-bulk-synchronous: {step: 5 min, collectives: 0, verification-recall: 0.5}}
replicas: 8
seed: 1
END
}

# Storage that fails, memory behind a code that bits of a device matter to.
storage() {
    cat <<'END'
scenario: storage
platform: {file: testbed.xml, nodes: 2}
workload: {work: 60 d, horizon: 90 d, enclaves: [{name: job, application: mpi-bulk-synchronous}]}
checkpoints: {storage: {interval: 6 h}}
policies: [{system: native, policy: native}]
faults: {hardware: [file-system, dram-detected, dram-undetected], software: no}
models: {memory.code: sec-ded}
replicas: 2
seed: 1
END
}

# Guards between enclaves that come and go by policy: composed for 2 of 7 days, with two errors within one.
deferred() {
    cat <<'END'
scenario: deferred
platform: {file: testbed.xml, nodes: 2}
workload:
  work: 7 d
  horizon: 30 d
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 1, node-share: 0.5}
    - {name: analysis, application: mpi-bulk-synchronous, processes-per-guest: 1, node-share: 0.5, shares-with: simulation}
compositions:
  - {name: coupled, between: [simulation, analysis], over: shared-memory, when: {windows: [[1.5 d, 2 d], [4 d, 5.5 d]]}}
checkpoints: {local: {interval: 2 h}}
policies: [{system: kvm, policy: composition-threshold}, {system: kvm, policy: composition-adaptive}]
faults: none
script:
  - {at: 1 d, enclave: simulation, node: 0, zone: process, kind: data, ending: signalled}
  - {at: 1.7 d, enclave: simulation, node: 0, zone: process, kind: data, ending: signalled}
replicas: 1
seed: 1
END
}

# A set of rates that is not the one in force.
rates() {
    cat <<END
scenario: rates
platform: {file: parametric.yaml, nodes: 131072}
workload: {work: 2 h, horizon: 4 h, enclaves: [{name: job, application: mpi-bulk-synchronous}]}
checkpoints: {local: {interval: 1 h}}
policies: [{system: native, policy: native}]
faults: {hardware: [node-loss, memory, processor], software: yes}
models: {rates.set: $1}
replicas: 1
seed: 1
END
}

# Errors in code that are noticed or hang.
hangs() {
    local at=10 zone
    cat <<'END'
scenario: hangs
platform: {file: testbed.xml, nodes: 4}
workload: {work: 8 h, horizon: 10 d, enclaves: [{name: job, application: mpi-bulk-synchronous, processes-per-guest: 1}]}
checkpoints: {local: {interval: 1 h}}
policies: [{system: kvm, policy: protection-first}]
faults: none
replicas: 6
seed: 1
script:
END
    for zone in vmm guest vmm guest vmm guest vmm guest vmm guest; do
        printf '  - {at: %s min, enclave: job, node: 0, zone: %s, kind: instruction}\n' $((at += 40)) $zone
    done
}

# A host that is left degraded by the script and by what crosses into its network.
degraded() {
    cat <<'END'
scenario: degraded
platform: {file: testbed.xml, nodes: 4}
workload: {work: 4 h, enclaves: [{name: job, application: mpi-bulk-synchronous}]}
checkpoints: {local: {interval: 1 h}}
policies: [{system: palacios-shared-network, policy: protection-first}]
faults: {software: yes}
script:
  - {at: 10 min, enclave: job, node: 1, zone: host, ending: degraded}
  - {at: 2 h, enclave: job, node: 2, zone: guest, kind: data, ending: signalled}
models: {recovery: {degraded-notice-median: 1 h}}
replicas: 2
seed: 1
END
}

# exchange OVER WHERE WHERE LEVEL...: what stands between guests and hosts, enclaves and nodes, level by level, while two enclaves are
# composed. `bare` has levels that no bundled system has beside each other.
exchange() {
    local over=$1 one=$2 other=$3 level boundary
    shift 3
    cat <<END
scenario: exchange
platform: {file: testbed.xml, nodes: 4}
workload:
  work: 4 h
  horizon: 10 d
  enclaves:
    - {name: simulation, application: whole, processes-per-guest: 1, $one}
    - {name: analysis, application: whole, processes-per-guest: 1, $other}
compositions: [{name: coupled, between: [simulation, analysis], over: $over, when: {windows: [[1 h, 3 h]]}}]
checkpoints: {memory: {interval: 1 h}}
faults: {hardware: [memory, processor], software: yes}
script:
  - {at: 70 min, enclave: simulation, node: 0, zone: process, kind: data}
  - {at: 100 min, enclave: simulation, node: 0, zone: process, kind: data}
  - {at: 130 min, enclave: analysis, node: 0, zone: process, kind: data}
  - {at: 160 min, enclave: analysis, node: 0, zone: process, kind: data}
replicas: 2
seed: 1
define:
  systems:
    bare:
      like: palacios
      title: Palacios with all that could stand between guest and host
      guards:
        process/kernel: [hardware-protection]
        guest/host: [passthrough, nested-paging, shadow-paging, iommu, emulated-io]
        enclave/enclave: [shared-memory, copy-on-write, checksummed-copies]
        node/node: [plain-messages, checksummed-messages]
  applications: {whole: {like: mpi-bulk-synchronous, description: guests are saved whole, saves: guest}}
  policies:
END
    for level; do
        case $level in
        copy* | *copies) boundary=enclave/enclave ;;
        *messages) boundary=node/node ;;
        *) boundary=guest/host ;;
        esac
        printf '    %s: {like: protection-first, description: one, guards: {others: weakest, %s: %s}, protect: composed, unprotected: weakest}\n' \
            "$level" "$boundary" "$level"
    done
    echo policies:
    printf '  - {system: bare, policy: %s}\n' "$@"
}

# VMMs that are restarted alone once somebody notices.
restarted() {
    cat <<'END'
scenario: restarted
platform: {file: testbed.xml, nodes: 6}
workload: {work: 4 h, enclaves: [{name: job, application: mpi-bulk-synchronous}]}
checkpoints: {local: {interval: 1 h}}
policies: [{system: kvm, policy: protection-first}]
faults: none
script:
  - {at: 10 min, enclave: job, node: 1, zone: vmm, ending: degraded}
  - {at: 20 min, enclave: job, node: 2, zone: vmm, ending: degraded}
  - {at: 30 min, enclave: job, node: 3, zone: vmm, ending: degraded}
  - {at: 40 min, enclave: job, node: 4, zone: vmm, ending: degraded}
models: {recovery: {degraded-notice-median: 5 min, degraded-notice-sigma: 0}}
replicas: 2
seed: 1
END
}

@test "every number of models/data moves a result" {
    machine >machine.yaml
    exchange network 'nodes: 2' 'nodes: 2' nested-paging shadow-paging iommu emulated-io checksummed-messages >network.yaml
    exchange shared-memory 'node-share: 0.5' 'node-share: 0.5, shares-with: simulation' copy-on-write checksummed-copies >memory.yaml
    degraded >degraded.yaml
    restarted >restarted.yaml
    tainted >tainted.yaml
    storage >storage.yaml
    hangs >hangs.yaml
    deferred >deferred.yaml
    rates lanl >lanl.yaml
    rates blue-waters >blue-waters.yaml
    found=$("$PYTHON" "$SOURCE_DIRECTORY/tests/support/every_number.py" "$SOURCE_DIRECTORY" . "$scenarios/all-faults.yaml" \
        "$scenarios/goes-on.yaml" network.yaml machine.yaml degraded.yaml restarted.yaml tainted.yaml storage.yaml hangs.yaml deferred.yaml \
        lanl.yaml blue-waters.yaml memory.yaml)
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
}
