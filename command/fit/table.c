/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead fit` prints for people. */
#include "command/fit/parts.h"
#include "models/base/wrap.h"
#include "models/logs/formats.h"

#include "analysis/reader/markup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 120 };

/* --- The log -------------------------------------------------------------------------------------------------------- */

static void print_log(const struct bh_fit_report *report, enum bh_table_format format, FILE *stream)
{
    const struct bh_failure_log *log = report->log;
    char from[32], to[32];
    bh_failure_log_print_time(log->first_s, from, sizeof from);
    bh_failure_log_print_time(log->last_s, to, sizeof to);
    uint64_t nodes = 0;
    for (size_t s = 0; s < log->systems_count; s++)
        nodes += log->systems[s].nodes;
    char records[64] = "";
    if (log->records != log->failures_count)
        snprintf(records, sizeof records, " in %llu records", (unsigned long long)log->records);
    bh_markup_print(stream, format, "%s: %s, %zu failures%s of %llu nodes in %zu system%s, %s to %s",
                    report->wish->file, log->format, log->failures_count, records, (unsigned long long)nodes,
                    log->systems_count, log->systems_count == 1 ? "" : "s", from, to);
    fputc('\n', stream);
    for (int r = 0; r < BH_LOG_REMARKS; r++)
        if (log->remarks[r] > 0)
            fprintf(stream, "  %llu %s (first: line %u%s%s%s)\n", (unsigned long long)log->remarks[r],
                    bh_log_remark_texts[r], log->remark_line[r], *log->remark_value[r] != '\0' ? ", `" : "",
                    log->remark_value[r], *log->remark_value[r] != '\0' ? "`" : "");
    for (uint32_t n = 0; n < bh_name_list_count(log->notes); n++) {
        fputs("  ", stream);
        bh_wrap_write(bh_name_list_text(log->notes, n), WIDTH, 2, stream);
    }
    if (report->wish->system != NULL) {
        bh_markup_print(stream, format, "Of system %s alone: %llu failures", report->wish->system,
                        (unsigned long long)report->failures);
        fputc('\n', stream);
    }
}

static void print_causes(const struct bh_fit_report *report, enum bh_table_format format, FILE *stream)
{
    char mean[BH_NUMBER_SIZE], median[BH_NUMBER_SIZE], share[BH_NUMBER_SIZE];
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "root cause");
    bh_table_column(table, "failures");
    bh_table_column(table, "share");
    bh_table_column(table, "mean down time");
    bh_table_column(table, "median");
    for (size_t i = 0; i <= report->causes_count; i++) {
        const struct bh_fit_cause *cause = i < report->causes_count ? &report->causes[i] : &report->all;
        bool is_detail = cause->detail != BH_NO_NAME, is_all = cause == &report->all;
        const char *name = is_detail ? bh_name_list_text(report->log->detail_names, cause->detail)
                                     : bh_name_list_text(report->log->cause_names, cause->cause);
        bh_table_cell(table, "%s%.40s", is_detail ? "  " : "", is_all ? "all" : *name != '\0' ? name : "not recorded");
        bh_table_cell(table, "%llu", (unsigned long long)cause->failures);
        bh_table_cell(table, "%s", bh_number_percent((double)cause->failures / (double)report->failures, share));
        bh_table_cell(table, "%s", bh_number_time(cause->mean_down_s, mean));
        bh_table_cell(table, "%s", bh_number_time(cause->median_down_s, median));
    }
    fputc('\n', stream);
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
    if (report->further_causes > 0)
        fprintf(stream, "and %zu rarer causes\n", report->further_causes);
}

static void print_bursts(const struct bh_fit_report *report, enum bh_table_format format, FILE *stream)
{
    enum { SHOWN = 24 };
    const struct bh_failure_log *log = report->log;
    size_t shown = 0;
    fputs("\nBursts: failures that share their start minute with another one of their system:", stream);
    for (uint32_t s = 0; s < log->systems_count && shown < SHOWN; s++) {
        const char *name = bh_name_list_text(log->system_names, s);
        if (log->systems[s].failures < 2 || (report->wish->system != NULL && strcmp(name, report->wish->system) != 0))
            continue;
        bool is_only = log->systems_count == 1;
        fputs(shown == 0 ? (is_only ? " " : "\n  ") : shown % 8 == 0 ? ",\n  " : ", ", stream);
        bh_markup_print(stream, format, "%s%.20s%s%.1f %%",
                        is_only      ? ""
                        : shown == 0 ? "system "
                                     : "",
                        is_only ? "" : name, is_only ? "" : ": ",
                        100.0 * (double)report->in_bursts[s] / (double)log->systems[s].failures);
        shown++;
    }
    fputs(log->systems_count > SHOWN && report->wish->system == NULL ? ", ...\n" : "\n", stream);
}

