/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Draws injections. */
#include "lab/study/trial.h"

#include "models/base/random.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of registers at an exit three are in the control block: bh_lab_is_in_control_block. */
enum { REGISTERS = 17, VECTORS = 16, EXIT_REGISTERS = REGISTERS - 3 };

/* In QEMU's own process: the window of its instructions in which a fault strikes, and how many instructions of the guest lie between
 * the beginnings of samples of its code. doc/laboratory.md says what they were chosen by. */
enum { WINDOW = 50000, SAMPLE = 240000 };

const char *const bh_lab_next_names[] = {"not followed", "read", "executed", "overwritten", "untouched", NULL};

static int refuse(const struct bh_golden *golden, const char *why, struct bh_error *err)
{
    return bh_fail(err, BH_ERROR_SYSTEM, "the run without fault %s (%s); the plugin said: %.200s; the agent: %.300s",
                   why, bh_run_end_names[golden->run.end], golden->run.said, golden->run.report);
}

static bool has_software(const struct bh_lab_study *study)
{
    for (size_t i = 0; i < study->cells_count; i++)
        if (bh_lab_is_software(study->cells[i].fault))
            return true;
    return false;
}

static bool has_own_software(const struct bh_lab_study *study)
{
    for (size_t i = 0; i < study->cells_count; i++)
        if (bh_lab_is_software(study->cells[i].fault) && bh_lab_is_own_process(study->node, &study->cells[i]))
            return true;
    return false;
}

int bh_golden_run(const struct bh_snapshot *snapshot, const struct bh_lab_study *study, struct bh_golden *golden,
                  struct bh_error *err)
{
    *golden = (struct bh_golden){0};
    char *arguments = bh_print_text("guest=%d,places=%d,sample=%d,exits=%d", study->node->stack == BH_LAB_QEMU,
                                    has_software(study), has_own_software(study) ? SAMPLE : 0, study->compares_exits);
    int status = bh_run_from(snapshot, arguments, -1, &golden->run, err);
    free(arguments);
    if (status != 0)
        return -1;
    if (golden->run.end == BH_RUN_REFUSED)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "%s %s: the plugin does not find the processor's state where QEMU 7.2 has it; another build than "
            "it was written for",
            snapshot->lab->qemu, snapshot->lab->qemu_version);
    const char *done = golden->run.end == BH_RUN_DONE ? strstr(golden->run.said, "\ndone ") : NULL;
    int used = 0;
    if (done == NULL || sscanf(done, "\ndone %" SCNu64 " activated %*u%n", &golden->instructions, &used) != 1 ||
        used == 0)
        return refuse(golden, "did not end", err);
    for (size_t i = 0; i < BH_LAB_ZONES; i++) {
        int more = 0;
        done += used;
        if (sscanf(done, " %" SCNu64 "%n", &golden->in_zone[i], &more) != 1)
            return i == BH_LAB_ANY ? bh_run_fail_of_version(snapshot->lab, err)
                                   : refuse(golden, "was not counted", err);
        used = more;
    }
    const char *exits = strstr(golden->run.said, "\nexits ");
    if (exits == NULL ||
        sscanf(exits, "\nexits %" SCNu64 " %" SCNu64, &golden->exits[0], &golden->exits[1]) != BH_LAB_ENCLAVES)
        return refuse(golden, "told of no exits", err);
    struct bh_lab_outcome outcome = bh_lab_judge(&golden->run, &golden->run, snapshot->node, BH_LAB_OTHER);
    if (outcome.extent != BH_LAB_MASKED || outcome.host != BH_HOST_UNHARMED)
        return refuse(golden, "is not well", err);
    if (has_software(study))
        golden->codes = bh_lab_code_read(golden->run.said, &golden->codes_count);
    return 0;
}

void bh_golden_free(struct bh_golden *golden)
{
    bh_run_free(&golden->run);
    free(golden->codes);
}

/* A whole number from 0 to below `count`, by what it is for. */
static uint64_t draw(const struct bh_lab_study *study, uint64_t number, const char *what, uint64_t count)
{
    struct bh_random random = {.seed = study->seed, .replica = number};
    double u = bh_random_uniform(&random, BH_PURPOSE_DESIGN, bh_identity(what), 0, 0);
    uint64_t value = (uint64_t)(u * (double)count);
    return value < count ? value : count - 1;
}

