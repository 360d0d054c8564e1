#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Zones that need others: who stands still while a zone beside the guests is down, whose I/O waits, and whose fault that is, by
# hand; the exact chain, Monte Carlo and the simulation have one notion of it; time stopped by closed form.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    need_h5py
}

# system NAME NEEDS-OF-GUEST NEEDS-OF-DRIVER: a hypervisor with guests and, beside them, a driver and what starts it.
system() {
    cat <<END
    $1:
      title: guests beside a driver
      host-kernel: linux
      guest-kernel: linux
      zones:
        - {name: hypervisor, kind: host-kernel, components: [host-kernel]}
        - {name: driver, kind: host-user, parent: hypervisor, components: [qemu-device-model]$3}
        - {name: toolstack, kind: host-user, parent: hypervisor, components: [qemu-device-model]}
        - {name: guest, kind: guest-kernel, parent: hypervisor, per: guest, components: [guest-kernel]$2}
        - {name: process, kind: guest-user, parent: guest, per: process, components: [application]}
      channels:
        - {type: system-call, from: process, to: guest}
        - {type: kernel-to-process, from: guest, to: process}
        - {type: vm-exit, from: guest, to: hypervisor}
        - {type: host-to-guest, from: hypervisor, to: guest}
        - {type: device-emulation, from: guest, to: driver}
        - {type: vmm-to-guest, from: driver, to: guest}
        - {type: vmm-to-kernel, from: driver, to: hypervisor}
      guards: {process/kernel: [hardware-protection], guest/host: [iommu]}
      mechanisms: ideal
      costs:
        compute-slowdown: {value: 0, status: computed, source: for a test}
        exit-time: {value: 0, unit: us, status: computed, source: for a test}
        latency: {value: 0, unit: us, status: computed, source: for a test}
        bandwidth-loss: {value: 0, status: computed, source: for a test}
        guest-boot: {value: 25, unit: s, status: computed, source: for a test}
END
}

# Four systems: nothing needs anything; guests need the driver for progress, for I/O; they need it for I/O and it needs what
# starts it for progress.
systems() {
    printf 'define:\n  systems:\n'
    system free '' ''
    system halts ', needs: [{zone: driver, for: progress}]' ''
    system cuts ', needs: [{zone: driver, for: io}]' ''
    system chained ', needs: [{zone: driver, for: io}]' ', needs: [{zone: toolstack, for: progress}]'
}

lines() {
    printf 'policies:\n'
    local name
    for name in free halts cuts chained; do
        printf '  - {system: %s, policy: protection-first, name: %s}\n' $name $name
    done
}

# run_one OUTPUT SCRIPT [OPTION...]: four nodes, 4 h of work, local checkpoints of a minute after each hour, read in 20 s; 5 s
# of detection; a process starts in 10 s, a guest in 25 s. A checkpoint ends at 3,660, 7,320 and 10,980 s, the work at 14,580 s.
run_one() {
    local file=$1 script=$2 apart=${apart:-} # enclaves on nodes of their own, or spares
    shift 2
    cat >quiet <<'END'
  zones.host-user.data.lifetime: 1 ns
  channels.vmm-to-guest.probability: 0
  channels.vmm-to-kernel.probability: 0
END
    {
        sed -e '/^policies:/,/^faults:/d' -e 's/^baseline:.*/baseline: free/' -e '/^models:/r quiet' "$scenarios/one-enclave.yaml"
        printf 'faults: none\n'
        lines
        printf 'script:\n%s\n' "$script"
        systems
    } >one.yaml
    run_bulkhead run one.yaml -q -o "$file" "$@"
    expect_status 0
    [ -n "$apart" ] || ask ledger "$file" 0
}

# fail TIME NODE ZONE-KIND: an error there that signals at once.
fail() {
    printf '  - {at: %s s, node: %s, zone: %s, enclave: simulation, ending: signalled}\n' "$1" "$2" "$3"
}

