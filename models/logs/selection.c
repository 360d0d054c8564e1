/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Takes failures and nodes out of a finished log, and puts nodes in. */
#include "models/logs/selection.h"

#include "models/base/error.h"
#include "models/logs/formats.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum subject { OF_NODE, OF_CAUSE, OF_DETAIL, OF_SYSTEM, OF_CLASS, OF_TIME, SUBJECTS };
static const char *const subject_names[SUBJECTS] = {"node", "class", "detail", "system", "node-class", "time"};

struct clause {
    enum subject subject;
    char *patterns; /* each with a NUL, and one more behind the last */
    double from_s, until_s;
};

struct bh_log_selection {
    size_t count;
    struct clause *clauses;
};

struct bh_log_selection *bh_log_selection_create(void)
{
    return bh_allocate(1, sizeof(struct bh_log_selection));
}

void bh_log_selection_destroy(struct bh_log_selection *selection)
{
    if (selection == NULL)
        return;
    for (size_t c = 0; c < selection->count; c++)
        free(selection->clauses[c].patterns);
    free(selection->clauses);
    free(selection);
}

/* A moment, or nothing, which is `otherwise`. */
static int read_moment(const char *text, size_t length, double otherwise, double *at_s)
{
    char *copy = bh_print_text("%.*s", (int)length, text);
    *at_s = *copy == '\0' ? otherwise : bh_failure_log_time(copy);
    free(copy);
    return isnan(*at_s) ? -1 : 0;
}

static int read_window(struct clause *clause, const char *value, struct bh_error *err)
{
    const char *dots = strstr(value, "..");
    if (dots == NULL || read_moment(value, (size_t)(dots - value), -INFINITY, &clause->from_s) != 0 ||
        read_moment(dots + 2, strlen(dots + 2), INFINITY, &clause->until_s) != 0 || clause->until_s <= clause->from_s)
        return bh_fail(err, BH_ERROR_INPUT,
                       "--where: found 'time=%.60s'; expected time=FROM..UNTIL, each a date such as 2003-01-01 or "
                       "seconds, or nothing",
                       value);
    return 0;
}

int bh_log_selection_add(struct bh_log_selection *selection, const char *text, struct bh_error *err)
{
    size_t length = strcspn(text, "=");
    struct clause clause = {.subject = SUBJECTS};
    for (int s = 0; s < SUBJECTS; s++)
        if (strlen(subject_names[s]) == length && strncmp(text, subject_names[s], length) == 0)
            clause.subject = (enum subject)s;
    if (length == 5 && strncmp(text, "cause", 5) == 0)
        clause.subject = OF_CAUSE;
    if (clause.subject == SUBJECTS || text[length] != '=' || text[length + 1] == '\0')
        return bh_fail(err, BH_ERROR_INPUT,
                       "--where: found '%.60s'; expected node=PATTERN, class=, detail=, system=, node-class=, or "
                       "time=FROM..UNTIL",
                       text);
    const char *value = text + length + 1;
    if (clause.subject == OF_TIME && read_window(&clause, value, err) != 0)
        return -1;
    clause.patterns = bh_allocate(strlen(value) + 2, 1);
    strcpy(clause.patterns, value);
    for (char *c = clause.patterns; *c != '\0'; c++)
        if (*c == ',')
            *c = '\0';
    selection->clauses = bh_reallocate(selection->clauses, selection->count + 1, sizeof *selection->clauses);
    selection->clauses[selection->count++] = clause;
    return 0;
}

static bool fits_one(const struct clause *clause, const char *name)
{
    for (const char *pattern = clause->patterns; *pattern != '\0'; pattern += strlen(pattern) + 1)
        if (fnmatch(pattern, name, 0) == 0)
            return true;
    return false;
}

/* A node goes by its own name too, without that of its system. */
static bool fits_node(const struct bh_log_selection *selection, const struct bh_failure_log *log, uint32_t number)
{
    const struct bh_failure_node *node = &log->nodes[number];
    const char *name = bh_name_list_text(log->node_names, number),
               *system = bh_name_list_text(log->system_names, node->system);
    const char *own = bh_failure_log_own_name(log, number);
    for (size_t c = 0; c < selection->count; c++) {
        const struct clause *clause = &selection->clauses[c];
        if ((clause->subject == OF_NODE && !fits_one(clause, name) && !fits_one(clause, own)) ||
            (clause->subject == OF_SYSTEM && !fits_one(clause, system)) ||
            (clause->subject == OF_CLASS && !fits_one(clause, bh_name_list_text(log->class_names, node->class))))
            return false;
    }
    return true;
}

