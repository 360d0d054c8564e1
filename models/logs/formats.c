/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The forms of failure logs: FTA event_trace, CFDR LA-UR-05-7318, and plain CSV. */
#include "models/logs/formats.h"

#include "models/document/csv.h"
#include "models/logs/failure_log.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* --- Times --------------------------------------------------------------------------------------------------------- */

/* Days from 1970-01-01 to a day of the Gregorian calendar, counting years from March so that leap days come last. */
static double days_to(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    int leaps = y / 4 - y / 100 + y / 400;
    return 365.0 * y + leaps + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool is_day(int year, int month, int day)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return year >= 1900 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= lengths[month - 1];
}

double bh_failure_log_time(const char *text)
{
    int year, month, day, hour = 0, minute = 0, used = 0;
    double second = 0.0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 &&
        sscanf(text, "%2d/%2d/%4d%n", &month, &day, &year, &used) != 3) {
        char *end;
        double value = strtod(text, &end);
        return end != text && *end == '\0' && isfinite(value) ? value : NAN;
    }
    const char *rest = text + used;
    if (*rest != '\0') {
        if ((*rest != ' ' && *rest != 'T') || !isdigit((unsigned char)rest[1]))
            return NAN;
        used = 0;
        if (sscanf(rest + 1, "%2d:%2d%n", &hour, &minute, &used) != 2)
            return NAN;
        rest += 1 + used;
        if (*rest == ':' && isdigit((unsigned char)rest[1])) {
            char *end;
            second = strtod(rest + 1, &end);
            rest = end;
        }
        if (*rest == 'Z')
            rest++;
    }
    bool fine = *rest == '\0' && is_day(year, month, day) && hour >= 0 && hour <= 24 && minute >= 0 && minute < 60 &&
                second >= 0.0 && second < 61.0;
    return fine ? 86400.0 * days_to(year, month, day) + 3600.0 * hour + 60.0 * minute + second : NAN;
}

char *bh_failure_log_print_time(double at_s, char *buffer, size_t size)
{
    bool is_date = at_s >= 1e8 && at_s <= 1e11;
    time_t seconds = is_date ? (time_t)at_s : 0;
    struct tm parts;
    if (!is_date || gmtime_r(&seconds, &parts) == NULL || strftime(buffer, size, "%Y-%m-%d", &parts) == 0)
        snprintf(buffer, size, "%.6g s", at_s);
    return buffer;
}

/* The first second of a month of the CFDR log's, "Jan-97" or, as a spreadsheet left it, "5-Jun" for June 2005; `after`
 * months later. NAN for anything else. */
static double month_start(const char *text, int after)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char name[4] = "";
    int year, used = 0;
    if ((sscanf(text, "%3[A-Za-z]-%2d%n", name, &year, &used) != 2 &&
         sscanf(text, "%2d-%3[A-Za-z]%n", &year, name, &used) != 2) ||
        text[used] != '\0' || year < 0)
        return NAN;
    for (int m = 0; m < 12; m++)
        if (strcasecmp(name, months[m]) == 0)
            return 86400.0 * days_to((year < 70 ? 2000 : 1900) + year + (m + after) / 12, (m + after) % 12 + 1, 1);
    return NAN;
}

static double number_or_nan(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(value) ? value : NAN;
}

/* --- CSV ----------------------------------------------------------------------------------------------------------- */

/* A table and the columns that are in it; SIZE_MAX: none. Line numbers are worked out for what is remarked first. */
struct table {
    const struct bh_csv *csv;
    struct bh_failure_log *log;
};

static const char *cell(const struct table *table, size_t row, size_t column)
{
    return column != SIZE_MAX ? bh_csv_cell(table->csv, row, column) : "";
}

/* Rows are remembered as lines would be if the first were that of the names; find_lines makes lines of them. */
static unsigned row_number(size_t row)
{
    return (unsigned)row + 1;
}

static void find_lines(const struct table *table)
{
    for (int r = 0; r < BH_LOG_REMARKS; r++)
        if (table->log->remarks[r] > 0)
            table->log->remark_line[r] = bh_csv_place(table->csv, table->log->remark_line[r] - 1, 0).line;
}

/* A record cannot be without a time. */
static bool is_usable(const struct table *table, size_t row, double start_s)
{
    table->log->records++;
    if (!isfinite(start_s))
        bh_failure_log_remark(table->log, BH_LOG_NO_TIME, row_number(row));
    return isfinite(start_s);
}

enum { CFDR_CAUSES = 6 };
static const char *const cfdr_causes[CFDR_CAUSES] = {"Facilities", "Hardware",     "Human Error",
                                                     "Network",    "Undetermined", "Software"};

