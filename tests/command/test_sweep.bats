#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead sweep, merge, status and results: equal bytes however a campaign was run, and nothing lost to faults.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$SOURCE_DIRECTORY/tests/data/scenarios/sweep.yaml" "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" .
}

# The file that all others must equal, made once for all tests.
reference() {
    local made=$BATS_FILE_TMPDIR/reference.h5
    if [ ! -e "$made" ]; then
        (cd "$BATS_FILE_TMPDIR" && cp "$SOURCE_DIRECTORY"/tests/data/scenarios/{sweep,one-enclave}.yaml . &&
            bulkhead sweep sweep.yaml -q -j 1 -d first -o "$made" >/dev/null)
    fi
    echo "$made"
}

sweep() {
    run_bulkhead sweep sweep.yaml -q -j 2 "$@"
}

# Asserts what Python expressions say of the file f (h5py) and numpy np.
expect_python() {
    local file=$1
    shift
    "$PYTHON" - "$file" "$@" <<'END'
import sys, h5py, numpy as np
f = h5py.File(sys.argv[1])
for expression in sys.argv[2:]:
    assert eval(expression), expression
END
}

# --- Equal results ---------------------------------------------------------------------------------------------------

@test "one process, two, and seven shards make equal bytes, and those of bulkhead run" {
    need_h5py
    sweep -d two
    expect_status 0
    [ "$output" = two/results.h5 ]
    cmp two/results.h5 "$(reference)"
    for shard in 3 1 0 6 5 4 2; do
        run_bulkhead sweep sweep.yaml -q -j 1 -d seven --shard $shard/7
        expect_status 0
    done
    run_bulkhead merge seven -o seven.h5
    expect_status 0
    cmp seven.h5 "$(reference)"
    # Every shard had its part.
    [ "$(find seven -name 'shard-*.log' -size +4k | wc -l)" -eq 7 ]
    "$PYTHON" - one-enclave.yaml >whole.yaml <<'END'
import sys
text = open(sys.argv[1]).read().replace("faults: none", "faults: all").replace("replicas: 1\n", "replicas: 60\n")
work = ["2", "5.33333333333", "8.66666666667", "12"]
print(text.replace("models:\n", "models:\n  faults.node-loss.rate: 30 1/year\n  components.linux.fault-rate: 500 1/year\n"))
print("vary:\n  - {axis: work, unit: h, set: workload.work, values: [" +
      ", ".join("{label: %s, value: %s h}" % (w, w) for w in work) + "]}")
print("  - {axis: spares, set: workload.spares, values: [0, 2]}")
END
    run_bulkhead run whole.yaml -q -j 2 -o run.h5
    expect_status 0
    "$PYTHON" - run.h5 two/results.h5 <<'END'
import sys, h5py, numpy as np
run, sweep = (h5py.File(name) for name in sys.argv[1:])
assert set(sweep) - set(run) == {"replicas_run", "policy_correlation"} and set(run) <= set(sweep)
for name in run:
    a, b = run[name][:], sweep[name][:]
    assert a.shape == b.shape, name
    if a.dtype.names:
        assert [tuple(row) for row in a] == [tuple(row) for row in b], name
    else:
        assert (a == b).all() if a.dtype.kind in "OS" else np.array_equal(a, b, equal_nan=True), name
assert len(run["causes"]) > 10 and run["faults"][:].sum() > 100
assert np.nanmax(sweep["policy_correlation"][0]) == 1 and np.isfinite(sweep["policy_correlation"][1]).all()
END
}

@test "killed at random 20 times and resumed: equal bytes" {
    local kills=0 i pid resume=
    sed -i 's/^replicas:.*/replicas: 30000/' sweep.yaml
    sweep -d whole -o whole.h5
    expect_status 0
    RANDOM=11
    for i in $(seq 20); do
        # It is begun once there is a manifest.
        [ ! -e killed/sweep.json ] || resume=--resume
        # shellcheck disable=SC2086 # no word at first
        "$BULKHEAD" sweep sweep.yaml -q -j 2 -d killed $resume -o killed.h5 >/dev/null 2>>said 3>&- &
        pid=$!
        until [ -e killed/sweep.json ]; do sleep 0.02; done
        sleep "0.$((RANDOM % 35 + 10))"
        if kill -KILL $pid 2>/dev/null; then kills=$((kills + 1)); fi
        wait $pid || true
    done
    echo "$kills of 20 were killed under way"
    [ "$kills" -ge 5 ]
    sweep -d killed --resume -o killed.h5
    expect_status 0
    cmp killed.h5 whole.h5
    # What was done was not done again: a resumed sweep takes no time.
    run_bulkhead status killed
    expect_text "$output" 'all is done'
}

