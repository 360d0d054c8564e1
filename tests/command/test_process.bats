#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# `bulkhead calibrate` and `bulkhead trace`: one replica, each of its processes carried out.

load ../support/common

# 16 nodes whose switch has the bandwidth of two of them.
setup() {
    cd "$BATS_TEST_TMPDIR" || exit
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
    cat >narrow.yaml <<'END'
scenario: narrow
platform: {file: narrow.xml, nodes: 16}
workload:
  work: 20 min
  horizon: 10 d
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 2}
checkpoints: {local: {interval: 5 min, write: 5 s, read: 5 s}}
policies:
  - {system: native, policy: native, name: native}
  - {system: kvm, policy: protection-first, name: kvm}
faults: none
script:
  - {at: 400 s, node: 3, zone: guest-kernel, kind: data, ending: signalled}
  - {at: 700 s, node: 2, fault: node-loss}
replicas: 1
models:
  applications.mpi-bulk-synchronous.step: 10 s
  applications.mpi-bulk-synchronous.halo-bytes: 4 GiB
  zones.guest-kernel.data.lifetime: 1 ns
  channels.vm-exit.probability: 0
  channels.emulated-instruction.probability: 0
  channels.kernel-to-process.probability: 0
END
}

@test "calibrate says how far off a step was, and enclaves that are told reckon with it" {
    need_h5py
    run_bulkhead calibrate narrow.yaml --json
    expect_status 0
    # 16 nodes send 4 GiB each: over 20 GB/s together, where 10 GB/s of each were reckoned with: eight times as long.
    printf '%s' "$output" >told.json
    "$PYTHON" - <<'END'
import json
enclave, = json.load(open("told.json"))["enclaves"]
assert abs(enclave["contention"] - 8) < 0.05, enclave
assert abs(enclave["communication_measured_s"] - 16 * 2**32 / 20e9) < 0.01, enclave
assert abs(enclave["step_off"] - ((10 + enclave["communication_reckoned_s"]) / (10 + enclave["communication_measured_s"]) - 1)) < 1e-9
END
    local contention
    contention=$("$PYTHON" -c 'import json; print(json.load(open("told.json"))["enclaves"][0]["contention"])')
    run_bulkhead run narrow.yaml -q -o process.h5 --set resolution=process
    run_bulkhead run narrow.yaml -q -o told.h5 --set "workload.enclaves.0.contention=$contention"
    run_bulkhead run narrow.yaml -q -o enclave.h5
    "$PYTHON" - <<'END'
import h5py
process, told, enclave = (h5py.File(name + ".h5")["fault_free_makespan"][()].ravel() for name in ("process", "told", "enclave"))
off, before = abs(told / process - 1), abs(enclave / process - 1)
assert (before > 0.15).all(), before
assert off[0] < 0.006 and off[1] < 0.03, off # native; KVM, whose guests take longer than the link lets them anyway
END
    # What is calibrated is what the links do, whatever the scenario says of it.
    run_bulkhead calibrate narrow.yaml --set "workload.enclaves.0.contention=$contention"
    expect_status 0
    expect_text "$output" "--set workload.enclaves.0.contention=${contention:0:4}"
    run_bulkhead run narrow.yaml -q --set workload.enclaves.0.contention=0
    expect_status 2
    expect_text "$errors" 'contention'
}

@test "a trace has every host, guest and process, and what failed ends there" {
    run_bulkhead trace narrow.yaml --policy kvm -o first.trace
    expect_status 0
    run_bulkhead trace narrow.yaml --policy kvm -o second.trace
    cmp first.trace second.trace
    "$PYTHON" - <<'END'
import collections
containers, ended, states, last = {}, {}, collections.defaultdict(list), 0.0
for line in open("first.trace"):
    word = line.split()
    if line.startswith("%") or word[0] in "01" or word[2] == "machine":
        continue
    time = float(word[1])
    assert time >= last, line # viewers need times in order
    last = time
    if word[0] == "2":
        assert word[2] not in containers and (word[4] == "machine" or word[4] in containers), line
        containers[word[2]] = word[3]
    elif word[0] == "3":
        assert containers[word[3]] == word[2] and word[3] not in ended, line
        ended[word[3]] = time
    else:
        assert word[3] in containers and word[3] not in ended, line
        states[word[3]].append((time, word[4]))
kinds = collections.Counter(containers.values())
# The guest of slot 3 is destroyed at 400 s and boots again, with its two processes; all 32 are relaunched, twice.
assert kinds == {"H": 16, "G": 18, "Q": 96}, kinds
guest = [name for name, time in ended.items() if name.startswith("g3.0")]
assert len(guest) == 1 and abs(ended[guest[0]] - 400) < 1, ended
assert [state for _, state in states["g3.0.0-2"]] == ["boots", "up"]
off = [(name, time) for name in states for time, state in states[name] if state == "off"]
assert len(off) == 1 and abs(off[0][1] - 700) < 1, off
assert {"compute", "communicate", "checkpoint-local", "launch", "idle"} <= {s for name in states for _, s in states[name]}
END
}

