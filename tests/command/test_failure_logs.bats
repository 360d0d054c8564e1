#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead fit: failure logs in every form, what is printed and written, and what is refused.

load ../support/common

# The public logs, which no checkout has: tests that need them are skipped, visibly.
public=${BULKHEAD_PUBLIC_LOGS-}
# Small logs that were handed in because they failed; likewise.
cases=${BULKHEAD_CASES-}

fit() {
    run_bulkhead fit --quiet --bootstrap 0 "$@"
}

# holds EXPRESSION...: each holds of the JSON in stdout, in which `d` is the document, `up(group)` and `law(fits, name)`.
holds() {
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" "$@" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
def group(name):
    return next(g for g in d["groups"] if g["name"] == name)
def cause(name, detail=None):
    return next(c for c in d["causes"] if c["cause"] == name and c["detail"] == detail)
def law(times, name):
    return next(f for f in times["fits"] if f["distribution"] == name)
for expression in sys.argv[2:]:
    if not eval(expression):
        sys.exit("not so: " + expression)
END
}

@test "tables of at most 120 columns that name what was read and what fits" {
    cd "$BATS_TEST_TMPDIR"
    cp "$SOURCE_DIRECTORY/experiments/failures.csv" . # the first line names the file, however long its path
    fit failures.csv --by cause
    expect_status 0
    [ -z "$errors" ]
    expect_text "$output" 'CSV, 461 failures of 40 nodes in 1 system, 2020-01-01 to 2021-12-29' 'hardware' '47.5 %' \
        'Bursts' '5.2 %' 'hardware, up times of a node' 'still up at the end of the log (censored)' 'weibull' \
        'the hazard decreases with time' 'the hazard may go either way' 'power, down times' 'Fewer than three different ones: a mean, and no shape.'
    if grep -E '.{121}|[[:space:]]$' <<<"$output"; then return 1; fi
}

@test "the same log in three forms, plain and compressed, gives the same down times and, where births are known, up times" {
    cd "$BATS_TEST_TMPDIR"
    gzip -c "$SOURCE_DIRECTORY/tests/data/logs/event_trace.tab" >trace.tab.gz
    xz -c "$SOURCE_DIRECTORY/tests/data/logs/cfdr.csv" >log.xz
    tr '\n' '\r' <"$SOURCE_DIRECTORY/experiments/failures.csv" | sed 's/\r/\r\n/g' >dos.csv
    fit --format json dos.csv
    expect_status 0
    holds 'd["log"]["format"] == "CSV"' 'abs(cause("hardware")["share"] - 219 / 461) < 1e-9'
    cp stdout plain.json
    fit --format json log.xz
    expect_status 0
    holds 'd["log"]["format"] == "CFDR"' \
        'd["groups"] == json.load(open("plain.json"))["groups"]'
    fit --format json trace.tab.gz
    expect_status 0
    holds 'd["log"]["format"] == "FTA event_trace"' 'cause("1000")["failures"] == 219' \
        'abs(law(group("all")["down_times"], "weibull")["aic"] / law(json.load(open("plain.json"))["groups"][0]["down_times"], "weibull")["aic"] - 1) < 1e-9' \
        'abs(law(group("all")["up_times"], "weibull")["numbers"]["shape"][0] - 0.85) < 0.05'
}

@test "what the log was drawn from is found: Weibull of shape 0.7 for hardware, exponential for software" {
    run_bulkhead fit -q "$SOURCE_DIRECTORY/experiments/failures.csv" --by cause --format json --seed 3
    expect_status 0
    holds 'group("software")["up_times"]["best"] == "exponential"' \
        'group("hardware")["up_times"]["weibull_shape_ci95"][0] < 0.7 < group("hardware")["up_times"]["weibull_shape_ci95"][1]' \
        'group("hardware")["up_times"]["hazard"] == "decreasing"' \
        'law(group("hardware")["up_times"], "weibull")["p"] > 0.05' \
        'law(group("hardware")["up_times"], "exponential")["p"] < 0.02' \
        'group("hardware")["down_times"]["best"] == "lognormal"' \
        'abs(law(group("hardware")["down_times"], "lognormal")["numbers"]["sigma"][0] - 1.2) < 0.2'
}

