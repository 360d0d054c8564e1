/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Hands what `bulkhead contain` found to the figures: zones that are alike once, and the better answer to each row. */
#include "command/contain/figure.h"

#include "analysis/zones/containment_figure.h"
#include "command/contain/parts.h"
#include "command/figure_folder.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "sim/containment/raised.h"
#include "sim/containment/rare.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

/* --- Zones and channels --------------------------------------------------------------------------------------------- */

/* The zone of the picture that stands for each zone of the node, in a fresh array. */
static size_t *lump_zones(const struct bh_node_model *model, struct bh_picture_panel *panel)
{
    const struct bh_zone_tree *tree = model->tree;
    size_t *lump = bh_allocate(tree->zones_count, sizeof *lump), *first = bh_allocate(tree->zones_count, sizeof *first);
    panel->zones = bh_allocate(tree->zones_count, sizeof *panel->zones);
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        size_t known = 0;
        while (known < panel->zones_count && (tree->zones[first[known]].template != zone->template ||
                                              tree->zones[first[known]].enclave != zone->enclave))
            known++;
        lump[z] = known;
        if (known == panel->zones_count) {
            first[panel->zones_count++] = z;
            panel->zones[known] = (struct bh_picture_zone){.name = zone->template->name,
                                                           .kind = (unsigned)zone->kind,
                                                           .parent = zone->parent < 0 ? -1 : (int)lump[zone->parent],
                                                           .enclave = zone->enclave,
                                                           .takes = bh_scope_names[model->disposition[z]]};
        }
        panel->zones[known].count++;
    }
    free(first);
    return lump;
}

/* Channels between lumps; those of one type between the same two are alike. */
static void fill_channels(const struct bh_node_model *model, const size_t *lump, struct bh_picture_panel *panel)
{
    const struct bh_zone_tree *tree = model->tree;
    panel->channels = bh_allocate(tree->channels_count, sizeof *panel->channels);
    for (size_t c = 0; c < tree->channels_count; c++) {
        const struct bh_crossing *crossing = &model->crossings[c];
        const struct bh_channel_type *type = tree->channels[c].type;
        struct bh_picture_channel channel = {
            .from = lump[crossing->from],
            .to = lump[crossing->to],
            .type = type->name,
            .probability = crossing->probability[BH_DATA] * (1.0 - crossing->blocks),
            .guard = crossing->guard != NULL ? crossing->guard->name : NULL,
            .blocks = crossing->blocks,
            .bypasses = crossing->guard == NULL && model->guard[crossing->boundary] != NULL,
        };
        size_t known = 0;
        while (known < panel->channels_count &&
               (panel->channels[known].from != channel.from || panel->channels[known].to != channel.to ||
                strcmp(panel->channels[known].type, channel.type) != 0))
            known++;
        if (known == panel->channels_count)
            panel->channels[panel->channels_count++] = channel;
    }
}

/* What zones need that are drawn, each lump once. */
static void fill_needs(const struct bh_node_model *model, const size_t *lump, struct bh_picture_panel *panel)
{
    const struct bh_zone_tree *tree = model->tree;
    for (size_t z = 0; z < tree->zones_count; z++) {
        bool is_first = true;
        for (size_t y = 0; y < z; y++)
            is_first = is_first && lump[y] != lump[z];
        for (size_t n = 0; is_first && n < tree->zones[z].template->needs_count; n++) {
            const struct bh_zone_need *need = &tree->zones[z].template->needs[n];
            size_t needed = 0;
            while (tree->zones[needed].template_index != (size_t)need->zone)
                needed++;
            panel->needs = bh_reallocate(panel->needs, panel->needs_count + 1, sizeof *panel->needs);
            panel->needs[panel->needs_count++] =
                (struct bh_picture_need){lump[z], lump[needed], bh_need_names[need->what]};
        }
    }
}

/* --- Rows ------------------------------------------------------------------------------------------------------------- */

/* As the tables tell: what trials never met, and what a chain was not followed far enough to tell, is bounded. */
static struct bh_picture_cell *cells_of(const struct bh_containment *answer, uint64_t trials)
{
    struct bh_picture_cell *cells = bh_allocate(BH_SCOPES, sizeof *cells);
    for (int s = 0; s < BH_SCOPES; s++) {
        double value = answer->extent[s];
        cells[s].probability = value;
        if (trials > 0 && value == 0.0)
            cells[s] = (struct bh_picture_cell){3.0 / (double)trials, true};
        else if (trials == 0 && value > 0.0 && value < BH_CONTAIN_RESOLVED * answer->unresolved)
            cells[s] = (struct bh_picture_cell){value + answer->unresolved, true};
    }
    return cells;
}

