# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""The expected makespan of a job with several checkpoint levels, by an exact Markov chain of (position, what each level
holds, phase), and makespans of `bulkhead run` held against it. Shares no code with the simulator.

    levels_chain.py axis [spares]     the axis of settings for scenarios/levels.yaml
    levels_chain.py compare RESULTS [spares]   exit status 0: all means agree; `spares`: they stand in for nodes that crash,
                                      whose local states are gone with their place

Failures of each kind come in a Poisson process and may strike in any phase, or in any but the outage (`while_up`). Within a
phase of d seconds the first of a total rate L comes with probability 1 - e^(-L d), and the phase takes (1 - e^(-L d))/L on
average; so the mean times to the end solve linear equations.
"""
import math
import sys

import h5py
import numpy as np

NODES, RESTART_S = 16, 240.0

# Kinds of failures, by the nearest level that survives, with where their rates are set. Processes do not fail while there
# are none; nodes do, since they are up again at once.
KINDS = [
    ("models.applications.mpi-bulk-synchronous.fault-rate", "memory", True),
    ("models.faults.crash.rate", "local", False),
    ("models.faults.loss.rate", "partner", False),
]
LEVELS = ["memory", "local", "partner", "storage"]

# Label; hours of work; whether the end has a checkpoint; levels with interval (hours, or a rule), write and read (minutes;
# None: 1 TB a node as traffic); mean hours between failures of the job, by kind (0: none).
SETTINGS = [
    ("a far one takes a third of an interval", 2000, True,
     {"local": (1, 3, 1), "storage": (4, 20, 5)}, (0, 10, 100)),
    ("as long as an interval", 3000, True, {"local": (1, 3, 1), "storage": (4, 60, 30)}, (0, 5, 50)),
    ("twice as long", 4000, True, {"local": (1, 3, 1), "storage": (8, 120, 60)}, (0, 4, 100)),
    ("each checkpoint is a far one", 1500, True, {"local": (1, 3, 1), "storage": (1, 30, 10)}, (0, 3, 30)),
    ("each other failure needs the far one, and the end has none", 3999.5, False,
     {"local": (1, 3, 1), "storage": (3, 40, 20)}, (0, 12, 12)),
    ("intervals by the exact rule", 4000, True, {"local": ("exact", 6, 1), "storage": ("exact", 40, 30)}, (0, 4, 60)),
    ("by Daly's", 4000, False, {"local": ("daly", 4, 2), "storage": ("daly", 30, 60)}, (0, 6, 30)),
    ("by Young's", 4000, True, {"local": ("young", 6, 1), "storage": ("young", 75, 60)}, (0, 5, 50)),
    ("processes and nodes, memory and partners", 3000, True, {"memory": (1, 2, 1), "partner": (5, 45, 15)}, (5, 50, 0)),
    ("three levels", 3000, True, {"memory": (1, 1, 1), "local": (2, 20, 10), "storage": (6, 60, 30)}, (6, 20, 100)),
    ("traffic", 2000, True, {"local": (1, 3, 1), "storage": (4, None, None)}, (0, 5, 50)),
]


class Job:
    """work_s, restart_s, write_s and read_s per level, near to far; kinds: (rate per second, levels lost from the near end,
    while_up); interval_s of the nearest level and every, a number per level; final: whether there is one at the end."""

    def __init__(self, work_s, restart_s, write_s, read_s, kinds, interval_s, every, final):
        self.restart_s, self.write_s, self.read_s, self.kinds, self.every = restart_s, write_s, read_s, kinds, every
        stretches = math.ceil(work_s / interval_s - 1e-9)
        self.end, self.final = stretches, final
        self.stretch_s = [interval_s] * (stretches - 1) + [work_s - interval_s * (stretches - 1)]

    def duration_s(self, state):
        position, held, phase = state
        if phase == "compute":
            return self.stretch_s[position]
        if phase == "outage":
            level = self.source(held)
            return self.restart_s + (self.read_s[level] if level is not None else 0.0)
        return self.write_s[phase]

    @staticmethod
    def source(held):
        """The nearest of the levels that hold the newest state; None: there is only the beginning."""
        newest = max(held)
        return held.index(newest) if newest > 0 else None

    def write_or_compute(self, position, held, nearest):
        """What comes after a stretch, a write or an outage at this position; None: the end."""
        if position > 0 and (position < self.end or self.final):
            for level in range(nearest, len(held)):
                if position % self.every[level] == 0 and held[level] < position:
                    return (position, held, level)
        return (position, held, "compute") if position < self.end else None

    def after(self, state):
        position, held, phase = state
        if phase == "compute":
            return self.write_or_compute(position + 1, held, 0)
        if phase == "outage":
            level = self.source(held)
            return self.write_or_compute(position, held, len(held) if level is None else level + 1)
        held = held[:phase] + (position,) + held[phase + 1:]
        return self.write_or_compute(position, held, phase + 1)

    @staticmethod
    def failed(state, lost):
        held = (0,) * lost + state[1][lost:]
        return (max(held), held, "outage")

    def step(self, state):
        """The mean time in a state, and the probabilities of what comes next."""
        kinds = [kind for kind in self.kinds if kind[0] > 0 and not (kind[2] and state[2] == "outage")]
        total, duration_s = sum(kind[0] for kind in kinds), self.duration_s(state)
        fails = -math.expm1(-total * duration_s)
        row = [(self.failed(state, lost), fails * rate / total) for rate, lost, _ in kinds]
        row.append((self.after(state), 1.0 - fails))
        return fails / total if total > 0 else duration_s, [(other, p) for other, p in row if other is not None]

    def expected_s(self):
        """The farthest level loses nothing: states with equal positions there are solved together, the last first."""
        start = (0, (0,) * len(self.write_s), "compute")
        steps, blocks, found = {}, {}, [start]
        for state in found:
            if state not in steps:
                steps[state] = self.step(state)
                blocks.setdefault(state[1][-1], []).append(state)
                found.extend(other for other, _ in steps[state][1])
        expected_s = {}
        for farthest in sorted(blocks, reverse=True):
            block = {state: i for i, state in enumerate(blocks[farthest])}
            matrix, times = np.eye(len(block)), np.zeros(len(block))
            for state, i in block.items():
                times[i], row = steps[state]
                for other, p in row:
                    if other in block:
                        matrix[i, block[other]] -= p
                    else:
                        times[i] += p * expected_s[other]
            expected_s.update(zip(block, np.linalg.solve(matrix, times)))
        return expected_s[start]


# With `spares` crashes are so much rarer, since more is lost.
SPARED = 20


def print_axis(spares=""):
    print("vary:\n  - axis: setting\n    values:")
    for label, work_h, final, levels, hours in SETTINGS:
        print(f'      - label: "{label}"\n        set:\n          workload.work: {work_h} h\n          checkpoints:')
        for level, (interval, write_min, read_min) in levels.items():
            interval = interval if isinstance(interval, str) else f"{interval} h"
            times = f", write: {write_min} min, read: {read_min} min" if write_min is not None else ""
            print(f"            {level}: {{interval: {interval}{times}}}")
        print(f"            final: {'yes' if final else 'no'}")
        if spares:  # there is nothing to wait for, but they are ready first
            print("          models.recovery.node-reboot: 1 ms")
        for (path, _, _), mean_h in zip(KINDS, hours):
            mean_h *= SPARED if spares and "crash" in path else 1
            print(f"          {path}: {1 / (NODES * mean_h) if mean_h > 0 else 0:.17g} 1/h")


def job_of(setting, interval_s, write_s, spares):
    """The setting with the intervals of the results; those that it says itself are compared."""
    _, work_h, final, levels, hours = setting
    names = [level for level in LEVELS if level in levels]
    for name, (interval, write_min, _) in levels.items():
        assert isinstance(interval, str) or abs(interval_s[name] - 3600 * interval) < 1e-6
        assert write_min is None or abs(write_s[name] - 60 * write_min) < 1e-6
    kinds = []
    for (_, nearest, while_up), mean_h in zip(KINDS, hours):
        if spares and nearest == "local":
            nearest, mean_h = "partner", mean_h * SPARED
        lost = sum(LEVELS.index(name) < LEVELS.index(nearest) for name in names)
        kinds.append((1 / (3600 * mean_h) if mean_h > 0 else 0.0, lost, while_up))
    read_s = [60.0 * levels[name][2] if levels[name][2] is not None else write_s[name] for name in names]
    return Job(3600.0 * work_h, RESTART_S, [write_s[name] for name in names], read_s, kinds, interval_s[names[0]],
               [round(interval_s[name] / interval_s[names[0]]) for name in names], final)


def compare(results, spares=""):
    """Each mean within three standard errors, and within 0.5 %; the seed is fixed."""
    f = h5py.File(results, "r")
    levels = [level.decode() for level in f["level"][:]]
    bad = 0
    for i, setting in enumerate(SETTINGS):
        interval_s, write_s = (dict(zip(levels, f[name][0, i, 0])) for name in ("interval", "checkpoint_time"))
        expected_s = job_of(setting, interval_s, write_s, spares == "spares").expected_s()
        span_s = f["makespan"][0, i, 0]
        mean_s, error_s = span_s.mean(), span_s.std(ddof=1) / math.sqrt(span_s.size)
        off, z = mean_s / expected_s - 1, (mean_s - expected_s) / error_s
        print(f"{setting[0]}: {mean_s:.0f} s, expected {expected_s:.0f} s, off {100 * off:.3f} %, "
              f"{z:.2f} standard errors of {100 * error_s / mean_s:.3f} %")
        assert f["makespan"].shape[1] == len(SETTINGS) and error_s < 0.0025 * mean_s
        bad += not (abs(z) <= 3 and abs(off) <= 0.005)
    sys.exit(bad > 0)


if __name__ == "__main__":
    print_axis(*sys.argv[2:]) if sys.argv[1] == "axis" else compare(*sys.argv[2:])
