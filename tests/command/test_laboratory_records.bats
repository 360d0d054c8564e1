#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Records of injections, without a laboratory: counted, drawn, and those that come along.

load ../support/common
load ../support/laboratory

setup() {
    cd "$BATS_TEST_TMPDIR"
    study one '{zone: process-0, fault: register, trials: 1}'
}

@test "records in a folder are counted without QEMU; half a line is none" {
    mkdir d
    record='"at":0,"index":0,"bit":0,"address":0,"end":"done","enclaves":["unharmed","unharmed"],"neighbour":false'
    record+=',"planted":false,"said":"0","instructions":1,"cpu":0.1'
    for trial in 0 1 2 3; do
        printf '{"trial":%d,"zone":"process-0","fault":"register",%s,"host":"unharmed","extent":"%s","hang":%s}\n' \
            "$trial" "$record" "$([ "$trial" -lt 3 ] && echo masked || echo failed-process)" \
            "$([ "$trial" -lt 3 ] && echo false || echo true)"
    done >d/shard-1-of-1.jsonl
    printf '{"trial":3,"zone":"process-0","fault":"regis' >>d/shard-1-of-1.jsonl
    run_bulkhead inject one.yaml -d d --status
    expect_status 0
    # 1 - 0.05^(1/4), and of the one with an effect 1 - 0.05.
    expect_text "$output" '4 of 1 injections' '0 of 4 (< 0.53), of 1 (< 0.95)'
    run_bulkhead inject one.yaml -d d --counts counts.csv
    expect_status 0
    expect_text "$(cat counts.csv)" 'native,native,guest-user,data,4,3,1,0,0,0,1'
    run_bulkhead fit-injections counts.csv --set models.channels.system-call.probability=0.1 -q
    expect_status 0
    run_bulkhead inject one.yaml -d d --counts counts.csv --fault memory
    expect_status 2
    expect_text "$errors" 'no injections of kind memory'
}

@test "records are drawn without QEMU: shares of what was hurt, and a bound for what went beyond" {
    mkdir d
    record='"at":0,"index":0,"bit":0,"address":0,"end":"done","enclaves":["unharmed","unharmed"],"hang":false,"planted":false,"said":"0"'
    for trial in $(seq 0 39); do
        # One of forty hurts the other process.
        printf '{"trial":%d,"zone":"process-0","fault":"register",%s,"host":"unharmed","extent":"%s","neighbour":%s}\n' "$trial" \
            "$record" "$([ $((trial % 4)) -ne 0 ] && echo masked || echo failed-process)" "$([ "$trial" -eq 20 ] && echo true || echo false)"
    done >d/shard-1-of-1.jsonl
    run_bulkhead inject one.yaml -d d --figure f
    expect_status 0
    for suffix in dat gp pdf png svg; do
        [ -s "f/native.$suffix" ]
    done
    # Clopper and Pearson's: 10 of 40 from 12.7 to 41.2 %, 0 of 20 below 0.139, 1 of 21 below 0.207, 1 of 40 below 0.1132.
    expect_text "$(cat f/native.dat)" '0 0 0 0 25 25 12.69' ' 41.19' ' 40' $'\n20 0.139108 0\n21 0.2067' $'\n40 0.1131'
    mkdir nothing
    run_bulkhead inject one.yaml -d nothing --figure f
    expect_status 2
    expect_text "$errors" '--figure: nothing has no injections'
    run_bulkhead inject one.yaml -d d --figure one.yaml
    expect_status 2
    expect_text "$errors" 'one.yaml: is no folder'
}

@test "the records that come along are what doc/laboratory.md says of them" {
    local records study
    for records in "$SOURCE_DIRECTORY"/lab/studies/*.jsonl.xz; do
        study=$(basename "$records" .jsonl.xz)
        mkdir "$study"
        xzcat "$records" >"$study/shard-1-of-1.jsonl"
        run_bulkhead inject "$SOURCE_DIRECTORY/lab/studies/$study.yaml" -d "$study" --status
        expect_status 0
        # "**Native** (`native`, 1,103 of 2,580 injections; ..."
        sed -n "s/^\*\*.* (.$study., \(.* of .* injections\);.*/$study: \1/p" "$SOURCE_DIRECTORY/doc/laboratory.md" | tr -d , >told
        expect_lines "$(cat told)" 1
        head -n 1 <<<"$output" | diff told -
        # All columns but artefacts, what only nodes with ways out have, and what was handed over where nobody looked; and without
        # guests that of guests.
        awk -v study="$study" '$2 ~ /^(register|vector|code|memory|bug)$/ || $2 ~ /^(missing|wrong|exit)-/ {
            if (study ~ /native/) $7 = ""
            if ($15 == "-") $15 = ""
            $12 = $13 = $14 = ""
            print
        }' <<<"$output" | tr -s ' ' >counted
        awk -v study="\`$study\`, " '/^\*\*/ { is_in = index($0, study) > 0 } is_in && /^\| (host-|process-|vmm-|guest-|any |other )/' \
            "$SOURCE_DIRECTORY/doc/laboratory.md" | tr -d '|' | tr -s ' ' | sed 's/^ //; s/ $//' >told
        [ "$(wc -l <told)" -ge 1 ]
        diff told counted
        if [[ $study = *-memory ]]; then
            expect_text "$(tr '\n' ' ' <"$SOURCE_DIRECTORY/doc/laboratory.md")" "$(grep '^bits of memory: ' <<<"$output")"
        fi
        [[ $study != bug-* && $study != *-memory ]] || continue
        run_bulkhead inject "$SOURCE_DIRECTORY/lab/studies/$study.yaml" -d "$study" --counts counts.csv
        expect_status 0
        cmp counts.csv "$SOURCE_DIRECTORY/lab/studies/$study-register.csv"
    done
}
