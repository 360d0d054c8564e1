#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead site: from logs to a folder that can be run, and was held against the logs.

load ../support/common

public=${BULKHEAD_PUBLIC_LOGS-}

@test "a log becomes a folder: a page, the failures as one log, and scenarios that check and run" {
    cd "$BATS_TEST_TMPDIR"
    run_bulkhead site -q "$SOURCE_DIRECTORY/experiments/failures.csv" -o site
    expect_status 0
    [ -z "$errors" ]
    expect_text "$output" 'scenarios of 1 system'
    [ "$(ls site | tr '\n' ' ')" = 'README.md failures.csv system-replay.yaml system.yaml ' ]
    expect_text "$(cat site/README.md)" '461 failures of 40 nodes' 'Drift.' 'names show no cabinets' 'Classes' 'hardware' \
        'foretold' 'Whose error.' 'block'
    if grep -vE '^\|' site/README.md | grep -E '.{121}'; then return 1; fi
    for scenario in system system-replay; do
        run_bulkhead check "site/$scenario.yaml"
        expect_status 0
        run_bulkhead run -q --replicas 2 "site/$scenario.yaml"
        expect_status 0
    done
}

@test "the same folder on one thread and on three, other intervals with another seed" {
    cd "$BATS_TEST_TMPDIR"
    cp "$SOURCE_DIRECTORY/experiments/failures.csv" .
    run_bulkhead site -q failures.csv -o one -j 1
    run_bulkhead site -q failures.csv -o three -j 3
    diff -r one three
    run_bulkhead site -q failures.csv -o other --seed 2
    refuse diff -q one/README.md other/README.md
}

@test "what is replayed is what the log has, to the last digit shown" {
    cd "$BATS_TEST_TMPDIR"
    run_bulkhead site -q "$SOURCE_DIRECTORY/experiments/failures.csv" -o site
    expect_status 0
    # Columns: job, foretold, interval, drawn, last third, replayed. The draws are within a tenth of the formula.
    grep -E '^\| *[0-9]+ node' site/README.md >cells
    [ "$(wc -l <cells)" -ge 6 ]
    awk -F'|' '{ if ($6 != $7) exit 1; r = $5 / $3; if (r > 1.15 || r < 0.87) exit 2 }' cells
}

# Kernel lines of 30 hosts in two racks, of which one panics every hour and boots again; Slurm's events say the same of
# every third, a minute later; jobs of 3 nodes, of which those on the host that fails end by NODE_FAIL.
make_logs() {
    "$PYTHON" - <<'END'
import datetime, random
random.seed(4)
start = datetime.datetime(2026, 1, 1)
hosts = ["r%dn%02d" % (r, n) for r in (1, 2) for n in range(15)]
iso = lambda t: (start + datetime.timedelta(seconds=t)).isoformat(timespec="seconds")
lines, events, jobs = [], [], []
for h, host in enumerate(hosts):
    lines.append((h, host, "systemd[1]: Started a thing."))
    lines.append((600 * 3600 + h, host, "systemd[1]: Started a thing."))
for i in range(1, 590):
    t, host = i * 3600 + random.randrange(1800), random.choice(hosts)
    lines.append((t, host, "kernel: Kernel panic - not syncing: Fatal exception"))
    lines.append((t + 200, host, "kernel: Linux version 6.1.0"))
    if i % 3 == 0:
        events.append("main|%s|%s|%s|DOWN|Not responding" % (host, iso(t + 60), iso(t + 400)))
    # Three hosts at a time until the hour is over: the job with the host that fails ends then, the others go on.
    for j in range(10):
        fails = host in hosts[3 * j:3 * j + 3]
        end = t if fails else (i + 1) * 3600 - 1
        jobs.append("%d|%s|%s|%s|3|x[1-3]" % (10 * i + j, iso(i * 3600), iso(end), "NODE_FAIL" if fails else "COMPLETED"))
lines.sort()
open("kernel.log", "w").write("".join("%s+00:00 %s %s\n" % (iso(t), host, text) for t, host, text in lines))
open("events.txt", "w").write("Cluster|NodeName|TimeStart|TimeEnd|State|Reason\n" + "\n".join(events) + "\n")
open("jobs.txt", "w").write("JobID|Start|End|State|NNodes|NodeList\n" + "\n".join(jobs) + "\n")
END
}

