/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Containment over all faults of a node: coverage, escape ratios, what tenants lose, and the cache. */
#include "models/catalog/fault_class.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "models/containment/isolation_cache.h"
#include "tests/support/models.h"

#include "models/containment/isolation.h"

enum { FAULTS_MOST = 16 };

/* Everything that one isolation is computed from. */
struct node {
    struct bh_catalog *catalog;
    struct bh_tenant tenants[2];
    struct bh_node_model *model;
    struct bh_fault_streams *streams;
    struct bh_isolation *isolation;
};

/* `only`: the one hardware class that is on, without software; NULL: everything. */
static struct node build(const char *system, const char *policy, const char *only, const char *overrides,
                         const char *extra)
{
    struct node node = {.catalog = bh_test_catalog(overrides, extra)};
    node.tenants[0] = (struct bh_tenant){.guests_per_node = 1,
                                         .processes_per_guest = 2,
                                         .node_share = 0.75,
                                         .application = bh_test_application(node.catalog, "mpi-bulk-synchronous")};
    node.tenants[1] = (struct bh_tenant){.guests_per_node = 1,
                                         .processes_per_guest = 1,
                                         .node_share = 0.25,
                                         .application = bh_test_application(node.catalog, "loss-tolerant-service")};
    bool enabled[FAULTS_MOST] = {false};
    for (size_t f = 0; f < node.catalog->faults_count; f++)
        enabled[f] = only == NULL || strcmp(node.catalog->faults[f].name, only) == 0;
    node.model = bh_test_model(node.catalog, system, policy, node.tenants, 2);
    node.streams = bh_fault_streams_create(
        node.catalog, node.model, node.tenants, (struct bh_fault_choice){1024, enabled, only == NULL},
        node.model->tree->system->host_kernel, node.model->tree->system->guest_kernel);
    node.isolation = bh_isolation_create(node.model, node.streams);
    assert_null(node.isolation->why_not);
    return node;
}

static void destroy(struct node *node)
{
    bh_isolation_destroy(node->isolation);
    bh_fault_streams_destroy(node->streams);
    bh_node_model_destroy(node->model);
    bh_catalog_destroy(node->catalog);
}

static double loss_of(const struct bh_isolation *isolation, size_t tenant, enum bh_scope scope)
{
    return isolation->loss_rate[tenant * BH_SCOPES + scope];
}

