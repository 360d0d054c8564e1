# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""One replica of a World, played event by event: every clock, every copy of every error, in the most naive way."""
import heapq
import math
from random import Random

from job import SCOPES, BulkSynchronous, Generation
from service import Service

NEVER = math.inf


class Copy:
    """A live copy of an error in one zone of one node."""

    def __init__(self, error, place, zone, kind, generation):
        self.error, self.place, self.zone, self.kind, self.generation = error, place, zone, kind, generation
        self.alive, self.hung = True, False

    @property
    def came_back(self):
        """With a checkpoint, or from one that did: what it does is not counted again."""
        return self.generation is not self.error.first


class Error:
    """What an error has done, all its generations together."""

    def __init__(self, software, repair, place):
        self.software, self.repair, self.place = software, repair, place
        self.copies, self.affected, self.beyond, self.application = [], set(), 0, 0
        self.silent, self.lost_enclaves, self.enclaves, self.matters = False, set(), set(), None
        self.first = self.acting = Generation()  # acting: that of the copy that is being signalled

    def counted(self):
        return set(self.affected), set(self.enclaves), set(self.lost_enclaves), self.beyond, self.application

    def copy_in(self, place, zone, generation):
        return any(c.alive and c.place == place and c.zone is zone and c.generation is generation for c in self.copies)


