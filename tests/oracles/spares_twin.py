# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Spares that stand in for nodes, by a naive twin that plays one history second by second of what happens, and by Erlang's
loss formula. Shares no code with the simulator.

    spares_twin.py script SEED         the script of tests/data/scenarios/crashes.yaml: strikes at random
    spares_twin.py compare FILE SEED SPARES USES    results of that, with so many spares for `node-loss` or `crash`
    spares_twin.py erlang FILE         many nodes that crash, three spares: crashes.yaml as test_spares.bats sets it
    spares_twin.py alternate FILE      as many spares as are ever needed: each node is up, or reboots
"""
import random
import sys

import h5py
import numpy as np

SLOTS, HORIZON = 6, 40 * 3600.0
DETECTION, REBOOT, ACTIVATION, RESTART, REPAIR = 7.0, 1200.0, 90.0, 11.0, 10800.0


def strikes(seed):
    """Time, slot and kind: now and then one shortly after another, so that what is down is struck too."""
    draw, now, found = random.Random(seed), 0.0, []
    while True:
        now += draw.expovariate(1 / 1500.0) if draw.random() < 0.7 else draw.uniform(1, 120)
        if now > HORIZON - 1:
            return found
        found.append((round(now, 3), draw.randrange(SLOTS), "crash" if draw.random() < 0.75 else "lost"))


def print_script(seed):
    print("script:")
    for time, slot, kind in strikes(seed):
        print(f"  - {{at: {time} s, node: {slot}, fault: {kind}}}")


class Twin:
    """Where each slot stands: the time at which its node is up, or None while it waits for one; and who is away."""

    def __init__(self, spares, serves_crashes):
        self.idle, self.serves = spares, serves_crashes and ACTIVATION < REBOOT
        self.up = [0.0] * SLOTS
        self.waiting, self.away = [], []  # slots in order; (time, kind) of those that come back
        self.down = [[] for _ in range(SLOTS)]  # [from, to] of the part on a slot; to: None while that is not known
        self.gone = self.while_down = self.now = 0
        self.total = {"in_repair": 0.0, "rebooting": 0.0, "in_use": 0.0, "missing": 0.0, "exhausted": 0.0}
        self.spares = spares

    def pass_until(self, time):
        """To a time, through all that comes back before."""
        while self.away and min(self.away)[0] <= time:
            first = min(self.away)
            self.count(first[0])
            self.away.remove(first)
            if not self.waiting:
                self.idle += 1
                continue
            slot = self.waiting.pop(0)
            self.up[slot] = first[0] + ACTIVATION
            self.down[slot][-1][1] = self.up[slot] + RESTART
        self.count(time)

    def count(self, time):
        passed, self.now = time - self.now, time
        self.total["in_repair"] += passed * sum(kind == "repair" for _, kind in self.away)
        self.total["rebooting"] += passed * sum(kind == "reboot" for _, kind in self.away)
        self.total["in_use"] += passed * (self.spares - self.idle)
        self.total["missing"] += passed * len(self.waiting)
        self.total["exhausted"] += passed * (self.idle == 0)

    def strike(self, slot, kind):
        if self.up[slot] is None:
            self.gone += 1
            return
        if self.now < self.up[slot]:
            self.while_down += 1
            return
        if kind == "lost":
            self.away.append((self.now + REPAIR, "repair"))
            ready = self.now + DETECTION + ACTIVATION if self.idle else None
        elif self.serves and self.idle:
            self.away.append((self.now + DETECTION + REBOOT, "reboot"))
            ready = self.now + DETECTION + ACTIVATION
        else:
            self.up[slot] = self.now + DETECTION + REBOOT
            self.down[slot].append([self.now, self.up[slot] + RESTART])
            return
        self.up[slot] = ready
        self.down[slot].append([self.now, None if ready is None else ready + RESTART])
        if ready is None:
            self.waiting.append(slot)
        else:
            self.idle -= 1

    def down_s(self):
        """Seconds in which a slot's part does not serve, summed over slots: outages may meet."""
        total = 0.0
        for outages in self.down:
            last = 0.0
            for begin, end in outages:
                end = HORIZON if end is None else min(end, HORIZON)
                total += max(0.0, end - max(begin, last))
                last = max(last, end)
        return total


