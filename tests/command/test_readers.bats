#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Results are read unaided by xarray, pandas, Octave and R, whatever names are called.

load ../support/common

# make_results FILE POLICY WORD
make_results() {
    cat >scenario.yaml <<END
scenario: readers
title: Größe
platform: {file: testbed.xml, nodes: 4}
workload:
  work: 2 d
  enclaves:
    - {name: $2, application: mpi-bulk-synchronous, nodes: 2}
    - {name: analysis, application: mpi-bulk-synchronous, nodes: 2}
models: {faults.node-loss.rate: 20 1/year}
policies:
  - {system: native, policy: native, name: $2}
  - {system: kvm, policy: protection-first}
vary:
  - {axis: sort, set: models.channels.system-call.probability, values: [{label: $3, value: 0.001}, {label: much, value: 0.01}]}
replicas: 30
END
    bulkhead run -q -o "$1" scenario.yaml >/dev/null
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    make_results plain.h5 native few
    make_results other.h5 'natif-é' 'wenig ß'
}

expected() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/read_by_all.py" "$@"
}

@test "xarray selects by name and writes netCDF, pandas makes a frame" {
    "$PYTHON" -c 'import xarray, h5netcdf' 2>/dev/null || skip 'no python3-xarray and python3-h5netcdf'
    expected plain.h5 native few
    expected other.h5 'natif-é' 'wenig ß'
}

@test "Octave loads the whole file" {
    command -v octave-cli >/dev/null || skip 'no octave'
    "$PYTHON" -c 'import xarray, h5netcdf' 2>/dev/null || skip 'no python3-xarray and python3-h5netcdf'
    local file policy word
    for file in plain other; do
        case $file in plain) policy=native word=few ;; other) policy=natif-é word='wenig ß' ;; esac
        cat >read.m <<END
s = load('$file.h5');
p = find(strcmp(cellstr(s.policy), '$policy'));
a = find(strcmp(cellstr(s.sort), '$word'));
m = s.makespan(:, :, a, p);  % axes from the last to the first
printf('%.6f %.6f\n', mean(m(:)), sum(s.cause_failures));
END
        octave-cli --no-gui --norc read.m >said 2>errors || true
        [ "$(cat said)" = "$(expected "$file.h5" "$policy" "$word")" ] || { cat said errors >&2; return 1; }
        refuse grep -q 'error while reading' errors
    done
}

@test "R reads names, arrays and causes" {
    command -v Rscript >/dev/null && Rscript -e 'library(hdf5r)' >/dev/null 2>&1 || skip 'no R with hdf5r (Debian: r-cran-hdf5r)'
    "$PYTHON" -c 'import xarray, h5netcdf' 2>/dev/null || skip 'no python3-xarray and python3-h5netcdf'
    cat >read.R <<'END'
words <- commandArgs(trailingOnly = TRUE)
f <- hdf5r::H5File$new(words[1], "r")
names <- function(axis) { x <- f[[axis]][]; Encoding(x) <- "UTF-8"; x }
p <- which(names("policy") == words[2]); a <- which(names("sort") == words[3])
cat(sprintf("%.6f %.6f\n", mean(f[["makespan"]][, , a, p]), sum(f[["cause_failures"]][])))
END
    [ "$(LC_ALL=C.UTF-8 Rscript read.R plain.h5 native few)" = "$(expected plain.h5 native few)" ]
    [ "$(LC_ALL=C.UTF-8 Rscript read.R other.h5 natif-é 'wenig ß')" = "$(expected other.h5 natif-é 'wenig ß')" ]
}

# Tables compute them from makespans when they are asked for; the arrays are computed when the file is written.
@test "overheads and their intervals are arrays, and those of the tables" {
    local horizon
    for horizon in '60 d' '8 h'; do # by the second, some runs are given up
        bulkhead run -q --json -o overheads.h5 "$scenarios/small-balance.yaml" --set replicas=6 \
            --set workload.horizon="$horizon" >overheads.json
        "$PYTHON" - <<'PYTHON'
import json
import math
import h5py
import numpy
said = {row["name"]: row for row in json.load(open("overheads.json"))["policies"]}
with h5py.File("overheads.h5") as file:
    data = {name: file[name][...] for name in ("makespan", "finished", "sdc", "native_bare_makespan", "slowdown",
                                               "net_overhead", "net_overhead_mean", "net_overhead_low", "net_overhead_high")}
    names = [name.decode() if isinstance(name, bytes) else name for name in file["policy"][...]]
right = (data["finished"] > 0) & (data["sdc"] == 0)
expected = numpy.where(right, data["makespan"] / data["native_bare_makespan"][..., None], math.nan)
numpy.testing.assert_allclose(data["slowdown"], expected, rtol=1e-14)
numpy.testing.assert_allclose(data["net_overhead"], expected - 1, rtol=1e-12, atol=1e-14)
told = 0
for p, name in enumerate(names):
    row = said[name]["net_overhead"] or {"mean": None}
    values = [data[f"net_overhead_{end}"][p, 0] for end in ("mean", "low", "high")]
    if row["mean"] is None or row["ci95"] is None:
        assert all(map(math.isnan, values)), (name, values)
        continue
    told += 1
    numpy.testing.assert_allclose(values, [row["mean"], *row["ci95"]], rtol=1e-9)
print(told, "of", len(names))
PYTHON
    done >told
    cat told
    [ "$(sed -n 1p told)" = '5 of 5' ]
    [ "$(sed -n 2p told)" != '5 of 5' ]
}
