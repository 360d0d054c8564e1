#!/usr/bin/env python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether both resolutions find the same, over random scenarios with faults.

    resolutions.py BULKHEAD COUNT [FIRST] [--keep FOLDER]

Scenarios are those of engines.py, on a machine with a host for each node, without services, and with `costs: no`: then work
takes what it says, by either resolution, and equal seeds mean equal faults, so that not only means but every number of
every replica must be the same. Times are compared within a microsecond, or 1e-9 of the longest. Checkpoints take the times
that the scenario gives: how long traffic takes is for the other tests. Exits with 1 if anything differs.

Of 175, run by hand, all agree. Recorded failures are left out, since their log counts four nodes.
"""
import os
import re
import sys
import tempfile

import engines


def scenario(number):
    text = engines.scenario(number)
    text = re.sub(r"application: loss-tolerant-service", "application: mpi-bulk-synchronous", text)
    text = re.sub(r"^costs: yes$", "costs: no", text, flags=re.M)
    text = re.sub(r", volume: [0-9]+ [MG]B, period: [0-9]+ min", "", text)
    text = re.sub(r"storage: {interval: (\d+) min(?!, write)", r"storage: {interval: \1 min, write: 50 s, read: 40 s", text)
    if engines.RECORDED in text:
        text = text.replace(engines.RECORDED, "none").replace("\n".join(engines.BOARD) + "\n", "")
    return text.replace("models:\n", "models:\n  platform.nodes-per-cabinet: 1\n"
                        "  applications.mpi-bulk-synchronous.step: 100 s\n", 1)


def main():
    told = [word for word in sys.argv[1:] if not word.startswith("--")]
    keep = sys.argv[sys.argv.index("--keep") + 1] if "--keep" in sys.argv else None
    told = [word for word in told if word != keep]
    program, count, first = told[0], int(told[1]), int(told[2]) if len(told) > 2 else 0
    bad = refused = 0
    engines.OWN |= {"events", "transfers"}
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or scratch
        os.makedirs(folder, exist_ok=True)
        for number in range(first, first + count):
            done, outs = [], []
            for resolution in ("enclave", "process"):
                file = os.path.join(folder, f"case-{number}-{resolution}.yaml")
                outs.append(file.replace(".yaml", ".h5"))
                with open(file, "w", encoding="utf-8") as out:
                    out.write(scenario(number) + f"resolution: {resolution}\n")
                done.append(engines.run_plain(program, file, outs[-1]))
            if done[0].returncode != 0 or done[1].returncode != 0:
                refused += 1
                print(f"{number}: ends with {done[0].returncode} and {done[1].returncode}: "
                      f"{(done[0].stderr + done[1].stderr).strip()[:300]}", flush=True)
                continue
            found = engines.differ(*outs)
            bad += bool(found)
            if found:
                print(f"{number}: " + "; ".join(found), flush=True)
    print(f"{count} scenarios, {bad} differ, {refused} were refused")
    return 1 if bad or refused else 0


if __name__ == "__main__":
    sys.exit(main())
