/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors of each kind and fault model cross with their own probability and end by their own numbers: the exact chain and Monte
 * Carlo against closed forms of one way, and how faults divide into kinds. */
#include "tests/support/catalog.h"
#include "tests/support/helper.h"
#include "tests/support/models.h"

#include "models/base/error.h"
#include "models/catalog/application.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/system.h"
#include "models/containment/containment.h"
#include "models/containment/monte_carlo.h"
#include "models/containment/origins.h"
#include "models/faults/streams.h"

#include <math.h>

/* A process, its kernel, and one way from the one to the other. */
static const struct bh_small_zone zones[] = {{-1, BH_HOST_KERNEL, -1, -1, -1}, {0, BH_HOST_USER, 0, 0, 0}};
static const struct bh_small_channel channels[] = {{1, 0, 0.5, 0.2, false}};

/* With p and lifetime 1/m of the kind where it begins, and 1/n of the data that it crosses as: P(beyond) = p (1 - b), and the mean
 * time until nothing lives is 1/m + p (1 - b) (the part of 1/n that outlasts what is left of 1/m, n^-1 m / (m + n) by
 * forgetfulness, when the attempt leaves the source with all its life before it). */
BH_TEST(test_one_way_of_each_kind)
{
    struct bh_node_model *model = bh_small_model(zones, 2, channels, 1);
    model->tells_software = model->tells_flow = true;
    for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++) {
        model->crossings[0].probability[kind] = 0.1 + 0.1 * (double)kind;
        model->ending[1][kind] = (struct bh_copy_ending){1.0 + (double)kind, 1.0, 0, 0, 0};
        model->ending[0][kind] = (struct bh_copy_ending){7.0 - 0.5 * (double)kind, 1.0, 0, 0, 0};
    }
    for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++) {
        double m = model->ending[1][kind].rate, n = model->ending[0][bh_error_kind_crossed(kind)].rate,
               crossed = model->crossings[0].probability[kind] * (1.0 - 0.2);
        struct bh_origin origin = {.zone = 1, .kind = kind};
        struct bh_containment exact, played;
        struct bh_error err = {0};
        if (bh_containment_exact(model, origin, &exact, &err) != 0)
            fail_msg("%s", err.text);
        assert_close(exact.beyond[BH_PROCESS_KERNEL], crossed, 1e-12);
        assert_close(exact.time_s, 1.0 / m + crossed * (1.0 / n - 1.0 / (m + n)), 1e-9);
        /* 4.5 standard errors: one run in 18,000 of these 16 comparisons would fail by chance, were the seed not fixed. */
        enum { TRIALS = 200000 };
        struct bh_trial_table *table = bh_trial_table_create(model, 0.0);
        played = bh_containment_play(table, origin, (struct bh_trials){20261130, TRIALS, 0});
        bh_trial_table_destroy(table);
        assert_true(fabs(played.beyond[BH_PROCESS_KERNEL] - crossed) < 4.5 * sqrt(crossed * (1 - crossed) / TRIALS));
        assert_true(fabs(played.time_s - exact.time_s) < 4.5 * played.time_error);
    }
    bh_node_model_destroy(model);
}

/* One kind crosses for certain, and at once; the others as ever. */
BH_TEST(test_certain_for_one_kind)
{
    struct bh_node_model *model = bh_small_model(zones, 2, channels, 1);
    model->crossings[0].probability[BH_FLOW] = 1.0;
    model->ending[1][BH_FLOW] = model->ending[1][BH_DATA];
    for (int flow = 0; flow < 2; flow++) {
        struct bh_containment exact;
        struct bh_origin origin = {.zone = 1, .kind = flow ? BH_FLOW : BH_DATA};
        assert_int_equal(bh_containment_exact(model, origin, &exact, NULL), 0);
        assert_close(exact.beyond[BH_PROCESS_KERNEL], flow ? 0.8 : 0.5 * 0.8, 1e-12);
    }
    bh_node_model_destroy(model);
}

static struct bh_node_model *shipped(struct bh_catalog *catalog)
{
    static const struct bh_tenant tenants[] = {{.guests_per_node = 1, .processes_per_guest = 1, .node_share = 1.0}};
    return bh_test_model(catalog, "kvm", "protection-first", tenants, 1);
}

/* Whose number a channel has for each kind, of what is set: the nearest. */
BH_TEST(test_whose_probability)
{
    static const struct {
        const char *set;
        double p[BH_ERROR_KINDS]; /* data, instruction, operation, flow, and these of software */
    } cases[] = {
        {"channels.vm-exit.probability: 0.5", {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}},
        {"channels.vm-exit.probability: 0.5\nchannels.vm-exit.probability-of.software: 0.25",
         {0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25}},
        {"channels.vm-exit.probability: 0.5\nchannels.vm-exit.probability-of.hardware: 0.25",
         {0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5}},
        {"channels.vm-exit.probability: 0.5\nchannels.vm-exit.probability-of.instruction: 0.25\n"
         "channels.vm-exit.probability-of.flow: 0.125",
         {0.5, 0.25, 0.25, 0.125, 0.5, 0.25, 0.25, 0.125}},
        {"channels.vm-exit.probability: 0.5\nchannels.vm-exit.probability-of.flow: 0.25\n"
         "channels.vm-exit.probability-of.software: 0.125\nchannels.vm-exit.probability-of.software-operation: 0",
         {0.5, 0.5, 0.5, 0.25, 0.125, 0.125, 0, 0.125}},
        {"channels.vm-exit.probability: 0.5\nchannels.vm-exit.probability-of.software-instruction: 0.25\n"
         "channels.vm-exit.probability-of.flow: 0.125",
         {0.5, 0.5, 0.5, 0.125, 0.5, 0.25, 0.25, 0.25}},
    };
    for (size_t i = 0; i < BH_COUNT(cases); i++) {
        struct bh_catalog *catalog = bh_test_catalog(cases[i].set, NULL);
        struct bh_node_model *model = shipped(catalog);
        size_t met = 0;
        for (size_t c = 0; c < model->tree->channels_count; c++)
            for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
                if (strcmp(model->tree->channels[c].type->name, "vm-exit") == 0) {
                    assert_close(model->crossings[c].probability[kind], cases[i].p[kind], 0);
                    met++;
                }
        assert_int_equal(met, BH_ERROR_KINDS);
        bh_node_model_destroy(model);
        bh_catalog_destroy(catalog);
    }
}

