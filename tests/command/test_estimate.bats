#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What a run will take is told before it runs, and sizes that nobody means are refused with the number.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    scenario=$scenarios/one-enclave.yaml
    balance=$scenarios/small-balance.yaml
}

# refused PART... -- ARGUMENT...: one message with status 2 that holds every part, soon, and nothing on stdout.
refused() {
    local parts=()
    while [ "$1" != -- ]; do
        parts+=("$1")
        shift
    done
    shift
    run_bulkhead "$@"
    expect_status 2 || return 1
    [ -z "$output" ] || return 1
    [ "$(grep -c '^bulkhead: ' <<<"$errors")" -eq 1 ] || return 1
    expect_text "$errors" "${parts[@]}"
}

@test "times beyond which a clock has no fine steps are refused with their key" {
    refused 'workload.horizon: found 3.169e300 year' 'at most 31688 year' -- \
        run -q "$balance" --set 'workload.horizon=1e308 s' --replicas 2
    refused 'workload.work: found' 'at most 31688 year' -- \
        run -q "$balance" --set 'workload.work=1e300 s' --set 'workload.horizon=1e305 s'
    refused 'workload.work: found' -- check "$balance" --set 'workload.work=1.1e12 s' --set 'workload.horizon=2e12 s'
    refused 'cannot be done before workload.horizon' -- run -q "$scenario" --set 'workload.enclaves.0.work=1e13 s'
    # The longest that is taken runs, and so does a work whose usual horizon would be longer.
    run_bulkhead run -q "$scenario" --set 'workload.horizon=1e12 s'
    expect_status 0
    run_bulkhead check "$scenario" --set 'workload={work: 1e11 s, enclaves: [{name: a, application: mpi-bulk-synchronous}]}'
    expect_status 0
    expect_text "$output" 'given up after 31688 year'
}

@test "storage hosts and disks that would fill the disk are refused" {
    local machine=$SOURCE_DIRECTORY/platforms/parametric.yaml
    sed 's/^  hosts: {value: 1, status: assumed, range: \[1, 16\]/  hosts: {value: 1000000000, status: assumed, range: [1, 1000000000]/' \
        "$machine" >hosts.yaml
    refused hosts.yaml 'platform.storage.hosts' 'found 1e+09 storage hosts; expected at most 1024' -- \
        check "$scenario" --set platform.file=hosts.yaml
    sed 's/^  disks: {value: 1, status: assumed, range: \[1, 16\]/  disks: {value: 1000000000, status: assumed, range: [1, 1000000000]/' \
        "$machine" >disks.yaml
    refused disks.yaml 'platform.storage.disks' 'expected at most 65536 in all' -- \
        check "$scenario" --set platform.file=disks.yaml
}

@test "rates that mean endless events are refused by run and sweep, with the number and where it comes from" {
    refused 'about 1.57e+12 events in each replica' 'models.faults.memory' 'at most 1e+09' -- \
        run -q "$balance" --set 'models.faults.memory.rate=1e6 1/h'
    refused 'endlessly many' 'models.faults.memory' -- run -q "$balance" --set 'models.faults.memory.rate=1e308 1/h'
    refused 'models.components.linux.fault-rate' -- \
        run -q "$scenario" --set faults=all --set 'models.components.linux.fault-rate=1e9 1/s'
    refused 'models.faults.node-loss' -- run -q "$scenario" --set faults=all --set 'models.faults.node-loss.rate=1e9 1/s'
    refused 'checkpoints.local.interval' -- \
        run -q "$scenario" --set 'checkpoints.local={interval: 1e-9 s, write: 0, read: 0}'
    refused 'verification.every of the enclave simulation' -- \
        run -q "$scenario" --set 'workload.enclaves.0.verification={every: 1e-9 s, cost: 0}'
    printf 'campaign: c\nscenario: %s\nvary:\n  - {axis: rate, set: models.faults.memory.rate, values: [1 1/year, 1e6 1/h]}\n' \
        "$balance" >sweep.yaml
    refused 'events in each replica' 'models.faults.memory' 'at most 1e+09' -- sweep sweep.yaml -q
    [ ! -e c.sweep ]
}

