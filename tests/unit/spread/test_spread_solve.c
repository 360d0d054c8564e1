/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The exact chain by two methods, linear algebra and following probability forward, on random nodes and on the bundled
 * systems; loops against geometric series worked by hand. */
#include "models/catalog/reader/read_catalog.h"
#include "models/spread/linear_solve.h"
#include "tests/oracles/random_node.h"

#include "models/spread/spread.h"
#include "models/spread/states.h"

enum { SEED = 20260214, NODES = 300, STATES_MOST = 3000 };

static struct bh_spread solve(const struct bh_node_model *model, struct bh_origin origin, bool depth, double *loss)
{
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    if (bh_spread_solve(model, origin, depth, STATES_MOST, &spread, &err) != 0)
        fail_msg("%s", err.text);
    return spread;
}

/* The largest deviation over all that a spread says, beyond what the walk left out. Times differ by a factor: what is
 * left out may last long. */
static double deviation(const struct bh_spread *solved, const struct bh_spread *walked, size_t tenants)
{
    double worst = 0.0;
    for (int s = 0; s < BH_SCOPES; s++)
        worst = fmax(worst, fabs(solved->extent[s] - walked->extent[s]));
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        assert_int_equal(solved->inside[b], walked->inside[b]);
        worst = fmax(worst, fabs(solved->beyond[b] - walked->beyond[b]));
    }
    for (int d = 0; d < BH_DEPTHS; d++)
        worst = fmax(worst, fabs(solved->depth[d] - walked->depth[d]));
    for (size_t c = 0; c < tenants * BH_SCOPES; c++)
        worst = fmax(worst, fabs(solved->loss[c] - walked->loss[c]));
    for (int s = 0; s < BH_STOPS; s++)
        worst = fmax(worst, fabs(solved->stops[s] - walked->stops[s]));
    return fmax(worst, fabs(solved->silent - walked->silent)) - walked->unresolved;
}

/* What the random nodes held, so that a test of nothing shows. */
struct met {
    size_t states_most, solved, too_large, with_depth, with_loops;
    double worst, worst_time, worst_unresolved;
};

/* Each state stands before those that it leads to, but for itself. */
static void note_loops(struct met *met, const struct bh_node_model *model, const struct bh_origin *origin)
{
    struct bh_spread_states states;
    if (bh_spread_states_find(&states, model, origin, false, STATES_MOST, NULL) == 0) {
        size_t *place = bh_allocate(states.count, sizeof *place);
        bool loops = false;
        for (size_t i = 0; i < states.count; i++)
            place[states.order[i]] = i;
        for (size_t s = 0; s < states.count; s++)
            for (size_t j = states.first_jump[s]; j < states.first_jump[s + 1]; j++) {
                assert_true(place[s] < place[states.jump[j].to] || states.jump[j].to == s);
                loops = loops || states.jump[j].to == s;
            }
        met->with_loops += loops;
        free(place);
    }
    bh_spread_states_free(&states);
}

static void compare(struct met *met, const struct bh_node_model *model, struct bh_origin origin, bool depth)
{
    double solved_loss[16 * BH_SCOPES] = {0}, walked_loss[16 * BH_SCOPES] = {0};
    struct bh_spread solved = {.loss = solved_loss}, walked = {.loss = walked_loss};
    int status = bh_spread_solve(model, origin, depth, met->states_most, &solved, NULL);
    met->too_large += status != 0;
    if (status != 0)
        return;
    int (*walk)(const struct bh_node_model *, struct bh_origin, double, size_t, struct bh_spread *, struct bh_error *) =
        depth ? bh_spread_exact_depth : bh_spread_exact;
    if (walk(model, origin, 1e-15, 1000000, &walked, NULL) != 0)
        fail();
    assert_true(walked.unresolved < 1e-10);
    met->solved++;
    met->with_depth += depth;
    met->worst = fmax(met->worst, deviation(&solved, &walked, model->tree->tenants_count));
    met->worst_time = fmax(met->worst_time, fabs(walked.time_s / solved.time_s - 1.0));
    met->worst_unresolved = fmax(met->worst_unresolved, solved.unresolved);
}

/* Two methods that share the steps and nothing else agree to 1e-12, an error in the twelfth digit of 1; times, whose
 * tails the walk cuts off, to 1e-9. */
static void assert_agree(const struct met *met)
{
    print_message("# %zu solved (%zu with depth, %zu with loops), %zu too large: off by at most %.2g, in time by %.2g; "
                  "rounding at "
                  "most %.2g\n",
                  met->solved, met->with_depth, met->with_loops, met->too_large, met->worst, met->worst_time,
                  met->worst_unresolved);
    assert_true(met->worst < 1e-12);
    assert_true(met->worst_time < 1e-9);
    assert_true(met->worst_unresolved < 1e-12);
}

BH_TEST(test_random_nodes)
{
    struct met met = {.states_most = STATES_MOST};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    print_message("# seed %d\n", SEED);
    for (int i = 0; i < NODES; i++) {
        struct node node = draw_node(rng, i % 5 == 0);
        node.origin.ending = i % 12 == 4 ? BH_ENDING_SIGNALLED_AT_ONCE : BH_ENDING_DRAWN;
        struct bh_node_model *model = model_of(&node);
        note_loops(&met, model, &node.origin);
        compare(&met, model, node.origin, false);
        if (i % 10 == 1) /* many more states */
            compare(&met, model, node.origin, true);
        bh_node_model_destroy(model);
    }
    gsl_rng_free(rng);
    assert_agree(&met);
    assert_true(met.solved > 200 && met.with_loops > 50 && met.with_depth > 10);
}

