# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The machine of tests/bench/actor_per_node.c as one writes it with SimPy: a process per node, which fails and interrupts the
# application.
#   process_per_node.py NODES MTTI WORK INTERVAL CHECKPOINT RESTART SEED
# Times in s, MTTI that of the machine. Prints what scale_cost does; the time of loading is that of making the processes.
import random
import resource
import sys
import time

import simpy


class Machine:
    """The application, its failures, and what is counted of both."""

    def __init__(self, environment, arguments):
        self.nodes = int(arguments[0])
        mtti_s, self.work_s, self.interval_s, self.checkpoint_s, self.restart_s = map(float, arguments[1:6])
        self.mtbf_s = mtti_s * self.nodes
        self.random = random.Random(int(arguments[6]))
        self.environment = environment
        self.faults = self.events = 0
        self.application = environment.process(self.run())
        for _ in range(self.nodes):
            environment.process(self.fail())

    def fail(self):
        while True:
            yield self.environment.timeout(self.random.expovariate(1 / self.mtbf_s))
            self.faults += 1
            if self.application.is_alive:
                self.application.interrupt()

    def recover(self):
        while True:
            self.events += 1
            try:
                yield self.environment.timeout(self.restart_s)
                return
            except simpy.Interrupt:
                pass

    def run(self):
        work_s = 0.0
        while work_s < self.work_s:
            try:
                yield self.environment.timeout(self.interval_s)
                yield self.environment.timeout(self.checkpoint_s)
            except simpy.Interrupt:
                yield from self.recover()
                self.events += 1
                continue
            work_s += self.interval_s
            self.events += 1


def main():
    environment = simpy.Environment()
    start_s = time.process_time()
    machine = Machine(environment, sys.argv[1:])
    loaded_s = time.process_time()
    environment.run(until=machine.application)
    ran_s = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{loaded_s - start_s:.6g},{ran_s - loaded_s:.6g},{peak},{machine.faults},{machine.faults},{machine.events},"
          f"{environment.now:.17g}")


main()
