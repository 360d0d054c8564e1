/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads counts of injections, and puts each row on the node that it was made on. */
#include "models/injections/counts.h"

#include "models/catalog/catalog.h"
#include "models/catalog/lookup.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/document/csv_values.h"
#include "models/document/keys.h"
#include "models/spread/spread.h"
#include "models/words/scope.h"

#include <stdlib.h>
#include <string.h>

const char *const bh_seen_names[BH_SEEN] = {
    "masked",         "failed-process",     "failed-guest",  "failed-node",
    "failed-enclave", "failed-composition", "failed-system", "sdc",
};

static const struct bh_key column_rows[] = {
    {"system", NULL, BH_ENTRY("systems"), "Where it was injected."},
    {"policy", "protection-first; native without guests", BH_ENTRY("policies"), "Under which policy."},
    {"zone", NULL, BH_ENTRY("zones"), "Into which zone, by its kind or its name."},
    {"kind", NULL, BH_CHOICE(bh_error_kind_names), "Which kind of error."},
    {"trials", NULL, BH_COUNT_FROM(1, UINT64_C(1000000000000)), "How many were injected: the sum of the counts below."},
    {"masked", NULL, BH_COUNT_FROM(0, UINT64_C(1000000000000)), "Those without effect."},
    {"failed-process", "0", BH_COUNT_FROM(0, UINT64_C(1000000000000)), "Those that took down a process."},
    {"failed-guest", "0", BH_COUNT_FROM(0, UINT64_C(1000000000000)), "A guest."},
    {"failed-node", "0", BH_COUNT_FROM(0, UINT64_C(1000000000000)), "A node."},
    {"failed-enclave", "0", BH_COUNT_FROM(0, UINT64_C(1000000000000)), "An enclave."},
    {"failed-composition", "0", BH_COUNT_FROM(0, UINT64_C(1000000000000)), "A composition."},
    {"failed-system", "0", BH_COUNT_FROM(0, UINT64_C(1000000000000)), "The machine."},
    {"sdc", "0", BH_COUNT_FROM(0, UINT64_C(1000000000000)), "Those that left wrong data, and nobody noticed."},
    {"hangs", "not counted", BH_COUNT_FROM(0, UINT64_C(1000000000000)), "Of the failures, those that hung first."},
    {0},
};
const struct bh_keys bh_injection_columns = {"counts of injections",
                                             "A line per set of trials, comma-separated, below a line of these names.",
                                             column_rows, NULL, 0};

/* More trials than anybody injects: a slip of the key. */
static const uint64_t most_trials = UINT64_C(1000000000000);
/* Of the chain's states, followed down to this mass when rows are checked. */
static const double least_mass = 1e-12;
enum { STATES_MOST = 200000 };

/* Columns of a file; SIZE_MAX: not there. */
struct columns {
    size_t system, policy, zone, kind, trials, hangs, count[BH_SEEN];
};

static int find_columns(const struct bh_csv *csv, struct columns *columns, struct bh_error *err)
{
    const char *known[BH_SEEN + 7];
    bh_keys_names(&bh_injection_columns, known, BH_COUNT(known));
    if (bh_csv_check_names(csv, known, err) != 0 || bh_csv_need(csv, "system", &columns->system, err) != 0 ||
        bh_csv_need(csv, "zone", &columns->zone, err) != 0 || bh_csv_need(csv, "kind", &columns->kind, err) != 0 ||
        bh_csv_need(csv, "trials", &columns->trials, err) != 0 ||
        bh_csv_need(csv, "masked", &columns->count[BH_SCOPE_NONE], err) != 0)
        return -1;
    columns->policy = bh_csv_find(csv, "policy");
    columns->hangs = bh_csv_find(csv, "hangs");
    for (int s = 0; s < BH_SEEN; s++)
        columns->count[s] = bh_csv_find(csv, bh_seen_names[s]);
    return 0;
}

