#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# quickstart where it cannot install: it lists what is missing and changes nothing. And how it counts inspections.

load ../support/common

# A copy of quickstart in a folder of its own, and a PATH of little more than the shell: no compiler, no apt-get.
setup() {
    top=$BATS_TEST_TMPDIR/top
    bin=$BATS_TEST_TMPDIR/bin
    mkdir -p "$top/build-aux" "$bin"
    cp "$SOURCE_DIRECTORY/quickstart" "$top/"
    cp "$SOURCE_DIRECTORY"/build-aux/{packages,inspection-packages,inspections,other-release,other-release-packages,laboratory,laboratory-packages} "$top/build-aux/"
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

@test "inspect lists what inspections need too, which check does without" {
    quickstart inspect
    expect_status 1
    expect_text "$errors" 'libsimgrid-dev' 'clang-tidy' 'cppcheck' 'libclang-rt-dev' 'clang sanitize=address' 'ShellCheck'
    quickstart check
    case $errors in *cppcheck*) return 1 ;; esac
}

@test "check-on says why it cannot be had, and refuses what is no release" {
    quickstart check-on trixie
    expect_text "$output" '0 passed, 0 failed'
    expect_text "$errors" 'not checked on trixie: this system has no apt-get'
    quickstart check-on ../x
    expect_status 2
    expect_text "$errors" "no release of Debian is called '../x'"
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

@test "the package lists have four columns and no probe twice" {
    local more
    for more in inspection-packages other-release-packages; do
        run awk '!/^#/ && NF { if (NF != 4 || seen[$1]++) { print; bad = 1 } } END { exit bad }' \
            "$SOURCE_DIRECTORY"/build-aux/{packages,$more}
        expect_status 0
    done
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

# A built tree whose tools of this name are the shell text on stdin.
inspected_tree() {
    local tool
    command -v git >/dev/null || skip 'no git here, which lists what is inspected'
    built_tree <<<''
    for tool in find git grep nproc sort tail xargs; do
        [ -e "$bin/$tool" ] || ln -s "$(command -v "$tool")" "$bin/$tool"
    done
    echo '# nothing' >"$top/build-aux/inspection-packages"
    mkdir -p "$top"/{models,sim,analysis,lab,command,tests,build-inspect}
    touch "$top/models/a.c" "$top/build-inspect/config.status"
    echo 'all print-flags: ;' >"$top/build-inspect/Makefile"
    { echo "#!$shell"; cat; } | tee "$bin/gcc" "$bin/clang" >"$bin/shellcheck"
    chmod +x "$bin/gcc" "$bin/clang" "$bin/shellcheck"
}

@test "inspections that pass are counted, one of no such name is refused" {
    inspected_tree <<<'exit 0'
    quickstart inspect gcc clang shellcheck
    expect_status 0
    [ "$output" = '3 passed, 0 failed' ]
    quickstart inspect gcc nonsense
    expect_status 2
    expect_text "$errors" "no inspection 'nonsense'; there are gcc clang format"
}

@test "an inspection that finds something fails, shows it and says what to do; the others go on" {
    inspected_tree <<<'case $0 in */gcc) exit 0 ;; esac; echo "it was ${0##*/}"; exit 1'
    quickstart inspect shellcheck gcc clang
    expect_status 1
    [ "$output" = '1 passed, 2 failed' ]
    expect_text "$errors" 'it was shellcheck' 'FAILED: shellcheck' 'mend the script' 'it was clang' 'FAILED: clang' \
        'build-inspect/inspect-clang.log' 'passed: gcc'
}

@test "without clang-format 14 the format is not inspected, and neither passed nor failed" {
    inspected_tree <<<'exit 0'
    printf '#!%s\necho clang-format version 19.1.7\n' "$shell" >"$bin/clang-format"
    chmod +x "$bin/clang-format"
    quickstart inspect format gcc
    expect_status 0
    [ "$output" = '1 passed, 0 failed' ]
    expect_text "$errors" 'not inspected: format: there is no clang-format 14'
}

@test "without a browser, or where npm has nothing, pages are not inspected, and neither passed nor failed" {
    inspected_tree <<<'exit 0'
    quickstart inspect page gcc
    expect_status 0
    [ "$output" = '1 passed, 0 failed' ]
    expect_text "$errors" 'not inspected: page: there is no Chromium'
    printf '#!%s\nexit 1\n' "$shell" | tee "$bin/chromium" >"$bin/npm"
    chmod +x "$bin/chromium" "$bin/npm"
    ln -s "$(command -v cp)" "$(command -v cmp)" "$bin/"
    mkdir -p "$top/tests/page"
    touch "$top/tests/page/package.json" "$top/tests/page/package-lock.json" "$top/tests/page/looks.mjs"
    quickstart inspect page gcc
    expect_status 0
    [ "$output" = '1 passed, 0 failed' ]
    expect_text "$errors" 'not inspected: page: npm cannot install'
}

@test "a floor of coverage that has fallen fails, and so do fewer lines than it" {
    inspected_tree <<<'exit 0'
    ln -s "$(command -v seq)" "$bin/seq"
    mkdir "$top/build-coverage"
    touch "$top/build-coverage/config.status"
    echo 'all check-unit: ;' >"$top/build-coverage/Makefile"
    printf '#!%s\necho "lines: 71.5%% (5 out of 7)"\n' "$shell" >"$bin/gcovr"
    chmod +x "$bin/gcovr"
    for floor in 70 71; do
        echo $floor >"$top/tests/coverage-floor"
        [ $floor = 71 ] || git -C "$top" init -q -b main
        git -C "$top" add tests/coverage-floor
        git -C "$top" -c user.name=a -c user.email=a@b commit -qm "$floor"
    done
    quickstart inspect coverage
    expect_status 0
    echo 69 >"$top/tests/coverage-floor"
    quickstart inspect coverage
    expect_status 1
    expect_text "$errors" 'the floor was 70 %: it may only rise'
    echo 72 >"$top/tests/coverage-floor"
    quickstart inspect coverage
    expect_status 1
    expect_text "$errors" 'lines that tests run: 71.5 %, of which at least 72 % must be'
}

@test "continuous integration counts tests, inspections and another release together" {
    mkdir "$top/.ci"
    cp "$SOURCE_DIRECTORY/.ci/run" "$top/.ci/"
    printf '#!%s\necho some "$1"\ncase $1 in check) echo 7 passed, 1 failed; exit 1 ;; esac\necho 3 passed, 0 failed\n' \
        "$shell" >"$top/quickstart"
    run "$shell" "$top/.ci/run"
    expect_status 1
    [ "${lines[-1]}" = '13 passed, 1 failed' ]
    printf '#!%s\n[ $1 = check ] && echo 7 passed, 0 failed\n' "$shell" >"$top/quickstart"
    run "$shell" "$top/.ci/run"
    expect_status 1
    [ "${lines[-1]}" = '7 passed, 2 failed' ]
}

@test "Spack's package needs what the list of packages has for building and running" {
    local name names
    names=$(awk '!/^#/ && NF && $1 == "pkg-config:cmocka" { exit } !/^#/ && NF { print $4 }' "$SOURCE_DIRECTORY/build-aux/packages" |
        grep -v -e '^-$' -e '^gcc$' | sort -u)
    [ "$(wc -l <<<"$names")" -gt 12 ]
    for name in $names; do
        grep -q "\"$name[\":]" "$SOURCE_DIRECTORY/packaging/spack/package.py" || { echo "package.py lacks $name" >&2; return 1; }
    done
}
