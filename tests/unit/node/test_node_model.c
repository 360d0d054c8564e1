/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A policy on a node: which guards are on, what signalled errors take down, at what rate channels are attempted. */
#include "models/catalog/policy.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "models/node/takedown.h"
#include "tests/support/models.h"

static const struct bh_tenant tenants[] = {
    {.guests_per_node = 2, .processes_per_guest = 2, .node_share = 0.5},
    {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.5},
};

static struct bh_zone_set down(const struct bh_node_model *model, size_t zone, double u, bool *beyond)
{
    return bh_taken_down(model, zone, 0, u, beyond); /* as if it always succeeded */
}

static bool equals(struct bh_zone_set left, struct bh_zone_set right)
{
    return memcmp(&left, &right, sizeof left) == 0;
}

static struct bh_zone_set only(size_t zone)
{
    struct bh_zone_set set = {{0}};
    bh_zone_set_add(&set, zone);
    return set;
}

static size_t zone_named(const struct bh_zone_tree *tree, const char *name)
{
    for (size_t z = 0; z < tree->zones_count; z++)
        if (strcmp(tree->zones[z].template->name, name) == 0)
            return z;
    fail_msg("no zone %s", name);
    return 0;
}

/* --- Guards -------------------------------------------------------------------------------------------------------- */

BH_TEST(test_guards_chosen)
{
    static const struct {
        const char *system, *policy, *guest_host, *process_kernel, *between;
    } cases[] = {
        {"palacios", "protection-first", "emulated-io", "hardware-protection", "checksummed-copies"},
        {"palacios", "as-host-kernel", "passthrough", "hardware-protection", "shared-memory"},
        {"palacios", "protected-disposition", "passthrough", "hardware-protection", "shared-memory"},
        {"palacios", "protected-guards", "emulated-io", "hardware-protection", "checksummed-copies"},
        {"kvm", "as-host-kernel", "shadow-paging", "hardware-protection", "shared-memory"},
        {"kvm", "remapped-devices", "iommu", "hardware-protection", "shared-memory"},
        {"qemu", "as-host-kernel", "emulated-io", "hardware-protection", "shared-memory"},
        {"native", "native", NULL, "hardware-protection", "shared-memory"},
    };
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_node_model *model = bh_test_model(catalog, cases[i].system, cases[i].policy, tenants, 2);
        const struct bh_guard_level *outer = model->guard[BH_GUEST_HOST];
        assert_int_equal(outer != NULL, cases[i].guest_host != NULL);
        if (outer)
            assert_string_equal(outer->name, cases[i].guest_host);
        assert_string_equal(model->guard[BH_PROCESS_KERNEL]->name, cases[i].process_kernel);
        assert_string_equal(model->guard[BH_ENCLAVE_ENCLAVE]->name, cases[i].between);
        assert_null(model->guard[BH_NODE_NODE]);
        for (size_t c = 0; c < model->tree->channels_count; c++) {
            const struct bh_crossing *crossing = &model->crossings[c];
            const struct bh_channel_type *type = model->tree->channels[c].type;
            assert_int_equal(crossing->from, model->tree->channels[c].from);
            assert_int_equal(crossing->to, model->tree->channels[c].to);
            assert_ptr_equal(crossing->guard, model->guard[type->boundary]);
            assert_close(crossing->probability[BH_DATA], type->probability.value, 0);
            assert_close(crossing->blocks, crossing->guard->blocks.value, 0);
            assert_int_equal(crossing->detects, crossing->guard->detects);
        }
        bh_node_model_destroy(model);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_guard_not_offered)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_error err = {0};
    assert_null(bh_node_model_create(catalog, bh_test_system(catalog, "palacios"),
                                     bh_test_policy(catalog, "remapped-devices"), tenants, 2, &err));
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "`iommu`"));
    assert_non_null(strstr(err.text, "not offered by system `palacios`"));
    assert_non_null(strstr(err.text, "passthrough, nested-paging, emulated-io"));
    assert_non_null(strstr(err.text, "policies.yaml:"));
    bh_catalog_destroy(catalog);
}

/* --- Compositions --------------------------------------------------------------------------------------------------- */

/* Two tenants of 2 x 2 and 1 x 1 processes: 4 x 1 pairs, each both ways; a composition's disposition takes both, as an
 * enclave's takes its own. Closing the links leaves the node as it was. */
