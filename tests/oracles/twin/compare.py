# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Random scenarios, each played by the program and by the twin: are their results of one distribution?

    compare.py BULKHEAD FIRST COUNT [--replicas R] [--jobs N] [--keep FILE]

FIRST is the number of a structure, of which there are five scenarios each, with numbers of their own.

Per scenario and metric two rank tests, of where values lie and of how far they spread; and the same pooled over all scenarios
that share something. The normal law of a sum of ranks is the permutation's from above in its tails, so that the level of all
together, by Bonferroni, is at most as stated.
"""
import argparse
import copy
import itertools
import json
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time

import h5py

import generate
from play import SCOPES, Replica
from world import World

PER_ENCLAVE = ["elapsed", "finished", "interruptions", "wrong_data", "sdc"]
OUT = ["detection", "restart", "restore", "repair-and-spare-wait"]  # parts of the ledger
WITH_VERIFICATION = ["verifications", "silent_found", "silent_rollbacks", "silent_beginnings"]
PER_SCOPE = ["failures", "system_extent", "application_extent"]
BATCH, LEVEL, LISTED = 5, 1e-4, 30
WHOLE = ["faults", "struck_while_down", "errors", "silent_errors", "simultaneous_losses", "losing_errors",
         "unchangeable_errors", "revivals"]


def by_program(program, scenario, replicas, seed, folder):
    """Per metric a list over replicas. Each scenario has a seed of its own: with one for several, the program would meet the
    same faults in all of them, and what is pooled over them would vary by more than is reckoned with."""
    path = os.path.join(folder, "drawn")
    generate.write(scenario, path + ".yaml")
    done = subprocess.run([program, "run", "-q", "-j1", path + ".yaml", "-o", path + ".h5", f"--replicas={replicas}",
                           f"--seed={seed}"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    with h5py.File(path + ".h5") as f:
        arrays = {name: f[name][0] for name in PER_ENCLAVE + WITH_VERIFICATION + PER_SCOPE + WHOLE + ["node_time"] if name in f}
        parts = [part.decode() for part in f["part"][:]]
    arrays["out"] = arrays.pop("node_time")[..., [parts.index(part) for part in OUT]].sum(axis=-1)
    found = {}
    for name, array in arrays.items():
        if name in PER_SCOPE:
            found |= {f"{name} {scope}": [float(v) for v in array[:, s]] for s, scope in enumerate(SCOPES)}
        elif name in WHOLE:
            found[name] = [float(v) for v in array]
        else:
            found |= {f"{name} {e}": [float(v) for v in values] for e, values in enumerate(array)}
    return found


def by_twin(scenario, replicas, seed):
    world, found = World(scenario), {}
    for r in range(replicas):
        results = Replica(world, f"{seed} {r}").play()
        for name, value in results.items():
            if name in PER_SCOPE:
                for s, scope in enumerate(SCOPES):
                    found.setdefault(f"{name} {scope}", []).append(float(value[s]))
            elif isinstance(value, list):
                for e, one in enumerate(value):
                    found.setdefault(f"{name} {e}", []).append(float(one))
            else:
                found.setdefault(name, []).append(float(value))
    return found


def ranks(values):
    """Mid-ranks."""
    order, rank, i = sorted(range(len(values)), key=values.__getitem__), [0.0] * len(values), 0
    while i < len(order):
        j = i
        while j + 1 < len(order) and values[order[j + 1]] <= values[order[i]] + 1e-9 * abs(values[order[i]]):
            j += 1
        for k in range(i, j + 1):
            rank[order[k]] = (i + j) / 2
        i = j + 1
    return rank


def score(a, b, spread):
    """(sum of a's scores less its mean, variance) were both of one distribution: by place, or by how far out."""
    rank = ranks(a + b)
    middle = (len(rank) - 1) / 2
    rank = [(r - middle) ** 2 if spread else r - middle for r in rank]
    n, m, mean = len(a), len(b), sum(rank) / len(rank)
    variance = n * m / ((n + m) * (n + m - 1)) * sum((r - mean) ** 2 for r in rank)
    return sum(rank[:n]) - n * mean, variance


def compare(task):
    """Of scenarios of one structure: what they have, and per metric both by program and twin with their scores."""
    program, number, replicas, force, twin_alone = task
    scenarios = [changed(s, force) for s in generate.Generator(number).batch(BATCH)]
    compared = []
    for i, scenario in enumerate(scenarios):
        with tempfile.TemporaryDirectory() as folder:
            left = by_program(program, scenario, replicas, BATCH * number + i + 1, folder)
        right, rows = by_twin(changed(scenario, twin_alone), replicas, f"{number} {i}"), []
        for name, values in left.items():
            for spread in (False, True):
                difference, variance = score(values, right[name], spread)
                if variance > 0:
                    scale = replicas ** (3 if spread else 2)
                    rows.append((name + (", spread" if spread else ""), difference / scale, variance / scale ** 2,
                                 sum(values) / replicas, sum(right[name]) / replicas))
        compared.append((f"scenario {number}.{i}", features(scenario), rows))
    return compared


def changed(scenario, code):
    """A scenario after some Python that knows it as s, its numbers as m and its policy as p."""
    scenario = copy.deepcopy(scenario)
    exec(code, {"s": scenario, "m": scenario["models"], "p": scenario["define"]["policies"]["drawn"]})
    return scenario


def features(scenario):
    """What a scenario has, by which differences are pooled."""
    policy, workload = scenario["define"]["policies"]["drawn"], scenario["workload"]
    words = ["all", scenario["policies"][0]["system"], f"{workload['spares']} spares", policy["guards"]]
    words += [f"level {name}" for name in scenario["checkpoints"]] if scenario["checkpoints"] != "none" else ["no level"]
    words += [f"{zone} {scope}" for zone, scope in policy["dispositions"].items()]
    words += list(scenario["define"].get("faults", {}))
    words.append(f"{len(workload['enclaves'])} enclaves")
    for enclave in workload["enclaves"]:
        words.append(enclave["application"])
        words += [word for word in ("verification", "nodes", "shares-with", "parts-needed", "work") if word in enclave]
    words = sorted(set(words))
    return words


def number_of(batch):
    return int(batch[0][0].split()[1].split(".")[0])


def read_kept(path, numbers):
    """Of a file that --keep wrote, the structures that are asked for: {number: what compare() said of it}."""
    if path is None or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        batches = [json.loads(line) for line in file if line.endswith("\n")]
    return {number_of(batch): batch for batch in batches if number_of(batch) in numbers}


def keep(path, kept, batch):
    if path is not None and number_of(batch) not in kept:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(batch) + "\n")


