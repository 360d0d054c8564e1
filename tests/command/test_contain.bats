#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead contain: where errors end, as tables and as JSON; whatever threads; bad input is one message.

load ../support/common

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
    refuse cmp -s "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/stdout"
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
    refuse grep -q 'simulated' <<<"$output"
    balance --monte-carlo --trials 20000
    expect_status 0
    expect_text "$output" 'Simulated rows: 20000 trials each'
    refuse grep -q 'are exact' <<<"$output"
}

@test "a chain that is too large is said to be, and simulated" {
    run_bulkhead contain "$SOURCE_DIRECTORY/experiments/balance.yaml" --policy 'palacios-shared-network as-host-kernel' \
        --set workload.enclaves.0.guests-per-node=20 --trials 5000
    expect_status 0
    expect_text "$output" 'the exact chain takes more than' 'steps' 'rows are simulated'
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
    expect_text "$output" 'native native: what the uncertain numbers do' 'components.linux.fault-rate' 'Critical values' \
        'lets less escape than'
    # Paths of numbers are as long as they are.
    if grep -E '.{161}|[[:space:]]$' <<<"$output"; then return 1; fi
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

@test "a guest's error that takes two enclaves down once in a billion is found within 10 %, in less than a minute" {
    local scenario=$SOURCE_DIRECTORY/tests/data/scenarios/rare-escape.yaml began=$SECONDS
    run_bulkhead contain "$scenario" --monte-carlo --relative 0.1 --json
    expect_status 0
    [ $((SECONDS - began)) -lt 60 ]
    cp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/sampled"
    run_bulkhead contain "$scenario" --exact --json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/sampled" "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
sampled, exact = (json.load(open(name))["policies"][0]["origins"] for name in sys.argv[1:])
rows = 0
for s, e in zip(sampled, exact):
    assert (s["zone"], s["enclave"], s["error_kind"]) == (e["zone"], e["enclave"], e["error_kind"])
    assert e["exact"]["unresolved"] < 1e-13
    for boundary, found in s["importance_sampling"].items():
        known = e["exact"]["beyond"][boundary]
        assert found["relative_half_width"] <= 0.1, found
        # Within 4.5 of its own standard errors: 60 estimates jointly at 4e-4.
        assert abs(found["beyond"] - known) < 4.5 * found["standard_error"], (s["zone"], boundary, found, known)
        if s["zone"] == "guest" and boundary == "enclave/enclave":
            rows += 1
            assert 5e-10 < known < 1e-9 and abs(found["beyond"] / known - 1) < 0.1
            assert s["monte_carlo"]["beyond"][boundary] == 0
assert rows == 8
END
    run_bulkhead contain "$scenario" --monte-carlo --relative 0.1 --trials 20000
    expect_text "$output" 'Rare escapes, by importance sampling' 'guest of left, data' 'half-width'
    if grep -E '.{121}|[[:space:]]$' <<<"$output"; then return 1; fi
    run_bulkhead contain "$scenario" --relative 0.1
    expect_text "$output" 'probabilities are followed to within' 'All escapes are known without it'
}

@test "errors can be followed where no faults are asked for" {
    balance --set faults=none --exact
    expect_status 0
    expect_text "$output" 'process of service'
    refuse grep -q 'by the rates of faults' <<<"$output"
}

@test "long work shows how far it is, on a terminal and unless told to be quiet" {
    command -v script >/dev/null || skip "no script"
    local command="'$BULKHEAD' contain '$SOURCE_DIRECTORY/tests/data/scenarios/rare-escape.yaml' --trials 20000000"
    run script -qec "$command 2>&1 >/dev/null" /dev/null
    expect_text "$output" ' of 40 answers, '
    run script -qec "$command -q 2>&1 >/dev/null" /dev/null
    [ -z "$output" ]
}

@test "tables that cannot be written are a failure" {
    [ -w /dev/full ] || skip "no /dev/full"
    for format in '' --json '--format latex'; do
        run sh -c "'$BULKHEAD' contain '$SOURCE_DIRECTORY/tests/data/scenarios/rare-escape.yaml' --exact $format >/dev/full"
        [ "$status" -eq 1 ]
        expect_text "$output" 'cannot write to standard output: No space left on device'
        expect_lines "$output" 1
    done
}

@test "bad input is one message and status 2" {
    local scenario=$SOURCE_DIRECTORY/experiments/balance.yaml
    for arguments in '--policy nativ' '--trials 0' '--trials=-1' '--trials many' '--trials 1e6' \
        '--trials 2000000000000' '--trials 99999999999999999999' '--relative 0' '--relative 2' '--relative some' \
        '--exact --monte-carlo' '--format html' '--point nodes' '--point nodes=17' '--point size=1' '--jobs 0' \
        '--set workload.enclaves=[]' '--set models.channels.vm-exit.probabilty=1' 'another-file'; do
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
    run_bulkhead contain "$SOURCE_DIRECTORY/tests/data/scenarios/partitions.yaml" --exact --enclave second-2 --set faults=all \
        --set workload.enclaves.1.count=2 --set workload.enclaves.1.system=kvm --set workload.enclaves.1.policy=protection-first
    expect_status 0
    expect_text "$output" 'guest of second-2' 'vmm of second-2'
    run_bulkhead contain "$SOURCE_DIRECTORY/tests/data/scenarios/partitions.yaml" --exact --enclave secnd
    expect_status 2
    expect_text "$errors" '--enclave:' 'did you mean `second`?'
}
