/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads which enclaves are composed, when, and over what. */
#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/base/random.h"
#include "models/catalog/catalog.h"
#include "models/catalog/system.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/policy/composition.h"
#include "sim/scenario/composition.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <stdlib.h>
#include <string.h>

/* --- When ---------------------------------------------------------------------------------------------------------- */

static int read_window(const struct bh_scenario *scenario, const struct bh_node *node, double after_s,
                       struct bh_composition_window *window, struct bh_error *err)
{
    if (bh_node_expect(node, BH_NODE_LIST, "a window", err) != 0)
        return -1;
    if (bh_node_count(node) != 2)
        return bh_node_fail(node, err, "found %zu times; expected two, as in [1 h, 2 h]", bh_node_count(node));
    if (bh_node_quantity(bh_node_item(node, 0), BH_DIMENSION_TIME, &window->from_s, err) != 0 ||
        bh_node_quantity(bh_node_item(node, 1), BH_DIMENSION_TIME, &window->until_s, err) != 0)
        return -1;
    char found[64], least[64];
    if (window->from_s < after_s || window->until_s <= window->from_s)
        return bh_node_fail(node, err,
                            "found a window from %s; expected windows that end after they begin, each after the end of "
                            "the one before, %s",
                            bh_quantity_print(window->from_s, BH_DIMENSION_TIME, found, sizeof found),
                            bh_quantity_print(after_s, BH_DIMENSION_TIME, least, sizeof least));
    if (window->from_s >= scenario->horizon_s)
        return bh_node_fail(node, err, "found a window from %s; expected one that begins before workload.horizon, %s",
                            bh_quantity_print(window->from_s, BH_DIMENSION_TIME, found, sizeof found),
                            bh_quantity_print(scenario->horizon_s, BH_DIMENSION_TIME, least, sizeof least));
    return 0;
}

static int read_windows(const struct bh_scenario *scenario, const struct bh_node *list, struct bh_composition_law *law,
                        struct bh_error *err)
{
    if (bh_node_expect(list, BH_NODE_LIST, "windows", err) != 0)
        return -1;
    law->rule = BH_COMPOSED_IN_WINDOWS;
    struct bh_composition_window *windows = bh_allocate(bh_node_count(list) + 1, sizeof *windows);
    law->windows = windows;
    for (size_t w = 0; w < bh_node_count(list); w++) {
        /* Windows that touch are one. */
        double after_s = w > 0 ? windows[w - 1].until_s : 0.0;
        if (read_window(scenario, bh_node_item(list, w), after_s, &windows[w], err) != 0)
            return -1;
        if (w > 0 && windows[w].from_s == after_s)
            return bh_node_fail(bh_node_item(list, w), err,
                                "the window begins where the one before ends; expected one window in place of the two");
    }
    law->windows_count = bh_node_count(list);
    return 0;
}

/* Degrees 0 and 1 are never and always. */
static int read_random(const struct bh_node *map, const struct bh_node *degree, struct bh_composition_law *law,
                       struct bh_error *err)
{
    const struct bh_node *mean_on = bh_node_find(map, "mean-on");
    if (bh_keys_check(map, &bh_composed_degree_keys, err) != 0 ||
        bh_node_quantity(degree, BH_DIMENSION_PROBABILITY, &law->degree, err) != 0 ||
        bh_node_quantity(mean_on, BH_DIMENSION_TIME, &law->mean_on_s, err) != 0)
        return -1;
    if (law->mean_on_s < 1.0)
        return bh_node_fail(mean_on, err, "found less than 1 s; expected compositions that last longer");
    law->rule = law->degree <= 0.0   ? BH_COMPOSED_NEVER
                : law->degree >= 1.0 ? BH_COMPOSED_ALWAYS
                                     : BH_COMPOSED_AT_RANDOM;
    return 0;
}

static int read_when(const struct bh_scenario *scenario, const struct bh_node *node, struct bh_composition_law *law,
                     struct bh_error *err)
{
    if (bh_node_kind(node) != BH_NODE_MAP) {
        int word = bh_node_choice(node, bh_composed_when_names, "when", err);
        law->rule = word == 1 ? BH_COMPOSED_ALWAYS : BH_COMPOSED_NEVER;
        return word < 0 ? -1 : 0;
    }
    const struct bh_node *degree = bh_node_find(node, "degree"), *windows = bh_node_find(node, "windows");
    if (degree != NULL)
        return read_random(node, degree, law, err);
    if (windows == NULL)
        return bh_node_fail(node, err,
                            "found neither windows nor degree; expected never, always, {windows: [[1 h, 2 h]]} or "
                            "{degree: 0.3, mean-on: 10 min}");
    return bh_keys_check(node, &bh_composed_windows_keys, err) != 0 ? -1 : read_windows(scenario, windows, law, err);
}