# expect_times FILE POLICY MAKESPAN LOST DETECTION RESTART RESTORE STOPPED WAITED INTERRUPTIONS: seconds of the enclave.
expect_times() {
    expect_eval "$1" "np.allclose(m('makespan', '$2'), $3, rtol=1e-9)" \
        "np.allclose(m('node_time', '$2')[0, 0, part.index('lost-work')], 4 * $4, rtol=1e-9, atol=1e-6)" \
        "np.allclose(m('node_time', '$2')[0, 0, part.index('detection')], 4 * $5, rtol=1e-9, atol=1e-6)" \
        "np.allclose(m('node_time', '$2')[0, 0, part.index('restart')], 4 * $6, rtol=1e-9, atol=1e-6)" \
        "np.allclose(m('node_time', '$2')[0, 0, part.index('restore')], 4 * $7, rtol=1e-9, atol=1e-6)" \
        "np.allclose(m('stopped_time', '$2'), 4 * $8, rtol=1e-9, atol=1e-6)" \
        "np.allclose(m('io_wait', '$2'), 4 * $9, rtol=1e-9, atol=1e-6)" \
        "m('interruptions', '$2').tolist() == [[${10}]]" \
        "np.allclose(sum(row[-1] for row in causes('$2')), 4 * ($4 + $5 + $6 + $7), rtol=1e-9, atol=1e-6)"
}

# --- Who stops, by hand --------------------------------------------------------------------------------------------------

@test "a zone beside the guests that nothing needs stops nobody, one that they need does" {
    run_one beside.h5 "$(fail 5000 1 driver)"
    expect_times beside.h5 free 14580 0 0 0 0 0 0 0
    expect_times beside.h5 halts 14595 0 5 10 0 15 0 0
    expect_times beside.h5 cuts 14580 0 0 0 0 0 0 0
    # Stopped, not hit: no loss, no escape, no extent of an application; the extent of the failed zone is the node.
    local policy
    for policy in free halts cuts chained; do
        expect_eval beside.h5 "m('simultaneous_losses', '$policy').tolist() == [0]" \
            "m('losing_errors', '$policy').tolist() == [0]" "m('application_extent', '$policy')[0, 0] == 1" \
            "m('system_extent', '$policy')[0, scope.index('node')] == 1"
    done
    expect_eval beside.h5 "m('progress_stops', 'halts').tolist() == [1]" "m('io_stops', 'halts').tolist() == [0]" \
        "m('io_stops', 'cuts').tolist() == [1]" "m('progress_stops', 'cuts').tolist() == [0]" \
        "m('progress_stops', 'free').tolist() == m('io_stops', 'free').tolist() == [0]" \
        "m('several_stopped', 'halts').tolist() == [0]" \
        "[(row[1], row[-2], row[-1]) for row in causes('halts')] == [(b'host-user', 1, 60)]"
}

@test "needs that are down at once each add what they take longer" {
    run_one both.h5 "$(fail 5000 1 driver; fail 5010 2 driver; fail 5012 2 driver)"
    expect_times both.h5 halts 14605 0 5 20 0 25 0 0
    expect_eval both.h5 "m('struck_while_down', 'halts').tolist() == [1]" "m('errors', 'halts').tolist() == [2]"
}

@test "a checkpoint that a stop meets begins again, and one that comes waits" {
    run_one under.h5 "$(fail 3620 0 driver)"
    expect_times under.h5 halts $((14580 + 20 + 15)) 20 5 10 0 15 0 0
    expect_times under.h5 cuts $((14580 + 20 + 15)) 20 5 10 0 0 15 0
    run_one before.h5 "$(fail 3590 0 driver)"
    expect_times before.h5 cuts 14585 0 0 5 0 0 5 0
    expect_times before.h5 halts 14595 0 5 10 0 15 0 0
    # In memory nothing leaves the guest.
    run_one memory.h5 "$(fail 3620 0 driver)" --set 'checkpoints={memory: {interval: 1 h, write: 60 s, read: 20 s}, final: no}'
    expect_times memory.h5 cuts 14580 0 0 0 0 0 0 0
    # What goes to storage as traffic waits, too: 40 GB to a disk of 500 MB/s take 80 s.
    run_one traffic.h5 "$(fail 3620 0 driver)" --set 'checkpoints={storage: {interval: 1 h}, final: no}' \
        --set 'models.applications.mpi-bulk-synchronous.checkpoint-bytes=10 GB'
    expect_times traffic.h5 cuts $((14400 + 240 + 20 + 15)) 20 5 10 0 0 15 0
}