/* --- Fits ----------------------------------------------------------------------------------------------------------- */

/* "0.712 ± 0.006" in the digits that the error leaves. */
static char *print_value(double value, double error, char *buffer)
{
    char number[BH_NUMBER_SIZE], of_error[BH_NUMBER_SIZE];
    if (!isfinite(error))
        return bh_number_plain(value, buffer);
    snprintf(buffer, BH_NUMBER_SIZE, "%s ± %s", bh_number_plain(value, number), bh_number_plain(error, of_error));
    return buffer;
}

/* A time and its error in the unit of the time. */
static char *print_time(double value_s, double error_s, char *buffer)
{
    static const struct {
        double unit_s;
        const char *name;
    } units[] = {{86400.0, "d"}, {3600.0, "h"}, {60.0, "min"}, {1.0, "s"}};
    char number[BH_NUMBER_SIZE];
    size_t u = 0;
    while (u < 3 && value_s < 2.0 * units[u].unit_s)
        u++;
    snprintf(buffer, BH_NUMBER_SIZE, "%s %s", print_value(value_s / units[u].unit_s, error_s / units[u].unit_s, number),
             units[u].name);
    return buffer;
}

/* By the keys of the kind, what has no unit first: "sigma 1.2 ± 0.1, median 3 ± 1 d"; of phases weight and mean. */
static void print_numbers(const struct bh_fit *fit, char *text, size_t size)
{
    const struct bh_distribution *d = &fit->distribution;
    const struct bh_distribution_type *type = d->type;
    const struct {
        const char *key;
        bool is_time;
        double value, error;
    } numbers[] = {{type->a_key, type->a_dimension == BH_DIMENSION_TIME, d->a[0], fit->a_error[0]},
                   {type->b_key, type->b_dimension == BH_DIMENSION_TIME, d->b[0], fit->b_error[0]}};
    char a[BH_NUMBER_SIZE], b[BH_NUMBER_SIZE];
    size_t at = 0;
    if (!type->has_weights) {
        for (int time = 0; time < 2; time++)
            for (size_t n = 0; n < 2 && at < size; n++)
                if (numbers[n].key != NULL && numbers[n].is_time == time)
                    at += (size_t)snprintf(text + at, size - at, "%s%s %s", at > 0 ? ", " : "", numbers[n].key,
                                           (time ? print_time : print_value)(numbers[n].value, numbers[n].error, a));
        return;
    }
    for (size_t i = 0; i < d->parts && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%s of %s %s", i > 0 ? ", " : "", bh_number_percent(d->a[i], a),
                               type->b_key, print_time(d->b[i], NAN, b));
}

static void print_fits(const struct bh_fit_report *report, const struct bh_fit_set *set, enum bh_table_format format,
                       FILE *stream)
{
    char text[256], mean[BH_NUMBER_SIZE], p[BH_NUMBER_SIZE];
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "distribution");
    bh_table_column(table, "numbers ± standard errors");
    bh_table_column(table, "mean");
    bh_table_column(table, "AIC beyond best");
    bh_table_column(table, "distance");
    bh_table_column(table, "p");
    for (size_t l = 0; l < set->fits_count; l++) {
        const struct bh_fit *fit = &set->fits[l];
        bh_table_cell(table, "%s%s", fit->distribution.type->name, l == set->best ? " *" : "");
        if (fit->flaw != NULL) {
            bh_table_cell(table, "%s", fit->flaw);
            for (int c = 0; c < 4; c++)
                bh_table_cell(table, "–");
            continue;
        }
        print_numbers(fit, text, sizeof text);
        bh_table_cell(table, "%s", text);
        bh_table_cell(table, "%s",
                      fit->mean_is_beyond ? "beyond the log"
                                          : bh_number_time(bh_distribution_mean_s(&fit->distribution), mean));
        bh_table_cell(table, "%.1f", fit->aic - set->fits[set->best].aic);
        bh_table_cell(table, "%.4f", fit->distance);
        snprintf(p, sizeof p, "%s%.3g", fit->p * (double)(report->wish->bootstrap + 1) < 1.5 ? "≤ " : "", fit->p);
        bh_table_cell(table, "%s", isnan(fit->p) ? "–" : p);
    }
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
}

