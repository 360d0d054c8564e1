/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* On trees with one way between any two zones a stronger guard that rejects never lets more get beyond; one that detects may. */
#include "models/spread/spread.h"
#include "tests/support/models.h"

#include <gsl/gsl_rng.h>
#include <math.h>

enum { SEED = 20261130, TREES = 500, PROCESSES_MOST = 5, ZONES = 1 + PROCESSES_MOST };

static struct bh_spread spread_of(const struct bh_node_model *model, size_t origin)
{
    double loss[2 * BH_SCOPES] = {0};
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    if (bh_spread_exact(model, (struct bh_origin){.zone = origin}, 1e-15, 200000, &spread, &err) != 0)
        fail_msg("%s", err.text);
    return spread;
}

static double between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

/* Processes of two enclaves on a host; channels lead away from the origin, one into each zone: nothing comes back, and whoever
 * fails takes nobody along. */
static struct bh_node_model *draw_tree(gsl_rng *rng, bool detects, size_t *origin)
{
    struct bh_small_zone zones[ZONES] = {{-1, BH_HOST_KERNEL, -1, -1, -1}};
    struct bh_small_channel channels[ZONES];
    size_t count = 1, reached[ZONES], channels_count = 0, reached_count = 0;
    for (size_t p = 2 + gsl_rng_uniform_int(rng, PROCESSES_MOST - 1); count <= p; count++)
        zones[count] = (struct bh_small_zone){0, BH_HOST_USER, (int)count % 2, (int)count - 1, (int)count - 1};
    *origin = 1 + gsl_rng_uniform_int(rng, count - 1);
    reached[reached_count++] = *origin;
    for (size_t z = 0; z < count; z++)
        if (z != *origin) {
            channels[channels_count++] =
                (struct bh_small_channel){reached[gsl_rng_uniform_int(rng, reached_count)], z, between(rng, 0.05, 0.95),
                                          between(rng, 0.0, 0.8), detects};
            reached[reached_count++] = z;
        }
    struct bh_node_model *model = bh_small_model(zones, count, channels, channels_count);
    for (size_t z = 0; z < count; z++) {
        double masked = between(rng, 0.1, 0.5), silent = z > 0 ? 0.3 : 0.0;
        model->ending[z][BH_DATA] =
            (struct bh_copy_ending){between(rng, 0.1, 10.0), masked, 1.0 - masked - silent, silent, 0.0};
        model->disposition[z] = BH_SCOPE_PROCESS;
    }
    model->disposition[0] = BH_SCOPE_NODE;
    return model;
}

/* How many guards, made stronger, let more get beyond; the largest rise of all. */
static size_t count_rises(bool detects, double *most)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t rises = 0;
    gsl_rng_set(rng, SEED);
    *most = 0.0;
    for (size_t tree = 0; tree < TREES; tree++) {
        size_t origin;
        struct bh_node_model *model = draw_tree(rng, detects, &origin);
        /* A detected block signals in its source, whose disposition may take what the attempt would not have reached: the
         * other enclave, where the attempt led to one's own. */
        model->disposition[origin] = detects ? BH_SCOPE_NODE : BH_SCOPE_PROCESS;
        struct bh_spread weak = spread_of(model, origin);
        for (size_t c = 0; c < model->tree->channels_count; c++) {
            double blocks = model->crossings[c].blocks;
            model->crossings[c].blocks = between(rng, blocks, 1.0);
            struct bh_spread strong = spread_of(model, origin);
            model->crossings[c].blocks = blocks;
            for (int b = BH_PROCESS_KERNEL; b <= BH_ENCLAVE_ENCLAVE; b++) {
                double rise = strong.beyond[b] - weak.beyond[b];
                rises += rise > 1e-12;
                *most = fmax(*most, rise);
            }
        }
        bh_node_model_destroy(model);
    }
    gsl_rng_free(rng);
    return rises;
}

BH_TEST(test_rejected_never_raises)
{
    double most;
    assert_int_equal(count_rises(false, &most), 0);
    print_message("# %d trees, rejected: largest rise %.2g\n", TREES, most);
}

BH_TEST(test_detected_may)
{
    double most;
    size_t rises = count_rises(true, &most);
    print_message("# %d trees, detected: %zu rises, the largest %.3f\n", TREES, rises, most);
    assert_true(rises > 100 && most > 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rejected_never_raises),
        cmocka_unit_test(test_detected_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
