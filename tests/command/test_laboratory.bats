#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead inject: bad input; and, where ./quickstart lab has been, faults planted in an emulated node, whose effects are
# known, and equal runs that must be equal.

load ../support/common
load ../support/laboratory

setup() {
    cd "$BATS_TEST_TMPDIR"
    study one '{zone: process-0, fault: register, trials: 1}'
}

# expect_wrong TEXT...: wrong.yaml is refused with these.
expect_wrong() {
    run_bulkhead inject wrong.yaml -d d
    expect_status 2
    expect_text "$errors" "$@"
}

@test "a study that is wrong is refused with file, line and key" {
    study wrong '{zone: guest-kernel-0, fault: register, trials: 1}'
    expect_wrong 'wrong.yaml:5:' 'whose stack is native, has no zone guest-kernel-0'
    study wrong '{zone: host-kernel, fault: vectro, trials: 1}'
    expect_wrong "vectro" 'register'
    study wrong '{zone: host-kernel, fault: memory, register: rax, trials: 1}'
    expect_wrong 'found a register, expected none'
    study wrong '{zone: host-kernel, fault: register, bit: 64, trials: 1}'
    expect_wrong 'wrong.yaml:5:' '64'
    study wrong '{zone: host-kernel, fault: register, trials: 1}' node nobody
    expect_wrong 'lab/nodes/nobody.yaml'
    printf 'name: n\nstack: kvm\nmemory: 800 MiB\nguests: {memory: [128 MiB, 128 MiB]}\n' >n.yaml
    study wrong '{zone: host-kernel, fault: register, trials: 1}' node n.yaml
    expect_wrong 'n.yaml:4:' 'found guests of one size, expected two'
    study wrong '{zone: host-network, fault: register, trials: 1}' node kvm
    expect_wrong 'wrong.yaml:5:' 'has no zone host-network'
    study wrong '{zone: host-kernel, fault: register, trials: 1}' workload exchange
    expect_wrong 'wrong.yaml:2:' 'found exchange, which needs a network'
    study wrong '{zone: host-kernel, fault: exit-block, trials: 1}' node kvm
    expect_wrong 'wrong.yaml:5:' 'found faults of kind exit-block in host-kernel, expected them in a guest'
    study wrong '{zone: host-kernel, fault: exit-register, trials: 1}'
    expect_wrong 'wrong.yaml:5:' 'found faults of kind exit-register in host-kernel'
    study wrong '{zone: guest-kernel-0, fault: exit-register, register: rsp, trials: 1}' node kvm
    expect_wrong 'wrong.yaml:5:' 'found rsp, which the control block has' 'field: rsp'
    study wrong '{zone: guest-kernel-0, fault: register, field: rip, trials: 1}' node kvm
    expect_wrong 'wrong.yaml:5:' 'found a field, expected none'
    study wrong '{zone: any, fault: register, trials: 1}'
    expect_wrong 'wrong.yaml:5:' 'found faults of kind register in any zone, expected memory'
    study wrong '{zone: any, fault: memory, mark: planted, trials: 1}'
    expect_wrong 'wrong.yaml:5:' 'expected memory, without a mark'
    study wrong '{zone: guest-kernel-0, fault: exit-block, field: rib, trials: 1}' node kvm
    expect_wrong 'wrong.yaml:5:' 'unknown field `rib`; did you mean `rip`?' 'exit-code'
    study wrong '{zone: guest-kernel-0, fault: exit-block, mark: checksum, trials: 1}' node kvm
    expect_wrong 'wrong.yaml:5:' 'found a mark or an address, expected none'
    study wrong '{zone: host-kernel, fault: register, trials: 1}' seed '5\ncompare-exits: true'
    expect_wrong 'wrong.yaml:5:' 'exits are of guests under KVM, and the node native is native'
    printf 'name: n\nstack: kvm\nmemory: 800 MiB\nguests:\n  memory: [128 MiB, 144 MiB]\n  wait: 1 s\n' >n.yaml
    study wrong '{zone: host-kernel, fault: register, trials: 1}' node n.yaml
    expect_wrong 'n.yaml:6:' 'found a wait, expected none'
    run_bulkhead inject one.yaml
    expect_status 2
    expect_text "$errors" 'no folder; give one by -d'
    [ ! -e d ]
}