@test "applications that would come to a standstill, and steps beyond count, are refused" {
    local number
    for number in halo-messages=1e308 collectives=1e308 'halo-bytes=1e300 B'; do
        refused 'each second of native work of `mpi-bulk-synchronous` takes' 'at most 1e+06 s' -- \
            run -q "$scenario" --set costs=yes --set "models.applications.mpi-bulk-synchronous.$number" || return 1
    done
    refused 'at most 1e+06 s' -- run -q "$scenario" --set costs=yes --set models.components.linux.noise-share=1e308
    refused 'applications.mpi-bulk-synchronous.step: found' 'at least 1 us' -- \
        run -q "$scenario" --set 'models.applications.mpi-bulk-synchronous.step=1e-308 s'
}

@test "more points, simulations or memory than anybody has are refused" {
    local axis='[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32]'
    { sed '/^faults/,$d' "$scenario"; echo 'faults: none'; echo 'vary:'
      for path in seed checkpoints.local.keep platform.nodes workload.enclaves.0.processes-per-guest; do
        echo "  - {axis: a${path##*.}, set: $path, values: $axis}"
      done; } | sed 's/testbed.xml/parametric.yaml/' >many.yaml
    refused 'found more than 1000000 points' -- run -q many.yaml
    refused 'enclaves take about' 'of memory' 'bulkhead sweep' -- run -q "$scenario" --replicas 1000000 \
        --set 'platform={file: parametric.yaml, nodes: 16384}' --set 'workload.enclaves.0.count=10000'
    printf 'campaign: c\nscenario: %s\nreplicas: 1000000\nvary:\n  - {axis: keep, set: checkpoints.local.keep, from: 1, to: 1000, count: 1000, whole: yes}\n' \
        "$scenario" >sweep.yaml
    refused '2e+09 simulations, 1e+03 points x 2 policies x 1e+06 replicas' 'at most 1e+09' -- sweep sweep.yaml -q
    [ ! -e c.sweep ]
    printf 'campaign: c\nscenario: %s\nuncertainty: {draws: 100000, numbers: assumed}\n' "$balance" >sweep.yaml
    refused 'sweep.yaml:3:' 'values, 100000 of each of' 'expected at most 2000000' -- sweep sweep.yaml -q
}

# alike_refused ARGUMENT...: check explains all, and ends with the very message and status of run.
alike_refused() {
    run_bulkhead run -q "$@"
    expect_status 2 || return 1
    local said=$errors
    run_bulkhead check "$@"
    expect_status 2 || return 1
    expect_text "$output" 'What it takes' 'Numbers:' || return 1
    diff <(echo "$said") <(echo "$errors") || return 1
    run_bulkhead check --json "$@"
    expect_status 2 || return 1
    "$PYTHON" -c 'import json, sys; json.load(sys.stdin)["estimate"]' <<<"$output"
}

@test "check explains what run refuses, and says so in the same words" {
    alike_refused "$scenario" --set faults=all --set 'models.components.linux.fault-rate=1e300 1/year'
    alike_refused "$scenario" --set 'checkpoints.local={interval: 1e-9 s, write: 0, read: 0}'
    alike_refused "$scenario" --set costs=yes --set models.applications.mpi-bulk-synchronous.halo-messages=1e308
    alike_refused "$scenario" --set replicas=1000000 --set 'platform={file: parametric.yaml, nodes: 16384}' \
        --set workload.enclaves.0.count=10000
}

