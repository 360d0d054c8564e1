#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# What the documents say: their commands run, their links lead somewhere, their numbers are those of the figure's run.
#
# A block of sh or python is run in the order of its document unless the line before its fence is a comment that says
# "test: skip, WHY". Only experiments/balance.yaml and the
# campaign over it are made smaller: with fewer nodes, policies and replicas.

load ../support/common

documents=(README.md doc/findings.md doc/tour.md doc/install.md experiments/README.md doc/model.md doc/failure-logs.md doc/cluster.md doc/advice.md doc/figures.md doc/laboratory.md models/data/README.md platforms/README.md
    NEWS.md CONTRIBUTING.md SECURITY.md doc/architecture.md)

# Each document's runnable blocks as files $2/1.sh, $2/2.python, ... in order.
extract_blocks() {
    awk -v folder="$2" '
        /^```/ {
            if (inside) { inside = 0; close(file); next }
            inside = 1
            language = substr($0, 4)
            file = "/dev/null"
            if ((language == "sh" || language == "python") && before !~ /^<!-- test: skip, .+ -->$/)
                file = folder "/" ++count "." language
            next
        }
        inside { print >file }
        { before = $0 }
        END { if (inside) { print "a block is not closed" >"/dev/stderr"; exit 1 } }
    ' "$1"
}

# A folder like the source tree to work in, and `bulkhead` as the documents call it.
enter_workshop() {
    export BULKHEAD_CACHE=$BATS_FILE_TMPDIR/chains # as a reader's is kept, who runs one command after the other
    mkdir -p "$BATS_TEST_TMPDIR/work" "$BATS_TEST_TMPDIR/bin"
    cd "$BATS_TEST_TMPDIR/work"
    ln -s "$SOURCE_DIRECTORY/experiments" "$SOURCE_DIRECTORY/platforms" .
    cat >"$BATS_TEST_TMPDIR/bin/bulkhead" <<END
#!/bin/sh
case "\$1 \$2" in
'run experiments/balance.yaml')
    set -- "\$@" --replicas 2 --quiet --set 'vary.0.values=[1024, 131072]' \\
        --set 'policies=[{system: native, policy: native}, {system: palacios, policy: protection-first}]' ;;
run\\ *) set -- "\$@" --quiet ;;
'sweep experiments/campaigns/scale.yaml' | 'submit experiments/campaigns/scale.yaml')
    set -- "\$@" --quiet --replicas 1 --set 'vary.0.values=[1024]' --set uncertainty.at.nodes=1024 ;;
esac
exec $BULKHEAD "\$@"
END
    chmod +x "$BATS_TEST_TMPDIR/bin/bulkhead"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

run_block() {
    case $1 in
    *.sh) sh -eu "$1" ;;
    *.python)
        "$PYTHON" -c 'import xarray, h5netcdf' 2>/dev/null || return 0
        "$PYTHON" "$1"
        ;;
    esac
}

@test "every command block of the documents runs" {
    enter_workshop
    local document folder block count=0
    for document in "${documents[@]}"; do
        folder=$BATS_TEST_TMPDIR/$count
        mkdir "$folder"
        extract_blocks "$SOURCE_DIRECTORY/$document" "$folder"
        for block in $(ls "$folder" | sort -n); do
            run_block "$folder/$block" >"$BATS_TEST_TMPDIR/said" 2>&1 ||
                { printf '%s, block %s failed:\n' "$document" "$block" >&2
                  cat "$folder/$block" "$BATS_TEST_TMPDIR/said" >&2; return 1; }
        done
        count=$((count + 1))
    done
    # Blocks that none would notice missing: the tour left its results, its figure and its JSON.
    [ -s results.h5 ] && [ -s figures/balance.png ]
    "$PYTHON" -c 'import json; json.load(open("answer.json"))["policies"][0]["makespan"]["mean"]'
}

@test "links in the documents lead to files" {
    local document target
    for document in "${documents[@]}"; do
        for target in $(grep -o '](\([^)# ]*\)' "$SOURCE_DIRECTORY/$document" | sed 's/^](//'); do
            case $target in http*) continue ;; esac
            [ -e "$SOURCE_DIRECTORY/$(dirname "$document")/$target" ] ||
                { echo "$document: no $target" >&2; return 1; }
        done
    done
}

@test "links within doc/model.md lead to headings" {
    local model=$SOURCE_DIRECTORY/doc/model.md anchor
    for anchor in $(grep -o '](#[^)]*' "$model" | sed 's/^](#//'); do
        sed -n 's/^##* //p' "$model" | tr 'A-Z ' 'a-z-' | tr -d ',.:' | grep -qx -- "$anchor" ||
            { echo "no heading for #$anchor" >&2; return 1; }
    done
}

@test "every file and function that a document or a room's README names is there" {
    cd "$SOURCE_DIRECTORY"
    "$PYTHON" - <<'END'
import glob, os, re, sys
tops = "models sim analysis lab command tests build-aux doc experiments platforms".split()
files = {os.path.join(at, name) for top in tops for at, _, names in os.walk(top) for name in names}
names = {os.path.basename(path) for path in files} | set(os.listdir("."))
wrong = []
words = set(re.findall(r"\bbh_\w+", "".join(
    open(path, encoding="utf-8").read() for path in files if path.endswith((".c", ".h", ".cpp")))))
documents = glob.glob("doc/*.md") + ["README.md", "CONTRIBUTING.md", "SECURITY.md"] + [
    path for path in files if path.endswith("/README.md")]
for document in documents:
    text = open(document, encoding="utf-8").read()
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    for path in re.findall(r"\b(?:%s)/[\w./-]*\w\.(?:c|h|cpp|py|md|bats|inc|yaml|xml|svg|png)\b" % "|".join(tops), text):
        if path not in files and not glob.glob(path):
            wrong.append(f"{document}: {path}")
    for name in re.findall(r"`([\w-]+\.(?:c|h|cpp|py|bats))`", text):
        if name not in names:
            wrong.append(f"{document}: {name}")
    for word in re.findall(r"`(bh_\w+)`", text):
        if word not in words:
            wrong.append(f"{document}: {word}")
print(*wrong, sep="\n")
sys.exit(bool(wrong))
END
}

@test "the figure of the rooms is of the rooms that there are" {
    cd "$SOURCE_DIRECTORY"
    "$PYTHON" doc/figures/rooms . >"$BATS_TEST_TMPDIR/rooms.svg"
    cmp "$BATS_TEST_TMPDIR/rooms.svg" doc/rooms.svg || { echo 'doc/figures/rooms . >doc/rooms.svg makes it anew' >&2; return 1; }
}

@test "doc/install.md names every package that quickstart installs" {
    local name
    for name in $(awk '!/^#/ && NF >= 2 { print $2 }' "$SOURCE_DIRECTORY/build-aux/packages"); do
        grep -q -w -- "$name" "$SOURCE_DIRECTORY/doc/install.md" || { echo "doc/install.md has no $name" >&2; return 1; }
    done
}

@test "the table of findings has the numbers of the figure's run" {
    # Means of the section on warm spares, as "system policy mean mean ...".
    awk '/^Net overhead along nodes, spares: warm/ { on = 1; next }
        on && /^(How|Net)/ { exit }
        on && NF == 1 { system_name = $1 }
        on && /%/ { gsub(/ %| \[[^]]*\]| \([^)]*\)/, ""); $1 = system_name " " $1; print }' \
        "$SOURCE_DIRECTORY/doc/balance.txt" | tr -s ' ' >"$BATS_TEST_TMPDIR/run"
    sed -n 's/^| *\([a-z]* [a-z-]*\) *|\(.*%.*\)|$/\1 \2/p' "$SOURCE_DIRECTORY/doc/findings.md" | tr -d '|%' | tr -s ' ' |
        sed 's/ $//' >"$BATS_TEST_TMPDIR/table"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/table")" -ge 5 ]
    while read -r line; do
        grep -qxF -- "$line" "$BATS_TEST_TMPDIR/run" ||
            { echo "not in doc/balance.txt: $line" >&2; cat "$BATS_TEST_TMPDIR/run" >&2; return 1; }
    done <"$BATS_TEST_TMPDIR/table"
}
