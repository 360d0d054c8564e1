#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Nodes that are lost or crash, spares that stand in for them, and what happens when there are none left.

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

# --- Crashes ------------------------------------------------------------------------------------------------------------

twin=$SOURCE_DIRECTORY/tests/oracles/spares_twin.py
crashes=$SOURCE_DIRECTORY/tests/data/scenarios/crashes.yaml

@test "random histories of crashes and losses: nodes, spares and waiting times as a naive twin has them, by either engine" {
    local seed spares use engine
    for seed in 1 2 3; do
        { cat "$crashes"; "$PYTHON" "$twin" script $seed; } >history.yaml
        for spares in 0 1 2 4; do
            for use in '[node-loss]' '[node-loss, crash]'; do
                for engine in calendar simgrid; do
                    run_bulkhead run history.yaml -q -o history.h5 --engine $engine --set workload.spares=$spares \
                        --set "workload.spares-for=$use"
                    expect_status 0
                    [ "$use" = '[node-loss]' ] && words=loss || words=crash
                    "$PYTHON" "$twin" compare history.h5 $seed $spares $words
                done
            done
        done
    done
}

# run_crashes FILE [OPTION...]: nothing but crashes, at random.
run_crashes() {
    local file=$1
    shift
    run_bulkhead run "$crashes" -q -o "$file" --replicas 4 --set 'faults={hardware: [crash], software: no}' "$@"
    expect_status 0
}

@test "the share of crashes that wait for their own reboot, because k spares are away, is Erlang's loss formula" {
    run_crashes erlang.h5 --set platform.nodes=4000 --set workload.spares=3 --set models.faults.crash.rate='0.0015 1/h' \
        --set workload.work='300 d' --set workload.horizon='300 d'
    "$PYTHON" "$twin" erlang erlang.h5
}

@test "idle spares crash and reboot, too: nodes that reboot agree with alternating renewal" {
    run_crashes alternate.h5 --set platform.nodes=2 --set workload.spares=8 --set workload.work='400 d' \
        --set workload.horizon='400 d'
    "$PYTHON" "$twin" alternate alternate.h5
}

# One enclave on four native nodes with 4 h of work, and what the script has.
# run_one FILE LEVELS SCRIPT [OPTION...]
run_one() {
    local file=$1 levels=$2 script=$3
    shift 3
    sed -e '/^checkpoints:/,/final:/d' -e '/name: kvm}/d' "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" >one.yaml
    printf 'checkpoints: {%s}\nscript: [%s]\n' "$levels" "$script" >>one.yaml
    run_bulkhead run one.yaml -q -o "$file" --set workload.spares=2 "$@"
    expect_status 0
}

local_level='local: {interval: 1 h, write: 60 s, read: 20 s}'
partner_level='partner: {interval: 1 h, write: 60 s, read: 20 s}'
crash() {
    printf '{at: %s s, node: %s, zone: host-kernel, ending: signalled}' "$1" "$2"
}

@test "a spare that stands in for a crash is there in 45 s instead of 5 min, but what the node held is gone" {
    local engine
    # 4 h of work and three checkpoints of 60 s; the second is complete at 7,320 s. Detection 5 s, relaunch 10 s, restore 20 s.
    for engine in calendar simgrid; do
        run_one reboot.h5 "$local_level" "$(crash 9000 1)" --engine $engine --set 'workload.spares-for=[node-loss]'
        expect_eval reboot.h5 "np.allclose(m('makespan', 'native'), 14580 + 1680 + 5 + 300 + 10 + 20, rtol=1e-9)" \
            "m('nodes_rebooting', 'native') == 0"
        run_one spare.h5 "$local_level" "$(crash 9000 1)" --engine $engine
        expect_eval spare.h5 "np.allclose(m('makespan', 'native'), 14580 + 9000 + 5 + 45 + 10, rtol=1e-9)" \
            "np.allclose(m('nodes_rebooting', 'native') * m('makespan', 'native'), 305, rtol=1e-9)" \
            "m('nodes_rebooting', 'native') == m('spares_in_use', 'native')" \
            "np.allclose(m('node_time', 'native')[0, 0, part.index('repair-and-spare-wait')], 4 * 45, rtol=1e-9)"
        run_one partner.h5 "$partner_level" "$(crash 9000 1)" --engine $engine
        expect_eval partner.h5 "np.allclose(m('makespan', 'native'), 14580 + 1680 + 5 + 45 + 10 + 20, rtol=1e-9)"
        # The partner, two nodes away, held the only other copy.
        run_one pair.h5 "$partner_level" "$(crash 9000 1), $(crash 9100 3)" --engine $engine
        expect_eval pair.h5 "np.allclose(m('makespan', 'native'), 14580 + 9100 + 5 + 45 + 10, rtol=1e-9)" \
            "m('spares_exhausted', 'native') > 0"
    done
}

