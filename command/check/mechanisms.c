/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead check` says of mechanisms: by what less than a node is taken down, how surely, and where nothing does it. */
#include "command/check/parts.h"
#include "models/base/wrap.h"
#include "models/catalog/mechanism.h"
#include "models/catalog/system.h"
#include "models/node/node_model.h"
#include "models/node/zone_tree.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

/* A zone of a line of policies whose disposition is below the node. */
struct row {
    const struct bh_system *system;
    const char *zone;
    enum bh_scope takes;
    const struct bh_rung *rung; /* its first */
};
typedef void row_visit(void *context, const struct row *row);

static bool is_first_instance(const struct bh_zone_tree *tree, size_t z)
{
    for (size_t before = 0; before < z; before++)
        if (tree->zones[before].template == tree->zones[z].template)
            return false;
    return true;
}

/* The nodes of the first class stand for those of all: systems of enclaves' own are left out. */
static void go_through(const struct bh_scenario *scenario, size_t policy, row_visit *visit, void *context)
{
    struct bh_node_stack stack = bh_scenario_stack(scenario, policy, 0, false);
    struct bh_node_model *model = bh_scenario_model(scenario, &stack, 0, NULL);
    BH_BUG_ASSERT(model != NULL); /* resolving the scenario built it before */
    for (size_t z = 0; z < model->tree->zones_count; z++)
        if (model->ladder[z].count > 1 && is_first_instance(model->tree, z)) {
            struct row row = {stack.system, model->tree->zones[z].template->name, model->disposition[z],
                              &model->ladder[z].rung[0]};
            visit(context, &row);
        }
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
}

static bool is_ideal(const struct row *row)
{
    return row->system->mechanisms_rule == BH_MECHANISMS_IDEAL;
}

/* What was told of already is not told again. */
struct telling {
    FILE *stream;
    size_t count;
    char **told; /* owned */
};

/* Takes the text over. */
static bool is_told(struct telling *telling, char *text)
{
    for (size_t i = 0; i < telling->count; i++)
        if (strcmp(telling->told[i], text) == 0) {
            free(text);
            return true;
        }
    telling->told = bh_reallocate(telling->told, telling->count + 1, sizeof *telling->told);
    telling->told[telling->count++] = text;
    return false;
}

static void print_parts(const struct bh_mechanism *mechanism, FILE *stream)
{
    for (int part = 0; part < BH_MECHANISM_PARTS; part++)
        if (mechanism->part[part].is_there) {
            int used = fprintf(stream, "      %s: ", bh_mechanism_part_names[part]);
            bh_wrap_write(mechanism->part[part].by, BH_CHECK_WIDTH, used, stream);
        }
}

static void print_row(void *context, const struct row *row)
{
    struct telling *telling = context;
    FILE *stream = telling->stream;
    const char *system = row->system->name;
    char *way = bh_print_text("%s: %s -> %s", system, row->zone, bh_scope_names[row->takes]);
    enum bh_mechanism_part_name lacks = bh_mechanism_lacks(row->rung->mechanism);
    if (is_told(telling, way))
        return;
    if (is_ideal(row))
        fprintf(stream, "  %-36s always, at once and free\n", way);
    else if (row->rung->mechanism == NULL)
        fprintf(stream, "  %-36s fails upward: `%s` names no notice, stop and reclaim for it\n", way, system);
    else if (lacks < BH_MECHANISM_PARTS)
        fprintf(stream, "  %-36s fails upward: `%s` names no %s for it\n", way, system, bh_mechanism_part_names[lacks]);
    else
        fprintf(stream, "  %-36s %.4g %% in %.3g s, else what is around it goes\n", way, 100.0 * row->rung->holds,
                row->rung->time_s);
    if (row->rung->mechanism != NULL)
        print_parts(row->rung->mechanism, stream);
}

/* What restarts zones that are degraded, of each system once. */
static void print_restarts(const struct bh_system *system, struct telling *telling)
{
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_mechanism_part *part = bh_system_restart_alone(system, z);
        char *way = bh_print_text("%s: %s alone", system->name, system->zones[z].name);
        if (part == NULL) {
            free(way);
            continue;
        }
        if (is_told(telling, way))
            continue;
        fprintf(telling->stream,
                "  %-36s %.4g %% in %.3g s once it is noticed to be degraded, else the node goes\n      ", way,
                100.0 * bh_restart_alone_probability(system, part), bh_restart_alone_time_s(system, part));
        bh_wrap_write(part->by, BH_CHECK_WIDTH, 6, telling->stream);
    }
}

void bh_check_print_mechanisms(const struct bh_check *check, FILE *stream)
{
    struct telling telling = {.stream = stream};
    fputs("\nMechanisms: what takes down less than a node, and how often that succeeds\n", stream);
    for (size_t p = 0; p < check->scenario->policies_count; p++)
        go_through(check->scenario, p, print_row, &telling);
    for (size_t p = 0; p < check->scenario->policies_count; p++)
        print_restarts(check->scenario->policies[p].system, &telling);
    for (size_t i = 0; i < telling.count; i++)
        free(telling.told[i]);
    free(telling.told);
}

static void add_object(void *context, const struct row *row)
{
    const struct bh_mechanism *mechanism = row->rung->mechanism;
    json_t *by = json_object(), *lacking = json_array();
    for (int part = 0; part < BH_MECHANISM_PARTS; part++) {
        bool is_there = mechanism != NULL && mechanism->part[part].is_there;
        if (is_there)
            json_object_set_new(by, bh_mechanism_part_names[part], json_string(mechanism->part[part].by));
        else if (!is_ideal(row))
            json_array_append_new(lacking, json_string(bh_mechanism_part_names[part]));
    }
    json_array_append_new(context,
                          json_pack("{s:s, s:s, s:f, s:f, s:f, s:o, s:o}", "zone", row->zone, "takes",
                                    bh_scope_names[row->takes], "succeeds", row->rung->holds, "time_s",
                                    row->rung->time_s, "cost", mechanism != NULL ? bh_mechanism_cost(mechanism) : 0.0,
                                    "by", by, "missing", lacking));
}

json_t *bh_check_json_mechanisms(const struct bh_scenario *scenario, size_t policy)
{
    json_t *list = json_array();
    go_through(scenario, policy, add_object, list);
    const struct bh_system *system = scenario->policies[policy].system;
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_mechanism_part *part = bh_system_restart_alone(system, z);
        if (part != NULL)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:f, s:f, s:f, s:{s:s}, s:[]}", "zone", system->zones[z].name,
                                            "takes", "alone", "succeeds", bh_restart_alone_probability(system, part),
                                            "time_s", bh_restart_alone_time_s(system, part), "cost", part->cost.value,
                                            "by", "alone", part->by, "missing"));
    }
    return list;
}
