/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Containment by chance against the exact chain, both against cases worked by hand, and what must hold of draws: that
 * threads do not matter and that a stronger guard lets nothing through that a weaker one stops. */
#include "models/containment/importance_sampling.h"
#include "models/containment/monte_carlo.h"
#include "models/containment/played_error.h"
#include "tests/oracles/random_node.h"

#include "models/containment/containment.h"
#include "models/containment/played_error_table.h"

enum { SEED = 20260207 };

static struct bh_containment exactly(const struct bh_node_model *model, struct bh_origin origin)
{
    struct bh_containment exact;
    struct bh_error err = {0};
    if (bh_containment_exact(model, origin, &exact, &err) != 0)
        fail_msg("%s", err.text);
    return exact;
}

static struct bh_containment by_chance(const struct bh_node_model *model, struct bh_origin origin, uint64_t trials)
{
    return bh_containment_monte_carlo(model, origin, (struct bh_trials){SEED, trials, 0});
}

/* At most 4.9 standard errors away, 1e-6. */
static void assert_agree(const struct bh_containment *exact, const struct bh_containment *simulated)
{
    struct bh_agreement agreement = {1.0, 0, NULL};
    bh_containment_compare(exact, simulated, &agreement);
    if (agreement.least_level < 1e-6 / (double)agreement.outcomes)
        fail_msg("level %g for %s", agreement.least_level, agreement.worst);
}

/* --- By hand ------------------------------------------------------------------------------------------------------- */

/* Host 0; guest kernel 1 with processes 2 and 3. */
static const struct bh_small_zone one_guest[] = {
    {-1, BH_HOST_KERNEL, -1, -1, -1},
    {0, BH_GUEST_KERNEL, 0, 0, -1},
    {1, BH_GUEST_USER, 0, 0, 0},
    {1, BH_GUEST_USER, 0, 0, 1},
};

static void check(struct bh_node_model *model, struct bh_origin origin, double time_s, const double *depth,
                  size_t depths)
{
    struct bh_containment exact = exactly(model, origin), simulated = by_chance(model, origin, 200000);
    assert_close(exact.time_s, time_s, 1e-9);
    for (size_t d = 0; d < depths; d++)
        assert_close(exact.depth[d], depth[d], 1e-9);
    assert_agree(&exact, &simulated);
    bh_node_model_destroy(model);
}

/* Alone it lasts 1/mu. A channel with p starts a second copy with p: the first event comes after (1 - p)/mu, and of two
 * live copies the later ends after 1/m + 1/n - 1/(m + n). */
BH_TEST(test_time_and_depth)
{
    const double p = 0.3, b = 0.4, m = 2.0, n = 0.5;
    struct bh_origin origin = {.zone = 1};
    struct bh_small_channel channel = {1, 2, p, 0, false};
    struct bh_node_model *model = bh_small_model(one_guest, 4, NULL, 0);
    model->ending[1][BH_DATA].rate = m;
    check(model, origin, 1 / m, (const double[]){1.0, 0.0}, 2);

    model = bh_small_model(one_guest, 4, &channel, 1);
    model->ending[1][BH_DATA].rate = m;
    model->ending[2][BH_DATA].rate = n;
    check(model, origin, (1 - p) / m + p * (1 / m + 1 / n - 1 / (m + n)), (const double[]){1 - p, p, 0}, 3);

    /* Guarded: after a block that is dropped only the first copy is left. */
    channel.blocks = b;
    model = bh_small_model(one_guest, 4, &channel, 1);
    model->ending[1][BH_DATA].rate = m;
    model->ending[2][BH_DATA].rate = n;
    check(model, origin, (1 - p) / m + p * (1 / m + (1 - b) * (1 / n - 1 / (m + n))),
          (const double[]){1 - p * (1 - b), p * (1 - b)}, 2);

    /* A certain channel takes no time; a chain of three zones has depth 2 with p. */
    struct bh_small_channel chain[] = {{1, 2, 1.0, 0, false}, {2, 3, p, 0, false}};
    model = bh_small_model(one_guest, 4, chain, 2);
    struct bh_containment exact = exactly(model, origin);
    assert_close(exact.depth[1], 1 - p, 1e-9);
    assert_close(exact.depth[2], p, 1e-9);
    assert_close(exact.depth_mean, 1 + p, 1e-9);
    struct bh_containment simulated = by_chance(model, origin, 200000);
    assert_agree(&exact, &simulated);
    bh_node_model_destroy(model);
}

