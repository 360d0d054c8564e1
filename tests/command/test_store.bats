#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What a sweep has said is done is on disk, in which order, and what it says where a disk is full or fails. A library that is
# loaded first counts and fails what the program asks of the system (tests/support/record_syncs.c).

load ../support/common

setup() {
    [ -z "${BH_SANITIZED:-}" ] || skip "the sanitizer wants to be loaded first"
    [ -z "${BULKHEAD_LAUNCHER:-}" ] || skip "the launcher would be watched too"
    library=${BUILD_DIRECTORY:-$(dirname "$BULKHEAD")}/tests/record_syncs.so
    [ -e "$library" ] || skip "no $library: make check builds it"
    cd "$BATS_TEST_TMPDIR"
    cp "$scenarios/one-enclave.yaml" base.yaml
    campaign 'replicas: 3'
}

campaign() {
    printf '%s\n' 'campaign: c' 'scenario: base.yaml' 'unit: 1' "$@" >c.yaml
}

# watched [NAME=VALUE...] WORD...: the program with the library; what it did is in `done`.
watched() {
    local variables=()
    while [[ $1 == BH_*=* ]]; do
        variables+=("$1")
        shift
    done
    : >done
    status=0
    env "${variables[@]}" BH_SYNC_LOG="$PWD/done" LD_PRELOAD="$library" "$BULKHEAD" "$@" >stdout 2>stderr || status=$?
    output=$(cat stdout)
    errors=$(cat stderr)
    # Names of temporary files hold the host and the process.
    sed -i -e 's/ \.sweep\.json\..*/ aside/' -e 's/\.partial.*/.partial/' done
}

# Asserts with Python, where `steps` is what was done.
expect_steps() {
    "$PYTHON" - "$@" <<'END'
import sys
steps = open("done").read().splitlines()
def last(step):
    return len(steps) - 1 - steps[::-1].index(step)
def ordered(*wanted):
    at = -1
    for step in wanted:
        at = steps.index(step, at + 1)
    return True
for expression in sys.argv[1:]:
    assert eval(expression), (expression, steps)
END
}

one_message() {
    expect_text "$errors" "$@"
    [ "$(grep -c '^bulkhead: ' <<<"$errors")" -eq 1 ] || { echo "$errors" >&2; return 1; }
}

@test "manifest, records and results are durable before anything rests on them" {
    watched sweep c.yaml -q -j 1 -d d
    expect_status 0
    # The manifest's text before its name, its name before records; each record's bytes before the results; these before
    # their name, and the name before the end.
    expect_steps "ordered('write aside', 'sync aside', 'link sweep.json', 'sync d', 'write shard-0-of-1.log')" \
        "last('write shard-0-of-1.log') < last('sync shard-0-of-1.log') < steps.index('sync results.h5.partial')" \
        "ordered('sync results.h5.partial', 'rename results.h5', 'sync d')" "steps[-1] == 'sync d'" \
        "steps.count('write shard-0-of-1.log') == 5" "'cut shard' not in ' '.join(steps)"
    # The name of the log, too, before its first record.
    expect_steps "steps[:steps.index('write shard-0-of-1.log')].count('sync d') == 2"
    # A shard ends with its records on disk.
    watched sweep c.yaml -q -j 1 -d shards --shard 1/2
    expect_status 0
    expect_steps "steps[-1] == 'sync shard-1-of-2.log'"
    # A campaign that has grown: the new manifest whole before it takes the place of the old one.
    campaign 'replicas: 4'
    watched sweep c.yaml -q -j 1 -d d --extend
    expect_status 0
    expect_steps "ordered('write aside', 'sync aside', 'rename sweep.json', 'sync d', 'sync d', 'write shard-0-of-1.log')"
}

@test "records are synced as they come, not at the end alone" {
    campaign 'replicas: 20000'
    watched sweep c.yaml -q -j 1 -d d
    expect_status 0
    # A sync at most each half second, and no write waits for more than one.
    expect_steps "steps.count('sync shard-0-of-1.log') >= 2" "steps.count('write shard-0-of-1.log') == 20002" \
        "'sync shard-0-of-1.log' in steps[:steps.index('sync results.h5.partial') - 2]"
}

