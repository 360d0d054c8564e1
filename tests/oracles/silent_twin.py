# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Silent errors, verifications, kept checkpoints and rollbacks, simulated once more and naively; then `bulkhead run`
beside it.

    silent_twin.py BULKHEAD SCENARIO
"""
import json
import math
import random
import statistics
import subprocess
import sys

WRITE, READ, RELAUNCH = 0.05, 1 / 6, 4 / 60  # hours, as in the scenario
REPLICAS, TWIN_REPLICAS = 400, 4000

# work, interval, verification period (None: before each checkpoint), its cost, recall, latency, kept, returns to one state,
# errors per hour
CASES = [
    (20, 1, None, 0.1, 0.5, 0, 1, 1, 0.1),
    (20, 1, None, 0.1, 0.5, 0, 3, 2, 0.2),
    (20, 1, None, 0.1, 0.9, 1.7, 2, 3, 0.15),
    (20, 1, None, 0.1, 1.0, 2.5, 4, 2, 0.3),
    (20, 1, 0.4, 0.02, 0.6, 0.3, 2, 1, 0.2),
    (20, 1, 3, 0.1, 0.8, 0, 5, 2, 0.2),
]


class Twin:
    """One run, in hours. An error is a list [born, when it is signalled, whether it was found, position passed before,
    when it was found]; its identity
    is the list's. A state is a list [position, errors in it, returns to it with no verification passed since]. By the rule
    `passed` nobody knows which states hold an error."""

    def __init__(self, case, rule, rng):
        self.rule = rule
        self.passed = self.back_position = 0.0
        self.back_at = -math.inf
        (self.work, self.interval, self.period, self.cost, self.recall, self.latency, self.keep, self.returns,
         self.rate) = case
        self.rng = rng
        self.now, self.position = 0.0, 0.0
        self.present, self.kept = [], []  # kept: (position, errors in it)
        self.signals = []                 # errors found and not yet signalled
        self.counts = dict(found=0, rollbacks=0, beginnings=0, delay=0.0)

    def strike(self, hours):
        """Errors during `hours` of computing from now."""
        at = self.rng.expovariate(self.rate)
        while at < hours:
            self.present.append([self.now + at, math.inf, None, 0.0])
            at += self.rng.expovariate(self.rate)

    def hear(self):
        """Signals that are due now. True if the data hold such an error."""
        due = [e for e in self.signals if e[1] <= self.now]
        self.signals = [e for e in self.signals if e[1] > self.now]
        if due and self.rule == "passed":
            return self.give_up(due)
        bad = {id(e) for e in due}
        self.kept = [k for k in self.kept if not any(id(e) in bad for e in k[1])]
        return any(id(e) in bad for e in self.present)

    def give_up(self, due):
        """All that no verification has passed; and what was gone back to so often with none passed since."""
        passed = min(e[3] for e in due)
        self.kept = [k for k in self.kept if k[0] <= passed + 1e-9]
        if self.back_at > max(e[4] for e in due) and self.back_position <= passed + 1e-9:
            return False
        if self.kept and self.kept[-1][2] >= self.returns:
            self.kept.pop()
        return True

    def spend(self, hours, computes=False):
        """Lets time pass; False if a signal ends it."""
        end = self.now + hours
        while True:
            until = min([end] + [e[1] for e in self.signals])
            if computes:
                self.strike(until - self.now)
                self.position += until - self.now
            self.now = until
            if self.signals and self.hear():
                return False
            if until == end:
                return True

    def roll_back(self):
        while True:
            self.counts["rollbacks" if self.kept else "beginnings"] += 1
            self.position, errors, _ = self.kept[-1] if self.kept else (0.0, [], 0)
            self.present = list(errors)
            self.passed = min(self.passed, self.position)
            self.back_at, self.back_position = self.now, self.position
            if self.kept:
                self.kept[-1][2] += 1
            for e in self.present:
                if self.rule == "passed" and e[1] <= self.now:
                    e[1] = math.inf
            if self.spend(READ if self.kept else RELAUNCH):
                return

    def verify(self):
        """False if a signal ended it, or came of it."""
        begun = self.now
        if not self.spend(self.cost):
            return False
        passes = not self.signals
        for e in self.present:
            if e[0] <= begun and e[1] == math.inf and self.rng.random() < self.recall:
                passes = False
                e[1] = self.now + self.latency
                self.signals.append(e)
                self.counts["found"] += e[2] is None
                self.counts["delay"] += self.now - e[0] if e[2] is None else 0.0
                e[2:] = [True, self.passed, self.now]
        if passes:
            self.passed = self.position
            for state in self.kept:
                state[2] = 0
        return not self.hear()

    def stretch(self):
        """Up to the next stop and what is done there. False if a rollback is needed."""
        def after(step):
            return (math.floor(self.position / step + 1e-9) + 1) * step
        checkpoint = after(self.interval)
        stop = min(checkpoint, self.work, after(self.period) if self.period else math.inf)
        if not self.spend(stop - self.position, computes=True):
            return False
        self.position = stop
        is_last = stop >= self.work - 1e-9
        saves = is_last or abs(stop - checkpoint) < 1e-9
        periodic = self.period and abs(stop / self.period - round(stop / self.period)) < 1e-9
        if (is_last or periodic or (saves and not self.period)) and not self.verify():
            return False
        if saves:
            if not self.spend(WRITE):
                return False
            self.kept = (self.kept + [[stop, list(self.present), 0]])[-self.keep:]
        while is_last and any(e[1] < math.inf for e in self.present):
            if not self.spend(min(e[1] for e in self.signals) - self.now):
                return False
        return True

    def run(self):
        while self.position < self.work - 1e-9:
            if not self.stretch():
                self.roll_back()
        return dict(self.counts, makespan=self.now, corrupt=float(len(self.present) > 0))


def simulate(bulkhead, scenario, case, rule):
    work, interval, period, cost, recall, latency, keep, returns, rate = case
    every = f"{period} h" if period else "checkpoint"
    settings = {
        "workload.work": f"{work} h", "checkpoints.local.interval": f"{interval} h", "checkpoints.local.keep": keep,
        "workload.enclaves.0.verification": f"{{every: {every}, cost: {cost} h, recall: {recall}, latency: {latency} h, "
        f"returns-to: {rule}{f', returns: {returns}' if rule == 'passed' else ''}}}",
        "models.applications.mpi-bulk-synchronous.fault-rate": f"{rate / 16} 1/h",
    }
    command = [bulkhead, "run", scenario, "--quiet", "--json", "--replicas", str(REPLICAS)]
    for path, value in settings.items():
        command += ["--set", f"{path}={value}"]
    policy = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["policies"][0]
    silent = policy["silent"]

    def pair(estimate, scale=1.0):
        # A 95 % interval by Student's t with 399 degrees of freedom is 1.966 standard errors wide to each side.
        low, high = estimate["ci95"]
        return estimate["mean"] * scale, (high - low) / 2 / 1.966 * scale
    assert policy["unfinished"] == 0 and silent["found"]["mean"] > 0.5, "nothing was found"
    wrong = silent["wrong_results"]["mean"]
    return {"makespan": pair(policy["makespan"], 1 / 3600), "found": pair(silent["found"]),
            "rollbacks": pair(silent["rollbacks"]), "beginnings": pair(silent["beginnings"]),
            "corrupt": (wrong, math.sqrt(max(wrong * (1 - wrong), 1 / REPLICAS) / REPLICAS))}


def main(bulkhead, scenario):
    # Joint level 1e-4 over all comparisons, each two-sided: 5 numbers of 6 cases by two rules.
    limit = statistics.NormalDist().inv_cdf(1 - 1e-4 / 2 / (10 * len(CASES)))
    failed = False
    for number, (case, rule) in enumerate((case, rule) for case in CASES for rule in ("passed", "older-than-error")):
        seen = simulate(bulkhead, scenario, case, rule)
        rng = random.Random(number)
        runs = [Twin(case, rule, rng).run() for _ in range(TWIN_REPLICAS)]
        for name, (mean, error) in seen.items():
            values = [r[name] for r in runs]
            expected = statistics.fmean(values)
            total = math.hypot(error, statistics.stdev(values) / math.sqrt(len(values)))
            z = (mean - expected) / total if total > 0 else 0.0 if mean == expected else math.inf
            verdict = "" if abs(z) < limit else "  DIFFERS"
            failed = failed or verdict != ""
            print(f"case {number} {rule} {name:10} run {mean:9.4f}  twin (seed {number}) {expected:9.4f}  z {z:+.2f}{verdict}")
    sys.exit(failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
