#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Storage hosts that fail: who waits, who fails, whose fault it is, by hand; and by closed form at random.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    scenarios=$SOURCE_DIRECTORY/tests/data/scenarios
    "$PYTHON" -c 'import h5py, numpy' 2>/dev/null || skip "no h5py to read results with"
}

# run_one OUTPUT FAILS-JOBS CHECKPOINTS SCRIPT [OPTION...]: four nodes, 4 h of work; a storage host is out for an hour.
run_one() {
    local file=$1 fails=$2 checkpoints=$3 script=$4
    shift 4
    sed -e '/^checkpoints:/,/final:/d' "$scenarios/one-enclave.yaml" >one.yaml
    cat >>one.yaml <<END
checkpoints: {$checkpoints}
script: [$script]
define:
  faults:
    server:
      description: a file server is out
      default: off
      landing: storage
      mend: repair
      rate: {value: 1, unit: 1/year, status: computed, source: for a test}
      repair-median: {value: 1, unit: h, status: computed, source: for a test}
      repair-sigma: {value: 0, status: computed, source: for a test}
      fails-jobs: {value: $fails, status: computed, source: for a test}
    glitch:
      description: a file server is out for ten minutes
      default: off
      landing: storage
      mend: repair
      rate: {value: 1, unit: 1/year, status: computed, source: for a test}
      repair-median: {value: 10, unit: min, status: computed, source: for a test}
      repair-sigma: {value: 0, status: computed, source: for a test}
      fails-jobs: {value: $fails, status: computed, source: for a test}
END
    run_bulkhead run one.yaml -q -o "$file" "$@"
    expect_status 0
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" ledger "$file" 0
}

# expect_eval FILE EXPRESSION...: see run.py.
expect_eval() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/run.py" eval "$@"
}

# expect_times FILE MAKESPAN LOST-WORK WAIT LOST-TO-SERVERS: seconds of the enclave, under native and kvm alike.
expect_times() {
    local policy
    for policy in native kvm; do
        expect_eval "$1" "np.allclose(m('makespan', '$policy'), $2, rtol=1e-9)" \
            "np.allclose(m('node_time', '$policy')[0, 0, part.index('lost-work')], 4 * $3, rtol=1e-9)" \
            "np.allclose(m('node_time', '$policy')[0, 0, part.index('repair-and-spare-wait')], 4 * $4, rtol=1e-9)" \
            "np.allclose(sum(row[-1] for row in causes('$policy') if row[1] == b'storage'), 4 * $5, rtol=1e-9)"
    done
}

# Every hour to storage, in 100 s: 3,600 to 3,700 s, 7,300 to 7,400, 11,000 to 11,100; done at 14,700 s.
storage='storage: {interval: 1 h, write: 100 s, read: 50 s}'

# --- Waiting -------------------------------------------------------------------------------------------------------

@test "who computes goes on until the next checkpoint" {
    run_one idle.h5 0 "$storage" '{at: 3701 s, fault: server}'
    expect_times idle.h5 14701 0 1 1
    run_one wait.h5 0 "$storage" '{at: 5000 s, fault: server}'
    expect_times wait.h5 $((14700 + 1300)) 0 1300 1300
    expect_eval wait.h5 "m('interruptions', 'kvm').tolist() == [[0]]" "m('faults', 'kvm').tolist() == [1]" \
        "m('errors', 'kvm').tolist() == [0]"
    # After the last checkpoint nobody cares.
    run_one late.h5 1e-9 "$storage" '{at: 11101 s, fault: server}'
    expect_times late.h5 14700 0 0 0
}

@test "a checkpoint under way begins again" {
    run_one again.h5 0 "$storage" '{at: 7350 s, fault: server}'
    expect_times again.h5 $((14700 + 50 + 3600)) 50 3600 3650
}

@test "so does traffic" {
    # 40 GB to a disk of 500 MB/s take 80 s, three times.
    run_one traffic.h5 0 'storage: {interval: 1 h}' '{at: 3650 s, fault: server}' \
        --set 'models.applications.mpi-bulk-synchronous.checkpoint-bytes=10 GB'
    expect_times traffic.h5 $((14400 + 240 + 50 + 3600)) 50 3600 3650
}

