# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""What the tests of `bulkhead run` ask of results files, as users of h5py would.

    run.py same FILE FILE         per-policy data is equal, whatever the order of the policies
    run.py differs FILE METRIC FILE   this metric differs somewhere
    run.py equal-policies FILE POLICY POLICY [BUT...]   two policies have equal data, but for the metrics named
    run.py ledger FILE SPARES     parts sum to (nodes + spares) x elapsed
    run.py eval FILE EXPRESSION   a Python expression over f (the file) and np is true; m(NAME, POLICY) is an array
"""
import sys

import h5py
import numpy as np


def policies(f):
    return [name.decode() for name in f["policy"][:]]


def per_policy(f):
    """Names of the arrays whose first axis is the policy."""
    names = []
    f.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) and item.ndim > 0
                 and len(item.dims[0]) > 0 and item.dims[0][0].name == "/policy" else None)
    return names


def data(f, name, policy):
    return f[name][policies(f).index(policy)]


def equal(a, b):
    return np.array_equal(a, b, equal_nan=True) if a.dtype.kind == "f" else np.array_equal(a, b)


def causes(f, policy):
    rows = f["causes"][:]
    rows = rows[rows["policy"] == policies(f).index(policy)]
    return [tuple(row)[1:] for row in rows]


def check_same(a, b):
    assert sorted(policies(a)) == sorted(policies(b))
    assert len(per_policy(a)) > 25 and per_policy(a) == per_policy(b)
    for policy in policies(a):
        for name in per_policy(a):
            assert equal(np.asarray(data(a, name, policy)), np.asarray(data(b, name, policy))), (name, policy)
        assert causes(a, policy) == causes(b, policy), policy


def check_equal_policies(f, left, right, but):
    differing = [name for name in per_policy(f) if not name.startswith(("policy_", "system_"))
                 and not equal(np.asarray(data(f, name, left)), np.asarray(data(f, name, right)))]
    assert sorted(differing) == sorted(but), f"{left} and {right} differ in {sorted(differing)}, expected {sorted(but)}"


def check_ledger(f, spares):
    """Idle spares are booked to the primary enclave, the first."""
    nodes = f.attrs["nodes"]
    if "nodes" in f and f["nodes"].ndim == 1:
        nodes = f["nodes"][:].reshape((1, -1) + (1,) * (f["elapsed"].ndim - 2))
    total = f["node_time"][:].sum(axis=-1)
    expected = np.broadcast_to(nodes * f["elapsed"][:], total.shape).copy()
    expected[..., 0, :] += spares * f["elapsed"][:][..., 0, :]
    assert total.size > 0 and np.all(np.abs(total - expected) <= 1e-9 * expected), (total, expected)
    # Only virtualization can gain time, where a light-weight kernel is faster.
    part = [p.decode() for p in f["part"][:]]
    for i, name in enumerate(part):
        assert name in ("virtualization", "guards") or np.all(f["node_time"][..., i] >= 0), name


def main(command, path, *rest):
    f = h5py.File(path, "r")
    if command == "same":
        check_same(f, h5py.File(rest[0], "r"))
    elif command == "differs":
        assert not equal(f[rest[0]][:], h5py.File(rest[1], "r")[rest[0]][:])
    elif command == "equal-policies":
        check_equal_policies(f, rest[0], rest[1], rest[2:])
    elif command == "ledger":
        check_ledger(f, float(rest[0]))
    elif command == "eval":
        names = {"f": f, "np": np, "m": lambda name, policy: np.asarray(data(f, name, policy)),
                 "part": [p.decode() for p in f["part"][:]], "scope": [s.decode() for s in f["scope"][:]],
                 "boundary": [b.decode() for b in f["boundary"][:]], "causes": lambda policy: causes(f, policy)}
        for expression in rest:
            assert eval(f"({expression})", names), expression
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
