#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Errors of software end by numbers of their own: those of hardware do not move with them, in chain, Monte Carlo and simulation;
# and where the numbers are equal, nothing tells that they are there.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    cat >small.yaml <<'END'
scenario: small
title: Errors of hardware and software
platform: {file: testbed.xml, nodes: 7}
workload:
  work: 40 h
  horizon: 40 d
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 1}
checkpoints: {local: {interval: 1 h}}
policies:
  - {system: kvm, policy: protection-first, name: kvm}
  - {system: native, policy: native, name: native}
faults: {hardware: [memory, processor], software: yes}
wrong-results: done
models:
  components.linux.fault-rate: 200 1/year
  components.linux.shared-bug: 0.3
  applications.mpi-bulk-synchronous.fault-rate: 200 1/year
  faults.memory.rate: 200 1/year
  guards.process/kernel.hardware-protection.blocks: 0 # what it detects is signalled, however it ends
  faults.processor.rate: 200 1/year
replicas: 4
seed: 1
END
}

# The bundled data, and the same without what is said of software's errors.
copy_data() {
    mkdir plain
    cp -r "$SOURCE_DIRECTORY/models" "$SOURCE_DIRECTORY/platforms" plain/
    sed -i '/^    software-/,/^      hang/d' plain/models/data/zones.yaml
    refuse grep -q '^    software-' plain/models/data/zones.yaml
}

# ends KIND SHARES: all zones' errors of a kind so, as --set options in `set`.
ends() {
    local zone share
    for zone in host-kernel host-user guest-kernel guest-user; do
        for share in $2; do
            [[ $share == silent=* && $zone != guest-user ]] || set+=(--set "models.zones.$zone.$1.$share")
        done
    done
}

