# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Moves each number of models/data, where it stands, and looks whether a result of some scenario moves.

    every_number.py SOURCE PATTERN SCENARIO...   of the numbers whose path matches, prints what moved nothing, in any of
                                                 the scenarios and in those that are made of each system
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

import h5py
import yaml

BULKHEAD = os.environ["BULKHEAD"]
SHARES = ("masked", "signalled", "silent")
# How far numbers may be off is for those who draw them (tests/unit/catalog/test_worlds.c); colours are drawn with.
ASIDE = ("range", "across", "transfer", "tied", "source", "colour", "title", "description")
NUMBER = re.compile(r"^([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)( [A-Za-z/0-9]+)?$")
LONG = ("kvm-nested", "kvm-monitored")  # chains of seconds, and no channel that others lack
POLICIES = ("protection-first", "performance-first", "oops", "native", "alone")
# Processes of the host that are no VMM, and guests' kernels, take no more than a process.
ALONE = """define:
  policies:
    alone:
      description: as little as can be
      dispositions: {host-kernel: node, host-user: guest, guest-kernel: process, guest-user: process, daemons: process,
                     agent: process, toolstack: process, runtime: process}
      guards: strongest
"""


class Number:
    """One number in a file: its path as scenarios know it, where it stands, and what else stands in its map."""

    def __init__(self, file, path, node, among):
        self.file, self.path, self.node, self.among = file, path, node, among
        self.value, self.unit = float(NUMBER.match(node.value)[1]), NUMBER.match(node.value)[2] or ""

    def line(self):
        return f"{self.file}:{self.node.start_mark.line + 1}: {self.path}"


def below(file, node, path, among):
    """The numbers of a YAML node."""
    if isinstance(node, yaml.ScalarNode):
        if node.style is None and NUMBER.match(node.value):
            yield Number(file, path, node, among)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from below(file, item, path + "[]", among)
    else:
        inside = {key.value: item for key, item in node.value}
        for key, item in inside.items():
            if key == "value" or key not in ASIDE:
                yield from below(file, item, path if key == "value" else f"{path}.{key}".lstrip("."),
                                 {**inside, "beside": among.get("beside")} if key == "value" else {"beside": inside})


def numbers_of(source):
    data = os.path.join(source, "models", "data")
    for folder, _, names in os.walk(data):
        for name in sorted(names):
            if name.endswith(".yaml"):
                file = os.path.relpath(os.path.join(folder, name), data)
                with open(os.path.join(folder, name), encoding="utf-8") as stream:
                    root = yaml.compose(stream, yaml.SafeLoader)
                prefix = f"systems.{name[:-5]}" if file.startswith("systems") else ""
                yield from below(file, root, prefix, {})


def candidates(number):
    """Ends of the range, then less and more; whole numbers and words' partners take what they take."""
    ends = [float(item.value) for item in number.among["range"].value] if "range" in number.among else []
    value = number.value
    tried = ends[::-1] + [value * 1.05, value * 1.5, value / 2, value * 2, value + 1, value - 1, 1e-6 * value, 0.5, 1e-3]
    return [each for each in dict.fromkeys(tried) if each != value]


def edits(number, value):
    """[(node, text)]: the number, and of shares that sum to 1 the others, in their proportions."""
    changed = [(number.node, f"{value:.17g}{number.unit}")]
    group, _, last = number.path.rpartition(".")
    if last in SHARES:
        nodes = {name: dict((k.value, v) for k, v in item.value)["value"]
                 for name, item in number.among["beside"].items() if name in SHARES and name != last}
        rest = sum(float(node.value) for node in nodes.values())
        changed += [(node, f"{float(node.value) * (1 - value) / rest:.17g}") for node in nodes.values()]
    return changed


def with_data(source, folder, file=None, changes=()):
    """A folder of data, all links but the changed file."""
    data = os.path.join(source, "models", "data")
    os.symlink(os.path.join(source, "platforms"), os.path.join(folder, "platforms"))
    for where in ("", "systems"):
        os.makedirs(os.path.join(folder, "models", "data", where), exist_ok=True)
        for name in os.listdir(os.path.join(data, where)):
            if name.endswith(".yaml") and os.path.join(where, name) != file:
                os.symlink(os.path.join(data, where, name), os.path.join(folder, "models", "data", where, name))
    if file:
        with open(os.path.join(data, file), encoding="utf-8") as stream:
            text = stream.read()
        for node, new in sorted(changes, key=lambda change: -change[0].start_mark.index):
            text = text[:node.start_mark.index] + new + text[node.end_mark.index:]
        with open(os.path.join(folder, "models", "data", file), "w", encoding="utf-8") as stream:
            stream.write(text)


