#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# A replica costs by what happens, not by nodes: memory and instructions on machines that fail equally often, and the
# same process as one plain loop beside it (tests/bench/plain_loop.c).

load ../support/common

setup() {
    bench=$SOURCE_DIRECTORY/tests/bench
    cd "$BATS_TEST_TMPDIR"
}

# cost REPLICA|numbers NODES ARRIVALS [PATH=VALUE]...
cost() {
    local what=$1 settings
    mapfile -t settings < <("$bench/scale-settings" "$2" "$3")
    shift 3
    ${launcher[@]+"${launcher[@]}"} "$BUILD_DIRECTORY/tests/bench/scale_cost" "$SOURCE_DIRECTORY" "$bench/scale.yaml" \
        "$what" "${settings[@]}" "$@"
}

loop() {
    cost numbers "${@:2}" | "$BUILD_DIRECTORY/tests/bench/plain_loop" "$1"
}

@test "a run on 2^20 nodes takes less than 100 MiB, and one on 2^24 no more than half as much again as on 2^14" {
    [ "${BH_SANITIZED-}" != yes ] || skip "sanitizers take memory"
    local nodes arrivals settings
    local -A peak
    for arrivals in exponential weibull; do
        for nodes in 16384 1048576 16777216; do
            mapfile -t settings < <("$bench/scale-settings" "$nodes" "$arrivals")
            peak[$nodes]=$("$PYTHON" "$bench/measure.py" "$BULKHEAD" run "$bench/scale.yaml" -q -j 1 --replicas 1 \
                "${settings[@]/#/--set=}" 2>said)
            peak[$nodes]=${peak[$nodes]##*,}
            echo "$arrivals, $nodes nodes: peak ${peak[$nodes]} KiB"
            grep -q 'bench-loss[a-z-]*  *node hardware  *node  *[0-9]' said # node losses in that replica
        done
        [ "${peak[1048576]}" -lt 102400 ]
        [ $((2 * peak[16777216])) -lt $((3 * peak[16384])) ]
    done
}

@test "equally many faults, failures and events on 2^14 and 2^24 nodes" {
    # 1,000 h of work: some 2,500 independent faults each, which differ by five standard deviations once in 2 million.
    local arrivals small large
    for arrivals in exponential weibull fresh; do
        small=$(cost 0 16384 $arrivals 'workload.work=1000 h')
        large=$(cost 0 16777216 $arrivals 'workload.work=1000 h')
        echo "$arrivals: $small and $large"
        "$PYTHON" - "$small" "$large" <<'END_PYTHON'
import sys
small, large = ([float(x) for x in row.split(",")] for row in sys.argv[1:])
for column, least in ((3, 1500), (4, 500), (5, 3000)):
    a, b = small[column], large[column]
    assert min(a, b) > least, (column, a, b)
    # Faults come in proportion to a makespan that varies with repairs by a tenth.
    assert abs(a / b - 1) < 0.5, (column, a, b)
END_PYTHON
    done
}

# count_instructions NODES ARRIVALS [PATH=VALUE]...: of the replica alone: the process that loads, and its child that probes
# the platform, count nothing.
count_instructions() {
    launcher=(valgrind --tool=callgrind '--toggle-collect=bh_replica_run*' --callgrind-out-file="$1-$2.%p")
    cost 0 "$@" >"$1-$2.cost" 2>"$1-$2.said"
    cat "$1-$2".[0-9]* | awk '/^totals:/ { sum += $2 } END { printf "%d\n", sum }'
}

@test "instructions of a replica on 2^24 nodes are within 1.5 times those on 2^14" {
    [ "${BH_SANITIZED-}" != yes ] || skip "sanitizers take instructions"
    command -v valgrind >/dev/null || skip "no valgrind"
    local nodes
    local -A instructions
    for nodes in 16384 16777216; do
        instructions[$nodes]=$(count_instructions $nodes exponential 'workload.work=200 h')
        echo "$nodes nodes: ${instructions[$nodes]} instructions; $(cat "$nodes-exponential.cost")"
    done
    [ "${instructions[16384]}" -gt 1000000 ]
    [ $((2 * instructions[16777216])) -lt $((3 * instructions[16384])) ]
}

@test "instructions of a replica on 2^20 nodes: at most 7,000 a fault, and 1.5 times those with Weibull arrivals" {
    [ "${BH_SANITIZED-}" != yes ] || skip "sanitizers take instructions"
    command -v valgrind >/dev/null || skip "no valgrind"
    local exponential weibull faults
    exponential=$(count_instructions 1048576 exponential)
    weibull=$(count_instructions 1048576 weibull)
    faults=$(cut -d , -f 4 1048576-exponential.cost)
    echo "exponential: $exponential instructions for $faults faults; Weibull: $weibull"
    [ "$faults" -gt 9000 ]
    [ $((exponential / faults)) -lt 7000 ]
    [ $((2 * weibull)) -lt $((3 * exponential)) ]
}

@test "the benchmark's scenarios can be measured, and further replicas in one process" {
    local scenario
    for scenario in events storage thousand; do
        "$BUILD_DIRECTORY/tests/bench/scale_cost" "$SOURCE_DIRECTORY" "$bench/$scenario.yaml" 0 >cost
        awk -F, -v least=400 '{ exit !(NF == 7 && $2 > 0 && $6 > least) }' cost
    done
    cost 3 1024 exponential 'workload.work=100 h' >alone
    cost 3+2 1024 exponential 'workload.work=100 h' >first
    loop 3+2 1024 exponential 'workload.work=100 h' >loop
    awk -F, '{ exit !(NF == 8 && $8 > 0) }' first
    awk -F, '{ exit !(NF == 8 && $8 > 0) }' loop
    [ "$(cut -d , -f 4-7 alone)" = "$(cut -d , -f 4-7 first)" ]
}

@test "node losses alone: the plain loop has the simulator's makespan to the last digits" {
    # Same faults, same repairs, and nothing else is random. Transfers to storage take as long as expected here.
    local nodes arrivals class replica ours theirs
    for nodes in 1024 65536 16777216; do
        for arrivals in exponential weibull; do
            class="faults.hardware=[bench-loss$([ $arrivals = exponential ] || echo -weibull)]"
            for replica in 0 1; do
                ours=$(cost $replica $nodes $arrivals "$class" 'workload.work=1000 h')
                theirs=$(loop $replica $nodes $arrivals "$class" 'workload.work=1000 h')
                echo "$nodes nodes, $arrivals, replica $replica: $ours and $theirs"
                awk -v a="$ours" -v b="$theirs" 'BEGIN {
                    split(a, x, ","); split(b, y, ","); d = x[7] / y[7] - 1
                    exit !(x[5] > 100 && x[5] <= x[4] && d < 1e-9 && d > -1e-9) }'
            done
        done
    done
}

