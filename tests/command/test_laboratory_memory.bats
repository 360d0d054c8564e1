#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Bits of an emulated node's memory, followed to what uses them next.

load ../support/common
load ../support/laboratory

setup() {
    cd "$BATS_TEST_TMPDIR"
}

@test "planted: a letter of a process's answer is read by that process alone, whose answer then is none" {
    need_laboratory
    study first '{zone: process-0, fault: none, trials: 1}'
    snapshot=$(bulkhead inject first.yaml --only 0 -q | head -n 1 |
        "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["snapshot"])')
    # The text that answers are written by lies there as often as the program does: of the agent, and of each process.
    "$PYTHON" - "$BULKHEAD_LAB/snapshots/native-$snapshot/ram" >letters <<'END'
import mmap, sys
with open(sys.argv[1], "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as memory:
    at = memory.find(b"\0answer %")
    while at >= 0:
        print(at + 2)
        at = memory.find(b"\0answer %", at + 1)
END
    expect_lines "$(cat letters)" 3
    while read -r letter; do
        study letter "{zone: any, fault: memory, address: $letter, bit: 0, trials: 3}"
        bulkhead inject letter.yaml -d "$letter" -q -j 1
        told "$letter" >>told
    done <letters
    "$PYTHON" - told <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
assert len(records) == 9, records
# A time at which the answer has been written already may be drawn; of three hardly always.
for own in (0, 1):
    mine = [record for record in records if record["zone"] == "process-%d" % own]
    assert mine and all(record["next"] == "read" and record["after"] > 0 for record in mine), records
    for record in mine:
        assert record["enclaves"][own] == "wrong" and record["enclaves"][1 - own] == "unharmed", record
        assert record["host"] == "unharmed" and "injected" in record, record
others = [record for record in records if not record["zone"].startswith("process-")]
assert len(others) >= 3 and all(record["zone"] == "any" and record["next"] == "untouched" for record in others), others
assert all(record["extent"] == "masked" for record in others), others
END
}

@test "bits of memory: what nobody uses has no effect, many at once or alone; equal studies are equal" {
    need_laboratory
    study bits '{zone: any, fault: memory, trials: 2300}, {zone: process-0, fault: register, trials: 1}' seed 31
    bulkhead inject bits.yaml -d a -q -j 1
    bulkhead inject bits.yaml -d b -q -j 2 --shard 2/2
    bulkhead inject bits.yaml -d b -q -j 2 --shard 1/2
    told a >a.txt
    told b >b.txt
    expect_lines "$(cat a.txt)" 2301
    cmp a.txt b.txt
    # What walks page tables is not seen by who watches: such bits may have an effect.
    dead=$("$PYTHON" - a.txt <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
memory = [record for record in records if record["fault"] == "memory"]
live = [record for record in memory if record["next"] in ("read", "executed")]
dead = [record for record in memory if record["next"] in ("overwritten", "untouched")]
assert live and len(live) + len(dead) == len(memory) == 2300 and len(live) < 30, live
assert all(record["zone"] != "any" and "injected" in record for record in live), live
assert all(record["zone"] == "any" and "injected" not in record for record in dead)
assert sum(record["extent"] != "masked" for record in dead) <= 1, dead
assert any(record["next"] == "overwritten" for record in dead)
print(dead[7]["trial"])
END
    )
    run_bulkhead inject bits.yaml -d a --status
    expect_text "$output" 'bits of memory: of 2300 ' ' untouched, '
    # Alone it comes to the same.
    run_bulkhead inject bits.yaml -d a --only "$dead" -q
    expect_status 0
    [ "$(field next)" = "$(grep "\"trial\": $dead," a.txt | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["next"])')" ]
    [ "$(field said)" = "$(grep "\"trial\": $dead," a.txt | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["said"])')" ]
}
