#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Intervals of means by resampling beside scipy.stats.bootstrap's (method BCa) on the same replicas.

usage: bca_by_scipy.py BULKHEAD RESULTS FOLDER

Makespans of RESULTS are replaced by samples of known shapes. Confidence: the program's z is t(0.975, n - 1) sqrt(n / (n - 1)),
to which scipy is told 1 - 2 Phi(-z). An end is held against the share of scipy's resamples that lies below it: a share p of B
resamples is known to sqrt(p (1 - p) / B), and what corrects the bias, itself the quantile of a share near a half, moves it by twice
1.25 / sqrt(B) of the density; four times both may lie between. Student's ends of the skewed samples lie farther off, or the
comparison would show nothing.
"""
import csv
import io
import shutil
import subprocess
import sys

import h5py
import numpy as np
from scipy import stats

OWN, OTHERS = 10000, 100000  # resamples
SHAPES = {"normal": lambda rng, n: rng.normal(10.0, 1.0, n), "exponential": lambda rng, n: rng.exponential(1.0, n),
          "lognormal": lambda rng, n: rng.lognormal(0.0, 1.0, n), "left": lambda rng, n: 9.0 - rng.exponential(1.0, n),
          "counts": lambda rng, n: rng.poisson(2.0, n).astype(float)}


def ask(program, file):
    text = subprocess.run([program, "results", file, "makespan", "--mean", "replica", "--intervals", "bca", "--format",
                           "csv"], check=True, capture_output=True, text=True).stdout
    return [row for row in csv.DictReader(io.StringIO(text))][0]


def main():
    program, results, folder = sys.argv[1:]
    worst, apart = 0.0, 0.0
    for number, (name, draw) in enumerate(SHAPES.items()):
        for n in (20, 40, 100):
            file = f"{folder}/{name}-{n}.h5"
            shutil.copy(results, file)
            values = draw(np.random.default_rng(1000 * number + n), n)
            with h5py.File(file, "r+") as opened:
                array = opened["makespan"][()]
                array[:] = np.nan  # what is not defined is left out of a mean
                array[..., :n] = values
                opened["makespan"][...] = array
            own = ask(program, file)
            assert own["makespan_defined"] == str(n), own
            reach = stats.t.isf(0.025, n - 1)
            level = 1 - 2 * stats.norm.sf(reach * np.sqrt(n / (n - 1)))
            other = stats.bootstrap((values,), np.mean, method="BCa", confidence_level=level, n_resamples=OTHERS,
                                    batch=2000, random_state=7)
            resamples = np.sort(other.bootstrap_distribution)
            below = lambda at: (np.mean(resamples < at) + np.mean(resamples <= at)) / 2
            for end, expected, side in (("low", other.confidence_interval.low, -1),
                                        ("high", other.confidence_interval.high, 1)):
                share = below(expected)
                known = np.sqrt(max(share * (1 - share), 1 / OWN) * (1 / OWN + 1 / OTHERS))
                known += 2 * 1.25 * np.sqrt(1 / OWN + 1 / OTHERS) * stats.norm.pdf(stats.norm.ppf(share))
                lattice = np.mean(resamples == expected)  # between two means of counts there is nothing
                off = max(0.0, abs(below(float(own["makespan_" + end])) - share) - lattice) / known
                student = np.mean(values) + side * reach * np.std(values, ddof=1) / np.sqrt(n)
                worst = max(worst, off)
                if name in ("exponential", "lognormal"):
                    apart = max(apart, abs(below(student) - share) / known)
                if off > 4:
                    sys.exit(f"{name}, {n}: {end} is {own['makespan_' + end]}, scipy says {expected}: {off:.2f} times "
                             "what is known of it")
    if apart < 8:
        sys.exit("Student's intervals are as near: the samples show nothing")
    print(f"{3 * len(SHAPES)} samples: ends at most {worst:.2f} times what is known of them from scipy's; Student's "
          f"up to {apart:.1f}")


main()
