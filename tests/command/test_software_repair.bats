#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# People mend nodes that software has taken down: how long these are away, by closed forms, and whom it does not concern.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

# nodes SYSTEM POLICY SPARES: 50 nodes, each with a part of a service that does nothing else, whose kernels crash once in five
# days and take up to their reboot of 10 min, or what people need, to come back.
nodes() {
    cat <<END
scenario: mended
title: Nodes that software takes down
platform: {file: parametric.yaml, nodes: 50}
workload:
  work: 300 d
  horizon: 600 d
  spares: $3
  enclaves: [{name: service, application: loss-tolerant-service}]
costs: no
policies: [{system: $1, policy: $2}]
faults: {hardware: none, software: yes}
models:
  components.linux.fault-rate: 0.2 1/d
  components.linux.shared-bug: 0
  components.qemu-device-model.fault-rate: 0
  components.kvm-module.fault-rate: 0
  applications.loss-tolerant-service.fault-rate: 0
  applications.loss-tolerant-service.checkpoint-bytes: 0 B
  zones.host-kernel.data: {lifetime: 1 us, masked: 0, signalled: 1, hang: 0}
  zones.host-kernel.software-data: {lifetime: 1 us, masked: 0, signalled: 1, hang: 0}
  zones.host-kernel.instruction: {lifetime: 1 us, masked: 0, signalled: 1, hang: 0}
  zones.host-kernel.software-instruction: {lifetime: 1 us, masked: 0, signalled: 1, hang: 0}
  zones.guest-kernel.data: {lifetime: 1 us, masked: 0, signalled: 1, hang: 0}
  zones.guest-kernel.software-data: {lifetime: 1 us, masked: 0, signalled: 1, hang: 0}
  zones.guest-kernel.instruction: {lifetime: 1 us, masked: 0, signalled: 1, hang: 0}
  zones.guest-kernel.software-instruction: {lifetime: 1 us, masked: 0, signalled: 1, hang: 0}
  channels.kernel-to-process.probability: 0
  recovery: {detection: 1 min, node-reboot: 10 min, process-restart: 0, spare-activation: 4 min, software-repair: 0.7, software-repair-median: 30 min, software-repair-sigma: 1.1}
replicas: 20
seed: 5
END
}

# expect_shares FILE EXPRESSION...: each is True, with the closed forms at hand; z(values, expected) is the distance of a mean
# over replicas in standard errors.
expect_shares() {
    "$PYTHON" - "$@" <<'END'
import math, statistics, sys
import h5py, numpy as np
phi = statistics.NormalDist().cdf
rate, detection, reboot, activation, q, median, sigma, nodes = 0.2 / 1440, 1, 10, 4, 0.7, 30, 1.1, 50
def beyond(c):  # E max(c, X)
    z = math.log(c / median) / sigma
    return c * phi(z) + median * math.exp(sigma**2 / 2) * phi(sigma - z)
away = (1 - q) * reboot + q * beyond(reboot)
f = h5py.File(sys.argv[1])
part = [p.decode() for p in f["part"][:]]
time = np.squeeze(f["node_time"][:])  # replica, part
of_places = time.sum(axis=1) - time[:, part.index("idle-spares")]
shares = {name: time[:, i] / of_places for i, name in enumerate(part)}
down = sum(shares[name] for name in ("detection", "restart", "restore", "repair-and-spare-wait"))
def metric(name):
    return np.squeeze(f[name][:])
def z(values, expected):
    found = (values.mean() - expected) / (values.std(ddof=1) / math.sqrt(len(values)))
    print(values.mean(), expected, found)
    return found
for expression in sys.argv[2:]:
    assert eval(expression), expression
END
}

# away [SPARE]: minutes that a node of `nodes` is away on average; with a spare at hand after so many.
away() {
    "$PYTHON" - "$@" <<'END'
import sys
import statistics
# By midpoints of the quantiles, no closed form: 1e-6 of it.
draw, steps = statistics.NormalDist(), 2000000
spare = float(sys.argv[1]) if len(sys.argv) > 1 else float("inf")
import numpy as np
low, high = -9.0, 9.0
z = low + (np.arange(steps) + 0.5) * (high - low) / steps
weight = np.exp(-z * z / 2)
mended = np.minimum(spare, np.maximum(10, 30 * np.exp(1.1 * z)))
print(repr(float(0.3 * min(10, spare) + 0.7 * (mended * weight).sum() / weight.sum())))
END
}

@test "availability is that of an alternating renewal process, and what is beyond the reboot is repair" {
    nodes native native 0 >alone.yaml
    run_bulkhead run alone.yaml -q -o alone.h5
    expect_status 0
    # Two-sided 1e-4 by Student's distribution with 19 degrees: 4.9 standard errors.
    expect_shares alone.h5 'abs(z(down, rate * (detection + away) / (1 + rate * (detection + away)))) < 4.9' \
        "abs(z(shares['repair-and-spare-wait'], rate * (away - reboot) / (1 + rate * (detection + away)))) < 4.9" \
        "abs(z(shares['restart'], rate * reboot / (1 + rate * (detection + away)))) < 4.9"
    run_bulkhead run alone.yaml -q -o reboots.h5 --set models.recovery.software-repair=0
    expect_status 0
    # What is foreseen, by which patterns are chosen and the summary tells of restarts, is that mean.
    expect_eval alone.h5 "abs(m('restart_time', 'native native')[0, scope.index('node')] - (60 + 60 * $(away))) < 1e-6 * 60"
    expect_eval reboots.h5 "m('restart_time', 'native native')[0, scope.index('node')] == 660"
    expect_shares reboots.h5 "shares['repair-and-spare-wait'].max() == 0" \
        'abs(z(down, rate * (detection + reboot) / (1 + rate * (detection + reboot)))) < 4.9'
}

