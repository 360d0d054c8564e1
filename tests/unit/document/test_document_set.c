/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Changing, copying and printing trees. */
#include "models/document/document.h"
#include "models/document/document_print.h"
#include "models/document/document_read.h"
#include "models/document/document_set.h"
#include "tests/support/helper.h"
#include "tests/support/tree_equal.h"

#include <string.h>

static struct bh_document *parse(const char *text, const char *name)
{
    struct bh_error err = {0};
    struct bh_document *document = bh_document_parse(text, strlen(text), name, &err);
    if (!document)
        print_error("%s\n", err.text);
    assert_non_null(document);
    return document;
}

static void assert_json(const struct bh_document *document, const char *expected)
{
    char *json = bh_node_print_json(bh_document_root(document));
    assert_string_equal(json, expected);
    free(json);
}

static const char base[] = "workload: {work: 24 h, list: [a, {b: c}]}\nseed: 1\n";

BH_TEST(test_set)
{
    static const struct {
        const char *path, *value, *expected;
    } cases[] = {
        {"seed", "2", "{\"workload\":{\"work\":\"24 h\",\"list\":[\"a\",{\"b\":\"c\"}]},\"seed\":2}"},
        {"title", "new",
         "{\"workload\":{\"work\":\"24 h\",\"list\":[\"a\",{\"b\":\"c\"}]},\"seed\":1,\"title\":\"new\"}"},
        {"workload.work", "0.1 %", "{\"workload\":{\"work\":\"0.1 %\",\"list\":[\"a\",{\"b\":\"c\"}]},\"seed\":1}"},
        {"workload.list.0", "[1, {x: y}]",
         "{\"workload\":{\"work\":\"24 h\",\"list\":[[1,{\"x\":\"y\"}],{\"b\":\"c\"}]},\"seed\":1}"},
        {"workload.list.1.b", "''", "{\"workload\":{\"work\":\"24 h\",\"list\":[\"a\",{\"b\":\"\"}]},\"seed\":1}"},
        {"workload.list.1.d", "{e: f}",
         "{\"workload\":{\"work\":\"24 h\",\"list\":[\"a\",{\"b\":\"c\",\"d\":{\"e\":\"f\"}}]},\"seed\":1}"},
        {"workload", "none", "{\"workload\":\"none\",\"seed\":1}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error err = {0};
        struct bh_document *document = parse(base, "f");
        int status = bh_document_set(document, cases[i].path, cases[i].value, "--set", &err);
        if (status != 0)
            print_error("%s\n", err.text);
        assert_int_equal(status, 0);
        assert_json(document, cases[i].expected);
        bh_document_destroy(document);
    }
}

BH_TEST(test_set_is_refused)
{
    static const struct {
        const char *path, *value, *message;
    } cases[] = {
        {"workload.wrk.x", "1",
         "--set:1:1: `workload.wrk.x`: unknown key `wrk`; did you mean `work`? known keys: work, list\n"
         "    workload.wrk.x=1\n    ^"},
        {"workload.list.2", "1", "--set:1:1: `workload.list.2`: `workload.list` is a list of 2; expected an index"},
        {"workload.list.x", "1", "--set:1:1: `workload.list.x`: `workload.list` is a list of 2; expected an index"},
        {"seed.x", "1", "--set:1:1: `seed.x`: `seed` is `1`, which has no `x` in it"},
        {"", "1", "--set:1:1: an empty path"},
        {"workload.", "1", "--set:1:1: `workload.`: unknown key ``"},
        {".seed", "1", "--set:1:1: `.seed`: unknown key ``"},
        {"b\xFF", "1", "--set:1:1: `b?`: a key that is not printable UTF-8 text"},
        {"seed", "", "--set:1:6: nothing here; expected a YAML document\n    seed=\n         ^"},
        {"seed", "[1, 2", "--set:1:"},
        {"seed", "*x", "--set:1:6: alias `*x`"},
        {"seed", "{a: 1, a: 2}", "--set:1:13: duplicate key `a`"},
        {"seed", "\xFF", "--set:1:6: malformed UTF-8"},
    };
    struct bh_document *document = parse(base, "f");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error err = {0};
        int status = bh_document_set(document, cases[i].path, cases[i].value, "--set", &err);
        if (status == 0 || strncmp(err.text, cases[i].message, strlen(cases[i].message)) != 0)
            print_error("%s: found \"%s\", expected \"%s\"\n", cases[i].path, err.text, cases[i].message);
        assert_int_equal(status, -1);
        assert_int_equal(strncmp(err.text, cases[i].message, strlen(cases[i].message)), 0);
    }
    assert_json(document, "{\"workload\":{\"work\":\"24 h\",\"list\":[\"a\",{\"b\":\"c\"}]},\"seed\":1}");
    bh_document_destroy(document);
}

