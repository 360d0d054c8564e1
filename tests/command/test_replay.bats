#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Recorded failures replayed, from end to end: by hand, on larger machines, from several points, and what is said of it.

load ../support/common

# The public logs, which no checkout has: tests that need them are skipped, visibly.
public=${BULKHEAD_PUBLIC_LOGS-}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cat >log.csv <<'END'
time_min,node,class,downtime_s
83.33333333333333,a,hardware,600
85,b,hardware,100
86.66666666666667,a,hardware,7
200,b,software,0
333.3333333333333,c,other,
0,c,other,1
END
}

# scenario RECORDED: four nodes, checkpoints on storage, hardware that is repaired and software that reboots.
scenario() {
    sed -e '/^faults: none/d' -e 's/^  local: {.*/  storage: {interval: 1 h, write: 60 s, read: 20 s}/' \
        "$scenarios/one-enclave.yaml"
    cat <<END
faults: {hardware: [broken, crash], software: no, recorded: $1}
define:
  faults:
    broken: {description: for the test, landing: node, mend: repair, arrival: {recorded: {causes: [hardware]}}}
    crash: {description: for the test, landing: node, mend: reboot, arrival: {recorded: {causes: [software]}}}
END
}

# service RECORDED NODES DAYS: all records on a service that goes on for ever, of which only the faults count.
service() {
    scenario "$1" | sed -e 's/application: mpi-bulk-synchronous/application: loss-tolerant-service/' \
        -e "s/platform: .*/platform: {file: parametric.yaml, nodes: $2}/" -e "s/work: 4 h/work: $3 d/" \
        -e "s/horizon: 10 d/horizon: $3 d/" -e 's/hardware: .broken, crash./hardware: [all-of-it]/' \
        -e '/^    broken:/d' -e '/^    crash:/d'
    echo "    all-of-it: {description: for the test, landing: node, mend: repair, arrival: recorded}"
}

# faults FILE [OPTION...]: records that struck per replica of each policy, nodes in repair included.
faults() {
    run_bulkhead run "$@" -q -o faults.h5
    expect_status 0
    "$PYTHON" -c '
import h5py
f = h5py.File("faults.h5")
print(*(f["faults"][()] + f["struck_gone"][()]).mean(axis=1))'
}

@test "a log by hand gives its faults, at its times, on its nodes" {
    scenario '{log: log.csv, nodes: as-recorded}' >hand.yaml
    # An hour's work is saved at 3660. At 5000 node a goes for 600 s; b goes and comes in between; a is struck again
    # while down. a is active 45 s after its repair; 10 s to restart, 20 s to read: 5675. The second hour is saved at
    # 9335. At 12000 b crashes: 5 s to detect, 100 s to boot, 30 s as before, 12135; two hours and a checkpoint: 19395.
    # KVM's guests boot in 25 s more, twice.
    run_bulkhead run hand.yaml -q --json --set models.recovery.node-reboot='100 s'
    expect_status 0
    printf '%s' "$output" | "$PYTHON" -c '
import json, sys
d = {p["name"].split()[-1]: p for p in json.load(sys.stdin)["policies"]}
for name, makespan in ("native", 19395), ("kvm", 19420):
    p = d[name]
    assert abs(p["makespan"]["mean"] - makespan) < 1e-6, (name, p["makespan"])
    assert p["faults"] == 3 and p["failures"] == 3, p  # what strikes a again, in repair, is no fault'
    # From 3000 s on: a goes at 2000 and is back at 2655, with nothing to read; an hour is saved at 6315; b crashes at 9000
    # and is back at 9135; hours are saved at 12795 and 16455; done at 20055. Where the log begins again after its 17000 s,
    # a goes at 19000 once more, is back at 19675, and the last hour ends at 23275.
    for end in stop wrap; do
        run_bulkhead run hand.yaml -q --json --set models.recovery.node-reboot='100 s' \
            --set faults.recorded.begin='50 min' --set faults.recorded.end=$end
        printf '%s' "$output" | "$PYTHON" -c '
import json, sys
p = json.load(sys.stdin)["policies"][0]
assert abs(p["makespan"]["mean"] - {"stop": 20055, "wrap": 23275}[sys.argv[1]]) < 1e-6, p["makespan"]' "$end"
    done
}

