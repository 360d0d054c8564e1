/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* When an enclave's guards are on: a policy over time. A rule and what happens (compositions that begin and end, errors
 * that are seen) decide; switching takes time, and until it is done the guards are not yet on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum bh_protection_when {
    BH_PROTECT_ALWAYS,
    BH_PROTECT_NEVER,
    BH_PROTECT_COMPOSED, /* deferred: on when a composition begins, off when the last one ends */
    BH_PROTECT_DEGREE,   /* on from start to end if the enclave's composition degree reaches a threshold, else off */
    BH_PROTECT_ERRORS,   /* adaptive: on when errors come more often than a threshold, off after a quiet time */
    BH_PROTECTION_WHENS
};
/* always never composed degree errors; NULL-terminated */
extern const char *const bh_protection_when_names[];

enum { BH_PROTECTION_ERRORS_MOST = 16 };

struct bh_protection_rule {
    enum bh_protection_when when;
    double degree;   /* degree: the least composition degree that is protected, in [0, 1] */
    unsigned errors; /* errors: as many within `within_s` switch protection on; 1 to BH_PROTECTION_ERRORS_MOST */
    double within_s;
    double quiet_s; /* errors: without an error for so long, protection is switched off */
};

/* `on` begins when switching on is done; switching off leaves the guards off from its start. */
enum bh_protection_phase {
    BH_PROTECTION_OFF,
    BH_PROTECTION_SWITCHING_ON,
    BH_PROTECTION_ON,
    BH_PROTECTION_SWITCHING_OFF
};

struct bh_protection {
    struct bh_protection_rule rule;
    double switch_s; /* time to switch on, and as long again to switch off */
    enum bh_protection_phase phase;
    double until_s;    /* end of the switching under way; INFINITY: none */
    bool is_wanted;    /* what the rule asks for now; acted upon when a switching under way is done */
    unsigned composed; /* compositions of the enclave that are on */
    double error_s[BH_PROTECTION_ERRORS_MOST]; /* ring of the last errors' times */
    unsigned long errors_seen;
    double since_s;           /* of the books below */
    double on_s, switching_s; /* time spent so far */
    unsigned long switches;
};

/* Whether the rule protects an enclave of that composition degree: from its threshold on, but for rounding. */
bool bh_protection_by_degree(const struct bh_protection_rule *rule, double degree);

/* The state at time 0 of an enclave whose long-run composition degree is `degree` and of whose compositions `composed`
 * are on: guards that the rule wants from the start are on from the start, without switching. */
struct bh_protection bh_protection_start(const struct bh_protection_rule *rule, double switch_s, double degree,
                                         unsigned composed);

/* What happens, in order of time. Each first carries the state to now_s, as bh_protection_advance does. */
void bh_protection_compose(struct bh_protection *protection, double now_s, bool begins);
void bh_protection_error(struct bh_protection *protection, double now_s);

/* When the state next changes of itself: the end of switching, or of the quiet time; INFINITY: not. */
double bh_protection_next_s(const struct bh_protection *protection);
/* Carries the state to now_s through the changes that are due by then. Returns whether guards went on or off, or a
 * switching began or ended. */
bool bh_protection_advance(struct bh_protection *protection, double now_s);

/* Whether guards stand in the way of a crossing now. */
static inline bool bh_protection_is_on(const struct bh_protection *protection)
{
    return protection->phase == BH_PROTECTION_ON;
}
/* Whether the enclave is held up by switching now. */
static inline bool bh_protection_is_switching(const struct bh_protection *protection)
{
    return protection->phase == BH_PROTECTION_SWITCHING_ON || protection->phase == BH_PROTECTION_SWITCHING_OFF;
}