@test "a precision stops points at the same replica however they are run" {
    need_h5py
    sed 's/^replicas:.*/precision: {metric: makespan, relative-half-width: 15 %, least: 10, most: 100}/' sweep.yaml >p.yaml
    run_bulkhead sweep p.yaml -q -j 1 -d one
    expect_status 0
    run_bulkhead sweep p.yaml -q -j 3 -d three
    expect_status 0
    cmp one/results.h5 three/results.h5
    for shard in 0 1 2; do
        run_bulkhead sweep p.yaml -q -j 2 -d shards --shard $shard/3
        expect_status 0
    done
    run_bulkhead merge shards
    expect_status 0
    cmp one/results.h5 shards/results.h5
    expect_python one/results.h5 "len(np.unique(f['replicas_run'][:])) > 1" "f['replicas_run'][:].min() >= 10" \
        "set(np.unique(f['replicas_run'][:])) <= {10, 15, 23, 35, 53, 80, 100}" \
        "np.isnan(f['makespan'][:]).any() and f['makespan'].shape[-1] == f['replicas_run'][:].max()"
    # What was promised holds at every point that stopped early.
    "$PYTHON" - one/results.h5 <<'END'
import sys, h5py, numpy as np
f = h5py.File(sys.argv[1])
runs = f["replicas_run"][:]
for p in range(len(f["policy"])):
    for at in np.ndindex(runs.shape):
        x = f["makespan"][(p, *at, 0)][:runs[at]]
        if runs[at] < 100:
            assert 1.96 * x.std(ddof=1) / len(x) ** 0.5 <= 0.15 * x.mean(), (p, at)
END
}

# --- Faults -----------------------------------------------------------------------------------------------------------

@test "SIGTERM: the units under way end, the exit status is 143, and the store goes on" {
    sed -i 's/^replicas:.*/replicas: 40000/' sweep.yaml
    "$BULKHEAD" sweep sweep.yaml -q -j 2 -d term >/dev/null 2>said 3>&- &
    local pid=$! status=0 tries=300
    # Before its log is there it is stopped as any program is.
    until [ -s term/shard-0-of-1.log ] || [ $((tries -= 1)) -eq 0 ]; do sleep 0.1; done
    sleep 0.5
    kill -TERM $pid
    wait $pid || status=$?
    [ "$status" -eq 143 ]
    grep -q 'stopped by a signal' said
    run_bulkhead merge term
    expect_status 2
    expect_text "$errors" 'units are missing'
    run_bulkhead merge term --partial -o part.h5
    expect_status 0
    expect_text "$errors" 'units are missing in it'
    run_bulkhead status term
    expect_text "$output" 'not running' 'nothing is running'
}

@test "a second sweep in the folder is refused; status sees the first" {
    sed -i 's/^replicas:.*/replicas: 80000/' sweep.yaml
    "$BULKHEAD" sweep sweep.yaml -q -j 1 -d both >/dev/null 2>&1 3>&- &
    local pid=$!
    until [ -s both/shard-0-of-1.log ]; do sleep 0.05; done
    sweep -d both --resume
    expect_status 2
    expect_text "$errors" 'another process is at work'
    sweep -d both --resume --shard 1/2
    expect_status 2
    run_bulkhead status both
    expect_text "$output" ', running' '1 jobs at work'
    kill -KILL $pid
    wait $pid || true
    # A folder that was begun is not begun again by mistake.
    sweep -d both
    expect_status 2
    expect_text "$errors" 'begun already' 'bulkhead sweep sweep.yaml -d both --resume'
}

# The command that a message proposes, from its `bulkhead` to the word before MARK.
proposed() {
    sed -n "s/.*[:;,] \\(bulkhead $1 .*\\) $2.*/\\1/p" <<<"$3"
}