/* A value that was set is blamed where it was written, and what it replaced stays readable. */
BH_TEST(test_set_keeps_places)
{
    struct bh_document *document = parse(base, "f");
    const struct bh_node *before = bh_node_find_path(bh_document_root(document), "workload.work");
    struct bh_error err = {0};
    double value;
    assert_int_equal(bh_document_set(document, "workload.work", "24 GB", "--set", &err), 0);
    assert_string_equal(bh_node_text(before, NULL), "24 h");
    const struct bh_node *after = bh_node_find_path(bh_document_root(document), "workload.work");
    assert_int_equal(bh_node_quantity(after, BH_DIMENSION_TIME, &value, &err), -1);
    assert_string_equal(err.text, "--set:1:15: workload.work: `24 GB` is a number of bytes; expected a time, such as "
                                  "10 s or 24 h\n    workload.work=24 GB\n                  ^");
    bh_document_destroy(document);
}

BH_TEST(test_set_node)
{
    struct bh_document *document = parse(base, "f"), *other = parse("set:\n  deep: [5 GB, \"6\"]\n", "g");
    const struct bh_node *value = bh_node_find_path(bh_document_root(other), "set.deep");
    struct bh_error err = {0};
    double time;
    assert_int_equal(bh_document_set_node(document, "workload.work", value, true, &err), 0);
    assert_int_equal(bh_document_set_node(document, "extra", value, false, &err), 0);
    assert_int_equal(bh_document_set_node(document, "wrkload", value, true, &err), -1);
    assert_string_equal(err.text, "g:2:9: `wrkload`: unknown key `wrkload`; did you mean `workload`? known keys: "
                                  "workload, seed, extra\n      deep: [5 GB, \"6\"]\n            ^");
    bh_document_destroy(other); /* the copy does not need it */

    assert_json(document, "{\"workload\":{\"work\":[\"5 GB\",\"6\"],\"list\":[\"a\",{\"b\":\"c\"}]},\"seed\":1,"
                          "\"extra\":[\"5 GB\",\"6\"]}");
    err = (struct bh_error){0};
    const struct bh_node *copied = bh_node_find_path(bh_document_root(document), "workload.work.0");
    assert_int_equal(bh_node_quantity(copied, BH_DIMENSION_TIME, &time, &err), -1);
    assert_int_equal(strncmp(err.text, "g:2:10: workload.work.0: `5 GB`", 31), 0);

    /* A part of the document itself, put inside itself. */
    assert_int_equal(bh_document_set_node(document, "workload.list.1.b", bh_document_root(document), true, NULL), 0);
    assert_non_null(bh_node_find_path(bh_document_root(document), "workload.list.1.b.workload.list.1.b"));
    bh_document_destroy(document);
}

/* Values set one inside the other never make a tree deeper than a file may be. */
BH_TEST(test_set_keeps_depth)
{
    struct bh_document *document = parse("a: {}", "f");
    char path[256] = "a.a";
    size_t levels = 2;
    struct bh_error err = {0};
    while (bh_document_set(document, path, "{}", "--set", &err) == 0) {
        strcat(path, ".a");
        levels++;
    }
    assert_int_equal(levels, 64);
    assert_non_null(strstr(err.text, "nested more than 64 deep"));
    assert_int_equal(bh_document_set_node(document, "a.b", bh_document_root(document), false, NULL), -1);
    bh_document_destroy(document);
}

BH_TEST(test_copy)
{
    struct bh_document *document = parse(base, "f");
    assert_int_equal(bh_document_set(document, "seed", "7", "--set", NULL), 0);
    struct bh_document *twin = bh_document_copy(document);
    assert_true(bh_test_trees_are_equal(bh_document_root(document), bh_document_root(twin)));
    assert_int_equal(bh_document_set(twin, "seed", "8", "--set", NULL), 0);
    assert_string_equal(bh_node_text(bh_node_find(bh_document_root(document), "seed"), NULL), "7");
    bh_document_destroy(document);
    assert_string_equal(bh_document_name(twin), "f");
    struct bh_place place = bh_node_place(bh_node_find_path(bh_document_root(twin), "workload.work"));
    assert_string_equal(place.file, "f");
    assert_int_equal(strncmp(place.line_text, "workload:", 9), 0);
    bh_document_destroy(twin);
}

