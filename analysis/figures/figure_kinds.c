/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which systems and kinds of policy the trade-off figure tells apart, and how they look. */
#include "analysis/figures/figure_looks.h"
#include "analysis/figures/parts.h"
#include "analysis/figures/tradeoff_layout.h"

#include "models/base/error.h"

#include <stdlib.h>
#include <string.h>

/* Numbers the different texts of a list in order of appearance. */
static size_t number_texts(char *const *texts, size_t count, size_t *number, const char **names)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;
        while (n < found && strcmp(names[n], texts[i]) != 0)
            n++;
        if (n == found)
            names[found++] = texts[i];
        number[i] = n;
    }
    return found;
}

/* Whether another entry has the same system and policy, so that only its own name tells a policy apart. */
static bool has_double(const struct bh_view *view, size_t policy)
{
    for (size_t p = 0; p < view->policy.count; p++)
        if (p != policy && strcmp(view->policy_system[p], view->policy_system[policy]) == 0 &&
            strcmp(view->policy_policy[p], view->policy_policy[policy]) == 0)
            return true;
    return false;
}

/* Numbers what has a mark: policies of all systems, and entries that have a double. */
static size_t number_kinds(const struct bh_view *view, size_t *number, const char **names)
{
    bool *is_entry = bh_allocate(view->policy.count, sizeof *is_entry); /* per kind */
    size_t found = 0;
    for (size_t p = 0; p < view->policy.count; p++) {
        bool own = has_double(view, p);
        const char *name = own ? view->policy.labels[p] : view->policy_policy[p];
        size_t n = 0;
        while (n < found && (is_entry[n] != own || strcmp(names[n], name) != 0))
            n++;
        if (n == found) {
            is_entry[n] = own;
            names[found++] = name;
        }
        number[p] = n;
    }
    free(is_entry);
    return found;
}

/* What the catalog says of the system or kind of policy `number`, as its first policy has it. */
static const char *wish_of(const struct bh_view *view, char *const *wishes, const size_t *number_of, size_t number)
{
    for (size_t p = 0; wishes != NULL && p < view->policy.count; p++)
        if (number_of[p] == number)
            return wishes[p];
    return "";
}

void bh_figure_choose_looks(struct bh_figure *figure)
{
    const struct bh_view *view = figure->view;
    size_t policies = view->policy.count;
    figure->system_of = bh_allocate(policies, sizeof *figure->system_of);
    figure->kind_of = bh_allocate(policies, sizeof *figure->kind_of);
    figure->system_names = bh_allocate(policies, sizeof *figure->system_names);
    figure->mark_names = bh_allocate(policies, sizeof *figure->mark_names);
    figure->systems_count = number_texts(view->policy_system, policies, figure->system_of, figure->system_names);
    figure->marks_count = number_kinds(view, figure->kind_of, figure->mark_names);
    const char **wishes = bh_allocate(view->policy.count, sizeof *wishes);
    figure->colours = bh_allocate(view->policy.count, sizeof *figure->colours);
    figure->marks = bh_allocate(view->policy.count, sizeof *figure->marks);
    for (size_t s = 0; s < figure->systems_count; s++)
        wishes[s] = wish_of(view, view->system_colour, figure->system_of, s);
    bh_looks_colours(figure->system_names, wishes, figure->systems_count, figure->colours);
    for (size_t m = 0; m < figure->marks_count; m++)
        wishes[m] = wish_of(view, view->policy_mark, figure->kind_of, m);
    bh_looks_marks(figure->mark_names, wishes, figure->marks_count, figure->marks);
    free(wishes);
}