@test "a class that says how long repair takes does not take the log's down times" {
    scenario '{log: log.csv, nodes: as-recorded, end: stop}' |
        sed 's/mend: repair,/mend: repair, repair-median: {value: 100, unit: s, status: assumed, range: [1, 1e3], source: "for the test"}, repair-sigma: {value: 0, status: assumed, range: [0, 9], source: "for the test"},/' >own.yaml
    # a is back at 5145, struck again at 5200, and back at 5375; the rest is 300 s sooner than above.
    run_bulkhead run own.yaml -q --json --set models.recovery.node-reboot='100 s'
    expect_status 0
    printf '%s' "$output" | "$PYTHON" -c '
import json, sys
p = json.load(sys.stdin)["policies"][0]
assert p["faults"] == 4 and p["failures"] == 4, p
assert abs(p["makespan"]["mean"] - (5375 + 3660 + 2965 + 135 + 7200 + 60)) < 1e-6, p["makespan"]'
}

@test "a larger machine has as many failures per node as the log, resampled or copied" {
    # Four nodes, of which a has three records, b two, c two and the fourth none, in 20,000 s. Each of 4,096 nodes has the
    # records of one: 7/4 on average, variance 17/4 - 49/16.
    sed -i -e 's/^0,c,other,1/0,c,other,1\n1,a,other,1/' log.csv
    service '{log: log.csv, log-nodes: 4, nodes: resampled, start: apart}' 4096 0.23148148148148148 >large.yaml
    for manner in '' copies; do
        # shellcheck disable=SC2046 # two words or none
        read -r native kvm < <(faults large.yaml --replicas 8 $([ -z "$manner" ] || echo --set faults.recorded.nodes=$manner))
        echo "$manner: $native and $kvm faults"
        [ "$native" = "$kvm" ]
        "$PYTHON" - "$native" "$manner" <<'END'
import sys
off = abs(float(sys.argv[1]) - 4096 * 7 / 4)
sys.exit(off > (1e-3 if sys.argv[2] else 4.4 * (4096 * (17 / 4 - 49 / 16) / 8) ** 0.5))
END
    done
}

@test "replicas start at different points, policies at the same; equal bytes for any number of jobs" {
    example=$SOURCE_DIRECTORY/experiments/recorded-failures.yaml
    for start in random apart '{every: 100 d}'; do
        run_bulkhead run "$example" -q --json --replicas 4 -j 1 --set workload.work='1 d' --set "faults.recorded.start=$start"
        expect_status 0
        local first=$output
        run_bulkhead run "$example" -q --json --replicas 4 -j 3 --set workload.work='1 d' --set "faults.recorded.start=$start"
        [ "$output" = "$first" ]
    done
    # A service does not end sooner under one policy than under another: all see the same.
    service '{log: log.csv, nodes: copies, start: random}' 64 1 >same.yaml
    read -r native kvm < <(faults same.yaml --replicas 3)
    [ "$native" = "$kvm" ]
    need_h5py
    run_bulkhead run same.yaml -q --replicas 5 -o same.h5 --set faults.recorded.start=random
    expect_eval same.h5 'len(set(f["faults"][0].tolist())) > 1' '(f["faults"][0] == f["faults"][1]).all()'
}

@test "check tells the log, what is left out, who follows whom, where it starts, and rates" {
    printf ',a,hardware,1\n300,,hardware,1\n' >>log.csv
    scenario '{log: log.csv, nodes: as-recorded}' >hand.yaml
    run_bulkhead check hand.yaml
    expect_status 0
    output=$(printf '%s' "$output" | tr -s ' \n' ' ')
    expect_text "$output" "recorded log.csv: CSV, 6 records of 3 nodes in 5.556 h from 0 s" \
        "1 of 8 in the file left out: no time (first: line 8)" \
        "1 without a time, 1 of which the log does not say the node, 2 of causes that no class takes are left out" \
        "recorded node i is node i of 4; those from node 3 on never fail from it; the work begins with the log" \
        "after its 5.556 h it begins again" "broken: 3 records, 3.24 1/d per node; repair takes as long as recorded" \
        "crash: 1 records, 1.08 1/d per node"
    case $output in *"independent nodes"*) false ;; esac
    run_bulkhead check hand.yaml --set faults.recorded.nodes=resampled --set faults.recorded.start=apart
    output=$(printf '%s' "$output" | tr -s ' \n' ' ')
    expect_text "$output" "each of 4 nodes follows one of the 3, drawn in each replica; each node begins" "independent nodes"
    run_bulkhead check hand.yaml --json
    printf '%s' "$output" | "$PYTHON" -c '
import json, sys
r = json.load(sys.stdin)["recorded"]
assert r["records"] == 6 and r["left_out"]["without_node"] == 1 and r["left_out"]["unclaimed"] == 2, r
assert abs(r["classes"][0]["rate_per_node_s"] - 3 / 20000 / 4) < 1e-12, r'
    run_bulkhead run hand.yaml --json
    expect_text "$errors" "records left out of the replay of log.csv: 1 without a time, 1 of which the log does not say"
    run_bulkhead run hand.yaml --json -q
    [ -z "$errors" ]
}

