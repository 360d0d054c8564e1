#!/bin/sh
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Makes ./configure from configure.ac.
cd "$(dirname "$0")" && exec autoreconf --install --warnings=all
