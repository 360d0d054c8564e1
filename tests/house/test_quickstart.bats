#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# quickstart where it cannot install: it lists what is missing and changes nothing.

load ../support/common

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

# A built tree in which nothing is missing, whose program is the shell text on stdin.
built_tree() {
    local tool
    for tool in chmod make mkdir mktemp mv nproc rm tail tee touch; do
        ln -s "$(command -v "$tool")" "$bin/$tool"
    done
    echo '# nothing' >"$top/build-aux/packages"
    mkdir "$top/build"
    touch "$top/configure.ac" "$top/Makefile.in" "$top/configure"
    chmod +x "$top/configure"
    touch "$top/build/config.status"
    echo 'all: ;' >"$top/build/Makefile"
    echo >"$top/build/.quickstart"
    { echo "#!$shell"; cat; } >"$top/build/bulkhead"
    chmod +x "$top/build/bulkhead"
}

@test "the results come all together, with the summary" {
    built_tree <<'END'
case $1 in
run) echo "the summary of $2"; echo results >"$4" ;;
report) folder=${2%/*}; echo pdf >"$folder/balance.pdf"; echo png >"$folder/balance.png" ;;
esac
END
    mkdir -p "$top/results/balance"
    touch "$top/results/balance/old"
    quickstart
    expect_status 0
    [ "$(cat "$top/results/balance/summary.txt")" = 'the summary of experiments/balance.yaml' ]
    [ "$(cat "$top/results/balance/results.h5")" = results ]
    expect_text "$output" 'the summary of' 'results/balance/balance.pdf' 'results/balance/results.h5'
    [ ! -e "$top/results/balance/old" ]
    [ "$(ls -A "$top/results")" = balance ]
}

@test "a run that fails leaves the earlier results as they were" {
    built_tree <<'END'
echo half; echo half >"$4"; exit 1
END
    mkdir -p "$top/results/balance"
    echo earlier >"$top/results/balance/results.h5"
    quickstart
    expect_status 1
    expect_text "$errors" 'the simulation failed'
    [ "$(cat "$top/results/balance/results.h5")" = earlier ]
    [ "$(ls -A "$top/results")" = balance ]
}

@test "a report without a figure is a failure" {
    built_tree <<'END'
case $1 in run) echo summary; echo results >"$4" ;; esac
END
    quickstart
    expect_status 1
    expect_text "$errors" 'left no balance.pdf'
    [ -z "$(ls -A "$top/results")" ]
}

@test "a build that fails shows the end of its log" {
    built_tree <<<''
    printf 'all:\n\t@echo the compiler was not amused; exit 1\n' >"$top/build/Makefile"
    quickstart
    expect_status 1
    expect_text "$errors" 'the compiler was not amused' "failed: make -C $top/build" 'build/quickstart.log'
    [ ! -e "$top/results" ]
}