class Replica:
    def __init__(self, world, seed):
        self.world, self.random, self.now, self.queue, self.count = world, Random(seed), 0.0, [], 0
        # Physical nodes are numbers; places hold one, or None while they wait for one.
        self.node_of = list(range(world.nodes))
        self.idle = list(range(world.nodes, world.nodes + world.spares))
        self.waiting, self.rebooting, self.restart_until = [], set(), 0.0  # rebooting: nodes that are in no place
        self.down_until = [[0.0] * len(p.zones) for p in world.partition_of]
        self.errors = []
        self.tally = {name: 0 for name in ("faults", "struck_while_down", "errors", "silent_errors", "simultaneous_losses",
                                           "losing_errors", "unchangeable_errors", "revivals")}
        self.failures = [0] * len(SCOPES)
        self.jobs = [(Service if "service" in enclave["application"] else BulkSynchronous)(self, number)
                     for number, enclave in enumerate(world.enclaves)]

    # Time

    def after(self, delay, action, *arguments):
        if delay < NEVER:
            self.count += 1
            heapq.heappush(self.queue, (self.now + delay, self.count, action, arguments))

    def play(self):
        self.start_clocks()
        for job in self.jobs:
            job.start()
        while self.queue and self.queue[0][0] <= self.world.horizon and any(job.state != "done" for job in self.jobs):
            self.now, _, action, arguments = heapq.heappop(self.queue)
            action(*arguments)
        if any(job.state != "done" for job in self.jobs):
            self.now = self.world.horizon
        return self.results()

    def exponential(self, mean):
        return self.random.expovariate(1 / mean) if mean > 0 else 0.0

    # Faults

    def start_clocks(self):
        for hardware in self.world.hardware:
            self.next_fault(hardware["rate"] * (self.world.nodes + self.world.spares), self.hardware_strikes, hardware)
        if self.world.software:
            for partition in self.world.partitions:
                for zone in partition.zones:
                    for rate, instruction, shared in self.world.components_of(zone):
                        self.next_fault(rate * len(partition.places), self.software_strikes, partition, zone, instruction,
                                        shared)

    def next_fault(self, rate, strike, *what):
        if rate > 0:
            self.after(self.exponential(1 / rate), self.fault, rate, strike, what)

    def fault(self, rate, strike, what):
        self.next_fault(rate, strike, *what)
        strike(*what)

    def hardware_strikes(self, hardware):
        world = self.world
        node = self.random.randrange(world.nodes + world.spares)
        if hardware["weights"] is None:
            repair = self.repair_time(hardware)
            if node in self.idle:
                self.tally["faults"] += 1
                self.idle.remove(node)
                if repair is None:
                    self.rebooting.add(node)
                self.after(world.detection + (world.reboot if repair is None else repair), self.comes_back, node)
            elif node in self.node_of:
                place = self.node_of.index(node)
                self.tally["faults"] += 1
                if self.is_down(place, self.host(place)):
                    self.tally["struck_while_down"] += 1
                    return
                error = self.new_error(False, repair, place)
                self.tally["unchangeable_errors"] += 1
                self.failures[SCOPES.index("node")] += 1
                self.take_down(error, place, "node", None)
            else:
                self.strikes_nothing(node)
            return
        if node in self.node_of:
            place = self.node_of.index(node)
            partition = world.partition_of[place]
            zone = self.random.choices(partition.zones, hardware["weights"][partition])[0]
            self.strike(place, zone, hardware["instruction"], 0.0, False, self.repair_time(hardware))
        else:
            self.strikes_nothing(node)

    def strikes_nothing(self, node):
        """Where nothing runs; a node in repair is not even there."""
        if node in self.idle or node in self.rebooting:
            self.tally["faults"] += 1
            self.tally["struck_while_down"] += 1

    def repair_time(self, hardware):
        if hardware["repair"] is None:
            return None
        median, sigma = hardware["repair"]
        return median * math.exp(sigma * self.random.gauss(0, 1))

    def software_strikes(self, partition, zone, instruction, shared):
        place = self.random.choice(partition.places)
        if self.node_of[place] is not None:
            self.strike(place, zone, instruction, shared, True, None)

    def strike(self, place, zone, instruction, shared, software, repair):
        self.tally["faults"] += 1
        if not self.takes_errors(place, zone):
            self.tally["struck_while_down"] += 1
            return
        error = self.new_error(software, repair, place)
        kind, flow = "data", self.world.flow_share(software)
        if self.random.random() < instruction:
            kind = "instruction" if flow is None else "flow" if self.random.random() < flow else "operation"
        self.add_copy(error, place, zone, kind, error.first)
        if shared > 0 and self.random.random() < shared:
            error.affected.add((place, self.host(place)))
            self.add_copy(error, place, self.host(place), kind, error.first)

    def new_error(self, software, repair, place):
        self.tally["errors"] += 1
        error = Error(software, repair, place)
        self.errors.append(error)
        return error

    # What is up

    def zones(self, place):
        return self.world.partition_of[place].zones

    def host(self, place):
        return self.zones(place)[0]

    def is_down(self, place, zone):
        return any(self.now < self.down_until[place][z.number] for z in zone.line)

    def takes_errors(self, place, zone):
        return not self.is_down(place, zone) and (not zone.holds_application or self.jobs[zone.enclave].runs(place))

    # Live errors

    def add_copy(self, error, place, zone, kind, generation):
        copy = Copy(error, place, zone, kind, generation)
        error.copies.append(copy)
        lifetime = self.world.ending(zone, kind, error.software)[0]
        self.after(self.exponential(lifetime), self.end_copy, copy)
        for channel in self.world.partition_of[place].leaving[zone.number]:
            p = self.world.crosses(channel.way, kind, error.software)
            if p > 0 and (place, channel.number) not in generation.used:
                self.after(self.exponential(lifetime * (1 - p) / p), self.attempt, copy, channel)

    def attempt(self, copy, channel):
        error, place, target, generation = copy.error, copy.place, channel.target, copy.generation
        if not copy.alive or copy.hung or (place, channel.number) in generation.used:
            return
        generation.used.add((place, channel.number))
        if channel.guarded:
            blocks, detected = self.world.guards[channel.boundary]
            if self.random.random() < blocks:
                if detected:
                    self.signal(copy)
                return
        if (not self.takes_errors(place, target) or (place, target) in generation.taken
                or target.enclave in generation.felled):
            return
        if self.random.random() >= channel.corrupts:
            if self.random.random() < channel.degrades and not copy.came_back:
                error.affected.add((place, target))
            return
        if error.copy_in(place, target, generation):
            return
        if (place, target) in generation.left and self.random.random() >= self.world.number("errors.again"):
            return
        if not copy.came_back:
            error.affected.add((place, target))
        self.add_copy(error, place, target, "data", generation)

    def end_copy(self, copy):
        if not copy.alive or copy.hung:
            return
        _, masked, signalled, hang = self.world.ending(copy.zone, copy.kind, copy.error.software)
        draw = self.random.random()
        if draw < masked:
            self.drop(copy)
            copy.generation.left.add((copy.place, copy.zone))
        elif draw < masked + signalled:
            if self.random.random() < hang:
                copy.hung = True
                self.hold(copy, +1)
                self.after(self.world.watchdog, self.watchdog, copy)
            else:
                self.signal(copy)
        else:
            self.drop(copy)
            copy.generation.left.add((copy.place, copy.zone))
            self.becomes_silent(copy)

    def becomes_silent(self, copy):
        error = copy.error
        if not error.silent and not copy.came_back:
            error.silent = True
            self.tally["silent_errors"] += 1
        if not copy.came_back:
            error.affected.add((copy.place, copy.zone))
        self.jobs[copy.zone.enclave].takes_wrong_data(error, copy.place)

    def hold(self, copy, change):
        for job in self.jobs:
            if copy.place in job.places and copy.zone.enclave in (None, job.number):
                job.hold(copy.place, change)

    def drop(self, copy):
        copy.alive = False
        copy.error.copies.remove(copy)
        if copy.hung:
            copy.hung = False
            self.hold(copy, -1)

    def watchdog(self, copy):
        if copy.alive and copy.hung:
            copy.hung = False
            self.hold(copy, -1)
            self.signal(copy)

    def clear(self, where):
        """Ends every copy for which where(copy) holds."""
        for error in self.errors:
            for copy in [c for c in error.copies if where(c)]:
                self.drop(copy)

    # Dispositions

    def signal(self, copy):
        """What the policy takes down for an error signalled in copy's zone."""
        zone, error, place = copy.zone, copy.error, copy.place
        scope = self.world.policy["dispositions"][zone.kind]
        if scope == "guest" and not self.world.has_guests:
            scope = "process"
        self.failures[SCOPES.index(scope)] += 1
        victim = zone
        if scope == "process" and not zone.holds_application:
            victim = self.random.choice([z for z in zone.below if z.holds_application])
        elif scope == "guest" and zone.enclave is None:
            victim = self.random.choice([z for z in self.guest_tops(place) if zone in z.line])
        elif scope == "guest":
            victim = [z for z in zone.line if z.enclave is not None][-1]
        goes_on = scope in ("process", "guest") and zone not in victim.below
        stays = goes_on and self.random.random() < self.world.number(f"zones.{zone.like}.residual")
        kind = copy.kind
        self.drop(copy)
        counted = error.counted()
        error.acting = copy.generation
        self.take_down(error, place, scope, victim)
        if copy.came_back:
            error.affected, error.enclaves, error.lost_enclaves, error.beyond, error.application = counted
        if stays:
            self.add_copy(error, place, zone, kind, copy.generation)

    def guest_tops(self, place):
        """Per guest its outermost zone."""
        return [z for z in self.zones(place) if z.enclave is not None and (z.parent is None or z.parent.enclave is None)]

    def take_down(self, error, place, scope, victim):
        world, everywhere = self.world, [(p, z) for p in range(self.world.nodes) for z in self.zones(p)]
        lost = {}  # per enclave: how much of it
        if scope in ("process", "guest"):
            gone = [(place, z) for z in victim.below]
            lost[victim.enclave] = scope
        elif scope == "node":
            gone = [(place, z) for z in self.zones(place)]
            lost = {e: scope for e in world.partition_of[place].enclaves}
        elif scope == "enclave":
            gone = [(p, z) for p, z in everywhere if z.enclave == victim.enclave]
            lost[victim.enclave] = scope
        else:
            gone = everywhere
            lost = {job.number: scope for job in self.jobs}
        error.affected.update((p, z) for p, z in gone if p == place)
        error.acting.taken.update(gone)
        if scope in ("enclave", "system"):
            error.beyond = max(error.beyond, SCOPES.index(scope))
        everything = set(gone)
        self.clear(lambda c: (c.place, c.zone) in everything)
        if scope == "node":
            self.node_goes(place, error)
        elif scope == "system":
            self.restart_until = self.now + world.detection + world.system_restart + world.boot
            for p, z in gone:
                self.stays_down(p, z, world.detection + world.system_restart + world.boot)
        elif scope != "process" and world.has_guests:
            for p, z in gone:
                self.stays_down(p, z, world.detection + world.boot)
        for job in self.jobs:
            if scope == "system" or (world.has_guests and scope in ("guest", "enclave") and job.number == victim.enclave):
                job.loses_memory()
        error.enclaves.update(lost)
        whole = [e for e, how in sorted(lost.items()) if self.jobs[e].fails(error, place, how)]
        error.lost_enclaves.update(whole)
        if len(whole) == len(self.jobs) > 1:
            error.application = SCOPES.index("system")

    def stays_down(self, place, zone, delay):
        self.down_until[place][zone.number] = max(self.down_until[place][zone.number], self.now + delay)

    def node_goes(self, place, error):
        """The node of a place is gone, for good where the error's fault calls for repair."""
        world, node = self.world, self.node_of[place]
        here = [job for job in self.jobs if place in job.places]
        for job in here:
            job.loses_memory()
        if error.repair is None:
            mend = world.reboot
            if error.software and self.random.random() < world.number("recovery.software-repair"):
                median, sigma = world.number("recovery.software-repair-median"), world.number("recovery.software-repair-sigma")
                mend = max(mend, median * math.exp(sigma * self.random.gauss(0, 1)))
            if not ("crash" in world.spares_for and self.idle and world.activation < mend):
                self.comes_up(place, world.detection + mend)
                return
            self.rebooting.add(node)
            self.after(world.detection + mend, self.comes_back, node)
        else:
            self.after(world.detection + error.repair, self.comes_back, node)
        for job in here:
            job.loses_disk(place)
        if self.idle:
            self.node_of[place] = self.idle.pop(0)
            self.comes_up(place, world.detection + world.activation)
        else:
            self.node_of[place] = None
            self.waiting.append(place)
            self.down_until[place] = [NEVER] * len(self.zones(place))

    def comes_up(self, place, delay):
        """The node at a place is up after a delay, and its guests a boot later."""
        for zone in self.zones(place):
            boot = self.world.boot if zone.enclave is not None and self.world.has_guests else 0.0
            self.down_until[place][zone.number] = max(self.now + delay + boot, self.restart_until)
        for job in self.jobs:
            job.look_again(delay + self.world.boot, place)

    def comes_back(self, node):
        self.rebooting.discard(node)
        if self.waiting:
            place = self.waiting.pop(0)
            self.node_of[place] = node
            self.comes_up(place, self.world.activation)
        else:
            self.idle.append(node)

    # Afterwards

    def extent(self, error):
        zones = {z for p, z in error.affected}
        owners = {(z.enclave, z.guest) for z in zones}
        if error.beyond:
            return error.beyond
        if not zones:
            return SCOPES.index("none")
        if len(zones) == 1 and next(iter(zones)).holds_application:
            return SCOPES.index("process")
        if self.world.has_guests and len(owners) == 1 and None not in next(iter(owners)):
            return SCOPES.index("guest")
        return SCOPES.index("node")

    def results(self):
        found = {"system_extent": [0] * len(SCOPES), "application_extent": [0] * len(SCOPES), "failures": self.failures}
        for error in self.errors:
            found["system_extent"][self.extent(error)] += 1
            self.tally["losing_errors"] += len(error.lost_enclaves) >= 1
            self.tally["simultaneous_losses"] += len(error.enclaves) >= 2
            found["application_extent"][error.application] += 1
        found.update(self.tally)
        results = [job.results() for job in self.jobs]
        for name in results[0]:
            found[name] = [result[name] for result in results]
        return found
