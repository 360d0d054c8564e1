/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The part of `bulkhead check` that says where there are no exact numbers, and why. */
#include "command/check/parts.h"
#include "models/containment/isolation_cache.h"

#include "models/base/wrap.h"
#include "sim/runs/progress.h"
#include "sim/setup/node_setup.h"

#include <stdlib.h>

/* A policy on a class of nodes whose numbers are not exact. */
struct not_exact {
    size_t policy, class;
    char *why;
};

static const char *const as_apart =
    "errors cross to other nodes, or guards follow errors, which no chain of one node holds";

/* Why a class of nodes has no exact numbers under a policy; the caller frees. NULL where it has. */
static char *why_not(const struct bh_scenario *scenario, size_t policy, size_t class, struct bh_isolation_cache *cache)
{
    struct bh_node_setup node;
    struct bh_error err = {0};
    char *why = NULL;
    if (bh_node_setup_fill(&node, scenario, policy, class, false, cache, &err) != 0)
        why = bh_copy_text(err.text);
    else if (node.isolation->why_not != NULL)
        why = bh_copy_text(node.isolation->why_not);
    else if (!node.is_exact)
        why = bh_copy_text(as_apart);
    bh_node_setup_clear(&node);
    return why;
}

static struct not_exact *find_all(const struct bh_scenario *scenario, size_t *count)
{
    struct bh_isolation_cache *cache = bh_isolation_cache_create_of_reasons();
    struct not_exact *list = NULL;
    *count = 0;
    struct bh_progress *progress =
        bh_progress_start_on_terminal("exact chains", scenario->policies_count * scenario->partitions.classes_count);
    for (size_t p = 0; p < scenario->policies_count; p++)
        for (size_t c = 0; c < scenario->partitions.classes_count; c++) {
            char *why = why_not(scenario, p, c, cache);
            bh_progress_step(progress);
            if (why == NULL)
                continue;
            list = bh_reallocate(list, *count + 1, sizeof *list);
            list[(*count)++] = (struct not_exact){p, c, why};
        }
    bh_progress_end(progress);
    bh_isolation_cache_destroy(cache);
    return list;
}

static void free_all(struct not_exact *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i].why);
    free(list);
}

void bh_check_print_exact(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    size_t count;
    struct not_exact *list = find_all(scenario, &count);
    if (count > 0)
        fputs("\nExact numbers: escape ratios and containment by the exact chain are left out where it cannot be had; "
              "rates for\n"
              "checkpoint intervals are then those of trials, or of enclaves that are apart\n",
              stream);
    for (size_t i = 0; i < count; i++) {
        const char *class =
            scenario->partitions.classes_count > 1 ? scenario->partitions.class[list[i].class].name : "";
        char *line = bh_print_text("%s%s%s%s: not exact: %s", scenario->policies[list[i].policy].name,
                                   *class ? " (" : "", class, *class ? ")" : "", list[i].why);
        fputs("  ", stream);
        bh_wrap_write(line, BH_CHECK_WIDTH, 2, stream);
        free(line);
    }
    free_all(list, count);
}

json_t *bh_check_exact_json(const struct bh_check *check)
{
    const struct bh_scenario *scenario = check->scenario;
    size_t count;
    struct not_exact *list = find_all(scenario, &count);
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows,
                              json_pack("{s:s, s:s, s:s}", "policy", scenario->policies[list[i].policy].name, "nodes",
                                        scenario->partitions.class[list[i].class].name, "why", list[i].why));
    free_all(list, count);
    return rows;
}