@test "remedies are made from the arguments that were given, and can be pasted" {
    local given=(--set workload.horizon='12 d' --seed 5 --replicas 4) command
    mkdir "a folder" elsewhere
    cp sweep.yaml one-enclave.yaml "a folder"
    echo 'unit: 1' >>"a folder/sweep.yaml"
    run_bulkhead sweep "a folder/sweep.yaml" -q -j 2 -d whole "${given[@]}"
    expect_status 0
    run_bulkhead sweep "a folder/sweep.yaml" -q -j 2 -d "it's" --shard 1/3 "${given[@]}"
    expect_status 0
    # status, from another folder than the sweep's.
    cd elsewhere
    run_bulkhead status "../it's"
    command=$(proposed sweep 'goes on' "$output")
    expect_text "$command" "'--set=workload.horizon=12 d' --seed=5 --replicas=4 -d '../it'\''s' --resume"
    run_bulkhead merge "../it's"
    expect_status 2
    [ "$(proposed sweep 'runs them' "$errors")" = "$command" ]
    expect_text "$errors" "bulkhead status '../it'\''s'"
    eval "$command -q -j 2" >/dev/null
    cd ..
    cmp "it's/results.h5" whole/results.h5
    [ "$(find . -name '*.sweep')" = '' ]
    run_bulkhead sweep "a folder/sweep.yaml" -d "it's" "${given[@]}"
    expect_status 2
    expect_text "$errors" "bulkhead sweep 'a folder/sweep.yaml' '--set=workload.horizon=12 d' --seed=5 --replicas=4 -d 'it'\''s' --resume"
}

@test "--resume goes on with a sweep, and where there is none says so and makes nothing" {
    sweep -d none --resume
    expect_status 2
    expect_text "$errors" '--resume: none does not exist' 'bulkhead sweep sweep.yaml -d none'
    sweep -d none --resume --shard 1/3
    expect_status 2
    PMI_RANK=1 PMI_SIZE=3 run_bulkhead sweep sweep.yaml -d none --resume
    expect_status 2
    expect_text "$errors" 'shard 1 of 3, from mpirun, in none' 'none does not exist'
    run_bulkhead submit sweep.yaml -d none --tasks 1 --resume
    [ "$status" -ne 0 ] && [ ! -e none ]
    mkdir empty
    sweep -d empty --resume
    expect_status 2
    expect_text "$errors" '--resume: empty holds no sweep'
    [ -z "$(ls empty)" ]
    # The folder that is meant when none is given, too: the campaign's name, and nothing that a path should not hold.
    sweep --resume
    expect_status 2
    expect_text "$errors" 'short-replicas.sweep does not exist'
    sed -i 's/^campaign: .*/campaign: "..\/up: $(touch x) `y`"/' sweep.yaml
    sweep --resume
    expect_status 2
    expect_text "$errors" '_.-up:---touch-x---y-.sweep does not exist'
}

@test "a truncated or damaged store is repaired" {
    sweep -d cut
    expect_status 0
    local log=cut/shard-0-of-1.log size
    size=$(stat -c %s $log)
    truncate -s $((size * 2 / 3)) $log
    run_bulkhead merge cut
    expect_status 2
    sweep -d cut --resume -o cut.h5
    expect_status 0
    expect_text "$errors" 'were damaged and are cut off'
    cmp cut.h5 "$(reference)"
    printf 'X' | dd of=$log bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
    sweep -d cut --resume -o again.h5
    expect_status 0
    cmp again.h5 "$(reference)"
}

@test "damage anywhere in a log loses what it hits and nothing behind it; status, merge and sweep say how much" {
    sed -i 's/^replicas:.*/replicas: 4\nunit: 1/' sweep.yaml
    sweep -d whole
    expect_status 0
    local log=d/shard-0-of-1.log size at done all
    size=$(stat -c %s whole/shard-0-of-1.log)
    run_bulkhead status whole
    all=$(sed -n 's/^\([0-9]*\) of .* units done.*/\1/p' <<<"$output")
    # The first record, which says only that a process began: its magic, its check. The head and the payload of the next;
    # one in the middle; a page of zeros; the last byte.
    for at in 0 72 152 200 $((size / 2)) zeros $((size - 1)); do
        rm -rf d
        cp -r whole d
        if [ "$at" = zeros ]; then
            dd if=/dev/zero of=$log bs=4096 seek=2 count=1 conv=notrunc 2>/dev/null
        else
            printf '\377' | dd of=$log bs=1 seek="$at" conv=notrunc 2>/dev/null
        fi
        run_bulkhead status d
        expect_status 0
        expect_text "$output" ' bytes in 1 place are damaged and left out'
        done=$(sed -n 's/^\([0-9]*\) of .* units done.*/\1/p' <<<"$output")
        # A page hits some, a byte one at most.
        [ "$done" -ge $((all - 8)) ]
        [ "$at" = zeros ] || [ "$done" -ge $((all - 1)) ]
        run_bulkhead merge d -o again.h5
        expect_text "$errors" "bulkhead: $log: " ' bytes in 1 place are damaged and left out'
        [ "$at" = 0 ] || [ "$at" = 72 ] || [ "$at" = zeros ] || expect_text "$errors" 'about 1 units are missing'
        sweep -d d --resume -o again.h5 -j 1
        expect_status 0
        expect_text "$errors" 'damaged'
        cmp again.h5 whole/results.h5
        # What is good stays where it is.
        [ "$at" = $((size - 1)) ] || [ "$(stat -c %s $log)" -gt "$size" ]
    done
    # In several places at once, in the log of a shard while another goes on.
    rm -rf d
    cp -r whole d
    mv $log d/shard-0-of-2.log
    for at in $((size / 5)) $((size / 2)) $((size * 4 / 5)); do
        printf '\377' | dd of=d/shard-0-of-2.log bs=1 seek="$at" conv=notrunc 2>/dev/null
    done
    sweep -d d --resume -j 1 --shard 1/2
    expect_status 0
    expect_text "$errors" 'd/shard-0-of-2.log: ' ' bytes in 3 places are damaged'
    sweep -d d --resume -j 1 --shard 0/2
    expect_status 0
    run_bulkhead merge d -o again.h5
    expect_status 0
    cmp again.h5 whole/results.h5
}

