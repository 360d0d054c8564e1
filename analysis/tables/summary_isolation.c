/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How well errors are kept in: the originating study's table, escape ratios, and what the failures cost. */
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"

#include "analysis/measures/measures.h"
#include "analysis/measures/verdict.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CAUSES = 3 };

/* --- The originating study's table ---------------------------------------------------------------------------------- */

static void add_share_cell(struct bh_table *table, double exact, double seen, double errors)
{
    char text[BH_NUMBER_SIZE], rare[BH_NUMBER_SIZE];
    /* Nearly never and nearly always are not to be rounded away. */
    if (exact > 0 && exact < 1e-3)
        snprintf(text, sizeof text, "%s", bh_number_plain(exact, rare));
    else if (exact < 1 && exact > 0.999)
        snprintf(text, sizeof text, "1 - %s", bh_number_plain(1 - exact, rare));
    else
        bh_number_percent(exact, text);
    bh_table_cell(table, "%s (seen %.0f of %.0f)", text, seen, errors);
}

void bh_summary_print_study(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    bh_summary_heading(options, stream, "REPRODUCED, NOT PREDICTED: what the script's errors did");
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "system");
    bh_table_column(table, "node down");
    bh_table_column(table, "affected, nothing down");
    bh_table_column(table, "verdict");
    for (size_t p = 0; p < view->policy.count; p++) {
        struct bh_verdict verdict;
        bh_find_verdict(view, p, view->headline, &verdict);
        bh_table_cell(table, "%s", view->policy.labels[p]);
        add_share_cell(table, 1 - verdict.contained_exact, verdict.errors - verdict.contained, verdict.errors);
        add_share_cell(table, verdict.degraded_exact, verdict.degraded, verdict.errors);
        bh_table_cell(table, "%s", verdict.text);
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    fprintf(
        stream,
        "\nnode down: probability that the node went down. affected, nothing down: that something outside the guest "
        "was\n"
        "left degraded and did not go down. Both exact, and seen in the replicas. crash contained: node down in at\n"
        "most %g %%; with host effects where more than %g %% are affected with nothing down; isolated: neither above\n"
        "%g %%.\n",
        100 * BH_MOST_DOWN, 100 * BH_MOST_ISOLATED, 100 * BH_MOST_ISOLATED);
}

/* --- Escape ratios --------------------------------------------------------------------------------------------------- */

