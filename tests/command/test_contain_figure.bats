#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead contain -o: the graph of zones and the heat maps, as files, as data, and when the folder or the disk is not fit.

load ../support/common

setup() {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    figures=$BATS_TEST_TMPDIR/figures
    errors_scenario=$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml
}

# draw SCENARIO OPTION...
draw() {
    run_bulkhead contain "$1" -o "$figures" --figure-only "${@:2}"
}

# Nothing in the folder but what is named.
expect_files() {
    diff <(printf '%s\n' "$@" | sort) <(ls -A "$figures" | sort)
}

@test "two figures with data and scripts that draw them again, byte for byte" {
    draw "$errors_scenario" --exact
    expect_status 0
    [ -z "$output" ]
    expect_lines "$errors" 2
    expect_files guest-kernel-error-{zones,extents}.{dat,gp,pdf,png,svg}
    cp -r "$figures" "$BATS_TEST_TMPDIR/first"
    (cd "$figures" && gnuplot guest-kernel-error-zones.gp guest-kernel-error-extents.gp)
    draw "$errors_scenario" --exact
    for file in "$figures"/*.{dat,gp,svg}; do
        cmp "$file" "$BATS_TEST_TMPDIR/first/$(basename "$file")"
    done
}

@test "the graph of zones is the one that doc/containment.png shows" {
    draw "$errors_scenario" --exact
    # If this has to change, so has the picture: README.md says how.
    diff "$SOURCE_DIRECTORY/tests/data/golden/guest-kernel-error-zones.dat" "$figures/guest-kernel-error-zones.dat"
    # vm-exit: 1e-3 behind a guard that blocks 0.99; the shared network: 0.5, past the guard.
    grep -q ' 1e-05 "vm-exit"$' "$figures/guest-kernel-error-zones.dat"
    grep -q ' 11 0.5 "shared-vmm-network"$' "$figures/guest-kernel-error-zones.dat"
}

@test "a small graph looks as it did" {
    [ "$(gnuplot --version)" = 'gnuplot 5.4 patchlevel 4' ] || skip "another gnuplot draws other SVG"
    draw "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" --exact --policy native
    expect_status 0
    cmp "$SOURCE_DIRECTORY/tests/data/golden/one-enclave-zones.svg" "$figures/one-enclave-zones.svg"
}

@test "cells hold what the JSON says" {
    run_bulkhead contain "$errors_scenario" --exact --policy palacios-shared-network --json -o "$figures"
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" "$figures/guest-kernel-error-extents.dat" <<'END'
import json, sys
policy, = json.load(open(sys.argv[1]))["policies"]
cells = open(sys.argv[2]).read().split("\n\n\n")[0].splitlines()
drawn = [float(line.split()[-1]) for line in cells if not line.startswith("#")]
owner = lambda r: (["application", "neighbour"].index(r["enclave"]) if r["enclave"] else -1)
rows = sorted(policy["origins"], key=lambda r: (owner(r), ["host", "guest", "process"].index(r["zone"])))
said = [r["exact"]["extent"][s] for r in rows for s in ("none", "process", "guest", "node")]
assert len(drawn) == len(said) == 40, (len(drawn), len(said))
for a, b in zip(drawn, said):
    assert abs(a - b) <= 1e-5 * b, (a, b)
END
}

@test "what is simulated is marked, and what trials never met is bounded" {
    draw "$errors_scenario" --monte-carlo --trials 1000 --policy kvm
    expect_status 0
    grep -q ' 2 "<0.003" 1 0.003$' "$figures/guest-kernel-error-extents.dat"
    if grep -qE ' 0 [-0-9.e]+$' <(sed -n '/^# cells/,/^$/p' "$figures/guest-kernel-error-extents.dat" | grep -v '^#'); then return 1; fi
    grep -q "'simulated'" "$figures/guest-kernel-error-extents.gp"
    draw "$errors_scenario" --exact --policy kvm
    grep -q ' 1 "0" 0 0$' "$figures/guest-kernel-error-extents.dat"
    refuse grep -q "'simulated'" "$figures/guest-kernel-error-extents.gp"
}

@test "more panels than a page holds take several" {
    draw "$SOURCE_DIRECTORY/experiments/balance.yaml" --monte-carlo --trials 100 --point nodes=131072
    expect_status 0
    for page in 1 2 3 4; do
        [ -s "$figures/balance-zones-$page.svg" ] && [ -s "$figures/balance-extents-$page.svg" ]
    done
    [ "$(grep -c '^figure: ' <<<"$errors")" -eq "$(find "$figures" -name 'balance-*.svg' | wc -l)" ]
    # Colours mean the same on all pages.
    [ "$(grep -h 'set cbrange' "$figures"/balance-extents-*.gp | sort -u | wc -l)" -eq 1 ]
}

@test "zones above zones, channels past shared zones, and channels side by side" {
    cat >"$BATS_TEST_TMPDIR/odd.yaml" <<'END'
scenario: "odd `touch pwned` ' ^_"
title: "system('touch pwned')"
platform: {file: testbed.xml, nodes: 4}
workload:
  work: 1 h
  horizon: 1 d
  enclaves:
    - {name: "a_b^{c}", application: mpi-bulk-synchronous, guests-per-node: 2, processes-per-guest: 2, node-share: 0.5}
    - {name: "`x'", application: loss-tolerant-service, guests-per-node: 1, processes-per-guest: 1, node-share: 0.5}
policies:
  - {system: kvm-nested, policy: whole}
  - {system: odd, policy: whole, name: "it's \"odd\""}
define:
  policies:
    whole: {description: nodes, dispositions: {host-kernel: node, host-user: node, guest-kernel: node, guest-user: process}, guards: strongest}
  systems:
    odd:
      title: A driver that all guests share
      host-kernel: linux
      guest-kernel: linux
      zones:
        - {name: host, kind: host-kernel, components: [host-kernel, kvm-module]}
        - {name: driver, kind: host-user, parent: host, components: [qemu-device-model]}
        - {name: guest, kind: guest-kernel, parent: driver, per: guest, components: [guest-kernel]}
        - {name: process, kind: guest-user, parent: guest, per: process, components: [application]}
      channels:
        - {type: vm-exit, from: guest, to: host}
        - {type: device-emulation, from: guest, to: driver}
        - {type: shared-memory, from: process, to: process}
      guards: {guest/host: [iommu], enclave/enclave: [shared-memory]}
      mechanisms: ideal
      costs:
        compute-slowdown: {value: 0.1, status: computed, source: test}
        exit-time: {value: 1, unit: us, status: computed, source: test}
        latency: {value: 1, unit: us, status: computed, source: test}
        bandwidth-loss: {value: 0.1, status: computed, source: test}
        guest-boot: {value: 20, unit: s, status: computed, source: test}
END
    draw "$BATS_TEST_TMPDIR/odd.yaml" --monte-carlo --trials 100
    expect_status 0
    expect_lines "$errors" 2
    [ ! -e pwned ] && [ ! -e "$figures/pwned" ]
    data=$(ls "$figures"/*-zones.dat)
    grep -q '"to other process: 0.5"$' "$data"
    # Six layers, two of them guests' kernels; and each number stands alone.
    "$PYTHON" - "$data" <<'END'
import sys
blocks = dict((b.strip().lstrip("# ").split("\n")[0].split(":")[0], b) for b in open(sys.argv[1]).read().split("\n\n\n"))
def rows(name):
    block = next(b for n, b in blocks.items() if n == name or "# %s\n" % name in b)
    block = block[block.index("# " + name):]
    return [line.split(None, 4) for line in block.splitlines() if line and line[0] != "#"]
boxes = [list(map(float, r[:4])) for r in rows("boxes")]
numbers = [list(map(float, r[:4])) for r in rows("numbers")]
assert len({round(b[1], 3) for b in boxes}) >= 6 and len(numbers) > 15
def meet(a, b):
    return abs(a[0] - b[0]) < a[2] + b[2] - 0.06 and abs(a[1] - b[1]) < a[3] + b[3] - 0.02
for i, n in enumerate(numbers):
    for other in boxes + numbers[:i]:
        assert not meet(n, other), (n, other)
END
}

@test "a folder that is not fit is one message and status 2, before any work" {
    touch "$BATS_TEST_TMPDIR/file"
    for folder in "$BATS_TEST_TMPDIR/file" /nowhere/at/all ''; do
        run_bulkhead contain "$errors_scenario" -o "$folder" --trials 1000000000000
        expect_status 2
        [ -z "$output" ]
        expect_lines "$errors" 1
    done
    run_bulkhead contain "$errors_scenario" --figure-only
    expect_status 2
    run_bulkhead contain "$errors_scenario" --figure-only --json -o "$figures"
    expect_status 2
    # Bad input leaves no folder.
    run_bulkhead contain "$errors_scenario" -o "$figures" --policy nobody
    expect_status 2
    [ ! -e "$figures" ]
}

@test "a full disk leaves whole files or none" {
    # In blocks of 1,024 bytes: no room for the data; for data and script; for all but a picture.
    (ulimit -f 1 && draw "$errors_scenario" --exact && expect_status 1 && expect_text "$errors" 'cannot write the figure')
    [ -z "$(ls -A "$figures")" ]
    (ulimit -f 16 && draw "$errors_scenario" --exact && expect_status 1 && expect_text "$errors" 'gnuplot failed')
    expect_files guest-kernel-error-{zones,extents}.{dat,gp}
    (cd "$figures" && gnuplot guest-kernel-error-zones.gp)
    [ -s "$figures/guest-kernel-error-zones.png" ]
}

@test "killed while drawing, it leaves no half of a file" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\nprintf half >guest-kernel-error-zones.pdf\nkill -KILL $PPID\n' >"$BATS_TEST_TMPDIR/bin/gnuplot"
    chmod +x "$BATS_TEST_TMPDIR/bin/gnuplot"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH draw "$errors_scenario" --exact
    [ "$status" -ne 0 ]
    [ -z "$(ls "$figures")" ]
}

@test "without gnuplot data and script are there, and the message says how to go on" {
    mkdir "$BATS_TEST_TMPDIR/empty"
    real=$BULKHEAD
    status=0
    errors=$(PATH=$BATS_TEST_TMPDIR/empty "$real" contain "$errors_scenario" --exact --figure-only -o "$figures" 2>&1) ||
        status=$?
    expect_status 1
    expect_lines "$errors" 1
    expect_text "$errors" 'gnuplot was not found' 'gnuplot guest-kernel-error-zones.gp'
    expect_files guest-kernel-error-{zones,extents}.{dat,gp}
}
