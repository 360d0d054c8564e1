#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Silent errors in bulkhead run: by script with times known by hand, and at random against a naive twin.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# run_one OUTPUT VERIFICATION KEEP ERRORS [OPTION...]: four nodes, four hours, a checkpoint of 60 s (20 s to read) each
# hour, in guests under kvm. ERRORS: times at which an error becomes silent in a process.
run_one() {
    local file=$1 verification=$2 keep=$3 errors=$4 at
    { cat "$scenarios/one-enclave.yaml"; echo 'script:'; } >one.yaml
    for at in $errors; do
        echo "  - {at: $at s, node: 1, zone: guest-user, kind: data, ending: silent}" >>one.yaml
    done
    [ -n "$errors" ] || sed -i '$d' one.yaml
    shift 4
    run_bulkhead run one.yaml -q -o "$file" --set "workload.enclaves.0.verification=$verification" \
        --set "checkpoints.local.keep=$keep" --set models.errors.matters=1 --set models.errors.carries=1 "$@"
    expect_status 0
    ask ledger "$file" 0
}

# expect_makespan FILE SECONDS EXPRESSION...
expect_makespan() {
    local file=$1 seconds=$2
    shift 2
    expect_eval "$file" "abs(m('makespan', 'kvm')[0, 0] - ($seconds)) < 1e-6" "$@"
}

each='{every: checkpoint, cost: 30 s, recall: 1, latency: 0 s}'

@test "verifications before each checkpoint and at the end, without an error" {
    need_h5py
    run_one none.h5 "$each" 1 ''
    expect_makespan none.h5 '14400 + 3 * 60 + 4 * 30' "m('verifications', 'kvm')[0, 0] == 4" \
        "m('node_time', 'kvm')[0, 0, part.index('verification')] == 4 * 120" "m('silent_found', 'kvm')[0, 0] == 0" \
        "np.isnan(m('detection_delay', 'kvm')[0, 0])" "m('price', 'kvm')[0] == 0" \
        "f['detection_delay'].attrs['units'] == 's' if 'units' in f['detection_delay'].attrs else True"
    # Every so often: 1,800 s apart they meet the checkpoints; 1,500 s apart the last comes at the end of the work.
    run_one half.h5 '{every: 30 min, cost: 30 s, recall: 1, latency: 0 s}' 1 ''
    expect_makespan half.h5 '14400 + 180 + 8 * 30' "m('verifications', 'kvm')[0, 0] == 8"
    run_one odd.h5 '{every: 25 min, cost: 30 s, recall: 1, latency: 0 s}' 1 ''
    expect_makespan odd.h5 '14400 + 180 + 10 * 30' "m('verifications', 'kvm')[0, 0] == 10"
    # Without verification there is none of its metrics.
    run_one without.h5 none 1 '5000'
    expect_makespan without.h5 '14400 + 180' "m('sdc', 'kvm')[0, 0] == 1" "'verifications' not in f" \
        "m('application_extent', 'kvm')[0, scope.index('none')] == 1"
}

