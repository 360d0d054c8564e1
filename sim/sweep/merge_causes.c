/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of causes, summed over replicas in their order. */
#include "models/base/results_names.h"
#include "sim/scenario/scenario.h"
#include "sim/sweep/cause_rows.h"
#include "sim/sweep/parts.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)BH_CAUSE_WORDS == (int)BH_CAUSE_FAILURES, "words come before numbers");

struct row {
    uint32_t policy, axis[BH_GRID_AXES_MOST];
    const char *words[BH_CAUSE_WORDS];
    double failures, lost_node_s;
};
struct table {
    size_t count;
    struct row *rows;
    size_t texts_count;
    char **texts; /* words of rows, parted */
    size_t whole_count;
    char **whole; /* the same whole, one per distinct text */
    const char *(*words)[BH_CAUSE_WORDS];
};

/* Position of a text among those seen, with its words parted. */
static size_t find_text(struct table *table, const char *text)
{
    for (size_t i = 0; i < table->whole_count; i++)
        if (strcmp(table->whole[i], text) == 0)
            return i;
    size_t place = table->whole_count++;
    table->whole = bh_reallocate(table->whole, table->whole_count, sizeof *table->whole);
    table->texts = bh_reallocate(table->texts, table->whole_count, sizeof *table->texts);
    table->words = bh_reallocate(table->words, table->whole_count, sizeof *table->words);
    table->whole[place] = bh_copy_text(text);
    char *word = table->texts[place] = bh_copy_text(text);
    for (size_t w = 0; w < BH_CAUSE_WORDS; w++) {
        table->words[place][w] = word;
        char *end = strchr(word, BH_CAUSE_SEPARATOR);
        if (end != NULL)
            *end = '\0';
        word = end != NULL ? end + 1 : word + strlen(word);
    }
    return place;
}

/* One point's sums: [policy] lists of texts in order of first appearance. */
struct sum {
    size_t text;
    double failures, lost_node_s;
};
struct sums {
    size_t count;
    struct sum *sum;
};

static void add(struct sums *sums, size_t text, const struct bh_cause_row *row)
{
    size_t i = 0;
    while (i < sums->count && sums->sum[i].text != text)
        i++;
    if (i == sums->count) {
        sums->sum = bh_reallocate(sums->sum, sums->count + 1, sizeof *sums->sum);
        sums->sum[sums->count++] = (struct sum){.text = text};
    }
    sums->sum[i].failures += row->failures;
    sums->sum[i].lost_node_s += row->lost_node_s;
}

/* Adds the causes of one record's replicas [place, end) to the point's sums. */
static void add_record(const struct bh_merge *merge, struct table *table, struct sums *sums,
                       const struct bh_record_head *head, uint64_t place, uint64_t end)
{
    struct bh_cause_rows causes;
    size_t rows = head->count * merge->policies * merge->state.layout[1].length * sizeof(double), at = 0;
    if (bh_cause_rows_read(&causes, (const char *)(head + 1) + rows, head->length - rows,
                           head->count * merge->policies) == 0)
        for (size_t i = 0; i < causes.counts_count; at += causes.counts[i++]) {
            uint64_t replica = i / merge->policies;
            for (size_t c = 0; c < causes.counts[i] && replica >= place && replica < end; c++)
                add(&sums[i % merge->policies], find_text(table, causes.texts[causes.rows[at + c].text]),
                    &causes.rows[at + c]);
        }
    bh_cause_rows_release(&causes);
}

static void set_axes(const struct bh_merge *merge, size_t point, struct row *row)
{
    const struct bh_campaign *campaign = merge->campaign;
    size_t used = 0;
    if (campaign->is_flat)
        row->axis[used++] = (uint32_t)point;
    for (size_t a = 0; !campaign->is_flat && a < campaign->study->axes_count && used < BH_GRID_AXES_MOST; a++)
        if (!campaign->axes[a].is_setting)
            row->axis[used++] = (uint32_t)campaign->index[point * campaign->study->axes_count + a];
}

static void add_point(const struct bh_merge *merge, struct table *table, size_t point)
{
    const struct bh_merge_row *rows = &merge->replica_rows[point * merge->campaign->replicas];
    struct sums *sums = bh_allocate(merge->policies, sizeof *sums);
    for (uint64_t r = 0; r < merge->counts[point];) {
        const struct bh_record_head *head = rows[r].head;
        uint64_t place = rows[r].place, next = r + 1;
        /* Replicas that stand one after the other in one record are read at once. */
        while (head != NULL && next < merge->counts[point] && rows[next].head == head)
            next++;
        if (head != NULL)
            add_record(merge, table, sums, head, place, place + (next - r));
        r = next;
    }
    for (size_t policy = 0; policy < merge->policies; policy++) {
        table->rows = bh_reallocate(table->rows, table->count + sums[policy].count + 1, sizeof *table->rows);
        for (size_t i = 0; i < sums[policy].count; i++) {
            const struct sum *sum = &sums[policy].sum[i];
            struct row row = {.policy = (uint32_t)policy, .failures = sum->failures, .lost_node_s = sum->lost_node_s};
            memcpy(row.words, table->words[sum->text], sizeof row.words);
            set_axes(merge, point, &row);
            table->rows[table->count++] = row;
        }
        free(sums[policy].sum);
    }
    free(sums);
}

