# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""A scenario as the twin knows it: zones, channels, streams of faults, all read from one dict that says every number.

Written from doc/model.md and the words of models/data alone. What the twin cannot play it refuses by a KeyError.
"""

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "year": 365.25 * 86400, "B": 1.0, "B/s": 1.0}
# What models/data/channels.yaml and guards.yaml say in words.
BOUNDARIES = {"system-call": "process/kernel", "kernel-to-process": "process/kernel", "vm-exit": "guest/host",
              "host-to-guest": "guest/host", "emulated-instruction": "guest/host", "device-emulation": "guest/host",
              "vmm-to-guest": "guest/host", "vmm-to-kernel": "process/kernel", "kernel-to-vmm": "process/kernel",
              "shared-vmm-network": "guest/host"}
UNGUARDED = {"shared-vmm-network"}
LEVELS = {"process/kernel": ["hardware-protection"],
          "guest/host": ["passthrough", "nested-paging", "iommu", "emulated-io"],
          "enclave/enclave": ["shared-memory", "copy-on-write", "checksummed-copies"],
          "node/node": ["plain-messages", "checksummed-messages"]}
DETECTED = {"hardware-protection", "nested-paging", "iommu", "checksummed-copies", "checksummed-messages"}
NEAREST_FIRST = ["memory", "local", "partner", "storage"]


def quantity(value):
    """`30 min` or `0.5 1/h` in SI; numbers are themselves."""
    if not isinstance(value, str):
        return value
    number, unit = value.split()
    return float(number) / UNITS[unit[2:]] if unit.startswith("1/") else float(number) * UNITS[unit]


class Zone:
    """One error zone of a node: which enclave, guest and process it belongs to (None: shared), and what is around it."""

    def __init__(self, number, row, parent, enclave, guest, process):
        self.number, self.name, self.kind, self.components = number, row["name"], row["kind"], row["components"]
        self.parent, self.enclave, self.guest, self.process = parent, enclave, guest, process
        self.holds_application = "application" in self.components
        self.like = "guest-user" if self.holds_application else self.kind
        self.line = ([self] + parent.line) if parent else [self]  # itself and all around it
        self.below = []  # itself and all in it
        for zone in self.line:
            zone.below.append(self)

    def belongs_with(self, other):
        """Whether no two numbers that both have differ: instances of one guest, or of one process."""
        pairs = ((self.enclave, other.enclave), (self.guest, other.guest), (self.process, other.process))
        return all(a is None or b is None or a == b for a, b in pairs)


class Channel:
    def __init__(self, number, source, target, way, boundary, guarded, corrupts, degrades):
        self.number, self.source, self.target, self.way = number, source, target, way
        self.boundary, self.guarded, self.corrupts, self.degrades = boundary, guarded, corrupts, degrades


class Partition:
    """Nodes that carry the same enclaves: their zones, and the channels between them."""

    def __init__(self, world, places, enclaves):
        self.world, self.places, self.enclaves = world, places, enclaves
        self.build_tree()
        self.build_channels()

    def build_tree(self):
        self.zones = []
        rows, self.made = list(self.world.system["zones"]), {}
        while rows:  # in any order: each after its parent
            row = rows.pop(0)
            if "parent" in row and row["parent"] not in self.made:
                rows.append(row)
                continue
            self.made[row["name"]] = []
            for parent in self.made[row["parent"]] if "parent" in row else [None]:
                for enclave, guest, process in self.owners(row.get("per", "node"), parent):
                    zone = Zone(len(self.zones), row, parent, enclave, guest, process)
                    self.zones.append(zone)
                    self.made[row["name"]].append(zone)

    def owners(self, per, parent):
        """Which instances of a zone a parent holds."""
        if per == "node":
            return [(None, None, None)]
        owners = []
        for e in self.enclaves:
            enclave = self.world.enclaves[e]
            if parent.enclave not in (None, e):
                continue
            for g in range(enclave["guests-per-node"]) if self.world.has_guests else [0]:
                if parent.guest not in (None, g):
                    continue
                # A native node has as many processes as all its guests would.
                processes = enclave["processes-per-guest"] * (1 if self.world.has_guests else enclave["guests-per-node"])
                owners += [(e, g, None)] if per == "guest" else [(e, g, p) for p in range(processes)]
        return owners

    def share(self, channel, key, usual):
        path = f"channels.{channel}.{key}"
        return self.world.number(path) if path in self.world.models else usual

    def build_channels(self):
        self.channels = []
        for row in self.world.system["channels"]:
            for source in self.made[row["from"]]:
                for target in self.made[row["to"]]:
                    if source.belongs_with(target):
                        self.channels.append(Channel(len(self.channels), source, target,
                                                     row["type"],
                                                     BOUNDARIES[row["type"]], row["type"] not in UNGUARDED,
                                                     self.share(row["type"], "corrupts", 1),
                                                     self.share(row["type"], "degrades", 0)))
        self.leaving = [[c for c in self.channels if c.source is z] for z in self.zones]

    def shares(self, weight):
        """Where a hardware fault lands: each zone's share of memory or processor time."""
        weights = []
        for zone in self.zones:
            share = self.world.number(f"zones.{zone.like}.{weight}")
            if zone.enclave is not None:
                alike = sum(1 for other in self.made[zone.name] if other.enclave == zone.enclave)
                share *= self.world.enclaves[zone.enclave]["node-share"] / alike
            weights.append(share)
        return weights


