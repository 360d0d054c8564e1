#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Checkpoints that something interrupts on their way to farther levels are written as soon as may be: timelines by hand.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

# run_one OUTPUT CHECKPOINTS SCRIPT [OPTION...]: four nodes, 4 h of work. With more.yaml, if there is one.
run_one() {
    local file=$1 checkpoints=$2 script=$3
    shift 3
    sed -e '/^checkpoints:/,/final:/d' "$scenarios/one-enclave.yaml" >one.yaml
    printf 'checkpoints: {%s}\nscript: [%s]\n' "$checkpoints" "$script" >>one.yaml
    [ ! -e more.yaml ] || cat more.yaml >>one.yaml
    run_bulkhead run one.yaml -q -o "$file" "$@"
    expect_status 0
    ask ledger "$file" "${spares:-0}"
}

# expect_makespan FILE SECONDS [EXPRESSION...]: of the first enclave, under kvm.
expect_makespan() {
    local file=$1 seconds=$2
    shift 2
    expect_eval "$file" "abs(m('makespan', 'kvm')[0, 0] - ($seconds)) < 1e-5" "$@" ||
        { "$PYTHON" -c "import h5py; print(h5py.File('$file')['makespan'][:])" >&2; return 1; }
}

# Every half hour of work to the near level in 60 s, every hour to the far one in 600 s; 60 s to read the near, 90 s the
# far one. Near at 1,800 s and at 3,660 s, where the far one takes from 3,720 to 4,320 s; 6,120 s; 7,980 s, and far to
# 8,640 s; and so on: seven and three in all.
levels() {
    printf '%s: {interval: 30 min, write: 60 s, read: 60 s}, %s: {interval: 1 h, write: 600 s, read: 90 s}' "$1" "$2"
}
whole=$((14400 + 7 * 60 + 3 * 600))

# Two enclaves of one guest each on every node.
share_nodes() {
    sed -e 's/, processes-per-guest: 4/, node-share: 0.5/' \
        -e '/name: simulation/a\    - {name: other, application: mpi-bulk-synchronous, node-share: 0.5}' \
        "$scenarios/one-enclave.yaml" >one-enclave.yaml
    scenarios=$BATS_TEST_TMPDIR
}

# --- Failures ----------------------------------------------------------------------------------------------------------

# strike LEVEL: a failure that the level survives, and its outage without the restore.
strike() {
    case $1 in
    memory) fault='zone: guest-user, ending: signalled' outage=$((5 + 10)) ;;
    local) fault='zone: guest-kernel, ending: signalled' outage=$((5 + 25 + 10)) ;;
    partner) fault='fault: node-loss' outage=$((5 + 45 + 25 + 10)) ;;
    esac
}