@test "lines, events and jobs of one site are one log: what several have counts once, zones and racks are told, jobs are held against the fits" {
    cd "$BATS_TEST_TMPDIR"
    make_logs
    run_bulkhead site -q kernel.log events.txt jobs.txt -o site
    expect_status 0
    expect_text "$(tr '\n' ' ' <site/README.md)" 'lines of a system log' 'Slurm events' 'Slurm jobs' \
        '196 failures stand in several of the logs' '589 failures of 30 nodes' '2 groups, 2 of them of 15 nodes' \
        '1 host kernel' 'kernel panic' '## Jobs' 'the laws fitted to nodes'
    refuse grep -q ' outside |' site/README.md
    run_bulkhead site -q jobs.txt -o jobs
    expect_status 0
    expect_text "$(tr '\n' ' ' <jobs/README.md)" '## Jobs' 'the rate of interruptions per node and hour of the jobs before' 'No scenario'
    refuse grep -q ' outside |' jobs/README.md
}

# Of the same machine: a guest panics, a VMM dies or a process does, in turn.
make_failures_of_guests() {
    "$PYTHON" - <<'END'
import datetime, random
random.seed(7)
start = datetime.datetime(2026, 1, 1)
hosts = ["n%02d" % n for n in range(30)]
words = ["libvirtd[1]: guest panicked", "kernel: qemu-system-x86[9]: segfault at 0 ip 0 sp 0 error 4",
         "kernel: app[88]: segfault at 0 ip 0 sp 0 error 4 in app"]
lines = [(h, host, "systemd[1]: Started a thing.") for h, host in enumerate(hosts)]
lines += [(i * 3600 + random.randrange(1800), random.choice(hosts), words[i % 3]) for i in range(1, 590)]
open("guests.log", "w").write("".join(
    "%s+00:00 %s %s\n" % ((start + datetime.timedelta(seconds=t)).isoformat(timespec="seconds"), host, text)
    for t, host, text in sorted(lines)))
END
}

@test "what failed on a host fails in its zone: a guest's panic takes the node that has no guests, and elsewhere what the policy says" {
    cd "$BATS_TEST_TMPDIR"
    make_failures_of_guests
    run_bulkhead site -q guests.log -o site
    expect_status 0
    for scenario in system system-replay; do
        expect_text "$(cat site/$scenario.yaml)" 'landing: host-user # error zone 2' 'landing: guest-kernel # error zone 3' \
            'landing: guest-user # error zone 4' 'signalled: yes'
        sed -i 's/^  - {system: kvm, policy: protection-first}/&\n  - {system: kvm, policy: as-host-kernel}/' site/$scenario.yaml
        run_bulkhead run -q site/$scenario.yaml --replicas 4 -o $scenario.h5
        expect_status 0
        "$PYTHON" - $scenario.h5 <<'END'
import sys, h5py
f = h5py.File(sys.argv[1])
policies = [p.decode() if isinstance(p, bytes) else p for p in f["policy_policy"][:]]
scopes = [s.decode() if isinstance(s, bytes) else s for s in f["scope"][:]]
count = f["failures"][:].sum(axis=1)
share = {p: dict(zip(scopes, c / c.sum())) for p, c in zip(policies, count)}
assert count.min(axis=0)[scopes.index("process")] >= 5, count
# A third of the failures is of each kind. Four standard errors of a third of the fewest failures are below 0.2.
assert abs(share["native"]["node"] - 2 / 3) < 0.2 and share["native"]["guest"] == 0, share
assert abs(share["protection-first"]["guest"] - 2 / 3) < 0.2 and share["protection-first"]["node"] < 0.05, share
assert abs(share["as-host-kernel"]["guest"] - 1 / 3) < 0.2 and abs(share["as-host-kernel"]["node"] - 1 / 3) < 0.2, share
END
    done
}