@test "a nearer level needs no storage, and is not written twice" {
    # Local at 1,800 s in 10 s; at 3,600 s of work local, then storage from 3,620 s on. Out from 3,650 to 7,250 s.
    run_one near.h5 0 "local: {interval: 30 min, write: 10 s, read: 1 s}, $storage" '{at: 3650 s, fault: server}'
    expect_times near.h5 $((14400 + 7 * 10 + 3 * 100 + 30 + 3600)) 30 3600 3630
    run_one local.h5 1 'local: {interval: 30 min, write: 10 s, read: 1 s}' '{at: 3650 s, fault: server}'
    expect_times local.h5 $((14400 + 7 * 10)) 0 0 0
}

@test "two storage hosts: until both are up, and each pays for what it adds" {
    sed 's/hosts: {value: 1,/hosts: {value: 2,/' "$SOURCE_DIRECTORY/platforms/parametric.yaml" >two.yaml
    local script='{at: 5000 s, fault: server, server: 1}, {at: 8000 s, fault: server}, {at: 8100 s, fault: server, server: 0}'
    run_one both.h5 0 "$storage" "$script" --set platform.file=two.yaml
    expect_times both.h5 $((14700 + 4300)) 0 4300 4300
    expect_eval both.h5 "m('faults', 'kvm').tolist() == [3]" "m('struck_while_down', 'kvm').tolist() == [1]"
    # The second is back before the first is.
    run_one inside.h5 0 "$storage" '{at: 5000 s, fault: server, server: 1}, {at: 5100 s, fault: glitch}' \
        --set platform.file=two.yaml
    expect_times inside.h5 $((14700 + 1300)) 0 1300 1300
    # At random each class has its own row, and the rows add up to all that was waited and lost.
    run_one random.h5 0 "$storage" '{at: 5000 s, fault: server}' --set platform.file=two.yaml --seed 3 \
        --set 'faults={hardware: [server, glitch], software: no}' --set 'models.faults.server.rate=0.2 1/h' \
        --set 'models.faults.glitch.rate=2 1/h' --set 'workload.work=10 d' --set 'workload.horizon=90 d'
    expect_eval random.h5 "{row[0] for row in causes('kvm')} == {b'script', b'server', b'glitch'}" \
        "all(row[-1] > 4 * 3600 for row in causes('kvm') if row[0] != b'script')" \
        "np.allclose(sum(row[-1] for row in causes('kvm')),
            m('node_time', 'kvm')[0, 0, [part.index('lost-work'), part.index('repair-and-spare-wait')]].sum(), rtol=1e-9)"
}

# --- Failing -------------------------------------------------------------------------------------------------------

@test "who fails with it is back once it is up" {
    # At 5,000 s 1,300 s of work are lost; 5 s of detection, up at 8,600 s, 10 s to relaunch, 50 s to restore.
    run_one fail.h5 1 "$storage" '{at: 5000 s, fault: server}'
    expect_times fail.h5 $((8660 + 10800 + 200)) 1300 3595 $((1300 + 3660))
    expect_eval fail.h5 "m('interruptions', 'kvm').tolist() == [[1]]" \
        "[row[:5] for row in causes('kvm')] == [(b'script', b'storage', b'none', b'none', b'none')]"
    # In the middle of a checkpoint there: that time is lost as well.
    run_one writing.h5 1 "$storage" '{at: 7350 s, fault: server}'
    expect_times writing.h5 $((10950 + 60 + 10800 + 200)) $((7350 - 3700)) 3595 $((7350 - 3700 + 3660))
    # Memory survives the end of processes, and is read once programs can be loaded again.
    run_one memory.h5 1 "memory: {interval: 1 h, write: 1 s, read: 2 s}, storage: {interval: 4 h, write: 1 s, read: 1 s}" \
        '{at: 5000 s, fault: server}'
    expect_times memory.h5 $((8612 + 10800 + 2)) 1399 3595 $((1399 + 3612))
}

