#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Composed enclaves in the simulator: who waits for whom, what crosses, and guards that come and go.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

# run_composed OUTPUT LINES [OPTION...]: two enclaves with these further keys.
run_composed() {
    local file=$1
    { cat "$scenarios/composed.yaml"; printf '%s\n' "$2"; } >composed.yaml
    shift 2
    run_bulkhead run composed.yaml -q -o "$file" "$@"
    expect_status 0
}

# The same on shared nodes.
on_shared_nodes() {
    sed -e 's/, nodes: 2}/}/' composed.yaml >shared.yaml
}

tight='compositions: [{name: coupled, between: [simulation, analysis], over: network, when: always, coupling: tight}]'
crash='script: [{at: 1000 s, node: 0, enclave: simulation, zone: guest-kernel, kind: data, ending: signalled}]'

# --- Partners --------------------------------------------------------------------------------------------------------

@test "a tight partner waits from the failure of the other until that is back up, a loose one does not" {
    run_composed tight.h5 "$tight
$crash"
    # Down: 5 s detection, 25 s boot, 10 s relaunch, nothing to restore. The lost 1000 s are then done again.
    expect_eval tight.h5 "np.allclose(m('makespan', 'always')[:, 0], [36000 + 40 + 1000, 36000 + 40], rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'always')[1, 0, part.index('composition-wait')], 2 * 40, rtol=0, atol=1e-6)" \
        "m('node_time', 'always')[0, 0, part.index('composition-wait')] == 0" \
        "m('application_extent', 'always')[0, scope.index('composition')] == 1" \
        "m('system_extent', 'always')[0, scope.index('guest')] == 1"
    run_composed loose.h5 "${tight/tight/loose}
$crash"
    expect_eval loose.h5 "np.allclose(m('makespan', 'always')[:, 0], [36000 + 40 + 1000, 36000], rtol=0, atol=1e-6)" \
        "m('application_extent', 'always')[0, scope.index('enclave')] == 1"
    # Composed later only: nobody waits.
    run_composed later.h5 "${tight/always/\{windows: [[2 h, 3 h]]\}}
$crash"
    expect_eval later.h5 "np.allclose(m('makespan', 'always')[:, 0], [36000 + 40 + 1000, 36000], rtol=0, atol=1e-6)"
    expect_eval later.h5 "m('application_extent', 'always')[0, scope.index('enclave')] == 1"
    # Composed while the other is down: from then on.
    run_composed midway.h5 "${tight/always/\{windows: [[1010 s, 3 h]]\}}
$crash"
    expect_eval midway.h5 "np.allclose(m('makespan', 'always')[1, 0], 36000 + 30, rtol=0, atol=1e-6)"
}

@test "tight partners wait by way of others, and two that are down do not wait for ever" {
    sed 's/nodes: 4}/nodes: 6}/; s/    - {name: analysis.*/&\n    - {name: third, application: mpi-bulk-synchronous, nodes: 2}/' \
        "$scenarios/composed.yaml" >three.yaml
    cat >>three.yaml <<'END'
compositions:
  - {name: one, between: [simulation, analysis], over: network, when: always, coupling: tight}
  - {name: two, between: [analysis, third], over: network, when: always, coupling: tight}
script:
  - {at: 1000 s, node: 0, enclave: simulation, zone: guest-kernel, kind: data, ending: signalled}
  - {at: 1010 s, node: 0, enclave: third, zone: guest-kernel, kind: data, ending: signalled}
END
    run_bulkhead run three.yaml -q -o three.h5
    expect_status 0
    # One is down from 1000 to 1040 s, the other from 1010 to 1050 s.
    expect_eval three.h5 "np.allclose(m('node_time', 'always')[:, 0, part.index('composition-wait')] / 2, [10, 50, 10],
                          rtol=0, atol=1e-6)" \
        "np.allclose(m('makespan', 'always')[:, 0], [36000 + 50 + 1000, 36000 + 50, 36000 + 50 + 1000], rtol=0, atol=1e-6)"
}

