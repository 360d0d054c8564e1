/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The exact chain against a naive twin: random small nodes, each error played out in continuous time with clocks for
 * every copy and channel, by code that shares nothing with models/ but the numbers of the node. */
#include "tests/random_node.h"

#include "models/spread.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

enum { NODES = 120, PATHS = 10000, SEED = 20260131 };

/* --- One error, played out ----------------------------------------------------------------------------------------- */

struct path {
    bool live[ZONES_MOST], failed[ZONES_MOST], affected[ZONES_MOST];
    enum bh_error_kind kind[ZONES_MOST];
    double now, ends[ZONES_MOST], tries[CHANNELS_MOST]; /* tries: INFINITY once used */
    enum bh_scope beyond;
    bool silent;
};

static void begin_copy(struct path *path, const struct node *node, size_t z, enum bh_error_kind kind, gsl_rng *rng)
{
    double mean = 1.0 / node->ending[z][kind].rate;
    path->live[z] = true;
    path->kind[z] = kind;
    path->ends[z] = path->now + gsl_ran_exponential(rng, mean);
    for (size_t c = 0; c < node->channels; c++) {
        double p = node->channel[c].probability;
        if (node->channel[c].from == z)
            path->tries[c] = p >= 1.0 ? path->now : path->now + gsl_ran_exponential(rng, mean * (1.0 - p) / p);
    }
}

static void take_down(struct path *path, size_t z)
{
    path->failed[z] = path->affected[z] = true;
    path->live[z] = false;
}

/* One of the guests (or processes) below a zone, each as likely. */
static int draw_victim(const struct node *node, size_t z, bool guest, gsl_rng *rng)
{
    int found[ZONES_MOST], count = 0;
    for (size_t below = 0; below < node->zones; below++) {
        int number = guest ? node->zone[below].guest : node->zone[below].process;
        bool known = number < 0 || !is_in_subtree(node, below, z);
        for (int i = 0; i < count; i++)
            known = known || found[i] == number;
        if (!known)
            found[count++] = number;
    }
    return found[gsl_rng_uniform_int(rng, (unsigned long)count)];
}

static void signal_in(struct path *path, const struct node *node, size_t z, gsl_rng *rng)
{
    enum bh_scope scope = node->disposition[z];
    const struct bh_small_zone *zone = &node->zone[z];
    int process = -2, guest = -2, enclave = -2;
    if (scope == BH_SCOPE_PROCESS)
        process = is_process(node, z) ? zone->process : draw_victim(node, z, false, rng);
    else if (scope == BH_SCOPE_GUEST)
        guest = zone->guest >= 0 ? zone->guest : draw_victim(node, z, true, rng);
    else if (scope != BH_SCOPE_NODE && scope != BH_SCOPE_SYSTEM)
        enclave = zone->enclave;
    bool all = scope == BH_SCOPE_NODE || scope == BH_SCOPE_SYSTEM || enclave == -1;
    for (size_t other = 0; other < node->zones; other++) {
        const struct bh_small_zone *at = &node->zone[other];
        if (all || at->process == process || at->guest == guest || at->enclave == enclave)
            take_down(path, other);
    }
    if (scope > BH_SCOPE_NODE && scope > path->beyond)
        path->beyond = scope;
    if (path->live[z])
        path->live[z] = gsl_rng_uniform(rng) < node->residual[z];
}

static void try_channel(struct path *path, const struct node *node, size_t c, gsl_rng *rng)
{
    const struct bh_small_channel *channel = &node->channel[c];
    path->tries[c] = INFINITY;
    if (gsl_rng_uniform(rng) < channel->blocks) {
        if (channel->detects)
            signal_in(path, node, channel->from, rng);
    } else if (!path->failed[channel->to] && !path->live[channel->to]) {
        path->affected[channel->to] = true;
        begin_copy(path, node, channel->to, BH_DATA, rng);
    }
}

static void end_copy(struct path *path, const struct node *node, size_t z, gsl_rng *rng)
{
    const struct bh_copy_ending *ending = &node->ending[z][path->kind[z]];
    double u = gsl_rng_uniform(rng);
    if (u < ending->signalled) {
        signal_in(path, node, z, rng);
        if (path->live[z]) /* it goes on: its next ending */
            path->ends[z] = path->now + gsl_ran_exponential(rng, 1.0 / ending->rate);
        return;
    }
    path->live[z] = false;
    if (u < ending->signalled + ending->silent)
        path->silent = path->affected[z] = true;
}

/* Certain channels stand in the order of their sources' zones, as everywhere in models/. */
static int next_certain(const struct path *path, const struct node *node)
{
    int first = -1;
    for (size_t c = 0; c < node->channels; c++)
        if (node->channel[c].probability >= 1.0 && path->live[node->channel[c].from] && isfinite(path->tries[c]) &&
            (first < 0 || node->channel[c].from < node->channel[first].from))
            first = (int)c;
    return first;
}