@test "an outage beside a stop: each pays for what it adds" {
    # The guest: 5 s, 25 s of boot, 10 s of relaunch, 20 s to read; lost since 3,660 s.
    run_one inside.h5 "$(fail 5000 0 guest-kernel; fail 5001 1 driver)"
    expect_times inside.h5 free $((14580 + 1340 + 60)) 1340 5 35 20 0 0 1
    expect_times inside.h5 halts $((14580 + 1340 + 60)) 1340 5 35 20 0 0 1
    # While it is relaunched: from 5,030 s on in vain, anew from 5,050 s.
    run_one relaunch.h5 "$(fail 5000 0 guest-kernel; fail 5035 1 driver)"
    expect_times relaunch.h5 halts $((14580 + 1340 + 80)) 1340 5 55 20 0 0 1
    expect_times relaunch.h5 cuts $((14580 + 1340 + 70)) 1340 5 45 20 0 0 1
    expect_eval relaunch.h5 \
        "[row[-1] for row in causes('halts') if row[1] == b'host-user'] == [4 * 20]" \
        "[row[-1] for row in causes('cuts') if row[1] == b'host-user'] == [4 * 10]"
    # While it reads, from 5,040 s on: again from 5,065 s; for a process that starts, all anew.
    run_one read.h5 "$(fail 5000 0 guest-kernel; fail 5050 1 driver)"
    expect_times read.h5 cuts $((14580 + 1340 + 85)) 1340 5 50 30 0 0 1
    expect_times read.h5 halts $((14580 + 1340 + 95)) 1340 5 60 30 0 0 1
    # The guest fails while the driver is down; then the node, which brings the driver along.
    run_one then.h5 "$(fail 5000 1 driver; fail 5010 0 guest-kernel)"
    expect_times then.h5 halts $((14580 + 10 + 1340 + 60)) 1340 10 40 20 10 0 1
    run_one node.h5 "$(fail 5000 1 driver; fail 5010 1 host-kernel)" --set models.recovery.node-reboot='1 s'
    expect_times node.h5 halts $((14580 + 10 + 1340 + 61)) 1340 10 41 20 10 0 1
}

@test "a node, or a system, that comes anew brings what was down" {
    # A process takes 100 s to start: the driver would be up at 5,105 s. The node is at 5,016 s, its guests at 5,041 s, the
    # application at 5,141 s; it has read at 5,161 s. The system takes as long.
    local outage='  - {at: 5010 s, fault: blackout}'
    local blackout=(--set 'define.faults={blackout: {description: all is down, default: off, landing: node, carrier: machine,
        mend: reboot, rate: {value: 1, unit: 1/year, status: computed, source: for a test}}}')
    local slow=(--set models.recovery.process-restart='100 s' --set models.recovery.node-reboot='1 s'
        --set models.recovery.system-restart='1 s')
    run_one node.h5 "$(fail 5000 1 driver; fail 5010 1 host-kernel)" "${slow[@]}"
    expect_times node.h5 halts $((14580 + 10 + 1340 + 151)) 1340 10 131 20 10 0 1
    run_one system.h5 "$(fail 5000 1 driver; echo "$outage")" "${slow[@]}" "${blackout[@]}"
    expect_times system.h5 halts $((14580 + 10 + 1340 + 151)) 1340 10 131 20 10 0 1
    # One that is lost for good, with a spare; and another node than the driver's, which stays down until 5,105 s.
    apart=yes run_one spare.h5 "$(fail 5000 1 driver; echo '  - {at: 5010 s, node: 1, fault: node-loss}')" "${slow[@]}" \
        --set workload.spares=1 --set 'checkpoints={storage: {interval: 1 h, write: 60 s, read: 20 s}, final: no}'
    expect_eval spare.h5 "np.allclose(m('makespan', 'halts'), 14580 + 10 + 1340 + 5 + 45 + 25 + 100 + 20)"
    run_one another.h5 "$(fail 5000 1 driver; fail 5010 2 host-kernel)" "${slow[@]}"
    expect_times another.h5 halts $((14580 + 10 + 1340 + 95 + 120)) 1340 10 195 20 10 0 1
    expect_eval another.h5 "[row[-1] for row in causes('halts') if row[1] == b'host-user'] == [4 * (10 + 64)]"
}

