/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Derivatives by the numbers of the catalog, against moving each of them; critical values against the chain. */
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "models/containment/critical_values.h"
#include "tests/support/models.h"

#include "models/containment/isolation.h"
#include "models/containment/sensitivity.h"

static const struct bh_tenant *tenants_of(const struct bh_catalog *catalog)
{
    static struct bh_tenant tenants[2];
    tenants[0] = (struct bh_tenant){.guests_per_node = 1, .processes_per_guest = 2, .node_share = 0.75};
    tenants[1] = (struct bh_tenant){.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.25};
    tenants[0].application = bh_test_application(catalog, "mpi-bulk-synchronous");
    tenants[1].application = bh_test_application(catalog, "loss-tolerant-service");
    return tenants;
}

static const bool *all_faults(void)
{
    static bool enabled[64];
    for (size_t i = 0; i < 64; i++)
        enabled[i] = true;
    return enabled;
}

static struct bh_stack stack_of(const struct bh_catalog *catalog, const char *system, const char *policy)
{
    const struct bh_system *found = bh_test_system(catalog, system);
    return (struct bh_stack){.catalog = catalog,
                             .system = found,
                             .policy = bh_test_policy(catalog, policy),
                             .host_kernel = found->host_kernel,
                             .guest_kernel = found->guest_kernel,
                             .tenants = tenants_of(catalog),
                             .tenants_count = 2,
                             .faults = {1024, all_faults(), true}};
}

/* The same values by the isolation of the policy. */
static void values_of(const struct bh_stack *stack, double value[BH_OUTCOMES])
{
    struct bh_error err = {0};
    struct bh_sensitivity sensitivity;
    if (bh_sensitivity_of(stack, 0, &sensitivity, &err) != 0)
        fail_msg("%s", err.text);
    memcpy(value, sensitivity.value, sizeof sensitivity.value);
    bh_sensitivity_free(&sensitivity);
}

BH_TEST(test_values_are_those_of_isolation)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_stack stack = stack_of(catalog, "palacios", "protection-first");
    struct bh_node_model *model =
        bh_test_model(catalog, "palacios", "protection-first", stack.tenants, stack.tenants_count);
    struct bh_fault_streams *streams =
        bh_fault_streams_create(catalog, model, stack.tenants, stack.faults, stack.host_kernel, stack.guest_kernel);
    struct bh_isolation *isolation = bh_isolation_create(model, streams);
    double value[BH_OUTCOMES], covered = 0;
    values_of(&stack, value);
    for (int s = 0; s < BH_SCOPES; s++) {
        covered += value[s];
        assert_close(covered, isolation->coverage[s], 1e-6);
    }
    for (int b = 0; b < BH_NODE_NODE; b++)
        assert_true(fabs(value[BH_OUTCOME_BEYOND + b] - isolation->escape[b]) < 1e-6 * isolation->escape[b] + 1e-9);
    bh_isolation_destroy(isolation);
    bh_fault_streams_destroy(streams);
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* Central differences over every assumed number of three stacks: rates, shares, weights, channels, guards, lifetimes. */
BH_TEST(test_against_moved_numbers)
{
    static const char *const cases[][2] = {
        {"native", "native"}, {"palacios", "protection-first"}, {"qemu", "as-host-kernel"}};
    struct bh_catalog *catalog = bh_test_catalog("{components.linux.shared-bug: 0.05}", NULL);
    size_t moved_count = 0, nonzero = 0;
    double worst = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_stack stack = stack_of(catalog, cases[i][0], cases[i][1]);
        struct bh_sensitivity sensitivity;
        struct bh_error err = {0};
        if (bh_sensitivity_of(&stack, 0, &sensitivity, &err) != 0)
            fail_msg("%s", err.text);
        for (size_t n = 0; n < catalog->parameters_count; n++) {
            const struct bh_parameter *parameter = catalog->parameters[n];
            bool is_any = false;
            for (int o = 0; o < BH_OUTCOMES; o++)
                is_any = is_any || fabs(sensitivity.slope[n * BH_OUTCOMES + (size_t)o]) > 0;
            bool is_weight = strstr(parameter->path, "weight") != NULL || strstr(parameter->path, "rate") != NULL;
            if (parameter->value <= 0 || parameter->value == 1 || (!is_any && !is_weight && n % 7 != 0))
                continue;
            double step = 1e-4 * parameter->value, up[BH_OUTCOMES], down[BH_OUTCOMES];
            if (parameter->value < 1 && parameter->value + step >= 1)
                step = 0.5 * (1 - parameter->value);
            struct bh_moved_number moved = bh_number_move(catalog, n, parameter->value + step);
            values_of(&stack, up);
            bh_number_put_back(&moved);
            moved = bh_number_move(catalog, n, parameter->value - step);
            values_of(&stack, down);
            bh_number_put_back(&moved);
            for (int o = 0; o < BH_OUTCOMES; o++) {
                if (isnan(sensitivity.value[o]))
                    continue;
                double analytic = sensitivity.slope[n * BH_OUTCOMES + (size_t)o] * parameter->value;
                double difference = (up[o] - down[o]) / (2 * step) * parameter->value;
                double off =
                    fabs(analytic - difference) / (1e-4 * fabs(difference) + 1e-4 * sensitivity.value[o] + 1e-9);
                if (off > 1)
                    fail_msg("%s %s, %s, outcome %d: %.8g, difference %.8g", cases[i][0], cases[i][1], parameter->path,
                             o, analytic, difference);
                worst = fmax(worst, off);
                nonzero += fabs(analytic) > 1e-6;
            }
            moved_count++;
        }
        bh_sensitivity_free(&sensitivity);
    }
    print_message("# %zu numbers moved, %zu derivatives of some size, worst off by %.2g of what is allowed\n",
                  moved_count, nonzero, worst);
    assert_true(moved_count > 80 && nonzero > 300);
    bh_catalog_destroy(catalog);
}