@test "an enclave that has no checkpoints there may need storage all the same" {
    local level='local: {interval: 1 h, write: 100 s, read: 50 s}'
    run_one free.h5 1 "$level" '{at: 5000 s, fault: server}'
    expect_times free.h5 14700 0 0 0
    run_one needs.h5 1 "$level" '{at: 5000 s, fault: server}' --set workload.enclaves.0.needs-storage=yes
    expect_times needs.h5 $((8660 + 10800 + 200)) 1300 3595 $((1300 + 3660))
}

@test "an outage of another cause pays for itself, storage for the delay" {
    # A process ends at 6,000 s: 2,300 s lost and 65 s of outage are its own. Storage is up at 8,600 s.
    run_one process.h5 0 "$storage" '{at: 5000 s, fault: server}, {at: 6000 s, zone: guest-user, ending: signalled}'
    expect_times process.h5 $((8660 + 10800 + 200)) 2300 2595 $((8660 - 6065))
    # Storage goes while the restore reads, from 6,015 s on; it begins again at 9,640 s.
    run_one restore.h5 0 "$storage" '{at: 6000 s, zone: guest-user, ending: signalled}, {at: 6040 s, fault: server}'
    expect_times restore.h5 $((9690 + 10800 + 200)) 2300 3600 $((9690 - 6065))
    # It is back before the node that reboots is.
    run_one reboot.h5 0 "$storage" '{at: 5000 s, fault: server}, {at: 8500 s, zone: host-kernel, ending: signalled}'
    expect_eval reboot.h5 "np.allclose(m('makespan', 'native'), 8500 + 5 + 300 + 10 + 50 + 10800 + 200, rtol=1e-9)" \
        "np.allclose(m('node_time', 'native')[0, 0, part.index('repair-and-spare-wait')], 4 * 1200, rtol=1e-9)"
}

@test "all enclaves that need it are struck at once" {
    sed -e 's/, processes-per-guest: 4/, node-share: 0.4/' "$scenarios/one-enclave.yaml" >base.yaml
    sed -i '/name: simulation/a\    - {name: other, application: mpi-bulk-synchronous, node-share: 0.4}\
    - {name: service, application: loss-tolerant-service, node-share: 0.2}' base.yaml
    scenarios=$BATS_TEST_TMPDIR
    mv base.yaml one-enclave.yaml
    run_one all.h5 1 "$storage" '{at: 5000 s, fault: server}' --set 'acceptance={lost-at-once: 1, within: 1 min}'
    expect_eval all.h5 "m('interruptions', 'kvm')[:, 0].tolist() == [1, 1, 0]" \
        "m('enclaves_lost_most', 'kvm').tolist() == [2]" "m('unacceptable', 'kvm').tolist() == [1]"
    run_one none.h5 0 "$storage" '{at: 5000 s, fault: server}'
    expect_eval none.h5 "m('interruptions', 'kvm')[:, 0].tolist() == [0, 0, 0]" \
        "np.allclose(m('makespan', 'kvm')[:2, 0], 16000, rtol=1e-9)" "np.allclose(m('makespan', 'kvm')[2, 0], 14400, rtol=1e-9)"
}

# --- At random -----------------------------------------------------------------------------------------------------

random_scenario() {
    cat >random.yaml <<'END'
scenario: random
platform: {file: testbed.xml, nodes: 4}
workload:
  work: 400 h
  horizon: 50 year
  enclaves: [{name: simulation, application: mpi-bulk-synchronous}]
checkpoints:
  storage: {interval: 1 h, write: 6 min, read: 3 min}
  final: yes
costs: no
policies: [{system: native, policy: native, name: native}]
faults: {hardware: [server], software: no}
define:
  faults:
    server:
      description: a file server is out
      landing: storage
      mend: repair
      rate: {value: 0.2, unit: 1/h, status: computed, source: for a test}
      repair: {exponential: {mean: {value: 2, unit: h, status: computed, source: for a test}}}
      fails-jobs: {value: 0, status: computed, source: for a test}
models:
  recovery.detection: 0
  recovery.process-restart: 0
replicas: 400
seed: 1
END
}

