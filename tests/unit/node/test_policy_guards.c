/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Policies over time as data, and what a node's operating system lets through of the guards that they ask for. */
#include "models/catalog/policy.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "tests/support/models.h"

#define POLICY(rest)                                                                                                   \
    "policies: {mine: {description: a test, dispositions: {host-kernel: node, host-user: guest, guest-kernel: guest, " \
    "guest-user: process}, " rest "}}"

BH_TEST(test_rules_are_read)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, POLICY("guards: strongest"));
    const struct bh_policy *policy = bh_test_policy(catalog, "mine");
    assert_int_equal(policy->protect.when, BH_PROTECT_ALWAYS);
    bh_catalog_destroy(catalog);

    catalog = bh_test_catalog(NULL, POLICY("guards: strongest, protect: composed"));
    assert_int_equal(bh_test_policy(catalog, "mine")->protect.when, BH_PROTECT_COMPOSED);
    assert_int_equal(bh_test_policy(catalog, "mine")->unprotected.rule, BH_GUARDS_WEAKEST);
    bh_catalog_destroy(catalog);

    catalog = bh_test_catalog(NULL, POLICY("guards: strongest, protect: {degree: 0.25}"));
    assert_int_equal(bh_test_policy(catalog, "mine")->protect.when, BH_PROTECT_DEGREE);
    assert_close(bh_test_policy(catalog, "mine")->protect.degree, 0.25, 0);
    bh_catalog_destroy(catalog);

    catalog = bh_test_catalog(NULL, POLICY("guards: strongest, unprotected: {guest/host: nested-paging}, "
                                           "protect: {errors: 3, within: 2 h, quiet: 1 d}"));
    policy = bh_test_policy(catalog, "mine");
    assert_int_equal(policy->protect.when, BH_PROTECT_ERRORS);
    assert_int_equal(policy->protect.errors, 3);
    assert_close(policy->protect.within_s, 7200, 0);
    assert_close(policy->protect.quiet_s, 86400, 0);
    assert_string_equal(policy->unprotected.name[BH_GUEST_HOST], "nested-paging");
    bh_catalog_destroy(catalog);
}

BH_TEST(test_levels_by_rule)
{
    static const struct {
        const char *rest, *protected, *unprotected;
    } cases[] = {
        {"guards: strongest", "emulated-io", "emulated-io"},
        {"guards: strongest, protect: never", "passthrough", "passthrough"},
        {"guards: strongest, protect: composed", "emulated-io", "passthrough"},
        {"guards: strongest, protect: composed, unprotected: {guest/host: nested-paging}", "emulated-io",
         "nested-paging"},
        {"guards: {guest/host: nested-paging}, protect: {degree: 0.5}", "nested-paging", "passthrough"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char extra[512];
        struct bh_error err = {0};
        const struct bh_guard_level *on[BH_BOUNDARIES], *off[BH_BOUNDARIES];
        snprintf(extra, sizeof extra, POLICY("%s"), cases[i].rest);
        struct bh_catalog *catalog = bh_test_catalog(NULL, extra);
        const struct bh_system *palacios = bh_test_system(catalog, "palacios");
        const struct bh_policy *policy = bh_test_policy(catalog, "mine");
        assert_int_equal(bh_choose_guards(palacios, policy, on, &err), 0);
        assert_int_equal(bh_choose_unprotected(palacios, policy, off, &err), 0);
        assert_string_equal(on[BH_GUEST_HOST]->name, cases[i].protected);
        assert_string_equal(off[BH_GUEST_HOST]->name, cases[i].unprotected);
        bh_catalog_destroy(catalog);
    }
}

/* Each message names the key and what was expected. */
BH_TEST(test_bad_rules)
{
    static const struct {
        const char *rest, *message;
    } cases[] = {
        {"guards: strongest, protect: compose", "did you mean `composed`"},
        {"guards: strongest, protect: {degree: 1.5}", "probability"},
        {"guards: strongest, protect: {degree: 0.5, errors: 3}", "errors"},
        {"guards: strongest, protect: {errors: 0, within: 1 h, quiet: 1 h}", "errors"},
        {"guards: strongest, protect: {errors: 17, within: 1 h, quiet: 1 h}", "errors"},
        {"guards: strongest, protect: {errors: 3, within: 1 h}", "quiet"},
        {"guards: strongest, protect: {errors: 3, within: 1 h, quiet: 0 s}", "a time above 0"},
        {"guards: strongest, protect: [always]", "protect"},
        {"guards: strongest, unprotected: weakest", "protects always"},
        {"guards: strongest, protect: composed, unprotected: {guest/host: paging}", "paging"},
    };
    char *directory = bh_print_text("%s/models/data", bh_test_data());
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char extra[512];
        struct bh_error err = {0};
        snprintf(extra, sizeof extra, POLICY("%s"), cases[i].rest);
        struct bh_document *define = bh_test_document(extra, "define.yaml");
        struct bh_catalog *catalog = bh_catalog_read(directory, NULL, bh_document_root(define), NULL, &err);
        bh_document_destroy(define);
        if (catalog == NULL && err.code == BH_ERROR_INPUT && strstr(err.text, cases[i].message))
            continue;
        print_error("%s\nfound: %s\nexpected: ...%s...\n", cases[i].rest, catalog ? "(accepted)" : err.text,
                    cases[i].message);
        wrong++;
        bh_catalog_destroy(catalog);
    }
    free(directory);
    assert_int_equal(wrong, 0);
}

