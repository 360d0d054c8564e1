/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One QEMU: started, spoken to, ended. It never outlives the process that started it. */
#pragma once

#include "lab/node/laboratory.h"
#include "lab/node/node_file.h"
#include "lab/node/qmp.h"

#include <sys/types.h>

struct bh_machine {
    pid_t pid; /* 0: none */
    struct bh_qmp qmp;
};

/* How to start one. Files are descriptors of the caller's. */
struct bh_machine_start {
    const struct bh_laboratory *lab;
    const struct bh_lab_node *node;
    const char *folder, *disk, *command_line; /* where its memory lies; initial RAM disk; the host kernel's options */
    const char *plugin;        /* arguments for the plugin; NULL: none is loaded, and the memory's file is written */
    int console, report, said; /* what goes to the serial line, to the port, what the plugin says (-1: no plugin) */
    int list;                  /* bits of memory that the plugin reads (lab/plugin/bits.h); -1: none */
    unsigned cpu_s;            /* the machine is killed after so many seconds of work */
};

/* With a plugin the machine waits for what is restored into it; without it boots. */
int bh_machine_start(struct bh_machine *machine, const struct bh_machine_start *start, struct bh_error *err);
/* Kills and reaps it. Harmless if it has ended, or never began. How it had ended by itself before, as wait(2) says it: 0 if it
 * had not, or well; SIGXCPU if it had used up its seconds of work. */
int bh_machine_end(struct bh_machine *machine);