BH_TEST(test_coverage)
{
    static const char *const cases[][2] = {
        {"native", "native"},
        {"qemu", "protection-first"},
        {"kvm", "protection-first"},
        {"kvm", "as-host-kernel"},
        {"palacios", "protected-disposition"},
        {"palacios-kitten", "same-os"},
        {"palacios-shared-network", "oops"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct node node = build(cases[i][0], cases[i][1], NULL, NULL, NULL);
        const struct bh_isolation *isolation = node.isolation;
        double rate = 0;
        for (size_t s = 0; s < node.streams->count; s++)
            rate += node.streams->stream[s].rate;
        assert_close(isolation->error_rate, rate, 1e-12);
        for (int s = 1; s < BH_SCOPES; s++)
            assert_true(isolation->coverage[s] >= isolation->coverage[s - 1]);
        assert_true(isolation->coverage[BH_SCOPE_NONE] > 0 && isolation->coverage[BH_SCOPE_PROCESS] < 1);
        assert_true(isolation->unresolved < 1e-6);
        assert_close(isolation->coverage[BH_SCOPE_SYSTEM], 1, isolation->unresolved + 1e-12);
        assert_int_equal(isnan(isolation->escape[BH_GUEST_HOST]), 0);
        /* Native has no guest between process and node. */
        if (i == 0)
            assert_close(isolation->coverage[BH_SCOPE_GUEST], isolation->coverage[BH_SCOPE_PROCESS], 0);
        for (size_t t = 0; t < 2; t++) {
            double lost = 0;
            for (int s = 0; s < BH_SCOPES; s++)
                lost += loss_of(isolation, t, (enum bh_scope)s);
            /* Each error takes one of the scopes from each tenant, if only `none`. */
            assert_close(lost, isolation->error_rate, isolation->unresolved + 1e-9);
        }
        destroy(&node);
    }
}

/* A process with a channel to its kernel of p = 0.4, b = 0.5 (dropped); half of its errors are masked, half signalled;
 * the kernel's copies are masked. Reached: 0.2. Something happens: 1 - 0.8 x 0.5 = 0.6. Escape ratio 0.2/0.6.
 * Two thirds of the errors of rate 3 begin there, one third in a process without channels: 0.5 happens, nothing gets
 * out. Together 0.2 x 2/(0.6 x 2 + 0.5 x 1). */
BH_TEST(test_escape_by_hand)
{
    static const struct bh_small_zone zones[] = {
        {-1, BH_HOST_KERNEL, -1, -1, -1}, {0, BH_HOST_USER, 0, 0, 0}, {0, BH_HOST_USER, 1, 1, 1}};
    static const struct bh_small_channel channel = {1, 0, 0.4, 0.5, false};
    struct bh_node_model *model = bh_small_model(zones, 3, &channel, 1);
    for (size_t z = 1; z < 3; z++)
        model->ending[z][BH_DATA] = (struct bh_copy_ending){1.0, 0.5, 0.5, 0, 0};
    struct bh_fault_stream stream[2] = {{.zone = 1, .rate = 2}, {.zone = 2, .rate = 1}};
    struct bh_fault_streams streams = {.count = 1, .stream = stream};
    struct bh_isolation *isolation = bh_isolation_create(model, &streams);
    assert_close(isolation->escape[BH_PROCESS_KERNEL], 0.2 / 0.6, 1e-12);
    assert_close(isolation->coverage[BH_SCOPE_NONE], 0.4, 1e-12);
    assert_close(isolation->coverage[BH_SCOPE_PROCESS], 0.8, 1e-12);
    assert_close(isolation->coverage[BH_SCOPE_NODE], 1, 1e-12);
    assert_close(loss_of(isolation, 0, BH_SCOPE_PROCESS), 2 * 0.5, 1e-12);
    bh_isolation_destroy(isolation);

    streams.count = 2;
    isolation = bh_isolation_create(model, &streams);
    assert_close(isolation->error_rate, 3, 1e-14);
    assert_close(isolation->escape[BH_PROCESS_KERNEL], 0.4 / 1.7, 1e-12);
    assert_close(isolation->escape[BH_ENCLAVE_ENCLAVE], 0, 0);
    assert_close(loss_of(isolation, 1, BH_SCOPE_PROCESS), 0.5, 1e-12);
    bh_isolation_destroy(isolation);

    /* No errors at all: nothing to divide by. */
    streams.count = 0;
    isolation = bh_isolation_create(model, &streams);
    assert_true(isnan(isolation->escape[BH_PROCESS_KERNEL]) && isnan(isolation->coverage[BH_SCOPE_SYSTEM]));
    assert_close(isolation->error_rate, 0, 0);
    bh_isolation_destroy(isolation);
    bh_node_model_destroy(model);
}

/* Landing shares, kinds and shared bugs all become rates of origins: without channels the node is lost exactly by the
 * host kernel's signalled errors, and a shared bug adds the guest kernels' share of them. */
BH_TEST(test_rates_of_origins)
{
    static const struct bh_small_zone zones[] = {{-1, BH_HOST_KERNEL, -1, -1, -1}, {0, BH_GUEST_KERNEL, 0, 0, -1}};
    struct bh_node_model *model = bh_small_model(zones, 2, NULL, 0);
    model->disposition[1] = BH_SCOPE_GUEST;
    model->ending[0][BH_DATA] = (struct bh_copy_ending){1.0, 0.9, 0.1, 0, 0};
    model->ending[0][BH_INSTRUCTION] = (struct bh_copy_ending){1.0, 0.5, 0.5, 0, 0};
    model->tree->zones[0].memory_share = 0.25;
    model->tree->zones[1].memory_share = 0.75;
    model->tree->zones[0].cpu_share = 1.0;
    struct bh_fault_class memory = {.landing = BH_LANDING_MEMORY}, cpu = {.landing = BH_LANDING_CPU};
    struct bh_fault_stream stream[] = {
        {.hardware = &memory, .rate = 8, .instruction_share = 0.25},
        {.hardware = &cpu, .rate = 1, .instruction_share = 1},
        {.zone = 1, .rate = 10, .instruction_share = 0.5, .shared_bug = 0.2},
    };
    struct bh_fault_streams streams = {.count = 3, .stream = stream};
    struct bh_isolation *isolation = bh_isolation_create(model, &streams);
    double by_memory = 8 * 0.25 * (0.75 * 0.1 + 0.25 * 0.5), by_cpu = 0.5, by_bug = 10 * 0.2 * (0.5 * 0.1 + 0.5 * 0.5);
    assert_close(loss_of(isolation, 0, BH_SCOPE_NODE), by_memory + by_cpu + by_bug, 1e-12);
    assert_close(isolation->error_rate, 19, 1e-14);
    assert_close(isolation->unchangeable_rate, 0, 0);
    bh_isolation_destroy(isolation);
    bh_node_model_destroy(model);
}

/* Alike origins are followed once; here every zone and kind is followed by itself. Tolerance: what both leave. */
BH_TEST(test_alike_origins_are_alike)
{
    struct node node = build("kvm", "protection-first", "memory", NULL, NULL);
    const struct bh_fault_class *memory = bh_test_fault(node.catalog, "memory");
    double loss[2 * BH_SCOPES], sum[2 * BH_SCOPES] = {0};
    for (size_t z = 0; z < node.model->tree->zones_count; z++)
        for (int kind = BH_DATA; kind <= BH_INSTRUCTION; kind++) {
            struct bh_spread spread = {.loss = memset(loss, 0, sizeof loss)};
            struct bh_origin origin = {.zone = z, .kind = (enum bh_error_kind)kind};
            double share =
                kind == BH_INSTRUCTION ? memory->instruction_share.value : 1 - memory->instruction_share.value;
            assert_int_equal(bh_spread_exact(node.model, origin, 1e-11, 1000000, &spread, NULL), 0);
            for (size_t c = 0; c < 2 * BH_SCOPES; c++)
                sum[c] += memory->rate.value * node.model->tree->zones[z].memory_share * share * loss[c];
        }
    for (size_t c = 0; c < 2 * BH_SCOPES; c++)
        assert_true(fabs(node.isolation->loss_rate[c] - sum[c]) <= 1e-7 * memory->rate.value);
    destroy(&node);
}

BH_TEST(test_node_loss_is_unchangeable)
{
    struct node node = build("kvm", "protection-first", "node-loss", NULL, NULL);
    double rate = bh_test_fault(node.catalog, "node-loss")->rate.value;
    assert_close(node.isolation->error_rate, rate, 0);
    assert_close(node.isolation->unchangeable_rate, rate, 0);
    assert_close(node.isolation->coverage[BH_SCOPE_GUEST], 0, 0);
    assert_close(node.isolation->coverage[BH_SCOPE_NODE], 1, 0);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        assert_true(isnan(node.isolation->escape[b])); /* no boundary was there to stop it */
    for (size_t t = 0; t < 2; t++) {
        assert_close(loss_of(node.isolation, t, BH_SCOPE_NODE), rate, 0);
        assert_close(node.isolation->repair_rate[t], rate, 0);
    }
    destroy(&node);
    node = build("kvm", "protection-first", "memory", NULL, NULL);
    assert_close(node.isolation->unchangeable_rate, 0, 0);
    assert_close(node.isolation->repair_rate[0], 0, 0);
    destroy(&node);
}

static double escape_with(const char *system, const char *policy, const char *overrides, const char *extra)
{
    struct node node = build(system, policy, NULL, overrides, extra);
    double escape = node.isolation->escape[BH_GUEST_HOST];
    destroy(&node);
    return escape;
}

BH_TEST(test_escape_grows_with_the_channel)
{
    static const char *const settings[] = {
        "{channels.vm-exit.probability: 0}",    "{channels.vm-exit.probability: 1e-6}",
        "{channels.vm-exit.probability: 1e-3}", "{channels.vm-exit.probability: 0.1}",
        "{channels.vm-exit.probability: 0.9}",  "{channels.vm-exit.probability: 1}"};
    double before = -1;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        double escape = escape_with("palacios", "protected-disposition", settings[i], NULL);
        assert_true(escape > before && escape <= 1);
        before = escape;
    }
}

