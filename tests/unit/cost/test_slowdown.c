/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The price of virtualization and guards: the header's formula worked by hand. */
#include "models/catalog/application.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "tests/support/models.h"

#include "models/cost/slowdown.h"

#define VALUE(x) ((struct bh_parameter){.value = (x)})

static struct bh_application bulk_synchronous(void)
{
    return (struct bh_application){.name = "bulk",
                                   .kind = &bh_application_kinds[bh_kind_bulk_synchronous_number],
                                   .step_s = VALUE(2),
                                   .exits_per_s = VALUE(1000),
                                   .halo_bytes = VALUE(1e6),
                                   .halo_messages = VALUE(10),
                                   .collectives = VALUE(3)};
}

static const struct bh_network network = {.latency_s = 1e-6, .node_bandwidth = 1e9, .contention = 1.0};
static const struct bh_component linux_kernel = {
    .name = "linux", .is_kernel = true, .noise_share = {.value = 0.002}, .noise_measured_nodes = {.value = 10000}};
static const struct bh_component light_kernel = {.name = "light",
                                                 .is_kernel = true,
                                                 .noise_share = {.value = 1e-4},
                                                 .noise_is_bounded = true,
                                                 .noise_measured_nodes = {.value = 500}};
static const struct bh_guard_level outer = {.compute_slowdown = {.value = 0.05},
                                            .exit_time_s = {.value = 0.5e-6},
                                            .latency_s = {.value = 4e-6},
                                            .bandwidth_loss = {.value = 0.15},
                                            .memory_share = {.value = 0.01}};
static const struct bh_guard_level inner = {.compute_slowdown = {.value = 0.01},
                                            .latency_s = {.value = 1e-6},
                                            .bandwidth_loss = {.value = 0.05},
                                            .memory_share = {.value = 0.002}};
static const struct bh_guard_level *const guards[BH_BOUNDARIES] = {
    [BH_PROCESS_KERNEL] = &inner, [BH_GUEST_HOST] = &outer};
static const struct bh_guard_level *const no_guards[BH_BOUNDARIES] = {NULL};

static const struct bh_component quiet_kernel = {.name = "quiet"}; /* without noise */

static struct bh_system virtualized(void)
{
    return (struct bh_system){.name = "v",
                              .guest_kernel = &linux_kernel,
                              .compute_slowdown = VALUE(0.02),
                              .exit_time_s = VALUE(1e-6),
                              .latency_s = VALUE(2e-6),
                              .bandwidth_loss = VALUE(0.1)};
}

/* N = 1000: 10 stages, so 2 x 3 x 10 + 10 = 70 message latencies a step, and 1 ms of halo:
 *   native   70 x 1 us + 1 ms       = 1.07 ms
 *   system   70 x 3 us + 1 ms / 0.9
 *   guarded  70 x 8 us + 1 ms / 0.7 */
BH_TEST(test_formula_by_hand)
{
    struct bh_application application = bulk_synchronous();
    struct bh_system system = virtualized();
    struct bh_slowdown slowdown =
        bh_slowdown_of(&application, &system, guards, &light_kernel, &linux_kernel, network, 1000);
    double native = 1.07e-3, with_system = 210e-6 + 1e-3 / 0.9, guarded = 560e-6 + 1e-3 / 0.7;
    assert_close(slowdown.compute, 1 + native / 2, 1e-14);
    assert_close(slowdown.virtualization, 0.02 + 1000 * 1e-6 + (with_system - native) / 2, 1e-12);
    assert_close(slowdown.guards, 1.02 * 0.06 + 1000 * 0.5e-6 + (guarded - with_system) / 2, 1e-12);
    assert_close(slowdown.guard_memory, 0.012, 1e-14);
    assert_close(slowdown.noise.step_s, 2 * (slowdown.compute + slowdown.virtualization + slowdown.guards), 1e-14);
    assert_int_equal(slowdown.noise.nodes, 1000);
    assert_int_equal(slowdown.noise.count, 2);
    assert_true(slowdown.noise.source[0].is_bounded);
    assert_close(slowdown.noise.source[0].mean_share, 1e-4, 0);
    assert_false(slowdown.noise.source[1].is_bounded);
    assert_close(slowdown.noise.source[1].mean_share, 0.002, 0);
    assert_true(slowdown.noise.extrapolated); /* the light-weight kernel was measured on 500 */
}

BH_TEST(test_stages)
{
    static const struct {
        uint64_t nodes;
        double stages;
    } cases[] = {{1, 0}, {2, 1}, {3, 2}, {1024, 10}, {1025, 11}, {UINT64_C(1) << 20, 20}};
    struct bh_application application = bulk_synchronous();
    struct bh_system native = {.name = "native"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_slowdown slowdown =
            bh_slowdown_of(&application, &native, no_guards, NULL, NULL, network, cases[i].nodes);
        assert_close((slowdown.compute - 1) * 2, (10 + 6 * cases[i].stages) * 1e-6 + 1e-3, 1e-9);
    }
}

