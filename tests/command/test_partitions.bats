#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Enclaves on nodes of their own: storage shared by hand arithmetic, faults that keep to their partition, times of
# coming and going, policies of their own, and a thousand of them.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    need_h5py
}

# run_one OUTPUT [OPTION...]
run_one() {
    local file=$1
    shift
    run_bulkhead run "$scenarios/partitions.yaml" -q -o "$file" "$@"
    expect_status 0
}

# expect_spent FILE SECONDS...: what each enclave's three checkpoints added to its four hours, to a millisecond.
expect_spent() {
    local file=$1 seconds
    shift
    seconds=$(IFS=,; echo "$*")
    expect_eval "$file" "np.allclose(m('fault_free_makespan', 'native') - 4 * 3600, [$seconds], rtol=0, atol=1e-3)"
}

# --- Storage -------------------------------------------------------------------------------------------------------

@test "two enclaves that write at once take twice the time, staggered ones half of that" {
    run_one together.h5
    expect_spent together.h5 480 480
    run_one staggered.h5 --set 'workload.enclaves.1.start=30 min'
    expect_spent staggered.h5 240 240
}

# The first at 1, 2 and 3 h of work; the second half an hour earlier each, and once more, at 3.5 h.
@test "enclaves that take turns write as fast as alone, and go on so after a failure" {
    run_one turns.h5 --set checkpoints.staggered=yes
    expect_spent turns.h5 240 320
    # With local checkpoints in no time every 20 min and every third to storage: the same turns.
    run_one levels.h5 --set checkpoints.staggered=yes \
        --set 'checkpoints.local={interval: 20 min, write: 0 s, read: 0 s}'
    expect_spent levels.h5 240 320
    # Its node reboots after 3 h. The third checkpoint, at 2.5 h of work, is done at 9,240 s: 1,560 s are done again, after
    # 5 + 300 + 10 s and a restore of 40 GB at 600 MB/s; the fourth comes at 3.5 h of work as ever.
    { cat "$scenarios/partitions.yaml"; echo 'script: [{at: 3 h, zone: host-kernel, enclave: second, ending: signalled}]'
      echo '  # at once'; } >failed.yaml
    run_bulkhead run failed.yaml -q -o failed.h5 --set checkpoints.staggered=yes \
        --set models.zones.host-kernel.data.lifetime='1 ns' --set models.channels.kernel-to-process.probability=0
    expect_status 0
    expect_eval failed.h5 "np.allclose(m('makespan', 'native')[:, 0], [14640, 14720 + 1560 + 315 + 40e9 / 600e6], rtol=0,
        atol=1e-2)"
}

@test "a disk is shared by nodes: six and two end at the same time" {
    run_one disk.h5 --set workload.enclaves.0.nodes=6
    expect_spent disk.h5 480 480
}

@test "a link is shared by nodes, also when paths differ in latency" {
    cat >platform.xml <<'END'
<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="machine" routing="Full">
    <cluster id="near" prefix="near-" suffix="" radical="0-5" speed="100Gf" bw="1.25GBps" lat="1us"/>
    <cluster id="far" prefix="far-" suffix="" radical="0-1" speed="100Gf" bw="1.25GBps" lat="1ms"/>
    <zone id="server" routing="Full">
      <host id="file-server" speed="100Gf">
        <disk id="raid" read_bw="60GBps" write_bw="50GBps"/>
        <prop id="bulkhead:role" value="storage"/>
      </host>
    </zone>
    <link id="server-link" bandwidth="1.25GBps" latency="10us"/>
    <link id="long-link" bandwidth="10GBps" latency="10ms"/>
    <zoneRoute src="near" dst="server" gw_src="near-near_router" gw_dst="file-server"><link_ctn id="server-link"/></zoneRoute>
    <zoneRoute src="far" dst="server" gw_src="far-far_router" gw_dst="file-server"><link_ctn id="long-link"/><link_ctn id="server-link"/></zoneRoute>
    <zoneRoute src="near" dst="far" gw_src="near-near_router" gw_dst="far-far_router"><link_ctn id="long-link"/></zoneRoute>
  </zone>
</platform>
END
    # 80 GB at 1.25 GB/s: 64 s for both together; alone 60 GB take 48 s and 20 GB 16 s.
    run_one together.h5 --set platform.file=platform.xml --set workload.enclaves.0.nodes=6
    expect_spent together.h5 192 192
    run_one staggered.h5 --set platform.file=platform.xml --set workload.enclaves.0.nodes=6 \
        --set 'workload.enclaves.1.start=30 min'
    expect_spent staggered.h5 144 48
}

