#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Numbers of the catalog and who reads them: what check lists as used moves an answer, what it does not list moves none, and
# what moves none is refused as an axis.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
    export BULKHEAD
}

number_uses() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/number_uses.py" "$@"
}

@test "each number that check lists as used moves an answer" {
    cat >degraded.yaml <<'END'
scenario: degraded
platform: {file: parametric.yaml, nodes: 4}
workload: {work: 10 h, enclaves: [{name: job, application: mpi-bulk-synchronous}]}
checkpoints: {local: {interval: 1 h}}
policies: [{system: palacios-shared-network, policy: protection-first}]
faults: {software: yes}
script: [{at: 1 h, enclave: job, node: 1, zone: host-kernel, ending: degraded}]
models:
  platform: {nodes-per-cabinet: 2, cabinets-per-group: 2}
  recovery: {degraded-notice-median: 3 h, degraded-notice-sigma: 0.5}
  components.palacios-vmm.fault-rate: 500 1/year
  components.kitten.fault-rate: 500 1/year
  components.linux.fault-rate: 500 1/year
  applications.mpi-bulk-synchronous.fault-rate: 500 1/year
replicas: 2
seed: 1
END
    cat >restarted.yaml <<'END'
scenario: restarted
platform: {file: testbed.xml, nodes: 6}
workload: {work: 4 h, enclaves: [{name: job, application: mpi-bulk-synchronous}]}
checkpoints: {local: {interval: 1 h}}
policies: [{system: kvm, policy: protection-first}]
faults: none
script:
  - {at: 10 min, enclave: job, node: 1, zone: host-user, ending: degraded}
  - {at: 20 min, enclave: job, node: 2, zone: host-user, ending: degraded}
  - {at: 30 min, enclave: job, node: 3, zone: host-user, ending: degraded}
models:
  recovery: {degraded-notice-median: 5 min, degraded-notice-sigma: 0.5}
replicas: 2
seed: 1
END
    found=$(number_uses used "$scenarios/all-faults.yaml" "$scenarios/goes-on.yaml" "$scenarios/guest-memory.yaml" degraded.yaml)
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
    found=$(number_uses below systems.kvm.mechanisms.vmm.alone. restarted.yaml)
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
}

