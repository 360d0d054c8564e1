/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which policy to take: the best that is allowed, what cannot be told from it, and why others were excluded. */
#pragma once

#include "analysis/advice/comparison.h"
#include "analysis/advice/criterion.h"
#include "analysis/advice/decisive.h"
#include "analysis/advice/limit.h"
#include "analysis/advice/regret.h"
#include "analysis/advice/worlds.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_advice_request {
    size_t allow_count, needs_count, limits_count, where_count;
    const char *const
        *allow; /* "system=NAME", "policy=NAME" or a line of policies; several of a kind are alternatives */
    const char *const *needs;  /* words of what stacks offer: all are needed */
    const char *const *limits; /* see limit.h */
    const char *const *where;  /* see worlds.h */
    const char *minimize;      /* NULL: net overhead */
    const char *worlds;        /* axis of draws; NULL: the usual one */
    const char *enclave;       /* NULL: the primary */
    size_t looks;              /* at growing runs, this one among them; 0: one */
    double indifference;       /* so much more of the criterion does not matter; 0: all matters */
};

/* Why a policy is not among those that are compared. */
enum bh_exclusion {
    BH_COMPARED,
    BH_NOT_ALLOWED,
    BH_NOT_OFFERED,
    BH_LIMIT_NOT_MET,
    BH_LIMIT_UNKNOWN,
    BH_NOT_DONE,
    BH_NO_NUMBER
};

struct bh_advice_policy {
    enum bh_exclusion why;
    const char *lacks;          /* the first need that it does not meet; the request's */
    size_t limit;               /* the one that is not met, or not known to be */
    struct bh_estimate limited; /* what that limit is about */
    size_t not_done;            /* runs */
    struct bh_estimate value;   /* of the criterion; none where it is not a number */
    struct bh_standing standing;
    /* Against the best of those compared, paired: also of those excluded; NaN where it cannot be had. */
    struct bh_estimate difference;
};

struct bh_advice {
    const struct bh_view *view;
    struct bh_worlds worlds;
    size_t enclave;
    struct bh_criterion criterion;
    bool by_lost_time; /* net overhead was asked for, but no policy that may be compared finishes all its runs */
    size_t limits_count;
    struct bh_limit *limits;
    struct bh_advice_policy *policies;
    size_t compared;
    bool is_doubtful; /* no policy is known to meet the limits: those are compared that may */
    size_t best;
    size_t set;                 /* so many may be the best, the best with them and what is the same left out */
    double most_lost;           /* by taking the best of the runs, beside the best there is */
    double indifference, level; /* level: with which the set leaves the best out at most */
    size_t better; /* the best of those that --allow and --need exclude, if it is surely better; SIZE_MAX: none */
    size_t hoped;  /* one that may meet the limits and is better by its mean; SIZE_MAX: none */
};

/* Fails with BH_ERROR_INPUT where the request names what is not there, contradicts itself, or leaves no policy. `places` is
 * of the same file. */
int bh_advise(const struct bh_view *view, const struct bh_label_places *places, const struct bh_advice_request *request,
              struct bh_advice *advice, struct bh_error *err);
void bh_advice_release(struct bh_advice *advice);

/* Whether more runs could not change what is said to do: one policy is told from all others or costs no more than what does not
 * matter, it is known to be allowed, and so is whatever would be better that --limit may exclude. */
bool bh_advice_is_settled(const struct bh_advice *advice);

/* The costs of what is compared as a decision over the worlds: of its policies, in their order. `*policies` are which of the
 * view's they are. The caller frees both this and `costs`. */
struct bh_decision bh_advice_decision(const struct bh_advice *advice, size_t **policies);

/* How firm the best is over the draws, in the criterion and in node-hours (of worlds as the criterion chooses in them); only
 * where there are several worlds. */
void bh_advice_regret(const struct bh_advice *advice, struct bh_firmness *firmness, struct bh_regret *regret,
                      struct bh_regret *node_hours);

/* So many policies that cannot be told from the best of all at a point, by net overhead, or by the share of node-time that
 * does no work where `by_rate`; those that are the same in every run are not counted. `best` is the policy held for it. */
size_t bh_count_best(const struct bh_view *view, size_t point, size_t enclave, size_t best, bool by_rate);
