#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead advise: which policy to take, from a scenario and from results, and requests that cannot be met.

load ../support/common

setup_file() {
    bulkhead run "$scenarios/small-balance.yaml" --set wrong-results=done --set replicas=12 -q -o "$BATS_FILE_TMPDIR/small.h5" >/dev/null
}

setup() {
    results=$BATS_FILE_TMPDIR/small.h5
}

# advise with these options is refused with one message that has the words before `--`.
expect_refusal() {
    local parts=()
    while [ "$1" != -- ]; do
        parts+=("$1")
        shift
    done
    shift
    run_bulkhead advise "$results" "$@"
    expect_status 2
    [ -z "$output" ]
    expect_message "$errors"
    expect_text "$errors" "${parts[@]}"
}

@test "plain words come first, then what they rest on" {
    run_bulkhead advise "$results" --allow system=kvm,palacios
    expect_status 0
    expect_text "$output" 'Best of 3 allowed policies' 'net overhead of' 'Allowed' 'may be best' 'Excluded' \
        'not of what --allow names' 'less is better'
    [ "$(sed -n 3p <<<"$output" | grep -c '^Best of')" = 1 ]
    refuse grep -qE '^.{151}' <<<"$output"
    [ -z "$errors" ]
    # One kind is alternatives, two kinds have to agree.
    run_bulkhead advise "$results" --allow system=kvm --allow system=palacios --allow policy=as-host-kernel
    expect_text "$output" 'The only allowed policy, kvm as-host-kernel'
    run_bulkhead advise "$results" --allow 'kvm protection-first'
    expect_text "$output" 'The only allowed policy, kvm protection-first'
}

@test "a scenario is run, and what it takes is said before; its results say the same" {
    run_bulkhead advise "$scenarios/small-balance.yaml" --set wrong-results=done --set replicas=12 --format json
    expect_status 0
    expect_text "$errors" 'simulations at 1 point' 'of one core'
    fresh=$output
    run_bulkhead advise "$results" --format json
    [ "$output" = "$fresh" ]
    mkdir -p "$BATS_TEST_TMPDIR/folder"
    cp "$results" "$BATS_TEST_TMPDIR/folder/results.h5"
    run_bulkhead advise "$BATS_TEST_TMPDIR/folder" --format json
    [ "$output" = "$fresh" ]
}

@test "JSON, Markdown and text say the same" {
    has_h5py || skip "no python to read JSON with"
    run_bulkhead advise "$results" --format json --minimize node-hours --indifferent '0.5 %'
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'PYTHON'
import json, sys
advice = json.load(open(sys.argv[1]))
assert advice["minimized"] == "node-hours" and advice["replicas"] == 12 and advice["worlds"] == 1
compared = [p for p in advice["policies"] if p["status"] == "compared"]
assert len(compared) == 5
best = min(compared, key=lambda p: p["value"]["mean"])
assert best["policy"] == advice["best"] and best["may_be_best"] and best["behind"] == 0
assert set(advice["cannot_be_told_apart"]) == {p["policy"] for p in compared if p["may_be_best"]}
assert all(p["behind_at_most"] >= p["behind"] for p in compared)
PYTHON
    run_bulkhead advise "$results" --format markdown
    expect_text "$output" '## A small balance' '### Allowed' '|'
}

@test "limits exclude, admit, or cannot be told" {
    run_bulkhead advise "$results" --limit 'net-overhead < 1000 %'
    expect_status 0
    expect_text "$output" 'Best of 5 allowed policies'
    # Between what native and guests lose by more than their intervals.
    run_bulkhead advise "$results" --limit 'price < 1 %'
    expect_status 0
    expect_text "$output" 'not price < 1 %: price is 8.43 %' 'The only allowed policy, native'
    run_bulkhead advise "$results" --limit 'unfinished < 1e-3'
    expect_status 0
    expect_text "$output" 'No allowed policy is known to meet unfinished < 1e-3'
    run_bulkhead advise "$results" --limit 'makespan < 30 d' --limit 'failures[node] >= 0'
    expect_status 0
}

