#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# quickstart where it cannot install: it lists what is missing and changes nothing.

load common

# A copy of quickstart in a folder of its own, and a PATH of little more than the shell: no compiler, no apt-get.
setup() {
    top=$BATS_TEST_TMPDIR/top
    bin=$BATS_TEST_TMPDIR/bin
    mkdir -p "$top/build-aux" "$bin"
    cp "$SOURCE_DIRECTORY/quickstart" "$top/"
    cp "$SOURCE_DIRECTORY/build-aux/packages" "$top/build-aux/"
    chmod -R u+w "$top"
    for tool in awk bash cat dirname env id sed; do
        ln -s "$(command -v "$tool")" "$bin/$tool"
    done
    # SOURCE_DIRECTORY/quickstart is started by the shell of the test, whose path env would not find.
    shell=$(command -v bash)
}

quickstart() {
    status=0
    output=$(PATH=$bin "$shell" "$top/quickstart" "$@" 2>"$BATS_TEST_TMPDIR/errors") || status=$?
    errors=$(cat "$BATS_TEST_TMPDIR/errors")
}

@test "without apt-get: what is missing, in Debian's, dnf's and Spack's names, status 1" {
    quickstart
    expect_status 1
    expect_text "$errors" 'this system has no apt-get' 'libsimgrid-dev' 'pkg-config simgrid' \
        'apt-get install --no-install-recommends make gcc g++' 'dnf install make gcc gcc-c++' 'simgrid-devel' \
        'spack install gmake gcc autoconf' 'simgrid@3.32' 'hdf5+hl'
    [ -z "$output" ]
    [ ! -e "$top/build" ]
}

@test "check lists the same and runs nothing" {
    quickstart
    local listed=$errors
    quickstart check
    expect_status 1
    [ "$errors" = "$listed" ]
    [ ! -e "$top/build-check" ]
}

@test "not root and no sudo: nothing is installed" {
    printf '#!%s\n[ "$1" = -u ] && echo 1000\n' "$shell" >"$BATS_TEST_TMPDIR/id"
    printf '#!%s\necho apt-get was run >&2; exit 9\n' "$shell" >"$bin/apt-get"
    rm "$bin/id"
    mv "$BATS_TEST_TMPDIR/id" "$bin/id"
    chmod +x "$bin/id" "$bin/apt-get"
    quickstart
    expect_status 1
    expect_text "$errors" 'you are not root' 'libsimgrid-dev'
    case $errors in *'apt-get was run'*) return 1 ;; esac
}

@test "as root: one update and one installation of only what is missing" {
    printf '#!%s\n[ "$1" = -u ] && echo 0\n' "$shell" >"$BATS_TEST_TMPDIR/id"
    printf '#!%s\necho "$*" >>"%s/calls"\n' "$shell" "$BATS_TEST_TMPDIR" >"$bin/apt-get"
    printf '#!%s\n' "$shell" >"$bin/gnuplot"
    rm "$bin/id"
    mv "$BATS_TEST_TMPDIR/id" "$bin/id"
    chmod +x "$bin/id" "$bin/apt-get" "$bin/gnuplot"
    quickstart
    # The installation was none, which quickstart must notice.
    expect_status 1
    expect_text "$errors" 'installed, but still not found'
    local calls
    calls=$(cat "$BATS_TEST_TMPDIR/calls")
    expect_lines "$calls" 2
    expect_text "$calls" 'update' 'install --no-install-recommends -y make gcc g++' 'libsimgrid-dev'
    case $calls in *gnuplot*) return 1 ;; esac
}

@test "missing: the list on stdout" {
    quickstart missing
    expect_status 1
    expect_text "$output" 'librandom123-dev' 'header Random123/philox.h'
    [ -z "$errors" ]
}

@test "--help, and an unknown word" {
    quickstart --help
    expect_status 0
    expect_text "$output" 'Usage: ./quickstart'
    quickstart cheque
    expect_status 2
    expect_text "$errors" 'Usage: ./quickstart'
}

@test "the package list has four columns and no probe twice" {
    run awk '!/^#/ && NF { if (NF != 4 || seen[$1]++) { print; bad = 1 } } END { exit bad }' \
        "$SOURCE_DIRECTORY/build-aux/packages"
    expect_status 0
}