@test "an enclave sends no faster than its own nodes can, and from its own hosts" {
    # Two hosts of four nodes: a host's link carries 5 GB/s, a node's share of it is 1.25 GB/s.
    sed -e 's/radical="0-7"/radical="0-1"/' -e 's/bw="1.25GBps"/bw="5GBps"/' -e 's/write_bw="500MBps"/write_bw="50GBps"/' \
        -e 's/bandwidth="1.25GBps"/bandwidth="50GBps"/' -e 's/value="1"/value="4"/' \
        "$SOURCE_DIRECTORY/platforms/testbed.xml" >platform.xml
    run_one narrow.h5 --set platform.file=platform.xml --set workload.enclaves.0.nodes=1
    # Each node's 10 GB take 8 s.
    expect_spent narrow.h5 24 24
}

# --- One partition, many partitions ----------------------------------------------------------------------------------

@test "one partition is what all nodes were" {
    for times in '' '--set workload.enclaves.1.start=1h'; do
        # shellcheck disable=SC2086 # an option, or none
        run_bulkhead run "$scenarios/small-balance.yaml" -q -o plain.h5 $times
        expect_status 0
        # shellcheck disable=SC2086
        run_bulkhead run "$scenarios/small-balance.yaml" -q -o one.h5 $times --set 'workload.enclaves.0.nodes=100 %' \
            --set workload.enclaves.1.shares-with=simulation
        expect_status 0
        ask same plain.h5 one.h5
    done
}

@test "faults keep to their partitions: another policy in one changes nothing in the others" {
    cat >tailored.yaml <<'END'
scenario: tailored
platform: {file: parametric.yaml, nodes: 3000}
workload:
  work: 10 d
  horizon: 100 d
  enclaves:
    - {name: tailored, application: mpi-bulk-synchronous, processes-per-guest: 4}
    - {name: other, application: mpi-bulk-synchronous, processes-per-guest: 4, count: 2}
checkpoints: {local: {interval: 1 h}}
policies:
  - {system: kvm, policy: protection-first}
  - {system: palacios, policy: as-host-kernel}
faults: {hardware: [memory, processor]}
models: {faults.memory.rate: 2 1/year}
replicas: 2
seed: 3
END
    run_bulkhead run tailored.yaml -q -o plain.h5
    expect_status 0
    run_bulkhead run tailored.yaml -q -o tailored.h5 --set workload.enclaves.0.system=kvm \
        --set workload.enclaves.0.policy=as-host-kernel
    expect_status 0
    "$PYTHON" - <<'END'
import h5py, numpy as np
plain, tailored = h5py.File("plain.h5"), h5py.File("tailored.h5")
for name in ("makespan", "interruptions", "node_time", "useful_work", "sdc"):
    assert np.array_equal(plain[name][:, 1:], tailored[name][:, 1:]), name
    assert not np.array_equal(plain["interruptions"][:, 0], tailored["interruptions"][:, 0])
assert np.all(plain["interruptions"][:] > 10)
# Whatever the line of the comparison, the tailored one runs as it says, and is struck by the same faults.
assert np.array_equal(tailored["makespan"][0, 0], tailored["makespan"][1, 0])
END
}

@test "every partition is struck in proportion to its nodes and its time" {
    run_bulkhead run "$scenarios/partitions.yaml" -q -o struck.h5 --set platform.file=parametric.yaml \
        --set platform.nodes=6000 --set 'workload.enclaves=[{name: a, application: mpi-bulk-synchronous, nodes: 1000},
        {name: b, application: mpi-bulk-synchronous, nodes: 2000, count: 4}, {name: c, application: mpi-bulk-synchronous}]' \
        --set faults=all --set 'checkpoints={local: {interval: 1 h, write: 1 s, read: 1 s}}' --set 'workload.work=20 d' \
        --set 'workload.horizon=90 d' --replicas 8 --seed 11
    expect_status 0
    "$PYTHON" - <<'END'
