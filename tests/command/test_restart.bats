#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Restart of tightly composed enclaves, by timelines computed by hand: partners that go on beside one that does its lost
# work again, that wait until it has, or that go back with it.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    "$PYTHON" -c 'import h5py, numpy' 2>/dev/null || skip "no h5py to read results with"
}

expect_eval() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" eval "$@"
}

# run_restart OUTPUT RESTART SCRIPT [OPTION...]: checkpoints after each 400 s of work, 20 s to write and 30 s to read.
run_restart() {
    local file=$1 restart=$2 script=$3
    { cat "$SOURCE_DIRECTORY/tests/data/scenarios/composed.yaml"
      cat <<END
compositions: [{name: coupled, between: [simulation, analysis], over: network, when: always, coupling: tight, restart: $restart}]
checkpoints: {local: {interval: 400 s, write: 20 s, read: 30 s, keep: 2}}
script: [$script]
END
    } >restart.yaml
    shift 3
    run_bulkhead run restart.yaml -q -o "$file" "$@"
    expect_status 0
}

# A crash of the simulation's guest: detected after 5 s, booted after 25 s, relaunched after 10 s, read after 30 s.
crash='{at: 1000 s, node: 0, enclave: simulation, zone: guest-kernel, kind: data, ending: signalled}'

# At 1000 s both have done 960 s of work and written at 400 and 800, the last checkpoint complete at 840 s. There are 87
# further ones (at 1200, ..., 35600). The simulation is up at 1070 s, has 160 s to do again, and then 35040 s.
all_rest=$((35040 + 87 * 20))

@test "beside: partners go on when it is up, and it does its lost work again beside them" {
    run_restart beside.h5 beside "$crash"
    expect_eval beside.h5 "np.allclose(m('makespan', 'always')[:, 0], [1230 + $all_rest, 1070 + $all_rest], rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[:, 0, part.index('composition-wait')], [0, 2 * 70], rtol=0, atol=1e-6)"
    sed 's/, restart: beside//' restart.yaml >default.yaml
    run_bulkhead run default.yaml -q -o default.h5
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" same beside.h5 default.h5
}

@test "alone: partners wait until it has done its lost work again" {
    run_restart alone.h5 alone "$crash"
    expect_eval alone.h5 "np.allclose(m('makespan', 'always')[:, 0], 1230 + $all_rest, rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[:, 0, part.index('composition-wait')], [0, 2 * 230], rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[:, 0, part.index('lost-work')], [2 * 160, 0], rtol=0, atol=1e-6)" \
        "m('application_extent', 'always')[0, scope.index('composition')] == 1"
}

@test "together: all go back to states of one time, and go on when all are up" {
    run_restart together.h5 together "$crash"
    # The analysis has read its checkpoint at 1030 s and waits for the simulation.
    expect_eval together.h5 "np.allclose(m('makespan', 'always')[:, 0], 1230 + $all_rest, rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[:, 0, part.index('composition-wait')], [0, 2 * 40], rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[:, 0, part.index('lost-work')], [2 * 160, 2 * 160], rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[:, 0, part.index('restore')], [2 * 30, 2 * 30], rtol=0, atol=1e-6)" \
        "m('interruptions', 'always')[:, 0].tolist() == [1, 0]" \
        "m('application_extent', 'always')[0, scope.index('composition')] == 1" \
        "len(causes('always')) == 1"
    # A slow reader holds the others up: 200 s for both, so that the simulation, relaunched at 1040 s, is up at 1240 s.
    run_restart slow.h5 together "$crash" --set checkpoints.local.read='200 s'
    expect_eval slow.h5 "np.allclose(m('makespan', 'always')[:, 0], 1400 + $all_rest, rtol=0, atol=1e-6)"
    # Apart, or composed only later: nobody returns with it.
    for when in never '{windows: [[2 h, 3 h]]}'; do
        run_restart apart.h5 together "$crash" --set "compositions.0.when=$when"
        expect_eval apart.h5 "np.allclose(m('makespan', 'always')[:, 0], [1230 + $all_rest, 960 + 40 + $all_rest], rtol=0, atol=1e-6)"
    done
}