# expect_refused MESSAGE [OPTION...]: hand.yaml with this is bad input.
expect_refused() {
    local message=$1
    shift
    run_bulkhead run hand.yaml -o nothing.h5 "$@"
    expect_status 2
    [ -z "$output" ] && [ ! -e nothing.h5 ]
    expect_text "$errors" "$message"
}

@test "what cannot be replayed is refused with one message" {
    scenario '{log: log.csv, nodes: as-recorded}' >hand.yaml
    local set="--set faults.recorded"
    # shellcheck disable=SC2086 # two words
    {
        expect_refused "none.csv: cannot read the file: No such file" $set.log=none.csv
        expect_refused "found a log of 9 nodes for a machine of 4, spares included" $set.log-nodes=9
        expect_refused "expected at least the 3 that the log names" $set.log-nodes=2
        expect_refused "found the system \`7\`" $set.system=7
        expect_refused "expected a date as in the log" $set.begin=soon
        expect_refused "expected more than 0 s" $set.until=0
        expect_refused "unknown start \`appart\`; did you mean \`apart\`?" $set.start=appart
        expect_refused "found apart with nodes: as-recorded" $set.start=apart
        expect_refused "found stop with start: apart" $set.end=stop --set faults.recorded.start=apart \
            --set faults.recorded.nodes=copies
        expect_refused "found 0; expected a time above 0" --set 'faults.recorded.start={every: 0 s}'
        expect_refused "unknown key \`node\`; did you mean \`nodes\`?" $set.node=copies
        expect_refused "found \`hardwear\`; expected a cause that the log names; did you mean \`hardware\`?" \
            --set 'define.faults.broken.arrival={recorded: {causes: [hardwear]}}'
        expect_refused "expected each record in one class" --set 'define.faults.crash.arrival={recorded: {causes: [hardware]}}'
        expect_refused "found with \`carrier\`; expected it alone" --set define.faults.crash.carrier=cabinet
        expect_refused "repair-median" --set define.faults.broken.landing=memory \
            --set 'define.faults.broken.instruction-share={value: 0, status: assumed, range: [0, 1], source: x}'
        expect_refused "expected the scenario to name a log" --set 'faults={hardware: [broken]}'
        expect_refused "found no down time in its records; expected a \`repair\` of its own" \
            --set 'define.faults.broken.arrival={recorded: {causes: [other]}}' $set.begin='5 h'
    }
    printf 'time,node,class\n1,a\n' >short.csv
    expect_refused "short.csv:2:" --set faults.recorded.log=short.csv
    head -c 64 /bin/sh >binary.csv
    expect_refused "binary.csv:1" --set faults.recorded.log=binary.csv
    scenario '{log: log.csv, nodes: as-recorded}' | sed '/^define/,$d; s/broken, crash/node-loss/' >hand.yaml
    expect_refused "found no class of faults that replays the log"
}

@test "a log is found beside its scenario, reads compressed, and a sweep does not go on with another" {
    mkdir folder
    gzip -c log.csv >folder/log.gz
    scenario '{log: log.gz, nodes: as-recorded}' >folder/hand.yaml
    run_bulkhead run folder/hand.yaml -q --json
    expect_status 0
    printf 'campaign: starts\nscenario: hand.yaml\nreplicas: 2\nvary:\n  - {axis: start, set: faults.recorded.start, values: [begin, random]}\n' \
        >folder/starts.yaml
    run_bulkhead sweep folder/starts.yaml -q -d store -j 1
    expect_status 0
    sed 's/600/601/' log.csv | gzip -c >folder/log.gz
    run_bulkhead sweep folder/starts.yaml -q -d store -j 1 --resume
    expect_status 2
    expect_text "$errors" "folder/log.gz changed since the sweep began"
}

@test "contain and run know the errors that a replayed class makes in zones" {
    scenario '{log: log.csv, nodes: resampled, start: random}' |
        sed 's/landing: node, mend: reboot/landing: memory, mend: reboot, instruction-share: {value: 0, status: assumed, range: [0, 1], source: x}/' >zones.yaml
    run_bulkhead run zones.yaml -q --json --replicas 4
    expect_status 0
    run_bulkhead contain zones.yaml --exact -q
    expect_status 0
    expect_text "$output" "guest"
}

