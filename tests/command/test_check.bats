#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead check: every experiment resolves, and is explained in full.

load ../support/common

# Six of these ask for the chains of balance.yaml, which are then found once.
setup() {
    export BULKHEAD_CACHE=$BATS_FILE_TMPDIR/chains
}

@test "every experiment is explained, in lines of at most 120 columns" {
    local file
    for file in "$SOURCE_DIRECTORY"/experiments/*.yaml; do
        run_bulkhead check "$file"
        expect_status 0 || return 1
        [ -z "$errors" ]
        expect_text "$output" 'What is simulated' 'Systems:' 'Dispositions:' 'Guards that are on' 'Activated faults' \
            'Numbers:' 'Sources' || return 1
        # The platform's path, and a log's, are as long as the reader's folders.
        if grep -vE '^  (platform|recorded) ' <<<"$output" | grep -E '.{121}|[[:space:]]$'; then return 1; fi
    done
}

@test "values come with unit, status, range and source" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml"
    expect_status 0
    grep -qE 'channels.vm-exit.probability +1e-3 +assumed +1e-6 to 0.1 +\[[0-9]+\]$' <<<"$output"
    grep -qE 'guest-kernel.data.signalled +0.66 +published +0.03512 to 0.9341 +\[[0-9]+\]$' <<<"$output"
    grep -qE '^ +\[[0-9]+\] guest to host escape was never published' <<<"$output"
    # What the scenario does not use is not listed.
    refuse grep -q 'copy-on-write\|palacios-kitten' <<<"$output"
}

@test "the zone tree is drawn" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml"
    grep -qE '^    host +1 host-kernel +1 .* linux, kvm-module$' <<<"$output"
    grep -qE '^      vmm +2 host-user +2 .* qemu-device-model$' <<<"$output"
    grep -qE '^        guest +3 guest-kernel +2 .* linux$' <<<"$output"
    grep -qE '^          process +4 guest-user +5 ' <<<"$output"
}

@test "a layer more brings its own faults" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
check = json.load(open(sys.argv[1]))
rates = check["fault_rates"]
software = {s["name"]: 0 for s in check["systems"]}
hardware = dict(software)
for row in rates["rows"]:
    for system, rate in row["rate"].items():
        (hardware if row["hardware"] else software)[system] += rate
assert software["kvm"] > software["native"] > 0
assert all(abs(h / hardware["native"] - 1) < 1e-12 for h in hardware.values()), hardware
for system, total in rates["total"].items():
    assert abs((software[system] + hardware[system]) / total - 1) < 1e-12
for parameter in check["parameters"]:
    assert parameter["unit"] and parameter["source"] and (parameter["basis"] != "exact") == ("range" in parameter)
assert check["policies"][0]["guest_kernel"] is None
END
}

@test "--point chooses a point" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --point nodes=1048576 --point spares=warm
    expect_status 0
    expect_text "$output" '1,048,576 nodes and 1,049 warm spares' 'nodes = 1048576, spares = warm'
}

@test "an unknown point names the nearest" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --point node=1024
    expect_status 2
    expect_lines "$errors" 1
    expect_text "$errors" 'unknown axis `node`' 'did you mean `nodes`'
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --point nodes=1025
    expect_status 2
    expect_text "$errors" 'unknown value `1025`' 'did you mean `1024`'
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/ablation.yaml" --point nodes=1025
    expect_status 2
    expect_text "$errors" 'nodes=1025'
}

@test "--set shows in what is explained" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --seed 9 \
        --set 'models.faults.memory.rate=1 1/year' --set 'workload.work=2 h'
    expect_status 0
    expect_text "$output" 'seed 9' '2 h of native computing'
    grep -qE 'faults.memory.rate +1 1/year +scenario ' <<<"$output"
}

@test "with the same numbers for all, only the tree is left to differ" {
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/ablation.yaml" --json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
check = json.load(open(sys.argv[1]))
value = {p["path"]: p["value"] for p in check["parameters"]}
def same(beginning, end):
    found = {v for p, v in value.items() if p.startswith(beginning) and p.endswith(end)}
    assert len(found) == 1, (beginning, end, found)
same("components.", ".fault-rate")
same("components.", ".instruction-share")
same("components.", ".shared-bug")
same("systems.", ".guest-boot")
same("guards.guest/host.", ".blocks")
out_of_guest = {c["probability"] for s in check["systems"] for c in s["channels"]
                if c["boundary"] == "guest/host" and c["from"] == "guest"}
assert len(out_of_guest) == 1, out_of_guest
END
}

@test "verification, kept checkpoints, and when faults strike are explained" {
    run_bulkhead check "$SOURCE_DIRECTORY/tests/data/scenarios/silent.yaml" \
        --set 'workload.enclaves.0.verification={every: 40 min, latency: 5 min}' --set checkpoints.local.keep=5
    expect_status 0
    expect_text "$output" 'verifies its data after every 40 min: takes 10 s, finds 90 % of the silent errors' \
        'says so 5 min later' 'returns to one state at most 2 times' '; 5 are kept' 'only while what they hit computes' \
        'applications.mpi-bulk-synchronous.verification-recall'
    run_bulkhead check --json "$SOURCE_DIRECTORY/tests/data/scenarios/silent.yaml"
    expect_status 0
    printf '%s' "$output" | "$PYTHON" -c '
import json, sys
check = json.load(sys.stdin)
assert check["enclaves"][0]["verification"] == {"rule": "checkpoint", "every_s": None, "per_checkpoint": 1, "cost_s": 360.0, "recall": 1.0, "latency_s": 0.0, "returns": None}
assert check["checkpoints"]["local"]["keep"] == 3 and check["faults_during"] == "computation"
'
}

@test "an application names its kind, or says whether it tolerates loss" {
    local file=$BATS_TEST_TMPDIR/kind.yaml
    sed 's/tolerates-loss: no/kind: bulk-synchronous/' "$SOURCE_DIRECTORY/tests/data/scenarios/guest-memory.yaml" >"$file"
    run_bulkhead check "$file"
    expect_status 0
    told=$output
    run_bulkhead check "$SOURCE_DIRECTORY/tests/data/scenarios/guest-memory.yaml"
    expect_status 0
    [ "$output" = "$told" ]
    sed -i 's/kind: bulk-synchronous/kind: loss-tolerant-service/' "$file"
    run_bulkhead check "$file"
    expect_status 0
    expect_text "$output" 'tolerates loss'
    sed -i 's/kind: loss-tolerant-service/kind: service/' "$file"
    run_bulkhead check "$file"
    expect_status 2
    expect_text "$errors" 'found `service`, expected one of: bulk-synchronous loss-tolerant-service'
}

@test "no file, two files, and an option that is none" {
    run_bulkhead check
    expect_status 2
    run_bulkhead check a.yaml b.yaml
    expect_status 2
    run_bulkhead check --pont nodes=1 a.yaml
    expect_status 2
    [ -z "$output" ]
}

@test "events a month: rates by hand, and all that the rates say" {
    cd "$BATS_TEST_TMPDIR" || return 1
    cat >events.yaml <<'END'
scenario: events
title: Events by hand
platform: {file: parametric.yaml, nodes: 1000}
workload: {work: 1 h, enclaves: [{name: a, application: mpi-bulk-synchronous, processes-per-guest: 2}]}
policies: [{system: native, policy: native}, {system: kvm, policy: protection-first}, {system: kvm, policy: as-host-kernel}]
faults: {hardware: [node-loss, processor], software: yes}
models:
  errors.mechanisms: ideal
  faults.node-loss.rate: 0.24 1/year
  faults.processor.rate: 0
  components.linux: {fault-rate: 0.12 1/year, instruction-share: 0.5, shared-bug: 0}
  components.qemu-device-model.fault-rate: 0
  components.kvm-module.fault-rate: 0
  applications.mpi-bulk-synchronous: {fault-rate: 0.06 1/year, instruction-share: 0}
  zones.host-kernel.data: {masked: 0.25, signalled: 0.75}
  zones.host-kernel.instruction: {masked: 0.05, signalled: 0.95}
  zones.guest-kernel.data: {masked: 0.25, signalled: 0.75}
  zones.guest-kernel.instruction: {masked: 0.05, signalled: 0.95}
  zones.guest-user.data: {masked: 0.5, signalled: 0.3, silent: 0.2}
  zones.host-kernel.software-data: {masked: 0.25, signalled: 0.75}
  zones.host-kernel.software-instruction: {masked: 0.05, signalled: 0.95}
  zones.guest-kernel.software-data: {masked: 0.25, signalled: 0.75}
  zones.guest-kernel.software-instruction: {masked: 0.05, signalled: 0.95}
  zones.guest-user.software-data: {masked: 0.5, signalled: 0.3, silent: 0.2}
  channels:
    system-call.probability: 0
    kernel-to-process.probability: 0
    vm-exit.probability: 0
    host-to-guest.probability: 0
    vmm-to-guest.probability: 0
    vmm-to-kernel.probability: 0
    kernel-to-vmm.probability: 0
    device-emulation.probability: 0
END
    run_bulkhead check events.yaml --events
    expect_status 0
    expect_text "$output" 'Events to expect a month' 'native native, 1,000 nodes' 'begins in' 'wrong data'
    run_bulkhead check events.yaml --events --json
    expect_status 0
    printf '%s' "$output" >events.json
    "$PYTHON" - <<'END'
import json, math
answer = json.load(open("events.json"))
rows = {(r["policy"], r["begins_in"]): r for r in answer["events"]}
def expect(policy, begin, events, **taken):
    row = rows.pop((policy, begin))
    assert math.isclose(row["events_per_month"], events, rel_tol=1e-9), (policy, begin, row)
    for name, value in row["taken_down"].items():
        assert math.isclose(value, taken.get(name.replace("-", "_"), 0), rel_tol=1e-9, abs_tol=1e-12), (policy, begin, row)
# A thousand nodes and a twelfth of a year. Half of a kernel's errors end by either law: 15 % are masked. Two processes.
for policy in ("native native", "kvm protection-first", "kvm as-host-kernel"):
    expect(policy, "host-kernel", 10, nothing=1.5, node=8.5)
    expect(policy, "node", 20, node=20)
    kind = "host-user" if policy.startswith("native") else "guest-user"
    expect(policy, kind, 10, nothing=5, wrong_data=2, process=3)
expect("kvm protection-first", "guest-kernel", 10, nothing=1.5, guest=8.5)
expect("kvm as-host-kernel", "guest-kernel", 10, nothing=1.5, node=8.5)
assert not rows, rows
END
    # Whatever is crossed on the way, what happens is what strikes.
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml" --set faults=all --events --json
    expect_status 0
    printf '%s' "$output" >all.json
    "$PYTHON" - <<'END'
import json, math
answer = json.load(open("all.json"))
nodes, months = 4, 365.25 * 86400 / 12
for policy in answer["policies"]:
    rows = [r for r in answer["events"] if r["policy"] == policy["name"]]
    all_of = sum(r["events_per_month"] for r in rows)
    rates = sum(r["rate"].get(policy["system"], 0) for r in answer["fault_rates"]["rows"])
    assert math.isclose(all_of, rates * nodes * months, rel_tol=1e-9), policy["name"]
    for r in rows:
        assert math.isclose(sum(r["taken_down"].values()), r["events_per_month"], rel_tol=1e-8), r
assert len(answer["events"]) > 15
END
}
