# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Scenarios and campaigns as the program takes them: files; and settings as words of its command line."""
from __future__ import annotations

import contextlib
import copy
import json
import os
import tempfile
from typing import Any, Iterator, List, Mapping, Optional, Tuple, Union

Input = Union[str, "os.PathLike[str]", Mapping[str, Any]]

# Keys that name files, which the program looks for beside the scenario.
FILES = (("platform", "file"), ("faults", "recorded", "log"), ("uncertainty", "posterior"), ("scenario",))


def _point_at_files(document: dict) -> None:
    """Names of files that are there, from the working directory, become absolute."""
    for *way, last in FILES:
        holder: Any = document
        for key in way:
            holder = holder.get(key) if isinstance(holder, dict) else None
        name = holder.get(last) if isinstance(holder, dict) else None
        if isinstance(name, str) and os.path.isfile(name) and (last != "scenario" or "campaign" in document):
            holder[last] = os.path.abspath(name)


def value_text(value: Any) -> str:
    """A value as YAML takes it behind `--set PATH=`: texts as they are, the rest as JSON, which is YAML."""
    return value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Numbers and arrays of numpy as Python's own."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return value


def setting_words(settings: Optional[Mapping[str, Any]], replicas: Optional[int], seed: Optional[int],
                  engine: Optional[str] = None, jobs: Optional[int] = None) -> List[str]:
    words = [word for path, value in (settings or {}).items() for word in ("--set", f"{path}={value_text(value)}")]
    for name, value in (("replicas", replicas), ("seed", seed), ("engine", engine), ("jobs", jobs)):
        if value is not None:
            words.append(f"--{name}={value}")
    return words


@contextlib.contextmanager
def as_file(what: Input, kind: str) -> Iterator[Tuple[str, dict]]:
    """The path of a file that holds it, and what messages are to call files that were made for the occasion.

    A mapping becomes a file in a folder that is gone afterwards, whatever happens.
    """
    if not isinstance(what, Mapping):
        yield os.fspath(what), {}
        return
    document = _plain(copy.deepcopy(dict(what)))
    document.setdefault(kind, "from Python")
    _point_at_files(document)
    with tempfile.TemporaryDirectory(prefix="bulkhead-") as folder:
        path = os.path.join(folder, f"{kind}.yaml")
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=1, ensure_ascii=False)
        yield path, {path: f"<{kind}>"}
