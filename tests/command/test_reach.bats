#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# How far one error gets among composed enclaves: closed forms on small graphs, and the bound that no run passes.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

closed_forms() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/reach_closed_forms.py" "$@"
}

# reach GRAPH ENCLAVES P [OPTION...]
reach() {
    closed_forms scenario "$1" "$2" "$3" 400 >reach.yaml
    run_bulkhead run reach.yaml -q -o reach.h5 "${@:4}"
    expect_status 0
    closed_forms compare "$1" "$2" "$3" 400 reach.h5
}

# No replica has more failures than enclaves x restart generations: each error makes one, and one more whenever it comes back.
expect_bound() {
    "$PYTHON" - "$1" <<'END'
import sys
import h5py
file = h5py.File(sys.argv[1])
failures, errors, revivals = (file[name][:] for name in ("interruptions", "errors", "revivals"))
enclaves = failures.shape[1]
most = enclaves * (errors + revivals)
print("failures", failures.sum(axis=1).max(), "of at most", most.max(), "revivals", revivals.sum())
assert (failures.sum(axis=1) <= most).all()
END
}

@test "pair, ring, star, complete graph of 2 to 8 enclaves: an error takes down as many as the closed forms say" {
    local graph enclaves p
    for graph in ring star complete; do
        for enclaves in 2 3 5 8; do
            for p in 0.3 0.7; do
                reach "$graph" "$enclaves" "$p"
            done
        done
    done
}

@test "whether a zone is entered again does not matter where every copy takes its enclave down" {
    reach complete 5 0.7 --set models.errors.again=1
    reach ring 8 1 --set models.errors.again=1
}

@test "p = 1 among six enclaves with checkpoints ends in seconds, within the bound" {
    sed -e 's/nodes: 4}/nodes: 6}/' -e 's/\[e0, e1, e2, e3\]/[e0, e1, e2, e3, e4, e5]/' \
        -e 's/    - {name: e3.*/&\n    - {name: e4, application: mpi-bulk-synchronous, nodes: 1}\n    - {name: e5, application: mpi-bulk-synchronous, nodes: 1}/' \
        "$scenarios/reverberation-four.yaml" >six.yaml
    local again
    for again in 0 0.5 1; do
        # Checkpoints every minute: copies live for longer, and many are saved with them.
        SECONDS=0
        run_bulkhead run six.yaml -q -o six.h5 --set models.channels.message.probability=1 --set "models.errors.again=$again" \
            --set 'checkpoints.local.interval=1 min' --set 'checkpoints.local.keep=4' --set 'workload.work=3 h' --set replicas=50
        expect_status 0
        [ "$SECONDS" -lt 30 ]
        expect_bound six.h5
        expect_eval six.h5 "m('revivals', 'native native').sum() > 10"
    done
}

@test "one masked error between two enclaves, one among four: the cases that went on for thousands of failures" {
    local file p
    for file in pair four; do
        for p in 0.9 1; do
            run_bulkhead run "$scenarios/reverberation-$file.yaml" -q -o reverberation.h5 --set replicas=200 --set "models.channels.message.probability=$p"
            expect_status 0
            expect_bound reverberation.h5
            # Most are of the first generation: one failure of each on average at most.
            expect_eval reverberation.h5 "(f['interruptions'][:].sum(axis=1).mean(axis=1) <= f['interruptions'].shape[1]).all()"
        done
    done
}

@test "an error is masked, crosses back and enters again with the probability of that" {
    # Of a masked error: it crosses (p), the first copy ends before the second (of equal lifetimes) has tried, and then the
    # second tries before its end: p (1 - p)/(2 - p). So again p^2 (1 - p)/(2 - p) of errors come back and take e0 down.
    closed_forms scenario ring 2 0.6 400 | sed 's/ending: signalled}/ending: masked}/' >back.yaml
    local again
    for again in 0 0.5 1; do
        run_bulkhead run back.yaml -q -o back.h5 --set "models.errors.again=$again"
        expect_status 0
        "$PYTHON" - "$again" <<'END'
import sys
import h5py, numpy as np
again, p = float(sys.argv[1]), 0.6
failures = h5py.File("back.h5")["interruptions"][0] / 400
expected = [again * p**2 * (1 - p) / (2 - p), p]
error = np.sqrt(np.array(expected) * (1 - np.array(expected)) / failures.shape[1] / 400)
print(failures.mean(axis=1), expected, error)
assert (abs(failures.mean(axis=1) - expected) <= 4 * error).all()
END
    done
}