# qemu VERSION OPTION: a program of that name that says so.
qemu() {
    mkdir -p bin
    # shellcheck disable=SC2016 # for its own shell
    printf '#!/bin/sh\ncase $1 in\n--version) echo "QEMU emulator version %s" ;;\n*) echo "\n%s" ;;\nesac\n' "$1" "$2" \
        >bin/qemu-system-x86_64
    chmod +x bin/qemu-system-x86_64
}

@test "without QEMU, with another one, without plugins, without a kernel: one message each" {
    mkdir lab nothing
    BULKHEAD_LAUNCHER="env PATH=$BATS_TEST_TMPDIR/nothing" run_bulkhead inject one.yaml -d d --lab lab
    expect_status 2
    expect_text "$errors" 'no qemu-system-x86_64 in PATH' './quickstart lab'
    qemu 8.0.2 '-plugin x'
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run_bulkhead inject one.yaml -d d --lab lab
    expect_status 2
    expect_text "$errors" "found version '8.0.2', expected 7.2.x"
    qemu 7.2.9 '-other x'
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run_bulkhead inject one.yaml -d d --lab lab
    expect_status 2
    expect_text "$errors" 'was built without plugins'
    qemu 7.2.9 '-plugin x'
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run_bulkhead inject one.yaml -d d --lab lab
    expect_status 2
    expect_text "$errors" 'no ' 'lab/kernel/release' './quickstart lab'
    mkdir lab/kernel
    echo 6.1.0-1-cloud-amd64 >lab/kernel/release
    touch lab/host lab/inject.so lab/private_memory.so
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run_bulkhead inject one.yaml -d d --lab lab
    expect_status 2
    expect_text "$errors" 'vmlinuz-6.1.0-1-cloud-amd64' 'not unpacked'
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run_bulkhead inject one.yaml -d d --lab nowhere
    expect_status 2
    expect_text "$errors" 'no laboratory in nowhere'
    [ ! -e d ]
}

