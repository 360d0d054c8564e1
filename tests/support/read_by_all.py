# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""read_by_all.py RESULTS POLICY WORD: xarray and pandas read a results file unaided; prints numbers that others must print, too."""
import os
import sys
import tempfile

import xarray

path, policy, word = sys.argv[1:]
with xarray.open_dataset(path, engine="h5netcdf") as file:
    results = file.load()
one = results.makespan.sel(policy=policy, sort=word)
assert one.dims == ("enclave", "replica"), one.dims
frame = results.makespan.to_dataframe().reset_index()
assert abs(frame[(frame.policy == policy) & (frame.sort == word)].makespan.mean() - float(one.mean())) < 1e-9

# The compound is no type of netCDF; its columns are arrays beside it.
table = results["causes"].values
flat = results.drop_vars("causes")
assert len(table) > 0
for column in table.dtype.names:
    values = flat[f"cause_{column}"].values
    assert [v.decode() if isinstance(v, bytes) else v for v in table[column]] == list(values), column
with tempfile.TemporaryDirectory() as folder:
    written = os.path.join(folder, "written.nc")
    for variable in flat.variables.values():  # else xarray writes fixed texts as bytes, which it takes for ASCII
        variable.encoding.clear()
    flat.to_netcdf(written, engine="h5netcdf")
    with xarray.open_dataset(written, engine="h5netcdf") as again:
        assert float(abs(again.makespan.sel(policy=policy, sort=word) - one).max()) == 0
print(f"{float(one.mean()):.6f} {float(results.cause_failures.sum()):.6f}")
