/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a disposition below the node takes: that a zone's failure is noticed, that what is taken down is stopped, and that it
 * is cleaned up after. */
#pragma once

#include "models/base/error.h"
#include "models/catalog/parameter.h"
#include "models/document/keys.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_system;

/* One part: there, known to be missing, or not said. */
struct bh_mechanism_part {
    bool is_there;
    const char *by;      /* what does it; NULL unless it is there */
    const char *missing; /* why the system has none; NULL: nobody said so */
    struct bh_parameter probability, time_s;
    struct bh_parameter cost; /* slowdown of computing while a policy relies on it */
    struct bh_place place;
};

/* How a system takes down `scope`, a process or a guest, when `zone` has failed. */
struct bh_mechanism {
    int zone; /* index of a template */
    enum bh_scope scope;
    struct bh_mechanism_part part[BH_MECHANISM_PARTS];
    struct bh_place place;
};

/* Where a system has nothing to say, nothing below the node succeeds; BH_MECHANISMS_IDEAL: everything does, at once and free. */
enum bh_mechanisms_rule { BH_MECHANISMS_NONE, BH_MECHANISMS_IDEAL, BH_MECHANISMS_LISTED };
extern const char *const bh_mechanisms_words[];     /* none, ideal; NULL-terminated */
extern const char *const bh_mechanisms_all_words[]; /* none, ideal, listed: of all systems at once */

/* What files may say of a part, of a mechanism, and of all of a zone. */
extern const struct bh_keys bh_mechanism_part_keys, bh_mechanism_keys, bh_mechanisms_of_zone_keys;

/* What ends a guest or a process for a disposition of `scope` in a zone: the zone's own entry; for a zone inside a guest whose
 * guest is to go, that guest's kernel's; for a process of the host that runs no guest, that of the scope `process`. NULL: none is
 * listed. */
const struct bh_mechanism *bh_system_mechanism(const struct bh_system *system, size_t zone, enum bh_scope scope);

/* What restarts a zone on its own once it is noticed to be degraded; NULL: nothing does, or mechanisms do not count. */
const struct bh_mechanism_part *bh_system_restart_alone(const struct bh_system *system, size_t zone);
/* Probability that this succeeds, and how long what runs in the zone is paused: as it says, or 1 and 0 s where all are ideal. */
double bh_restart_alone_probability(const struct bh_system *system, const struct bh_mechanism_part *part);
double bh_restart_alone_time_s(const struct bh_system *system, const struct bh_mechanism_part *part);

/* The first part that is not there, BH_MECHANISM_PARTS if all are; `mechanism` may be NULL. */
enum bh_mechanism_part_name bh_mechanism_lacks(const struct bh_mechanism *mechanism);
/* Probability that all three succeed, 0 where one is not there; their times, and their costs, in sum. */
double bh_mechanism_probability(const struct bh_mechanism *mechanism);
double bh_mechanism_time_s(const struct bh_mechanism *mechanism);
double bh_mechanism_cost(const struct bh_mechanism *mechanism);
