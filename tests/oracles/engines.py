#!/usr/bin/env python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether both engines find the same, over random scenarios.

    engines.py BULKHEAD COUNT [FIRST] [--keep FOLDER]

Case i is made of the number i alone: COUNT of them from FIRST (0) on. One in five is made of ties: equal enclaves, equal
intervals, scripts at the very ends of checkpoints. Every dataset of both results files is compared: counts must be equal,
makespans within 1e-9 of themselves or a microsecond, the time of a thousand bytes on one of these disks, and so must be
all other times against the longest of their kind. Exits with 1 if anything differs, and says in which case.

Of 500, run by hand, all agree (`engines.py build/bulkhead 500`); the tests take 60.
"""
import os
import random
import subprocess
import sys
import tempfile

import h5py
import numpy

SYSTEMS = ["native", "kvm", "palacios", "qemu"]
POLICIES = ["protection-first", "as-host-kernel", "protected-disposition", "protected-guards"]

RECORDED = ("{hardware: [board], software: no, recorded: {log: log.csv, nodes: as-recorded, start: begin, end: stop, "
            "log-nodes: 4}}")
BOARD = ["define:", "  faults:", "    board: {description: as the log says, landing: node, mend: repair, "
         "arrival: {recorded: {causes: [board]}}}"]
LOG = "time,node,class,downtime,installed,retired\n" + "".join(
    f"{time},n{1 + time // 100 % 4},board,{down},0,90000\n"
    for time, down in ((1200, 600), (1260, 60), (3600, 0), (3660, 900), (3900, 300), (5000, 600), (7200, 1800), (9000, 60)))


def levels(draw, ties):
    """Checkpoint levels, the nearest first: each one's interval is a multiple of the nearer one's."""
    chosen = [name for name in ("memory", "local", "partner") if draw.random() < 0.35]
    if draw.random() < 0.8 or not chosen:
        chosen.append("storage")
    lines, interval = [], draw.choice([20, 30, 40, 60])
    for name in chosen:
        text = f"interval: {interval} min"
        if name != "storage" or draw.random() < 0.25:
            text += f", write: {draw.choice([20, 60, 100])} s, read: {draw.choice([10, 60])} s"
        if draw.random() < 0.3:
            text += f", keep: {draw.choice([1, 2, 3])}"
        lines.append(f"  {name}: {{{text}}}")
        interval = min(interval * draw.choice([1, 2, 3]), 120)
    if draw.random() < 0.3 and not ties:
        lines.append("  staggered: yes")
    if draw.random() < 0.5:
        lines.append("  final: yes")
    return lines


def enclaves(draw, ties):
    """Their lines, their names, and how many nodes they stand on."""
    verified = ", verification: {every: checkpoint, cost: 30 s, recall: 0.8, latency: %s}" % draw.choice(["0 s", "5 min"])
    job = "application: mpi-bulk-synchronous, processes-per-guest: 2"
    form = draw.random()
    if ties:
        count = draw.choice([2, 3, 4])
        lines = [f"    - {{name: e{i}, {job}, nodes: 4}}" for i in range(count)]
        return lines, [f"e{i}" for i in range(count)], 4 * count
    if form < 0.2:
        return [f"    - {{name: e0, {job}{verified if draw.random() < 0.5 else ''}}}"], ["e0"], draw.choice([4, 16, 64])
    if form < 0.45:
        other = draw.choice(["loss-tolerant-service", "mpi-bulk-synchronous"])
        lines = [f"    - {{name: e0, {job}, node-share: 0.75{verified if draw.random() < 0.3 else ''}}}",
                 f"    - {{name: e1, application: {other}, processes-per-guest: 1, node-share: 0.25}}"]
        return lines, ["e0", "e1"], draw.choice([4, 16])
    lines, names, nodes = [], [], 0
    for i in range(draw.choice([2, 2, 3, 4])):
        own = draw.choice([2, 3, 4, 8])
        more = verified if draw.random() < 0.2 else ""
        if draw.random() < 0.2:
            more += f", start: {draw.choice([600, 1800, 5000])} s"
        if draw.random() < 0.1:
            more += ", leave: 100 min"
        kind = job if i == 0 or draw.random() < 0.8 else "application: loss-tolerant-service, processes-per-guest: 1"
        if "loss-tolerant" in kind:
            more = ""
        lines.append(f"    - {{name: e{i}, {kind}, nodes: {own}{more}}}")
        names.append(f"e{i}")
        nodes += own
    return lines, names, nodes


def compositions(draw, names):
    if len(names) < 2 or draw.random() < 0.5:
        return []
    when = draw.choice(["always", "{degree: 0.5, mean-on: 1 h}", "{windows: [[30 min, 1 h], [90 min, 100 min]]}"])
    volume = draw.choice(["", ", volume: 100 MB, period: 10 min", ", volume: 1 GB, period: 7 min"])
    coupling = draw.choice([", coupling: loose", ", coupling: tight", ", coupling: tight, restart: alone",
                            ", coupling: tight, restart: together"])
    pair = draw.sample(names, 2)
    return ["compositions:",
            f"  - {{name: c, between: [{pair[0]}, {pair[1]}], over: network, when: {when}{volume}{coupling}}}"]


def script(draw, names, ties):
    """Where there are ties, at instants at which something ends."""
    lines = []
    for _ in range(draw.choice([0, 1, 2, 4]) if not ties else 4):
        at = draw.choice([1200, 1260, 1800, 1820, 1860, 2400, 3600, 3660, 3720, 7200]) if ties else draw.randrange(100, 7200)
        what = draw.choice([f"enclave: {draw.choice(names)}, node: {draw.randrange(2)}, fault: node-loss",
                            f"enclave: {draw.choice(names)}, node: 0, zone: guest-user, ending: signalled",
                            f"enclave: {draw.choice(names)}, node: 0, zone: guest-kernel, kind: data, ending: signalled",
                            f"enclave: {draw.choice(names)}, node: 0, zone: guest-user, kind: data, ending: silent"])
        lines.append(f"  - {{at: {at} s, {what}}}")
    return ["script:"] + lines if lines else []


def scenario(number):
    draw = random.Random(number)
    ties = number % 5 == 4
    lines, names, nodes = enclaves(draw, ties)
    spares = draw.choice([0, 0, 1, 2])
    together = compositions(draw, names)
    system = draw.choice(SYSTEMS)
    policy = draw.choice(POLICIES)
    if together and system == "kvm":
        policy = draw.choice(["composition-deferred", "composition-threshold", "composition-adaptive"])
    hardware = ["node-loss", "memory", "processor"] + (["file-system"] if draw.random() < 0.4 else [])
    work = draw.choice([2, 4, 6])
    quiet = ties and draw.random() < 0.5
    faults = f"{{hardware: [{', '.join(hardware)}], software: yes}}"
    if draw.random() < 0.15:
        faults = RECORDED
    text = ["scenario: engines", f"platform: {{file: parametric.yaml, nodes: {nodes}}}", "workload:",
            f"  work: {work} h", f"  horizon: {draw.choice([work + 2, 48, 480])} h", f"  spares: {spares}",
            "  enclaves:", *lines, *together, "checkpoints:", *levels(draw, ties),
            f"costs: {'no' if ties or draw.random() < 0.3 else 'yes'}", "policies:",
            f"  - {{system: {system}, policy: {'native' if system == 'native' else policy}}}",
            "faults: none" if quiet else f"faults: {faults}", *(BOARD if faults == RECORDED and not quiet else []),
            *script(draw, names, ties), "models:"]
    rate = draw.choice([0.2, 1.0, 4.0]) / nodes * 24
    text += [f"  faults.node-loss.rate: {rate / 3} 1/d", f"  faults.memory.rate: {rate} 1/d",
             f"  faults.processor.rate: {rate} 1/d", "  faults.file-system.rate: 5 1/d",
             "  faults.file-system.repair-median: 5 min", f"  components.linux.fault-rate: {rate} 1/d",
             f"  applications.mpi-bulk-synchronous.fault-rate: {rate} 1/d",
             f"  applications.mpi-bulk-synchronous.checkpoint-bytes: {draw.choice([1, 10, 40])} GB",
             f"  recovery.detection: {draw.choice([0, 5, 20])} s", f"  recovery.process-restart: {draw.choice([0, 10, 60])} s"]
    return "\n".join(text + ["replicas: 2", f"seed: {number}", ""])


def run_plain(program, file, out, *more):
    return subprocess.run([program, "run", file, "-q", "-j1", "-o", out, *more], capture_output=True, text=True, check=False)


def run(program, engine, file, out):
    return run_plain(program, file, out, "--engine", engine)


# What tells how an engine went about it.
OWN = {"transfers_carried", "carried_time"}


def differ(before, after):
    """Names of the datasets that differ, with by how much."""
    found = []
    with h5py.File(before) as old, h5py.File(after) as new:
        for name in set(old) - OWN:
            if not isinstance(old[name], h5py.Dataset) or old[name].dtype.names or old[name].dtype.kind not in "fiu":
                continue
            one, other = numpy.asarray(old[name][()], float), numpy.asarray(new[name][()], float)
            if one.shape != other.shape:
                found.append(f"{name}: shapes {one.shape} and {other.shape}")
                continue
            nans = numpy.isnan(one) != numpy.isnan(other)
            apart = numpy.abs(one - other)
            apart[(one == other) | numpy.isnan(one) | numpy.isnan(other)] = 0.0
            finite = numpy.abs(one[numpy.isfinite(one)])
            largest = finite.max() if finite.size else 0.0
            if nans.any() or (apart.size and apart.max() > max(1e-6, 1e-9 * largest)):
                found.append(f"{name}: {apart.max():g} of {largest:g}")
    return found


def main():
    told = [word for word in sys.argv[1:] if not word.startswith("--")]
    keep = sys.argv[sys.argv.index("--keep") + 1] if "--keep" in sys.argv else None
    told = [word for word in told if word != keep]
    program, count, first = told[0], int(told[1]), int(told[2]) if len(told) > 2 else 0
    bad = refused = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or scratch
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "log.csv"), "w", encoding="utf-8") as log:
            log.write(LOG)
        for number in range(first, first + count):
            file = os.path.join(folder, f"case-{number}.yaml")
            outs = [os.path.join(folder, f"case-{number}-{engine}.h5") for engine in ("calendar", "simgrid")]
            with open(file, "w", encoding="utf-8") as out:
                out.write(scenario(number))
            done = [run(program, engine, file, out) for engine, out in zip(("calendar", "simgrid"), outs)]
            if done[0].returncode != 0 or done[1].returncode != 0:
                refused += 1
                print(f"{number}: ends with {done[0].returncode} and {done[1].returncode}: {done[0].stderr.strip()[:300]}")
                continue
            found = differ(*outs)
            bad += bool(found)
            if found:
                print(f"{number}: " + "; ".join(found), flush=True)
    print(f"{count} scenarios, {bad} differ, {refused} were refused")
    return 1 if bad or refused else 0


if __name__ == "__main__":
    sys.exit(main())
