#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Loss-tolerant services: when one is lost, and how many of its parts it cannot do without.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

@test "a service whose parts are all lost is lost" {
    run_bulkhead run "$scenarios/service-lost.yaml" -q -o lost.h5
    expect_status 0
    expect_eval lost.h5 "m('unacceptable', 'native')[0] == 1" "m('unacceptable_time', 'native')[0] == 3600" \
        "m('enclaves_lost', 'native')[0] == 1" "m('application_extent', 'native')[0, scope.index('enclave')] == 1"
    # Of two nodes one alone is no loss; both are, at the second, once.
    run_bulkhead run "$scenarios/service-lost.yaml" -q -o two.h5 --set platform.nodes=2 \
        --set 'script=[{at: 1 h, node: 0, fault: node-loss}, {at: 2 h, node: 1, fault: node-loss}, {at: 3 h, node: 1, fault: node-loss}]'
    expect_status 0
    expect_eval two.h5 "m('unacceptable_time', 'native')[0] == 7200" "m('enclaves_lost', 'native')[0] == 1" \
        "m('faults', 'native')[0] == 2 and m('struck_gone', 'native')[0] == 1" \
        "m('application_extent', 'native')[0, scope.index('node')] == 1"
    # Its processes alone are parts, too: one that fails on the only node.
    run_bulkhead run "$scenarios/service-lost.yaml" -q -o process.h5 --set 'script=[{at: 1 h, node: 0, zone: process, ending: signalled}]'
    expect_status 0
    expect_eval process.h5 "m('unacceptable', 'native')[0] == 1"
}

# Repair that takes an hour.
constant='s/      repair: .*/      repair-median: {value: 1, unit: h, status: computed, source: t}\n      repair-sigma: {value: 0, status: computed, source: t}/'

# run_parts OUTPUT [OPTION...]: three nodes; the first is gone from 1 h to 2 h, the second from 1.5 h to 2.5 h.
run_parts() {
    local file=$1
    shift
    sed -e "$constant" "$scenarios/parts.yaml" >constant.yaml
    run_bulkhead run constant.yaml -q -o "$file" --set platform.nodes=3 --set workload.work='10 h' --set faults=none --set replicas=1 \
        --set 'script=[{at: 1 h, node: 0, fault: loss}, {at: 1.5 h, node: 1, fault: loss}]' "$@"
    expect_status 0
}

@test "with fewer parts than it needs a service serves nobody, and what waits is booked to what took them" {
    # 30 node-hours. By 2.5 h those up have done 3 + 1 + 0.5 + 1, with one needed; the rest takes three 24.5 / 3 h.
    run_parts one.h5 --set workload.enclaves.0.parts-needed=1
    expect_eval one.h5 "np.allclose(m('makespan', 'native') / 3600, 2.5 + 24.5 / 3, rtol=1e-9)" "m('enclaves_lost', 'native')[0] == 0" \
        "np.allclose(m('node_time', 'native')[0, 0, part.index('repair-and-spare-wait')], 2 * 3600, rtol=1e-6)"
    # With two needed the third does nothing while it is alone, from 1.5 to 2 h.
    run_parts two.h5 --set workload.enclaves.0.parts-needed=2
    expect_eval two.h5 "np.allclose(m('makespan', 'native') / 3600, 2.5 + 25 / 3, rtol=1e-9)" "m('enclaves_lost', 'native')[0] == 1" \
        "m('unacceptable_time', 'native')[0] == 5400" \
        "np.allclose(m('node_time', 'native')[0, 0, part.index('repair-and-spare-wait')], 2.5 * 3600, rtol=1e-6)"
    # With all needed it is out from 1 to 2.5 h; that it is lost counts once, and so does the interruption.
    run_parts all.h5 --set workload.enclaves.0.parts-needed='100 %'
    expect_eval all.h5 "np.allclose(m('makespan', 'native') / 3600, 11.5, rtol=1e-9)" "m('enclaves_lost', 'native')[0] == 1" \
        "m('unacceptable_time', 'native')[0] == 3600" "m('interruptions', 'native').sum() == 1" \
        "m('application_extent', 'native')[0, scope.index('enclave')] == 1" "m('application_extent', 'native')[0, scope.index('node')] == 1"
    # Shares are rounded up: half of three is two.
    run_parts half.h5 --set workload.enclaves.0.parts-needed='50 %'
    ask same two.h5 half.h5
    run_bulkhead check "$scenarios/parts.yaml"
    expect_text "$output" 'service is lost, and serves nobody, with fewer than 3 of its 5 parts'
    run_bulkhead check "$scenarios/parts.yaml" --json
    expect_text "$output" '"parts_needed": 3'
}

