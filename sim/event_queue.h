/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The injector's own events, in order of time; equal times in order of insertion. */
#ifndef BH_SIM_EVENT_QUEUE_H
#define BH_SIM_EVENT_QUEUE_H

#include <stddef.h>
#include <stdint.h>

enum bh_event_kind {
    BH_EVENT_HORIZON,
    BH_EVENT_FAULT,         /* index: source of faults */
    BH_EVENT_SCRIPT,        /* index: line of the script */
    BH_EVENT_COPY,          /* subject: the copy whose next step is due */
    BH_EVENT_REPAIRED,      /* index: physical node */
    BH_EVENT_LEAVE,         /* index: enclave whose time is up */
    BH_EVENT_SILENT_SIGNAL, /* index: enclave, which hears what its verification has found */
    BH_EVENT_COMPOSITION,   /* index: composition that begins or ends */
    BH_EVENT_PROTECTION,    /* index: enclave whose guards may change */
};

struct bh_event {
    double time_s;
    uint64_t order;
    enum bh_event_kind kind;
    uint64_t index;
    void *subject;
};

/* A binary heap; zero-initialise. */
struct bh_event_queue {
    struct bh_event *heap;
    size_t count, room;
    uint64_t inserted;
};

void bh_event_queue_push(struct bh_event_queue *queue, struct bh_event event);
/* The earliest event; NULL when empty. Valid until the next push or pop. */
const struct bh_event *bh_event_queue_first(const struct bh_event_queue *queue);
struct bh_event bh_event_queue_pop(struct bh_event_queue *queue);
void bh_event_queue_clear(struct bh_event_queue *queue);

#endif