@test "the same bits on one thread and on three, other p-values with another seed" {
    run_bulkhead fit -q "$SOURCE_DIRECTORY/experiments/failures.csv" --format json -j 1
    cp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/one"
    run_bulkhead fit -q "$SOURCE_DIRECTORY/experiments/failures.csv" --format json -j 3
    cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/stdout"
    run_bulkhead fit -q "$SOURCE_DIRECTORY/experiments/failures.csv" --format json --seed 2
    refuse cmp -s "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/stdout"
}

@test "fault classes that a scenario takes: read by the catalog, and run" {
    cd "$BATS_TEST_TMPDIR"
    fit "$SOURCE_DIRECTORY/experiments/failures.csv" --by cause --yaml classes.yaml
    expect_status 0
    { cat <<'END'
scenario: fitted
platform: {file: parametric.yaml, nodes: 16}
workload:
  work: 1 h
  enclaves:
    - {name: simulation, application: mpi-bulk-synchronous}
policies:
  - {system: native, policy: native}
faults: {hardware: [software]}
END
        cat classes.yaml; } >fitted.yaml
    run_bulkhead check fitted.yaml
    expect_status 0
    expect_text "$output" 'faults.software.arrival.exponential.rate' 'faults.software.repair.lognormal.median'
    run_bulkhead run -q --replicas 2 fitted.yaml
    expect_status 0
    sed -i 's/\[software\]/[hardware]/' fitted.yaml
    run_bulkhead check fitted.yaml
    expect_status 0
    expect_text "$output" 'hardware: a clock per node, ' 'the machine is in steady state'
    run_bulkhead run -q --replicas 2 fitted.yaml
    expect_status 0
    # Every distribution, hyperexponential ones with their weights included.
    for phases in 2 3; do
        fit "$SOURCE_DIRECTORY/experiments/failures.csv" --by cause --phases $phases --yaml classes.yaml
        expect_status 0
    done
}

@test "a figure per group, with its data and script" {
    command -v gnuplot || skip 'no gnuplot'
    cd "$BATS_TEST_TMPDIR"
    run_bulkhead fit -q --bootstrap 0 "$SOURCE_DIRECTORY/experiments/failures.csv" --by cause -o figures
    expect_status 0
    for cause in hardware software; do
        for suffix in dat gp pdf png svg; do
            [ -s "figures/failures-$cause.$suffix" ]
        done
    done
    expect_text "$(cat figures/failures-hardware.svg)" 'Weibull axes' 'lognormal axes' 'hyperexponential'
}

@test "a million records within seconds" {
    cd "$BATS_TEST_TMPDIR"
    awk 'BEGIN { srand(1); print "time,node,class,downtime"
        for (i = 0; i < 1000000; i++) printf "%d,n%d,%s,%d\n", i * 37, int(rand() * 5000), i % 3 ? "a" : "b", rand() * 500 }' |
        gzip -1 >million.csv.gz
    # Processor time, since machines do other things too. Nearly all is reading; 100 nodes are fitted besides.
    TIMEFORMAT=%U
    { time run_bulkhead fit -q --bootstrap 0 --by node million.csv.gz --format json; } 2>seconds
    expect_status 0
    [ -n "${BH_SANITIZED:-}" ] || [ -n "${BULKHEAD_LAUNCHER:-}" ] || [ "$(cut -d. -f1 seconds)" -lt 20 ]
    holds 'd["log"]["records"] == 1000000' 'len(d["groups"]) == 100'
    # All as one group, in which two phases are no better than one: their likelihood is summed a few hundred times at most.
    { time run_bulkhead fit -q --bootstrap 0 million.csv.gz --format json; } 2>seconds
    expect_status 0
    [ -n "${BH_SANITIZED:-}" ] || [ -n "${BULKHEAD_LAUNCHER:-}" ] || [ "$(cut -d. -f1 seconds)" -lt 20 ]
    holds 'group("all")["up_times"]["ended"] > 900000' 'group("all")["up_times"]["fits"]'
}

