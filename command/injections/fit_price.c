/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead fit-price: what run times, native and in guests, say of a system's costs. */
#include "analysis/tables/table.h"
#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "models/base/error.h"
#include "models/catalog/application.h"
#include "models/catalog/lookup.h"
#include "models/catalog/parameter.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "models/cost/price_fit.h"
#include "models/document/csv.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/document/document_read.h"
#include "models/node/node_model.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    struct bh_options options;
    const char *file, *system, *policy, *scenario;
    struct bh_network network; /* 0: not said */
    enum bh_table_format format;
};

static int above_zero(const char *text, const char *option, enum bh_dimension dimension, double *value,
                      struct bh_error *err)
{
    if (bh_options_quantity(text, option, dimension, value, err) != 0)
        return -1;
    return *value > 0.0 ? 0 : bh_fail(err, BH_ERROR_INPUT, "%s: found `%s`, expected more than 0", option, text);
}

static int take_latency(void *input, char *text, struct bh_error *err)
{
    return above_zero(text, "--latency", BH_DIMENSION_TIME, &((struct arguments *)input)->network.latency_s, err);
}

static int take_bandwidth(void *input, char *text, struct bh_error *err)
{
    return above_zero(text, "--bandwidth", BH_DIMENSION_BANDWIDTH, &((struct arguments *)input)->network.node_bandwidth,
                      err);
}

static const struct bh_option own_options[] = {
    {"system", 0, "NAME", "The guests were of this system of the catalog (default: kvm)", 1, BH_TO_WORD(system)},
    {"policy", 0, "NAME",
     "They ran behind the guards of this policy, whose costs are known (default: performance-first)", 1,
     BH_TO_WORD(policy)},
    {"define", 0, "SCENARIO", "A scenario whose `define` has workloads of your own", 1, BH_TO_WORD(scenario)},
    {"latency", 0, "TIME", "Of a message between nodes, native: needed where workloads communicate", 1,
     BH_BY(take_latency)},
    {"bandwidth", 0, "RATE", "Of a node, native, as 12.5 GB/s: likewise", 1, BH_BY(take_bandwidth)},
    {"format", 0, "FORMAT", "Print the table as text, markdown or latex", 2,
     BH_TO_CHOICE(format, bh_options_table_formats)},
    {0},
};

/* --- Reading --------------------------------------------------------------------------------------------------------- */

static int read_number(const struct bh_csv *csv, size_t row, size_t column, double *value, struct bh_error *err)
{
    const char *text = bh_csv_cell(csv, row, column);
    char *end = NULL;
    *value = strtod(text, &end);
    if (*text != '\0' && *end == '\0' && isfinite(*value) && *value > 0.0)
        return 0;
    return bh_fail_at(err, bh_csv_place(csv, row, column), "found `%s`, expected a number above 0", text);
}

static bool communicates(const struct bh_application *application)
{
    return application->halo_messages.value > 0.0 || application->halo_bytes.value > 0.0 ||
           application->collectives.value > 0.0;
}

static int read_pair(const struct arguments *arguments, const struct bh_catalog *catalog, const struct bh_csv *csv,
                     const size_t column[4], size_t row, struct bh_run_pair *pair, struct bh_error *err)
{
    double nodes;
    const struct bh_place place = bh_csv_place(csv, row, column[0]);
    pair->application = bh_catalog_application(catalog, bh_csv_cell(csv, row, column[0]), place, err);
    if (pair->application == NULL || read_number(csv, row, column[1], &nodes, err) != 0 ||
        read_number(csv, row, column[2], &pair->native, err) != 0 ||
        read_number(csv, row, column[3], &pair->guest, err) != 0)
        return -1;
    if (nodes != floor(nodes) || nodes > (double)(UINT64_C(1) << 32))
        return bh_fail_at(err, bh_csv_place(csv, row, column[1]), "found `%s`, expected a whole number of nodes",
                          bh_csv_cell(csv, row, column[1]));
    pair->nodes = (uint64_t)nodes;
    if (communicates(pair->application) &&
        (arguments->network.latency_s <= 0.0 || arguments->network.node_bandwidth <= 0.0))
        return bh_fail_at(err, place, "%s communicates: expected --latency and --bandwidth of the network",
                          pair->application->name);
    return 0;
}