BH_TEST(test_escape_falls_with_the_guard)
{
    static const char *const levels[] = {"passthrough", "nested-paging", "emulated-io"};
    double before = 2;
    for (size_t i = 0; i < 3; i++) {
        char *policy = bh_print_text("{policies: {mine: {description: for the test, dispositions: {host-kernel: node,"
                                     " host-user: guest, guest-kernel: guest, guest-user: process},"
                                     " guards: {guest/host: %s}}}}",
                                     levels[i]);
        double escape = escape_with("palacios", "mine", "{channels.vm-exit.probability: 0.1}", policy);
        assert_true(escape < before);
        before = escape;
        free(policy);
    }
    static const char ideal[] = "{errors.mechanisms: ideal}"; /* else these take nodes, whatever the guards */
    double open = escape_with("palacios", "protected-disposition", ideal, NULL);
    assert_true(escape_with("palacios", "protection-first", ideal, NULL) < open);
    assert_true(escape_with("palacios-shared-network", "protected-disposition", ideal, NULL) > 5 * open);
}

static void assert_same(const struct bh_isolation *left, const struct bh_isolation *right)
{
    assert_int_equal(left->tenants_count, right->tenants_count);
    assert_close(left->error_rate, right->error_rate, 0);
    assert_close(left->unchangeable_rate, right->unchangeable_rate, 0);
    assert_close(left->unresolved, right->unresolved, 0);
    for (int s = 0; s < BH_SCOPES; s++)
        assert_close(left->coverage[s], right->coverage[s], 0);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        assert_close(left->escape[b], right->escape[b], 0);
    for (size_t c = 0; c < left->tenants_count * BH_SCOPES; c++)
        assert_close(left->loss_rate[c], right->loss_rate[c], 0);
    for (size_t t = 0; t < left->tenants_count; t++)
        assert_close(left->repair_rate[t], right->repair_rate[t], 0);
}

