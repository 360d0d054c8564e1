# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Results files as datasets of xarray."""
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    import xarray

# What units are called here, and where pint and the CF conventions have other names.
UNITS = {"nodes": "1"}


def _decoded(values):
    """Texts as str, whatever the file's form of them."""
    import numpy

    return numpy.array([text.decode() if isinstance(text, bytes) else text for text in values.ravel()],
                       dtype=object).reshape(values.shape)


def _plain_causes(results: "xarray.Dataset") -> "xarray.Dataset":
    """The table of causes, a compound, as an array for each of its columns: cause_fault(cause) and so on."""
    import xarray

    table = results["causes"]
    rows, descriptions = table.values, dict(table.attrs)
    results = results.drop_vars("causes")
    for name in rows.dtype.names:
        column = rows[name]
        axis = results[name].values if name in results.coords and column.dtype.kind in "iu" else None
        values = _decoded(column) if column.dtype == object else axis[column] if axis is not None else column
        attrs = {"long_name": f"{descriptions.get('description', 'causes')}: {name}"}
        if name == "lost_node_time":
            attrs["units"] = "s"
        elif name == "failures":
            attrs["units"] = "1"
        results[f"cause_{name}"] = xarray.Variable(("cause",), values, attrs)
    return results


def _describe(variable: "xarray.Variable") -> None:
    """The names of CF beside ours, and nothing of how the file kept it: it can be written again in any form."""
    variable.attrs.pop("DIMENSION_LABELS", None)  # HDF5's own names of what are dimensions here
    unit, description = variable.attrs.pop("unit", None), variable.attrs.pop("description", None)
    if unit is not None:
        variable.attrs["units"] = UNITS.get(unit, unit)
    if description is not None:
        variable.attrs["long_name"] = description
    variable.encoding.clear()


def open_results(path: Union[str, "os.PathLike[str]"]) -> "xarray.Dataset":
    """A results file, in memory; the file is closed.

    Returns a dataset over the axes `policy`, those of the scenario's `vary`, and of each metric, in this order: `enclave`,
    `replica`, `scope`, `boundary`, `level`, `part`. Each array has `units` ("s", "1", "B") and `long_name`. Among them:

        makespan(policy, ..., enclave, replica), in s: from start to end of the work; NaN when unfinished
        net_overhead(policy, ..., enclave, replica): makespan over native_bare_makespan, minus 1; NaN when not done, which a
            wrong result is not, unless the scenario says so; and slowdown, without the minus
        net_overhead_mean(policy, ..., enclave), and its 95 % interval, net_overhead_low and net_overhead_high
        price(policy, ..., enclave): slowdown without faults, minus 1
        failures(policy, ..., replica, scope): how often so much was lost
        cause_failures(cause), cause_lost_node_time(cause) in s, and what each cause is: cause_policy, cause_fault, cause_origin,
            cause_boundary, cause_guard, cause_disposition

    `attrs` has the scenario's name and title, seed, version, and `provenance`, JSON of the software, the scenario with all that
    was set, and every number of the models, for json.loads.
    """
    import xarray

    path = os.fspath(path)
    with xarray.open_dataset(path, engine="h5netcdf") as file:
        results = file.load()
    if "causes" in results:
        results = _plain_causes(results)
    for variable in results.variables.values():
        _describe(variable)
    results.encoding.clear()
    results.attrs = {name: value.item() if hasattr(value, "item") else value for name, value in results.attrs.items()}
    return results
