/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reading YAML: what a tree holds and where it stands, and one case per way in which a file can be broken. */
#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/document/document_print.h"
#include "models/document/document_read.h"
#include "tests/support/helper.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct bh_document *parse(const char *text)
{
    struct bh_error err = {0};
    struct bh_document *document = bh_document_parse(text, strlen(text), "f", &err);
    if (!document)
        print_error("%s\n", err.text);
    assert_non_null(document);
    return document;
}

static const char *text_at(const struct bh_document *document, const char *path)
{
    return bh_node_text(bh_node_find_path(bh_document_root(document), path), NULL);
}

static void assert_place(const struct bh_node *node, unsigned line, unsigned column, const char *line_text)
{
    struct bh_place place = bh_node_place(node);
    assert_string_equal(place.file, "f");
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
    assert_int_equal(strncmp(place.line_text, line_text, strlen(line_text)), 0);
}

BH_TEST(test_tree)
{
    struct bh_document *document = parse("scenario: balance # first\n"
                                         "platform: {file: \"a b.yaml\", nodes: 4}\r\n"
                                         "list:\n"
                                         "  - 24 h\n"
                                         "  - [x, 'y']\n"
                                         "  - {}\n"
                                         "\xC3\xA4\xC3\xB6: \xE2\x82\xAC\n"
                                         "empty:\n");
    const struct bh_node *root = bh_document_root(document), *list = bh_node_find(root, "list");
    assert_string_equal(bh_document_name(document), "f");
    assert_int_equal(bh_node_kind(root), BH_NODE_MAP);
    assert_int_equal(bh_node_count(root), 5);
    assert_string_equal(bh_node_key(root, 0), "scenario");
    assert_string_equal(bh_node_key(root, 4), "empty");
    assert_string_equal(text_at(document, "scenario"), "balance");
    assert_string_equal(text_at(document, "platform.file"), "a b.yaml");
    assert_string_equal(text_at(document, "list.1.1"), "y");
    assert_string_equal(text_at(document, "\xC3\xA4\xC3\xB6"), "\xE2\x82\xAC");
    assert_int_equal(bh_node_kind(list), BH_NODE_LIST);
    assert_int_equal(bh_node_count(list), 3);
    assert_int_equal(bh_node_count(bh_node_item(list, 2)), 0);
    assert_int_equal(bh_node_count(bh_node_item(list, 0)), 0);
    assert_place(bh_node_find_path(root, "platform.nodes"), 2, 37, "platform:");
    assert_place(bh_node_item(list, 0), 4, 5, "  - 24 h");
    assert_place(bh_node_find_path(root, "\xC3\xA4\xC3\xB6"), 7, 5, "\xC3\xA4");
    struct bh_place key_place = bh_node_key_place(root, 2);
    assert_int_equal(key_place.line, 3);
    assert_int_equal(key_place.column, 1);
    bh_document_destroy(document);
    bh_document_destroy(NULL);
}

BH_TEST(test_find)
{
    struct bh_document *document = parse("a: {b: [x, {c: y}], d: z}");
    const struct bh_node *root = bh_document_root(document);
    static const char *const absent[] = {
        "",         "b", "a.", ".a", "a..b", "a.b.2", "a.b.-1", "a.b.", "a.b.1x", "a.d.e", "a.b.99999999999999999999",
        "a.b.1.c.0"};
    char path[64], small[12];
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_null(bh_node_find_path(root, absent[i]));
    const struct bh_node *deep = bh_node_find_path(root, "a.b.1.c");
    assert_string_equal(bh_node_text(deep, NULL), "y");
    assert_string_equal(bh_node_path(deep, path, sizeof path), "a.b.1.c");
    assert_string_equal(bh_node_path(root, path, sizeof path), "");
    assert_null(bh_node_find(root, "b"));
    assert_null(bh_node_find(deep, "b"));
    assert_null(bh_node_find(NULL, "b"));
    bh_document_destroy(document);

    document = parse("averylongname: {another: [0, 1]}");
    deep = bh_node_find_path(bh_document_root(document), "averylongname.another.1");
    assert_string_equal(bh_node_path(deep, small, sizeof small), "...1");
    bh_document_destroy(document);
}

