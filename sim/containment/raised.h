/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Guards that raise an escape ratio: by which crash that they prevented, or brought about. */
#pragma once

#include "sim/containment/followed.h"

/* A level that makes a ratio larger than the next weaker one that its system offers would: of errors that begin in one zone,
 * where it does so most. Of two that leave as many behind, the ratio is larger where fewer errors crash and more are masked. */
struct bh_contain_raise {
    const struct bh_contain_policy *policy;
    const struct bh_guard_level *level, *weaker;
    size_t row;
    enum bh_boundary ratio;
    double with, without; /* the ratio */
    enum bh_scope crash;  /* of what, the share of which the level changes most, the way that raises the ratio */
    double crashes_with, crashes_without; /* P(the largest that fails is that) */
};

/* A prevented crash raises the ratio alone, one brought about what is beyond, too. */
bool bh_contain_raise_prevents(const struct bh_contain_raise *raise);

struct bh_contain_raises {
    size_t count;
    struct bh_contain_raise *raise;
};

/* By the exact chain, of policies whose rows have all exact answers. */
struct bh_contain_raises *bh_contain_raises_create(const struct bh_contain *contain);
void bh_contain_raises_destroy(struct bh_contain_raises *raises);
