#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead sweep --extend: a campaign that has grown has the bytes of one that was as large from the start, and only what is
# new is run.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    sed 's/^faults: none/faults: all/' "$scenarios/one-enclave.yaml" >base.yaml
}

# campaign LINE...: four replicas in units of three unless a line says otherwise.
campaign() {
    { printf '%s\n' 'campaign: c' 'scenario: base.yaml' 'set: {models.components.linux.fault-rate: 500 1/year}' "$@"
      case "$*" in *replicas:* | *precision:*) ;; *) echo 'replicas: 4' ;; esac
      case "$*" in *unit:*) ;; *) echo 'unit: 3' ;; esac
    } >c.yaml
}

# Replicas and points that the logs of a folder hold.
work() {
    "$PYTHON" - "$1"/shard-*.log <<'END'
import struct, sys
replicas = points = 0
for name in sys.argv[1:]:
    data, at = open(name, "rb").read(), 0
    while at < len(data):
        _, kind, _, _, _, first, count, _, length, _ = struct.unpack("7QdQQ", data[at:at + 80])
        replicas += count if kind == 3 else 0
        points += kind == 2
        at += 80 + length + -length % 8
print(replicas, points)
END
}

# Sweeps the campaign as it was and grows it by these lines: the bytes are those of the larger one from the start, and the
# logs hold as much work as its own, so that nothing ran twice.
begin() {
    rm -rf d whole
    campaign "$@"
    run_bulkhead sweep c.yaml -q -j 1 -d d
    expect_status 0
}
grow() {
    campaign "$@"
    run_bulkhead sweep c.yaml -q -j 1 -d d --resume
    expect_status 2
    expect_text "$errors" 'changed since the sweep began' 'that has only grown: bulkhead sweep c.yaml -d d --extend'
    run_bulkhead sweep c.yaml -q -j 1 -d d --extend
    expect_status 0
    rm -rf whole
    run_bulkhead sweep c.yaml -q -j 2 -d whole
    expect_status 0
    cmp d/results.h5 whole/results.h5
    [ "$(work d)" = "$(work whole)" ] || { echo "$(work d), expected $(work whole)" >&2; return 1; }
}

# What stands against it; the folder is as before.
expect_refused() {
    local before
    before=$(cat d/sweep.json d/shard-*.log | cksum)
    run_bulkhead sweep c.yaml -q -j 1 -d d --extend
    expect_status 2
    expect_text "$errors" 'd: ' "$@"
    [ "$(cat d/sweep.json d/shard-*.log | cksum)" = "$before" ]
}

@test "more replicas, and more values on axes: behind, before and in the middle" {
    begin 'vary: [{axis: work, set: workload.work, values: [2 h, 4 h]}]'
    grow 'replicas: 8' 'vary: [{axis: work, set: workload.work, values: [2 h, 4 h]}]'
    # Once more, with values everywhere, in other units.
    grow 'replicas: 9' 'unit: 2' 'vary: [{axis: work, set: workload.work, values: [1 h, 2 h, 3 h, 4 h, 5 h]}]'
}

@test "several axes, the scenario's own, and conditions that leave out less" {
    echo 'vary: [{axis: spares, set: workload.spares, values: [0]}]' >>base.yaml
    begin 'vary: [{axis: nodes, set: platform.nodes, values: [2, 3, 4]}]' 'where: [nodes < 4]'
    sed -i 's/values: \[0\]/values: [2, 0, 1]/' base.yaml
    grow 'vary: [{axis: nodes, set: platform.nodes, values: [1, 2, 3, 4, 5]}]' 'where: [nodes < 5, spares < 2 or nodes = 2]'
}

@test "ranges, zips, the Sobol sequence and draws" {
    begin 'vary: [{axis: work, set: workload.work, from: 1 h, to: 3 h, count: 3},
        {zip: [{axis: nodes, set: platform.nodes, values: [2, 4]}, {axis: spares, set: workload.spares, values: [0, 1]}]}]'
    grow 'vary: [{axis: work, set: workload.work, from: 1 h, to: 3 h, count: 5},
        {zip: [{axis: nodes, set: platform.nodes, values: [2, 3, 4]}, {axis: spares, set: workload.spares, values: [0, 2, 1]}]}]'
    begin 'vary: [{axis: design, sobol: 3, over: [{axis: work, set: workload.work, from: 1 h, to: 3 h}]}]' \
        'uncertainty: {draws: 2, numbers: [models.recovery.node-reboot]}'
    grow 'vary: [{axis: design, sobol: 5, over: [{axis: work, set: workload.work, from: 1 h, to: 3 h}]}]' \
        'uncertainty: {draws: 3, numbers: [models.recovery.node-reboot]}'
}

@test "what only some points have: silent errors that are verified, another platform" {
    cp "$SOURCE_DIRECTORY/platforms/testbed.xml" a.xml
    sed 's/_bw="[^"]*"/_bw="1MBps"/' a.xml >b.xml
    begin 'vary: [{axis: machine, set: platform.file, values: [b.xml]},
        {axis: checked, values: [{label: no, set: {workload.work: 2 h}}]}]'
    grow 'vary: [{axis: machine, set: platform.file, values: [a.xml, b.xml]},
        {axis: checked, values: [{label: yes, set: {workload.work: 3 h,
            workload.enclaves.0.verification: {every: checkpoint, cost: 1 s, recall: 0.9}}},
            {label: no, set: {workload.work: 2 h}}]}]'
}

