#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes a results file of many points of one of few: what stands along an axis of numbers is repeated, its values go on.

usage: widen_results.py FROM TO AXIS TIMES [MISSING]
MISSING: of the last policy this share of the points is left out at the end, as `bulkhead merge --partial` leaves it
"""
import sys

import h5py
import numpy as np


def axes_of(data):
    return [dim[0].name.strip("/") if len(dim) else None for dim in data.dims]


def widen(source, target, axis, times, missing):
    scales, widened = {}, {}

    def visit(name, data):
        if not isinstance(data, h5py.Dataset):
            target.require_group(name)
            return
        at = axes_of(data).index(axis) if axis in axes_of(data) else 0 if name == axis else None
        values = data[()]
        if name == axis:
            values = values[0] + (values[1] - values[0]) * np.arange(len(values) * times)
        elif at is not None:
            values = np.concatenate([values] * times, axis=at)
            if missing and axes_of(data)[0] == "policy" and values.dtype.kind == "f":
                if at == 1:
                    values[-1, int(values.shape[1] * (1 - missing)):] = np.nan
        chunks = data.chunks
        if chunks is not None:  # as sim/results/hdf5_writer.c does
            chunks = list(values.shape)
            for i in range(len(chunks)):
                while chunks[i] > 1 and np.prod(chunks) * values.itemsize > 8 << 20:
                    chunks[i] = (chunks[i] + 1) // 2
            chunks = tuple(chunks)
        made = target.create_dataset(name, data=values, dtype=data.dtype, chunks=chunks, compression=data.compression,
                                     compression_opts=data.compression_opts, shuffle=data.shuffle)
        for key, value in data.attrs.items():
            if key not in ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"):
                made.attrs[key] = value
        if data.attrs.get("CLASS") == b"DIMENSION_SCALE":
            scales[name] = made
        widened[name] = axes_of(data)

    for key, value in source.attrs.items():
        target.attrs[key] = value
    source.visititems(visit)
    for name, made in scales.items():
        made.make_scale(name)
    for name, axes in widened.items():
        for i, own in enumerate(axes):
            if own is not None and name not in scales:
                target[name].dims[i].attach_scale(scales[own])


def main():
    arguments = sys.argv[1:]
    if len(arguments) not in (4, 5):
        sys.exit(__doc__)
    with h5py.File(arguments[0]) as source, h5py.File(arguments[1], "w") as target:
        widen(source, target, arguments[2], int(arguments[3]), float(arguments[4]) if len(arguments) == 5 else 0.0)


main()
