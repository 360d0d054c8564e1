/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The machine, the work, the enclaves and the checkpoints of a scenario. */
#include "sim/scenario/read_workload.h"

#include "models/base/nearest_name.h"
#include "models/base/path.h"
#include "models/catalog/application.h"
#include "models/document/document_get.h"
#include "sim/platform/placement.h"
#include "sim/scenario/optional_keys.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const bh_interval_rule_names[] = {"fixed", "young", "daly", "exact", NULL};

/* --- Platform ---------------------------------------------------------------------------------------------------- */

/* A path if it is there; else NULL, and it is freed. */
static char *try_path(char *path, char **tried)
{
    if (access(path, R_OK) == 0)
        return path;
    bh_add_text(tried, " and ", "%s", path);
    free(path);
    return NULL;
}

/* DATA/platforms of DATA/models/data; by way of ".." where the folder is not called so. */
static char *platforms_folder(const char *data_directory)
{
    static const char ending[] = "/models/data";
    size_t length = strlen(data_directory), cut = sizeof ending - 1;
    if (length > cut && strcmp(data_directory + length - cut, ending) == 0)
        return bh_print_text("%.*s/platforms", (int)(length - cut), data_directory);
    return bh_print_text("%s/../../platforms", data_directory);
}

/* Beside the scenario (for a name from the command line: in the working directory), else among Bulkhead's platforms,
 * which stand next to models/data, installed or not. */
static int find_platform(struct bh_scenario *scenario, const struct bh_node *node, const char *data_directory,
                         struct bh_error *err)
{
    const char *file = bh_node_text(node, err);
    if (file == NULL)
        return -1;
    scenario->platform_place = bh_node_place(node);
    char *tried = bh_copy_text("");
    bool from_command_line = strcmp(scenario->platform_place.file, scenario->file) != 0;
    char *folder = platforms_folder(data_directory);
    scenario->platform_file = try_path(bh_path_beside(from_command_line ? "" : scenario->file, file), &tried);
    if (scenario->platform_file == NULL && file[0] != '/')
        scenario->platform_file = try_path(bh_print_text("%s/%s", folder, file), &tried);
    if (scenario->platform_file == NULL)
        bh_node_fail(node, err,
                     "found `%s`, which cannot be read; expected a SimGrid platform (.xml) or a "
                     "parametric machine (.yaml); tried %s",
                     file, tried);
    free(folder);
    free(tried);
    return scenario->platform_file == NULL ? -1 : 0;
}

int bh_platform_resolve(struct bh_scenario *scenario, const char *data_directory, struct bh_error *err)
{
    const struct bh_node *map = bh_node_need(bh_document_root(scenario->document), "platform", err), *file, *nodes;
    if (map == NULL || bh_keys_check(map, &bh_platform_keys, err) != 0 ||
        (file = bh_node_need(map, "file", err)) == NULL || (nodes = bh_node_need(map, "nodes", err)) == NULL)
        return -1;
    scenario->nodes_place = bh_node_place(nodes);
    /* 2^40: beyond any machine, and low enough that node-seconds stay exact to parts in 1e-9. */
    if (bh_node_count_value(nodes, 1, (uint64_t)1 << 40, &scenario->platform_nodes, err) != 0)
        return -1;
    return find_platform(scenario, file, data_directory, err);
}

/* --- Workload ---------------------------------------------------------------------------------------------------- */

/* A count of nodes, or a share of the workload's nodes ("0.1 %"), rounded up. */
static int read_spares(struct bh_scenario *scenario, const struct bh_node *node, struct bh_error *err)
{
    if (node == NULL)
        return 0;
    double share = -1;
    if (bh_read_nodes(node, 0, &scenario->spares, &share, err) != 0)
        return -1;
    /* A share such as 0.1 % has no exact binary form: what lies within 1e-9 of a whole number is that number. */
    if (share >= 0)
        scenario->spares = (uint64_t)ceil(share * (double)scenario->platform_nodes * (1 - 1e-12) - 1e-9);
    return 0;
}

static int read_trust(struct bh_scenario *scenario, const struct bh_node *node, struct bh_error *err)
{
    if (node == NULL || bh_node_is(node, "none"))
        return 0;
    scenario->trust_place = bh_node_place(node);
    if (bh_node_quantity(node, BH_DIMENSION_PROBABILITY, &scenario->trust, err) != 0)
        return -1;
    if (scenario->trust <= 0.0)
        return bh_node_fail(
            node, err,
            "found 0; expected the share of runs that may end with a wrong result, above 0: what strikes "
            "during the last verification none finds");
    return 0;
}

