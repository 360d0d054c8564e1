# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Holds the tree against the order of its rooms (build-aux/rooms), by its includes and by the calls of its objects.

    rooms.py SOURCE [BUILD]       says what breaks a rule, one line each; exit status 1 if there is anything
    rooms.py SOURCE BUILD --count the same rules as counts

Rules: no include and no call from a room to one later in the list; no circle of files by calls or by includes; a public
function is declared in the header of its own file or in its room's parts.h, a subcommand in their table; no other room
includes a parts.h; no room has more than 30 source files; no file has more than 500 lines; no expression has more than
three arrows; scopes are compared by their order in models/words/scope.h alone. Files that see the whole catalog
(models/catalog/catalog.h) are told too: they are to be few.
"""
import collections
import os
import re
import subprocess
import sys

MOST_FILES = 30
MOST_LINES = 500
# Rows of these tables are declared where the table stands.
TABLES = {"bh_subcommand_": "command/subcommands.h", "bh_kind_": "models/catalog/application_kinds.h",
          "bh_level_": "models/words/checkpoint_levels.h"}
CATALOG = "models/catalog/catalog.h"
# A chain of more than three arrows: a->b[i].c->d->e->f.
ARROWS = re.compile(r"\w+(?:(?:\.\w+)*->\w+){4,}")
# Scopes compared by their order, but for where that is asked by name.
SCOPES = re.compile(r"[<>]=?\s*BH_SCOPE_\w+|\bBH_SCOPE_\w+\s*[<>+-]")
SCOPES_HEADER = "models/words/scope.h"
TOPS = ("models", "sim", "analysis", "lab", "command")
# Programs of their own, which run inside the emulated machine or inside QEMU: nothing here links them.
ELSEWHERE = ("lab/inside/", "lab/plugin/")


def read_rooms(source):
    with open(os.path.join(source, "build-aux/rooms"), encoding="utf-8") as lines:
        names = [line.strip() for line in lines]
    return [name for name in names if name and not name.startswith("#")]


def source_files(source):
    for top in TOPS:
        for folder, _, names in os.walk(os.path.join(source, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".cpp")):
                    yield os.path.relpath(os.path.join(folder, name), source)


def room_of(path):
    return os.path.dirname(path)


def includes(source, path):
    with open(os.path.join(source, path), encoding="utf-8") as text:
        return re.findall(r'^\s*#\s*include\s*"((?:models|sim|analysis|lab|command)/[^"]+)"', text.read(), re.M)


def symbols(build, path):
    """What the object of a source file defines for others, and what it needs: (defined, undefined)."""
    folder, name = os.path.split(os.path.splitext(path)[0])
    made = os.path.join(build, folder, name + ".o")
    if not os.path.exists(made):  # automake puts the program's name before objects that have flags of their own
        made = os.path.join(build, folder, f"bulkhead-{name}.o")
    listed = subprocess.run(["nm", "-P", made], check=True, capture_output=True, text=True).stdout
    defined, undefined = set(), set()
    for line in listed.splitlines():
        name, kind = line.split()[:2]
        if kind in "TBDRVWC":
            defined.add(name)
        elif kind == "U":
            undefined.add(name)
    return defined, undefined


def circles(edges):
    """The strongly connected parts of more than one node (Tarjan 1972), without recursion."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in sorted(edges):
        if root in index:
            continue
        work = [(root, iter(sorted(edges[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for after in rest:
                if after not in index:
                    index[after] = low[after] = len(index)
                    stack.append(after)
                    on_stack.add(after)
                    work.append((after, iter(sorted(edges.get(after, ())))))
                    break
                if after in on_stack:
                    low[node] = min(low[node], index[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = []
                    while True:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                        if part[-1] == node:
                            break
                    if len(part) > 1:
                        found.append(sorted(part))
    return found


class House:
    def __init__(self, source, build):
        self.source = source
        self.rooms = read_rooms(source)
        self.place = {room: at for at, room in enumerate(self.rooms)}
        self.files = list(source_files(source))
        self.found = collections.defaultdict(list)
        self.included = {path: includes(source, path) for path in self.files}
        self.calls = None
        if build:
            self.read_objects(build)

    def say(self, rule, text):
        self.found[rule].append(text)

    def read_objects(self, build):
        self.defined, needed = {}, {}
        for path in self.files:
            if path.endswith(".h") or path.startswith(ELSEWHERE):
                continue
            defined, needed[path] = symbols(build, path)
            for name in defined:
                self.defined[name] = path
        self.calls = collections.defaultdict(lambda: collections.defaultdict(set))
        for path, names in needed.items():
            for name in names:
                if self.defined.get(name, path) != path:
                    self.calls[path][self.defined[name]].add(name)

    def is_against(self, path, other):
        room, below = room_of(path), room_of(other)
        if room == below:
            return False
        if "command/" in room and "command/" in below:
            return True  # rooms of the command know each other through command/ alone
        if room == "command" and below.startswith("command/"):
            return os.path.basename(path) != "main.c"  # the table of subcommands
        return self.place[below] > self.place[room]

    def check_rooms(self):
        counts = collections.Counter(room_of(path) for path in self.files)
        for room, count in sorted(counts.items()):
            if room not in self.place:
                self.say("rooms", f"{room}: is not in build-aux/rooms")
            if count > MOST_FILES:
                self.say("rooms", f"{room}: has {count} files, expected at most {MOST_FILES}")
        for path in self.files:
            with open(os.path.join(self.source, path), encoding="utf-8") as text:
                lines = sum(1 for _ in text)
            if lines > MOST_LINES:
                self.say("lines", f"{path}: has {lines} lines, expected at most {MOST_LINES}")

    def check_includes(self):
        for path, names in self.included.items():
            for other in names:
                if other not in self.included:
                    self.say("includes", f"{path}: includes {other}, which is not there")
                elif self.is_against(path, other):
                    self.say("includes", f"{path}: includes {other}, against the order of rooms")
                elif os.path.basename(other).endswith("parts.h") and room_of(other) != room_of(path):
                    self.say("parts", f"{path}: includes {other}, which is for its own room")
        headers = {path: [other for other in names if other.endswith(".h")] for path, names in self.included.items()
                   if path.endswith(".h")}
        for circle in circles(headers):
            self.say("circles", "headers include each other: " + ", ".join(circle))

    def check_arrows(self):
        for path in self.files:
            with open(os.path.join(self.source, path), encoding="utf-8") as text:
                for number, line in enumerate(text, 1):
                    while "[" in line and (flat := re.sub(r"\[[^][]*\]", "", line)) != line:
                        line = flat
                    for chain in ARROWS.findall(line):
                        self.say("arrows", f"{path}:{number}: {chain}")

    def check_scopes(self):
        for path in self.files:
            with open(os.path.join(self.source, path), encoding="utf-8") as text:
                for number, line in enumerate(text, 1):
                    if path != SCOPES_HEADER and SCOPES.search(line):
                        self.say("scopes", f"{path}:{number}: compares scopes by their order, not by {SCOPES_HEADER}")

    def check_catalog(self):
        sees = {CATALOG}
        while True:
            more = {path for path in self.files if path not in sees and sees & set(self.included[path])}
            if not more:
                break
            sees |= more
        for path in sorted(sees - {CATALOG}):
            self.say("catalog", f"{path}: sees {CATALOG}")

    def check_calls(self):
        for path, others in sorted(self.calls.items()):
            for other, names in sorted(others.items()):
                if self.is_against(path, other):
                    self.say("calls", f"{path}: calls {', '.join(sorted(names))} of {other}, against the order of rooms")
        for circle in circles({path: set(others) for path, others in self.calls.items()}):
            self.say("circles", "files call each other in a circle: " + ", ".join(circle))

    def check_declarations(self):
        declared = collections.defaultdict(set)
        for path in self.files:
            if path.endswith(".h"):
                with open(os.path.join(self.source, path), encoding="utf-8") as text:
                    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text.read(), flags=re.S)
                for name in set(re.findall(r"\b(bh_\w+)\b", code)):
                    declared[name].add(path)
        for name, path in sorted(self.defined.items()):
            if not name.startswith("bh_"):
                continue
            own = os.path.splitext(path)[0] + ".h"
            parts = os.path.join(room_of(path), "parts.h")
            table = next((TABLES[row] for row in TABLES if name.startswith(row)), parts)
            if not declared[name] & {own, parts, table}:
                where = ", ".join(sorted(declared[name])) or "no header"
                self.say("declarations", f"{name} of {path}: declared in {where}, expected {own} or {parts}")

    def check(self):
        self.check_rooms()
        self.check_includes()
        self.check_arrows()
        self.check_scopes()
        self.check_catalog()
        if self.calls is not None:
            self.check_calls()
            self.check_declarations()
        return self.found


def main():
    arguments = [word for word in sys.argv[1:] if not word.startswith("--")]
    found = House(arguments[0], arguments[1] if len(arguments) > 1 else None).check()
    for rule, lines in found.items():
        if "--count" in sys.argv:
            print(rule, len(lines))
        else:
            print(*lines, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
