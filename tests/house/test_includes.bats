#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Who may know whom, read from the includes; and that the makefiles list every file there is.

load ../support/common

# Prints what files of a folder include of ours beyond the allowed folders, and libraries that are not theirs.
# trespasses FOLDER FORBIDDEN-LIBRARIES ALLOWED...
trespasses() {
    local folder=$1 libraries=$2 allowed
    shift 2
    allowed=$(printf '|%s' "$@")
    find "$SOURCE_DIRECTORY/$folder" -name '*.[ch]' -o -name '*.cpp' -o -name '*.hpp' | while read -r file; do
        grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file" |
            grep -vE "\"(${allowed#|})" | sed "s|^|$file: |" || true
        [ -n "$libraries" ] || continue
        grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($libraries)" "$file" | sed "s|^|$file: |" || true
    done
}

@test "models knows only models, and neither SimGrid nor HDF5" {
    found=$(trespasses models 'simgrid/|xbt/|hdf5|H5|jansson|cmocka' models/)
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
}

@test "sim knows models and sim" {
    found=$(trespasses sim 'cmocka|argp' models/ sim/ 'config\.h"' 'revision\.h"')
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
}

@test "analysis knows itself and models/base, and not SimGrid" {
    found=$(trespasses analysis 'simgrid/|xbt/|cmocka|argp' analysis/ models/base/ 'config\.h"')
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
}

@test "lab knows itself and of models base and document, its figures how figures are made; nothing but command knows lab" {
    found=$(trespasses lab 'simgrid/|xbt/|hdf5|H5|cmocka|argp' lab/ models/base/ models/document/ 'config\.h"' |
        grep -vE '/lab/figures/[^:]*: *[0-9]+:#include "analysis/figures/' || true)
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
    refuse grep -rlE '#include "lab/' "$SOURCE_DIRECTORY"/models "$SOURCE_DIRECTORY"/sim "$SOURCE_DIRECTORY"/analysis
}

@test "command knows all, by paths from the top" {
    found=$(trespasses command 'cmocka' models/ sim/ analysis/ lab/ command/ 'config\.h"' 'revision\.h"')
    [ -z "$found" ] || { echo "$found" >&2; return 1; }
}

# shellcheck disable=SC2030,SC2031 # a test changes its own copy

@test "an include that breaks the rule is found" {
    mkdir -p "$BATS_TEST_TMPDIR/models"
    echo '#include "sim/platform/platform.h"' >"$BATS_TEST_TMPDIR/models/a.c"
    echo '# include <simgrid/engine.h>' >"$BATS_TEST_TMPDIR/models/b.h"
    SOURCE_DIRECTORY=$BATS_TEST_TMPDIR
    found=$(trespasses models 'simgrid/' models/)
    expect_lines "$found" 2
}

@test "a header is read once, by one line" {
    # metric_rows.h is a table, read by each that gives its rows a meaning; cppcheck.h is cppcheck's alone.
    twice=$(find "$SOURCE_DIRECTORY"/{models,sim,analysis,command,lab,tests} -name '*.h' ! -name metric_rows.h \
        -exec grep -L '^#pragma once$' {} +)
    [ -z "$twice" ] || { echo "$twice" >&2; return 1; }
    refuse grep -rlE '^#ifndef BH_[A-Z_]+_H$' "$SOURCE_DIRECTORY"/{models,sim,analysis,command,lab,tests} --include='*.h'
}

@test "the tests of models link without SimGrid and HDF5" {
    [ -n "$BUILD_DIRECTORY" ] || skip "no build tree"
    for file in "$SOURCE_DIRECTORY"/tests/unit/*/test_*.c; do
        program=$BUILD_DIRECTORY/${file#"$SOURCE_DIRECTORY"/}
        program=${program%.c}
        [ -x "$program" ] || continue
        grep -qE '^#include "(sim|analysis|command)/' "$file" && continue
        if readelf -d "$program" | grep -E 'NEEDED.*(simgrid|hdf5)'; then
            echo "$program links more than models" >&2
            return 1
        fi
    done
}

@test "the makefiles list every source, data and test file" {
    missing=
    listed=$(cat "$SOURCE_DIRECTORY"/*/Makefile.inc "$SOURCE_DIRECTORY/Makefile.am")
    cd "$SOURCE_DIRECTORY"
    for file in $(find models sim analysis command platforms experiments tests -type f \
        \( -name '*.[ch]' -o -name '*.cpp' -o -name '*.yaml' -o -name '*.xml' -o -name '*.bats' \) | sort); do
        case $file in
        tests/unit/*/test_*.c) file=${file%.c} ;; # listed as a program
        tests/*.yaml | tests/*.xml) continue ;;
        esac
        printf '%s\n' "$listed" | grep -qwF -- "$file" || missing="$missing $file"
    done
    [ -z "$missing" ] || { echo "not in a Makefile.inc:$missing" >&2; return 1; }
}
