#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Faults of main memory from end to end: off unless named, explained, told at once, and swept by code.

load ../support/common

setup() {
    experiment=$SOURCE_DIRECTORY/experiments/memory-protection.yaml
}

@test "classes that are off by default strike only where they are named" {
    # Without them nothing reads the code, which is an axis there.
    run_bulkhead check "$experiment" --set faults=all --json
    expect_status 2
    expect_text "$errors" 'models.memory.code, which nothing in this scenario reads'
    sed '/^vary:/,/^[a-z]*:/{/^vary:/d;/^ /d}' "$experiment" >"$BATS_TEST_TMPDIR/no-axis.yaml"
    run_bulkhead check "$BATS_TEST_TMPDIR/no-axis.yaml" --set faults=all --json
    expect_status 0
    refuse grep -q 'dram-' <<<"$output"
    grep -q '"memory": null' <<<"$output"
    run_bulkhead check "$experiment" --json
    expect_status 0
    expect_text "$output" '"dram-detected"' '"dram-undetected"'
}

@test "check shows what the code makes of each mode, and the numbers that it comes from" {
    run_bulkhead check "$experiment" --point code=sec-ded
    expect_status 0
    expect_text "$output" 'x4 devices, code sec-ded over 18 devices' 'memory.bank.permanent' 'secondary source'
    grep -qE '^  bit +14.2 +18.6 +288 devices +0.0828 +- +-$' <<<"$output"
    grep -qE '^  channel +21 +- +8 DIMMs ' <<<"$output"
    run_bulkhead check "$experiment" --point code=sec-ded --json
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END_OF_PYTHON'
import json, sys
check = json.load(open(sys.argv[1]))
memory, rates = check["memory"], check["fault_rates"]["rows"]
for outcome in ("corrected", "detected", "undetected"):
    parts = [mode[outcome] for mode in memory["modes"].values()] + [memory["two_at_once"][outcome]]
    assert abs(sum(parts) / memory["all"][outcome] - 1) < 1e-12
# All of it lands somewhere on the node.
for outcome in ("detected", "undetected"):
    landed = sum(row["rate"]["kvm"] for row in rates if row["cause"] == "dram-" + outcome)
    assert abs(landed / memory["all"][outcome] - 1) < 1e-12, (outcome, landed)
END_OF_PYTHON
}

# Whatever crosses, crosses for certain and past no guard: a detected error still takes down its own zone alone, where an
# undetected one takes the node.
@test "a detected error signals before it can cross: simulation, chain and Monte Carlo" {
    local open=(--set "models.guards.process/kernel.hardware-protection.blocks=0" --set models.errors.mechanisms=ideal) channel class
    for channel in system-call kernel-to-process vm-exit host-to-guest device-emulation kernel-to-vmm; do
        open+=(--set "models.channels.$channel.probability=1")
    done
    for class in dram-detected dram-undetected; do
        run_bulkhead contain "$experiment" "${open[@]}" --set "faults={hardware: [$class], software: no}" \
            --point code=sec-ded --policy 'kvm protection-first' --trials 20000 --json
        expect_status 0
        cp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/$class.json"
    done
    "$PYTHON" - "$BATS_TEST_TMPDIR" <<'END_OF_PYTHON'
import json, sys
for name, told in (("dram-detected", True), ("dram-undetected", False)):
    contain = json.load(open(f"{sys.argv[1]}/{name}.json"))
    assert contain["agreement"]["agrees"]
    origins = [o for o in contain["policies"][0]["origins"] if o["rate_per_s"] > 0]
    assert origins and all(o["signalled_at_once"] == told for o in origins)
    for o in origins:
        for answer in (o["exact"], o["monte_carlo"]):
            if not told:
                continue
            own = {"host-kernel": "node", "host-user": "guest", "guest-kernel": "guest", "guest-user": "process"}
            assert answer["extent"][own[o["zone_kind"]]] > 1 - 1e-12, o
            assert answer["time_s"] == 0 and answer["depth_mean"] == 0 and answer["silent"] == 0, o
    if not told:
        assert any(o["exact"]["depth_mean"] > 0.5 for o in origins)
END_OF_PYTHON
}

@test "in a run detected errors end where they begin, and many do" {
    run_bulkhead run "$experiment" --set 'faults={hardware: [dram-detected], software: no}' --set 'vary=[]' \
        --set models.memory.code=sec-ded --set 'models.faults.dram-detected.rate=2 1/year' --set platform.nodes=1024 \
        --set models.channels.system-call.probability=1 --set models.channels.kernel-to-process.probability=1 \
        --replicas 20 --quiet -o "$BATS_TEST_TMPDIR/results.h5"
    expect_status 0
    # Every failure took down what the disposition of the zone where it began says.
    run_bulkhead report "$BATS_TEST_TMPDIR/results.h5" --no-figure
    expect_status 0
    grep -qE 'dram-detected +guest-user +process' <<<"$output"
    refuse grep -E 'dram-detected +guest-user +(guest|node)' <<<"$output"
    if has_h5py; then
        "$PYTHON" - "$BATS_TEST_TMPDIR/results.h5" <<'END_OF_PYTHON'
import h5py, numpy, sys
file = h5py.File(sys.argv[1])
assert file["errors"][()].sum() > 100
depth = numpy.nan_to_num(file["propagation_depth"][()])
assert (depth == 0).all(), depth
END_OF_PYTHON
    fi
}

@test "a rate that a scenario sets stands above the memory's" {
    run_bulkhead check "$experiment" --set 'models.faults.dram-detected.rate=2 1/year'
    expect_status 0
    grep -qE 'faults.dram-detected.rate +2 1/year +scenario' <<<"$output"
}

@test "sensitivity tells what the memory's numbers do" {
    run_bulkhead contain "$experiment" --point code=sec-ded --policy 'native native' --exact --sensitivity --json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END_OF_PYTHON'
import json, sys
numbers = {n["path"]: n for n in json.load(open(sys.argv[1]))["sensitivity"]["policies"][0]["numbers"]}
# More wrong bits, more that pass undetected.
assert numbers["memory.wrong-bits"]["derivative"]["silent"] > 0
END_OF_PYTHON
}