@test "what takes the whole of a service loses it, also while it is lost" {
    cat >>all-of-it.yaml <<'END'
scenario: all-of-it
like: constant.yaml
define:
  policies:
    widespread:
      description: a process takes its enclave along
      dispositions: {host-kernel: node, host-user: enclave, guest-kernel: enclave, guest-user: enclave}
      guards: strongest
policies: [{system: native, policy: widespread, name: native}]
models: {errors.mechanisms: ideal, zones.guest-user.data.lifetime: 1 ns}
workload: {work: 10 h, enclaves: [{name: service, application: loss-tolerant-service, parts-needed: 2}]}
platform: {file: parametric.yaml, nodes: 3}
faults: none
replicas: 1
script: [{at: 1 h, node: 0, fault: loss}, {at: 1.5 h, node: 1, fault: loss}, {at: 1.75 h, node: 2, zone: process, kind: data, ending: signalled}]
END
    run_parts two.h5
    run_bulkhead run all-of-it.yaml -q -o all.h5
    expect_status 0
    # Two interruptions, of a part and of the service; two losses of the service.
    expect_eval all.h5 "m('losing_errors', 'native')[0] == 2" "m('interruptions', 'native').sum() == 2" \
        "m('application_extent', 'native')[0, scope.index('enclave')] == 2"
}

@test "between interruptions of a service that serves are 1/(N lambda), however long it waits for parts" {
    local needed
    for needed in 1 4 5; do
        run_bulkhead run "$scenarios/parts.yaml" -q -o run.h5 --set define.faults.loss.repair.exponential.mean.value=5 \
            --set "workload.enclaves.0.parts-needed=$needed"
        expect_status 0
        run_bulkhead report run.h5 --no-figure --format json
        expect_status 0
        # Two days of five parts at 0.1 a day each; twice the interval is some 4 standard errors, 1 to 2 %.
        "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
mtti = json.load(open(sys.argv[1]))["policies"][0]["mtti"]
low, high = mtti["ci95"]
print(mtti)
assert abs(mtti["mean"] - 2 * 86400) < high - low < 0.05 * mtti["mean"]
END
    done
}

@test "K of N exponential lives, without and with repair" {
    # No repair to speak of: K of N are left until the (N-K+1)-th is lost, after a sum of exponential times.
    run_bulkhead run "$scenarios/parts.yaml" -q -o gone.h5
    expect_status 0
    run_bulkhead run "$scenarios/parts.yaml" -q -o gone1.h5 --set workload.enclaves.0.parts-needed=1 --set platform.nodes=3
    expect_status 0
    # Repair of one day each: a chain that goes up and down.
    run_bulkhead run "$scenarios/parts.yaml" -q -o mended.h5 --set define.faults.loss.repair.exponential.mean.value=1
    expect_status 0
    run_bulkhead run "$scenarios/parts.yaml" -q -o mended4.h5 --set define.faults.loss.repair.exponential.mean.value=1 \
        --set workload.enclaves.0.parts-needed=4 --seed 5
    expect_status 0
    "$PYTHON" - <<'END'
from math import comb

import h5py
import numpy as np

DAY, RATE = 86400, 0.1

def survival(n, k, mend, t):
    """P(no time before t with fewer than k of n parts) by the chain of parts lost, absorbed at n - k + 1: its generator's
    matrix exponential, through eigenvalues (it is similar to a symmetric one, so they are real)."""
    m = n - k + 1
    q = np.zeros((m, m))
    for lost in range(m):
        q[lost, lost] = -(n - lost) * RATE - lost * mend
        if lost + 1 < m:
            q[lost, lost + 1] = (n - lost) * RATE
        if lost > 0:
            q[lost, lost - 1] = lost * mend
    values, vectors = np.linalg.eig(q)
    weights = vectors[0] * np.linalg.solve(vectors, np.ones(m))
    return (weights[None, :] * np.exp(np.outer(t, values))).sum(axis=1).real, np.linalg.solve(-q, np.ones(m))[0]

for name, n, k, mend in (("gone", 5, 3, 0), ("gone1", 3, 1, 0), ("mended", 5, 3, 1), ("mended4", 5, 4, 1)):
    times = np.sort(h5py.File(f"{name}.h5")["unacceptable_time"][0]) / DAY
    assert not np.isnan(times).any(), name
    alive, mean = survival(n, k, mend, times)
    if mend == 0:
        assert abs(mean - sum(1 / (i * RATE) for i in range(k, n + 1))) < 1e-9  # the closed form
        closed = [sum(comb(n, i) * np.exp(-RATE * t * i) * (1 - np.exp(-RATE * t))**(n - i) for i in range(k, n + 1)) for t in times]
        assert np.allclose(alive, closed, rtol=0, atol=1e-9)
    # Kolmogorov and Smirnov's distance: 2.2 / sqrt(count) is exceeded once in 8,000 such samples.
    count = len(times)
    distance = max(np.abs(1 - alive - np.arange(count) / count).max(), np.abs(1 - alive - np.arange(1, count + 1) / count).max())
    error = times.std(ddof=1) / np.sqrt(count)
    print(f"{name}: mean {times.mean():.4g} d, expected {mean:.4g}, {(times.mean() - mean) / error:+.2f} standard errors; "
          f"distance {distance * np.sqrt(count):.2f}")
    assert distance < 2.2 / np.sqrt(count) and abs(times.mean() - mean) < 4 * error, name
END
}

