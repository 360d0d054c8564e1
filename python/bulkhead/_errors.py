# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""What the program says when it ends otherwise than well, as exceptions."""
from __future__ import annotations

import re
from typing import Optional

PLACE = re.compile(r"^(?P<file>.+?):(?P<line>[0-9]+):(?:(?P<column>[0-9]+):)? (?P<text>.*)$", re.S)
KEY = re.compile(r"^(?P<key>[\w/-]+(?:\.[\w/-]+)*): ")


class BulkheadError(RuntimeError):
    """The program failed.

    Attributes:
        message: what it said, its place included.
        status: its exit status; negative: the signal that ended it.
        file, line, column: where in the input, or None.
        key: the dotted path of the key that is wrong, as in `workload.work`, or None.
        shown: the line of the input and a caret below it, or "".
    """

    def __init__(self, message: str, status: int, *, file: Optional[str] = None, line: Optional[int] = None,
                 column: Optional[int] = None, key: Optional[str] = None, shown: str = "") -> None:
        super().__init__(message + ("\n" + shown if shown else ""))
        self.message, self.status, self.shown = message, status, shown
        self.file, self.line, self.column, self.key = file, line, column, key

    def __reduce__(self):
        return _again, (type(self), self.message, self.status, self.file, self.line, self.column, self.key, self.shown)


class InputError(BulkheadError, ValueError):
    """What was given to the program is wrong; nothing was written."""


def _again(kind, message, status, file, line, column, key, shown):
    return kind(message, status, file=file, line=line, column=column, key=key, shown=shown)


def error_from(status: int, said: str, names: Optional[dict] = None) -> BulkheadError:
    """The exception for an exit status and what the program wrote to its standard error.

    `names` maps files that were written for the occasion to what the caller knows them as.
    """
    lines, message, shown = said.splitlines(), "", []
    for number, line in enumerate(lines):
        if line.startswith("bulkhead") and ": " in line:
            message, shown = line.split(": ", 1)[1], [rest for rest in lines[number + 1:] if rest.startswith("    ")]
    if not message:
        message = lines[-1] if lines else (f"ended by signal {-status}" if status < 0 else f"ended with status {status}")
    for file, name in (names or {}).items():
        message = message.replace(file, name)
    place = PLACE.match(message)
    key = KEY.match(place["text"] if place else message)
    return (InputError if status == 2 else BulkheadError)(
        message, status, file=place["file"] if place else None, line=int(place["line"]) if place else None,
        column=int(place["column"]) if place and place["column"] else None, key=key["key"] if key else None,
        shown="\n".join(shown))