@test "a bad log costs one message with file and line, and status 2" {
    cd "$BATS_TEST_TMPDIR"
    cp "$SOURCE_DIRECTORY/tests/data/logs/event_trace.tab" whole.tab
    { head -n 500 whole.tab; printf '    3\t 0\t 12'; } >cut.tab
    gzip -c whole.tab >whole.gz
    head -c 3000 whole.gz >cut.gz
    xz -c whole.tab | head -c 3000 >cut.xz
    head -c 20000 /dev/urandom >noise.bin
    cp "$BULKHEAD" program
    head -c 300000000 /dev/zero | gzip -1 >bomb.gz
    : >empty.csv
    printf 'time,node,downtime\n1,a,2\n2,"b,3\n' >quote.csv
    printf 'time,node,downtime\nsoon,a,2\nlater,b,3\n' >times.csv
    local file
    # shellcheck disable=SC2016 # backticks as they are printed
    for file in cut.tab:'cut.tab:501: found 3 columns' cut.gz:'cut.gz: cannot read the file, which may be damaged or cut off' cut.xz:'may be damaged or cut off' noise.bin:noise.bin: \
        program:program: bomb.gz:'256 MiB' empty.csv:'the file is empty' quote.csv:quote.csv:3: \
        times.csv:'times.csv:2:1: found `soon`, and 1 more of 2 that cannot be read' \
        none.csv:'No such file' .:'Is a directory'; do
        fit "${file%%:*}"
        expect_status 2 || { echo "$file" >&2; return 1; }
        [ -z "$output" ]
        expect_text "$errors" "${file#*:}" || { echo "$file" >&2; return 1; }
        [ "$(grep -c '^bulkhead: ' <<<"$errors")" -eq 1 ]
        [ "$(wc -l <<<"$errors")" -le 3 ]
    done
}

@test "one log in every spelling that sites and programs use, archives' forms among them, is the same log" {
    cd "$BATS_TEST_TMPDIR"
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/spell_logs.py" . >list
    local name options count=0
    while read -r name options; do
        # shellcheck disable=SC2086 # several words
        fit --format json $options "$name"
        expect_status 0 || { echo "$name: $errors" >&2; return 1; }
        [ "$count" -gt 0 ] || cp stdout reference
        "$PYTHON" - stdout reference "$name" <<'END' || return 1
import json, sys
found, expected = (json.load(open(name)) for name in sys.argv[1:3])
name = sys.argv[3]
def law(times, name):
    return next(f for f in times["fits"] if f["distribution"] == name)
def numbers(d):
    up, down = d["groups"][0]["up_times"], d["groups"][0]["down_times"]
    # Which of causes and details says what is not the same in each form; the FTA one says when nodes began.
    causes = sorted((c["failures"], round(c["mean_down_s"])) for c in d["causes"] if c["failures"] < 72)
    shared = [d["log"]["failures"], d["all_causes"]["mean_down_s"], d["all_causes"]["median_down_s"], causes,
              law(down, "lognormal")["numbers"]["sigma"][0], law(down, "weibull")["log_likelihood"]]
    if not name.startswith("fta"):
        shared += [up["ended"], up["censored"], law(up, "weibull")["numbers"]["shape"][0], law(up, "gamma")["log_likelihood"]]
    return shared
def close(a, b):
    return all(map(close, a, b)) if isinstance(a, (list, tuple)) else abs(a - b) <= 1e-6 * abs(b)
if not close(numbers(found), numbers(expected)):
    sys.exit(f"{name}: {numbers(found)}, not {numbers(expected)}")
END
        count=$((count + 1))
    done <list
    [ "$count" -gt 60 ]
}