static struct path play(const struct node *node, gsl_rng *rng)
{
    struct path path = {.now = 0.0};
    begin_copy(&path, node, node->origin.zone, node->origin.kind, rng);
    if (node->origin.also_host_kernel)
        begin_copy(&path, node, 0, node->origin.kind, rng);
    if (node->origin.ending == BH_ENDING_SIGNALLED_AT_ONCE) /* a copy that it leaves live has all its time before it */
        signal_in(&path, node, node->origin.zone, rng);
    for (;;) {
        int certain = next_certain(&path, node), zone = -1, channel = -1;
        if (certain >= 0) {
            try_channel(&path, node, (size_t)certain, rng);
            continue;
        }
        path.now = INFINITY;
        for (size_t z = 0; z < node->zones; z++)
            if (path.live[z] && path.ends[z] < path.now) {
                path.now = path.ends[z];
                zone = (int)z;
            }
        for (size_t c = 0; c < node->channels; c++)
            if (path.live[node->channel[c].from] && path.tries[c] < path.now) {
                path.now = path.tries[c];
                channel = (int)c;
            }
        if (zone < 0)
            return path;
        if (channel >= 0)
            try_channel(&path, node, (size_t)channel, rng);
        else
            end_copy(&path, node, (size_t)zone, rng);
    }
}

/* --- What a path came to ------------------------------------------------------------------------------------------- */

enum { SILENT = BH_SCOPES, BEYOND, LOSS = BEYOND + BH_BOUNDARIES, OUTCOMES = LOSS + TENANTS * BH_SCOPES };

static enum bh_scope extent_of(const struct path *path, const struct node *node)
{
    int zones = 0, processes = 0, guest = -2;
    bool one_guest = node->has_guests;
    for (size_t z = 0; z < node->zones; z++) {
        if (!path->affected[z])
            continue;
        zones++;
        processes += is_process(node, z);
        one_guest = one_guest && node->zone[z].guest >= 0 && (guest == -2 || guest == node->zone[z].guest);
        guest = node->zone[z].guest;
    }
    enum bh_scope here = zones == 0                     ? BH_SCOPE_NONE
                         : zones == 1 && processes == 1 ? BH_SCOPE_PROCESS
                         : one_guest                    ? BH_SCOPE_GUEST
                                                        : BH_SCOPE_NODE;
    return path->beyond != BH_SCOPE_NONE ? path->beyond : here;
}

/* Counts the path in each outcome that it is part of. */
static void count_path(const struct path *path, const struct node *node, size_t counts[OUTCOMES])
{
    bool beyond_zone = path->beyond, beyond_guest = path->beyond, hit[TENANTS] = {false}, failed_all = path->failed[0];
    const struct bh_small_zone *origin = &node->zone[node->origin.zone];
    for (size_t z = 0; z < node->zones; z++)
        if (path->affected[z]) {
            beyond_zone = beyond_zone || z != node->origin.zone;
            beyond_guest =
                beyond_guest || (node->has_guests ? node->zone[z].guest != origin->guest : z != node->origin.zone);
            if (node->zone[z].enclave >= 0)
                hit[node->zone[z].enclave] = true;
        }
    counts[extent_of(path, node)]++;
    counts[SILENT] += path->silent;
    counts[BEYOND + BH_PROCESS_KERNEL] += origin->process >= 0 && beyond_zone;
    counts[BEYOND + BH_GUEST_HOST] += (node->has_guests ? origin->guest >= 0 : origin->process >= 0) && beyond_guest;
    counts[BEYOND + BH_ENCLAVE_ENCLAVE] += hit[0] && hit[1];
    counts[BEYOND + BH_NODE_NODE] += path->beyond != BH_SCOPE_NONE;
    for (int t = 0; t < TENANTS; t++) {
        enum bh_scope loss = failed_all ? BH_SCOPE_NODE : BH_SCOPE_NONE;
        for (size_t z = 0; z < node->zones && !failed_all; z++)
            if (path->failed[z] && node->zone[z].enclave == t) {
                enum bh_scope here = is_kernel(node, z) || !is_process(node, z) ? BH_SCOPE_GUEST : BH_SCOPE_PROCESS;
                loss = here > loss ? here : loss;
            }
        counts[LOSS + t * BH_SCOPES + (int)loss]++;
    }
}

/* --- The comparison ------------------------------------------------------------------------------------------------ */

static void exact_outcomes(const struct node *node, double outcomes[OUTCOMES], double *unresolved)
{
    double loss[(TENANTS + 1) * BH_SCOPES] = {0};
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    struct bh_node_model *model = model_of(node);
    size_t tenants = model->tree->tenants_count;
    if (bh_spread_exact(model, node->origin, 1e-10, 1000000, &spread, &err) != 0)
        fail_msg("%s", err.text);
    memcpy(outcomes, spread.extent, sizeof spread.extent);
    memcpy(outcomes + BEYOND, spread.beyond, sizeof spread.beyond);
    outcomes[SILENT] = spread.silent;
    if (tenants == 1) { /* a second tenant that is not there loses nothing */
        loss[BH_SCOPES + BH_SCOPE_NONE] = 1 - loss[BH_SCOPE_NODE];
        loss[BH_SCOPES + BH_SCOPE_NODE] = loss[BH_SCOPE_NODE];
    }
    memcpy(outcomes + LOSS, loss, TENANTS * sizeof(double) * BH_SCOPES);
    *unresolved = spread.unresolved;
    bh_node_model_destroy(model);
}