/* The two systems differ by one channel: with it closed they agree to the last bit. KVM has zones more and does not. */
BH_TEST(test_one_channel_is_the_difference)
{
    static const char *const policies[] = {"protection-first", "as-host-kernel", "protected-disposition"};
    for (size_t i = 0; i < 3; i++) {
        struct node palacios = build("palacios", policies[i], NULL, NULL, NULL);
        struct node closed =
            build("palacios-shared-network", policies[i], NULL, "{channels.shared-vmm-network.probability: 0}", NULL);
        struct node kvm = build("kvm", policies[i], NULL, NULL, NULL);
        assert_same(closed.isolation, palacios.isolation);
        assert_true(kvm.isolation->error_rate != palacios.isolation->error_rate);
        destroy(&palacios);
        destroy(&closed);
        destroy(&kvm);
    }
}

BH_TEST(test_cache)
{
    struct node first = build("kvm", "protection-first", NULL, NULL, NULL);
    struct node equal = build("kvm", "protection-first", NULL, "{recovery.node-reboot: 500 s}", NULL);
    struct node others[] = {
        build("kvm", "as-host-kernel", NULL, NULL, NULL),
        build("kvm", "protection-first", NULL, "{channels.vm-exit.probability: 1.0000001e-3}", NULL),
        build("kvm", "protection-first", NULL, "{components.linux.fault-rate: 0.0210001 1/year}", NULL),
        build("kvm", "protection-first", NULL, "{zones.guest-kernel.residual: 0.30001}", NULL),
        build("kvm", "protection-first", NULL, "{zones.guest-kernel.data.lifetime: 1.0001 s}", NULL),
        build("kvm", "protection-first", NULL, "{guards.guest/host.emulated-io.blocks: 0.990001}", NULL),
        build("kvm", "protection-first", NULL, "{components.linux.shared-bug: 0.010001}", NULL),
        build("kvm", "protection-first", "memory", NULL, NULL),
    };
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    const struct bh_isolation *found = bh_isolation_cache_find(cache, first.model, first.streams);
    assert_same(found, first.isolation);
    assert_ptr_equal(bh_isolation_cache_find(cache, first.model, first.streams), found);
    assert_ptr_equal(bh_isolation_cache_find(cache, equal.model, equal.streams), found);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct bh_isolation *other = bh_isolation_cache_find(cache, others[i].model, others[i].streams);
        assert_ptr_not_equal(other, found);
        assert_same(other, others[i].isolation);
        destroy(&others[i]);
    }
    assert_ptr_equal(bh_isolation_cache_find(cache, first.model, first.streams), found);
    bh_isolation_cache_destroy(cache);
    bh_isolation_cache_destroy(NULL);
    destroy(&first);
    destroy(&equal);
}

