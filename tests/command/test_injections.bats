#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead fit-injections: from counts to a scenario's uncertainty, plans, and every way in which counts can be wrong.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    counts=$SOURCE_DIRECTORY/tests/data/injections/injections-made-up.csv # of mechanisms that are ideal
    # Two numbers known, so that chains are short.
    known=(--set models.errors.mechanisms=ideal --set models.channels.kernel-to-process.probability=0.1
        --set models.channels.device-emulation.probability=1e-3)
}

@test "counts become a table, JSON, and draws that a scenario carries" {
    run_bulkhead fit-injections "$counts" "${known[@]}" -q --yaml posterior.yaml -j 1
    expect_status 0
    [ -z "$errors" ]
    expect_text "$output" 'posterior from injections-made-up.csv (XXH3 ' '35000 trials' \
        'kvm protection-first, guest-kernel data' 'channels.vm-exit.probability' 'never 0' 'R-hat'
    if grep -E '.{121}|[[:space:]]$|WARNING' <<<"$output"; then return 1; fi
    # The bound of none in 10,000: 1 - 0.05^(1e-4).
    expect_text "$output" '<3.0e-04'

    run_bulkhead fit-injections "$counts" "${known[@]}" -q --json --yaml again.yaml -j 3
    expect_status 0
    cmp posterior.yaml again.yaml
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
fit = json.load(open(sys.argv[1]))
assert fit["converged"] and fit["trials"] == 35000 and len(fit["rows"]) == 4
numbers = {n["path"]: n for n in fit["numbers"]}
assert "channels.device-emulation.probability" not in numbers
p = numbers["channels.vm-exit.probability"]
assert 0 < p["interval90"][0] < p["median"] < p["interval90"][1] < 0.1 and p["by_counts"] == "measured"
assert abs(numbers["zones.guest-kernel.data.masked"]["mean"] + numbers["zones.guest-kernel.data.signalled"]["mean"] - 1) < 1e-9
none, some = fit["rows"][0]["escapes"], fit["rows"][3]["escapes"]
assert none["count"] == 0 and none["bound_only"] and abs(none["high"] - (1 - 0.05 ** 1e-4)) < 1e-12
assert some["count"] == 7 and not some["bound_only"] and 0 < some["low"] < 7e-4 < some["high"]
assert all(abs(sum(r["expected"].values()) - r["trials"]) < 1e-6 * r["trials"] for r in fit["rows"])
END

    {
        cat "$SOURCE_DIRECTORY/tests/data/scenarios/small-balance.yaml"
        echo 'uncertainty: {axis: injections, posterior: posterior.yaml, draws: 3}'
    } >small.yaml
    run_bulkhead run small.yaml -q --replicas 1 -o small.h5
    expect_status 0
    expect_text "$output" 'Over 3 draws of the posterior from injections-made-up.csv' 'posterior, 90 %' \
        'there are no critical values'
    cp "$BATS_TEST_TMPDIR/stdout" first
    run_bulkhead run small.yaml -q --replicas 1 -j 1
    cmp "$BATS_TEST_TMPDIR/stdout" first
    run_bulkhead check small.yaml
    expect_text "$output" 'posterior from injections-made-up.csv' 'computed'
    run_bulkhead report small.h5 --format json
    expect_status 0

    run_bulkhead run small.yaml -q --set models.channels.vm-exit.probability=0.1
    expect_status 2
    expect_text "$errors" 'the axis `injections`' 'models.channels.vm-exit.probability'
    run_bulkhead run small.yaml -q --set uncertainty.draws=1000
    expect_status 2
    sed -i 's/  - \[/  - [7, /' posterior.yaml
    run_bulkhead check small.yaml
    expect_status 2
    expect_text "$errors" 'posterior.yaml:' 'one for each path in `numbers`'
    rm posterior.yaml
    run_bulkhead check small.yaml
    expect_status 2
    expect_text "$errors" 'small.yaml:' 'posterior.yaml'
}

