/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fault streams: what strikes a node and how often, that systems share their faults, and that draws have the
 * distributions they claim. Statistical checks are at level 1e-5 each, of fixed seeds. */
#include "models/catalog/application.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "tests/support/models.h"
#include "tests/support/uniform.h"

#include "models/faults/arrivals.h"

#include <gsl/gsl_cdf.h>

enum { SEED = 5, FAULTS_MOST = 16, NODES = 4096 };

/* Joint application (two guests of two processes), then a service. */
struct setting {
    struct bh_catalog *catalog;
    struct bh_tenant tenants[2];
    bool enabled[FAULTS_MOST];
};

static struct setting prepare(const char *overrides, const char *extra)
{
    struct setting setting = {.catalog = bh_test_catalog(overrides, extra)};
    setting.tenants[0] =
        (struct bh_tenant){.guests_per_node = 2,
                           .processes_per_guest = 2,
                           .node_share = 0.75,
                           .application = bh_test_application(setting.catalog, "mpi-bulk-synchronous")};
    setting.tenants[1] =
        (struct bh_tenant){.guests_per_node = 1,
                           .processes_per_guest = 1,
                           .node_share = 0.25,
                           .application = bh_test_application(setting.catalog, "loss-tolerant-service")};
    assert_true(setting.catalog->faults_count <= FAULTS_MOST);
    for (size_t f = 0; f < FAULTS_MOST; f++)
        setting.enabled[f] = true;
    return setting;
}

static struct bh_fault_streams *streams_of(const struct setting *setting, const struct bh_node_model *model,
                                           bool software)
{
    const struct bh_system *system = model->tree->system;
    return bh_fault_streams_create(setting->catalog, model, setting->tenants,
                                   (struct bh_fault_choice){NODES, setting->enabled, software}, system->host_kernel,
                                   system->guest_kernel);
}

static const struct bh_fault_stream *find(const struct bh_fault_streams *streams, const char *name)
{
    for (size_t s = 0; s < streams->count; s++)
        if (strcmp(streams->stream[s].name, name) == 0)
            return &streams->stream[s];
    fail_msg("no stream `%s`", name);
    return NULL;
}

/* --- Streams ------------------------------------------------------------------------------------------------------- */

BH_TEST(test_what_strikes_a_node)
{
    struct setting setting = prepare(NULL, NULL);
    struct bh_node_model *model = bh_test_model(setting.catalog, "kvm", "protection-first", setting.tenants, 2);
    struct bh_fault_streams *streams = streams_of(&setting, model, true);
    /* Hardware classes but the file system, which is no node; host kernel and module; 3 device models, 3 guest kernels,
     * 5 processes */
    assert_int_equal(streams->count, setting.catalog->faults_count - 1 + 2 + 3 + 3 + 5);
    const struct bh_component *kernel = bh_test_component(setting.catalog, "linux");
    const struct bh_fault_stream *guest = find(streams, "linux in guest[2]"), *host = find(streams, "linux in host");
    assert_close(guest->rate, kernel->fault_rate.value, 0);
    assert_close(guest->instruction_share, kernel->instruction_share.value, 0);
    assert_close(guest->shared_bug, kernel->shared_bug.value, 0);
    assert_true(guest->shared_bug > 0);
    assert_close(host->shared_bug, 0, 0);
    assert_int_equal(model->tree->zones[guest->zone].guest, 2);
    assert_close(find(streams, "kvm-module in host")->rate,
                 bh_test_component(setting.catalog, "kvm-module")->fault_rate.value, 0);
    assert_close(find(streams, "loss-tolerant-service in process[2.4]")->rate,
                 setting.tenants[1].application->fault_rate.value, 0);
    const struct bh_fault_stream *memory = find(streams, "memory");
    assert_ptr_equal(memory->hardware, bh_test_fault(setting.catalog, "memory"));
    assert_close(memory->rate, memory->hardware->rate.value, 0);
    bh_fault_streams_destroy(streams);

    streams = streams_of(&setting, model, false);
    assert_int_equal(streams->count, setting.catalog->faults_count - 1);
    bh_fault_streams_destroy(streams);
    memset(setting.enabled, 0, sizeof setting.enabled);
    streams = streams_of(&setting, model, true);
    assert_int_equal(streams->count, 2 + 3 + 3 + 5);
    bh_fault_streams_destroy(streams);
    bh_node_model_destroy(model);
    bh_catalog_destroy(setting.catalog);
}