static bool fits_failure(const struct bh_log_selection *selection, const struct bh_failure_log *log,
                         const struct bh_failure *failure)
{
    for (size_t c = 0; c < selection->count; c++) {
        const struct clause *clause = &selection->clauses[c];
        if ((clause->subject == OF_CAUSE && !fits_one(clause, bh_name_list_text(log->cause_names, failure->cause))) ||
            (clause->subject == OF_DETAIL &&
             !fits_one(clause, bh_name_list_text(log->detail_names, failure->detail))) ||
            (clause->subject == OF_TIME &&
             !(failure->start_s >= clause->from_s && failure->start_s <= clause->until_s)))
            return false;
    }
    return true;
}

/* Cuts what was watched to the window; false if nothing is left. */
static bool cut_window(const struct bh_log_selection *selection, double *from_s, double *to_s)
{
    for (size_t c = 0; c < selection->count; c++)
        if (selection->clauses[c].subject == OF_TIME) {
            *from_s = fmax(*from_s, selection->clauses[c].from_s);
            *to_s = fmin(*to_s, selection->clauses[c].until_s);
        }
    return *from_s <= *to_s;
}

static void leave_out_node(struct bh_failure_log *log, uint32_t number)
{
    struct bh_failure_node *node = &log->nodes[number];
    log->systems[node->system].nodes -= !node->is_unnamed;
    node->is_unnamed = true;
    node->is_left_out = true;
}

static void select_nodes(struct bh_failure_log *log, const struct bh_log_selection *selection)
{
    for (uint32_t n = 0; n < bh_name_list_count(log->node_names); n++) {
        struct bh_failure_node *node = &log->nodes[n];
        double to_s = node->to_s;
        if (!fits_node(selection, log, n) || !cut_window(selection, &node->from_s, &node->to_s))
            leave_out_node(log, n);
        node->is_retired = node->is_retired && node->to_s == to_s;
    }
    bool by_node = false;
    for (size_t c = 0; c < selection->count; c++)
        by_node = by_node || selection->clauses[c].subject == OF_NODE || selection->clauses[c].subject == OF_CLASS;
    for (size_t s = 0; s < log->systems_count; s++) {
        struct bh_failure_system *system = &log->systems[s];
        /* Of nodes without a name it is not known whether they fit. */
        if (by_node || system->nodes == 0)
            system->nodes_said = 0;
        cut_window(selection, &system->from_s, &system->to_s);
    }
}

int bh_failure_log_select(struct bh_failure_log *log, const struct bh_log_selection *selection, const char *name,
                          struct bh_error *err)
{
    size_t kept = 0;
    if (selection->count == 0)
        return 0;
    select_nodes(log, selection);
    for (size_t i = 0; i < log->failures_count; i++)
        if (!log->nodes[log->failures[i].node].is_left_out && fits_failure(selection, log, &log->failures[i]))
            log->failures[kept++] = log->failures[i];
    if (kept == 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: found none of %zu failures that --where allows", name,
                       log->failures_count);
    bh_failure_log_note(log, "%zu of %zu failures are those that --where allows", kept, log->failures_count);
    log->failures_count = kept;
    bh_failure_log_count(log);
    return 0;
}

int bh_failure_log_add_node(struct bh_failure_log *log, const char *name, struct bh_error *err)
{
    uint32_t system = 0;
    const char *own = name;
    if (bh_name_list_find(log->node_names, name) != BH_NO_NAME)
        return 0;
    for (uint32_t s = 0; s < log->systems_count; s++) {
        const char *text = bh_name_list_text(log->system_names, s);
        if (strncmp(name, text, strlen(text)) == 0 && name[strlen(text)] == '.') {
            system = s;
            own = name + strlen(text) + 1;
        }
    }
    if (own == name && log->systems_count > 1)
        return bh_fail(err, BH_ERROR_INPUT,
                       "--nodes: found the node `%.60s`; expected SYSTEM.NODE, as the log has %zu systems", name,
                       log->systems_count);
    const char *of = bh_name_list_text(log->system_names, system);
    struct bh_failure_node *node = bh_failure_log_node(log, strcmp(of, "-") == 0 ? "" : of, own);
    const struct bh_failure_system *its = &log->systems[node->system];
    if (isnan(node->from_s)) {
        node->from_s = its->from_s;
        node->to_s = its->to_s;
        node->born_s = its->born_s;
        node->first = log->failures_count;
    }
    return 0;
}
