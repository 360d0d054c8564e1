/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Parts a failure log into groups and fits their up and down times. */
#include "models/fit/report.h"

#include "models/base/nearest_name.h"
#include "models/base/random.h"
#include "models/fit/bootstrap.h"
#include "models/times/distribution_types.h"
#include "models/times/weibull_gamma.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* --- Causes --------------------------------------------------------------------------------------------------------- */

static struct bh_fit_cause count_cause(const struct bh_fit_report *report, const struct bh_sample_rule *rule,
                                       uint32_t cause, bool all, uint32_t detail)
{
    const struct bh_failure_log *log = report->log;
    struct bh_fit_cause found = {.cause = cause, .detail = detail, .mean_down_s = NAN, .median_down_s = NAN};
    double *down_s = bh_allocate(log->failures_count + 1, sizeof *down_s), sum = 0.0;
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        if (!bh_sample_takes(log, rule, failure) || (!all && failure->cause != cause) ||
            (detail != BH_NO_NAME && failure->detail != detail))
            continue;
        found.failures++;
        if (failure->down_s >= 0.0) {
            down_s[found.with_down_time++] = failure->down_s;
            sum += failure->down_s;
        }
    }
    if (found.with_down_time > 0) {
        gsl_sort(down_s, 1, found.with_down_time);
        found.mean_down_s = sum / (double)found.with_down_time;
        found.median_down_s = gsl_stats_median_from_sorted_data(down_s, 1, found.with_down_time);
    }
    free(down_s);
    return found;
}

static int by_failures(const void *left, const void *right)
{
    const struct bh_fit_cause *a = left, *b = right;
    if (a->failures != b->failures)
        return a->failures > b->failures ? -1 : 1;
    return a->cause != b->cause ? (a->cause > b->cause) - (a->cause < b->cause)
                                : (a->detail > b->detail) - (a->detail < b->detail);
}

/* Counts of names over the failures that the rule takes; `offset` is that of a number in struct bh_failure. */
static uint64_t *count_names(const struct bh_fit_report *report, const struct bh_sample_rule *rule, size_t offset,
                             size_t names)
{
    uint64_t *uses = bh_allocate(names + 1, sizeof *uses);
    for (size_t i = 0; i < report->log->failures_count; i++) {
        const struct bh_failure *failure = &report->log->failures[i];
        uint32_t number = *(const uint32_t *)(const void *)((const char *)failure + offset);
        if (bh_sample_takes(report->log, rule, failure))
            uses[number != BH_NO_NAME ? number : names]++;
    }
    return uses;
}

/* Details of a cause that make up a hundredth of all failures, behind it. */
static void add_details(struct bh_fit_report *report, const struct bh_sample_rule *rule, const uint64_t *uses)
{
    const struct bh_fit_cause *whole = &report->causes[report->causes_count - 1];
    uint32_t cause = whole->cause;
    uint64_t failures = whole->failures;
    size_t first = report->causes_count;
    for (uint32_t d = 0; d < bh_name_list_count(report->log->detail_names); d++) {
        if (100 * uses[d] < report->failures)
            continue;
        struct bh_fit_cause part = count_cause(report, rule, cause, false, d);
        if (100 * part.failures >= report->failures && part.failures < failures)
            report->causes[report->causes_count++] = part;
    }
    qsort(report->causes + first, report->causes_count - first, sizeof *report->causes, by_failures);
}

/* The most frequent causes, those without a name last, each with its more frequent details. */
static void count_causes(struct bh_fit_report *report, const struct bh_sample_rule *rule)
{
    enum { MOST = 25, DETAILS_MOST = 100 };
    const struct bh_failure_log *log = report->log;
    size_t names = bh_name_list_count(log->cause_names), details = bh_name_list_count(log->detail_names);
    report->all = count_cause(report, rule, BH_NO_NAME, true, BH_NO_NAME);
    report->failures = report->all.failures;
    uint64_t *uses = count_names(report, rule, offsetof(struct bh_failure, cause), names);
    uint64_t *detail_uses = count_names(report, rule, offsetof(struct bh_failure, detail), details);
    struct bh_fit_cause *counted = bh_allocate(names + 1, sizeof *counted);
    size_t count = 0;
    for (uint32_t c = 0; c < names; c++)
        if (uses[c] > 0)
            counted[count++] = (struct bh_fit_cause){.cause = c, .detail = BH_NO_NAME, .failures = uses[c]};
    qsort(counted, count, sizeof *counted, by_failures);
    report->causes = bh_allocate((MOST + 1) * (DETAILS_MOST + 1), sizeof *report->causes);
    for (size_t c = 0; c < count && c < MOST; c++) {
        report->causes[report->causes_count++] = count_cause(report, rule, counted[c].cause, false, BH_NO_NAME);
        add_details(report, rule, detail_uses);
    }
    report->further_causes = count > MOST ? count - MOST : 0;
    if (uses[names] > 0)
        report->causes[report->causes_count++] = count_cause(report, rule, BH_NO_NAME, false, BH_NO_NAME);
    free(counted);
    free(detail_uses);
    free(uses);
}

