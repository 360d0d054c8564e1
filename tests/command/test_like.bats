#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What says `like` and only what differs: scenarios, systems, policies and applications; and experiments by their names.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir far
    cp "$SOURCE_DIRECTORY/platforms/parametric.yaml" far/machine.yaml
    cat >far/base.yaml <<'END'
scenario: base
title: The one that others are like
platform: {file: machine.yaml, nodes: 16}
workload:
  work: 1 h
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous}
checkpoints: {local: {interval: 10 min}}
policies:
  - {system: kvm, policy: protection-first}
models: {channels: {vm-exit: {probability: 0.01}}}
replicas: 3
END
}

@test "a scenario like another is what it would be with all keys written out" {
    cat >own.yaml <<'END'
like: far/base
bulkhead: 0.1.0
scenario: own
workload: {work: 2 h}
checkpoints: {partner: {interval: 20 min}}
models: {channels.vm-exit.probability: 0.02}
END
    cat >whole.yaml <<'END'
scenario: own
platform: {file: far/machine.yaml, nodes: 16}
workload:
  work: 2 h
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous}
checkpoints: {local: {interval: 10 min}, partner: {interval: 20 min}}
policies:
  - {system: kvm, policy: protection-first}
models: {channels.vm-exit.probability: 0.02}
replicas: 3
END
    bulkhead run -q --json own.yaml >own.json
    bulkhead run -q --json whole.yaml >whole.json
    cmp own.json whole.json
    # From another folder likewise, and by way of a third.
    mkdir elsewhere
    printf 'like: ../own\nscenario: own\n' >elsewhere/third.yaml
    bulkhead run -q --json elsewhere/third.yaml | cmp - whole.json
}

@test "check says what came from where" {
    cat >own.yaml <<'END'
like: far/base.yaml
scenario: own
workload: {work: 2 h}
policies:
  - {system: slow-kvm, policy: careful}
define:
  policies:
    careful: {like: protection-first, description: careful, dispositions: {host-user: node}}
  systems:
    slow-kvm:
      like: kvm
      title: slow
      costs: {exit-time: {value: 9, unit: us, status: assumed, range: [1, 20], source: a guess}}
END
    run_bulkhead check own.yaml
    expect_status 0
    expect_text "$output" 'from far/base.yaml: platform, checkpoints, models, replicas, workload.enclaves' \
        'policy careful: like protection-first, but for description, dispositions' \
        'system slow-kvm: like kvm, but for title, costs'
    # Titles, descriptions and colours are its own.
    [[ $output != *'The one that others are like'* ]]
    bulkhead check --json own.yaml | "$PYTHON" -c '
import json, sys
like = json.load(sys.stdin)["like"]
assert set(like["files"]["far/base.yaml"]) == {"platform", "checkpoints", "models", "replicas", "workload.enclaves"}, like
assert {"entry": "system slow-kvm", "like": "kvm", "differs": ["title", "costs"]} in like["entries"], like'
}

@test "what is like another is computed as that one with the difference, and provenance has the whole" {
    bulkhead check --json far/base.yaml >plain.json
    cat >own.yaml <<'END'
like: far/base
scenario: own
policies:
  - {system: same-kvm, policy: protection-first}
define:
  systems: {same-kvm: {like: kvm, title: the same}}
END
    bulkhead run -q -o own.h5 own.yaml >/dev/null
    bulkhead run -q -o base.h5 far/base.yaml >/dev/null
    "$PYTHON" - <<'END'
import json
import h5py
with h5py.File("own.h5") as own, h5py.File("base.h5") as base:
    assert (own["makespan"][...] == base["makespan"][...]).all()
    def parameters(file):
        text = file.attrs["provenance"]
        return json.loads(text if isinstance(text, str) else text.decode())["parameters"]
    like, whole = parameters(own)["like"], parameters(own)["models"]
    assert like["systems.same-kvm"]["zones"] and like["systems.same-kvm"]["costs"], like
    assert whole["systems.same-kvm.costs.exit-time"]["value"] == whole["systems.kvm.costs.exit-time"]["value"]
    assert not any("same-kvm" in name for name in parameters(base).get("like", {}))
END
}

# A number is one thing, with its source: half of it from another would be a false citation.
@test "a number of the other is taken whole or not at all" {
    cat >own.yaml <<'END'
like: far/base
scenario: own
define:
  systems: {same-kvm: {like: kvm, title: the same, costs: {exit-time: {value: 9, unit: us}}}}
END
    run_bulkhead check own.yaml
    expect_status 2
    expect_text "$errors" 'own.yaml:4:' status
}

@test "a circle of three files is told at the key that closes it" {
    printf 'like: two\nscenario: one\n' >one.yaml
    printf 'like: three\nscenario: two\n' >two.yaml
    printf 'like: one\nscenario: three\n' >three.yaml
    run_bulkhead check one.yaml
    expect_status 2
    expect_text "$errors" 'three.yaml:1:7: like: found a circle' one.yaml two.yaml
}

@test "a mistake in the other file is told there" {
    sed 's/work: 1 h/work: 1 GiB/' far/base.yaml >far/wrong.yaml
    printf 'like: far/wrong\nscenario: own\n' >own.yaml
    run_bulkhead check own.yaml
    expect_status 2
    expect_text "$errors" 'far/wrong.yaml:5:' GiB
}

@test "experiments run by name from anywhere, and a file of that name is taken first" {
    run_bulkhead run -q --set replicas=1 validate/daly
    expect_status 0
    run_bulkhead check balance
    expect_status 0
    expect_text "$output" 'The price of isolation'
    mkdir balance
    run_bulkhead check balance
    expect_status 0
    cp far/base.yaml balance.yaml
    cp far/machine.yaml .
    run_bulkhead check balance
    expect_status 0
    expect_text "$output" 'The one that others are like'
    run_bulkhead check no-such-experiment
    expect_status 2
    expect_text "$errors" no-such-experiment
}

@test "what a scenario is like is for its file to say, not for settings and axes" {
    run_bulkhead check far/base.yaml --set like=balance
    expect_status 2
    expect_text "$errors" like
    run_bulkhead check far/base.yaml --set 'vary=[{axis: a, set: like, values: [balance, ablation]}]'
    expect_status 2
    expect_text "$errors" like
}
