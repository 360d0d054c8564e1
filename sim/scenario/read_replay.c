/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A scenario's `faults: {recorded: ...}`: the log that its classes with `arrival: recorded` replay, and how. */
#include "models/base/path.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/document/document_get.h"
#include "models/faults/replay.h"
#include "models/logs/formats.h"
#include "models/logs/reading.h"
#include "sim/scenario/optional_keys.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/recorded_logs.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Relative to the folder of the scenario, or, from the command line, to the working directory. */
static char *find_file(const struct bh_scenario *scenario, const struct bh_node *node, const char *name)
{
    bool from_command_line = strcmp(bh_node_place(node).file, scenario->file) != 0;
    return from_command_line ? bh_copy_text(name) : bh_path_beside(scenario->file, name);
}

/* A time after the log's beginning ("90 d"), or one of its own clock: a date, or a number of seconds. */
static int read_moment(const struct bh_node *map, const char *key, struct bh_log_moment *moment, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    if (node == NULL)
        return 0;
    const char *text = bh_node_text(node, err);
    if (text == NULL)
        return -1;
    *moment = (struct bh_log_moment){true, false, bh_failure_log_time(text)};
    if (!isnan(moment->s))
        return 0;
    struct bh_error ignored = {0};
    moment->is_offset = true;
    if (bh_quantity_parse(text, NULL, BH_DIMENSION_TIME, &moment->s, &ignored) != 0)
        return bh_node_fail(node, err,
                            "found `%.60s`; expected a date as in the log (2005-06-21 10:54), or a time after its "
                            "beginning (90 d)",
                            text);
    return 0;
}

static int read_start(const struct bh_node *map, struct bh_replay_manner *manner, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, "start");
    if (node == NULL)
        return 0;
    if (bh_node_kind(node) != BH_NODE_MAP) {
        int start = bh_node_choice(node, bh_replay_start_names, "start", err);
        manner->start = start < 0 ? BH_REPLAY_BEGIN : (enum bh_replay_start)start;
        return start < 0 ? -1 : 0;
    }
    const struct bh_node *every;
    manner->start = BH_REPLAY_EVERY;
    if (bh_keys_check(node, &bh_recorded_start_keys, err) != 0 || (every = bh_node_need(node, "every", err)) == NULL ||
        bh_node_quantity(every, BH_DIMENSION_TIME, &manner->every_s, err) != 0)
        return -1;
    return manner->every_s > 0.0 ? 0 : bh_node_fail(every, err, "found 0; expected a time above 0");
}

static int read_manner(const struct bh_node *map, struct bh_replay_manner *manner, struct bh_error *err)
{
    const struct bh_node *nodes = bh_node_need(map, "nodes", err), *end = bh_node_find(map, "end");
    int choice = nodes != NULL ? bh_node_choice(nodes, bh_replay_nodes_names, "nodes", err) : -1;
    if (choice < 0)
        return -1;
    manner->nodes = (enum bh_replay_nodes)choice;
    if (read_start(map, manner, err) != 0 ||
        (choice = end != NULL ? bh_node_choice(end, bh_replay_end_names, "end", err) : 0) < 0)
        return -1;
    manner->stops = choice == 1;
    if (manner->start != BH_REPLAY_APART)
        return 0;
    if (manner->nodes == BH_REPLAY_AS_RECORDED)
        return bh_node_fail(bh_node_find(map, "start"), err,
                            "found apart with nodes: as-recorded; expected nodes: copies or resampled");
    if (manner->stops)
        return bh_node_fail(end, err, "found stop with start: apart; expected wrap: each would end at another time");
    return 0;
}

static int read_choice(const struct bh_node *map, struct bh_recorded_choice *choice, struct bh_error *err)
{
    if (bh_optional_text(map, "system", &choice->system, err) != 0 ||
        read_moment(map, "begin", &choice->begin, err) != 0 || read_moment(map, "until", &choice->until, err) != 0 ||
        bh_optional_count(map, "log-nodes", 1, (uint64_t)1 << 40, &choice->nodes, err) != 0)
        return -1;
    return 0;
}