@test "together: a partner whose newer checkpoints are of no use goes back to an older one, or to its beginning" {
    # The analysis starts at 100 s: its checkpoints are complete at 520 and 940 s, the simulation's at 420 and 840 s. At 1000 s
    # it has 860 s done, and returns to 400.
    run_restart older.h5 together "$crash" --set 'workload.enclaves.1.start=100 s'
    expect_eval older.h5 "np.allclose(m('node_time', 'always')[1, 0, part.index('lost-work')], 2 * (460 + 20), rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[1, 0, part.index('composition-wait')], 2 * 40, rtol=0, atol=1e-6)" \
        "np.allclose(m('makespan', 'always')[1, 0], 1070 - 100 + 35600 + 88 * 20, rtol=0, atol=1e-6)"
    # With one checkpoint kept there is none so old: from the beginning, by a relaunch of 10 s.
    run_restart begins.h5 together "$crash" --set 'workload.enclaves.1.start=100 s' --set checkpoints.local.keep=1
    expect_eval begins.h5 "np.allclose(m('node_time', 'always')[1, 0, part.index('lost-work')], 2 * (860 + 40), rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[1, 0, part.index('restart')], 2 * 10, rtol=0, atol=1e-6)" \
        "np.allclose(m('makespan', 'always')[1, 0], 1070 - 100 + 36000 + 89 * 20, rtol=0, atol=1e-6)"
}

@test "both may be behind, or one fail again while it catches up: nobody waits for ever" {
    local again="$crash, {at: 1010 s, node: 0, enclave: analysis, zone: guest-kernel, kind: data, ending: signalled}"
    # Alone: the simulation is up at 1070 s and the analysis at 1080 s, each does its 160 s again without waiting for the
    # other, and the simulation then waits until 1240 s.
    run_restart both.h5 alone "$again"
    expect_eval both.h5 "np.allclose(m('makespan', 'always')[:, 0], 1240 + $all_rest, rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[:, 0, part.index('composition-wait')], [2 * 10, 2 * 10], rtol=0, atol=1e-6)"
    # Together: both at 800 s of work again when the later is up; it failed while it read, which interrupts nothing.
    run_restart both.h5 together "$again"
    expect_eval both.h5 "np.allclose(m('makespan', 'always')[:, 0], 1240 + $all_rest, rtol=0, atol=1e-6)" \
        "m('interruptions', 'always')[:, 0].tolist() == [1, 0]"
    # At 1100 s the simulation has done 30 of 160 s again: it is up at 1170 s and has caught up at 1330 s.
    again="$crash, {at: 1100 s, node: 0, enclave: simulation, zone: guest-kernel, kind: data, ending: signalled}"
    run_restart twice.h5 alone "$again"
    expect_eval twice.h5 "np.allclose(m('makespan', 'always')[:, 0], 1330 + $all_rest, rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[1, 0, part.index('composition-wait')], 2 * 330, rtol=0, atol=1e-6)"
    run_restart twice.h5 together "$again"
    expect_eval twice.h5 "np.allclose(m('makespan', 'always')[:, 0], 1330 + $all_rest, rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[1, 0, part.index('lost-work')], 2 * (160 + 30), rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[1, 0, part.index('restore')], 2 * (30 + 30), rtol=0, atol=1e-6)"
}