/* Another kernel in the host shares no bug with the guest's. */
BH_TEST(test_shared_bug_needs_the_same_kernel)
{
    struct setting setting = prepare(NULL, NULL);
    struct bh_node_model *model = bh_test_model(setting.catalog, "palacios", "protection-first", setting.tenants, 2);
    struct bh_fault_streams *streams = streams_of(&setting, model, true);
    for (size_t s = 0; s < streams->count; s++)
        assert_close(streams->stream[s].shared_bug, 0, 0);
    bh_fault_streams_destroy(streams);
    bh_node_model_destroy(model);
    bh_catalog_destroy(setting.catalog);
}

BH_TEST(test_rate_zero_makes_no_stream)
{
    struct setting setting = prepare("{components.linux.fault-rate: 0 1/year, faults.memory.rate: 0 1/year}", NULL);
    struct bh_node_model *model = bh_test_model(setting.catalog, "native", "native", setting.tenants, 2);
    struct bh_fault_streams *streams = streams_of(&setting, model, true);
    assert_int_equal(streams->count, setting.catalog->faults_count - 2 + 5);
    bh_fault_streams_destroy(streams);
    bh_node_model_destroy(model);
    bh_catalog_destroy(setting.catalog);
}

static bool has_identity(const struct bh_fault_streams *streams, uint64_t identity)
{
    for (size_t s = 0; s < streams->count; s++)
        if (streams->stream[s].identity == identity)
            return true;
    return false;
}

/* The same component for the same owner has the same faults under every system; two streams of one node never do. */
BH_TEST(test_identities)
{
    static const char *const systems[] = {"native", "qemu", "kvm", "palacios", "palacios-shared-network"};
    struct setting setting = prepare(NULL, NULL);
    struct bh_node_model *models[5];
    struct bh_fault_streams *streams[5];
    for (size_t i = 0; i < 5; i++) {
        models[i] = bh_test_model(setting.catalog, systems[i], i ? "same-os" : "native", setting.tenants, 2);
        streams[i] = streams_of(&setting, models[i], true);
        for (size_t s = 0; s < streams[i]->count; s++)
            for (size_t other = 0; other < s; other++)
                assert_true(streams[i]->stream[s].identity != streams[i]->stream[other].identity);
    }
    static const char *const everywhere[] = {"node-loss", "memory", "processor", "mpi-bulk-synchronous in process[1.3]",
                                             "loss-tolerant-service in process[2.4]"};
    for (size_t n = 0; n < 5; n++)
        for (size_t i = 0; i < 5; i++)
            assert_true(has_identity(streams[i], find(streams[0], everywhere[n])->identity));
    for (size_t i = 1; i < 5; i++)
        assert_true(has_identity(streams[i], find(streams[1], "linux in guest[1]")->identity));
    assert_true(has_identity(streams[1], find(streams[0], "linux in host")->identity));
    assert_true(has_identity(streams[2], find(streams[0], "linux in host")->identity));
    assert_false(has_identity(streams[3], find(streams[0], "linux in host")->identity)); /* Kitten */
    assert_true(has_identity(streams[4], find(streams[3], "palacios-vmm in host")->identity));
    for (size_t i = 0; i < 5; i++) {
        bh_fault_streams_destroy(streams[i]);
        bh_node_model_destroy(models[i]);
    }
    bh_catalog_destroy(setting.catalog);
}