@test "bad input costs one message and leaves nothing behind" {
    cd "$BATS_TEST_TMPDIR"
    log=$SOURCE_DIRECTORY/experiments/failures.csv
    one() {
        status_wanted=$1 text=$2
        shift 2
        run_bulkhead site -q "$@"
        expect_status "$status_wanted"
        expect_text "$errors" "$text"
        [ "$(grep -c . <<<"$errors")" -le 2 ]
    }
    one 2 'expected the file of a failure log' -o site
    one 2 'expected --output FOLDER' "$log"
    one 2 'No such file' "$log" none.csv -o site
    one 2 'expected at least the 40' "$log" -o site --nodes 12
    one 2 '--together' "$log" -o site --together often
    head -n 20 "$log" >few.csv
    one 2 'with 40 failures' few.csv -o site
    touch file
    mkdir full
    touch full/kept
    one 2 'is no folder' "$log" -o file
    one 2 'not empty' "$log" -o full
    one 2 'cannot make the folder' "$log" -o none/site
    [ "$(ls | tr '\n' ' ')" = 'few.csv file full stderr stdout ' ]
    [ "$(ls full)" = kept ]
}

@test "the public logs end to end: each cell outside its interval is listed with a cause" {
    [ -n "$public" ] || skip 'no public logs here (BULKHEAD_PUBLIC_LOGS)'
    cd "$BATS_TEST_TMPDIR"
    for log in lanl-cfdr-LA-UR-05-7318.csv lanl05-fta-event_trace.tab; do
        TIMEFORMAT=%U
        { time run_bulkhead site -q "$public/$log.xz" -o "$log"; } 2>seconds
        expect_status 0
        [ -n "${BH_SANITIZED:-}" ] || [ -n "${BULKHEAD_LAUNCHER:-}" ] || [ "$(cut -d. -f1 seconds)" -lt 60 ]
        outside=$(grep -cE '^\| *[0-9]+ node.* outside \|' "$log/README.md")
        [ "$outside" -gt 0 ]
        [ "$(grep -cE '^- [0-9]+ nodes?, .* From ' "$log/README.md")" -eq "$outside" ]
        # The simulator gives back what is recorded.
        grep -E '^\| *[0-9]+ node' "$log/README.md" | awk -F'|' '{ d = $6 - $7; if (d > 0.002 || d < -0.002) exit 1 }'
    done
    # doc/failure-logs.md has what is outside, by system.
    "$PYTHON" - "$SOURCE_DIRECTORY/doc/failure-logs.md" lanl-cfdr-LA-UR-05-7318.csv lanl05-fta-event_trace.tab <<'END'
import re, sys
text, found, cells = open(sys.argv[1]).read(), [], 0
for form, log in zip(("CFDR", "FTA"), sys.argv[2:]):
    page = re.sub(r"\n(?=[a-z0-9(]|  )", " ", open(log + "/README.md").read())
    for part in re.split(r"^## System ", page, flags=re.M)[1:]:
        rows = re.findall(r"^\| *\d+ nodes?, .*$", part, flags=re.M)
        outside, causes = sum(" outside " in row for row in rows), {}
        cells += len(rows)
        for cause in re.findall(r"^- \d+ nodes?, .*? From ([^:]*):", part, flags=re.M):
            causes[cause] = causes.get(cause, 0) + 1
        if outside:
            rate, low, high = re.search(r"third\s+has (\S+) times the rate .*?\(95 %: (\S+) to ([0-9.]+)", part, flags=re.S).groups()
            found.append(f"| {form} | {part.split()[0]} | {outside} of {len(rows)} | {rate} ({low} to {high}) | "
                         + ", ".join(f"{n} {cause}" for cause, n in causes.items()) + " |")
told = re.findall(r"^\| (?:CFDR|FTA) \| .*$", text, flags=re.M)
if told != found:
    sys.exit("the document's table, not as found:\n" + "\n".join(found))
total = sum(int(row.split("|")[3].split()[0]) for row in found)
if f"{cells} cells in 22 systems, of which {total} are outside" not in " ".join(text.split()):
    sys.exit(f"{cells} cells, {total} outside")
END
}