@test "together, exponential failures: the composition is one job that fails twice as often, with Daly's expected makespan" {
    # M e^(R/M) (e^((tau + delta)/M) - 1) Ts/tau is exact: everything may fail at any time, and what is done comes in whole
    # intervals that end with a checkpoint. A failure of one during the outage of both begins it anew.
    { sed -e '/^vary/,$d' -e 's/nodes: 16/nodes: 8/' -e 's/work: 100 h/work: 300 h/' -e 's/validate-daly/daly-pair/' \
          -e 's/- {name: simulation.*/- {name: one, application: mpi-bulk-synchronous, nodes: 4}\n    - {name: two, application: mpi-bulk-synchronous, nodes: 4}/' \
          -e 's/  recovery.process-restart: 4 min/  recovery.process-restart: 0/' "$SOURCE_DIRECTORY/experiments/validate/daly.yaml"
      echo 'compositions: [{name: pair, between: [one, two], over: network, when: always, coupling: tight, restart: together}]'
    } >daly.yaml
    run_bulkhead run daly.yaml -q -o daly.h5 --set models.faults.node-crash.rate='0.0125 1/h'
    expect_status 0
    # 8 nodes: one failure of the pair in 10 h; tau 1 h, delta 3 min, R 1 min.
    "$PYTHON" - <<'END'
import h5py, numpy as np
f = h5py.File("daly.h5")
spans, M, R, tau, delta = f["makespan"][0] / 3600, 10.0, 1 / 60, 1.0, 3 / 60
expected = M * np.exp(R / M) * (np.exp((tau + delta) / M) - 1) * 300 / tau
error = spans[0].std(ddof=1) / np.sqrt(spans.shape[1])
print(spans.mean(axis=1), expected, error, f["interruptions"][0].sum())
assert np.allclose(spans[0], spans[1], rtol=1e-12) and f["interruptions"][0].sum() > 5000
assert abs(spans[0].mean() - expected) < 4 * error and error < 0.002 * expected
END
}

@test "restart is for tight partners" {
    run_restart bad.h5 together "$crash"
    sed -i 's/coupling: tight/coupling: loose/' restart.yaml
    run_bulkhead run restart.yaml -q -o bad.h5
    expect_status 2
    expect_text "$errors" 'coupling: tight'
    sed -i 's/coupling: loose/coupling: tight/; s/restart: together/restart: togethr/' restart.yaml
    run_bulkhead check restart.yaml
    expect_status 2
    expect_text "$errors" 'togethr' 'together'
    sed -i 's/togethr/together/' restart.yaml
    run_bulkhead check restart.yaml
    expect_text "$output" 'tight partners that restart together'
}

# No guard is on. An error in the analysis' process is in what it sends at 1000 s, at 960 s of the simulation's work, which it takes down at once.
wrong_message() {
    run_restart "$1" "$2" '{at: 1000 s, node: 0, enclave: analysis, zone: guest-user, kind: data, ending: masked}' \
        --set models.channels.message.probability=1 --set models.channels.system-call.probability=0 \
        --set models.zones.guest-user.data.lifetime='1 ms' --set models.zones.guest-user.data.masked=0 \
        --set models.zones.guest-user.data.signalled=1 --set models.zones.guest-user.data.silent=0 \
        --set models.zones.guest-user.data.hang=0 "${@:3}"
}

@test "alone: a kept message that was wrong is wrong again when it is replayed, and asked for anew after that" {
    # Detected after 5 s, relaunched after 10 s, read after 30 s: up at 1045 s, at 960 s of work at 1205 s, where it falls again;
    # up at 1250 s, and there again at 1410 s.
    wrong_message wrong.h5 alone
    expect_eval wrong.h5 "np.allclose(m('makespan', 'never')[:, 0], 1410 + $all_rest, rtol=0, atol=0.1)" \
        "np.allclose(m('node_time', 'never')[:, 0, part.index('composition-wait')], [0, 2 * 410], rtol=0, atol=0.2)" \
        "m('interruptions', 'never')[:, 0].tolist() == [2, 0]" "m('revivals', 'never')[0] == 1"
    # Where nothing is kept nothing comes again.
    wrong_message beside.h5 beside
    expect_eval beside.h5 "m('interruptions', 'never')[:, 0].tolist() == [1, 0]" "m('revivals', 'never')[0] == 0"
}