/* --- Groups --------------------------------------------------------------------------------------------------------- */

static void add_group(struct bh_fit_report *report, const char *name, struct bh_sample_rule rule)
{
    struct bh_fit_group group = {.name = bh_copy_text(name), .rule = rule};
    for (size_t i = 0; i < report->log->failures_count; i++)
        group.failures += bh_sample_takes(report->log, &rule, &report->log->failures[i]);
    group.sets[BH_UP_TIMES].sample = bh_sample_up_times(report->log, &rule);
    group.sets[BH_DOWN_TIMES].sample = bh_sample_down_times(report->log, &rule);
    bool enough = false;
    for (int t = 0; t < BH_FIT_TIMES; t++) {
        group.sets[t].is_fitted = group.sets[t].sample->ended > 0;
        enough = enough || group.sets[t].is_fitted;
    }
    if (enough || report->wish->by == BH_BY_NOTHING) {
        report->groups = bh_reallocate(report->groups, report->groups_count + 1, sizeof *report->groups);
        report->groups[report->groups_count++] = group;
        return;
    }
    report->too_few += group.failures > 0;
    for (int t = 0; t < BH_FIT_TIMES; t++)
        bh_sample_destroy(group.sets[t].sample);
    free(group.name);
}

/* A name and how many failures it has. */
struct named {
    uint64_t failures;
    uint32_t number;
};

