/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target for all that reads input by users: documents, paths, quantities and tables. Built by `make fuzz`.
 * What is read must print to text that reads back equal; what is refused must have one safe message with a place. */
#include "models/base/utf8.h"
#include "models/document/csv_values.h"
#include "models/document/document.h"
#include "models/document/document_print.h"
#include "models/document/document_read.h"
#include "models/document/document_set.h"
#include "tests/support/tree_equal.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const struct bh_error *err, bool has_place)
{
    unsigned line, column;
    uint32_t code_point;
    BH_BUG_ASSERT(err->code == BH_ERROR_INPUT && *err->text);
    BH_BUG_ASSERT(!has_place || sscanf(err->text, "fuzz:%u:%u: ", &line, &column) == 2);
    for (const char *at = err->text; *at;) {
        size_t length = bh_utf8_decode(at, &code_point);
        BH_BUG_ASSERT(length > 0 && (code_point == '\n' || !bh_utf8_is_unsafe(code_point)));
        at += length;
    }
}

static void check_round_trip(const struct bh_document *document)
{
    struct bh_error err = {0};
    const struct bh_node *root = bh_document_root(document);
    char *yaml = bh_node_print_yaml(root), *json = bh_node_print_json(root);
    struct bh_document *again = NULL;
    if (strlen(yaml) <= 1 << 20) {
        again = bh_document_parse(yaml, strlen(yaml), "fuzz", &err);
        if (!again)
            fprintf(stderr, "%s\n%s\n", yaml, err.text);
        BH_BUG_ASSERT(again && bh_test_trees_are_equal(root, bh_document_root(again)));
        char *json_again = bh_node_print_json(bh_document_root(again));
        BH_BUG_ASSERT(strcmp(json, json_again) == 0);
        free(json_again);
    }
    bh_document_destroy(again);
    free(yaml);
    free(json);
}

/* Every getter on every node, and every message. */
static void read_all(const struct bh_node *node)
{
    static const char *const known[] = {"seed", "work", "a", NULL};
    struct bh_error err[9] = {{0}};
    char path[64];
    bool flag;
    uint64_t count;
    double value;
    bh_node_path(node, path, sizeof path);
    bh_node_text(node, &err[0]);
    bh_node_bool(node, &flag, &err[1]);
    bh_node_count_value(node, 1, 1000, &count, &err[2]);
    bh_node_choice(node, known, "word", &err[3]);
    bh_node_check_keys(node, known, &err[4]);
    bh_node_need(node, "work", &err[5]);
    bh_node_quantity(node, BH_DIMENSION_TIME, &value, &err[6]);
    bh_node_quantity(node, BH_DIMENSION_FACTOR, &value, &err[7]);
    bh_node_quantity(node, BH_DIMENSION_FRACTION, &value, &err[8]);
    for (size_t i = 0; i < sizeof err / sizeof *err; i++)
        if (err[i].code)
            check_message(&err[i], true);
    for (size_t i = 0; i < bh_node_count(node); i++)
        read_all(bh_node_item(node, i));
}

/* The first two lines as path and value: set in a small document and, if that exists, in the fuzzed one. */
static void set_all(struct bh_document *fuzzed, const char *text)
{
    static const char base[] = "{a: [1, {b: c}], seed: 2}";
    struct bh_error err = {0};
    struct bh_document *small = bh_document_parse(base, strlen(base), "fuzz", NULL);
    char *path = bh_copy_text(text);
    char *value = path + strcspn(path, "\n");
    if (*value)
        *value++ = '\0';
    if (bh_document_set(small, path, value, "fuzz", &err) != 0)
        check_message(&err, true);
    check_round_trip(small);
    if (fuzzed) {
        bh_document_set(fuzzed, "a", value, "fuzz", NULL);
        bh_document_set(fuzzed, path, value, "fuzz", NULL);
        bh_document_set_node(fuzzed, path, bh_document_root(small), true, NULL);
        bh_document_set_node(small, "a.1", bh_document_root(fuzzed), true, NULL);
        struct bh_document *copy = bh_document_copy(small);
        bh_document_destroy(small);
        small = NULL;
        check_round_trip(fuzzed);
        check_round_trip(copy);
        bh_document_destroy(copy);
    }
    free(path);
    bh_document_destroy(small);
}

static void check_quantity(const char *text)
{
    for (int dimension = BH_DIMENSION_TIME; dimension <= BH_DIMENSION_FACTOR; dimension++) {
        struct bh_error err = {0};
        double value, again;
        char buffer[64];
        if (bh_quantity_parse(text, NULL, dimension, &value, &err) != 0) {
            check_message(&err, false);
            continue;
        }
        BH_BUG_ASSERT(value >= bh_dimension_least(dimension) && value <= bh_dimension_most(dimension));
        bh_quantity_print(value, dimension, buffer, sizeof buffer);
        /* Digits that are not shown may take a value just over a limit. */
        if (value > 1e-300 && value < 1e300)
            BH_BUG_ASSERT(bh_quantity_parse(buffer, NULL, dimension, &again, NULL) == 0);
    }
}

/* Every cell of a table has its place. */
static void check_table(const uint8_t *data, size_t size)
{
    struct bh_error err = {0};
    struct bh_csv *csv = bh_csv_parse((const char *)data, size, "fuzz", &err);
    if (csv == NULL)
        check_message(&err, false);
    for (size_t row = 0; csv != NULL && row < bh_csv_rows(csv) && row < 8; row++)
        for (size_t column = 0; column < bh_csv_columns(csv) && column < 8; column++) {
            struct bh_error broken = {0};
            uint64_t count;
            double number;
            BH_BUG_ASSERT(strlen(bh_csv_cell(csv, row, column)) <= size);
            if (bh_csv_count(csv, row, column, 100, &count, &broken) != 0 ||
                bh_csv_number(csv, row, column, &number, &broken) != 0)
                check_message(&broken, true);
        }
    bh_csv_destroy(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bh_error err = {0};
    char *text = bh_allocate(size + 1, 1);
    if (size > 0)
        memcpy(text, data, size);
    struct bh_document *document = bh_document_parse((const char *)data, size, "fuzz", &err);
    if (document) {
        check_round_trip(document);
        read_all(bh_document_root(document));
    } else {
        check_message(&err, true);
    }
    set_all(document, text);
    check_quantity(text);
    check_table(data, size);
    bh_document_destroy(document);
    free(text);
    return 0;
}
