#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Nodes whose own bandwidth is less than what shared storage takes have one joint share of links and disks: by hand.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
}

# machine NODE-MB/S LINK-GB/S: four hosts of a node each, before a disk that reads and writes 500 MB/s.
machine() {
    cat >machine.xml <<END
<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="machine" routing="Full">
    <cluster id="nodes" prefix="node-" suffix="" radical="0-3" speed="1Gf" bw="$1MBps" lat="1us">
      <prop id="bulkhead:nodes" value="1"/>
    </cluster>
    <zone id="server" routing="Full">
      <host id="file-server" speed="1Gf">
        <disk id="disk" read_bw="500MBps" write_bw="500MBps"/>
        <prop id="bulkhead:role" value="storage"/>
      </host>
    </zone>
    <link id="server-link" bandwidth="$2GBps" latency="1us"/>
    <zoneRoute src="nodes" dst="server" gw_src="node-nodes_router" gw_dst="file-server">
      <link_ctn id="server-link"/>
    </zoneRoute>
  </zone>
</platform>
END
}

# Checkpoints of 50 GB a node after an hour of 90 min of work: `one` is on one node, `three` on the others.
scenario() {
    cat >shared.yaml <<'END'
scenario: shared
platform: {file: machine.xml, nodes: 4}
workload:
  work: 90 min
  enclaves:
    - {name: one, application: mpi-bulk-synchronous, nodes: 1}
    - {name: three, application: mpi-bulk-synchronous, nodes: 3}
checkpoints: {storage: {interval: 1 h}}
costs: no
policies: [{system: native, policy: native, name: native}]
faults: none
models: {applications.mpi-bulk-synchronous.checkpoint-bytes: 50 GB}
replicas: 1
seed: 1
END
}

# expect_run OPTION... -- ONE THREE: seconds that the checkpoint of each takes.
expect_run() {
    local options=()
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    need_h5py
    run_bulkhead run shared.yaml -q -o shared.h5 "${options[@]}"
    expect_status 0
    expect_eval shared.h5 \
        "np.allclose(m('node_time', 'native')[:, 0, part.index('checkpoint')] / [1, 3], [$2, $3], rtol=1e-6)" || {
        "$PYTHON" -c "import h5py; print(h5py.File('shared.h5')['node_time'][0, :, 0])" >&2
        return 1
    }
}

@test "a node with half of the storage's bandwidth has no more than its share beside others" {
    machine 250 10
    scenario
    # `three` is alone on the disk for 200 s and has 50 GB left when `one` begins. It has three quarters then, 133.3 s; `one` has
    # a quarter, 16.7 GB, and then its own bandwidth for the rest: 133.3 s more.
    expect_run --set 'workload.enclaves.0.start=200 s' -- '800/3' '200 + 400/3'
    # `one` moves 25 GB in 100 s by its own bandwidth, and the rest in 200 s by a quarter of the disk; `three` three quarters of
    # it meanwhile, 75 GB, and then all: 150 s.
    expect_run --set 'workload.enclaves.1.start=100 s' -- 300 350
}

@test "two on the same nodes share these nodes' bandwidth beside others" {
    machine 250 10
    scenario
    # `one` moves 25 GB in 100 s, half of it in 100 s more beside `other`, and 12.5 GB in 125 s beside `three`, by a fifth of the
    # disk. `other` has moved as much from 100 s on as `one`, 25 GB, and then has a quarter of the disk: 200 s.
    # `three` has moved 112.5 GB when it is done, at 525 s, and has all of the disk for the rest.
    sed -i '/name: one/a\    - {name: other, application: mpi-bulk-synchronous, shares-with: one, start: 100 s}' shared.yaml
    need_h5py
    run_bulkhead run shared.yaml -q -o shared.h5 --set 'workload.enclaves.2.start=200 s'
    expect_status 0
    expect_eval shared.h5 \
        "np.allclose(m('node_time', 'native')[:, 0, part.index('checkpoint')] / [1, 1, 3], [325, 425, 400], rtol=1e-6)"
}

@test "in random cases transfers last as long as by hand, by either engine" {
    need_h5py
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/joint_share.py" "$BULKHEAD" 12
}

@test "who has no more than its share, or all that storage takes, gains nothing" {
    scenario
    # A quarter of 500 MB/s is 125: `one` has its own 100 MB/s at any time, and is done after 500 s. `three` has 300 MB/s.
    machine 100 10
    expect_run -- 500 500
    # All have plenty: 50 GB at a quarter, and 200 GB at all.
    machine 500 10
    expect_run -- 400 400
    # No bytes move.
    machine 250 10
    expect_run --set checkpoints.storage.write=5min -- 300 300
}

@test "on the same nodes, what limits all is shared by all" {
    machine 100 10
    scenario
    sed -i -e 's/name: one.*/name: one, application: mpi-bulk-synchronous, node-share: 0.5}/' \
        -e 's/name: three.*/name: three, application: mpi-bulk-synchronous, node-share: 0.5}/' shared.yaml
    # 200 GB each over four nodes of 100 MB/s; both at once take twice the time of one.
    need_h5py
    run_bulkhead run shared.yaml -q -o shared.h5
    expect_eval shared.h5 "np.allclose(m('node_time', 'native')[:, 0, part.index('checkpoint')] / 4, 1000, rtol=1e-6)"
}