BH_TEST(test_composition_links)
{
    static const char extra[] =
        "policies: {wide: {description: a test, dispositions: {host-kernel: node, host-user: guest, "
        "guest-kernel: composition, guest-user: enclave}, guards: strongest}}";
    struct bh_catalog *catalog = bh_test_catalog(NULL, extra);
    struct bh_node_model *model = bh_test_model(catalog, "palacios", "wide", tenants, 2);
    const struct bh_zone_tree *tree = model->tree;
    const struct bh_channel_type *type = NULL;
    for (size_t c = 0; c < catalog->channel_types_count; c++)
        if (strcmp(catalog->channel_types[c].name, "shared-memory") == 0)
            type = &catalog->channel_types[c];
    size_t own = tree->channels_count, guest = bh_zone_tree_find(tree, BH_GUEST_KERNEL, 0);
    size_t process = bh_zone_tree_find(tree, BH_GUEST_USER, 0);
    bool beyond;
    assert_true(equals(down(model, guest, 0.5, &beyond), tree->tenant_zones[0]));

    struct bh_tenant_link link = {{1, 0}, type};
    bh_node_model_compose(model, &link, 1);
    assert_int_equal(tree->channels_count, own + 8);
    size_t linked = 0;
    for (size_t c = 0; c < tree->channels_count; c++) {
        const struct bh_channel *channel = &tree->channels[c];
        assert_true(tree->first_channel[channel->from] <= c && c < tree->first_channel[channel->from + 1]);
        assert_int_equal(channel->link == 0, channel->type == type);
        if (channel->link < 0)
            continue;
        linked++;
        assert_int_not_equal(tree->zones[channel->from].enclave, tree->zones[channel->to].enclave);
        assert_true(tree->zones[channel->from].is_application && tree->zones[channel->to].is_application);
        assert_close(model->crossings[c].probability[BH_DATA], type->probability.value, 0);
    }
    assert_int_equal(linked, 8);
    struct bh_zone_set both = tree->tenant_zones[0];
    bh_zone_set_join(&both, &tree->tenant_zones[1]);
    assert_true(equals(down(model, guest, 0.5, &beyond), both));
    assert_true(beyond);
    assert_true(equals(down(model, process, 0.5, &beyond), tree->tenant_zones[0]));

    bh_node_model_compose(model, NULL, 0);
    assert_int_equal(tree->channels_count, own);
    assert_true(equals(down(model, guest, 0.5, &beyond), tree->tenant_zones[0]));
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* --- Dispositions -------------------------------------------------------------------------------------------------- */

BH_TEST(test_dispositions_applied)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_node_model *model = bh_test_model(catalog, "kvm", "protection-first", tenants, 2);
    static const enum bh_scope expected[] = {BH_SCOPE_NODE, BH_SCOPE_GUEST, BH_SCOPE_GUEST, BH_SCOPE_PROCESS};
    for (size_t z = 0; z < model->tree->zones_count; z++) {
        enum bh_zone_kind kind = model->tree->zones[z].kind;
        assert_int_equal(model->disposition[z], expected[kind]);
        assert_close(model->residual[z], catalog->zones[kind].residual.value, 0);
        assert_close(model->ending[z][BH_DATA].rate, 1.0 / catalog->zones[kind].ending[BH_DATA].lifetime_s.value, 0);
        assert_close(model->ending[z][BH_INSTRUCTION].masked, catalog->zones[kind].ending[BH_INSTRUCTION].masked.value,
                     0);
    }
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* Native has no guests: `guest` means `process`. Its processes are host-user zones with an application's endings. */
BH_TEST(test_native_guest_becomes_process)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_node_model *model = bh_test_model(catalog, "native", "protection-first", tenants, 2);
    bool beyond;
    assert_int_equal(model->disposition[0], BH_SCOPE_NODE);
    for (size_t p = 0; p < model->tree->processes_count; p++) {
        size_t zone = model->tree->process_zone[p];
        assert_int_equal(model->disposition[zone], BH_SCOPE_PROCESS);
        assert_true(equals(down(model, zone, 0.9, &beyond), only(zone)));
        assert_false(beyond);
        assert_close(model->ending[zone][BH_DATA].silent, catalog->zones[BH_GUEST_USER].ending[BH_DATA].silent.value,
                     0);
    }
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

#define POLICY(kernel, vmm, guest, process)                                                                            \
    "{policies: {mine: {description: for the test, dispositions: {host-kernel: " kernel ", host-user: " vmm            \
    ", guest-kernel: " guest ", guest-user: " process "}, guards: weakest}}}"

BH_TEST(test_contradictions)
{
    static const struct {
        const char *system, *policy, *expected; /* NULL: accepted */
    } cases[] = {
        {"kvm", POLICY("node", "process", "guest", "process"), "zone `vmm`"},
        {"kvm", POLICY("process", "guest", "process", "process"), NULL},
        {"kvm", POLICY("guest", "node", "system", "enclave"), NULL},
        {"native", POLICY("node", "process", "guest", "process"), NULL},
        /* The outer VMM of a nested node takes the outer guest down, and so all that are nested in it, but not the host. */
        {"kvm-nested", POLICY("node", "guest", "guest", "process"), NULL},
        {"kvm-nested", POLICY("node", "process", "guest", "process"), "zone `outer-vmm`"},
        {"kvm-nested", POLICY("node", "node", "guest", "process"), NULL},
        {"kvm-nested", POLICY("node", "guest, outer-vmm: process", "guest", "process"), "zone `outer-vmm`"},
        {"kvm-nested", POLICY("node", "guest, vmm: process", "guest", "process"), "zone `vmm`"},
        {"kvm-nested", POLICY("node", "process, outer-vmm: node, vmm: guest", "guest", "process"), NULL},
        {"kvm", POLICY("node", "guest, outer-vmm: process", "guest", "process"), NULL}, /* it has no such zone */
        {"palacios", POLICY("node", "process", "guest", "process"), NULL},              /* it has no host-user zone */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_catalog *catalog = bh_test_catalog(NULL, cases[i].policy);
        struct bh_error err = {0};
        struct bh_node_model *model = bh_node_model_create(catalog, bh_test_system(catalog, cases[i].system),
                                                           bh_test_policy(catalog, "mine"), tenants, 2, &err);
        if ((model != NULL) != (cases[i].expected == NULL))
            fail_msg("case %zu: %s", i, model ? "accepted" : err.text);
        if (!model) {
            assert_int_equal(err.code, BH_ERROR_INPUT);
            assert_non_null(strstr(err.text, cases[i].expected));
            assert_non_null(strstr(err.text, "define.yaml:1:"));
        }
        bh_node_model_destroy(model);
        bh_catalog_destroy(catalog);
    }
}

/* Each victim is drawn by an equal part of (0, 1), in order. */
static void assert_victims(const struct bh_node_model *model, size_t zone, const struct bh_zone_set *victims,
                           size_t count)
{
    bool beyond;
    assert_int_equal(bh_victims_count(model, zone), count);
    for (size_t v = 0; v < count; v++) {
        assert_true(equals(down(model, zone, (v + 0.001) / count, &beyond), victims[v]));
        assert_true(equals(down(model, zone, (v + 0.999) / count, &beyond), victims[v]));
        assert_false(beyond);
    }
}

/* kvm: host 0; per guest vmm, guest and its processes. Guests: {1 2 3 4}, {5 6 7 8}, {9 10 11}. */
BH_TEST(test_taken_down)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_node_model *model = bh_test_model(catalog, "kvm", "protection-first", tenants, 2);
    const struct bh_zone_tree *tree = model->tree;
    const struct bh_zone_set *guests = tree->guest_zones, node = tree->zones[0].subtree;
    struct bh_zone_set processes[5];
    for (size_t p = 0; p < 5; p++)
        processes[p] = only(tree->process_zone[p]);
    const size_t guest = bh_zone_tree_find(tree, BH_GUEST_KERNEL, 0), vmm = bh_zone_tree_find(tree, BH_HOST_USER, 0);
    assert_int_equal(tree->zones[guest].parent, vmm);

    /* process: a process itself; a kernel any of those it runs, going on itself. */
    model->disposition[0] = model->disposition[guest] = BH_SCOPE_PROCESS;
    assert_victims(model, tree->process_zone[3], &processes[3], 1);
    assert_victims(model, guest, processes, 2);
    assert_victims(model, 0, processes, 5);

    /* guest: kernel, VMM and processes of one, whichever of them fails; the host kernel any guest. */
    model->disposition[0] = model->disposition[guest] = model->disposition[vmm] = BH_SCOPE_GUEST;
    model->disposition[tree->process_zone[0]] = BH_SCOPE_GUEST;
    assert_victims(model, guest, guests, 1);
    assert_victims(model, vmm, guests, 1);
    assert_victims(model, tree->process_zone[0], guests, 1);
    assert_victims(model, 0, guests, 3);

    model->disposition[guest] = BH_SCOPE_NODE;
    assert_victims(model, guest, &node, 1);

    /* Larger than the node: what the owner has here, and more elsewhere; a shared zone serves all. */
    bool beyond;
    for (int scope = BH_SCOPE_ENCLAVE; scope <= BH_SCOPE_COMPOSITION; scope++) {
        model->disposition[guest] = model->disposition[0] = (enum bh_scope)scope;
        assert_true(equals(down(model, guest, 0.5, &beyond), tree->tenant_zones[0]));
        assert_true(beyond);
        assert_true(equals(down(model, 0, 0.5, &beyond), node));
        assert_true(beyond);
    }
    model->disposition[guest] = BH_SCOPE_SYSTEM;
    assert_true(equals(down(model, guest, 0.5, &beyond), node));
    assert_true(beyond);
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* The outer guest of a nested node is a guest, too: its kernel's failure takes its VMM and all inner guests. */
BH_TEST(test_taken_down_nested)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, POLICY("guest", "node", "guest", "process"));
    struct bh_node_model *model = bh_test_model(catalog, "kvm-nested", "mine", tenants, 2);
    const struct bh_zone_tree *tree = model->tree;
    bool beyond;
    size_t outer = zone_named(tree, "outer-guest"), vmm = zone_named(tree, "outer-vmm");
    assert_int_equal(tree->zones[outer].parent, vmm);
    assert_true(equals(down(model, outer, 0.7, &beyond), tree->zones[vmm].subtree));
    assert_int_equal(bh_victims_count(model, outer), 1);
    /* So it is for the process that runs it, and the host goes on. */
    model->disposition[vmm] = BH_SCOPE_GUEST;
    assert_true(equals(down(model, vmm, 0.7, &beyond), tree->zones[vmm].subtree));
    assert_int_equal(bh_victims_count(model, vmm), 1);
    for (size_t z = 0; z < tree->zones_count; z++)
        if (strcmp(tree->zones[z].template->name, "guest") == 0)
            assert_true(equals(down(model, z, 0.7, &beyond), tree->guest_zones[tree->zones[z].guest]));
    bh_node_model_destroy(model);
    bh_catalog_destroy(catalog);
}

