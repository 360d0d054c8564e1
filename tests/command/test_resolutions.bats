#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Enclaves as a whole and each of their processes: the same is found.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

@test "both resolutions find the same in random scenarios with faults" {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/resolutions.py" "$BULKHEAD" 25 >told || { cat told >&2; return 1; }
    grep -q '^25 scenarios, 0 differ, 0 were refused$' told
}

@test "they do where SimGrid runs its actors as threads" {
    BH_SIMGRID_OPTIONS=--cfg=contexts/factory:thread \
        "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/resolutions.py" "$BULKHEAD" 3 7 >told || { cat told >&2; return 1; }
    grep -q '^3 scenarios, 0 differ, 0 were refused$' told
}

# Steps with messages and checkpoints with traffic, on so many nodes.
write_work() {
    cat >work.yaml <<END
scenario: work
platform: {file: parametric.yaml, nodes: $1}
workload:
  work: 30 min
  horizon: 10 d
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, guests-per-node: 1, processes-per-guest: $2}
checkpoints:
  local: {interval: 5 min, write: 5 s, read: 5 s}
  partner: {interval: 10 min}
  storage: {interval: 15 min}
policies:
  - {system: native, policy: native}
  - {system: qemu, policy: protection-first}
  - {system: kvm, policy: as-host-kernel}
  - {system: palacios, policy: protection-first}
faults: none
replicas: 1
seed: 1
models:
  platform.nodes-per-cabinet: 1
  applications.mpi-bulk-synchronous.step: 10 s
  applications.mpi-bulk-synchronous.halo-bytes: 256 MiB
END
}

@test "without faults boot, steps, messages and checkpoints take what enclaves reckon with, within 0.5 %" {
    local nodes
    for nodes in 12 16; do
        write_work "$nodes" 1
        run_bulkhead run work.yaml -q -o enclave.h5
        expect_status 0 || return 1
        run_bulkhead run work.yaml -q -o process.h5 --set resolution=process
        expect_status 0 || return 1
        "$PYTHON" - <<'END'
import h5py, numpy
with h5py.File("enclave.h5") as enclave, h5py.File("process.h5") as process:
    for name in ("fault_free_makespan", "native_makespan", "native_bare_makespan"):
        one, other = enclave[name][()], process[name][()]
        assert numpy.abs(other / one - 1).max() < 0.005, (name, one, other)
        assert (other != one).any(), name # they were not computed in one way
    one, other = enclave["node_time"][()], process["node_time"][()]
    assert (numpy.abs(other - one) < 0.005 * one.sum(axis=-1, keepdims=True)).all(), other - one
END
    done
}

@test "messages that share a narrow link take longer than enclaves reckon with" {
    write_work 16 1
    sed -i 's/^replicas/costs: yes\nreplicas/; s/256 MiB/4 GiB/' work.yaml
    sed -e 's|parametric.yaml|narrow.xml|; /nodes-per-cabinet/d; /partner/d; /storage/d' work.yaml >narrow.yaml
    cat >narrow.xml <<'END'
<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="machine" routing="Full">
    <cluster id="nodes" prefix="node-" suffix="" radical="0-16" speed="1Gf" bw="10GBps" lat="1us" bb_bw="20GBps"
             bb_lat="0us"/>
  </zone>
</platform>
END
    run_bulkhead run narrow.yaml -q -o enclave.h5
    expect_status 0 || return 1
    run_bulkhead run narrow.yaml -q -o process.h5 --set resolution=process
    expect_status 0 || return 1
    "$PYTHON" - <<'END'
import h5py
with h5py.File("enclave.h5") as enclave, h5py.File("process.h5") as process:
    # 16 nodes send 4 GiB each in 180 steps over 20 GB/s, and not over 10 GB/s each.
    more = (process["native_bare_makespan"][()] - enclave["native_bare_makespan"][()]).ravel()[0]
    least = 180 * (16 * 2**32 / 20e9 - 2**32 / 10e9)
    assert abs(more / least - 1) < 0.02, (more, least)
END
}

@test "equal seeds give equal bytes, whatever the number of workers" {
    write_work 8 1
    sed -i 's/^faults: none/faults: all/; s/^replicas: 1/replicas: 3/' work.yaml
    local jobs
    for jobs in 1 2; do
        run_bulkhead run work.yaml -q -j "$jobs" -o "$jobs.h5" --set resolution=process
        expect_status 0 || return 1
    done
    cmp 1.h5 2.h5
}

@test "check says that every process is carried out" {
    write_work 8 2
    run_bulkhead check work.yaml --set resolution=process
    expect_status 0
    expect_text "$output" 'SimGrid carries out each of 16 processes, step by step'
}

@test "what cannot be carried out process by process is refused, with what can be done" {
    write_work 8 1
    sed '/nodes-per-cabinet/d' work.yaml >wide.yaml
    run_bulkhead run wide.yaml -q --set resolution=process
    expect_status 2
    expect_text "$errors" 'resolution: process: found' 'expected a platform with a host for each node, or resolution: enclave'
    sed 's/mpi-bulk-synchronous,/loss-tolerant-service,/; /applications/d' work.yaml >service.yaml
    run_bulkhead run service.yaml -q --set resolution=process
    expect_status 2
    expect_text "$errors" 'tolerates loss; expected applications that do not, or resolution: enclave'
    run_bulkhead run work.yaml -q --set resolution=process --engine simgrid
    expect_status 2
    expect_text "$errors" 'engine: found beside resolution: process; expected one of them'
    run_bulkhead run work.yaml -q --set resolution=process --set platform.nodes=512 \
        --set workload.enclaves.0.processes-per-guest=40
    expect_status 2
    expect_text "$errors" 'expected 16384 at most'
}

@test "each deliberate error that tests are known to catch still has its place" {
    run "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/mutations.py" check "$SOURCE_DIRECTORY"
    [ "$status" -eq 0 ] || { printf '%s\n' "$output" >&2; return 1; }
}

# peak RESOLUTION REPLICAS: MiB of the largest process of a run on one core.
peak() {
    "$PYTHON" - "$BULKHEAD" "$SOURCE_DIRECTORY/tests/data/scenarios/resolutions.yaml" "$@" <<'END'
import resource, subprocess, sys
program, scenario, resolution, replicas = sys.argv[1:]
subprocess.run([program, "run", "-q", "-j1", scenario, "--set", "resolution=" + resolution, "--replicas", replicas],
               check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
END
}

# At the level of processes each replica has a process of its own, since SimGrid runs once in each; who waits for them has all.
@test "memory does not grow with replicas: a thousand in one process, and hundreds of processes" {
    [ -z "${BH_SANITIZED:-}" ] && [ -z "${BULKHEAD_LAUNCHER:-}" ] || skip 'sanitizers and valgrind have memory of their own'
    local few more
    few=$(peak enclave 10) more=$(peak enclave 1000) # some 5 KB of results per replica of five policies
    [ "$more" -le $((few + 10)) ] || { echo "$few MiB, then $more" >&2; return 1; }
    few=$(peak process 2) more=$(peak process 40)
    [ "$more" -le $((few + 4)) ] || { echo "$few MiB, then $more" >&2; return 1; }
}
