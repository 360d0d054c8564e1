/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Adds up records. */
#include "lab/study/counts.h"

#include "models/base/share_limits.h"

#include <inttypes.h>
#include <stdlib.h>

/* What is allowed in the upper bound of a share: Clopper and Pearson's, one-sided. 0 of n: 1 - 0.05^(1/n), about 3/n. */
static const double level = 0.95;

static double upper_bound(uint64_t part, uint64_t whole)
{
    double low, high;
    return bh_share_limits((double)part, (double)whole, 1.0 - level, &low, &high) != 0 ? 1.0 : high;
}

bool bh_lab_is_beyond(const struct bh_lab_outcome *outcome)
{
    return outcome->hurt_neighbour || outcome->extent == BH_LAB_WHOLE_NODE;
}

static void add(struct bh_lab_count *count, const struct bh_lab_record *record)
{
    count->trials++;
    count->extent[record->outcome.extent]++;
    count->hangs += record->outcome.is_hang && record->outcome.extent > BH_LAB_SDC;
    count->neighbours += bh_lab_is_beyond(&record->outcome);
    count->crossed[record->outcome.extent] += record->outcome.hurt_neighbour;
    count->at_once += record->outcome.at_once;
    count->artefacts += record->outcome.is_artefact;
    count->compared += record->outcome.is_compared;
    count->handed_over += record->outcome.is_compared && record->outcome.handed.differs;
    count->host_oopses += record->outcome.host == BH_HOST_OOPS;
    bool has_lost = false, is_cut_off = false;
    for (size_t i = 0; i < BH_LAB_ENCLAVES; i++) {
        enum bh_enclave_outcome what = record->outcome.enclave[i];
        has_lost = has_lost || what == BH_ENCLAVE_LOST_PEER || what == BH_ENCLAVE_MISLED;
        is_cut_off = is_cut_off || what == BH_ENCLAVE_CUT_OFF;
    }
    count->lost_peers += has_lost;
    count->cut_off += is_cut_off;
}

struct bh_lab_count *bh_lab_count_records(const struct bh_lab_record *records, size_t records_count, size_t *count)
{
    struct bh_lab_count *counts = bh_allocate((size_t)BH_LAB_ZONES * BH_LAB_FAULTS, sizeof *counts);
    for (size_t i = 0; i < records_count; i++)
        add(&counts[records[i].zone * BH_LAB_FAULTS + records[i].fault], &records[i]);
    *count = 0;
    for (size_t i = 0; i < (size_t)BH_LAB_ZONES * BH_LAB_FAULTS; i++)
        if (counts[i].trials > 0) {
            counts[*count] = counts[i];
            counts[*count].zone = (unsigned)(i / BH_LAB_FAULTS);
            counts[(*count)++].fault = (enum bh_lab_fault)(i % BH_LAB_FAULTS);
        }
    return counts;
}

bool bh_lab_is_of_all(enum bh_lab_stack stack, unsigned zone)
{
    return (stack == BH_LAB_QEMU && zone == BH_LAB_VMM_0) || zone == BH_LAB_HOST_KERNEL ||
           zone == BH_LAB_HOST_MODULES || zone == BH_LAB_HOST_NETWORK || zone == BH_LAB_HOST_AGENT ||
           zone == BH_LAB_ANY || zone == BH_LAB_OTHER;
}

void bh_lab_counts_print(const struct bh_lab_count *counts, size_t count, enum bh_lab_stack stack, FILE *out)
{
    fprintf(out, "%-16s %-13s %8s %8s %6s %8s %7s %6s %6s %6s %7s %9s %5s %7s %11s  %s\n", "zone", "fault", "trials",
            "masked", "sdc", "process", "guest", "node", "hangs", "oopses", "at once", "artefacts", "lost", "cut off",
            "handed over", "beyond its enclave: of all, of those with an effect (95 % below)");
    for (size_t i = 0; i < count; i++) {
        const struct bh_lab_count *row = &counts[i];
        uint64_t effects = row->trials - row->extent[BH_LAB_MASKED];
        char handed[24] = "-";
        if (row->compared > 0)
            snprintf(handed, sizeof handed, "%" PRIu64, row->handed_over);
        fprintf(out,
                "%-16s %-13s %8" PRIu64 " %8" PRIu64 " %6" PRIu64 " %8" PRIu64 " %7" PRIu64 " %6" PRIu64 " %6" PRIu64
                " %6" PRIu64 " %7" PRIu64 " %9" PRIu64 " %5" PRIu64 " %7" PRIu64 " %11s  ",
                bh_lab_zone_names[row->zone], bh_lab_fault_names[row->fault], row->trials, row->extent[BH_LAB_MASKED],
                row->extent[BH_LAB_SDC], row->extent[BH_LAB_PROCESS], row->extent[BH_LAB_GUEST],
                row->extent[BH_LAB_WHOLE_NODE], row->hangs, row->host_oopses, row->at_once, row->artefacts,
                row->lost_peers, row->cut_off, handed);
        if (bh_lab_is_of_all(stack, row->zone))
            fprintf(out, "-\n");
        else if (effects == 0)
            fprintf(out, "%" PRIu64 " (< %.2g), no effect\n", row->neighbours,
                    upper_bound(row->neighbours, row->trials));
        else
            fprintf(out, "%" PRIu64 " of %" PRIu64 " (< %.2g), of %" PRIu64 " (< %.2g)\n", row->neighbours, row->trials,
                    upper_bound(row->neighbours, row->trials), effects, upper_bound(row->neighbours, effects));
    }
}