@test "an error that is found costs the work since the checkpoint before it" {
    need_h5py
    # The second stretch begins at 3,690 s, and its verification ends at 7,320 s.
    run_one found.h5 "$each" 1 '5000'
    expect_text "$output" 'Silent errors' 'found after'
    expect_makespan found.h5 '14700 + 3630 + 20' "m('silent_found', 'kvm')[0, 0] == 1" \
        "m('silent_rollbacks', 'kvm')[0, 0] == 1" "m('silent_beginnings', 'kvm')[0, 0] == 0" \
        "abs(m('detection_delay', 'kvm')[0, 0] - 2320) < 1e-6" "m('sdc', 'kvm')[0, 0] == 0" \
        "abs(m('node_time', 'kvm')[0, 0, part.index('lost-work')] - 4 * 3630) < 1e-5" \
        "abs(m('node_time', 'kvm')[0, 0, part.index('restore')] - 4 * 20) < 1e-5" \
        "abs(m('node_time', 'kvm')[0, 0, part.index('verification')] - 4 * 120) < 1e-5" \
        "m('interruptions', 'kvm')[0, 0] == 0" "m('application_extent', 'kvm')[0, scope.index('enclave')] == 1" \
        "len(causes('kvm')) == 1 and abs(causes('kvm')[0][-1] - 4 * 3650) < 1e-5" \
        "b'none' in causes('kvm')[0] and m('verifications', 'kvm')[0, 0] == 5"
    # No checkpoint is older: the work begins anew, with a relaunch.
    run_one begin.h5 "$each" 1 '1000'
    expect_makespan begin.h5 '14700 + 3630 + 10' "m('silent_beginnings', 'kvm')[0, 0] == 1" \
        "m('silent_rollbacks', 'kvm')[0, 0] == 0" \
        "abs(m('node_time', 'kvm')[0, 0, part.index('restart')] - 4 * 10) < 1e-5"
    # Two errors of one stretch are found together and cost no more.
    run_one both.h5 "$each" 1 '5000 6000'
    expect_makespan both.h5 '14700 + 3630 + 20' "m('silent_found', 'kvm')[0, 0] == 2"
    # One that comes while its verification runs is not found by it, and is in the checkpoint.
    run_one late.h5 "$each" 1 '7300'
    # As nobody knows that, it is returned to twice, found again a stretch later each time, and then given up.
    expect_makespan late.h5 '14700 + 2 * 3690 + 2 * (3630 + 20) + 3630 + 10' "m('silent_beginnings', 'kvm')[0, 0] == 1" \
        "m('silent_rollbacks', 'kvm')[0, 0] == 2" "m('silent_found', 'kvm')[0, 0] == 1"
    run_one once.h5 "${each%\}}, returns: 1}" 1 '7300'
    expect_makespan once.h5 '14700 + 2 * 3690 + 3630 + 20 + 3630 + 10' "m('silent_beginnings', 'kvm')[0, 0] == 1" \
        "m('silent_rollbacks', 'kvm')[0, 0] == 1"
    run_one known.h5 "${each%\}}, returns-to: older-than-error}" 1 '7300'
    expect_makespan known.h5 '14700 + 2 * 3690 + 3630 + 10' "m('silent_beginnings', 'kvm')[0, 0] == 1"
    run_one missed.h5 '{every: checkpoint, cost: 30 s, recall: 0, latency: 0 s}' 1 '5000'
    expect_makespan missed.h5 '14700' "m('sdc', 'kvm')[0, 0] == 1" "m('silent_found', 'kvm')[0, 0] == 0"
}

@test "latency lets checkpoints be taken that hold the error, and older ones are needed" {
    need_h5py
    local later='{every: checkpoint, cost: 30 s, recall: 1, latency: 2000 s}'
    # Found at 7,320 s, told at 9,320 s; the checkpoint between them holds the error.
    run_one one.h5 "$later" 1 '5000'
    expect_makespan one.h5 '14700 + 9320 + 10' "m('silent_beginnings', 'kvm')[0, 0] == 1"
    run_one two.h5 "$later" 2 '5000'
    expect_makespan two.h5 '14700 + (9320 - 3690) + 20' "m('silent_rollbacks', 'kvm')[0, 0] == 1" \
        "abs(m('detection_delay', 'kvm')[0, 0] - 2320) < 1e-6"
    # Found by the last verification: the work is not done before the signal.
    run_one last.h5 '{every: checkpoint, cost: 30 s, recall: 1, latency: 500 s}' 1 '14000'
    expect_makespan last.h5 '14700 + 500 + 20 + 3630' "m('sdc', 'kvm')[0, 0] == 0" \
        "abs(m('node_time', 'kvm')[0, 0, part.index('detection')] - 4 * 500) < 1e-5"
}