@test "a need of a need stops, and a zone that hangs does so until its watchdog finds it" {
    local chain=(--set 'define.systems.chained.zones=[{name: hypervisor, kind: host-kernel, components: [host-kernel]},
        {name: toolstack, kind: host-user, parent: hypervisor, components: [qemu-device-model]},
        {name: driver, kind: host-user, parent: hypervisor, components: [qemu-device-model], needs: [{zone: toolstack, for: progress}]},
        {name: guest, kind: guest-kernel, parent: hypervisor, per: guest, components: [guest-kernel], needs: [{zone: driver, for: io}]},
        {name: process, kind: guest-user, parent: guest, per: process, components: [application]}]')
    # Without the toolstack the driver stands still, and I/O with it.
    run_one chained.h5 "$(fail 3590 0 toolstack)" "${chain[@]}"
    expect_times chained.h5 chained 14585 0 0 5 0 0 5 0
    expect_eval chained.h5 "m('io_stops', 'chained').tolist() == [1]"
    # 100 s to the watchdog, then a failure.
    local hang=(--set models.zones.host-user.data.masked=0 --set models.zones.host-user.data.signalled=1
        --set models.zones.host-user.data.hang=1)
    run_one hang.h5 '  - {at: 5000 s, node: 1, zone: driver, enclave: simulation}' "${hang[@]}"
    expect_times hang.h5 free 14580 0 0 0 0 0 0 0
    expect_times hang.h5 halts $((14580 + 115)) 0 105 10 0 15 0 0
    expect_times hang.h5 cuts 14580 0 0 0 0 0 0 0
    run_one write.h5 '  - {at: 3590 s, node: 1, zone: driver, enclave: simulation}' "${hang[@]}"
    expect_times write.h5 cuts $((14580 + 105)) 0 95 10 0 0 15 0
}

@test "a service: a part stops alone, and what it reads waits" {
    # A part that is down 15 s of four; restarted after a failure it reads 1 GB at 100 MB/s, which takes 10 s.
    local service=(--set 'workload.enclaves=[{name: simulation, application: loss-tolerant-service}]'
        --set checkpoints=none --set 'models.applications.loss-tolerant-service.checkpoint-bytes=1 GB'
        --set 'models.recovery.local-bandwidth=100 MB/s')
    run_one part.h5 "$(fail 5000 1 driver)" "${service[@]}"
    expect_eval part.h5 "np.allclose(m('makespan', 'halts'), 14400 + 15 / 4)" "m('makespan', 'cuts') == 14400" \
        "m('makespan', 'free') == 14400" "np.allclose(m('stopped_time', 'halts'), 15)" \
        "m('interruptions', 'halts') == 0" "np.allclose(m('node_time', 'halts')[0, 0, part.index('detection')], 5)" \
        "np.allclose(m('node_time', 'halts')[0, 0, part.index('restart')], 10)"
    # The guest at 5,000 s: relaunched at 5,040 s, has read at 5,050 s. The driver is down from 5,030 to 5,045 s.
    run_one reads.h5 "$(fail 5000 1 guest-kernel; fail 5030 1 driver)" "${service[@]}"
    expect_eval reads.h5 "np.allclose(m('makespan', 'free'), 14400 + 50 / 4)" \
        "np.allclose(m('makespan', 'cuts'), 14400 + 55 / 4)" "np.allclose(m('makespan', 'halts'), 14400 + 65 / 4)" \
        "m('interruptions', 'cuts') == 1"
    # Another node's driver is no affair of it.
    run_one other.h5 "$(fail 5000 1 guest-kernel; fail 5030 2 driver)" "${service[@]}"
    expect_eval other.h5 "np.allclose(m('makespan', 'cuts'), 14400 + 50 / 4)"
}

@test "an exchange waits for the I/O of both, and so do tight partners" {
    local composed=(--set 'workload.enclaves=[{name: simulation, application: mpi-bulk-synchronous, nodes: 2},
        {name: analysis, application: mpi-bulk-synchronous, nodes: 2}]' --set checkpoints=none
        --set 'compositions=[{name: pair, between: [simulation, analysis], over: network, when: always, coupling: tight, volume: 1 MB, period: 10 min}]')
    apart=yes run_one pair.h5 "$(fail 3595 0 driver)" "${composed[@]}"
    expect_eval pair.h5 "np.allclose(m('makespan', 'cuts'), m('makespan', 'free') + 10, rtol=1e-9)" \
        "np.allclose(m('io_wait', 'cuts'), 20)" "np.allclose(m('node_time', 'cuts')[:, 0, part.index('restart')], 20)" \
        "np.allclose(m('node_time', 'cuts')[:, 0, part.index('composition')],
            m('node_time', 'free')[:, 0, part.index('composition')])" \
        "m('exchanges', 'cuts') == m('exchanges', 'free')" "np.allclose(sum(row[-1] for row in causes('cuts')), 40)"
    # Who stands still has tight partners wait; the exchange falls away.
    expect_eval pair.h5 "np.allclose(m('makespan', 'halts'), m('makespan', 'free') + 15, rtol=0, atol=1e-3)" \
        "m('exchanges', 'halts') == m('exchanges', 'free') - 1" \
        "np.allclose(m('stopped_time', 'halts'), [[30], [0]])" \
        "np.allclose(m('node_time', 'halts')[:, 0, part.index('composition-wait')], [0, 30], rtol=1e-9)" \
        "m('application_extent', 'halts')[0, 0] == 1"
}