void bh_lab_memory_print(const struct bh_lab_record *records, size_t count, FILE *out)
{
    uint64_t next[BH_LAB_NEXTS] = {0}, unseen = 0;
    for (size_t i = 0; i < count; i++) {
        next[records[i].next]++;
        unseen += records[i].next >= BH_LAB_OVERWRITTEN && records[i].outcome.extent != BH_LAB_MASKED;
    }
    uint64_t all = count - next[BH_LAB_NOT_FOLLOWED], live = next[BH_LAB_READ] + next[BH_LAB_EXECUTED];
    double low, high;
    if (all == 0 || bh_share_limits((double)live, (double)all, (1.0 - level) / 2.0, &low, &high) != 0)
        return;
    fprintf(out,
            "bits of memory: of %" PRIu64 " %" PRIu64 " were used (95 %%: %.2g to %.2g), %" PRIu64 " read and %" PRIu64
            " executed; %" PRIu64 " overwritten first, %" PRIu64 " untouched, %" PRIu64
            " of these with an effect nevertheless\n",
            all, live, low, high, next[BH_LAB_READ], next[BH_LAB_EXECUTED], next[BH_LAB_OVERWRITTEN],
            next[BH_LAB_UNTOUCHED], unseen);
}

/* The zone's name in the catalog; NULL: the model has none for it. */
static const char *zone_in_catalog(unsigned zone)
{
    switch (zone) {
    case BH_LAB_HOST_KERNEL:
    case BH_LAB_HOST_MODULES:
    case BH_LAB_HOST_NETWORK:
        return "host-kernel";
    case BH_LAB_VMM_0:
    case BH_LAB_VMM_1:
        return "host-user";
    case BH_LAB_GUEST_KERNEL_0:
    case BH_LAB_GUEST_KERNEL_1:
        return "guest-kernel";
    case BH_LAB_PROCESS_0:
    case BH_LAB_PROCESS_1:
    case BH_LAB_GUEST_PROCESS_0:
    case BH_LAB_GUEST_PROCESS_1:
        return "guest-user";
    default:
        return NULL;
    }
}

void bh_lab_counts_csv(const struct bh_lab_count *counts, size_t count, enum bh_lab_stack stack, FILE *out)
{
    fprintf(out, "# Injections into an emulated node (doc/laboratory.md): of one kind of fault.\n"
                 "system,policy,zone,kind,trials,masked,failed-process,failed-guest,failed-node,sdc,hangs\n");
    for (size_t i = 0; i < count; i++) {
        const struct bh_lab_count *row = &counts[i];
        const char *zone = zone_in_catalog(row->zone);
        /* What is handed over is no error of a zone's own. */
        if (zone == NULL || row->fault == BH_LAB_NONE || bh_lab_is_of_exit(row->fault))
            continue;
        /* What went from a guest into its own VMM failed that guest. */
        uint64_t crossed_process = stack == BH_LAB_QEMU ? 0 : row->crossed[BH_LAB_PROCESS],
                 crossed_guest = stack == BH_LAB_QEMU ? 0 : row->crossed[BH_LAB_GUEST];
        fprintf(out,
                "%s,%s,%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
                bh_lab_stack_names[stack], stack == BH_LAB_NATIVE ? "native" : "protection-first", zone,
                bh_lab_is_software(row->fault) ? "software-instruction"
                : row->fault == BH_LAB_CODE    ? "instruction"
                                               : "data",
                row->trials, row->extent[BH_LAB_MASKED], row->extent[BH_LAB_PROCESS] - crossed_process,
                row->extent[BH_LAB_GUEST] - crossed_guest,
                row->extent[BH_LAB_WHOLE_NODE] + crossed_process + crossed_guest, row->extent[BH_LAB_SDC], row->hangs);
    }
}