@test "the small logs that once failed: read as their reference, or refused for what they are" {
    [ -r "$cases/README.md" ] || skip "needs the small cases: name their folder in BULKHEAD_CASES"
    cd "$BATS_TEST_TMPDIR"
    fit --format json "$cases/plain.csv"
    cp stdout reference
    local name
    for name in offset-colon two-digit-year day-first thousands downtime-unit index-column more-columns end-column \
        epoch-milliseconds; do
        fit --format json "$cases/$name.csv"
        expect_status 0 || { echo "$name: $errors" >&2; return 1; }
        holds 'd["log"]["failures"] == 72' 'd["all_causes"] == json.load(open("reference"))["all_causes"]' 'round(d["all_causes"]["mean_down_s"] / 60, 1) == 96.3' \
            'abs(law(group("all")["up_times"], "weibull")["numbers"]["shape"][0] - 0.965) < 1e-3' \
            'abs(law(group("all")["up_times"], "weibull")["numbers"]["scale"][0] / 86400 - 4.54) < 0.01' ||
            { echo "$name" >&2; return 1; }
    done
    fit --format json "$cases/cfdr-control.csv"
    cp stdout reference
    fit --format json "$cases/cfdr-as-distributed.csv"
    holds 'd["groups"] == json.load(open("reference"))["groups"]' 'd["causes"] == json.load(open("reference"))["causes"]'
    fit --format json "$cases/fta-by-node.tab"
    cp stdout reference
    fit --format json "$cases/fta-by-time.tab"
    # Nodes are numbered in the order in which they are met, so that sums round otherwise.
    holds 'abs(law(group("all")["up_times"], "weibull")["aic"] / law(json.load(open("reference"))["groups"][0]["up_times"], "weibull")["aic"] - 1) < 1e-9' \
        'sorted(c["failures"] for c in d["causes"]) == [36, 36]' 'not d["log"]["remarks"]'
    fit --format json "$cases/no-node-named.csv"
    holds '[r["what"][:14] for r in d["log"]["remarks"]] == ["without a node"]'
    run_bulkhead check "$cases/replay-few.yaml" --set platform.file=parametric.yaml
    expect_text "$output" '72 records, ' '0 records'
}

@test "the small cases of lives, of fits that are none, and of platforms" {
    [ -r "$cases/README.md" ] || skip "needs the small cases: name their folder in BULKHEAD_CASES"
    cd "$BATS_TEST_TMPDIR"
    # Weibull's numbers are scipy's, of lives with late entry and with survivors.
    fit --format json "$cases/lives-installed-before-log.csv"
    holds 'abs(law(group("all")["up_times"], "weibull")["numbers"]["shape"][0] - 1.80) < 0.02' \
        'abs(law(group("all")["up_times"], "weibull")["numbers"]["scale"][0] - 627) < 10'
    fit --format json "$cases/lives-with-survivors.csv"
    holds 'abs(law(group("all")["up_times"], "weibull")["numbers"]["shape"][0] - 1.78) < 0.02' \
        'abs(law(group("all")["up_times"], "weibull")["numbers"]["scale"][0] - 674) < 10'
    local name
    for name in only-the-last-fail repair-always-300-s; do
        fit "$cases/$name.csv"
        expect_status 0
        expect_text "$output" 'no fit within its limits: the times are nearly constant' 'the hazard increases with time'
        refuse grep -qiE 'nan|[0-9]{20}' <<<"$output"
    done
    fit "$cases/nine-failures.csv"
    expect_text "$output" 'fan' '2.33 h' 'Fewer than 10 that were seen to their end' 'exponential *'
    fit "$cases/cause-on-few-nodes.csv" --by cause --yaml classes.yaml
    expect_text "$output" '3 of 24 nodes fail more often than chance allows'
    refuse grep -qE 'e\+1[0-9]|value: [01],' classes.yaml
    { sed '/^faults/d' "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" | sed '/^define:/,$d'
      printf 'faults: {hardware: [%s], software: no}\n' "$(sed -n 's/^    \([a-z][^:]*\):$/\1/p' classes.yaml | paste -sd,)"
      cat classes.yaml; } >with.yaml
    run_bulkhead run -q --replicas 1 with.yaml
    expect_status 0 || { echo "$errors" >&2; return 1; }
    # Platforms: what a run does not use changes nothing, and each is read or refused for its reason.
    local platform
    for platform in without-other-host narrow-other-host; do
        run_bulkhead run -q "$cases/platform-small.yaml" --set platform.file="$cases/$platform.xml" --set platform.nodes=16 --replicas 2
        expect_status 0
        printf '%s\n' "$output" >"$platform"
    done
    diff without-other-host narrow-other-host
    for platform in byte-order-mark v4-control; do
        run_bulkhead run -q "$cases/platform-small.yaml" --set platform.file="$cases/$platform.xml" --set platform.nodes=8 --replicas 1
        expect_status 0
    done
    run_bulkhead run -q "$cases/platform-small.yaml" --set platform.file="$cases/v4-no-route.xml" --set platform.nodes=8 --replicas 1
    expect_status 2
    expect_text "$errors" 'no route from host l0 to host r0'
    run_bulkhead run -q "$cases/platform-small.yaml" --set platform.file="$cases/v4-old-option.xml" --set platform.nodes=8 --replicas 1
    expect_status 2
    expect_text "$errors" 'Bad config key: network/TCP_gamma'
    refuse grep -q "That's fine" <<<"$errors"
}

