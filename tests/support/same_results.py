#!/usr/bin/env python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether two builds of the program find the same: every dataset and attribute of every results file, and every line told.

    same_results.py [--but-provenance] [--within SHARE] [--keep FOLDER] BEFORE AFTER [SCENARIO...]

BEFORE and AFTER are programs; each runs, checks, contains and reports every SCENARIO (by default the shipped experiments
and the scenarios of the tests) with two replicas. What BEFORE made is kept in FOLDER and not made again. Only what names
the build itself may differ; with --but-provenance nothing that says where results came from is compared, and with --within
numbers may differ by that share of the largest of their dataset (the JSON that holds them is not compared then). Exits with 1 if
anything differs, and names it.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

import h5py
import numpy

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Of the attribute `provenance` and of what is told: the version, the revision, and folders.
BUILD = re.compile(r'("(?:revision|version|command)":\s*)"[^"]*"|bulkhead [0-9][^ ,]*|/[^ ,"\']*/')


def tell(program, folder, name, *arguments):
    """Runs the program, and keeps what it says and how it ends."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, cwd=TOP)
    with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as file:
        file.write(f"{done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.returncode


def make(program, scenario, folder):
    os.makedirs(folder, exist_ok=True)
    results = os.path.join(folder, "results.h5")
    if tell(program, folder, "run", "run", scenario, "--replicas", "2", "-q", "-o", results) == 0:
        tell(program, folder, "report", "report", results, "--no-figure", "--all-points")
        tell(program, folder, "json", "report", results, "--json", "--no-figure")
    tell(program, folder, "check", "check", scenario)
    tell(program, folder, "check-json", "check", scenario, "--json")
    tell(program, folder, "contain", "contain", scenario, "--trials", "200", "-q")


def plain(value):
    """What can be compared: bytes of numbers (NaN equals NaN), texts without the build's own."""
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        return BUILD.sub(r"\1", value)
    if isinstance(value, h5py.Reference):
        return "reference"
    if isinstance(value, numpy.ndarray) and value.dtype == object:
        return [plain(one) for one in value.ravel()]
    if isinstance(value, numpy.ndarray) and value.dtype.names:
        return [plain(value[name]) for name in value.dtype.names]
    return numpy.asarray(value).tobytes(), numpy.shape(value)


def is_close(old, new, within):
    """Of two datasets: whether all numbers differ by no more than a share of the largest."""
    if old.shape != new.shape or old.dtype != new.dtype:
        return False
    if old.dtype.names:
        return all(is_close(old[name], new[name], within) for name in old.dtype.names)
    if old.dtype.kind != "f":
        return bool(numpy.all(old == new))
    finite = numpy.abs(old[numpy.isfinite(old)])
    return numpy.allclose(old, new, rtol=0, atol=within * (finite.max() if finite.size else 0.0), equal_nan=True)


def contents(path, but_provenance, numbers):
    found = {}

    def attributes(name, item):
        for key, value in item.attrs.items():
            if not (but_provenance and key in ("provenance", "version")) and key not in ("REFERENCE_LIST", "DIMENSION_LIST"):
                found[f"{name}@{key}"] = plain(value)

    def visit(name, item):
        attributes(name, item)
        if isinstance(item, h5py.Dataset):
            found[name] = (str(item.dtype), plain(item[()]))
            numbers[name] = item[()]

    with h5py.File(path) as file:
        attributes("", file)
        file.visititems(visit)
    return found


def differences(before, after, but_provenance, within):
    for name in sorted(set(os.listdir(before)) | set(os.listdir(after))):
        pair = [os.path.join(folder, name) for folder in (before, after)]
        if not all(os.path.exists(path) for path in pair):
            yield f"{name}: only one has it"
        elif name.endswith(".h5"):
            numbers = {}, {}
            old, new = (contents(path, but_provenance, numbers[i]) for i, path in enumerate(pair))
            for key in sorted(set(old) | set(new)):
                if old.get(key) == new.get(key):
                    continue
                one, other = (numpy.asarray(side.get(key)) for side in numbers)
                if within is None or key not in numbers[0] or not is_close(one, other, within):
                    by = f" by {numpy.nanmax(numpy.abs(one - other))}" if one.dtype.kind == "f" == other.dtype.kind else ""
                    yield f"{name}: {key}{by}"
        elif within is not None and name.startswith("json"):
            continue
        else:
            texts = []
            for path in pair:
                with open(path, encoding="utf-8") as file:
                    texts.append([BUILD.sub("", line) for line in file])
            if texts[0] != texts[1]:
                first = next((pair for pair in zip(*texts) if pair[0] != pair[1]), ("", "more or fewer lines"))
                yield f"{name}: {first[0]!r} is {first[1]!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--but-provenance", action="store_true")
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("--within", metavar="SHARE", type=float)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    told = parser.parse_args()
    scenarios = told.scenarios or sorted(glob.glob(f"{TOP}/experiments/*.yaml") + glob.glob(f"{TOP}/tests/data/scenarios/*.yaml"))
    count = 0
    with tempfile.TemporaryDirectory() as scratch:
        for scenario in scenarios:
            name = os.path.relpath(os.path.abspath(scenario), TOP)
            before = os.path.join(told.keep or os.path.join(scratch, "before"), name.replace("/", "-"))
            after = os.path.join(scratch, "after", name.replace("/", "-"))
            if not os.path.exists(before):
                make(os.path.abspath(told.before), name, before)
            make(os.path.abspath(told.after), name, after)
            found = list(differences(before, after, told.but_provenance, told.within))
            count += len(found)
            print(f"{name}: {'same' if not found else f'{len(found)} differences'}", flush=True)
            for line in found:
                print(f"  {line}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
