# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""A loss-tolerant service in the twin: a part per node, each of which fails and comes back alone."""
import math

from job import ENCLAVE, SCOPES, Job


class Service(Job):
    def __init__(self, replica, number):
        super().__init__(replica, number)
        self.served, self.since = 0.0, 0.0
        self.out, self.held, self.epochs = {p: False for p in self.places}, {p: 0 for p in self.places}, {p: 0 for p in self.places}
        self.phase, self.detected, self.epoch = {}, {}, 0
        needed = self.enclave.get("parts-needed", 1)
        self.needed = needed if isinstance(needed, int) else math.ceil(needed * len(self.places) - 1e-9)

    def start(self):
        self.state = "runs"
        self.look_ahead()

    def serving(self):
        """How many parts work."""
        left = [p for p in self.places if not self.out[p]]
        return sum(1 for p in left if not self.held[p]) if self.state == "runs" and len(left) >= self.needed else 0

    def catch_up(self):
        passed_s = self.replica.now - self.since
        self.served += self.serving() * passed_s
        self.out_s += (len(self.places) - self.serving()) * passed_s
        self.since = self.replica.now

    def look_ahead(self):
        """Expects the end at the present pace."""
        self.epoch += 1
        if self.serving():
            left = self.work * len(self.places) - self.served
            self.replica.after(max(0.0, left) / self.serving(), self.ends, self.epoch)

    def ends(self, epoch):
        if epoch == self.epoch:
            self.catch_up()
            self.done()

    def runs(self, place):
        return self.state == "runs" and not self.out[place]

    def hold(self, place, change):
        if self.state == "runs":
            self.catch_up()
            self.held[place] += change
            self.look_ahead()

    def fails(self, error, place, scope):
        """Whether it is lost as a whole: once it has fewer parts than it needs."""
        if self.state != "runs":
            return False
        self.catch_up()
        before = sum(1 for p in self.places if not self.out[p])
        hit = self.places if scope in ("enclave", "system") else [place]
        self.counts["interruptions"] += before >= self.needed and any(not self.out[p] for p in hit)
        for p in hit:
            self.out[p], self.phase[p] = True, "waiting"
            self.epochs[p] += 1
            self.clear_processes([p])
            self.detected[p] = self.replica.now + self.replica.world.detection
            self.look_again(self.replica.world.detection, p)
        error.acting.felled.add(self.number)
        after = sum(1 for p in self.places if not self.out[p])
        self.look_ahead()
        is_lost = scope in ("enclave", "system") or after < self.needed <= before
        error.application = max(error.application, ENCLAVE if is_lost else SCOPES.index(scope))
        return is_lost

    def later(self, place, delay, action):
        epoch = self.epochs[place]
        self.replica.after(delay, lambda: action(place) if self.epochs[place] == epoch and self.state == "runs" else None)

    def look_again(self, delay, place):
        if place in self.places and self.out[place] and self.phase[place] == "waiting":
            self.later(place, delay, self.relaunch_if_up)

    def relaunch_if_up(self, place):
        if self.phase[place] != "waiting":
            return
        ready = max(self.detected[place], self.all_up_at([place]))
        if ready <= self.replica.now + 1e-9:
            self.phase[place] = "relaunch"
            self.later(place, self.replica.world.relaunch + self.reload(), self.part_is_back)
        elif ready < math.inf:
            self.look_again(ready - self.replica.now, place)

    def reload(self):
        world = self.replica.world
        for name, _, _, read, _ in world.levels:
            if name == "local":
                return read
        return (world.number(f"applications.{self.enclave['application']}.checkpoint-bytes")
                / world.number("recovery.local-bandwidth"))

    def part_is_back(self, place):
        self.catch_up()
        self.out[place] = False
        self.look_ahead()

    def results(self):
        if self.state == "runs":
            self.catch_up()
        return super().results()

    def loses_memory(self):
        pass

    def loses_disk(self, place):
        pass