/* Signalled at rate m, a kernel that kills a process goes on with r: 1/(1 - r) lives of 1/m. Two origins by a shared bug
 * last as long as the longer. A detected block ends the copy before its time. */
BH_TEST(test_time_of_residuals_and_clears)
{
    const double r = 0.6, m = 2.0, n = 3.0, p = 0.25;
    struct bh_node_model *model = bh_small_model(one_guest, 4, NULL, 0);
    model->ending[1][BH_DATA] = (struct bh_copy_ending){m, 0, 1, 0, 0};
    model->disposition[1] = BH_SCOPE_PROCESS;
    model->residual[1] = r;
    check(model, (struct bh_origin){.zone = 1}, 1 / m / (1 - r), (const double[]){1.0}, 1);

    model = bh_small_model(one_guest, 4, NULL, 0);
    model->ending[1][BH_DATA].rate = m;
    model->ending[0][BH_DATA].rate = n;
    check(model, (struct bh_origin){.zone = 1, .also_host_kernel = true}, 1 / m + 1 / n - 1 / (m + n),
          (const double[]){1.0}, 1);

    /* The host takes all down when it ends: the node's error ends with the first of the two. */
    model = bh_small_model(one_guest, 4, NULL, 0);
    model->ending[1][BH_DATA] = (struct bh_copy_ending){m, 0, 1, 0, 0};
    model->ending[0][BH_DATA] = (struct bh_copy_ending){n, 0, 1, 0, 0};
    check(model, (struct bh_origin){.zone = 1, .also_host_kernel = true}, 1 / (m + n), (const double[]){1.0}, 1);

    struct bh_small_channel channel = {2, 1, p, 1.0, true};
    model = bh_small_model(one_guest, 4, &channel, 1);
    model->ending[2][BH_DATA].rate = m;
    check(model, (struct bh_origin){.zone = 2}, (1 - p) / m, (const double[]){1.0}, 1);
}

/* --- By chance against exact --------------------------------------------------------------------------------------- */

enum { NODES = 250, TRIALS = 40000 };

struct joint {
    struct bh_agreement agreement;
    size_t worst_node;
    double time_z, depth_z, extent_z[BH_SCOPES]; /* sums of deviations */
    double time_variance, depth_variance, extent_variance[BH_SCOPES];
};

static void add_node(struct joint *joint, size_t index, const struct bh_containment *exact,
                     const struct bh_containment *simulated)
{
    double before = joint->agreement.least_level, n = (double)simulated->trials;
    bh_containment_compare(exact, simulated, &joint->agreement);
    if (joint->agreement.least_level < before)
        joint->worst_node = index;
    for (int s = 0; s < BH_SCOPES; s++) {
        joint->extent_z[s] += (simulated->extent[s] - exact->extent[s]) * n;
        joint->extent_variance[s] += n * exact->extent[s] * (1 - exact->extent[s]);
    }
    /* Nodes differ in their times: each counts in its own standard errors. */
    joint->time_z += simulated->time_error > 0 ? (simulated->time_s - exact->time_s) / simulated->time_error : 0;
    joint->time_variance += simulated->time_error > 0;
    joint->depth_z += (simulated->depth_mean - exact->depth_mean) * n;
    joint->depth_variance += simulated->depth_error * simulated->depth_error * n * n;
}

static double largest_z(const struct joint *joint)
{
    double largest =
        fmax(fabs(joint->time_z) / sqrt(joint->time_variance), fabs(joint->depth_z) / sqrt(joint->depth_variance));
    for (int s = 0; s < BH_SCOPES; s++)
        if (joint->extent_variance[s] > 1)
            largest = fmax(largest, fabs(joint->extent_z[s]) / sqrt(joint->extent_variance[s]));
    return largest;
}

/* The random nodes and their exact answers, which take longer than the trials. */
struct nodes {
    struct bh_node_model *model[NODES];
    struct bh_origin origin[NODES];
    struct bh_containment exact[NODES];
};

