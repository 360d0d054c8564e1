/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Zones that need others: who stops with whom, by way of whom; what an error stops, by the exact chain, followed and solved,
 * and by Monte Carlo, beside closed forms. */
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "models/containment/monte_carlo.h"
#include "models/node/zone_needs.h"
#include "models/spread/linear_solve.h"
#include "tests/support/models.h"

#include "models/containment/containment.h"
#include "models/spread/spread.h"

#include <math.h>

static const struct bh_tenant tenants[] = {
    {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.5},
    {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.5},
};

/* Zones of a system: a root, a guest (vmm) that holds the guests, and four zones beside them, each with the needs given. */
struct needs {
    const char *a, *b, *c, *d, *vmm, *guest, *process;
};

static struct bh_catalog *catalog_of(const struct needs *needs)
{
    const char *none = "";
    char *text = bh_print_text(
        "systems:\n"
        "  beside:\n"
        "    title: zones beside guests\n"
        "    host-kernel: linux\n"
        "    guest-kernel: linux\n"
        "    zones:\n"
        "      - {name: process, kind: guest-user, parent: guest, per: process, components: [application]%s}\n"
        "      - {name: guest, kind: guest-kernel, parent: vmm, per: guest, components: [guest-kernel]%s}\n"
        "      - {name: vmm, kind: guest-kernel, parent: root, components: [guest-kernel]%s}\n"
        "      - {name: d, kind: guest-kernel, parent: c, components: [guest-kernel]%s}\n"
        "      - {name: c, kind: host-user, parent: root, components: [qemu-device-model]%s}\n"
        "      - {name: b, kind: host-user, parent: root, components: [qemu-device-model]%s}\n"
        "      - {name: a, kind: host-user, parent: root, components: [qemu-device-model]%s}\n"
        "      - {name: root, kind: host-kernel, components: [host-kernel]}\n"
        "    channels:\n"
        "      - {type: vm-exit, from: guest, to: a}\n"
        "      - {type: vmm-to-guest, from: a, to: guest}\n"
        "      - {type: vmm-to-kernel, from: a, to: root}\n"
        "      - {type: system-call, from: process, to: guest}\n"
        "      - {type: kernel-to-process, from: guest, to: process}\n"
        "    guards: {process/kernel: [hardware-protection], guest/host: [iommu]}\n"
        "    mechanisms: ideal\n"
        "    costs:\n"
        "      compute-slowdown: {value: 0, status: computed, source: for a test}\n"
        "      exit-time: {value: 0, unit: us, status: computed, source: for a test}\n"
        "      latency: {value: 0, unit: us, status: computed, source: for a test}\n"
        "      bandwidth-loss: {value: 0, status: computed, source: for a test}\n"
        "      guest-boot: {value: 25, unit: s, status: computed, source: for a test}\n",
        needs->process ? needs->process : none, needs->guest ? needs->guest : none, needs->vmm ? needs->vmm : none,
        needs->d ? needs->d : none, needs->c ? needs->c : none, needs->b ? needs->b : none, needs->a ? needs->a : none);
    struct bh_catalog *catalog = bh_test_catalog("channels.vm-exit.probability: 0.5\n"
                                                 "channels.vmm-to-guest.probability: 0.6\n"
                                                 "channels.vmm-to-kernel.probability: 0.3\n"
                                                 "guards.guest/host.iommu.blocks: 0.4\n",
                                                 text);
    free(text);
    return catalog;
}

static struct bh_node_model *model_of(const struct bh_catalog *catalog)
{
    return bh_test_model(catalog, "beside", "protection-first", tenants, 2);
}

static size_t find(const struct bh_zone_tree *tree, const char *name)
{
    for (size_t z = 0; z < tree->zones_count; z++)
        if (strcmp(tree->zones[z].template->name, name) == 0)
            return z;
    fail_msg("no zone %s", name);
    return 0;
}

/* --- Who stops with whom ------------------------------------------------------------------------------------------- */