/* How many times there are, and which of them were cut. */
static void print_sample(const struct bh_fit_set *set, enum bh_fit_times times, FILE *stream)
{
    static const char *const directions[] = {"decreases", "may go either way", "increases"};
    const struct bh_sample *sample = set->sample;
    size_t between = 0, late = 0;
    double low, high;
    for (size_t i = 0; i < sample->count; i++) {
        between += sample->durations[i].between;
        late += sample->durations[i].ended && !sample->durations[i].between;
    }
    fprintf(stream, "%zu %s", between, times == BH_UP_TIMES ? "between failures" : "recorded");
    if (late > 0)
        fprintf(stream, ", %zu before a first failure", late);
    if (sample->count > sample->ended)
        fprintf(stream, ", %zu still up at the end of the log (censored)", sample->count - sample->ended);
    if (sample->zero > 0)
        fprintf(stream, "; %zu of length 0 left out", sample->zero);
    if (sample->unknown > 0)
        fprintf(stream, "; %zu not recorded", sample->unknown);
    fputc('\n', stream);
    if (!set->is_fitted) {
        fputs(sample->ended == 0 ? "None was seen to its end: nothing to fit.\n" : "Nothing could be fitted.\n",
              stream);
        return;
    }
    int direction = bh_fit_hazard_direction(set, &low, &high);
    if (!isnan(low))
        fprintf(stream, "Weibull shape 95 %% in [%.3g, %.3g]: the hazard %s%s\n", low, high, directions[direction + 1],
                direction == 0 ? " (1 is constant)" : " with time");
    else if (sample->ended < BH_FIT_LEAST)
        fprintf(stream, "Fewer than %d that were seen to their end: a mean, and no shape.\n", BH_FIT_LEAST);
    else if (set->fits_count == 1)
        fputs("Fewer than three different ones: a mean, and no shape.\n", stream);
}

void bh_fit_print_tables(const struct bh_fit_report *report, enum bh_table_format format, FILE *stream)
{
    const struct bh_fit_wish *wish = report->wish;
    print_log(report, format, stream);
    print_causes(report, format, stream);
    print_bursts(report, format, stream);
    bh_fit_print_nodes(report, stream);
    for (size_t g = 0; g < report->groups_count; g++)
        for (enum bh_fit_times t = 0; t < BH_FIT_TIMES; t++) {
            const struct bh_fit_group *group = &report->groups[g];
            const char *of = t == BH_UP_TIMES && wish->of_system ? "times between failures of a system"
                             : t == BH_UP_TIMES                  ? "up times of a node"
                                                                 : "down times";
            fputs(format == BH_TABLE_MARKDOWN ? "\n### " : "\n", stream);
            bh_markup_print(stream, format, "%.60s%s%s", wish->by == BH_BY_NOTHING ? "" : group->name,
                            wish->by == BH_BY_NOTHING ? "" : ", ", of);
            fputc('\n', stream);
            print_sample(&group->sets[t], t, stream);
            if (group->sets[t].is_fitted)
                print_fits(report, &group->sets[t], format, stream);
        }
    fputs("\n* best by Akaike's figure. Distance: Kolmogorov-Smirnov, from the product-limit estimate", stream);
    if (wish->bootstrap > 0)
        fprintf(stream, "; p by parametric bootstrap,\n%zu samples per fit, seed %llu", wish->bootstrap,
                (unsigned long long)wish->seed);
    fprintf(stream, ".%s\n", wish->complete_only ? " Times that begin and end with a failure in the log, alone." : "");
    if (report->too_few > 0)
        fprintf(stream, "%zu group%s with fewer than %d failures, or beyond the first %d: not fitted.\n",
                report->too_few, report->too_few == 1 ? "" : "s", BH_FIT_LEAST, BH_FIT_GROUPS_MOST);
}
