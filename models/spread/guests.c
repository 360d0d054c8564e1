/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Guests that are alike: k of them that have come to different states in any order are one state, not k!. */
#include "models/spread/parts.h"

#include <stdlib.h>
#include <string.h>

/* --- Which guests are alike ----------------------------------------------------------------------------------------- */

/* While classes are found: guests with the same number are candidates; that of the origin is like no other. */
struct sorting {
    const struct bh_chain *chain;
    struct bh_chain_guest *guests; /* all of the tree */
    size_t *class_of;
};

bool bh_chain_have_same_numbers(const struct bh_node_model *model, size_t left, size_t right)
{
    bool same =
        model->residual[left] == model->residual[right] && model->disposition[left] == model->disposition[right];
    const struct bh_ladder *low = &model->ladder[left], *high = &model->ladder[right];
    same = same && low->count == high->count;
    for (size_t r = 0; same && r < low->count; r++)
        same = low->rung[r].holds == high->rung[r].holds;
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
        const struct bh_copy_ending *a = &model->ending[left][kind], *b = &model->ending[right][kind];
        same = same && a->rate == b->rate && a->masked == b->masked && a->signalled == b->signalled &&
               a->silent == b->silent;
    }
    return same;
}

static bool is_in_class(const struct sorting *sorting, size_t zone, size_t class)
{
    const struct bh_zone_tree *tree = sorting->chain->model->tree;
    int guest = tree->zones[zone].guest;
    return guest >= 0 && sorting->class_of[guest] == class;
}

static size_t local_of(const struct bh_chain_guest *guest, size_t zone)
{
    size_t local = 0;
    while (local < guest->zones_count && guest->zones[local] != zone)
        local++;
    return local;
}

static bool are_zones_alike(const struct bh_chain *chain, const struct bh_chain_guest *left,
                            const struct bh_chain_guest *right)
{
    const struct bh_node_model *model = chain->model;
    bool alike = left->zones_count == right->zones_count;
    for (size_t i = 0; alike && i < left->zones_count; i++) {
        const struct bh_zone *a = &model->tree->zones[left->zones[i]], *b = &model->tree->zones[right->zones[i]];
        size_t up_a = a->parent >= 0 ? local_of(left, (size_t)a->parent) : left->zones_count,
               up_b = b->parent >= 0 ? local_of(right, (size_t)b->parent) : right->zones_count;
        alike = a->template_index == b->template_index && a->kind == b->kind && a->enclave == b->enclave &&
                a->is_application == b->is_application && (a->process >= 0) == (b->process >= 0) && up_a == up_b &&
                (up_a < left->zones_count || a->parent == b->parent) &&
                bh_chain_have_same_numbers(model, left->zones[i], right->zones[i]);
    }
    return alike;
}

static void add_channel(struct bh_chain_guest *guest, size_t channel)
{
    guest->channels = bh_reallocate(guest->channels, guest->channels_count + 1, sizeof *guest->channels);
    guest->channels[guest->channels_count++] = channel;
}

/* Channels of a guest but for those to and from others of its class, in an order that guests alike share: by its zone,
 * outgoing ones before incoming ones. */
static void list_channels(const struct sorting *sorting, size_t g)
{
    const struct bh_zone_tree *tree = sorting->chain->model->tree;
    struct bh_chain_guest *guest = &sorting->guests[g];
    guest->channels_count = 0;
    for (size_t i = 0; i < guest->zones_count; i++) {
        size_t z = guest->zones[i];
        for (size_t c = tree->first_channel[z]; c < tree->first_channel[z + 1]; c++)
            if (local_of(guest, tree->channels[c].to) < guest->zones_count ||
                !is_in_class(sorting, tree->channels[c].to, sorting->class_of[g]))
                add_channel(guest, c);
        for (size_t c = 0; c < tree->channels_count; c++)
            if (tree->channels[c].to == z && !is_in_class(sorting, tree->channels[c].from, sorting->class_of[g]))
                add_channel(guest, c);
    }
}

