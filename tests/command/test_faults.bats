#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Faults as machines have them, from end to end: clocks of any distribution, domains, the whole machine, faults that stay.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# number VALUE UNIT: a number of the catalog; its range does not matter.
number() {
    printf '{value: %s, unit: %s, status: assumed, range: [0, 1e9], source: "for the test"}' "$1" "$2"
}

probability() {
    printf '{value: %s, status: assumed, range: [0, 1], source: "for the test"}' "$1"
}

factor() {
    printf '{value: %s, status: assumed, range: [0, 1e9], source: "for the test"}' "$1"
}

# one_class KEYS...: four nodes, and one class of faults `wear` with these keys, one per line; nothing else strikes.
one_class() {
    grep -v '^faults: none' "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml"
    cat <<'END'
faults: {hardware: [wear], software: no, machine: fresh}
define:
  faults:
    wear:
      description: for the test
END
    printf '      %s\n' "$@"
}

# Every 5,000 s of a clock, to a microsecond.
clockwork() {
    printf 'arrival: {uniform: {least: %s, most: %s}}' "$(number 5000 s)" "$(number 5000.000001 s)"
}

# figures FILE [OPTION...]: runs it, and prints policy, makespan, faults and failures as JSON says.
figures() {
    local file=$1
    shift
    run_bulkhead run "$file" -q --json "$@"
    expect_status 0
    printf '%s' "$output" | "$PYTHON" -c '
import json, sys
for p in json.load(sys.stdin)["policies"]:
    print(p["name"], p["makespan"] and round(p["makespan"]["mean"], 3), p["faults"], p["failures"])'
}

ten_minutes() {
    printf '%s\n' "mend: repair" "repair-median: $(number 600 s)" "repair-sigma: $(factor 0)"
}

# --- By hand --------------------------------------------------------------------------------------------------------

@test "the machine as a whole fails and is repaired, to the second" {
    mapfile -t repair < <(ten_minutes)
    one_class "carrier: machine" "landing: node" "$(clockwork)" "${repair[@]}" >outage.yaml
    # Checkpoints of 60 s after each hour of work. Down at 5000, and 5000 s after each repair: 10600, 16200. Each time
    # up again after 5 s to detect, 600 s of repair, 10 s to restart, 20 s to read; KVM's guests boot in 25 s more, each
    # time. What is left after 16835 is an hour; 5635 and 11235 left one more checkpoint behind each.
    output=$(figures outage.yaml)
    expect_text "$output" "native 20435.0 3" "kvm 20460.0 3"
    run_bulkhead run outage.yaml -q --json
    # 3 x 600 s of it are repair, not restart.
    printf '%s' "$output" | "$PYTHON" -c '
import json, sys
p = json.load(sys.stdin)["policies"][0]
assert abs(p["breakdown"]["repair-and-spare-wait"] * p["makespan"]["mean"] - 1800) < 1e-3, p
assert p["extent"]["system"]["system"]["mean"] == 1, p'
}

@test "a machine that only restarts takes the time of a system's restart" {
    one_class "carrier: machine" "landing: node" "$(clockwork)" "mend: reboot" >restart.yaml
    # Down at 5000, 10000, 15000. Up again at 5115, 10115 and 15115 with one, two and three hours of work done (at 8775,
    # 13775 they are saved), and 3600 s are left: 18715.
    output=$(figures restart.yaml --set models.recovery.system-restart='80 s')
    expect_text "$output" "native 18715.0 3"
}

@test "a domain takes its nodes, and they come back together" {
    mapfile -t repair < <(ten_minutes)
    one_class "carrier: cabinet" "landing: node" "$(clockwork)" "${repair[@]}" |
        sed 's/^  local: {.*/  storage: {interval: 1 h, write: 60 s, read: 20 s}/' >cabinet.yaml
    # As above, but the repair begins at once, 5 s earlier, and each node is activated in 45 s: 40 s more, three times.
    output=$(figures cabinet.yaml)
    expect_text "$output" "native 20475.0 12" # four nodes, three times
    # Of blades of two nodes, each has a clock of its own, and they go at the same time: the same.
    output=$(figures cabinet.yaml --set models.domains.cabinet.nodes=2)
    expect_text "$output" "native 20475.0 12"
}

# --- Faults that stay -----------------------------------------------------------------------------------------------

# Guests that fail by every strike, on many nodes; a service, so that nothing waits for all.
lasting() {
    mapfile -t repair < <(ten_minutes)
    one_class "landing: memory" "rate: $(number 1 1/year)" "instruction-share: $(probability 0)" "${repair[@]}" \
        "recurrence: {probability: $(probability 1), every: $(number 10 h), tolerated: $(factor 2)}" |
        sed -e 's/application: mpi-bulk-synchronous/application: loss-tolerant-service/' \
            -e 's/platform: .*/platform: {file: parametric.yaml, nodes: 4096}/' -e 's/work: 4 h/work: 100 d/' \
            -e 's/horizon: 10 d/horizon: 100 d/'
}

