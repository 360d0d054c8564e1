#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# doc/recipes.md, as it stands there: studies driven by GNU parallel and by Snakemake.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    # `bulkhead` is a function here; other tools look for it on the PATH.
    mkdir bin
    ln -s "$BULKHEAD" bin/bulkhead
    export PATH=$PWD/bin:$PATH
    cp "$scenarios/one-enclave.yaml" balance.yaml
    cat >campaign.yaml <<'END'
campaign: small
scenario: balance.yaml
replicas: 4
unit: 1
vary: [{axis: nodes, set: platform.nodes, values: [2, 4]}]
END
}

# The block of code in the language $1 that holds the text $2.
block() {
    awk -v language="$1" -v text="$2" '
        $0 == "```" language { inside = 1; block = ""; next }
        $0 == "```" && inside { inside = 0; if (index(block, text)) { printf "%s", block; exit } }
        inside { block = block $0 "\n" }' "$SOURCE_DIRECTORY/doc/recipes.md"
}

expect_results() {
    bulkhead sweep -q campaign.yaml -d alone >/dev/null
    cmp alone/results.h5 study/results.h5
}

@test "GNU parallel runs shards, whose merge is the sweep of one process" {
    command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q '^GNU parallel' || skip 'no GNU parallel'
    bash -euc "$(block sh 'bulkhead merge study')" >/dev/null
    expect_results
}

@test "GNU parallel runs each seed once" {
    command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q '^GNU parallel' || skip 'no GNU parallel'
    bash -euc "$(block sh '--joblog')"
    bulkhead run -q balance.yaml --seed 2 -o again.h5 >/dev/null
    cmp run-2.h5 again.h5
    before=$(stat -c %Y.%i run-2.h5)
    bash -euc "$(block sh '--joblog')"
    [ "$(stat -c %Y.%i run-2.h5)" = "$before" ]
}

@test "Snakemake runs shards, merges and reports" {
    command -v snakemake >/dev/null || skip 'no snakemake'
    block python 'rule merge' >Snakefile
    HOME=$PWD XDG_CACHE_HOME=$PWD/cache snakemake --cores 2 --quiet >said 2>&1 || { cat said >&2; return 1; }
    expect_results
    grep -q '^|' report.md
}
