#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The command itself: help, version, unknown words, exit statuses.

load ../support/common

@test "--help lists the subcommands on stdout" {
    run_bulkhead --help
    expect_status 0
    expect_text "$output" 'Usage: bulkhead COMMAND' '  help ' 'Exit status: 0 done, 1 failed, 2 bad input'
    [ -z "$errors" ]
}

@test "help is --help" {
    run_bulkhead --help
    local help=$output
    run_bulkhead help
    expect_status 0
    [ "$output" = "$help" ]
}

@test "--version prints the tracked version" {
    run_bulkhead --version
    expect_status 0
    [ "$output" = "bulkhead $(cat "$SOURCE_DIRECTORY/VERSION")" ]
}

@test "no subcommand: the help on stderr, status 2" {
    run_bulkhead
    expect_status 2
    [ -z "$output" ]
    expect_text "$errors" 'Usage: bulkhead COMMAND'
}

@test "an unknown subcommand names the nearest known one" {
    run_bulkhead hepl
    expect_status 2
    [ -z "$output" ]
    expect_lines "$errors" 1
    expect_text "$errors" "no subcommand 'hepl'" "nearest is 'help'"
}

@test "a subcommand like none names no other" {
    run_bulkhead xyzzyxyzzy
    expect_status 2
    expect_lines "$errors" 1
    case $errors in *nearest*) return 1 ;; esac
}

@test "help of an unknown subcommand fails like the subcommand" {
    run_bulkhead help hepl
    expect_status 2
    expect_text "$errors" "nearest is 'help'"
}

@test "an option before the subcommand is refused" {
    run_bulkhead --quiet help
    expect_status 2
    expect_lines "$errors" 1
    expect_text "$errors" "'--quiet'"
}

@test "a full disk is a failure, not a silence" {
    [ -w /dev/full ] || skip "no /dev/full"
    run sh -c "'$BULKHEAD' --help >/dev/full"
    expect_status 1
    expect_text "$output" 'cannot write to standard output'
}

# The last write may be long past, or be the one that failed: then closing has nothing to write, and fails no more.
@test "whenever the disk was full, the message says that it was" {
    [ -w /dev/full ] || skip "no /dev/full"
    local scenario=$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml
    cd "$BATS_TEST_TMPDIR"
    bulkhead run "$scenario" -o run.h5 >/dev/null
    printf 'campaign: c\nscenario: %s\nvary: [{axis: s, set: seed, from: 1, to: 9, count: 9, whole: yes}]\n' "$scenario" >c.yaml
    local command
    for command in 'report run.h5 -o figures' "check $scenario" 'results run.h5' 'results run.h5 node_time' \
        'sweep c.yaml --dry-run'; do
        run sh -c "'$BULKHEAD' $command 2>&1 >/dev/full | grep '^bulkhead: '"
        [ "$output" = 'bulkhead: cannot write to standard output: No space left on device' ] ||
            { echo "$command: $output"; return 1; }
    done
}

@test "every subcommand has --help and refuses unknown options with status 2" {
    for name in $(bulkhead --help | sed -n 's/^  \([a-z-]\{1,\}\) .*/\1/p'); do
        [ "$name" = help ] && continue
        run_bulkhead "$name" --help
        expect_status 0
        expect_text "$output" "Usage: bulkhead $name"
        run_bulkhead "$name" --no-such-option
        expect_status 2
        expect_text "$errors" "bulkhead $name: " '--no-such-option'
        run_bulkhead "$name" --version
        expect_status 0
    done
}

@test "the man page has every subcommand and every long option" {
    local page=$SOURCE_DIRECTORY/doc/bulkhead.1 name option
    for name in $(bulkhead --help | sed -n 's/^  \([a-z-]\{1,\}\) .*/\1/p'); do
        sed 's/\\-/-/g' "$page" | grep -q "^\.B bulkhead $name" || { echo "no $name in the man page" >&2; return 1; }
        [ "$name" = help ] && continue
        for option in $(bulkhead "$name" --help | grep -o -- '--[a-z-]\{2,\}' | sort -u); do
            [ "$option" = --usage ] && continue
            sed 's/\\-/-/g' "$page" | grep -q -- "$option" ||
                { echo "no $option of $name in the man page" >&2; return 1; }
        done
    done
}

@test "a word too many and a wrong number are one message each, with every subcommand" {
    local command text
    while IFS=: read -r command text; do
        # shellcheck disable=SC2086 # several words
        run_bulkhead $command
        expect_status 2
        expect_text "$errors" "bulkhead ${command%% *}: $text"
        [ -z "$output" ]
    done <<'END'
run a b:one scenario at a time: `b` is one too many
submit a b:one campaign at a time: `b` is one too many
sweep a b:one campaign at a time: `b` is one too many
merge a b:one folder at a time: `b` is one too many
status a b:one folder at a time: `b` is one too many
check a b:one file at a time: `b` is one too many
contain a b:one file at a time: `b` is one too many
fit a b:one failure log at a time: `b` is one too many
fit-injections a b:one file at a time: `b` is one too many
contain a --trials 0:--trials: found '0', expected a whole number from 1 to 1000000000000
fit a --phases 5:--phases: found '5', expected a whole number from 2 to 4
fit-injections a --guests 1x:--guests: found '1x', expected a whole number from 1 to 256
fit-injections a --point nodes:--point nodes: expected AXIS=VALUE, as in nodes=1024
contain a --format html:--format: found 'html', expected text, markdown or latex
results a --format html:--format: found 'html', expected text, csv or json
END
}