@test "spares that are always at hand stand in for as many as are mended, by Little's law" {
    nodes native native 50 >spares.yaml
    run_bulkhead run spares.yaml -q -o spares.h5
    expect_status 0
    expect_shares spares.h5 \
        "abs(z(metric('nodes_rebooting'), nodes * rate / (1 + rate * (detection + activation)) * (detection + away))) < 4.9" \
        'abs(z(down, rate * (detection + activation) / (1 + rate * (detection + activation)))) < 4.9'
    # Where a spare is never ready before the reboot, it is before most repairs.
    run_bulkhead run spares.yaml -q -o late.h5 --set models.recovery.spare-activation='15 min'
    expect_status 0
    expect_eval spares.h5 "m('restart_time', 'native native')[0, scope.index('node')] == 300"
    expect_eval late.h5 "abs(m('restart_time', 'native native')[0, scope.index('node')] - (60 + 60 * $(away 15))) < 1e-6 * 60"
    expect_shares late.h5 'metric("nodes_rebooting").min() > 0' \
        '(down < rate * (detection + away) / (1 + rate * (detection + away))).all()'
    run_bulkhead run spares.yaml -q -o lost.h5 --set 'workload.spares-for=[node-loss]'
    expect_status 0
    expect_shares lost.h5 'metric("nodes_rebooting").max() == 0' \
        'abs(z(down, rate * (detection + away) / (1 + rate * (detection + away)))) < 4.9'
}

@test "a guest that boots in place of its node needs nobody; a node that a script takes down reboots" {
    nodes kvm protection-first 0 >guests.yaml
    # The host's kernel crashes as often as the guest's: a crash in two is mended where the guest is taken, all where the node is.
    run_bulkhead run guests.yaml -q -o guests.h5
    expect_status 0
    run_bulkhead run guests.yaml -q -o whole.h5 --set policies.0.policy=as-host-kernel
    expect_status 0
    expect_shares guests.h5 "0.9 < shares['repair-and-spare-wait'].mean() / (rate * (away - reboot) / (1 + rate * (detection + away))) < 1.1"
    expect_shares whole.h5 "1.8 < shares['repair-and-spare-wait'].mean() / (rate * (away - reboot) / (1 + 2 * rate * (detection + away))) < 2.2"
    { nodes native native 0; echo 'script: [{at: 1 d, node: 3, zone: host-kernel, kind: data, ending: signalled}]'; } >script.yaml
    run_bulkhead run script.yaml -q -o script.h5 --set models.components.linux.fault-rate=0 --set replicas=1
    expect_status 0
    expect_eval script.h5 "abs(f['node_time'][:].sum() - 50 * (300 * 86400)) < 1000" \
        "abs(m('node_time', 'native native')[0, 0, part.index('restart')] - 600) < 1e-6" \
        "m('node_time', 'native native')[0, 0, part.index('repair-and-spare-wait')] == 0"
}

# promised OPTION...: a job of 16 nodes whose kernels crash takes, over 400 runs, what `check` promises of its pattern.
promised() {
    run_bulkhead check job.yaml --json "$@"
    expect_status 0
    printf '%s' "$output" >check.json
    run_bulkhead run job.yaml -q --json "$@"
    expect_status 0
    printf '%s' "$output" >run.json
    # 3.9 standard errors: two-sided 1e-4.
    "$PYTHON" - <<'END'
import json
promised = json.load(open("check.json"))["trust"]["patterns"][0]["expected_s"]
run = json.load(open("run.json"))["policies"][0]["makespan"]
error = (run["ci95"][1] - run["ci95"][0]) / 2 / 1.966
print(promised, run["mean"], error, (run["mean"] - promised) / error)
assert abs(run["mean"] - promised) < 3.9 * error
END
}

@test "a pattern foresees how long people take: runs take what check promises" {
    nodes native native 0 | sed -e 's/nodes: 50/nodes: 16/; s/work: 300 d/work: 3 d/; s/horizon: 600 d/horizon: 300 d/' \
        -e 's/  spares: 0/  trust: 0.5/; s/application: loss-tolerant-service/application: mpi-bulk-synchronous/' \
        -e '/loss-tolerant-service/d; s/replicas: 20/replicas: 400/; s/0.2 1.d/0.5 1\/d/' >job.yaml
    cat >>job.yaml <<'END'
  applications.mpi-bulk-synchronous.fault-rate: 0
  errors.mechanisms: ideal
checkpoints: {local: {interval: exact, write: 1 min, read: 1 min}}
END
    sed -i '/^replicas:/d; /^seed:/d' job.yaml && printf 'replicas: 400\nseed: 5\n' >>job.yaml
    promised
    promised --set models.recovery.software-repair=0
    promised --set models.recovery.software-repair-sigma=0
    # Of two causes, one of which a reboot mends.
    sed -i 's/hardware: none/hardware: [crash]/' job.yaml
    cat >>job.yaml <<'END'
define:
  faults:
    crash: {description: a reboot mends it, landing: node, mend: reboot, rate: {value: 0.5, unit: 1/d, status: measured, range: [0.5, 0.5], source: this test}}
END
    promised
}