@test "a disk that fails: exit status 1 and one message, whatever could not be made durable" {
    watched BH_SYNC_FAILS=shard sweep c.yaml -q -j 1 -d d
    expect_status 1
    one_message 'cannot make d/shard-0-of-1.log durable: Input/output error' 'bulkhead sweep c.yaml -d d --resume'
    [ ! -e d/results.h5 ]
    watched BH_SYNC_FAILS=results sweep c.yaml -q -j 1 -d d --resume
    expect_status 1
    one_message 'd/results.h5: cannot write results: Input/output error'
    [ -z "$(ls -A d | grep results)" ]
    watched BH_SYNC_FAILS=sweep.json sweep c.yaml -q -j 1 -d e
    expect_status 1
    one_message 'cannot write in the folder e: Input/output error'
    [ ! -e e ]
    run_bulkhead sweep c.yaml -q -d d --resume
    expect_status 0
}

@test "a full disk at any byte: exit status 1, one message, and --resume comes to the same bytes" {
    local room
    run_bulkhead sweep c.yaml -q -d whole
    expect_status 0
    watched BH_FULL_AFTER=100 sweep c.yaml -q -j 1 -d d
    expect_status 1
    one_message 'cannot write in the folder d: No space left on device'
    [ ! -e d ]
    # Room for the manifest, and for so many bytes of records.
    for room in 0 100 1200 3000; do
        rm -rf d
        watched BH_FULL_AFTER=$(($(stat -c %s whole/sweep.json) + room)) sweep c.yaml -q -j 1 -d d
        expect_status 1
        one_message 'cannot write d/shard-0-of-1.log: No space left on device' 'bulkhead sweep c.yaml -d d --resume'
        [ "$(stat -c %s d/shard-0-of-1.log)" -le $room ]
        run_bulkhead status d
        expect_status 0
        run_bulkhead sweep c.yaml -q -j 1 -d d --resume
        expect_status 0
        [ -z "$errors" ]
        cmp d/results.h5 whole/results.h5
    done
    # No room for a larger campaign's manifest: the old one stays.
    campaign 'replicas: 4'
    watched BH_FULL_AFTER=10 sweep c.yaml -q -j 1 -d d --extend
    expect_status 1
    one_message 'cannot write d/sweep.json: No space left on device'
    campaign 'replicas: 3'
    run_bulkhead sweep c.yaml -q -j 1 -d d --resume
    expect_status 0
    [ -z "$(ls -A d | grep '^\.')" ]
}

# limited BLOCKS WORD...: the program where no file may be larger than so many KiB.
limited() {
    status=0
    (ulimit -f "$1" && shift && bulkhead "$@") >stdout 2>stderr || status=$?
    output=$(cat stdout)
    errors=$(cat stderr)
}

@test "a limit on the size of files is met as a full disk is, by sweep, merge and run" {
    local size
    campaign 'replicas: 12'
    limited 3 sweep c.yaml -q -j 1 -d d
    expect_status 1
    one_message 'cannot write d/shard-0-of-1.log: File too large' '--resume'
    run_bulkhead sweep c.yaml -q -j 1 -d d --resume
    expect_status 0
    for size in 1 20 60; do
        limited $size merge d -o m.h5
        expect_status 1
        one_message 'File too large'
        [ -z "$output" ]
        limited $size run base.yaml -q --replicas 2 -o r.h5 # the tables go to a file too, which may have no room either
        expect_status 1
        expect_text "$errors" 'r.h5' 'File too large'
        [ -z "$(ls | grep -e '^[mr]\.h5')" ]
    done
    limited 1 sweep c.yaml -q -j 1 -d none
    expect_status 1
    one_message 'cannot write in the folder none: File too large'
    [ ! -e none ]
}
