#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes results files with the layout of a campaign and invented numbers, for tests of the analysis only.

usage: make_fixture.py KIND FILE
KIND: balance (17 policies, nodes x spares, uncertainty), plain (no axes, reproduced input), single (one policy),
      quiet (faults asked for, none struck)
"""
import json
import math
import os
import subprocess
import sys

import h5py
import numpy as np

PROGRAM = os.environ.get("BULKHEAD", os.path.join(os.path.dirname(__file__), "../../build/bulkhead"))
KINDS = ["protection-first", "as-host-kernel", "protected-disposition", "protected-guards"]
# system: price with the weakest and the strongest guards, share of the escape probability over its channels
SYSTEMS = {"qemu": (6.1, 6.6, 0.5), "kvm": (0.035, 0.12, 1.0), "palacios": (-0.012, 0.041, 1.6),
           "palacios-shared-network": (-0.015, 0.038, 4.0)}
WORK = 86400.0
HORIZON = 60 * 86400.0


def ask():
    """The axes and metrics of results files, as the program lists them: labels by axis, and (axes, unit, type) by name."""
    listed = subprocess.run([PROGRAM, "results", "--list-metrics", "--format", "json"], check=True,
                            capture_output=True, text=True).stdout
    rows = json.loads(listed)
    axes = {row["name"]: row["description"].split(", ") for row in rows if row["values"] == "axis"}
    return axes, {row["name"]: ([axis for axis in row["axes"].split(", ") if axis], row["unit"],
                                np.uint8 if row["values"] == "0 or 1" else float)
                  for row in rows if row["values"] != "axis"}


AXES, METRICS = ask()
PARTS = AXES["part"]


def scale(file, name, values, unit=None):
    if isinstance(values[0], str):
        data = file.create_dataset(name, data=np.array(values, dtype=object), dtype=h5py.string_dtype())
    else:
        data = file.create_dataset(name, data=np.array(values))
        data.attrs["unit"] = unit or "1"
    data.attrs["description"] = name
    data.make_scale(name)
    return data


def put(group, name, axes, data, unit="1"):
    data = np.asarray(data)
    if data.dtype == object:
        stored = group.create_dataset(name, data=data, dtype=h5py.string_dtype())
    else:
        stored = group.create_dataset(name, data=data)
    for i, axis in enumerate(axes):
        stored.dims[i].attach_scale(group[axis] if axis in group else group.file[axis])
        stored.dims[i].label = axis
    stored.attrs["unit"] = unit
    stored.attrs["description"] = name


def escape(system, kind, probability):
    """Invented escape ratio to the co-located enclave."""
    if system == "native":
        return 0.62
    guard = 0.02 if kind in ("protection-first", "protected-guards") else 1.0
    contained = kind in ("protection-first", "protected-disposition")
    leak = 1 - (1 - probability * guard) ** SYSTEMS[system][2]
    return leak + 3e-7 if contained else 0.21 + 0.79 * leak


def price_of(system, kind):
    if system == "native":
        return 0.0
    return SYSTEMS[system][1 if kind in ("protection-first", "protected-guards") else 0]


def main(kind, path):
    random = np.random.default_rng(7)
    policies = [("native", "native")]
    if kind == "single":
        policies = [("kvm", "protection-first")]
    else:
        policies += [(s, k) for s in SYSTEMS for k in (KINDS if kind == "balance" else KINDS[:1])]
    axes = [("nodes", [1024.0, 16384.0, 131072.0, 1048576.0]), ("spares", ["none", "warm"])] if kind == "balance" else []
    replicas = 20 if kind in ("balance", "quiet") else 1
    enclaves = ["application", "service"]
    file = h5py.File(path, "w", track_order=True)
    file.attrs["title"] = "The price of isolation against how far errors escape"
    file.attrs["scenario"] = "balance" if kind == "balance" else "guest-kernel-error"
    file.attrs["version"] = "0.1.0"
    file.attrs["seed"] = np.uint64(1)
    file.attrs["nodes"] = np.uint64(4096)
    file.attrs["primary_enclave"] = "application"
    file.attrs["baseline"] = " ".join(policies[0])
    file.attrs["reproduces_input"] = np.uint8(kind == "plain")
    file.attrs["faults_requested"] = np.uint8(1)
    file.attrs["provenance"] = json.dumps({"software": {}, "parameters": {}, "environment": {}})
    file.attrs["axes"] = ",".join(name for name, _ in axes)
    file.attrs["uncertainty_axis"] = "escape" if kind == "balance" else ""
    file.attrs["uncertainty_at"] = "2,1" if kind == "balance" else ""
    scale(file, "policy", [" ".join(p) for p in policies])
    for name, values in axes:
        scale(file, name, values, "nodes")
    scale(file, "enclave", enclaves)
    scale(file, "replica", np.arange(replicas, dtype=np.uint64))
    for name in ("part", "scope", "boundary", "level"):
        scale(file, name, AXES[name])
    put(file, "policy_system", ["policy"], np.array([p[0] for p in policies], dtype=object))
    put(file, "policy_policy", ["policy"], np.array([p[1] for p in policies], dtype=object))

    shape = [len(policies)] + [len(v) for _, v in axes]
    names = ["policy"] + [n for n, _ in axes]
    arrays = {}

    lengths = {"enclave": len(enclaves), "replica": replicas} | {name: len(AXES[name]) for name in AXES if AXES[name][0]}

    def array(name):
        axes, unit, kind = METRICS[name]
        arrays[name] = (np.zeros(shape + [lengths[axis] for axis in axes], dtype=kind), names + axes, unit)
        return arrays[name][0]

    makespan, finished, useful, elapsed, node_time = map(
        array, ("makespan", "finished", "useful_work", "elapsed", "node_time"))
    free, native, bare, price = map(array, ("fault_free_makespan", "native_makespan", "native_bare_makespan", "price"))
    interval, checkpoint, restart = map(array, ("interval", "checkpoint_time", "restart_time"))
    faults, errors, unchangeable = map(array, ("faults", "errors", "unchangeable_errors"))
    interruptions, failures = map(array, ("interruptions", "failures"))
    system_extent, application_extent = map(array, ("system_extent", "application_extent"))
    seen, exposed = map(array, ("escape_seen", "escape_exposed"))
    exact, low, high, coverage = map(array, ("escape_exact", "escape_low", "escape_high", "containment_exact"))
    for name in ("struck_while_down", "silent_errors", "simultaneous_losses", "sdc", "propagation_depth"):
        array(name)

    for p, (system, policy) in enumerate(policies):
        for point in np.ndindex(*shape[1:]):
            nodes = axes[0][1][point[0]] if axes else 4096.0
            warm = bool(point[1]) if axes else True
            at = (p,) + point
            rate = 0.0 if kind == "quiet" else nodes * 1.5e-9 * (1.0 if system == "native" else 1.3)
            leak = escape(system, policy, 1e-3)
            price[at] = price_of(system, policy)
            native[at], bare[at] = WORK * 1.02, WORK
            free[at] = native[at] * (1 + price[at])
            interval[at], checkpoint[at] = [[math.nan] * len(AXES["level"])] * 2, math.nan
            for level, every, time in (("local", 600.0, 20.0), ("storage", 7200.0, 420.0)):
                interval[at][:, AXES["level"].index(level)] = every
                checkpoint[at][:, AXES["level"].index(level)] = time
            restart[at] = [math.nan, 5.0, 40.0, 300.0, 320.0, 400.0, 900.0]
            exact[at] = [0.8, leak, leak, leak / 50]
            low[at] = [0.8] + [escape(system, policy, 1e-6)] * 2 + [1e-8]
            high[at] = [0.8] + [escape(system, policy, 1e-1)] * 2 + [1e-2]
            loss = (520 if leak > 0.1 else 180 + 300 * leak) * (1 if warm else 2.1)
            for replica in range(replicas):
                blow = 1 / max(1e-9, 1 - rate * loss)
                mean = free[at][0] * blow if rate * loss < 0.985 else math.inf
                for e in range(2):
                    wall = mean * random.normal(1, 0.004 + 0.02 * min(1, rate * 100)) if mean < math.inf else math.inf
                    done = wall < HORIZON
                    makespan[at][e, replica] = wall if done else math.nan
                    finished[at][e, replica] = done
                    elapsed[at][e, replica] = wall if done else HORIZON
                    share = nodes * (0.75, 0.25)[e]
                    useful[at][e, replica] = share * (WORK if done else WORK * random.uniform(0.3, 0.5))
                    total = share * elapsed[at][e, replica]
                    used = np.zeros(len(PARTS))
                    used[[PARTS.index(part) for part in ("compute", "noise", "checkpoint")]] = (
                        useful[at][e, replica], 0.01 * total, 0.02 * total)
                    used[PARTS.index("virtualization")] = max(0.0, total - used.sum()) * 0.4
                    used[PARTS.index("lost-work")] = total - used.sum()
                    node_time[at][e, replica] = used
                    interruptions[at][e, replica] = random.poisson(rate * elapsed[at][e, replica] * (0.6 + 0.4 * leak))
                faults[at][replica] = random.poisson(2 * rate * elapsed[at][0, replica])
                n = errors[at][replica] = random.binomial(int(faults[at][replica]), 0.8)
                unchangeable[at][replica] = random.binomial(n, 0.4)
                system_extent[at][replica] = random.multinomial(int(n), [0.2, 0.3 * (1 - leak), 0.5 * (1 - leak), 0, 0, 0, 0.8 * leak])
                application_extent[at][replica] = random.multinomial(int(n), [0.5, 0.1, 0, 0, 0.4, 0, 0])
                failures[at][replica] = random.multinomial(int(n), [0.5, 0.1, 0.2, 0.2, 0, 0, 0])
                exposed[at][replica] = random.binomial(n, 0.7)
                seen[at][replica] = random.binomial(exposed[at][replica].astype(int), [0.8, leak, leak, min(1.0, leak / 50)])
            coverage[at] = np.linspace(0.2, 1, 7)
    for name, (data, dims, unit) in arrays.items():
        put(file, name, dims, data, unit)

    cause = np.dtype([("policy", "<u4")] + [(name, "<u4") for name, _ in axes] +
                     [(n, h5py.string_dtype()) for n in ("fault", "origin", "boundary", "guard", "disposition")] +
                     [("failures", "<f8"), ("lost_node_time", "<f8")])
    at = (2, 1) if kind == "balance" else ()
    rows = [(0,) + at + ("memory", "host-kernel", "none", "none", "node", 12.0, 3.4e7),
            (0,) + at + ("linux in guest[0]", "guest-kernel", "none", "none", "guest", 3.0, 1e7),
            (0,) + at + ("linux in guest[1]", "guest-kernel", "none", "none", "guest", 4.0, 1e7)]
    scale(file, "cause", np.arange(len(rows), dtype=np.uint64))
    put(file, "causes", ["cause"], np.array(rows, dtype=cause))
    if kind == "plain":
        # The script's error: the guest is lost, and under the last policy the host is reached by half of them.
        extent, loss = np.zeros([len(policies), 7]), np.zeros([len(policies), 2, 7])
        extent[:, 2], loss[:, 0, 2], loss[:, 1, 0] = 1, 1, 1
        extent[-1, 2:4], loss[-1, :, 3] = 0.5, 0.04
        loss[-1, 0, 2] = loss[-1, 1, 0] = 0.96
        degraded = np.zeros([len(policies)])
        degraded[-1] = 0.46
        put(file, "degraded_errors", ["policy"] + METRICS["degraded_errors"][0], np.floor(errors * 0.46))
        put(file, "script_degraded_exact", ["policy"] + METRICS["script_degraded_exact"][0], degraded)
        put(file, "script_extent_exact", ["policy"] + METRICS["script_extent_exact"][0], extent)
        put(file, "script_loss_exact", ["policy"] + METRICS["script_loss_exact"][0], loss)

    if kind == "balance":
        group = file.create_group("uncertainty", track_order=True)
        values = np.array([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1])
        scale(group, "escape", values)
        shape = [len(policies), len(values), 2, replicas]
        span, rows = np.zeros(shape), np.zeros(shape[:3])
        chain = np.zeros(shape[:2] + [4])
        noise = random.normal(1, 0.01, [2, replicas])
        for p, (system, policy) in enumerate(policies):
            for i, probability in enumerate(values):
                leak = escape(system, policy, probability)
                # Weak guards are cheaper, and lose more the more escapes.
                span[p, i] = WORK * (1 + price_of(system, policy)) * (1.2 + 0.9 * leak) * noise
                rows[p, i] = price_of(system, policy)
                chain[p, i] = [0.8, leak, leak, leak / 50]
        for name, data in (("makespan", span), ("finished", np.ones(shape, dtype=np.uint8)),
                           ("useful_work", np.full(shape, WORK * 131072)), ("elapsed", span),
                           ("native_bare_makespan", np.full(shape[:3], WORK)),
                           ("sdc", np.zeros(shape, dtype=np.uint8)), ("price", rows), ("escape_exact", chain)):
            put(group, name, ["policy", "escape"] + METRICS[name][0], data, METRICS[name][1])
    file.close()


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("balance", "plain", "single", "quiet"):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
