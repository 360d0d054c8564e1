/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The page: what was read, what was fitted, and what it foretells. */
#include "command/site/parts.h"
#include "models/base/wrap.h"
#include "models/fit/node_counts.h"
#include "models/logs/formats.h"

#include "analysis/reader/markup.h"
#include "analysis/tables/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 120 };

static const double year_s = 365.25 * 86400.0;

/* --- What was read -------------------------------------------------------------------------------------------------- */

static void print_read(const struct bh_site_log *read, FILE *stream)
{
    const struct bh_failure_log *log = read->log;
    char from[32], to[32];
    bh_markup_print(stream, BH_TABLE_MARKDOWN, "%s", read->file);
    bh_markup_print(stream, BH_TABLE_MARKDOWN, ": %s, %zu failures in %" PRIu64 " records, %s to %s", log->format,
                    log->failures_count, log->records, bh_failure_log_print_time(log->first_s, from, sizeof from),
                    bh_failure_log_print_time(log->last_s, to, sizeof to));
    if (log->jobs_count > 0)
        bh_markup_print(stream, BH_TABLE_MARKDOWN, "; %zu jobs", log->jobs_count);
    fputs(".\n\n", stream);
    for (int r = 0; r < BH_LOG_REMARKS; r++)
        if (log->remarks[r] > 0) {
            fputs("- ", stream);
            bh_markup_print(stream, BH_TABLE_MARKDOWN, "%" PRIu64 " %s (first: line %u)", log->remarks[r],
                            bh_log_remark_texts[r], log->remark_line[r]);
            fputc('\n', stream);
        }
    for (uint32_t n = 0; n < bh_name_list_count(log->notes); n++) {
        fputs("- ", stream);
        bh_markup_print(stream, BH_TABLE_MARKDOWN, "%s", bh_name_list_text(log->notes, n));
        fputc('\n', stream);
    }
    fputc('\n', stream);
}

static void print_logs(const struct bh_site *site, FILE *stream)
{
    fputs("## What was read\n\n", stream);
    for (size_t l = 0; l < site->logs_count; l++)
        print_read(&site->logs[l], stream);
    for (uint32_t n = 0; site->logs_count > 1 && n < bh_name_list_count(site->all->notes); n++) {
        bh_markup_print(stream, BH_TABLE_MARKDOWN, "Together: %s.", bh_name_list_text(site->all->notes, n));
        fputs("\n\n", stream);
    }
}

/* --- A system ------------------------------------------------------------------------------------------------------- */

static void print_drift(const struct bh_site_system *system, FILE *stream)
{
    const struct bh_holdout *holdout = system->holdout;
    const struct bh_ratio *drift = &holdout->drift;
    fprintf(stream,
            "**Drift.** In the three thirds of its time, %.3g, %.3g and %.3g failures per node and year (a burst is "
            "one). The\n"
            "last third has %.2f times the rate of the two before it",
            holdout->third_rate[0] * year_s, holdout->third_rate[1] * year_s, holdout->third_rate[2] * year_s,
            drift->value);
    bool is_drift = drift->low > 1.0 || drift->high < 1.0;
    if (!isnan(drift->low))
        fprintf(stream, " (95 %%: %.2f to %.2f, by blocks of time): %s", drift->low, drift->high,
                is_drift ? "no law that is the same for ever foretells both"
                         : "no drift that could be told from chance");
    fputs(".\n", stream);
    for (size_t c = 0; c < holdout->classes_count; c++) {
        const struct bh_ratio *one = &holdout->class_drift[c];
        if (!(one->low > 1.0 || one->high < 1.0))
            continue;
        fputs("- ", stream);
        bh_markup_print(stream, BH_TABLE_MARKDOWN, "%s: %.2f times (%.2f to %.2f)", system->history->classes[c].name,
                        one->value, one->low, one->high);
        fputc('\n', stream);
    }
    fputc('\n', stream);
}

