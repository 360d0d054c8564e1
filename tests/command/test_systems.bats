#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead systems: every bundled system is listed, with what it offers and where that is from.

load ../support/common

@test "each bundled system has a row and says all of what it offers, with sources" {
    local file name
    run_bulkhead systems
    expect_status 0
    for file in "$SOURCE_DIRECTORY"/models/data/systems/*.yaml; do
        name=$(basename "$file" .yaml)
        grep -qE "^$name  " <<<"$output"
        grep -q "^$name: " <<<"$output"
    done
    refuse grep -q 'not said' <<<"$output"
    expect_text "$output" unmodified-linux own-software own-kernel device-access
    grep -qE '^kvm  .* yes, not with emulated-io$' <<<"$output"
    grep -qE '^palacios-kitten  .* kitten +no ' <<<"$output"
    run_bulkhead systems --format markdown
    expect_status 0
    grep -q '^| ' <<<"$output"
}

@test "as JSON" {
    has_h5py || skip "no python to read JSON with"
    run_bulkhead systems --format json
    expect_status 0
    "$PYTHON" -c '
import json, sys
systems = {s["system"]: s for s in json.load(sys.stdin)}
assert systems["native"]["guest_kernel"] is None and systems["xen"]["host_kernel"] == "xen"
assert systems["container"]["offers"]["own-software"]["answer"] == "yes"
assert systems["container"]["offers"]["own-kernel"]["answer"] == "no"
assert systems["xen"]["offers"]["device-access"]["withheld_with"] == "emulated-io"
assert all(o["source"] for s in systems.values() for o in s["offers"].values())' <<<"$output"
    run_bulkhead systems --format xml
    expect_status 2
}