@test "failures and silent errors together" {
    need_h5py
    local later='{every: checkpoint, cost: 30 s, recall: 1, latency: 2000 s}'
    local crash='{at: 9310 s, node: 2, zone: guest-kernel, kind: data, ending: signalled}'
    # A guest crashes at 9,310 s, back to the checkpoint of 7,380 s that holds the error; told of it at 9,320 s, while
    # its guest boots, it goes back to that of 3,690 s.
    { cat "$scenarios/one-enclave.yaml"
      echo "script: [{at: 5000 s, node: 1, zone: guest-user, kind: data, ending: silent}, $crash]"; } >crash.yaml
    run_bulkhead run crash.yaml -q -o crash.h5 --set "workload.enclaves.0.verification=$later" \
        --set checkpoints.local.keep=2
    expect_status 0
    expect_makespan crash.h5 '9310 + 60 + 14700 - 3690' "m('interruptions', 'kvm')[0, 0] == 1" \
        "m('silent_rollbacks', 'kvm')[0, 0] == 1" \
        "abs(m('node_time', 'kvm')[0, 0, part.index('lost-work')] - 4 * (9310 - 3690)) < 1e-5" \
        "abs(sum(c[-1] for c in causes('kvm')) - 4 * (9370 - 3690)) < 1e-4"
    # Without verification, a crash takes away the errors since the checkpoint, and none before.
    for at in 2000 4000; do
        { cat "$scenarios/one-enclave.yaml"
          echo "script: [{at: $at s, node: 1, zone: guest-user, kind: data, ending: silent}, $crash]"; } >crash.yaml
        run_bulkhead run crash.yaml -q -o "at-$at.h5" --set 'script.1.at=5000 s'
        expect_status 0
    done
    expect_eval at-2000.h5 "m('sdc', 'kvm')[0, 0] == 1"
    expect_eval at-4000.h5 "m('sdc', 'kvm')[0, 0] == 0"
}

@test "tainted ranks follow the application's messages" {
    need_h5py
    # Found 2,290 steps after it came: a reduction every step has it in all 16 processes; without, and without a halo, it
    # stays in one.
    run_one all.h5 "$each" 1 '5000'
    expect_eval all.h5 "m('tainted_ranks_mean', 'kvm')[0, 0] == 16" "m('tainted_ranks_most', 'kvm')[0, 0] == 16"
    cp -r "$SOURCE_DIRECTORY/models" "$SOURCE_DIRECTORY/platforms" .
    chmod -R u+w models
    sed -i 's/halo-dimensions: 3/halo-dimensions: 0/' models/data/applications.yaml
    BULKHEAD_DATA=$PWD run_one single.h5 "$each" 1 '5000' --set models.applications.mpi-bulk-synchronous.collectives=0
    expect_eval single.h5 "m('tainted_ranks_most', 'kvm')[0, 0] == 1"
}

@test "faults during computation only" {
    need_h5py
    # At 3,640 s a checkpoint is being written, at 5,000 s it computes.
    run_one spare.h5 none 1 '3640 5000' --set 'faults={hardware: none, software: no, during: computation}'
    expect_eval spare.h5 "m('struck_while_down', 'kvm')[0] == 1" "m('errors', 'kvm')[0] == 1"
}

@test "the exact interval weighs silent errors where each checkpoint is verified" {
    need_h5py
    local rate='models.applications.mpi-bulk-synchronous.fault-rate=0.0125 1/h'
    run_bulkhead run "$scenarios/silent.yaml" -q -o exact.h5 --replicas 2 --set checkpoints.local.interval=exact \
        --set "$rate"
    expect_status 0
    # 0.2 errors per hour: the least of (e^{lW} (W + V) + (e^{lW} - 1) R + C) / W, by a search of its own.
    expect_eval exact.h5 "(lambda w: abs(m('interval', 'native native')[0, 1] / 3600 - w[np.argmin((np.exp(0.2 * w) *
        (w + 0.1) + (np.exp(0.2 * w) - 1) / 6 + 0.05) / w)]) < 2e-6)(np.linspace(0.5, 1.5, 1000001))"
    # Young's and Daly's know failures only, and here are none: no checkpoints.
    run_bulkhead run "$scenarios/silent.yaml" -q -o daly.h5 --replicas 2 --set checkpoints.local.interval=daly \
        --set 'models.applications.mpi-bulk-synchronous.fault-rate=0.0005 1/h'
    expect_status 0
    expect_eval daly.h5 "np.isnan(m('interval', 'native native')[0, 1])"
}