static void print_platform(const struct bh_site_system *system, FILE *stream)
{
    const struct bh_cabinets *cabinets = &system->cabinets;
    const struct bh_history *history = system->history;
    fprintf(stream, "**Platform, a sketch.** %u nodes, taken for neighbours in the order of their names",
            history->nodes);
    if (cabinets->nodes == 0)
        fputs("; the names show no cabinets", stream);
    else {
        fprintf(
            stream,
            ". A guess: names that differ in their last number alone stand together, %zu groups, %zu of them of %u\n"
            "nodes (the first: `",
            cabinets->groups, cabinets->alike, cabinets->nodes);
        bh_markup_print(stream, BH_TABLE_MARKDOWN, "%s", cabinets->example);
        fputs("`)", stream);
    }
    fputs(". The scenario has a machine of the bundled kind with as many nodes; processors, memory, network and "
          "storage are\n"
          "not in the log.\n\n",
          stream);
}

static void print_classes(const struct bh_site_system *system, FILE *stream)
{
    static const char *const zones[] = {"–", "1 host kernel", "2 VMM", "3 guest kernel", "4 process"};
    char text[BH_NUMBER_SIZE];
    struct bh_table *table = bh_table_create();
    static const char *const columns[] = {
        "class", "zone", "failures", "law of up times", "mean", "law of down times", "mean", "bursts", "others in one"};
    for (size_t i = 0; i < BH_COUNT(columns); i++)
        bh_table_column(table, "%s", columns[i]);
    for (size_t c = 0; c < system->holdout->classes_count; c++) {
        const struct bh_class_law *law = &system->holdout->law[c];
        const struct bh_history_class *class = &system->history->classes[c];
        bh_table_cell(table, "%.40s", class->name);
        bh_table_cell(table, "%s", zones[class->zone]);
        bh_table_cell(table, "%zu", law->failures);
        bh_table_cell(table, "%s", law->is_fitted ? law->up.distribution.type->name : "–");
        bh_table_cell(table, "%s",
                      law->is_fitted ? bh_number_time(bh_distribution_mean_s(&law->up.distribution), text) : "–");
        bh_table_cell(table, "%s", law->has_down ? law->down.distribution.type->name : "–");
        bh_table_cell(table, "%s",
                      law->has_down ? bh_number_time(bh_distribution_mean_s(&law->down.distribution), text) : "–");
        bh_table_cell(table, "%s", bh_number_percent(law->probability, text));
        if (law->bursts > 0)
            bh_table_cell(table, "%s of %u", bh_number_percent(law->reach, text), law->domain - 1);
        else
            bh_table_cell(table, "–");
    }
    fputs("**Classes**, fitted to the first two thirds (`", stream);
    fprintf(stream,
            "%s.yaml`). Up times are those of a node, by cause; of a burst only the first failure ends one.\n\n",
            system->slug);
    bh_table_print(table, BH_TABLE_MARKDOWN, stream);
    bh_table_destroy(table);
    for (size_t c = 0; c < system->holdout->classes_count; c++) {
        const struct bh_class_law *law = &system->holdout->law[c];
        char mean[BH_NUMBER_SIZE];
        if (law->passed_over == NULL || !law->is_fitted)
            continue;
        fputs("- ", stream);
        bh_markup_print(
            stream, BH_TABLE_MARKDOWN,
            "%s: %s fits better, but its mean is %s, where a node failed once in %s: a machine that has run for long "
            "would "
            "fail at another rate than this one, so it is not taken",
            system->history->classes[c].name, law->passed_over, bh_number_time(law->passed_over_mean_s, mean),
            bh_number_time(law->time_per_failure_s, text));
        fputc('\n', stream);
    }
    fputc('\n', stream);
}

static void print_nodes(const struct bh_site *site, const struct bh_site_system *system, FILE *stream)
{
    struct bh_sample_rule rule = {system->number, BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, false, false};
    struct bh_node_counts counts;
    bh_node_counts_fill(site->all, &rule, &counts);
    fprintf(stream,
            "**Nodes.** %zu of %" PRIu64
            " fail more often than chance allows (binomial, 5 %% adjusted for all by Holm)",
            counts.lemons_count, counts.nodes);
    for (size_t l = 0; l < counts.lemons_count && l < 5; l++)
        bh_markup_print(stream, BH_TABLE_MARKDOWN, "%s%s with %" PRIu64 " failures where %.3g are expected",
                        l == 0 ? ": " : ", ", bh_name_list_text(site->all->node_names, counts.lemons[l].node),
                        counts.lemons[l].failures, counts.lemons[l].expected);
    fputs(counts.lemons_count > 5 ? ", ...\n\n" : ".\n\n", stream);
    bh_node_counts_clear(&counts);
}