static int by_count(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    if (a->failures != b->failures)
        return a->failures > b->failures ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static uint32_t part_of(const struct bh_failure_log *log, enum bh_fit_grouping by, const struct bh_failure *failure)
{
    const struct bh_failure_node *node = &log->nodes[failure->node];
    switch (by) {
    case BH_BY_NODE:
        return failure->node;
    case BH_BY_CAUSE:
        return failure->cause;
    case BH_BY_CLASS:
        return node->class;
    case BH_BY_SYSTEM:
    case BH_BY_NOTHING: /* one part: nobody asks which */
        break;
    }
    return node->system;
}

static void add_groups(struct bh_fit_report *report, struct bh_sample_rule rule)
{
    const struct bh_failure_log *log = report->log;
    const struct {
        const struct bh_name_list *names;
        uint32_t *number;
    } parts[] = {{NULL, NULL},
                 {log->node_names, &rule.node},
                 {log->cause_names, &rule.cause},
                 {log->class_names, &rule.class},
                 {log->system_names, &rule.system}};
    const struct bh_name_list *names = parts[report->wish->by].names;
    if (names == NULL) {
        add_group(report, "all", rule);
        return;
    }
    size_t count = bh_name_list_count(names);
    struct named *named = bh_allocate(count + 1, sizeof *named);
    for (uint32_t n = 0; n < count; n++)
        named[n].number = n;
    for (size_t i = 0; i < log->failures_count; i++) {
        uint32_t part = part_of(log, report->wish->by, &log->failures[i]);
        if (part != BH_NO_NAME && bh_sample_takes(log, &rule, &log->failures[i]))
            named[part].failures++;
    }
    qsort(named, count, sizeof *named, by_count);
    for (size_t n = 0; n < count && named[n].failures > 0; n++) {
        if (report->groups_count >= BH_FIT_GROUPS_MOST || named[n].failures < BH_FIT_LEAST) {
            report->too_few++;
            continue;
        }
        *parts[report->wish->by].number = named[n].number;
        add_group(report, bh_name_list_text(names, named[n].number), rule);
    }
    free(named);
}

/* --- Fits ----------------------------------------------------------------------------------------------------------- */

size_t bh_fit_laws(void)
{
    size_t laws = 0;
    for (size_t l = 0; bh_distribution_types[l] != NULL; l++)
        laws += bh_distribution_types[l]->guess != NULL;
    return laws;
}

static void say_done(const struct bh_fit_wish *wish, size_t done, size_t total)
{
    if (wish->progress != NULL)
        wish->progress(wish->context, done, total);
}

/* Counts what it has done. */
static void fit_set(struct bh_fit_report *report, const struct bh_fit_group *group, struct bh_fit_set *set,
                    enum bh_fit_times times, size_t *done, size_t total)
{
    const struct bh_fit_wish *wish = report->wish;
    set->fits = bh_allocate(bh_fit_laws(), sizeof *set->fits);
    for (size_t l = 0; bh_distribution_types[l] != NULL && set->is_fitted; l++) {
        const struct bh_distribution_type *type = bh_distribution_types[l];
        struct bh_fit *fit = &set->fits[set->fits_count];
        if (type->guess == NULL)
            continue;
        say_done(wish, ++*done, total);
        /* From a few times comes a mean, and no shape. */
        if ((set->sample->ended < BH_FIT_LEAST && type->guess_is != BH_GUESS_BEST) ||
            bh_fit(set->sample, type, wish->phases, fit, NULL) != 0)
            continue;
        if (fit->flaw == NULL) {
            uint64_t stream = bh_identity_join(bh_identity(group->name), bh_identity(type->name));
            bh_fit_bootstrap(set->sample, fit, wish->bootstrap, wish->seed, bh_identity_join(stream, (uint64_t)times),
                             wish->jobs);
            if (set->fits[set->best].flaw != NULL || fit->aic < set->fits[set->best].aic)
                set->best = set->fits_count;
        }
        set->fits_count++;
    }
    set->is_fitted = set->fits_count > 0 && set->fits[set->best].flaw == NULL;
}

static int find_system(const struct bh_failure_log *log, const char *name, uint32_t *number, struct bh_error *err)
{
    *number = BH_NO_NAME;
    if (name == NULL || (*number = bh_name_list_find(log->system_names, name)) != BH_NO_NAME)
        return 0;
    const char **names = bh_allocate(log->systems_count + 1, sizeof *names);
    for (uint32_t s = 0; s < log->systems_count; s++)
        names[s] = bh_name_list_text(log->system_names, s);
    char *hint = bh_nearest_hint(name, names, log->systems_count, '\'');
    bh_fail(err, BH_ERROR_INPUT, "--system: no system '%s' among the %zu of the log%s", name, log->systems_count, hint);
    free(hint);
    free(names);
    return -1;
}

struct bh_fit_report *bh_fit_report_create(const struct bh_failure_log *log, const struct bh_fit_wish *wish,
                                           struct bh_error *err)
{
    struct bh_sample_rule rule = {BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, wish->of_system, wish->complete_only};
    if (find_system(log, wish->system, &rule.system, err) != 0)
        return NULL;
    bool lacks_causes = wish->by == BH_BY_CAUSE && bh_name_list_count(log->cause_names) == 0;
    if (lacks_causes || (wish->by == BH_BY_CLASS && bh_name_list_count(log->class_names) == 0)) {
        bh_fail(err, BH_ERROR_INPUT, "%s: --by %s: the log names no %s", wish->file, lacks_causes ? "cause" : "class",
                lacks_causes ? "causes" : "classes of nodes");
        return NULL;
    }
    struct bh_fit_report *report = bh_allocate(1, sizeof *report);
    report->wish = wish;
    report->log = log;
    report->in_bursts = bh_failure_log_bursts(log);
    count_causes(report, &rule);
    report->trend = bh_trend_of(log, &rule);
    bh_node_counts_fill(log, &rule, &report->nodes);
    add_groups(report, rule);
    size_t sets = 0;
    for (size_t g = 0; g < report->groups_count; g++)
        for (int t = 0; t < BH_FIT_TIMES; t++)
            sets += report->groups[g].sets[t].is_fitted;
    size_t done = 0;
    say_done(wish, done, sets * bh_fit_laws());
    for (size_t g = 0; g < report->groups_count; g++)
        for (enum bh_fit_times t = 0; t < BH_FIT_TIMES; t++)
            fit_set(report, &report->groups[g], &report->groups[g].sets[t], t, &done, sets * bh_fit_laws());
    return report;
}

void bh_fit_report_destroy(struct bh_fit_report *report)
{
    if (report == NULL)
        return;
    for (size_t g = 0; g < report->groups_count; g++) {
        for (int t = 0; t < BH_FIT_TIMES; t++) {
            free(report->groups[g].sets[t].fits);
            bh_sample_destroy(report->groups[g].sets[t].sample);
        }
        free(report->groups[g].name);
    }
    free(report->groups);
    bh_node_counts_clear(&report->nodes);
    free(report->causes);
    free(report->in_bursts);
    free(report);
}

int bh_fit_hazard_direction(const struct bh_fit_set *set, double *low, double *high)
{
    *low = *high = NAN;
    for (size_t l = 0; l < set->fits_count; l++)
        if (set->fits[l].distribution.type == &bh_weibull && set->fits[l].flaw == NULL)
            bh_fit_interval(set->fits[l].distribution.a[0], set->fits[l].a_error[0], low, high);
    return *high < 1.0 ? -1 : *low > 1.0 ? 1 : 0;
}