/* What a policy says of a zone by name holds for it alone, and elsewhere its kind does; by name it holds in the systems that
 * have the zone. */
BH_TEST(test_dispositions_by_name)
{
    struct bh_catalog *catalog =
        bh_test_catalog(NULL, POLICY("node", "guest", "guest", "process, outer-guest: node, outer-vmm: system"));
    struct bh_node_model *model = bh_test_model(catalog, "kvm-nested", "mine", tenants, 2);
    struct bh_node_model *plain = bh_test_model(catalog, "kvm", "mine", tenants, 2);
    bool beyond;
    const size_t outer = zone_named(model->tree, "outer-guest"), guest = zone_named(model->tree, "guest");
    assert_int_equal(model->disposition[outer], BH_SCOPE_NODE);
    assert_true(equals(down(model, outer, 0.7, &beyond), model->tree->zones[0].subtree));
    assert_int_equal(model->disposition[zone_named(model->tree, "outer-vmm")], BH_SCOPE_SYSTEM);
    assert_int_equal(model->disposition[guest], BH_SCOPE_GUEST);
    assert_int_equal(model->disposition[zone_named(model->tree, "vmm")], BH_SCOPE_GUEST);
    for (size_t z = 0; z < plain->tree->zones_count; z++)
        assert_int_equal(plain->disposition[z],
                         bh_test_policy(catalog, "mine")->disposition[plain->tree->zones[z].kind]);
    bh_node_model_destroy(model);
    bh_node_model_destroy(plain);
    bh_catalog_destroy(catalog);
}

