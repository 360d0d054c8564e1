/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead fit` prints for programs. */
#include "command/fit/parts.h"
#include "command/json_text.h"
#include "models/fit/fit.h"
#include "models/fit/report.h"

#include <jansson.h>
#include <math.h>

static json_t *count(uint64_t value)
{
    return bh_json_whole(value);
}

static json_t *name_of(const struct bh_name_list *names, uint32_t number)
{
    return number == BH_NO_NAME ? json_null() : json_string(bh_name_list_text(names, number));
}

static json_t *log_object(const struct bh_fit_report *report)
{
    const struct bh_failure_log *log = report->log;
    json_t *remarks = json_array(), *systems = json_array(), *notes = json_array();
    for (uint32_t n = 0; n < bh_name_list_count(log->notes); n++)
        json_array_append_new(notes, json_string(bh_name_list_text(log->notes, n)));
    for (int r = 0; r < BH_LOG_REMARKS; r++)
        if (log->remarks[r] > 0)
            json_array_append_new(remarks, json_pack("{s:s, s:o, s:i}", "what", bh_log_remark_texts[r], "records",
                                                     count(log->remarks[r]), "first_line", (int)log->remark_line[r]));
    for (uint32_t s = 0; s < log->systems_count; s++)
        json_array_append_new(systems,
                              json_pack("{s:o, s:o, s:o, s:o}", "name", name_of(log->system_names, s), "failures",
                                        count(log->systems[s].failures), "nodes_with_failures",
                                        count(log->systems[s].nodes), "in_bursts", count(report->in_bursts[s])));
    return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "file", bh_json_file_name(report->wish->file), "format",
                     log->format, "records", count(log->records), "failures", count(report->failures), "remarks",
                     remarks, "notes", notes, "systems", systems);
}

static json_t *cause_object(const struct bh_fit_report *report, const struct bh_fit_cause *cause)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "cause", name_of(report->log->cause_names, cause->cause),
                     "detail", name_of(report->log->detail_names, cause->detail), "failures", count(cause->failures),
                     "share", bh_json_number((double)cause->failures / (double)report->failures), "mean_down_s",
                     bh_json_number(cause->mean_down_s), "median_down_s", bh_json_number(cause->median_down_s));
}

static json_t *values(const double *value, size_t parts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < parts; i++)
        json_array_append_new(list, bh_json_number(value[i]));
    return list;
}

/* What is no fit has no numbers. */
static json_t *fit_object(const struct bh_fit *fit)
{
    const struct bh_distribution *d = &fit->distribution;
    if (fit->flaw != NULL)
        return json_pack("{s:s, s:s}", "distribution", d->type->name, "flaw", fit->flaw);
    json_t *numbers = json_object(), *errors = json_object();
    json_object_set_new(numbers, d->type->a_key, values(d->a, d->parts));
    json_object_set_new(errors, d->type->a_key, values(fit->a_error, d->parts));
    if (d->type->b_key != NULL) {
        json_object_set_new(numbers, d->type->b_key, values(d->b, d->parts));
        json_object_set_new(errors, d->type->b_key, values(fit->b_error, d->parts));
    }
    double mean_s = fit->mean_is_beyond ? NAN : bh_distribution_mean_s(d);
    return json_pack("{s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "distribution", d->type->name, "numbers", numbers,
                     "standard_errors", errors, "mean_s", bh_json_number(mean_s), "mean_is_beyond_log",
                     fit->mean_is_beyond, "log_likelihood", bh_json_number(fit->log_likelihood), "aic",
                     bh_json_number(fit->aic), "distance", bh_json_number(fit->distance), "p", bh_json_number(fit->p));
}

static json_t *set_object(const struct bh_fit_set *set)
{
    static const char *const directions[] = {"decreasing", "undecided", "increasing"};
    const struct bh_sample *sample = set->sample;
    json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o}", "times", count(sample->count), "ended",
                               count(sample->ended), "censored", count(sample->count - sample->ended), "zero_left_out",
                               count(sample->zero), "not_recorded", count(sample->unknown));
    if (!set->is_fitted)
        return object;
    json_t *fits = json_array();
    for (size_t l = 0; l < set->fits_count; l++)
        json_array_append_new(fits, fit_object(&set->fits[l]));
    double low, high;
    int direction = bh_fit_hazard_direction(set, &low, &high);
    json_object_set_new(object, "best", json_string(set->fits[set->best].distribution.type->name));
    json_object_set_new(object, "hazard", json_string(directions[direction + 1]));
    json_object_set_new(object, "weibull_shape_ci95", json_pack("[o, o]", bh_json_number(low), bh_json_number(high)));
    json_object_set_new(object, "fits", fits);
    return object;
}

void bh_fit_print_json(const struct bh_fit_report *report, FILE *stream)
{
    json_t *causes = json_array(), *groups = json_array();
    for (size_t c = 0; c < report->causes_count; c++)
        json_array_append_new(causes, cause_object(report, &report->causes[c]));
    for (size_t g = 0; g < report->groups_count; g++)
        json_array_append_new(groups, json_pack("{s:s, s:o, s:o, s:o}", "name", report->groups[g].name, "failures",
                                                count(report->groups[g].failures), "up_times",
                                                set_object(&report->groups[g].sets[BH_UP_TIMES]), "down_times",
                                                set_object(&report->groups[g].sets[BH_DOWN_TIMES])));
    json_t *root =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:s, s:o, s:o}", "log", log_object(report), "all_causes",
                  cause_object(report, &report->all), "causes", causes, "zones", bh_fit_zones_object(report), "trend",
                  bh_fit_trend_object(&report->trend), "nodes", bh_fit_nodes_object(report), "groups", groups,
                  "complete_only", report->wish->complete_only, "clock", report->wish->of_system ? "system" : "node",
                  "bootstrap", count(report->wish->bootstrap), "seed", count(report->wish->seed));
    json_dumpf(root, stream, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12));
    fputc('\n', stream);
    json_decref(root);
}
