# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Nodes in repair and spares in use against closed forms of alternating renewal.

    renewal_check.py renewal FILE KIND    results of tests/data/scenarios/renewal.yaml with repair times of this kind
    renewal_check.py waits FILE           the same with a bulk-synchronous application and exponential repair times

A node is up for an exponential time with mean u and in repair for a time with mean d and second moment e, whatever stands in
for it; so of n nodes, spares included, a binomial number is in repair, with the probability U = d/(u + d).
"""
import sys

import h5py
import numpy as np

UP, DOWN, HORIZON = 20 * 3600.0, 5 * 3600.0, 400 * 86400.0
SECOND = {"constant": 1.0, "exponential": 2.0, "lognormal": np.exp(1.4**2)}  # of d^2
# The correlation of constant repair times goes below 0 (exp(-d/u) is less than the share up), and spares in use follow its
# absolute value. That adds less than a tenth to the integral.
NEGATIVE = {"constant": 1.1, "exponential": 1.0, "lognormal": 1.0}


def binomial(n, p):
    """Probabilities of 0 to n."""
    log = np.cumsum(np.log([(n - k) / (k + 1.0) * p / (1 - p) for k in range(n)]))
    weights = np.concatenate([[1.0], np.exp(log)])
    return weights / weights.sum()


def check_renewal(path, kind):
    f = h5py.File(path, "r")
    spares, places, replicas = 12, 48, f["replica"].size
    n, total = spares + places, HORIZON * replicas
    share = DOWN / (UP + DOWN)
    # Takacs: the variance of the time down of one node grows as (s_d^2 u^2 + s_u^2 d^2)/(u + d)^3 per unit of time.
    variance = UP**2 * DOWN**2 * (SECOND[kind] - 1 + 1) / (UP + DOWN)**3
    error = np.sqrt(n * variance / total)
    # All nodes begin up: that takes U (1 - U) e/(2d) off the time down of each, by the key renewal theorem.
    start = n * share * (1 - share) * SECOND[kind] * DOWN / 2 / HORIZON
    p, k = binomial(n, share), np.arange(n + 1)

    def expect(name, function, level=4.5):
        """A function of the number in repair. Correlations of f(R(0)) and f(R(t)) are at most those of R, in absolute
        value, since by Krawtchouk's polynomials they are a mixture of their powers: so is the variance of the mean."""
        value = function(k)
        mean = (p * value).sum()
        spread = (p * (value - mean)**2).sum() / (n * share * (1 - share))
        begun = start * abs(np.polyfit(k, value, 1, w=np.sqrt(p))[0])  # to first order in how far it is from steady state
        seen = f[name][0].mean()
        allowed = level * error * np.sqrt(spread * NEGATIVE[kind]) + (0 if name == "nodes_in_repair" else begun)
        expected = mean - (start if name == "nodes_in_repair" else 0)
        print(f"{kind} {name}: {seen:.5g}, expected {expected:.5g} +- {allowed:.2g}")
        assert abs(seen - expected) < allowed, name

    lost = f["faults"][0] - f["struck_while_down"][0]
    print(f"{kind}: {lost.sum():.0f} nodes lost, seed {f.attrs['seed']}")
    assert abs(lost.sum() - n * total / (UP + DOWN)) < 0.05 * n * total / (UP + DOWN)
    # Jointly: 3 kinds of 4 numbers, each beyond 4.5 standard errors once in 150,000.
    expect("nodes_in_repair", lambda r: r)
    expect("spares_in_use", lambda r: np.minimum(r, spares))
    expect("nodes_missing", lambda r: np.maximum(r - spares, 0))
    expect("spares_exhausted", lambda r: r >= spares)
    # Who is in repair is either replaced or missing.
    assert np.allclose(f["nodes_in_repair"][:], f["spares_in_use"][:] + f["nodes_missing"][:], rtol=1e-12)
    # A loss-tolerant service waits for exactly the places that have no node, but for milliseconds of activation.
    part = [name.decode() for name in f["part"][:]].index("repair-and-spare-wait")
    waited = f["node_time"][0, 0, :, part] / HORIZON
    assert np.allclose(waited, f["nodes_missing"][0], rtol=1e-4) and waited.min() > 0.5


def check_waits(path):
    f = h5py.File(path, "r")
    n, share, exceeds = 60, DOWN / (UP + DOWN), np.arange(61) > 12
    p = binomial(n, share)
    expected = p[exceeds].sum()
    part = [name.decode() for name in f["part"][:]].index("repair-and-spare-wait")
    waited = f["node_time"][0, 0, :, part] / 48 / f["elapsed"][0, 0]
    # With exponential times R is correlated as exp(-t (1/u + 1/d)), and functions of it no more: twice the integral, over
    # the time, is what a variance is divided by at least. From all up to steady state takes some u d/(u + d), too.
    memory = UP * DOWN / (UP + DOWN)
    allowed = 4.5 * np.sqrt(expected * (1 - expected) * 2 * memory / (HORIZON * waited.size)) + 5 * memory / HORIZON
    print(f"waits {waited.mean():.5g} of the time, expected {expected:.5g} +- {allowed:.2g}, seed {f.attrs['seed']}")
    assert abs(waited.mean() - expected) < allowed and f["interruptions"][0, 0].min() > 1000


if __name__ == "__main__":
    {"renewal": check_renewal, "waits": check_waits}[sys.argv[1]](*sys.argv[2:])