#define IO(zone)       ", needs: [{zone: " zone ", for: io}]"
#define PROGRESS(zone) ", needs: [{zone: " zone ", for: progress}]"

BH_TEST(test_needs_of_needs)
{
    /* For each of a, b, c, d: stops nothing (-), I/O (i) or progress (p). */
    static const struct {
        struct needs needs;
        const char *expected;
    } cases[] = {
        {{0}, "----"},
        {{.guest = IO("a")}, "i---"},
        {{.guest = PROGRESS("a")}, "p---"},
        {{.process = IO("a")}, "i---"},
        {{.vmm = PROGRESS("b")}, "-p--"}, /* what holds the guests stops, and they with it */
        {{.b = PROGRESS("a")}, "----"},   /* which none of an enclave needs */
        /* Chains: who stands still serves nobody; whose I/O waits goes on. */
        {{.guest = PROGRESS("a"), .a = PROGRESS("b")}, "pp--"},
        {{.guest = IO("a"), .a = PROGRESS("b")}, "ii--"},
        {{.guest = IO("a"), .a = IO("b")}, "ii--"},
        {{.guest = PROGRESS("a"), .a = IO("b")}, "p---"},
        {{.guest = IO("a"), .a = PROGRESS("b"), .b = IO("c")}, "ii--"},
        {{.guest = IO("a"), .a = IO("b"), .b = PROGRESS("c")}, "iii-"},
        /* What is around a needed zone has needs, too. */
        {{.guest = IO("d"), .c = PROGRESS("a")}, "i--i"},
        /* Both ways to a zone: the stronger counts. */
        {{.guest = ", needs: [{zone: a, for: io}, {zone: b, for: progress}]", .a = PROGRESS("b")}, "ip--"},
        {{.guest = IO("a"), .process = PROGRESS("a")}, "p---"},
        {{.guest = ", needs: [{zone: a, for: io}, {zone: b, for: io}]", .a = IO("c"), .b = IO("c")}, "iii-"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_catalog *catalog = catalog_of(&cases[i].needs);
        struct bh_node_model *model = model_of(catalog);
        const struct bh_zone_tree *tree = model->tree;
        char found[5] = "----";
        for (size_t z = 0; z < 4; z++) {
            size_t zone = find(tree, (const char *[]){"a", "b", "c", "d"}[z]);
            found[z] = bh_zone_set_has(&tree->needs[BH_NEED_PROGRESS], zone) ? 'p'
                       : bh_zone_set_has(&tree->needs[BH_NEED_IO], zone)     ? 'i'
                                                                             : '-';
        }
        if (strcmp(found, cases[i].expected) != 0)
            fail_msg("case %zu: found %s, expected %s", i, found, cases[i].expected);
        assert_int_equal(bh_zone_tree_has_needs(tree), strcmp(found, "----") != 0);
        bh_node_model_destroy(model);
        bh_catalog_destroy(catalog);
    }
}

/* --- What an error does ---------------------------------------------------------------------------------------------- */

static struct bh_effect failure_of(const struct bh_zone_tree *tree, const char *const *names, size_t count)
{
    struct bh_effect effect = {.silent = false};
    for (size_t i = 0; i < count; i++)
        bh_zone_set_join(&effect.failed, &tree->zones[find(tree, names[i])].subtree);
    effect.affected = effect.failed;
    return effect;
}

/* Stopped is not hit: no loss, no escape between enclaves; and who is hit is not stopped. */
BH_TEST(test_effects)
{
    struct needs needs = {.guest = ", needs: [{zone: a, for: io}, {zone: c, for: progress}]"};
    struct bh_catalog *catalog = catalog_of(&needs);
    struct bh_node_model *model = model_of(catalog);
    const struct bh_zone_tree *tree = model->tree;
    static const struct {
        const char *failed[2];
        size_t count;
        bool stops[BH_STOPS];
        enum bh_scope loss[2], extent;
        size_t hit;
    } cases[] = {
        {{"a"}, 1, {true, false, true}, {BH_SCOPE_NONE, BH_SCOPE_NONE}, BH_SCOPE_NODE, 0},
        {{"b"}, 1, {false, false, false}, {BH_SCOPE_NONE, BH_SCOPE_NONE}, BH_SCOPE_NODE, 0},
        {{"c"}, 1, {false, true, true}, {BH_SCOPE_NONE, BH_SCOPE_NONE}, BH_SCOPE_NODE, 0},
        {{"a", "c"}, 2, {false, true, true}, {BH_SCOPE_NONE, BH_SCOPE_NONE}, BH_SCOPE_NODE, 0},
        {{"d"}, 1, {false, false, false}, {BH_SCOPE_NONE, BH_SCOPE_NONE}, BH_SCOPE_NODE, 0},
        {{"a", "guest"}, 2, {true, false, false}, {BH_SCOPE_GUEST, BH_SCOPE_NONE}, BH_SCOPE_NODE, 1},
        {{"guest"}, 1, {false, false, false}, {BH_SCOPE_GUEST, BH_SCOPE_NONE}, BH_SCOPE_GUEST, 1},
        {{"c", "process"}, 2, {false, true, false}, {BH_SCOPE_PROCESS, BH_SCOPE_NONE}, BH_SCOPE_NODE, 1},
        /* A shared zone that holds the guests takes them along. */
        {{"vmm"}, 1, {false, false, false}, {BH_SCOPE_GUEST, BH_SCOPE_GUEST}, BH_SCOPE_NODE, 2},
        {{"vmm", "c"}, 2, {false, false, false}, {BH_SCOPE_GUEST, BH_SCOPE_GUEST}, BH_SCOPE_NODE, 2},
        {{"root"}, 1, {false, false, false}, {BH_SCOPE_NODE, BH_SCOPE_NODE}, BH_SCOPE_NODE, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_effect effect = failure_of(tree, cases[i].failed, cases[i].count);
        bool stops[BH_STOPS], inside[BH_BOUNDARIES], beyond[BH_BOUNDARIES];
        bh_effect_stops(tree, &effect, stops);
        bh_effect_boundaries(tree, find(tree, "a"), &effect, inside, beyond);
        if (memcmp(stops, cases[i].stops, sizeof stops) != 0)
            fail_msg("case %zu: stops %d %d %d", i, stops[0], stops[1], stops[2]);
        for (size_t t = 0; t < 2; t++)
            if (bh_effect_loss(tree, &effect, t) != cases[i].loss[t])
                fail_msg("case %zu: enclave %zu loses %s", i, t, bh_scope_names[bh_effect_loss(tree, &effect, t)]);
        assert_int_equal(bh_effect_extent(tree, &effect), cases[i].extent);
        assert_int_equal(bh_zone_tree_tenants_hit(tree, &effect.failed), cases[i].hit);
        assert_int_equal(beyond[BH_ENCLAVE_ENCLAVE], cases[i].hit > 1);
    }
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* --- Chain, Monte Carlo, closed form ----------------------------------------------------------------------------------- */

static struct bh_spread spread_of(const struct bh_node_model *model, struct bh_origin origin, bool is_solved,
                                  double *loss)
{
    struct bh_error err = {0};
    struct bh_spread spread = {.loss = loss};
    memset(loss, 0, 2 * BH_SCOPES * sizeof *loss);
    int status = is_solved ? bh_spread_solve(model, origin, false, 100000, &spread, &err)
                           : bh_spread_exact(model, origin, 1e-13, 100000, &spread, &err);
    if (status != 0)
        fail_msg("%s", err.text);
    return spread;
}

/* From a zone without channels an error stops enclaves exactly when it is signalled, and takes nothing from them. */
BH_TEST(test_closed_form)
{
    struct needs needs = {.guest = ", needs: [{zone: b, for: io}, {zone: c, for: progress}]"};
    struct bh_catalog *catalog = catalog_of(&needs);
    struct bh_node_model *model = model_of(catalog);
    static const char *const origins[] = {"b", "c"};
    double loss[2 * BH_SCOPES];
    for (size_t i = 0; i < 2; i++)
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
            struct bh_origin origin = {.zone = find(model->tree, origins[i]), .kind = (enum bh_error_kind)kind};
            double signalled = model->ending[origin.zone][kind].signalled;
            for (int is_solved = 0; is_solved < 2; is_solved++) {
                struct bh_spread spread = spread_of(model, origin, is_solved, loss);
                assert_true(fabs(spread.stops[BH_STOPS_IO] - (i == 0 ? signalled : 0.0)) < 1e-12);
                assert_true(fabs(spread.stops[BH_STOPS_PROGRESS] - (i == 1 ? signalled : 0.0)) < 1e-12);
                assert_true(fabs(spread.stops[BH_STOPS_SEVERAL] - signalled) < 1e-12);
                assert_true(loss[BH_SCOPE_NONE] > 1.0 - 1e-12 && loss[BH_SCOPES + BH_SCOPE_NONE] > 1.0 - 1e-12);
                assert_true(spread.beyond[BH_ENCLAVE_ENCLAVE] == 0.0);
            }
        }
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* Every origin of a node whose guests and a zone beside them reach each other: followed and solved to 1e-11, and Monte Carlo
 * as `contain` compares them, all outcomes together at a level of 1e-4. What is stopped must not change what is hit. */
BH_TEST(test_chain_and_monte_carlo)
{
    static const struct needs both[] = {{0}, {.guest = ", needs: [{zone: a, for: io}, {zone: c, for: progress}]"}};
    struct bh_catalog *catalogs[2] = {catalog_of(&both[0]), catalog_of(&both[1])};
    struct bh_node_model *models[2] = {model_of(catalogs[0]), model_of(catalogs[1])}, *model = models[1];
    struct bh_agreement agreement = {1.0, 0, NULL};
    double loss[2 * BH_SCOPES], other_loss[2 * BH_SCOPES], most = 0.0;
    for (size_t z = 0; z < model->tree->zones_count; z++) {
        struct bh_error err = {0};
        struct bh_origin origin = {.zone = z, .kind = z % 2 ? BH_DATA : BH_INSTRUCTION};
        struct bh_spread followed = spread_of(model, origin, false, loss),
                         solved = spread_of(model, origin, true, loss);
        struct bh_spread without = spread_of(models[0], origin, true, other_loss);
        for (int s = 0; s < BH_STOPS; s++) {
            assert_true(fabs(followed.stops[s] - solved.stops[s]) < 1e-11 + followed.unresolved);
            assert_true(without.stops[s] == 0.0);
            most = fmax(most, solved.stops[s]);
        }
        assert_memory_equal(loss, other_loss, sizeof loss);
        assert_memory_equal(solved.extent, without.extent, sizeof solved.extent);
        assert_memory_equal(solved.beyond, without.beyond, sizeof solved.beyond);
        struct bh_containment exact;
        if (bh_containment_exact(model, origin, &exact, &err) != 0)
            fail_msg("%s", err.text);
        struct bh_containment simulated =
            bh_containment_monte_carlo(model, origin, (struct bh_trials){.seed = 7 + z, .trials = 40000, .threads = 2});
        assert_true(exact.has_needs && simulated.has_needs);
        bh_containment_compare(&exact, &simulated, &agreement);
    }
    assert_true(most > 0.2 && agreement.outcomes > 100);
    if (agreement.least_level < 1e-4 / (double)agreement.outcomes)
        fail_msg("%s: level %g of %zu", agreement.worst, agreement.least_level, agreement.outcomes);
    for (size_t i = 0; i < 2; i++) {
        bh_node_model_destroy(models[i]);
        bh_catalog_destroy(catalogs[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs_of_needs),
        cmocka_unit_test(test_effects),
        cmocka_unit_test(test_closed_form),
        cmocka_unit_test(test_chain_and_monte_carlo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