/* Texts that are easily lost on the way: each is read, printed, read again, and equal. */
BH_TEST(test_round_trip)
{
    static const char *const texts[] = {
        base,
        "a",
        "'a'",
        "\"\"",
        "[]",
        "{}",
        "[[], {}, [[]], {a: []}]",
        "- - - a\n  - b\n- c: d\n  e: [f]\n",
        "a:\nb: ''\nc: '  '\nd: ' x '\n",
        "a: '# no comment'\nb: 'x # y'\nc: 'x: y'\n'd: e': f\n",
        "a: \"1\"\nb: 1\nc: 'yes'\nd: yes\ne: ~\nf: '~'\ng: null\nh: 'null'\n",
        "a: |\n  one\n   two\n\n  three\nb: >-\n  folded\n  text\n",
        "a: \"tab\\there \\e[31m \\x85 \\u2028 \\u200b \\ufeff \\U0001F6A2 \\\"q\\\" \\\\ \\r\\n\"\n",
        "a: one\n  two\n\n  three\n",
        "\xC3\xA4: \xE2\x82\xAC \xF0\x9F\x9A\xA2\n",
        "'key with \"quotes\"': \"value with 'quotes'\"\n",
        "\"multi\\nline key\": v\n",
        "? "
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n: b\n",
        "a: '---'\nb: '...'\nc: '- x'\nd: '? x'\ne: '&x'\nf: '*x'\ng: '!x'\nh: '%x'\ni: '@x'\nj: '`x'\n",
        "---\na: b\n...\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bh_document *first = parse(texts[i], "f");
        char *yaml = bh_node_print_yaml(bh_document_root(first));
        struct bh_document *second = parse(yaml, "printed");
        assert_true(bh_test_trees_are_equal(bh_document_root(first), bh_document_root(second)));
        char *first_json = bh_node_print_json(bh_document_root(first));
        char *second_json = bh_node_print_json(bh_document_root(second));
        assert_string_equal(first_json, second_json);
        free(yaml);
        free(first_json);
        free(second_json);
        bh_document_destroy(first);
        bh_document_destroy(second);
    }
}

BH_TEST(test_yaml)
{
    struct bh_document *document = parse("{a: {b: [1, \"2\", {c: d}], e: []}, f: \"x\\ny\"}", "f");
    char *yaml = bh_node_print_yaml(bh_document_root(document));
    char *part = bh_node_print_yaml(bh_node_find_path(bh_document_root(document), "a.b"));
    assert_string_equal(yaml, "a:\n  b:\n  - 1\n  - \"2\"\n  - c: d\n  e: []\nf: \"x\\ny\"\n");
    assert_string_equal(part, "- 1\n- \"2\"\n- c: d\n");
    free(yaml);
    free(part);
    bh_document_destroy(document);
}

BH_TEST(test_json)
{
    static const struct {
        const char *yaml, *json;
    } cases[] = {
        {"{a: 1, b: -2.5e-3, c: 01, d: 1., e: .5, f: +1, g: '1', h: 0, i: -, j: 1e, k: 1e+5, l: -0.0}",
         "{\"a\":1,\"b\":-2.5e-3,\"c\":\"01\",\"d\":\"1.\",\"e\":\".5\",\"f\":\"+1\",\"g\":\"1\",\"h\":0,\"i\":\"-\","
         "\"j\":\"1e\",\"k\":1e+5,\"l\":-0.0}"},
        {"{a: yes, b: no, c: true, d: false, e: 'yes', f: Yes, g: null, h: }",
         "{\"a\":true,\"b\":false,\"c\":true,\"d\":false,\"e\":\"yes\",\"f\":\"Yes\",\"g\":\"null\",\"h\":null}"},
        {"\"a\\\"b\\\\c\\nd\\te\\x1f\\x7f \xE2\x82\xAC\"", "\"a\\\"b\\\\c\\nd\\u0009e\\u001f\\u007f \xE2\x82\xAC\""},
        {"[.inf, .nan, inf, 0x10, 24 h]", "[\".inf\",\".nan\",\"inf\",\"0x10\",\"24 h\"]"},
        {"\"k\\\"\": []", "{\"k\\\"\":[]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_document *document = parse(cases[i].yaml, "f");
        assert_json(document, cases[i].json);
        bh_document_destroy(document);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_set_is_refused),
        cmocka_unit_test(test_set_keeps_places),
        cmocka_unit_test(test_set_node),
        cmocka_unit_test(test_set_keeps_depth),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_yaml),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