@test "all faults: the plain loop has the simulator's mean makespan" {
    # Faults are the same, what becomes of errors is drawn apart: 8 pairs differ by 0.9 % (standard deviation) each, so
    # their mean by 0.3 %, of which 2 % is six.
    local arrivals r n
    for arrivals in exponential weibull; do
        for r in 0 1 2 3; do
            for n in 16384 1048576; do
                printf '%s,%s\n' "$(cost $r $n $arrivals 'workload.work=2000 h')" \
                    "$(loop $r $n $arrivals 'workload.work=2000 h')"
            done
        done >pairs.csv
        awk -F, -v arrivals=$arrivals '
            { a += $7; b += $14; d = $7 / $14 - 1; sum += d; squares += d * d }
            END { printf "%s: %+.2f %%, standard deviation of a pair %.2f %%\n", arrivals, 100 * (a / b - 1), 100 * sqrt(squares / NR)
                  exit !(NR == 8 && a / b < 1.02 && a / b > 0.98) }' pairs.csv
    done
}

# simulated REPLICAS [PATH=VALUE]...: instructions of all that simulates in a run of so many replicas.
simulated() {
    local replicas=$1
    shift
    rm -f counted.*
    valgrind --tool=callgrind --trace-children=yes '--toggle-collect=bh_replica_run*' --callgrind-out-file=counted.%p \
        "$BULKHEAD" run "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" -q -j 1 --replicas "$replicas" \
        "${@/#/--set=}" -o "$replicas.h5" >/dev/null 2>&1
    cat counted.* | awk '/^totals:/ { sum += $2 } END { printf "%d\n", sum }'
}

@test "replicas in which nothing is drawn are simulated once" {
    [ "${BH_SANITIZED-}" != yes ] || skip "sanitizers take instructions"
    command -v valgrind >/dev/null || skip "no valgrind"
    need_h5py
    local sure drawn
    sure=$(($(simulated 12) - $(simulated 1)))
    "$PYTHON" -c 'import h5py, numpy as np
a, b = (h5py.File(name)["makespan"][()] for name in ("1.h5", "12.h5"))
assert b.shape[-1] == 12 and np.all(b == a)'
    # With faults each is another.
    drawn=$(($(simulated 12 faults=all models.faults.memory.rate='9000 1/year') -
        $(simulated 1 faults=all models.faults.memory.rate='9000 1/year')))
    echo "eleven more: $sure, and where something is drawn $drawn"
    [ "$drawn" -gt 100000 ]
    [ $((10 * sure)) -lt "$drawn" ]
}

# processes POINTS JOBS: how many a run of so many points makes on one platform, which has to be loaded to be known.
processes() {
    sed -e 's/^faults: none/faults: all/' -e 's/^replicas: .*/replicas: 3/' \
        "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" >points.yaml
    printf 'vary:\n  - {axis: rate, set: models.faults.memory.rate, values: [%s]}\n' \
        "$(seq -s ' 1/year, ' 1000 1000 "$1"000) 1/year" >>points.yaml
    : >forks
    FORKS=forks LD_PRELOAD=$PWD/forks.so "$BULKHEAD" run points.yaml -q -j "$2" -o "$1-$2.h5" >/dev/null
    wc -l <forks
}

@test "a run of many points makes as many processes as one of two, and finds the same with any number of jobs" {
    command -v cc >/dev/null || skip "no cc to make a library that counts"
    [ "${BH_SANITIZED-}" != yes ] || skip "the sanitizer wants to be loaded first"
    need_h5py
    cat >forks.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
pid_t fork(void)
{
    int file = open(getenv("FORKS"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (write(file, "\n", 1) != 1)
        abort();
    close(file);
    return ((pid_t(*)(void))dlsym(RTLD_NEXT, "fork"))();
}
END
    cc -shared -fPIC -o forks.so forks.c
    local few many
    few=$(processes 2 2) many=$(processes 40 2)
    echo "of 2 points: $few processes, of 40: $many"
    [ "$few" -ge 2 ] # the library sees them
    # One looks at the platform, and two work; exact chains of so small a node need none.
    [ "$many" -le 3 ]
    processes 40 1
    "$PYTHON" -c 'import h5py, numpy as np
a, b = (h5py.File(name) for name in ("40-1.h5", "40-2.h5"))
assert len(set(a["faults"][()].ravel())) > 5
assert all(np.array_equal(a[name][()], b[name][()], equal_nan=True) for name in ("makespan", "faults", "node_time"))'
}
