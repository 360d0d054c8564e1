/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Eight guests of eight processes on KVM beside a service: what `contain` answers, by the chain or by trials, against the
 * naive twin. */
#define BH_TEST_ZONES_MOST    96
#define BH_TEST_CHANNELS_MOST 200
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "models/containment/monte_carlo.h"
#include "tests/oracles/spread_twin.h"

#include "models/containment/containment.h"
#include "models/containment/origins.h"
#include "models/faults/streams.h"

#include <gsl/gsl_cdf.h>

enum { PATHS = 10000, TRIALS = 50000, COMPARED = SILENT + 1 + BH_BOUNDARIES, FAULTS_MOST = 32 };

/* The numbers of the node, and nothing else, in the twin's plain arrays. */
static struct node *node_of(const struct bh_node_model *model)
{
    const struct bh_zone_tree *tree = model->tree;
    struct node *node = bh_allocate(1, sizeof *node);
    assert_true(tree->zones_count <= ZONES_MOST && tree->channels_count <= CHANNELS_MOST);
    node->zones = tree->zones_count;
    node->channels = tree->channels_count;
    node->has_guests = true;
    node->again = model->again;
    for (size_t z = 0; z < node->zones; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        node->zone[z] = (struct bh_small_zone){zone->parent, zone->kind, zone->enclave, zone->guest, zone->process};
        node->disposition[z] = model->disposition[z];
        node->residual[z] = model->residual[z];
        node->holds[z] = model->ladder[z].rung[0].holds;
        memcpy(node->ending[z], model->ending[z], sizeof node->ending[z]);
    }
    for (size_t c = 0; c < node->channels; c++)
        node->channel[c] = (struct bh_small_channel){model->crossings[c].from, model->crossings[c].to,
                                                     model->crossings[c].probability[BH_DATA],
                                                     model->crossings[c].blocks, model->crossings[c].detects};
    for (size_t c = 0; c < node->channels; c++)
        memcpy(node->crosses[c], model->crossings[c].probability, sizeof node->crosses[c]);
    return node;
}

/* Two-sided level of so many of the twin's paths and of the other's trials: of all that were met, each is as likely to be
 * any of both (Fisher's exact test). */
static double level_of_two(size_t twin, size_t other)
{
    unsigned met = (unsigned)(twin + other), unmet = PATHS + TRIALS - met, k = (unsigned)twin;
    double below = gsl_cdf_hypergeometric_P(k, met, unmet, PATHS);
    double above = k == 0 ? 1.0 : gsl_cdf_hypergeometric_Q(k - 1, met, unmet, PATHS);
    return fmin(1.0, 2.0 * fmin(below, above));
}

/* Against an exact probability, which may be too small by what was not followed. */
static double level_of_one(size_t twin, double exact, double slack)
{
    double low = fmin(fmax(exact - 1e-12, 0.0), 1.0), high = fmin(exact + slack + 1e-12, 1.0);
    if ((double)twin > PATHS * high)
        return fmin(1.0, 2.0 * (twin == 0 ? 1.0 : gsl_cdf_binomial_Q((unsigned)twin - 1, high, PATHS)));
    if ((double)twin < PATHS * low)
        return fmin(1.0, 2.0 * gsl_cdf_binomial_P((unsigned)twin, low, PATHS));
    return 1.0;
}

static double answer_to(const struct bh_containment *answer, int outcome)
{
    return outcome < BH_SCOPES ? answer->extent[outcome]
           : outcome == SILENT ? answer->silent
                               : answer->beyond[outcome - BEYOND];
}

/* The joint level is 1e-4 over all outcomes of all origins (Bonferroni). With 10,000 paths the standard error of a share
 * is at most 0.5 %. All is fixed by the seeds. */
BH_TEST(test_contain_against_twin)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_tenant tenants[] = {{.guests_per_node = 8,
                                   .processes_per_guest = 8,
                                   .node_share = 0.75,
                                   .application = bh_test_application(catalog, "mpi-bulk-synchronous")},
                                  {.guests_per_node = 1,
                                   .processes_per_guest = 1,
                                   .node_share = 0.25,
                                   .application = bh_test_application(catalog, "loss-tolerant-service")}};
    struct bh_node_model *model = bh_test_model(catalog, "kvm", "protection-first", tenants, 2);
    bool enabled[FAULTS_MOST] = {false};
    struct bh_fault_streams *streams =
        bh_fault_streams_create(catalog, model, tenants, (struct bh_fault_choice){1 << 20, enabled, true},
                                model->tree->system->host_kernel, model->tree->system->guest_kernel);
    struct bh_origins origins = bh_origins_of_all_zones(model, streams);
    struct node *node = node_of(model);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double least = 1.0;
    size_t levels = 0, exact_count = 0, escapes = 0;
    gsl_rng_set(rng, 20261129);
    for (size_t i = 0; i < origins.count; i++) {
        size_t counts[OUTCOMES] = {0};
        struct bh_containment answer;
        struct bh_error err = {0};
        node->origin = origins.entry[i].origin;
        for (int n = 0; n < PATHS; n++) {
            struct path path = play(node, rng);
            count_path(&path, node, counts);
        }
        /* Elsewhere the chain is too large, which takes it seconds to find out. */
        bool is_exact = model->tree->zones[node->origin.zone].is_application &&
                        bh_containment_exact(model, node->origin, &answer, &err) == 0;
        if (!is_exact)
            answer = bh_containment_monte_carlo(model, node->origin, (struct bh_trials){7, TRIALS, 2});
        exact_count += is_exact;
        escapes += counts[BEYOND + BH_GUEST_HOST];
        for (int o = 0; o < COMPARED; o++) {
            double share = answer_to(&answer, o);
            double level = is_exact ? level_of_one(counts[o], share, answer.unresolved)
                                    : level_of_two(counts[o], (size_t)rint(share * TRIALS));
            least = fmin(least, level);
            levels++;
        }
    }
    print_message("# %zu origins, %zu by the chain; least of %zu levels %.2g; %zu paths left their guest\n",
                  origins.count, exact_count, levels, least, escapes);
    assert_true(origins.count >= 14 && exact_count > 0 && exact_count < origins.count);
    assert_true(escapes > 500);
    assert_true(least > 1e-4 / (double)levels);
    gsl_rng_free(rng);
    free(node);
    bh_origins_free(&origins);
    bh_fault_streams_destroy(streams);
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contain_against_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