static struct bh_run_pair *read_pairs(const struct arguments *arguments, const struct bh_catalog *catalog,
                                      const struct bh_csv *csv, struct bh_error *err)
{
    static const char *const names[] = {"workload", "nodes", "native", "guest", NULL};
    const size_t count = bh_csv_rows(csv);
    size_t column[4];
    int status = bh_csv_check_names(csv, names, err);
    for (size_t c = 0; c < 4 && status == 0; c++)
        status = bh_csv_need(csv, names[c], &column[c], err);
    struct bh_run_pair *pairs = bh_allocate(count + 1, sizeof *pairs);
    for (size_t row = 0; row < count && status == 0; row++)
        status = read_pair(arguments, catalog, csv, column, row, &pairs[row], err);
    if (status == 0)
        return pairs;
    free(pairs);
    return NULL;
}

/* --- Telling --------------------------------------------------------------------------------------------------------- */

static const struct bh_parameter *parameter_of(const struct bh_system *system, int price)
{
    const struct bh_parameter *const of[BH_PRICES] = {&system->compute_slowdown, &system->exit_time_s,
                                                      &system->latency_s, &system->bandwidth_loss};
    return of[price];
}

static char *say(double value, int price, char *buffer)
{
    if (price != BH_PRICE_EXIT && price != BH_PRICE_LATENCY)
        return bh_number_percent(value, buffer);
    snprintf(buffer, BH_NUMBER_SIZE, "%.3g us", 1e6 * value);
    return buffer;
}