# Up for 1/l on average and out for 1/u, both exponential; it is up after each checkpoint. After an interval t it is out with
# probability l/(l + u) (1 - e^(-(l + u) t)), for 1/u more; and a checkpoint of d ends after (e^(l d) - 1)(1/l + 1/u), counting
# those that it began in vain. With fails-jobs 1 each segment is Daly's with a downtime of 1/u:
# (1/l + 1/u) e^(l R) (e^(l (t + d)) - 1).
@test "makespans at random against closed forms, waiting and failing" {
    random_scenario
    run_bulkhead run random.yaml -q -o wait.h5
    expect_status 0
    run_bulkhead run random.yaml -q -o fail.h5 --set models.faults.server.fails-jobs=1
    expect_status 0
    "$PYTHON" - <<'END'
import h5py, math
import numpy as np
n, t, d, r, l, u = 400, 1.0, 0.1, 0.05, 0.2, 0.5
waiting = n * (t + l / (l + u) * (1 - math.exp(-(l + u) * t)) / u + (math.exp(l * d) - 1) * (1 / l + 1 / u))
failing = n * (1 / l + 1 / u) * math.exp(l * r) * (math.exp(l * (t + d)) - 1)
for name, expected in (("wait", waiting), ("fail", failing)):
    f = h5py.File(name + ".h5")
    span = f["makespan"][0, 0] / 3600
    mean, error = span.mean(), span.std(ddof=1) / math.sqrt(span.size)
    print(name, mean, expected, error)
    # Two comparisons at a joint level of 1e-4, Student's t with 399 degrees of freedom.
    assert span.size == 400 and error < 3e-3 * mean and abs(mean - expected) < 4.1 * error
    assert (f["faults"][0] > 40).all()
assert failing > 1.2 * waiting
END
}

@test "the same failures for all policies and any number of jobs; by default the file system is up" {
    random_scenario
    local policies='policies=[{system: native, policy: native, name: a}, {system: kvm, policy: protection-first, name: b}]'
    for jobs in 1 2; do
        run_bulkhead run random.yaml -q -j $jobs -o $jobs.h5 --replicas 4 --set "$policies" \
            --set models.faults.server.fails-jobs=0.5
        expect_status 0
    done
    cmp 1.h5 2.h5
    expect_eval 1.h5 "m('faults', 'a')[0] > 40" "m('interruptions', 'a')[0, 0] > 20" \
        "np.array_equal(m('interruptions', 'a') > 0, m('interruptions', 'b') > 0)"
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --set faults=all
    expect_status 0
    case $output in *file-system*) return 1 ;; esac
    run_bulkhead check "$SOURCE_DIRECTORY/experiments/balance.yaml" --set 'faults.hardware=[node-loss, file-system]'
    expect_status 0
    expect_text "$output" 'file-system' 'faults.file-system.fails-jobs'
}

@test "numbers of the class that make no sense, and platforms without storage" {
    random_scenario
    expect_bad() {
        run_bulkhead check bad.yaml
        expect_status 2
        expect_text "$errors" "$@"
    }
    sed -e 's/mend: repair/mend: reboot/' random.yaml >bad.yaml
    expect_bad faults.server.mend reboot 'landing: storage'
    sed -e 's/landing: storage/landing: node/' random.yaml >bad.yaml
    expect_bad faults.server.fails-jobs 'landing: node' 'expected landing: storage'
    sed -e 's/mend: repair/&\n      carrier: machine/' random.yaml >bad.yaml
    expect_bad faults.server.carrier 'each storage host'
    { cat random.yaml; echo 'script: [{at: 1 h, fault: server, server: 1}]'; } >bad.yaml
    expect_bad script.0.server 'storage host 1' 'less than the 1'
    { cat random.yaml; echo 'script: [{at: 1 h, fault: server, node: 1}]'; } >bad.yaml
    expect_bad script.0 node server
    sed -e 's/mpi-bulk-synchronous}/mpi-bulk-synchronous}, {name: s, application: loss-tolerant-service, needs-storage: yes}/' \
        random.yaml >bad.yaml
    expect_bad needs-storage loss-tolerant-service
    sed -e '/<disk/d' -e '/bulkhead:role/d' "$SOURCE_DIRECTORY/platforms/testbed.xml" >no-storage.xml
    sed -e 's/testbed.xml/no-storage.xml/' random.yaml >bad.yaml
    expect_bad faults.server no-storage.xml 'bulkhead:role=storage'
}
