/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Judges a run by what host and enclaves said. */
#include "lab/study/outcome.h"

#include "lab/plugin/marks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bh_enclave_outcome_names[] = {"unharmed", "lost-peer", "misled", "wrong", "found", "signal",
                                                "oops",     "cut-off",   "panic",  "vmm",   "hung",  "gone"};
const char *const bh_host_outcome_names[] = {"unharmed", "oops", "network", "check", "hung", "reset", "panic"};
const char *const bh_lab_extent_names[] = {"masked", "sdc", "failed-process", "failed-guest", "failed-node"};

/* The lines that a kernel writes when something is wrong and it goes on, or not. Every crash's first line has its number. */
static const char *const complaints[] = {
    "BUG:", "Oops", "general protection fault", "kernel BUG", "WARNING:", "segfault at", "rcu: INFO", " [#1] "};

/* Lines of an enclave in a report, one after the other. Returns the next behind `at`, its length in *length; NULL: none. */
static const char *next_line(const char *at, unsigned enclave, size_t *length)
{
    while (*at != '\0') {
        size_t whole = strcspn(at, "\n");
        if (at[0] == (char)('0' + enclave) && at[1] == ' ' && at[whole] == '\n') {
            *length = whole - 2;
            return at + 2;
        }
        at += whole + (at[whole] == '\n');
    }
    return NULL;
}

static bool begins(const char *line, size_t length, const char *word)
{
    return length >= strlen(word) && strncmp(line, word, strlen(word)) == 0;
}

/* The first line of the enclave that begins so; NULL: none. */
static const char *find(const char *report, unsigned enclave, const char *word, size_t *length)
{
    const char *line = report;
    while ((line = next_line(line, enclave, length)) != NULL)
        if (begins(line, *length, word))
            return line;
    return NULL;
}

static bool contains(const char *line, size_t length, const char *word)
{
    const char *found = memmem(line, length, word, strlen(word));
    return found != NULL;
}

/* The next line that tells a result. */
static const char *next_result(const char *line, unsigned enclave, size_t *length)
{
    do
        line = next_line(line, enclave, length);
    while (line != NULL && !begins(line, *length, "step ") && !begins(line, *length, "answer "));
    return line;
}

/* Of "step N CHECKSUM CHECKSUM" the last, which is of what the partner sent; NULL: the line has none. */
static const char *halo_of(const char *line, size_t length)
{
    size_t blanks = 0, last = 0;
    for (size_t i = 0; i < length; i++)
        if (line[i] == ' ') {
            blanks++;
            last = i;
        }
    return blanks == 3 ? line + last : NULL;
}

/* Why two lines of results differ. */
static enum bh_enclave_outcome why(const char *line, const char *right, size_t length, const char *lost)
{
    const char *halo = halo_of(line, length), *right_halo = halo_of(right, length);
    if (lost != NULL && lost < line)
        return BH_ENCLAVE_LOST_PEER;
    return halo != NULL && right_halo != NULL && strncmp(halo, right_halo, (size_t)(line + length - halo)) != 0
               ? BH_ENCLAVE_MISLED
               : BH_ENCLAVE_WRONG;
}

/* Steps and answer beside those of the golden run: unharmed, wrong, or different from where the partner was lost, or sent something
 * else, on. *all: there are as many of them. */
static enum bh_enclave_outcome compare_results(const char *report, const char *golden, unsigned enclave, bool *all)
{
    const char *line = report, *right = golden;
    size_t length, right_length;
    const char *lost = find(report, enclave, "peer lost", &length);
    enum bh_enclave_outcome result = BH_ENCLAVE_UNHARMED;
    for (;;) {
        line = next_result(line, enclave, &length);
        right = next_result(right, enclave, &right_length);
        *all = line == NULL && right == NULL;
        if (line == NULL)
            return result;
        if (right == NULL)
            return BH_ENCLAVE_WRONG; /* more than there should be */
        if (result == BH_ENCLAVE_UNHARMED && (length != right_length || strncmp(line, right, length) != 0))
            result = length == right_length ? why(line, right, length, lost) : BH_ENCLAVE_WRONG;
        if (result == BH_ENCLAVE_WRONG)
            return result;
    }
}