@test "what users need excludes what does not offer it, by system, by kernel and by guard" {
    run_bulkhead advise "$results" --need own-kernel
    expect_status 0
    expect_text "$output" 'does not offer own-kernel' 'What is needed has a price'
    # Emulated I/O withholds the devices that the weakest guards let through.
    run_bulkhead advise "$results" --need device-access --need own-kernel
    expect_status 0
    expect_text "$output" 'does not offer device-access'
    refuse grep -q 'protection-first.*may be best' <<<"$output"
    # A line with another kernel is no Linux any more.
    sed -E 's/\{system: kvm, policy: as-host-kernel\}/{system: kvm, guest-kernel: kitten, policy: as-host-kernel, name: kitten}/' \
        "$scenarios/small-balance.yaml" >"$BATS_TEST_TMPDIR/kitten.yaml"
    run_bulkhead advise "$BATS_TEST_TMPDIR/kitten.yaml" -q --replicas 2 --set wrong-results=done --need unmodified-linux
    expect_status 0
    grep -q 'kitten .*does not offer unmodified-linux' <<<"$output"
    has_h5py || skip "no python to read JSON with"
    run_bulkhead advise "$results" --format json --need own-kernel
    "$PYTHON" -c '
import json, sys
out = {p["policy"]: p for p in json.load(sys.stdin)["policies"] if p["status"] == "not-offered"}
assert out["native"]["lacks"] == "own-kernel" and len(out) == 1' <<<"$output"
}

@test "a number has one name, with - or with _" {
    run_bulkhead advise "$results" --minimize net-overhead
    expect_status 0
    cp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/dash"
    run_bulkhead advise "$results" --minimize net_overhead
    expect_status 0
    diff <(sed 's/net_overhead/net-overhead/g' "$BATS_TEST_TMPDIR/stdout") "$BATS_TEST_TMPDIR/dash"
}

@test "bad requests end in one message that says what there is" {
    expect_refusal '--allow: no `kvn`' native kvm palacios 'nearest is `kvm`' -- --allow system=kvn
    expect_refusal '--allow' 'expected system=NAME' -- --allow machine=kvm
    expect_refusal 'is of all that is allowed at once' -- --allow system=native --allow policy=protection-first
    expect_refusal '--need: found `own-kernl`' unmodified-linux 'nearest is `own-kernel`' -- --need own-kernl
    expect_refusal 'no allowed line of policies offers all' 'native' unmodified-linux -- \
        --allow system=native --need own-kernel
    expect_refusal 'no metric `net-overhed`' 'nearest is `net-overhead`' -- --minimize net-overhed
    expect_refusal 'failures[LABEL]' 'enclave' -- --minimize failures
    expect_refusal 'one number, without [LABEL]' -- --minimize 'makespan[node]'
    expect_refusal '--limit: found `wrong-results`' -- --limit wrong-results
    expect_refusal 'expected a number with a unit of time' -- --limit 'makespan < 5'
    expect_refusal 'contradict each other' -- --limit 'makespan < 5 h' --limit 'makespan > 6 h'
    expect_refusal 'no number of runs shows' -- --limit 'wrong-results < 0'
    expect_refusal 'nothing is allowed' 'makespan is' -- --limit 'makespan < 1 h'
    expect_refusal '--point: no axis `nodes`' 'varies nothing' -- -p nodes=3
    expect_refusal '--worlds: no axis `draw`' -- --worlds draw
    expect_refusal '--enclave: no `simulations`' 'nearest is `simulation`' -- --enclave simulations
    expect_refusal '--indifferent: found `much`' -- --indifferent much
    expect_refusal '--map: found `nodes`' 'expected two names' -- --map nodes
    expect_refusal '--map: no axis or drawn number `nodes`' 'nothing is varied or drawn' -- --map nodes,draw
    expect_refusal '--set' -- --set replicas=3
    run_bulkhead advise "$BATS_TEST_TMPDIR"
    expect_status 2
    expect_text "$errors" 'expected results.h5'
}

@test "axes are chosen by their labels, and the headline's place is taken where none is named" {
    has_h5py || skip "no h5py to make results with"
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/make_fixture.py" balance "$BATS_TEST_TMPDIR/balance.h5"
    run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5"
    expect_status 0
    expect_text "$output" '131072 nodes, spares: warm'
    run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5" -p nodes=1024 -p spares=none
    expect_text "$output" '1024 nodes, spares: none'
    run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5" -p nodes=5
    expect_status 2
    expect_text "$errors" '--point: nothing at `nodes=5`; nodes has 1024'
    run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5" -p spars=none
    expect_text "$errors" 'no axis `spars`' 'nearest is `spares`'
}