@test "of an enclave's partners only those wait that are tight" {
    sed 's/nodes: 4}/nodes: 6}/; s/    - {name: analysis.*/&\n    - {name: third, application: mpi-bulk-synchronous, nodes: 2}/' \
        "$scenarios/composed.yaml" >three.yaml
    cat >>three.yaml <<END
compositions:
  - {name: one, between: [simulation, analysis], over: network, when: always, coupling: tight}
  - {name: two, between: [simulation, third], over: network, when: always, coupling: loose}
$crash
END
    run_bulkhead run three.yaml -q -o three.h5
    expect_status 0
    expect_eval three.h5 "np.allclose(m('node_time', 'always')[:, 0, part.index('composition-wait')] / 2, [0, 40, 0], rtol=0, atol=1e-6)"
}

@test "exchanges take the time of their bytes on the links, and tight partners wait for them" {
    # Each of 2 nodes sends 12.5 MB a period to the partner's.
    local line='compositions: [{name: coupled, between: [simulation, analysis], over: network, when: {windows: [[1 h, 2 h]]}, volume: 12.5 MB, period: 100 s, coupling: tight}]'
    run_composed tight.h5 "$line"
    run_composed loose.h5 "${line/tight/loose}"
    # 25 MB from two hosts at 1.25 GB/s each: 10 ms; the first after a period, the last before the window ends.
    expect_eval tight.h5 "m('exchanges', 'never')[0] == 35" "m('exchanged_bytes', 'never')[0] == 35 * 2 * 25e6" \
        "np.allclose(m('exchange_time', 'never')[0], 35 * 0.01, rtol=1e-9)" \
        "np.allclose(m('makespan', 'never')[:, 0], 36000 + 35 * 0.01, rtol=0, atol=1e-6)" \
        "np.allclose(m('node_time', 'never')[:, 0, part.index('composition')], 2 * 35 * 0.01, rtol=0, atol=1e-6)"
    expect_eval loose.h5 "m('exchanges', 'never')[0] == 35" "np.all(m('makespan', 'never') == 36000)"
    # Out from 3690 to 3730 s: the first exchange, at 3700 s, falls away.
    run_composed out.h5 "${line/tight/loose}
${crash/1000/3690}"
    expect_eval out.h5 "m('exchanges', 'never')[0] == 34"
}

@test "a disposition of a whole composition takes down all partners that are composed then" {
    local whole='define:
  policies:
    whole: {description: all partners go, dispositions: {host-kernel: node, host-user: guest, guest-kernel: composition, guest-user: process}, guards: strongest}'
    run_composed on.h5 "$tight
$crash
$whole" --set policies.0.policy=whole --set policies.0.name=whole --set baseline=whole
    expect_eval on.h5 "np.all(m('interruptions', 'whole') == 1)" "m('enclaves_lost', 'whole')[0] == 2" \
        "np.allclose(m('makespan', 'whole')[:, 0], 36000 + 1040, rtol=0, atol=1e-6)" \
        "m('system_extent', 'whole')[0, scope.index('composition')] == 1" "m('simultaneous_losses', 'whole')[0] == 1"
    # What was live in a partner's guests is gone with them.
    run_composed live.h5 "$tight
script:
  - {at: 900 s, node: 0, enclave: analysis, zone: guest-kernel, kind: instruction, ending: signalled}
  - {at: 1000 s, node: 0, enclave: simulation, zone: guest-kernel, kind: data, ending: signalled}
$whole" --set policies.0.policy=whole --set policies.0.name=whole --set baseline=whole \
        --set models.zones.guest-kernel.instruction.lifetime='1 h'
    expect_eval live.h5 "m('failures', 'whole')[0].sum() == 1" "np.all(m('interruptions', 'whole') == 1)" \
        "m('errors', 'whole')[0] == 2"
    # Loose ones go down, too.
    run_composed loose.h5 "${tight/tight/loose}
$crash
$whole" --set policies.0.policy=whole --set policies.0.name=whole --set baseline=whole
    expect_eval loose.h5 "m('enclaves_lost', 'whole')[0] == 2"
    run_composed off.h5 "${tight/always/never}
$crash
$whole" --set policies.0.policy=whole --set policies.0.name=whole --set baseline=whole
    expect_eval off.h5 "m('interruptions', 'whole').sum() == 1" "m('enclaves_lost', 'whole')[0] == 1"
}