@test "alone: what partners sent is kept, and wrong again: what an error has taken down falls once more as likely" {
    # Masked in e0, it crosses (p = 1: at once) and takes e1 down (s); e1 does its lost work again, the message comes again, takes
    # e1 down again (s), and is then asked for anew: s (1 + s). Nothing comes back to e0, which has had all that e1 sends meanwhile.
    local restart s
    for restart in beside alone; do
        for s in 0.3 0.8 1; do
            { closed_forms scenario ring 2 1 400 |
                  sed -e 's/ending: signalled}/ending: masked}/' -e "s/coupling: loose/coupling: tight, restart: $restart/" \
                      -e 's/lifetime: 60 s/lifetime: 0.1 s/' -e "s/data.signalled: 1/data.signalled: $s/" \
                      -e "s/data.masked: 0/data.masked: $("$PYTHON" -c "print(1 - $s)")/"
              echo 'checkpoints: {local: {interval: 10 min, write: 1 s, read: 1 s, keep: 2}}'
            } >kept.yaml
            run_bulkhead run kept.yaml -q -o kept.h5 --set models.errors.again=0
            expect_status 0
            expect_bound kept.h5
            "$PYTHON" - "$restart" "$s" <<'END'
import sys
import h5py, numpy as np
s, is_alone = float(sys.argv[2]), sys.argv[1] == "alone"
file = h5py.File("kept.h5")
errors, failures, revivals = file["errors"][0].sum(), file["interruptions"][0].sum(axis=1), file["revivals"][0].sum()
mean = s * (1 + s * is_alone)
square = s * (1 - s) + 4 * s * s if is_alone else s
error = np.sqrt((square - mean * mean) / errors)
print(sys.argv, failures / errors, mean, error, revivals / errors, errors)
assert errors == 4800 and failures[0] == 0
assert abs(failures[1] / errors - mean) <= 4 * error + 1e-9  # beyond that once in 16,000 times
assert abs(revivals / errors - s * is_alone) <= 4 * np.sqrt(s * (1 - s) / errors) + 1e-9
END
        done
    done
}

@test "check prints the spectral radius of the mean matrix, and warns at 1 or above" {
    # Of a graph with p on each edge: p times the largest eigenvalue of its adjacency matrix.
    local graph enclaves
    for graph in ring star complete; do
        for enclaves in 2 4 7; do
            closed_forms scenario "$graph" "$enclaves" 0.3 1 >reach.yaml
            run_bulkhead check reach.yaml --json
            expect_status 0
            "$PYTHON" - "$graph" "$enclaves" "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, math, sys
graph, n = sys.argv[1], int(sys.argv[2])
row = json.load(open(sys.argv[3]))["reach"][0]
largest = {"ring": 2 if n > 2 else 1, "star": math.sqrt(n - 1), "complete": n - 1}[graph]
print(row["spectral_radius"], 0.3 * largest)
assert math.isclose(row["spectral_radius"], 0.3 * largest, rel_tol=1e-9)
assert row["ends"] == (0.3 * largest < 1)
copies = {t["enclave"]: t["copies"] for t in row["from"] if t["zone"] == "host-user"}
if not row["ends"]:
    assert set(copies.values()) == {None}
elif graph != "star":
    assert math.isclose(copies["e0"], 1 / (1 - 0.3 * largest), rel_tol=1e-9)
else:  # h = 1 + (n - 1) p l and l = 1 + p h
    assert math.isclose(copies["e0"], (1 + (n - 1) * 0.3) / (1 - (n - 1) * 0.09), rel_tol=1e-9)
END
        done
    done
    closed_forms scenario complete 7 0.3 1 >reach.yaml
    run_bulkhead check reach.yaml
    expect_text "$output" 'without end' 'warning: at 1 or above'
    run_bulkhead check reach.yaml --set models.channels.message.probability=0.1
    expect_text "$output" 'at most 2.5, from host-user of e'
    refuse expect_text "$output" 'warning: at 1'
}

@test "no more copies than the branching process has on average" {
    closed_forms scenario complete 4 0.2 400 >reach.yaml
    run_bulkhead run reach.yaml -q -o reach.h5
    expect_status 0
    # 1/(1 - 3 x 0.2) = 2.5 copies without a bound; each fails its enclave.
    expect_eval reach.h5 "1.6 < f['interruptions'][0].sum(axis=0).mean() / 400 < 2.5"
}
