/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is kept of an exact chain may answer for another only if nothing that the chain reads differs: each number of the
 * catalog is moved, and where the cache has one answer for both a chain followed afresh must have the same. */
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "models/containment/critical_values.h"
#include "models/containment/isolation.h"
#include "models/containment/isolation_cache.h"
#include "models/node/node_model.h"
#include "tests/support/models.h"

enum { TENANTS = 2 };

static bool enabled[64]; /* all fault classes: those of devices and of memory's codes too */

/* As few as have channels between guests: a chain is followed for most numbers. */
static void fill_tenants(const struct bh_catalog *catalog, struct bh_tenant tenants[TENANTS])
{
    for (size_t t = 0; t < TENANTS; t++)
        tenants[t] = (struct bh_tenant){.guests_per_node = 1,
                                        .processes_per_guest = 1,
                                        .node_share = t == 0 ? 0.75 : 0.25,
                                        .application = bh_test_application(catalog, "mpi-bulk-synchronous")};
}

static bool is_same(const struct bh_isolation *a, const struct bh_isolation *b)
{
    size_t rates = a->tenants_count * sizeof(double);
    return a->error_rate == b->error_rate && a->unchangeable_rate == b->unchangeable_rate &&
           memcmp(a->coverage, b->coverage, sizeof a->coverage) == 0 &&
           memcmp(a->escape, b->escape, sizeof a->escape) == 0 &&
           memcmp(a->exposed_rate, b->exposed_rate, sizeof a->exposed_rate) == 0 &&
           memcmp(a->stops, b->stops, sizeof a->stops) == 0 &&
           memcmp(a->loss_rate, b->loss_rate, BH_SCOPES * rates) == 0 &&
           memcmp(a->repair_rate, b->repair_rate, rates) == 0 &&
           memcmp(a->software_rate, b->software_rate, rates) == 0 && memcmp(a->silent_rate, b->silent_rate, rates) == 0;
}

struct stack {
    const char *system, *policy;
    size_t tenants;
};

struct asked {
    struct bh_node_model *model;
    struct bh_fault_streams *streams;
};

static struct asked ask(const struct bh_catalog *catalog, const struct stack *stack)
{
    struct bh_tenant tenants[TENANTS];
    const struct bh_system *found = bh_test_system(catalog, stack->system);
    struct bh_fault_choice choice = {1024, enabled, true};
    fill_tenants(catalog, tenants);
    struct bh_node_model *model = bh_test_model(catalog, stack->system, stack->policy, tenants, stack->tenants);
    return (struct asked){
        model, bh_fault_streams_create(catalog, model, tenants, choice, found->host_kernel, found->guest_kernel)};
}

static void put_away(struct asked *asked)
{
    bh_fault_streams_destroy(asked->streams);
    bh_node_model_destroy(asked->model);
}

/* Another value that the number may have; NAN: it has none near by. */
static double other_value(const struct bh_parameter *parameter)
{
    if (isnan(parameter->value))
        return NAN;
    if (parameter->value == 0.0)
        return 0.01;
    return 0.97 * parameter->value;
}

BH_TEST(test_every_number)
{
    static const struct stack stacks[] = {
        {"native", "native", 2}, {"palacios-shared-network", "protection-first", 2}, {"kvm", "performance-first", 1}};
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    size_t moved_count = 0, told_apart = 0;
    for (size_t i = 0; i < sizeof enabled / sizeof *enabled; i++)
        enabled[i] = true;
    for (size_t i = 0; i < BH_COUNT(stacks); i++) {
        struct asked first = ask(catalog, &stacks[i]);
        struct bh_isolation_cache *list = bh_isolation_cache_create_list(); /* which follows no chain */
        const struct bh_isolation *listed = bh_isolation_cache_find(list, first.model, first.streams);
        struct bh_isolation *kept = bh_isolation_create_coarse(first.model, first.streams);
        for (size_t n = 0; n < catalog->parameters_count; n++) {
            double value = other_value(catalog->parameters[n]);
            if (isnan(value))
                continue;
            struct bh_moved_number moved = bh_number_move(catalog, n, value);
            struct asked again = ask(catalog, &stacks[i]);
            if (bh_isolation_cache_find(list, again.model, again.streams) == listed) {
                struct bh_isolation *fresh = bh_isolation_create_coarse(again.model, again.streams);
                if (!is_same(fresh, kept))
                    fail_msg("%s %s: %s does not tell two chains apart", stacks[i].system, stacks[i].policy,
                             catalog->parameters[n]->path);
                bh_isolation_destroy(fresh);
            } else {
                told_apart++;
            }
            moved_count++;
            put_away(&again);
            bh_number_put_back(&moved);
        }
        bh_isolation_destroy(kept);
        bh_isolation_cache_destroy(list);
        put_away(&first);
    }
    print_message("# %zu numbers moved, of which %zu tell chains apart\n", moved_count, told_apart);
    assert_true(moved_count > 600 && told_apart > 100);
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_number)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
