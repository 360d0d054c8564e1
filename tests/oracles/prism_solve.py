# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads what `bulkhead contain --format prism` writes, solves it, and holds it against the exact answers in JSON.

    prism_solve.py MODEL ANSWERS.json

The reader knows of PRISM's language what a discrete-time chain of one variable needs: guards of comparisons, updates with
probabilities, labels by arithmetic, rewards of states.
"""
import json
import math
import re
import sys


class Model:
    def __init__(self, text):
        text = re.sub(r"//.*", "", text)
        assert re.match(r"\s*dtmc\s", text), "not a discrete-time chain"
        self.last = int(re.search(r"s : \[0\.\.(\d+)\] init 0;", text)[1])
        module = re.search(r"module error(.*?)endmodule", text, re.S)[1]
        self.commands = [self.command(line) for line in re.findall(r"\[\] (.*?);", module, re.S)]
        self.labels = {name: self.condition(rest) for name, rest in re.findall(r'label "(\w+)" = (.*?);', text)}
        rewards = re.search(r'rewards "time"(.*?)endrewards', text, re.S)[1]
        self.reward = {int(s): float(r) for s, r in re.findall(r"s=(\d+) : (\S+);", rewards)}

    def command(self, line):
        guard, updates = line.split("->")
        jumps = []
        if updates.strip() != "true":
            for update in updates.split(" + "):
                probability, to = re.fullmatch(r"\s*(?:(\S+):)?\(s'=(\d+)\)\s*", update).groups()
                jumps.append((float(probability or 1), int(to)))
        return guard, self.condition(guard), jumps

    @staticmethod
    def condition(words):
        """PRISM's comparisons as Python's."""
        code = re.sub(r"(?<![<>])=", "==", words.strip()).replace("&", " and ")
        code = code.replace("mod(", "(lambda a, b: a % b)(")
        compiled = compile(code, "condition", "eval")
        return lambda s, origin: eval(compiled, {"s": s, "origin": origin, "floor": math.floor})

    def table(self, origin):
        """Jumps of each state; none of those that stay for good."""
        jumps = {}
        for words, guard, to in self.commands:
            single = re.match(r"s=(\d+)", words)
            for s in [int(single[1])] if single else range(self.last + 1):
                if guard(s, origin):
                    assert s not in jumps, f"two commands for state {s}"
                    jumps[s] = to
        return jumps

    def solve(self, origin):
        """Probability of each ending, and the mean time until it."""
        jumps = self.table(origin)
        mass, time, ended = {0: 1.0}, 0.0, {}
        for _ in range(100000):
            if not mass:
                return ended, time
            following = {}
            for s, m in mass.items():
                to = jumps[s]
                if not to:
                    ended[s] = ended.get(s, 0.0) + m
                    continue
                assert abs(sum(p for p, _ in to) - 1) < 1e-9, f"state {s}: probabilities do not sum to 1"
                time += m * self.reward.get(s, 0.0)
                for p, target in to:
                    if m * p > 1e-17:
                        following[target] = following.get(target, 0.0) + m * p
            mass = following
        sys.exit("does not end")


def close(found, expected, what):
    assert abs(found - expected) <= 1e-9 + 1e-9 * abs(expected), f"{what}: PRISM's model {found}, the chain {expected}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        model = Model(file.read())
    with open(sys.argv[2], encoding="utf-8") as file:
        policy = json.load(file)["policies"][0]
    answers = [policy["all"]["exact"]] + [row["exact"] for row in policy["origins"]]
    compared = 0
    for origin, answer in enumerate(answers):
        ended, time = model.solve(origin)
        close(sum(ended.values()), 1.0, "all")
        assert all(model.labels["ended"](s, origin) for s in ended)

        def probability(label):
            return sum(m for s, m in ended.items() if model.labels[label](s, origin))
        for scope, expected in answer["extent"].items():
            close(probability("extent_" + scope), expected, f"origin {origin}, extent {scope}")
            compared += 1
        for boundary, expected in answer["beyond"].items():
            if expected is not None:
                close(probability("beyond_" + boundary.replace("/", "_")), expected, f"origin {origin}, beyond {boundary}")
                compared += 1
        close(probability("silent"), answer["silent"], f"origin {origin}, silent")
        close(time, answer["time_s"], f"origin {origin}, time")
        compared += 2
    print(f"{len(answers)} origins, {model.last + 1} states, {compared} numbers agree")


if __name__ == "__main__":
    main()