/* A text for one of the readers of options, whose messages name the option, as keys are called. */
static int read_list(const struct bh_node *map, const char *key, struct bh_log_reading *reading,
                     int (*set)(struct bh_log_reading *, const char *, struct bh_error *), struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    const char *text;
    struct bh_error own = {0};
    if (node == NULL)
        return 0;
    if ((text = bh_node_text(node, err)) == NULL)
        return -1;
    if (set(reading, text, &own) == 0)
        return 0;
    const char *said = strncmp(own.text, "--", 2) == 0 ? strstr(own.text, ": ") : NULL;
    return bh_node_fail(node, err, "%s", said != NULL ? said + 2 : own.text);
}

/* How the log is to be read: the options of `bulkhead fit`, as keys. */
static int read_reading(const struct bh_node *map, struct bh_log_reading *reading, struct bh_error *err)
{
    const struct bh_node *dates = bh_node_find(map, "dates"), *decimal = bh_node_find(map, "decimal");
    uint64_t year = 0;
    int order = dates != NULL ? bh_node_choice(dates, bh_date_order_names, "dates", err) : BH_DATE_ORDER_UNKNOWN,
        mark = decimal != NULL ? bh_node_choice(decimal, bh_decimal_names, "decimal", err) : BH_DECIMAL_UNKNOWN;
    if (order < 0 || mark < 0 || read_list(map, "column", reading, bh_log_reading_set_columns, err) != 0 ||
        read_list(map, "ignore", reading, bh_log_reading_ignore, err) != 0 ||
        read_list(map, "unit", reading, bh_log_reading_set_units, err) != 0 ||
        read_list(map, "timezone", reading, bh_log_reading_set_timezone, err) != 0 ||
        bh_optional_count(map, "year", 1900, 2200, &year, err) != 0 ||
        bh_optional_quantity(map, "window", BH_DIMENSION_TIME, &reading->window_s, err) != 0)
        return -1;
    reading->dates = (enum bh_date_order)order;
    reading->decimal = (enum bh_decimal)mark;
    reading->year = (int)year;
    return 0;
}

/* Without a log, no class that is on may ask for one. */
static int need_none(const struct bh_scenario *scenario, struct bh_error *err)
{
    for (size_t f = 0; f < scenario->catalog->faults_count; f++) {
        const struct bh_fault_class *class = &scenario->catalog->faults[f];
        if (scenario->fault_enabled[f] && class->recorded.is_given)
            return bh_fail_at(err, class->recorded.place,
                              "faults.%s: found `recorded`; expected the scenario to name a log, "
                              "`faults: {recorded: {log: FILE, nodes: ...}}`",
                              class->name);
    }
    return 0;
}

int bh_replay_resolve(struct bh_scenario *scenario, const struct bh_node *map, struct bh_error *err)
{
    struct bh_recorded_choice choice = {.nodes = 0};
    struct bh_replay_manner manner = {.machine_nodes = scenario->nodes + scenario->spares};
    const struct bh_node *log;
    const char *name;
    if (map == NULL)
        return need_none(scenario, err);
    if (bh_keys_check(map, &bh_recorded_keys, err) != 0 || (log = bh_node_need(map, "log", err)) == NULL ||
        (name = bh_node_text(log, err)) == NULL || read_choice(map, &choice, err) != 0 ||
        read_manner(map, &manner, err) != 0)
        return -1;
    struct bh_log_reading *reading = bh_log_reading_create();
    if (read_reading(map, reading, err) != 0) {
        bh_log_reading_destroy(reading);
        return -1;
    }
    char *file = find_file(scenario, log, name);
    scenario->log = bh_recorded_logs_get(scenario->logs, file, &choice, reading, log, err);
    free(file);
    if (scenario->log == NULL)
        return -1;
    scenario->replay = bh_replay_create(scenario->log->recorded, manner, scenario->catalog,
                                        bh_node_place(bh_node_find(map, "nodes")), err);
    return scenario->replay != NULL ? 0 : -1;
}
