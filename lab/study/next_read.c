/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lists bits for the plugin, and reads what it says of them. */
#include "lab/study/next_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool bh_lab_is_followed(const struct bh_lab_cell *cell)
{
    return cell->zone == BH_LAB_ANY && cell->fault == BH_LAB_MEMORY;
}

bool bh_lab_is_live(const struct bh_lab_trial *trial)
{
    return trial->next == BH_LAB_READ || trial->next == BH_LAB_EXECUTED;
}

static int by_time(const void *left, const void *right)
{
    const struct bh_lab_trial *a = *(struct bh_lab_trial *const *)left, *b = *(struct bh_lab_trial *const *)right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Those that are followed, by their time, and in *count how many there are. The caller frees. */
static struct bh_lab_trial **sort(struct bh_lab_trial *trials, size_t *count)
{
    struct bh_lab_trial **sorted = bh_allocate(*count + 1, sizeof *sorted);
    size_t all = *count;
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (bh_lab_is_followed(&trials[i].cell))
            sorted[(*count)++] = &trials[i];
    qsort(sorted, *count, sizeof *sorted, by_time);
    return sorted;
}

/* A file in memory alone, which nothing can leave behind; -1. */
static int write_list(struct bh_lab_trial *const *trials, size_t count, struct bh_error *err)
{
    int list = memfd_create("bits", MFD_CLOEXEC), copy = list < 0 ? -1 : dup(list);
    FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
    for (size_t i = 0; out != NULL && i < count; i++)
        fprintf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", trials[i]->at, trials[i]->address, trials[i]->bit);
    if (out != NULL && fclose(out) == 0 && lseek(list, 0, SEEK_SET) == 0)
        return list;
    bh_fail(err, BH_ERROR_SYSTEM, "cannot list %zu bits of memory: %s", count, strerror(errno));
    if (list >= 0)
        close(list);
    return -1;
}

static int run_list(const struct bh_snapshot *snapshot, const struct bh_lab_study *study,
                    const struct bh_golden *golden, struct bh_lab_trial *const *sorted, size_t count, bool flips,
                    struct bh_run *run, struct bh_error *err)
{
    *run = (struct bh_run){0};
    int list = write_list(sorted, count, err);
    if (list < 0)
        return -1;
    char *arguments = bh_print_text("flips=%d,limit=%" PRIu64 ",guest=%d", flips, bh_lab_limit(study, golden),
                                    study->node->stack == BH_LAB_QEMU);
    int status = bh_run_from(snapshot, arguments, list, run, err);
    free(arguments);
    close(list);
    return status;
}

bool bh_lab_watch_read(const char *said, struct bh_lab_trial *const *sorted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sorted[i]->next = BH_LAB_UNTOUCHED;
    for (const char *line = said; (line = strstr(line, "bit ")) != NULL; line++) {
        size_t number;
        char how[16];
        unsigned zone, next = BH_LAB_READ;
        uint64_t until;
        if (line != said && line[-1] != '\n')
            continue;
        if (sscanf(line, "bit %zu %15s %u %" SCNu64, &number, how, &zone, &until) != 4 || number >= count ||
            zone >= BH_LAB_ANY || sorted[number]->next != BH_LAB_UNTOUCHED)
            return false;
        while (next < BH_LAB_UNTOUCHED && strcmp(bh_lab_next_names[next], how) != 0)
            next++;
        if (next == BH_LAB_UNTOUCHED)
            return false;
        sorted[number]->next = (enum bh_lab_next)next;
        sorted[number]->until = until;
        if (bh_lab_is_live(sorted[number]))
            sorted[number]->hit = zone;
    }
    return true;
}

int bh_lab_watch(const struct bh_snapshot *snapshot, const struct bh_lab_study *study, const struct bh_golden *golden,
                 struct bh_lab_trial *trials, size_t count, struct bh_error *err)
{
    struct bh_run run = {0};
    struct bh_lab_trial **sorted = sort(trials, &count);
    if (count == 0) {
        free(sorted);
        return 0;
    }
    int status = run_list(snapshot, study, golden, sorted, count, false, &run, err);
    /* To watch changes nothing. */
    if (status == 0 && (run.end != BH_RUN_DONE || strcmp(run.report, golden->run.report) != 0))
        status = bh_fail(err, BH_ERROR_SYSTEM, "the run in which memory is watched went otherwise (%s)",
                         bh_run_end_names[run.end]);
    if (status == 0 && !bh_lab_watch_read(run.said, sorted, count))
        status = bh_fail(err, BH_ERROR_SYSTEM, "the plugin said of memory what cannot be");
    bh_run_free(&run);
    free(sorted);
    return status;
}

int bh_lab_flip_all(const struct bh_snapshot *snapshot, const struct bh_lab_study *study,
                    const struct bh_golden *golden, struct bh_lab_trial *trials, size_t count, struct bh_run *run,
                    struct bh_error *err)
{
    struct bh_lab_trial **sorted = sort(trials, &count);
    int status = run_list(snapshot, study, golden, sorted, count, true, run, err);
    free(sorted);
    return status;
}