@test "a full disk stops the sweep with what is done in order" {
    mkdir full
    if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=128k none full 2>/dev/null; then
        sweep -d full/store
        expect_status 1
        expect_text "$errors" 'No space left on device' '--resume'
        cp -r full/store kept
        umount full
    else
        # bash counts in blocks of 1024 bytes.
        (ulimit -f 96; sweep -d full/store; echo "$status" >status; echo "$errors" >errors)
        [ "$(cat status)" -eq 1 ]
        expect_text "$(cat errors)" 'File too large' '--resume'
        cp -r full/store kept
    fi
    sweep -d kept --resume -o kept.h5
    expect_status 0
    cmp kept.h5 "$(reference)"
}

@test "a folder that cannot be written or made" {
    touch file
    sweep -d file
    expect_status 2
    expect_text "$errors" 'file'
    sweep -d no/such/folder
    expect_status 2
    expect_text "$errors" 'cannot make the folder no/such/folder'
}

# A library under which a replica dies when it asks for the logarithm of CRASH_AT: each time, or with CRASH_ONCE, a file, as
# long as that is not there. CRASH_NOTE takes down what logarithms are asked for.
make_crash() {
    command -v cc >/dev/null || skip "no cc to make a library that crashes"
    [ -z "${BH_SANITIZED:-}" ] || skip "the sanitizer wants to be loaded first"
    cat >crash.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
double log(double x)
{
    static double (*real)(double);
    static const char *at, *once, *note;
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "log");
        at = getenv("CRASH_AT"), once = getenv("CRASH_ONCE"), note = getenv("CRASH_NOTE");
    }
    if (at != NULL && x == strtod(at, NULL) && (once == NULL || open(once, O_CREAT | O_EXCL, 0600) >= 0))
        raise(SIGSEGV);
    if (note != NULL) {
        FILE *file = fopen(note, "a");
        fprintf(file, "%d %a\n", (int)getpid(), x);
        fclose(file);
    }
    return real(x);
}
END
    cc -shared -fPIC -o crash.so crash.c
    # What no other replica draws.
    CRASH_NOTE=drawn LD_PRELOAD=$PWD/crash.so "$BULKHEAD" sweep sweep.yaml --replay=3/1/7 >/dev/null
    CRASH_AT=$(tail -n 1 drawn | cut -d ' ' -f 2)
}

@test "a replica that crashes is told by its number and its command, the rest go on, and it runs again" {
    make_crash
    local status=0
    # It draws the same at all points, and dies at those where it comes that far.
    CRASH_AT=$CRASH_AT LD_PRELOAD=$PWD/crash.so "$BULKHEAD" sweep sweep.yaml -q -j 1 -d crash >/dev/null 2>said || status=$?
    cat said
    [ "$status" -eq 1 ]
    expect_text "$(cat said)" '6 units failed' 'died of signal 11' 'seed 1' '--replay=3/1/7' 'it is tried once more' ', twice'
    grep -q '^bulkhead: run it alone: bulkhead sweep sweep.yaml --replay=[2-7]/1/7; all of them again: bulkhead sweep sweep.yaml -d crash --resume; ' said
    run_bulkhead status crash
    expect_text "$output" '6 failed; the last: point'
    run_bulkhead sweep sweep.yaml --replay=3/1/7
    expect_status 0
    expect_text "$output" 'simulation: finished after'
    sweep -d crash --resume -o crash.h5
    expect_status 0
    cmp crash.h5 "$(reference)"
}