@test "losses at once are judged by what the scenario accepts" {
    local two='script:
  - {at: 1000 s, node: 0, enclave: simulation, zone: guest-kernel, kind: data, ending: signalled}
  - {at: 1500 s, node: 0, enclave: analysis, zone: guest-kernel, kind: data, ending: signalled}'
    run_composed short.h5 "acceptance: {lost-at-once: 1, within: 8 min}
$two"
    expect_eval short.h5 "m('unacceptable', 'always')[0] == 0" "np.isnan(m('unacceptable_time', 'always')[0])" \
        "m('lost_at_once', 'always')[0] == 1"
    run_composed long.h5 "acceptance: {lost-at-once: 1, within: 9 min}
$two"
    expect_text "$output" unacceptable '100 %'
    expect_eval long.h5 "m('unacceptable', 'always')[0] == 1" "abs(m('unacceptable_time', 'always')[0] - 1500) < 1e-6"
    run_composed two.h5 "acceptance: {lost-at-once: 2, within: 9 min}
$two"
    expect_eval two.h5 "m('unacceptable', 'always')[0] == 0" "m('lost_at_once', 'always')[0] == 2"
    run_bulkhead run composed.yaml -q --json
    expect_text "$output" '"unacceptable"'
    # One that is lost twice is one enclave.
    run_composed again.h5 "acceptance: {lost-at-once: 1, within: 9 min}
${two/analysis/simulation}"
    expect_eval again.h5 "m('unacceptable', 'always')[0] == 0" "m('lost_at_once', 'always')[0] == 1" \
        "m('enclaves_lost', 'always')[0] == 2" "m('losing_errors', 'always')[0] == 2"
}

@test "an enclave that one error takes down twice is lost once to it" {
    # A kernel's error reaches a process at once, which crashes long before the kernel does.
    run_composed twice.h5 "$crash" --set models.zones.guest-kernel.data.lifetime='30 min' \
        --set models.zones.guest-user.data.lifetime='1 ms' --set models.channels.kernel-to-process.probability=1 \
        --set models.zones.guest-user.data.masked=0 --set models.zones.guest-user.data.signalled=1 \
        --set models.zones.guest-user.data.silent=0 --set models.zones.guest-user.data.hang=0 \
        --set models.guards.process/kernel.hardware-protection.blocks=0
    expect_eval twice.h5 "m('failures', 'always')[0].sum() == 2" "m('interruptions', 'always')[0, 0] == 2" \
        "m('enclaves_lost', 'always')[0] == 1" "m('losing_errors', 'always')[0] == 1"
}

# --- Guards that come and go -------------------------------------------------------------------------------------------

@test "guards switch with the composition, and switching holds the enclave up" {
    run_composed switch.h5 'compositions: [{name: coupled, between: [simulation, analysis], over: network, when: {windows: [[1 h, 2 h]]}}]' \
        --set models.guards.enclave/enclave.checksummed-copies.switch-time='10 min'
    expect_eval switch.h5 "np.allclose(m('protected_time', 'deferred'), 3600 - 600, rtol=0, atol=1e-6)" \
        "np.all(m('switches', 'deferred') == 2)" "np.all(m('switches', 'always') == 0)" \
        "np.allclose(m('node_time', 'deferred')[:, 0, part.index('switching')], 2 * 1200, rtol=0, atol=1e-6)" \
        "np.allclose(m('makespan', 'deferred'), 36000 + 1200, rtol=0, atol=1e-6)" \
        "np.all(m('makespan', 'always') == 36000)"
}

