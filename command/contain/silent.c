/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Silent errors to the end, as a table and as JSON. */
#include "command/contain/parts.h"

#include "analysis/reader/markup.h"
#include "command/json_text.h"
#include "models/silent/course_exact.h"
#include "sim/containment/silent.h"
#include "sim/scenario/scenario.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double day_s = 86400.0;

/* --- Tables --------------------------------------------------------------------------------------------------------- */

static const char *const titles[] = {"silent in", "per day", "interval", "found",     "SDC",       "delay", "95 %",
                                     "newest",    "older",   "storage",  "beginning", "lost work", "ranks"};
enum { COLUMNS = BH_COUNT(titles) };

static void add_course(struct bh_table *table, const struct bh_contain_course *course, enum bh_table_format format)
{
    char text[BH_NUMBER_SIZE];
    const struct bh_silent_outcome *exact = &course->exact;
    bh_table_cell(table, "%s%s", format == BH_TABLE_TEXT ? "  " : "", course->enclave->name);
    bh_table_cell(table, "%s", course->rate_per_s > 0.0 ? bh_number_plain(course->rate_per_s * day_s, text) : "-");
    if (!course->is_verified) {
        for (int c = 2; c < COLUMNS; c++)
            bh_table_cell(table, "%s", c == 3 ? "0" : c == 4 ? "1" : "-");
        return;
    }
    bh_table_cell(table, "%s", isfinite(course->interval_s) ? bh_number_time(course->interval_s, text) : "-");
    bh_table_cell(table, "%s", bh_number_plain(exact->found, text));
    bh_table_cell(table, "%s", bh_number_plain(exact->corrupted, text));
    bh_table_cell(table, "%s", bh_number_time(exact->delay_s, text));
    bh_table_cell(table, "%s", bh_number_time(exact->delay_95_s, text));
    for (int r = 0; r < BH_RETURNS; r++)
        bh_table_cell(table, "%s", bh_number_plain(exact->back[r], text));
    bh_table_cell(table, "%s", bh_number_time(exact->lost_work_s, text));
    if (exact->ranks >= 100.0 && exact->ranks < 1e7)
        bh_table_cell(table, "%.0f", exact->ranks); /* a count of things is read better whole */
    else
        bh_table_cell(table, "%s", bh_number_plain(exact->ranks, text));
}

static void print_verifications(const struct bh_contain_silent *silent, enum bh_table_format format, const char *mark,
                                FILE *stream)
{
    const struct bh_contain *contain = silent->contain;
    uint64_t nodes = contain->scenario->partitions.partition[contain->partition].nodes;
    for (size_t t = 0; t < bh_contain_tenants(contain); t++) {
        const struct bh_enclave_spec *enclave = bh_contain_enclave(contain, (int)t);
        const struct bh_verification_spec *verification = &enclave->verification;
        char every[BH_NUMBER_SIZE], cost[BH_NUMBER_SIZE], latency[BH_NUMBER_SIZE], recall[BH_NUMBER_SIZE];
        if (verification->rule == BH_VERIFY_NEVER) {
            fputs(mark, stream);
            bh_markup_print(stream, format, "%s: nothing verifies its data.", enclave->name);
            fputc('\n', stream);
            continue;
        }
        fputs(mark, stream);
        bh_markup_print(
            stream, format, "%s: verified %s%s and at the end, for %s; recall %s, verdict after %s; %" PRIu64 " ranks.",
            enclave->name, verification->rule == BH_VERIFY_PERIODICALLY ? "every " : "before each checkpoint",
            verification->rule == BH_VERIFY_PERIODICALLY ? bh_number_time(verification->every_s, every) : "",
            bh_number_time(verification->cost_s, cost), bh_number_percent(verification->recall, recall),
            verification->latency_s > 0.0 ? bh_number_time(verification->latency_s, latency) : "0 s",
            nodes * enclave->guests_per_node * enclave->processes_per_guest);
        fputc('\n', stream);
    }
}

static void print_how(const struct bh_contain_silent *silent, enum bh_table_format format, const char *mark,
                      FILE *stream)
{
    print_verifications(silent, format, mark, stream);
    fprintf(
        stream,
        "%sOne silent error at a random time of a job that nothing else disturbs. per day: on all nodes. found: by a\n"
        "%sverification, after the delay; SDC: in the result. newest ... beginning: of those found, back to the "
        "newest\n"
        "%scheckpoint, an older one nearer than storage, one on storage, or the start, losing that work. ranks: "
        "tainted when "
        "found.\n",
        mark, mark, mark);
    if (silent->trials > 0)
        fprintf(stream, "%sExact; compared with %" PRIu64 " jobs played per row.\n", mark, silent->trials);
}

