/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Whose numbers a kind of error has. */
#include "models/catalog/zone_numbers.h"

#include <stddef.h>

static bool is_there(const struct bh_parameter *parameter)
{
    return parameter->path != NULL && parameter->path[0] != '\0';
}

enum bh_error_kind bh_shares_kind(const struct bh_zone_numbers *numbers, enum bh_error_kind kind)
{
    const enum bh_error_kind *source = bh_error_kind_sources[kind];
    while (source[1] != BH_ERROR_KINDS && !is_there(&numbers->ending[*source].masked) &&
           !is_there(&numbers->ending[*source].signalled) && !is_there(&numbers->ending[*source].silent))
        source++;
    return *source;
}

/* Of all endings the same member. */
static const struct bh_parameter *first_there(const struct bh_zone_numbers *numbers, enum bh_error_kind kind,
                                              size_t member)
{
    const enum bh_error_kind *source = bh_error_kind_sources[kind];
    const struct bh_parameter *found;
    do
        found = (const void *)((const char *)&numbers->ending[*source] + member);
    while (*++source != BH_ERROR_KINDS && !is_there(found));
    return found;
}

struct bh_ending_numbers bh_ending_of(const struct bh_zone_numbers *numbers, enum bh_error_kind kind)
{
    const struct bh_ending *shares = &numbers->ending[bh_shares_kind(numbers, kind)];
    return (struct bh_ending_numbers){
        .lifetime_s = first_there(numbers, kind, offsetof(struct bh_ending, lifetime_s)),
        .masked = &shares->masked,
        .signalled = &shares->signalled,
        .silent = &shares->silent,
        .hang = first_there(numbers, kind, offsetof(struct bh_ending, hang)),
    };
}

const struct bh_parameter *bh_flow_share_of(const struct bh_error_numbers *numbers, bool is_software)
{
    if (is_software && is_there(&numbers->software_flow_share))
        return &numbers->software_flow_share;
    return is_there(&numbers->flow_share) ? &numbers->flow_share : NULL;
}