struct cfdr {
    size_t system, node, nodes, production, decommissioned, purpose, started, fixed, down, cause[CFDR_CAUSES];
};

static int find_cfdr(const struct bh_csv *csv, struct cfdr *cfdr, struct bh_error *err)
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
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (bh_csv_need(csv, needed[i].name, needed[i].column, err) != 0)
            return -1;
    for (int c = 0; c < CFDR_CAUSES; c++)
        if (bh_csv_need(csv, cfdr_causes[c], &cfdr->cause[c], err) != 0)
            return -1;
    return 0;
}

/* The column "Down Time" knows of changes to summer time; the two times of day do not. */
static double cfdr_down_s(const struct table *table, const struct cfdr *cfdr, size_t row, double start_s)
{
    double minutes = number_or_nan(cell(table, row, cfdr->down));
    return isnan(minutes) ? bh_failure_log_time(cell(table, row, cfdr->fixed)) - start_s : 60.0 * minutes;
}

static void cfdr_node(const struct table *table, const struct cfdr *cfdr, size_t row, struct bh_failure_node *node)
{
    double born_s = month_start(cell(table, row, cfdr->production), 0),
           said = number_or_nan(cell(table, row, cfdr->nodes));
    const char *decommissioned = cell(table, row, cfdr->decommissioned);
    struct bh_failure_system *system = &table->log->systems[node->system];
    node->born_s = isnan(node->born_s) ? born_s : fmin(node->born_s, born_s);
    node->to_s = strcmp(decommissioned, "current") == 0 ? INFINITY : month_start(decommissioned, 1);
    node->class = bh_name_list_number(table->log->class_names, cell(table, row, cfdr->purpose));
    if (said > (double)system->nodes_said && said < 1e9)
        system->nodes_said = (uint64_t)said;
}

static int read_cfdr(struct table *table, struct bh_error *err)
{
    struct cfdr cfdr;
    struct bh_failure_log *log = table->log;
    double last_s = -INFINITY;
    if (find_cfdr(table->csv, &cfdr, err) != 0)
        return -1;
    for (size_t row = 0; row < bh_csv_rows(table->csv); row++) {
        double start_s = bh_failure_log_time(cell(table, row, cfdr.started));
        const char *name = cell(table, row, cfdr.node), *system = cell(table, row, cfdr.system);
        if (!is_usable(table, row, start_s))
            continue;
        struct bh_failure_node *node = bh_failure_log_node(log, system, name);
        cfdr_node(table, &cfdr, row, node);
        struct bh_failure failure = {start_s,
                                     cfdr_down_s(table, &cfdr, row, start_s),
                                     (uint32_t)(node - log->nodes),
                                     BH_NO_NAME,
                                     BH_NO_NAME,
                                     row_number(row)};
        for (int c = 0; c < CFDR_CAUSES && failure.cause == BH_NO_NAME; c++)
            if (*cell(table, row, cfdr.cause[c]) != '\0') {
                failure.cause = bh_name_list_number(log->cause_names, cfdr_causes[c]);
                failure.detail = bh_name_list_number(log->detail_names, cell(table, row, cfdr.cause[c]));
            }
        bh_failure_log_add(log, failure);
        last_s = fmax(last_s, start_s);
    }
    /* Months of decommissioning may lie beyond the log. */
    for (size_t n = 0; n < bh_name_list_count(log->node_names); n++)
        if (log->nodes[n].to_s > last_s)
            log->nodes[n].to_s = INFINITY;
    return 0;
}

/* The first of the columns "NAME", "NAME_s", "NAME_min", "NAME_h", "NAME_d" that is there, and what its unit is in
 * seconds. */
static size_t find_time(const struct bh_csv *csv, const char *name, double *unit_s)
{
    static const struct {
        const char *suffix;
        double unit_s;
    } units[] = {{"", 1.0}, {"_s", 1.0}, {"_min", 60.0}, {"_h", 3600.0}, {"_d", 86400.0}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        char text[32];
        snprintf(text, sizeof text, "%s%s", name, units[i].suffix);
        size_t column = bh_csv_find(csv, text);
        *unit_s = units[i].unit_s;
        if (column != SIZE_MAX)
            return column;
    }
    return SIZE_MAX;
}

