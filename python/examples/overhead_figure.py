#!/usr/bin/env python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""What two policies cost as the machine grows: overhead_figure.py [FIGURE [REPLICAS [NODES...]]]"""
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import bulkhead

figure = sys.argv[1] if len(sys.argv) > 1 else "overhead.png"
replicas = int(sys.argv[2]) if len(sys.argv) > 2 else 20
nodes = [int(word) for word in sys.argv[3:]] or [1024, 16384, 131072]

scenario = {
    "scenario": "overhead",
    "platform": {"file": "parametric.yaml", "nodes": nodes[0]},
    "workload": {"work": "24 h", "spares": "0.1 %",
                 "enclaves": [{"name": "simulation", "application": "mpi-bulk-synchronous"}]},
    "checkpoints": {"local": {"interval": "daly"}, "storage": {"interval": "daly"}},
    "policies": [{"system": "native", "policy": "native"}, {"system": "kvm", "policy": "as-host-kernel"},
                 {"system": "kvm", "policy": "protection-first"}],
    "vary": [{"axis": "machine", "unit": "nodes", "set": "platform.nodes", "values": nodes}],
}
results = bulkhead.run(scenario, replicas=replicas)

overhead = 100 * results.net_overhead.sel(enclave="simulation")
mean, spread = overhead.mean("replica"), overhead.std("replica")
for policy in results.policy.values:
    plt.errorbar(nodes, mean.sel(policy=policy), spread.sel(policy=policy), marker="o", capsize=3, label=policy)
plt.xscale("log", base=2)
plt.xlabel("nodes")
plt.ylabel("net overhead [%], mean ± standard deviation")
plt.legend()
plt.savefig(figure, dpi=120)
