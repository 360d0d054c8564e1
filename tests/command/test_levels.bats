#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Checkpoint levels: what each survives by script, times and intervals by hand, and one level at a time by closed form.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    scenarios=$SOURCE_DIRECTORY/tests/data/scenarios
    "$PYTHON" -c 'import h5py, numpy' 2>/dev/null || skip "no h5py to read results with"
}

# run_one OUTPUT CHECKPOINTS SCRIPT [OPTION...]: four nodes; `-` for no script.
run_one() {
    local file=$1 checkpoints=$2 script=$3
    shift 3
    sed -e '/^checkpoints:/,/final:/d' "$scenarios/one-enclave.yaml" >one.yaml
    printf 'checkpoints: {%s}\n' "$checkpoints" >>one.yaml
    [ "$script" = - ] || printf 'script: [%s]\n' "$script" >>one.yaml
    run_bulkhead run one.yaml -q -o "$file" "$@"
    expect_status 0
}

# expect_eval FILE EXPRESSION...: see run.py.
expect_eval() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" eval "$@"
}

# --- What survives -------------------------------------------------------------------------------------------------

# Checkpoints every hour in 60 s, restored in 20 s: at 10,000 s two are complete, and 2,680 s have been computed since. The
# failure costs these and its outage if the level survives, else all 10,000 s and an outage without a restore.
spares_for='node-loss, crash'
# expect_survivors POLICY FAULT OUTAGE LEVELS...: those that survive; OUTAGE without the restore.
expect_survivors() {
    local policy=$1 fault=$2 outage=$3 level file seconds
    shift 3
    for level in memory local partner storage; do
        file=$level.h5
        run_one "$file" "$level: {interval: 1 h, write: 60 s, read: 20 s}" "{at: 10000 s, node: 1, $fault}" \
            --set workload.spares=2 --set "workload.spares-for=[$spares_for]"
        case " $* " in
        *" $level "*) seconds=$((14400 + 180 + 2680 + outage + 20)) ;;
        *) seconds=$((10000 + outage + 14400 + 180)) ;;
        esac
        expect_eval "$file" "m('interruptions', '$policy').tolist() == [[1]]" \
            "np.allclose(m('makespan', '$policy'), $seconds, rtol=1e-9)" || { echo "$level" >&2; return 1; }
    done
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" ledger storage.h5 2
}

@test "a process is lost: every level survives" {
    expect_survivors kvm 'zone: guest-user, ending: signalled' $((5 + 10)) memory local partner storage
    expect_survivors native 'zone: guest-user, ending: signalled' $((5 + 10)) memory local partner storage
}

@test "a guest is lost: what its memory held is gone" {
    expect_survivors kvm 'zone: guest-kernel, ending: signalled' $((5 + 25 + 10)) local partner storage
}

@test "a node reboots in its place: its memory is gone, a native node's too" {
    spares_for=node-loss
    expect_survivors kvm 'zone: host-kernel, ending: signalled' $((5 + 300 + 25 + 10)) local partner storage
    expect_survivors native 'zone: host-kernel, ending: signalled' $((5 + 300 + 10)) local partner storage
}

@test "a spare takes the place of a node that crashes: its disk is gone to it, its partner's not" {
    expect_survivors kvm 'zone: host-kernel, ending: signalled' $((5 + 45 + 25 + 10)) partner storage
    expect_survivors native 'zone: host-kernel, ending: signalled' $((5 + 45 + 10)) partner storage
}

@test "a node is lost for good: its disk is gone, its partner's not" {
    expect_survivors kvm 'fault: node-loss' $((5 + 45 + 25 + 10)) partner storage
    expect_survivors native 'fault: node-loss' $((5 + 45 + 10)) partner storage
}

