# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Random small scenarios that say every number themselves, and how bulkhead reads them."""
import copy
from random import Random

SHARED = [{"type": "system-call", "from": "process", "to": "guest"},
          {"type": "kernel-to-process", "from": "guest", "to": "process"}]
VMM = [{"type": "vmm-to-guest", "from": "vmm", "to": "guest"}, {"type": "vmm-to-kernel", "from": "vmm", "to": "host"},
       {"type": "kernel-to-vmm", "from": "host", "to": "vmm"}]
HOST = {"name": "host", "kind": "host-kernel"}
GUEST = [{"name": "guest", "kind": "guest-kernel", "per": "guest", "components": ["guest-kernel"]},
         {"name": "process", "kind": "guest-user", "parent": "guest", "per": "process", "components": ["application"]}]


def system_of(name):
    """The trees and channels of models/data/systems, with costs of no matter here."""
    with_vmm = [HOST | {"components": ["host-kernel"]},
                {"name": "vmm", "kind": "host-user", "parent": "host", "per": "guest", "components": ["qemu-emulator"]},
                GUEST[0] | {"parent": "vmm"}, GUEST[1]]
    if name == "native":
        return {"title": name, "host-kernel": "linux",
                "zones": [HOST | {"components": ["host-kernel"]},
                          {"name": "process", "kind": "host-user", "parent": "host", "per": "process",
                           "components": ["application"]}],
                "channels": [{"type": "system-call", "from": "process", "to": "host"},
                             {"type": "kernel-to-process", "from": "host", "to": "process"}],
                "guards": {"process/kernel": ["hardware-protection"]}, "costs": {}, "mechanisms": "ideal"}
    kernels = {"host-kernel": "linux", "guest-kernel": "linux"}
    if name == "qemu":
        zones, offered = with_vmm, ["emulated-io"]
        channels = SHARED + VMM + [{"type": "emulated-instruction", "from": "guest", "to": "vmm"}]
    elif name == "kvm":
        zones, offered = [HOST | {"components": ["host-kernel", "kvm-module"]}] + with_vmm[1:], ["iommu", "emulated-io"]
        channels = SHARED + VMM + [{"type": "vm-exit", "from": "guest", "to": "host"},
                                   {"type": "host-to-guest", "from": "host", "to": "guest"},
                                   {"type": "device-emulation", "from": "guest", "to": "vmm"}]
    else:
        zones = [HOST | {"components": ["host-kernel", "palacios-vmm"]}, GUEST[0] | {"parent": "host"}, GUEST[1]]
        offered = ["passthrough", "nested-paging", "emulated-io"]
        kernels["host-kernel"] = "kitten"
        channels = SHARED + [{"type": "vm-exit", "from": "guest", "to": "host"},
                             {"type": "host-to-guest", "from": "host", "to": "guest"}]
        if name == "palacios-shared-network":
            channels.append({"type": "shared-vmm-network", "from": "guest", "to": "host"})
    return {"title": name, **kernels, "zones": zones, "channels": channels,
            "guards": {"process/kernel": ["hardware-protection"], "guest/host": offered}, "costs": {}, "mechanisms": "ideal"}


def number(value, unit=None):
    return {"value": value, **({"unit": unit} if unit else {}), "status": "computed", "source": "drawn"}


def lean_on_spares(scenario, models):
    """One spare for nodes that crash often and are long away: it is in somebody's place when the next would take it."""
    hours, nodes = float(scenario["workload"]["work"].split()[0]), scenario["platform"]["nodes"]
    scenario["workload"]["spares"] = 1
    scenario["workload"].pop("spares-for", None)
    models |= {"recovery.node-reboot": f"{hours / 2:.4g} h", "recovery.spare-activation": "60 s", "recovery.detection": "10 s"}
    rate = number(float(f"{4 / hours / (nodes + 1):.4g}"), "1/h")
    scenario["define"]["faults"] = {"drawn-crash": {"description": "crash", "landing": "node", "mend": "reboot", "rate": rate}}
    scenario["faults"]["hardware"] = ["drawn-crash"]