@test "plans: how many injections tell two policies apart" {
    scenario=$SOURCE_DIRECTORY/experiments/guest-kernel-error.yaml
    run_bulkhead fit-injections --plan "$scenario" --policies palacios,palacios-shared-network
    expect_status 0
    expect_text "$output" 'guest-kernel, data' 'if none is seen' 'Fewest: '
    if grep -E '.{121}|[[:space:]]$' <<<"$output"; then return 1; fi
    run_bulkhead fit-injections --plan "$scenario" --policies palacios,palacios-shared-network --json --power 0.8
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, math, sys
plan = json.load(open(sys.argv[1]))
for o in plan["origins"]:
    p, q = o["probability"]
    assert 0 <= min(p, q) and max(p, q) <= 1
    assert (o["each"] is None) == (p == q)
    bound = math.ceil(math.log(0.05) / math.log1p(-max(p, q)))
    assert o["if_none_seen"] == bound, (o, bound)
END
    run_bulkhead fit-injections --plan "$scenario" --policies palacios,palacio
    expect_status 2
    expect_text "$errors" 'no policy `palacio`; did you mean `palacios`?'
    run_bulkhead fit-injections --plan "$scenario" --policies palacios
    expect_status 2
    run_bulkhead fit-injections --plan "$scenario" --policies palacios,kvm --outcome escapes
    expect_status 2
    expect_text "$errors" 'did you mean `escape`?'
    run_bulkhead fit-injections --plan "$scenario"
    expect_status 2
    run_bulkhead fit-injections "$counts" --power 0.9
    expect_status 2
}

# refused TEXT MESSAGE...: the table is bad input; nothing is written.
refused() {
    printf '%b' "$1" >bad.csv
    shift
    run_bulkhead fit-injections bad.csv -q --yaml bad.yaml
    expect_status 2
    [ -z "$output" ]
    [ ! -e bad.yaml ]
    expect_text "$errors" 'bad.csv' "$@"
}

@test "bad counts are one message with line, column and name" {
    local head='system,zone,kind,trials,masked,failed-guest\n'
    refused '' 'found no row'
    refused "$head" 'expected counts'
    refused '\x7fELF\x02\x01\x00\n' 'found the byte 0x7f'
    refused "system,zone,trials,masked\n" 'the column `kind` is missing'
    refused "system,zone,kind,trials,masked,failed-guests\n" ':1:32: ' 'did you mean `failed-guest`?'
    refused "${head}kmv,guest-kernel,data,10,5,5\n" ':2:1: system: ' 'did you mean `kvm`?'
    refused "${head}kvm,guest-kernle,data,10,5,5\n" ':2:5: zone: ' 'did you mean `guest-kernel`?'
    refused "${head}kvm,guest-kernel,date,10,5,5\n" ':2:18: kind: ' 'did you mean `data`?'
    refused "${head}native,guest-kernel,data,10,5,5\n" ':2:8: zone: ' 'which `native` does not have'
    refused "${head}kvm,outer-guest,data,10,5,5\n" ':2:5: zone: ' 'found `outer-guest`, which `kvm` does not have'
    refused "${head}kvm,guest-kernel,data,10,5,4\n" ':2:23: trials: found 10; expected 9' 'every trial is one of them'
    refused "${head}kvm,guest-kernel,data,10,-5,15\n" 'masked: found `-5`'
    refused "${head}kvm,guest-kernel,data,10,5.5,4.5\n" 'masked: found `5.5`'
    refused "${head}kvm,guest-kernel,data,99999999999999999999,5,5\n" 'trials: found `99999999999999999999`'
    refused "${head}kvm,guest-kernel,data,0,0,0\n" 'found no trials'
    refused "${head}kvm,guest-kernel,data,10,5\n" ':2:1: found 5 cells; expected 6'
    refused "system,zone,kind,trials,masked,failed-guest,hangs\nkvm,guest-kernel,data,10,5,5,6\n" \
        'hangs: found 6; expected at most 5'
    refused "system,zone,kind,trials,masked,failed-guest\nnative,host-kernel,data,10,5,5\n" \
        'failed-guest: found 5; expected 0' 'native'
    # An error that begins in the outer guest may cross into what that holds, and take the inner guest alone.
    printf '%b' "${head}kvm-nested,outer-guest,data,10,5,5\n" >outer.csv
    run_bulkhead fit-injections outer.csv -q
    expect_status 0
    refused "system,policy,zone,kind,trials,masked\nkvm,protection,guest-kernel,data,10,10\n" ':2:5: policy: '
    run_bulkhead fit-injections nowhere.csv
    expect_status 2
    run_bulkhead fit-injections "$counts" --set workload.spares=0
    expect_status 2
    expect_text "$errors" 'begins with models.'
    run_bulkhead fit-injections "$counts" --policy protection --yaml no.yaml
    expect_status 2
}

@test "counts that the model cannot explain are told" {
    printf 'system,zone,kind,trials,masked,failed-node,failed-process\nnative,host-kernel,data,2000,700,1100,200\n' >odd.csv
    run_bulkhead fit-injections odd.csv -q
    expect_status 0
    expect_text "$output" 'WARNING: no values of the free numbers explain native, host-kernel, data' 'failed-process 200'
}

