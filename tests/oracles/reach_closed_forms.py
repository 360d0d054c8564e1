#!/usr/bin/env python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""How many of n composed enclaves one error takes down, in closed form, against what `bulkhead run` counted.

Each enclave is a process; an error in one lives an exponential time, takes it down at its end, and tries each partner once,
at the rate at which it would come first with p alone. So partners of one enclave are not independent: they share the
time that the error lives there. An enclave is taken down once at most.

  reach_closed_forms.py scenario GRAPH N P ERRORS     writes a scenario: an error in e0 every hour
  reach_closed_forms.py compare GRAPH N P ERRORS FILE compares the mean, within 4 standard errors
"""
import sys
from math import comb, inf


def edges(graph, n):
    if graph == "star":
        return [(0, i) for i in range(1, n)]
    if graph == "complete":
        return [(i, j) for i in range(n) for j in range(i + 1, n)]
    return [(i, (i + 1) % n) for i in range(n if n > 2 else 1)]


def share_of_both(p):
    """P(two partners are reached before the error ends): 1 - 2 E e^(-cT) + E e^(-2cT), T exponential of rate 1."""
    c = p / (1 - p) if p < 1 else inf
    return 1 - 2 / (1 + c) + 1 / (1 + 2 * c)


def of_ring(n, p):
    if n == 2:
        return 1 + p
    both, mean, rest = share_of_both(p), 0.0, 1.0
    for k in range(n - 1):  # so many on one side and the other, and some left between
        if k == 0:
            share = 1 - 2 * p + both
        else:
            share = 2 * (p - both) * p ** (k - 1) * (1 - p) + (k - 1) * both * p ** (k - 2) * (1 - p) ** 2 * (k > 1)
        mean, rest = mean + k * share, rest - share
    return 1 + mean + (n - 1) * rest


def of_complete(n, p):
    """Ball's triangular equations of an epidemic among n - 1 susceptibles, its infectious periods exponential."""
    if p >= 1:
        return n
    c, s, shares = p / (1 - p), n - 1, []
    for j in range(s + 1):
        phi = 1 / (1 + (s - j) * c)
        known = sum(comb(s - k, j - k) * shares[k] / phi ** (k + 1) for k in range(j))
        shares.append((comb(s, j) - known) * phi ** (j + 1))
    return 1 + sum(k * share for k, share in enumerate(shares))


def expected(graph, n, p):
    return {"star": lambda: 1 + (n - 1) * p, "ring": lambda: of_ring(n, p), "complete": lambda: of_complete(n, p)}[graph]()


def scenario(graph, n, p, errors):
    print("scenario: reach\ntitle: One error among composed enclaves")
    print(f"platform: {{file: testbed.xml, nodes: {n}}}")
    print(f"workload:\n  work: {errors + 1} h\n  horizon: {errors + 1} h\n  enclaves:")
    for e in range(n):
        print(f"    - {{name: e{e}, application: mpi-bulk-synchronous, nodes: 1}}")
    print("compositions:")
    for i, j in edges(graph, n):
        print(f"  - {{name: w{i}-{j}, between: [e{i}, e{j}], over: network, when: always, coupling: loose}}")
    print("costs: no\npolicies: [{system: native, policy: native}]\nfaults: none\nscript:")
    for hour in range(1, errors + 1):
        print(f"  - {{at: {hour} h, node: 0, zone: host-user, enclave: e0, kind: data, ending: signalled}}")
    print("models:")
    for key, value in {"masked": 0, "signalled": 1, "silent": 0, "hang": 0, "lifetime": "60 s"}.items():
        print(f"  zones.guest-user.data.{key}: {value}")
    print(f"  channels.message.probability: {p}\n  channels.system-call.probability: 0")
    print("  channels.kernel-to-process.probability: 0\nreplicas: 12\nseed: 5")


def compare(graph, n, p, errors, name):
    import h5py
    import numpy as np
    with h5py.File(name) as file:
        failures = file["interruptions"][0].sum(axis=0)
    mean, error = failures.mean() / errors, failures.std(ddof=1) / errors / np.sqrt(len(failures))
    wanted = expected(graph, n, p)
    print(f"{graph} of {n}, p {p}: {mean:.4f} +- {error:.4f}, expected {wanted:.4f}")
    # A deviation of 4 standard errors of 12 replicas has 0.2 %; where all is certain none is allowed.
    return abs(mean - wanted) <= 4 * error + 1e-9


def main():
    graph, n, p, errors = sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    if sys.argv[1] == "scenario":
        scenario(graph, n, p, errors)
        return 0
    return 0 if compare(graph, n, p, errors, sys.argv[6]) else 1


if __name__ == "__main__":
    sys.exit(main())
