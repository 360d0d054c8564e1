#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What exact chains say is kept for later runs, which print the same with it, without it, and where it cannot be had.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    cat >kept.yaml <<'END'
scenario: kept
title: Chains of sixteen channels and more
platform: {file: testbed.xml, nodes: 7}
workload:
  work: 10 h
  horizon: 40 d
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 2}
    - {name: service, application: loss-tolerant-service, processes-per-guest: 1}
checkpoints: none
baseline: protected
policies:
  - {system: kvm, policy: protection-first, name: protected}
  - {system: kvm, policy: as-host-kernel, name: bound}
faults: {hardware: none, software: yes}
replicas: 2
seed: 1
END
    unset XDG_CACHE_HOME
    export HOME=$BATS_TEST_TMPDIR/home
    mkdir "$HOME"
}

# play NAME [JOBS]: what a run says, kept as NAME.
play() {
    run_bulkhead run kept.yaml -q -j "${2-1}"
    expect_status 0
    mv "$BATS_TEST_TMPDIR/stdout" "$1"
    [ -z "$errors" ]
}

@test "a second run takes what the first has kept, and says the same as one that keeps nothing" {
    export BULKHEAD_CACHE=$BATS_TEST_TMPDIR/some/where
    play first
    [ -s some/where/chains-* ]
    cp some/where/chains-* before
    play second
    cmp some/where/chains-* before
    BULKHEAD_CACHE='' play third
    cmp first second
    cmp first third
    [ ! -e home/.cache ]
}

@test "several processes keep as much, each chain once" {
    BULKHEAD_CACHE=$PWD/kept/alone play alone
    BULKHEAD_CACHE=$PWD/kept/together play together 2
    cmp alone together
    [ "$(stat -c %s kept/alone/chains-*)" -eq "$(stat -c %s kept/together/chains-*)" ]
}

@test "kept in the user's folder for such things, unless told where" {
    unset BULKHEAD_CACHE
    play first
    [ -s home/.cache/bulkhead/chains-* ]
    XDG_CACHE_HOME=$PWD/caches play second
    [ -s caches/bulkhead/chains-* ]
    cmp first second
    XDG_CACHE_HOME=relative play third
    [ ! -e relative ]
}

@test "damaged, or where nothing can be written, they are found anew without a word" {
    export BULKHEAD_CACHE=$PWD/kept
    play first
    "$PYTHON" - kept/chains-* <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
for at in range(0, len(data), 50):
    data[at] ^= 0xff
open(sys.argv[1], "wb").write(data)
END
    play second
    cmp first second
    : >file
    BULKHEAD_CACHE=$PWD/file/kept play third
    cmp first third
    BULKHEAD_CACHE=/dev/full play fourth
    cmp first fourth
}
