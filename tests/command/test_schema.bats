#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The formats as they are written down: JSON Schemas, held against files by a public validator, and manual pages.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

oracle() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/schema_oracle.py" "$@"
}

need_validator() {
    "$PYTHON" -c 'import jsonschema, yaml' 2>/dev/null || skip 'no python3-jsonschema and python3-yaml'
}

campaigns=("$SOURCE_DIRECTORY"/experiments/campaigns/*.yaml "$SOURCE_DIRECTORY"/tests/data/campaigns/*.yaml
    "$SOURCE_DIRECTORY"/tests/data/scenarios/sweep.yaml)

@test "each schema takes every file of ours of its format" {
    need_validator
    local file others=()
    for file in "$SOURCE_DIRECTORY"/experiments/*.yaml "$SOURCE_DIRECTORY"/experiments/validate/*.yaml \
        "$scenarios"/*.yaml; do
        [[ $file = */sweep.yaml ]] || others+=("$file")
    done
    [ ${#others[@]} -gt 30 ]
    oracle accepts "$BULKHEAD" scenario "${others[@]}"
    oracle accepts "$BULKHEAD" campaign "${campaigns[@]}"
    oracle accepts "$BULKHEAD" catalog "$SOURCE_DIRECTORY"/models/data/*.yaml "$SOURCE_DIRECTORY"/models/data/systems/*.yaml
    oracle accepts "$BULKHEAD" machine "$SOURCE_DIRECTORY"/platforms/*.yaml
    refuse oracle accepts "$BULKHEAD" scenario "${campaigns[0]}"
    # What is like another says only what differs, in maps below too.
    cat >"$BATS_TEST_TMPDIR/like.yaml" <<'END'
like: balance
scenario: other
workload: {work: 2 h}
define:
  policies: {careful: {like: protection-first, description: careful, dispositions: {host-user: node}}}
  systems: {odd: {like: kvm, title: odd, guards: {guest/host: [iommu]}}}
END
    run_bulkhead check "$BATS_TEST_TMPDIR/like.yaml"
    expect_status 0
    oracle accepts "$BULKHEAD" scenario "$BATS_TEST_TMPDIR/like.yaml"
    sed -i 's/2 h/2 GiB/' "$BATS_TEST_TMPDIR/like.yaml"
    refuse oracle accepts "$BULKHEAD" scenario "$BATS_TEST_TMPDIR/like.yaml"
}

@test "the wrong files that it takes are those that are listed, with a reason each" {
    need_validator
    oracle bad "$BULKHEAD" "$SOURCE_DIRECTORY/tests/data/schema-takes.txt" "$SOURCE_DIRECTORY"/tests/bad/*.yaml
}

# One value or key at a time is changed into something else; the command is the oracle.
@test "what the command takes the schema takes, whatever is changed in a file" {
    need_validator
    cp "$scenarios/everything.yaml" "$scenarios/verified.yaml" "$BATS_TEST_TMPDIR"
    EVERY=23 oracle changed "$BULKHEAD" scenario "$BATS_TEST_TMPDIR"/*.yaml >"$BATS_TEST_TMPDIR/said" ||
        { cat "$BATS_TEST_TMPDIR/said" >&2; return 1; }
    # Of those that the command refuses it refuses three in four at least: 87 in 100 over all changes.
    read -r _ refused _ _ _ _ _ _ _ both < <(tail -n 1 "$BATS_TEST_TMPDIR/said")
    [ "$refused" -gt 20 ] && [ $((4 * both)) -ge $((3 * refused)) ]
}

@test "manual pages are whole, and man has nothing to say about them" {
    command -v man >/dev/null || skip 'no man'
    local format
    for format in scenario campaign catalog machine posterior injections; do
        bulkhead schema --man "$format" >"$format.5"
        [ -z "$(LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -l "$format.5" 2>&1 >/dev/null)" ]
        LC_ALL=C MANWIDTH=100 man -l "$format.5" >"$format.text"
        expect_text "$(cat "$format.text")" "bulkhead-$format" KEYS 'SEE ALSO'
        [ -z "$(tr -d '[:print:]\n\t' <"$format.5")" ] # and no control characters, which man takes in silence
    done
    expect_text "$(cat scenario.text)" parts-needed cross 'Replica r begins' 'process/kernel' hyperexponential EiB
}

@test "every subcommand has a manual page of its options, installed with the others" {
    local name names
    names=$(bulkhead help | sed -nE 's/^  ([a-z-]+) .*/\1/p' | grep -v '^help$')
    [ "$(wc -l <<<"$names")" -ge 16 ]
    diff <(sort <<<"$names") <(sed -n '/^subcommands =/,/[^\]$/p' "$SOURCE_DIRECTORY/doc/Makefile.inc" |
        tr -d '\\' | sed 's/subcommands =//' | tr -s ' ' '\n' | grep . | sort)
    for name in $names; do
        bulkhead help --man "$name" >"$name.1"
        while read -r option; do
            grep -qF -- "${option//-/\\-}" "$name.1" || { echo "$name.1 lacks $option"; false; }
        done < <(bulkhead "$name" --help | grep -oE -- '^ .{5}--[a-z-]+' | grep -oE -- '--[a-z-]+')
        command -v man >/dev/null || continue
        [ -z "$(LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -l "$name.1" 2>&1 >/dev/null)" ]
    done
    run_bulkhead help --man swep
    expect_status 2
    expect_text "$errors" "no subcommand 'swep'" sweep
}

@test "a format that there is not is refused in words" {
    run_bulkhead schema
    expect_status 2
    expect_text "$errors" 'scenario, campaign, catalog'
    run_bulkhead schema scenaro
    expect_status 2
    expect_text "$errors" scenaro scenario
}
