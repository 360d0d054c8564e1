#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The figures of README and doc/ can be made from nothing, by the script that README names.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    command -v gnuplot >/dev/null || skip "no gnuplot to draw with"
    again=$SOURCE_DIRECTORY/doc/figures/again
}

@test "every figure that a document shows has its lines" {
    local name count=0
    for name in $(grep -oh '([^() ]*\.png)' "$SOURCE_DIRECTORY"/README.md "$SOURCE_DIRECTORY"/doc/*.md | sed 's|.*[/(]||; s|\.png)||' | sort -u); do
        [ -s "$SOURCE_DIRECTORY/doc/$name.png" ]
        grep -q "^if wants $name;" "$again" || [ "$name" = scaling ]
        count=$((count + 1))
    done
    [ "$count" -ge 8 ]
}

@test "figures by request are drawn from nothing, and again from results that are there" {
    # Small, with two replicas: that it works, not what it says.
    local name
    for name in composition enclave-count escape; do
        BULKHEAD=$BULKHEAD "$again" figures pictures $name -j 2 --replicas 2 --set platform.nodes=2048 \
            --set workload.work='4 h' 2>/dev/null
        [ "$(head -c 4 pictures/$name.png | tail -c 3)" = PNG ]
        [ -s figures/$name.h5 ] && [ -s figures/$name.txt ]
        rm pictures/$name.png
        BULKHEAD=$BULKHEAD "$again" figures pictures $name --replicas nonsense 2>/dev/null # not run again
        [ -s pictures/$name.png ]
    done
    # One block per policy and number, and of the second figure per degree.
    [ "$(grep -c '^0 ' figures/composition-crossed-by-degree.dat)" -eq 12 ]
    [ "$(grep -c '^512 ' figures/enclave-count-by-enclaves.dat)" -eq 20 ]
    [ "$(grep -c '^1e-06 ' figures/escape-by-escape.dat)" -eq 2 ]
}

@test "without the program, a message says how to name it" {
    run env BULKHEAD=/nowhere/bulkhead "$again" figures pictures composition
    [ "$status" -eq 2 ]
    expect_text "$output" /nowhere/bulkhead 'BULKHEAD may name it'
    [ ! -e figures ]
}
