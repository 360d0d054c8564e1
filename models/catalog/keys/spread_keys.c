/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of what says how errors live, end and cross: zones, channels, and errors whatever zone they are in. */
#include "models/catalog/keys/spread_keys.h"

#include "models/catalog/mechanism.h"
#include "models/words/words.h"

/* --- Zones ----------------------------------------------------------------------------------------------------------- */

static const struct bh_key ending_rows[] = {
    {"lifetime", NULL, BH_NUMBER_ABOVE_0(TIME), "Mean time that an error lives."},
    {"masked", NULL, BH_NUMBER(PROBABILITY), "Share of errors that end without effect."},
    {"signalled", NULL, BH_NUMBER(PROBABILITY), "Share that is noticed: a crash, a trap, a hang."},
    {"silent", "0", BH_NUMBER(PROBABILITY), "Share that becomes wrong data; needed in guest-user, refused in kernels."},
    {"hang", NULL, BH_NUMBER(PROBABILITY), "Share of the signalled ones that wait for a watchdog."},
    {0},
};
const struct bh_keys bh_ending_keys = {"how errors end", "Masked, signalled and silent sum to 1.", ending_rows, NULL,
                                       0};
static const struct bh_key own_ending_rows[] = {
    {"lifetime", "inherited", BH_NUMBER_ABOVE_0(TIME), "Mean time that such an error lives."},
    {"masked", "inherited", BH_NUMBER(PROBABILITY), "Share that ends without effect; with the other shares, or none."},
    {"signalled", "inherited", BH_NUMBER(PROBABILITY), "Share that is noticed."},
    {"silent", "inherited", BH_NUMBER(PROBABILITY), "Share that becomes wrong data; refused in kernels."},
    {"hang", "inherited", BH_NUMBER(PROBABILITY), "Share of the signalled ones that wait for a watchdog."},
    {0},
};
const struct bh_keys bh_own_ending_keys = {"how errors of a kind end",
                                           "What is left out is as that of errors in instructions, then of hardware's.",
                                           own_ending_rows, NULL, 0};
static const struct bh_key zone_rows[] = {
    {"memory-weight", NULL, BH_NUMBER(FACTOR), "Its share of a node's memory, against those of other kinds."},
    {"cpu-weight", NULL, BH_NUMBER(FACTOR), "Its share of a node's CPU time, likewise."},
    {"residual", "0", BH_NUMBER(PROBABILITY),
     "That an error outlives a disposition smaller than the zone; of kernels, which alone go on."},
    {"data", NULL, BH_MAP(bh_ending_keys), "How errors in data end."},
    {"instruction", NULL, BH_MAP(bh_ending_keys), "How errors in instructions end."},
    {"operation", "as instruction", BH_MAP(bh_own_ending_keys), "Of these, such as change an operation (S1)."},
    {"flow", "as instruction", BH_MAP(bh_own_ending_keys), "Such as change the flow (S2)."},
    {"software-data", "as data", BH_MAP(bh_own_ending_keys), "How errors in data end that software's faults make."},
    {"software-instruction", "as instruction", BH_MAP(bh_own_ending_keys), "Likewise errors in instructions."},
    {"software-operation", "as software-instruction", BH_MAP(bh_own_ending_keys),
     "Of these, such as change an operation."},
    {"software-flow", "as software-instruction", BH_MAP(bh_own_ending_keys), "Such as change the flow."},
    {0},
};
const struct bh_keys bh_zone_keys = {"a kind of zone", "How errors land and end there.", zone_rows, NULL, 0};
static const struct bh_key zone_kind_rows[] = {
    {"host-kernel", NULL, BH_MAP(bh_zone_keys), "The host's kernel, or the hypervisor."},
    {"host-user", NULL, BH_MAP(bh_zone_keys), "Processes of the host, such as those that run guests."},
    {"guest-kernel", NULL, BH_MAP(bh_zone_keys), "Kernels of guests."},
    {"guest-user", NULL, BH_MAP(bh_zone_keys), "Processes of applications."},
    {0},
};
const struct bh_keys bh_zone_kind_keys = {"zones", "The kinds of zones.", zone_kind_rows, NULL, 0};

/* --- Channels -------------------------------------------------------------------------------------------------------- */

#define OF(name, usual, whose)                                                                                         \
    {                                                                                                                  \
        name, usual, BH_NUMBER(PROBABILITY), "Of " whose "."                                                           \
    }
static const struct bh_key probability_of_rows[] = {
    OF("hardware", "the channel's", "all errors that faults of hardware make"),
    OF("software", "the channel's", "all that faults of software make"),
    OF("data", "inherited", "errors in data; of software's only where nothing is said of those"),
    OF("instruction", "inherited", "errors in instructions, likewise"),
    OF("operation", "as instruction", "such as change an operation (S1)"),
    OF("flow", "as instruction", "such as change the flow (S2)"),
    OF("software-data", "as software", "errors in data that faults of software make"),
    OF("software-instruction", "as software", "likewise errors in instructions"),
    OF("software-operation", "as software-instruction", "such as change an operation"),
    OF("software-flow", "as software-instruction", "such as change the flow"),
    {0},
};
const struct bh_keys bh_probability_of_keys = {
    "probabilities by kind of error", "Where errors of a kind, or of a fault model, cross otherwise than others.",
    probability_of_rows, NULL, 0};
static const struct bh_key channel_rows[] = {
    {"description", NULL, BH_TEXT, "What it is, for people."},
    {"boundary", NULL, BH_CHOICE(bh_boundary_names), "What it crosses."},
    {"probability", NULL, BH_NUMBER(PROBABILITY), "That an error crosses before it ends, if alone and unguarded."},
    {"probability-of", "as probability", BH_MAP(bh_probability_of_keys), "That of errors of a kind or a fault model."},
    {"guarded", "yes", BH_YES_NO, "`no`: both sides share what it leads through, and no guard stands in between."},
    {"corrupts", "1", BH_NUMBER(PROBABILITY), "That what has crossed is an error in the zone that it comes to."},
    {"degrades", "0", BH_NUMBER(PROBABILITY), "That it leaves that zone degraded where it is no error; else nothing."},
    {0},
};
static const struct bh_key_rule channel_rules[] = {{BH_ONLY_WITH, "degrades", "corrupts", NULL}, {0}};
const struct bh_keys bh_channel_keys = {"a channel", "A mechanism by which errors cross.", channel_rows, channel_rules,
                                        0};

/* --- Errors ----------------------------------------------------------------------------------------------------------- */

static const struct bh_key error_rows[] = {
    {"mechanisms", NULL, BH_CHOICE(bh_mechanisms_all_words), "Of all systems: as they list them, ideal, or none."},
    {"again", NULL, BH_NUMBER(PROBABILITY),
     "Probability that an error enters a zone again that its copy there has left, by another way."},
    {"carries", NULL, BH_NUMBER(PROBABILITY), "Probability that wrong data is in what a partner takes in an exchange."},
    {"matters", NULL, BH_NUMBER(PROBABILITY),
     "Probability that wrong data that is left at the end makes the result wrong."},
    {"flow-share", "they are not told apart", BH_NUMBER(PROBABILITY),
     "Share of errors in instructions that change the flow (S2); the others change an operation (S1)."},
    {"software-flow-share", "as flow-share", BH_NUMBER(PROBABILITY), "Likewise of those that faults of software make."},
    {0},
};
const struct bh_keys bh_error_keys = {"errors", "What errors do whatever zone they are in.", error_rows, NULL, 0};
