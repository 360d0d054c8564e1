#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the small failure logs of tests/data/logs and experiments/failures.csv: no machine's, but drawn.

Forty nodes for two years: hardware faults with Weibull up times (shape 0.7) and lognormal repair, software faults
with exponential ones and short repair, and three bursts. Times in minutes, as operators write them.
"""
import datetime
import os
import random

top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
draw = random.Random(7)
NODES, DAYS = 40, 730
START = datetime.datetime(2020, 1, 1)
CAUSES = {  # class: up time and down time in minutes
    "hardware": (lambda: draw.weibullvariate(110 * 1440, 0.7), lambda: draw.lognormvariate(4.2, 1.2)),
    "software": (lambda: draw.expovariate(1 / (150 * 1440)), lambda: draw.lognormvariate(3.2, 0.8)),
}

events = []
for node in range(NODES):
    for cause, (up, down) in CAUSES.items():
        clock = 0.0
        while (clock := clock + up()) < DAYS * 1440:
            length = max(1, round(down()))
            events.append((round(clock), node, cause, length))
            clock += length
for burst in (100_000, 400_000, 700_000):
    events += [(burst, node, "power", 90) for node in range(8, 16)]
events.sort()

# A node's records do not overlap here: what begins while it is down is left out.
free = dict.fromkeys(range(NODES), 0)
log = []
for start, node, cause, length in events:
    if start > free[node]:
        log.append((start, node, cause, length))
        free[node] = start + length


def moment(minutes):
    return START + datetime.timedelta(minutes=minutes)


with open(f"{top}/experiments/failures.csv", "w") as out:
    out.write("# Drawn by tests/support/make_logs.py, no machine's: 40 nodes in 2020 and 2021.\n")
    out.write("time,node,class,downtime_min,installed\n")
    for start, node, cause, length in log:
        out.write(f"{moment(start):%Y-%m-%d %H:%M},n{node:02},{cause},{length},2020-01-01\n")

with open(f"{top}/tests/data/logs/cfdr.csv", "w", newline="\r\n") as out:
    causes = ["Facilities", "Hardware", "Human Error", "Network", "Undetermined", "Software"]
    out.write("System,machine type,nodes,procstot,procsinnode,nodenum,nodenumz,node install,node prod,node decom,"
              "fru type,mem,cputype,memtype,num intercon,purpose,Prob Started,Prob Fixed,Down Time,"
              + ",".join(causes) + ",Same Event\n")
    column = {"hardware": ("Hardware", "CPU"), "software": ("Software", "OS"), "power": ("Facilities", "Power Outage")}
    for start, node, cause, length in log:
        begun, fixed = moment(start), moment(start + length)
        cells = [column[cause][1] if c == column[cause][0] else "" for c in causes]
        out.write(f"1,cluster,{NODES},{4 * NODES},4,{node},{node},19-Nov,20-Jan,current,part,16,1,1,0,"
                  f"{'graphics.fe' if node == 0 else 'compute'},"
                  f"{begun.month}/{begun.day}/{begun.year} {begun.hour}:{begun.minute:02},"
                  f"{fixed.month}/{fixed.day}/{fixed.year} {fixed.hour}:{fixed.minute:02},{length},"
                  + ",".join(cells) + ",No\n")

with open(f"{top}/tests/data/logs/event_trace.tab", "w") as out:
    out.write("event_id  component_id node_id  platform_id   node_name     event_type   event_start_time"
              "     event_stop_time  event_end_reason\n")
    codes = {"hardware": 1000, "software": 4000, "power": 5000}
    for node in range(NODES):
        own = [(s, c, l) for s, n, c, l in log if n == node]
        clock, number = 0, 0
        epoch = int((START - datetime.datetime(1970, 1, 1)).total_seconds())
        for start, cause, length in own + [(DAYS * 1440, None, 0)]:
            reason = codes[cause] if cause else "NULL"
            out.write(f"    {number}\t 0\t {node}\t 9\t n.{node}\t 1\t\t{epoch + 60 * clock}\t\t{epoch + 60 * start}\t"
                      f" {reason}\n")
            if cause:
                out.write(f"    {number + 1}\t 0\t {node}\t 9\t n.{node}\t 0\t\t{epoch + 60 * start}\t\t"
                          f"{epoch + 60 * (start + length)}\t 8000\n")
            clock, number = start + length, number + 2
