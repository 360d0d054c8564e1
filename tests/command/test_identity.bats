#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What a sweep is known by: a folder takes no unit whose point, or any file that it opens, is another than when it began.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$scenarios/one-enclave.yaml" base.yaml
    cp "$SOURCE_DIRECTORY/platforms/testbed.xml" a.xml
    cp a.xml b.xml
    campaign
}

# campaign LINE...: of the scenario in base.yaml.
campaign() {
    printf '%s\n' 'campaign: c' 'scenario: base.yaml' 'replicas: 2' 'unit: 1' "$@" >c.yaml
}

# The first shard of two, into a new folder.
begin() {
    rm -rf d
    run_bulkhead sweep c.yaml -q -j 1 -d d --shard 0/2 "$@"
    expect_status 0
}

# The second shard, which must be refused for what changed since, as must the merge.
expect_refused() {
    local what=$1
    shift
    run_bulkhead sweep c.yaml -q -j 1 -d d --shard 1/2 "$@"
    expect_status 2
    expect_text "$errors" 'd: ' "$what" 'changed since the sweep began'
    [ "$(grep -c '^bulkhead: ' <<<"$errors")" -eq 1 ]
    [ ! -e d/shard-1-of-2.log ]
}

# Only what nobody gave is null.
lost_nothing() {
    [ "$(grep -c ': null' d/sweep.json)" -eq 2 ]
    grep -q '"given_seed": null' d/sweep.json
    grep -q '"given_replicas": null' d/sweep.json
}

@test "numbers that JSON cannot hold are compared as all others, and none is lost" {
    local number
    # Whole numbers above 2^63 - 1, and a number that no double can hold, in a key that takes any text.
    for number in 9223372036854775808 18446744073709551615; do
        sed -i "s/^seed: .*/seed: $number/" base.yaml
        begin
        lost_nothing
        grep -q "\"seed\": \"$number\"" d/sweep.json
        sed -i 's/write: 60 s/write: 600 s/' base.yaml
        expect_refused 'the scenario'
        run_bulkhead merge d --partial
        expect_status 2
        sed -i -e 's/write: 600 s/write: 60 s/' -e "s/^seed: .*/seed: ${number%?}1/" base.yaml
        expect_refused 'the scenario'
    done
    sed -i -e 's/^seed: .*/seed: 1/' -e 's/^title: .*/title: 1e400/' base.yaml
    campaign 'title: -1e999'
    begin
    lost_nothing
    run_bulkhead merge d --partial -o part.h5
    expect_status 0
    if has_h5py; then
        expect_eval part.h5 "__import__('json').loads(f.attrs['provenance'])['campaign']['title'] == '-1e999'"
    fi
    sed -i 's/write: 60 s/write: 600 s/' base.yaml
    expect_refused 'the scenario'
    run_bulkhead check base.yaml --json --seed 18446744073709551615
    expect_text "$output" '"seed": "18446744073709551615"'
}

@test "the seed, wherever it is given" {
    begin
    expect_refused 'the seed' --seed 2
    expect_text "$errors" 'it was 1, now it is 2'
    expect_refused 'the settings' --set models.recovery.detection='6 s'
    campaign 'seed: 18446744073709551614'
    begin
    campaign 'seed: 18446744073709551615'
    expect_refused 'the campaign'
    begin --seed 3
    run_bulkhead status d
    expect_status 0
    sed -i 's/^seed: .*/seed: 7/' base.yaml
    expect_refused 'the scenario' --seed 3
}

@test "the platform of any point, and what it includes" {
    campaign 'vary: [{axis: machine, set: platform.file, values: [a.xml, b.xml]}]'
    begin
    sed -i 's/_bw="[^"]*"/_bw="1MBps"/' b.xml
    cmp -s a.xml b.xml && return 1
    expect_refused "$PWD/b.xml"
    # By the scenario's own axis, and beside another axis that changes the platform block.
    cp a.xml b.xml
    campaign 'vary: [{axis: nodes, set: platform.nodes, values: [2, 4]}]'
    echo 'vary: [{axis: machine, values: [{label: one, set: {platform.file: a.xml}}, {label: two, set: {platform.file: b.xml}}]}]' >>base.yaml
    begin
    echo '<!-- another -->' >>b.xml
    expect_refused "$PWD/b.xml"
    # A file that the platform includes; what is in a comment does no harm.
    sed -i -e '/^vary/d' -e 's/testbed.xml/whole.xml/' base.yaml
    campaign
    mkdir parts
    sed -e '/<?xml/d' -e '/<!DOCTYPE/d' -e '/<platform/d' -e '/<\/platform>/d' a.xml >parts/in.xml
    { sed -n -e '/<?xml/p' -e '/<!DOCTYPE/p' -e '/<platform/p' a.xml
      echo '<!-- file = "nowhere.xml" -->'
      cat parts/in.xml
      echo '</platform>'; } >whole.xml
    printf '0 1\n1 1\n' >parts/speed.txt
    sed -i '0,/<host /s//<host speed_file="parts\/speed.txt" /' whole.xml
    if grep -q speed_file whole.xml; then
        begin
        echo '2 0.5' >>parts/speed.txt
        expect_refused "$PWD/parts/speed.txt"
    fi
}

