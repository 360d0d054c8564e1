/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scripts for Slurm, and its commands sbatch and scontrol. */
#pragma once

#include "models/base/error.h"

#include <stddef.h>

struct bh_slurm_job {
    const char *name;
    char *program, *campaign, *directory; /* absolute */
    size_t tasks;
    unsigned cores; /* of a task */
    unsigned long minutes;
    const struct bh_setting *settings;
    size_t settings_count;
    const char **slurm;
    size_t slurm_count;
};

/* Whether all that the scripts are to hold fits a line of theirs: else a path could be read as options or commands. */
int bh_slurm_check(const struct bh_slurm_job *job, struct bh_error *err);
/* The greatest array index: MaxArraySize - 1, from `scontrol show config`. */
int bh_slurm_most_index(unsigned long *index, struct bh_error *err);
/* Owned by the caller. */
char *bh_slurm_array_script(const struct bh_slurm_job *job);
char *bh_slurm_merge_script(const struct bh_slurm_job *job);
/* Keeps the script in the job's folder and submits it, after `dependency` has ended however it did (0: at once). Fails
 * with what sbatch said. */
int bh_slurm_submit(const struct bh_slurm_job *job, const char *name, const char *script, unsigned long dependency,
                    unsigned long *id, struct bh_error *err);