/* One per way to be broken: where the message points and what it says. */
static const struct {
    const char *text;
    size_t length; /* 0: up to the NUL */
    const char *place, *message;
} broken[] = {
    {"a: 1\nb: 2\na: 3\n", 0, "f:3:1: ", "duplicate key `a`; it stands first at line 1, column 1\n    a: 3\n    ^"},
    {"x: {a: 1, 'a': 3}", 0, "f:1:11: ", "duplicate key `a`"},
    {"a: &x 1\n", 0, "f:1:4: ", "anchor `&x`"},
    {"a: &x [1]\n", 0, "f:1:4: ", "anchor `&x`"},
    {"a: &x {b: 1}\n", 0, "f:1:4: ", "anchor `&x`"},
    {"&x a: 1\n", 0, "f:1:1: ", "anchor `&x`"},
    {"a: 1\nb: *x\n", 0, "f:2:4: ", "alias `*x`; anchors and aliases are not accepted"},
    {"*x : 1\n", 0, "f:1:1: ", "alias `*x`"},
    {"a: !!str 1\n", 0, "f:1:4: ", "tag `tag:yaml.org,2002:str`"},
    {"a: !mine [1]\n", 0, "f:1:4: ", "tag `!mine`"},
    {"a: !mine {b: 1}\n", 0, "f:1:4: ", "tag `!mine`"},
    {"a: ! 1\n", 0, "f:1:4: ", "tag `!`"},
    {"%TAG ! tag:example.org,2026:\n---\na: 1\n", 0, "f:1:1: ", "%TAG directive"},
    {"%YAML 3.0\n---\na: 1\n", 0, "f:1:1: ", "incompatible YAML"},
    {"", 0, "f:1:1: ", "nothing here; expected a YAML document"},
    {"# only words\n\n", 0, "f:1:1: ", "nothing here"},
    {"---\n...\n", 0, "f:1:1: ", "nothing here"},
    {"\xEF\xBB\xBF", 0, "f:1:2: ", "nothing here"},
    {"a: 1\n---\nb: 2\n", 0, "f:2:1: ", "a second document; expected one document"},
    {"a: 1\n...\n---\n", 0, "f:3:1: ", "a second document"},
    {"a: 1\nb: \xFFx\n", 0, "f:2:4: ", "malformed UTF-8"},
    {"a: \xC3\xA4\xC3", 0, "f:1:5: ", "malformed UTF-8"},
    {"a: \xC0\x80\n", 0, "f:1:4: ", "malformed UTF-8"},
    {"a: \xED\xA0\x80\n", 0, "f:1:4: ", "malformed UTF-8"},
    {"a: \xF4\x90\x80\x80\n", 0, "f:1:4: ", "malformed UTF-8"},
    {"a: b\0c\n", 7, "f:1:5: ", "control character U+0000; expected printable UTF-8 text"},
    {"a: \x1B[31m\n", 0, "f:1:4: ", "control character U+001B"},
    {"a: \"\\0\"\n", 0, "f:1:4: ", "holds the character NUL"},
    {"\xFF\xFE"
     "a\0:\0",
     6, "f:1:1: ", "malformed UTF-8"},
    {"[a]: 1\n", 0, "f:1:1: ", "a list as key of a map; expected a plain name"},
    {"? {a: 1}\n: 1\n", 0, "f:1:3: ", "a map as key of a map"},
    {"'': 1\n", 0, "f:1:1: ", "a key without a name"},
    {"a: [1, 2\nb: 3\n", 0,
     "f:2:2: ", "did not find expected ',' or ']', while parsing a flow sequence that began at line 1, column 4"},
    {"a: }\n", 0, "f:1:4: ", "not well-formed YAML"},
    {"a: 1\n b: 2\n", 0, "f:2:3: ", "a key that is indented further than the one before it in line 1"},
    {"a: 1\n\tb: 2\n", 0, "f:2:1: ", "a tab in the indentation"},
    {"a\nb: 2\n", 0, "f:1:1: ", "`a` has no colon; expected `a: value`"},
    {"a:\n  b 1\n  c: 2\n", 0, "f:2:3: ", "`b` has no colon"},
    {"a: b: c\n", 0, "f:1:5: ", "a second colon in the line"},
    {"a: @b\n", 0, "f:1:4: ", "`@` cannot begin a value"},
    {"a:\n\tb: 1\n", 0, "f:2:1: ", "a tab in the indentation"},
    {"a: 'x\n", 0, "f:", "found unexpected end of stream"},
    {"a: \"\\q\"\n", 0, "f:1:5: ", "found unknown escape character"},
    {"a: @x\n", 0, "f:1:4: ", "cannot begin a value"},
};

