#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead contain: silent errors to the end, against cases worked by hand; tables, JSON, bad input.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
}

verified() {
    run_bulkhead contain "$SOURCE_DIRECTORY/tests/data/scenarios/verified.yaml" --policy native "$@"
}

# checked 'PYTHON': holds for `exact` and `course` of the only enclave under the only policy.
checked() {
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" "$1" <<'END'
import json, sys
answer = json.load(open(sys.argv[1]))
silent = answer["silent_errors"]
policy, = silent["policies"]
course, = policy["enclaves"]
exact = course["exact"]
def close(found, expected, tolerance=1e-9):
    assert abs(found - expected) <= tolerance * max(1, abs(expected)), (found, expected)
close(exact["found"] + exact["sdc"], 1)
close(sum(exact["back_to"].values()), 1)
exec(sys.argv[2])
END
}

@test "without verification one line says where silent errors end" {
    run_bulkhead contain "$SOURCE_DIRECTORY/experiments/balance-unverified.yaml" --policy 'native native' --exact
    expect_status 0
    expect_text "$output" 'Silent errors to the end' 'Nothing verifies data' '(SDC)'
    run_bulkhead contain "$SOURCE_DIRECTORY/experiments/balance-unverified.yaml" --policy 'native native' --exact --json
    "$PYTHON" -c 'import json, sys
assert json.load(open(sys.argv[1]))["silent_errors"] == {"verified": False, "policies": []}' "$BATS_TEST_TMPDIR/stdout"
}

@test "a table of at most 120 columns" {
    run_bulkhead contain "$SOURCE_DIRECTORY/tests/data/scenarios/verified.yaml" --trials 20000
    expect_status 0
    [ -z "$errors" ]
    expect_text "$output" 'silent in' 'beginning' 'native' 'kvm' '60.0 min' '16 ranks' \
        'verified before each checkpoint and at the end, for 30.0 s; recall 100 %' '20000 jobs played per row' agree
    if grep -E '.{121}|[[:space:]]$' <<<"$output"; then return 1; fi
}

@test "tables for papers" {
    verified --exact --format markdown
    expect_status 0
    expect_text "$output" '### Silent errors to the end' '| **native** |'
    verified --exact --format latex
    expect_status 0
    expect_text "$output" '% Silent errors to the end' '\emph{native}'
    [ "$(grep -c 'end{tabular}' <<<"$output")" -eq 2 ]
}

# Each of ten hours is equally likely; half an hour on average until the verification, which takes 30 s.
@test "perfect verification before each checkpoint: found, and the segment is lost" {
    verified --trials 20000 --json
    checked '
close(exact["found"], 1); close(exact["delay_s"], 1830); close(exact["lost_work_s"], 3600)
close(exact["delay_median_s"], 1830, 1e-5); close(exact["delay_95_percent_s"], 0.95 * 3600 + 30, 1e-5)
close(exact["back_to"]["newest"], 0.9); close(exact["back_to"]["beginning"], 0.1)
assert course["monte_carlo"]["trials"] == 20000 and answer["agreement"]["agrees"]
assert course["silent_errors_per_s"] > 0 and course["ranks"] == 16'
}

# Ten minutes later the only checkpoint kept is tainted, but at the end, where there is none between; a second one helps.
@test "latency costs the whole job unless a second checkpoint is kept" {
    verified --exact --json --set workload.enclaves.0.verification.latency='10 min'
    checked 'close(exact["back_to"]["newest"], 0.1); close(exact["back_to"]["beginning"], 0.9); close(exact["delay_s"], 2430)
assert "monte_carlo" not in course'
    verified --exact --json --set workload.enclaves.0.verification.latency='10 min' --set checkpoints.local.keep=2
    checked 'close(exact["back_to"]["older"], 0.8); close(exact["back_to"]["newest"], 0.1)
close(exact["lost_work_s"], 0.9 * (3600 + 600 - 60) + 0.1 * 3600)'
}

