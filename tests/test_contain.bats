#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead contain: where errors end, as tables and as JSON; whatever threads; bad input is one message.

load common

balance() {
    run_bulkhead contain "$SOURCE_DIRECTORY/experiments/balance.yaml" --policy 'native native' "$@"
}

@test "tables of at most 120 columns, exact and simulated in agreement" {
    balance --policy 'palacios protection-first' --trials 20000
    expect_status 0
    [ -z "$errors" ]
    expect_text "$output" 'native native' 'palacios protection-first' 'guest of simulation' 'process of service' \
        'all, by the rates of faults' 'Exact and simulated (20000 trials per row, seed 1) agree'
    if grep -E '.{121}|[[:space:]]$' <<<"$output"; then return 1; fi
}

@test "the same bits on one thread and on three" {
    balance --trials 50000 --json -j 1
    expect_status 0
    cp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/one"
    balance --trials 50000 --json -j 3
    cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/stdout"
    balance --trials 50000 --json --seed 2
    ! cmp -s "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/stdout"
}

@test "JSON holds probabilities that sum to 1, and what the tables say" {
    balance --trials 20000 --json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
contain = json.load(open(sys.argv[1]))
assert contain["agreement"]["agrees"] and contain["trials"] == 20000
policy, = contain["policies"]
assert policy["name"] == "native native"
rows = policy["origins"]
assert {(r["zone"], r["enclave"]) for r in rows} == {("host", None), ("process", "simulation"), ("process", "service")}
for answer in [a for r in rows for a in (r["exact"], r["monte_carlo"])] + list(policy["all"].values()):
    for parts in (answer["extent"].values(), answer["depth"]):
        assert abs(sum(parts) - 1) < 1e-6, parts
    assert answer["time_s"] > 0
total = sum(r["rate_per_s"] for r in rows) + policy["node_loss_rate_per_s"]
mix = sum(r["rate_per_s"] * r["exact"]["silent"] for r in rows) / total
assert abs(mix - policy["all"]["exact"]["silent"]) < 1e-12
assert rows[0]["exact"]["escape"]["process/kernel"] is None
END
}

@test "one of the two alone" {
    balance --exact
    expect_status 0
    expect_text "$output" 'The numbers are exact'
    ! grep -q 'simulated' <<<"$output"
    balance --monte-carlo --trials 20000
    expect_status 0
    expect_text "$output" 'Simulated rows: 20000 trials each'
    ! grep -q 'are exact' <<<"$output"
}

@test "a chain that is too large is said to be, and simulated" {
    run_bulkhead contain "$SOURCE_DIRECTORY/experiments/balance.yaml" --policy 'palacios-shared-network performance-first' \
        --set workload.enclaves.0.guests-per-node=20 --trials 5000
    expect_status 0
    expect_text "$output" 'the exact chain needs more than' 'states at once' 'rows are simulated'
}

@test "tables for papers" {
    balance --exact --format markdown
    expect_status 0
    expect_text "$output" '### native native' '| **host** |' '| data '
    balance --exact --format latex
    expect_status 0
    expect_text "$output" '\begin{tabular}{l' '\toprule' '\emph{host}' '$>$process' '\end{tabular}'
}

@test "derivatives and critical values" {
    balance --policy 'palacios-shared-network protection-first' --exact --sensitivity
    expect_status 0
    expect_text "$output" 'native native: what the assumed numbers do' 'components.linux.fault-rate' 'Critical values' \
        'lets less escape than'
    if grep -E '.{121}|[[:space:]]$' <<<"$output"; then return 1; fi
    balance --exact --sensitivity --json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
sensitivity = json.load(open(sys.argv[1]))["sensitivity"]
assert sensitivity["boundary"] == "enclave/enclave" and sensitivity["critical_values"] == []
policy, = sensitivity["policies"]
numbers = policy["numbers"]
effect = [abs(n["value"] * n["derivative"]["escape"]["enclave/enclave"]) for n in numbers]
assert effect == sorted(effect, reverse=True) and effect[0] > 0
for n in numbers:
    assert n["range"][0] <= n["value"] <= n["range"][1]
    assert abs(sum(n["derivative"]["extent"].values())) < 1e-6 * (1 + max(map(abs, n["derivative"]["extent"].values())))
END
}

@test "bad input is one message and status 2" {
    local scenario=$SOURCE_DIRECTORY/experiments/balance.yaml
    for arguments in '--policy nativ' '--trials 0' '--trials many' '--format html' '--point nodes=17' '--point size=1'; do
        # shellcheck disable=SC2086 # two words
        run_bulkhead contain "$scenario" $arguments
        expect_status 2 || { echo "$arguments"; return 1; }
        [ -z "$output" ]
    done
    run_bulkhead contain "$scenario" --policy 'native nativ'
    expect_text "$errors" 'no policy `native nativ`; did you mean `native native`?'
    expect_lines "$errors" 1
    run_bulkhead contain "$SOURCE_DIRECTORY/tests/bad/unknown-key.yaml"
    expect_status 2
    run_bulkhead contain
    expect_status 2
    run_bulkhead contain "$scenario" --set 'faults=none' --exact --sensitivity
    expect_status 2
    expect_text "$errors" 'no faults at random'
}

@test "errors are followed on the nodes of an enclave" {
    run_bulkhead contain "$SOURCE_DIRECTORY/tests/scenarios/partitions.yaml" --exact --enclave second-2 --set faults=all \
        --set workload.enclaves.1.count=2 --set workload.enclaves.1.system=kvm --set workload.enclaves.1.policy=protection-first
    expect_status 0
    expect_text "$output" 'guest of second-2' 'vmm of second-2'
    run_bulkhead contain "$SOURCE_DIRECTORY/tests/scenarios/partitions.yaml" --exact --enclave secnd
    expect_status 2
    expect_text "$errors" '--enclave:' 'did you mean `second`?'
}