static void print(const struct arguments *arguments, const struct bh_price_testbed *testbed,
                  const struct bh_price_fit *fit, size_t count)
{
    char value[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    struct bh_table *table = bh_table_create();
    bool all = true, is_odd = false;
    bh_table_column(table, "number");
    bh_table_column(table, "by these runs");
    bh_table_column(table, "95 %% interval");
    bh_table_column(table, "in the catalog");
    for (int p = 0; p < BH_PRICES; p++) {
        const struct bh_fitted_price *price = &fit->price[p];
        bh_table_cell(table, "systems.%s.costs.%s", testbed->system->name, bh_price_keys[p]);
        bh_table_cell(table, "%s", price->is_told ? say(price->value, p, value) : "not told");
        if (price->is_told)
            bh_table_cell(table, "%s to %s", say(price->low, p, low), say(price->high, p, high));
        else
            bh_table_cell(table, "-");
        bh_table_cell(table, "%s", say(parameter_of(testbed->system, p)->value, p, value));
        all = all && price->is_told;
        is_odd = is_odd || (p != BH_PRICE_COMPUTE && price->is_told && price->high < 0.0);
    }
    printf("%zu pairs of runs under %s %s; ratios scatter by %.2g %%\n\n", count, testbed->system->name,
           arguments->policy, 100.0 * fit->scatter);
    bh_table_print(table, arguments->format, stdout);
    bh_table_destroy(table);
    if (!all)
        puts("\nWhat is not told makes no difference to these workloads, or the same as the numbers above it.");
    if (is_odd)
        puts("\nWARNING: a cost is surely below 0, which none can be: these runs are not as the model has them.");
    bool is_first = true;
    for (int p = 0; p < BH_PRICES; p++)
        if (fit->price[p].is_told) {
            if (is_first)
                puts("\nFor a scenario (a cost below 0 by chance is 0):\nmodels:");
            is_first = false;
            const bool may_be_negative = p == BH_PRICE_COMPUTE;
            printf("  systems.%s.costs.%s: %.6g%s\n", testbed->system->name, bh_price_keys[p],
                   may_be_negative ? fit->price[p].value : fmax(0.0, fit->price[p].value),
                   p == BH_PRICE_EXIT || p == BH_PRICE_LATENCY ? " s" : "");
        }
}

static void print_json(const struct arguments *arguments, const struct bh_price_testbed *testbed,
                       const struct bh_price_fit *fit, size_t count)
{
    json_t *numbers = json_array();
    for (int p = 0; p < BH_PRICES; p++) {
        const struct bh_fitted_price *price = &fit->price[p];
        json_t *number =
            json_pack("{s:o, s:b, s:f, s:[f, f]}", "path",
                      json_sprintf("systems.%s.costs.%s", testbed->system->name, bh_price_keys[p]), "is_told",
                      price->is_told, "value", price->value, "interval95", price->low, price->high);
        json_array_append_new(numbers, number);
    }
    json_t *object = json_pack("{s:o, s:o, s:I, s:I, s:f, s:o}", "system", json_string(testbed->system->name), "policy",
                               json_string(arguments->policy), "pairs", (json_int_t)count, "freedom",
                               (json_int_t)fit->freedom, "scatter", fit->scatter, "numbers", numbers);
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
}

static int fit_pairs(const struct arguments *arguments, const struct bh_catalog *catalog, const struct bh_csv *csv,
                     struct bh_error *err)
{
    struct bh_price_testbed testbed = {.network = arguments->network};
    struct bh_price_fit fit;
    const struct bh_policy *policy;
    testbed.system = bh_catalog_system(catalog, arguments->system, (struct bh_place){.file = "--system"}, err);
    if (testbed.system == NULL)
        return -1;
    if (testbed.system->guest_kernel == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "--system: %s has no guests to be compared with native runs",
                       arguments->system);
    policy = bh_catalog_policy(catalog, arguments->policy, (struct bh_place){.file = "--policy"}, err);
    if (policy == NULL || bh_choose_guards(testbed.system, policy, testbed.guard, err) != 0)
        return -1;
    testbed.host_kernel = testbed.system->host_kernel;
    testbed.guest_kernel = testbed.system->guest_kernel;
    testbed.network.contention = 1.0;
    if (testbed.network.latency_s <= 0.0 || testbed.network.node_bandwidth <= 0.0) /* of nobody who communicates */
        testbed.network.node_bandwidth = INFINITY;
    struct bh_run_pair *pairs = read_pairs(arguments, catalog, csv, err);
    int status = pairs != NULL ? bh_price_fit(pairs, bh_csv_rows(csv), &testbed, &fit, err) : -1;
    if (status == 0 && arguments->options.json)
        print_json(arguments, &testbed, &fit, bh_csv_rows(csv));
    else if (status == 0)
        print(arguments, &testbed, &fit, bh_csv_rows(csv));
    free(pairs);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    char *directory = bh_models_directory(err);
    struct bh_csv *csv = directory != NULL ? bh_csv_read(arguments->file, err) : NULL;
    struct bh_document *scenario =
        csv != NULL && arguments->scenario != NULL ? bh_document_read(arguments->scenario, err) : NULL;
    struct bh_catalog *catalog = NULL;
    if (csv != NULL && (scenario != NULL || arguments->scenario == NULL))
        catalog = bh_catalog_read(
            directory, NULL, scenario != NULL ? bh_node_find(bh_document_root(scenario), "define") : NULL, NULL, err);
    int status = catalog != NULL ? fit_pairs(arguments, catalog, csv, err) : -1;
    bh_catalog_destroy(catalog);
    bh_document_destroy(scenario);
    bh_csv_destroy(csv);
    free(directory);
    return status;
}

static const struct arguments defaults = {.system = "kvm", .policy = "performance-first"};

const struct bh_subcommand bh_subcommand_fit_price = {
    .name = "fit-price",
    .arguments = "RUNTIMES.csv",
    .help = "what paired run times, native and in guests, say of a system's costs",
    .doc = "Turns run times of the same work, native and in guests, into what a system costs without its guards: "
           "slower computing, time of a VM exit, latency of a message, bandwidth lost, each with a 95 % "
           "interval.\vColumns of RUNTIMES.csv, in any order: workload (an application of the catalog), nodes, native, "
           "guest: a pair of runs in each row, its times in one unit. What workloads are alike in cannot be told "
           "apart: some should exit often, some communicate in many small messages, some in large ones.",
    .options = (const struct bh_option *const[]){own_options, bh_options_json, NULL},
    .operand = {"file", offsetof(struct arguments, file), "expected a file of run times", NULL},
    .size = sizeof(struct arguments),
    .defaults = &defaults,
    .run = run,
};