@test "a replica that dies once costs nothing, in a worker, in a child, of a sweep and of a run" {
    make_crash
    CRASH_ONCE=crashed CRASH_AT=$CRASH_AT LD_PRELOAD=$PWD/crash.so "$BULKHEAD" sweep sweep.yaml -q -j 2 -d once -o once.h5 >/dev/null 2>said
    cat said
    [ -e crashed ]
    grep -q 'the worker died of signal 11 (.*); its simulations run again, in processes of their own$' said
    cmp once.h5 "$(reference)"
    # The last logarithm but for the parent's is the last replica's.
    sed -e 's/^faults: none/faults: all/' -e 's/^replicas: 1/replicas: 40/' one-enclave.yaml >alone.yaml
    CRASH_NOTE=alone LD_PRELOAD=$PWD/crash.so "$BULKHEAD" run alone.yaml -q -j 1 -o before.h5 >/dev/null
    rm crashed
    CRASH_ONCE=crashed CRASH_AT=$(tac alone | awk 'NR == 1 { parent = $1 } $1 != parent { print $2; exit }') LD_PRELOAD=$PWD/crash.so "$BULKHEAD" run alone.yaml -q -j 2 -o after.h5 >/dev/null 2>said
    cat said
    [ -e crashed ]
    grep -q '^bulkhead: point 0 (the only point): the worker died of signal 11 (.*); its simulations run again, in processes of their own$' said
    "$PYTHON" - before.h5 after.h5 <<'END'
import sys, h5py, numpy as np
before, after = (h5py.File(name) for name in sys.argv[1:])
for name in ("makespan", "faults", "node_time"):
    assert np.array_equal(before[name][()], after[name][()], equal_nan=True), name
END
}

@test "a clock that jumps changes nothing" {
    command -v cc >/dev/null || skip "no cc to make a clock that jumps"
    cat >jump.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
/* The calendar jumps a day back and forth with every look at it. */
static time_t jump(void) { static int count; return count++ % 2 ? 86400 : -86400; }
time_t time(time_t *at) { struct timespec now; clock_gettime(CLOCK_REALTIME, &now); if (at) *at = now.tv_sec; return now.tv_sec; }
int gettimeofday(struct timeval *restrict now, void *restrict zone) { (void)zone; now->tv_sec = time(0); now->tv_usec = 0; return 0; }
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(clock, now);
    if (clock == CLOCK_REALTIME)
        now->tv_sec += jump();
    return status;
}
END
    [ -z "${BH_SANITIZED:-}" ] || skip "the sanitizer wants to be loaded first"
    cc -shared -fPIC -o jump.so jump.c
    status=0
    LD_PRELOAD=$PWD/jump.so "$BULKHEAD" sweep sweep.yaml -q -j 2 -d jump -o jump.h5 >said 2>&1 || status=$?
    output=$(cat said)
    expect_status 0
    cmp jump.h5 "$(reference)"
    LD_PRELOAD=$PWD/jump.so "$BULKHEAD" status jump >said
    grep -q 'all is done' said
}

@test "--resume refuses what changed, and says what" {
    sweep -d store
    expect_status 0
    sed -i 's/replicas: 60/replicas: 61/' sweep.yaml
    sweep -d store --resume
    expect_status 2
    expect_text "$errors" 'the campaign changed since the sweep began'
    sed -i 's/replicas: 61/replicas: 60/' sweep.yaml
    sweep -d store --resume --seed 2
    expect_status 2
    expect_text "$errors" 'the seed changed since the sweep began: it was 1, now it is 2'
    sweep -d store --resume --set models.recovery.detection='6 s'
    expect_status 2
    expect_text "$errors" 'the settings of the command line (--set) changed'
    sed 's/recovery.detection: 5 s/recovery.detection: 6 s/' one-enclave.yaml >changed && mv changed one-enclave.yaml
    sweep -d store --resume
    expect_status 2
    expect_text "$errors" 'the scenario changed'
    cp "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" .
    mkdir data && cp -r "$SOURCE_DIRECTORY/models" "$SOURCE_DIRECTORY/platforms" "$SOURCE_DIRECTORY/experiments" data/
    chmod -R u+w data
    sed -i 's/value: 5, unit: min/value: 6, unit: min/' data/models/data/recovery.yaml
    refuse cmp -s data/models/data/recovery.yaml "$SOURCE_DIRECTORY/models/data/recovery.yaml"
    BULKHEAD_DATA=$PWD/data sweep -d store --resume
    expect_status 2
    expect_text "$errors" "the models' numbers changed"
    sweep -d store --resume
    expect_status 0
    run_bulkhead merge store
    expect_status 0
}

# --- Campaign files ---------------------------------------------------------------------------------------------------

# Reads a campaign with these lines, dry.
campaign() {
    printf '%s\n' 'campaign: c' 'scenario: one-enclave.yaml' 'replicas: 2' "$@" >c.yaml
    run_bulkhead sweep c.yaml --dry-run -j 1
}

