#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead contain --prices: what each step of protection costs and buys, per system.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    cat >prices.yaml <<'END'
scenario: prices
title: Prices
platform: {file: testbed.xml, nodes: 7}
workload:
  work: 10 h
  horizon: 40 d
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 1}
checkpoints: none
baseline: native
policies:
  - {system: native, policy: native, name: native}
  - {system: kvm, policy: protection-first, name: protected}
  - {system: palacios-shared-network, policy: protection-first, name: palacios}
  - {system: kvm, policy: performance-first, name: fast}
  - {system: kvm, policy: as-host-kernel, name: bound}
  - {system: palacios-shared-network, policy: as-host-kernel, name: palacios-bound}
faults: {hardware: none, software: yes}
replicas: 2
seed: 1
END
}

prices() {
    run_bulkhead contain prices.yaml -q --exact --prices --json "$@"
    expect_status 0
    cp "$BATS_TEST_TMPDIR/stdout" contain.json
}

@test "probabilities are those of the rows, mixed by their rates; systems apart, the weakest policy first" {
    prices
    "$PYTHON" - <<'END'
import json
contain = json.load(open("contain.json"))
rows = {p["name"]: [(r["rate_per_s"], r["exact"]) for r in p["origins"]
                    if r["zone_kind"] == "guest-kernel" and not r["in_host_kernel_too"]] for p in contain["policies"]}
prices = contain["prices"]
assert [p["policy"] for p in prices] == ["bound", "fast", "protected", "palacios-bound", "palacios"], prices
for price in prices:
    mix = lambda of: sum(rate * of(answer) for rate, answer in rows[price["policy"]]) / \
        sum(rate for rate, answer in rows[price["policy"]])
    assert abs(price["beyond_guest"] - mix(lambda a: a["beyond"]["guest/host"])) < 1e-6, price
    assert abs(price["degraded"] - mix(lambda a: a.get("degraded", 0))) < 1e-6, price
    assert price["node_down"] <= mix(lambda a: a["extent"]["node"]) + 1e-6, price
    same = [p["overhead"] for p in prices if p["system"] == price["system"]]
    assert abs(price["added"] - (price["overhead"] - min(same))) < 1e-12, price
named = {p["policy"]: p for p in prices}
assert named["bound"]["mechanism"] is None and named["bound"]["takes"] == "node"
assert named["protected"]["takes"] == "guest" and named["protected"]["added"] > 0.01
assert named["protected"]["node_down"] < named["fast"]["node_down"] < named["bound"]["node_down"]
assert named["fast"]["degraded"] > 0 == named["protected"]["degraded"]
assert 0.9 < named["protected"]["mechanism"]["succeeds"] < 1 and named["protected"]["mechanism"]["missing"] is None
END
}

@test "without channels a node goes down as often as its guest cannot be taken down alone" {
    set=()
    for channel in $(sed -n 's/^  \([a-z][a-z-]*\):.*/\1/p' "$SOURCE_DIRECTORY/models/data/channels.yaml"); do
        set+=(--set "models.channels.$channel.probability=0")
    done
    for mechanisms in listed none ideal; do
        prices "${set[@]}" --set "models.errors.mechanisms=$mechanisms"
        "$PYTHON" - $mechanisms <<'END'
import json, sys
contain = json.load(open("contain.json"))
for price in contain["prices"]:
    rows = [(r["rate_per_s"], r["exact"]) for p in contain["policies"] if p["name"] == price["policy"]
            for r in p["origins"] if r["zone_kind"] == "guest-kernel" and not r["in_host_kernel_too"]]
    fails = sum(rate * (1 - answer["extent"]["none"]) for rate, answer in rows) / sum(rate for rate, answer in rows)
    by = price["mechanism"]
    holds = 0 if by is None or sys.argv[1] == "none" else 1 if sys.argv[1] == "ideal" else by["succeeds"]
    assert by is None or by["succeeds"] == holds, price
    assert by is None or by["missing"] == ("notice" if sys.argv[1] == "none" else None), price
    assert abs(price["node_down"] - fails * (1 - holds)) < 1e-9, price
    assert abs(price["beyond_guest"] - price["node_down"]) < 1e-9, price
    assert fails > 0.3
END
    done
}

@test "what is added is what a run without failures takes longer" {
    need_h5py
    prices
    run_bulkhead run prices.yaml -q -o run.h5
    expect_status 0
    "$PYTHON" - <<'END'
import h5py, json
prices = {p["policy"]: p["overhead"] for p in json.load(open("contain.json"))["prices"]}
f = h5py.File("run.h5")
names = [n.decode() if isinstance(n, bytes) else n for n in f["policy"][:]]
price = {name: f["price"][:].reshape(len(names), -1)[i].mean() for i, name in enumerate(names)}
for name in prices:  # noise is drawn in a run: a thousandth
    longer = (1 + price[name]) / (1 + price["bound"])
    assert abs(longer / ((1 + prices[name]) / (1 + prices["bound"])) - 1) < 1e-3, (name, longer, prices)
assert price["protected"] > price["bound"] + 0.01
END
}

@test "tables in each format; mechanisms named once, missing parts too; without the option nothing" {
    run_bulkhead contain prices.yaml -q --exact --prices
    expect_status 0
    expect_text "$output" 'What each step of protection costs and buys' 'node: none needed' 'kvm -> guest:' \
        'notice: panic device'
    [ "$(grep -c 'kvm -> guest:' <<<"$output")" -eq 1 ]
    if sed -n '/What each step/,$p' <<<"$output" | grep -E '.{121}|[[:space:]]$'; then return 1; fi
    run_bulkhead contain prices.yaml -q --exact --prices --format markdown --set models.errors.mechanisms=none
    expect_text "$output" '### What each step' 'guest: no notice'
    refuse grep -q 'kvm -> guest:' <<<"$output"
    run_bulkhead contain prices.yaml -q --exact --prices --format latex
    expect_text "$output" '% What each step' '% kvm -> guest:' '\toprule'
    run_bulkhead contain prices.yaml -q --exact
    refuse grep -q 'What each step' <<<"$output"
    run_bulkhead contain prices.yaml -q --prices --format prism
    refuse expect_status 0
}