@test "counts and fits are those of scipy over random logs: censored, late entry, ties, offsets, survivors" {
    "$PYTHON" -c 'import scipy' 2>/dev/null || skip 'no scipy'
    [ -z "${BH_SANITIZED:-}" ] && [ -z "${BULKHEAD_LAUNCHER:-}" ] || skip 'too slow here'
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/fit_by_scipy.py" "$BULKHEAD" "$BATS_TEST_TMPDIR" "${BULKHEAD_SCIPY_LOGS:-50}" >"$BATS_TEST_TMPDIR/said"
    [ "$(cut -d' ' -f1 "$BATS_TEST_TMPDIR/said")" -gt 100 ]
}

# table NAME EXPRESSION: a log whose rows are Python's, from `t` (a number below `n`) and `draw`.
table() {
    "$PYTHON" - "$1" "$2" "$3" "$4" <<'END'
import random, sys
draw, n = random.Random(4), int(sys.argv[3])
with open(sys.argv[1], "w") as out:
    out.write(sys.argv[2] + "\n")
    for t in range(n):
        out.write(str(eval(sys.argv[4])) + "\n")
END
}

@test "what is no fit is not printed: nearly constant times, one phase too many, a mean beyond the log, few failures" {
    cd "$BATS_TEST_TMPDIR"
    # Times of failure that are the same to a thousandth, sixty nodes that did not fail, and repairs of 300 s.
    table constant.csv time,node,downtime,installed,retired 72 \
        'f"{13760 + t},n{t},{300 + t % 7 / 1000},0,{14100 + t}" if t < 12 else f",n{t},,0,13771"'
    fit constant.csv
    expect_status 0
    expect_text "$output" 'no fit within its limits: the times are nearly constant' 'the hazard increases with time' \
        'no better than exponential'
    refuse grep -qiE 'nan|inf|[0-9]{20}' <<<"$output"
    fit --format json constant.csv
    holds 'group("all")["up_times"]["hazard"] == "increasing"' 'group("all")["down_times"]["hazard"] == "increasing"' \
        'all(f.get("flaw") or f["standard_errors"] for f in group("all")["up_times"]["fits"])' \
        '"numbers" not in law(group("all")["down_times"], "gamma")'
    # Nine failures: counts, causes, means, and the exponential alone.
    table nine.csv time_h,node,class,downtime_h 9 'f"{5 + 31 * t},n{t % 3},fan,{1 + t % 3}"'
    fit nine.csv
    expect_status 0
    expect_text "$output" 'fan' '2.00 h' 'Fewer than 10 that were seen to their end: a mean, and no shape.' 'exponential *'
    refuse grep -q weibull <<<"$output"
    # Ages that nobody knows, and one node that fails again and again: the mean is not bounded by the log.
    table few-nodes.csv time_h,node,class,downtime_h 60 \
        'f"{40 * t + draw.random():.2f},n{t % 3 if draw.random() < 0.8 else draw.randrange(24)},{draw.choice([chr(100), chr(101)])},0.5"'
    for by in '' '--by cause' '--by node'; do
        # shellcheck disable=SC2086 # two words
        fit few-nodes.csv $by --yaml classes.yaml
        expect_status 0
        refuse grep -qiE 'nan|inf\b|[0-9]{20}|e\+1[0-9]' <<<"$output"
        { sed '/^faults/d' "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" | sed '/^define:/,$d'
          printf 'faults: {hardware: [%s], software: no}\n' "$(sed -n 's/^    \([a-z][^:]*\):$/\1/p' classes.yaml | paste -sd,)"
          cat classes.yaml; } >with.yaml
        run_bulkhead run -q --replicas 1 with.yaml
        expect_status 0 || { echo "$by: $errors" >&2; return 1; }
    done
}