@test "a precision that becomes finer, and one beside a number" {
    begin 'precision: {metric: makespan, relative-half-width: 20 %, least: 4, most: 40}'
    grow 'precision: {metric: makespan, relative-half-width: 4 %, least: 4, most: 60}'
    begin 'replicas: 6'
    campaign 'precision: {metric: makespan, relative-half-width: 4 %, least: 4, most: 60}'
    run_bulkhead sweep c.yaml -q -j 1 -d d --extend
    expect_status 0
    run_bulkhead sweep c.yaml -q -j 1 -d whole
    cmp d/results.h5 whole/results.h5
}

@test "shards extend together, a killed extension is gone on with, and merge and status wait for it" {
    local shard pids=() pid
    campaign 'unit: 1' 'vary: [{axis: work, set: workload.work, values: [2 h, 4 h]}]'
    for shard in 0 1; do
        run_bulkhead sweep c.yaml -q -j 1 -d d --shard $shard/2
        expect_status 0
    done
    campaign 'unit: 1' 'replicas: 9000' 'vary: [{axis: work, set: workload.work, values: [2 h, 3 h, 4 h]}]'
    run_bulkhead status d
    expect_status 2
    expect_text "$errors" '--extend'
    for shard in 0 1 2; do
        "$BULKHEAD" sweep c.yaml -q -j 1 -d d --shard $shard/3 --extend 2>said.$shard 3>&- &
        pids+=($!)
    done
    # As soon as it has done a little of its many replicas.
    until [ -s d/shard-0-of-3.log ]; do sleep 0.01; done
    kill -KILL "${pids[0]}"
    for pid in "${pids[@]}"; do wait "$pid" || true; done
    run_bulkhead sweep c.yaml -q -j 1 -d d --resume
    expect_status 0
    run_bulkhead status d
    expect_text "$output" 'all is done'
    run_bulkhead sweep c.yaml -q -j 2 -d whole
    cmp d/results.h5 whole/results.h5
}

@test "a sweep that is under way is not extended" {
    campaign 'unit: 1' 'replicas: 900000'
    "$BULKHEAD" sweep c.yaml -q -j 1 -d d >/dev/null 2>&1 3>&- &
    local pid=$!
    until [ -s d/shard-0-of-1.log ]; do sleep 0.02; done
    campaign 'unit: 1' 'replicas: 900001'
    run_bulkhead sweep c.yaml -q -j 1 -d d --extend
    kill -KILL $pid
    wait $pid || true
    expect_status 2
    expect_text "$errors" 'another process is at work in this folder'
    grep -q '"replicas": 900000' d/sweep.json
}

@test "what cannot be extended is refused in words, and the folder stays as it is" {
    local vary='vary: [{axis: work, set: workload.work, values: [2 h, 3 h]}]' latin
    begin "$vary" 'replicas: 2'
    campaign "$vary"
    expect_refused_with() {
        run_bulkhead sweep c.yaml -q -j 1 -d d --extend "${@:2}"
        expect_status 2
        expect_text "$errors" "$1"
    }
    expect_refused_with 'the seed changed since the sweep began: it was 1, now it is 2' --seed 2
    expect_refused_with 'found 1 replicas, where the sweep has 2' --replicas 1
    expect_refused_with 'the settings of the command line (--set) changed' --set models.recovery.detection='6 s'
    campaign 'replicas: 2' 'vary: [{axis: work, set: workload.work, values: [2 h, 5 h]}]'
    expect_refused 'the axis `work` had the value `3 h`'
    campaign 'replicas: 2' 'vary: [{axis: work, set: workload.work, values: [{label: 2 h, value: 2 h}, {label: 3 h, value: 7 h}]}]'
    expect_refused 'the axis `work` had the value `3 h`' 'or with other settings'
    campaign 'replicas: 2' 'vary: [{axis: job, set: workload.work, values: [2 h, 3 h, 4 h]}]'
    expect_refused 'the axis `work` is gone'
    campaign 'replicas: 2' 'vary: [{axis: work, set: workload.work, values: [2 h, 3 h]}, {axis: spares, set: workload.spares, values: [0, 1]}]'
    expect_refused 'the axis `spares` is new'
    campaign 'replicas: 2' "$vary" 'where: [work = 3 h]'
    expect_refused 'is not in the campaign any more'
    campaign 'replicas: 2' "$vary" 'seed: 1'
    expect_refused 'what the campaign says of all points'
    campaign 'replicas: 3' "$vary"
    cp base.yaml kept.yaml
    sed -i 's/write: 60 s/write: 61 s/' base.yaml
    expect_refused 'the scenario, beside its axes, changed'
    cp kept.yaml base.yaml
    grow "$vary" 'replicas: 3'
    latin='[{axis: work, set: workload.work, from: 1 h, to: 3 h}]'
    begin 'replicas: 1' "vary: [{axis: design, latin-hypercube: 3, over: $latin}]"
    campaign 'replicas: 1' "vary: [{axis: design, latin-hypercube: 4, over: $latin}]"
    expect_refused 'the axis `design` is a Latin hypercube of 3 points, which cannot grow to 4' 'Sobol'
    # It may have more replicas.
    grow 'replicas: 2' "vary: [{axis: design, latin-hypercube: 3, over: $latin}]"
    run_bulkhead sweep c.yaml -d none --extend
    expect_status 2
    expect_text "$errors" '--extend: none does not exist'
}