@test "a fault that stays strikes until its node is repaired, and is repaired when no longer tolerated" {
    lasting >stays.yaml
    local always=(--set models.zones.guest-user.data.masked=0 --set models.zones.guest-user.data.signalled=1
        --set models.zones.guest-user.data.silent=0 --set models.zones.guest-kernel.data.masked=0
        --set models.zones.guest-kernel.data.signalled=1 --set models.zones.guest-user.data.hang=0
        --set models.zones.guest-kernel.data.hang=0
        --set models.zones.guest-kernel.residual=0 --set models.zones.host-kernel.memory-weight=0
        --set models.zones.host-user.memory-weight=0)
    count() {
        figures stays.yaml "${always[@]}" "$@" | sed -n 's/^kvm [^ ]* \([0-9.]*\) .*/\1/p'
    }
    local alone thrice once
    alone=$(count --set define.faults.wear.recurrence.probability.value=0)
    once=$(count --set define.faults.wear.recurrence.tolerated.value=0)
    thrice=$(count)
    echo "$alone faults, $once when none is tolerated, $thrice when two are"
    # The same faults begin, some 1,120; each takes its node at the first failure, or at the third: of those of the last
    # days fewer, 0.8 % of them.
    "$PYTHON" -c "assert $alone > 1000 and $once == $alone and 2.95 < $thrice / $alone <= 3.0"
}

# --- Clocks ---------------------------------------------------------------------------------------------------------

@test "a fresh machine and one in steady state fail as renewal theory says" {
    mapfile -t repair < <(ten_minutes)
    # Weibull, shape 0.5, scale 5 years: mean 10 years. In 20 days, of 4,096 fresh nodes 4096 (1 - exp(-(t/5y)^0.5)) fail
    # for the first time, 407.5, and again at most one in a few hundred; of those in steady state, 4096 t / 10 y = 22.4.
    one_class "landing: node" "arrival: {weibull: {shape: $(factor 0.5), scale: $(number 5 year)}}" "${repair[@]}" |
        sed -e 's/application: mpi-bulk-synchronous/application: loss-tolerant-service/' \
            -e 's/platform: .*/platform: {file: parametric.yaml, nodes: 4096}/' -e 's/work: 4 h/work: 20 d/' \
            -e 's/horizon: 10 d/horizon: 20 d/' >weibull.yaml
    count() {
        figures weibull.yaml --replicas 4 "$@" | sed -n 's/^native [^ ]* \([0-9.]*\) .*/\1/p'
    }
    local fresh steady
    fresh=$(count)
    steady=$(count --set faults.machine=steady)
    echo "$fresh faults of 4 fresh machines, $steady of 4 in steady state"
    # 4.4 standard errors of a mean of 4 Poisson numbers; second failures raise the first by half of their expectation,
    # the integral of the renewal density, 407.5^2 / 4096 / 2 x (a Beta factor below 2): 20 to 41.
    "$PYTHON" -c "
assert 407.5 - 4.4 * (407.5 / 4) ** 0.5 < $fresh / 4 < 407.5 + 41 + 4.4 * (450 / 4) ** 0.5
assert abs($steady / 4 - 22.4) < 4.4 * (22.4 / 4) ** 0.5"
}

@test "policies meet the same faults, whatever the clocks; equal bytes for any number of jobs" {
    mapfile -t repair < <(ten_minutes)
    one_class "landing: node" "arrival: {gamma: {shape: $(factor 0.6), scale: $(number 10 d)}}" "${repair[@]}" \
        "burst: {domain: blade, probability: $(probability 0.5), reach: $(probability 0.5), within: $(number 20 s)}" |
        sed -e 's/platform: .*/platform: {file: parametric.yaml, nodes: 64}/' -e 's/work: 4 h/work: 2 d/' \
            -e 's/^  local: {.*/  storage: {interval: 1 h, write: 6 s, read: 2 s}/' \
            -e 's/application: mpi-bulk-synchronous/application: loss-tolerant-service/' >gamma.yaml
    run_bulkhead run gamma.yaml -q --json --replicas 6 -j 1
    expect_status 0
    local first=$output
    run_bulkhead run gamma.yaml -q --json --replicas 6 -j 3
    [ "$output" = "$first" ]
    printf '%s' "$output" | "$PYTHON" -c '
import json, sys
faults = [p["faults"] for p in json.load(sys.stdin)["policies"]]
assert faults[0] > 10 and abs(faults[0] - faults[1]) <= 1, faults'
}