@test "a plugin of another version is told from a QEMU that does not begin" {
    need_laboratory
    printf '%s\n' '#include <stdio.h>' 'int qemu_plugin_version = 1;' \
        'int qemu_plugin_install(void) { fputs("inject: no such argument: new=1\n", stderr); return -1; }' >old.c
    mkdir old
    for part in "$BULKHEAD_LAB"/*; do
        ln -s "$(realpath "$part")" old/
    done
    rm old/inject.so
    gcc -shared -fPIC -o old/inject.so old.c
    run_bulkhead inject one.yaml -d d --lab old
    expect_status 2
    expect_text "$errors" 'old/inject.so is of another version of this program: ./quickstart lab builds it anew'
}

@test "where there is no room for a node's memory that is said, and nothing boots" {
    unshare -Urm true || skip 'this system has no user namespaces, in which a file system may be small'
    qemu 7.2.9 '-plugin x'
    mkdir -p lab/kernel/boot lab/snapshots
    echo 6.1.0-1-cloud-amd64 >lab/kernel/release
    touch lab/host lab/inject.so lab/private_memory.so lab/kernel/boot/vmlinuz-6.1.0-1-cloud-amd64
    # shellcheck disable=SC2016 # for its own shell
    printf 'mount -t tmpfs -o size=64m none lab/snapshots && PATH=%s/bin:$PATH exec "$@"\n' "$BATS_TEST_TMPDIR" >small.sh
    BULKHEAD_LAUNCHER='unshare -Urm sh small.sh' run_bulkhead inject one.yaml -d d --lab lab
    expect_status 2
    expect_lines "$errors" 1
    expect_text "$errors" 'found room for 64 MiB, expected 256 for the memory of a node'
    [ ! -e d ]
}

@test "planted: what changes at a mark is seen by that process and no other; elsewhere it is masked" {
    need_laboratory
    study planted '{zone: process-0, fault: register, register: r12, bit: 7, mark: planted, trials: 1}'
    run_bulkhead inject planted.yaml --only 0 -q
    expect_status 0
    [ "$(field planted)" = True ]
    [ "$(field extent)" = masked ]
    expect_text "$output" '0 planted 1234567800010080'
    refuse grep -q '^1 planted' <<<"$output"
    # The same bit at the same place, where nothing is put.
    study planted '{zone: process-0, fault: none, mark: planted, trials: 1}'
    run_bulkhead inject planted.yaml --only 0 -q
    [ "$(field planted)" = False ]
    [ "$(field extent)" = masked ]
}

@test "planted: the checksum under way makes a wrong answer and nothing else; a shared function hurts both processes" {
    need_laboratory
    study sum '{zone: process-1, fault: register, register: r12, bit: 33, mark: checksum, trials: 1}'
    run_bulkhead inject sum.yaml --only 0 -q
    expect_status 0
    [ "$(field extent)" = sdc ]
    [ "$(field enclaves)" = "['unharmed', 'wrong']" ]
    [ "$(field host)" = unharmed ]
    # 0f 1f becomes 0e 1f, which is no instruction. Each process has a copy of its program, or both have the pages of one.
    study own '{zone: process-0, fault: code, bit: 0, mark: shared, trials: 1}'
    run_bulkhead inject own.yaml --only 0 -q
    expect_status 0
    [ "$(field enclaves)" = "['signal', 'unharmed']" ]
    [ "$(field neighbour)" = False ]
    sed 's/programs: own/programs: shared/; s/name: native/name: native-shares/' \
        "$SOURCE_DIRECTORY/lab/nodes/native.yaml" >shares.yaml
    study shared '{zone: process-0, fault: code, bit: 0, mark: shared, trials: 1}' node shares.yaml
    run_bulkhead inject shared.yaml --only 0 -q
    expect_status 0
    [ "$(field enclaves)" = "['signal', 'signal']" ]
    [ "$(field neighbour)" = True ]
    [ "$(field host)" = unharmed ]
}

@test "planted: a high bit of the kernel's instruction pointer is a panic; memory that nobody uses is masked" {
    need_laboratory
    sed 's/host-oops: continue/host-oops: panic/; s/name: native/name: native-panics/' \
        "$SOURCE_DIRECTORY/lab/nodes/native.yaml" >panics.yaml
    study pointer '{zone: host-kernel, fault: register, register: rip, bit: 62, trials: 3}' node panics.yaml
    run_bulkhead inject pointer.yaml -d d -q -j 1
    expect_status 0
    "$PYTHON" - d/shard-1-of-1.jsonl <<'END'
import json, sys
hosts = [json.loads(line)["host"] for line in open(sys.argv[1])]
# A block that ends in a return sets the pointer anew: one of ten in pilots.
assert len(hosts) == 3 and hosts.count("panic") >= 2, hosts
END
    # A page of memory that holds nothing in the snapshot has never been written to.
    address=$("$PYTHON" - "$BULKHEAD_LAB"/snapshots/native-panics-*/ram <<'END'
import os, sys
file = os.open(sys.argv[1], os.O_RDONLY)
print(os.lseek(file, 0x4000000, os.SEEK_HOLE) + 0x1234)
END
    )
    study unused "{zone: host-kernel, fault: memory, address: $address, bit: 3, trials: 2}" node panics.yaml
    run_bulkhead inject unused.yaml -d e -q -j 1
    expect_status 0
    [ "$(grep -c '"extent":"masked"' e/shard-1-of-1.jsonl)" = 2 ]
}

@test "equal trials are equal to the byte: alone, by two workers, in shards, after a stop; --only plays one again" {
    need_laboratory
    # LABORATORY_TRIALS=100 runs 200 by hand.
    each=${LABORATORY_TRIALS:-8}
    study equal "{zone: host-kernel, fault: register, trials: $each}, {zone: process-0, fault: register, trials: $each}"
    run_bulkhead inject equal.yaml -d a -q -j 1
    expect_status 0
    bulkhead inject equal.yaml -d b -q -j 2 --shard 2/2
    # Half a line is no record.
    head -c 300 b/shard-2-of-2.jsonl >half
    mv half b/shard-2-of-2.jsonl
    run_bulkhead inject equal.yaml -d b -q -j 2 --shard 2/2
    expect_status 2
    expect_text "$errors" 'has records already: --resume'
    bulkhead inject equal.yaml -d b -q -j 2 --shard 2/2 --resume
    bulkhead inject equal.yaml -d b -q -j 2 --shard 1/2
    told a >a.txt
    told b >b.txt
    expect_lines "$(cat a.txt)" "$((2 * each))"
    cmp a.txt b.txt
    grep -q '"extent": "failed' a.txt
    run_bulkhead inject equal.yaml --only 1 -q
    [ "$(field said)" = "$(sed -n 2p a.txt | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["said"])')" ]
    # Records of another build of QEMU.
    sed -i.kept 's/"qemu": "7.2./&0./' a/manifest.json
    run_bulkhead inject equal.yaml -d a -q --resume
    expect_status 2
    expect_text "$errors" 'a/manifest.json: found qemu 7.2.0.' 'other builds of QEMU, kernel or agents'
    run_bulkhead inject equal.yaml -d a --only 1 -q
    expect_status 2
    expect_text "$errors" 'a/manifest.json: found qemu 7.2.0.'
    mv a/manifest.json.kept a/manifest.json
    # Of another boot, which no name of a build tells.
    sed -i.kept 's/"memory": "./&0/' a/manifest.json
    run_bulkhead inject equal.yaml -d a --only 1 -q
    expect_status 2
    expect_text "$errors" 'a/manifest.json: found memory' 'another boot of the node'
    mv a/manifest.json.kept a/manifest.json
    run_bulkhead inject equal.yaml -d nowhere --only 1 -q
    expect_status 2
    expect_text "$errors" 'no nowhere/manifest.json'
    grep -q '"kernel-build":"[^"]*Debian' a/shard-1-of-1.jsonl
    # Two studies in one folder.
    sed -i 's/seed: 5/seed: 6/' equal.yaml
    run_bulkhead inject equal.yaml -d a -q
    expect_status 2
    expect_text "$errors" 'a/manifest.json' 'injections of another study'
    mkdir c
    exec 9>c/shard-1-of-1.jsonl
    flock 9
    run_bulkhead inject one.yaml -d c -q -j 1 9>&-
    exec 9>&-
    expect_status 2
    expect_text "$errors" 'is being written by another process'
}