def answers(source, scenario, file=None, changes=()):
    """All arrays of a run, or None where the data is refused."""
    with tempfile.TemporaryDirectory() as folder:
        with_data(source, folder, file, changes)
        path = os.path.join(folder, "r.h5")
        if subprocess.run([BULKHEAD, "run", scenario, "-q", "-j", "1", "-o", path], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, env={**os.environ, "BULKHEAD_DATA": folder}).returncode:
            return None
        found = {}
        with h5py.File(path, "r") as f:
            f.visititems(lambda name, item: found.update({name: item[()].tobytes()})
                         if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu" else None)
        return found


def read_by(scenario):
    checked = subprocess.run([BULKHEAD, "check", scenario, "--json"], capture_output=True, text=True)
    if checked.returncode:
        sys.exit(checked.stderr)
    return {number["path"] for number in json.loads(checked.stdout)["parameters"]}


def scenarios_of(source, system, folder):
    """Of a system alone, in all of which its zones fail: without channels, where no chain is long; with native enclaves
    beside; and, where that is short, with all that it has."""
    with open(os.path.join(source, "models", "data", "systems", system + ".yaml"), encoding="utf-8") as stream:
        tree = yaml.safe_load(stream)
    holds = [zone["name"] for zone in tree["zones"] if "application" in zone["components"]]
    native = [zone["name"] for zone in tree["zones"] if zone["kind"] == "host-user" and zone["name"] in holds[1:]]
    virtual = [zone["name"] for zone in tree["zones"] if zone["name"] not in native]
    channels = {channel["type"] for channel in tree["channels"]}

    def write(name, enclaves, faults, struck, enclave, policies, cut):
        path = os.path.join(folder, f"{name}-{system}.yaml")
        lines = [f"scenario: {name}-{system}", "platform: {file: parametric.yaml, nodes: 4}",
                 f"workload: {{work: 4 h, horizon: 10 d, enclaves: [{', '.join(enclaves)}]}}",
                 "checkpoints: {local: {interval: 1 h}}", f"faults: {faults}", "replicas: 1", "seed: 1", "script:"]
        lines += [f"  - {{at: {at} min, node: {at % 4}, zone: {zone}, enclave: {enclave}, kind: data, ending: signalled}}"
                  for at, zone in zip(range(10, 230, 15), 2 * struck)]
        lines += ["policies:", *(f"  - {{system: {system}, policy: {policy}}}" for policy in policies), "models:",
                  "  rates.set: usable-at-2e20", *(f"  channels.{type}.probability: 0" for type in cut)]
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n" + ALONE)
        return path

    whole, half = (f"application: mpi-bulk-synchronous, node-share: {share}" for share in (1, 0.5))
    rest = ([f"{{name: job, {whole}}}"], "{hardware: [memory, processor], software: yes}", virtual, "job")
    allowed = [policy for policy in POLICIES if subprocess.run(
        [BULKHEAD, "check", write("tried", *rest, [policy], [])], capture_output=True).returncode == 0]
    found = [write("cut", *rest, [policy for policy in allowed if policy != "performance-first"], channels)]
    if native:
        enclaves = [f"{{name: job, {half}}}", f"{{name: beside, {half}, native: yes}}"]
        found.append(write("mixed", enclaves, "none", native, "beside", allowed[:1], channels))
    return found, [write("full", *rest, allowed, [])] if system not in LONG else []


def main():
    source, pattern, *given = sys.argv[1:]
    numbers = [number for number in numbers_of(source) if re.search(pattern, number.path)]
    print(len(numbers), "numbers", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        systems = sorted({number.path.split(".")[1] for number in numbers if number.path.startswith("systems.")})
        made = dict(zip(systems, pool.map(lambda system: scenarios_of(source, system, folder), systems)))
        full = given + [path for _, paths in made.values() for path in paths]
        cut = [path for paths, _ in made.values() for path in paths]
        read = dict(zip(full + cut, pool.map(read_by, full + cut)))
        base = dict(zip(full + cut, pool.map(lambda scenario: answers(source, scenario), full + cut)))
        for scenario, found in base.items():
            if found is None:
                sys.exit(f"{scenario} does not run")

        def moves(number):
            own = number.path.startswith("systems.")
            readers = [s for s in (cut if own else full + cut) if number.path in read[s]] or given
            for value in candidates(number):
                for scenario in readers:
                    found = answers(source, scenario, number.file, edits(number, value))
                    if found is None:
                        break
                    if found != base[scenario]:
                        return True
            return False

        for number, moved in zip(numbers, pool.map(moves, numbers)):
            if not moved:
                print(number.line(), flush=True)


main()