@test "large runs are lost as the closed form says" {
    for nodes in 10000 22000; do
        sed '/^vary:/,$d' "$SOURCE_DIRECTORY/experiments/large-runs.yaml" >run.yaml
        run_bulkhead run run.yaml -q --json --replicas 400 --set platform.nodes=$nodes --set workload.work='10 min' \
            --set workload.horizon='601 s' --set faults.hardware='[node, file-system-outage, other-outage]'
        expect_status 0
        # 1 - S(t)^n exp(-mu t), S by the series of the gamma distribution's first terms: t is short. 4.4 deviations.
        printf '%s' "$output" | "$PYTHON" -c '
import json, math, sys
nodes, shape, scale, outages, t = float(sys.argv[1]), 0.6087, 610.97 * 86400, 0.1494 / 86400, 600
passed = t - t ** (shape + 1) / (scale ** shape * math.gamma(shape + 1) * (shape + 1))
lost = 1 - math.exp(nodes * math.log1p(-passed / (shape * scale)) - outages * t)
seen = json.load(sys.stdin)["policies"][0]["unacceptable"]["mean"]
print(nodes, "nodes:", seen, "seen,", lost, "expected")
assert abs(seen - lost) < 4.4 * (lost * (1 - lost) / 400) ** 0.5' $nodes
    done
}

# --- What is said ---------------------------------------------------------------------------------------------------

@test "check tells clocks, bursts, what stays, and whether nodes fail apart" {
    lasting >stays.yaml
    run_bulkhead check stays.yaml
    expect_status 0
    expect_text "$output" "wear: a clock per node, exponential, every 1 year; 100 % stay and strike every 10 h" \
        "at the latest after 3 failures" "independent nodes: no class of faults strikes several at once"
    mapfile -t repair < <(ten_minutes)
    one_class "carrier: power-domain" "landing: node" "$(clockwork)" "${repair[@]}" \
        "burst: {reach: $(probability 0.25), within: $(number 1 min)}" >domain.yaml
    run_bulkhead check domain.yaml
    output=$(printf '%s' "$output" | tr -s ' \n' ' ')
    expect_text "$output" "wear: a clock per power-domain, 768 nodes, uniform (least" "strikes 25 % of its nodes" \
        "each 1 min later on average" "the machine is fresh"
    case $output in *"independent nodes"*) false ;; esac
    one_class "carrier: machine" "landing: node" "$(clockwork)" "${repair[@]}" >machine.yaml
    run_bulkhead check machine.yaml
    expect_text "$output" "wear: one clock for the machine" "  machine        wear"
    # A file system that fails is common to all that need it.
    sed 's/hardware: \[wear\]/hardware: [node-loss, file-system]/' machine.yaml >file-system.yaml
    run_bulkhead check file-system.yaml
    expect_status 0
    case $output in *"independent nodes"*) false ;; esac
}

# expect_refused MESSAGE KEYS...: this class is bad input.
expect_refused() {
    local message=$1
    shift
    one_class "$@" >bad.yaml
    run_bulkhead check bad.yaml
    expect_status 2
    [ -z "$output" ]
    expect_lines "$errors" 3
    expect_text "$errors" "bad.yaml:" "$message"
}

@test "classes that contradict themselves are refused" {
    mapfile -t repair < <(ten_minutes)
    local rate share always
    rate="rate: $(number 1 1/year)" share="instruction-share: $(probability 0)" always=$(probability 1)
    expect_refused "found domain \`cabnet\`, expected a known one; did you mean \`cabinet\`?" "carrier: cabnet" \
        "landing: node" "mend: reboot" "$rate"
    expect_refused "found carrier: machine with landing: memory; expected landing: node" "carrier: machine" \
        "landing: memory" "mend: reboot" "$rate" "$share"
    expect_refused "mend: reboot; expected mend: repair, which ends it" "landing: memory" "mend: reboot" "$rate" "$share" \
        "recurrence: {probability: $always, every: $(number 1 h), tolerated: $always}"
    expect_refused "found with landing: node; expected memory or cpu" "landing: node" "$rate" "${repair[@]}" \
        "recurrence: {probability: $always, every: $(number 1 h), tolerated: $always}"
    expect_refused "domain" "landing: node" "mend: reboot" "$rate" "burst: {probability: $always, reach: $always}"
    expect_refused "probability" "landing: node" "mend: reboot" "$rate" "carrier: blade" \
        "burst: {probability: $always, reach: $always}"
    expect_refused "every: found 0, expected a time above 0" "landing: memory" "$rate" "$share" "${repair[@]}" \
        "recurrence: {probability: $always, every: $(number 0 h), tolerated: $always}"
    one_class "landing: node" "mend: reboot" "$rate" >age.yaml
    run_bulkhead check age.yaml --set faults.machine=old
    expect_status 2
    expect_text "$errors" "machine" "steady" "fresh"
}