static int make_nodes(void **state)
{
    struct nodes *nodes = bh_allocate(1, sizeof *nodes);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    for (size_t i = 0; i < NODES; i++) {
        struct node node = draw_node(rng, i % 5 == 0);
        nodes->model[i] = model_of(&node);
        nodes->origin[i] = node.origin;
        nodes->origin[i].ending = i % 6 == 4 ? BH_ENDING_SIGNALLED_AT_ONCE : BH_ENDING_DRAWN;
    }
    gsl_rng_free(rng);
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < NODES; i++)
        if (bh_containment_exact(nodes->model[i], nodes->origin[i], &nodes->exact[i], NULL) != 0)
            nodes->exact[i].time_s = NAN; /* which no comparison takes */
    *state = nodes;
    return 0;
}

static int free_nodes(void **state)
{
    struct nodes *nodes = *state;
    for (size_t i = 0; i < NODES; i++)
        bh_node_model_destroy(nodes->model[i]);
    free(nodes);
    return 0;
}

/* Changes what is simulated, so that the test can be tested; `way` 1, or -1 to undo it. */
typedef void spoil(struct bh_node_model *model, const struct bh_origin *origin, int way);
/* The same where no number of the model says it. */
typedef void spoil_table(struct bh_trial_table *table);

static struct joint run_nodes(const struct nodes *nodes, spoil *how, spoil_table *how_played)
{
    struct joint joint = {.agreement = {1.0, 0, NULL}};
    for (size_t i = 0; i < NODES; i++) {
        if (how != NULL)
            how(nodes->model[i], &nodes->origin[i], 1);
        struct bh_trial_table *table = bh_trial_table_create(nodes->model[i], 0.0);
        if (how_played != NULL)
            how_played(table);
        struct bh_containment simulated =
            bh_containment_play(table, nodes->origin[i], (struct bh_trials){SEED + i, TRIALS, 0});
        bh_trial_table_destroy(table);
        add_node(&joint, i, &nodes->exact[i], &simulated);
        if (how != NULL)
            how(nodes->model[i], &nodes->origin[i], -1);
    }
    return joint;
}

/* Family level 1e-4, half of it for single outcomes (Bonferroni), half for sums over all nodes: 10 million trials pin
 * probabilities to 0.015 %, times and depths alike to 0.03 % of their standard deviations. */
static bool agrees(const struct joint *joint)
{
    return joint->agreement.least_level > 0.5e-4 / (double)joint->agreement.outcomes && largest_z(joint) < 4.6;
}

static void test_monte_carlo_against_exact(void **state)
{
    struct joint joint = run_nodes(*state, NULL, NULL);
    print_message("# seed %d, %d nodes, %d trials each: least of %zu levels %.2g (%s, node %zu), largest z of sums "
                  "%.2f\n",
                  SEED, NODES, TRIALS, joint.agreement.outcomes, joint.agreement.least_level, joint.agreement.worst,
                  joint.worst_node, largest_z(&joint));
    assert_true(agrees(&joint));
}

static void spoil_disposition(struct bh_node_model *model, const struct bh_origin *origin, int way)
{
    model->disposition[origin->zone] =
        (enum bh_scope)(((int)model->disposition[origin->zone] + way * 3 + BH_SCOPES) % BH_SCOPES);
}

static void spoil_rate(struct bh_node_model *model, const struct bh_origin *origin, int way)
{
    model->ending[origin->zone][origin->kind].rate *= pow(1.02, way);
}

static void spoil_probability(struct bh_node_model *model, const struct bh_origin *origin, int way)
{
    (void)origin;
    for (size_t c = 0; c < model->tree->channels_count; c++)
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
            if (model->crossings[c].probability[kind] < 1.0)
                model->crossings[c].probability[kind] *= pow(0.98, way);
}

static void spoil_residual(struct bh_node_model *model, const struct bh_origin *origin, int way)
{
    (void)origin;
    for (size_t z = 0; z < model->tree->zones_count; z++)
        model->residual[z] *= pow(0.95, way);
}

/* What fails takes along what lives in it; here only the copy that was signalled. */
static void forget_clears(struct bh_trial_table *table)
{
    for (size_t z = 0; z < table->zones_count; z++)
        for (size_t v = 0; v < table->zones[z].victims_count; v++) {
            struct bh_trial_victim *victim = &table->victims[table->zones[z].first_victim + v];
            victim->cleared = (struct bh_zone_set){{0}};
            if (victim->takes_zone)
                bh_zone_set_add(&victim->cleared, z);
        }
}