import h5py, numpy as np
f = h5py.File("struck.h5")
part = [p.decode() for p in f["part"][:]]
out = [part.index(p) for p in ("detection", "restart", "restore", "repair-and-spare-wait")]
time = f["node_time"][0]
up = time.sum(axis=(1, 2)) - time[:, :, out].sum(axis=(1, 2))
seen = f["interruptions"][0].sum(axis=1)
expected = seen.sum() * up / up.sum()
square = ((seen - expected) ** 2 / expected).sum()
print(seen, expected, square)
assert seen.sum() > 400 and f["enclave_nodes"][0].tolist() == [1000] + 4 * [500] + [3000]
# Chi-square with five degrees of freedom is above 25.7 once in 10,000.
assert square < 25.7
END
}

@test "entries of the workload are struck on their own" {
    run_one apart.h5 --set platform.file=parametric.yaml --set platform.nodes=4000 --set 'workload.work=5 d' \
        --set 'workload.horizon=50 d' --set 'faults={hardware: none, software: yes}' --set 'checkpoints={local: {interval: 1 h}}' \
        --set 'models.components.linux.fault-rate=1 1/year'
    expect_eval apart.h5 "(m('interruptions', 'native') > 10).all()" \
        "m('makespan', 'native')[0, 0] != m('makespan', 'native')[1, 0]" \
        "{row[0].decode() for row in causes('native')} == {'linux in host (first)', 'linux in host (second)'}"
}

@test "what takes the system down takes all partitions down" {
    cat "$scenarios/partitions.yaml" - >system.yaml <<'END'
define:
  policies:
    all-down:
      description: everything goes down
      dispositions: {host-kernel: system, host-user: system, guest-kernel: system, guest-user: process}
      guards: strongest
script:
  - {at: 2 h, node: 1, zone: host-kernel, enclave: second, ending: signalled}
END
    run_bulkhead run system.yaml -q -o system.h5 --set 'policies=[{system: native, policy: all-down, name: native}]' \
        --set models.channels.kernel-to-process.probability=0
    expect_status 0
    expect_eval system.h5 "m('interruptions', 'native').tolist() == [[1], [1]]" \
        "m('simultaneous_losses', 'native').tolist() == [1]" \
        "m('application_extent', 'native')[0, scope.index('system')] == 1" \
        "m('makespan', 'native')[0, 0] == m('makespan', 'native')[1, 0]"
}

# --- Coming and going --------------------------------------------------------------------------------------------------

@test "enclaves come and go, with work of their own" {
    run_one times.h5 --set 'workload.enclaves.0.leave=3 h' --set 'workload.enclaves.1.start=1 h' \
        --set 'workload.enclaves.1.work=30 min'
    expect_eval times.h5 "m('elapsed', 'native')[:, 0].tolist() == [3 * 3600, 1800]" \
        "m('finished', 'native')[:, 0].tolist() == [0, 1]" "np.isnan(m('makespan', 'native')[0, 0])" \
        "np.isclose(m('useful_work', 'native')[0, 0], 4 * (3 * 3600 - 2 * 80))" \
        "m('useful_work', 'native')[1, 0] == 4 * 1800" "m('enclave_start', 'native').tolist() == [0, 3600]"
}

@test "what strikes before the start or after the end strikes nobody" {
    cat "$scenarios/partitions.yaml" - >scripted.yaml <<'END'
script:
  - {at: 30 min, node: 0, zone: guest-user, enclave: second, ending: signalled}
  - {at: 2 h, node: 3, zone: guest-user, enclave: second, ending: signalled}
  - {at: 9 h, node: 0, zone: guest-user, enclave: first, ending: signalled}
END
    run_bulkhead run scripted.yaml -q -o scripted.h5 --set 'workload.enclaves.1.start=1 h' --set 'workload.work=8 h'
    expect_status 0
    expect_eval scripted.h5 "m('struck_while_down', 'native').tolist() == [2]" \
        "m('interruptions', 'native')[:, 0].tolist() == [0, 1]"
}