static int read_plain(struct table *table, struct bh_error *err)
{
    static const char *const known[] = {"time",         "time_s",     "time_min",   "time_h",   "time_d",
                                        "node",         "class",      "cause",      "downtime", "downtime_s",
                                        "downtime_min", "downtime_h", "downtime_d", "system",   "node-class",
                                        "installed",    "retired",    NULL};
    const struct bh_csv *csv = table->csv;
    struct bh_failure_log *log = table->log;
    double unit_s, down_unit_s;
    size_t node_column, time = find_time(csv, "time", &unit_s), down = find_time(csv, "downtime", &down_unit_s);
    if (bh_csv_check_names(csv, known, err) != 0 || bh_csv_need(csv, "node", &node_column, err) != 0 ||
        (time == SIZE_MAX && bh_csv_need(csv, "time", &time, err) != 0))
        return -1;
    size_t cause = bh_csv_find(csv, "class"), system = bh_csv_find(csv, "system");
    if (cause == SIZE_MAX)
        cause = bh_csv_find(csv, "cause");
    size_t class = bh_csv_find(csv, "node-class"), born = bh_csv_find(csv, "installed"),
           retired = bh_csv_find(csv, "retired");
    log->is_kept_from_install = true;
    for (size_t row = 0; row < bh_csv_rows(csv); row++) {
        double start_s = unit_s * bh_failure_log_time(cell(table, row, time));
        if (!is_usable(table, row, start_s))
            continue;
        struct bh_failure_node *node =
            bh_failure_log_node(log, cell(table, row, system), cell(table, row, node_column));
        if (born != SIZE_MAX)
            node->born_s = unit_s * bh_failure_log_time(cell(table, row, born));
        if (retired != SIZE_MAX)
            node->to_s = unit_s * bh_failure_log_time(cell(table, row, retired));
        if (class != SIZE_MAX)
            node->class = bh_name_list_number(log->class_names, cell(table, row, class));
        struct bh_failure failure = {start_s,
                                     down_unit_s * number_or_nan(cell(table, row, down)),
                                     (uint32_t)(node - log->nodes),
                                     bh_name_list_number(log->cause_names, cell(table, row, cause)),
                                     BH_NO_NAME,
                                     row_number(row)};
        bh_failure_log_add(log, failure);
    }
    return 0;
}

static struct bh_failure_log *parse_csv(const char *text, size_t length, const char *name, struct bh_error *err)
{
    struct bh_csv *csv = bh_csv_parse(text, length, name, err);
    if (csv == NULL)
        return NULL;
    bool is_cfdr = bh_csv_find(csv, "Prob Started") != SIZE_MAX;
    struct table table = {csv, bh_failure_log_create(is_cfdr ? "CFDR" : "CSV")};
    if ((is_cfdr ? read_cfdr(&table, err) : read_plain(&table, err)) != 0) {
        bh_failure_log_destroy(table.log);
        table.log = NULL;
    }
    if (table.log != NULL) {
        bh_failure_log_finish(table.log);
        find_lines(&table);
    }
    bh_csv_destroy(csv);
    return table.log;
}

/* --- FTA event_trace ----------------------------------------------------------------------------------------------- */

enum { FTA_COLUMNS = 9, FTA_NODE = 2, FTA_PLATFORM = 3, FTA_TYPE = 5, FTA_START, FTA_STOP, FTA_REASON };

/* Cuts a line into words, of which at most FTA_COLUMNS are kept; returns how many there are. */
static size_t cut_words(char *line, char *word[FTA_COLUMNS])
{
    size_t count = 0;
    for (char *at = line + strspn(line, " \t"); *at != '\0'; at += strspn(at, " \t")) {
        if (count < FTA_COLUMNS)
            word[count] = at;
        count++;
        at += strcspn(at, " \t");
        if (*at != '\0')
            *at++ = '\0';
    }
    return count;
}

/* What the last line left: the end of a node's time of service, and why it ended. */
struct fta_state {
    uint32_t node;
    double up_until_s;
    char reason[32];
};

static int read_fta_event(struct bh_failure_log *log, char *const *word, struct fta_state *state, const char *name,
                          unsigned line, struct bh_error *err)
{
    double start_s = number_or_nan(word[FTA_START]), stop_s = number_or_nan(word[FTA_STOP]);
    bool is_up = strcmp(word[FTA_TYPE], "1") == 0;
    if (!is_up && strcmp(word[FTA_TYPE], "0") != 0)
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s:%u: found the event_type `%.20s`; expected 0 (unavailable) or 1 (available)", name, line,
                       word[FTA_TYPE]);
    log->records += !is_up;
    if (isnan(start_s)) {
        bh_failure_log_remark(log, BH_LOG_NO_TIME, line);
        return 0;
    }
    struct bh_failure_node *node = bh_failure_log_node(log, word[FTA_PLATFORM], word[FTA_NODE]);
    uint32_t number = (uint32_t)(node - log->nodes);
    node->from_s = fmin(node->from_s, start_s);
    node->to_s = fmax(node->to_s, isnan(stop_s) ? start_s : stop_s);
    if (is_up) {
        state->node = number;
        state->up_until_s = stop_s;
        snprintf(state->reason, sizeof state->reason, "%s", word[FTA_REASON]);
        return 0;
    }
    /* Why a node failed stands with the time of service that the failure ended. */
    bool told = state->node == number && state->up_until_s == start_s && strcasecmp(state->reason, "NULL") != 0;
    struct bh_failure failure = {start_s,    stop_s - start_s,
                                 number,     told ? bh_name_list_number(log->cause_names, state->reason) : BH_NO_NAME,
                                 BH_NO_NAME, line};
    bh_failure_log_add(log, failure);
    state->node = BH_NO_NAME;
    return 0;
}

