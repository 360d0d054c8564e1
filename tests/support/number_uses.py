# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Moves each number that `bulkhead check` lists as used, to an end of its range, and looks whether an answer moves.

    number_uses.py used FILE...              prints what moved nothing in any of the scenarios that list it
    number_uses.py below PREFIX FILE...      of the numbers whose path begins so
    number_uses.py unused FILE PATH=VALUE...  prints what is listed as used, or moves something
"""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

import h5py

BULKHEAD = os.environ["BULKHEAD"]
SHARES = ("masked", "signalled", "silent")


def answers(scenario, settings):
    """All arrays of a run, or None where the setting is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "r.h5")
        words = [word for setting in settings for word in ("--set", "models." + setting)]
        if subprocess.run([BULKHEAD, "run", scenario, "-q", "-j", "1", "-o", path, *words],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            return None
        found = {}
        with h5py.File(path, "r") as f:
            f.visititems(lambda name, item: found.update({name: item[()].tobytes()})
                         if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu" else
                         found.update({name: str(item[()].tolist())}) if isinstance(item, h5py.Dataset) else None)
        return found


def settings_of(number, value, numbers):
    """The setting, and of shares that sum to 1 the others', in their proportions."""
    unit = "" if number["unit"] == "1" else " " + number["unit"]
    group, _, last = number["path"].rpartition(".")
    others = {share: numbers[f"{group}.{share}"]["value"] for share in SHARES
              if share != last and f"{group}.{share}" in numbers}
    if last not in SHARES:
        return [f"{number['path']}={value:.17g}{unit}"]
    return [f"{group}.{last}={value:.17g}"] + [f"{group}.{share}={(1 - value) * old / sum(others.values()):.17g}"
                                               for share, old in others.items()]


def values_of(number):
    """Ends of the range, or less and more; words and whole numbers take what they take."""
    value = number["value"]
    low, high = number.get("range", [value / 2, value * 2])
    return [end for end in (high, low, 2 * value, value / 2, 1e-6 * value, 1e-3) if end != value]


def moves(scenario, number, numbers, base):
    for value in values_of(number):
        found = answers(scenario, settings_of(number, value, numbers))
        if found is not None and found != base:
            return True
    return False


def numbers_of(scenario):
    checked = subprocess.run([BULKHEAD, "check", scenario, "--json"], check=True, capture_output=True, text=True)
    return {number["path"]: number for number in json.loads(checked.stdout)["parameters"]}


def inert(scenarios, prefix=""):
    waiting = {}
    for scenario in scenarios:
        numbers, base = numbers_of(scenario), answers(scenario, [])
        assert base is not None, f"{scenario} does not run"
        new = [path for path in numbers if waiting.get(path, True) and path.startswith(prefix)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda path: moves(scenario, numbers[path], numbers, base), new))
        waiting.update({path: not moved for path, moved in zip(new, found)})
    return [path for path, is_waiting in waiting.items() if is_waiting]


def moving(scenario, *settings):
    numbers, base = numbers_of(scenario), answers(scenario, [])
    return [one for one in settings if one.partition("=")[0] in numbers or answers(scenario, [one]) != base]


if sys.argv[1] == "used":
    print(*inert(sys.argv[2:]), sep="\n")
elif sys.argv[1] == "below":
    print(*inert(sys.argv[3:], sys.argv[2]), sep="\n")
else:
    print(*moving(*sys.argv[2:]), sep="\n")
