#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Bad input costs one message with file, line and key, and exit status 2; nothing is written.

load ../support/common

# One message: FILE:LINE:COLUMN and text, and at most the source line and its caret.
expect_message() {
    [ -z "$output" ] || { printf 'stdout: %s\n' "$output" >&2; return 1; }
    [[ $(head -n 1 <<<"$errors") =~ ^bulkhead:\ [^:]+:[0-9]+:[0-9]+:\  ]] || { printf '%s\n' "$errors" >&2; return 1; }
    [ "$(grep -c '^bulkhead: ' <<<"$errors")" -eq 1 ]
    [ "$(wc -l <<<"$errors")" -le 3 ]
}

# Every file of tests/bad says in its first lines what its message must hold.
@test "every bad scenario costs one message that says what is wrong" {
    local file part files=0
    for file in "$SOURCE_DIRECTORY"/tests/bad/*.yaml; do
        run_bulkhead check "$file"
        expect_status 2 || { echo "$file" >&2; return 1; }
        expect_message || { echo "$file" >&2; return 1; }
        while read -r part; do
            expect_text "$errors" "$part" || { echo "$file" >&2; return 1; }
        done < <(sed -n 's/^# expect: //p' "$file")
        files=$((files + 1))
    done
    [ "$files" -gt 50 ]
}

@test "a bad scenario leaves no results, and harms none that are there" {
    bulkhead help | grep -q '^  run ' || skip 'no subcommand run'
    cd "$BATS_TEST_TMPDIR"
    run_bulkhead run -q -o none.h5 "$SOURCE_DIRECTORY/tests/bad/unknown-key.yaml"
    expect_status 2
    expect_message
    [ ! -e none.h5 ]
    echo precious >kept.h5
    run_bulkhead run -q -o kept.h5 "$SOURCE_DIRECTORY/tests/bad/unknown-key.yaml"
    expect_status 2
    [ "$(cat kept.h5)" = precious ]
}

@test "a hundred thousand nested brackets" {
    { printf 'scenario: '; head -c 100000 /dev/zero | tr '\0' '['; } >"$BATS_TEST_TMPDIR/deep.yaml"
    run_bulkhead check "$BATS_TEST_TMPDIR/deep.yaml"
    expect_status 2
    expect_message
    expect_text "$errors" 'deep.yaml:1:' 64
}

@test "a hundred thousand nested brackets on the command line" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" \
        --set "title=$(head -c 100000 /dev/zero | tr '\0' '[')"
    expect_status 2
    expect_message
    expect_text "$errors" '--set:1:'
}

@test "malformed UTF-8" {
    printf 'scenario: \xc3\x28\n' >"$BATS_TEST_TMPDIR/utf8.yaml"
    run_bulkhead check "$BATS_TEST_TMPDIR/utf8.yaml"
    expect_status 2
    expect_message
    expect_text "$errors" 'utf8.yaml:1:' 'UTF-8'
}

@test "a zero byte" {
    printf 'scenario: a\0b\n' >"$BATS_TEST_TMPDIR/zero.yaml"
    run_bulkhead check "$BATS_TEST_TMPDIR/zero.yaml"
    expect_status 2
    expect_message
}

@test "a file beyond 1 MiB" {
    { echo 'scenario: big'; head -c 2000000 /dev/zero | tr '\0' '#'; } >"$BATS_TEST_TMPDIR/big.yaml"
    run_bulkhead check "$BATS_TEST_TMPDIR/big.yaml"
    expect_status 2
    expect_text "$errors" 'big.yaml' '1 MiB'
}

@test "no such file, and a folder" {
    run_bulkhead check "$BATS_TEST_TMPDIR/none.yaml"
    expect_status 2
    expect_lines "$errors" 1
    expect_text "$errors" 'none.yaml' 'No such file'
    run_bulkhead check "$BATS_TEST_TMPDIR"
    expect_status 2
    expect_lines "$errors" 1
    expect_text "$errors" "$BATS_TEST_TMPDIR" 'directory'
}

@test "a setting of what an axis sets names the axis" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --set platform.nodes=5
    expect_status 2
    expect_lines "$errors" 1
    expect_text "$errors" 'the axis `nodes`' 'vary.0.values'
}

@test "a wrong setting shows the setting" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --set 'workload.work=5 GB'
    expect_status 2
    expect_message
    expect_text "$errors" '--set:1:' 'workload.work' '5 GB' 'a time'
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --set models.channels.system-call.probability=2
    expect_status 2
    expect_text "$errors" '--set' 'system-call.probability' 'from 0 to 1'
}