@test "guests under KVM: a panic of one's kernel is its own; equal trials are equal (LABORATORY_KVM=1 runs it)" {
    need_laboratory
    [ -n "${LABORATORY_KVM-}" ] || skip 'boots for minutes; LABORATORY_KVM=1 runs it'
    # The instruction pointer, where nothing is: with guests' oops: panic all that take it up panic.
    study panic '{zone: guest-kernel-0, fault: register, register: rip, bit: 62, trials: 4}' node kvm workload calls steps 2
    bulkhead inject panic.yaml -d panic -q -j 1
    # LABORATORY_TRIALS=34 runs 204 by hand, each twice.
    each=${LABORATORY_TRIALS:-2}
    faults="{zone: guest-process-1, fault: register, trials: $each}, {zone: vmm-0, fault: missing-call, trials: $each}"
    faults+=", {zone: guest-kernel-1, fault: missing-store, trials: $each}, {zone: guest-kernel-1, fault: register, trials: $each}"
    faults+=", {zone: vmm-0, fault: register, trials: $each}, {zone: vmm-1, fault: code, trials: $each}"
    study equal "$faults" node kvm workload calls steps 2
    bulkhead inject equal.yaml -d a -q -j 1
    bulkhead inject equal.yaml -d b -q -j 2
    # With guests now and then more instructions of an idle host come before a fault. Of an instruction pointer the outcome alone: when
    # QEMU notices that one is not where it ran on is not the same each time.
    told a >a.txt
    told b | "$PYTHON" -c '
import json, sys
for mine, line in zip(open("a.txt"), sys.stdin):
    mine, other = json.loads(mine), json.loads(line)
    is_pointer = mine["fault"] == "register" and mine["index"] == 16
    for key in mine.keys() | other.keys():
        if key in ("instructions", "injected", "stopped") or (is_pointer and key in ("said", "console", "report")):
            continue
        if mine.get(key) != other.get(key):
            sys.exit("%s: %s, %s" % (key, mine, other))'
    told panic >panic.txt
    "$PYTHON" - panic.txt a.txt <<'END'
import json, sys
records = [json.loads(line) for name in sys.argv[1:] for line in open(name)]
panics = [record for record in records if record["zone"] == "guest-kernel-0"]
# One may hang as it tells of its crash, in the lock of the serial line that it held.
assert len(panics) == 4 and sum(record["enclaves"][0] in ("panic", "hung") for record in panics) >= 3, panics
for record in records:
    if "artefact" in record:
        continue
    other = 0 if record["zone"].endswith("1") else 1
    assert record["enclaves"][other] == "unharmed", record
    # A VMM is a process of the host's, and may keep its kernel at work.
    assert record["host"] == "unharmed" or record["zone"].startswith("vmm-"), record
END
}