@test "over draws of uncertain numbers it says how firm the choice is" {
    cat >"$BATS_TEST_TMPDIR/worlds.yaml" <<END
campaign: worlds
scenario: $scenarios/small-balance.yaml
replicas: 4
uncertainty: {draws: 5, numbers: [models.channels.vm-exit.probability, models.recovery.node-reboot]}
END
    run_bulkhead advise "$BATS_TEST_TMPDIR/worlds.yaml" -d "$BATS_TEST_TMPDIR/folder"
    expect_status 0
    expect_text "$errors" '5 points: about'
    expect_text "$output" 'How firm' 'of 5 drawn worlds' 'draws of 2 uncertain numbers'
    grep -qE 'in the worst world, draw|less than these replicas can tell' <(tr '\n' ' ' <<<"$output")
    # In memory and from the folder, which goes on where it stands, the same is said; of one draw nothing of worlds.
    told=$output
    run_bulkhead advise "$BATS_TEST_TMPDIR/worlds.yaml" -q
    [ "$output" = "$told" ]
    run_bulkhead advise "$BATS_TEST_TMPDIR/worlds.yaml" -q -d "$BATS_TEST_TMPDIR/folder"
    [ "$output" = "$told" ]
    run_bulkhead advise "$BATS_TEST_TMPDIR/folder" -p draw=3
    expect_status 0
    refuse grep -q 'How firm' <<<"$output"
    has_h5py || return 0
    run_bulkhead advise "$BATS_TEST_TMPDIR/folder" --format json
    "$PYTHON" -c 'import json, sys
firm = json.load(open(sys.argv[1]))["firmness"]
assert 0 <= firm["surely_best_in"] <= firm["best_in"] <= 5 and firm["worst_regret"] >= firm["expected_regret"]["mean"]
' "$BATS_TEST_TMPDIR/stdout"
}

@test "of enough worlds it says which numbers decide, in text and JSON alike" {
    cat >"$BATS_TEST_TMPDIR/worlds.yaml" <<END
campaign: worlds
scenario: $scenarios/small-balance.yaml
set: {workload.work: 1 h}
replicas: 2
systems: [kvm]
policies: [protection-first, as-host-kernel]
uncertainty: {draws: 16, numbers: [models.channels.vm-exit.probability, models.recovery.node-reboot]}
END
    run_bulkhead advise "$BATS_TEST_TMPDIR/worlds.yaml" -q -d "$BATS_TEST_TMPDIR/folder"
    expect_status 0
    expect_text "$output" 'What decides'
    has_h5py || return 0
    run_bulkhead advise "$BATS_TEST_TMPDIR/folder" --format json
    "$PYTHON" -c 'import json, sys
decides = json.load(open(sys.argv[1]))["decides"]
assert {n["number"] for n in decides} == {"channels.vm-exit.probability", "recovery.node-reboot"}
assert {n["number"]: n["unit"] for n in decides}["recovery.node-reboot"] == "s"
values = [n["value"]["mean"] for n in decides]
assert values == sorted(values, reverse=True)
assert all(0 < n["by_chance"] <= 1 and n["value"]["low"] <= n["value"]["mean"] <= n["value"]["high"] for n in decides)
' "$BATS_TEST_TMPDIR/stdout"
}