/* Every policy that comes with the catalog, but the one without guests, fits every system that has guests. */
BH_TEST(test_bundled_policies_fit)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t s = 0; s < catalog->systems_count; s++)
        for (size_t p = 0; p < catalog->policies_count; p++) {
            const struct bh_policy *policy = &catalog->policies[p];
            struct bh_error err = {0};
            if (strcmp(policy->name, "native") == 0 || strcmp(policy->name, "remapped-devices") == 0 ||
                catalog->systems[s].guest_kernel == NULL)
                continue;
            /* But where a system says what it lacks for that. */
            if (bh_check_dispositions(&catalog->systems[s], policy, &err) != 0 &&
                strstr(err.text, "which has no `stop` for that") == NULL)
                fail_msg("%s", err.text);
        }
    bh_catalog_destroy(catalog);
}

#define OUTER_SYSTEM(more)                                                                                             \
    "{systems: {outer: {title: t, host-kernel: linux, guest-kernel: linux, zones: ["                                   \
    "{name: host, kind: host-kernel, components: [host-kernel]},"                                                      \
    "{name: runner, kind: host-user, parent: host, components: [qemu-device-model]},"                                  \
    "{name: first, kind: guest-kernel, parent: runner, components: [guest-kernel]}," more                              \
    "{name: guest, kind: guest-kernel, parent: first, per: guest, components: [guest-kernel]},"                        \
    "{name: process, kind: guest-user, parent: guest, per: process, components: [application]}],"                      \
    "channels: [{type: vm-exit, from: guest, to: first}],"                                                             \
    "guards: {guest/host: [iommu]}, costs: {"                                                                          \
    "compute-slowdown: {value: 0.1, status: computed, source: t},"                                                     \
    "exit-time: {value: 1, unit: us, status: computed, source: t},"                                                    \
    "latency: {value: 1, unit: us, status: computed, source: t},"                                                      \
    "bandwidth-loss: {value: 0, status: computed, source: t},"                                                         \
    "guest-boot: {value: 1, unit: s, status: computed, source: t}}}}}"