@test "a far checkpoint that a failure interrupts is written once the near one is restored, whatever the levels" {
    local pair near spares=2
    for pair in 'memory local' 'memory partner' 'memory storage' 'local partner' 'local storage' 'partner storage'; do
        near=${pair% *}
        strike "$near"
        # 300 s of the far one are lost, and it is whole before the work goes on.
        run_one once.h5 "$(levels "$near" "${pair#* }")" "{at: 4020 s, node: 1, $fault}" --set workload.spares=2
        expect_makespan once.h5 $((whole + 300 + outage + 60)) "m('interruptions', 'kvm').tolist() == [[1]]" \
            "np.allclose(m('node_time', 'kvm')[0, 0, part.index('checkpoint')], 4 * (7 * 60 + 3 * 600))" \
            "np.allclose(m('node_time', 'kvm')[0, 0, part.index('lost-work')], 4 * 300)" ||
            { echo "$pair" >&2; return 1; }
    done
}

@test "what was written late is there for a failure that takes the near one" {
    local first='{at: 4020 s, zone: guest-user, ending: signalled}'
    # Restored at 4,095 s, in storage at 4,695 s. A guest crashes at 5,000 s: 305 s of work are lost.
    run_one late.h5 "$(levels memory storage)" "$first, {at: 5000 s, zone: guest-kernel, ending: signalled}"
    expect_makespan late.h5 $((whole + 300 + 75 + 305 + 40 + 90))
    # Before it is whole, there is only the beginning.
    run_one early.h5 "$(levels memory storage)" "$first, {at: 4390 s, zone: guest-kernel, ending: signalled}"
    expect_makespan early.h5 $((4390 + 40 + whole))
}

@test "a second failure interrupts the restore, or what is written again" {
    local first='{at: 4020 s, zone: guest-user, ending: signalled}'
    # A guest crashes, and another while the local one is read, from 4,060 s on.
    run_one restore.h5 "$(levels local storage)" \
        '{at: 4020 s, zone: guest-kernel, ending: signalled}, {at: 4080 s, node: 1, zone: guest-kernel, ending: signalled}'
    expect_makespan restore.h5 $((whole + 300 + 60 + 100))
    # Written from 4,095 s on, and from 4,470 s on.
    run_one again.h5 "$(levels memory storage)" "$first, {at: 4395 s, zone: guest-user, ending: signalled}"
    expect_makespan again.h5 $((whole + 2 * (300 + 75)))
    # At the very second at which it would be whole.
    run_one last.h5 "$(levels memory storage)" "$first, {at: 4695 s, zone: guest-user, ending: signalled}"
    expect_makespan last.h5 $((whole + 300 + 600 + 2 * 75))
}

@test "three levels: those that are missing are written, from near to far, and no other" {
    local all='memory: {interval: 30 min, write: 10 s, read: 20 s}, local: {interval: 1 h, write: 100 s, read: 200 s},
        storage: {interval: 2 h, write: 1000 s, read: 2000 s}'
    local base=$((14400 + 7 * 10 + 3 * 100 + 1000))
    # At 7,200 s of work all three are due: memory is whole at 7,340 s, local at 7,440 s, storage at 8,440 s. A process ends
    # while the local one is written: both are owed.
    run_one local.h5 "$all" '{at: 7400 s, zone: guest-user, ending: signalled}'
    expect_makespan local.h5 $((base + 60 + 15 + 20))
    run_one storage.h5 "$all" '{at: 8000 s, zone: guest-user, ending: signalled}'
    expect_makespan storage.h5 $((base + 560 + 15 + 20))
    # A guest crashes: restored from the local one, written to storage at once, and to memory with the next.
    run_one guest.h5 "$all" '{at: 8000 s, zone: guest-kernel, ending: signalled}'
    expect_makespan guest.h5 $((base + 560 + 40 + 200))
    # A guest takes memory while local is written again: all begins at the last local one, of 3,600 s of work.
    run_one both.h5 "$all" \
        '{at: 7400 s, zone: guest-user, ending: signalled}, {at: 7500 s, zone: guest-kernel, ending: signalled}'
    expect_makespan both.h5 $((7500 + 40 + 200 + 10800 + 5 * 10 + 2 * 100 + 1000))
}

@test "the checkpoint at the end is as the others" {
    # After the eighth stretch near and far, whole at 16,680 and 17,280 s.
    run_one last.h5 "$(levels memory storage), final: yes" '{at: 17000 s, zone: guest-user, ending: signalled}'
    expect_makespan last.h5 $((17280 + 320 + 75))
    # After half a stretch it is the sixth, whole at 11,460 and 12,060 s.
    run_one half.h5 "$(levels memory storage), final: yes" '{at: 12000 s, zone: guest-user, ending: signalled}' \
        --set workload.work='165 min'
    expect_makespan half.h5 $((12060 + 540 + 75))
}

@test "turns are counted from before the work begins" {
    share_nodes
    # Of two the second has its far ones an hour earlier: the first, third, fifth and seventh of its checkpoints.
    run_one turns.h5 "$(levels memory storage), staggered: yes" \
        '{at: 2000 s, enclave: other, zone: guest-user, ending: signalled}'
    expect_eval turns.h5 "np.allclose(m('makespan', 'kvm')[:, 0], [$whole, $whole + 600 + 140 + 75])"
}

# --- Storage that is out -----------------------------------------------------------------------------------------------

# servers FAILS-JOBS: a storage host that is out for 1,000 s.
servers() {
    cat >more.yaml <<END
define:
  faults:
    server:
      description: a file server is out
      landing: storage
      mend: repair
      rate: {value: 1, unit: 1/year, status: computed, source: for a test}
      repair-median: {value: 1000, unit: s, status: computed, source: for a test}
      repair-sigma: {value: 0, status: computed, source: for a test}
      fails-jobs: {value: $1, status: computed, source: for a test}
END
}

@test "a failure while a checkpoint waits for storage: it goes there once both are over" {
    servers 0
    # Out from 3,700 to 4,700 s. A process ends at 4,000 s; it is relaunched at 4,710 s, and restored at 4,770 s.
    run_one wait.h5 "$(levels memory storage)" \
        '{at: 3700 s, fault: server}, {at: 4000 s, zone: guest-user, ending: signalled}'
    expect_makespan wait.h5 $((4770 + 600 + whole - 4320))
    # Restored at 4,095 s, before storage is out for 1,000 s: 5 s of what is written again are lost.
    run_one twice.h5 "$(levels memory storage)" \
        '{at: 4020 s, zone: guest-user, ending: signalled}, {at: 4100 s, fault: server}'
    expect_makespan twice.h5 $((5100 + 600 + whole - 4320))
}

@test "a job that fails with storage writes there when it is back" {
    servers 1
    # Out from 4,000 to 5,000 s, relaunched at 5,010 s, restored from memory at 5,070 s.
    run_one fails.h5 "$(levels memory storage)" '{at: 4000 s, fault: server}'
    expect_makespan fails.h5 $((5070 + 600 + whole - 4320))
}

@test "traffic that a failure interrupts begins again" {
    # 40 GB to a disk of 500 MB/s take 80 s, from 3,610 s on.
    run_one traffic.h5 'memory: {interval: 1 h, write: 10 s, read: 20 s}, storage: {interval: 1 h}' \
        '{at: 3640 s, zone: guest-user, ending: signalled}' \
        --set 'models.applications.mpi-bulk-synchronous.checkpoint-bytes=10 GB'
    expect_makespan traffic.h5 $((14400 + 3 * 90 + 30 + 15 + 20))
}

# --- What else interrupts ----------------------------------------------------------------------------------------------

@test "a hang that another enclave pays for: the checkpoint goes on at the level where it was" {
    share_nodes
    cat >more.yaml <<'END'
define:
  policies:
    one-guest:
      description: a host's kernel takes one guest along
      dispositions: {host-kernel: guest, host-user: guest, guest-kernel: guest, guest-user: process}
      guards: strongest
END
    # Both hang for 100 s in the middle of their far ones; then one guest is booted, whichever it is.
    run_one hang.h5 "$(levels local storage)" '{at: 4020 s, zone: host-kernel, kind: data}' \
        --set policies.1.policy=one-guest --set models.zones.host-kernel.data.masked=0 \
        --set models.zones.host-kernel.data.signalled=1 --set models.zones.host-kernel.data.hang=1 \
        --set models.zones.host-kernel.residual=0
    expect_eval hang.h5 "m('interruptions', 'kvm').sum() == 1" \
        "np.allclose(np.sort(m('makespan', 'kvm')[:, 0]), [$whole + 400, $whole + 400 + 40 + 60])"
}

@test "a far checkpoint that holds a silent error is replaced by one of the clean near one" {
    # Verified before each checkpoint in 30 s: the second is whole at 3,780 and 4,380 s. An error of 4,000 s is in its far
    # one alone, and is found at 6,210 s. A guest crashes 130 s after the far one is whole again.
    local silent='{at: 4000 s, node: 1, zone: guest-user, kind: data, ending: silent}'
    local verified='workload.enclaves.0.verification={every: checkpoint, cost: 30 s, recall: 1, latency: 0 s, returns-to: older-than-error}'
    run_one silent.h5 "$(levels memory storage)" "$silent" --set "$verified"
    expect_makespan silent.h5 $((whole + 8 * 30 + 6210 - 3780 + 60)) "m('silent_rollbacks', 'kvm')[0, 0] == 1" \
        "m('sdc', 'kvm')[0, 0] == 0"
    run_one crash.h5 "$(levels memory storage)" "$silent, {at: 7000 s, zone: guest-kernel, ending: signalled}" \
        --set "$verified"
    expect_makespan crash.h5 $((whole + 8 * 30 + 6210 - 3780 + 60 + 130 + 40 + 90))
}

# run_together OUTPUT SCRIPT: two enclaves that go back together, 10 h of work each.
together=$((36000 + 19 * 60 + 9 * 600))
run_together() {
    { cat "$scenarios/composed.yaml"
      cat <<END
compositions:
  - {name: coupled, between: [simulation, analysis], over: network, when: always, coupling: tight, restart: together}
checkpoints: {$(levels memory local)}
script: [$2]
END
    } >together.yaml
    run_bulkhead run together.yaml -q -o "$1" --set models.zones.guest-user.data.lifetime='1 ns'
    expect_status 0
}

@test "a partner that is where the other goes back to is not disturbed" {
    # Both write their far ones. One is restored at 4,075 s, and only then begins its own anew.
    run_together writing.h5 '{at: 4000 s, node: 0, enclave: simulation, zone: guest-user, kind: data, ending: signalled}'
    expect_eval writing.h5 "np.allclose(m('makespan', 'always')[:, 0], [$together + 280 + 75, $together])"
}

@test "going back together to near checkpoints leaves the far ones of the same state" {
    # A process ends at 5,000 s: 680 s of work are lost, and both go on at 5,075 s from their near ones. A guest of the other
    # crashes 425 s later: both go back to the same state, which the other has from its far one.
    run_together far.h5 '{at: 5000 s, node: 0, enclave: simulation, zone: guest-user, kind: data, ending: signalled},
        {at: 5500 s, node: 0, enclave: analysis, zone: guest-kernel, kind: data, ending: signalled}'
    expect_eval far.h5 "np.allclose(m('makespan', 'always')[:, 0], $together + 680 + 75 + 425 + 40 + 90)"
}