BH_TEST(test_unprotected_not_above_protected)
{
    struct bh_error err = {0};
    const struct bh_guard_level *off[BH_BOUNDARIES];
    struct bh_catalog *catalog = bh_test_catalog(
        NULL, POLICY("guards: {guest/host: nested-paging}, unprotected: {guest/host: emulated-io}, protect: composed"));
    assert_int_equal(
        bh_choose_unprotected(bh_test_system(catalog, "palacios"), bh_test_policy(catalog, "mine"), off, &err), -1);
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "no stronger one while not"));
    bh_catalog_destroy(catalog);
}

static const struct bh_guard_level *level(const struct bh_catalog *catalog, const char *name)
{
    for (size_t g = 0; g < catalog->guards_count; g++)
        if (catalog->guards[g].boundary == BH_GUEST_HOST && strcmp(catalog->guards[g].name, name) == 0)
            return &catalog->guards[g];
    fail_msg("no guard level %s", name);
    return NULL;
}

/* Palacios offers passthrough, nested-paging and emulated-io, and not iommu, which lies between the last two. */
BH_TEST(test_node_os_clips)
{
    static const struct {
        const char *policy, *least, *most, *effective;
    } cases[] = {
        {"as-host-kernel", NULL, NULL, "passthrough"},
        {"as-host-kernel", "nested-paging", NULL, "nested-paging"},
        {"as-host-kernel", "iommu", NULL, "emulated-io"},
        {"protection-first", NULL, "iommu", "nested-paging"},
        {"protection-first", "nested-paging", "nested-paging", "nested-paging"},
        {"protection-first", "passthrough", "emulated-io", "emulated-io"},
        {"protection-first", "iommu", "iommu", NULL},
    };
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    const struct bh_system *palacios = bh_test_system(catalog, "palacios");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error err = {0};
        struct bh_guard_limits limits = {.place = {.file = "test"}};
        const struct bh_guard_level *guard[BH_BOUNDARIES], *requested;
        bool clipped[BH_BOUNDARIES];
        limits.least[BH_GUEST_HOST] = cases[i].least ? level(catalog, cases[i].least) : NULL;
        limits.most[BH_GUEST_HOST] = cases[i].most ? level(catalog, cases[i].most) : NULL;
        assert_int_equal(bh_choose_guards(palacios, bh_test_policy(catalog, cases[i].policy), guard, &err), 0);
        requested = guard[BH_GUEST_HOST];
        int status = bh_clip_guards(palacios, &limits, guard, clipped, &err);
        assert_int_equal(status, cases[i].effective ? 0 : -1);
        if (status != 0) {
            assert_non_null(strstr(err.text, "passthrough, nested-paging, emulated-io"));
            continue;
        }
        assert_string_equal(guard[BH_GUEST_HOST]->name, cases[i].effective);
        assert_int_equal(clipped[BH_GUEST_HOST], guard[BH_GUEST_HOST] != requested);
        assert_false(clipped[BH_PROCESS_KERNEL]);
    }
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_are_read), cmocka_unit_test(test_levels_by_rule),
        cmocka_unit_test(test_bad_rules),      cmocka_unit_test(test_unprotected_not_above_protected),
        cmocka_unit_test(test_node_os_clips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