@test "a third crash in the five minutes in which two spares are away waits for its own reboot, and a later one does not" {
    run_one three.h5 "$partner_level" "$(crash 9000 0), $(crash 9100 1), $(crash 9200 2), $(crash 9600 3)"
    # The third takes the second's time to 9,505 s, and the pair 0 and 2 its states, but the node keeps its own: of the fourth the
    # partner, 1, was lost.
    expect_eval three.h5 "np.allclose(m('nodes_rebooting', 'native') * m('makespan', 'native'), 3 * 305, rtol=1e-9)"
}

@test "nothing changes without spares, or where the reboot is ready first" {
    run_one none.h5 "$local_level" "$(crash 9000 1)" --set workload.spares=0
    run_one none-loss.h5 "$local_level" "$(crash 9000 1)" --set workload.spares=0 --set 'workload.spares-for=[node-loss]'
    run_one slow.h5 "$local_level" "$(crash 9000 1)" --set models.recovery.spare-activation='5 min'
    run_one loss.h5 "$local_level" "$(crash 9000 1)" --set 'workload.spares-for=[node-loss]' --set models.recovery.spare-activation='5 min'
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" same none.h5 none-loss.h5
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" same slow.h5 loss.h5
}

# The next level is for all that takes a node, as if each had been lost for good.
@test "intervals by rule count crashes among what local states do not survive, where spares stand in for them" {
    local rule='local: {interval: exact, write: 60 s, read: 20 s}, storage: {interval: exact, write: 10 min, read: 10 min}'
    local both=(--set 'faults={hardware: [crash, lost], software: no}' --set workload.enclaves.0.application=mpi-bulk-synchronous
        --set "checkpoints={$rule}" --set workload.work='20 h')
    run_bulkhead run "$crashes" -q -o all.h5 "${both[@]}"
    expect_status 0
    run_bulkhead run "$crashes" -q -o lost.h5 "${both[@]}" --set models.faults.crash.rate='1e-12 1/h' --set models.faults.lost.rate='0.15 1/h'
    expect_status 0
    run_bulkhead run "$crashes" -q -o reboot.h5 "${both[@]}" --set 'workload.spares-for=[node-loss]'
    expect_status 0
    "$PYTHON" - <<'END'
import h5py, numpy as np
all, lost, reboot = (h5py.File(name + ".h5")["interval"][0, 0] for name in ("all", "lost", "reboot"))
seen = [i for i in range(all.size) if np.isfinite(all[i])]
assert len(seen) == 2 and np.allclose(all[seen], lost[seen], rtol=1e-6), (all, lost)
assert np.isclose(all[seen[0]], reboot[seen[0]], rtol=1e-6) and reboot[seen[1]] > 1.5 * all[seen[1]], reboot
END
}

@test "check says whom spares stand in for, and a spare for crashes alone is refused" {
    run_bulkhead check "$crashes"
    expect_status 0
    expect_text "$output" 'spares stand in for nodes lost for good and for nodes that crash, which come back as spares'
    run_bulkhead check "$crashes" --set 'workload.spares-for=[node-loss]'
    expect_text "$output" 'spares stand in for nodes lost for good; a node that crashes reboots in its place'
    run_bulkhead check "$crashes" --set models.recovery.spare-activation='1 h'
    expect_text "$output" 'spares stand in for nodes lost for good; a node that crashes has rebooted before one is ready'
    run_bulkhead check "$crashes" --json --set 'workload.spares-for=[node-loss]'
    printf '%s' "$output" | "$PYTHON" -c 'import json, sys; assert json.load(sys.stdin)["platform"]["spares_for"] == ["node-loss"]'
    run_bulkhead check "$crashes" --set 'workload.spares-for=[crash]'
    expect_status 2
    expect_text "$errors" 'workload.spares-for: found no `node-loss`; expected it'
}