/* --- Between whom -------------------------------------------------------------------------------------------------- */

/* What a name in `between` stands for: the enclaves of an entry, or one enclave. */
struct side {
    size_t first, count;
    const struct bh_node *node;
};

static int find_side(const struct bh_scenario *scenario, const struct bh_node *node, struct side *side,
                     struct bh_error *err)
{
    const char *text = bh_node_text(node, err);
    if (text == NULL)
        return -1;
    side->node = node;
    side->count = 1;
    for (side->first = 0; side->first < scenario->enclaves_count; side->first++)
        if (strcmp(scenario->enclaves[side->first].name, text) == 0)
            return 0;
    const char **names = bh_allocate(scenario->entries_count + 1, sizeof *names);
    for (size_t i = 0; i < scenario->entries_count; i++)
        names[i] = scenario->entries[i].name;
    int choice = bh_node_choice(node, names, "enclave", err);
    free(names);
    if (choice < 0)
        return -1;
    side->first = scenario->entries[choice].first_enclave;
    side->count = scenario->entries[choice].count;
    return 0;
}

static int compare_members(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    return a < b ? -1 : a > b;
}

/* Takes the list of members over. */
static int add_composed(struct bh_scenario *scenario, size_t spec, size_t *member, size_t members,
                        const struct bh_node *node, struct bh_error *err)
{
    struct bh_compositions *compositions = &scenario->compositions;
    struct bh_composition_spec *what = &compositions->specs[spec];
    uint64_t identity = bh_identity_join(bh_identity(what->name), what->count);
    qsort(member, members, sizeof *member, compare_members);
    compositions->composed =
        bh_reallocate(compositions->composed, compositions->count + 1, sizeof *compositions->composed);
    compositions->composed[compositions->count++] = (struct bh_composed){spec, identity, members, member};
    what->count++;
    for (size_t m = 1; m < members; m++) {
        const struct bh_enclave_spec *one = &scenario->enclaves[member[0]], *other = &scenario->enclaves[member[m]];
        if (member[m] == member[m - 1])
            return bh_node_fail(node, err, "found the enclave `%s` twice; expected different enclaves", other->name);
        if (what->over == BH_OVER_SHARED_MEMORY && one->partition != other->partition)
            return bh_node_fail(node, err,
                                "`%s` and `%s` stand on different nodes, which share no memory; expected enclaves on "
                                "the same nodes (shares-with), or `over: network`",
                                one->name, other->name);
    }
    return 0;
}

/* Number n of each side that has a count, with all sides that have none. */
static int compose_by_number(struct bh_scenario *scenario, size_t spec, const struct side *sides, size_t sides_count,
                             const struct bh_node *node, struct bh_error *err)
{
    size_t count = 1;
    const struct side *counted = NULL;
    for (size_t i = 0; i < sides_count; i++) {
        if (sides[i].count == 1)
            continue;
        if (counted != NULL && counted->count != sides[i].count)
            return bh_node_fail(sides[i].node, err,
                                "`%s` is %zu enclaves and `%s` %zu; expected equal counts, since those of the same "
                                "number are composed",
                                bh_node_text(counted->node, NULL), counted->count, bh_node_text(sides[i].node, NULL),
                                sides[i].count);
        counted = &sides[i];
        count = counted->count;
    }
    for (size_t n = 0; n < count; n++) {
        size_t *member = bh_allocate(sides_count, sizeof *member);
        for (size_t i = 0; i < sides_count; i++)
            member[i] = sides[i].first + (sides[i].count > 1 ? n : 0);
        if (add_composed(scenario, spec, member, sides_count, node, err) != 0)
            return -1;
    }
    return 0;
}