@test "adaptive guards go on with the second error of an enclave within a day, and its partner's do not" {
    run_composed adaptive.h5 'compositions: [{name: coupled, between: [simulation, analysis], over: network, when: always}]
script:
  - {at: 1000 s, node: 0, enclave: simulation, zone: guest-kernel, kind: data, ending: signalled}
  - {at: 1500 s, node: 0, enclave: analysis, zone: guest-kernel, kind: data, ending: signalled}
  - {at: 2000 s, node: 1, enclave: simulation, zone: guest-kernel, kind: data, ending: signalled}' \
        --set policies.1.policy=composition-adaptive --set models.guards.enclave/enclave.checksummed-copies.switch-time='10 min'
    expect_eval adaptive.h5 "m('switches', 'deferred')[:, 0].tolist() == [1, 0]" \
        "np.allclose(m('protected_time', 'deferred')[:, 0], [m('elapsed', 'deferred')[0, 0] - 2600, 0], rtol=0, atol=1e-6)"
}

@test "without a composition, policies that differ in composition rules alone give equal results" {
    sed -e '/analysis/d' -e 's/, nodes: 2}/}/' -e 's/^costs: no/costs: yes/' -e '/^faults/d' -e '/^models/,$d' \
        "$scenarios/composed.yaml" >alone.yaml
    cat >>alone.yaml <<'END'
  - {system: kvm, policy: composition-threshold, name: threshold}
  - {system: kvm, policy: composition-adaptive, name: adaptive}
checkpoints: {local: {interval: exact}, storage: {interval: exact}}
faults: {software: yes}
models: {components.linux.fault-rate: 0.2 1/h, applications.mpi-bulk-synchronous.fault-rate: 0.01 1/h}
replicas: 20
END
    run_bulkhead run alone.yaml -q -o alone.h5
    expect_status 0
    expect_eval alone.h5 "m('interruptions', 'always').min() > 0" \
        "all(np.array_equal(m(name, 'always'), m(name, policy), equal_nan=True)
             for policy in ('deferred', 'never', 'threshold', 'adaptive')
             for name in ('makespan', 'node_time', 'interruptions', 'errors', 'system_extent', 'escape_exact', 'escape_seen',
                          'containment_exact', 'interval', 'failures', 'propagation_depth', 'sdc', 'price'))"
}

@test "deferred guards cost no more than guards that are always on, and switching is told apart" {
    for degree in 0.1 0.5 0.9; do
        run_composed cost.h5 "compositions: [{name: coupled, between: [simulation, analysis], over: network, when: {degree: $degree, mean-on: 10 min}}]" \
            --set costs=yes --replicas 2 --seed "${degree#0.}"
        expect_eval cost.h5 "np.all(m('fault_free_node_time', 'deferred')[:, part.index('guards')]
                                    < m('fault_free_node_time', 'always')[:, part.index('guards')])" \
            "np.all(m('fault_free_node_time', 'deferred')[:, part.index('guards')]
                    > m('fault_free_node_time', 'never')[:, part.index('guards')])" \
            "np.all(m('fault_free_node_time', 'deferred')[:, part.index('switching')] > 0)" \
            "np.all(m('fault_free_node_time', 'always')[:, part.index('switching')] == 0)"
    done
}