@test "a tight partner waits for a service that is out" {
    sed -e 's/nodes: 5/nodes: 8/' -e 's/work: 1000 d/work: 10 h/' -e 's/horizon: 1000 d/horizon: 10 d/' -e 's/^replicas:.*/replicas: 1/' \
        -e 's/^faults:.*/faults: none/' -e 's/enclaves: .*/enclaves: [{name: service, application: loss-tolerant-service, nodes: 3, parts-needed: 2}, {name: job, application: mpi-bulk-synchronous}]/' \
        -e "$constant" \
        "$scenarios/parts.yaml" >tight.yaml
    cat >>tight.yaml <<'END'
compositions: [{name: c, between: [service, job], over: network, when: always, coupling: tight}]
script: [{at: 1 h, node: 0, enclave: service, fault: loss}, {at: 1.5 h, node: 1, enclave: service, fault: loss}]
END
    run_bulkhead run tight.yaml -q -o tight.h5
    expect_status 0
    # From 1.5 to 2 h.
    expect_eval tight.h5 "np.allclose(m('makespan', 'native')[1, 0] / 3600, 10.5, rtol=1e-9)" \
        "np.allclose(m('node_time', 'native')[1, 0, part.index('composition-wait')], 5 * 1800, rtol=1e-6)"
}

@test "what cannot be needed is refused" {
    refused() {
        run_bulkhead check "$scenarios/parts.yaml" --set "workload.enclaves.0.parts-needed=$1"
        expect_status 2
        expect_text "$errors" 'workload.enclaves.0.parts-needed' "$2"
    }
    refused 6 'found 6; expected at most 5, since `service` has a part on each of so many nodes'
    refused 0 '1'
    refused '0 %' 'found 0; expected more than 0'
    refused '101 %' 'from 0 to 1'
    refused many 'many'
    run_bulkhead check "$scenarios/parts.yaml" --set workload.enclaves.0.application=mpi-bulk-synchronous
    expect_status 2
    expect_text "$errors" 'parts-needed' 'which stops with any of its nodes'
}

@test "a part that fails takes the errors of all its processes along, also of those that the failure did not take" {
    # On each of 16 nodes an error that lives for days in one of eight processes, and then one in the guest's kernel, which takes
    # a process that is drawn. Nothing of the first is left to fail.
    {
        cat <<'END'
scenario: part
platform: {file: parametric.yaml, nodes: 16}
workload:
  work: 2000 h
  enclaves: [{name: service, application: loss-tolerant-service, processes-per-guest: 8}]
costs: no
faults: none
policies: [{system: kvm, policy: by-process, name: parts}]
define:
  policies:
    by-process:
      description: errors in a guest's kernel take a process
      dispositions: {host-kernel: node, host-user: node, guest-kernel: process, guest-user: process}
      guards: strongest
models:
  errors.mechanisms: ideal
  zones.guest-user.data.lifetime: 100 h
  zones.guest-kernel.data.lifetime: 1 ns
  zones.guest-kernel.residual: 0
  channels.system-call.probability: 0
  channels.kernel-to-process.probability: 0
  channels.vm-exit.probability: 0
  channels.device-emulation.probability: 0
script:
END
        for node in {0..15}; do
            echo "  - {at: 1 h, node: $node, zone: guest-user, kind: data, ending: signalled}"
            echo "  - {at: 1.01 h, node: $node, zone: guest-kernel, kind: data, ending: signalled}"
        done
    } >part.yaml
    run_bulkhead run part.yaml -q --replicas 1 -o part.h5
    expect_status 0
    expect_eval part.h5 "m('errors', 'parts').sum() == 32" "m('interruptions', 'parts').sum() == 16"
}
