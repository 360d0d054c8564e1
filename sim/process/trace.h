/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What happens to hosts, virtual machines and processes, as a Paje trace. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Containers within each other: hosts, guests in hosts, processes in either. */
enum bh_traced { BH_TRACED_HOST, BH_TRACED_GUEST, BH_TRACED_PROCESS };

/* A container by its kind and what it is: a host's number; slot and guest; enclave, node and rank. `life`: the how manieth
 * of that name. */
struct bh_traced_name {
    enum bh_traced kind;
    uint64_t part[3], life;
    bool is_in_guest; /* a process: Paje has types in a tree */
};

/* No effect where the stream is NULL. Times are SimGrid's. */
void bh_trace_begin(FILE *stream);
/* `in`: NULL for a host. `label` is what people read. */
void bh_trace_create(FILE *stream, struct bh_traced_name name, const struct bh_traced_name *in, const char *label);
void bh_trace_destroy(FILE *stream, struct bh_traced_name name);
/* One word, from now on. */
void bh_trace_state(FILE *stream, struct bh_traced_name name, const char *state);
