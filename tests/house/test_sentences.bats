#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Sentences are counted: the table is what the queries give from the kept results, the documents have its counts, and the
# rules by which worlds are counted say of cases whose answer is known what that is.

load ../support/common

sentences=$SOURCE_DIRECTORY/experiments/sentences

@test "the table of sentences is what the queries give from what is kept" {
    "$PYTHON" -c 'import yaml, numpy' || skip 'no python3-yaml and python3-numpy'
    "$PYTHON" "$sentences/count" table >"$BATS_TEST_TMPDIR/table.txt"
    diff "$sentences/table.txt" "$BATS_TEST_TMPDIR/table.txt"
    grep -q 'in [0-9]* of [0-9]* worlds, undecided in [0-9]*' "$BATS_TEST_TMPDIR/table.txt"
}

@test "the documents have the counts of the table, each under its key" {
    "$PYTHON" -c 'import yaml, numpy' || skip 'no python3-yaml and python3-numpy'
    "$PYTHON" - "$sentences" <<'END'
import importlib.machinery, sys
sys.dont_write_bytecode = True
count = importlib.machinery.SourceFileLoader("count_sentences", sys.argv[1] + "/count").load_module()
counts = count.all_counts()
texts = [open(document, encoding="utf-8").read() for document in count.DOCUMENTS]
for query, by_prior in counts:
    assert f"<!--{query['key']}-->" in texts[0], query["key"]
for text in texts:
    assert count.marked(text, counts) == text
    # A count that is another is seen.
    wrong = text.replace("worlds, undecided in ", "worlds, undecided in 9", 1)
    assert wrong != text and count.marked(wrong, counts) == text
END
}

@test "a paired difference inside its interval is undecided, and what is not done took longer" {
    "$PYTHON" -c 'import yaml, numpy' || skip 'no python3-yaml and python3-numpy'
    "$PYTHON" - "$sentences" <<'END'
import importlib.machinery, math, sys
sys.dont_write_bytecode = True
count = importlib.machinery.SourceFileLoader("count_sentences", sys.argv[1] + "/count").load_module()
no = math.nan
def verdict(left, right, metric="makespan"):
    return count.compare(metric, (0.1, left), (0.2, right))[0]
assert verdict([1, 2, 3], [2, 4, 6]) == 1 and verdict([2, 4, 6], [1, 2, 3]) == -1
assert verdict([1, 2, 3], [1, 2, 3]) == 0
# Three differences of logarithms -1, -1 and +0.4 have the mean -0.533 and the half-width 4.303 * 0.808 / sqrt(3) = 2.01; -1, -1.1 and
# -0.9 the half-width 0.248.
assert verdict([math.exp(-1), math.exp(-1), math.exp(0.4)], [1, 1, 1]) == 0
assert verdict([math.exp(-1), math.exp(-1.1), math.exp(-0.9)], [1, 1, 1]) == 1
assert verdict([1, 1, 1], [no, no, no]) == 1 and verdict([no, no, no], [1, 1, 1]) == -1
assert verdict([no, no, no], [no, no, no]) == 0 and verdict([1, no, 1], [2, 2, 2]) == 0
assert verdict([], [], "escape") == 1
# Of a number that makes the difference, one drawn with it and fifty that do not, the first alone is told.
import random
random.seed(1)
worlds = [str(w) for w in range(64)]
numbers = {"a.cause": {w: random.random() for w in worlds}}
numbers["b.with"] = {w: 2 * v for w, v in numbers["a.cause"].items()}
sizes = {w: math.log(0.1 + v) for w, v in numbers["a.cause"].items()}
for n in range(50):
    numbers[f"c.{n}"] = {w: random.random() for w in worlds}
told = count.deciding(sizes, numbers)
assert told == ["a.cause (+1.00)"], told
assert count.deciding({w: random.random() for w in worlds}, {k: v for k, v in numbers.items() if k == "a.cause"}) == []
END
}
