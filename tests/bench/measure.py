# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Runs a command and prints on one line: wall-clock seconds, seconds of the processor, and the peak memory in KiB of the
# largest process among it and its children:
#   measure.py COMMAND [ARGUMENT]...     what it prints goes to standard error; its exit status is kept
import resource
import subprocess
import sys
import time

start = time.monotonic()
status = subprocess.run(sys.argv[1:], stdout=sys.stderr).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{time.monotonic() - start:.3f},{usage.ru_utime + usage.ru_stime:.3f},{usage.ru_maxrss}")
sys.exit(status)