/* Two outer guests, one in the other: the same components, of no one's, twice. They must not fail together. */
BH_TEST(test_repeated_components_fail_apart)
{
    static const char twice[] =
        "systems:\n"
        "  twice:\n"
        "    title: guests in a guest in a guest\n"
        "    host-kernel: linux\n"
        "    guest-kernel: linux\n"
        "    zones:\n"
        "      - {name: host, kind: host-kernel, components: [host-kernel, kvm-module, kvm-module]}\n"
        "      - {name: a, kind: host-user, parent: host, components: [qemu-device-model]}\n"
        "      - {name: a-guest, kind: guest-kernel, parent: a, components: [guest-kernel]}\n"
        "      - {name: b, kind: host-user, parent: a-guest, components: [qemu-device-model]}\n"
        "      - {name: b-guest, kind: guest-kernel, parent: b, components: [guest-kernel]}\n"
        "      - {name: guest, kind: guest-kernel, parent: b-guest, per: guest, components: [guest-kernel]}\n"
        "      - {name: process, kind: guest-user, parent: guest, per: process, components: [application]}\n"
        "    channels: []\n"
        "    guards: {process/kernel: [hardware-protection]}\n"
        "    costs:\n"
        "      compute-slowdown: {value: 0, status: computed, source: \"for the test\"}\n"
        "      exit-time: {value: 0, unit: s, status: computed, source: \"for the test\"}\n"
        "      latency: {value: 0, unit: s, status: computed, source: \"for the test\"}\n"
        "      bandwidth-loss: {value: 0, status: computed, source: \"for the test\"}\n"
        "      guest-boot: {value: 1, unit: s, status: computed, source: \"for the test\"}\n";
    struct setting setting = prepare(NULL, twice);
    struct bh_node_model *nested = bh_test_model(setting.catalog, "twice", "same-os", setting.tenants, 2);
    struct bh_fault_streams *streams = streams_of(&setting, nested, true);
    for (size_t s = 0; s < streams->count; s++)
        for (size_t other = 0; other < s; other++)
            if (streams->stream[s].identity == streams->stream[other].identity)
                fail_msg("`%s` and `%s` have the same faults", streams->stream[s].name, streams->stream[other].name);
    bh_fault_streams_destroy(streams);
    bh_node_model_destroy(nested);
    bh_catalog_destroy(setting.catalog);
}

/* --- Draws --------------------------------------------------------------------------------------------------------- */

/* Where 60,000 faults land, by kind of error and shared bug: chi-square at 1e-5, binomials within 4.4 deviations. */
BH_TEST(test_landing_and_kind)
{
    enum { FAULTS = 60000 };
    struct setting setting = prepare(NULL, NULL);
    struct bh_node_model *model = bh_test_model(setting.catalog, "kvm", "protection-first", setting.tenants, 2);
    const struct bh_zone_tree *tree = model->tree;
    const struct bh_random random = {.seed = SEED, .replica = 1};
    static const char *const classes[] = {"memory", "processor"};
    for (int c = 0; c < 2; c++) {
        struct bh_fault_stream stream = bh_fault_stream_of(bh_test_fault(setting.catalog, classes[c]), 100);
        stream.instruction_share = 0.3;
        struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, 100, true);
        double seen[BH_ZONE_SET_SIZE] = {0}, chi_square = 0;
        size_t instructions = 0, in_host = 0;
        struct bh_fault fault;
        for (size_t k = 0; k < FAULTS; k++) {
            assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
            struct bh_origin origin = bh_fault_origin(&random, model, &fault);
            seen[origin.zone]++;
            instructions += origin.kind == BH_INSTRUCTION;
            in_host += origin.kind == BH_INSTRUCTION && origin.zone == 0;
            assert_false(origin.also_host_kernel);
        }
        for (size_t z = 0; z < tree->zones_count; z++) {
            double expected = FAULTS * (c ? tree->zones[z].cpu_share : tree->zones[z].memory_share);
            chi_square += (seen[z] - expected) * (seen[z] - expected) / expected;
        }
        bh_fault_arrivals_destroy(arrivals);
        assert_true(gsl_cdf_chisq_Q(chi_square, (double)tree->zones_count - 1) > 1e-5);
        assert_true(fabs((double)instructions - 0.3 * FAULTS) < 4.4 * sqrt(FAULTS * 0.3 * 0.7));
        /* The kind does not depend on where. */
        assert_true(fabs((double)in_host - 0.3 * seen[0]) < 4.4 * sqrt(seen[0] * 0.3 * 0.7));
    }
    /* A fault that strikes again does so where it did before, each time as an error of its own. */
    struct bh_fault_stream memory = bh_fault_stream_of(bh_test_fault(setting.catalog, "memory"), 100);
    struct bh_fault again = {.stream = &memory};
    size_t of_kind[BH_ERROR_KINDS] = {0};
    memory.instruction_share = 0.5;
    for (again.landing = 0; again.landing < 20; again.landing++) {
        size_t first = bh_fault_origin(&random, model, &again).zone;
        for (again.identity = 0; again.identity < 50; again.identity++) {
            struct bh_origin origin = bh_fault_origin(&random, model, &again);
            assert_int_equal(origin.zone, first);
            of_kind[origin.kind]++;
        }
    }
    assert_true(of_kind[BH_DATA] > 300 && of_kind[BH_INSTRUCTION] > 300);
    struct bh_fault_stream software = {.identity = 9, .zone = 3, .rate = 1, .instruction_share = 0, .shared_bug = 0.1};
    struct bh_fault fault = {.stream = &software};
    size_t shared = 0;
    for (fault.identity = 0; fault.identity < FAULTS; fault.identity++) {
        struct bh_origin origin = bh_fault_origin(&random, model, &fault);
        assert_int_equal(origin.zone, 3);
        assert_int_equal(origin.kind, BH_SOFTWARE_DATA);
        shared += origin.also_host_kernel;
    }
    assert_true(fabs((double)shared - 0.1 * FAULTS) < 4.4 * sqrt(FAULTS * 0.1 * 0.9));
    bh_node_model_destroy(model);
    bh_catalog_destroy(setting.catalog);
}