@test "--dry-run prints points, time and size, and writes nothing" {
    run_bulkhead sweep sweep.yaml --dry-run -j 2
    expect_status 0
    expect_text "$output" '8 points, 2 policies, 60 replicas each' '  0  work=2 spares=0' 'predicted time:' \
        'with 2 jobs' 'results: at most'
    [ "$(ls | tr '\n' ' ')" = 'one-enclave.yaml stderr stdout sweep.yaml ' ]
}

@test "ranges, zips, conditions, systems and policies" {
    campaign 'vary:' '  - {axis: work, set: workload.work, from: 1 h, to: 16 h, count: 3, scale: logarithmic}' \
        '  - {axis: nodes, set: platform.nodes, from: 1, to: 4, count: 9, whole: yes}'
    expect_status 0
    expect_text "$output" '12 points' 'work=1 nodes=1' 'work=4 nodes=2' 'work=16 nodes=4'
    campaign 'vary:' '  - {axis: nodes, set: platform.nodes, values: [1, 2, 3, 4]}' \
        '  - {axis: spares, set: workload.spares, values: [0, 1, 2, 3]}' 'where: [nodes <= 3, spares < nodes, nodes != 2 or spares = 1]'
    expect_status 0
    expect_text "$output" '5 points' 'nodes=2 spares=1' 'nodes=3 spares=2'
    campaign 'vary:' '  - zip: [{axis: nodes, set: platform.nodes, values: [2, 4]}, {axis: work, set: workload.work, values: [2 h, 4 h]}]'
    expect_status 0
    expect_text "$output" '2 points' 'nodes=2 work=2 h' 'nodes=4 work=4 h'
    campaign 'systems: [kvm, palacios]' 'policies: [protection-first, as-host-kernel]'
    expect_status 0
    expect_text "$output" '1 points, 5 policies'
}

@test "designs: strata of a Latin hypercube, the Sobol sequence, draws over ranges" {
    need_h5py
    cat >d.yaml <<'END'
campaign: designs
scenario: one-enclave.yaml
set: {faults: all}
replicas: 1
vary:
  - axis: design
    latin-hypercube: 16
    over:
      - {axis: work, set: workload.work, from: 1 h, to: 5 h}
      - {axis: lifetime, set: models.zones.host-user.data.lifetime, from: 1 ms, to: 1000 ms, scale: logarithmic}
uncertainty: {draws: 4, numbers: [models.components.linux.fault-rate, models.recovery.node-reboot]}
END
    run_bulkhead sweep d.yaml -q -j 2 -d latin
    expect_status 0
    expect_python latin/results.h5 "f['makespan'].shape == (2, 16, 4, 1, 1)" \
        "sorted(np.floor((f['work'][:] - 1) * 4)) == list(range(16))" \
        "sorted(np.floor(np.log10(f['lifetime'][:]) / 3 * 16)) == list(range(16))" \
        "abs(np.corrcoef(f['work'][:], np.log(f['lifetime'][:]))[0, 1]) < 0.6" \
        "f['work'].dims[0].keys() == ['design'] and f['work'].attrs['unit'] == 'h'" \
        "len(set(f['recovery.node-reboot'][:])) == 4" "f['components.linux.fault-rate'].dims[0].keys() == ['draw']"
    sed -e 's/latin-hypercube: 16/sobol: 7/' -e '/^uncertainty/d' d.yaml >s.yaml
    run_bulkhead sweep s.yaml -q -j 2 -d sobol
    expect_status 0
    expect_python sobol/results.h5 "list((f['work'][:] - 1) / 4) == [0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125]"
    # All assumed numbers at once.
    sed -e '/^vary/,/^uncertainty/d' -e 's/one-enclave/all-faults/' d.yaml >a.yaml
    cp "$scenarios/all-faults.yaml" .
    sed -i '/^set: {faults: all}/d' a.yaml
    echo 'uncertainty: {draws: 3, numbers: assumed}' >>a.yaml
    run_bulkhead sweep a.yaml -q -j 2 -d all
    expect_status 0
    expect_python all/results.h5 "len([n for n in f if '.' in n]) > 50" \
        "all(d % 2 == 0 for d in f['memory.dimms'][:])" "all(n == int(n) for n in f['domains.switch.nodes'][:])"
}