/* A test that finds nothing may be blind: numbers that are off by a few percent, a wrong disposition, or a clear that was
 * forgotten, show. */
static void test_comparison_sees_mistakes(void **state)
{
    static const struct {
        const char *what;
        spoil *how;
        spoil_table *how_played;
    } mistakes[] = {
        {"wrong disposition", spoil_disposition, NULL}, {"rate 2 % off", spoil_rate, NULL},
        {"channels 2 % off", spoil_probability, NULL},  {"residuals 5 % off", spoil_residual, NULL},
        {"forgotten clear", NULL, forget_clears},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct joint joint = run_nodes(*state, mistakes[i].how, mistakes[i].how_played);
        print_message("# %s: least level %.2g (%s), largest z of sums %.1f\n", mistakes[i].what,
                      joint.agreement.least_level, joint.agreement.worst, largest_z(&joint));
        assert_false(agrees(&joint));
    }
}

/* --- Draws --------------------------------------------------------------------------------------------------------- */

BH_TEST(test_threads_do_not_matter)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    for (int i = 0; i < 5; i++) {
        struct node node = draw_node(rng, i % 5 == 0);
        struct bh_node_model *model = model_of(&node);
        struct bh_containment one, other;
        struct bh_rare_event rare, other_rare;
        memset(&one, 0, sizeof one);
        memset(&other, 0, sizeof other);
        one = bh_containment_monte_carlo(model, node.origin, (struct bh_trials){SEED, 30011, 1});
        rare = bh_containment_rare(model, node.origin, BH_NODE_NODE, (struct bh_trials){SEED, 30011, 1}, 0);
        for (unsigned threads = 2; threads <= 5; threads++) {
            other = bh_containment_monte_carlo(model, node.origin, (struct bh_trials){SEED, 30011, threads});
            other_rare =
                bh_containment_rare(model, node.origin, BH_NODE_NODE, (struct bh_trials){SEED, 30011, threads}, 0);
            assert_memory_equal(one.extent, other.extent, sizeof one.extent);
            assert_memory_equal(one.beyond, other.beyond, sizeof one.beyond);
            assert_memory_equal(one.depth, other.depth, sizeof one.depth);
            assert_true(one.time_s == other.time_s && one.time_error == other.time_error);
            assert_true(one.depth_mean == other.depth_mean && one.silent == other.silent);
            assert_true(rare.probability == other_rare.probability && rare.error == other_rare.error);
        }
        bh_node_model_destroy(model);
    }
    gsl_rng_free(rng);
}

/* The same attempt, that is by the same life of a zone on the same channel, passes a strong guard only if it passes a
 * weak one, whatever else has become of the two errors. */
static size_t compare_attempts(const struct bh_trial_log *weak, const struct bh_trial_log *strong)
{
    size_t both = 0;
    for (size_t i = 0; i < weak->count && i < BH_TRIAL_ATTEMPTS; i++)
        for (size_t j = 0; j < strong->count && j < BH_TRIAL_ATTEMPTS; j++) {
            const struct bh_trial_attempt *a = &weak->attempt[i], *b = &strong->attempt[j];
            if (a->channel != b->channel || a->life != b->life)
                continue;
            assert_false(b->passed && !a->passed);
            both++;
        }
    return both;
}

static void strengthen(struct bh_node_model *model, gsl_rng *rng)
{
    for (size_t c = 0; c < model->tree->channels_count; c++)
        model->crossings[c].blocks += (1.0 - model->crossings[c].blocks) * gsl_rng_uniform(rng);
}

struct pair {
    struct bh_trial_table *table[2];
    struct bh_trial_player *player[2];
    struct bh_trial_log log[2];
    struct bh_trial trial[2];
};

static void open_pair(struct pair *pair, const struct bh_node_model *weak, const struct bh_node_model *strong)
{
    const struct bh_node_model *model[] = {weak, strong};
    for (int i = 0; i < 2; i++) {
        pair->table[i] = bh_trial_table_create(model[i], 0.0);
        pair->player[i] = bh_trial_player_create(pair->table[i], SEED);
        bh_trial_player_log(pair->player[i], &pair->log[i]);
    }
}

