# shellcheck shell=bash
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# For tests that run studies in an emulated node, where ./quickstart lab has been.

setup_file() {
    export BULKHEAD_LAB=${BULKHEAD_LAB:-$SOURCE_DIRECTORY/build-lab}
}

# study NAME FAULTS [KEY VALUE]...: writes NAME.yaml; a list of faults has no brackets.
study() {
    local name=$1 faults=$2
    shift 2
    printf 'node: native\nworkload: stencil\nsteps: 3\nseed: 5\nfaults: [%s]\n' "$faults" >"$name.yaml"
    while [ $# -gt 0 ]; do
        sed -i "s|^$1: .*|$1: $2|" "$name.yaml"
        shift 2
    done
}

need_laboratory() {
    command -v qemu-system-x86_64 >/dev/null || skip 'no qemu-system-x86_64 here (./quickstart lab installs it)'
    [ -s "$BULKHEAD_LAB/kernel/release" ] || skip "no laboratory in $BULKHEAD_LAB (./quickstart lab makes it)"
}

# shellcheck disable=SC2154 # run_bulkhead's
# field NAME: of the one record that --only printed.
field() {
    head -n 1 <<<"$output" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

# What a folder's records say, but for the work they took, in their order.
told() {
    "$PYTHON" - "$1" <<'END'
import glob, json, sys
records = []
for name in glob.glob(sys.argv[1] + "/*.jsonl"):
    for line in open(name):
        try:
            records.append(json.loads(line))
        except ValueError:
            pass
for record in sorted(records, key=lambda record: record["trial"]):
    record.pop("cpu")
    print(json.dumps(record, sort_keys=True))
END
}
