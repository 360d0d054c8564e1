#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What a degraded zone costs in time, by closed forms: one slow node of many, alone; noticed after a time and taken out; messages
# and exchanges that are lost, sent again and late. By either engine, and process by process.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

# job HOUR SCRIPTED: 16 nodes, a job of 10 h; the host of one degraded from HOUR on. 13 min from a notice until it computes again.
job() {
    cat <<END
scenario: slow
platform: {file: parametric.yaml, nodes: 16}
workload:
  work: 10 h
  horizon: 1000 h
  enclaves: [{name: job, application: ${application:-mpi-bulk-synchronous}}]
costs: no
checkpoints: none
policies: [{system: native, policy: native}]
faults: none
script: [{at: $1, enclave: job, node: 5, zone: host-kernel, ending: degraded}]
models:
  platform.nodes-per-cabinet: 1
  recovery: {degraded-slowdown: 0.5, degraded-notice-median: 1e9 s, degraded-notice-sigma: 0, detection: 1 min, node-reboot: 10 min, process-restart: 2 min}
  components.linux.noise-share: 0
replicas: 1
seed: 3
END
}

# run_all SCENARIO OPTION...: by both engines and process by process; calendar.h5, simgrid.h5 and process.h5.
run_all() {
    local how
    for how in engine=calendar engine=simgrid resolution=process; do
        run_bulkhead run "$1" -q -o "${how#*=}.h5" --set "$how" "${@:2}"
        expect_status 0 || return 1
    done
}

# expect_hours FILE MAKESPAN DEGRADED LOST: hours, and node-hours of all 16.
expect_hours() {
    "$PYTHON" - "$@" <<'END'
import sys
import h5py, numpy as np
f = h5py.File(sys.argv[1])
part = [p.decode() for p in f["part"][:]]
time = dict(zip(part, np.squeeze(f["node_time"][:]) / 3600 / 16))
print(f["makespan"][:] / 3600, time)
assert np.allclose(f["makespan"][:] / 3600, float(sys.argv[2]), rtol=1e-9)
assert np.isclose(time["degraded"], float(sys.argv[3]), rtol=1e-9, atol=1e-9)
assert np.isclose(time["lost-work"], float(sys.argv[4]), rtol=1e-9, atol=1e-9)
assert np.isclose(sum(time.values()) - time["idle-spares"], np.squeeze(f["makespan"][:]) / 3600, rtol=1e-9)
END
}

@test "one slow node of sixteen that nobody notices: all wait for it" {
    local file
    job "2 h" >slow.yaml
    run_all slow.yaml
    for file in calendar simgrid process; do # 2 + (10 - 2) 1.5
        expect_hours "$file.h5" 14 4 0 || return 1
    done
}

@test "noticed after a time, its node is taken out: what was done since the beginning is lost" {
    local file
    job "2 h" >slow.yaml
    run_all slow.yaml --set models.recovery.degraded-notice-median='3 h'
    for file in calendar simgrid process; do # 5 h lost, 13 min out, 10 h
        expect_hours "$file.h5" 15.216666666666667 0 5 || return 1
    done
    run_all slow.yaml --set models.recovery.degraded-notice-median='3.5 h' \
        --set 'checkpoints={local: {interval: 1 h, write: 0 s, read: 0 s}}'
    for file in calendar simgrid process; do # in 3.5 h 2 of work are saved, and half an hour is lost
        expect_hours "$file.h5" 11.716666666666667 1 0.5 || return 1
    done
    run_all slow.yaml --set models.recovery.degraded-notice-median='3 h' --set workload.spares=1 --set 'models.recovery.spare-activation=30 s'
    for file in calendar simgrid process; do # a spare is quicker than the reboot: 3.5 min out
        expect_hours "$file.h5" 15.058333333333334 0 5 || return 1
    done
}

@test "a lognormal time to notice: the mean makespan in closed form" {
    job "0 s" >slow.yaml
    run_bulkhead run slow.yaml -q -o mean.h5 --set replicas=2000 --set models.recovery.degraded-notice-median='8 h' \
        --set models.recovery.degraded-notice-sigma=1.3
    expect_status 0
    "$PYTHON" - <<'END'
import math, statistics
import h5py
phi, t = statistics.NormalDist().cdf, h5py.File("mean.h5")["makespan"][:].ravel() / 3600
median, sigma, alone, again = 8, 1.3, 15, 10 + 13 / 60
z = math.log(alone / median) / sigma
mean = alone * (1 - phi(z)) + median * math.exp(sigma**2 / 2) * phi(z - sigma) + again * phi(z)
found = (t.mean() - mean) / (t.std(ddof=1) / math.sqrt(len(t)))
print(t.mean(), mean, found)
assert abs(found) < 4 and (t == 15).mean() > 0.2  # one in 16,000 by chance
END
}

