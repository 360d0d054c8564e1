#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Nodes in repair, spares that stand in for them, and what happens when there are none left.

load ../support/common

scenario=$SOURCE_DIRECTORY/tests/data/scenarios/renewal.yaml

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    "$PYTHON" -c 'import h5py, numpy' 2>/dev/null || skip "no h5py to read results with"
}

expect_eval() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" eval "$@"
}

# run_renewal FILE KIND [OPTION...]: nodes lost and repaired after times of this kind.
run_renewal() {
    local file=$1 kind=$2
    shift 2
    run_bulkhead run "$scenario" -q -o "$file" --set "faults.hardware=[$kind]" "$@"
    expect_status 0
}

@test "nodes in repair and spares in use agree with alternating renewal, whatever the distribution of repair times" {
    local kind
    for kind in lognormal constant exponential; do
        run_renewal $kind.h5 $kind
        "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/renewal_check.py" renewal $kind.h5 $kind
    done
}

@test "a bulk-synchronous application waits while any of its places has no node" {
    run_renewal wait.h5 exponential --set workload.enclaves.0.application=mpi-bulk-synchronous
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/renewal_check.py" waits wait.h5
}

@test "without a spare the lost node itself comes back after its repair; with one nobody waits for it" {
    # One node, lost some 16 times in 400 days, each time for five hours.
    local one=(--set platform.nodes=1 --set models.faults.constant.rate='0.04 1/d' --set workload.enclaves.0.application=mpi-bulk-synchronous
        --set models.recovery.spare-activation='2 min' --set models.recovery.detection='10 s')
    run_renewal none.h5 constant "${one[@]}" --set workload.spares=0
    # Detection runs meanwhile; then the rest of the repair and the activation.
    expect_eval none.h5 "m('interruptions', 'native').min() >= 5" \
        "np.all(m('spares_exhausted', 'native') == 1)" "np.all(m('spares_in_use', 'native') == 0)" \
        "np.array_equal(m('nodes_missing', 'native'), m('nodes_in_repair', 'native'))" \
        "np.allclose(m('nodes_in_repair', 'native') * 400 * 86400, m('interruptions', 'native')[0] * 5 * 3600, rtol=1e-9)" \
        "np.allclose(m('node_time', 'native')[0, :, part.index('repair-and-spare-wait')],
                     m('interruptions', 'native')[0] * (5 * 3600 + 120 - 10), rtol=1e-9)"
    run_renewal one.h5 constant "${one[@]}" --set workload.spares=1
    # Now and then both are in repair at once: then the application waits for the first that comes back.
    expect_eval one.h5 "m('interruptions', 'native').min() >= 5" "2 <= (m('nodes_missing', 'native') == 0).sum() < 4" \
        "np.allclose(m('spares_in_use', 'native') + m('nodes_missing', 'native'), m('nodes_in_repair', 'native'), rtol=1e-12)" \
        "np.array_equal(m('spares_exhausted', 'native'), m('spares_in_use', 'native'))" \
        "all(np.isclose(waited, count * 120, rtol=1e-9) if missing == 0 else
             np.isclose(waited, count * 120 + missing * 400 * 86400, rtol=0, atol=15 * count)
             for waited, count, missing in zip(m('node_time', 'native')[0, :, part.index('repair-and-spare-wait')],
                 m('interruptions', 'native')[0], m('nodes_missing', 'native')))"
}
