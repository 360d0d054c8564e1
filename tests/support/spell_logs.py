#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes one failure log, drawn by chance, in every spelling that sites and programs use: all must be read as the same.

spell_logs.py FOLDER: writes FOLDER/NAME for each, and prints `NAME OPTION...`, the first of which is the reference.
"""
import datetime
import os
import random
import sys

folder = sys.argv[1]
draw = random.Random(11)
NODES, FAILURES = 6, 72
BEGIN = datetime.datetime(2021, 1, 4)

clock = [draw.expovariate(1 / 6600) for _ in range(NODES)]  # minutes
log = []
while len(log) < FAILURES:
    node = min(range(NODES), key=lambda n: clock[n])
    start = round(clock[node])
    down = max(1, round(draw.lognormvariate(4.2, 1.1)))
    log.append((BEGIN + datetime.timedelta(minutes=start), f"cn{node:02}", down, draw.choice(("fan", "dimm"))))
    clock[node] = start + down + 1 + draw.expovariate(1 / 6600)


def written(name, text, options="", encoding="utf-8"):
    with open(os.path.join(folder, name), "wb") as out:
        out.write(text.encode(encoding))
    print(name, options)


def table(name, when=str, down=lambda minutes: str(60 * minutes), head="time,node,downtime,class", options="",
          row="{when},{node},{down},{cause}", title="", encoding="utf-8", rows=log):
    lines = [row.format(when=when(t), node=n, down=down(d), cause=c, number=i, end=when(t + datetime.timedelta(minutes=d)),
                        t=t) for i, (t, n, d, c) in enumerate(rows)]
    written(name, title + head + "\n" + "\n".join(lines) + "\n", options, encoding)


def form(pattern):
    return lambda t: t.strftime(pattern)


def epoch(t):
    return int((t - datetime.datetime(1970, 1, 1)).total_seconds())


table("plain.csv")
# Orders of dates, which the whole column decides, and their spellings.
table("month-first.csv", form("%m/%d/%Y %H:%M"))
table("day-first.csv", form("%d/%m/%Y %H:%M"))
table("day-first-dots.csv", form("%d.%m.%Y %H:%M:%S"))
table("month-first-short.csv", form("%m/%d/%y %H:%M"))
table("day-first-short.csv", form("%d-%m-%y %H:%M"))
table("year-first-short.csv", form("%y/%m/%d %H:%M"))
table("half-days.csv", form("%m/%d/%Y %I:%M %p"))
table("half-days-short.csv", form("%d/%m/%y %I:%M:%S%p"))
table("month-names.csv", form("%d %b %Y %H:%M"))
table("month-names-dashed.csv", form("%d-%b-%y %H:%M"))
table("month-names-first.csv", form("\"%B %d, %Y %H:%M\""))
table("ctime.csv", form("%a %b %d %H:%M:%S %Y"))
table("year-slashes.csv", form("%Y/%m/%d %H:%M:%S.000"))
table("iso-basic.csv", form("%Y%m%dT%H%M%SZ"))
table("syslog.csv", form("%b %d %H:%M:%S"), options="--year 2021")
# Offsets, of which two zones' worth is one log.
table("offset-colon.csv", form("%Y-%m-%dT%H:%M:%S+01:00"))
table("offset-short.csv", form("%Y-%m-%d %H:%M:%S -0500"))
table("offset-z.csv", form("%Y-%m-%dT%H:%M:%SZ"))
table("offset-varies.csv", lambda t: (t + datetime.timedelta(hours=t.day % 3)).strftime("%Y-%m-%dT%H:%M:%S+0")
      + f"{t.day % 3}:00")
# Numbers.
table("epoch.csv", lambda t: str(epoch(t)))
table("epoch-ms.csv", lambda t: f"{epoch(t)}000")
table("epoch-us.csv", lambda t: f"{epoch(t)}000000")
table("epoch-ns.csv", lambda t: f"{epoch(t)}000000000")
table("epoch-ms-named.csv", lambda t: f"{epoch(t)}000", head="time_ms,node,downtime,class")
table("epoch-ms-said.csv", lambda t: f"{epoch(t)}000", options="--unit time=ms")
table("digits.csv", form("%Y%m%d%H%M%S"))
table("minutes.csv", lambda t: str(epoch(t) // 60), head="time_min,node,downtime,class")
# Down times.
table("down-unit.csv", down=lambda m: f"{60 * m} s")
table("down-units.csv", down=lambda m: f"{m // 60}h {m % 60}min")
table("down-clock.csv", down=lambda m: f"{m // 60}:{m % 60:02}:00")
table("down-pair.csv", down=lambda m: f"{m // 60}:{m % 60:02}", options="--unit downtime=h:mm")
table("down-pair-named.csv", down=lambda m: f"{m // 60}:{m % 60:02}", head="time,node,downtime (h:mm),class")
table("down-days.csv", down=lambda m: f"\"{m // 1440} days, {m // 60 % 24}:{m % 60:02}:00\"")
table("down-slurm.csv", down=lambda m: f"{m // 1440}-{m // 60 % 24:02}:{m % 60:02}:00")
table("down-iso.csv", down=lambda m: f"PT{m // 60}H{m % 60}M")
table("down-minutes.csv", down=str, head="time,node,Down Time [min],class")
table("down-minutes-said.csv", down=str, options="--unit downtime=min")
table("thousands.csv", down=lambda m: f"\"{60 * m:,}\"")
table("thousands-apostrophe.csv", down=lambda m: f"{60 * m:,}".replace(",", "'"))
table("decimal-comma.csv", down=lambda m: f"{m / 60:.6f}".replace(".", ","), head="time;node;downtime_h;class",
      row="{when};{node};{down};{cause}")
table("decimal-comma-thousands.csv", down=lambda m: f"{60 * m:,}".replace(",", ".") + ",0",
      head="time;node;downtime;class", row="{when};{node};{down};{cause}")
# Columns.
table("index-column.csv", head=",time,node,downtime,class", row="{number},{when},{node},{down},{cause}")
table("index-unnamed.csv", row="{number},{when},{node},{down},{cause}")
table("trailing-separator.csv", row="{when},{node},{down},{cause},")
table("more-columns.csv", head="ticket,time,node,downtime,class,remark,remark",
      row="T{number},{when},{node},{down},{cause},none,")
table("end-column.csv", head="time,node,end,class", row="{when},{node},{end},{cause}")
table("capitals.csv", head="Start Time,Host Name,Duration,Root Cause")
table("tabs.csv", head="StartTime\tHostname\tDown Time\tCategory", row="{when}\t{node}\t{down}\t{cause}")
table("said.csv", head="Anfang,Rechner,Dauer,Grund",
      options="--column time=Anfang,node=Rechner,downtime=Dauer --column class=Grund")
table("ignored.csv", head="time,node,downtime,class,downtimes", row="{when},{node},{down},{cause},9",
      options="--ignore downtimes")
table("no-names.csv", head="", options="--column time=#1,node=#2,downtime=#3,class=#4")
table("date-and-time.csv", head="Date,Time,node,downtime,class", row="{t:%d/%m/%Y},{t:%H:%M},{node},{down},{cause}")
table("title.csv", title="Failures of a machine; made up,,,\n\n# drawn\nAll times in UTC, \"as is\n")
table("backwards.csv", rows=log[::-1])
table("mark.csv", encoding="utf-8-sig")
table("utf-16.csv", encoding="utf-16")
# Archives' forms.
causes = "Facilities,Hardware,Human Error,Network,Undetermined,Software"
for name, title, unit in (("cfdr.csv", "", ""), ("cfdr-as-distributed.csv", "Made-up data,,,\n", " (mm/dd/yy hh:mm)")):
    table(name, form("%-m/%-d/%Y %H:%M"), str, title=title,
          head=f"System,nodes,nodenum,node prod,node decom,purpose,Prob Started{unit},Prob Fixed{unit},Down Time,{causes}",
          row=",6,{node},,,,{when},{end},{down},,{cause},,,,")
events = []
for node in range(NODES):
    up = BEGIN
    for start, name, down, cause in log:
        if name == f"cn{node:02}":
            end = start + datetime.timedelta(minutes=down)
            events += [(up, f"0 0 {node} 1 {name} 1 {epoch(up)} {epoch(start)} {cause}"),
                       (start, f"0 0 {node} 1 {name} 0 {epoch(start)} {epoch(end)} NULL")]
            up = end
written("fta-by-node.tab", "\n".join(line for _, line in events) + "\n")
written("fta-by-time.tab", "\n".join(line for _, line in sorted(events)) + "\n")
written("fta-backwards.tab", "\n".join(line for _, line in sorted(events, reverse=True)) + "\n", encoding="utf-8-sig")