# --- One notion of it: chain, Monte Carlo and simulation ------------------------------------------------------------------

# run_many OUTPUT [OPTION...]: two services on 4,096 nodes, software that often fails, for the errors' sake, and outages that
# are short against the time between them, so that nearly all errors meet a healthy node, as in the chain.
run_many() {
    {
        cat <<'END'
scenario: many
platform: {file: parametric.yaml, nodes: 4096}
workload:
  work: 20 d
  horizon: 100 d
  enclaves:
    - {name: one, application: loss-tolerant-service, guests-per-node: 1, processes-per-guest: 1, node-share: 0.5}
    - {name: other, application: loss-tolerant-service, guests-per-node: 1, processes-per-guest: 1, node-share: 0.5}
costs: no
faults: {hardware: [memory], software: yes}
baseline: free
replicas: 4
seed: 1
models:
  faults.memory.rate: 4 1/year
  components.linux.fault-rate: 4 1/year
  components.qemu-device-model.fault-rate: 8 1/year
  applications.loss-tolerant-service.fault-rate: 4 1/year
  applications.loss-tolerant-service.checkpoint-bytes: 1 MB
  channels.device-emulation.probability: 0.2
  channels.vmm-to-guest.probability: 0.3
  channels.vmm-to-kernel.probability: 0.1
  channels.vm-exit.probability: 0.1
  recovery.detection: 1 s
  recovery.process-restart: 1 s
  recovery.node-reboot: 1 s
  recovery.watchdog: 1 s
  systems.free.costs.guest-boot: 1 s
  systems.halts.costs.guest-boot: 1 s
  systems.cuts.costs.guest-boot: 1 s
  systems.chained.costs.guest-boot: 1 s
END
        lines
        systems
    } >many.yaml
    run_bulkhead run many.yaml -q -o "$@"
    expect_status 0
}