/* Whose endings a kind has; shares come together, others one by one. */
BH_TEST(test_whose_ending)
{
    struct bh_catalog *catalog = bh_test_catalog("zones.guest-kernel.instruction.lifetime: 3 s\n"
                                                 "zones.guest-kernel.flow.signalled: 0.875\n"
                                                 "zones.guest-kernel.flow.masked: 0.125\n"
                                                 "zones.guest-kernel.software-flow.lifetime: 5 s",
                                                 NULL);
    struct bh_node_model *model = shipped(catalog);
    long guest = bh_zone_tree_find(model->tree, BH_GUEST_KERNEL, 0);
    const struct bh_copy_ending *ending = model->ending[guest];
    assert_close(ending[BH_FLOW].rate, 1.0 / 3.0, 1e-15);
    assert_close(ending[BH_FLOW].signalled, 0.875, 0);
    assert_close(ending[BH_OPERATION].rate, 1.0 / 3.0, 1e-15);
    assert_close(ending[BH_OPERATION].signalled, ending[BH_INSTRUCTION].signalled, 0);
    assert_close(ending[BH_SOFTWARE_FLOW].rate, 1.0 / 5.0, 1e-15);
    /* The files have shares of software's own, which are nearer than those of hardware that change the flow. */
    assert_close(ending[BH_SOFTWARE_FLOW].signalled, ending[BH_SOFTWARE_INSTRUCTION].signalled, 0);
    assert_true(ending[BH_SOFTWARE_INSTRUCTION].signalled != ending[BH_FLOW].signalled);
    assert_true(model->tells_flow);
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

static double rate_of(const struct bh_origins *origins, enum bh_error_kind kind)
{
    double sum = 0.0;
    for (size_t i = 0; i < origins->count; i++)
        sum += origins->entry[i].origin.kind == kind ? origins->entry[i].rate : 0.0;
    return sum;
}

/* Rates by kind: instructions divide by the share of their fault model, where what they change makes a difference. */
BH_TEST(test_rates_by_kind)
{
    static const char *const own[] = {"", "\nzones.guest-kernel.flow.lifetime: 3 s"};
    double whole[2] = {0};
    for (int differ = 0; differ < 2; differ++) {
        char *set = bh_print_text("errors.flow-share: 0.25\nerrors.software-flow-share: 0.75%s", own[differ]);
        struct bh_catalog *catalog = bh_test_catalog(set, NULL);
        struct bh_node_model *model = shipped(catalog);
        struct bh_tenant tenant = {.guests_per_node = 1,
                                   .processes_per_guest = 1,
                                   .node_share = 1.0,
                                   .application = &catalog->applications[0]};
        bool *enabled = bh_allocate(catalog->faults_count, sizeof *enabled);
        for (size_t f = 0; f < catalog->faults_count; f++)
            enabled[f] = strcmp(catalog->faults[f].name, "processor") == 0;
        struct bh_fault_choice choice = {.nodes = 10, .enabled = enabled, .software = true};
        const struct bh_component *linux_kernel = bh_catalog_component(catalog, "linux", (struct bh_place){0}, NULL);
        struct bh_fault_streams *streams =
            bh_fault_streams_create(catalog, model, &tenant, choice, linux_kernel, linux_kernel);
        struct bh_origins origins = bh_origins_of(model, streams);
        for (int software = 0; software < 2; software++) {
            double sum = rate_of(&origins, bh_error_kind_of(software, BH_INSTRUCTION)),
                   operation = rate_of(&origins, bh_error_kind_of(software, BH_OPERATION)),
                   flow = rate_of(&origins, bh_error_kind_of(software, BH_FLOW));
            if (!differ) {
                assert_true(sum > 0 && operation == 0 && flow == 0);
                whole[software] = sum;
                continue;
            }
            assert_true(sum == 0);
            assert_close(operation + flow, whole[software], 1e-13);
            assert_close(flow, (software ? 0.75 : 0.25) * whole[software], 1e-13);
        }
        bh_origins_free(&origins);
        bh_fault_streams_destroy(streams);
        free(enabled);
        bh_node_model_destroy(model);
        bh_catalog_destroy(catalog);
        free(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_way_of_each_kind), cmocka_unit_test(test_certain_for_one_kind),
        cmocka_unit_test(test_whose_probability),    cmocka_unit_test(test_whose_ending),
        cmocka_unit_test(test_rates_by_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