def compare(path, seed, spares, uses):
    twin = Twin(spares, uses == "crash")
    for time, slot, kind in strikes(seed):
        twin.pass_until(time)
        twin.strike(slot, kind)
    twin.pass_until(HORIZON)
    f = h5py.File(path, "r")
    parts = [name.decode() for name in f["part"][:]]
    useful = ["compute", "virtualization", "guards", "noise", "idle-spares"]
    times = dict(zip(parts, f["node_time"][0, 0, 0]))
    assert all(name in parts for name in ("compute", "idle-spares", "repair-and-spare-wait")) and f["elapsed"][0, 0, 0] == HORIZON
    seen = {"down": sum(time for name, time in times.items() if name not in useful),
            "struck_gone": f["struck_gone"][0, 0], "struck_while_down": f["struck_while_down"][0, 0]}
    expected = {"down": twin.down_s(), "struck_gone": twin.gone, "struck_while_down": twin.while_down}
    for name, metric in (("in_repair", "nodes_in_repair"), ("rebooting", "nodes_rebooting"), ("in_use", "spares_in_use"),
                         ("missing", "nodes_missing"), ("exhausted", "spares_exhausted")):
        seen[name], expected[name] = f[metric][0, 0], twin.total[name] / HORIZON
    for name, value in expected.items():
        # Sums of the same times, but for 0.5 ns to read a byte.
        assert abs(seen[name] - value) <= 1e-9 * max(1.0, abs(value)), f"{name}: {seen[name]}, expected {value}"
    assert len(strikes(seed)) > 60 and seen["down"] > 0


def check_conserved(f):
    away = f["nodes_in_repair"][:] + f["nodes_rebooting"][:]
    assert np.allclose(away, f["spares_in_use"][:] + f["nodes_missing"][:], rtol=1e-12)


def check_erlang(path):
    """A crash that finds all k spares away waits for its own reboot; others take one away for D. So spares away are the
    customers of k servers without a queue, M/D/k/k: B by Erlang, whatever the distribution of D. Nodes of 4,000 that are
    down do not crash, and idle spares do: to first order less than (A + k)/4000 of the rate, 0.2 %."""
    f = h5py.File(path, "r")
    nodes, k, mean_s, away_s, horizon_s = 4000, 3, 4000 * 600.0, DETECTION + REBOOT, 300 * 86400.0
    load = nodes * away_s / mean_s
    blocked = 1.0
    for i in range(1, k + 1):
        blocked = load * blocked / (i + load * blocked)
    total_s = horizon_s * f["spares_exhausted"][0].size
    # The indicator's correlation is over within D, and never above its variance: 2 D / total of it.
    error = np.sqrt(blocked * (1 - blocked) * 2 * away_s / total_s)
    carried = load * (1 - blocked)
    slope = 0.004 * load * (1 - blocked)
    seen, rebooting = f["spares_exhausted"][0].mean(), f["nodes_rebooting"][0].mean()
    print(f"exhausted {seen:.5f}, Erlang's B {blocked:.5f} +- {4.5 * error:.5f}; rebooting {rebooting:.4f}, expected {carried:.4f}")
    assert abs(seen - blocked) < 4.5 * error + 0.004 * blocked
    # Number of customers: variance at most the load.
    assert abs(rebooting - carried) < 4.5 * np.sqrt(load * 2 * away_s / total_s) + slope
    # Those that are blocked wait D less detection in place, others for an activation: by PASTA the share is B, too.
    parts = [name.decode() for name in f["part"][:]]
    in_place = f["node_time"][0, 0, :, parts.index("restart")].sum() - RESTART * f["interruptions"][0, 0].sum()
    replaced = f["node_time"][0, 0, :, parts.index("repair-and-spare-wait")].sum()
    share = (in_place / REBOOT) / (in_place / REBOOT + replaced / ACTIVATION)
    print(f"share of crashes that reboot in their place {share:.5f}, of {f['interruptions'][0, 0].sum():.0f}")
    assert np.all(f["elapsed"][:] == horizon_s)
    assert abs(share - blocked) < 4.5 * error + 0.004 * blocked and f["interruptions"][0, 0].sum() > 10000
    check_conserved(f)


def check_alternate(path):
    """Each of n nodes, idle spares too, is up for an exponential time of mean u and reboots for D: n D/(u + D) reboot on average,
    out of their place as long as spares never end. All begin up, which takes n U (1 - U) D/2 off the whole time (the key
    renewal theorem)."""
    f = h5py.File(path, "r")
    nodes, up_s, away_s, horizon_s = 2 + 8, 36000.0, DETECTION + REBOOT, 400 * 86400.0
    share = away_s / (up_s + away_s)
    expected = nodes * share - nodes * share * (1 - share) * away_s / 2 / horizon_s
    error = np.sqrt(nodes * up_s**2 * away_s**2 / (up_s + away_s)**3 / (horizon_s * f["nodes_rebooting"][0].size))
    seen = f["nodes_rebooting"][0].mean()
    print(f"rebooting {seen:.5f}, expected {expected:.5f} +- {4.5 * error:.5f}")
    assert abs(seen - expected) < 4.5 * error and np.all(f["spares_exhausted"][0] == 0)
    check_conserved(f)


if __name__ == "__main__":
    if sys.argv[1] == "script":
        print_script(int(sys.argv[2]))
    elif sys.argv[1] == "compare":
        compare(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    else:
        {"erlang": check_erlang, "alternate": check_alternate}[sys.argv[1]](sys.argv[2])