@test "nodes that never failed count, by rows, by number and by name; some nodes, causes or years of a log" {
    cd "$BATS_TEST_TMPDIR"
    # 400 lives of Weibull shape 1.8 and scale 1000 s, watched from 100 s on to 600 s: most are still there. The first that
    # ends begins the log, and is not watched for a moment.
    table lives.csv time,node,installed,retired 400 \
        '(lambda life: f"{life:.3f},n{t},0,{life:.3f}" if life < 600 else f",n{t},0,600")(next(x for x in iter(lambda: draw.weibullvariate(1000, 1.8), 0) if x > 100))'
    run_bulkhead fit -q --bootstrap 200 --format json lives.csv
    expect_status 0
    holds 'law(group("all")["up_times"], "weibull")["p"] > 0.05' \
        'abs(law(group("all")["up_times"], "weibull")["numbers"]["shape"][0] - 1.8) < 3 * law(group("all")["up_times"], "weibull")["standard_errors"]["shape"][0]' \
        'abs(law(group("all")["up_times"], "weibull")["numbers"]["scale"][0] - 1000) < 3 * law(group("all")["up_times"], "weibull")["standard_errors"]["scale"][0]' \
        'group("all")["up_times"]["censored"] > 200' 'd["nodes"]["watched"] == 399'
    # The same without rows of survivors, whose number or names are said instead; times are from the first record on.
    table twenty.csv time,node 60 'f"{1000 * t},n{t % 20}"'
    fit --format json twenty.csv
    cp stdout without
    fit --format json --nodes 50 twenty.csv
    holds 'group("all")["up_times"]["censored"] == json.load(open("without"))["groups"][0]["up_times"]["censored"] + 30' \
        'law(group("all")["up_times"], "exponential")["numbers"]["mean"][0] > 2 * law(json.load(open("without"))["groups"][0]["up_times"], "exponential")["numbers"]["mean"][0]'
    cp stdout fifty
    seq 0 49 | sed 's/^/n/' >names
    fit --format json --nodes names twenty.csv
    holds 'abs(law(group("all")["up_times"], "weibull")["aic"] / law(json.load(open("fifty"))["groups"][0]["up_times"], "weibull")["aic"] - 1) < 1e-9' \
        'group("all")["up_times"]["censored"] == json.load(open("fifty"))["groups"][0]["up_times"]["censored"]'
    fit --nodes 19 twenty.csv
    expect_status 2
    expect_text "$errors" 'expected a number from the 20 that the log names'
    # Selections: nodes, causes, years; and what is left is counted.
    local log=$SOURCE_DIRECTORY/experiments/failures.csv
    fit --format json "$log" --where class=hardware,power --where 'node=n1*'
    holds 'd["log"]["failures"] == cause("hardware")["failures"] + cause("power")["failures"]' 'd["nodes"]["watched"] == 10'
    fit --format json "$log" --where time=2020-07-01..2020-12-31
    expect_status 0
    cp stdout half
    fit --format json "$log" --where time=..2020-06-30 
    holds 'd["log"]["failures"] + json.load(open("half"))["log"]["failures"] < 461' \
        'group("all")["up_times"]["censored"] >= 39'
    fit "$log" --where node=x*
    expect_status 2
    expect_text "$errors" 'found none of 461 failures that --where allows'
    for options in 'colour=1' 'time=2020' 'time=2021-01-01..2020-01-01' 'node='; do
        fit "$log" --where "$options"
        expect_status 2
        expect_text "$errors" '--where: found'
    done
}