BH_TEST(test_bundled_systems)
{
    static const struct bh_tenant tenants[] = {{.guests_per_node = 1, .processes_per_guest = 2, .node_share = 0.75},
                                               {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.25}};
    static const char *const systems[] = {"native", "qemu", "kvm", "palacios", "palacios-shared-network"};
    struct met met = {.states_most = 10000};
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t s = 0; s < sizeof systems / sizeof *systems; s++)
        for (size_t count = 1; count <= 2; count++) {
            struct bh_node_model *model = bh_test_model(catalog, systems[s], "protection-first", tenants, count);
            for (size_t z = 0; z < model->tree->zones_count; z++) {
                struct bh_origin origin = {.zone = z, .kind = z % 2 ? BH_DATA : BH_INSTRUCTION};
                if (model->tree->zones[z].process < 1)
                    compare(&met, model, origin, false);
            }
            bh_node_model_destroy(model);
        }
    bh_catalog_destroy(catalog);
    assert_agree(&met);
    assert_true(met.solved >= 15);
}

/* --- By hand ------------------------------------------------------------------------------------------------------- */

/* Host 0; guest kernel 1 with processes 2 and 3. */
static const struct bh_small_zone one_guest[] = {
    {-1, BH_HOST_KERNEL, -1, -1, -1},
    {0, BH_GUEST_KERNEL, 0, 0, -1},
    {1, BH_GUEST_USER, 0, 0, 0},
    {1, BH_GUEST_USER, 0, 0, 1},
};

/* A kernel that goes on after each oops with probability r: 1/(1 - r) lives of 1/m, and a state that leads to itself
 * once both processes are down. */
BH_TEST(test_residual_loop)
{
    const double r = 0.999, m = 2.0;
    double loss[BH_SCOPES] = {0};
    struct bh_node_model *model = bh_small_model(one_guest, 4, NULL, 0);
    model->ending[1][BH_DATA] = (struct bh_copy_ending){m, 0, 1, 0, 0};
    model->disposition[1] = BH_SCOPE_PROCESS;
    model->residual[1] = r;
    struct bh_spread spread = solve(model, (struct bh_origin){.zone = 1}, false, loss);
    assert_close(spread.time_s, 1 / m / (1 - r), 1e-12);
    /* One process is down after the first; the other with 1/2 after each life that follows. */
    double one = (1 - r) / (1 - r / 2);
    assert_close(spread.extent[BH_SCOPE_PROCESS], one, 1e-12);
    assert_close(spread.extent[BH_SCOPE_GUEST], 1 - one, 1e-12);
    bh_node_model_destroy(model);
}

/* Two zones that hand an error to and fro with p, once each way, each copy masked at rate 1. E: both have tried, 1/2 for the
 * first end, then 1. G: one copy, fresh, where the other has tried and is gone: it tries at c, and then with g both are
 * there, having tried, else it is alone. D: both, the first tried, the second fresh: it tries (to no effect, the other
 * lives) at c, the first ends at 1 and leaves G, the second ends at 1 and leaves a copy that has tried, which lasts 1. So
 * G = (1 + c (g E + 1 - g))/(1 + c), D = (1 + c E + G + 1)/(2 + c), and from a fresh one F = (1 + c D)/(1 + c), E = 3/2. */
BH_TEST(test_to_and_fro)
{
    const double p = 0.9, c = p / (1 - p), e = 1.5, agains[] = {0.0, 0.4, 1.0};
    struct bh_small_channel channels[] = {{1, 2, p, 0, false}, {2, 1, p, 0, false}};
    struct bh_node_model *model = bh_small_model(one_guest, 4, channels, 2);
    for (size_t i = 0; i < sizeof agains / sizeof *agains; i++) {
        double loss[BH_SCOPES] = {0};
        model->again = agains[i];
        struct bh_spread spread = solve(model, (struct bh_origin){.zone = 1}, false, loss);
        double g = (1 + c * (model->again * e + 1 - model->again)) / (1 + c), d = (2 + c * e + g) / (2 + c);
        assert_close(spread.time_s, (1 + c * d) / (1 + c), 1e-12);
    }
    bh_node_model_destroy(model);
}

BH_TEST(test_too_many_states)
{
    double loss[BH_SCOPES] = {0};
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    struct bh_small_channel channels[] = {{1, 2, 0.5, 0, false}, {2, 1, 0.5, 0, false}};
    struct bh_node_model *model = bh_small_model(one_guest, 4, channels, 2);
    assert_int_equal(bh_spread_solve(model, (struct bh_origin){.zone = 1}, false, 2, &spread, &err), -1);
    assert_int_equal(err.code, BH_ERROR_NUMERIC);
    assert_string_equal(err.text, "the exact chain has more than 2 states");
    bh_node_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_nodes),    cmocka_unit_test(test_bundled_systems),
        cmocka_unit_test(test_residual_loop),   cmocka_unit_test(test_to_and_fro),
        cmocka_unit_test(test_too_many_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