def merge(batch, tests, pooled):
    for where, words, rows in batch:
        for name, difference, variance, left, right in rows:
            tests.append((abs(difference) / math.sqrt(variance), where, name, left, right))
            for word in words:
                total = pooled.setdefault((word, name), [0.0] * 4)
                for i, value in enumerate((difference, variance, left, right)):
                    total[i] += value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--replicas", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--force", default="", help="Python that changes a scenario s, its numbers m, its policy p")
    parser.add_argument("--twin-alone", default="", help="the same, and the program does not know of it")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop then, with those that were played")
    parser.add_argument("--keep", help="a file to which each structure's scores go, and which is gone on with")
    parser.add_argument("--all", action="store_true", help="print what all scenarios together say of each metric")
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.count // BATCH)
    kept = read_kept(options.keep, numbers)
    tasks = [(options.program, number, options.replicas, options.force, options.twin_alone)
             for number in numbers if number not in kept]
    pooled, tests, played, begun_s = {}, [], 0, time.monotonic()
    had = sum(map(len, kept.values()))
    with multiprocessing.Pool(options.jobs) as pool:
        for batch in itertools.chain(list(kept.values()), pool.imap_unordered(compare, tasks)):
            if played >= had and time.monotonic() - begun_s > options.minutes * 60:
                break
            keep(options.keep, kept, batch)
            played += len(batch)
            merge(batch, tests, pooled)
    tests += [(abs(d) / math.sqrt(v), word, name, left, right) for (word, name), (d, v, left, right) in pooled.items()]
    tests.sort(reverse=True)
    least = min(1.0, len(tests) * math.erfc(tests[0][0] / math.sqrt(2)))
    shown = [t for t in tests if t[1] == "all"] if options.all else tests[:LISTED if least < LEVEL else 3]
    for z, where, name, left, right in shown:
        print(f"{z:6.2f} standard errors: {where}, {name}: program {left:.6g}, twin {right:.6g}")
    print(f"{played} scenarios, {options.replicas} replicas by each, {len(tests)} comparisons: level {least:.2g}, "
          f"{'differ' if least < LEVEL else 'agree'} at {LEVEL}")
    return 1 if least < LEVEL else 0


if __name__ == "__main__":
    sys.exit(main())