@test "the log of any point, and the posterior that is drawn from or stands in the middle" {
    local day
    for day in one two; do
        printf '%s\n' time_min,node,class,downtime_s 83,a,hardware,600 200,b,software,0 333,c,other, >$day.csv
    done
    sed -i '/^faults: none/d' base.yaml
    cat >>base.yaml <<'END'
faults: {hardware: [broken], software: no, recorded: {log: one.csv, nodes: as-recorded}}
define: {faults: {broken: {description: for the test, landing: node, mend: repair, arrival: {recorded: {causes: [hardware]}}}}}
END
    campaign 'vary: [{axis: log, set: faults.recorded.log, values: [one.csv, two.csv]}]'
    begin
    echo '400,a,hardware,1' >>two.csv
    expect_refused "$PWD/two.csv"
    cp one.csv two.csv
    # The whole block set, and the log of all points.
    campaign 'vary: [{axis: log, set: faults.recorded, values: [{label: x, value: {log: one.csv, nodes: as-recorded}},
        {label: y, value: {log: two.csv, nodes: as-recorded}}]}]'
    begin
    echo '400,a,hardware,1' >>two.csv
    expect_refused "$PWD/two.csv"
    campaign
    begin
    echo '400,a,hardware,1' >>one.csv
    expect_refused "$PWD/one.csv"
    cat >posterior.yaml <<'END'
source: made up
numbers: [recovery.node-reboot]
center: [300 s]
draws: [[100 s], [200 s], [300 s], [400 s]]
END
    echo 'uncertainty: {axis: reboot, posterior: posterior.yaml, draws: 2, at: {}}' >>base.yaml
    for day in 'uncertainty: scenario' ''; do
        campaign "$day"
        begin
        sed -i 's/400 s/401 s/' posterior.yaml
        expect_refused "$PWD/posterior.yaml"
        sed -i 's/401 s/400 s/' posterior.yaml
        run_bulkhead sweep c.yaml -q -j 1 -d d --shard 1/2
        expect_status 0
    done
}

@test "what numbers depend on beside the input: the catalog's files, SimGrid's options" {
    mkdir -p data/models
    cp -r "$SOURCE_DIRECTORY/models/data" data/models/
    cp -r "$SOURCE_DIRECTORY/platforms" "$SOURCE_DIRECTORY/experiments" data/
    chmod -R u+w data
    export BULKHEAD_DATA=$PWD/data
    begin
    echo '# another' >>data/models/data/systems/qemu.yaml
    expect_refused "the models' numbers"
    unset BULKHEAD_DATA
    # The folder is none of it.
    run_bulkhead sweep c.yaml -q -j 1 -d d --shard 1/2
    expect_status 0
    rm d/shard-1-of-2.log
    BH_SIMGRID_OPTIONS='--cfg=network/TCP-gamma:4194304' expect_refused 'the options of SimGrid (BH_SIMGRID_OPTIONS)'
    expect_text "$errors" 'now it is --cfg=network/TCP-gamma:4194304'
    BH_SIMGRID_OPTIONS='--cfg=network/TCP-gamma:4194304' expect_refused 'the options of SimGrid' --extend
}

@test "a platform that changes while the sweep runs: its units fail, and the message names it" {
    campaign 'vary: [{axis: machine, set: platform.file, values: [a.xml, b.xml]}]'
    sed -i 's/replicas: 2/replicas: 20000/' c.yaml
    "$BULKHEAD" sweep c.yaml -q -j 1 -d d >said 2>&1 3>&- &
    local pid=$! status=0
    until [ -s d/shard-0-of-1.log ]; do sleep 0.02; done
    echo '<!-- another -->' >>b.xml
    wait $pid || status=$?
    [ "$status" -eq 1 ] || { cat said; return 1; }
    expect_text "$(cat said)" 'machine=b.xml' 'b.xml changed after the sweep had begun'
}

@test "records of another campaign in the folder are left out, and told" {
    campaign 'vary: [{axis: work, set: workload.work, values: [2 h, 3 h]}]'
    run_bulkhead sweep c.yaml -q -j 1 -d other
    campaign
    run_bulkhead sweep c.yaml -q -j 1 -d d --shard 0/1
    expect_status 0
    cp other/shard-0-of-1.log d/shard-0-of-2.log
    run_bulkhead status d
    expect_text "$output" '6 records of points that the campaign does not have' 'all is done'
    run_bulkhead merge d -o again.h5
    expect_status 0
    expect_text "$errors" '6 records are of points that the campaign does not have, and left out'
    cmp again.h5 d/results.h5
}

@test "values that come to the same are one piece of work, and every point has it" {
    need_h5py
    campaign 'vary: [{axis: work, values: [{label: x, set: {workload.work: 2 h}}, {label: y, set: {workload.work: 2 h}},
        {label: z, set: {workload.work: 3 h}}]}]'
    run_bulkhead sweep c.yaml -q -j 2 -d d
    expect_status 0
    expect_eval d/results.h5 "np.array_equal(f['makespan'][:, 0], f['makespan'][:, 1])" \
        "(f['makespan'][:, 2] > f['makespan'][:, 1]).all()"
}