/* Index of the cell's word among items whose first member is their name. */
static const void *choose(const struct bh_csv *csv, size_t row, size_t column, const void *items, size_t count,
                          size_t size, const char *what, struct bh_error *err)
{
    const char **names = bh_allocate(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        memcpy(&names[i], (const char *)items + i * size, sizeof names[i]);
    int choice = bh_csv_choice(csv, row, column, names, what, err);
    free(names);
    return choice < 0 ? NULL : (const char *)items + (size_t)choice * size;
}

static int read_names(const struct bh_catalog *catalog, const struct bh_csv *csv, size_t r,
                      const struct columns *columns, const struct bh_policy *policy, struct bh_injection_row *row,
                      struct bh_error *err)
{
    row->system = choose(csv, r, columns->system, catalog->systems, catalog->systems_count, sizeof *catalog->systems,
                         "system", err);
    if (row->system == NULL)
        return -1;
    row->policy = policy;
    if (columns->policy != SIZE_MAX)
        row->policy = choose(csv, r, columns->policy, catalog->policies, catalog->policies_count,
                             sizeof *catalog->policies, "policy", err);
    else if (policy == NULL)
        row->policy = bh_catalog_policy(catalog, row->system->guest_kernel != NULL ? "protection-first" : "native",
                                        bh_csv_place(csv, r, columns->system), err);
    if (row->policy == NULL)
        return -1;
    const char **names = bh_zone_names(catalog);
    int zone = bh_csv_choice(csv, r, columns->zone, names, "zone", err);
    if (zone >= 0)
        row->zone = bh_zone_choice_of(names[zone], bh_csv_place(csv, r, columns->zone));
    free(names);
    int kind = zone < 0 ? -1 : bh_csv_choice(csv, r, columns->kind, bh_error_kind_names, "kind of error", err);
    row->kind = (enum bh_error_kind)kind;
    return kind < 0 ? -1 : 0;
}

static int read_counts(const struct bh_csv *csv, size_t r, const struct columns *columns, struct bh_injection_row *row,
                       struct bh_error *err)
{
    if (bh_csv_count(csv, r, columns->trials, most_trials, &row->trials, err) != 0)
        return -1;
    if (row->trials == 0)
        return bh_csv_fail(csv, r, columns->trials, err, "found no trials; expected at least one");
    uint64_t sum = 0;
    for (int s = 0; s < BH_SEEN; s++) {
        if (columns->count[s] != SIZE_MAX &&
            bh_csv_count(csv, r, columns->count[s], row->trials, &row->count[s], err) != 0)
            return -1;
        sum += row->count[s];
    }
    if (sum != row->trials)
        return bh_csv_fail(csv, r, columns->trials, err,
                           "found %llu; expected %llu, the sum of masked, failed and sdc: every trial is one of them",
                           (unsigned long long)row->trials, (unsigned long long)sum);
    uint64_t failures = row->trials - row->count[BH_SCOPE_NONE] - row->count[BH_SEEN_SILENT];
    if (columns->hangs == SIZE_MAX)
        return 0;
    if (bh_csv_count(csv, r, columns->hangs, row->trials, &row->hangs, err) != 0)
        return -1;
    if (row->hangs > failures)
        return bh_csv_fail(csv, r, columns->hangs, err,
                           "found %llu; expected at most %llu, the failures: a hang counts as one of them, too",
                           (unsigned long long)row->hangs, (unsigned long long)failures);
    return 0;
}

static int place_row(const struct bh_catalog *catalog, const struct bh_csv *csv, size_t r,
                     const struct columns *columns, const struct bh_testbed *testbed, struct bh_injection_row *row,
                     struct bh_error *err)
{
    struct bh_place place = bh_csv_place(csv, r, columns->system);
    const struct bh_application *application = bh_catalog_application(catalog, testbed->application, place, err);
    struct bh_error own = {0};
    if (application == NULL)
        return -1;
    row->tenant = (struct bh_tenant){.guests_per_node = testbed->guests,
                                     .processes_per_guest = testbed->processes_per_guest,
                                     .node_share = 1.0,
                                     .application = application};
    row->model = bh_node_model_create(catalog, row->system, row->policy, &row->tenant, 1, &own);
    if (row->model == NULL)
        return bh_csv_fail(csv, r, columns->system, err, "%s", own.text);
    if (!bh_zone_is_there(row->system, &row->zone))
        return bh_csv_fail(csv, r, columns->zone, err, "found `%s`, which `%s` does not have", row->zone.name,
                           row->system->name);
    long zone = bh_zone_choose(row->system, &row->zone, false, &own);
    if (zone < 0)
        return bh_csv_fail(csv, r, columns->zone, err, "%s", own.text);
    row->origin = bh_zone_tree_first(row->model->tree, (size_t)zone, 0);
    return 0;
}

static bool are_alike(const struct bh_injection_row *left, const struct bh_injection_row *right)
{
    return left->system == right->system && left->policy == right->policy && left->origin == right->origin &&
           left->kind == right->kind;
}

/* Rows of the same origin are one. */
static void add_row(struct bh_injections *injections, struct bh_injection_row *row)
{
    injections->trials += row->trials;
    for (size_t i = 0; i < injections->count; i++) {
        struct bh_injection_row *known = &injections->rows[i];
        if (!are_alike(known, row))
            continue;
        known->trials += row->trials;
        known->hangs += row->hangs;
        known->lines++;
        for (int s = 0; s < BH_SEEN; s++)
            known->count[s] += row->count[s];
        bh_node_model_destroy(row->model);
        return;
    }
    injections->rows[injections->count++] = *row;
}

int bh_injection_probabilities(const struct bh_injection_row *row, const struct bh_node_model *model, double mass,
                               double seen[BH_SEEN], struct bh_error *err)
{
    double *loss = bh_allocate(model->tree->tenants_count * BH_SCOPES, sizeof *loss);
    struct bh_spread spread = {.loss = loss};
    int status = bh_spread_exact(model, (struct bh_origin){.zone = row->origin, .kind = row->kind}, mass, STATES_MOST,
                                 &spread, err);
    free(loss);
    memcpy(seen, spread.seen, sizeof spread.seen);
    seen[BH_SCOPE_NONE] += spread.unresolved;
    return status;
}

/* What was seen must be able to happen, or no number of the model could explain it. */
static int check_possible(const struct bh_csv *csv, const struct columns *columns, const struct bh_injection_row *row,
                          struct bh_error *err)
{
    double seen[BH_SEEN];
    if (bh_injection_probabilities(row, row->model, least_mass, seen, err) != 0)
        return -1;
    for (int s = 0; s < BH_SEEN; s++)
        if (row->count[s] > 0 && seen[s] <= 0.0)
            return bh_csv_fail(csv, row->file_row, columns->count[s], err,
                               "found %llu; expected 0: in the model no %s error that begins in %s of `%s` under `%s` "
                               "comes to that on a node of %zu guests and %zu processes",
                               (unsigned long long)row->count[s], bh_error_kind_names[row->kind], row->zone.name,
                               row->system->name, row->policy->name,
                               row->model->tree->has_guests ? row->model->tree->guests_count : 0,
                               row->model->tree->processes_count);
    return 0;
}

int bh_injections_read(const struct bh_catalog *catalog, const struct bh_csv *csv, const struct bh_testbed *testbed,
                       const struct bh_policy *policy, struct bh_injections *injections, struct bh_error *err)
{
    struct columns columns;
    *injections = (struct bh_injections){0};
    if (find_columns(csv, &columns, err) != 0)
        return -1;
    if (bh_csv_rows(csv) == 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: found no row below the names of the columns; expected counts",
                       bh_csv_file(csv));
    injections->has_hangs = columns.hangs != SIZE_MAX;
    injections->rows = bh_allocate(bh_csv_rows(csv), sizeof *injections->rows);
    for (size_t r = 0; r < bh_csv_rows(csv); r++) {
        struct bh_injection_row row = {.lines = 1, .file_row = r};
        if (read_names(catalog, csv, r, &columns, policy, &row, err) != 0 ||
            read_counts(csv, r, &columns, &row, err) != 0 ||
            place_row(catalog, csv, r, &columns, testbed, &row, err) != 0 ||
            check_possible(csv, &columns, &row, err) != 0) {
            bh_node_model_destroy(row.model);
            bh_injections_free(injections);
            return -1;
        }
        add_row(injections, &row);
    }
    return 0;
}

void bh_injections_free(struct bh_injections *injections)
{
    for (size_t i = 0; i < injections->count; i++)
        bh_node_model_destroy(injections->rows[i].model);
    free(injections->rows);
    *injections = (struct bh_injections){0};
}

enum bh_scope bh_injection_escape_scope(const struct bh_injection_row *row)
{
    const struct bh_zone *zone = &row->model->tree->zones[row->origin];
    enum bh_scope home = row->model->tree->has_guests ? BH_SCOPE_GUEST : BH_SCOPE_PROCESS;
    enum bh_scope brought = row->model->disposition[row->origin];
    if (zone->guest < 0)
        return BH_SCOPES;
    return bh_scope_within(BH_SCOPE_NODE, bh_scope_wider(brought, home)) ? BH_SCOPES : BH_SCOPE_NODE;
}