@test "equal numbers are the same as none of their own, to the last digit" {
    local zone kind number plain
    copy_data
    set=()
    for zone in host-kernel host-user guest-kernel guest-user; do
        for kind in data instruction; do
            for number in lifetime masked signalled silent hang; do
                plain=$(awk -v zone="  $zone:" -v kind="    $kind:" -v number="      $number:" '
                    /^  [a-z]/ {in_zone = $0 == zone} /^    [a-z]/ {in_kind = in_zone && $0 == kind}
                    in_kind && index($0, number) == 1 {
                        match($0, /value: [^,]*/); value = substr($0, RSTART + 7, RLENGTH - 7)
                        if (match($0, /unit: [^,]*/)) value = value " " substr($0, RSTART + 6, RLENGTH - 6)
                        print value}' "$SOURCE_DIRECTORY/models/data/zones.yaml")
                [ -z "$plain" ] || set+=(--set "models.zones.$zone.software-$kind.$number=$plain")
            done
        done
    done
    [ "${#set[@]}" -eq 68 ]
    for command in 'contain --trials 2000' run; do
        # shellcheck disable=SC2086 # options
        BULKHEAD_DATA=$PWD/plain bulkhead $command small.yaml -q --json >none.json
        # shellcheck disable=SC2086
        bulkhead $command small.yaml -q --json "${set[@]}" >equal.json
        cmp none.json equal.json
        # shellcheck disable=SC2086
        bulkhead $command small.yaml -q --json >own.json
        refuse cmp -s none.json own.json
    done
}

@test "each fault model's errors end as it says: exactly, by Monte Carlo, and in a run" {
    local of
    need_h5py
    for of in hardware software; do
        set=()
        # What is said of hardware's errors alone is said of software's.
        [ "$of" = hardware ] || { ends data 'masked=1 signalled=0 silent=0'; ends instruction 'masked=1 signalled=0 silent=0';
            ends software-data 'masked=0 signalled=1 silent=0'; ends software-instruction 'masked=0 signalled=1 silent=0'; }
        [ "$of" = software ] || { ends software-data 'masked=1 signalled=0 silent=0'; ends software-instruction 'masked=1 signalled=0 silent=0'; }
        for strikes in hardware software; do
            sed "s/^faults:.*/faults: {hardware: $([ $strikes = hardware ] && echo '[memory, processor]' || echo none), software: $([ $strikes = software ] && echo yes || echo no)}/" small.yaml >one.yaml
            run_bulkhead run one.yaml -q -o "$of-$strikes.h5" "${set[@]}"
            expect_status 0
            # What is masked is masked wherever it has crossed to; where it came to counts as reached all the same.
            expect_eval "$of-$strikes.h5" "f['errors'][:].sum() > 20" \
                "(f['failures'][:].sum() > 0) == ('$of' == '$strikes')"
            run_bulkhead contain one.yaml -q --trials 5000 "${set[@]}" # 1 if exact and Monte Carlo differ
            expect_status 0
        done
    done
}

@test "errors put in by script are of the fault model that they name" {
    need_h5py
    sed "s#^faults:.*#faults: none\nscript: [{at: 90 min, zone: guest-kernel, kind: KIND, node: 0}]#" small.yaml >script.yaml
    for kind in data software-data; do
        sed "s/KIND/$kind/" script.yaml >one.yaml
        set=()
        ends data 'masked=1 signalled=0 silent=0'
        ends software-data 'masked=0 signalled=1 silent=0'
        run_bulkhead run one.yaml -q -o one.h5 "${set[@]}"
        expect_status 0
        expect_eval one.h5 "f['errors'][:].sum() > 0" \
            "(f['failures'][:].sum() > 0) == ('$kind' == 'software-data')"
    done
}

@test "software's errors in instructions end as hardware's where only those in data have numbers of their own" {
    copy_data
    cp "$SOURCE_DIRECTORY/models/data/zones.yaml" plain/models/data/
    sed -i '/^    software-instruction/,/^      hang/d' plain/models/data/zones.yaml
    BULKHEAD_DATA=$PWD/plain run_bulkhead check small.yaml --json
    expect_status 0
    grep -q '"path": "zones.guest-kernel.software-data.signalled' <<<"$output"
    refuse grep -q software-instruction <<<"$output"
    BULKHEAD_DATA=$PWD/plain run_bulkhead contain small.yaml --exact --json
    expect_status 0
    grep -q '"error_kind": "software-instruction"' <<<"$output" # told apart, since data are
}

# extent_of FILE ZONE KIND: where errors of it that begin in a zone end by the exact chain, and their escape.
extent_of() {
    "$PYTHON" - "$@" <<'END'
import json, sys
for origin in json.load(open(sys.argv[1]))["policies"][0]["origins"]:
    if (origin["zone_kind"], origin["error_kind"]) == (sys.argv[2], sys.argv[3]) and not origin["in_host_kernel_too"]:
        print(*(origin["exact"]["extent"][scope] for scope in ("none", "process", "guest", "node")))
END
}

@test "probabilities equal to the channel's own, and instructions that fare alike, are told by nothing, to the last digit" {
    set=(--set models.errors.flow-share=0.4)
    local channel of zone number plain
    for channel in system-call:0.01 kernel-to-process:0.1 vm-exit:1e-3 host-to-guest:0.1; do
        for of in hardware software data instruction operation flow software-data software-flow; do
            set+=(--set "models.channels.${channel%:*}.probability-of.$of=${channel#*:}")
        done
    done
    for zone in host-kernel guest-kernel; do
        set+=(--set "models.zones.$zone.operation.lifetime=10 ms" --set "models.zones.$zone.flow.hang=0.2")
        set+=(--set "models.zones.$zone.software-flow.lifetime=10 ms")
    done
    for command in 'contain --trials 2000' run; do
        # shellcheck disable=SC2086 # options
        bulkhead $command small.yaml -q --json >none.json
        # shellcheck disable=SC2086
        bulkhead $command small.yaml -q --json "${set[@]}" >equal.json
        cmp none.json equal.json
        # shellcheck disable=SC2086
        bulkhead $command small.yaml -q --json "${set[@]}" --set models.channels.system-call.probability-of.software-flow=0.5 >own.json
        refuse cmp -s none.json own.json
    done
}

@test "each fault model's errors cross as it says: exactly, by Monte Carlo, and in a run" {
    local of kind
    need_h5py
    for of in hardware software; do
        set=()
        for channel in kernel-to-process host-to-guest vmm-to-guest kernel-to-vmm emulated-instruction; do
            set+=(--set "models.channels.$channel.probability=0")
        done
        for channel in system-call vm-exit vmm-to-kernel device-emulation; do
            set+=(--set "models.channels.$channel.probability=0" --set "models.channels.$channel.probability-of.$of=0.9")
        done
        for strikes in hardware software; do
            sed "s/^faults:.*/faults: {hardware: $([ $strikes = hardware ] && echo '[memory, processor]' || echo none), software: $([ $strikes = software ] && echo yes || echo no)}/
                /^  - {system: native/d" small.yaml >one.yaml
            run_bulkhead run one.yaml -q -o "$of-$strikes.h5" "${set[@]}"
            expect_status 0
            expect_eval "$of-$strikes.h5" "f['errors'][:].sum() > 20" \
                "(f['propagation_depth'][:].sum() > 0) == ('$of' == '$strikes')"
            run_bulkhead contain one.yaml -q --trials 5000 "${set[@]}"
            expect_status 0
        done
    done
}

@test "errors of a kind that scripts put in end where the exact chain has them, in both resolutions" {
    need_h5py
    set=(--set models.errors.flow-share=0.5 --set models.channels.kernel-to-process.probability-of.operation=0.05
        --set models.channels.kernel-to-process.probability-of.flow=0.6 --set models.channels.kernel-to-process.probability-of.software=0.3
        --set "models.zones.guest-kernel.flow.lifetime=1 s" --set models.channels.vm-exit.probability-of.software-operation=0.4)
    sed '/^  - {system: native/d; s/work: 40 h/work: 1 h/; s/nodes: 7/nodes: 2/' small.yaml >one.yaml
    bulkhead contain one.yaml -q --exact --json "${set[@]}" >exact.json
    for kind in data operation flow software-data software-operation software-flow; do
        read -r -a exact <<<"$(extent_of exact.json guest-kernel $kind)"
        [ "${#exact[@]}" -eq 4 ]
        sed "s#^faults:.*#faults: none\nscript: [{at: 30 min, zone: guest-kernel, kind: $kind, node: 0}]#" one.yaml >script.yaml
        for how in enclave process; do
            [ $how = enclave ] || [ $kind = flow ] || continue
            replicas=$([ $how = enclave ] && echo 2000 || echo 40)
            run_bulkhead run script.yaml -q -o script.h5 --replicas "$replicas" --set "resolution=$how" "${set[@]}"
            expect_status 0
            # Five standard deviations and two counts, of 28 shares: by chance one in 10,000, were the seed not fixed.
            "$PYTHON" - script.h5 "$replicas" "${exact[@]}" <<'END'
import sys
import h5py
n, exact = int(sys.argv[2]), [float(word) for word in sys.argv[3:]]
with h5py.File(sys.argv[1]) as f:
    scopes = [scope.decode() for scope in f["scope"][:]]
    seen = f["system_extent"][:].reshape(-1, len(scopes)).sum(axis=0)
for scope, p in zip(("none", "process", "guest", "node"), exact):
    count = seen[scopes.index(scope)]
    assert abs(count - n * p) <= 5 * (n * p * (1 - p)) ** 0.5 + 2, (scope, count, n * p)
END
        done
    done
}

# shellcheck disable=SC2016 # names in messages
@test "what is wrong with a kind's number is told with place, key and what was expected" {
    run_bulkhead check small.yaml --set models.channels.system-call.probability-of.softwarex=0.5
    expect_status 2
    expect_text "$errors" '--set:1:' 'channels.system-call.probability-of.softwarex' 'did you mean `channels.system-call.probability-of.software`?'
    run_bulkhead check small.yaml --set models.channels.system-call.probability-of.software=1.5
    expect_status 2
    expect_text "$errors" 'models.channels.system-call.probability-of.software: `1.5` is out of range: a probability must be from 0 to 1'
    run_bulkhead check small.yaml --set models.zones.guest-kernel.flow.masked=0.5
    expect_status 2
    expect_text "$errors" 'zones.guest-kernel.flow: found shares masked, signalled and silent that sum to 0.5, expected 1' 'set the others too'
    sed 's/^models:/define:\n  channels:\n    way: {description: a way, boundary: guest\/host, probability: {value: 0.1, status: assumed, range: [0, 1], source: test}, probability-of: {softwarex: {value: 0.1, status: assumed, range: [0, 1], source: test}}}\nmodels:/' small.yaml >bad.yaml
    run_bulkhead check bad.yaml
    expect_status 2
    expect_text "$errors" 'bad.yaml:' 'softwarex' 'software'
    run_bulkhead check small.yaml --set models.channels.system-call.probability-of.software=0.5
    expect_status 0
    expect_text "$output" 'channels.system-call.probability-of.software'
}