/* Two and two of one entry. At random: shuffled by keyed draws (Fisher and Yates), alike in all replicas. */
static int compose_pairs(struct bh_scenario *scenario, size_t spec, const struct side *side, bool is_random,
                         struct bh_error *err)
{
    struct bh_random random = {.seed = scenario->seed};
    uint64_t key = bh_identity_join(bh_identity(scenario->compositions.specs[spec].name), bh_identity("pairing"));
    size_t *order = bh_allocate(side->count, sizeof *order);
    int status = 0;
    for (size_t i = 0; i < side->count; i++)
        order[i] = side->first + i;
    for (size_t i = side->count; is_random && i-- > 1;) {
        double u = bh_random_uniform(&random, BH_PURPOSE_COMPOSITION, key, 2, i);
        size_t j = (size_t)(u * (double)(i + 1)), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
    for (size_t i = 0; i + 1 < side->count && status == 0; i += 2) {
        size_t *member = bh_allocate(2, sizeof *member);
        member[0] = order[i];
        member[1] = order[i + 1];
        status = add_composed(scenario, spec, member, 2, side->node, err);
    }
    free(order);
    return status;
}

static int read_between(struct bh_scenario *scenario, size_t spec, const struct bh_node *map, struct bh_error *err)
{
    const struct bh_node *between = bh_node_need(map, "between", err), *pairing = bh_node_find(map, "pairing");
    if (between == NULL || bh_node_expect(between, BH_NODE_LIST, "between", err) != 0)
        return -1;
    size_t count = bh_node_count(between);
    int choice = pairing != NULL ? bh_node_choice(pairing, bh_pairing_names, "pairing", err) : 0, status = -1;
    struct side *sides = bh_allocate(count + 1, sizeof *sides);
    if (choice < 0)
        goto out;
    for (size_t i = 0; i < count; i++)
        if (find_side(scenario, bh_node_item(between, i), &sides[i], err) != 0)
            goto out;
    if (count == 1 && sides[0].count > 1) {
        status = pairing != NULL ? compose_pairs(scenario, spec, &sides[0], choice == 1, err)
                                 : bh_node_fail(between, err,
                                                "found one entry of %zu enclaves; expected `pairing`, neighbours or "
                                                "random, to say who of them are composed",
                                                sides[0].count);
    } else if (count < 2)
        bh_node_fail(between, err, "found %zu enclave%s; expected two or more", count, count == 1 ? "" : "s");
    else if (pairing != NULL)
        bh_node_fail(pairing, err, "pairing is for one entry of many enclaves; found %zu names in between", count);
    else
        status = compose_by_number(scenario, spec, sides, count, between, err);
out:
    free(sides);
    return status;
}

/* --- One entry ----------------------------------------------------------------------------------------------------- */

static int read_exchange(struct bh_composition_spec *spec, const struct bh_node *map, struct bh_error *err)
{
    const struct bh_node *volume = bh_node_find(map, "volume"), *period = bh_node_find(map, "period");
    if (volume == NULL && period == NULL)
        return 0;
    if (spec->over == BH_OVER_SHARED_MEMORY)
        return bh_node_fail(volume != NULL ? volume : period, err,
                            "a composition over shared memory sends nothing: what copies cost is the guards' affair; "
                            "expected no such key");
    if (volume == NULL || period == NULL)
        return bh_node_fail(map, err, "found one of volume and period; expected both or none");
    if (bh_node_quantity(volume, BH_DIMENSION_BYTES, &spec->volume_bytes, err) != 0 ||
        bh_node_quantity(period, BH_DIMENSION_TIME, &spec->period_s, err) != 0)
        return -1;
    if (spec->period_s < 1.0)
        return bh_node_fail(period, err,
                            "found less than 1 s; expected a longer period: an application's own messages "
                            "are part of its profile");
    return 0;
}

static int find_channel(const struct bh_scenario *scenario, struct bh_composition_spec *spec, struct bh_error *err)
{
    const struct bh_catalog *catalog = scenario->catalog;
    const char *name = spec->over == BH_OVER_SHARED_MEMORY ? "shared-memory" : "message";
    for (size_t i = 0; i < catalog->channel_types_count; i++)
        if (strcmp(catalog->channel_types[i].name, name) == 0) {
            spec->channel = &catalog->channel_types[i];
            return 0;
        }
    return bh_fail_at(err, spec->place, "the catalog has no channel `%s`, by which errors cross a composition", name);
}

static int read_coupling(struct bh_composition_spec *spec, const struct bh_node *map, struct bh_error *err)
{
    const struct bh_node *coupling = bh_node_find(map, "coupling"), *restart = bh_node_find(map, "restart");
    int choice = coupling != NULL ? bh_node_choice(coupling, bh_coupling_names, "coupling", err) : 0;
    if (choice < 0)
        return -1;
    spec->is_tight = choice == 1;
    if (restart == NULL)
        return 0;
    if (!spec->is_tight)
        return bh_node_fail(restart, err,
                            "loose partners go on whatever becomes of each other; expected `coupling: tight`, or no "
                            "such key");
    choice = bh_node_choice(restart, bh_restart_names, "restart", err);
    spec->restart = choice >= 0 ? (enum bh_restart_rule)choice : BH_RESTART_BESIDE;
    return choice >= 0 ? 0 : -1;
}

static int read_composition(struct bh_scenario *scenario, const struct bh_node *map, struct bh_error *err)
{
    struct bh_compositions *compositions = &scenario->compositions;
    struct bh_composition_spec *spec = &compositions->specs[compositions->specs_count++];
    const struct bh_node *name, *over, *when;
    spec->first = compositions->count;
    if (bh_keys_check(map, &bh_composition_keys, err) != 0 || (name = bh_node_need(map, "name", err)) == NULL ||
        (spec->name = bh_node_text(name, err)) == NULL || (over = bh_node_need(map, "over", err)) == NULL ||
        (when = bh_node_need(map, "when", err)) == NULL)
        return -1;
    spec->place = bh_node_place(name);
    for (const struct bh_composition_spec *other = compositions->specs; other < spec; other++)
        if (strcmp(other->name, spec->name) == 0)
            return bh_node_fail(name, err, "the name `%s` is already that of the composition in line %u", spec->name,
                                other->place.line);
    int medium = bh_node_choice(over, bh_composition_media, "medium", err);
    if (medium < 0)
        return -1;
    spec->over = (enum bh_composition_medium)medium;
    return read_coupling(spec, map, err) != 0 || read_when(scenario, when, &spec->law, err) != 0 ||
                   read_exchange(spec, map, err) != 0 || find_channel(scenario, spec, err) != 0
               ? -1
               : read_between(scenario, compositions->specs_count - 1, map, err);
}

static void list_by_enclave(struct bh_compositions *compositions, size_t enclaves)
{
    size_t total = 0;
    for (size_t c = 0; c < compositions->count; c++)
        total += compositions->composed[c].members_count;
    compositions->first_of = bh_allocate(enclaves + 1, sizeof *compositions->first_of);
    compositions->of = bh_allocate(total + 1, sizeof *compositions->of);
    for (size_t c = 0; c < compositions->count; c++)
        for (size_t m = 0; m < compositions->composed[c].members_count; m++)
            compositions->first_of[compositions->composed[c].member[m] + 1]++;
    for (size_t e = 0; e < enclaves; e++)
        compositions->first_of[e + 1] += compositions->first_of[e];
    size_t *filled = bh_allocate(enclaves, sizeof *filled);
    for (size_t c = 0; c < compositions->count; c++)
        for (size_t m = 0; m < compositions->composed[c].members_count; m++) {
            size_t enclave = compositions->composed[c].member[m];
            compositions->of[compositions->first_of[enclave] + filled[enclave]++] = c;
        }
    free(filled);
}

int bh_compositions_resolve(struct bh_scenario *scenario, struct bh_error *err)
{
    const struct bh_node *list = bh_node_find(bh_document_root(scenario->document), "compositions");
    if (list == NULL)
        return 0;
    if (bh_node_expect(list, BH_NODE_LIST, "compositions", err) != 0)
        return -1;
    size_t count = bh_node_count(list);
    scenario->compositions.specs = bh_allocate(count + 1, sizeof *scenario->compositions.specs);
    for (size_t i = 0; i < count; i++)
        if (read_composition(scenario, bh_node_item(list, i), err) != 0)
            return -1;
    list_by_enclave(&scenario->compositions, scenario->enclaves_count);
    return 0;
}

int bh_acceptance_resolve(struct bh_scenario *scenario, struct bh_error *err)
{
    const struct bh_node *map = bh_node_find(bh_document_root(scenario->document), "acceptance"), *most, *within;
    if (map == NULL)
        return 0;
    if (bh_keys_check(map, &bh_acceptance_keys, err) != 0 || (most = bh_node_need(map, "lost-at-once", err)) == NULL ||
        (within = bh_node_need(map, "within", err)) == NULL ||
        bh_node_count_value(most, 0, 1000000, &scenario->acceptance.lost_at_once, err) != 0 ||
        bh_node_quantity(within, BH_DIMENSION_TIME, &scenario->acceptance.within_s, err) != 0)
        return -1;
    scenario->acceptance.is_given = true;
    return 0;
}