# Three errors a replica, in processes, that cross and end masked, so that timelines stay the same whatever crosses; the
# guard drops what it blocks. Switching takes long, so that errors come while guards are not on yet.
run_crossings() {
    local file=$1 medium=$2 when=$3 nodes=$4
    shift 4
    { sed -e "s/, nodes: 2}/$nodes}/" -e 's/composition-always/keep/; s/composition-deferred/defer/; s/composition-never/drop/' \
          "$scenarios/composed.yaml"
      cat <<END
define:
  policies:
    keep: {description: always, dispositions: &d {host-kernel: node, host-user: guest, guest-kernel: guest, guest-user: process}, guards: {others: strongest, enclave/enclave: copy-on-write}}
END
    } | sed 's/&d //' >crossings.yaml
    cat >>crossings.yaml <<END
    defer: {description: deferred, dispositions: {host-kernel: node, host-user: guest, guest-kernel: guest, guest-user: process}, guards: {others: strongest, enclave/enclave: copy-on-write}, protect: composed, unprotected: {others: strongest, enclave/enclave: shared-memory}}
    drop: {description: never, dispositions: {host-kernel: node, host-user: guest, guest-kernel: guest, guest-user: process}, guards: {others: strongest, enclave/enclave: shared-memory}}
compositions: [{name: coupled, between: [simulation, analysis], over: $medium, when: $when}]
script:
  - {at: 1 h, node: 0, enclave: simulation, zone: guest-user, kind: data}
  - {at: 4 h, node: 1, enclave: analysis, zone: guest-user, kind: data}
  - {at: 7 h, node: 0, enclave: analysis, zone: guest-user, kind: instruction}
END
    run_bulkhead run crossings.yaml -q -o "$file" --replicas 60 \
        --set models.guards.enclave/enclave.copy-on-write.switch-time='5 min' \
        --set models.zones.guest-user.data.masked=1 --set models.zones.guest-user.data.signalled=0 \
        --set models.zones.guest-user.data.silent=0 --set models.zones.guest-user.data.lifetime='10 min' \
        --set models.zones.guest-user.instruction.masked=1 --set models.zones.guest-user.instruction.signalled=0 \
        --set models.zones.guest-user.instruction.silent=0 --set models.zones.guest-user.instruction.lifetime='20 min' "$@"
    expect_status 0
}

@test "what crosses under always crosses under deferred, and what crosses under that under never" {
    local medium seed=1
    for medium in shared-memory network; do
        for when in '{degree: 0.3, mean-on: 10 min}' '{degree: 0.7, mean-on: 30 min}' '{windows: [[3500 s, 4 h], [6 h, 8 h]]}'; do
            run_crossings cross.h5 "$medium" "$when" "$([ $medium = network ] && echo ', nodes: 2')" --seed $seed
            seed=$((seed + 1))
            expect_eval cross.h5 "np.array_equal(m('errors', 'always'), m('errors', 'never'))" \
                "np.all(m('guard_crossed', 'always')[:, boundary.index('enclave/enclave')]
                        <= m('guard_crossed', 'deferred')[:, boundary.index('enclave/enclave')])" \
                "np.all(m('guard_crossed', 'deferred')[:, boundary.index('enclave/enclave')]
                        <= m('guard_crossed', 'never')[:, boundary.index('enclave/enclave')])" \
                "0 < m('guard_crossed', 'always')[:, boundary.index('enclave/enclave')].sum()
                   < m('guard_crossed', 'deferred')[:, boundary.index('enclave/enclave')].sum()
                   < m('guard_crossed', 'never')[:, boundary.index('enclave/enclave')].sum()" \
                "np.all(m('escape_seen', 'always')[:, boundary.index('enclave/enclave')]
                        <= m('escape_seen', 'never')[:, boundary.index('enclave/enclave')])" \
                "'$medium' != 'network' or m('system_extent', 'never')[:, scope.index('composition')].sum()
                    == m('escape_seen', 'never')[:, boundary.index('node/node')].sum() > 0"
        done
        run_crossings zero.h5 "$medium" '{degree: 0, mean-on: 10 min}' "$([ $medium = network ] && echo ', nodes: 2')"
        expect_eval zero.h5 "m('errors', 'always').sum() == 180" \
            "all(m(name, policy)[:, boundary.index('enclave/enclave')].sum() == 0 for policy in ('always', 'deferred', 'never')
                 for name in ('guard_crossed', 'guard_blocked', 'escape_seen'))"
    done
}