static int read_fta_line(struct bh_failure_log *log, char *text, struct fta_state *state, const char *name,
                         unsigned line, struct bh_error *err)
{
    char *word[FTA_COLUMNS] = {NULL};
    for (const char *c = text; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) && *c != '\t')
            return bh_fail(err, BH_ERROR_INPUT, "%s:%u: found the byte 0x%02x; expected a log as text", name, line,
                           (unsigned char)*c);
    size_t count = cut_words(text, word);
    if (count == 0 || *word[0] == '#' || strcmp(word[0], "event_id") == 0)
        return 0;
    /* A reason that was not recorded may be left out. */
    static char none[] = "NULL";
    if (count == FTA_COLUMNS - 1)
        word[FTA_REASON] = none;
    else if (count != FTA_COLUMNS)
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s:%u: found %zu columns; expected 9: event_id component_id node_id platform_id node_name "
                       "event_type event_start_time event_stop_time event_end_reason",
                       name, line, count);
    return read_fta_event(log, word, state, name, line, err);
}

static struct bh_failure_log *parse_fta(const char *text, size_t length, const char *name, struct bh_error *err)
{
    struct bh_failure_log *log = bh_failure_log_create("FTA event_trace");
    struct fta_state state = {.node = BH_NO_NAME};
    char *copy = bh_allocate(length + 1, 1);
    int status = 0;
    unsigned line = 1;
    memcpy(copy, text, length);
    for (size_t at = 0; at < length && status == 0; line++) {
        char *end = memchr(copy + at, '\n', length - at);
        size_t next = end != NULL ? (size_t)(end - copy) + 1 : length, stop = end != NULL ? next - 1 : length;
        if (stop > at && copy[stop - 1] == '\r')
            stop--;
        if (memchr(copy + at, '\0', stop - at) != NULL)
            status = bh_fail(err, BH_ERROR_INPUT, "%s:%u: found the byte 0x00; expected a log as text", name, line);
        copy[stop] = '\0';
        if (status == 0)
            status = read_fta_line(log, copy + at, &state, name, line, err);
        at = next;
    }
    free(copy);
    if (status == 0) {
        bh_failure_log_finish(log);
        return log;
    }
    bh_failure_log_destroy(log);
    return NULL;
}

/* --- Which form ---------------------------------------------------------------------------------------------------- */

/* The name of FTA's first column, or, without a line of names, nine words of which the first is a number. */
static bool is_fta(const char *text, size_t length)
{
    char line[512];
    size_t at = 0;
    while (at < length && (text[at] == '#' || isspace((unsigned char)text[at]))) {
        const char *end = memchr(text + at, '\n', length - at);
        if (text[at] != '#')
            at++;
        else if (end == NULL)
            return false;
        else
            at = (size_t)(end - text) + 1;
    }
    size_t count = 0;
    while (at + count < length && count < sizeof line - 1 && text[at + count] != '\n' && text[at + count] != '\0')
        count++;
    memcpy(line, text + at, count);
    line[count] = '\0';
    if (strchr(line, ',') != NULL || strchr(line, ';') != NULL)
        return false;
    char *word[FTA_COLUMNS];
    return strncmp(line, "event_id", 8) == 0 ||
           (cut_words(line, word) >= FTA_COLUMNS - 1 && !isnan(number_or_nan(word[0])));
}

struct bh_failure_log *bh_failure_log_parse(const char *text, size_t length, const char *name, struct bh_error *err)
{
    struct bh_failure_log *log =
        is_fta(text, length) ? parse_fta(text, length, name, err) : parse_csv(text, length, name, err);
    if (log == NULL)
        return NULL;
    if (log->failures_count == 0) {
        bh_fail(err, BH_ERROR_INPUT, "%s: found no failure that could be used, in %llu records", name,
                (unsigned long long)log->records);
        bh_failure_log_destroy(log);
        return NULL;
    }
    return log;
}
