#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The Python package: installed with pip, without a network, and used.

load ../support/common

# A fresh environment over the system's Python, whose xarray it sees.
setup_file() {
    "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || return 0
    "$PYTHON" -m venv --system-site-packages "$BATS_FILE_TMPDIR/venv" >/dev/null 2>&1 || return 0
    cp -r "$SOURCE_DIRECTORY/python" "$SOURCE_DIRECTORY/VERSION" "$BATS_FILE_TMPDIR"
    "$BATS_FILE_TMPDIR/venv/bin/pip" install --no-index --no-deps "$BATS_FILE_TMPDIR/python" \
        >"$BATS_FILE_TMPDIR/pip.log" 2>&1 || return 0
    touch "$BATS_FILE_TMPDIR/is-installed"
}

setup() {
    "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || skip 'no module venv (Debian: python3-venv)'
    "$PYTHON" -c 'import xarray, h5netcdf' 2>/dev/null || skip 'no python3-xarray and python3-h5netcdf'
    [ -e "$BATS_FILE_TMPDIR/is-installed" ] || { cat "$BATS_FILE_TMPDIR/pip.log" >&2; return 1; }
    python=$BATS_FILE_TMPDIR/venv/bin/python
    export BULKHEAD_PROGRAM=$BULKHEAD SOURCE_DIRECTORY
    unset PYTHONPATH
    cd "$BATS_TEST_TMPDIR"
}

@test "pip installs it from the tree without a network, and takes it away again" {
    "$python" -c 'import bulkhead; assert bulkhead.__version__ == bulkhead.version(), bulkhead.__version__'
    "$BATS_FILE_TMPDIR/venv/bin/pip" list 2>/dev/null | grep '^bulkhead '
    "$BATS_FILE_TMPDIR/venv/bin/pip" wheel --no-index --no-deps -w wheels "$BATS_FILE_TMPDIR/python" >/dev/null
    "$PYTHON" -m venv --system-site-packages other
    other/bin/pip install --no-index --no-deps wheels/*.whl >/dev/null
    other/bin/python -c 'import bulkhead'
    other/bin/pip uninstall -y bulkhead >/dev/null
    refuse other/bin/python -c 'import bulkhead'
}

@test "runs, sweeps, checks, fits, exceptions, interrupts" {
    # Other tests leave files in /tmp while they run.
    TMPDIR=$BATS_TEST_TMPDIR "$python" "$SOURCE_DIRECTORY/tests/support/python_package.py" -v >"$BATS_TEST_TMPDIR/said" 2>&1 ||
        { cat "$BATS_TEST_TMPDIR/said" >&2; return 1; }
    grep -q '^Ran 12 tests' "$BATS_TEST_TMPDIR/said"
}

@test "the example ends in a figure" {
    "$PYTHON" -c 'import matplotlib' 2>/dev/null || skip 'no python3-matplotlib'
    "$python" "$SOURCE_DIRECTORY/python/examples/overhead_figure.py" figure.png 2 64 128
    [ "$(head -c 4 figure.png | tail -c 3)" = PNG ]
    [ "$(stat -c %s figure.png)" -gt 5000 ]
}