@test "the exact chain, Monte Carlo and the simulation agree on who is hit and who is stopped" {
    run_many many.h5 --json
    run_bulkhead contain many.yaml -q --trials 20000 --json --policy halts --policy chained
    expect_status 0
    cp "$BATS_TEST_TMPDIR/stdout" contain.json
    "$PYTHON" - <<'END'
import json, math
import h5py
import numpy as np
f = h5py.File("many.h5")
policies, boundary, scope = ([x.decode() for x in f[name][:]] for name in ("policy", "boundary", "scope"))
contain = {p["name"]: p["all"] for p in json.load(open("contain.json"))["policies"]}
# Shares of so many simulated errors beside the chain's: two-sided normal, all together at a level of 1e-3 (Bonferroni).
# Besides, 2e-4 for errors that meet outages: of one node in 4,096 nodes' 32 errors a year each, in seconds each.
compared, allowance = 0, 2e-4
def compare(what, seen, of, exact):
    global compared
    compared += 1
    error = math.sqrt(max(exact * (1 - exact), 1e-9) / of)
    assert abs(seen / of - exact) <= 4.3 * error + allowance, (what, seen, of, seen / of, exact, error)
for p, name in enumerate(policies):
    errors = f["errors"][p].sum()
    assert errors > 12000, errors
    for what, column in (("io", "io_stops"), ("progress", "progress_stops"), ("several", "several_stopped")):
        chain = f[column + "_exact"][p]
        compare((name, column), f[column][p].sum(), errors, chain)
        if name in ("native", "free"):
            assert chain == 0
        if name not in contain:
            continue
        # The same chain, weighed by the same rates; Monte Carlo was compared row by row by contain itself.
        exact = contain[name]["exact"]["stops"][what]
        assert abs(exact - chain) < 1e-9, (name, what, exact, chain)
        assert abs(contain[name]["monte_carlo"]["stops"][what] - chain) < 0.02
    b = boundary.index("enclave/enclave")
    compare((name, "escape"), f["escape_seen"][p][:, b].sum(), f["escape_exposed"][p][:, b].sum(), f["escape_exact"][p][b])
    within = f["system_extent"][p].sum(axis=0).cumsum()
    for s in range(len(scope)):
        compare((name, scope[s]), within[s], errors, f["containment_exact"][p][s])
    # Hit is one thing: no enclave is interrupted but by errors that take it down, and both at once as often as that.
    ones, others = (f["interruptions"][p, e].sum() for e in range(2))
    lost, both = f["enclaves_lost"][p].sum(), f["simultaneous_losses"][p].sum()
    assert f["losing_errors"][p].sum() == 0 and lost == 0 # services lose parts
    hit = f["application_extent"][p][:, 1:].sum()
    assert abs(ones + others - both - hit) < 0.002 * hit, (name, ones, others, both, hit)
assert compared <= 60 # 4.3 standard errors each
stops = lambda name, column: f[column][policies.index(name)].sum()
assert stops("free", "io_stops") == stops("free", "progress_stops") == stops("free", "several_stopped") == 0
assert stops("halts", "progress_stops") > 1500 and stops("halts", "io_stops") == 0
assert stops("cuts", "io_stops") > 1500 and stops("cuts", "progress_stops") == 0
assert stops("chained", "io_stops") > 1.5 * stops("cuts", "io_stops")
# What nobody needs, takes down or reaches differently, is the same for all systems.
for column in ("escape_exact", "containment_exact"):
    free = f[column][policies.index("free")]
    for name in ("halts", "cuts", "chained"):
        assert np.allclose(f[column][policies.index(name)], free, rtol=1e-9), (column, name)
END
}

# --- Closed forms ---------------------------------------------------------------------------------------------------------

# run_often OUTPUT WORK [OPTION...]: one node, whose driver alone fails, 1 to 6 times an hour, for 100 s and 10 s each.
run_often() {
    local file=$1 work=$2
    shift 2
    {
        cat <<END
scenario: often
platform: {file: testbed.xml, nodes: 1}
workload:
  work: $work
  horizon: 10 year
  enclaves: [{name: simulation, application: mpi-bulk-synchronous}]
costs: no
faults: {hardware: [], software: yes}
baseline: free
replicas: 16
seed: 3
models:
  components.linux.fault-rate: 0 1/year
  components.qemu-device-model.fault-rate: 2 1/h
  components.qemu-device-model.instruction-share: 0
  applications.mpi-bulk-synchronous.fault-rate: 0 1/year
  zones.host-user.data.masked: 0
  zones.host-user.data.signalled: 1
  zones.host-user.data.hang: 0
  channels.vmm-to-guest.probability: 0
  channels.vmm-to-kernel.probability: 0
  recovery.detection: 100 s
  recovery.process-restart: 10 s
END
        lines
        systems
    } >often.yaml
    run_bulkhead run often.yaml -q -o "$file" "$@"
    expect_status 0
    ask ledger "$file" 0
}

