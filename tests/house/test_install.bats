#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The program finds its data wherever it lies: build tree, installation, moved installation, BULKHEAD_DATA.

load ../support/common

# What the help says of the data, from a working directory that has nothing to do with it.
data_of() {
    (cd / && "$@" --help | sed -n 's/^Data ([^)]*): //p')
}

# A folder that looks like data, at $1.
make_data() {
    mkdir -p "$1/models/data"
}

@test "in the build tree: the source tree" {
    [ -d "$SOURCE_DIRECTORY/models/data" ] || skip "no data yet"
    [ "$(data_of "$BULKHEAD")" = "$(realpath "$SOURCE_DIRECTORY")" ]
}

@test "moved: ../share/bulkhead beside the program, also through a link" {
    local prefix=$BATS_TEST_TMPDIR/prefix
    mkdir -p "$prefix/bin" "$BATS_TEST_TMPDIR/elsewhere"
    cp "$BULKHEAD" "$prefix/bin/"
    make_data "$prefix/share/bulkhead"
    ln -s "$prefix/bin/bulkhead" "$BATS_TEST_TMPDIR/elsewhere/bulkhead"
    [ "$(data_of "$prefix/bin/bulkhead")" = "$(realpath "$prefix/share/bulkhead")" ]
    [ "$(data_of "$BATS_TEST_TMPDIR/elsewhere/bulkhead")" = "$(realpath "$prefix/share/bulkhead")" ]
}

@test "BULKHEAD_DATA before all others" {
    make_data "$BATS_TEST_TMPDIR/mine"
    export BULKHEAD_DATA=$BATS_TEST_TMPDIR/mine
    [ "$(data_of "$BULKHEAD")" = "$(realpath "$BATS_TEST_TMPDIR/mine")" ]
}

@test "a BULKHEAD_DATA without data is told, not passed over" {
    export BULKHEAD_DATA=$BATS_TEST_TMPDIR/nothing
    expect_text "$(data_of "$BULKHEAD")" "BULKHEAD_DATA=$BATS_TEST_TMPDIR/nothing" 'models/data'
}

@test "a program without data says where it looked" {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    cp "$BULKHEAD" "$BATS_TEST_TMPDIR/bin/"
    found=$(data_of "$BATS_TEST_TMPDIR/bin/bulkhead")
    case $found in
    *"found no models/data in $BATS_TEST_TMPDIR/bin/../share/bulkhead"*"set BULKHEAD_DATA"*) ;;
    /*) skip "Bulkhead is installed on this machine" ;;
    *)
        echo "$found" >&2
        return 1
        ;;
    esac
}

@test "those who cite it name the version that there is" {
    grep -q "^version: $(cat "$SOURCE_DIRECTORY/VERSION")\$" "$SOURCE_DIRECTORY/CITATION.cff"
    "$PYTHON" -c '
import json, sys
known = json.load(open(sys.argv[1] + "/codemeta.json"))
assert known["version"] == open(sys.argv[1] + "/VERSION").read().strip(), known["version"]' "$SOURCE_DIRECTORY"
}

@test "make install, and the installed program has its data" {
    [ -f "$BUILD_DIRECTORY/Makefile" ] || skip "no build tree"
    local root=$BATS_TEST_TMPDIR/root program
    # The make that runs the tests hands down flags that are not meant for this one.
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -C "$BUILD_DIRECTORY" install DESTDIR="$root" >"$BATS_TEST_TMPDIR/log" 2>&1 ||
        { tail "$BATS_TEST_TMPDIR/log" >&2; return 1; }
    program=$(find "$root" -name bulkhead -type f -perm -100)
    [ "$("$program" --version)" = "bulkhead $(cat "$SOURCE_DIRECTORY/VERSION")" ]
    local page
    for page in bulkhead.1 bulkhead-run.1 bulkhead-fit-injections.1 bulkhead-scenario.5 bulkhead-campaign.5 bulkhead-catalog.5 bulkhead-machine.5 _bulkhead bulkhead.fish; do
        [ -s "$(find "$root" -name "$page")" ] || { echo "no $page" >&2; return 1; }
    done
    [ -s "$(find "$root" -path '*/bash-completion/completions/bulkhead')" ]
    [ -d "$SOURCE_DIRECTORY/models/data" ] || skip "no data yet"
    local data
    data=$(data_of "$program")
    case $data in "$(realpath "$root")"/*) ;; *) echo "data in $data" >&2; return 1 ;; esac
    for file in $(cd "$SOURCE_DIRECTORY" && find models/data platforms experiments -name '*.yaml' -o -name '*.xml'); do
        cmp "$SOURCE_DIRECTORY/$file" "$data/$file"
    done
}