static bool are_ends_alike(const struct bh_chain_guest *left, size_t a, const struct bh_chain_guest *right, size_t b)
{
    size_t local_a = local_of(left, a), local_b = local_of(right, b);
    return local_a == local_b && (local_a < left->zones_count || a == b);
}

bool bh_chain_crossings_are_alike(const struct bh_chain *chain, const struct bh_crossing *left,
                                  const struct bh_crossing *right)
{
    const enum bh_error_kind kinds[] = {chain->kind, bh_error_kind_crossed(chain->kind)};
    bool alike = left->blocks == right->blocks && left->detects == right->detects &&
                 left->boundary == right->boundary && left->corrupts == right->corrupts &&
                 left->degrades == right->degrades;
    for (size_t i = 0; alike && i < BH_COUNT(kinds); i++)
        alike = left->probability[kinds[i]] == right->probability[kinds[i]] && left->probability[kinds[i]] < 1.0;
    return alike;
}

static bool are_channels_alike(const struct bh_chain *chain, const struct bh_chain_guest *left,
                               const struct bh_chain_guest *right)
{
    const struct bh_node_model *model = chain->model;
    bool alike = left->channels_count == right->channels_count;
    for (size_t i = 0; alike && i < left->channels_count; i++) {
        const struct bh_crossing *a = &model->crossings[left->channels[i]], *b = &model->crossings[right->channels[i]];
        alike = bh_chain_crossings_are_alike(chain, a, b) && are_ends_alike(left, a->from, right, b->from) &&
                are_ends_alike(left, a->to, right, b->to);
    }
    return alike;
}

/* Channels from one guest to another, by zone; `list` may be NULL. */
static size_t list_between(const struct bh_zone_tree *tree, const struct bh_chain_guest *from,
                           const struct bh_chain_guest *to, size_t *list)
{
    size_t count = 0;
    for (size_t i = 0; i < from->zones_count; i++)
        for (size_t c = tree->first_channel[from->zones[i]]; c < tree->first_channel[from->zones[i] + 1]; c++)
            if (local_of(to, tree->channels[c].to) < to->zones_count) {
                if (list != NULL)
                    list[count] = c;
                count++;
            }
    return count;
}

/* Whether all ordered pairs of guests of a class are joined as the first two are. */
static bool are_pairs_alike(const struct bh_chain *chain, struct bh_chain_class *class)
{
    const struct bh_node_model *model = chain->model;
    size_t count = class->guests_count;
    class->pair_channels = list_between(model->tree, &class->guests[0], &class->guests[1], NULL);
    class->pair = bh_allocate(count * count * class->pair_channels + 1, sizeof *class->pair);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            if (i == j)
                continue;
            const struct bh_chain_guest *from = &class->guests[i], *to = &class->guests[j];
            size_t *list = &class->pair[(i * count + j) * class->pair_channels],
                   *first = &class->pair[class->pair_channels];
            if (list_between(model->tree, from, to, NULL) != class->pair_channels)
                return false;
            list_between(model->tree, from, to, list);
            for (size_t k = 0; k < class->pair_channels; k++)
                if (!bh_chain_crossings_are_alike(chain, &model->crossings[list[k]], &model->crossings[first[k]]) ||
                    local_of(from, model->crossings[list[k]].from) !=
                        local_of(&class->guests[0], model->crossings[first[k]].from) ||
                    local_of(to, model->crossings[list[k]].to) !=
                        local_of(&class->guests[1], model->crossings[first[k]].to))
                    return false;
        }
    return true;
}

/* Finds a guest that is not like the first of its class after all; SIZE_MAX: none. */
static size_t find_stranger(struct sorting *sorting, size_t guests)
{
    for (size_t g = 0; g < guests; g++)
        list_channels(sorting, g);
    for (size_t g = 0; g < guests; g++) {
        size_t first = sorting->class_of[g]; /* a class has the number of its first guest */
        if (first != g && !are_channels_alike(sorting->chain, &sorting->guests[first], &sorting->guests[g]))
            return g;
    }
    return SIZE_MAX;
}