@test "what a guest hands over at an exit is struck there and nowhere else, and told (LABORATORY_KVM=1 runs it)" {
    need_laboratory
    [ -n "${LABORATORY_KVM-}" ] || skip 'boots for minutes; LABORATORY_KVM=1 runs it'
    # A reason for the exit that there is none of; a pointer to nowhere to go on at; nothing at all; and a kernel that crashes.
    study handed '{zone: guest-kernel-0, fault: exit-block, field: exit-code, bit: 20, trials: 6},
        {zone: guest-kernel-1, fault: exit-block, field: rip, bit: 62, trials: 4}, {zone: guest-kernel-1, fault: none, trials: 1},
        {zone: guest-kernel-0, fault: exit-register, trials: 4},
        {zone: guest-process-0, fault: register, register: rip, bit: 62, trials: 2}' node kvm workload calls steps 2 \
        seed '5\ncompare-exits: true'
    bulkhead inject handed.yaml -d a -q -j 1
    bulkhead inject handed.yaml -d b -q -j 2
    told a >a.txt
    told b >b.txt
    cmp <(grep -v '"guest-process-0"' a.txt) <(grep -v '"guest-process-0"' b.txt)
    "$PYTHON" - a.txt <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
assert len(records) == 17, records
for record in records:
    own = 1 if record["zone"].endswith("1") else 0
    assert record["enclaves"][1 - own] == "unharmed" and record["host"] == "unharmed", record
    if record["fault"] == "none":
        assert not record["handed-over"]["differs"] and record["handed-over"]["same"] > 100, record
    if record["fault"].startswith("exit-"):
        assert int(record["exit"], 16) in (0x60, 0x64, 0x72, 0x78, 0x7b, 0x7c, 0x400), record
    if record["extent"] != "masked":
        assert record["handed-over"]["differs"], record
codes = [record for record in records if record.get("field") == "exit-code"]
assert sum(record["extent"] == "failed-guest" for record in codes) >= 4, codes
END
}

@test "a VMM that translates: equal faults of its process strike the same instruction and end the same" {
    need_laboratory
    study wrong '{zone: host-kernel, fault: register, trials: 1}' node qemu
    run_bulkhead inject wrong.yaml -d d
    expect_status 2
    expect_text "$errors" 'whose stack is qemu, has no zone host-kernel'
    study wrong '{zone: vmm-0, fault: memory, trials: 1}' node qemu
    run_bulkhead inject wrong.yaml -d d
    expect_status 2
    expect_text "$errors" 'the memory is the guest'
    # The instruction pointer, where nothing is; a register; code; and a fault of software.
    study own '{zone: vmm-0, fault: register, register: rip, bit: 62, trials: 2}, {zone: vmm-0, fault: vector, trials: 2},
        {zone: vmm-0, fault: code, trials: 2}, {zone: vmm-0, fault: missing-call, trials: 2},
        {zone: guest-kernel-0, fault: missing-store, trials: 1}, {zone: guest-process-1, fault: register, trials: 1}' node qemu
    run_bulkhead inject own.yaml -d a -q -j 1
    expect_status 0
    bulkhead inject own.yaml -d b -q -j 2
    told a >a.txt
    told b >b.txt
    expect_lines "$(cat a.txt)" 10
    # Where translated code lies at all follows from what other threads had mapped before: the place in it is compared.
    for records in a b; do
        sed -E '/in translated\+/s/ rip [0-9a-f]+ old (7f[0-9a-f]{10} )?/ /' "$records.txt" >"$records.places"
    done
    cmp a.places b.places
    "$PYTHON" - a.txt <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
own = [record for record in records if record["zone"] == "vmm-0"]
assert all(" in " in record["injected"] for record in own), own
ended = [record for record in own if record["fault"] == "register"]
assert all(record["vmm"] == "signal 11" and record["enclaves"] == ["vmm", "vmm"] for record in ended), ended
assert all(record["extent"] == "failed-guest" and record["host"] == "unharmed" for record in ended), ended
END
}

@test "two boots of a node have equal memory; their trials are equal, or are refused" {
    need_laboratory
    study boot '{zone: host-agent, fault: register, trials: 2}'
    mkdir again
    for part in kernel host host_guests guest inject.so private_memory.so; do
        ln -s "$(realpath "$BULKHEAD_LAB")/$part" again/
    done
    bulkhead inject boot.yaml -d a -q -j 1
    bulkhead inject boot.yaml -d b -q -j 1 --lab again
    snapshot=$("$PYTHON" -c 'import json; print(json.load(open("a/manifest.json"))["snapshot"])')
    cmp "$BULKHEAD_LAB/snapshots/native-$snapshot/ram" "again/snapshots/native-$snapshot/ram"
    # QEMU's clock may have jumped as the machine stopped (doc/laboratory.md).
    if ! cmp a/manifest.json b/manifest.json; then
        run_bulkhead inject boot.yaml -d a --only 0 -q --lab again
        expect_status 2
        expect_text "$errors" 'a/manifest.json: found golden' 'another boot of the node'
        return 0
    fi
    told a >a.txt
    told b >b.txt
    cmp a.txt b.txt
}

