/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds the shard, and spreads points over shards. */
#include "sim/sweep/shard.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- From where the shard is known ---------------------------------------------------------------------------------------- */

/* Parts of a whole, one within the other: a task of an array may start several processes. */
struct launcher {
    const char *name;
    const char *index, *count; /* variables; count NULL: the launcher does not tell */
    const char *first, *last, *step;
};
/* Slurm sets SLURM_PROCID in a batch script too, of which there is one; only srun says how many a step has. */
static const struct launcher arrays[] = {
    {"a Slurm array", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX",
     "SLURM_ARRAY_TASK_STEP"},
    {"a PBS array", "PBS_ARRAY_INDEX", "PBS_ARRAY_COUNT", NULL, NULL, NULL},
    {"a PBS array", "PBS_ARRAYID", NULL, NULL, NULL, NULL},
    {"an LSF array", "LSB_JOBINDEX", NULL, NULL, "LSB_JOBINDEX_END", "LSB_JOBINDEX_STEP"},
    {"a Grid Engine array", "SGE_TASK_ID", NULL, "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE"},
};
static const struct launcher processes[] = {
    {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", NULL, NULL, NULL},
    {"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", NULL, NULL, NULL},
    {"mpirun", "PMI_RANK", "PMI_SIZE", NULL, NULL, NULL},
};

/* A variable as a number; false if it is not set, or is no number. */
static bool read_variable(const char *name, size_t *value)
{
    const char *text = name == NULL ? NULL : getenv(name);
    char *end;
    if (text == NULL || !isdigit((unsigned char)*text))
        return false;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    *value = (size_t)number;
    return *end == '\0' && errno == 0;
}

/* 1: found; 0: not this launcher; -1: it does not say of how many. */
static int ask(const struct launcher *launcher, struct bh_share *share, struct bh_error *err)
{
    size_t index, count, first = launcher->first == NULL && launcher->last != NULL, last, step = 1;
    if (!read_variable(launcher->index, &index))
        return 0;
    read_variable(launcher->first, &first);
    read_variable(launcher->step, &step);
    step = step == 0 ? 1 : step;
    if (index < first)
        return 0;
    if (!read_variable(launcher->count, &count)) {
        /* Index 0 stands for no array in LSF, and "undefined" in Grid Engine is no number. */
        if (read_variable(launcher->last, &last) && last >= index)
            count = (last - first) / step + 1;
        else if (launcher->last != NULL)
            return 0;
        else if (launcher->count != NULL && strcmp(launcher->count, "PBS_ARRAY_COUNT") != 0)
            return 0; /* SLURM_PROCID of a batch script */
        else
            return bh_fail(err, BH_ERROR_INPUT,
                           "%s gave this process the index %zu, but not of how many; give the shard: --shard=$%s/N, "
                           "with indices from 0 to N-1",
                           launcher->name, index, launcher->index);
    }
    *share = (struct bh_share){(index - first) / step, count};
    /* An array of indices with gaps (2,5,9) has no place for each. */
    if (share->index >= share->count)
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s gave this process the index %zu of %zu; expected indices without gaps, or --shard=I/N",
                       launcher->name, index, count);
    return 1;
}

int bh_share_find(struct bh_share *share, const char **from, struct bh_error *err)
{
    struct bh_share outer = {0, 1}, inner = {0, 1};
    int found = 0;
    *from = "";
    for (size_t i = 0; found == 0 && i < BH_COUNT(arrays); i++)
        if ((found = ask(&arrays[i], &outer, err)) == 1)
            *from = arrays[i].name;
    if (found < 0)
        return -1;
    found = 0;
    for (size_t i = 0; found == 0 && i < BH_COUNT(processes); i++)
        if ((found = ask(&processes[i], &inner, err)) == 1 && (inner.count > 1 || **from == '\0'))
            *from = processes[i].name;
    if (found < 0)
        return -1;
    *share = (struct bh_share){outer.index * inner.count + inner.index, outer.count * inner.count};
    return 0;
}

int bh_share_parse(const char *text, struct bh_share *share, struct bh_error *err)
{
    char *end = NULL;
    errno = 0;
    if (isdigit((unsigned char)*text)) {
        share->index = strtoull(text, &end, 10);
        if (*end == '/' && isdigit((unsigned char)end[1])) {
            share->count = strtoull(end + 1, &end, 10);
            if (*end == '\0' && errno == 0 && share->index < share->count)
                return 0;
        }
    }
    return bh_fail(err, BH_ERROR_INPUT, "--shard: found `%s`; expected I/N with I from 0 to N-1, as in 0/7", text);
}

/* --- Pieces ---------------------------------------------------------------------------------------------------------------------- */

struct piece {
    size_t number;
    double cost_s;
};

static int compare_pieces(const void *left, const void *right)
{
    const struct piece *a = left, *b = right;
    if (a->cost_s != b->cost_s)
        return a->cost_s > b->cost_s ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* A heap of shards by what they have to do; ties go to the lower number, so that all processes agree. */
struct shard {
    size_t number;
    double cost_s;
};

static bool has_less(const struct shard *left, const struct shard *right)
{
    return left->cost_s < right->cost_s || (left->cost_s == right->cost_s && left->number < right->number);
}

static void sink_first(struct shard *heap, size_t count)
{
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child < count && child <= 2 * i + 2; child++)
            if (has_less(&heap[child], &heap[least]))
                least = child;
        if (least == i)
            return;
        struct shard moved = heap[i];
        heap[i] = heap[least];
        heap[least] = moved;
        i = least;
    }
}

void bh_pieces_create(struct bh_pieces *pieces, const struct bh_campaign *campaign, size_t shards)
{
    enum { PIECES_PER_SHARD = 8 };
    *pieces = (struct bh_pieces){.per_point = 1, .replicas = campaign->replicas};
    if (!campaign->precision.is_on && campaign->points < PIECES_PER_SHARD * shards && shards > 1) {
        pieces->replicas = campaign->chunk;
        uint64_t wanted = (PIECES_PER_SHARD * shards + campaign->points - 1) / campaign->points;
        if (campaign->replicas / wanted < pieces->replicas)
            pieces->replicas = campaign->replicas / wanted > 0 ? campaign->replicas / wanted : 1;
        pieces->per_point = (campaign->replicas + pieces->replicas - 1) / pieces->replicas;
    }
    size_t count = campaign->points * pieces->per_point;
    pieces->owner = bh_allocate(count, sizeof *pieces->owner);
    if (shards == 1)
        return;
    struct piece *piece = bh_allocate(count, sizeof *piece);
    struct shard *heap = bh_allocate(shards, sizeof *heap);
    for (size_t i = 0; i < count; i++)
        piece[i] = (struct piece){i, campaign->cost_s[i / pieces->per_point]};
    for (size_t s = 0; s < shards; s++)
        heap[s].number = s;
    qsort(piece, count, sizeof *piece, compare_pieces);
    for (size_t i = 0; i < count; i++) {
        pieces->owner[piece[i].number] = heap[0].number;
        heap[0].cost_s += piece[i].cost_s;
        sink_first(heap, shards);
    }
    free(piece);
    free(heap);
}

void bh_pieces_release(struct bh_pieces *pieces)
{
    free(pieces->owner);
    *pieces = (struct bh_pieces){0};
}