static void sort_into_classes(struct sorting *sorting, size_t guests)
{
    const struct bh_chain *chain = sorting->chain;
    int origin = chain->model->tree->zones[chain->origin].guest;
    for (size_t g = 0; g < guests; g++) {
        size_t first = 0;
        while (first < g && (sorting->class_of[first] != first || (int)first == origin || (int)g == origin ||
                             !are_zones_alike(chain, &sorting->guests[first], &sorting->guests[g])))
            first++;
        sorting->class_of[g] = first;
    }
    for (size_t g = find_stranger(sorting, guests); g != SIZE_MAX; g = find_stranger(sorting, guests))
        sorting->class_of[g] = g;
}

static void free_guest(struct bh_chain_guest *guest)
{
    free(guest->zones);
    free(guest->channels);
}

static void free_class(struct bh_chain_class *class)
{
    for (size_t g = 0; g < class->guests_count; g++)
        free_guest(&class->guests[g]);
    free(class->guests);
    free(class->pair);
    free(class->views);
    free(class->order);
}

/* Takes the guests of a class over; those of a class of one, or of one whose pairs differ, are dropped. */
static void take_class(struct bh_chain *chain, struct sorting *sorting, size_t guests, size_t first)
{
    struct bh_chain_class class = {.guests = bh_allocate(guests, sizeof *class.guests)};
    for (size_t g = first; g < guests; g++)
        if (sorting->class_of[g] == first) {
            class.guests[class.guests_count++] = sorting->guests[g];
            sorting->guests[g] = (struct bh_chain_guest){0};
        }
    if (class.guests_count < 2 || !are_pairs_alike(chain, &class)) {
        free_class(&class);
        return;
    }
    class.view_bytes = 2 * class.guests[0].zones_count + (class.guests[0].channels_count + 7) / 8;
    class.views = bh_allocate(class.guests_count, class.view_bytes);
    class.order = bh_allocate(class.guests_count, sizeof *class.order);
    chain->classes = bh_reallocate(chain->classes, chain->classes_count + 1, sizeof *chain->classes);
    chain->classes[chain->classes_count++] = class;
}

void bh_chain_find_classes(struct bh_chain *chain)
{
    const struct bh_zone_tree *tree = chain->model->tree;
    size_t guests = tree->guests_count;
    struct sorting sorting = {.chain = chain,
                              .guests = bh_allocate(guests + 1, sizeof *sorting.guests),
                              .class_of = bh_allocate(guests + 1, sizeof *sorting.class_of)};
    for (size_t g = 0; g < guests; g++)
        sorting.guests[g].zones = bh_allocate(tree->zones_count, sizeof(size_t));
    for (size_t z = 0; z < tree->zones_count; z++)
        if (tree->zones[z].guest >= 0) {
            struct bh_chain_guest *guest = &sorting.guests[tree->zones[z].guest];
            guest->zones[guest->zones_count++] = z;
        }
    sort_into_classes(&sorting, guests);
    for (size_t g = 0; g < guests; g++)
        if (sorting.class_of[g] == g)
            take_class(chain, &sorting, guests, g);
    for (size_t g = 0; g < guests; g++)
        free_guest(&sorting.guests[g]);
    free(sorting.guests);
    free(sorting.class_of);
}

void bh_chain_free_classes(struct bh_chain *chain)
{
    for (size_t i = 0; i < chain->classes_count; i++)
        free_class(&chain->classes[i]);
    free(chain->classes);
}

/* --- Putting them in order ------------------------------------------------------------------------------------------ */

static bool is_used(const struct bh_chain_state *state, size_t channel)
{
    return (state->used[channel / 64] >> channel % 64) & 1;
}

/* What a state says of a guest: two bytes per zone, a bit per channel. What lies between two of its class is left out, so
 * that the order of equal views may hide that states come to the same; never the reverse. */