BH_TEST(test_native_has_no_price)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_tenant tenant = {.guests_per_node = 1, .processes_per_guest = 4, .node_share = 1};
    struct bh_node_model *model = bh_test_model(catalog, "native", "native", &tenant, 1);
    const struct bh_component *kernel = bh_test_component(catalog, "linux");
    struct bh_slowdown slowdown =
        bh_slowdown_of(bh_test_application(catalog, "mpi-bulk-synchronous"), bh_test_system(catalog, "native"),
                       model->guard, kernel, kernel, network, 4096);
    assert_close(slowdown.virtualization, 0, 0);
    assert_close(slowdown.guards, 0, 0);
    assert_int_equal(slowdown.noise.count, 1); /* no guest kernel, even if one is named */
    assert_false(slowdown.noise.extrapolated);
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* Without guests there is nothing to exit from, whatever an exit costs. */
BH_TEST(test_exits_need_guests)
{
    struct bh_application application = bulk_synchronous();
    struct bh_system system = virtualized();
    system.guest_kernel = NULL;
    system.latency_s = system.bandwidth_loss = VALUE(0);
    struct bh_slowdown slowdown = bh_slowdown_of(&application, &system, guards, NULL, NULL, network, 1);
    assert_close(slowdown.virtualization, 0.02, 1e-14);
    assert_close(slowdown.guards, 1.02 * 0.06 + (10 * 5e-6 + 1e-3 / 0.8 - 1e-3) / 2, 1e-12);
}

/* Beside the guests of others: nothing of the system, and of the guards those that no guest is behind. */
BH_TEST(test_native_beside_guests)
{
    struct bh_application application = bulk_synchronous();
    struct bh_system system = virtualized();
    struct bh_slowdown slowdown = bh_slowdown_of(&application, &system, guards, &light_kernel, NULL, network, 1);
    assert_close(slowdown.virtualization, 0, 0);
    assert_close(slowdown.guards, 0.01 + (10 * 1e-6 + 1e-3 / 0.95 - 1e-3) / 2, 1e-12);
    assert_close(slowdown.guard_memory, 0, 0);
    assert_int_equal(slowdown.noise.count, 1);
}

BH_TEST(test_stronger_guards_cost_more)
{
    static const char *const order[] = {"as-host-kernel", "protection-first"};
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_tenant tenant = {.guests_per_node = 1, .processes_per_guest = 4, .node_share = 1};
    double price[2];
    for (size_t i = 0; i < 2; i++) {
        struct bh_node_model *model = bh_test_model(catalog, "palacios", order[i], &tenant, 1);
        const struct bh_component *kernel = bh_test_component(catalog, "linux");
        price[i] = bh_slowdown_of(bh_test_application(catalog, "mpi-bulk-synchronous"),
                                  bh_test_system(catalog, "palacios"), model->guard, kernel, kernel, network, 4096)
                       .guards;
        bh_node_model_destroy(model);
    }
    assert_close(price[0], 0, 0); /* passthrough */
    assert_true(price[1] > 0.05);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_service_waits_for_nobody)
{
    struct bh_application service = bulk_synchronous();
    struct bh_system system = virtualized();
    service.kind = &bh_application_kinds[bh_kind_service_number];
    struct bh_slowdown large =
        bh_slowdown_of(&service, &system, guards, &linux_kernel, &quiet_kernel, network, 1 << 20);
    assert_close(large.compute, 1 + (10e-6 + 1e-3) / 2, 1e-14);
    assert_close(large.virtualization, 0.021 + (10 * 2e-6 + 1e-3 / 0.9 - 1e-3) / 2, 1e-12);
    assert_int_equal(large.noise.nodes, 1);
    assert_false(large.noise.extrapolated);
    service.collectives = VALUE(0);
    struct bh_slowdown none = bh_slowdown_of(&service, &system, guards, &linux_kernel, &quiet_kernel, network, 7);
    assert_close(none.compute, large.compute, 0);
    assert_close(none.guards, large.guards, 0);
}

/* Losses that add up to the whole link leave a hundredth of it. */
BH_TEST(test_link_is_never_all_lost)
{
    struct bh_application application = bulk_synchronous();
    struct bh_system system = virtualized();
    system.bandwidth_loss = VALUE(0.9);
    struct bh_slowdown slowdown = bh_slowdown_of(&application, &system, guards, NULL, &quiet_kernel, network, 2);
    assert_close(slowdown.guards, 1.02 * 0.06 + 0.5e-3 + (16 * 5e-6 + 0.1 - 0.01) / 2, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula_by_hand),          cmocka_unit_test(test_stages),
        cmocka_unit_test(test_native_has_no_price),      cmocka_unit_test(test_exits_need_guests),
        cmocka_unit_test(test_native_beside_guests),     cmocka_unit_test(test_stronger_guards_cost_more),
        cmocka_unit_test(test_service_waits_for_nobody), cmocka_unit_test(test_link_is_never_all_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