class World:
    """Everything that stays as it is during a run."""

    def __init__(self, scenario):
        self.models = scenario["models"]
        self.nodes = scenario["platform"]["nodes"]
        workload = scenario["workload"]
        self.spares = workload["spares"]
        self.spares_for = workload.get("spares-for", ["node-loss", "crash"])
        self.work, self.horizon = quantity(workload["work"]), quantity(workload["horizon"])
        self.enclaves = workload["enclaves"]
        line = scenario["policies"][0]
        self.system = scenario["define"]["systems"][line["system"]]
        self.policy = scenario["define"]["policies"][line["policy"]]
        self.has_guests = "guest-kernel" in self.system
        self.boot = quantity(self.system["costs"]["guest-boot"]["value"]) if self.has_guests else 0.0
        if self.has_guests and "unit" in self.system["costs"]["guest-boot"]:
            self.boot *= UNITS[self.system["costs"]["guest-boot"]["unit"]]
        self.detection, self.relaunch = self.number("recovery.detection"), self.number("recovery.process-restart")
        self.reboot, self.activation = self.number("recovery.node-reboot"), self.number("recovery.spare-activation")
        self.system_restart, self.watchdog = self.number("recovery.system-restart"), self.number("recovery.watchdog")
        self.levels = self.read_levels(scenario["checkpoints"])
        self.final = scenario["checkpoints"].get("final", False) if scenario["checkpoints"] != "none" else False
        self.divide()
        self.guards = {b: self.level_of(b) for b in LEVELS if b in self.system["guards"]}
        self.hardware = [self.fault_class(name, scenario) for name in scenario["define"].get("faults", {})]
        self.software = scenario["faults"]["software"]

    def number(self, path):
        return quantity(self.models[path])

    def read_levels(self, checkpoints):
        """Name, interval, write, read, keep of each, the nearest first."""
        if checkpoints == "none":
            return []
        return [(name, quantity(level["interval"]), quantity(level["write"]), quantity(level["read"]), level.get("keep", 3))
                for name in NEAREST_FIRST if (level := checkpoints.get(name))]

    def divide(self):
        """Nodes in their order to enclaves that have some of their own; others stand with those that they name."""
        self.partitions, first = [], 0
        for e, enclave in enumerate(self.enclaves):
            if "shares-with" not in enclave:
                count = enclave.get("nodes", self.nodes)
                with_it = [e] + [i for i, other in enumerate(self.enclaves) if other.get("shares-with") == enclave["name"]]
                self.partitions.append(Partition(self, list(range(first, first + count)), sorted(with_it)))
                first += count
        self.partition_of = [p for p in self.partitions for _ in p.places]

    def level_of(self, boundary):
        """(probability that it blocks, whether it then tells) of the level that is on."""
        offered, wanted = self.system["guards"][boundary], self.policy["guards"]
        if isinstance(wanted, dict):
            wanted = wanted.get(boundary, wanted.get("others", "weakest"))
        offered = sorted(offered, key=LEVELS[boundary].index)
        level = {"weakest": offered[0], "strongest": offered[-1]}.get(wanted, wanted)
        return self.number(f"guards.{boundary}.{level}.blocks"), level in DETECTED

    def fault_class(self, name, scenario):
        row = scenario["define"]["faults"][name]
        rate = row["rate"]["value"] / UNITS[row["rate"]["unit"][2:]]
        repair = None
        if row["mend"] == "repair":
            repair = (row["repair-median"]["value"] * UNITS[row["repair-median"]["unit"]], row["repair-sigma"]["value"])
        weights = None if row["landing"] == "node" else {p: p.shares(row["landing"] + "-weight") for p in self.partitions}
        return {"name": name, "rate": rate, "weights": weights, "repair": repair,
                "instruction": row["instruction-share"]["value"] if weights else 0}

    def components_of(self, zone):
        """(rate, share of instruction errors, probability that the host's kernel is struck too) of each component."""
        for word in zone.components:
            path, shared = f"components.{word}", 0.0
            if word == "application":
                path = f"applications.{self.enclaves[zone.enclave]['application']}"
            elif word in ("host-kernel", "guest-kernel"):
                path = f"components.{self.system[word]}"
                if word == "guest-kernel" and self.system[word] == self.system["host-kernel"]:
                    shared = self.number(path + ".shared-bug")
            yield self.number(path + ".fault-rate"), self.number(path + ".instruction-share"), shared

    def inherited(self, before, after, kind, software):
        """The number of an error in data, an operation or the flow; what nothing is said of is as what includes it."""
        of_any = [kind, "instruction"] if kind in ("operation", "flow") else [kind]
        for path in [before + word + after for word in (["software-" + k for k in of_any] if software else []) + of_any]:
            if path in self.models:
                return self.number(path)
        raise KeyError(before + kind + after)

    def ending(self, zone, kind, software):
        """Mean life, and the shares masked, signalled, hanging among signalled, of a copy of what software or hardware did."""
        return [self.inherited(f"zones.{zone.like}.", number, kind, software)
                for number in (".lifetime", ".masked", ".signalled", ".hang")]

    def crosses(self, way, kind, software):
        """The probability that an error crosses before it ends: that of its kind, of all of its fault model, or of any."""
        before, of_any = f"channels.{way}.probability-of.", [kind, "instruction"] if kind in ("operation", "flow") else [kind]
        words = of_any + ["hardware"] if not software else ["software-" + k for k in of_any] + ["software"] + of_any
        for path in [before + word for word in words] + [f"channels.{way}.probability"]:
            if path in self.models:
                return self.number(path)
        raise KeyError(before + kind)

    def flow_share(self, software):
        """Of errors in instructions, those that change the flow; None where they are not told apart."""
        for path in (["errors.software-flow-share"] if software else []) + ["errors.flow-share"]:
            if path in self.models:
                return self.number(path)
        return None