@test "of two enclaves' guards the stronger stands in between" {
    local medium apart
    for medium in shared-memory network; do
        apart=
        [ $medium = shared-memory ] || apart=', nodes: 2'
        run_crossings plain.h5 $medium always "$apart"
        # One has the guard of always and the other that of never, in turn: as if both had it.
        for policies in 'keep drop' 'drop keep'; do
            run_crossings mixed.h5 $medium always "$apart" --set workload.enclaves.0.policy="${policies% *}" \
                --set workload.enclaves.1.policy="${policies#* }"
            "$PYTHON" - <<'END'
import h5py, numpy as np
plain, mixed = h5py.File("plain.h5", "r"), h5py.File("mixed.h5", "r")
for name in ("guard_crossed", "guard_blocked"):
    assert np.array_equal(plain[name][0], mixed[name][2]) and plain[name][0, :, 2].sum() > 20, name
    assert not np.array_equal(plain[name][0], plain[name][2])
END
        done
    done
}

@test "a guard blocks its share of what crosses" {
    local medium
    for medium in shared-memory network; do
        run_crossings share.h5 $medium always "$([ $medium = network ] && echo ', nodes: 2')" --replicas 200 \
            --set models.guards.enclave/enclave.copy-on-write.blocks=0.8
        expect_eval share.h5 "all(n > 200 and abs(blocked - 0.8 * n) < 4 * np.sqrt(0.16 * n) for blocked, n in
            [(m('guard_blocked', 'always')[:, b].sum(), (m('guard_blocked', 'always') + m('guard_crossed', 'always'))[:, b].sum())
             for b in [boundary.index('enclave/enclave')]])"
    done
}

@test "a composition that begins opens ways for errors that live, anew each time" {
    # Ten windows of six minutes: a way that is tried at c = 2/h while it is open is taken with 1 - e^-2. Times of attempts
    # are drawn anew in each window, and the error outlives them all.
    local medium windows='[[1 h, 1.1 h], [2 h, 2.1 h], [3 h, 3.1 h], [4 h, 4.1 h], [5 h, 5.1 h], [6 h, 6.1 h], [7 h, 7.1 h], [8 h, 8.1 h], [9 h, 9.1 h], [9.5 h, 9.6 h]]'
    for medium in shared-memory network; do
        run_crossings open.h5 $medium "{windows: $windows}" "$([ $medium = network ] && echo ', nodes: 2')" --replicas 200 \
            --set 'script=[{at: 30 min, node: 0, enclave: simulation, zone: guest-user, kind: data}]' \
            --set models.zones.guest-user.data.lifetime='1000 h' --set models.channels.shared-memory.probability=0.99950025 \
            --set models.channels.message.probability=0.99950025
        # 200 replicas: standard error 2.4 %. What crosses may come back.
        expect_eval open.h5 "abs((m('guard_crossed', 'never')[:, boundary.index('enclave/enclave')] > 0).mean() - (1 - np.exp(-2)))
            < 4 * 0.024"
    done
}

@test "a degree of 0 is never: under deferred as without any guard, in every number" {
    local name
    declare -A degree=([zero]='{degree: 0, mean-on: 10 min}' [never]=never)
    for name in zero never; do
        { sed -e 's/, nodes: 2}/}/' -e 's/^costs: no/costs: yes/' -e '/^faults/d' -e '/^models/,$d' "$scenarios/composed.yaml"
          cat <<END
compositions: [{name: coupled, between: [simulation, analysis], over: shared-memory, when: ${degree[$name]}, coupling: tight}]
checkpoints: {local: {interval: exact}}
models: {components.linux.fault-rate: 0.2 1/h, applications.mpi-bulk-synchronous.fault-rate: 0.1 1/h}
replicas: 10
END
        } >zero.yaml
        run_bulkhead run zero.yaml -q -o $name.h5
        expect_status 0
    done
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" same zero.h5 never.h5
    # Guards that never change count as on, also where nothing stands in between.
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" equal-policies zero.h5 deferred never protected_time
    expect_eval zero.h5 "m('interruptions', 'never').min() > 0" \
        "m('guard_crossed', 'never')[:, boundary.index('enclave/enclave')].sum() == 0" \
        "m('makespan', 'always').mean() > m('makespan', 'never').mean()"
}