static void print_policy(const struct bh_contain_silent_policy *policy, struct bh_table *table,
                         enum bh_table_format format)
{
    if (policy->count == 0)
        return;
    bh_table_group(table, policy->spec->name);
    for (size_t i = 0; i < policy->count; i++)
        add_course(table, &policy->courses[i], format);
}

void bh_contain_silent_print(const struct bh_contain_silent *silent, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"\n", "\n### ", "\n% "};
    const char *mark = format == BH_TABLE_LATEX ? "% " : "";
    fprintf(stream, "%sSilent errors to the end\n%s", marks[format], format == BH_TABLE_MARKDOWN ? "\n" : "");
    if (!silent->any_verified) {
        fprintf(stream, "%sNothing verifies data: a silent error that no failure takes back is in the result (SDC).\n",
                mark);
        return;
    }
    struct bh_table *table = bh_table_create();
    size_t rows = 0;
    for (int c = 0; c < COLUMNS; c++)
        bh_table_column(table, "%s", titles[c]);
    for (size_t p = 0; p < silent->contain->policies_count; p++) {
        const struct bh_contain_silent_policy *policy = &silent->policies[p];
        if (policy->too_large != NULL) {
            fputs(mark, stream);
            bh_markup_print(stream, format, "%s: %s.", policy->spec->name, policy->too_large);
            fputs(format == BH_TABLE_MARKDOWN ? "\n\n" : "\n", stream);
        } else
            print_policy(policy, table, format);
        rows += policy->too_large == NULL ? policy->count : 0;
    }
    if (rows > 0) {
        bh_table_print(table, format, stream);
        fputc('\n', stream);
        print_how(silent, format, mark, stream);
    } else {
        fprintf(stream, "%sNo silent error can come up.\n", mark);
    }
    bh_table_destroy(table);
}

/* --- JSON ----------------------------------------------------------------------------------------------------------- */

static json_t *outcome(const struct bh_silent_outcome *outcome)
{
    json_t *back = json_object();
    for (int r = 0; r < BH_RETURNS; r++)
        json_object_set_new(back, bh_return_names[r], bh_json_number(outcome->back[r]));
    json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "found", bh_json_number(outcome->found),
                               "sdc", bh_json_number(outcome->corrupted), "delay_s", bh_json_number(outcome->delay_s),
                               "delay_median_s", bh_json_number(outcome->delay_half_s), "delay_95_percent_s",
                               bh_json_number(outcome->delay_95_s), "back_to", back, "lost_work_s",
                               bh_json_number(outcome->lost_work_s), "tainted_ranks", bh_json_number(outcome->ranks));
    if (outcome->trials > 0) {
        json_object_set_new(object, "trials", json_integer((json_int_t)outcome->trials));
        json_object_set_new(object, "delay_standard_error_s", bh_json_number(outcome->delay_error_s));
        json_object_set_new(object, "lost_work_standard_error_s", bh_json_number(outcome->lost_work_error_s));
        json_object_set_new(object, "tainted_ranks_standard_error", bh_json_number(outcome->ranks_error));
    }
    return object;
}

static json_t *course_object(const struct bh_contain_course *course)
{
    json_t *object = json_pack("{s:s, s:b, s:o}", "enclave", course->enclave->name, "verified", course->is_verified,
                               "silent_errors_per_s", bh_json_number(course->rate_per_s));
    if (!course->is_verified) {
        json_object_set_new(object, "sdc", json_real(1.0));
        return object;
    }
    json_object_set_new(object, "checkpoint_interval_s", bh_json_number(course->interval_s));
    json_object_set_new(object, "verify_every_s", bh_json_number(course->course.verify_every_s));
    json_object_set_new(object, "ranks", json_integer((json_int_t)course->course.taint.ranks));
    json_object_set_new(object, "exact", outcome(&course->exact));
    if (course->has_simulated)
        json_object_set_new(object, "monte_carlo", outcome(&course->simulated));
    return object;
}

json_t *bh_contain_silent_json(const struct bh_contain_silent *silent)
{
    json_t *policies = json_array();
    for (size_t p = 0; p < silent->contain->policies_count && silent->any_verified; p++) {
        const struct bh_contain_silent_policy *policy = &silent->policies[p];
        json_t *enclaves = json_array(), *object;
        for (size_t i = 0; i < policy->count && policy->too_large == NULL; i++)
            json_array_append_new(enclaves, course_object(&policy->courses[i]));
        object = json_pack("{s:s, s:o}", "name", policy->spec->name, "enclaves", enclaves);
        if (policy->too_large != NULL)
            json_object_set_new(object, "no_answer", json_string(policy->too_large));
        json_array_append_new(policies, object);
    }
    return json_pack("{s:b, s:o}", "verified", silent->any_verified, "policies", policies);
}
