#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Titles, labels, names and paths that would do something if they were read as more than texts go through every command and
# format. See hostile.py for what they hold.

load ../support/common

setup_file() {
    export hostile=$SOURCE_DIRECTORY/tests/support/hostile.py
    # A folder whose name is one of them too.
    export place=$BATS_FILE_TMPDIR/$("$PYTHON" "$hostile" path)
    mkdir "$place"
    cd "$place" || exit
    "$PYTHON" "$hostile" scenario .
    bulkhead run scenario.yaml -q -o '| scenario.h5' >run.txt
    if has_h5py; then
        for kind in balance plain; do
            "$PYTHON" "$SOURCE_DIRECTORY/tests/support/make_fixture.py" $kind "< $kind.h5"
            "$PYTHON" "$hostile" results "< $kind.h5"
        done
    fi
}

setup() {
    cd "$place" || exit
}

# Nothing that a text holds was run, whatever its working folder.
teardown() {
    [ -z "$(find "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$SOURCE_DIRECTORY/tests" -name 'ran*' ! -name random_node.h)" ]
}

# is FORMAT [WORD...]: what the last command printed, see hostile.py.
is() {
    "$PYTHON" "$hostile" "$1" "$BATS_TEST_TMPDIR/stdout" "${@:2}"
}

# shows FOLDER-OF-FIGURES PATTERN WORD...: some page does, and all are what they should be.
shows() {
    local svg pages=()
    for svg in "$1"/*"$2".svg; do
        [ -s "${svg%.svg}.pdf" ] && [ -s "${svg%.svg}.png" ]
        pages+=("$svg")
    done
    "$PYTHON" "$hostile" svg "${pages[@]}" -- "${@:3}"
}

@test "run and report, as text, Markdown and JSON" {
    cp run.txt "$BATS_TEST_TMPDIR/stdout"
    is text
    run_bulkhead report '| scenario.h5' --no-figure --all-points
    expect_status 0
    is text
    run_bulkhead report '| scenario.h5' --no-figure --all-points --format markdown
    expect_status 0
    is markdown
    run_bulkhead report '| scenario.h5' --no-figure --all-points --format latex
    expect_status 0
    is latex
    run_bulkhead report '| scenario.h5' --no-figure --format csv
    expect_status 0
    is csv low middle high plain own
    run_bulkhead report '| scenario.h5' --no-figure --format json
    expect_status 0
    is json scenario low middle high plain own
    run_bulkhead run base.yaml --json -q
    expect_status 0
    is json scenario plain own
}

@test "advice and sensitivity, as text, Markdown, LaTeX and JSON, and a tornado" {
    local format own
    own=$("$PYTHON" "$hostile" text-of own)
    for format in text markdown; do
        run_bulkhead advise '| scenario.h5' --allow "$own" --format $format
        expect_status 0
        is $format
    done
    run_bulkhead advise '| scenario.h5' --format json
    expect_status 0
    is json plain own
    run_bulkhead advise scenario.yaml -q --allow "$("$PYTHON" "$hostile" text-of no)"
    expect_status 2
    printf '%s\n' "$errors" >"$BATS_TEST_TMPDIR/stdout"
    is text
    printf '%s\n' 'campaign: more' 'scenario: base.yaml' 'replicas: 1' 'vary:' \
        '  - {axis: place, latin-hypercube: 32, over: [models.channels.system-call.probability]}' >more.yaml
    bulkhead sweep more.yaml -q -d '< more' >/dev/null
    for format in text markdown latex; do
        run_bulkhead sensitivity '< more/results.h5' --against "$own" --format $format
        expect_status 0
        is $format
    done
    run_bulkhead sensitivity '< more/results.h5' --format json --policy "$own"
    expect_status 0
    is json own
    command -v gnuplot >/dev/null || skip "no gnuplot"
    run_bulkhead sensitivity '< more/results.h5' --policy "$own" -o '| tornado'
    expect_status 0
    expect_lines "$errors" 1
    shows '| tornado' '' own
}

@test "check and contain, as text, Markdown, LaTeX and JSON" {
    run_bulkhead check scenario.yaml
    expect_status 0
    [ -z "$(LC_ALL=C tr -d '\n -~\200-\377' <"$BATS_TEST_TMPDIR/stdout")" ]
    run_bulkhead check scenario.yaml --json
    expect_status 0
    is json scenario title plain own first second
    local format
    for format in text markdown latex; do
        run_bulkhead contain base.yaml --exact --sensitivity --format $format
        expect_status 0
        is $format
    done
    run_bulkhead contain base.yaml --exact --json
    expect_status 0
    is json plain own
}

@test "figures of a scenario's results, and of where its errors end" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    run_bulkhead report '| scenario.h5' --figure-only -o '< figures |'
    expect_status 0
    expect_lines "$errors" 1
    shows '< figures |' '' low middle high
    run_bulkhead report '| scenario.h5' --figure-only --ledger -o '< figures |'
    expect_status 0
    expect_lines "$errors" 1
    shows '< figures |' ledger title low middle high plain own
    run_bulkhead trace base.yaml --timeline -o '< timeline |'
    expect_status 0
    expect_lines "$errors" 1
    shows '< timeline |' '' first second
    run_bulkhead contain base.yaml --exact --figure-only -o '< zones |'
    expect_status 0
    shows '< zones |' s plain own first second # -zones and -extents, of one page each
    shows '< zones |' extents plain own first second
}

# set_in_latex NAME...: LaTeX sets the files, whose texts are texts to it, and runs nothing.
set_in_latex() {
    local name
    printf '%s\n' '\documentclass{article}' '\usepackage[T1]{fontenc}' '\usepackage[utf8]{inputenc}' \
        '\usepackage{graphicx,color,gnuplot-lua-tikz}' '\begin{document}' >all.tex
    for name in "$@"; do
        refuse grep -q '\\input{x}' "$name"
        grep -q 'textbackslash{}input' "$name"
        printf '\\input{%s}\n\n' "$name" >>all.tex
    done
    echo '\end{document}' >>all.tex
    command -v pdflatex >/dev/null || return 0
    pdflatex -no-shell-escape -halt-on-error -interaction=nonstopmode all.tex >all.out
}

@test "figures by request, through every terminal" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    run_bulkhead report '| scenario.h5' --figure-only --x exit --panel policy --terminal pdf,png,svg,cairolatex,tikz,canvas \
        --x-label "$("$PYTHON" "$hostile" text-of label)" -o requested
    expect_status 0
    cd requested || exit
    shows . '' low middle high plain own label
    "$PYTHON" "$hostile" canvas *.html low middle high plain own label
    mv ./*-latex.tex latex.tex
    mv ./*-tikz.tex tikz.tex
    sed -i 's/\\includegraphics[^}]*}{[^}]*}//' latex.tex # the name is checked elsewhere
    set_in_latex latex.tex tikz.tex
    cd .. || exit
    # As cells, and two numbers against each other.
    local kind
    for kind in '--x exit --heat policy' '--front lost-node-time'; do
        # shellcheck disable=SC2086 # several words
        run_bulkhead report '| scenario.h5' --figure-only $kind --terminal pdf,png,svg,cairolatex,tikz,canvas -o "as $kind"
        expect_status 0
        refuse grep -qi warning <<<"$errors"
        cd "as $kind" || exit
        shows . '' plain own
        "$PYTHON" "$hostile" canvas *.html plain own
        mv ./*-latex.tex latex.tex
        mv ./*-tikz.tex tikz.tex
        sed -i 's/\\includegraphics[^}]*}{[^}]*}//' latex.tex
        set_in_latex latex.tex tikz.tex
        cd .. || exit
    done
    run_bulkhead advise '| scenario.h5' --map exit,exit -o maps
    expect_status 2
    # Along x, as series, and in a band's stead.
    run_bulkhead report '| scenario.h5' --figure-only --x policy --series exit --terminal svg,canvas,cairolatex -o others
    expect_status 0
    "$PYTHON" "$hostile" canvas others/*.html low middle high plain own
    local axis
    for axis in x series panel band; do
        run_bulkhead report '| scenario.h5' --figure-only --$axis "$("$PYTHON" "$hostile" text-of no)"
        expect_status 2
        is text
    done
    if has_h5py; then
        run_bulkhead report '< balance.h5' --figure-only --x nodes --series policy --panel spares \
            --terminal pdf,png,svg,cairolatex,tikz,canvas -o requested-results
        expect_status 0
        shows requested-results '' policy0 policy16 spares0 spares1
        "$PYTHON" "$hostile" canvas requested-results/*.html policy0 policy16 spares0 spares1
        cd requested-results || exit
        mv ./*-latex.tex latex.tex
        mv ./*-tikz.tex tikz.tex
        sed -i 's/\\includegraphics[^}]*}{[^}]*}//' latex.tex
        set_in_latex latex.tex tikz.tex
    fi
}

@test "figures of a failure log, and a folder that is an option" {
    command -v gnuplot >/dev/null || skip "no gnuplot"
    local name
    name=$("$PYTHON" "$hostile" path).csv
    cp "$SOURCE_DIRECTORY/experiments/failures.csv" "$name"
    run_bulkhead fit "$name" --bootstrap 0 -o ./-figures
    expect_status 0
    [ -s ./-figures/"$(basename "$(echo ./-figures/*.svg)")" ]
    "$PYTHON" "$hostile" svg ./-figures/*.svg -- --literally "$(basename "$name" .csv)"
    for format in text markdown json; do
        run_bulkhead fit "$name" --bootstrap 0 --format $format
        expect_status 0
    done
}

@test "results that others made: tables and every figure" {
    need_h5py
    local kind
    for kind in balance plain; do
        run_bulkhead report "< $kind.h5" --no-figure
        expect_status 0
        is text
        run_bulkhead report "< $kind.h5" --no-figure --format markdown
        expect_status 0
        is markdown
        run_bulkhead report "< $kind.h5" --no-figure --format json
        expect_status 0
        is json policy0 policy1 systemnative systemkvm
    done
    for kind in balance plain; do
        run_bulkhead report "< $kind.h5" --html "page of $kind.html"
        expect_status 0
        "$PYTHON" "$hostile" page "page of $kind.html" title policy0 enclave0
        run_bulkhead report "< $kind.h5" --no-figure --format latex
        expect_status 0
        is latex
        run_bulkhead advise "< $kind.h5" --format markdown
        expect_status 0
        is markdown
    done
    command -v gnuplot >/dev/null || skip "no gnuplot"
    run_bulkhead report '< balance.h5' --figure-only -o figures
    expect_status 0
    expect_lines "$errors" 2 # a stranger's version is told in one line
    shows figures '' systemnative systemkvm systempalacios kindnative spares1
    run_bulkhead report '< balance.h5' --figure-only --ledger -o figures
    expect_status 0
    expect_lines "$errors" 2
    shows figures ledger title policy0 policy16 spares0 spares1 unit
    run_bulkhead report '< plain.h5' --figure-only -o matrix
    expect_status 0
    expect_lines "$errors" 2
    shows matrix '' title policy0 policy4
}

@test "results lists and prints selections as text, CSV and JSON" {
    run_bulkhead results '| scenario.h5'
    expect_status 0
    is text
    run_bulkhead results '| scenario.h5' makespan --mean replica
    expect_status 0
    is text
    run_bulkhead results '| scenario.h5' makespan --mean replica --format csv
    expect_status 0
    is csv low high plain own first second
    run_bulkhead results '| scenario.h5' makespan --format json --where "exit=$("$PYTHON" "$hostile" text-of low)"
    expect_status 0
    is json low plain own first second
    run_bulkhead results '| scenario.h5' causes --format csv
    expect_status 0
}

@test "a sweep, its status, its merge and what it would be submitted as" {
    run_bulkhead sweep campaign.yaml --dry-run -q
    expect_status 0
    is text
    run_bulkhead sweep campaign.yaml -d '| sweep' -q
    expect_status 0
    run_bulkhead status '| sweep'
    expect_status 0
    run_bulkhead merge '| sweep'
    expect_status 0
    # What a merged file holds beyond that of a run is no name for an axis either.
    if has_h5py; then
        local name
        for name in $("$PYTHON" -c 'import h5py; print(*h5py.File("| sweep/results.h5").keys() - h5py.File("| scenario.h5").keys())'); do
            run_bulkhead check scenario.yaml --set "vary.0.axis=$name"
            expect_status 2
            expect_text "$errors" 'results files use themselves'
        done
    fi
    run_bulkhead report '| sweep/results.h5' --no-figure --format markdown
    expect_status 0
    is markdown
    BULKHEAD_CACHE="it's kept" run_bulkhead submit campaign.yaml -d '| batch' --print --set "replicas=2"
    expect_status 0
    # Two scripts, in each of which the shell sees one command and Slurm the options that are meant.
    csplit -s -f script- "$BATS_TEST_TMPDIR/stdout" '%^#!%' '/^#!/' '{*}'
    local script
    for script in script-*; do
        sh -n "$script"
        [ "$(grep -v '^#' "$script" | sed 's/^export BULKHEAD_[A-Z]*=.*/export/; s/^exec .*/exec/' | xargs)" = 'export exec' ]
        refuse grep -q '^#SBATCH --x' "$script"
    done
    "$PYTHON" "$hostile" sbatch script-00 "$PWD/| batch" task-%a.txt
    "$PYTHON" "$hostile" sbatch script-01 "$PWD/| batch" merge.txt
    # The command line reaches the program whole.
    printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >program
    chmod +x program
    sed "s|^exec '[^']*'|exec ./program|" script-00 >run-00
    sh run-00 >words
    [ "$(sed -n 2p words)" = "$PWD/campaign.yaml" ]
    [ "$(sed -n 4p words)" = "$PWD/| batch" ]
}

@test "no line break in a path reaches a batch script" {
    local broken=$'two\nlines'
    mkdir "$broken"
    cp "$SOURCE_DIRECTORY/tests/data/scenarios/sweep.yaml" "$broken/campaign.yaml"
    for words in "submit $broken/campaign.yaml" "submit campaign.yaml -d $broken" "submit campaign.yaml --sbatch $broken" \
        'submit campaign.yaml -d back\slash'; do
        local IFS=' '
        # shellcheck disable=SC2086 # several words, none of which holds a blank
        run_bulkhead $words --print
        expect_status 2
        [ -z "$output" ]
    done
    ln -s "$SOURCE_DIRECTORY" $'data\nhere'
    BULKHEAD_DATA=$PWD/$'data\nhere' run_bulkhead submit campaign.yaml --print
    expect_status 2
    expect_text "$errors" BULKHEAD_DATA 'line breaks'
}