/* Which register, or field of the control block. */
static uint64_t draw_index(const struct bh_lab_study *study, uint64_t number, enum bh_lab_fault fault)
{
    static const char what[] = "injection: register";
    if (fault == BH_LAB_EXIT_BLOCK)
        return draw(study, number, "injection: field", BH_LAB_EXIT_FIELDS);
    if (fault != BH_LAB_EXIT_REGISTER)
        return draw(study, number, what, fault == BH_LAB_VECTOR ? VECTORS : REGISTERS);
    uint64_t left = draw(study, number, what, EXIT_REGISTERS), index = 0;
    while (bh_lab_is_in_control_block(index) || left-- > 0)
        index++;
    return index;
}

/* One of the zone's places for this kind of fault, each as likely. It is there from the zone's first instruction on. */
static int draw_planted(const struct bh_lab_study *study, const struct bh_golden *golden, struct bh_lab_trial *trial,
                        struct bh_error *err)
{
    uint64_t count = 0, chosen = 0;
    for (int pass = 0; pass < 2; pass++) {
        uint64_t at = 0;
        for (size_t i = 0; i < golden->codes_count; i++) {
            const struct bh_lab_code *code = &golden->codes[i];
            if (code->zone != trial->cell.zone || !bh_lab_mutate(code, trial->cell.fault, trial->planted) ||
                at++ != chosen || pass == 0)
                continue;
            trial->address = code->address;
            trial->size = code->size;
            trial->at = 0;
            return 0;
        }
        count = at;
        if (count > 0)
            chosen = draw(study, trial->number, "injection: place", count);
    }
    return bh_fail(err, BH_ERROR_INPUT,
                   "%s: the zone %s of node %s executes nothing that a fault of kind %s could be in", study->file,
                   bh_lab_zone_names[trial->cell.zone], study->node->name, bh_lab_fault_names[trial->cell.fault]);
}

int bh_lab_trial_draw(const struct bh_lab_study *study, const struct bh_golden *golden, uint64_t number,
                      struct bh_lab_trial *trial, struct bh_error *err)
{
    *trial = (struct bh_lab_trial){.number = number, .cell = study->cells[study->places[number].cell]};
    const struct bh_lab_cell *cell = &trial->cell;
    trial->hit = cell->zone;
    bool is_of_exit = bh_lab_is_of_exit(cell->fault);
    uint64_t places = is_of_exit ? golden->exits[cell->zone - BH_LAB_GUEST_KERNEL_0] : golden->in_zone[cell->zone];
    if (places == 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: the zone %s of node %s %s", study->file, bh_lab_zone_names[cell->zone],
                       study->node->name, is_of_exit ? "is never left" : "executes no instruction");
    trial->at = draw(study, number, is_of_exit ? "injection: exit" : "injection: instruction", places);
    trial->index = cell->index >= 0 ? (uint64_t)cell->index : draw_index(study, number, cell->fault);
    trial->bit = cell->bit >= 0 ? (uint64_t)cell->bit : draw(study, number, "injection: bit", bh_lab_bits(cell->fault));
    if (cell->fault == BH_LAB_MEMORY)
        trial->address = cell->address >= 0 ? (uint64_t)cell->address
                                            : draw(study, number, "injection: address", study->node->memory_mib << 20);
    if (bh_lab_is_own_process(study->node, cell))
        trial->after = draw(study, number, "injection: window", WINDOW);
    return bh_lab_is_software(cell->fault) ? draw_planted(study, golden, trial, err) : 0;
}

uint64_t bh_lab_limit(const struct bh_lab_study *study, const struct bh_golden *golden)
{
    /* Two nanoseconds each. Who turns round for a hang's time has executed so many before it is told. */
    uint64_t hang = study->node->hang_ms * 500000;
    return (golden->instructions + hang) * study->node->limit;
}

char *bh_lab_trial_arguments(const struct bh_lab_trial *trial, const struct bh_lab_study *study,
                             const struct bh_golden *golden)
{
    char bytes[2 * BH_MUTATION_BYTES + 1] = "";
    for (size_t i = 0; i < trial->size; i++)
        snprintf(bytes + 2 * i, 3, "%02x", trial->planted[i]);
    return bh_print_text("fault=%s,zone=%u,at=%" PRIu64 ",index=%" PRIu64 ",bit=%" PRIu64 ",address=%" PRIu64
                         ",mark=%u,limit=%" PRIu64 ",guest=%d,after=%" PRIu64 ",exits=%d%s%s",
                         trial->size > 0 ? "planted" : bh_lab_fault_names[trial->cell.fault], trial->cell.zone,
                         trial->at, trial->index, trial->bit, trial->address, trial->cell.mark,
                         bh_lab_limit(study, golden), study->node->stack == BH_LAB_QEMU, trial->after,
                         study->compares_exits, trial->size > 0 ? ",bytes=" : "", bytes);
}