@test "another enclave's guest costs an enclave on the same node nothing" {
    sed -e '/^checkpoints:/,/final:/d' -e "s/, processes-per-guest: 4/, node-share: 0.5/" "$scenarios/one-enclave.yaml" |
        sed -e '/name: simulation/a\    - {name: other, application: mpi-bulk-synchronous, node-share: 0.5}' >two.yaml
    cat >>two.yaml <<'END'
checkpoints: {memory: {interval: 1 h, write: 60 s, read: 20 s}}
script: [{at: 10000 s, node: 1, enclave: other, zone: guest-kernel, ending: signalled}]
END
    run_bulkhead run two.yaml -q -o two.h5
    expect_status 0
    expect_eval two.h5 "m('makespan', 'kvm')[0, 0] == 14580" \
        "np.allclose(m('makespan', 'kvm')[1, 0], 10000 + 40 + 14580, rtol=1e-9)"
}

@test "guests booted everywhere lose their memory, native processes do not" {
    cat >>policy.yaml <<'END'
define:
  policies:
    widespread:
      description: a process takes its enclave along
      dispositions: {host-kernel: node, host-user: enclave, guest-kernel: enclave, guest-user: enclave}
      guards: strongest
END
    local level='memory: {interval: 1 h, write: 60 s, read: 20 s}' fault='{at: 10000 s, zone: guest-user, ending: signalled}'
    run_one everywhere.h5 "$level" "$fault"
    cat policy.yaml >>one.yaml
    run_bulkhead run one.yaml -q -o everywhere.h5 --set policies.0.policy=widespread --set policies.1.policy=widespread
    expect_status 0
    expect_eval everywhere.h5 "np.allclose(m('makespan', 'kvm'), 10000 + 5 + 25 + 10 + 14580, rtol=1e-9)" \
        "np.allclose(m('makespan', 'native'), 14580 + 2680 + 5 + 10 + 20, rtol=1e-9)"
}

# --- Partners ------------------------------------------------------------------------------------------------------

# Of four nodes 0 and 2 are partners, 1 and 3. An outage takes 60 s and a restore of 20 s.
lose_two() {
    run_one "$1" 'partner: {interval: 1 h, write: 60 s, read: 20 s}' \
        "{at: $2 s, node: 0, fault: node-loss}, {at: $3 s, node: $4, fault: node-loss}" --set workload.spares=2
    expect_eval "$1" "m('interruptions', 'native').tolist() == [[2]]" \
        "np.allclose(m('makespan', 'native'), $5, rtol=1e-9)"
}

@test "a node and its partner, lost between two checkpoints, take the checkpoint along" {
    # 0 s, lost 2680 s at 10,000 s, and 920 s more at 11,000 s, when they have been up again since 10,080 s.
    lose_two pair.h5 10000 11000 2 $((11000 + 60 + 14580))
    # Two of different pairs: back to 7,200 s of work both times.
    lose_two apart.h5 10000 11000 3 $((14580 + 2680 + 80 + 920 + 80))
    lose_two same.h5 10000 11000 0 $((14580 + 2680 + 80 + 920 + 80))
}

@test "a checkpoint between them makes a pair whole again" {
    # Up again at 10,080 s with 7,200 s of work; the third checkpoint is complete at 13,740 s.
    lose_two later.h5 10000 14000 2 $((14580 + 2680 + 80 + 260 + 80))
    # Lost at the very second before it is complete, all is gone.
    lose_two before.h5 10000 13739 2 $((13739 + 60 + 14580))
}

@test "partners one node apart are other pairs" {
    run_one near.h5 'partner: {interval: 1 h, write: 60 s, read: 20 s}' \
        '{at: 10000 s, node: 0, fault: node-loss}, {at: 11000 s, node: 2, fault: node-loss}' --set workload.spares=2 \
        --set models.recovery.partner-distance=0
    expect_eval near.h5 "np.allclose(m('makespan', 'native'), $((14580 + 2680 + 80 + 920 + 80)), rtol=1e-9)"
    run_one near.h5 'partner: {interval: 1 h, write: 60 s, read: 20 s}' \
        '{at: 10000 s, node: 0, fault: node-loss}, {at: 11000 s, node: 3, fault: node-loss}' --set workload.spares=2 \
        --set models.recovery.partner-distance=0
    expect_eval near.h5 "np.allclose(m('makespan', 'native'), $((11000 + 60 + 14580)), rtol=1e-9)"
}

# --- Several levels --------------------------------------------------------------------------------------------------