/* --- The check ------------------------------------------------------------------------------------------------------ */

static void print_cells(const struct bh_site_system *system, FILE *stream)
{
    static const char *const columns[] = {"job",      "foretold", "95 %", "drawn", "last third",
                                          "replayed", "before",   "",     "off by"};
    struct bh_table *table = bh_table_create();
    for (size_t i = 0; i < BH_COUNT(columns); i++)
        bh_table_column(table, "%s", columns[i]);
    for (size_t c = 0; c < system->holdout->cells_count; c++) {
        const struct bh_cell *cell = &system->holdout->cells[c];
        char *job = bh_site_job(cell);
        bh_table_cell(table, "%s", job);
        free(job);
        bh_table_cell(table, "%.3g", cell->predicted);
        bh_table_cell(table, "%.3g to %.3g", cell->low, cell->high);
        bh_table_cell(table, "%.3g", system->played[c].drawn);
        bh_table_cell(table, "%.3g", cell->observed);
        bh_table_cell(table, "%.3g", system->played[c].replayed);
        bh_table_cell(table, "%.3g", cell->before);
        bh_table_cell(table, "%s", cell->is_inside ? "inside" : "outside");
        bh_table_cell(table, "%.2f", log1p(-cell->observed) / log1p(-cell->predicted));
    }
    bh_table_print(table, BH_TABLE_MARKDOWN, stream);
    bh_table_destroy(table);
    fputc('\n', stream);
}

static void print_misses(const struct bh_site_system *system, FILE *stream)
{
    size_t outside = 0, cells = system->holdout->cells_count;
    double simulator = 0.0, replay = 0.0;
    for (size_t c = 0; c < cells; c++) {
        const struct bh_cell *cell = &system->holdout->cells[c];
        outside += !cell->is_inside;
        simulator = fmax(simulator, fabs(log(log1p(-system->played[c].drawn) / log1p(-cell->predicted))));
        replay = fmax(replay, fabs(system->played[c].replayed - cell->observed));
    }
    fprintf(stream,
            "**Whose error.** Faults drawn by the simulator from `%s.yaml` are off the formula by at most %.0f %%; "
            "those that it\n"
            "replays of the last third (`%s-replay.yaml`) give back what the log has to within %.1g. What is missed "
            "beyond that is\n"
            "the fit's, or the log's own change.\n\n",
            system->slug, 100.0 * expm1(simulator), system->slug, replay);
    fprintf(stream, "**%zu of %zu cells are outside.**%s\n\n", outside, cells,
            outside == 0 ? "" : " By chance alone one in 20 is. What each comes from:");
    for (size_t c = 0; c < cells; c++) {
        const struct bh_cell *cell = &system->holdout->cells[c];
        if (cell->is_inside)
            continue;
        char *why = bh_site_explain(system, cell), *job = bh_site_job(cell);
        fprintf(stream, "- %s: ", job);
        bh_markup_print(stream, BH_TABLE_MARKDOWN, "%.3g in place of %.3g. From %s", cell->observed, cell->predicted,
                        why);
        fputc('\n', stream);
        free(why);
        free(job);
    }
    fputs(outside > 0 ? "\n" : "", stream);
}