@test "silent errors on composed nodes: intervals are chosen by the rates of all states" {
    local name
    declare -A when=([apart]=never [half]='{degree: 0.5, mean-on: 1 h}' [on]=always)
    for name in apart half on; do
        run_composed $name.h5 "checkpoints: {local: {interval: exact}}
compositions: [{name: coupled, between: [simulation, analysis], over: shared-memory, when: ${when[$name]}}]" \
            --set 'workload.enclaves.0={name: simulation, application: mpi-bulk-synchronous, node-share: 0.5, verification: {every: checkpoint, cost: 10 s}}' \
            --set 'workload.enclaves.1={name: analysis, application: mpi-bulk-synchronous, node-share: 0.5}' \
            --set faults=all --set models.applications.mpi-bulk-synchronous.fault-rate='0.1 1/h'
    done
    # The rates of half the time lie half way, and so between the intervals that they lead to.
    "$PYTHON" - <<'END'
import h5py
apart, half, on = (h5py.File(name, "r")["interval"][2, 0, 1] for name in ("apart.h5", "half.h5", "on.h5"))
print(apart, half, on)
assert on < half < apart
END
}

@test "a script on nodes of more composed processes than the chain holds runs, and nothing is called exact" {
    run_composed many.h5 "$crash
compositions: [{name: coupled, between: [simulation, analysis], over: shared-memory, when: {degree: 0.5, mean-on: 1 h}}]" \
        --set 'workload.enclaves=[{name: simulation, application: mpi-bulk-synchronous, guests-per-node: 2, processes-per-guest: 2, node-share: 0.5}, {name: analysis, application: mpi-bulk-synchronous, processes-per-guest: 3, node-share: 0.5}]'
    expect_eval many.h5 "np.isnan(m('script_extent_exact', 'always')).all()" "m('errors', 'always')[0] == 1"
}

@test "the guard that was on is recorded with what crossed" {
    run_crossings cause.h5 shared-memory always '' --set models.zones.guest-user.data.masked=0 \
        --set models.zones.guest-user.data.signalled=1
    expect_eval cause.h5 "any('enclave/enclave' in str(c) and 'shared-memory' in str(c) for c in causes('never'))" \
        "any('enclave/enclave' in str(c) and 'copy-on-write' in str(c) for c in causes('always'))" \
        "not any('shared-memory' in str(c) for c in causes('always'))"
}

@test "the exact chain mixes states by their shares, and the simulation agrees" {
    # Compositions that last far longer than errors live, as the mixture takes them to.
    { sed -e 's/, nodes: 2}/}/' "$scenarios/composed.yaml"
      echo 'compositions: [{name: coupled, between: [simulation, analysis], over: shared-memory, when: {degree: 0.4, mean-on: 6 h}}]'
    } | sed -e '/^faults/d' -e '/^models/,/^replicas/{/^replicas/!d}' >mixed.yaml
    run_bulkhead run mixed.yaml -q -o mixed.h5 --set models.applications.mpi-bulk-synchronous.fault-rate='0.05 1/h' \
        --set models.zones.guest-user.data.lifetime='1 s' --replicas 150
    expect_status 0
    # Three policies, one boundary: 3.3 standard deviations are a thousandth for all together.
    expect_eval mixed.h5 "m('escape_seen', 'never')[:, boundary.index('enclave/enclave')].sum() > 30" \
        "all(abs(m('escape_seen', p)[:, b].sum() - q * n) < 3.6 * np.sqrt(q * (1 - q) * n) + 1
             for b in [boundary.index('enclave/enclave')] for p in ('always', 'deferred', 'never')
             for q in [m('escape_exact', p)[b]] for n in [m('escape_exposed', p)[:, b].sum()])" \
        "m('escape_exact', 'always')[boundary.index('enclave/enclave')]
            <= m('escape_exact', 'deferred')[boundary.index('enclave/enclave')]
             < m('escape_exact', 'never')[boundary.index('enclave/enclave')]"
}

