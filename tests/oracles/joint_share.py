#!/usr/bin/env python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether checkpoints of enclaves whose nodes have less bandwidth than storage takes last as long as by hand.

    joint_share.py BULKHEAD COUNT [FIRST]

Case i is made of the number i alone: up to four enclaves on 1 to 4 nodes each, some of them on another's nodes, that begin at
different times and write one checkpoint each. By hand they move at max-min rates, by nodes, none above what its nodes move,
which those on the same nodes share. Times must be equal within 1e-6 of themselves by either engine.
"""
import os
import random
import subprocess
import sys
import tempfile

import h5py
import numpy

BYTES = 50e9  # per node

MACHINE = """<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="machine" routing="Full">
    <cluster id="nodes" prefix="node-" suffix="" radical="0-{last}" speed="1Gf" bw="{own}MBps" lat="1us"/>
    <zone id="server" routing="Full">
      <host id="file-server" speed="1Gf">
        <disk id="disk" read_bw="500MBps" write_bw="500MBps"/>
        <prop id="bulkhead:role" value="storage"/>
      </host>
    </zone>
    <link id="server-link" bandwidth="{link}MBps" latency="1us"/>
    <zoneRoute src="nodes" dst="server" gw_src="node-nodes_router" gw_dst="file-server"><link_ctn id="server-link"/></zoneRoute>
  </zone>
</platform>
"""

SCENARIO = """scenario: joint
platform: {{file: machine.xml, nodes: {nodes}}}
workload:
  work: 90 min
  enclaves:
{enclaves}
checkpoints: {{storage: {{interval: 1 h}}}}
costs: no
policies: [{{system: native, policy: native, name: native}}]
faults: none
models: {{applications.mpi-bulk-synchronous.checkpoint-bytes: 50 GB}}
replicas: 1
seed: 1
"""


class Enclave:
    def __init__(self, host, nodes, start):
        self.host, self.nodes, self.start = host, nodes, start
        self.left, self.end = nodes * BYTES, None


def rates(active, own, storage):
    """Max-min by nodes: whoever is limited by its own nodes leaves the rest to the others."""
    limit = {e: own * e.nodes / sum(o.host == e.host for o in active) for e in active}
    rate, free = {}, list(active)
    while free:
        share = (storage - sum(rate.values())) / sum(e.nodes for e in free)
        bound = [e for e in free if limit[e] < share * e.nodes]
        for e in bound or free:
            rate[e] = min(limit[e], share * e.nodes)
        free = [e for e in free if e not in rate]
    return rate


def play(enclaves, own, storage):
    now = 0.0
    while any(e.end is None for e in enclaves):
        active = [e for e in enclaves if e.start <= now and e.end is None]
        rate = rates(active, own, storage)
        step = min([e.left / rate[e] for e in active] + [e.start - now for e in enclaves if e.start > now])
        for e in active:
            e.left -= rate[e] * step
        now += step
        for e in active:
            if e.left < 1e-6 * BYTES:
                e.end = now
    return [e.end - e.start for e in enclaves]


def make(number):
    draw = random.Random(number)
    own, link = draw.choice([60, 120, 200, 260]), draw.choice([400, 10000])
    enclaves, lines = [], []
    for i in range(draw.randint(2, 4)):
        start = float(draw.randint(0, 400))
        hosts = [e for e in enclaves if e.host is e]
        where = draw.choice(hosts) if len(hosts) > 1 and draw.random() < 0.5 else None
        enclave = Enclave(where, where.nodes if where else draw.randint(1, 4), start)
        enclave.host = where or enclave
        enclaves.append(enclave)
        place = f"shares-with: e{enclaves.index(where)}" if where else f"nodes: {enclave.nodes}"
        lines.append(f"    - {{name: e{i}, application: mpi-bulk-synchronous, start: {start} s, {place}}}")
    nodes = sum(e.nodes for e in enclaves if e.host is e)
    return (MACHINE.format(last=nodes - 1, own=own, link=link), SCENARIO.format(nodes=nodes, enclaves="\n".join(lines)),
            enclaves, own * 1e6, min(link, 500) * 1e6)


def main():
    bulkhead, count = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    wrong = apart = 0
    for number in range(first, first + count):
        machine, scenario, enclaves, own, storage = make(number)
        expected = numpy.array(play(enclaves, own, storage))
        apart += any(own * e.nodes < storage for e in enclaves)
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("machine.xml", machine), ("scenario.yaml", scenario)):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            for engine in ("calendar", "simgrid"):
                subprocess.run([bulkhead, "run", "scenario.yaml", "-q", "--engine", engine, "-o", "results.h5"], cwd=folder,
                               check=True, stdout=subprocess.DEVNULL)
                with h5py.File(os.path.join(folder, "results.h5")) as file:
                    part = [name.decode() for name in file["part"]].index("checkpoint")
                    found = file["node_time"][0, :, 0, part] / [e.nodes for e in enclaves]
                os.remove(os.path.join(folder, "results.h5"))
                if not numpy.allclose(found, expected, rtol=1e-6):
                    wrong += 1
                    print(f"case {number}, {engine}: {found}, by hand {expected}\n{scenario}")
    print(f"{count} cases, in {apart} of which nodes have less bandwidth than storage: {wrong} differ")
    sys.exit(1 if wrong or not apart else 0)


if __name__ == "__main__":
    main()
