# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""The program's subcommands as functions."""
from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Sequence, Union

from ._program import call
from ._results import open_results
from ._scenario import Input, as_file, setting_words

if TYPE_CHECKING:
    import xarray

Path = Union[str, "os.PathLike[str]"]


def _point_words(point: Optional[Mapping[str, Any]]) -> list:
    return [word for axis, label in (point or {}).items() for word in ("--point", f"{axis}={label}")]


def run(scenario: Input, *, set: Optional[Mapping[str, Any]] = None, replicas: Optional[int] = None,
        seed: Optional[int] = None, engine: Optional[str] = None, jobs: Optional[int] = None,
        output: Optional[Path] = None, progress: Optional[bool] = None) -> "xarray.Dataset":
    """Simulates a scenario under each of its policies, at every point of its axes.

    Args:
        scenario: a file, or the scenario itself as a mapping with the keys of bulkhead-scenario(5); quantities are texts with their
            units ("24 h"). Names of files in it are looked for from the working directory, then among Bulkhead's own.
        set: paths and their values, as in {"workload.work": "2 h", "models.channels.vm-exit.probability": 0.01}.
        replicas, seed: in place of the scenario's. Equal seeds give equal results.
        engine: "calendar" or "simgrid".
        jobs: processes at once; None: one per core.
        output: where the results file is kept (HDF5); None: nowhere.
        progress: whether progress is shown; None: on terminals and in notebooks.

    Returns:
        the results, in memory: see open_results for arrays, shapes and units.

    Raises:
        InputError: with file, line and key, where what was given is wrong.
        BulkheadError: where the program failed.
    """
    with as_file(scenario, "scenario") as (path, names), tempfile.TemporaryDirectory(prefix="bulkhead-") as folder:
        results = os.fspath(output) if output is not None else os.path.join(folder, "results.h5")
        call(["run", path, *setting_words(set, replicas, seed, engine, jobs), "--output", results, "--json"],
             progress=progress, names=names)
        return open_results(results)


def sweep(campaign: Input, *, directory: Optional[Path] = None, resume: bool = False, extend: bool = False,
          set: Optional[Mapping[str, Any]] = None, replicas: Optional[int] = None, seed: Optional[int] = None,
          jobs: Optional[int] = None, output: Optional[Path] = None, progress: Optional[bool] = None) -> "xarray.Dataset":
    """Simulates all points of a campaign (bulkhead-campaign(5)).

    Args:
        directory: the folder that keeps what is done, so that nothing is lost; None: one that is gone afterwards.
        resume: go on with what the folder holds. extend: the same with a campaign that has grown.
        The others as in run.

    Returns:
        the results, in memory. Where points are no product of axes there is one axis `point`, and each axis is an array over it.
    """
    with as_file(campaign, "campaign") as (path, names), tempfile.TemporaryDirectory(prefix="bulkhead-") as folder:
        kept = os.fspath(directory) if directory is not None else os.path.join(folder, "sweep")
        results = os.fspath(output) if output is not None else os.path.join(kept, "results.h5")
        words = ["sweep", path, "--directory", kept, *setting_words(set, replicas, seed, None, jobs)]
        words += ["--output", results] if output is not None else []
        words += ["--resume"] * resume + ["--extend"] * extend
        call(words, progress=progress, names=names)
        return open_results(results)


def check(scenario: Input, *, point: Optional[Mapping[str, Any]] = None, set: Optional[Mapping[str, Any]] = None,
          replicas: Optional[int] = None, seed: Optional[int] = None) -> Dict[str, Any]:
    """What a scenario comes to at one point of its axes, without simulating it: `bulkhead check --json` as a dictionary.

    Args:
        point: an axis' label, as in {"nodes": 1024}; axes that are left out are at their first.

    Raises:
        InputError: as in run; use it to find out whether a scenario is right.
    """
    with as_file(scenario, "scenario") as (path, names):
        return json.loads(call(["check", path, "--json", *_point_words(point), *setting_words(set, replicas, seed)],
                               progress=False, names=names))


