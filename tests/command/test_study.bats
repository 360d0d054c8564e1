#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The originating study's table, from a run of its scenario.

load ../support/common

setup_file() {
    bulkhead run -q "$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml" \
        -o "$BATS_FILE_TMPDIR/results.h5" >"$BATS_FILE_TMPDIR/summary"
}

@test "the study's table comes out, and says that it is reproduced" {
    summary=$(cat "$BATS_FILE_TMPDIR/summary")
    expect_text "$summary" 'REPRODUCED, NOT PREDICTED' 'node down' 'affected, nothing down' 'verdict' 'of 200)'
    grep -qE '^qemu .* isolated$' <<<"$summary"
    grep -qE '^kvm .* isolated$' <<<"$summary"
    grep -qE '^palacios .* isolated$' <<<"$summary"
    grep -qE '^palacios-shared-network .* crash contained, host effects$' <<<"$summary"
}

@test "what was seen agrees with what is exact" {
    run_bulkhead report "$BATS_FILE_TMPDIR/results.h5" --no-figure --format json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, math, sys
d = json.load(open(sys.argv[1]))
assert d["note"] == "reproduced, not predicted"
for p in d["policies"]:
    verdict = p["verdict"]
    for name in ("crash_contained", "host_effects", "affected_nothing_down"):
        if name not in verdict:
            continue
        exact, seen, n = verdict[name]["exact"], verdict[name]["ratio"], p["errors"]
        # Twelve shares at a family level of 1e-4: 4.4 standard errors.
        assert abs(seen - exact) <= 4.4 * math.sqrt(exact * (1 - exact) / n) + 1e-3, (p["name"], name, exact, seen)
shared = d["policies"][-1]["verdict"]
assert 1 - shared["crash_contained"]["exact"] <= 0.05 and shared["affected_nothing_down"]["exact"] > 0.01, shared
effects = {p["name"]: p["verdict"]["host_effects"]["exact"] for p in d["policies"]}
assert effects["palacios"] < 1e-2 < 0.1 < effects["palacios-shared-network"], effects
END
}

@test "where every packet is an error in the host's kernel the crash is not contained" {
    run_bulkhead run -q "$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml" --replicas 20 \
        --set models.channels.shared-vmm-network.corrupts=1
    expect_status 0
    grep -qE '^palacios-shared-network .* not contained$' <<<"$output"
}

@test "without the one channel's errors nothing is left of the host effects" {
    run_bulkhead run -q "$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml" --replicas 20 \
        --set models.channels.shared-vmm-network.probability=0
    expect_status 0
    grep -qE '^palacios-shared-network .* isolated$' <<<"$output"
}