/* A column as an array of its own, for readers that know no tables: cause_fault and so on, over the rows. */
static void write_column(const struct bh_column *column, const struct table *table, struct bh_results *results)
{
    static const char *const axis[] = {"cause"};
    char *name = bh_print_text("cause_%s", column->name), *text = bh_print_text("column %s of causes", column->name);
    const char **words = bh_allocate(table->count + 1, sizeof *words);
    double *numbers = bh_allocate(table->count + 1, sizeof *numbers);
    uint64_t *positions = bh_allocate(table->count + 1, sizeof *positions);
    for (size_t r = 0; r < table->count; r++) {
        const char *field = (const char *)&table->rows[r] + column->offset;
        uint32_t position;
        switch (column->kind) {
        case BH_COLUMN_UINT32:
            memcpy(&position, field, sizeof position);
            positions[r] = position;
            break;
        case BH_COLUMN_DOUBLE:
            memcpy(&numbers[r], field, sizeof numbers[r]);
            break;
        case BH_COLUMN_TEXT:
            memcpy(&words[r], field, sizeof words[r]);
            break;
        }
    }
    bool is_time = strcmp(column->name, bh_cause_column_names[BH_CAUSE_LOST_NODE_TIME]) == 0;
    switch (column->kind) {
    case BH_COLUMN_UINT32:
        bh_results_add_array(results, name, axis, 1, BH_ELEMENT_UINT64, positions, "1", text, NULL);
        break;
    case BH_COLUMN_DOUBLE:
        bh_results_add_array(results, name, axis, 1, BH_ELEMENT_DOUBLE, numbers, is_time ? "s" : "1", text, NULL);
        break;
    case BH_COLUMN_TEXT:
        bh_results_add_texts(results, name, axis, 1, words, text, NULL);
        break;
    }
    free(positions);
    free(numbers);
    free(words);
    free(text);
    free(name);
}

void bh_merge_write_causes(const struct bh_merge *merge, struct bh_results *results)
{
    const char *axes[BH_RESULTS_MOST_AXES];
    size_t axes_count = bh_merge_axes(merge, axes), used = 0;
    struct bh_column columns[1 + BH_GRID_AXES_MOST + BH_CAUSE_WORDS + 2];
    columns[used++] = (struct bh_column){"policy", BH_COLUMN_UINT32, offsetof(struct row, policy)};
    for (size_t a = 1; a < axes_count && a <= BH_GRID_AXES_MOST; a++)
        columns[used++] =
            (struct bh_column){axes[a], BH_COLUMN_UINT32, offsetof(struct row, axis) + (a - 1) * sizeof(uint32_t)};
    for (size_t w = 0; w < BH_CAUSE_WORDS; w++)
        columns[used++] = (struct bh_column){bh_cause_column_names[w], BH_COLUMN_TEXT,
                                             offsetof(struct row, words) + w * sizeof(char *)};
    columns[used++] =
        (struct bh_column){bh_cause_column_names[BH_CAUSE_FAILURES], BH_COLUMN_DOUBLE, offsetof(struct row, failures)};
    columns[used++] = (struct bh_column){bh_cause_column_names[BH_CAUSE_LOST_NODE_TIME], BH_COLUMN_DOUBLE,
                                         offsetof(struct row, lost_node_s)};
    struct table table = {0};
    for (size_t p = 0; p < bh_merge_points(merge); p++)
        add_point(merge, &table, p);
    bh_results_add_table(results, "causes", "cause", columns, used, table.rows, table.count, sizeof *table.rows,
                         "lost node-seconds by fault, origin, last boundary crossed with its guard, and disposition, "
                         "summed over replicas; policy and axes as positions",
                         NULL);
    for (size_t c = 0; c < used && table.count > 0; c++) /* an axis has one value at least */
        write_column(&columns[c], &table, results);
    for (size_t i = 0; i < table.whole_count; i++) {
        free(table.whole[i]);
        free(table.texts[i]);
    }
    free(table.whole);
    free(table.texts);
    free(table.words);
    free(table.rows);
}