static void assert_refused(const char *text, size_t length, const char *place, const char *message)
{
    struct bh_error err = {0};
    struct bh_document *document = bh_document_parse(text, length, "f", &err);
    if (document || strncmp(err.text, place, strlen(place)) != 0 || !strstr(err.text, message))
        print_error("`%.60s`: found \"%s\", expected \"%s%s\"\n", text, err.text, place, message);
    assert_null(document);
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_int_equal(strncmp(err.text, place, strlen(place)), 0);
    assert_non_null(strstr(err.text, message));
    unsigned line = 0, column = 0;
    assert_int_equal(sscanf(err.text, "f:%u:%u: ", &line, &column), 2);
    assert_true(line > 0 && column > 0);
    assert_null(bh_document_parse(text, length, "f", NULL)); /* nor without a place for the text */
}

BH_TEST(test_broken)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_refused(broken[i].text, broken[i].length ? broken[i].length : strlen(broken[i].text), broken[i].place,
                       broken[i].message);
}

static char *repeat(const char *text, size_t times)
{
    size_t length = strlen(text);
    char *repeated = malloc(length * times + 1);
    assert_non_null(repeated);
    for (size_t i = 0; i < times; i++)
        memcpy(repeated + i * length, text, length);
    repeated[length * times] = '\0';
    return repeated;
}

BH_TEST(test_depth)
{
    static const char *const nests[] = {"[", "{a: ", "- ", "[{b: ", "? "};
    for (size_t i = 0; i < sizeof nests / sizeof *nests; i++) {
        char *text = repeat(nests[i], 100000);
        struct bh_error err = {0};
        assert_null(bh_document_parse(text, strlen(text), "f", &err));
        if (strcmp(nests[i], "? ") != 0)
            assert_non_null(strstr(err.text, "nested more than 64 deep; expected at most 64 levels"));
        free(text);
    }

    char *opening = repeat("[", 64), *closing = repeat("]", 64);
    char allowed[160], too_deep[160];
    snprintf(allowed, sizeof allowed, "%s%s", opening, closing);
    snprintf(too_deep, sizeof too_deep, "[%s%s]", opening, closing);
    bh_document_destroy(parse(allowed));
    assert_refused(too_deep, strlen(too_deep), "f:1:65: ", "nested more than 64 deep");
    free(opening);
    free(closing);
}

BH_TEST(test_alias_bomb)
{
    static const char bomb[] = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b]\n";
    assert_refused(bomb, strlen(bomb), "f:1:4: ", "anchor `&a`; anchors and aliases are not accepted");
}

/* Work grows with the size, not its square: a file of the largest size with as many keys as fit takes a moment.
 * The limit is far above what is needed (0.2 s), and far below what comparing all pairs would take. */
BH_TEST(test_largest_files)
{
    enum { MOST = 1 << 20 };
    char *text = malloc(MOST + 16);
    size_t used = 0, keys = 0;
    clock_t start = clock();
    assert_non_null(text);
    while (used + 12 < MOST)
        used += (size_t)sprintf(text + used, "%zx:\n", keys++);
    struct bh_document *document = bh_document_parse(text, used, "f", NULL);
    assert_non_null(document);
    assert_int_equal(bh_node_count(bh_document_root(document)), keys);
    bh_document_destroy(document);
    used += (size_t)sprintf(text + used, "0:\n");
    assert_refused(text, used, "f:", "duplicate key `0`; it stands first at line 1, column 1");
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 60);

    memset(text, 'x', MOST + 1);
    document = bh_document_parse(text, MOST, "f", NULL);
    assert_non_null(document);
    bh_document_destroy(document);
    assert_refused(text, MOST + 1, "f:1:1: ", "larger than 1 MiB");
    free(text);
}

BH_TEST(test_files)
{
    char directory[] = "/tmp/bulkhead-test-XXXXXX", path[64];
    struct bh_error err = {0};
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a.yaml", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("a: 5 GB\n", file);
    fclose(file);

    struct bh_document *document = bh_document_read(path, &err);
    assert_non_null(document);
    assert_string_equal(bh_document_name(document), path);
    assert_string_equal(text_at(document, "a"), "5 GB");
    bh_document_destroy(document);

    assert_null(bh_document_read(directory, &err));
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "is a directory; expected a YAML file"));
    err = (struct bh_error){0};
    if (geteuid() != 0) { /* root reads all */
        chmod(path, 0);
        assert_null(bh_document_read(path, &err));
        assert_non_null(strstr(err.text, "cannot be read: Permission denied"));
        err = (struct bh_error){0};
    }
    unlink(path);
    assert_null(bh_document_read(path, &err));
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "cannot be read: No such file or directory"));
    assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
    err = (struct bh_error){0};
    assert_null(bh_document_read("/dev/zero", &err));
    assert_non_null(strstr(err.text, "larger than 1 MiB"));
    rmdir(directory);
}

/* --- Getters ------------------------------------------------------------------------------------------------------- */

