#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead contain --format prism: the chain in PRISM's language, read back and solved by tests/oracles/prism_solve.py.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# solve SCENARIO OPTION...: the model has the probabilities and times that the tables have.
solve() {
    run_bulkhead contain "$@" -q --format prism
    expect_status 0
    printf '%s\n' "$output" >model.prism
    run_bulkhead contain "$@" -q --exact --json
    expect_status 0
    printf '%s\n' "$output" >answers.json
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/prism_solve.py" model.prism answers.json
}

ways='--set models.channels.vm-exit.probability=0.3 --set models.channels.kernel-to-process.probability=0.5
    --set models.channels.system-call.probability=1 --set models.channels.device-emulation.probability=0.2 --set faults=all
    --set workload.enclaves.0.processes-per-guest=1 --set models.components.linux.shared-bug=0.2'

@test "a model for PRISM, read back and solved, has the exact chain's answers from every origin and over all" {
    # shellcheck disable=SC2086 # several words
    solve "$scenarios/one-enclave.yaml" --policy kvm $ways
    # shellcheck disable=SC2086
    solve "$scenarios/one-enclave.yaml" --policy native $ways
    solve "$scenarios/rare-escape.yaml"
}

@test "a model in which one probability is another is told from the chain" {
    # shellcheck disable=SC2086
    solve "$scenarios/one-enclave.yaml" --policy native $ways
    grep -q ' -> 0\.66[0-9]*:.* + 0\.34[0-9]*:' model.prism
    sed -i 's/ -> 0\.66[0-9]*:\(.*\) + 0\.34[0-9]*:/ -> 0.65:\1 + 0.35:/' model.prism
    refuse "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/prism_solve.py" model.prism answers.json
}

@test "a model for PRISM is of one policy, and nothing else is printed with it" {
    run_bulkhead contain "$scenarios/one-enclave.yaml" -q --format prism
    expect_status 2
    expect_text "$errors" '--format prism: found 2 policies, expected one: name it with --policy'
    run_bulkhead contain "$scenarios/one-enclave.yaml" -q --format prism --policy kvm --json
    expect_status 2
    expect_text "$errors" 'prints the exact chain and nothing else'
}
