/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Events to come, in order of time; equal times in order of insertion. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bh_event {
    double time_s;
    uint64_t order;
    int kind; /* what kind, index and subject mean is the owner's affair */
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
static inline const struct bh_event *bh_event_queue_first(const struct bh_event_queue *queue)
{
    return queue->count > 0 ? &queue->heap[0] : NULL;
}
struct bh_event bh_event_queue_pop(struct bh_event_queue *queue);
/* Pops the earliest and pushes another, in one. */
void bh_event_queue_replace(struct bh_event_queue *queue, struct bh_event event);
void bh_event_queue_clear(struct bh_event_queue *queue);