@test "two levels, two failures: a timeline by hand" {
    # Memory every 30 min in 10 s, storage every second time in 100 s. At 6,000 s a process: 470 s since the third
    # checkpoint are done again after 5 + 10 + 5 s. At 7,900 s a guest, while the fourth goes to storage (complete in
    # memory at 7,830 s): back to the second, at 3,600 s of work, after 5 + 25 + 10 + 50 s. From 7,990 s on 10,800 s of
    # work, memory five times (the last stretch has none), storage twice.
    run_one two.h5 'memory: {interval: 30 min, write: 10 s, read: 5 s}, storage: {interval: 1 h, write: 100 s, read: 50 s}' \
        '{at: 6000 s, zone: guest-user, ending: signalled}, {at: 7900 s, zone: guest-kernel, ending: signalled}'
    expect_eval two.h5 "m('interruptions', 'kvm').tolist() == [[2]]" \
        "np.allclose(m('makespan', 'kvm'), 7990 + 10800 + 5 * 10 + 2 * 100, rtol=1e-12)" \
        "np.allclose(m('node_time', 'kvm')[0, 0, part.index('restore')], 4 * (5 + 50), rtol=1e-9)" \
        "np.allclose(m('node_time', 'kvm')[0, 0, part.index('checkpoint')], 4 * (7 * 10 + 3 * 100), rtol=1e-9)"
}

