# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""What an enclave does in the twin: a bulk-synchronous application computes, verifies, writes, fails and comes back."""
import math

from world import quantity

SCOPES = ["none", "process", "guest", "node", "enclave", "composition", "system"]
ENCLAVE = SCOPES.index("enclave")


class State:
    """A checkpoint: where in the work, and the copies of it that are left, by level."""

    def __init__(self, position):
        self.position, self.returned, self.copies = position, 0, {}


class Content:
    """What a checkpoint holds on one level: live errors, silent ones, and the places lost since."""

    def __init__(self, live, silent):
        self.live, self.silent, self.lost = live, silent, set()

    def holds(self, error):
        return any(e is error for e, _, _, _ in self.live)


class Generation:
    """What is true of an error until a restart brings it back; copies that no restart touches remain of theirs."""

    def __init__(self):
        self.used, self.left, self.taken, self.felled = set(), set(), set(), set()


class Job:
    """What both kinds of applications share."""

    def __init__(self, replica, number):
        world, self.replica, self.number = replica.world, replica, number
        self.enclave = world.enclaves[number]
        self.places = next(p.places for p in world.partitions if number in p.enclaves)
        self.work = quantity(self.enclave["work"]) if "work" in self.enclave else world.work
        self.out_s, self.doing, self.since_s = 0.0, "before", 0.0
        self.silent, self.end = set(), None
        self.counts = {name: 0 for name in ("interruptions", "verifications", "silent_found", "silent_rollbacks",
                                            "silent_beginnings")}

    @property
    def state(self):
        return self.doing

    @state.setter
    def state(self, doing):
        """Remembers for how many node-seconds it was out, or held up."""
        self.out_s += len(self.places) * (self.replica.now - self.since_s) if self.doing in ("out", "wait") else 0.0
        self.doing, self.since_s = doing, self.replica.now

    def takes_wrong_data(self, error, place):
        self.silent.add(error)

    def clear_processes(self, places):
        """What was live in its processes there ends with them."""
        self.replica.clear(lambda c: c.zone.enclave == self.number and c.zone.holds_application and c.place in places)

    def done(self):
        self.state, self.end = "done", self.replica.now
        self.clear_processes(self.places)

    def all_up_at(self, places):
        """When the hosts and its guests there are up."""
        return max(self.replica.down_until[p][z.number] for p in places for z in self.replica.zones(p)
                   if z.enclave in (None, self.number))

    def results(self):
        self.state = self.doing
        silent = self.silent if self.state == "done" else set()
        for error in silent:
            if error.matters is None:
                error.matters = self.replica.random.random() < self.replica.world.number("errors.matters")
        elapsed = self.end if self.end is not None else self.replica.now
        return {"elapsed": elapsed, "finished": int(self.state == "done"), "wrong_data": int(bool(silent)),
                "sdc": int(any(e.matters for e in silent)), "out": self.out_s, **self.counts}