static void play_pair(struct pair *pair, const struct bh_origin *origin, uint64_t number)
{
    for (int i = 0; i < 2; i++)
        bh_trial_play(pair->player[i], origin, number, BH_BOUNDARIES, &pair->trial[i]);
}

static void close_pair(struct pair *pair)
{
    for (int i = 0; i < 2; i++) {
        bh_trial_player_destroy(pair->player[i]);
        bh_trial_table_destroy(pair->table[i]);
    }
}

BH_TEST(test_stronger_guards_block_a_superset)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    size_t both = 0;
    for (int i = 0; i < 200; i++) {
        struct node node = draw_node(rng, i % 5 == 0);
        struct bh_node_model *weak = model_of(&node), *strong = model_of(&node);
        struct pair pair;
        strengthen(strong, rng);
        open_pair(&pair, weak, strong);
        for (uint64_t n = 0; n < 2000; n++) {
            play_pair(&pair, &node.origin, n);
            both += compare_attempts(&pair.log[0], &pair.log[1]);
        }
        close_pair(&pair);
        bh_node_model_destroy(weak);
        bh_node_model_destroy(strong);
    }
    gsl_rng_free(rng);
    assert_true(both > 100000);
}

/* Of whole errors the same holds where no failure can put a stop to another copy and each zone is entered by one way:
 * then a stronger guard never lets an error reach a zone or leave a boundary that it would not have otherwise. (With
 * failures it need not hold: what crosses and takes its target down may thereby stop a copy that would have gone on,
 * and a detected block is itself a failure.) */
BH_TEST(test_stronger_guards_let_less_reach)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    size_t less = 0;
    for (int i = 0; i < 200; i++) {
        struct node node = draw_node(rng, i % 5 == 0);
        node.channels = node.zones - 1 < CHANNELS_MOST ? node.zones - 1 : CHANNELS_MOST;
        for (size_t c = 0; c < node.channels; c++) { /* zone c + 1 after the origin from any before it */
            node.channel[c].from = (node.origin.zone + gsl_rng_uniform_int(rng, c + 1)) % node.zones;
            node.channel[c].to = (node.origin.zone + c + 1) % node.zones;
            node.channel[c].detects = false;
        }
        node.origin.also_host_kernel = false;
        for (size_t z = 0; z < node.zones; z++)
            for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
                node.ending[z][kind].masked += node.ending[z][kind].signalled, node.ending[z][kind].signalled = 0;
        struct bh_node_model *weak = model_of(&node), *strong = model_of(&node);
        struct pair pair;
        strengthen(strong, rng);
        open_pair(&pair, weak, strong);
        for (uint64_t n = 0; n < 2000; n++) {
            bool inside[BH_BOUNDARIES], weak_beyond[BH_BOUNDARIES], strong_beyond[BH_BOUNDARIES];
            play_pair(&pair, &node.origin, n);
            const struct bh_effect *weak_effect = &pair.trial[0].effect, *strong_effect = &pair.trial[1].effect;
            assert_true(bh_zone_set_within(&strong_effect->affected, &weak_effect->affected));
            assert_true(weak_effect->silent || !strong_effect->silent);
            assert_true(pair.trial[1].depth <= pair.trial[0].depth && pair.trial[1].time_s <= pair.trial[0].time_s);
            bh_effect_boundaries(weak->tree, node.origin.zone, weak_effect, inside, weak_beyond);
            bh_effect_boundaries(weak->tree, node.origin.zone, strong_effect, inside, strong_beyond);
            for (int b = 0; b < BH_BOUNDARIES; b++)
                assert_true(weak_beyond[b] || !strong_beyond[b]);
            less += !bh_zone_set_within(&weak_effect->affected, &strong_effect->affected);
        }
        close_pair(&pair);
        bh_node_model_destroy(weak);
        bh_node_model_destroy(strong);
    }
    gsl_rng_free(rng);
    assert_true(less > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_and_depth),
        cmocka_unit_test(test_time_of_residuals_and_clears),
        cmocka_unit_test(test_monte_carlo_against_exact),
        cmocka_unit_test(test_comparison_sees_mistakes),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_stronger_guards_block_a_superset),
        cmocka_unit_test(test_stronger_guards_let_less_reach),
    };
    return cmocka_run_group_tests(tests, make_nodes, free_nodes);
}