/* Two policies that differ in the guest kernel's disposition and in guards: somewhere a number turns them, and there
 * both have the same escape ratio. */
BH_TEST(test_swaps)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_stack stacks[] = {stack_of(catalog, "native", "native"),
                                stack_of(catalog, "palacios-shared-network", "protection-first")};
    size_t count = catalog->parameters_count, swaps_count;
    bool *chosen = bh_allocate(count, sizeof *chosen), *matters = bh_allocate(2 * count, sizeof *matters);
    double own[2];
    struct bh_swap *swaps;
    struct bh_error err = {0};
    for (size_t n = 0; n < count; n++) {
        chosen[n] = catalog->parameters[n]->status == BH_ASSUMED;
        matters[2 * n] = matters[2 * n + 1] = true;
    }
    for (int s = 0; s < 2; s++)
        assert_int_equal(bh_stack_escape(&stacks[s], BH_ENCLAVE_ENCLAVE, 0, &own[s], &err), 0);
    if (bh_swaps_find(stacks, 2, catalog, BH_ENCLAVE_ENCLAVE, chosen, matters, own, 0, &swaps, &swaps_count, &err) != 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < swaps_count; i++) {
        double escape[2];
        struct bh_moved_number moved = bh_number_move(catalog, swaps[i].number, swaps[i].critical);
        for (int s = 0; s < 2; s++)
            bh_stack_escape(&stacks[s], BH_ENCLAVE_ENCLAVE, 0, &escape[s], &err);
        bh_number_put_back(&moved);
        print_message("# %s: own %g, critical %g: %.6g and %.6g\n", catalog->parameters[swaps[i].number]->path,
                      catalog->parameters[swaps[i].number]->value, swaps[i].critical, escape[0], escape[1]);
        assert_close(escape[0], escape[1], 1e-5);
        assert_true(own[swaps[i].first] < own[swaps[i].second]);
    }
    print_message("# own escapes %.6g and %.6g, %zu swaps\n", own[0], own[1], swaps_count);
    free(swaps);
    free(chosen);
    free(matters);
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_those_of_isolation),
        cmocka_unit_test(test_against_moved_numbers),
        cmocka_unit_test(test_swaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
