#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Nodes whose own bandwidth is less than what shared storage takes: by hand, what a transfer gains because network and disks
# are shared apart, and what `check` says that it gains at most.

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

# expect_check ONE THREE: the factors that `check` gives, 1 where it says nothing.
expect_check() {
    run_bulkhead check shared.yaml --json
    expect_status 0
    printf '%s' "$output" | "$PYTHON" -c "
import json, sys
enclaves = json.load(sys.stdin)['enclaves']
found = [enclave['storage_write_advantage'] for enclave in enclaves]
assert found == [enclave['storage_read_advantage'] for enclave in enclaves]
assert all(abs(a - b) < 1e-9 for a, b in zip(found, [$1, $2])), found"
}

@test "a node with half of the storage's bandwidth gains half at most, and here does" {
    machine 250 10
    scenario
    # `three` is alone on the disk for 200 s and has 50 GB left when `one` begins. It has three quarters then, and is done
    # after 133.3 s; `one` has 16.7 GB on the disk by then, and all after another 66.7 s, when its own bandwidth has let it all
    # through: 200 s. It held a quarter of the storage, and then its own bandwidth: 16.7 + 16.7 of its 50 GB.
    expect_run --set 'workload.enclaves.0.start=200 s' -- 200 '200 + 400/3'
    # The other way around `one` is done on the disk after 100 s, and waits for its own bandwidth for 100 s more. `three` has the
    # disk to itself from then on, 300 s, and held three quarters of it for 100 s: 137.5 of its 150 GB.
    expect_run --set 'workload.enclaves.1.start=100 s' -- 200 300
    expect_check 1.5 '150 / 137.5'
    run_bulkhead check shared.yaml
    expect_text "$output" 'beside others one writes to storage up to 1.5, reads up to 1.5 times as fast as its share' \
        'three writes to storage up to 1.09,'
}

@test "who has no more than its share, or all that storage takes, gains nothing" {
    scenario
    # A quarter of 500 MB/s is 125: `one` has its own 100 MB/s at any time, and is done after 500 s. `three` has 300 MB/s.
    machine 100 10
    expect_check 1 1
    expect_run -- 500 500
    # All have plenty: 50 GB at a quarter, and 200 GB at all.
    machine 500 10
    expect_check 1 1
    expect_run -- 400 400
    run_bulkhead check shared.yaml
    [[ $output != *'times as fast as its share'* ]]
    # No bytes move.
    machine 250 10
    expect_run --set checkpoints.storage.write=5min -- 300 300
    sed -i 's/interval: 1 h/&, write: 5 min/' shared.yaml
    expect_check 1 1
}

@test "on the same nodes, what limits all is shared by all" {
    machine 100 10
    scenario
    sed -i -e 's/name: one.*/name: one, application: mpi-bulk-synchronous, node-share: 0.5}/' \
        -e 's/name: three.*/name: three, application: mpi-bulk-synchronous, node-share: 0.5}/' shared.yaml
    expect_check 1 1
    # 200 GB each over four nodes of 100 MB/s; both at once take twice the time of one.
    need_h5py
    run_bulkhead run shared.yaml -q -o shared.h5
    expect_eval shared.h5 "np.allclose(m('node_time', 'native')[:, 0, part.index('checkpoint')] / 4, 1000, rtol=1e-6)"
}