def contain(scenario: Input, *, point: Optional[Mapping[str, Any]] = None, policies: Sequence[str] = (),
            enclave: Optional[str] = None, exact: bool = False, trials: Optional[int] = None,
            sensitivity: bool = False, set: Optional[Mapping[str, Any]] = None, seed: Optional[int] = None,
            jobs: Optional[int] = None, progress: Optional[bool] = None) -> Dict[str, Any]:
    """Where single errors end, from every zone and under each policy: `bulkhead contain --json` as a dictionary.

    Args:
        policies: lines of the scenario, by name; none: all.
        exact: the exact answers alone; otherwise `trials` errors are played from each zone beside them.
        sensitivity: which uncertain numbers matter.
        The others as in check.
    """
    with as_file(scenario, "scenario") as (path, names):
        words = ["contain", path, "--json", *_point_words(point), *setting_words(set, None, seed, None, jobs)]
        words += [f"--policy={policy}" for policy in policies] + ([f"--enclave={enclave}"] if enclave is not None else [])
        words += ["--exact"] * exact + ["--sensitivity"] * sensitivity + ([f"--trials={trials}"] if trials is not None else [])
        return json.loads(call(words, progress=progress, names=names))


def advise(what: Input, *, minimize: Optional[str] = None, limits: Sequence[str] = (), allow: Sequence[str] = (),
           needs: Sequence[str] = (), indifferent: Optional[str] = None, enclave: Optional[str] = None,
           point: Optional[Mapping[str, Any]] = None, worlds: Optional[str] = None, directory: Optional[Path] = None, set: Optional[Mapping[str, Any]] = None,
           replicas: Optional[int] = None, seed: Optional[int] = None, jobs: Optional[int] = None,
           progress: Optional[bool] = None) -> Dict[str, Any]:
    """Which policy to take: `bulkhead advise --format json` as a dictionary.

    Args:
        what: a scenario or campaign, file or mapping, which is run first; or a results file or folder.
        minimize: of what the best has least; None: net overhead.
        limits: what it must keep to, as in ["wrong-results < 1e-3"]. allow: what it may be, as in ["system=kvm"].
        needs: what it must offer its users, as in ["unmodified-linux"].
        indifferent: so much more does not matter, as in "0.5 %".
        worlds: the axis of draws of uncertain numbers. directory: keeps a campaign's runs.
        The others as in run and check.

    Raises:
        InputError, BulkheadError: as in run; and where nothing is allowed, with what each policy misses.
    """
    kind = "campaign" if isinstance(what, Mapping) and "campaign" in what else "scenario"
    with as_file(what, kind) as (path, names):
        words = ["advise", path, "--format=json", *_point_words(point), *setting_words(set, replicas, seed, None, jobs)]
        words += [f"--limit={limit}" for limit in limits] + [f"--allow={name}" for name in allow]
        words += [f"--need={offer}" for offer in needs]
        for option, value in (("minimize", minimize), ("indifferent", indifferent), ("enclave", enclave), ("worlds", worlds),
                              ("directory", os.fspath(directory) if directory is not None else None)):
            words += [f"--{option}={value}"] if value is not None else []
        return json.loads(call(words, progress=progress, names=names))


def report(results: Path, *, enclave: Optional[str] = None, figures: Optional[Path] = None,
           options: Sequence[str] = ()) -> Dict[str, Any]:
    """The tables of a results file: `bulkhead report --format json` as a dictionary.

    Args:
        enclave: tables for this one; None: the scenario's first.
        figures: a folder for figures; None: none are drawn.
        options: further words of the command line, as in ["--x=nodes", "--terminal=pdf"].
    """
    words = ["report", os.fspath(results), "--format=json", *options]
    words += [f"--enclave={enclave}"] if enclave is not None else []
    words += ["--no-figure"] if figures is None else [f"--output={os.fspath(figures)}"]
    return json.loads(call(words, progress=False))


def fit(log: Path, *, by: Optional[str] = None, options: Sequence[str] = (), yaml: Optional[Path] = None,
        jobs: Optional[int] = None, progress: Optional[bool] = None) -> Dict[str, Any]:
    """Distributions fitted to a failure log: `bulkhead fit --format json` as a dictionary. Times in it are in s.

    Args:
        by: "node", "cause", "class" or "system": each by itself.
        options: further words of the command line, as in ["--clock=system", "--column=time=Start"].
        yaml: a file for fault classes that a scenario can define.
    """
    words = ["fit", os.fspath(log), "--format=json", *options, *setting_words(None, None, None, None, jobs)]
    words += ([f"--by={by}"] if by is not None else []) + ([f"--yaml={os.fspath(yaml)}"] if yaml is not None else [])
    return json.loads(call(words, progress=progress))
