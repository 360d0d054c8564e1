/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Causes as bytes, and back. */
#include "sim/sweep/cause_rows.h"

#include "models/catalog/catalog.h"
#include "models/catalog/system.h"
#include "sim/setup/setup.h"

#include <stdlib.h>
#include <string.h>

static size_t find_text(struct bh_cause_rows *rows, char *text)
{
    for (size_t i = 0; i < rows->texts_count; i++)
        if (strcmp(rows->texts[i], text) == 0) {
            free(text);
            return i;
        }
    rows->texts = bh_reallocate(rows->texts, rows->texts_count + 1, sizeof *rows->texts);
    rows->texts[rows->texts_count] = text;
    return rows->texts_count++;
}

/* A cause in words. */
static char *describe(const struct bh_point *resolved, size_t policy, const struct bh_cause_key *key)
{
    const char *origin = key->origin >= 0    ? bh_zone_kind_names[key->origin]
                         : key->origin == -1 ? "node hardware"
                                             : "storage";
    return bh_print_text("%s\x1f%s\x1f%s\x1f%s\x1f%s",
                         key->source >= 0 ? resolved->setups[policy]->sources[key->source].name : "script", origin,
                         key->boundary >= 0 ? bh_boundary_names[key->boundary] : "none",
                         key->guard >= 0 ? resolved->scenario->catalog->guards[key->guard].name : "none",
                         bh_scope_names[key->disposition]);
}

void bh_cause_rows_add(struct bh_cause_rows *rows, const struct bh_point *resolved, size_t policy,
                       const struct bh_causes *causes)
{
    rows->counts = bh_reallocate(rows->counts, rows->counts_count + 1, sizeof *rows->counts);
    rows->counts[rows->counts_count++] = causes->count;
    rows->rows = bh_reallocate(rows->rows, rows->rows_count + causes->count + 1, sizeof *rows->rows);
    for (size_t c = 0; c < causes->count; c++) {
        char *text = describe(resolved, policy, &causes->cause[c].key);
        rows->rows[rows->rows_count++] =
            (struct bh_cause_row){find_text(rows, text), causes->cause[c].failures, causes->cause[c].lost_node_s};
    }
}

void bh_cause_rows_write(const struct bh_cause_rows *rows, FILE *out)
{
    static const char zeros[8];
    uint64_t count = rows->texts_count;
    fwrite(&count, sizeof count, 1, out);
    for (size_t i = 0; i < rows->texts_count; i++) {
        uint64_t length = strlen(rows->texts[i]) + 1;
        fwrite(&length, sizeof length, 1, out);
        fwrite(rows->texts[i], 1, length, out);
        fwrite(zeros, 1, -length & 7, out);
    }
    fwrite(rows->counts, sizeof *rows->counts, rows->counts_count, out);
    if (rows->rows_count > 0)
        fwrite(rows->rows, sizeof *rows->rows, rows->rows_count, out);
}

int bh_cause_rows_read(struct bh_cause_rows *rows, const void *bytes, size_t length, size_t simulations)
{
    const char *at = bytes, *end = at + length;
    uint64_t texts, size;
    *rows = (struct bh_cause_rows){0};
    if ((size_t)(end - at) < sizeof texts)
        return -1;
    memcpy(&texts, at, sizeof texts);
    at += sizeof texts;
    if (texts > length)
        return -1;
    rows->texts = bh_allocate(texts + 1, sizeof *rows->texts);
    for (; rows->texts_count < texts; at += size + (-size & 7)) {
        if ((size_t)(end - at) < sizeof size)
            return -1;
        memcpy(&size, at, sizeof size);
        at += sizeof size;
        if (size == 0 || size + (-size & 7) > (size_t)(end - at) || at[size - 1] != '\0')
            return -1;
        rows->texts[rows->texts_count++] = bh_copy_text(at);
    }
    if ((size_t)(end - at) / sizeof *rows->counts < simulations)
        return -1;
    rows->counts_count = simulations;
    rows->counts = bh_allocate(simulations + 1, sizeof *rows->counts);
    memcpy(rows->counts, at, simulations * sizeof *rows->counts);
    at += simulations * sizeof *rows->counts;
    rows->rows_count = (size_t)(end - at) / sizeof *rows->rows;
    rows->rows = bh_allocate(rows->rows_count + 1, sizeof *rows->rows);
    memcpy(rows->rows, at, rows->rows_count * sizeof *rows->rows);
    uint64_t sum = 0;
    for (size_t i = 0; i < simulations; i++)
        sum += rows->counts[i];
    for (size_t i = 0; i < rows->rows_count; i++)
        if (rows->rows[i].text >= texts)
            return -1;
    return sum == rows->rows_count ? 0 : -1;
}

void bh_cause_rows_release(struct bh_cause_rows *rows)
{
    for (size_t i = 0; i < rows->texts_count; i++)
        free(rows->texts[i]);
    free(rows->texts);
    free(rows->counts);
    free(rows->rows);
    *rows = (struct bh_cause_rows){0};
}
