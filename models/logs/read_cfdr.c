/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* CFDR LA-UR-05-7318, as the archive has it and as spreadsheets leave it. */
#include "models/logs/columns.h"
#include "models/logs/failure_log.h"
#include "models/logs/log_clock.h"
#include "models/logs/parts.h"

#include "models/base/error.h"
#include "models/document/csv.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first second of a month of the CFDR log's, "Jan-97" or, as a spreadsheet left it, "5-Jun" for June 2005; `after`
 * months later. NAN for anything else. */
static double month_start(const char *text, int after)
{
    char name[4] = "";
    int year, used = 0;
    if ((sscanf(text, "%3[A-Za-z]-%2d%n", name, &year, &used) != 2 &&
         sscanf(text, "%2d-%3[A-Za-z]%n", &year, name, &used) != 2) ||
        text[used] != '\0' || year < 0)
        return NAN;
    int m = bh_month_of(name, strlen(name)) - 1;
    return m < 0 ? NAN
                 : 86400.0 * bh_days_to((year < 70 ? 2000 : 1900) + year + (m + after) / 12, (m + after) % 12 + 1, 1);
}

static double number_or_nan(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(value) ? value : NAN;
}

enum { CFDR_CAUSES = 6 };
static const char *const cfdr_causes[CFDR_CAUSES] = {"Facilities", "Hardware",     "Human Error",
                                                     "Network",    "Undetermined", "Software"};

struct cfdr {
    const struct bh_csv *csv;
    struct bh_failure_log *log;
    struct bh_log_clock clock;
    size_t system, node, nodes, production, decommissioned, purpose, started, fixed, down, cause[CFDR_CAUSES];
};

static const char *cell(const struct cfdr *cfdr, size_t row, size_t column)
{
    return bh_csv_cell(cfdr->csv, row, column);
}

/* By its name without what stands in brackets, in any case. */
static int find_column(const struct bh_csv *csv, const char *name, size_t *column, struct bh_error *err)
{
    char folded[BH_COLUMN_NAME_SIZE], aside[BH_COLUMN_NAME_SIZE];
    bh_column_fold(name, folded, aside);
    *column = bh_column_find_folded(csv, folded);
    return *column != SIZE_MAX ? 0 : bh_csv_need(csv, name, column, err);
}

static int find_columns(struct cfdr *cfdr, struct bh_error *err)
{
    const struct {
        const char *name;
        size_t *column;
    } needed[] = {{"System", &cfdr->system},
                  {"nodenum", &cfdr->node},
                  {"nodes", &cfdr->nodes},
                  {"node prod", &cfdr->production},
                  {"node decom", &cfdr->decommissioned},
                  {"purpose", &cfdr->purpose},
                  {"Prob Started", &cfdr->started},
                  {"Prob Fixed", &cfdr->fixed},
                  {"Down Time", &cfdr->down}};
    for (size_t i = 0; i < BH_COUNT(needed); i++)
        if (find_column(cfdr->csv, needed[i].name, needed[i].column, err) != 0)
            return -1;
    for (int c = 0; c < CFDR_CAUSES; c++)
        if (find_column(cfdr->csv, cfdr_causes[c], &cfdr->cause[c], err) != 0)
            return -1;
    return 0;
}

/* The column "Down Time" knows of changes to summer time; the two times of day do not. */
static double down_time(struct cfdr *cfdr, size_t row, double start_s)
{
    double minutes = number_or_nan(cell(cfdr, row, cfdr->down)), fixed_s;
    if (!isnan(minutes))
        return 60.0 * minutes;
    return bh_log_clock_read(&cfdr->clock, row, cfdr->fixed, &fixed_s) == BH_LOG_TEXT_READ ? fixed_s - start_s : NAN;
}

static void read_node(struct cfdr *cfdr, size_t row, struct bh_failure_node *node)
{
    double born_s = month_start(cell(cfdr, row, cfdr->production), 0),
           said = number_or_nan(cell(cfdr, row, cfdr->nodes));
    const char *decommissioned = cell(cfdr, row, cfdr->decommissioned);
    struct bh_failure_system *system = &cfdr->log->systems[node->system];
    node->born_s = isnan(node->born_s) ? born_s : fmin(node->born_s, born_s);
    node->to_s = strcmp(decommissioned, "current") == 0 ? INFINITY : month_start(decommissioned, 1);
    node->class = bh_name_list_number(cfdr->log->class_names, cell(cfdr, row, cfdr->purpose));
    if (said > (double)system->nodes_said && said < 1e9)
        system->nodes_said = (uint64_t)said;
}

static void read_row(struct cfdr *cfdr, size_t row, double *last_s)
{
    struct bh_failure_log *log = cfdr->log;
    double start_s;
    log->records++;
    switch (bh_log_clock_read(&cfdr->clock, row, cfdr->started, &start_s)) {
    case BH_LOG_TEXT_MISSING:
        bh_failure_log_remark(log, BH_LOG_NO_TIME, bh_log_row_number(row));
        return;
    case BH_LOG_TEXT_BAD:
    case BH_LOG_TEXT_NEVER:
        bh_failure_log_remark(log, BH_LOG_BAD_TIME, bh_log_row_number(row));
        return;
    case BH_LOG_TEXT_READ:
        break;
    }
    struct bh_failure_node *node = bh_failure_log_node(log, cell(cfdr, row, cfdr->system), cell(cfdr, row, cfdr->node));
    read_node(cfdr, row, node);
    struct bh_failure failure = {start_s,    down_time(cfdr, row, start_s), (uint32_t)(node - log->nodes), BH_NO_NAME,
                                 BH_NO_NAME, bh_log_row_number(row)};
    for (int c = 0; c < CFDR_CAUSES && failure.cause == BH_NO_NAME; c++)
        if (*cell(cfdr, row, cfdr->cause[c]) != '\0') {
            failure.cause = bh_name_list_number(log->cause_names, cfdr_causes[c]);
            failure.detail = bh_name_list_number(log->detail_names, cell(cfdr, row, cfdr->cause[c]));
        }
    bh_failure_log_add(log, failure);
    *last_s = fmax(*last_s, start_s);
}

int bh_log_read_cfdr(struct bh_failure_log *log, const struct bh_csv *csv, const struct bh_log_reading *reading,
                     struct bh_error *err)
{
    struct cfdr cfdr = {.csv = csv, .log = log};
    double last_s = -INFINITY;
    if (find_columns(&cfdr, err) != 0)
        return -1;
    /* The archive writes months first; a copy that went through another country's spreadsheet may not. */
    struct bh_log_clock_columns columns = {cfdr.started, cfdr.fixed, SIZE_MAX, SIZE_MAX, SIZE_MAX, NAN, BH_MONTH_FIRST};
    if (bh_log_clock_open(&cfdr.clock, csv, log, reading, &columns, err) != 0)
        return -1;
    for (size_t row = 0; row < bh_csv_rows(csv); row++)
        read_row(&cfdr, row, &last_s);
    bh_log_clock_close(&cfdr.clock);
    /* Months of decommissioning may lie beyond the log. */
    for (size_t n = 0; n < bh_name_list_count(log->node_names); n++)
        if (log->nodes[n].to_s > last_s)
            log->nodes[n].to_s = INFINITY;
    return bh_log_tries_check(&cfdr.clock.tries[0], csv, "dates such as 6/21/2005 10:54 (`--dates` says more)", err);
}
