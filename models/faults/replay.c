/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Gives the classes of a catalog their records, and works out how often they strike. */
#include "models/faults/replay.h"

#include "models/base/nearest_name.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/document/document_get.h"
#include "models/times/exponential.h"

#include <math.h>
#include <stdlib.h>

const char *const bh_replay_nodes_names[] = {"as-recorded", "copies", "resampled", NULL};
const char *const bh_replay_start_names[] = {"begin", "random", "apart", NULL};

/* --- Who takes what ------------------------------------------------------------------------------------------------ */

static int fail_unknown_cause(const struct bh_replay *replay, const struct bh_node *item, const char *name,
                              struct bh_error *err)
{
    const struct bh_name_list *lists[] = {replay->recorded->cause_names, replay->recorded->detail_names};
    size_t count = 0;
    const char **names = bh_allocate(bh_name_list_count(lists[0]) + bh_name_list_count(lists[1]) + 1, sizeof *names);
    for (int l = 0; l < 2; l++)
        for (uint32_t n = 0; n < bh_name_list_count(lists[l]); n++)
            names[count++] = bh_name_list_text(lists[l], n);
    const char *nearest = bh_nearest_name(name, names, count);
    bh_node_fail(item, err, "found `%.60s`; expected a cause that the log names%s%s%s", name,
                 nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
    free(names);
    return -1;
}

static int take(struct bh_replay *replay, size_t *owner, size_t number, struct bh_place place, const char *what,
                struct bh_error *err)
{
    if (*owner != BH_NO_CLASS)
        return bh_fail_at(err, place, "faults.%s: found %s, which `%s` takes too; expected each record in one class",
                          replay->classes[number].class->name, what, replay->classes[*owner].class->name);
    *owner = number;
    return 0;
}

static int take_named(struct bh_replay *replay, size_t number, const struct bh_node *item, struct bh_error *err)
{
    const char *name = bh_node_text(item, err);
    if (name == NULL)
        return -1;
    uint32_t cause = bh_name_list_find(replay->recorded->cause_names, name),
             detail = bh_name_list_find(replay->recorded->detail_names, name);
    if (cause != BH_NO_NAME)
        return take(replay, &replay->by_cause[cause], number, bh_node_place(item), name, err);
    if (detail != BH_NO_NAME)
        return take(replay, &replay->by_detail[detail], number, bh_node_place(item), name, err);
    return fail_unknown_cause(replay, item, name, err);
}

static int find_classes(struct bh_replay *replay, struct bh_catalog *catalog, struct bh_error *err)
{
    size_t causes = bh_name_list_count(replay->recorded->cause_names),
           details = bh_name_list_count(replay->recorded->detail_names);
    replay->classes = bh_allocate(catalog->faults_count + 1, sizeof *replay->classes);
    replay->by_cause = bh_allocate(causes + 1, sizeof *replay->by_cause);
    replay->by_detail = bh_allocate(details + 1, sizeof *replay->by_detail);
    replay->rest = BH_NO_CLASS;
    for (size_t c = 0; c <= causes; c++)
        replay->by_cause[c] = BH_NO_CLASS;
    for (size_t d = 0; d <= details; d++)
        replay->by_detail[d] = BH_NO_CLASS;
    for (size_t f = 0; f < catalog->faults_count; f++) {
        struct bh_recorded_arrivals *arrivals = &catalog->faults[f].recorded;
        if (!arrivals->is_given)
            continue;
        arrivals->replay = replay;
        arrivals->number = replay->classes_count++;
        replay->classes[arrivals->number].class = &catalog->faults[f];
        if (arrivals->causes == NULL &&
            take(replay, &replay->rest, arrivals->number, arrivals->place, "all other records", err) != 0)
            return -1;
        for (size_t i = 0; arrivals->causes != NULL && i < bh_node_count(arrivals->causes); i++)
            if (take_named(replay, arrivals->number, bh_node_item(arrivals->causes, i), err) != 0)
                return -1;
    }
    return 0;
}

size_t bh_replay_class_of(const struct bh_replay *replay, const struct bh_record *record)
{
    if (record->detail != BH_NO_NAME && replay->by_detail[record->detail] != BH_NO_CLASS)
        return replay->by_detail[record->detail];
    if (record->cause != BH_NO_NAME && replay->by_cause[record->cause] != BH_NO_CLASS)
        return replay->by_cause[record->cause];
    return replay->rest;
}

double bh_replay_other_down_s(const struct bh_replay *replay, size_t number, double u)
{
    const struct bh_replay_class *class = &replay->classes[number];
    return class->downs_count > 0 ? class->down_s[(size_t)(u * (double)class->downs_count)] : 0.0;
}

/* --- How often ----------------------------------------------------------------------------------------------------- */

/* Records of a class that share a moment. */
struct moment {
    double at_s, nodes, expected; /* when, on how many nodes, and how many moments they count for so far */
    uint32_t last_node;
};

uint64_t bh_replay_copies(const struct bh_replay *replay)
{
    return (replay->manner.machine_nodes + replay->recorded->nodes - 1) / replay->recorded->nodes;
}

/* Moments at which a unit (a node, a copy, or the machine if all keep time together) is struck: resampled nodes each
 * follow one of those `nodes` with the share of these among the recorded ones. */
static void count_moment(const struct bh_replay *replay, struct moment *moment)
{
    double nodes = moment->nodes, recorded = (double)replay->recorded->nodes;
    if (replay->manner.nodes != BH_REPLAY_RESAMPLED)
        moment->expected += nodes > 0.0;
    else if (replay->manner.start == BH_REPLAY_APART)
        moment->expected += nodes / recorded;
    else
        moment->expected += -expm1((double)replay->manner.machine_nodes * log1p(-nodes / recorded));
    moment->nodes = 0.0;
}

static void fill_rates(struct bh_replay *replay, struct moment *moments)
{
    double length_s = replay->recorded->length_s, nodes = (double)replay->recorded->nodes,
           machine = (double)replay->manner.machine_nodes;
    bool is_apart = replay->manner.start == BH_REPLAY_APART;
    for (size_t c = 0; c < replay->classes_count; c++) {
        struct bh_replay_class *one = &replay->classes[c];
        struct bh_recorded_arrivals *arrivals = &one->class->recorded;
        count_moment(replay, &moments[c]);
        double sharers = replay->manner.nodes == BH_REPLAY_RESAMPLED ? (is_apart ? 1.0 : machine)
                         : is_apart                                  ? nodes
                                                                     : machine;
        double struck = replay->manner.nodes == BH_REPLAY_AS_RECORDED ? machine : nodes;
        one->class->rate.value = one->class->rate.low = one->class->rate.high =
            (double)one->records / (length_s * struck);
        one->class->rate.source = "records over node-time";
        one->class->arrival.distribution = bh_distribution_of(&bh_exponential, 1.0 / one->class->rate.value, 0.0);
        arrivals->event_rate = moments[c].expected / (length_s * sharers);
        arrivals->binds_nodes = !is_apart || replay->manner.nodes != BH_REPLAY_RESAMPLED;
    }
}

/* One pass over all records: what each class has, and when. */
static void count_records(struct bh_replay *replay)
{
    const struct bh_recorded_faults *recorded = replay->recorded;
    struct moment *moments = bh_allocate(replay->classes_count + 1, sizeof *moments);
    for (size_t i = 0; i < recorded->count; i++) {
        size_t number = bh_replay_class_of(replay, &recorded->record[i]);
        if (number == BH_NO_CLASS) {
            replay->unclaimed++;
            continue;
        }
        struct bh_replay_class *class = &replay->classes[number];
        struct moment *moment = &moments[number];
        if (class->records++ > 0 && recorded->record[i].at_s != moment->at_s)
            count_moment(replay, moment);
        moment->nodes += moment->nodes == 0.0 || recorded->record[i].node != moment->last_node;
        moment->at_s = recorded->record[i].at_s;
        moment->last_node = recorded->record[i].node;
        class->downs_count += isnan(recorded->record[i].down_s) ? 0 : 1;
    }
    fill_rates(replay, moments);
    free(moments);
}

static int keep_downs(struct bh_replay *replay, struct bh_error *err)
{
    const struct bh_recorded_faults *recorded = replay->recorded;
    for (size_t c = 0; c < replay->classes_count; c++) {
        struct bh_replay_class *one = &replay->classes[c];
        one->down_s = bh_allocate(one->downs_count + 1, sizeof *one->down_s);
        bool needs = one->class->mend == BH_MEND_REPAIR && one->class->repair.distribution.type == NULL;
        if (needs && one->records > 0 && one->downs_count == 0)
            return bh_fail_at(err, one->class->recorded.place,
                              "faults.%s: found no down time in its records; expected a `repair` of its own",
                              one->class->name);
        one->downs_count = 0;
    }
    for (size_t i = 0; i < recorded->count; i++) {
        size_t number = bh_replay_class_of(replay, &recorded->record[i]);
        if (number != BH_NO_CLASS && !isnan(recorded->record[i].down_s))
            replay->classes[number].down_s[replay->classes[number].downs_count++] = recorded->record[i].down_s;
    }
    return 0;
}

/* --- Starting apart ------------------------------------------------------------------------------------------------ */

static int by_gap(const void *left, const void *right)
{
    const struct bh_replay_gap *a = left, *b = right;
    if (a->gap_s != b->gap_s)
        return a->gap_s < b->gap_s ? -1 : 1;
    return a->record < b->record ? -1 : 1;
}

static void find_gaps(struct bh_replay *replay)
{
    const struct bh_recorded_faults *recorded = replay->recorded;
    bool of_node = replay->manner.nodes == BH_REPLAY_RESAMPLED;
    replay->gaps = bh_allocate(recorded->count, sizeof *replay->gaps);
    for (size_t i = 0; i < recorded->count; i++) {
        size_t next = of_node ? recorded->record[i].next : (i + 1) % recorded->count;
        replay->gaps[i] = (struct bh_replay_gap){bh_recorded_gap_s(recorded, i, next), 0.0, (uint32_t)next};
    }
    qsort(replay->gaps, recorded->count, sizeof *replay->gaps, by_gap);
    for (size_t i = 1; i < recorded->count; i++)
        replay->gaps[i].before_s = replay->gaps[i - 1].before_s + replay->gaps[i - 1].gap_s;
}

/* --- All together -------------------------------------------------------------------------------------------------- */

static int check_size(const struct bh_replay *replay, struct bh_place place, struct bh_error *err)
{
    const struct bh_replay_manner *manner = &replay->manner;
    if (manner->nodes != BH_REPLAY_RESAMPLED && manner->machine_nodes < replay->recorded->nodes)
        return bh_fail_at(err, place,
                          "faults.recorded.nodes: found a log of %llu nodes for a machine of %llu, spares included; "
                          "expected `nodes: resampled`, "
                          "a larger machine, or the `system` of the log that is meant",
                          (unsigned long long)replay->recorded->nodes, (unsigned long long)manner->machine_nodes);
    if (manner->nodes == BH_REPLAY_RESAMPLED && manner->machine_nodes > UINT32_MAX)
        return bh_fail_at(
            err, place,
            "faults.recorded.nodes: found a machine of %llu nodes; expected at most %u for `nodes: resampled`",
            (unsigned long long)manner->machine_nodes, UINT32_MAX);
    return 0;
}

struct bh_replay *bh_replay_create(const struct bh_recorded_faults *recorded, struct bh_replay_manner manner,
                                   struct bh_catalog *catalog, struct bh_place place, struct bh_error *err)
{
    struct bh_replay *replay = bh_allocate(1, sizeof *replay);
    replay->recorded = recorded;
    replay->manner = manner;
    if (check_size(replay, place, err) != 0 || find_classes(replay, catalog, err) != 0)
        goto fail;
    if (replay->classes_count == 0) {
        bh_fail_at(
            err, place,
            "faults.recorded: found no class of faults that replays the log; expected one with `arrival: recorded` "
            "under `define: faults:`");
        goto fail;
    }
    count_records(replay);
    if (keep_downs(replay, err) != 0)
        goto fail;
    if (manner.start == BH_REPLAY_APART)
        find_gaps(replay);
    return replay;
fail:
    bh_replay_destroy(replay);
    return NULL;
}

void bh_replay_destroy(struct bh_replay *replay)
{
    if (replay == NULL)
        return;
    for (size_t c = 0; replay->classes != NULL && c < replay->classes_count; c++)
        free(replay->classes[c].down_s);
    free(replay->classes);
    free(replay->by_cause);
    free(replay->by_detail);
    free(replay->gaps);
    free(replay);
}
