/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What of a campaign is done, read from the records of its store, and what is still to do. */
#pragma once

#include "sim/campaign/campaign.h"
#include "sim/store/store.h"
#include "sim/store/store_view.h"
#include "sim/sweep/row_layout.h"
#include "sim/sweep/worker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_state {
    const struct bh_campaign *campaign;
    size_t policies;
    struct bh_layout layout[2]; /* of a point, by replica */
    uint8_t *point_done;        /* [point] */
    uint8_t *replica_done;      /* [point * campaign->replicas + replica] */
    size_t watched;             /* precision: place of the metric in a row */
    struct bh_values {
        uint64_t room; /* replicas */
        double *value; /* [replica * policies + policy] */
    } * values;        /* [point] */
    size_t failed;     /* units that failed and were not done since, among those visited */
    size_t strangers;  /* records of points that the campaign does not have */
    double spent_s;    /* by all workers */
    double spent_on;   /* predicted time of the same units */
};

void bh_state_create(struct bh_state *state, const struct bh_campaign *campaign);
void bh_state_release(struct bh_state *state);

/* A bh_record_visit whose context is the state. Records are taken for the points that their identity is of; those beyond
 * the replicas that the campaign asks for are left aside. One that is too short for its rows is an error. */
int bh_state_take(void *state, const struct bh_record_head *head, const void *payload, struct bh_error *err);

/* How many of a record's replicas are among those that the campaign asks for. */
uint64_t bh_state_clip(const struct bh_campaign *campaign, const struct bh_record_head *head);
/* How many replicas of a point are done, from the first without a gap. */
uint64_t bh_state_count(const struct bh_state *state, size_t point);
/* How many it needs: with precision the look at which it stops (*is_final), or the next to come. */
uint64_t bh_state_target(const struct bh_state *state, size_t point, bool *is_final);
/* Whether all of a unit is done. */
bool bh_state_is_done(const struct bh_state *state, struct bh_unit unit);
/* Predicted time of a unit. */
double bh_state_cost_s(const struct bh_state *state, struct bh_unit unit);
/* Units that the campaign has, as far as is known, and those that are done, with their predicted times. */
void bh_state_progress(const struct bh_state *state, size_t *units, size_t *done, double *cost_s, double *done_s);
/* No replicas of this point are needed any more: its values may go. */
void bh_state_forget(struct bh_state *state, size_t point);
