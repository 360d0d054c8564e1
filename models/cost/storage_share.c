/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How much faster than its share a transfer may be whose network and disks are shared apart. */
#include "models/cost/storage_share.h"

#include "models/base/error.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* What another's disks may be ahead of its network, as the user sees it, and that one's part of the storage's rate. */
struct lead {
    double bytes, own;
};

static int compare(const void *left, const void *right)
{
    const struct lead *a = left, *b = right;
    double difference = b->bytes / b->own - a->bytes / a->own;
    return (difference > 0) - (difference < 0);
}

/* The most that disks may be ahead together: of as many as storage takes at once, and one more. */
static double most_ahead(struct lead *lead, size_t count)
{
    double room = 1.0, bytes = 0.0;
    qsort(lead, count, sizeof *lead, compare);
    for (size_t i = 0; i < count && room > 0.0; i++) {
        bytes += lead[i].bytes;
        room -= lead[i].own;
    }
    return bytes;
}

static double total_weight(const struct bh_storage_user *users, size_t count)
{
    double weights = 0.0;
    for (size_t i = 0; i < count; i++)
        weights += users[i].weight;
    return weights;
}

/* Bytes of the disks' time that others may leave to a user whose least share is f. */
static double left_by_others(const struct bh_storage_user *users, size_t count, size_t index,
                             struct bh_storage_rates rates, double f)
{
    const struct bh_storage_user *user = &users[index];
    double weights = total_weight(users, count), waited_s = 0.0;
    struct lead *lead = bh_allocate(count, sizeof *lead);
    size_t leads = 0;
    for (size_t i = 0; i < count; i++) {
        const struct bh_storage_user *other = &users[i];
        if (i == index || other->own_share >= rates.storage)
            continue;
        double own = other->own_share / rates.storage,
               least = fmin(own, rates.links / rates.storage * other->weight / weights);
        double share = other->weight / (other->weight + user->weight);
        waited_s += other->bytes * (1.0 / least - 1.0);
        lead[leads++] = (struct lead){other->bytes * (1.0 - own) * fmax(1.0, share / own), own};
    }
    double bytes = fmin((1.0 - f) * waited_s, most_ahead(lead, leads));
    free(lead);
    return bytes;
}

double bh_storage_advantage(const struct bh_storage_user *users, size_t count, size_t index,
                            struct bh_storage_rates rates)
{
    const struct bh_storage_user *user = &users[index];
    bool is_any_bound = false;
    for (size_t i = 0; i < count; i++)
        is_any_bound = is_any_bound || users[i].own_share < rates.storage;
    double a = fmin(1.0, user->own_rate / rates.storage), f = user->weight / total_weight(users, count);
    double most = a / fmin(user->own_share / rates.storage, f);
    if (!is_any_bound || !(most > 1.0))
        return 1.0;
    if (user->own_share < user->own_rate) /* others on its nodes take from both */
        return most;
    double x = left_by_others(users, count, index, rates, f) / user->bytes;
    double shared = fmin(1.0 / a, (1.0 / a - 1.0 + x) / (1.0 - f));
    double alone = 1.0 / (1.0 - (a - f) * shared), never_alone = x < 1.0 ? 1.0 / (1.0 - x) : INFINITY;
    return fmin(most, fmax(alone, never_alone));
}
