#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Whatever takes longer than a second says on a terminal what it does, in lines that fit.

load ../support/common

# on_terminal COLUMNS SECONDS ARGUMENT...: $output are the lines on standard error, each with the window's width before it.
on_terminal() {
    local columns=$1 seconds=$2
    shift 2
    output=$("$PYTHON" "$SOURCE_DIRECTORY/tests/support/on_terminal.py" "$columns" "$seconds" "$BULKHEAD" "$@")
}

# A minute of exact chains.
long_chains() {
    on_terminal "$1" "$2" run "$SOURCE_DIRECTORY/experiments/composition.yaml" --replicas 1 -j 2 "${@:3}" \
        --set workload.enclaves.0.processes-per-guest=3 --set workload.enclaves.1.processes-per-guest=3
}

# Progress is never wider than the window was, less the cursor's column. A line may have been under way when it was resized.
expect_fit() {
    "$PYTHON" - "$output" <<'PY'
import sys
lines = [line.split("|", 1) for line in sys.argv[1].splitlines() if "|bulkhead: " not in line]
assert len(lines) > 2, lines
wide = [(int(width), line) for width, line in lines if len(line) > int(width) - 1]
assert len(wide) <= 1, wide
PY
}

@test "exact chains that take a minute are told of within seconds, without a time that nobody knows yet" {
    long_chains 100 5
    expect_text "$output" ' of 4 exact chains, ' ' gone'
    # None of them is done yet: nobody knows.
    if grep '^[0-9]*|0 of 4 .*to go' <<<"$output"; then return 1; fi
    expect_fit
}

@test "lines fit a narrow window, and one that is made narrower" {
    long_chains 30 4
    expect_text "$output" ' of 4 exact chains'
    expect_fit
    long_chains 100,100,60,40,20 6
    expect_text "$output" '20|'
    expect_fit
}

@test "a window that does not know its width goes by COLUMNS" {
    COLUMNS=24 long_chains 0 4
    grep -q '^0|[0-4] of 4 exact chains' <<<"$output"
    if grep -v '0|bulkhead: ' <<<"$output" | grep -E '^0\|.{24}'; then return 1; fi
}

@test "told to be quiet, nothing is shown" {
    long_chains 100 3 -q
    [ -z "$output" ]
}

@test "sensitivity tells its phases, and every time to go comes after a second of work" {
    # However fast the machine is: each phase tells what it does at once.
    export BULKHEAD_PROGRESS=0
    on_terminal 120 300 contain "$SOURCE_DIRECTORY/experiments/composition.yaml" --sensitivity --trials 20000
    expect_text "$output" 'policies differentiated by uncertain numbers' 'seeking the values at which policies swap places'
    if grep -E 'about (0|-|inf|nan)' <<<"$output"; then return 1; fi
    expect_fit
}

@test "a campaign that advice runs in memory tells how far it is" {
    cd "$BATS_TEST_TMPDIR" || exit
    printf '%s\n' 'campaign: draws' "scenario: $scenarios/small-balance.yaml" 'replicas: 2' \
        'uncertainty: {draws: 3, numbers: [models.recovery.node-reboot]}' >draws.yaml
    on_terminal 100 300 advise draws.yaml -j 1
    grep -q '|[1-9][0-9]* units done, 100 %' <<<"$output"
    refuse grep -q ' of [0-9]* runs' <<<"$output"
}
