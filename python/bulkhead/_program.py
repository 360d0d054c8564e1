# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the program: finds it, shows its progress, and leaves nothing of it behind."""
from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from typing import Iterator, Optional, Sequence

from ._errors import BulkheadError, error_from

PATIENCE_S = 10.0  # for an end on its own, once it was asked to


def program() -> str:
    """The program's path: of the environment's BULKHEAD_PROGRAM, else on the PATH."""
    told = os.environ.get("BULKHEAD_PROGRAM")
    found = shutil.which(told or "bulkhead")
    if found is None:
        raise BulkheadError(f"found no program `{told or 'bulkhead'}`; expected it on the PATH, or its name in the "
                            "environment's BULKHEAD_PROGRAM", 127)
    return found


def version() -> str:
    """The program's version, as in "0.1.0"."""
    return call(["--version"], progress=False).split()[1]


def _is_watched() -> bool:
    """Whether somebody sees what is written to the standard error: a terminal, or a notebook."""
    return sys.stderr is not None and (getattr(sys.stderr, "isatty", lambda: False)() or "ipykernel" in sys.modules)


def _end(child: subprocess.Popen) -> None:
    """Has the child end, and takes its status: no zombie, and no processes of its own, which it ends itself."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    """An interrupt in the middle comes at the end: between the start of a program and its name nobody could end it."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came: list = []
    signal.signal(signal.SIGINT, lambda *told: came.append(told))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if came:
        handler(*came[0])


def call(words: Sequence[str], *, progress: Optional[bool] = None, names: Optional[dict] = None,
         may_fail: Sequence[int] = ()) -> str:
    """What the program writes to its standard output.

    `progress`: whether its progress is shown; None: where somebody sees it. `names`: see error_from. Exit statuses other than 0
    and those of `may_fail` are exceptions. An interrupt (Ctrl-C) ends the program before it goes on.
    """
    shows = _is_watched() if progress is None else progress
    environment = dict(os.environ)
    if shows:
        environment.setdefault("BULKHEAD_PROGRESS", "1")
    said: list = []
    command, child, listener = [program(), *words], None, None

    def listen() -> None:
        for line in child.stderr:
            said.append(line)
            if shows and not line.startswith(("bulkhead", "    ")):
                print(line, end="", file=sys.stderr, flush=True)

    try:
        with _interrupts_wait():
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     env=environment, encoding="utf-8", errors="replace")
            listener = threading.Thread(target=listen, daemon=True)
            listener.start()
        output = child.stdout.read()
        child.wait()
    finally:
        if child is not None:
            _end(child)
            if listener is not None:
                listener.join()
            child.stdout.close()
            child.stderr.close()
    if child.returncode != 0 and child.returncode not in may_fail:
        raise error_from(child.returncode, "".join(said), names)
    return output