@test "the scenario's own uncertainty as an axis gives what run gives" {
    need_h5py
    sed -i -e 's/^faults: none/faults: all/' -e 's/^models:/&\n  components.linux.fault-rate: 500 1\/year/' one-enclave.yaml
    echo 'uncertainty: {axis: reboot, set: models.recovery.node-reboot, at: {},
        values: [{label: 100, value: 100 s}, {label: 400, value: 400 s}]}' >>one-enclave.yaml
    printf '%s\n' 'campaign: u' 'scenario: one-enclave.yaml' 'replicas: 5' 'uncertainty: scenario' >u.yaml
    run_bulkhead sweep u.yaml -q -j 2 -d u
    expect_status 0
    run_bulkhead run one-enclave.yaml -q -j 2 --replicas 5 -o u.h5
    expect_status 0
    "$PYTHON" - u.h5 u/results.h5 <<'END'
import sys, h5py, numpy as np
run, sweep = (h5py.File(name) for name in sys.argv[1:])
assert list(sweep["reboot"][:]) == list(run["uncertainty/reboot"][:]) == [100, 400]
assert np.array_equal(run["uncertainty/elapsed"][:], sweep["elapsed"][:])
assert not np.array_equal(sweep["elapsed"][:, 0], sweep["elapsed"][:, 1])
END
}

@test "a campaign of one point" {
    printf '%s\n' 'campaign: one' 'scenario: one-enclave.yaml' 'replicas: 3' >first.yaml
    run_bulkhead sweep first.yaml -q -j 2
    expect_status 0
    [ "$output" = one.sweep/results.h5 ]
    run_bulkhead results one.sweep/results.h5 makespan --mean replica --format csv
    expect_lines "$output" 3
}

@test "--replicas replaces a precision, also for what follows" {
    sed 's/^replicas:.*/precision: {relative-half-width: 8 %}/' sweep.yaml >p.yaml
    run_bulkhead sweep p.yaml -q -j 2 -d fixed --replicas 3
    expect_status 0
    run_bulkhead merge fixed
    expect_status 0
    run_bulkhead sweep p.yaml -q -j 2 -d fixed --resume
    expect_status 2
    expect_text "$errors" 'the number of replicas changed'
}

# A name in Latin-1, as old file systems have them.
latin() {
    printf 'caf\351'
}

@test "a folder whose name is not UTF-8 holds campaigns, stores and platforms as any other" {
    local folder
    folder=$(latin)
    mkdir "$folder"
    cp sweep.yaml one-enclave.yaml "$folder"
    cp "$SOURCE_DIRECTORY/platforms/testbed.xml" "$folder/own.xml"
    sed -i 's/replicas: 60/replicas: 2/' "$folder/sweep.yaml"
    sed -i 's/testbed.xml/own.xml/' "$folder/one-enclave.yaml"
    run_bulkhead sweep "$folder/sweep.yaml" -q -j 2 -d "$folder/50%41"
    expect_status 0
    run_bulkhead status "$folder/50%41"
    expect_status 0
    expect_text "$output" 'all is done'
    run_bulkhead merge "$folder/50%41" -o "$folder/again.h5"
    expect_status 0
    cmp "$folder/again.h5" "$folder/50%41/results.h5"
    # The campaign itself beside a percent sign, which its escape uses.
    cp -r "$folder" 'a%41%'
    run_bulkhead sweep 'a%41%/sweep.yaml' -q -j 2 -d percent
    expect_status 0
    run_bulkhead status percent
    expect_status 0
    # Names of files in JSON.
    run_bulkhead check "$folder/one-enclave.yaml" --json
    expect_status 0
    expect_text "$output" '"file": null'
}