@test "a verification by the clock, with half the errors missed" {
    verified --exact --json --set workload.enclaves.0.verification.every='5 h' \
        --set workload.enclaves.0.verification.recall=0.5
    checked 'close(exact["sdc"], 0.5 * 0.25 + 0.5 * 0.5); close(course["verify_every_s"], 18000)'
}

# 16 ranks on a torus of 4 x 2 x 2: 1, 5 and 11 after 0 to 2 steps, linear between on average. With steps of a minute and
# verifications every two, an error is seen after 0 to 2 steps, equally likely.
@test "tainted ranks: halo, none, and random partners" {
    local slow=(--set models.errors.carries=1 --set models.applications.mpi-bulk-synchronous.collectives=0
        --set models.applications.mpi-bulk-synchronous.step='60 s' --set workload.enclaves.0.verification.every='2 min')
    verified --exact --json "${slow[@]}"
    checked 'close(exact["tainted_ranks"], ((1 + 5) / 2 + (5 + 11) / 2) / 2, 1e-9)'
    cp "$SOURCE_DIRECTORY/tests/data/scenarios/verified.yaml" scenario.yaml
    cp "$SOURCE_DIRECTORY/platforms/testbed.xml" .
    cat >>scenario.yaml <<'END'
define:
  applications:
    gossip:
      description: ranks that talk to others at random
      tolerates-loss: no
      saves: application
      communication: random
      contacts: {value: 0.5, status: assumed, range: [0.1, 1], source: "for a test"}
      fault-rate: {value: 0.005, unit: 1/year, status: assumed, range: [5e-4, 0.05], source: "for a test"}
      instruction-share: {value: 0.3, status: assumed, range: [0.1, 0.6], source: "for a test"}
      step: {value: 1, unit: s, status: assumed, range: [0.01, 60], source: "for a test"}
      exits-per-second: {value: 500, unit: 1/s, status: assumed, range: [50, 50000], source: "for a test"}
      halo-bytes: {value: 16, unit: MiB, status: assumed, range: [1, 256], source: "for a test"}
      halo-messages: {value: 24, status: assumed, range: [6, 200], source: "for a test"}
      collectives: {value: 0, status: assumed, range: [0, 20], source: "for a test"}
      checkpoint-bytes: {value: 16, unit: GiB, status: assumed, range: [1, 256], source: "for a test"}
END
    sed -i 's/application: mpi-bulk-synchronous/application: gossip/' scenario.yaml
    run_bulkhead contain scenario.yaml --policy native --json --trials 20000 \
        --set workload.enclaves.0.verification.every='20 s'
    checked '
assert 4 < exact["tainted_ranks"] < 15.9 and answer["agreement"]["agrees"]
mine = course["monte_carlo"]
assert abs(mine["tainted_ranks"] - exact["tainted_ranks"]) < 5 * mine["tainted_ranks_standard_error"]'
    sed -i '/contacts:/d' scenario.yaml
    run_bulkhead contain scenario.yaml
    expect_status 2
    expect_text "$errors" 'communication: random without contacts'
    sed -i 's/communication: random/communication: gossip/' scenario.yaml
    run_bulkhead contain scenario.yaml
    expect_status 2
    expect_text "$errors" 'communication'
}

@test "a chain that is too large has its interval from trials, and is said to be" {
    sed 's/\(name: simulation, application.*\)}/\1, verification: {every: checkpoint}}/' \
        "$SOURCE_DIRECTORY/experiments/balance.yaml" >scenario.yaml
    run_bulkhead contain scenario.yaml --policy 'palacios-shared-network as-host-kernel' \
        --set workload.enclaves.0.guests-per-node=20 --trials 2000
    expect_status 0
    expect_text "$output" 'the exact chain takes more than' 'rows are simulated' 'Silent errors to the end'
    refuse grep -q 'No silent error' <<<"$output"
}

@test "a machine too small for the scenario is bad input" {
    verified --exact --set platform.nodes=100000
    expect_status 2
    [ -z "$output" ]
    expect_lines "$(grep -c . <<<"$errors")" 1
}