/* Which failures spares stand in for: all, unless the scenario says less. */
static int read_spare_uses(struct bh_scenario *scenario, const struct bh_node *list, struct bh_error *err)
{
    for (int use = 0; use < BH_SPARE_USES; use++)
        scenario->spares_for[use] = list == NULL;
    if (list == NULL)
        return 0;
    if (bh_node_expect(list, BH_NODE_LIST, "spares-for (a list of node-loss and crash)", err) != 0)
        return -1;
    for (size_t i = 0; i < bh_node_count(list); i++) {
        int use = bh_node_choice(bh_node_item(list, i), bh_spare_use_names, "use of spares", err);
        if (use < 0)
            return -1;
        scenario->spares_for[use] = true;
    }
    if (!scenario->spares_for[BH_SPARES_FOR_NODE_LOSS])
        return bh_node_fail(list, err,
                            "found no `node-loss`; expected it, alone or with `crash`: a spare that stands in for a "
                            "node that reboots does so for one that is gone");
    return 0;
}

static int fail_endless(const struct bh_node *node, double found_s, struct bh_error *err)
{
    char found[64], most[64];
    return bh_node_fail(node, err, "found %s; expected at most %s, beyond which simulated time has no fine steps",
                        bh_quantity_print(found_s, BH_DIMENSION_TIME, found, sizeof found),
                        bh_quantity_print(BH_HORIZON_MOST_S, BH_DIMENSION_TIME, most, sizeof most));
}

int bh_workload_resolve(struct bh_scenario *scenario, struct bh_error *err)
{
    const struct bh_node *map = bh_node_need(bh_document_root(scenario->document), "workload", err), *work;
    if (map == NULL || bh_keys_check(map, &bh_workload_keys, err) != 0 ||
        (work = bh_node_need(map, "work", err)) == NULL ||
        bh_node_quantity(work, BH_DIMENSION_TIME, &scenario->work_s, err) != 0)
        return -1;
    char text[64], other[64];
    if (scenario->work_s <= 0)
        return bh_node_fail(work, err, "found 0; expected a time above 0");
    if (scenario->work_s > BH_HORIZON_MOST_S)
        return fail_endless(work, scenario->work_s, err);
    scenario->horizon_s = fmin(60 * scenario->work_s, BH_HORIZON_MOST_S);
    if (bh_optional_quantity(map, "horizon", BH_DIMENSION_TIME, &scenario->horizon_s, err) != 0)
        return -1;
    if (scenario->horizon_s > BH_HORIZON_MOST_S)
        return fail_endless(bh_node_find(map, "horizon"), scenario->horizon_s, err);
    if (scenario->horizon_s < scenario->work_s)
        return bh_node_fail(
            bh_node_find(map, "horizon"), err, "found %s; expected at least workload.work, %s (line %u)",
            bh_quantity_print(scenario->horizon_s, BH_DIMENSION_TIME, text, sizeof text),
            bh_quantity_print(scenario->work_s, BH_DIMENSION_TIME, other, sizeof other), bh_node_place(work).line);
    if (read_trust(scenario, bh_node_find(map, "trust"), err) != 0 ||
        read_spares(scenario, bh_node_find(map, "spares"), err) != 0 ||
        read_spare_uses(scenario, bh_node_find(map, "spares-for"), err) != 0)
        return -1;
    const struct bh_node *placement = bh_node_find(map, "placement");
    if (placement != NULL) {
        int choice = bh_node_choice(placement, bh_placement_names, "placement", err);
        if (choice < 0)
            return -1;
        scenario->placement = (enum bh_placement)choice;
    }
    return bh_enclaves_resolve(scenario, map, err);
}

/* --- Checkpoints ------------------------------------------------------------------------------------------------- */