@test "guests with ways out: a panic costs the other its partner alone; equal trials are equal (LABORATORY_KVM=1 runs it)" {
    need_laboratory
    [ -n "${LABORATORY_KVM-}" ] || skip 'boots for minutes; LABORATORY_KVM=1 runs it'
    local node
    for node in ${LABORATORY_NODES:-kvm-bridge kvm-vhost}; do
        study ways '{zone: guest-kernel-0, fault: register, register: rip, bit: 62, trials: 4},
            {zone: guest-process-0, fault: none, trials: 1}, {zone: host-network, fault: register, register: rsp, trials: 2}' \
            node "$node" workload exchange steps 2
        bulkhead inject ways.yaml -d "$node-a" -q -j 1
        told "$node-a" >a.txt
        # Of no instruction pointer: when QEMU notices that one is not where it ran on is not the same each time.
        bulkhead inject ways.yaml -d "$node-b" -q -j 2
        told "$node-b" >b.txt
        cmp <(grep -v guest-kernel-0 a.txt) <(grep -v guest-kernel-0 b.txt)
        "$PYTHON" - a.txt <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
panics = [record for record in records if record["zone"] == "guest-kernel-0"]
assert len(panics) == 4 and sum(record["enclaves"][0] == "panic" for record in panics) >= 2, panics
for record in panics:
    assert record["enclaves"][1] in ("lost-peer", "unharmed") and not record["neighbour"], record
    assert record["host"] == "unharmed", record
    assert "report" not in record or " 1 alive host alive" in record["report"], record
assert any(record["enclaves"][1] == "lost-peer" for record in panics), panics
assert all(record["extent"] == "masked" for record in records if record["fault"] == "none"), records
END
    done
}

@test "every workload ends well; the sort's answer is the one that is computed here, too" {
    need_laboratory
    for workload in sort files calls; do
        study "$workload" '{zone: process-0, fault: none, trials: 1}' workload "$workload"
        run_bulkhead inject "$workload.yaml" --only 0 -q
        expect_status 0
        [ "$(field extent)" = masked ]
        if [ "$workload" = sort ]; then
            expect_text "$output" "0 answer $("$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/lab_sort.py" 1 3)" \
                "1 answer $("$PYTHON" "$SOURCE_DIRECTORY/tests/oracles/lab_sort.py" 2 3)"
        fi
    done
}

@test "faults of software are where code runs: each masked one ran, and equal ones are equal" {
    need_laboratory
    study software "{zone: process-0, fault: missing-store, trials: 2}, {zone: host-kernel, fault: wrong-operand, trials: 2},\
        {zone: process-1, fault: missing-store, trials: 1}"
    run_bulkhead inject software.yaml -d a -q -j 1
    expect_status 0
    bulkhead inject software.yaml -d b -q -j 2
    told a >a.txt
    told b >b.txt
    cmp a.txt b.txt
    "$PYTHON" - a.txt <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
# Code that both processes execute is known as of either.
assert len(records) == 5 and len({record["address"] for record in records}) > 1
assert all(record["activated"] > 0 for record in records if record["extent"] == "masked"), records
END
    study software '{zone: process-0, fault: missing-store, address: 4096, trials: 2}'
    run_bulkhead inject software.yaml -d c -q
    expect_status 2
    expect_text "$errors" 'faults of kind missing-store have places of their own'
}

@test "nothing outlives the one who stops" {
    need_laboratory
    study long '{zone: process-0, fault: none, trials: 500}'
    "$BULKHEAD" inject long.yaml -d d -q -j 1 2>errors &
    driver=$!
    for _ in $(seq 300); do
        [ ! -s d/shard-1-of-1.jsonl ] || break
        sleep 0.1
    done
    worker=$(pgrep -P "$driver")
    kill -TERM "$driver"
    status=0
    wait "$driver" || status=$?
    [ "$status" -eq 1 ]
    expect_text "$(cat errors)" 'stopped; --resume goes on'
    for _ in $(seq 50); do
        pgrep -P "$worker" >/dev/null || break
        sleep 0.1
    done
    refuse pgrep -P "$worker"
    run_bulkhead inject long.yaml -d d --status
    expect_text "$output" 'of 500 injections'
}