static void print_system(const struct bh_site *site, const struct bh_site_system *system, FILE *stream)
{
    const struct bh_history *history = system->history;
    char from[32], to[32], split[32];
    bool has_name = strcmp(system->name, "-") != 0;
    bh_markup_print(stream, BH_TABLE_MARKDOWN, "%s%s", has_name ? "System " : "The system",
                    has_name ? system->name : "");
    fputs("\n\n", stream);
    fprintf(stream, "%zu failures of %u nodes, %s to %s; the last third begins on %s.\n\n", history->count,
            history->nodes, bh_failure_log_print_time(history->from_s, from, sizeof from),
            bh_failure_log_print_time(history->to_s, to, sizeof to),
            bh_failure_log_print_time(system->holdout->split_s, split, sizeof split));
    print_drift(system, stream);
    print_platform(system, stream);
    print_classes(system, stream);
    print_nodes(site, system, stream);
    fputs("**The check.** P(a job is interrupted), by nodes and length: ", stream);
    if (system->holdout->reason != NULL) {
        fprintf(stream, "nothing is compared, since there are %s.\n\n", system->holdout->reason);
        return;
    }
    fputs("*foretold* by the laws, with the interval in which\n"
          "what the last third shows lies in 95 of 100 cases if nothing changed; *drawn* by the simulator; in the "
          "*last third* of the\n"
          "log; the same *replayed*; *before*, in the part that was fitted. *Off by*: how many times as often as "
          "foretold.\n\n",
          stream);
    print_cells(system, stream);
    print_misses(system, stream);
}

/* --- Jobs ----------------------------------------------------------------------------------------------------------- */

static void print_job_miss(const struct bh_jobs_check *jobs, const struct bh_job_cell *cell, FILE *stream)
{
    if (!cell->is_judged || cell->is_inside)
        return;
    char *job = bh_site_job_cell(cell);
    fprintf(stream, "- %s: %zu in place of %.3g. From ", job, cell->observed, cell->expected);
    free(job);
    switch (cell->miss) {
    case BH_JOB_MISS_BEFORE:
        fprintf(stream, "what nodes do not show: jobs were interrupted %.2f times as often before already\n",
                jobs->as_before);
        return;
    case BH_JOB_MISS_DRIFT:
        fprintf(stream, "drift: jobs are interrupted %.2f times as often as before\n", jobs->drift);
        return;
    case BH_JOB_MISS_NONE:
    case BH_JOB_MISS_UNKNOWN:
        break;
    }
    fprintf(stream, "none found: neither drift (%.2f times) nor what was so before (%.2f times) explains it\n",
            jobs->drift, jobs->as_before);
}

static void print_jobs(const struct bh_jobs_check *jobs, FILE *stream)
{
    static const char *const columns[] = {"job", "jobs", "interruptions foretold", "95 %", "interrupted", ""};
    fprintf(stream,
            "## Jobs\n\n%zu jobs ended in the first two thirds, %zu of them interrupted; %zu in the last, %zu "
            "interrupted. What is\n"
            "foretold is by %s: the hazard summed over the time that the jobs of the last third did run.\n\n",
            jobs->before, jobs->interrupted_before, jobs->after, jobs->interrupted_after,
            jobs->is_by_nodes ? "the laws fitted to nodes"
                              : "the rate of interruptions per node and hour of the jobs before");
    struct bh_table *table = bh_table_create();
    for (size_t i = 0; i < BH_COUNT(columns); i++)
        bh_table_column(table, "%s", columns[i]);
    for (size_t c = 0; c < jobs->count; c++) {
        const struct bh_job_cell *cell = &jobs->cells[c];
        char *job = bh_site_job_cell(cell);
        bh_table_cell(table, "%s", job);
        free(job);
        bh_table_cell(table, "%zu", cell->jobs);
        bh_table_cell(table, "%.3g", cell->expected);
        bh_table_cell(table, "%.3g to %.3g", cell->low, cell->high);
        bh_table_cell(table, "%zu", cell->observed);
        bh_table_cell(table, "%s", !cell->is_judged ? "too few" : cell->is_inside ? "inside" : "outside");
    }
    bh_table_print(table, BH_TABLE_MARKDOWN, stream);
    bh_table_destroy(table);
    fputc('\n', stream);
    for (size_t c = 0; c < jobs->count; c++)
        print_job_miss(jobs, &jobs->cells[c], stream);
    fputc('\n', stream);
}

/* --- The page ------------------------------------------------------------------------------------------------------- */