static const char *const known_words[] = {"seed", "exact", "young", NULL};

enum getter { TEXT, BOOL, COUNT, COUNT_ANY, QUANTITY, CHOICE, LIST, LIST_OF, MAP, KEYS, NEED };

static int get(enum getter getter, const struct bh_node *node, struct bh_error *err)
{
    bool flag;
    uint64_t count;
    double value;
    switch (getter) {
    case TEXT:
        return bh_node_text(node, err) ? 0 : -1;
    case BOOL:
        return bh_node_bool(node, &flag, err);
    case COUNT:
        return bh_node_count_value(node, 1, 100, &count, err);
    case COUNT_ANY:
        return bh_node_count_value(node, 0, UINT64_MAX, &count, err);
    case QUANTITY:
        return bh_node_quantity(node, BH_DIMENSION_TIME, &value, err);
    case CHOICE:
        return bh_node_choice(node, known_words, "interval", err) < 0 ? -1 : 0;
    case LIST:
        return bh_node_expect(node, BH_NODE_LIST, NULL, err);
    case LIST_OF:
        return bh_node_expect(node, BH_NODE_LIST, "the enclaves", err);
    case MAP:
        return bh_node_expect(node, BH_NODE_MAP, NULL, err);
    case KEYS:
        return bh_node_check_keys(node, known_words, err);
    case NEED:
        return bh_node_need(node, "seed", err) ? 0 : -1;
    }
    return -1;
}

/* The value of k in {k: VALUE}, read by a getter; `message` follows "f:1:5: " or is the whole line if it begins so. */
static const struct {
    const char *value;
    enum getter getter;
    const char *message; /* NULL: accepted */
} gets[] = {
    {"some text", TEXT, NULL},
    {"''", TEXT, NULL},
    {"", TEXT, "k: found nothing; expected a text"},
    {"[a]", TEXT, "k: found a list; expected a text (a single value)"},
    {"yes", BOOL, NULL},
    {"false", BOOL, NULL},
    {"'yes'", BOOL, "k: found the quoted text `yes`; expected yes or no without quotes"},
    {"maybe", BOOL, "k: found `maybe`; expected yes or no"},
    {"", BOOL, "k: found nothing; expected yes or no"},
    {"{a: 1}", BOOL, "k: found a map; expected yes or no (a single value)"},
    {"1", COUNT, NULL},
    {"100", COUNT, NULL},
    {"0", COUNT, "k: found `0`; expected a whole number from 1 to 100"},
    {"101", COUNT, "k: found `101`; expected"},
    {"-3", COUNT, "k: found `-3`; expected"},
    {"1.5", COUNT, "k: found `1.5`; expected"},
    {"0x10", COUNT, "k: found `0x10`; expected"},
    {"5 nodes", COUNT, "k: found `5 nodes`; expected"},
    {"", COUNT, "k: found nothing; expected"},
    {"18446744073709551615", COUNT_ANY, NULL},
    {"18446744073709551616", COUNT_ANY,
     "k: found `18446744073709551616`; expected a whole number from 0 to 18446744073709551615"},
    {"99999999999999999999999", COUNT_ANY, "k: found `99999999999999999999999`; expected"},
    {"24 h", QUANTITY, NULL},
    {"24 GB", QUANTITY,
     "k: `24 GB` is a number of bytes; expected a time, such as 10 s or 24 h\n    k: 24 GB\n       ^"},
    {"[1]", QUANTITY, "k: found a list; expected a time (a single value)"},
    {".inf", QUANTITY, "k: `.inf` is not a number"},
    {"exact", CHOICE, NULL},
    {"yuong", CHOICE, "k: unknown interval `yuong`; did you mean `young`? known: seed, exact, young"},
    {"weekly", CHOICE, "k: unknown interval `weekly`; known: seed, exact, young"},
    {"\"\\e[31m\"", CHOICE, "k: unknown interval `?[31m`"},
    {"[]", LIST, NULL},
    {"24", LIST, "k: found `24`; expected a list"},
    {"24", LIST_OF, "k: found `24`; expected the enclaves (a list)"},
    {"", MAP, "k: found nothing; expected a map"},
    {"{seed: 1, exact: 2}", KEYS, NULL},
    {"{exact: 2, sped: 1}", KEYS, "f:1:15: k: unknown key `sped`; did you mean `seed`? known keys: seed, exact, young"},
    {"{workload: 1}", KEYS, "f:1:5: k: unknown key `workload`; known keys: seed"},
    {"{a.b: 1}", KEYS, "f:1:5: k: unknown key `a.b`"},
    {"[seed]", KEYS, "k: found a list; expected a map"},
    {"{seed: 1}", NEED, NULL},
    {"{sed: 1}", NEED, "k: the key `seed` is missing"},
    {"x", NEED, "k: found `x`; expected a map"},
};

