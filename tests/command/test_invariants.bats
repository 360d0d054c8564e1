#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What may not change an answer: the unit of time, how a job is cut into two, which nodes carry the same rates, and nothing.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

# job NODES RATE [CUT]: failures and silent errors of one job on so many nodes, RATE of each per node and hour; with CUT as
# two halves that exchange data and restart together. What depends on the number of nodes otherwise is off.
job() {
    local nodes=$1 rate=$2 enclave='application: mpi-bulk-synchronous, verification: {every: checkpoint, cost: 2 min, recall: 0.7, latency: 0 s}'
    cat <<END
scenario: job
title: One job
platform: {file: parametric.yaml, nodes: $nodes}
workload:
  work: 60 h
  horizon: 1 year
  enclaves:
END
    if [ $# -lt 3 ]; then
        echo "    - {name: one, $enclave}"
    else
        echo "    - {name: one, nodes: $((nodes / 2)), $enclave}"
        echo "    - {name: two, nodes: $((nodes / 2)), $enclave}"
        echo 'compositions: [{name: cut, between: [one, two], over: network, when: always, coupling: tight, restart: together, volume: 1 B, period: 1 min}]'
    fi
    cat <<END
checkpoints:
  local: {interval: 1 h, write: 3 min, read: 10 min, keep: 3}
  final: yes
costs: no
policies: [{system: native, policy: native}]
faults: {hardware: [node-crash], software: yes}
define:
  faults:
    node-crash:
      description: a node goes down and comes back at once
      landing: node
      mend: reboot
      rate: {value: $rate, unit: 1/h, status: computed, source: the test}
      instruction-share: {value: 0, status: computed, source: such a fault takes the node and makes no error}
models:
  components.linux.fault-rate: 0
  applications.mpi-bulk-synchronous.fault-rate: $rate 1/h
  zones.guest-user.data: {lifetime: 1 us, masked: 0, signalled: 0, silent: 1}
  zones.guest-user.instruction: {lifetime: 1 us, masked: 0, signalled: 0, silent: 1}
  channels.system-call.probability: 0
  channels.message.probability: 0
  errors.matters: 1
  recovery.detection: 0
  recovery.node-reboot: 0
  recovery.process-restart: 4 min
replicas: 400
seed: 3
END
}

run_job() {
    job "${@:2}" >job.yaml
    run_bulkhead run job.yaml -q -o "$1.h5"
    expect_status 0
}

# expect_alike FILE FILE: makespans of the whole and shares of wrong results agree within 4 standard errors, and are no trifle.
expect_alike() {
    "$PYTHON" - "$1" "$2" <<'END'
import sys
import h5py, numpy as np
spans, wrong = [], []
for name in sys.argv[1:]:
    file = h5py.File(name)
    spans.append(file["makespan"][0].max(axis=0) / 3600)
    wrong.append(file["sdc"][0].max(axis=0))
for a, b in (spans, wrong):
    a, b = a.astype(float), b.astype(float)
    error = np.hypot(a.std(ddof=1), b.std(ddof=1)) / np.sqrt(len(a))
    print(a.mean(), b.mean(), error)
    assert abs(a.mean() - b.mean()) < 4 * error
assert spans[0].mean() > 1.15 * 60 and 0.03 < wrong[0].mean() < 0.97
END
}

@test "one job is its two halves composed and restarted together" {
    run_job whole 8 0.02
    run_job halves 8 0.02 cut
    expect_alike whole.h5 halves.h5
    # Whether wrong data goes from one half to the other does not matter to that: both go back.
    job 8 0.02 cut >job.yaml
    run_bulkhead run job.yaml -q -o apart.h5 --set models.errors.carries=0.1
    expect_status 0
    expect_alike whole.h5 apart.h5
}

@test "twice the nodes at half the rates" {
    run_job few 8 0.02
    run_job many 16 0.01
    expect_alike few.h5 many.h5
}

@test "rates of zero: nothing happens, at the fault-free makespan" {
    run_job zero 8 0
    expect_eval zero.h5 "(f['makespan'][0] == f['fault_free_makespan'][0][:, None]).all()" "f['errors'][:].sum() == 0" \
        "f['sdc'][:].sum() == 0 and f['interruptions'][:].sum() == 0"
}

@test "all times in another unit: all times of the answer scale, and nothing else changes" {
    "$PYTHON" - "$BULKHEAD" "$SOURCE_DIRECTORY" <<'END'
import json, subprocess, sys
import h5py, numpy as np
bulkhead = sys.argv[1]

def scenario(k, models):
    times = dict(work=40, horizon=4000, period=0.25, on=3, every=2, local=1, storage=3, write=0.05, read=0.1, latency=0.3, at=5)
    t = {name: f"{k * hours!r} h" for name, hours in times.items()}
    return f"""
scenario: scaled
title: Scaled
platform: {{file: testbed.xml, nodes: 6}}
workload:
  work: {t['work']}
  horizon: {t['horizon']}
  spares: 1
  enclaves:
    - {{name: a, application: mpi-bulk-synchronous, nodes: 3, verification: {{every: {t['every']}, cost: {t['write']}, recall: 0.7, latency: {t['latency']}}}}}
    - {{name: b, application: mpi-bulk-synchronous, nodes: 3}}
compositions:
  - {{name: wire, between: [a, b], over: network, when: {{degree: 0.5, mean-on: {t['on']}}}, coupling: tight, restart: together}}
checkpoints:
  local: {{interval: {t['local']}, write: {t['write']}, read: {t['read']}, keep: 3}}
  storage: {{interval: {t['storage']}, write: {t['write']}, read: {t['read']}}}
costs: no
policies: [{{system: kvm, policy: as-host-kernel}}, {{system: palacios, policy: protection-first}}]
faults: {{hardware: [node-loss, memory, processor], software: yes}}
script:
  - {{at: {t['at']}, node: 0, zone: guest-user, enclave: a, kind: data, ending: silent}}
models: {json.dumps(models)}
replicas: 20
seed: 9
"""

def run(name, text):
    open(f"{name}.yaml", "w").write(text)
    subprocess.run([bulkhead, "run", f"{name}.yaml", "-q", "-o", f"{name}.h5"], check=True, stdout=subprocess.DEVNULL)
    return h5py.File(f"{name}.h5")

often = {f"{path}": f"{rate} 1/h" for path, rate in (("faults.node-loss.rate", 0.002), ("faults.memory.rate", 0.02),
         ("faults.processor.rate", 0.02), ("components.linux.fault-rate", 0.02))}
one = run("one", scenario(1, often))
check = subprocess.run([bulkhead, "check", "one.yaml", "--json"], check=True, capture_output=True, text=True).stdout
scaled, k = {}, 4
for p in json.loads(check)["parameters"]:
    if p["unit"] in ("s", "1/s", "B/s"):
        scaled[p["path"]] = f"{p['value'] * k!r} s" if p["unit"] == "s" else f"{p['value'] / k!r} {p['unit']}"
other = run("other", scenario(k, scaled))
for name in ("makespan", "fault_free_makespan", "node_time"):
    assert np.allclose(other[name], k * one[name][:], rtol=1e-9, atol=1e-6 * k), name
for name in ("interruptions", "errors", "failures", "sdc", "silent_found", "silent_rollbacks", "crossed", "revivals"):
    if name in one:
        assert np.array_equal(other[name], one[name]), name
assert one["errors"][:].sum() > 100 and one["interruptions"][:].sum() > 100 and one["silent_found"][:].sum() > 10
END
}

@test "the order of policies changes nothing but their order" {
    job 8 0.02 cut | sed 's/^policies:.*/policies: [{system: native, policy: native}, {system: kvm, policy: protection-first}, {system: palacios, policy: as-host-kernel}]/' >job.yaml
    sed 's/^policies:.*/policies: [{system: palacios, policy: as-host-kernel}, {system: native, policy: native}, {system: kvm, policy: protection-first}]/' job.yaml >turned.yaml
    local name
    for name in job turned; do
        run_bulkhead run $name.yaml -q -o $name.h5 --set replicas=20 --set 'baseline=native native'
        expect_status 0
    done
    ask same job.h5 turned.h5
}