static void print_no_scenario(const struct bh_site *site, FILE *stream)
{
    for (size_t s = 0; s < site->systems_count; s++)
        if (bh_site_is_fitted(&site->systems[s]))
            return;
    fputs("No scenario: jobs do not say which of their nodes failed. A log of nodes besides (Slurm's events, lines of "
          "a system log) "
          "gives classes.\n\n",
          stream);
}

static void print_others(const struct bh_site *site, FILE *stream)
{
    size_t others = 0;
    for (size_t s = 0; s < site->systems_count; s++)
        others += !bh_site_is_fitted(&site->systems[s]);
    if (others == 0)
        return;
    fputs("## Systems that are left out\n\n", stream);
    for (size_t s = 0; s < site->systems_count; s++) {
        const struct bh_site_system *system = &site->systems[s];
        if (bh_site_is_fitted(system))
            continue;
        fputs("- ", stream);
        bh_markup_print(stream, BH_TABLE_MARKDOWN, "%s: %zu failures of %u nodes, %s", system->name,
                        system->history->count, system->history->nodes, system->holdout->reason);
        fputc('\n', stream);
    }
    fputc('\n', stream);
}

/* Paragraphs and items are wrapped; headings and tables stay as they are. */
static void wrap(char *page, FILE *stream)
{
    char *paragraph = NULL;
    size_t length = 0;
    FILE *gathered = NULL;
    for (char *line; (line = strsep(&page, "\n")) != NULL;) {
        bool is_as_it_is = *line == '\0' || *line == '#' || *line == '|', is_item = strncmp(line, "- ", 2) == 0;
        if (gathered != NULL && (is_as_it_is || is_item)) {
            fclose(gathered);
            bh_wrap_write(paragraph, WIDTH, strncmp(paragraph, "- ", 2) == 0 ? 2 : 0, stream);
            free(paragraph);
            gathered = NULL;
        }
        if (is_as_it_is) {
            fputs(line, stream);
            fputs(page != NULL ? "\n" : "", stream);
            continue;
        }
        if (gathered == NULL) {
            gathered = open_memstream(&paragraph, &length);
            BH_BUG_ASSERT(gathered != NULL);
        } else
            fputc(' ', gathered);
        fputs(line, gathered);
    }
}

int bh_site_write_page(const struct bh_site *site, const char *folder, struct bh_error *err)
{
    char *page = NULL;
    size_t length = 0;
    FILE *file = bh_site_open(folder, "README.md", err), *stream = open_memstream(&page, &length);
    BH_BUG_ASSERT(stream != NULL);
    if (file == NULL) {
        fclose(stream);
        free(page);
        return -1;
    }
    fputs("# What the logs of a site say, and how well that foretells\n\n", stream);
    print_logs(site, stream);
    for (size_t s = 0; s < site->systems_count; s++)
        if (bh_site_is_fitted(&site->systems[s])) {
            fputs("## ", stream);
            print_system(site, &site->systems[s], stream);
        }
    if (site->jobs != NULL)
        print_jobs(site->jobs, stream);
    print_no_scenario(site, stream);
    print_others(site, stream);
    fprintf(stream,
            "## How\n\nFailures of one cause that begin within %g s of the first of them are a burst. Causes with %d "
            "failures or\n"
            "more before the last third are classes, the others one together. A job starts at every moment of the last "
            "third at which its\n"
            "nodes are up, on each run of neighbouring nodes that do not overlap: these are integrals, not samples. "
            "Intervals are by\n"
            "block bootstrap, %d blocks of time in each part and %d groups of nodes, of which the wider is taken, seed "
            "%llu. A miss is laid to the first of these\n"
            "that, as a factor, brings the cell inside: drift, unequal nodes, both, the fit, the fit and drift. "
            "`bulkhead run` takes\n"
            "the scenarios as they are; doc/failure-logs.md says how logs are read and fitted.\n",
            site->together_s, BH_CLASS_LEAST, BH_TIME_BLOCKS, BH_NODE_GROUPS, (unsigned long long)site->seed);
    fclose(stream);
    wrap(page, file);
    free(page);
    return bh_site_close(file, folder, "README.md", err);
}