@test "the nearest level that holds the newest state restores it" {
    # All at once: a restore takes the time of the nearest that survived.
    local all='memory: {interval: 1 h, write: 1 s, read: 10 s}, local: {interval: 1 h, write: 1 s, read: 200 s},
        partner: {interval: 1 h, write: 1 s, read: 3000 s}, storage: {interval: 1 h, write: 1 s, read: 40000 s}' fault read
    for fault in 'zone: guest-user, ending: signalled:10' 'zone: guest-kernel, ending: signalled:200' \
        'fault: node-loss:3000'; do
        read=${fault##*:}
        run_one all.h5 "$all" "{at: 10000 s, node: 1, ${fault%:*}}" --set workload.spares=1
        expect_eval all.h5 "m('node_time', 'kvm')[0, 0, part.index('restore')] == 4 * $read"
    done
    run_one all.h5 "$all" '{at: 10000 s, node: 1, fault: node-loss}, {at: 10001 s, node: 3, fault: node-loss}' \
        --set workload.spares=2
    expect_eval all.h5 "m('node_time', 'kvm')[0, 0, part.index('restore')] == 4 * 40000"
}

# --- Times and intervals -----------------------------------------------------------------------------------------------

@test "times by bandwidth: memory, disk, partner by the slower of disk and link" {
    local all='memory: {interval: 1 h}, local: {interval: 1 h}, partner: {interval: 1 h}'
    run_one times.h5 "$all" - --set 'models.applications.mpi-bulk-synchronous.checkpoint-bytes=10 GB'
    expect_eval times.h5 "[level for level in f['level'][:]] == [b'memory', b'local', b'partner', b'storage']" \
        "m('checkpoint_time', 'native')[0, :3].tolist() == [1, 5, 10]" \
        "np.allclose(m('fault_free_makespan', 'native'), 14400 + 3 * 16, rtol=1e-9)"
    # 1.25 GB/s of network.
    run_one times.h5 "$all" - --set 'models.applications.mpi-bulk-synchronous.checkpoint-bytes=10 GB' \
        --set 'models.recovery.partner-bandwidth=4 GB/s'
    expect_eval times.h5 "m('checkpoint_time', 'native')[0, 2] == 8"
}

# Nodes that reboot at a rate of 2, that are lost at 0.01, and processes that fail at 20 a year: by Young's formula each level's
# interval is sqrt(2 delta M) for what nearer ones do not survive, rounded to a multiple of the nearest.
@test "each level's interval is for the failures that nearer levels do not survive" {
    cat >rates.yaml <<'END'
scenario: rates
platform: {file: parametric.yaml, nodes: 2048}
workload:
  work: 100 d
  enclaves: [{name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 1}]
checkpoints:
  memory: {interval: young, write: 1 s, read: 1 s}
  local: {interval: young, write: 4 s, read: 4 s}
  partner: {interval: young, write: 10 s, read: 10 s}
  storage: {interval: young, write: 10 min, read: 10 min}
costs: no
policies: [{system: native, policy: native, name: native}]
faults: {hardware: [crash, loss], software: yes}
define:
  faults:
    crash: {description: reboots, landing: node, mend: reboot,
      rate: {value: 2, unit: 1/year, status: computed, source: for a test}}
    loss: {description: is gone, landing: node, mend: repair,
      rate: {value: 0.01, unit: 1/year, status: computed, source: for a test},
      repair-median: {value: 1, unit: h, status: computed, source: for a test},
      repair-sigma: {value: 0, status: computed, source: for a test}}
models:
  applications.mpi-bulk-synchronous.fault-rate: 20 1/year
  components.linux.fault-rate: 0
  zones.guest-user.data: {masked: 0, signalled: 1, silent: 0}
  zones.guest-user.instruction: {masked: 0, signalled: 1, silent: 0}
  channels.system-call.probability: 0
replicas: 1
seed: 1
END
    run_bulkhead run rates.yaml -q -o rates.h5 --set workload.work=1d
    expect_status 0
    "$PYTHON" - <<'END'
import h5py, math
import numpy as np
f = h5py.File("rates.h5")
found = f["interval"][0, 0]
n, year = 2048, 365.25 * 86400
process, crash, loss = (r * n / year for r in (20, 2, 0.01))
young = lambda delta, rate: math.sqrt(2 * delta / rate)
base = young(1, process + crash + loss)
local, partner = young(4, crash + loss), young(10, loss)
period = partner + 10
pairs = n / 2 * (1 - math.exp(-loss / n * period)) ** 2 / period
storage = young(600, pairs)
expected = [base] + [base * round(x / base) for x in (local, partner, storage)]
print(found, expected)
assert np.allclose(found, expected, rtol=1e-6)
assert expected[1] > 3 * base and expected[2] > 10 * expected[1] and expected[3] > 3 * expected[2]
END
}

# --- One level at a time -----------------------------------------------------------------------------------------------

# `bulkhead validate` holds the local level against Daly's exact expression. What survives all that strikes is the same.
@test "a level that survives what strikes is as Daly has it, whichever it is" {
    sed -e '/^vary:/,$d' -e '/^# MTTI/d' -e '/^seed/d' -e '/^replicas/d' "$SOURCE_DIRECTORY/experiments/validate/daly.yaml" >daly.yaml
    local level rate='models.faults.node-crash.rate=0.00625 1/h'
    for level in local partner storage; do
        sed -e "s/^  local:/  $level:/" daly.yaml >"$level.yaml"
        run_bulkhead run "$level.yaml" -q -o "$level.h5" --replicas 60 --set "$rate" --set 'workload.work=360 h'
        expect_status 0
    done
    # Processes that fail, at the same rate: 16 nodes of one process each.
    sed -e 's/^  local:/  memory:/' -e 's/^faults:.*/faults: {hardware: none, software: yes}/' daly.yaml >memory.yaml
    cat >>memory.yaml <<'END'
  errors.mechanisms: ideal
  applications.mpi-bulk-synchronous.fault-rate: 0.00625 1/h
  components.linux.fault-rate: 0
  channels.system-call.probability: 0
  zones.guest-user:
    data: {masked: 0, signalled: 1, silent: 0, lifetime: 1 ns, hang: 0}
    instruction: {masked: 0, signalled: 1, silent: 0, lifetime: 1 ns, hang: 0}
END
    run_bulkhead run memory.yaml -q -o memory.h5 --replicas 60 --set 'workload.work=360 h'
    expect_status 0
    "$PYTHON" - <<'END'
import h5py, math
import numpy as np
span = {name: h5py.File(name + ".h5")["makespan"][0, 0] for name in ("memory", "local", "partner", "storage")}
assert np.array_equal(span["local"], span["partner"]) and np.array_equal(span["local"], span["storage"])
m, work, interval, write, restart = 10.0, 360.0, 1.0, 0.05, 4 / 60 + 1 / 60
expected = 3600 * m * math.exp(restart / m) * math.expm1((interval + write) / m) * work / interval
for name in ("memory", "local"):
    mean, error = span[name].mean(), span[name].std(ddof=1) / math.sqrt(span[name].size)
    print(name, mean, expected, error)
    # Two comparisons at a joint level of 1e-4, Student's t with 59 degrees of freedom.
    assert error < 2e-3 * mean and abs(mean - expected) < 4.35 * error
    assert span[name].size == 60
END
}

# --- Several levels at random ------------------------------------------------------------------------------------------

# Eleven settings, intervals by rule and traffic among them: within three standard errors (0.1 to 0.24 %), and within 0.5 %.
@test "two and three levels under failures, the far ones slow: as the exact chain of position and levels has it" {
    { cat "$scenarios/levels.yaml"; "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/levels_chain.py" axis; } >chain.yaml
    run_bulkhead run chain.yaml -q -j 2 -o chain.h5
    expect_status 0
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/levels_chain.py" compare chain.h5
}

# Spares that stand in for crashes, a twentieth as many: local states survive nothing that takes a node.
@test "the same where a spare takes the place of a node that crashes: its local states are gone" {
    { cat "$scenarios/levels.yaml"; "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/levels_chain.py" axis spares; } >chain.yaml
    run_bulkhead run chain.yaml -q -j 2 --replicas 120 -o chain.h5
    expect_status 0
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/levels_chain.py" compare chain.h5 spares
}

@test "check says what goes where" {
    run_one all.h5 'memory: {interval: young}, partner: {interval: 1 h, keep: 2}' '{at: 1 h, node: 3, fault: node-loss}'
    run_bulkhead check one.yaml
    expect_status 0
    expect_text "$output" 'to memory; interval the best by the Young formula' 'to partner nodes; interval 1 h; 2 are kept' \
        'recovery.partner-distance' 'at 1 h node-loss on node 3 of simulation'
}

# --- Guests saved whole ----------------------------------------------------------------------------------------------

# Ten checkpoints of 100 s, or of 150 s with what a guard holds that takes half of the guest's memory. The composition is on
# from 1.5 h to 6.5 h: the second to the sixth checkpoint are written under its guard. At 400 min a process is lost; the
# state that it returns to is the sixth.
@test "guests saved whole are saved and restored with what their guards held when they were written" {
    cp "$scenarios/guest-memory.yaml" guests.yaml
    run_bulkhead run guests.yaml -q -o guests.h5
    expect_status 0
    expect_eval guests.h5 "np.allclose(m('node_time', 'never')[:, 0, part.index('checkpoint')], 2 * 1000, rtol=1e-9)" \
        "np.allclose(m('node_time', 'deferred')[:, 0, part.index('checkpoint')], 2 * 1250, rtol=1e-9)" \
        "np.allclose(m('node_time', 'always')[:, 0, part.index('checkpoint')], 2 * 1500, rtol=1e-9)"
    printf 'script: [{at: 400 min, node: 0, enclave: simulation, zone: guest-user, kind: data, ending: signalled}]\n' \
        >>guests.yaml
    run_bulkhead run guests.yaml -q -o lost.h5
    expect_status 0
    expect_eval lost.h5 "np.allclose([m('node_time', p)[0, 0, part.index('restore')] for p in ('never', 'deferred', 'always')], [200, 300, 300], rtol=1e-9)"
    # A time that the scenario gives holds for any; what applications save themselves is no guard's.
    run_bulkhead run guests.yaml -q -o given.h5 --set checkpoints.memory.write='100 s'
    expect_status 0
    expect_eval given.h5 "np.allclose(m('node_time', 'always')[1, 0, part.index('checkpoint')], 2 * 1000, rtol=1e-9)"
    sed -i 's/saves: guest/saves: application/' guests.yaml
    run_bulkhead run guests.yaml -q -o own.h5
    expect_status 0
    expect_eval own.h5 "np.allclose(m('node_time', 'always')[1, 0, part.index('checkpoint')], 2 * 1000, rtol=1e-9)"
}