@test "a service loses the share of its one slow part alone" {
    application=loss-tolerant-service job "2 h" >slow.yaml
    run_bulkhead run slow.yaml -q -o service.h5
    expect_status 0
    # 16 parts for 2 h, then 15 + 1 / 1.5: 128 part-hours are left
    "$PYTHON" - <<'END'
import h5py, numpy as np
f = h5py.File("service.h5")
rest = 128 / (15 + 1 / 1.5)
assert np.allclose(f["makespan"][:] / 3600, 2 + rest, rtol=1e-9)
degraded = np.squeeze(f["node_time"][:])[[p.decode() for p in f["part"][:]].index("degraded")]
assert np.isclose(degraded / 3600, rest * 0.5 / 1.5, rtol=1e-9)
END
}

# The same job in guests under KVM, whose VMM process of one node is degraded.
vmm_job() {
    job "$1" | sed 's/system: native, policy: native/system: kvm, policy: protection-first/; s/zone: host-kernel/zone: host-user/'
}
alone=(--set models.recovery.degraded-notice-median='3 h' --set models.systems.kvm.mechanisms.vmm.alone.time='5 min')

@test "a VMM that is noticed is restarted alone: its guest is paused, and nothing is lost" {
    local file
    vmm_job "2 h" >slow.yaml
    run_all slow.yaml "${alone[@]}" --set models.systems.kvm.mechanisms.vmm.alone.probability=1
    for file in calendar simgrid process; do # in 3 h 2 of work, 5 min of pause, and 6 h are left
        expect_hours "$file.h5" 11.083333333333334 1 0 || return 1
        expect_eval "$file.h5" "f['interruptions'][:].sum() == 0" "f['failures'][:].sum() == 0" \
            "abs(dict(zip(f['part'][:], f['node_time'][:].ravel()))[b'restart'] - 16 * 300) < 1e-6" || return 1
    done
    # Where that fails, or counts for nothing, its node is taken out as any: 5 h lost, 13 min and a guest's boot of 30 s, 10 h.
    for how in models.systems.kvm.mechanisms.vmm.alone.probability=0 models.errors.mechanisms=none; do
        run_bulkhead run slow.yaml -q -o out.h5 "${alone[@]}" --set "$how" --set 'models.systems.kvm.costs.guest-boot=30 s'
        expect_status 0
        expect_hours out.h5 15.225 0 5 || return 1
    done
    run_bulkhead run slow.yaml -q -o ideal.h5 "${alone[@]}" --set models.errors.mechanisms=ideal
    expect_status 0
    expect_hours ideal.h5 11 1 0
}

@test "restarted alone in half of the cases, after a lognormal time: the mean makespan in closed form" {
    vmm_job "0 s" >slow.yaml
    run_bulkhead run slow.yaml -q -o mean.h5 "${alone[@]}" --set replicas=2000 --set models.recovery.degraded-notice-median='8 h' \
        --set models.recovery.degraded-notice-sigma=1.3 --set models.systems.kvm.mechanisms.vmm.alone.probability=0.5 \
        --set 'models.systems.kvm.costs.guest-boot=30 s'
    expect_status 0
    "$PYTHON" - <<'END'
import math, statistics
import h5py
phi, t = statistics.NormalDist().cdf, h5py.File("mean.h5")["makespan"][:].ravel() / 3600
median, sigma, p, slowed, alone, again, pause = 8, 1.3, 0.5, 0.5, 15, 10 + 13.5 / 60, 5 / 60
z = math.log(alone / median) / sigma
noticed, time = phi(z), median * math.exp(sigma**2 / 2) * phi(z - sigma)  # P(X < L), E(X; X < L)
out, restarted = again * noticed + time, (10 + pause) * noticed + time * slowed / (1 + slowed)
mean = alone * (1 - noticed) + p * restarted + (1 - p) * out
found = (t.mean() - mean) / (t.std(ddof=1) / math.sqrt(len(t)))
print(t.mean(), mean, found)
assert abs(found) < 4  # one in 16,000 by chance
END
}

@test "of a service the part of that VMM alone is paused" {
    application=loss-tolerant-service vmm_job "2 h" >slow.yaml
    run_bulkhead run slow.yaml -q -o service.h5 "${alone[@]}" --set models.systems.kvm.mechanisms.vmm.alone.probability=1
    expect_status 0
    # 160 part-hours: one part does 2 h of work in 3, and nothing in 5 min
    expect_eval service.h5 "abs(f['makespan'][:].item() / 3600 - (160 + 1 + 1 / 12) / 16) < 1e-9"
}

@test "what restarts a zone alone is listed by check, and one without a probability is refused" {
    vmm_job "2 h" >slow.yaml
    run_bulkhead check slow.yaml
    expect_status 0
    expect_text "$output" 'kvm: vmm alone' 'once it is noticed to be degraded, else the node goes'
    sed 's/system: kvm/system: mine/' slow.yaml >bad.yaml
    cat >>bad.yaml <<'END'
define:
  systems:
    mine:
      like: kvm
      title: mine
      mechanisms: {vmm: {alone: {by: a new process, time: {value: 1, unit: s, status: assumed, range: [0, 2], source: test}}}}
END
    run_bulkhead check bad.yaml
    expect_status 2
    expect_text "$errors" 'bad.yaml:' 'systems.mine.mechanisms.vmm.alone: found no probability; expected one, or `missing`'
}