@test "trends and lemons: found where they are, not where they are not" {
    cd "$BATS_TEST_TMPDIR"
    # Ten nodes at random for 10^6 s, and one of them 30 times besides.
    table flat.csv time,node 300 'f"{draw.uniform(0, 1e6):.0f},n{draw.randrange(10)}"'
    fit --format json flat.csv
    holds 'd["trend"]["laplace_p"] > 0.01' 'd["trend"]["crow_amsaa_p"] > 0.01' 'd["nodes"]["lemons"] == []' \
        'd["nodes"]["watched"] == 10' 'd["nodes"]["availability"] is None'
    { cat flat.csv; for i in $(seq 30); do echo "$((i * 31000)),n3"; done; } >lemon.csv
    fit --format json lemon.csv
    holds '[l["node"] for l in d["nodes"]["lemons"]] == ["n3"]' 'd["nodes"]["lemons"][0]["p_holm"] < 1e-3'
    table worse.csv time,node 300 'f"{1e6 * draw.random() ** 0.6:.0f},n{draw.randrange(10)}"'
    fit --format json worse.csv
    holds 'd["trend"]["laplace"] > 3' 'd["trend"]["crow_amsaa_beta"] > 1.2' 'd["trend"]["crow_amsaa_p"] < 1e-3'
    fit worse.csv
    expect_text "$output" 'failures come more' 'adjusted for all nodes by Holm'
    # 1,000 s down of 10,000 s watched, an overlap counted once.
    printf 'time,node,downtime\n0,a,500\n400,a,600\n10000,a,\n' >down.csv
    fit --format json down.csv
    holds 'abs(d["nodes"]["availability"] - 0.9) < 1e-9' 'd["nodes"]["down_times_unknown"] == 1'
}

@test "bad options" {
    local log=$SOURCE_DIRECTORY/experiments/failures.csv options
    for options in '--by colour' '--format latex' '--bootstrap many' '--phases 5' '--clock stack' '--by class' \
        '--system 7' '--clock system --yaml x.yaml' '--clock system --by node' \
        '--column colour=x' '--column time' '--column time=when' '--unit time=years' '--dates noon' '--year 12' \
        '--timezone Nowhere/There' '--timezone UTC+1' '--dates day-first' '-o /proc/none/there'; do
        # shellcheck disable=SC2086 # several words
        run_bulkhead fit -q --bootstrap 0 "$log" $options
        expect_status 2 || { echo "$options" >&2; return 1; }
        [ -z "$output" ]
    done
    expect_lines "$errors" 1
    run_bulkhead fit -q "$log" --by casue
    expect_text "$errors" "nearest is 'cause'"
    run_bulkhead fit
    expect_status 2
    run_bulkhead fit "$log" "$log"
    expect_status 2
}

@test "LANL's failures in the CFDR form: shares, repair times and bursts as published figures of it have them" {
    [ -r "$public/lanl-cfdr-LA-UR-05-7318.csv.xz" ] || skip "needs the public logs: name their folder in BULKHEAD_PUBLIC_LOGS"
    fit "$public/lanl-cfdr-LA-UR-05-7318.csv.xz" --format json --complete-only
    expect_status 0
    holds 'd["log"]["records"] == 23739' 'round(100 * cause("Hardware")["share"], 1) == 60.4' \
        'round(100 * cause("Software")["share"], 1) == 22.6' 'round(100 * cause("Undetermined")["share"], 1) == 11.2' \
        'round(100 * cause("Network")["share"], 1) == 1.8' 'round(100 * cause("Facilities")["share"], 1) == 1.5' \
        'round(100 * cause("Human Error")["share"], 1) == 0.6' \
        'round(100 * cause("Hardware", "CPU")["share"], 1) == 25.0' \
        'round(100 * cause("Hardware", "Memory Dimm")["share"], 1) == 12.1' \
        'round(d["all_causes"]["mean_down_s"] / 60) == 352' 'round(d["all_causes"]["median_down_s"] / 60) == 59' \
        '[round(cause(c)["mean_down_s"] / 60) for c in ("Hardware", "Software", "Facilities", "Network")] == [344, 348, 572, 250]' \
        '[round(cause(c)["median_down_s"] / 60) for c in ("Hardware", "Software", "Facilities", "Network")] == [68, 43, 276, 70]' \
        'abs(law(group("all")["down_times"], "lognormal")["numbers"]["sigma"][0] - 1.40) < 0.005' \
        'abs(__import__("math").log(law(group("all")["down_times"], "lognormal")["numbers"]["median"][0] / 60) - 4.15) < 0.005' \
        '[round(100 * s["in_bursts"] / s["failures"]) for s in d["log"]["systems"] if s["failures"] > 2000] == [27, 17, 4, 3, 6]'
    fit "$public/lanl-cfdr-LA-UR-05-7318.csv.xz" --format json --by system --clock system
    expect_status 0
    holds 'all(0.7 < law(group(s)["up_times"], "weibull")["numbers"]["shape"][0] < 0.9 for s in ("2", "16", "18", "19"))' \
        'all(group(s)["up_times"]["hazard"] == "decreasing" for s in ("2", "16", "18", "19", "20"))'
}

