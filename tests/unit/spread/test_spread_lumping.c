/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The exact chain does not tell processes and guests apart that are alike: the same answers from fewer states. */
#include "tests/support/models.h"

#include "models/catalog/reader/read_catalog.h"
#include "models/spread/spread.h"

enum { TENANTS_MOST = 3 };

struct answer {
    struct bh_spread spread;
    double loss[TENANTS_MOST * BH_SCOPES];
};

/* Processes that are alike are not told apart. A rate changed by 1e-13 makes them so and changes nothing else: equal
 * answers, from more states. With certain channels, too, which are tried in order. */
BH_TEST(test_alike_processes_are_lumped)
{
    static const struct bh_tenant tenants[] = {{.guests_per_node = 1, .processes_per_guest = 4, .node_share = 1}};
    static const char *const cases[][3] = {
        {"native", "oops", NULL},
        {"kvm", "protection-first", NULL},
        {"palacios", "oops", "{channels.vm-exit.probability: 0.1}"},
        {"palacios", "as-host-kernel", "{channels.kernel-to-process.probability: 1}"},
        {"native", "oops", "{channels.system-call.probability: 1, channels.kernel-to-process.probability: 1}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_catalog *catalog = bh_test_catalog(cases[i][2], NULL);
        struct bh_node_model *alike = bh_test_model(catalog, cases[i][0], cases[i][1], tenants, 1);
        struct bh_node_model *apart = bh_test_model(catalog, cases[i][0], cases[i][1], tenants, 1);
        for (size_t p = 0; p < 4; p++)
            apart->ending[apart->tree->process_zone[p]][BH_DATA].rate *= 1 + 1e-13 * (double)(p + 1);
        for (size_t z = 0; z < alike->tree->zones_count; z++) {
            struct bh_error err = {0};
            struct bh_origin origin = {.zone = z, .kind = BH_INSTRUCTION};
            struct answer one = {.loss = {0}}, other = {.loss = {0}};
            one.spread.loss = one.loss;
            other.spread.loss = other.loss;
            assert_int_equal(bh_spread_exact(alike, origin, 1e-10, 1000000, &one.spread, &err), 0);
            assert_int_equal(bh_spread_exact(apart, origin, 1e-10, 1000000, &other.spread, &err), 0);
            double left = one.spread.unresolved + other.spread.unresolved + 1e-11;
            assert_true(left < 1e-4);
            for (int s = 0; s < BH_SCOPES; s++) {
                assert_true(fabs(one.spread.extent[s] - other.spread.extent[s]) <= left);
                assert_true(fabs(one.loss[s] - other.loss[s]) <= left);
            }
            for (int b = 0; b < BH_BOUNDARIES; b++)
                assert_true(fabs(one.spread.beyond[b] - other.spread.beyond[b]) <= left);
            assert_true(fabs(one.spread.silent - other.spread.silent) <= left);
            assert_true(fabs(one.spread.stops[BH_STOPS_DEGRADED] - other.spread.stops[BH_STOPS_DEGRADED]) <= left);
            if (i == 0 && z == 0) { /* four processes alike: room for 2,000 states is enough */
                assert_int_equal(bh_spread_exact(alike, origin, 1e-10, 2000, &one.spread, &err), 0);
                assert_int_equal(bh_spread_exact(apart, origin, 1e-10, 2000, &other.spread, &err), -1);
            }
        }
        bh_node_model_destroy(alike);
        bh_node_model_destroy(apart);
        bh_catalog_destroy(catalog);
    }
}

/* Two processes with equal numbers, which the host reaches alike, are not alike if they lead to different zones:
 * process 3 is reached by way of 1, with 0.3 x 0.9, process 4 by way of 2, with 0.3 x 0.5. */
BH_TEST(test_other_ways_on_keep_processes_apart)
{
    static const struct bh_small_zone zones[] = {{-1, BH_HOST_KERNEL, -1, -1, -1},
                                                 {0, BH_HOST_USER, 0, 0, 0},
                                                 {0, BH_HOST_USER, 0, 0, 1},
                                                 {0, BH_HOST_USER, 1, 1, 2},
                                                 {0, BH_HOST_USER, 2, 2, 3}};
    for (int same = 0; same < 2; same++) { /* with equal probabilities, the ends still differ */
        double other = same ? 0.9 : 0.5;
        struct bh_small_channel channels[] = {
            {0, 1, 0.3, 0, false}, {0, 2, 0.3, 0, false}, {1, 3, 0.9, 0, false}, {2, 4, other, 0, false}};
        struct bh_node_model *model = bh_small_model(zones, 5, channels, 4);
        struct answer answer = {.loss = {0}};
        answer.spread.loss = answer.loss;
        for (size_t z = 3; z < 5; z++)
            model->ending[z][BH_DATA] = (struct bh_copy_ending){1.0, 0, 1.0, 0, 0};
        assert_int_equal(bh_spread_exact(model, (struct bh_origin){.zone = 0}, 1e-15, 100000, &answer.spread, NULL), 0);
        assert_close(answer.loss[1 * BH_SCOPES + BH_SCOPE_PROCESS], 0.3 * 0.9, 1e-12);
        assert_close(answer.loss[2 * BH_SCOPES + BH_SCOPE_PROCESS], 0.3 * other, 1e-12);
        bh_node_model_destroy(model);
    }
}

static void compare(const struct bh_node_model *alike, const struct bh_node_model *apart, struct bh_origin origin,
                    bool tracks_depth)
{
    struct bh_error err = {0};
    struct answer one = {.loss = {0}}, other = {.loss = {0}};
    int (*const exact)(const struct bh_node_model *, struct bh_origin, double, size_t, struct bh_spread *,
                       struct bh_error *) = tracks_depth ? bh_spread_exact_depth : bh_spread_exact;
    one.spread.loss = one.loss;
    other.spread.loss = other.loss;
    if (exact(alike, origin, 1e-8, 1000000, &one.spread, &err) != 0 ||
        exact(apart, origin, 1e-8, 1000000, &other.spread, &err) != 0)
        fail_msg("%s", err.text);
    double left = one.spread.unresolved + other.spread.unresolved + 1e-11;
    assert_true(left < 1e-3);
    for (int s = 0; s < BH_SCOPES; s++)
        assert_true(fabs(one.spread.extent[s] - other.spread.extent[s]) <= left);
    for (int c = 0; c < TENANTS_MOST * BH_SCOPES; c++)
        assert_true(fabs(one.loss[c] - other.loss[c]) <= left);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        assert_true(fabs(one.spread.beyond[b] - other.spread.beyond[b]) <= left);
    for (int d = 0; d < BH_DEPTHS; d++)
        assert_true(fabs(one.spread.depth[d] - other.spread.depth[d]) <= left);
    assert_true(fabs(one.spread.silent - other.spread.silent) <= left);
}

/* Guests that are alike change places too, whole, beside an enclave of another kind. */
BH_TEST(test_alike_guests_are_lumped)
{
    static const struct bh_tenant tenants[] = {{.guests_per_node = 3, .processes_per_guest = 1, .node_share = 0.75},
                                               {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.25}};
    static const char *const cases[][3] = {
        {"palacios", "protection-first", NULL},
        {"palacios", "as-host-kernel", "{channels.vm-exit.probability: 0.1}"},
        {"palacios", "oops", "{channels.host-to-guest.probability: 1}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_catalog *catalog = bh_test_catalog(cases[i][2], NULL);
        struct bh_node_model *alike = bh_test_model(catalog, cases[i][0], cases[i][1], tenants, 2);
        struct bh_node_model *apart = bh_test_model(catalog, cases[i][0], cases[i][1], tenants, 2);
        for (size_t p = 0; p < apart->tree->processes_count; p++)
            apart->ending[apart->tree->process_zone[p]][BH_DATA].rate *= 1 + 1e-13 * (double)(p + 1);
        for (size_t z = 0; z < 3; z++) /* the host, a guest, its process */
            for (int tracks_depth = 0; tracks_depth < 2; tracks_depth++)
                compare(alike, apart, (struct bh_origin){.zone = z, .also_host_kernel = z > 0}, tracks_depth);
        bh_node_model_destroy(alike);
        bh_node_model_destroy(apart);
        bh_catalog_destroy(catalog);
    }
    /* From the host all of six guests are alike: 6! orders are one. Zones are not entered again, which keeps states few. */
    static const struct bh_tenant six[] = {{.guests_per_node = 6, .processes_per_guest = 1, .node_share = 1}};
    struct bh_catalog *catalog = bh_test_catalog("{errors.again: 0}", NULL);
    struct bh_node_model *model = bh_test_model(catalog, "palacios", "protection-first", six, 1);
    struct answer answer = {.loss = {0}};
    answer.spread.loss = answer.loss;
    assert_int_equal(bh_spread_exact(model, (struct bh_origin){.zone = 0}, 1e-13, 1000, &answer.spread, NULL), 0);
    model->ending[2][BH_DATA].rate *= 1 + 1e-13;
    model->ending[4][BH_DATA].rate *= 1 - 1e-13;
    model->ending[6][BH_DATA].rate *= 1 + 2e-13;
    assert_int_equal(bh_spread_exact(model, (struct bh_origin){.zone = 0}, 1e-13, 1000, &answer.spread, NULL), -1);
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* Guests that reach each other directly, all alike or in a ring, which only turns: what was tried between two guests moves
 * with both of them. */
BH_TEST(test_channels_between_guests)
{
    enum { GUESTS = 3 };
    for (int ring = 0; ring < 2; ring++) {
        struct bh_small_zone zones[1 + 2 * GUESTS] = {{-1, BH_HOST_KERNEL, -1, -1, -1}};
        struct bh_small_channel channels[32];
        size_t count = 0;
        for (int g = 0; g < GUESTS; g++) {
            size_t kernel = 1 + 2 * (size_t)g;
            zones[kernel] = (struct bh_small_zone){0, BH_GUEST_KERNEL, 0, g, -1};
            zones[kernel + 1] = (struct bh_small_zone){(int)kernel, BH_GUEST_USER, 0, g, g};
            channels[count++] = (struct bh_small_channel){0, kernel, 0.2, 0, false};
            for (int to = 0; to < GUESTS; to++)
                if (ring ? to == (g + 1) % GUESTS : to != g)
                    channels[count++] = (struct bh_small_channel){kernel, 1 + 2 * (size_t)to, 0.3, 0.2, false};
        }
        struct bh_node_model *alike = bh_small_model(zones, 1 + 2 * GUESTS, channels, count);
        struct bh_node_model *apart = bh_small_model(zones, 1 + 2 * GUESTS, channels, count);
        for (size_t z = 1; z < 1 + 2 * GUESTS; z++) {
            alike->ending[z][BH_DATA] = (struct bh_copy_ending){1.0, 0.5, 0.4, 0.1, 0};
            apart->ending[z][BH_DATA] = (struct bh_copy_ending){1.0 + 1e-13 * (double)z, 0.5, 0.4, 0.1, 0};
            alike->disposition[z] = apart->disposition[z] = z % 2 ? BH_SCOPE_GUEST : BH_SCOPE_PROCESS;
        }
        compare(alike, apart, (struct bh_origin){.zone = 0}, false);
        compare(alike, apart, (struct bh_origin){.zone = 3}, true);
        bh_node_model_destroy(alike);
        bh_node_model_destroy(apart);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alike_processes_are_lumped),
        cmocka_unit_test(test_other_ways_on_keep_processes_apart),
        cmocka_unit_test(test_alike_guests_are_lumped),
        cmocka_unit_test(test_channels_between_guests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