@test "numbers of a parametric machine are set by their paths, and those that are used move an answer" {
    sed 's/file: testbed.xml, nodes: 7/file: parametric.yaml, nodes: 7/' "$scenarios/all-faults.yaml" >machine.yaml
    sed -i 's/^models:/&\n  platform: {nodes-per-cabinet: 2, cabinets-per-group: 2}/' machine.yaml
    run_bulkhead check machine.yaml --json
    expect_status 0
    [ "$(grep -c '"path": "platform\.' <<<"$output")" -eq 11 ]
    found=$(number_uses below platform. machine.yaml)
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
    found=$(number_uses unused machine.yaml platform.node-speed='1 Gflop/s')
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
    run_bulkhead check machine.yaml --set 'models.platform.storage.hosts=5000'
    expect_status 2
    expect_text "$errors" '--set:1:' 'platform.storage.hosts: found 5000 storage hosts; expected at most 1024'
    run_bulkhead check "$scenarios/all-faults.yaml" --set 'models.platform.latency=5 us'
    expect_status 2
    expect_text "$errors" 'models.platform.latency: the platform is no parametric machine (.yaml)'
}

@test "what check does not list as used moves nothing" {
    found=$(number_uses unused "$scenarios/all-faults.yaml" guards.guest/host.emulated-io.memory-share=0.05 \
        guards.guest/host.emulated-io.switch-time='10 s' recovery.system-restart='1 h' memory.wrong-bits=0.9 \
        memory.column.one-bit=0.1 zones.host-kernel.residual=0.9 \
        zones.guest-kernel.residual=0.9)
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
    found=$(number_uses unused "$scenarios/goes-on.yaml" \
        zones.guest-kernel.residual=0.9 zones.host-user.data.lifetime='10 s' \
        recovery.partner-distance=0.3 recovery.memory-bandwidth='1 GB/s' \
        components.linux.shared-bug=0.01 guards.guest/host.emulated-io.memory-share=0.05)
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
}

@test "check names what is there and not used, and prints no cost of it" {
    run_bulkhead check "$scenarios/all-faults.yaml"
    expect_status 0
    expect_text "$output" 'Not used here, whatever their value:' 'guards.guest/host.emulated-io.memory-share'
    grep -qE '^  guest/host emulated-io .* -$' <<<"$output"
    run_bulkhead check "$scenarios/guest-memory.yaml"
    expect_status 0
    grep -qE '^  guest/host emulated-io .* 0\.5$' <<<"$output"
    expect_text "$output" 'zones.host-kernel.*'
}

# refused NUMBER: as an axis of the scenario in base.yaml, as its uncertainty, and as a draw of a campaign.
refused() {
    { cat base.yaml; printf 'vary: [{axis: x, set: models.%s, values: [0.01, 0.02]}]\n' "$1"; } >axis.yaml
    run_bulkhead run axis.yaml -q
    expect_status 2
    expect_text "$errors" "axis.yaml" "the axis \`x\` sets models.$1, which nothing in this scenario reads"
    { cat base.yaml; printf 'uncertainty: {axis: x, set: models.%s, values: [0.01, 0.02]}\n' "$1"; } >uncertain.yaml
    run_bulkhead check uncertain.yaml
    expect_status 2
    expect_text "$errors" "models.$1, which nothing in this scenario reads"
    printf 'campaign: c\nscenario: base.yaml\nuncertainty: {draws: 2, numbers: [models.%s, models.%s]}\n' \
        recovery.detection "$1" >draws.yaml
    run_bulkhead sweep draws.yaml --dry-run
    expect_status 2
    expect_text "$errors" "models.$1, which nothing in this scenario reads"
}

@test "a number that nothing reads is no axis, no uncertainty and no draw" {
    cp "$scenarios/all-faults.yaml" base.yaml
    refused guards.guest/host.emulated-io.memory-share
    refused zones.guest-kernel.residual
    cp "$scenarios/goes-on.yaml" base.yaml
    refused recovery.partner-distance
}

@test "a number that one point reads is an axis at all, and words are" {
    { cat "$scenarios/all-faults.yaml"; cat <<'END'; } >some.yaml
vary:
  - {axis: mine, set: define.policies.mine.dispositions.host-kernel, values: [node, system]}
  - {axis: restart, set: models.recovery.system-restart, values: [10 min, 1 h]}
  - {axis: code, set: models.memory.code, values: [none, chipkill]}
END
    sed -i -e 's/policy: protection-first/policy: mine/' -e '/^  faults:/i\
  policies:\
    mine: {description: ours, dispositions: {host-kernel: node, host-user: guest, guest-kernel: guest, guest-user: process}, guards: weakest}' some.yaml
    run_bulkhead check some.yaml
    expect_status 0
}

# no_axis AXES TEXT: refused as the scenario's axes, with the text.
no_axis() {
    { cat base.yaml; printf 'vary: %s\n' "$1"; } >none.yaml
    run_bulkhead check none.yaml
    expect_status 2
    expect_text "$errors" none.yaml "$2"
}

@test "a word that nothing reads is no axis" {
    sed -e 's/dram-detected, dram-undetected, //' "$scenarios/all-faults.yaml" >base.yaml
    for word in 'code, values: [none, chipkill]' 'device-width, values: [x4, x8]' 'lockstep, values: ["yes"]'; do
        no_axis "[{axis: x, set: models.memory.$word}]" "sets models.memory.${word%%,*}, which nothing in this scenario reads"
    done
    cp "$scenarios/all-faults.yaml" base.yaml
    no_axis '[{axis: x, values: [{label: a, set: {}}, {label: b, set: {}}]}]' 'sets anything'
    { cat base.yaml; echo 'vary: [{axis: x, set: models.memory.device-width, values: [x4, x8]}]'; } >width.yaml
    run_bulkhead check width.yaml
    expect_status 0
    # Without chipkill no two DIMMs serve a word together.
    no_axis '[{axis: c, set: models.memory.code, values: [sec-ded]}, {axis: x, set: models.memory.lockstep, values: ["yes", "no"]}]' \
        'sets models.memory.lockstep, which nothing'
}

@test "a key on which no answer depends is no axis, in scenarios and campaigns" {
    cp "$scenarios/all-faults.yaml" base.yaml
    for key in title scenario description reproduces-input replicas vary vary.0.axis uncertainty.axis \
        define.faults.pack.description define.faults.pack.arrival.weibull.shape.source; do
        no_axis "[{axis: x, set: $key, values: [1, 2]}]" "sets $key, on which no answer depends"
        printf 'campaign: c\nscenario: base.yaml\nvary: [{axis: x, set: %s, values: [1, 2]}]\n' "$key" >c.yaml
        run_bulkhead sweep c.yaml --dry-run
        expect_status 2
        expect_text "$errors" c.yaml "sets $key, "
    done
    printf 'campaign: c\nscenario: base.yaml\nvary: [{zip: [{axis: x, set: title, values: [1, 2]}]}]\n' >c.yaml
    run_bulkhead sweep c.yaml --dry-run
    expect_status 2
    expect_text "$errors" 'sets title, on which no answer depends'
    for key in vary uncertainty.axis replicas; do
        printf 'campaign: c\nscenario: base.yaml\nset: {%s: 3}\n' "$key" >c.yaml
        run_bulkhead sweep c.yaml --dry-run
        expect_status 2
        expect_text "$errors" c.yaml "set: found \`$key\`, which acts on nothing here"
    done
    { cat base.yaml; echo 'vary: [{axis: x, set: seed, values: [1, 2]}]'; } >seed.yaml
    run_bulkhead check seed.yaml
    expect_status 0
}

@test "draws of all assumed numbers leave out those that nothing reads" {
    cp "$scenarios/all-faults.yaml" base.yaml
    printf 'campaign: c\nscenario: base.yaml\nuncertainty: {draws: 2, numbers: assumed}\nreplicas: 1\n' >all.yaml
    run_bulkhead sweep all.yaml -d all -q
    expect_status 0
    "$PYTHON" - <<'END'
import h5py
with h5py.File("all/results.h5") as f:
    names = []
    f.visit(names.append)
assert any("guest-boot" in n for n in names), names
assert not any("residual" in n or "memory-share" in n for n in names), names
END
}