@test "LANL's failures in the FTA form" {
    [ -r "$public/lanl05-fta-event_trace.tab.xz" ] || skip "needs the public logs: name their folder in BULKHEAD_PUBLIC_LOGS"
    fit "$public/lanl05-fta-event_trace.tab.xz" --format json
    expect_status 0
    holds 'd["log"]["failures"] == 23451' 'd["log"]["systems"][0]["nodes_with_failures"] == 3577' \
        'group("all")["up_times"]["hazard"] == "decreasing"' \
        'abs(law(group("all")["down_times"], "lognormal")["numbers"]["sigma"][0] - 1.4) < 0.05'
}

# peak FILE: what `bulkhead fit` of it took at most, in MiB, and its messages.
peak() {
    "$PYTHON" - "$BULKHEAD" "$1" <<'END'
import resource, subprocess, sys
done = subprocess.run([sys.argv[1], "fit", "-q", "--bootstrap", "0", sys.argv[2]], capture_output=True, text=True)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, done.stderr)
END
}

# hostile FILE MIB STATUS TEXT: ends so, with one message, within so much memory.
hostile() {
    peak "$1" >said
    read -r status_seen mebibytes _ <said
    [ "$status_seen" -eq "$3" ]
    [ -n "${BH_SANITIZED:-}" ] || [ "$mebibytes" -lt "$2" ]
    expect_text "$(cat said)" "$4"
    [ "$(grep -c 'bulkhead:' said)" -le 1 ]
}

@test "hostile logs cost one message and bounded memory: a gigabyte line, what does not end, a pipe, long cells, NUL bytes, the year 9999, a million nodes" {
    cd "$BATS_TEST_TMPDIR"
    head -c 1073741824 /dev/zero | tr '\0' a | gzip -1 >giga.csv.gz
    hostile giga.csv.gz 900 2 'found more than 256 MiB of text'
    hostile /dev/zero 900 2 'found more than 256 MiB of text'
    mkfifo pipe # is read as it is written
    cat "$SOURCE_DIRECTORY/experiments/failures.csv" >pipe 3>&- &
    hostile pipe 100 0 ''
    { printf 'time,node,class\n1,'; head -c 67108864 /dev/zero | tr '\0' a; printf ',x\n'; } >long.csv
    hostile long.csv 600 2 'long.csv:2:3: found a cell of'
    { printf '2026-03-01T10:00:00+0000 n1 kernel: Kernel panic - not syncing: '; head -c 67108864 /dev/zero | tr '\0' a; } >long.log
    hostile long.log 400 0 ''
    printf 'time,node,class\n1,n1,a\n2,n\0,b\n' >nul.csv
    hostile nul.csv 100 2 'nul.csv:3:4: found the byte 0x00'
    printf '2026-03-01T10:00:00+0000 n1 kernel: Kernel panic - not syncing: x\n2026-03-01T10:00:01+0000 n\0\n' >nul.log
    hostile nul.log 100 2 'nul.log:2: found the byte 0x00'
    for day in 01 02 03 04 05 06 07 08 09; do echo "9999-01-$day 10:00,n1,a"; done >rows
    { echo time,node,class; cat rows; } >year.csv
    hostile year.csv 100 2 'and 8 more of 9 that cannot be read'
    sed 's/ /T/; s/,.*/:00+0000 n1 kernel: Kernel panic - not syncing: x/' rows >year.log
    hostile year.log 100 2 'found a time that cannot be read, and 8 more of 9'
    awk 'BEGIN { print "time,node,class"; for (i = 0; i < 1000000; i++) printf "%d,n%d,a\n", i * 37, i }' >million.csv
    hostile million.csv 900 0 ''
}