@test "campaigns that are wrong: one message with the place, nothing written" {
    local before
    check() {
        local expected=$1
        shift
        campaign "$@"
        expect_status 2
        expect_text "$errors" "$expected"
        [ -z "$output" ]
    }
    check "did you mean" 'vry: []'
    check "found a range with 0 in it" 'vary: [{axis: a, set: workload.work, from: 0 h, to: 2 h, count: 3, scale: logarithmic}]'
    check "found the unit \`min\`; expected \`h\`" 'vary: [{axis: a, set: workload.work, from: 1 h, to: 90 min, count: 3}]'
    check "has 3 values; expected 2" 'vary: [{zip: [{axis: a, set: platform.nodes, values: [1, 2]}, {axis: b, set: workload.spares, values: [0, 1, 2]}]}]'
    check "there is no axis \`node\`; did you mean \`nodes\`" 'vary: [{axis: nodes, set: platform.nodes, values: [1, 2]}]' 'where: [node < 2]'
    check "leave no point" 'vary: [{axis: nodes, set: platform.nodes, values: [1, 2]}]' 'where: [nodes > 2]'
    check "expected an uncertain number" 'uncertainty: {draws: 2, numbers: [workload.work]}'
    check "which the axis \`a\`" 'vary: [{axis: a, set: platform.nodes, values: [1]}, {axis: b, set: platform.nodes, values: [2]}]'
    check "expected one" 'precision: {relative-half-width: 1 %}'
    check "workload.spares" 'set: {workload.spares: many}'
    check "changes the policies" 'vary: [{axis: a, set: policies.0.name, values: [x, y]}]' 'set: {baseline: kvm}'
    check "no \`uncertainty\`" 'uncertainty: scenario'
    run_bulkhead sweep one-enclave.yaml
    expect_status 2
    expect_text "$errors" 'this is a scenario'
    # Maps that lack one of the two keys, or both.
    local command lines
    for lines in 'title: neither' 'campaign: alone' 'scenario: one-enclave.yaml' '{}' '[]' 'word'; do
        printf '%s\n' "$lines" >bare.yaml
        for command in 'sweep bare.yaml --dry-run' 'sweep bare.yaml -d bare' 'submit bare.yaml --print'; do
            # shellcheck disable=SC2086 # several words
            run_bulkhead $command
            expect_status 2
            expect_text "$errors" 'bare.yaml:1:1: '
            [ -z "$output" ] && [ "$(grep -c '^bulkhead: ' <<<"$errors")" -eq 1 ] && [ ! -e bare ]
        done
    done
    run_bulkhead sweep sweep.yaml --shard 7/7
    expect_status 2
    expect_text "$errors" 'found `7/7`'
    [ ! -e c.sweep ] && [ ! -e short-replicas.sweep ]
}

# --- Results ------------------------------------------------------------------------------------------------------------

@test "results lists, and prints tables, CSV and JSON that agree with the file" {
    need_h5py
    local file
    file=$(reference)
    run_bulkhead results "$file"
    expect_status 0
    expect_text "$output" 'spares               2: 0, 2' 'makespan(policy, work, spares, enclave, replica) [s]' 'causes, a table of'
    run_bulkhead results "$file" makespan elapsed --mean replica --where policy=kvm --where spares=2 --format csv
    expect_status 0
    expect_lines "$output" 5
    printf '%s\n' "$output" | "$PYTHON" -c '
import csv, sys, h5py, numpy as np
f = h5py.File(sys.argv[1])
for i, row in enumerate(csv.DictReader(sys.stdin)):
    x = f["makespan"][1, i, 1, 0]
    assert row["policy"] == "kvm" and row["spares"] == "2" and float(row["work"]) == f["work"][i]
    assert abs(float(row["makespan"]) / x.mean() - 1) < 1e-13 and row["makespan_defined"] == row["makespan_count"] == "60"
    # Student 97.5 % with 59 degrees of freedom
    assert abs(float(row["makespan_half_width"]) / (2.0009954 * x.std(ddof=1) / 60 ** 0.5) - 1) < 1e-6
assert i == 3
' "$file"
    run_bulkhead results "$file" price --format json
    printf '%s' "$output" | "$PYTHON" -c 'import json, sys; rows = json.load(sys.stdin); assert len(rows) == 16 and set(rows[0]) == {"policy", "work", "spares", "enclave", "price"}'
    run_bulkhead results "$file" causes --format csv
    expect_status 0
    expect_text "$output" 'policy,work,spares,fault,origin' 'kvm,'
    run_bulkhead results "$file" makespin
    expect_status 2
    run_bulkhead results "$file" makespan --where nodes=1
    expect_status 2
    expect_text "$errors" 'has no such axis'
    run_bulkhead results "$file" makespan --where spares=7
    expect_status 2
    expect_text "$errors" 'no such label'
    run_bulkhead results sweep.yaml
    expect_status 2
}

@test "report reads merged results" {
    run_bulkhead report "$(reference)" --no-figure
    expect_status 0
    expect_text "$output" 'kvm'
}

@test "what is not recorded by replica is no metric of precision, and what a file alone says no setting" {
    cd "$BATS_TEST_TMPDIR"
    printf 'campaign: x\nscenario: %s\n' "$scenarios/one-enclave.yaml" | tee set.yaml precision.yaml >/dev/null
    echo 'precision: {metric: net_overhead, relative-half-width: 10 %, least: 2, most: 4}' >>precision.yaml
    printf 'replicas: 2\nset: {like: balance}\n' >>set.yaml
    run_bulkhead sweep -q precision.yaml -d none
    expect_status 2
    expect_text "$errors" 'precision.yaml:3:21' net_overhead makespan
    run_bulkhead sweep -q set.yaml -d none
    expect_status 2
    expect_text "$errors" 'set.yaml:4:7' like
    [ ! -e none ]
}