@test "time stopped is rate times outage, and I/O waits as renewal has it" {
    # Driver and toolstack have a rate of 2 an hour each. Of the first, up-times are exponential: K ~ Poisson(rate x work)
    # stops of 110 s, during which nothing strikes it.
    run_often progress.h5 '100 h' --set checkpoints=none
    expect_eval progress.h5 \
        "np.allclose(m('makespan', 'halts') - m('makespan', 'free'), m('stopped_time', 'halts'), rtol=1e-9)" \
        "np.allclose(m('stopped_time', 'halts')[0] / 110, np.round(m('stopped_time', 'halts')[0] / 110), atol=1e-6)" \
        "abs(m('stopped_time', 'halts').sum() / 110 - 16 * 200) < 4 * np.sqrt(16 * 200)" \
        "np.all(m('progress_stops', 'halts') >= m('stopped_time', 'halts')[0] / 110 - 1e-6)" \
        "np.all(m('interruptions', 'halts') == 0)" "np.all(m('makespan', 'cuts') == m('makespan', 'free'))" \
        "np.allclose(m('node_time', 'halts')[..., part.index('detection')] * 0.1, m('node_time', 'halts')[..., part.index('restart')])"
    # Each hour a checkpoint of a minute. A driver of rate r that is down for D is so with probability p = r D / (1 + r D),
    # then for D/2 more on average; and a write of w that begins again after each failure takes (e^(r w) - 1)(1/r + D).
    run_often io.h5 '400 h' --set 'checkpoints={local: {interval: 1 h, write: 60 s, read: 20 s}, final: no}'
    "$PYTHON" - <<'END'
import math
import h5py
import numpy as np
f = h5py.File("io.h5")
policy, part = ([x.decode() for x in f[name][:]] for name in ("policy", "part"))
wait = f["io_wait"][policy.index("cuts"), 0] / 399
vain = f["node_time"][policy.index("cuts"), 0, :, part.index("lost-work")] / 399
r, D, w = 2 / 3600, 110, 60
p = r * D / (1 + r * D)
expected_wait = p * D / 2 + (math.exp(r * w) - 1) * D
expected_vain = (math.exp(r * w) - 1) / r - w
for seen, expected in ((wait, expected_wait), (vain, expected_vain)):
    error = seen.std(ddof=1) / 4 # of the mean of 16 replicas
    assert abs(seen.mean() - expected) < 4.1 * error and error < 0.08 * expected, (seen.mean(), expected, error)
assert np.allclose(f["makespan"][policy.index("cuts")] - f["makespan"][policy.index("free")], 399 * (wait + vain), rtol=1e-6)
assert np.all(f["interruptions"][policy.index("cuts")] == 0)
# By way of a need of the driver, the toolstack's outages count as well: twice the rate, beside each other.
chained = f["io_wait"][policy.index("chained"), 0] / 399
assert 1.7 * expected_wait < chained.mean() < 2.3 * expected_wait, (chained.mean(), expected_wait)
END
}

# --- Limits and bad input --------------------------------------------------------------------------------------------------

@test "without outages, and without needs, nothing differs" {
    local all=$(fail 5000 1 driver; fail 3620 0 driver; fail 9000 2 guest-kernel)
    run_one none.h5 "$all" --set models.recovery.detection='0 s' --set models.recovery.process-restart='0 s'
    ask equal-policies none.h5 free cuts io_stops
    # A need for progress stops for no time; what was being written begins again.
    run_one none.h5 "$(fail 5000 1 driver; fail 9000 2 guest-kernel)" --set models.recovery.detection='0 s' \
        --set models.recovery.process-restart='0 s'
    ask equal-policies none.h5 free halts progress_stops
    # An empty list is none at all.
    run_one absent.h5 "$all"
    sed '/^    free:/,/^    halts:/s/, components: \[qemu-device-model\]}/, components: [qemu-device-model], needs: []}/' one.yaml >empty.yaml
    [ "$(grep -c 'needs: \[\]' empty.yaml)" -eq 2 ]
    run_bulkhead run empty.yaml -q -o empty.h5
    expect_status 0
    ask same absent.h5 empty.h5
    # Scenarios whose systems need nothing have no such columns.
    run_bulkhead run "$scenarios/one-enclave.yaml" -q -o plain.h5
    expect_status 0
    [[ $output != *Stopped* ]]
    expect_eval plain.h5 "not [name for name in f if 'stop' in name or 'io_' in name]"
}

@test "check, contain and the summary tell needs" {
    run_one told.h5 "$(fail 5000 1 driver)"
    expect_text "$output" 'Stopped by zones that others need' 'stood still'
    run_bulkhead check one.yaml
    expect_status 0
    expect_text "$output" 'guest -> driver          progress' 'guest -> driver          io' \
        'driver -> toolstack      progress' 'while toolstack is down: their I/O waits' \
        'while driver is down: they stand still' 'while toolstack is down: nothing waits, no zone of an enclave needs it'
    run_bulkhead check one.yaml --json
    expect_text "$output" '"needs"' '"for": "progress"'
    run_bulkhead contain one.yaml -q --exact --policy halts -o figures
    expect_status 0
    expect_text "$output" 'I/O stops  stops  several'
    grep -q 'needs driver (progress)' figures/one-enclave-zones.dat
    run_bulkhead contain one.yaml -q --exact --policy free
    [[ $output != *stops* ]]
}