@test "the node's operating system clips what is asked for" {
    run_composed clip.h5 "$tight" --set policies.2.node-os='{least: {enclave/enclave: checksummed-copies}}' --set costs=yes
    expect_eval clip.h5 "np.array_equal(m('makespan', 'never'), m('makespan', 'always'))"
}

# --- Many, and the same on any number of cores -----------------------------------------------------------------------------

@test "pairs of many enclaves, composed at random, give equal bytes for any number of jobs" {
    cat >many.yaml <<'END'
scenario: many
platform: {file: parametric.yaml, nodes: 1024}
workload:
  work: 4 h
  enclaves: [{name: job, application: mpi-bulk-synchronous, count: 64}]
compositions:
  - {name: pairs, between: [job], pairing: random, over: network, when: {degree: 0.3, mean-on: 20 min}, volume: 100 MB, period: 10 min, coupling: tight}
policies: [{system: kvm, policy: composition-deferred}]
faults: {hardware: [node-loss], software: yes}
models: {components.linux.fault-rate: 0.01 1/h, applications.mpi-bulk-synchronous.fault-rate: 0.01 1/h}
replicas: 4
END
    run_bulkhead run many.yaml -q -o one.h5 -j 1
    expect_status 0
    run_bulkhead run many.yaml -q -o two.h5 -j 2
    expect_status 0
    cmp one.h5 two.h5
    expect_eval one.h5 "m('node_time', 'kvm composition-deferred')[..., part.index('composition-wait')].sum() > 0" \
        "m('exchanges', 'kvm composition-deferred').min() > 100" \
        "m('guard_blocked', 'kvm composition-deferred').sum() > 0"
}

@test "shared memory at random, deferred and adaptive guards, and restarts of all kinds give equal bytes for any number of jobs" {
    cat >bits.yaml <<'END2'
scenario: bits
platform: {file: parametric.yaml, nodes: 256}
workload:
  work: 6 h
  horizon: 10 d
  enclaves:
    - {name: one, application: mpi-bulk-synchronous, nodes: 128, node-share: 0.5, count: 4}
    - {name: two, application: mpi-bulk-synchronous, shares-with: one, node-share: 0.3, count: 4}
    - {name: service, application: loss-tolerant-service, shares-with: one, node-share: 0.2, count: 4}
    - {name: far, application: mpi-bulk-synchronous, count: 8}
compositions:
  - {name: near, between: [one, two], over: shared-memory, when: {degree: 0.5, mean-on: 20 min}, coupling: tight, restart: together}
  - {name: served, between: [two, service], over: shared-memory, when: {degree: 0.3, mean-on: 10 min}}
  - {name: pairs, between: [far], pairing: random, over: network, when: {degree: 0.4, mean-on: 15 min}, volume: 10 MB, period: 5 min, coupling: tight, restart: alone}
checkpoints: {local: {interval: 20 min}, storage: {interval: 1 h}}
acceptance: {lost-at-once: 1, within: 10 min}
policies:
  - {system: kvm, policy: composition-deferred, name: deferred}
  - {system: kvm, policy: composition-adaptive, name: adaptive}
  - {system: palacios, policy: composition-deferred, name: palacios}
baseline: deferred
faults: {hardware: [node-loss], software: yes}
models: {components.linux.fault-rate: 0.01 1/h, components.kitten.fault-rate: 0.01 1/h, applications.mpi-bulk-synchronous.fault-rate: 0.02 1/h, zones.guest-user.data.lifetime: 30 s}
replicas: 4
END2
    run_bulkhead run bits.yaml -q -o one.h5 -j 1
    expect_status 0
    run_bulkhead run bits.yaml -q -o two.h5 -j 2
    expect_status 0
    cmp one.h5 two.h5
    expect_eval one.h5 "all(m('switches', p).max() > 0 and m('guard_blocked', p)[:, boundary.index('enclave/enclave')].sum() > 0
            and m('node_time', p)[..., part.index('composition-wait')].sum() > 0 and m('exchanges', p).min() > 10
            and m('enclaves_lost', p).min() > 10 for p in ('deferred', 'adaptive', 'palacios'))"
}
