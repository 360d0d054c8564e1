# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What the bats tests share: the program, a folder of their own, and checks that say what they found.

# The program finds its data by itself unless a test says otherwise.
unset BULKHEAD_DATA
: "${SOURCE_DIRECTORY:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
: "${BULKHEAD:=$SOURCE_DIRECTORY/build/bulkhead}"
: "${PYTHON:=/usr/bin/python3}"
# shellcheck disable=SC2034 # for those who load this
scenarios=$SOURCE_DIRECTORY/tests/data/scenarios

# The program, under a launcher such as valgrind if there is one.
bulkhead() {
    # shellcheck disable=SC2086 # a launcher is several words
    ${BULKHEAD_LAUNCHER:-} "$BULKHEAD" "$@"
}

# Runs the program with its two outputs apart: $status, $output (stdout), $errors (stderr).
run_bulkhead() {
    status=0
    bulkhead "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
    output=$(cat "$BATS_TEST_TMPDIR/stdout")
    errors=$(cat "$BATS_TEST_TMPDIR/stderr")
}

expect_status() {
    [ "$status" -eq "$1" ] && return
    printf 'status %s, expected %s\nstdout: %s\nstderr: %s\n' "$status" "$1" "${output:-}" "${errors:-}" >&2
    return 1
}

# refuse COMMAND...: it must fail. (bats does not see `! COMMAND` unless it is the last of a test.)
refuse() {
    if "$@"; then
        echo "went well, expected to fail: $*" >&2
        return 1
    fi
}

# expect_text TEXT PART...: every part occurs in the text.
expect_text() {
    local text=$1 part
    shift
    for part; do
        case $text in
        *"$part"*) ;;
        *)
            printf 'expected %s in:\n%s\n' "$part" "$text" >&2
            return 1
            ;;
        esac
    done
}

# The lines of $1 number $2.
expect_lines() {
    local count
    count=$(printf '%s\n' "$1" | wc -l)
    [ "$count" -eq "$2" ] && return
    printf '%s lines, expected %s:\n%s\n' "$count" "$2" "$1" >&2
    return 1
}

# One message, and after one about options argp's hint, which stands on two lines.
expect_message() {
    expect_lines "$(grep -vxE "Try \`.*' for more|information\." <<<"$1")" 1
}

has_h5py() {
    "$PYTHON" -c 'import h5py, numpy' 2>/dev/null
}

need_h5py() {
    has_h5py || skip "no h5py to read results with"
}

# Of a results file, see run.py.
ask() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" "$@"
}

# expect_eval FILE EXPRESSION...
expect_eval() {
    ask eval "$@"
}
