# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a command with a terminal as its standard error, and prints what was written there: a line per carriage return.

    on_terminal.py COLUMNS[,COLUMNS...] SECONDS COMMAND...

The window has so many columns, the next number after each line that is written; 0: unknown, as COLUMNS says. The command
is ended after SECONDS. Each line is preceded by the width that the window had then.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time


def main(columns, seconds, *command):
    columns = [int(c) for c in columns.split(",")]
    ours, theirs = pty.openpty()

    def resize(width):
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))

    width = columns.pop(0)
    resize(width)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
                               start_new_session=True)
    end, text, lines = time.monotonic() + float(seconds), b"", []
    while time.monotonic() < end:
        ready = select.select([ours], [], [], 0.05)[0]
        if ready:
            text += os.read(ours, 65536)
            *whole, text = text.replace(b"\n", b"\r").split(b"\r")
            whole = [line for line in whole if line] + ([text] if text else [])
            text = b""
            lines += [(width, line.decode()) for line in whole]
            if whole and columns:
                width = columns.pop(0)
                resize(width)
        elif process.poll() is not None:
            break
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for width, line in lines:
        print(f"{width}|{line}")


if __name__ == "__main__":
    main(*sys.argv[1:])