static bool says_any(const char *report, unsigned enclave, const char *const *words, size_t count)
{
    const char *line = report;
    size_t length;
    while ((line = next_line(line, enclave, &length)) != NULL)
        for (size_t i = 0; i < count; i++)
            if (contains(line, length, words[i]))
                return true;
    return false;
}

static enum bh_enclave_outcome judge_enclave(const char *report, const char *golden, unsigned enclave, bool has_guests)
{
    size_t length;
    bool all;
    const char *exit_line = find(report, enclave, "exit ", &length);
    long status = exit_line == NULL ? -1 : strtol(exit_line + 5, NULL, 10);
    enum bh_enclave_outcome results = compare_results(report, golden, enclave, &all);
    if (find(report, enclave, "hung", &length) != NULL)
        return BH_ENCLAVE_HUNG;
    if (says_any(report, enclave, (const char *const[]){"Kernel panic"}, 1))
        return BH_ENCLAVE_PANIC;
    if (find(report, enclave, "unkillable", &length) != NULL)
        return BH_ENCLAVE_HUNG;
    if (find(report, enclave, "signal ", &length) != NULL)
        return has_guests ? BH_ENCLAVE_VMM : BH_ENCLAVE_SIGNAL;
    if (has_guests) {
        const char *over = find(report, enclave, "guest over", &length);
        if (exit_line != NULL && over == NULL)
            return BH_ENCLAVE_VMM;
        if (over == NULL)
            return BH_ENCLAVE_GONE;
        if (says_any(report, enclave, complaints, BH_COUNT(complaints)) || !contains(over, length, " taint 0"))
            return BH_ENCLAVE_OOPS;
        if (contains(over, length, " signal "))
            return BH_ENCLAVE_SIGNAL;
        status = contains(over, length, " exit 0") ? 0 : INT32_MAX;
    } else if (exit_line == NULL)
        return BH_ENCLAVE_GONE;
    if (status != 0)
        return BH_ENCLAVE_FOUND;
    return all ? results : BH_ENCLAVE_WRONG;
}

const char *bh_lab_complaint(const char *console)
{
    const char *first = strstr(console, "Kernel panic");
    for (size_t i = 0; i < BH_COUNT(complaints); i++) {
        const char *found = strstr(console, complaints[i]);
        if (found != NULL && (first == NULL || found < first))
            first = found;
    }
    return first;
}

static enum bh_host_outcome judge_host(const struct bh_run *run)
{
    const char *taint = strstr(run->report, "host taint ");
    if (strstr(run->console, "Kernel panic") != NULL)
        return BH_HOST_PANIC;
    if (run->end == BH_RUN_RESET)
        return BH_HOST_RESET;
    if (run->end == BH_RUN_LIMIT || run->end == BH_RUN_STILL || run->end == BH_RUN_WEDGED)
        return BH_HOST_HUNG;
    if (taint == NULL || strstr(taint, "check right") == NULL)
        return BH_HOST_CHECK;
    if (strstr(run->report, "host network stuck") != NULL || strstr(run->report, " host dead") != NULL)
        return BH_HOST_NETWORK;
    for (size_t i = 0; i < BH_COUNT(complaints); i++)
        if (strcmp(complaints[i], "segfault at") != 0 && strstr(run->console, complaints[i]) != NULL)
            return BH_HOST_OOPS;
    return strncmp(taint, "host taint 0 ", 13) == 0 ? BH_HOST_UNHARMED : BH_HOST_OOPS;
}

int bh_lab_enclave_of(unsigned zone)
{
    switch (zone) {
    case BH_LAB_PROCESS_0:
    case BH_LAB_VMM_0:
    case BH_LAB_GUEST_KERNEL_0:
    case BH_LAB_GUEST_PROCESS_0:
        return 0;
    case BH_LAB_PROCESS_1:
    case BH_LAB_VMM_1:
    case BH_LAB_GUEST_KERNEL_1:
    case BH_LAB_GUEST_PROCESS_1:
        return 1;
    default:
        return -1;
    }
}

