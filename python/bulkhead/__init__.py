# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Bulkhead from Python: how errors spread through a virtualized HPC machine, and what it costs to stop them.

    import bulkhead

    results = bulkhead.run("scenario.yaml", set={"platform.nodes": 4096}, replicas=20)
    results.net_overhead.mean("replica").sel(policy="kvm protection-first")

What is simulated is simulated by the program `bulkhead`, which does all the work: of the environment's
BULKHEAD_PROGRAM, else on the PATH.
"""
from ._errors import BulkheadError, InputError
from ._commands import advise, check, contain, fit, report, run, sweep
from ._program import program, version
from ._results import open_results

try:
    from ._version import __version__
except ImportError:  # in the source tree
    __version__ = "0"

__all__ = ["BulkheadError", "InputError", "advise", "check", "contain", "fit", "open_results", "program", "report", "run", "sweep",
           "version"]
