/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead fit` says of trends and of nodes beside each other. */
#include "command/fit/parts.h"
#include "command/json_text.h"
#include "models/base/error.h"
#include "models/base/wrap.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { WIDTH = 120, SHOWN = 6 };
static const double level = 0.05;

/* A sentence that is being written, to be put in lines that fit. */
struct sentence {
    char *text;
    size_t length;
    FILE *memory;
};

static void begin_sentence(struct sentence *sentence)
{
    sentence->memory = open_memstream(&sentence->text, &sentence->length);
    BH_BUG_ASSERT(sentence->memory != NULL);
}

static void end_sentence(struct sentence *sentence, FILE *stream)
{
    fclose(sentence->memory);
    bh_wrap_write(sentence->text, WIDTH, 0, stream);
    free(sentence->text);
}

static void print_trend(const struct bh_trend *trend, bool of_system, FILE *stream)
{
    struct sentence sentence;
    enum { FEW = 4 };
    if (trend->failures < FEW || isnan(trend->beta))
        return;
    begin_sentence(&sentence);
    FILE *memory = sentence.memory;
    bool is_up = trend->laplace > 0.0 && trend->beta > 1.0, is_down = trend->laplace < 0.0 && trend->beta < 1.0,
         is_sure = trend->laplace_p < level && trend->beta_p < level;
    fprintf(memory, "Trend over %s: Laplace %.2f (p %.2g), Crow-AMSAA beta %.2f (p %.2g): %s.",
            of_system ? "the log" : "each node's time", trend->laplace, trend->laplace_p, trend->beta, trend->beta_p,
            is_sure && is_up     ? "failures come more often as time goes on"
            : is_sure && is_down ? "failures come less often as time goes on, as they do with a decreasing hazard "
                                   "where all nodes begin together"
            : trend->laplace_p < level || trend->beta_p < level ? "the two do not agree on one"
                                                                : "none that chance would not make");
    end_sentence(&sentence, stream);
}

static void print_lemons(const struct bh_fit_report *report, FILE *stream)
{
    const struct bh_node_counts *nodes = &report->nodes;
    struct sentence sentence;
    if (nodes->nodes < 2)
        return;
    begin_sentence(&sentence);
    FILE *memory = sentence.memory;
    if (nodes->lemons_count == 0)
        fprintf(memory, "None of %" PRIu64 " nodes fails more often than chance allows", nodes->nodes);
    else
        fprintf(memory, "%zu of %" PRIu64 " nodes fail%s more often than chance allows", nodes->lemons_count,
                nodes->nodes, nodes->lemons_count == 1 ? "s" : "");
    fputs(" (binomial, 5 % adjusted for all nodes by Holm)", memory);
    for (size_t i = 0; i < nodes->lemons_count && i < SHOWN; i++) {
        const struct bh_lemon *lemon = &nodes->lemons[i];
        fprintf(memory, "%s %.30s (%" PRIu64 ", expected %.3g, p %.2g)", i == 0 ? ":" : ",",
                bh_name_list_text(report->log->node_names, lemon->node), lemon->failures, lemon->expected, lemon->p);
    }
    fputs(nodes->lemons_count > SHOWN ? ", ..." : ".", memory);
    end_sentence(&sentence, stream);
}

static const char *const zone_names[BH_ERROR_ZONES] = {"not known", "host kernel or hardware", "VMM process",
                                                       "guest kernel", "process"};

/* Failures by the error zone that they take down, and how many a year of a node has; NULL where no cause has one. */
static bool count_zones(const struct bh_fit_report *report, uint64_t counts[BH_ERROR_ZONES], double *years)
{
    const struct bh_failure_log *log = report->log;
    *years = 0.0;
    for (size_t i = 0; i < log->failures_count; i++)
        counts[bh_failure_log_zone(log, &log->failures[i])]++;
    for (uint32_t n = 0; n < bh_name_list_count(log->node_names); n++)
        if (!log->nodes[n].is_unnamed)
            *years += (log->nodes[n].to_s - log->nodes[n].from_s) / (365.25 * 86400.0);
    return log->zones_count > 0;
}

static void print_zones(const struct bh_fit_report *report, FILE *stream)
{
    uint64_t counts[BH_ERROR_ZONES] = {0};
    double years;
    if (!count_zones(report, counts, &years))
        return;
    fputs("By error zone:", stream);
    for (int z = 1, shown = 0; z <= BH_ERROR_ZONES; z++)
        if (counts[z % BH_ERROR_ZONES] > 0) {
            fprintf(stream, "%s %s %" PRIu64, shown++ > 0 ? ";" : "", zone_names[z % BH_ERROR_ZONES],
                    counts[z % BH_ERROR_ZONES]);
            if (years > 0.0)
                fprintf(stream, ", %.3g per node and year", (double)counts[z % BH_ERROR_ZONES] / years);
        }
    fputs(".\n", stream);
}

json_t *bh_fit_zones_object(const struct bh_fit_report *report)
{
    uint64_t counts[BH_ERROR_ZONES] = {0};
    double years;
    json_t *zones = json_array();
    if (count_zones(report, counts, &years))
        for (int z = 0; z < BH_ERROR_ZONES; z++)
            json_array_append_new(zones, json_pack("{s:i, s:s, s:o, s:o}", "zone", z, "name", zone_names[z], "failures",
                                                   bh_json_whole(counts[z]), "per_node_year",
                                                   bh_json_number(years > 0.0 ? (double)counts[z] / years : NAN)));
    return zones;
}

void bh_fit_print_nodes(const struct bh_fit_report *report, FILE *stream)
{
    const struct bh_node_counts *nodes = &report->nodes;
    fputc('\n', stream);
    print_zones(report, stream);
    print_trend(&report->trend, report->wish->of_system, stream);
    print_lemons(report, stream);
    if (isnan(nodes->availability))
        return;
    fprintf(stream, "Nodes were up for %.4g %% of the time watched, %.30s for the least, %.4g %%",
            100.0 * nodes->availability, bh_name_list_text(report->log->node_names, nodes->least_node),
            100.0 * nodes->least_availability);
    if (nodes->down_unknown > 0)
        fprintf(stream, "; %" PRIu64 " down times not known", nodes->down_unknown);
    fputs(".\n", stream);
}

json_t *bh_fit_nodes_object(const struct bh_fit_report *report)
{
    const struct bh_node_counts *nodes = &report->nodes;
    json_t *lemons = json_array();
    for (size_t i = 0; i < nodes->lemons_count; i++)
        json_array_append_new(lemons, json_pack("{s:s, s:o, s:o, s:o}", "node",
                                                bh_name_list_text(report->log->node_names, nodes->lemons[i].node),
                                                "failures", bh_json_whole(nodes->lemons[i].failures), "expected",
                                                bh_json_number(nodes->lemons[i].expected), "p_holm",
                                                bh_json_number(nodes->lemons[i].p)));
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "watched", bh_json_whole(nodes->nodes), "availability",
                     bh_json_number(nodes->availability), "least_availability",
                     bh_json_number(nodes->least_availability), "down_times_unknown",
                     bh_json_whole(nodes->down_unknown), "lemons", lemons);
}

json_t *bh_fit_trend_object(const struct bh_trend *trend)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "failures", bh_json_whole(trend->failures), "laplace",
                     bh_json_number(trend->laplace), "laplace_p", bh_json_number(trend->laplace_p), "crow_amsaa_beta",
                     bh_json_number(trend->beta), "crow_amsaa_p", bh_json_number(trend->beta_p));
}