/* Names of kinds of error, short; those of bugs that strike the host's kernel too; those that hardware detects. */
enum { PLAIN, BOTH, DETECTED, WAYS };
static const char *const kinds[BH_ERROR_KINDS][WAYS] = {{"data", "data+host", "data, det."},
                                                        {"instr.", "instr.+host", "instr., det."},
                                                        {"oper.", "oper.+host", "oper., det."},
                                                        {"flow", "flow+host", "flow, det."},
                                                        {"data, soft.", "data, soft.+host", "data, soft., det."},
                                                        {"instr., soft.", "instr., soft.+host", "instr., soft., det."},
                                                        {"oper., soft.", "oper., soft.+host", "oper., soft., det."},
                                                        {"flow, soft.", "flow, soft.+host", "flow, soft., det."}};

static unsigned way_of(const struct bh_origin *origin)
{
    return origin->ending == BH_ENDING_SIGNALLED_AT_ONCE ? DETECTED : origin->also_host_kernel ? BOTH : PLAIN;
}

static void fill_rows(const struct bh_contain_policy *policy, uint64_t trials, const size_t *lump,
                      struct bh_picture_panel *panel)
{
    panel->rows = bh_allocate(policy->origins.count + 1, sizeof *panel->rows);
    for (size_t i = 0; i < policy->origins.count; i++) {
        const struct bh_origin *origin = &policy->origins.entry[i].origin;
        const struct bh_contain_row *row = &policy->rows[i];
        panel->rows[panel->rows_count++] = (struct bh_picture_row){
            .zone = lump[origin->zone],
            .kind = kinds[origin->kind][way_of(origin)],
            .order = (unsigned)origin->kind + BH_ERROR_KINDS * way_of(origin),
            .is_simulated = !row->has_exact,
            .extent = cells_of(bh_contain_row_answer(row), row->has_exact ? 0 : trials),
        };
    }
    if (bh_contain_has_rates(policy)) {
        /* A mix of rows that trials never met is no more likely than the least known of them. */
        bool is_simulated = policy->exact_count < policy->origins.count;
        panel->rows[panel->rows_count++] =
            (struct bh_picture_row){.zone = panel->zones_count,
                                    .kind = "all, by rates",
                                    .is_simulated = is_simulated,
                                    .extent = cells_of(bh_contain_mix_answer(policy), is_simulated ? trials : 0)};
    }
}

static void fill_panel(const struct bh_contain_policy *policy, uint64_t trials, struct bh_picture_panel *panel)
{
    panel->name = policy->spec->name;
    panel->policy = policy->stack.policy->name;
    panel->system = policy->stack.system->name;
    size_t *lump = lump_zones(policy->model, panel);
    fill_channels(policy->model, lump, panel);
    fill_needs(policy->model, lump, panel);
    fill_rows(policy, trials, lump, panel);
    free(lump);
}

/* What guards that raise a ratio do, each once. */
static void fill_notes(const struct bh_contain_raises *raises, struct bh_picture *picture)
{
    picture->notes = bh_allocate(raises->count + 1, sizeof *picture->notes);
    for (size_t i = 0; i < raises->count; i++) {
        char *text = bh_contain_raise_text(&raises->raise[i]);
        bool is_new = true;
        for (size_t n = 0; n < picture->notes_count; n++)
            is_new = is_new && strcmp(picture->notes[n], text) != 0;
        if (is_new)
            picture->notes[picture->notes_count++] = text;
        else
            free(text);
    }
}

int bh_contain_draw(const struct bh_contain *contain, const char *folder, struct bh_error *err)
{
    const struct bh_scenario *scenario = contain->scenario;
    size_t tenants = scenario->partitions.class[contain->class].tenants_count;
    struct bh_picture picture = {
        .scenario = scenario->name,
        .title = scenario->title != NULL ? scenario->title : scenario->name,
        .reproduces_input = scenario->reproduces_input,
        .scopes_count = BH_SCOPES,
        .scope_names = bh_scope_names,
        .enclaves_count = tenants,
        .enclave_names = bh_allocate(tenants, sizeof *picture.enclave_names),
        .panels_count = contain->policies_count,
        .panels = bh_allocate(contain->policies_count, sizeof *picture.panels),
    };
    for (size_t t = 0; t < tenants; t++)
        picture.enclave_names[t] = bh_contain_enclave(contain, (int)t)->name;
    for (size_t p = 0; p < contain->policies_count; p++)
        fill_panel(&contain->policies[p], contain->wish.trials.trials, &picture.panels[p]);
    fill_notes(contain->raises, &picture);
    int status = bh_figure_folder_make(folder, err);
    if (status == 0)
        status = bh_containment_figure_write(&picture, folder, true, stderr, err);
    for (size_t p = 0; p < picture.panels_count; p++) {
        for (size_t r = 0; r < picture.panels[p].rows_count; r++)
            free(picture.panels[p].rows[r].extent);
        free(picture.panels[p].rows);
        free(picture.panels[p].zones);
        free(picture.panels[p].channels);
        free(picture.panels[p].needs);
    }
    for (size_t n = 0; n < picture.notes_count; n++)
        free(picture.notes[n]);
    free(picture.notes);
    free(picture.panels);
    free(picture.enclave_names);
    return status;
}