/* What a coarse chain leaves aside it says, and no share is farther off than that. */
BH_TEST(test_coarse)
{
    struct node node = build("kvm", "protection-first", NULL, NULL, NULL);
    struct bh_isolation_cache *cache = bh_isolation_cache_create_coarse();
    const struct bh_isolation *coarse = bh_isolation_cache_find(cache, node.model, node.streams),
                              *fine = node.isolation;
    assert_true(coarse->unresolved > 10.0 * fine->unresolved && coarse->unresolved < 1e-4);
    assert_true(coarse->error_rate == fine->error_rate);
    for (int s = BH_SCOPE_NONE; s < BH_SCOPES; s++)
        assert_true(fabs(coarse->coverage[s] - fine->coverage[s]) <= coarse->unresolved);
    for (size_t c = 0; c < fine->tenants_count * BH_SCOPES; c++)
        assert_true(fabs(coarse->loss_rate[c] - fine->loss_rate[c]) <= coarse->unresolved * fine->error_rate);
    bh_isolation_cache_destroy(cache);
    destroy(&node);
}

/* What one process lists, others compute, one chain each; who takes all of them computes nothing. */
BH_TEST(test_cache_of_several_processes)
{
    struct node nodes[] = {build("kvm", "as-host-kernel", NULL, NULL, NULL),
                           build("kvm", "protection-first", NULL, NULL, NULL)};
    struct bh_isolation_cache *list = bh_isolation_cache_create_list(), *all = bh_isolation_cache_create();
    struct bh_error err = {0};
    for (size_t n = 0; n < 3; n++) /* the first is asked for twice */
        assert_true(bh_isolation_cache_find(list, nodes[n % 2].model, nodes[n % 2].streams)->error_rate == 0.0);
    assert_int_equal(bh_isolation_cache_count(list), 2);
    for (size_t n = 0; n < 2; n++) {
        char *bytes = NULL;
        size_t length = 0;
        struct bh_isolation_cache *one = bh_isolation_cache_create_for(list, n);
        FILE *out = open_memstream(&bytes, &length);
        assert_int_equal(bh_isolation_cache_channels(list, n), nodes[n].model->tree->channels_count);
        assert_int_equal(bh_isolation_cache_write(one, out, &err), -1); /* nobody has asked */
        assert_true(bh_isolation_cache_find(one, nodes[1 - n].model, nodes[1 - n].streams)->error_rate == 0.0);
        assert_same(bh_isolation_cache_find(one, nodes[n].model, nodes[n].streams), nodes[n].isolation);
        assert_int_equal(bh_isolation_cache_write(one, out, &err), 0);
        fclose(out);
        assert_int_equal(bh_isolation_cache_take(all, bytes, length - 9, &err), -1);
        assert_int_equal(bh_isolation_cache_take(all, bytes, length, &err), 0);
        free(bytes);
        bh_isolation_cache_destroy(one);
        assert_int_equal(bh_isolation_cache_count(all), n + 1);
        assert_same(bh_isolation_cache_find(all, nodes[n].model, nodes[n].streams), nodes[n].isolation);
        assert_int_equal(bh_isolation_cache_count(all), n + 1);
    }
    bh_isolation_cache_destroy(list);
    bh_isolation_cache_destroy(all);
    destroy(&nodes[0]);
    destroy(&nodes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_escape_by_hand),
        cmocka_unit_test(test_rates_of_origins),
        cmocka_unit_test(test_alike_origins_are_alike),
        cmocka_unit_test(test_node_loss_is_unchangeable),
        cmocka_unit_test(test_escape_grows_with_the_channel),
        cmocka_unit_test(test_escape_falls_with_the_guard),
        cmocka_unit_test(test_one_channel_is_the_difference),
        cmocka_unit_test(test_cache),
        cmocka_unit_test(test_coarse),
        cmocka_unit_test(test_cache_of_several_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