# Five nodes in ten minutes: of each step 24 messages, 16 MiB and two collectives of four stages, up and down.
lossy=(--set costs=yes --set 'workload.work=10 min' --set models.recovery.degraded-slowdown=0.25
    --set models.recovery.degraded-loss=0.1 --set 'models.recovery.degraded-resend=18 ms' --set 'models.recovery.degraded-delay=3 ms')

@test "messages are lost, sent again and late: a step in closed form, and process by process" {
    job "0 s" >slow.yaml
    run_all slow.yaml "${lossy[@]}"
    sed '/^script:/d' slow.yaml >whole.yaml
    run_bulkhead run whole.yaml -q -o whole.h5 "${lossy[@]}"
    expect_status 0
    "$PYTHON" - "$SOURCE_DIRECTORY/platforms/parametric.yaml" <<'END'
import re, sys
import h5py
value, unit = re.search(r"^node-bandwidth:.*?value: ([\d.e]+).*?unit: (\w+)", open(sys.argv[1]).read(), re.M | re.S).groups()
bandwidth = float(value) * {"GB": 1e9, "Gbps": 1e9 / 8}[unit]
whole, calendar, simgrid, process = (h5py.File(f"{name}.h5")["makespan"][:].item() / 600 for name in ("whole", "calendar", "simgrid", "process"))
messages, halo = 24 + 2 * 2 * 4, 16 * 2**20 / bandwidth
late = 3e-3 + 18e-3 * 0.1 / 0.9
expected = whole + 0.25 + messages * late + halo * (1 / 0.9 - 1)
print(whole, calendar, simgrid, process, expected)
assert abs(calendar - expected) < 1e-9 and abs(simgrid - expected) < 1e-9
# Process by process a node meets as many stages of a collective as it has children in the tree; node 5, a leaf, two of eight.
assert abs(process - (expected - 2 * 2 * 3 * late)) < 5e-3 * expected
END
}

@test "an exchange of composed enclaves is sent 1 / (1 - loss) times, and is late" {
    job "0 s" | sed -e 's/enclaves: .*/enclaves: [{name: job, application: mpi-bulk-synchronous}, {name: other, application: mpi-bulk-synchronous}]/' \
        -e 's/^costs:.*/compositions: [{name: pair, between: [job, other], over: network, when: always, volume: 1 GB, period: 10 min, coupling: tight}]\n&/' >slow.yaml
    sed '/^script:/d' slow.yaml >whole.yaml
    local how file
    for how in engine=calendar engine=simgrid; do
        for file in slow whole; do
            run_bulkhead run "$file.yaml" -q -o "$file-${how#*=}.h5" --set "$how" --set 'workload.work=100 min' \
                --set models.recovery.degraded-slowdown=0 --set models.recovery.degraded-loss=0.2 \
                --set 'models.recovery.degraded-resend=40 ms' --set 'models.recovery.degraded-delay=5 ms'
            expect_status 0 || return 1
        done
        "$PYTHON" - "${how#*=}" <<'END'
import sys
import h5py, numpy as np
slow, whole = (h5py.File(f"{name}-{sys.argv[1]}.h5") for name in ("slow", "whole"))
each = [np.squeeze(f["exchange_time"][:]) / np.squeeze(f["exchanges"][:]) for f in (slow, whole)]
assert each[1] > 0.01 and np.isclose(each[0], each[1] / 0.8 + 5e-3 + 40e-3 * 0.2 / 0.8, rtol=1e-6), each
part = [p.decode() for p in slow["part"][:]]
time = np.squeeze(slow["node_time"][:])[0, part.index("degraded")] / 16
assert np.isclose(time, np.squeeze(slow["exchanges"][:]) * (each[0] - each[1]), rtol=1e-6), time
END
    done
}

@test "without degraded zones the ledger has no part for them, and a scenario that has them says which numbers it reads" {
    job "0 s" >slow.yaml
    sed '/^script:/d' slow.yaml >whole.yaml
    run_bulkhead run whole.yaml -q -o whole.h5
    expect_status 0
    "$PYTHON" -c 'import h5py; assert b"degraded" not in h5py.File("whole.h5")["part"][:]'
    run_bulkhead check slow.yaml
    expect_status 0
    grep -q 'recovery.degraded-slowdown' <<<"$output" && grep -q 'recovery.degraded-notice-median' <<<"$output"
    run_bulkhead check whole.yaml
    ! grep -q 'recovery.degraded-slowdown .*0.5' <<<"$output" || return 1
}
