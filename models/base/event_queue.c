/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A binary heap of events. */
#include "models/base/event_queue.h"

#include "models/base/error.h"

#include <stdbool.h>
#include <stdlib.h>

static bool is_before(const struct bh_event *left, const struct bh_event *right)
{
    if (left->time_s != right->time_s)
        return left->time_s < right->time_s;
    return left->order < right->order;
}

void bh_event_queue_push(struct bh_event_queue *queue, struct bh_event event)
{
    if (queue->count == queue->room) {
        queue->room = queue->room ? 2 * queue->room : 64;
        queue->heap = bh_reallocate(queue->heap, queue->room, sizeof *queue->heap);
    }
    event.order = queue->inserted++;
    size_t hole = queue->count++;
    while (hole > 0 && is_before(&event, &queue->heap[(hole - 1) / 2])) {
        queue->heap[hole] = queue->heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    queue->heap[hole] = event;
}

/* From the root, where the place is free. */
static void sink(struct bh_event_queue *queue, const struct bh_event *event)
{
    size_t hole = 0;
    for (size_t child; (child = 2 * hole + 1) < queue->count; hole = child) {
        if (child + 1 < queue->count && is_before(&queue->heap[child + 1], &queue->heap[child]))
            child++;
        if (!is_before(&queue->heap[child], event))
            break;
        queue->heap[hole] = queue->heap[child];
    }
    queue->heap[hole] = *event;
}

struct bh_event bh_event_queue_pop(struct bh_event_queue *queue)
{
    BH_BUG_ASSERT(queue->count > 0);
    struct bh_event first = queue->heap[0], last = queue->heap[--queue->count];
    sink(queue, &last);
    return first;
}

void bh_event_queue_replace(struct bh_event_queue *queue, struct bh_event event)
{
    BH_BUG_ASSERT(queue->count > 0);
    event.order = queue->inserted++;
    sink(queue, &event);
}

void bh_event_queue_clear(struct bh_event_queue *queue)
{
    free(queue->heap);
    *queue = (struct bh_event_queue){0};
}