@test "an enclave whose nodes are down when it starts waits for them, and its ledger says so" {
    cat "$scenarios/partitions.yaml" - >late.yaml <<'END'
script:
  - {at: 3590 s, node: 0, zone: host-kernel, enclave: second, ending: signalled}
END
    run_bulkhead run late.yaml -q -o late.h5 --set 'workload.enclaves.1.start=1 h' \
        --set 'models.zones.host-kernel.data.lifetime=1 ns' --set 'models.recovery.detection=5 s' \
        --set 'models.recovery.node-reboot=300 s' --set 'models.channels.kernel-to-process.probability=0'
    expect_status 0
    # The node is up at 3590 + 5 + 300 s.
    expect_eval late.h5 "np.isclose(m('node_time', 'native')[1, 0, part.index('restart')], 4 * 295)" \
        "np.isclose(m('makespan', 'native')[1, 0] - m('fault_free_makespan', 'native')[1], 295)" \
        "m('interruptions', 'native')[1, 0] == 0"
}

@test "node-time is each enclave's nodes by its time, and spares are shared by nodes" {
    run_one ledger.h5 --set workload.enclaves.0.nodes=2 --set platform.nodes=6 --set workload.spares=2 \
        --set 'workload.enclaves.1.start=2 h'
    expect_eval ledger.h5 "np.allclose(f['node_time'][0, :, 0].sum(axis=-1), [2 + 2 / 3, 4 + 4 / 3] * f['elapsed'][0, :, 0])" \
        "np.allclose(f['node_time'][0, :, 0, part.index('idle-spares')], [2 / 3, 4 / 3] * f['elapsed'][0, :, 0])"
}

@test "points may have different enclaves" {
    cat "$scenarios/partitions.yaml" - >count.yaml <<'END'
vary:
  - {axis: enclaves, set: workload.enclaves.1.count, values: [1, 3]}
END
    run_bulkhead run count.yaml -q -o count.h5
    expect_status 0
    expect_eval count.h5 "[x.decode() for x in f['enclave'][:]] == ['first', 'second-1', 'second-2', 'second-3']" \
        "[x.decode() for x in f['enclave_entry'][:]] == ['first'] + 3 * ['second']" \
        "np.isnan(m('makespan', 'native')[0, 2:]).all()" "not np.isnan(m('makespan', 'native')[1]).any()" \
        "m('enclave_nodes', 'native')[1].tolist() == [4, 1, 1, 2]" "m('finished', 'native')[0, 2:].sum() == 0"
}

# --- Told to a person ----------------------------------------------------------------------------------------------------

@test "check draws the workload, with guards asked for and had" {
    run_bulkhead check "$scenarios/partitions.yaml" --set workload.enclaves.0.nodes=2 --set workload.enclaves.1.nodes=4 \
        --set workload.enclaves.1.system=kvm --set workload.enclaves.1.policy=protection-first --set 'policies=[{system: qemu, policy: as-host-kernel}]' \
        --set 'workload.enclaves.1.count=2' --set 'workload.enclaves.1.start=90 min'
    expect_status 0
    expect_text "$output" 'Who stands where: 6 nodes in 3 partitions, placed packed; 2 more carry nothing' \
        '|AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB................|' '`- second-1 .. second-2; starts at 1.5 h; on kvm; under protection-first' \
        'second               (all)                    kvm protection-first: process/kernel strongest -> hardware-protection; guest/host strongest -> emulated-io;' \
        'kvm (second)'
    run_bulkhead check "$scenarios/small-balance.yaml"
    expect_status 0
    [[ $output != *'Who stands where'* ]]
}

@test "a thousand enclaves on 2^20 nodes: seconds, little memory, and a short summary" {
    cat >measure.py <<'END'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
assert most < 2**20, f"{most} KiB"
END
    output=$("$PYTHON" measure.py "$BULKHEAD" run "$scenarios/partitions.yaml" -o thousand.h5 -q -j 1 \
        --set platform.file=parametric.yaml --set platform.nodes=1048576 --set faults=all \
        --set 'checkpoints={local: {interval: exact}}' \
        --set 'workload.enclaves=[{name: job, application: mpi-bulk-synchronous, count: 1000}]')
    [ "$(wc -l <<<"$output")" -lt 90 ]
    expect_text "$output" 'job    native      1000  1048 to 1049'
    expect_eval thousand.h5 "m('enclave_nodes', 'native').sum() == 2**20" "m('finished', 'native').all()" \
        "m('interruptions', 'native').sum() > 10"
}