@test "the public logs: every record of a system strikes once, as recorded" {
    [ -n "$public" ] || skip "BULKHEAD_PUBLIC_LOGS does not name a folder with the public logs"
    # System 20 of LANL's: 2,478 records of 512 nodes in 1,379 days.
    service "{log: $public/lanl-cfdr-LA-UR-05-7318.csv.xz, system: 20, nodes: as-recorded, end: stop}" 512 1379 >public.yaml
    run_bulkhead run public.yaml -q --json
    expect_status 0
    printf '%s' "$output" | "$PYTHON" -c '
import json, sys
assert all(p["faults"] <= 2478 for p in json.load(sys.stdin)["policies"])'
    run_bulkhead run public.yaml -q -o public.h5
    expect_eval public.h5 '(f["faults"][()] + f["struck_gone"][()] == 2478).all()'
    service "{log: $public/lanl05-fta-event_trace.tab.xz, nodes: resampled, start: apart}" 8192 10 >public.yaml
    run_bulkhead check public.yaml
    expect_status 0
    expect_text "$output" "FTA event_trace"
    run_bulkhead run public.yaml -q --json
    expect_status 0
}

@test "a log begins when its first node was installed, where it says so: CSV as FTA" {
    need_h5py
    local log
    for log in csv tab; do
        run_bulkhead run "$scenarios/replay-begin.yaml" -q -o "$log.h5" --set "faults.recorded.log=$scenarios/replay-begin.$log"
        expect_status 0
        # Two in 90,000 s, which is as long as the log.
        run_bulkhead check "$scenarios/replay-begin.yaml" --set "faults.recorded.log=$scenarios/replay-begin.$log" --json
        expect_text "$output" '"length_s": 90000.0' '"from_s": 0.0'
    done
    ask same csv.h5 tab.h5
    # 3,000 s are saved at 3,100. Down from 5,000 to 5,600, 15 s to restart and 70 to read: 5,685. Fourteen more are saved
    # at 49,085; the same from 50,000 to 50,685; the last 12,600 s take four checkpoints.
    expect_eval csv.h5 "f['faults'][0, 0] == 2" "f['makespan'][0].item() == 63685"
    # The earliest of the system that is replayed; nodes that do not say are no reason to begin sooner or later.
    cat >systems.csv <<'END'
time_h,node,class,downtime_s,installed,system
10,n1,board,600,4,east
20,n2,board,600,,east
6,n3,board,600,1,west
END
    run_bulkhead check "$scenarios/replay-begin.yaml" --json --set "faults.recorded.log=$PWD/systems.csv" \
        --set faults.recorded.log-nodes=4 --set platform.nodes=4 --set faults.recorded.system=east
    expect_status 0
    expect_text "$output" '"length_s": 57600.0' '"from_s": 14400.0'
    run_bulkhead check "$scenarios/replay-begin.yaml" --json --set "faults.recorded.log=$PWD/systems.csv" \
        --set faults.recorded.log-nodes=4 --set platform.nodes=4
    expect_text "$output" '"length_s": 68400.0' '"from_s": 3600.0'
}

@test "how a log is to be read is said by the keys that options are called by" {
    cd "$BATS_TEST_TMPDIR"
    printf 'Anfang;Rechner;was;dauer\n%s;n1;board;1,500\n%s;n1;board;600\n' '03/04/2020 10:00' '07/06/2020 10:00' >log.csv
    replay() {
        run_bulkhead check "$SOURCE_DIRECTORY/tests/data/scenarios/replay-begin.yaml" --json \
            --set "faults.recorded.log=$PWD/log.csv" "$@"
    }
    column='faults.recorded.column=time=Anfang,node=Rechner,class=was,downtime=dauer'
    replay
    expect_status 2
    replay --set "$column"
    expect_status 2 # 3 April, or 4 March
    expect_text "$errors" '--dates'
    replay --set "$column" --set faults.recorded.dates=day-first --set faults.recorded.decimal=comma
    expect_status 0
    expect_text "$output" '"length_s": 5616000.0' # 3 April to 7 June
    replay --set "$column" --set faults.recorded.dates=month-first --set faults.recorded.decimal=point \
        --set faults.recorded.unit=downtime=min
    expect_status 0
    expect_text "$output" '"length_s": 10713600.0' # 4 March to 6 July
    replay --set "$column" --set faults.recorded.dates=sideways
    expect_status 2
    expect_text "$errors" 'sideways' 'day-first'
    replay --set faults.recorded.unit=downtime=moons
    expect_status 2
    expect_text "$errors" "found the unit 'moons'"
    refuse grep -q -e '--unit' stderr
}