# The outer guest of nested ones is a zone of its own beside the guest that errors are put into by kind.
@test "zones by name, where a system has two of a kind" {
    printf '%s\n' system,policy,zone,kind,trials,masked,failed-guest,failed-node \
        kvm-nested,protection-first,guest-kernel,data,200,100,99,1 \
        kvm-nested,protection-first,guest,data,200,100,99,1 \
        kvm-nested,protection-first,outer-guest,data,200,100,0,100 >nested.csv
    run_bulkhead fit-injections nested.csv --json
    expect_status 0
    printf '%s' "$output" >nested.json
    "$PYTHON" - <<'END'
import json
rows = json.load(open("nested.json"))["rows"]
assert [(row["zone"], row["trials"], row["rows"]) for row in rows] == [("guest-kernel", 400, 2), ("outer-guest", 200, 1)]
END
    printf '  - {system: kvm-nested, policy: same-os, name: l2}\n' >second
    sed -e '/^policies:/{s/.*/policies:\n  - {system: kvm-nested, policy: l1, name: l1}/;r second' -e '}' "$scenarios/nested.yaml" >two.yaml
    run_bulkhead fit-injections --plan two.yaml --policies l1,l2 --json
    expect_status 0
    printf '%s' "$output" >plan.json
    "$PYTHON" - <<'END'
import json
zones = [origin["zone"] for origin in json.load(open("plan.json"))["origins"]]
kinds = ["host-kernel", "host-user", "guest-kernel", "guest-user"]
assert zones == [zone for zone in kinds + ["outer-vmm", "outer-guest"] for _ in range(4)], zones
END
}

@test "run times become costs that a scenario takes, and what they cannot tell is said" {
    cat >mine.yaml <<'END'
define:
  applications:
    io:
      like: mpi-bulk-synchronous
      description: writes often
      exits-per-second: {value: 20000, unit: 1/s, status: measured, range: [18000, 22000], source: "counted"}
END
    cat >times.csv <<'END'
workload,nodes,native,guest
io,2,100.07,104.73
io,16,99.99,105.17
io,256,99.95,105.68
mpi-bulk-synchronous,2,100.03,102.37
mpi-bulk-synchronous,16,99.97,102.77
mpi-bulk-synchronous,256,99.97,103.27
END
    network=(--latency 1us --bandwidth '12.5 GB/s')
    run_bulkhead fit-price times.csv --define mine.yaml "${network[@]}"
    expect_status 0
    expect_text "$output" '6 pairs of runs under kvm performance-first' 'systems.kvm.costs.exit-time' 'not told'
    {
        sed -n '/^models:/,$p' "$BATS_TEST_TMPDIR/stdout"
        cat "$SOURCE_DIRECTORY/experiments/architect.yaml"
    } >fitted.yaml
    run_bulkhead check fitted.yaml
    expect_status 0
    expect_text "$output" 'systems.kvm.costs.exit-time'
    run_bulkhead fit-price times.csv --define mine.yaml "${network[@]}" --json
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
fit = json.load(open(sys.argv[1]))
numbers = {n["path"].rsplit(".", 1)[1]: n for n in fit["numbers"]}
assert fit["pairs"] == 6 and fit["freedom"] == 3
# 2.4 % slower at 19,500 exits a second more.
assert numbers["exit-time"]["is_told"] and abs(numbers["exit-time"]["value"] - 1.23e-6) < 0.1e-6
assert not numbers["bandwidth-loss"]["is_told"]
END
    run_bulkhead fit-price times.csv --define mine.yaml
    expect_status 2
    expect_text "$errors" 'times.csv:2:1: io communicates: expected --latency and --bandwidth of the network'
    run_bulkhead fit-price times.csv "${network[@]}"
    expect_status 2
    expect_text "$errors" 'found application `io`, expected one of'
    sed 's/102.37/-1/' times.csv >bad.csv
    run_bulkhead fit-price bad.csv --define mine.yaml "${network[@]}"
    expect_status 2
    expect_text "$errors" 'bad.csv:5:31: found `-1`, expected a number above 0'
    run_bulkhead fit-price times.csv --system native
    expect_status 2
    expect_text "$errors" '--system: native has no guests to be compared with native runs'
    head -3 times.csv >few.csv
    run_bulkhead fit-price few.csv --define mine.yaml "${network[@]}"
    expect_status 2
    expect_text "$errors" 'found 2 pairs of run times, expected at least 3'
}