static enum bh_lab_extent extent_of(enum bh_enclave_outcome outcome)
{
    switch (outcome) {
    case BH_ENCLAVE_WRONG:
        return BH_LAB_SDC;
    case BH_ENCLAVE_FOUND:
    case BH_ENCLAVE_SIGNAL:
    case BH_ENCLAVE_OOPS:
        return BH_LAB_PROCESS;
    case BH_ENCLAVE_CUT_OFF:
    case BH_ENCLAVE_PANIC:
    case BH_ENCLAVE_VMM:
        return BH_LAB_GUEST;
    case BH_ENCLAVE_HUNG:
    case BH_ENCLAVE_GONE:
        return BH_LAB_PROCESS;
    case BH_ENCLAVE_UNHARMED:
    case BH_ENCLAVE_LOST_PEER:
    case BH_ENCLAVE_MISLED:
    case BH_ENCLAVE_OUTCOMES:
        break;
    }
    return BH_LAB_MASKED;
}

/* How often the enclave's guest was left; a sign to its serial line is two or three. 0: nobody told. */
static uint64_t exits_of(const struct bh_run *run, unsigned enclave)
{
    uint64_t exits[BH_LAB_ENCLAVES] = {0};
    const char *line = run->said == NULL ? NULL : strstr(run->said, "\nexits ");
    if (line == NULL || sscanf(line, "\nexits %" SCNu64 " %" SCNu64, &exits[0], &exits[1]) != BH_LAB_ENCLAVES)
        return 0;
    return exits[enclave];
}

/* A guest that talks without end, in lines or without any: its host relays all of it, and so has not hung; the enclave has. */
static bool is_babbling(const struct bh_run *run, unsigned enclave, int own)
{
    /* A crash has sixty lines; of 9,650 trials the longest left its guest 15,330 times. One that the host does not get out of is left as
     * often, so that this tells something of the enclave alone that the fault was put into. */
    enum { MOST_LINES = 100, MOST_EXITS = 20000 };
    const char *line = run->report;
    size_t length, lines = 0;
    while ((line = next_line(line, enclave, &length)) != NULL) {
        if (begins(line, length, "guest over") || contains(line, length, "Kernel panic"))
            return false;
        lines++;
    }
    return run->end == BH_RUN_LIMIT &&
           (lines > MOST_LINES || (own == (int)enclave && exits_of(run, enclave) > MOST_EXITS));
}

/* Whether QEMU's nested SVM had a guest's kernel wait for a lock that it holds itself: by an interrupt where there are none. It comes by
 * chance of timing, in guests that no fault was put into, too. The longest that a crash prints without interrupts is a tenth. */
static bool is_locked_by_emulator(const struct bh_run *run, unsigned enclave)
{
    static const uint64_t most_dark = 5000000;
    unsigned zone;
    uint64_t instructions;
    for (const char *at = run->said; at != NULL && (at = strstr(at, "\ndark ")) != NULL; at++)
        if (sscanf(at, "\ndark %u %" SCNu64, &zone, &instructions) == 2 && bh_lab_enclave_of(zone) == (int)enclave &&
            instructions > most_dark)
            return true;
    return false;
}

/* Whether the host's agent found that a guest does not answer. */
static bool is_dead(const struct bh_run *run, unsigned enclave)
{
    const char *line = strstr(run->report, "host network ");
    char words[16];
    snprintf(words, sizeof words, " %u dead", enclave);
    return line != NULL && memmem(line, strcspn(line, "\n"), words, strlen(words)) != NULL;
}

/* What of both is seen only from what became of the other. `own`: the one that the fault was put into. */
static void judge_partners(const struct bh_run *run, int own, enum bh_enclave_outcome *enclaves)
{
    for (unsigned i = 0; i < BH_LAB_ENCLAVES; i++) {
        /* Nobody else sent anything wrong. */
        if (enclaves[i] == BH_ENCLAVE_MISLED && (own == (int)i || enclaves[1 - i] == BH_ENCLAVE_UNHARMED))
            enclaves[i] = BH_ENCLAVE_WRONG;
        if (enclaves[i] < BH_ENCLAVE_WRONG && is_dead(run, i))
            enclaves[i] = BH_ENCLAVE_CUT_OFF;
    }
}

/* A partner that is lost though neither failed: the way between them did, and it is the fault's. */
static bool has_failed_way(const enum bh_enclave_outcome *enclaves, unsigned i, int own)
{
    return enclaves[i] == BH_ENCLAVE_LOST_PEER && enclaves[1 - i] < BH_ENCLAVE_WRONG && own != (int)(1 - i);
}