static void look(const struct bh_chain_state *state, const struct bh_chain_guest *guest, uint8_t *view)
{
    for (size_t i = 0; i < guest->zones_count; i++) {
        size_t z = guest->zones[i];
        view[2 * i] = (uint8_t)(bh_zone_set_has(&state->live, z) | bh_zone_set_has(&state->failed, z) << 1 |
                                bh_zone_set_has(&state->affected, z) << 2 |
                                bh_zone_set_has(&state->instruction, z) << 3 | (uint8_t)bh_chain_behind(state, z) << 4);
        view[2 * i + 1] = (uint8_t)(bh_zone_set_has(&state->past, z) | bh_zone_set_has(&state->degraded, z) << 1);
    }
    uint8_t *bits = view + 2 * guest->zones_count;
    memset(bits, 0, (guest->channels_count + 7) / 8);
    for (size_t i = 0; i < guest->channels_count; i++)
        bits[i / 8] |= (uint8_t)(is_used(state, guest->channels[i]) << i % 8);
}

static void put_zone(struct bh_zone_set *set, size_t zone, bool holds)
{
    bh_zone_set_remove(set, zone);
    if (holds)
        bh_zone_set_add(set, zone);
}

static void put_channel(struct bh_chain_state *state, size_t channel, bool used)
{
    uint64_t bit = UINT64_C(1) << channel % 64;
    state->used[channel / 64] &= ~bit;
    state->used[channel / 64] |= used ? bit : 0;
}

static void write_view(struct bh_chain_state *state, const struct bh_chain_guest *guest, const uint8_t *view)
{
    for (size_t i = 0; i < guest->zones_count; i++) {
        size_t z = guest->zones[i];
        put_zone(&state->live, z, view[2 * i] & 1);
        put_zone(&state->failed, z, view[2 * i] >> 1 & 1);
        put_zone(&state->affected, z, view[2 * i] >> 2 & 1);
        put_zone(&state->instruction, z, view[2 * i] >> 3 & 1);
        bh_chain_set_behind(state, z, view[2 * i] >> 4);
        put_zone(&state->past, z, view[2 * i + 1] & 1);
        put_zone(&state->degraded, z, view[2 * i + 1] >> 1 & 1);
    }
    const uint8_t *bits = view + 2 * guest->zones_count;
    for (size_t i = 0; i < guest->channels_count; i++)
        put_channel(state, guest->channels[i], bits[i / 8] >> i % 8 & 1);
}

/* The guest that stood at order[i] stands at i. */
static void move_pairs(const struct bh_chain_class *class, struct bh_chain_state *state)
{
    const struct bh_chain_state before = *state;
    size_t count = class->guests_count;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            for (size_t k = 0; k < class->pair_channels && i != j; k++)
                put_channel(
                    state, class->pair[(i * count + j) * class->pair_channels + k],
                    is_used(&before,
                            class->pair[(class->order[i] * count + class->order[j]) * class->pair_channels + k]));
}

static void sort_class(const struct bh_chain_class *class, struct bh_chain_state *state)
{
    size_t bytes = class->view_bytes;
    bool is_sorted = true;
    for (size_t g = 0; g < class->guests_count; g++) {
        look(state, &class->guests[g], &class->views[g * bytes]);
        class->order[g] = g;
        is_sorted =
            is_sorted && (g == 0 || memcmp(&class->views[(g - 1) * bytes], &class->views[g * bytes], bytes) <= 0);
    }
    if (is_sorted)
        return;
    for (size_t i = 1; i < class->guests_count; i++)
        for (size_t j = i; j > 0 && memcmp(&class->views[class->order[j - 1] * bytes],
                                           &class->views[class->order[j] * bytes], bytes) > 0;
             j--) {
            size_t before = class->order[j - 1];
            class->order[j - 1] = class->order[j];
            class->order[j] = before;
        }
    for (size_t g = 0; g < class->guests_count; g++)
        if (class->order[g] != g)
            write_view(state, &class->guests[g], &class->views[class->order[g] * bytes]);
    if (class->pair_channels > 0)
        move_pairs(class, state);
}

void bh_chain_sort_guests(const struct bh_chain *chain, struct bh_chain_state *state)
{
    for (size_t i = 0; i < chain->classes_count; i++)
        sort_class(&chain->classes[i], state);
}