/* ln(repair/median)/sigma is standard normal; sigma 0 is the median itself. */
BH_TEST(test_repair)
{
    enum { FAULTS = 40000 };
    static double values[FAULTS];
    const struct bh_random random = {.seed = SEED, .replica = 1};
    struct bh_fault_class class = {.repair_median_s = {.value = 4140}, .repair_sigma = {.value = 1.25}};
    struct bh_fault_stream stream = {.hardware = &class, .rate = 1};
    struct bh_fault fault = {.stream = &stream};
    size_t below = 0;
    for (size_t k = 0; k < FAULTS; k++) {
        fault.event = bh_identity_join(77, k);
        double repair = bh_fault_repair_s(&random, &fault);
        assert_true(repair == bh_fault_repair_s(&random, &fault));
        below += repair < 4140;
        values[k] = gsl_cdf_ugaussian_P(log(repair / 4140) / 1.25);
    }
    assert_true(fabs((double)below - FAULTS / 2.0) < 4.4 * sqrt(FAULTS / 4.0));
    assert_uniform(values, FAULTS, 2.47);
    class.repair_sigma.value = 0;
    assert_close(bh_fault_repair_s(&random, &fault), 4140, 1e-15);
}

/* The mean of what is drawn, with the spare first where it is. Each draw is independent: 5 standard errors. */
BH_TEST(test_software_repair)
{
    static const struct {
        double share, median_s, sigma, spare_s;
    } cases[] = {{1.0, 2400, 1.2, INFINITY}, {0.9, 2400, 1.2, INFINITY}, {0.7, 200, 0.5, INFINITY},
                 {0.9, 2400, 1.2, 900},      {0.7, 250, 1.1, 400},       {0.9, 2400, 0.0, INFINITY},
                 {0.5, 2400, 0.0, 900},      {0.9, 2400, 1.2, 45},       {0.0, 2400, 1.2, INFINITY},
                 {0.9, 100, 0.0, 200}};
    enum { DRAWS = 200000 };
    for (size_t c = 0; c < BH_COUNT(cases); c++) {
        struct bh_recovery_numbers recovery = {.node_reboot_s.value = 300,
                                               .software_repair.value = cases[c].share,
                                               .software_repair_median_s.value = cases[c].median_s,
                                               .software_repair_sigma.value = cases[c].sigma};
        const struct bh_random random = {.seed = 4 + c};
        double sum = 0.0, squares = 0.0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            double away_s = fmin(cases[c].spare_s, bh_fault_software_repair_s(&random, &recovery, i));
            sum += away_s;
            squares += away_s * away_s;
        }
        double mean_s = sum / DRAWS, error_s = sqrt(fmax(0.0, squares / DRAWS - mean_s * mean_s) / DRAWS);
        double expected_s = bh_fault_software_away_s(&recovery, cases[c].spare_s);
        if (!(fabs(mean_s - expected_s) <= 5.0 * error_s + 1e-9 * expected_s))
            fail_msg("case %zu: drawn %g +- %g, expected %g", c, mean_s, error_s, expected_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_strikes_a_node),
        cmocka_unit_test(test_shared_bug_needs_the_same_kernel),
        cmocka_unit_test(test_rate_zero_makes_no_stream),
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_repeated_components_fail_apart),
        cmocka_unit_test(test_landing_and_kind),
        cmocka_unit_test(test_repair),
        cmocka_unit_test(test_software_repair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