/* Where the machine is itself a guest: what was judged as the host is the guest's kernel, and QEMU is its VMM. The host is the machine
 * that runs the study, which has gone on. */
static void judge_guest(const struct bh_run *run, unsigned zone, struct bh_lab_outcome *outcome)
{
    bool has_ended = run->end == BH_RUN_RESET && run->vmm != 0, is_of_vmm = zone == BH_LAB_VMM_0;
    enum bh_enclave_outcome all = has_ended                           ? BH_ENCLAVE_VMM
                                  : outcome->host == BH_HOST_PANIC    ? BH_ENCLAVE_PANIC
                                  : outcome->host == BH_HOST_HUNG     ? BH_ENCLAVE_HUNG
                                  : outcome->host == BH_HOST_UNHARMED ? BH_ENCLAVE_UNHARMED
                                  : outcome->host == BH_HOST_OOPS     ? BH_ENCLAVE_OOPS
                                                                      : BH_ENCLAVE_GONE;
    for (size_t i = 0; i < BH_LAB_ENCLAVES && all != BH_ENCLAVE_UNHARMED; i++)
        outcome->enclave[i] = all;
    if (all == BH_ENCLAVE_OOPS)
        outcome->extent = BH_LAB_PROCESS;
    else if (all != BH_ENCLAVE_UNHARMED)
        outcome->extent = BH_LAB_GUEST;
    outcome->is_hang = all == BH_ENCLAVE_HUNG || (all == BH_ENCLAVE_UNHARMED && outcome->is_hang);
    outcome->is_artefact = outcome->is_artefact && !is_of_vmm;
    outcome->hurt_neighbour = !is_of_vmm && (has_ended || run->end == BH_RUN_WEDGED);
    outcome->host = BH_HOST_UNHARMED;
}

struct bh_lab_outcome bh_lab_judge(const struct bh_run *run, const struct bh_run *golden,
                                   const struct bh_lab_node *node, unsigned zone)
{
    bool has_guests = node->stack == BH_LAB_KVM;
    struct bh_lab_outcome outcome = {.host = judge_host(run), .is_artefact = run->end == BH_RUN_WEDGED};
    size_t length;
    const int own = bh_lab_enclave_of(zone);
    for (unsigned i = 0; i < BH_LAB_ENCLAVES; i++) {
        outcome.enclave[i] = judge_enclave(run->report, golden->report, i, has_guests);
        if (has_guests && is_babbling(run, i, own)) {
            outcome.enclave[i] = BH_ENCLAVE_HUNG;
            outcome.host = BH_HOST_UNHARMED;
        }
    }
    judge_partners(run, own, outcome.enclave);
    for (unsigned i = 0; i < BH_LAB_ENCLAVES; i++) {
        enum bh_enclave_outcome what = outcome.enclave[i];
        enum bh_lab_extent extent = has_failed_way(outcome.enclave, i, own) ? BH_LAB_PROCESS : extent_of(what);
        /* A guest that hangs is killed with its VMM. */
        if (what == BH_ENCLAVE_HUNG && has_guests)
            extent = BH_LAB_GUEST;
        if (what == BH_ENCLAVE_HUNG && own != (int)i && is_locked_by_emulator(run, i)) {
            outcome.is_artefact = true;
            extent = BH_LAB_MASKED;
        }
        outcome.is_hang = outcome.is_hang || what == BH_ENCLAVE_HUNG;
        outcome.planted_seen = outcome.planted_seen || find(run->report, i, "planted ", &length) != NULL;
        if (extent > outcome.extent)
            outcome.extent = extent;
        outcome.hurt_neighbour = outcome.hurt_neighbour ||
                                 (own >= 0 && own != (int)i && extent != BH_LAB_MASKED && outcome.host <= BH_HOST_OOPS);
    }
    if (outcome.host >= BH_HOST_NETWORK)
        outcome.extent = BH_LAB_WHOLE_NODE;
    outcome.at_once = outcome.extent > BH_LAB_SDC && strstr(run->report, " step ") == NULL;
    outcome.is_hang = outcome.host == BH_HOST_HUNG || (outcome.host < BH_HOST_NETWORK && outcome.is_hang);
    if (node->stack == BH_LAB_QEMU)
        judge_guest(run, zone, &outcome);
    return outcome;
}