/* A process that runs two guests of the node is neither's own: what takes it down takes both, and a guest that fails does
 * not take it along. */
BH_TEST(test_two_outer_guests)
{
    for (int two = 0; two < 2; two++) {
        struct bh_catalog *catalog = bh_test_catalog(
            NULL, two ? OUTER_SYSTEM("{name: second, kind: guest-kernel, parent: runner, components: [guest-kernel]},")
                      : OUTER_SYSTEM(""));
        struct bh_error err = {0};
        const struct bh_system *system = bh_test_system(catalog, "outer");
        const int status = bh_check_dispositions(system, bh_test_policy(catalog, "protection-first"), &err);
        assert_int_equal(status == 0, !two);
        if (two)
            assert_non_null(strstr(err.text, "zone `runner` takes down what runs inside it: expected `node`"));
        struct bh_node_model *model = bh_test_model(catalog, "outer", "same-os", tenants, 2);
        const struct bh_zone_tree *tree = model->tree;
        const size_t first = zone_named(tree, "first");
        bool beyond;
        model->disposition[first] = BH_SCOPE_GUEST;
        assert_true(
            equals(down(model, first, 0.3, &beyond), tree->zones[two ? first : zone_named(tree, "runner")].subtree));
        bh_node_model_destroy(model);
        bh_catalog_destroy(catalog);
    }
}

/* A process beside the guests, such as a daemon on the host: alone in its subtree and in no guest. */
BH_TEST(test_failed_user_zone_is_down)
{
    static const struct bh_small_zone zones[] = {
        {-1, BH_HOST_KERNEL, -1, -1, -1}, {0, BH_HOST_USER, -1, -1, -1}, {0, BH_GUEST_KERNEL, 0, 0, -1},
        {2, BH_GUEST_USER, 0, 0, 0},      {2, BH_HOST_USER, 0, 0, -1},
    };
    struct bh_node_model *model = bh_small_model(zones, 5, NULL, 0);
    bool beyond;
    for (int scope = BH_SCOPE_PROCESS; scope <= BH_SCOPE_SYSTEM; scope++)
        for (size_t z = 0; z < 5; z++) {
            if (model->tree->zones[z].is_kernel)
                continue;
            model->disposition[z] = (enum bh_scope)scope;
            struct bh_zone_set gone = down(model, z, 0.5, &beyond);
            if (!bh_zone_set_within(&model->tree->zones[z].subtree, &gone))
                fail_msg("zone %zu goes on after its own failure under disposition `%s`", z, bh_scope_names[scope]);
        }
    bh_node_model_destroy(model);
}

