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