/* What was seen in the replicas. None seen is not 0: the exact ratio stands there, marked, with the bound set by none. */
static void add_seen_cell(struct bh_table *table, const struct bh_escape *escape)
{
    char text[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    bh_number_plain(escape->ratio.mean, text);
    bh_number_plain(escape->ratio.low, low);
    bh_number_plain(escape->ratio.high, high);
    if (isnan(escape->ratio.mean))
        bh_table_cell(table, "-");
    else if (escape->is_exact && isnan(escape->ratio.high))
        bh_table_cell(table, "%s*", text);
    else if (escape->is_exact)
        bh_table_cell(table, "%s* (< %s)", text, high);
    else
        bh_table_cell(table, "%s [%s, %s]", text, low, high);
}

/* Where errors struck and there is no exact ratio: because there is no chain, or because it has no errors there. */
struct lacks {
    bool chain, errors;
};

static void note_lack(struct lacks *lacks, const struct bh_view *view, size_t cell)
{
    bool no_chain = view->numbers[BH_METRIC_unresolved] == NULL || isnan(view->numbers[BH_METRIC_unresolved][cell]);
    lacks->chain = lacks->chain || no_chain;
    lacks->errors = lacks->errors || !no_chain;
}

/* Exact, seen and range over one boundary. Returns whether the ratio seen is the exact one. */
static bool add_escape_cells(struct bh_table *table, const struct bh_view *view, size_t policy, size_t point,
                             size_t boundary, struct lacks *lacks)
{
    char text[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    size_t at = (policy * view->points + point) * view->boundary.count + boundary;
    double exact = view->numbers[BH_METRIC_escape_exact][at], least = view->numbers[BH_METRIC_escape_low][at],
           most = view->numbers[BH_METRIC_escape_high][at];
    struct bh_escape escape = bh_measure_escape_or_exact(view, policy, point, boundary);
    bh_table_cell(table, "%s", bh_number_plain(exact, text));
    add_seen_cell(table, &escape);
    bh_number_plain(least, low);
    bh_number_plain(most, high);
    if (isnan(least) || isnan(most) || strcmp(low, high) == 0)
        bh_table_cell(table, "-");
    else
        bh_table_cell(table, "%s to %s", low, high);
    if (isnan(exact) && escape.exposed > 0.0)
        note_lack(lacks, view, policy * view->points + point);
    return escape.is_exact;
}

void bh_summary_print_escape(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                             FILE *stream)
{
    size_t enclave = bh_view_find_label(&view->boundary, "enclave/enclave"),
           guest = bh_view_find_label(&view->boundary, "guest/host");
    if (enclave == view->boundary.count || guest == view->boundary.count)
        return;
    char *name = bh_view_point_name(view, point);
    char *heading = bh_print_text("Escape ratios%s%s", name[0] == '\0' ? "" : " at ", name);
    bh_summary_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    const char *band = view->uncertainty.source != NULL ? "posterior, 90 %" : "assumed range";
    bh_table_column(table, "policy");
    bh_table_column(table, "to other enclave");
    bh_table_column(table, "seen");
    bh_table_column(table, "%s", band);
    bh_table_column(table, "guest to host");
    bh_table_column(table, "seen");
    bh_table_column(table, "%s", band);
    const char *shown = NULL;
    struct lacks lacks = {false, false};
    bool any_exact = false;
    for (size_t p = 0; p < view->policy.count; p++) {
        bh_summary_policy_cell(table, view, p, &shown);
        any_exact = add_escape_cells(table, view, p, point, enclave, &lacks) || any_exact;
        any_exact = add_escape_cells(table, view, p, point, guest, &lacks) || any_exact;
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    fputs(
        "\nto other enclave: share of all errors not masked at their origin that hit more than one of a node's\n"
        "enclaves. guest to host: share of those begun inside a guest (native: a process) that failed or reached\n"
        "something outside it. Exact at the nominal assumed numbers, then seen in the replicas, then exact over the\n",
        stream);
    fputs(view->uncertainty.source != NULL ? "middle 90 % of the posterior's draws; - where they make no difference.\n"
                                           : "range of the uncertain number; - where it makes no difference.\n",
          stream);
    if (any_exact)
        fputs("*: no error was seen to escape; the ratio is the exact one. < is the exact 95 % bound from none of the\n"
              "errors that might have.\n",
              stream);
    if (lacks.chain)
        fputs("Where the first of the three is - though errors struck, the exact chain cannot be had: bulkhead check "
              "says why.\n",
              stream);
    if (lacks.errors)
        fprintf(stream,
                "%s, they were the script's, and random\n"
                "faults, of which the exact numbers are, begin none there.\n",
                lacks.chain ? "Or, where the chain can be had"
                            : "Where the first of the three is - though errors struck");
    free(heading);
    free(name);
}

/* --- Causes ---------------------------------------------------------------------------------------------------------- */

struct cause {
    size_t row; /* of view->causes: the first of its like */
    double failures, lost_node_s;
};

/* Length of a fault's class: "linux in guest[0]" is a fault of linux. */
static size_t class_length(const char *fault)
{
    const char *where = strstr(fault, " in ");
    return where != NULL ? (size_t)(where - fault) : strlen(fault);
}

static bool are_alike(const struct bh_view_causes *causes, size_t left, size_t right)
{
    size_t length = class_length(causes->fault[left]);
    return length == class_length(causes->fault[right]) &&
           strncmp(causes->fault[left], causes->fault[right], length) == 0 &&
           strcmp(causes->origin[left], causes->origin[right]) == 0 &&
           strcmp(causes->disposition[left], causes->disposition[right]) == 0;
}

static int by_loss(const void *left, const void *right)
{
    const struct cause *a = left, *b = right;
    if (a->lost_node_s != b->lost_node_s)
        return a->lost_node_s > b->lost_node_s ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* Causes of a policy at a point, alike ones added up, dearest first; the caller frees. */
static struct cause *gather(const struct bh_view *view, size_t policy, size_t point, size_t *count, double *total)
{
    const struct bh_view_causes *causes = &view->causes;
    struct cause *found = bh_allocate(causes->count + 1, sizeof *found);
    *count = 0;
    *total = 0;
    for (size_t i = 0; i < causes->count; i++) {
        if (causes->policy[i] != policy || causes->point[i] != point)
            continue;
        size_t at = 0;
        while (at < *count && !are_alike(causes, found[at].row, i))
            at++;
        if (at == *count)
            found[(*count)++] = (struct cause){.row = i};
        found[at].failures += causes->failures[i];
        found[at].lost_node_s += causes->lost_node_s[i];
        *total += causes->lost_node_s[i];
    }
    qsort(found, *count, sizeof *found, by_loss);
    return found;
}

static void add_cause_rows(struct bh_table *table, const struct bh_view *view, size_t policy, size_t point,
                           const char **shown)
{
    const struct bh_view_causes *causes = &view->causes;
    char text[BH_NUMBER_SIZE];
    size_t count;
    double total;
    struct cause *found = gather(view, policy, point, &count, &total);
    for (size_t i = 0; i < count && i < MOST_CAUSES && total > 0; i++) {
        size_t row = found[i].row;
        if (i == 0)
            bh_summary_policy_cell(table, view, policy, shown);
        else
            bh_table_cell(table, "%s", "");
        bh_table_cell(table, "%.*s", (int)class_length(causes->fault[row]), causes->fault[row]);
        bh_table_cell(table, "%s", causes->origin[row]);
        bh_table_cell(table, "%s", causes->disposition[row]);
        bh_table_cell(table, "%s", bh_number_plain(found[i].failures / (double)view->replica.count, text));
        bh_table_cell(table, "%s", bh_number_percent(found[i].lost_node_s / total, text));
    }
    free(found);
}

void bh_summary_print_causes(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                             FILE *stream)
{
    if (view->causes.count == 0)
        return;
    char *name = bh_view_point_name(view, point);
    char *heading = bh_print_text("Where lost node-time came from%s%s: the %d dearest causes of each policy",
                                  name[0] == '\0' ? "" : " at ", name, MOST_CAUSES);
    bh_summary_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    bh_table_column(table, "fault");
    bh_table_column(table, "begun in");
    bh_table_column(table, "took down");
    bh_table_column(table, "failures per replica");
    bh_table_column(table, "of lost node-time");
    const char *shown = NULL;
    for (size_t p = 0; p < view->policy.count; p++)
        add_cause_rows(table, view, p, point, &shown);
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    free(heading);
    free(name);
}