static int read_interval(const struct bh_scenario *scenario, struct bh_checkpoint_spec *checkpoint,
                         const struct bh_node *node, struct bh_error *err)
{
    const char *text = bh_node_text(node, err);
    if (text == NULL)
        return -1;
    bool is_number = strchr("+-.0123456789", text[0]) != NULL && text[0] != '\0';
    if (!is_number) {
        for (int rule = BH_INTERVAL_YOUNG; rule <= BH_INTERVAL_EXACT; rule++) {
            checkpoint->rule = (enum bh_interval_rule)rule;
            if (strcmp(text, bh_interval_rule_names[rule]) == 0)
                return 0;
        }
        const char *nearest = bh_nearest_name(text, bh_interval_rule_names + 1, BH_INTERVAL_EXACT);
        return bh_node_fail(node, err, "found `%.60s`; expected a time, young, daly or exact%s%s%s", text,
                            nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
    }
    checkpoint->rule = BH_INTERVAL_FIXED;
    if (bh_node_quantity(node, BH_DIMENSION_TIME, &checkpoint->interval_s, err) != 0)
        return -1;
    char found[64], work[64];
    if (checkpoint->interval_s <= 0 || checkpoint->interval_s > scenario->work_s)
        return bh_node_fail(node, err, "found %s; expected more than 0 and at most workload.work, %s",
                            bh_quantity_print(checkpoint->interval_s, BH_DIMENSION_TIME, found, sizeof found),
                            bh_quantity_print(scenario->work_s, BH_DIMENSION_TIME, work, sizeof work));
    return 0;
}

/* What is kept of each level unless the scenario says so (doc/model.md, Checkpoints). */
enum { KEEP = 3 };

static int read_level(struct bh_scenario *scenario, enum bh_level level, const struct bh_node *map,
                      struct bh_error *err)
{
    struct bh_checkpoint_spec *checkpoint = &scenario->checkpoint[level];
    checkpoint->place = bh_node_place(map);
    if (bh_node_is(map, "none") || bh_node_is(map, "no"))
        return 0;
    const struct bh_node *interval;
    if (bh_keys_check(map, &bh_level_keys, err) != 0 || (interval = bh_node_need(map, "interval", err)) == NULL ||
        read_interval(scenario, checkpoint, interval, err) != 0 ||
        bh_optional_quantity(map, "write", BH_DIMENSION_TIME, &checkpoint->write_s, err) != 0 ||
        bh_optional_quantity(map, "read", BH_DIMENSION_TIME, &checkpoint->read_s, err) != 0 ||
        bh_optional_count(map, "keep", 1, 1000, &checkpoint->keep, err) != 0)
        return -1;
    checkpoint->enabled = true;
    checkpoint->has_keep = bh_node_find(map, "keep") != NULL;
    return 0;
}

/* A node alone has no partner. */
static int check_partners(const struct bh_scenario *scenario, enum bh_level level, struct bh_error *err)
{
    const struct bh_checkpoint_spec *checkpoint = &scenario->checkpoint[level];
    bool asks = checkpoint->enabled && bh_level_goes_through(level, BH_THROUGH_PARTNER);
    for (size_t e = 0; asks && e < scenario->enclaves_count; e++) {
        const struct bh_enclave_spec *enclave = &scenario->enclaves[e];
        if (enclave->application->kind->keeps_checkpoints &&
            scenario->partitions.partition[enclave->partition].nodes < 2)
            return bh_fail_at(err, checkpoint->place,
                              "checkpoints.%s: found the enclave `%s` on one node; expected at least two, since each "
                              "node's partner is another node of its enclave",
                              bh_level_names[level], enclave->name);
    }
    return 0;
}

int bh_checkpoints_resolve(struct bh_scenario *scenario, struct bh_error *err)
{
    const struct bh_node *map = bh_node_find(bh_document_root(scenario->document), "checkpoints");
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        scenario->checkpoint[level].write_s = scenario->checkpoint[level].read_s = -1;
        scenario->checkpoint[level].keep = KEEP;
    }
    if (map == NULL || bh_node_is(map, "none"))
        return 0;
    if (bh_keys_check(map, &bh_checkpoints_keys, err) != 0)
        return -1;
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        const struct bh_node *node = bh_node_find(map, bh_level_names[level]);
        if (node != NULL && read_level(scenario, level, node, err) != 0)
            return -1;
    }
    for (enum bh_level level = 0; level < BH_LEVELS; level++)
        if (check_partners(scenario, level, err) != 0)
            return -1;
    if (bh_optional_bool(map, "staggered", &scenario->staggered, err) != 0)
        return -1;
    return bh_optional_bool(map, "final", &scenario->final_checkpoint, err);
}
