/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fault injection: what counts of experiments say about the numbers of the model, and how many would tell two policies
 * apart. */
#ifndef BH_MODELS_INJECTIONS_INJECTIONS_H
#define BH_MODELS_INJECTIONS_INJECTIONS_H

#include "models/base/error.h"
#include "models/catalog/catalog.h"
#include "models/document/csv.h"
#include "models/node/node_model.h"
#include "models/node/zone_choice.h"
#include "models/spread/spread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Counts ---------------------------------------------------------------------------------------------------------- */

/* The node that errors were injected on: one enclave with so many guests, all under test alike. */
struct bh_testbed {
    uint64_t guests, processes_per_guest;
    const char *application; /* of the catalog; it matters to nothing but the zone that it lives in */
};

/* Errors of one kind injected into zones of one kind or name. Every trial is one of `count`, as bh_effect_seen has it:
 * masked, the largest extent that failed, or nothing failed and data silently wrong. */
struct bh_injection_row {
    const struct bh_system *system;
    const struct bh_policy *policy;
    struct bh_zone_choice zone;
    enum bh_error_kind kind;
    uint64_t trials, count[BH_SEEN];
    uint64_t hangs;  /* of the failures, those that began as a hang */
    size_t lines;    /* rows of the file that were added up: the same origin on several days */
    size_t file_row; /* the first of them */
    struct bh_tenant tenant;
    size_t origin;               /* the zone of the tree that stands for all */
    struct bh_node_model *model; /* owned: at the catalog's numbers */
};

struct bh_injections {
    size_t count;
    struct bh_injection_row *rows; /* owned */
    uint64_t trials;
    bool has_hangs; /* the file counts them */
};

/* Reads columns `system`, `zone`, `kind`, `trials`, `masked` and, 0 where there is no such column, `failed-process` to
 * `failed-system`, `sdc` and `hangs`; `policy` where there is such a column, else `policy`. Refuses counts that do not add
 * up to the trials, more hangs than failures, what a system does not have, rows that saw what cannot happen there. */
int bh_injections_read(const struct bh_catalog *catalog, const struct bh_csv *csv, const struct bh_testbed *testbed,
                       const struct bh_policy *policy, struct bh_injections *injections, struct bh_error *err);
void bh_injections_free(struct bh_injections *injections);

/* "failed-node", "sdc", ...: the columns of a row's counts. */
extern const char *const bh_seen_names[BH_SEEN];

/* P(seen) of the row by the exact chain of `model`, which is the row's or a copy with other numbers. What was not
 * followed is added to masked. */
int bh_injection_probabilities(const struct bh_injection_row *row, const struct bh_node_model *model, double least_mass,
                               double seen[BH_SEEN], struct bh_error *err);

/* The least extent of a failure that left the guest it began in (native: the process) and that the disposition alone
 * would not have brought about; BH_SCOPES where there is none: nothing can be told of escapes there. */
enum bh_scope bh_injection_escape_scope(const struct bh_injection_row *row);

/* --- The posterior --------------------------------------------------------------------------------------------------- */

enum bh_injected_number_kind {
    BH_INJECTED_SHARE,   /* masked, signalled or silent of a zone where errors were injected */
    BH_INJECTED_HANG,    /* share of hangs there */
    BH_INJECTED_CHANNEL, /* probability of a channel out of there */
};

/* What the counts did to what was assumed before. */
enum bh_informed {
    BH_INFORMED_BOTH,    /* measured: bounded from both sides */
    BH_INFORMED_ABOVE,   /* bounded from above only: fewer than could be told from none */
    BH_INFORMED_BELOW,   /* bounded from below only */
    BH_INFORMED_NOTHING, /* as before */
};

struct bh_injected_number {
    const struct bh_parameter *parameter;
    enum bh_injected_number_kind kind;
    double mean, median, low, high; /* of the posterior; 90 % between low and high */
    enum bh_informed informed;
    double r_hat, effective_draws; /* of the sampler; 1 and all draws where drawn independently */
};

/* How a row is fitted: expected under the posterior's mean probabilities. */
struct bh_injection_fit {
    double expected[BH_SEEN];
    double level; /* least posterior predictive level of a count, two-sided, times the number of counts */
    /* Failures beyond the guest or the disposition. Without any: p_high, 95 % one-sided, 1 - 0.05^(1/n); channel_high, the
     * probability at which all channels out of the guest together let so much through; NaN: at none below 1. */
    bool has_escapes;
    uint64_t escapes;
    double escape_low, escape_high; /* Jeffreys 90 %; with none the high one is the one-sided bound and low is 0 */
    double channel_high;
};

struct bh_injection_posterior {
    size_t numbers_count;
    struct bh_injected_number *numbers; /* owned */
    size_t draws_count;
    double *draws;                 /* at [draw * numbers_count + number]; owned */
    struct bh_injection_fit *fits; /* one per row; owned */
    size_t sweeps;                 /* per chain, kept */
    bool converged;
};

/* How long and from which draws; chains run on `threads`, which change no bit. */
struct bh_injection_sampling {
    uint64_t seed;
    size_t settling;                  /* sweeps of each of three stages that are thrown away; 0: 240 */
    size_t least_sweeps, most_sweeps; /* kept, per chain; doubled until converged */
    size_t draws;                     /* joint draws to keep for scenarios */
    unsigned threads;
    void (*progress)(void *context, size_t sweeps); /* NULL, or told now and then what each chain has done */
    void *context;
};
enum { BH_INJECTION_CHAINS = 4 };

/* The value that Beta(a, b) stays below with probability `share`. */
double bh_beta_quantile(double share, double a, double b);

/* Mean, quantiles, split R-hat and effective draws of `chains` chains of `length` values each, at [chain * length + i].
 * After Gelman and Rubin; autocorrelations are summed while pairs of them are positive, after Geyer. The diagnostics are of the logarithm if `on_log`. */
void bh_chains_describe(const double *values, size_t chains, size_t length, bool on_log,
                        struct bh_injected_number *number);

/* Multinomial likelihood of all rows under the exact chain. Free are the shares (Jeffreys prior) of zones and kinds where
 * errors were injected, and the probabilities of channels out of these zones that are assumed (log-uniform over their
 * range); other numbers stand as they are, and so do those that the user set. Metropolis by components, of which step
 * sizes settle in a part that is thrown away. Hangs: Beta, Jeffreys. */
int bh_injections_fit(const struct bh_catalog *catalog, const struct bh_injections *injections,
                      const struct bh_injection_sampling *sampling, struct bh_injection_posterior *posterior,
                      struct bh_error *err);
void bh_injection_posterior_free(struct bh_injection_posterior *posterior);

/* --- Plans ----------------------------------------------------------------------------------------------------------- */

/* Upper bound of a probability when none of n was seen, at this confidence: 1 - (1 - confidence)^(1/n). */
double bh_none_seen_bound(uint64_t trials, double confidence);
/* Trials without any that bound a probability by `bound`. INFINITY for 0. */
double bh_none_seen_trials(double bound, double confidence);

/* Trials under each of two policies with which Fisher's exact test, two-sided at `level`, tells probabilities p and q
 * apart with this power. Exact where few are expected, else Casagrande, Pike and Smith's formula. INFINITY where
 * p = q. */
double bh_trials_to_separate(double p, double q, double level, double power);

/* The test's power with n trials each; exact. For expected counts up to some thousands. */
double bh_separation_power(uint64_t n, double p, double q, double level);

#endif
