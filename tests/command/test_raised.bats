#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Guards that raise an escape ratio: contain and its figure name the crash that they prevent, or bring about. Held against both
# levels as policies of their own.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    cat >filters.yaml <<'END'
scenario: filters
platform: {file: testbed.xml, nodes: 4}
workload: {work: 2 h, enclaves: [{name: job, application: mpi-bulk-synchronous, processes-per-guest: 1}]}
policies: [{system: container, policy: native, name: checks}, {system: container, policy: protection-first, name: filters}]
models:
  channels.system-call.probability: 0.5
  guards.process/kernel.filtered-system-calls.blocks: 0.9
END
}

@test "what rejects where a weaker level detects prevents a crash, which leaves the ratio fewer errors" {
    run_bulkhead contain filters.yaml --exact --json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
checks, filters = json.load(open(sys.argv[1]))["policies"]
assert checks["raising_guards"] == []  # the weakest level
(found,) = filters["raising_guards"]
assert (found["level"], found["weaker"]) == ("filtered-system-calls", "hardware-protection")
assert (found["zone"], found["boundary"], found["crash"], found["prevents"]) == ("process", "process/kernel", "process", True)
def escape(policy):
    row, = (r for r in policy["origins"] if (r["zone"], r["error_kind"]) == (found["zone"], found["error_kind"]))
    return row["exact"]["escape"]["process/kernel"], row["exact"]["beyond"]["process/kernel"]
(weak, weak_beyond), (strong, strong_beyond) = escape(checks), escape(filters)
assert abs(found["escape"] - strong) < 1e-6 and abs(found["escape_weaker"] - weak) < 1e-6
assert strong > 1.1 * weak and strong_beyond < 1.001 * weak_beyond  # no more get out
assert found["crashes"] < found["crashes_weaker"] - 0.1
END
    # Where both detect, or the stronger blocks more than the crash is worth, there is nothing to name.
    run_bulkhead contain filters.yaml --exact --json --set models.guards.process/kernel.filtered-system-calls.blocks=0.999
    expect_status 0
    [ "$(grep -c '"raising_guards": \[\]' <<<"$output")" -eq 2 ]
}

@test "what detects where a weaker level lets pass brings about the crash of a guest that takes its node" {
    cat >node.yaml <<'END'
scenario: node
platform: {file: testbed.xml, nodes: 4}
workload: {work: 2 h, enclaves: [{name: job, application: mpi-bulk-synchronous, processes-per-guest: 1}]}
define:
  policies: {nested: {like: as-host-kernel, description: nested paging, guards: {others: weakest, guest/host: nested-paging}}}
policies: [{system: palacios, policy: nested}]
models:
  channels: {vm-exit.probability: 0.5}
  guards.guest/host: {passthrough.blocks: 0.9, nested-paging.blocks: 0.95}
END
    run_bulkhead contain node.yaml --exact
    expect_status 0
    expect_text "$output" 'nested-paging in place of passthrough brings about crashes of a node and raises the ratio'
    if grep -E '.{121}|[[:space:]]$' <<<"$output"; then return 1; fi
}

@test "in tables for papers, and in the key of the figure" {
    run_bulkhead contain filters.yaml --exact --format latex
    expect_status 0
    expect_text "$output" '% filtered-system-calls in place of hardware-protection prevents crashes of a process and raises the ratio >process: '
    command -v gnuplot >/dev/null || skip "no gnuplot"
    run_bulkhead contain filters.yaml --exact -o figures --figure-only
    expect_status 0
    grep -q "set label 'filtered-system-calls in place of hardware-protection prevents crashes of a process and raises the ratio >process'" \
        figures/filters-zones.gp
}
