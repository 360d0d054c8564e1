#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Counts and fits of `bulkhead fit` held against scipy over random logs: censored, with late entry, ties, offsets and
survivors.

fit_by_scipy.py BULKHEAD FOLDER LOGS: the durations are made here from the drawn records, without a line of bulkhead's,
likelihoods are scipy's distributions', and their maxima scipy's simplex's, from numbers 30 % off. ln L must agree to
1e-4 + 1e-8 |ln L| (digits of the JSON, the simplex's tolerance) and may be higher than scipy's by any amount, since
scipy's search may stop early; maxima to a fiftieth of a standard error.
"""
import datetime
import json
import os
import subprocess
import sys

import numpy as np
from scipy import optimize, stats

program, folder, logs = sys.argv[1], sys.argv[2], int(sys.argv[3])
BEGIN = datetime.datetime(2020, 1, 1)


def law(name, numbers):
    a, b = numbers
    return {"weibull": lambda: stats.weibull_min(a, scale=b), "gamma": lambda: stats.gamma(a, scale=b),
            "lognormal": lambda: stats.lognorm(b, scale=a), "exponential": lambda: stats.expon(scale=a)}[name]()


def log_likelihood(name, numbers, t, age, ended):
    d = law(name, numbers)
    return (d.logpdf(t[ended]).sum() + d.logsf(t[~ended]).sum() - d.logsf(age).sum()).item()


def draw_log(draw):
    """Records as (start, node, down, installed, retired); and durations as (until, age, ended)."""
    nodes, is_lives = draw.integers(8, 40), draw.random() < 0.3
    shape, scale = np.exp(draw.uniform(np.log(0.3), np.log(4))), np.exp(draw.uniform(np.log(2e4), np.log(2e6)))
    tie = draw.choice([1, 60, 3600, 86400])
    length = scale * draw.uniform(1, 4)
    rows, windows = [], []
    for node in range(nodes):
        born = -draw.uniform(0, 2 * scale) if draw.random() < 0.4 else draw.uniform(0, length / 2)
        born = np.floor(born)
        end = length if draw.random() < 0.7 else max(draw.uniform(born, length), 1)
        clock, own = born, []
        while True:
            clock += max(np.round(scale * draw.weibull(shape) / tie) * tie, 1)
            down = draw.integers(1, 7200)
            if clock > end:
                break
            if clock >= 0:
                own.append((clock, down))
            clock += down
            if is_lives:
                break
        if is_lives and clock - (down if own else 0) < 0:  # failed before the log
            continue
        retired = own[-1][0] + own[-1][1] if is_lives and own else np.floor(end)
        if not own and retired <= 0:
            continue
        windows.append((node, born, retired, own))
    starts = [start for _, _, _, own in windows for start, _ in own]
    if len(starts) < 12:
        return None
    first = min(starts)
    durations = []
    for node, born, retired, own in windows:
        rows += [(start, node, down, born, retired) for start, down in own] or [(None, node, None, born, retired)]
        begun, age = max(born, first), max(first - born, 0)  # watched from the first record on, or from installation
        for start, down in own:
            durations.append((age + start - begun, age, True))
            begun, age = start + down, 0
        if max(retired, own[-1][0] if own else begun) > begun:
            durations.append((age + retired - begun, age, False))
    durations = [d for d in durations if d[0] > d[1]]
    draw.shuffle(rows)
    return rows, np.array([(t, age) for t, age, _ in durations]), np.array([ended for _, _, ended in durations])


def write(path, rows, draw):
    offset = int(draw.integers(-12, 14)) if draw.random() < 0.5 else None
    varies = draw.random() < 0.3

    def moment(second):
        if second is None:
            return ""
        hours = 0 if offset is None else offset + (int(draw.integers(0, 2)) if varies else 0)
        text = (BEGIN + datetime.timedelta(seconds=float(second), hours=hours)).isoformat(timespec="microseconds")
        return text if offset is None else f"{text}{'-' if hours < 0 else '+'}{abs(hours):02}:00"

    with open(path, "w") as out:
        out.write("time,node,downtime,installed,retired\n")
        for start, node, down, born, retired in rows:
            out.write(f"{moment(start)},n{node},{'' if down is None else down},{moment(born)},{moment(retired)}\n")


checked = 0
for number in range(logs):
    draw = np.random.default_rng([7, number])
    made = draw_log(draw)
    if made is None:
        continue
    rows, times, ended = made
    path = os.path.join(folder, f"log{number}.csv")
    write(path, rows, draw)
    run = subprocess.run([program, "fit", "-q", "--bootstrap", "0", "--format", "json", path], capture_output=True,
                         text=True)
    if run.returncode != 0:
        sys.exit(f"{path}: {run.stderr}")
    up = json.loads(run.stdout)["groups"][0]["up_times"]
    if (up["ended"], up["censored"]) != (int(ended.sum()), int((~ended).sum())):
        sys.exit(f"{path}: {up['ended']} ended and {up['censored']} censored, not {ended.sum()} and {(~ended).sum()}")
    t, age = times[:, 0], times[:, 1]
    for fit in up["fits"]:
        name = fit["distribution"]
        if name == "hyperexponential":
            continue
        if "far beyond" in fit.get("flaw", ""):
            continue
        if "flaw" in fit:
            sys.exit(f"{path}: {name}: {fit['flaw']}")
        numbers = [value[0] for value in fit["numbers"].values()]
        errors = [value[0] for value in fit["standard_errors"].values()]
        numbers, errors = (numbers + [1.0])[:2], (errors + [1.0])[:2]
        own = log_likelihood(name, numbers, t, age, ended)
        if abs(own - fit["log_likelihood"]) > 1e-4 + 1e-8 * abs(own):
            sys.exit(f"{path}: {name}: ln L {fit['log_likelihood']}, by scipy {own}")
        free = 1 if name == "exponential" else 2
        best = optimize.minimize(lambda x: -log_likelihood(name, (list(np.exp(x)) + [1.0])[:2], t, age, ended),
                                 np.log(numbers[:free]) + 0.3, method="Nelder-Mead",
                                 options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000})
        if -best.fun > own + 1e-4 + 1e-8 * abs(own):
            sys.exit(f"{path}: {name}: scipy finds ln L {-best.fun}, above {own}")
        for value, error, by_scipy in zip(numbers[:free], errors[:free], np.exp(best.x)):
            if -best.fun > own - 1e-6 and abs(value - by_scipy) > error / 50:
                sys.exit(f"{path}: {name}: {value} ± {error}, by scipy {by_scipy}")
        checked += 1
print(f"{checked} fits of {logs} logs")
