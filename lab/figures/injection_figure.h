/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A study's figure: by zone and kind of fault how far what was hurt reached, and for each zone of an enclave's how the bound of what
 * goes beyond it fell with the number of trials. */
#pragma once

#include "lab/study/counts.h"

/* Leaves NAME.dat, NAME.gp and what gnuplot makes of them in a folder that exists. `records`: by number, at least one. */
int bh_injection_figure_write(const struct bh_lab_study *study, const struct bh_lab_record *records, size_t count,
                              const char *folder, const char *name, struct bh_error *err);