@test "where the best changes along an axis, and who wins where, is where it was planted" {
    has_h5py || skip "no h5py to make results with"
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/make_fixture.py" balance "$BATS_TEST_TMPDIR/balance.h5"
    run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5"
    expect_status 0
    expect_text "$output" 'Break-even' 'Along nodes'
    # Who wins at a corner of the map is who is the best there.
    run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5" --map spares,nodes --format json
    "$PYTHON" -c 'import json, subprocess, sys
advice = json.load(open(sys.argv[1]))
turns = advice["break_even"]
assert turns and all(turn["along"] == "nodes" and turn["best_below"] != turn["best_above"] for turn in turns)
sides = advice["map"]["x"]["cells"], advice["map"]["y"]["cells"]
assert len(advice["map"]["cells"]) == len(sides[0]) * len(sides[1])
for cell in advice["map"]["cells"][:2]:
    there = json.loads(subprocess.run([sys.argv[3], "advise", sys.argv[2], "--format", "json", "-p",
        "spares=" + sides[0][cell["x"]], "-p", "nodes=" + sides[1][cell["y"]]], capture_output=True, check=True).stdout)
    assert there["best"] == cell["best"] and (len(there["cannot_be_told_apart"]) == 1) == cell["firm"]
' "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/balance.h5" "$BULKHEAD"
    # As a figure: the same winners, hatched where they are not firm.
    if command -v gnuplot >/dev/null; then
        cp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/map.json"
        run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5" --map spares,nodes -o "$BATS_TEST_TMPDIR/maps"
        expect_status 0
        [ -s "$BATS_TEST_TMPDIR/maps/balance-winners-spares-nodes.svg" ]
        "$PYTHON" - "$BATS_TEST_TMPDIR/map.json" "$BATS_TEST_TMPDIR/maps/balance-winners-spares-nodes.dat" <<'END'
import json, sys
cells = json.load(open(sys.argv[1]))["map"]["cells"]
rows = [line.split() for line in open(sys.argv[2]) if line.strip() and line[0] != "#"]
assert len(rows) == len(cells)
by_letter, colours = {}, {}
for (x, y, colour, hatched, of_text, text, value), cell in zip(rows, cells):
    text = text.strip('"')
    assert by_letter.setdefault(text[0], cell["best"]) == cell["best"] and colours.setdefault(text[0], colour) == colour
    assert (hatched == "1") == text.endswith("?") == (not cell["firm"]), (text, cell)
assert len(set(by_letter.values())) == len(by_letter) == len(set(colours.values()))
END
    fi
    expect_refusal '-o leaves the figure of a map' -- -o "$BATS_TEST_TMPDIR/maps"
    run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5" -p nodes=1024 --map nodes,spares
    expect_status 2
    expect_text "$errors" '--map: no axis or drawn number `nodes`; there are spares'
    run_bulkhead advise "$BATS_TEST_TMPDIR/balance.h5" -p nodes=1024
    refuse grep -q 'Along nodes' <<<"$output"
}

@test "replicas are added until the choice is settled, and the same is said as of so many at once" {
    cd "$BATS_TEST_TMPDIR" || exit
    run_bulkhead advise "$scenarios/small-balance.yaml" --set wrong-results=done --replicas 2 --until-told 256 --format json
    expect_status 0
    expect_text "$errors" '2 replicas do not settle it: 4'
    cp "$BATS_TEST_TMPDIR/stdout" told.json
    replicas=$("$PYTHON" -c 'import json, sys
told = json.load(open(sys.argv[1]))
looks = told["until_told"]
assert looks["settled"] and looks["most"] == 256 and looks["looks"] == 8, looks
assert len(told["cannot_be_told_apart"]) == 1 and 2 < told["replicas"] < 256, told["replicas"]
print(told["replicas"])' told.json)
    run_bulkhead advise "$scenarios/small-balance.yaml" -q --set wrong-results=done --replicas "$replicas" --format json
    "$PYTHON" -c 'import json, sys
told, once = (json.load(open(name)) for name in sys.argv[1:])
assert told["best"] == once["best"] and [p["value"] for p in told["policies"]] == [p["value"] for p in once["policies"]]' told.json "$BATS_TEST_TMPDIR/stdout"
    # A campaign in a folder keeps what it ran, and goes on there; what is never settled ends at the most.
    printf '%s\n' 'campaign: grow' "scenario: $scenarios/small-balance.yaml" 'replicas: 2' 'set: {wrong-results: done}' \
        'uncertainty: {draws: 2, numbers: [models.recovery.node-reboot]}' >grow.yaml
    run_bulkhead advise grow.yaml -d grow --until-told 3 --allow policy=protection-first --indifferent '0.0001 %'
    expect_status 0
    expect_text "$output" 'Not settled with 3 replicas, the most.'
    told=$output
    run_bulkhead advise grow.yaml -d grow --until-told 3 --allow policy=protection-first --indifferent '0.0001 %' -q
    expect_status 0
    [ "$output" = "$told" ]
    [ "$(grep -c 'do not settle' <<<"$errors")" = 0 ]
    # What does not matter settles it.
    run_bulkhead advise grow.yaml -q --until-told 3 --allow policy=protection-first --indifferent '1000 %'
    expect_text "$output" 'Settled with 2 of at most 3 replicas'
    run_bulkhead advise grow/results.h5 --until-told 8
    expect_status 2
    expect_text "$errors" '--until-told is for what is yet to be run'
    printf '%s\n' 'campaign: precise' "scenario: $scenarios/small-balance.yaml" \
        'precision: {metric: makespan, relative-half-width: 1 %, least: 2, most: 4}' >precise.yaml
    run_bulkhead advise precise.yaml --until-told 8
    expect_status 2
    expect_text "$errors" '--until-told' 'stops by the precision of means'
}