@test "trace and calibrate refuse what they cannot do" {
    run_bulkhead trace narrow.yaml
    expect_status 2
    expect_text "$errors" 'expected -o FILE.trace'
    run_bulkhead trace narrow.yaml -o none/x.trace
    expect_status 2
    run_bulkhead trace narrow.yaml --policy kvn -o x.trace
    expect_status 2
    expect_text "$errors" '--policy'
    run_bulkhead calibrate "$scenarios/parts.yaml"
    expect_status 2
    expect_text "$errors" 'resolution: process'
}

@test "SimGrid that has no memory left ends with one message, not with a trace of its stack" {
    [ -z "${BH_SANITIZED:-}" ] || skip 'sanitizers need more memory than that'
    ulimit -v 160000
    run_bulkhead run narrow.yaml -q --set resolution=process --replicas 2 -j 1
    ulimit -v unlimited 2>/dev/null || true
    [ "$status" -ne 0 ] || skip 'that memory was enough'
    refuse grep -q 'Backtrace\|->  0#' <<<"$errors"
    [ "$(grep -c . <<<"$errors")" -le 2 ]
    expect_text "$errors" 'bulkhead: '
}

@test "a timeline has what each enclave does, without a gap, and as many failures and crossings as the results" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    need_h5py
    for name in small-balance wide; do
        run_bulkhead trace "$scenarios/$name.yaml" --timeline -o "$name" --set wrong-results=done
        expect_status 0
        [ -s "$name/$(sed -n 's/^scenario: //p' "$scenarios/$name.yaml")-timeline.svg" ]
        bulkhead run "$scenarios/$name.yaml" -q --replicas 1 --set wrong-results=done -o $name.h5 >/dev/null
        "$PYTHON" - $name.h5 "$name"/*-timeline.dat <<'END'
import sys
import h5py
import numpy as np
f = h5py.File(sys.argv[1])
text = open(sys.argv[2], encoding="utf-8").read()
unit = 3600 if ", in hours)" in text else 86400 if ", in days)" in text else 60
blocks = [[[float(word) for word in line.split()] for line in block.split("\n") if line and line[0] != "#" and "NaN" not in line]
          for block in text.split("\n\n\n") if block.strip()]
assert len(blocks) == 8, len(blocks)
parts, enclaves = [p.decode() for p in f["part"][()]], len(f["enclave"])
node_time = f["node_time"][0].reshape(enclaves, -1, len(parts))[:, 0]
nodes, elapsed, failures = np.ravel(f["enclave_nodes"][()])[-enclaves:], np.ravel(f["elapsed"][0]), np.ravel(f["interruptions"][0])
for e in range(enclaves):
    spans = sorted((row[1], row[2], state) for state in range(6) for row in blocks[state] if row[0] == e + 1)
    assert all(abs(after[0] - before[1]) < 1e-9 and after[2] != before[2] for before, after in zip(spans, spans[1:])), spans
    assert abs(unit * (spans[-1][1] - spans[0][0]) - elapsed[e]) < 1e-3, (spans[-1], elapsed[e])
    assert sum(row[0] == e + 1 for row in blocks[6]) == failures[e], failures[e]
    # Detecting, waiting for nodes and restarting are no useful time, of which some is lost: the ledger has the same.
    if f["enclave"][e] != b"service":
        out = unit * sum(end - start for start, end, state in spans if state in (2, 3, 4))
        own = sum(node_time[e, parts.index(p)] for p in ("detection", "restart", "restore", "repair-and-spare-wait"))
        assert abs(out - own / nodes[e]) < 1e-3 and out > 0, (out, own / nodes[e])
if "guard_crossed" in f:
    assert len(blocks[7]) == f["guard_crossed"][0].sum(), len(blocks[7])
assert sum(map(len, blocks[6])) > 0 and (sys.argv[1] != "wide.h5" or len(blocks[7]) > 100)
END
    done
}
