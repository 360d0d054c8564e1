/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is true of mechanisms. */
#include "models/catalog/mechanism.h"

#include "models/catalog/system.h"

const char *const bh_mechanisms_words[] = {"none", "ideal", NULL};
const char *const bh_mechanisms_all_words[] = {"none", "ideal", "listed", NULL};

static const struct bh_key mechanism_part_rows[] = {
    {"by", "", BH_TEXT, "What does it; needed where the part is there."},
    {"missing", "it is there", BH_TEXT,
     "Why the system has no such part: a policy that would need it is refused. What is merely left out fails upward."},
    {"probability", "", BH_NUMBER(PROBABILITY),
     "That it succeeds, if the parts before it did; needed where it is there."},
    {"time", "0 s", BH_NUMBER(TIME), "That it takes."},
    {"cost", "0", BH_NUMBER(FRACTION), "Slowdown of computing while a policy relies on it."},
    {0},
};
const struct bh_keys bh_mechanism_part_keys = {
    "a part of a mechanism", "What notices, stops or cleans up; or why nothing does.", mechanism_part_rows, NULL, 0};
static const struct bh_key mechanism_rows[] = {
    {"notice", "none", BH_MAP(bh_mechanism_part_keys), "That the zone has failed is noticed."},
    {"stop", "none", BH_MAP(bh_mechanism_part_keys), "What is taken down is stopped."},
    {"reclaim", "none", BH_MAP(bh_mechanism_part_keys),
     "What it held is taken back: memory, transfers of devices under way, locks."},
    {0},
};
const struct bh_keys bh_mechanism_keys = {"a mechanism", "How less than a node is taken down.", mechanism_rows, NULL,
                                          0};
static const struct bh_key mechanisms_of_zone_rows[] = {
    {"process", "none", BH_MAP(bh_mechanism_keys), "How a process is taken down when the zone has failed."},
    {"guest", "none", BH_MAP(bh_mechanism_keys), "How a guest is."},
    {"alone", "none", BH_MAP(bh_mechanism_part_keys),
     "What restarts it when it is noticed to be degraded: what runs in it is paused meanwhile, and nothing is lost."},
    {0},
};
const struct bh_keys bh_mechanisms_of_zone_keys = {
    "mechanisms of a zone", "By what is taken down when it has failed, or restarted while it is degraded.",
    mechanisms_of_zone_rows, NULL, 0};

static const struct bh_mechanism *find(const struct bh_system *system, size_t zone, enum bh_scope scope)
{
    for (size_t i = 0; i < system->mechanisms_count; i++)
        if (system->mechanisms[i].zone == (int)zone && system->mechanisms[i].scope == scope)
            return &system->mechanisms[i];
    return NULL;
}

static bool has_children(const struct bh_system *system, size_t zone)
{
    for (size_t z = 0; z < system->zones_count; z++)
        if (system->zones[z].parent == (int)zone)
            return true;
    return false;
}

const struct bh_mechanism *bh_system_mechanism(const struct bh_system *system, size_t zone, enum bh_scope scope)
{
    const struct bh_mechanism *own = find(system, zone, scope);
    const struct bh_zone_template *template = &system->zones[zone];
    bool is_process =
        (template->kind == BH_HOST_USER || template->kind == BH_GUEST_USER) && !has_children(system, zone);
    if (own != NULL || scope != BH_SCOPE_GUEST || !is_process)
        return own;
    for (int above = template->parent; above >= 0; above = system->zones[above].parent)
        if (system->zones[above].kind == BH_GUEST_KERNEL)
            return find(system, (size_t)above, scope);
    return find(system, zone, BH_SCOPE_PROCESS);
}

const struct bh_mechanism_part *bh_system_restart_alone(const struct bh_system *system, size_t zone)
{
    bool counts = system->alone != NULL && system->mechanisms_rule != BH_MECHANISMS_NONE;
    return counts && system->alone[zone].is_there ? &system->alone[zone] : NULL;
}

double bh_restart_alone_probability(const struct bh_system *system, const struct bh_mechanism_part *part)
{
    return system->mechanisms_rule == BH_MECHANISMS_IDEAL ? 1.0 : part->probability.value;
}

double bh_restart_alone_time_s(const struct bh_system *system, const struct bh_mechanism_part *part)
{
    return system->mechanisms_rule == BH_MECHANISMS_IDEAL ? 0.0 : part->time_s.value;
}

enum bh_mechanism_part_name bh_mechanism_lacks(const struct bh_mechanism *mechanism)
{
    int part = 0;
    while (mechanism != NULL && part < BH_MECHANISM_PARTS && mechanism->part[part].is_there)
        part++;
    return (enum bh_mechanism_part_name)part;
}

double bh_mechanism_probability(const struct bh_mechanism *mechanism)
{
    double probability = bh_mechanism_lacks(mechanism) == BH_MECHANISM_PARTS ? 1.0 : 0.0;
    for (int part = 0; probability > 0.0 && part < BH_MECHANISM_PARTS; part++)
        probability *= mechanism->part[part].probability.value;
    return probability;
}

double bh_mechanism_time_s(const struct bh_mechanism *mechanism)
{
    double time_s = 0.0;
    for (int part = 0; part < BH_MECHANISM_PARTS; part++)
        time_s += mechanism->part[part].is_there ? mechanism->part[part].time_s.value : 0.0;
    return time_s;
}

double bh_mechanism_cost(const struct bh_mechanism *mechanism)
{
    double cost = 0.0;
    for (int part = 0; part < BH_MECHANISM_PARTS; part++)
        cost += mechanism->part[part].is_there ? mechanism->part[part].cost.value : 0.0;
    return cost;
}