BH_TEST(test_getters)
{
    for (size_t i = 0; i < sizeof gets / sizeof *gets; i++) {
        char text[128], expected[512];
        struct bh_error err = {0};
        snprintf(text, sizeof text, "k: %s", gets[i].value);
        struct bh_document *document = parse(text);
        int status = get(gets[i].getter, bh_node_find(bh_document_root(document), "k"), &err);
        if (!gets[i].message) {
            if (status != 0)
                print_error("%s\n", err.text);
            assert_int_equal(status, 0);
            assert_int_equal(err.code, BH_ERROR_NONE);
        } else {
            /* An empty value stands where the key's line goes on. */
            const char *place = *gets[i].value ? "f:1:4: " : "f:1:3: ";
            snprintf(expected, sizeof expected, "%s%s", strncmp(gets[i].message, "f:", 2) == 0 ? "" : place,
                     gets[i].message);
            if (status == 0 || strncmp(err.text, expected, strlen(expected)) != 0)
                print_error("`%s`: found \"%s\", expected \"%s\"\n", text, err.text, expected);
            assert_int_equal(status, -1);
            assert_int_equal(strncmp(err.text, expected, strlen(expected)), 0);
            assert_int_equal(err.code, BH_ERROR_INPUT);
        }
        bh_document_destroy(document);
    }
}

BH_TEST(test_values)
{
    struct bh_document *document = parse("{y: yes, n: no, t: true, f: false, c: 42, q: 1.5 h, w: young}");
    const struct bh_node *root = bh_document_root(document);
    static const struct {
        const char *key;
        bool expected;
    } bools[] = {{"y", true}, {"n", false}, {"t", true}, {"f", false}};
    uint64_t count = 0;
    double value = 0;
    for (size_t i = 0; i < sizeof bools / sizeof *bools; i++) {
        bool flag = !bools[i].expected;
        assert_int_equal(bh_node_bool(bh_node_find(root, bools[i].key), &flag, NULL), 0);
        assert_int_equal(flag, bools[i].expected);
    }
    assert_int_equal(bh_node_count_value(bh_node_find(root, "c"), 42, 42, &count, NULL), 0);
    assert_int_equal(count, 42);
    assert_int_equal(bh_node_quantity(bh_node_find(root, "q"), BH_DIMENSION_TIME, &value, NULL), 0);
    assert_close(value, 5400, 0);
    assert_int_equal(bh_node_choice(bh_node_find(root, "w"), known_words, "interval", NULL), 2);
    bh_document_destroy(document);
}

/* Getters on what is missing fail and keep the error that says so. */
BH_TEST(test_missing_nodes)
{
    struct bh_document *document = parse("a: 1");
    for (enum getter getter = TEXT; getter <= NEED; getter++) {
        struct bh_error err = {0};
        const struct bh_node *none = bh_node_need(bh_document_root(document), "b", &err);
        assert_null(none);
        assert_int_equal(get(getter, none, &err), -1);
        assert_string_equal(err.text, "f:1:1: the key `b` is missing\n    a: 1\n    ^");
        assert_int_equal(get(getter, NULL, NULL), -1);
    }
    bh_document_destroy(document);
}

/* What is quoted is read back as it was, whatever is in it. */
BH_TEST(test_quoted)
{
    static const char *const texts[] = {"",           "plain",         "a \"b\" c",    "back\\slash",
                                        "two\nlines", "tab\tand \001", "\303\251: {x}"};
    for (size_t i = 0; i < BH_COUNT(texts); i++) {
        struct bh_error err = {0};
        char *quoted = bh_print_quoted(texts[i]), *text = bh_print_text("[%s]", quoted);
        struct bh_document *document = bh_document_parse(text, strlen(text), "quoted", &err);
        if (document == NULL)
            fail_msg("%s: %s", text, err.text);
        assert_string_equal(bh_node_text(bh_node_item(bh_document_root(document), 0), NULL), texts[i]);
        bh_document_destroy(document);
        free(text);
        free(quoted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),          cmocka_unit_test(test_find),       cmocka_unit_test(test_broken),
        cmocka_unit_test(test_depth),         cmocka_unit_test(test_alias_bomb), cmocka_unit_test(test_largest_files),
        cmocka_unit_test(test_files),         cmocka_unit_test(test_getters),    cmocka_unit_test(test_values),
        cmocka_unit_test(test_missing_nodes), cmocka_unit_test(test_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
