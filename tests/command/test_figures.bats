#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# README's figures on compositions can be drawn from nothing, by the command that README gives.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    "$PYTHON" -c 'import h5py, numpy' 2>/dev/null || skip "no h5py to read results with"
    command -v gnuplot >/dev/null || skip "no gnuplot to draw with"
}

@test "every figure has its experiment, its script and its picture" {
    local name count=0
    for name in "$SOURCE_DIRECTORY"/doc/figures/*.gp; do
        name=$(basename "$name" .gp)
        [ -s "$SOURCE_DIRECTORY/experiments/$name.yaml" ] && [ -s "$SOURCE_DIRECTORY/doc/$name.png" ]
        grep -q "(doc/$name.png)" "$SOURCE_DIRECTORY/README.md"
        count=$((count + 1))
    done
    [ "$count" -eq 2 ]
}

@test "figures are drawn from nothing, and again from results that are there" {
    # Small, with two replicas: that it works, not what it says.
    BULKHEAD=$BULKHEAD "$PYTHON" "$SOURCE_DIRECTORY/doc/figures/draw" figures -o . -q -j 2 --replicas 2 \
        --set platform.nodes=2048 --set workload.work='4 h'
    local name
    for name in composition enclave-count; do
        [ "$(head -c 4 $name.png | tail -c 3)" = PNG ]
        [ -s figures/$name.h5 ] && [ -s figures/$name.txt ]
        refuse grep -q nan figures/$name.dat
        mv figures/$name.dat $name.first
    done
    BULKHEAD=/nowhere/bulkhead "$PYTHON" "$SOURCE_DIRECTORY/doc/figures/draw" figures
    cmp composition.first figures/composition.dat
    cmp enclave-count.first figures/enclave-count.dat
    [ -s figures/composition.png ]
    # One block per policy, and of the second figure per degree.
    [ "$(grep -c '^"' figures/composition.dat)" -eq 6 ]
    [ "$(grep -c '^"' figures/enclave-count.dat)" -eq 15 ]
}

@test "without the program, a message says how to name it" {
    run env BULKHEAD=/nowhere/bulkhead "$PYTHON" "$SOURCE_DIRECTORY/doc/figures/draw" figures
    [ "$status" -ne 0 ]
    expect_text "$output" /nowhere/bulkhead 'BULKHEAD may name it'
    [ ! -e figures/composition.h5 ]
}