@test "equal bytes for any number of jobs" {
    for jobs in 1 2; do
        run_bulkhead run "$scenarios/silent.yaml" -q -j $jobs -o $jobs.h5 --replicas 5 --set checkpoints.local.keep=2 \
            --set 'workload.enclaves.0.verification={every: 50 min, recall: 0.5, latency: 20 min}' \
            --set 'models.applications.mpi-bulk-synchronous.fault-rate=0.01 1/h' --json
        expect_status 0
        printf '%s' "$output" >$jobs.json
    done
    cmp 1.h5 2.h5
    cmp 1.json 2.json
}

@test "random silent errors against a naive twin" {
    need_h5py
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/silent_twin.py" "$BULKHEAD" "$SOURCE_DIRECTORY/tests/data/scenarios/silent.yaml"
}

@test "one state that is always clean, returned to a number of times: the expected makespan" {
    # Recall 1, errors only while it computes: the state holds none, and is given up when n + 1 attempts at the stretch after it
    # have failed, each with p = 1 - e^(-s W). From a state on, Z = its time + (1 - p^(n+1)) Z' + p^(n+1) T, Z' of the next
    # and T of the whole work, in which the first stretch is done until it succeeds.
    "$PYTHON" - "$BULKHEAD" "$scenarios/silent.yaml" <<'END'
import json, math, statistics, subprocess, sys
STRETCHES, REPLICAS, VERIFY, WRITE, READ, RELAUNCH = 8, 600, 0.1, 0.05, 1 / 6, 4 / 60
def expected(p, n):
    tries = sum(p**i for i in range(n + 1))
    left = 1 - p**(n + 1)
    stretch = (1 + VERIFY) * tries + READ * (tries - 1) + RELAUNCH * p**(n + 1) + WRITE * left
    first = (1 + VERIFY + RELAUNCH * p) / (1 - p) + WRITE
    own, goes_on = 0.0, 1.0  # T = first + own + (1 - goes_on) T
    for _ in range(STRETCHES - 1):
        own += goes_on * stretch
        goes_on *= left
    return (first + own) / goes_on
# Joint level 1e-4 over 6 comparisons, two-sided.
limit, worst = statistics.NormalDist().inv_cdf(1 - 1e-4 / 12), 0.0
for rate in (0.2, 0.5):
    for n in (1, 2, 4):
        verification = f"{{every: checkpoint, cost: 6 min, recall: 1, latency: 0 s, returns: {n}}}"
        out = subprocess.run([sys.argv[1], "run", sys.argv[2], "-q", "--json", "--replicas", str(REPLICAS), "--set", "workload.work=8 h",
            "--set", "checkpoints.local.keep=1", "--set", f"workload.enclaves.0.verification={verification}",
            "--set", f"models.applications.mpi-bulk-synchronous.fault-rate={rate / 16} 1/h"], check=True, capture_output=True).stdout
        seen = json.loads(out)["policies"][0]["makespan"]
        mean, error = seen["mean"] / 3600, (seen["ci95"][1] - seen["ci95"][0]) / 2 / 1.9639 / 3600  # Student's, 599 degrees
        wanted = expected(1 - math.exp(-rate), n)
        z = (mean - wanted) / error
        print(f"rate {rate} returns {n}: run {mean:.3f} h, expected {wanted:.3f} h, z {z:+.2f}")
        worst = max(worst, abs(z))
sys.exit(worst > limit)
END
}