# Oracle: rate x nodes x time, and work / interval. 40 replicas of about 96 faults: 4 sigma of the mean are 7 %, and the
# estimate leaves out what waits for repair.
@test "check tells how many events there will be" {
    need_h5py
    local settings=(--set 'faults={hardware: [node-loss], software: no}' --set 'models.faults.node-loss.rate=0.1 1/h'
        --set 'workload={work: 240 h, horizon: 100 d, spares: 4, enclaves: [{name: a, application: mpi-bulk-synchronous}]}'
        --set 'policies=[{system: native, policy: native, name: native}]'
        --set 'models.faults.node-loss.repair-median=1 min' --replicas 40
        --set 'checkpoints={storage: {interval: 1 h, write: 60 s, read: 20 s}}')
    run_bulkhead check "$scenario" --json "${settings[@]}"
    expect_status 0
    printf '%s' "$output" >check.json
    run_bulkhead check "$scenario" "${settings[@]}"
    expect_text "$output" 'What it takes' 'a replica    of `native`' 'faults' 'checkpoints' 'of one core' 'of memory' \
        'the run      43 simulations'
    run_bulkhead run -q "$scenario" "${settings[@]}" -o run.h5
    expect_status 0
    "$PYTHON" - <<'PY'
import json, h5py
told = json.load(open("check.json"))["estimate"]
run = h5py.File("run.h5")
counts, elapsed = told["replica"]["counts"], run["elapsed"][:].mean()
print(told, elapsed, run["faults"][:].mean(), run["interruptions"][:].mean())
assert abs(counts["faults"] / (0.1 / 3600 * 8 * told["replica"]["simulated_s"]) - 1) < 1e-9
assert abs(told["replica"]["simulated_s"] / elapsed - 1) < 0.1
assert abs(counts["faults"] / run["faults"][:].mean() - 1) < 0.2
assert abs(counts["failures"] / run["interruptions"][:].mean() - 1) < 0.2
assert abs(counts["checkpoints"] / 240 - 1) < 0.3 and told["run"]["simulations"] == 43
PY
}

# Half of all errors end as failures, which is what the estimate takes, and each takes its native node: until people have
# mended seven of ten it is away for E max(reboot, X), X lognormal. 40 replicas of some 60 failures: 4 sigma of what they
# cost are 10 %, of all 2 %.
@test "what people take to mend what software took down is in what a run takes" {
    need_h5py
    { sed -e 's/^faults: none/faults: {hardware: none, software: yes}/' -e 's/^  work: 4 h/  work: 240 h/' \
          -e 's/^  horizon: 10 d/  horizon: 200 d/' -e '/protection-first/d' -e '/guest-boot/d' -e 's/^replicas: 1/replicas: 40/' \
          "$scenario" | sed '/^replicas/,$d'
      local kind
      for kind in data instruction; do
          printf '  zones.host-kernel.software-%s: {lifetime: 1 us, masked: 0.5, signalled: 0.5, hang: 0}\n' "$kind"
      done
      cat <<'END'
  components.linux.fault-rate: 0.1 1/h
  applications.mpi-bulk-synchronous.fault-rate: 0
  recovery: {detection: 1 min, process-restart: 0, node-reboot: 10 min, software-repair: 0.7, software-repair-median: 30 min, software-repair-sigma: 1.1}
replicas: 40
seed: 1
END
    } >mended.yaml
    local share
    for share in 0 0.7; do
        run_bulkhead check mended.yaml --json --set "models.recovery.software-repair=$share"
        expect_status 0
        printf '%s' "$output" >"check-$share.json"
        run_bulkhead run -q mended.yaml -o "run-$share.h5" --set "models.recovery.software-repair=$share"
        expect_status 0
    done
    "$PYTHON" - <<'END'
import json, math, statistics
import h5py
phi = statistics.NormalDist().cdf
z = math.log(10 / 30) / 1.1
mended = 10 * phi(z) + 30 * math.exp(1.1**2 / 2) * phi(1.1 - z)
away = {"0": 10, "0.7": 10 + 0.7 * (mended - 10)}
for share, minutes in away.items():
    told, run = json.load(open(f"check-{share}.json"))["estimate"]["replica"], h5py.File(f"run-{share}.h5")
    failures, elapsed = told["counts"]["failures"], told["simulated_s"]
    print(share, minutes, elapsed, run["elapsed"][:].mean(), failures, run["interruptions"][:].mean())
    # One failure comes in so much time that the enclave is up, and in the rest it is away.
    assert abs(elapsed / failures - 3600 / 0.2 - 60 * (1 + minutes)) < 1e-6 * elapsed
    assert abs(elapsed / run["elapsed"][:].mean() - 1) < 0.05
    assert abs(failures / run["interruptions"][:].mean() - 1) < 0.1
END
}