class BulkSynchronous(Job):
    """Computes in step, and loses all with any process."""

    def __init__(self, replica, number):
        super().__init__(replica, number)
        world = replica.world
        self.levels = world.levels
        self.every = [max(1, round(level[1] / world.levels[0][1])) for level in world.levels]
        self.verification = self.enclave.get("verification", "none")
        self.epoch, self.held, self.position = 0, 0, 0.0
        self.states, self.todo = [], []
        self.tried = {}  # errors brought back, and where in the work, since it last went back to a state without them
        self.passed, self.returns, self.awaited = 0.0, [], 0

    # What others ask

    def runs(self, place):
        return self.state in ("compute", "write", "verify", "wait")

    def hold(self, place, change):
        """A hang begins (+1) or ends (-1) that holds it up."""
        was, self.held = self.held, self.held + change
        if self.state in ("compute", "write", "verify") and not was and self.held:
            self.stop()
            self.state = "wait"
        elif self.state == "wait" and was and not self.held:
            self.go_on()

    # Running

    def start(self):
        self.go_on()

    def later(self, delay, action, *arguments):
        epoch = self.epoch
        self.replica.after(delay, lambda: action(*arguments) if self.epoch == epoch else None)

    def stop(self):
        """Breaks off what is under way; computing done so far stays."""
        self.epoch += 1
        if self.state == "compute":
            self.position += self.replica.now - self.since

    def go_on(self):
        """The next thing to do at this position."""
        self.epoch += 1
        if self.held:
            self.state = "wait"
        elif self.must_verify():
            self.state = "verify"
            self.later(self.verify_cost(), self.verified, set(self.silent))
        elif self.todo:
            self.state = "write"
            self.later(self.levels[self.todo[0]][2], self.written)
        elif self.position >= self.work * (1 - 1e-12):
            self.finish()
        else:
            self.state, self.since = "compute", self.replica.now
            self.aim = self.next_stop()
            self.later(self.aim - self.position, self.arrives)

    def next_stop(self):
        stops = [self.work]
        if self.levels:
            stops.append(self.next_multiple(self.levels[0][1]))
        if self.verification != "none" and self.verification["every"] != "checkpoint":
            stops.append(self.next_multiple(quantity(self.verification["every"])))
        return min(stops)

    def next_multiple(self, interval):
        return interval * (math.floor(self.position / interval + 1e-9) + 1)

    def at_multiple(self, interval):
        return abs(self.position - interval * round(self.position / interval)) < 1e-6 and self.position > 0

    def arrives(self):
        self.position, self.checked = self.aim, False
        at_end = self.position >= self.work * (1 - 1e-12)
        if self.levels and not at_end and self.at_multiple(self.levels[0][1]):
            self.todo = self.due()
        self.state = "arrived"
        self.go_on()

    def due(self):
        count = round(self.position / self.levels[0][1])
        return [i for i in range(len(self.levels)) if count % self.every[i] == 0]

    def written(self):
        level, state = self.todo[0], self.state_here()
        state.copies[level] = Content(self.live_copies(), set(self.silent))
        held = [s for s in self.states if level in s.copies]
        for old in held[:-self.levels[level][4]]:
            self.forget(old, level)
        self.todo = self.todo[1:]
        self.state = "written"
        self.go_on()

    def state_here(self):
        if not self.states or self.states[-1].position < self.position - 1e-6:
            self.states.append(State(self.position))
        return self.states[-1]

    def live_copies(self):
        return [(e, c.place, c.zone, c.kind) for e in self.replica.errors for c in e.copies
                if c.zone.enclave == self.number and c.zone.holds_application]

    def finish(self):
        if self.awaited:
            self.state = "wait"
            return
        self.done()

    # Silent errors

    def must_verify(self):
        if self.verification == "none" or self.checked:
            return False
        at_end = self.position >= self.work * (1 - 1e-12)
        every = self.verification["every"]
        return at_end or (bool(self.todo) if every == "checkpoint" else self.at_multiple(quantity(every)))

    checked = True  # whether this position was verified

    def verify_cost(self):
        return quantity(self.verification["cost"])

    def verified(self, there):
        self.counts["verifications"] += 1
        self.checked = True
        found = [e for e in there if self.replica.random.random() < self.verification["recall"]]
        if found:
            self.counts["silent_found"] += len(found)
            self.awaited += 1
            self.replica.after(quantity(self.verification["latency"]), self.told, self.passed, len(self.returns))
        else:
            self.passed = self.position
            for state in self.states:
                state.returned = 0
        self.state = "verified"
        if not (found and quantity(self.verification["latency"]) == 0):
            self.go_on()

    def told(self, passed, returns):
        """The answer is there; whoever has gone back far enough meanwhile need not do so again."""
        self.awaited -= 1
        if all(position > passed + 1e-6 for position in self.returns[returns:]):
            self.goes_back(passed)
        elif self.state == "wait" and not self.held:
            self.go_on()

    def goes_back(self, passed):
        for state in [s for s in self.states if s.position > passed + 1e-6]:
            self.give_up(state)
        while self.states and self.states[-1].returned >= self.verification.get("returns", 2):
            self.give_up(self.states[-1])
        if self.states:
            self.states[-1].returned += 1
        if self.state == "out":
            if self.phase == "restore":
                self.restore()
            return
        self.stop()
        self.counts["silent_rollbacks" if self.states else "silent_beginnings"] += 1
        self.clear_processes(self.places)
        self.state = "out"
        if self.states:
            self.restore()
        else:
            self.phase = "relaunch"
            self.later(self.replica.world.relaunch, self.restore)

    # Failures

    def fails(self, error, place, scope):
        """Whether it was there to fail; what it returns to is known when it restores."""
        if self.state in ("before", "done"):
            return False
        if self.state != "out":
            self.stop()
            self.counts["interruptions"] += 1
        error.acting.felled.add(self.number)
        error.application = max(error.application, ENCLAVE)
        if error in self.tried:
            for state in [s for s in self.states if s.position >= self.tried[error] - 1e-6]:
                for level in [l for l, c in state.copies.items() if c.holds(error)]:
                    self.forget(state, level)
        self.epoch += 1
        self.state, self.phase = "out", "waiting"
        self.clear_processes(self.places)
        self.detected = self.replica.now + self.replica.world.detection
        self.look_again(self.replica.world.detection)
        return True

    def look_again(self, delay, place=None):
        if self.state == "out" and self.phase == "waiting":
            self.later(max(delay, 0.0), self.relaunch_if_up)

    def relaunch_if_up(self):
        if self.state != "out" or self.phase != "waiting":
            return
        ready = max(self.detected, self.all_up_at(self.places))
        if ready <= self.replica.now + 1e-9:
            self.phase = "relaunch"
            self.later(self.replica.world.relaunch, self.restore)
        elif ready < math.inf:
            self.look_again(ready - self.replica.now)

    def restore(self):
        self.phase = "restore"
        self.epoch += 1
        if not self.states:
            self.resume(None, None)
            return
        state = self.states[-1]
        level = min(state.copies)
        self.later(self.levels[level][3], self.resume, state, level)

    def resume(self, state, level):
        self.state = "up"
        self.todo, self.checked = [], True
        stayed = {c.generation for e in self.replica.errors for c in e.copies
                  if self.number in c.generation.felled and c.zone.enclave in (None, self.number)}
        if state is None:
            self.position, self.silent = 0.0, set()
            back = []
        else:
            content = state.copies[level]
            self.position, self.silent = state.position, set(content.silent)
            self.todo = [i for i in self.due() if i > level and i not in state.copies]
            back = content.live
        self.tried = {e: min(self.position, self.tried.get(e, self.position)) for e, _, _, _ in back}
        self.returns.append(self.position)
        if self.position < self.passed:
            self.passed = self.position
        again = {error: Generation() for error, _, _, _ in back}
        self.replica.tally["revivals"] += len(stayed) + len(again)
        for error, place, zone, kind in back:
            self.replica.add_copy(error, place, zone, kind, again[error])
        self.go_on()

    def forget(self, state, level):
        state.copies.pop(level, None)
        if not state.copies and state in self.states:
            self.states.remove(state)

    def give_up(self, state):
        self.states.remove(state)

    def loses_level(self, name, gone=lambda content: True):
        for level in [i for i, row in enumerate(self.levels) if row[0] == name]:
            for state in [s for s in self.states if level in s.copies and gone(s.copies[level])]:
                self.forget(state, level)

    def loses_memory(self):
        self.loses_level("memory")

    def loses_disk(self, place):
        nodes, place = len(self.places), place - self.places[0]
        distance = max(1, int(self.replica.world.number("recovery.partner-distance") * nodes))
        self.loses_level("local")

        def pair_gone(content):
            content.lost.add(place)
            return any(p in content.lost and (p + distance) % nodes in content.lost for p in range(nodes))
        self.loses_level("partner", pair_gone)
