#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What run says beside what the exact chain of single errors says: interaction with its size, and the chain's ratio where
# no escape was seen.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    lone=$SOURCE_DIRECTORY/experiments/validate/lone-errors.yaml
}

# judge PYTHON: over the object d that was printed.
judge() {
    printf '%s' "$output" | "$PYTHON" -c "
import json, sys
d = json.load(sys.stdin)
policies = {p['name']: p for p in d['policies']}
def deviations(p):
    return [x for part in p['interaction'].values() for x in part.values() if x is not None]
$1"
}

@test "errors that meet nothing else show no interaction" {
    run_bulkhead run "$lone" -q --replicas 6 --json -o lone.h5
    expect_status 0
    judge "
for p in policies.values():
    assert p['errors'] > 25000 and len(deviations(p)) == 11, p['name'] # 7 scopes, 4 boundaries
    assert not any(x['beyond_chance'] for x in deviations(p)), p['interaction']
    assert max(abs(x['simulated_less_exact']) for x in deviations(p)) < 0.015"
    run_bulkhead report lone.h5 --no-figure
    expect_text "$output" 'Interaction: simulated less exact' 'None beyond chance'
}

@test "at high rates the interaction is told with its size, alike in the table, in JSON and in the file" {
    need_h5py
    sed 's/\(rate: [0-9.]*\) 1\/d/\1 1\/min/; s/2000 d/6 h/' "$lone" >high.yaml
    run_bulkhead run high.yaml -q --json -o high.h5
    expect_status 0
    judge "
import h5py, numpy as np
# Guests that boot cannot be struck, hosts can: more errors take nodes, fewer stay in processes.
for name in ('kvm contained', 'kvm open', 'shared network'):
    within = policies[name]['interaction']['containment']['process']
    assert within['beyond_chance'] and within['simulated_less_exact'] < -0.02, within
    assert within['simulated_less_exact'] < -5 * within['standard_error'] < 0
    if name == 'shared network': # what crosses there mostly leaves a service degraded, which takes nothing down
        continue
    escape = policies[name]['interaction']['escape']['enclave/enclave']
    assert escape['beyond_chance'] and escape['simulated_less_exact'] > 0.01, escape
assert not any(x['beyond_chance'] for x in deviations(policies['native native'])) # nothing boots
f = h5py.File('high.h5')
names = [n.decode() for n in f['policy'][:]]
for kind, axis in (('containment', 'scope'), ('escape', 'boundary')):
    for i, name in enumerate(names):
        for j, label in enumerate(n.decode() for n in f[axis][:]):
            x = policies[name]['interaction'][kind][label]
            assert np.isclose(f[kind + '_interaction'][i, j], x['simulated_less_exact'], rtol=1e-9, atol=1e-12)
            assert np.isclose(f[kind + '_interaction_error'][i, j], x['standard_error'], rtol=1e-9, atol=1e-12)
seen, exposed = f['escape_seen'][:].sum(axis=1), f['escape_exposed'][:].sum(axis=1)
assert np.allclose(f['escape_interaction'][:], seen / exposed - f['escape_exact'][:])"
    run_bulkhead report high.h5 --no-figure
    expect_status 0
    expect_text "$output" 'within process' 'beyond enclave/enclave' 'which the exact chain of single errors leaves out' ' ± '
    if grep -A30 '^Interaction' <<<"$output" | grep -E '.{121}'; then return 1; fi
}

@test "where no escape was seen the ratio is the exact chain's, with the bound of none" {
    run_bulkhead run "$SOURCE_DIRECTORY/tests/data/scenarios/small-balance.yaml" -q --json
    expect_status 0
    judge "
none = 0
for p in policies.values():
    for boundary, e in p['escape'].items():
        if e['seen'] > 0:
            assert e['from'] == 'replicas' and abs(e['ratio'] - e['seen'] / e['exposed']) < 1e-9
            continue
        assert e['from'] == 'exact chain' and e['ratio'] == e['exact'], e
        if boundary == 'node/node':
            assert e['ratio'] == 0 # no disposition reaches beyond the node
            continue
        none += 1
        assert e['ratio'] > 0 and e['exposed'] > 0
        # Clopper and Pearson: (1 - high)^n = 0.025
        assert e['ci95'][0] == 0 and abs((1 - e['ci95'][1]) ** e['exposed'] - 0.025) < 1e-6, e
assert none > 3"
    run_bulkhead run "$SOURCE_DIRECTORY/tests/data/scenarios/small-balance.yaml" -q
    grep -qE ' 0\.00[0-9]+\* \(< 0\.[0-9]+\)' <<<"$output"
    expect_text "$output" '*: no error was seen to escape; the ratio is the exact one'
    refuse grep -E '^  [a-z].* 0 \[0, ' <<<"$(sed -n '/^Escape ratios/,/^How far/p' <<<"$output")"
}

@test "without any error there is no bound, and errors by script have no interaction" {
    run_bulkhead run "$SOURCE_DIRECTORY/tests/data/scenarios/small-balance.yaml" -q --json --set workload.work='1 min' \
        --replicas 1
    expect_status 0
    judge "
e = policies['kvm protection-first']['escape']['guest/host']
assert e['exposed'] == 0 and e['from'] == 'exact chain' and e['ratio'] == e['exact'] > 0 and e['ci95'] is None"
    run_bulkhead run "$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml" -q --json --replicas 20
    expect_status 0
    judge "
for p in policies.values():
    assert deviations(p) == []
    assert all(e['ratio'] is None or e['ratio'] > 0 for e in p['escape'].values()), p['escape']"
}
