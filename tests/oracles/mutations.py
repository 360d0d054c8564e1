#!/usr/bin/env python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Deliberate errors, and which test catches each: the list is kept, and can be tried again.

    mutations.py check SOURCE                 whether each still stands where it would be made, once
    mutations.py try SOURCE BUILD [NUMBER...]  makes each in turn, builds and runs what is to catch it; then takes it back

`try` changes files of SOURCE: give it a copy of the tree with a build of its own. Exits with 1 if any is not caught. Each in
the list was tried and caught. One that was not: that detection takes no time, by `validate one-failure`, whose guest and node
come back by an account of their own; it has to be looked for where a process alone fails.
"""
import os
import subprocess
import sys

# File, what stands there, what is put in its place, what that is, and what catches it: a unit test, cases of `bulkhead
# validate`, `resolutions` (tests/oracles/resolutions.py) or `twin` (tests/oracles/twin).
MUTATIONS = [
    ("sim/process/steps.c", "process->done_s += process->step_work_s;", "process->done_s += 2.0 * process->step_work_s;",
     "a step counts twice", "resolutions 4"),
    ("sim/process/seats.c", "        if (!is_due(node_s))\n            return node_s;\n", "",
     "a node is up again at once", "resolutions 12"),
    ("sim/process/jobs.c", "    if (is_killed)\n        sg_actor_kill(actor);\n", "",
     "a process that is lost lives on", "resolutions 4"),
    ("sim/enclaves/outage.c", "enclave->restart_end_s = enclave->replica->now_s + bh_enclave_recovery(enclave)->process_restart_s.value;",
     "enclave->restart_end_s = enclave->replica->now_s;", "a restart time is dropped", "validate one-failure"),
    ("sim/enclaves/outage.c", "    enclave->work_s = state->work_s;\n", "", "work is not rolled back", "validate one-failure"),
    ("sim/state/machine.c", "settle(machine, slot, fifo_pop(&machine->idle), spare_ready_s, guest_boot_s);\n    else",
     "settle(machine, slot, machine->idle.number[machine->idle.first], spare_ready_s, guest_boot_s);\n    else",
     "a spare is used twice", "unit state/test_machine"),
    ("sim/state/kept_states.c", "newest = &kept->state[kept->count - 1];", "newest = &kept->state[0];",
     "the oldest state is read", "unit state/test_kept_states"),
    ("sim/state/kept_states.c", "bh_lesser(state->time_s, tried_since_s(enclave, lineage))", "state->time_s",
     "what was tried is forgotten with the next return", "unit state/test_kept_states"),
    ("models/cost/noise.c", "2.0 * m * exp(log_u)", "2.0 * m * u", "noise of one node, not of the slowest",
     "unit cost/test_noise"),
    ("models/cost/slowdown.c", "has_guest ? application->exits_per_s.value : 0.0;", "application->exits_per_s.value;", "native nodes have VM exits", "unit cost/test_slowdown"),
    ("sim/errors/message_log.c", "        message->is_replayed = true;\n", "", "a wrong message comes again without end", "test_restart"),
    ("sim/errors/message_log.c", "message->is_due = message->work_s > work_s ||", "message->is_due = message->work_s < work_s ||",
     "kept messages do not come again", "test_restart"),
    ("sim/enclaves/bulk_synchronous.c", "    bh_checkpoint_save(enclave, enclave->saving);\n", "", "a checkpoint is lost",
     "validate one-failure"),
    ("sim/enclaves/outage.c",
     "    bh_errors_clear_processes(enclave->replica, enclave->index, BH_ALL_SLOTS);\n    bh_composing_return",
     "    bh_composing_return", "a copy lives on in processes that were restarted", "twin"),
    ("sim/state/machine.c", "    settle(machine, slot, fifo_pop(&machine->idle), spare_ready_s, guest_boot_s);\n    return true;",
     "    settle(machine, slot, machine->idle.number[machine->idle.first], spare_ready_s, guest_boot_s);\n    return true;",
     "a spare that took a crashed node's place is at hand again", "twin"),
    ("sim/enclaves/service.c",
     "    bh_errors_clear_processes(enclave->replica, enclave->index, outage->slot); /* they die with their part */\n", "",
     "a service's part restarts with the errors that its other processes had", "test_services"),
    ("sim/errors/disposal.c", ".time_s = replica->now_s + repair_s, .kind = BH_EVENT_RETURNED, .index = fault->node});",
     ".time_s = replica->now_s + 2.0 * repair_s, .kind = BH_EVENT_RETURNED, .index = fault->node});",
     "repairs take twice as long", "validate spares"),
    ("sim/state/machine.c", "    fifo_push(&machine->idle, node);\n    return false;", "    return false;",
     "a node that was repaired is never a spare again", "validate spares"),
    ("models/cost/interval.c", "return mtti_s * (1.0 + lambert.val);", "return mtti_s * sqrt(2.0 * ratio);",
     "the exact interval is Young's", "validate interval"),
    ("models/faults/arrivals.c", "stream->hardware->arrival.distribution, is_steady}",
     "stream->hardware->arrival.distribution, true}", "a fresh machine is one that has run for long", "validate first-failure"),
    ("sim/errors/live_errors.c", "double blocks = guard != NULL ? guard->blocks.value : 0.0;", "double blocks = 0.0;",
     "guards are ignored", "validate lone-errors"),
    ("sim/errors/crossing.c", "< guard->blocks.value;", "< 0.0;", "guards between nodes are ignored", "test_compositions"),
    ("models/node/node_model.c", "* p / (1.0 - p);", "* p;",
     "an error crosses a channel less often than its probability", "unit spread/test_spread"),
    ("sim/enclaves/verification.c", "    bh_checkpoint_drop_beyond(enclave, passed_work_s);\n", "",
     "states with wrong data are returned to", "test_silent"),
    ("sim/enclaves/service.c", "enclave->setup->nodes - down < enclave->setup->spec->parts_needed;",
     "enclave->setup->nodes - down <= enclave->setup->spec->parts_needed;", "a service is lost with a part too many",
     "test_services"),
    ("sim/state/kept_states.c", "        if (kept->count > 0 && !bh_level_survives(level, taken))\n            drop_level(enclave, level);\n", "",
     "what was on a lost node's disk is still there", "validate levels"),
    ("sim/enclaves/service.c", "about->part = is_out(enclave) ? BH_PART_REPAIR_AND_SPARE_WAIT : bh_enclave_held_by(enclave);",
     "about->part = bh_enclave_held_by(enclave);", "a service that is lost serves on with what is left", "validate parts-needed"),
    ("sim/enclaves/service.c", "counts.interruptions += !was_lost;", "counts.interruptions++;",
     "parts that fail while their service is lost interrupt it", "test_services"),
    ("sim/enclaves/service.c", "return !is_part || (!was_lost && is_lost(enclave));", "return !was_lost && is_lost(enclave);",
     "what takes the whole of a service that is lost does not lose it", "test_services"),
    ("sim/state/stops.c", "recovery->degraded_notice_median_s.value * exp(sigma * z);",
     "recovery->degraded_notice_median_s.value;", "all degraded zones are noticed after the same time", "validate slow-parts"),
    ("sim/errors/crossing.c", "mu * p / (1.0 - p);", "mu * p;", "an error reaches partners less often than its probability",
     "validate spread"),
]


def text_of(source, name):
    with open(os.path.join(source, name), encoding="utf-8") as file:
        return file.read()


def write(source, name, text):
    with open(os.path.join(source, name), "w", encoding="utf-8") as file:
        file.write(text)


def command(source, build, catcher):
    kind, *rest = catcher.split()
    oracles, python = os.path.join(source, "tests/oracles"), sys.executable
    program = os.path.join(build, "bulkhead")
    if kind == "resolutions":
        return [python, os.path.join(oracles, "resolutions.py"), program, *rest]
    if kind == "validate":
        return [program, "validate", "-q", "-j1", *rest]
    if kind == "twin":
        return [python, os.path.join(oracles, "twin/compare.py"), program, "0", "200", "--replicas", "40", "--jobs", "2"]
    if kind == "unit":
        return ["make", "-C", build, "check", f"TESTS=tests/unit/{rest[0]}"]
    return ["make", "-C", build, "check", f"TESTS=tests/command/{kind}.bats"]


def check(source):
    bad = 0
    for name, old, _, what, _ in MUTATIONS:
        count = text_of(source, name).count(old)
        bad += count != 1
        if count != 1:
            print(f"{name}: `{what}` would be made in {count} places, expected 1")
    print(f"{len(MUTATIONS)} deliberate errors, {bad} have no place")
    return bad


def attempt(source, build, mutation):
    """Whether it is caught; None: it does not build."""
    name, old, new, _, catcher = mutation
    before = text_of(source, name)
    write(source, name, before.replace(old, new, 1))
    try:
        if subprocess.run(["make", "-C", build, "CFLAGS=-O1 -w"], capture_output=True, check=False).returncode != 0:
            return None
        environment = dict(os.environ, SOURCE_DIRECTORY=os.path.abspath(source))
        return subprocess.run(command(source, build, catcher), capture_output=True, check=False,
                              env=environment).returncode != 0
    finally:
        write(source, name, before)


def main():
    source = sys.argv[2]
    if sys.argv[1] == "check":
        return 1 if check(source) else 0
    numbers = [int(word) for word in sys.argv[4:]] or range(len(MUTATIONS))
    missed = 0
    for number in numbers:
        caught = attempt(source, sys.argv[3], MUTATIONS[number])
        missed += not caught
        what, catcher = MUTATIONS[number][3:]
        print(f"{number}: {what}: {'caught' if caught else 'does not build' if caught is None else 'MISSED'} by {catcher}",
              flush=True)
    print(f"{len(numbers)} tried, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
