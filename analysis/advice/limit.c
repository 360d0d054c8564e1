/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads limits and holds estimates against them. */
#include "analysis/advice/limit.h"

#include "models/base/error.h"
#include "models/base/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int parse_bound(const char *word, struct bh_limit *limit, struct bh_error *err)
{
    static const struct {
        const char *unit;
        enum bh_dimension dimension;
    } units[] = {{"s", BH_DIMENSION_TIME}, {"B", BH_DIMENSION_BYTES}, {"1", BH_DIMENSION_FRACTION}};
    struct bh_error own = {0};
    char *end;
    limit->bound = strtod(word, &end);
    if (end != word && *end == '\0' && isfinite(limit->bound) && strcmp(limit->criterion.unit, "s") != 0 &&
        strcmp(limit->criterion.unit, "B") != 0)
        return 0;
    for (size_t i = 0; i < BH_COUNT(units); i++)
        if (strcmp(units[i].unit, limit->criterion.unit) == 0 &&
            bh_quantity_parse(word, NULL, units[i].dimension, &limit->bound, &own) == 0)
            return 0;
    return bh_fail(err, BH_ERROR_INPUT, "--limit: `%s`: found `%s`, expected a number%s", limit->text, word,
                   strcmp(limit->criterion.unit, "s") == 0   ? " with a unit of time, as 26 h"
                   : strcmp(limit->criterion.unit, "B") == 0 ? " with a unit of size, as 2 GiB"
                   : limit->criterion.is_share               ? ", as 1e-3 or 0.1 %"
                                                             : "");
}

/* A copy without blanks at its ends. */
static char *trim(const char *text, size_t length)
{
    while (length > 0 && text[0] == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return bh_print_text("%.*s", (int)length, text);
}

int bh_limit_parse(const struct bh_view *view, const char *text, struct bh_limit *limit, struct bh_error *err)
{
    size_t sign = strcspn(text, "<>");
    *limit = (struct bh_limit){.text = text, .is_upper = text[sign] == '<'};
    if (text[sign] == '\0')
        return bh_fail(err, BH_ERROR_INPUT,
                       "--limit: found `%s`, expected a metric, < or >, and a number, as "
                       "\"wrong-results < 1e-3\"",
                       text);
    const char *behind = text + sign + 1 + (text[sign + 1] == '=');
    char *name = trim(text, sign), *bound = trim(behind, strlen(behind));
    int status = bh_criterion_find(view, name, &limit->criterion, err);
    if (status == 0)
        status = parse_bound(bound, limit, err);
    free(name);
    free(bound);
    return status;
}

int bh_limits_check(const struct bh_limit *limits, size_t count, struct bh_error *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            const struct bh_limit *upper = &limits[i], *lower = &limits[j];
            if (upper->is_upper && !lower->is_upper && upper->bound <= lower->bound &&
                upper->criterion.kind == lower->criterion.kind && upper->criterion.metric == lower->criterion.metric &&
                upper->criterion.label == lower->criterion.label)
                return bh_fail(err, BH_ERROR_INPUT, "--limit: `%s` and `%s` contradict each other: nothing meets both",
                               upper->text, lower->text);
        }
    for (size_t i = 0; i < count; i++)
        if (limits[i].criterion.is_flag && (limits[i].is_upper ? limits[i].bound <= 0 : limits[i].bound >= 1))
            return bh_fail(err, BH_ERROR_INPUT,
                           "--limit: `%s`: a share of runs lies from 0 to 1, and no number of runs shows that it is %s",
                           limits[i].text, limits[i].is_upper ? "0" : "1");
    return 0;
}

enum bh_limit_verdict bh_limit_judge(const struct bh_limit *limit, struct bh_estimate estimate)
{
    if (isnan(estimate.low) || isnan(estimate.high))
        return BH_LIMIT_OPEN;
    if (limit->is_upper)
        return estimate.high < limit->bound   ? BH_LIMIT_MET
               : estimate.low >= limit->bound ? BH_LIMIT_BROKEN
                                              : BH_LIMIT_OPEN;
    return estimate.low > limit->bound ? BH_LIMIT_MET : estimate.high <= limit->bound ? BH_LIMIT_BROKEN : BH_LIMIT_OPEN;
}