def lean_on_lives(scenario, models):
    """Many errors in processes that live there for hours: others take their processes, and what a checkpoint held is back."""
    hours, nodes = float(scenario["workload"]["work"].split()[0]), scenario["platform"]["nodes"]
    for sort in ("data", "instruction", "software-data", "software-instruction"):
        path = f"zones.guest-user.{sort}."
        models |= {path + "lifetime": f"{hours / 3:.4g} h", path + "silent": 0, path + "signalled": 0.7, path + "masked": 0.3,
                   path + "hang": 0}
    for application in ("mpi-bulk-synchronous", "loss-tolerant-service"):
        models[f"applications.{application}.fault-rate"] = f"{4 / hours / nodes:.4g} 1/h"
    scenario["faults"]["software"] = True


class Generator:
    def __init__(self, seed):
        self.seed, self.random = seed, Random(seed)
        self.lean = Random(f"lean {seed}").choice([None, None, lean_on_spares, lean_on_lives])

    def pick(self, *values):
        return self.random.choice(values)

    def between(self, low, high):
        """Log-uniform."""
        return float(f"{low * (high / low) ** self.random.random():.4g}")

    def chance(self, p):
        return self.random.random() < p

    def time(self, low, high):
        return f"{self.between(low, high)} s"

    def scenario(self):
        system = self.pick("native", "qemu", "kvm", "palacios", "palacios-shared-network")
        self.work = self.between(2, 20)  # hours
        self.nodes, self.spares = self.pick(1, 2, 3, 4, 6), self.pick(0, 0, 1, 2)
        enclaves = self.enclaves(system)
        self.least_nodes = 1 if any(e.get("nodes", self.nodes) % 2 for e in enclaves) else 2
        checkpoints = self.checkpoints()
        for enclave in enclaves:
            if checkpoints == "none" and enclave.get("verification", {}).get("every") == "checkpoint":
                del enclave["verification"]
        made = system_of(system)
        if system != "native":
            made["costs"] = {name: number(0, unit) for name, unit in
                             (("compute-slowdown", None), ("exit-time", "us"), ("latency", "us"), ("bandwidth-loss", None))}
            made["costs"]["guest-boot"] = number(self.between(1, 2000), "s")
        faults = self.fault_classes()
        return {
            "scenario": "twin", "platform": {"file": "testbed.xml", "nodes": self.nodes},
            "workload": {"work": f"{self.work} h", "horizon": f"{40 * self.work} h", "spares": self.spares,
                         "enclaves": enclaves, **self.pick({}, {"spares-for": ["node-loss"]})},
            "checkpoints": checkpoints, "costs": False,
            "policies": [{"system": "drawn-" + system, "policy": "drawn", "name": "drawn"}],
            "faults": {"hardware": list(faults) if faults else "none", "software": self.chance(0.8)},
            "models": self.models(),
            "define": {"systems": {"drawn-" + system: made}, "policies": {"drawn": self.policy(system)},
                       **({"faults": faults} if faults else {})},
            "replicas": 1, "seed": 1}

    def batch(self, count):
        """Scenarios of one structure with numbers of their own."""
        scenarios = [self.scenario()]
        while len(scenarios) < count:
            other = copy.deepcopy(scenarios[0])
            other["models"] = self.models()
            for row in other["define"].get("faults", {}).values():
                row["rate"]["value"] = self.fault_rate()
            scenarios.append(other)
        for scenario in scenarios if self.lean else []:
            self.lean(scenario, scenario["models"])
        return scenarios

    def enclaves(self, system):
        """One; or two on the same nodes, or on nodes of their own; or three on two partitions."""
        # Few zones: the program's exact chain costs more than all else here.
        has_vmm = system in ("qemu", "kvm")
        sorts = ["one", "one"] + ([] if has_vmm else ["beside"])
        if self.nodes > 1:
            sorts += ["apart"] + ([] if has_vmm else ["three"])
        sort = self.pick(*sorts)
        enclaves = []
        for name in ("one", "two", "three")[:{"one": 1, "three": 3}.get(sort, 2)]:
            sizes = [(1, 1)]
            if system == "native" or sort in ("one", "apart"):
                sizes += [(1, 2)] if has_vmm or sort in ("beside", "three") else [(1, 2), (1, 3), (2, 1)]
            guests, processes = self.pick(*sizes)
            service = self.chance(0.3 if name != "one" else 0.15)
            enclave = {"name": name, "application": "loss-tolerant-service" if service else "mpi-bulk-synchronous",
                       "guests-per-node": guests, "processes-per-guest": processes, "node-share": 1}
            if not service and self.chance(0.4):
                enclave["verification"] = self.verification()
            if self.chance(0.2):
                enclave["work"] = f"{self.between(self.work / 2, self.work)} h"
            enclaves.append(enclave)
        if sort in ("apart", "three"):
            enclaves[0]["nodes"] = self.pick(*range(1, self.nodes))
            enclaves[1]["nodes"] = self.nodes - enclaves[0]["nodes"]
        if sort in ("beside", "three"):
            share = self.pick(0.5, 0.75)
            enclaves[0]["node-share"], enclaves[-1]["node-share"] = share, 1 - share
            enclaves[-1]["shares-with"] = "one"
        for enclave in enclaves:
            parts = enclave.get("nodes", self.nodes) if "shares-with" not in enclave else enclaves[0].get("nodes", self.nodes)
            if "service" in enclave["application"] and self.chance(0.5):
                enclave["parts-needed"] = self.pick(*range(1, parts + 1))
        return enclaves

    def verification(self):
        return {"every": self.pick("checkpoint", "checkpoint", f"{self.between(self.work / 10, self.work / 2):.6g} h"),
                "cost": self.time(0.1, 300), "recall": self.pick(0.5, 0.9, 1), "latency": self.pick("0 s", self.time(1, 3000)),
                "returns": self.pick(1, 2, 3)}

    def checkpoints(self):
        if self.chance(0.1):
            return "none"
        names = [n for n in ("memory", "local", "partner", "storage") if self.chance(0.45)] or ["local"]
        if "partner" in names and self.least_nodes % 2 == 1:
            names[names.index("partner")] = "storage"
        interval, levels = self.between(self.work / 20, self.work / 2), {}
        for name in dict.fromkeys(names):
            levels[name] = {"interval": f"{interval:.6g} h", "write": self.time(1, 600), "read": self.time(1, 600),
                            "keep": self.pick(1, 2, 3)}
            interval = min(interval * self.pick(1, 2, 3), self.work)
        return levels

    def rate(self, most=1.5):
        """Of events in the whole run, as a rate."""
        return self.between(0.05, most) / self.work

    def fault_rate(self):
        return float(f"{self.rate() / (self.nodes + self.spares):.4g}")

    def fault_classes(self):
        rows = {"loss": ("node", "repair"), "crash": ("node", "reboot"), "cells": ("memory", self.pick("reboot", "reboot", "repair")),
                "logic": ("cpu", "reboot")}
        classes = {}
        for name, (landing, mend) in rows.items():
            if self.chance(0.5):
                continue
            row = {"description": name, "landing": landing, "mend": mend,
                   "rate": number(self.fault_rate(), "1/h")}
            if landing != "node":
                row["instruction-share"] = number(self.pick(0, 0.3, 1))
            if mend == "repair":
                row |= {"repair-median": number(self.between(60, 36000), "s"), "repair-sigma": number(self.pick(0, 0.5, 1.2))}
            classes["drawn-" + name] = row
        return classes

    def probability(self):
        return self.pick(0, 0.02, 0.2, 0.5, 0.9)

    def models(self):
        models = {}
        for kind in ("host-kernel", "host-user", "guest-kernel", "guest-user"):
            path = f"zones.{kind}."
            models[path + "memory-weight"], models[path + "cpu-weight"] = self.pick(1, 5, 50), self.pick(1, 5, 50)
            if kind.endswith("kernel"):
                models[path + "residual"] = self.pick(0, 0.3, 0.9)
            for sort in ("data", "instruction", "software-data", "software-instruction"):
                life = path + sort + "."
                silent = self.pick(0, 0.1, 0.4) if kind == "guest-user" else 0
                models[life + "lifetime"] = self.time(0.01, 3000)
                models[life + "signalled"] = round(self.pick(0.2, 0.6, 1) * (1 - silent), 6)
                models[life + "masked"] = round(1 - silent - models[life + "signalled"], 6)
                if kind == "guest-user":
                    models[life + "silent"] = silent
                models[life + "hang"] = self.pick(0, 0, 0.2, 0.9)
        for channel in ("system-call", "kernel-to-process", "vm-exit", "host-to-guest", "emulated-instruction", "device-emulation",
                        "vmm-to-guest", "vmm-to-kernel", "kernel-to-vmm", "shared-vmm-network"):
            models[f"channels.{channel}.probability"] = self.probability()
        models |= {"channels.shared-vmm-network.corrupts": 0.5, "channels.shared-vmm-network.degrades": 0.5}
        for level in ("process/kernel.hardware-protection", "guest/host.passthrough", "guest/host.nested-paging",
                      "guest/host.iommu", "guest/host.emulated-io"):
            models[f"guards.{level}.blocks"] = self.pick(0, 0.5, 0.9)
        for component in ("linux", "kitten", "qemu-emulator", "kvm-module", "palacios-vmm"):
            models[f"components.{component}.fault-rate"] = f"{self.rate(1) / self.nodes:.4g} 1/h"
            models[f"components.{component}.instruction-share"] = self.pick(0, 0.3, 1)
        models["components.linux.shared-bug"] = 0
        models["components.kitten.shared-bug"] = 0
        for application in ("mpi-bulk-synchronous", "loss-tolerant-service"):
            models[f"applications.{application}.fault-rate"] = f"{self.rate(1) / self.nodes / 4:.4g} 1/h"
            models[f"applications.{application}.instruction-share"] = self.pick(0, 0.3, 1)
        models["applications.loss-tolerant-service.checkpoint-bytes"] = "1e9 B"
        models["recovery.local-bandwidth"] = f"{self.between(1e6, 1e9)} B/s"
        models |= {"errors.again": self.pick(0, 0.5, 1), "errors.carries": self.pick(0, 0.5, 1), "errors.matters": self.pick(0.3, 1)}
        for name, low, high in (("detection", 1, 300), ("process-restart", 1, 300), ("node-reboot", 10, 3000),
                                ("spare-activation", 1, 3000), ("system-restart", 60, 7000), ("watchdog", 1, 1000),
                                ("software-repair-median", 60, 7000)):
            models["recovery." + name] = self.time(low, high)
        models["errors.mechanisms"] = "ideal"
        models["recovery.degraded-notice-median"], models["recovery.degraded-notice-sigma"] = "1e9 s", 0  # never noticed
        return models | self.kinds() | {"recovery.software-repair": self.pick(0, 0.5, 1), "recovery.software-repair-sigma": self.pick(0, 0.5, 1),
                         "recovery.partner-distance": 0.5}

    def kinds(self):
        """What errors of single kinds do otherwise: where they cross, and of those in instructions how they end."""
        models, random = {}, Random(f"kinds {self.seed}")
        if random.random() < 0.5:
            return models
        models["errors.flow-share"] = random.choice([0, 0.3, 1])
        if random.random() < 0.5:
            models["errors.software-flow-share"] = random.choice([0.1, 0.7])
        for channel in ("system-call", "kernel-to-process", "vm-exit", "device-emulation", "vmm-to-kernel", "shared-vmm-network"):
            for word in ("hardware", "software", "data", "instruction", "operation", "flow", "software-data",
                         "software-instruction", "software-operation", "software-flow"):
                if random.random() < 0.2:
                    models[f"channels.{channel}.probability-of.{word}"] = random.choice([0, 0.05, 0.3, 0.8])
        for zone in ("host-kernel", "guest-kernel"):
            for sort in ("operation", "flow", "software-operation", "software-flow"):
                if random.random() < 0.3:
                    models[f"zones.{zone}.{sort}.lifetime"] = f"{random.choice([0.1, 30, 900])} s"
                if random.random() < 0.3:
                    signalled = random.choice([0.1, 0.9])
                    models |= {f"zones.{zone}.{sort}.signalled": signalled, f"zones.{zone}.{sort}.masked": round(1 - signalled, 6)}
        return models

    def policy(self, system):
        smaller = ["process", "guest", "node", "node", "system"]
        return {"description": "drawn",
                "dispositions": {"host-kernel": self.pick(*smaller), "host-user": self.pick("guest", "node") if system != "native" else self.pick("process", "process", "node", "enclave"),
                                 "guest-kernel": self.pick("process", "guest", "guest", "node", "enclave"),
                                 "guest-user": self.pick("process", "process", "guest", "node", "enclave")},
                "guards": self.pick("weakest", "strongest")}


def written(value):
    """YAML in one line: words are bare, texts that are not words are quoted."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(v) for v in value) + "]"
    return str(value)


def write(scenario, path):
    with open(path, "w", encoding="utf-8") as file:
        for key, value in scenario.items():
            file.write(f"{key}: {written(value)}\n")