/* --- Channels ------------------------------------------------------------------------------------------------------ */

/* c = mu p / (1 - p), so that c / (c + mu) = p. */
BH_TEST(test_attempt_rate)
{
    static const struct bh_small_zone zones[] = {{-1, BH_HOST_KERNEL, -1, -1, -1}, {0, BH_HOST_USER, 0, 0, 0}};
    static const struct bh_small_channel channels[] = {
        {1, 0, 0.25, 0, false}, {1, 0, 0.0, 0, false}, {1, 0, 1e-12, 0.9, false}, {1, 0, 1.0, 0.5, false}};
    struct bh_node_model *model = bh_small_model(zones, 2, channels, 4);
    model->ending[1][BH_DATA].rate = 0.3;
    model->ending[1][BH_INSTRUCTION].rate = 20.0;
    assert_close(bh_attempt_rate(model, 0, BH_DATA), 0.3 / 3, 1e-15);
    assert_close(bh_attempt_rate(model, 0, BH_INSTRUCTION), 20.0 / 3, 1e-15);
    assert_close(bh_attempt_rate(model, 1, BH_DATA), 0.0, 0);
    assert_close(bh_attempt_rate(model, 2, BH_DATA), 0.3e-12, 1e-11);
    assert_true(isinf(bh_attempt_rate(model, 3, BH_DATA)));
    bh_node_model_destroy(model);
}

/* Each tenant's own zones follow its own policy; what they share follows the node's. */
BH_TEST(test_tenants_may_have_policies_of_their_own)
{
    struct bh_error err = {0};
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    const struct bh_application *application = bh_test_application(catalog, "mpi-bulk-synchronous");
    const struct bh_tenant equals[] = {
        {.guests_per_node = 1, .processes_per_guest = 2, .node_share = 0.5, .application = application},
        {.guests_per_node = 1, .processes_per_guest = 2, .node_share = 0.5, .application = application}};
    const struct bh_policy *strong = bh_test_policy(catalog, "protection-first"),
                           *weak = bh_test_policy(catalog, "as-host-kernel");
    const struct bh_policy *const own[] = {weak, strong};
    const struct bh_system *kvm = bh_test_system(catalog, "kvm");
    struct bh_node_model *plain[] = {bh_test_model(catalog, "kvm", "as-host-kernel", equals, 2),
                                     bh_test_model(catalog, "kvm", "protection-first", equals, 2)};
    struct bh_node_model *model = bh_node_model_create_tailored(catalog, kvm, strong, equals, own, 2, &err);
    assert_non_null(model);
    assert_ptr_not_equal(model->tenant_guard[0][BH_GUEST_HOST], model->tenant_guard[1][BH_GUEST_HOST]);
    for (size_t z = 0; z < model->tree->zones_count; z++) {
        int tenant = model->tree->zones[z].enclave;
        assert_int_equal(model->disposition[z], plain[tenant != 0]->disposition[z]);
    }
    size_t crossings = 0;
    for (size_t c = 0; c < model->tree->channels_count; c++) {
        int from = model->tree->zones[model->crossings[c].from].enclave,
            to = model->tree->zones[model->crossings[c].to].enclave;
        int tenant = from >= 0 ? from : to;
        assert_true(from < 0 || to < 0 || from == to); /* KVM's guests have no channel between them */
        assert_ptr_equal(model->crossings[c].guard, plain[tenant != 0]->crossings[c].guard);
        crossings += plain[0]->crossings[c].guard != plain[1]->crossings[c].guard;
    }
    assert_true(crossings > 0);
    bh_node_model_destroy(model);
    bh_node_model_destroy(plain[0]);
    bh_node_model_destroy(plain[1]);
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tenants_may_have_policies_of_their_own),
        cmocka_unit_test(test_guards_chosen),
        cmocka_unit_test(test_guard_not_offered),
        cmocka_unit_test(test_composition_links),
        cmocka_unit_test(test_dispositions_applied),
        cmocka_unit_test(test_native_guest_becomes_process),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_taken_down),
        cmocka_unit_test(test_taken_down_nested),
        cmocka_unit_test(test_dispositions_by_name),
        cmocka_unit_test(test_bundled_policies_fit),
        cmocka_unit_test(test_two_outer_guests),
        cmocka_unit_test(test_failed_user_zone_is_down),
        cmocka_unit_test(test_attempt_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