/* Two-sided level of k of n under probability q: exact in both tails, so that rare outcomes count as they should. */
static double level_of(size_t k, size_t n, double q)
{
    if (q <= 0.0 || q >= 1.0)
        return (q <= 0.0 ? k == 0 : k == n) ? 1.0 : 0.0;
    double below = gsl_cdf_binomial_P((unsigned)k, q, (unsigned)n);
    double above = k == 0 ? 1.0 : gsl_cdf_binomial_Q((unsigned)k - 1, q, (unsigned)n);
    return fmin(1.0, 2.0 * fmin(below, above));
}

struct joint {
    double least_level; /* over all outcomes of all nodes */
    size_t least_node, least_outcome, levels;
    double chi_square; /* of the extents; bins that expect fewer than 10 are pooled */
    size_t degrees;
    double sum[OUTCOMES], variance[OUTCOMES]; /* observed less expected over all nodes */
};

static void add_node(struct joint *joint, size_t index, const double exact[OUTCOMES], const size_t counts[OUTCOMES])
{
    double rare_expected = 0, rare_seen = 0;
    size_t bins = 0;
    for (size_t o = 0; o < OUTCOMES; o++) {
        double q = exact[o], expected = PATHS * q, level = level_of(counts[o], PATHS, q > 1 - 1e-13 ? 1 : q);
        joint->levels++;
        if (level < joint->least_level) {
            joint->least_level = level;
            joint->least_node = index;
            joint->least_outcome = o;
        }
        joint->sum[o] += (double)counts[o] - expected;
        joint->variance[o] += expected * (1 - q);
        if (o < BH_SCOPES && expected >= 10) {
            joint->chi_square += ((double)counts[o] - expected) * ((double)counts[o] - expected) / expected;
            bins++;
        } else if (o < BH_SCOPES) {
            rare_expected += expected;
            rare_seen += (double)counts[o];
        }
    }
    if (rare_expected >= 10) {
        joint->chi_square += (rare_seen - rare_expected) * (rare_seen - rare_expected) / rare_expected;
        bins++;
    }
    joint->degrees += bins > 0 ? bins - 1 : 0;
}

/* One joint test of level 1e-4, its parts sharing that equally (Bonferroni): the least binomial level over all outcomes
 * of all nodes, the chi-square of all extents together, and per outcome the sum over the nodes. Pooled over 120 x
 * 10,000 paths a probability's standard error is at most 0.05 %. The paths are fixed by the seed. */
static void test_chain_against_twin(void **state)
{
    (void)state;
    const double part = 1e-4 / 3;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct joint joint = {.least_level = 1.0};
    gsl_rng_set(rng, SEED);
    double unresolved, most_unresolved = 0;
    for (size_t i = 0; i < NODES; i++) {
        struct node node = draw_node(rng, i % 3 == 0);
        node.origin.ending = i % 6 == 4 ? BH_ENDING_SIGNALLED_AT_ONCE : BH_ENDING_DRAWN;
        double exact[OUTCOMES];
        size_t counts[OUTCOMES] = {0};
        exact_outcomes(&node, exact, &unresolved);
        most_unresolved = fmax(most_unresolved, unresolved);
        for (int n = 0; n < PATHS; n++) {
            struct path path = play(&node, rng);
            count_path(&path, &node, counts);
        }
        add_node(&joint, i, exact, counts);
    }
    gsl_rng_free(rng);
    double pooled = 0;
    for (size_t o = 0; o < OUTCOMES; o++)
        if (joint.variance[o] > 1.0)
            pooled = fmax(pooled, fabs(joint.sum[o]) / sqrt(joint.variance[o]));
    double chi_level = gsl_cdf_chisq_Q(joint.chi_square, (double)joint.degrees);
    print_message("# seed %d: least of %zu levels %.2g (node %zu, outcome %zu); chi-square %.1f on %zu, level %.2g; "
                  "largest pooled z %.2f; unresolved at most %.1g\n",
                  SEED, joint.levels, joint.least_level, joint.least_node, joint.least_outcome, joint.chi_square,
                  joint.degrees, chi_level, pooled, most_unresolved);
    assert_true(most_unresolved < 3e-5); /* 0.3 of a node's 10,000 paths */
    assert_true(joint.least_level > part / (double)joint.levels);
    assert_true(chi_level > part);
    assert_true(2.0 * gsl_cdf_ugaussian_Q(pooled) > part / OUTCOMES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_against_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
