#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead run beside a second program that was written from doc/model.md alone, over random scenarios (doc/twin.md).

load ../support/common

# compare FIRST COUNT [OPTION...]
compare() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/twin/compare.py" "$BULKHEAD" "$@"
}

@test "200 random scenarios are of one distribution by the program and by the twin, at a joint level of 1e-4" {
    need_h5py
    compare 0 200 --replicas 40 --jobs 2
}

@test "a twin of other numbers is told from the program" {
    need_h5py
    refuse compare 0 60 --replicas 40 --jobs 2 --twin-alone 'm.update({"recovery.detection": "3000 s"})'
}
