/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The jump chain behind models/spread/spread.h: its states, which of them come to the same, and what may happen next. */
#pragma once

#include "models/node/node_model.h"
#include "models/node/zone_set.h"
#include "models/spread/spread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Compared as bytes: no padding, unused bits zero. */
struct bh_chain_state {
    struct bh_zone_set live, failed, affected;
    struct bh_zone_set degraded;          /* left so by a channel, and not down since */
    struct bh_zone_set instruction;       /* live copies that are still instruction errors: origins only */
    struct bh_zone_set past;              /* where a copy has ended, unless the zone failed or is entered as if new */
    uint64_t used[BH_ZONE_SET_WORDS * 2]; /* attempts made, by channel: one each, whichever copy makes it */
    uint32_t beyond_node;
    uint16_t silent;
    uint16_t forced; /* enum bh_forced_ending of the origin's copy, until it has ended of itself once */
    /* Only where the chain tracks depth: by how many hops each live copy is behind the deepest there was, four bits
     * each, 0 where it no longer matters. What may happen depends on these differences, not on the depths. */
    uint64_t behind[BH_ZONE_SET_SIZE / 16];
    uint64_t deeper; /* not compared: 1 if the last step went deeper than any before */
};
enum { BH_CHAIN_CHANNELS_MOST = 64 * BH_ZONE_SET_WORDS * 2 };

static inline uint64_t bh_chain_behind(const struct bh_chain_state *state, size_t zone)
{
    return state->behind[zone / 16] >> zone % 16 * 4 & (BH_DEPTHS - 1);
}

/* More than BH_DEPTHS - 1 hops are not told apart. */
static inline void bh_chain_set_behind(struct bh_chain_state *state, size_t zone, uint64_t hops)
{
    hops = hops < BH_DEPTHS ? hops : BH_DEPTHS - 1;
    state->behind[zone / 16] &= ~((uint64_t)(BH_DEPTHS - 1) << zone % 16 * 4);
    state->behind[zone / 16] |= hops << zone % 16 * 4;
}

/* A process with the channels out of and into it, in an order that is the same for processes alike. */
struct bh_chain_seat {
    size_t zone;
    size_t channels_count;
    size_t *channels;
    bool is_first; /* of those that are alike */
};

/* A guest with its zones and the channels out of and into it, in an order that is the same for guests alike. */
struct bh_chain_guest {
    size_t zones_count, channels_count;
    size_t *zones;
    size_t *channels; /* but for those to and from others of its class */
};
/* Two guests or more, any two of which can change places; that of the origin is like no other. */
struct bh_chain_class {
    size_t guests_count;
    struct bh_chain_guest *guests;
    size_t pair_channels; /* from each guest to each other */
    size_t *pair;         /* those from guest i to j at [(i * guests_count + j) * pair_channels] */
    size_t view_bytes;    /* what a state says of a guest */
    uint8_t *views;       /* room, per guest */
    size_t *order;        /* likewise */
};

struct bh_chain {
    const struct bh_node_model *model;
    size_t origin;
    enum bh_error_kind kind; /* of the copies where it begins; elsewhere they are of the kind that it crosses as */
    bool tracks_depth;
    size_t key_size;             /* bytes of a state that tell it from others */
    uint64_t step_work;          /* zones and channels looked at for each state that may follow */
    struct bh_chain_seat *seats; /* the processes, those that are alike side by side; the origin is like no other */
    size_t seats_count;
    struct bh_chain_class *classes; /* of guests */
    size_t classes_count;
};

/* models/spread/guests.c: finds the classes; orders the guests of each by what a state says of them. */
void bh_chain_find_classes(struct bh_chain *chain);
void bh_chain_free_classes(struct bh_chain *chain);
void bh_chain_sort_guests(const struct bh_chain *chain, struct bh_chain_state *state);
/* Whether the chain's error crosses both alike, but for where they lead. Certain channels are tried in order, so that
 * no two of them are. */
bool bh_chain_crossings_are_alike(const struct bh_chain *chain, const struct bh_crossing *left,
                                  const struct bh_crossing *right);
/* Whether errors of two zones end alike, and take as much down. */
bool bh_chain_have_same_numbers(const struct bh_node_model *model, size_t left, size_t right);

/* A chain takes no longer than so much work, some seconds, however few its states; more if the caller allows for more
 * states than isolations do. */
#define BH_CHAIN_WORK_MOST       2e8
#define BH_CHAIN_WORK_OF_A_STATE 4e3
/* Fails with BH_ERROR_NUMERIC when `work` is more than that. */
int bh_chain_check_work(uint64_t work, size_t most_states, struct bh_error *err);

/* Fails with BH_ERROR_NUMERIC when the node has more channels than a state can hold. Free with bh_chain_free. */
int bh_chain_begin(struct bh_chain *chain, const struct bh_node_model *model, const struct bh_origin *origin,
                   bool tracks_depth, struct bh_error *err);
void bh_chain_free(struct bh_chain *chain);

struct bh_chain_state bh_chain_start(const struct bh_chain *chain, const struct bh_origin *origin);
/* Brings a state into the form that all states which come to the same share. */
void bh_chain_simplify(const struct bh_chain *chain, struct bh_chain_state *state);

/* A probability as a product, each factor of which may depend on one number of the model: slope is the derivative of
 * the factor's logarithm by that number. Numbers are counted as in bh_spread_number. */
enum { BH_BRANCH_FACTORS = 5 + BH_RUNGS };
struct bh_branch {
    double probability;
    size_t factors_count;
    struct bh_branch_factor {
        size_t number;
        double slope;
    } factor[BH_BRANCH_FACTORS];
};

/* Calls `visit` for every state that may follow, not yet simplified, with its probability, none of which is 0. Those of
 * the next event being number i, rate_i / sum of rates, have the slopes of rate_i alone in their factors. Returns the
 * sum of rates; INFINITY when a certain channel or a signal at once comes first. */
typedef void bh_chain_visit(void *context, const struct bh_chain_state *next, const struct bh_branch *branch);
double bh_chain_step(const struct bh_chain *chain, const struct bh_chain_state *state, bh_chain_visit *visit,
                     void *context);
/* Adds to `slope`, indexed by number, `factor` times the derivatives of that sum of rates. */
void bh_chain_add_rate_slopes(const struct bh_chain *chain, const struct bh_chain_state *state, double factor,
                              double *slope);
