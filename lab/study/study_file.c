/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads a study of injections. */
#include "lab/study/study_file.h"

#include "lab/plugin/marks.h"
#include "models/base/random.h"
#include "models/document/document_get.h"
#include "models/document/document_print.h"
#include "models/document/document_read.h"

#include <stdlib.h>
#include <string.h>

const char *const bh_lab_fault_names[] = {
    "register",     "vector",        "memory",        "code",         "exit-register", "exit-block", "none",
    "missing-call", "missing-store", "missing-check", "missing-code", "wrong-operand", "bug",        NULL};
const char *const bh_lab_exit_field_names[] = {"virtual-interrupts",
                                               "interrupt-shadow",
                                               "exit-code",
                                               "exit-information-1",
                                               "exit-information-2",
                                               "interrupted-event",
                                               "efer",
                                               "cr4",
                                               "cr3",
                                               "cr0",
                                               "rflags",
                                               "rip",
                                               "rsp",
                                               "rax",
                                               "cr2",
                                               NULL};
const char *const bh_lab_zone_names[] = {
    "other", "host-kernel",    "host-modules",   "host-agent",      "process-0",       "process-1",    "vmm-0",
    "vmm-1", "guest-kernel-0", "guest-kernel-1", "guest-process-0", "guest-process-1", "host-network", "any",
    NULL};

static const char *const workload_names[] = {"stencil", "sort", "files", "calls", "exchange", NULL};
static const char together[] = "exchange"; /* needs ways between enclaves */
static const char *const all_keys[] = {"node", "workload", "steps", "seed", "compare-exits", "faults", NULL};
static const char *const cell_keys[] = {"zone", "fault", "trials", "mark", "register", "field", "bit", "address", NULL};
/* As the processor numbers them. */
static const char *const register_names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8",
                                             "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip", NULL};
static const char *const mark_names[] = {"none", "planted", "checksum", "shared", NULL};
static const unsigned marks[] = {0, BH_LAB_MARK_PLANTED, BH_LAB_MARK_CHECKSUM, BH_LAB_MARK_SHARED};

enum { MOST_CELLS = 64, MOST_STEPS = 1000 };
static const uint64_t most_trials = 1000000;

static bool has_zone(const struct bh_lab_node *node, unsigned zone)
{
    enum bh_lab_stack stack = node->stack;
    if (zone == BH_LAB_ANY)
        return true;
    bool is_of_guest =
        zone == BH_LAB_GUEST_KERNEL_0 || zone == BH_LAB_GUEST_PROCESS_0 || zone == BH_LAB_GUEST_PROCESS_1;
    if (stack == BH_LAB_QEMU)
        return zone == BH_LAB_VMM_0 || is_of_guest;
    if (zone == BH_LAB_HOST_NETWORK)
        return node->network != BH_LAB_NO_NETWORK;
    bool is_process = zone == BH_LAB_PROCESS_0 || zone == BH_LAB_PROCESS_1;
    return zone != BH_LAB_OTHER &&
           (zone == BH_LAB_HOST_KERNEL || zone == BH_LAB_HOST_AGENT || is_process == (stack == BH_LAB_NATIVE)) &&
           (zone != BH_LAB_HOST_MODULES || stack != BH_LAB_NATIVE);
}

static bool is_kernel(unsigned zone)
{
    return zone == BH_LAB_HOST_KERNEL || zone == BH_LAB_HOST_MODULES || zone == BH_LAB_GUEST_KERNEL_0 ||
           zone == BH_LAB_GUEST_KERNEL_1;
}

/* A number where the key is there; else it is left alone. */
static int read_fixed(const struct bh_node *map, const char *key, uint64_t most, int64_t *value, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    uint64_t number;
    if (node == NULL)
        return 0;
    if (bh_node_count_value(node, 0, most, &number, err) != 0)
        return -1;
    *value = (int64_t)number;
    return 0;
}

/* A register or a field by its name; -1 in *index: it is drawn. */
static int read_index(const struct bh_node *map, struct bh_lab_cell *cell, struct bh_error *err)
{
    const struct bh_node *name = bh_node_find(map, "register"), *field = bh_node_find(map, "field");
    bool is_block = cell->fault == BH_LAB_EXIT_BLOCK;
    cell->index = -1;
    if (name != NULL && cell->fault != BH_LAB_REGISTER && cell->fault != BH_LAB_EXIT_REGISTER)
        return bh_node_fail(name, err, "found a register, expected none: faults of kind %s have none",
                            bh_lab_fault_names[cell->fault]);
    if (field != NULL && !is_block)
        return bh_node_fail(field, err, "found a field, expected none: faults of kind %s have none",
                            bh_lab_fault_names[cell->fault]);
    if (name == NULL && field == NULL)
        return 0;
    int index = is_block ? bh_node_choice(field, bh_lab_exit_field_names, "field", err)
                         : bh_node_choice(name, register_names, "register", err);
    cell->index = index;
    if (index >= 0 && cell->fault == BH_LAB_EXIT_REGISTER && bh_lab_is_in_control_block((uint64_t)index))
        return bh_node_fail(name, err, "found %s, which the control block has at an exit: fault exit-block, field: %s",
                            register_names[index], register_names[index]);
    return index < 0 ? -1 : 0;
}

/* What is not to be drawn: for tests of the injector, and to look at one register alone. */
static int read_place(const struct bh_node *map, const struct bh_lab_node *about, struct bh_lab_cell *cell,
                      struct bh_error *err)
{
    const struct bh_node *mark = bh_node_find(map, "mark");
    int which = mark == NULL ? 0 : bh_node_choice(mark, mark_names, "mark", err);
    cell->bit = cell->address = -1;
    if (which < 0 || read_index(map, cell, err) != 0)
        return -1;
    bool has_own = bh_lab_is_software(cell->fault) || bh_lab_is_of_exit(cell->fault);
    if (has_own && (mark != NULL || bh_node_find(map, "address") != NULL))
        return bh_node_fail(map, err,
                            "found a mark or an address, expected none: faults of kind %s have places of their own",
                            bh_lab_fault_names[cell->fault]);
    cell->mark = marks[which];
    if (read_fixed(map, "bit", bh_lab_bits(cell->fault) - 1, &cell->bit, err) != 0)
        return -1;
    return read_fixed(map, "address", (about->memory_mib << 20) - 1, &cell->address, err);
}

bool bh_lab_is_own_process(const struct bh_lab_node *node, const struct bh_lab_cell *cell)
{
    return node->stack == BH_LAB_QEMU && cell->zone == BH_LAB_VMM_0;
}

bool bh_lab_is_software(enum bh_lab_fault fault)
{
    return fault > BH_LAB_NONE && fault < BH_LAB_FAULTS;
}

bool bh_lab_is_of_exit(enum bh_lab_fault fault)
{
    return fault == BH_LAB_EXIT_REGISTER || fault == BH_LAB_EXIT_BLOCK;
}

bool bh_lab_is_in_control_block(uint64_t index)
{
    enum { RAX, RSP = 4 };
    return index == RAX || index == RSP || index == BH_LAB_RIP;
}

uint64_t bh_lab_bits(enum bh_lab_fault fault)
{
    switch (fault) {
    case BH_LAB_VECTOR:
        return 128;
    case BH_LAB_MEMORY:
        return 8;
    case BH_LAB_CODE:
        return 32;
    case BH_LAB_REGISTER:
    case BH_LAB_EXIT_REGISTER:
    case BH_LAB_EXIT_BLOCK:
    case BH_LAB_NONE:
    case BH_LAB_MISSING_CALL:
    case BH_LAB_MISSING_STORE:
    case BH_LAB_MISSING_CHECK:
    case BH_LAB_MISSING_CODE:
    case BH_LAB_WRONG_OPERAND:
    case BH_LAB_BUG:
    case BH_LAB_FAULTS:
        break;
    }
    return 64;
}

static int read_cell(const struct bh_node *map, struct bh_lab_study *study, struct bh_error *err)
{
    struct bh_lab_cell *cell = &study->cells[study->cells_count];
    if (bh_node_expect(map, BH_NODE_MAP, "a kind of injections", err) != 0 ||
        bh_node_check_keys(map, cell_keys, err) != 0 ||
        bh_node_need_keys(map, (const char *const[]){"zone", "fault", "trials", NULL}, err) != 0)
        return -1;
    int zone = bh_node_choice(bh_node_find(map, "zone"), bh_lab_zone_names, "zone", err);
    int fault = zone < 0 ? -1 : bh_node_choice(bh_node_find(map, "fault"), bh_lab_fault_names, "fault", err);
    if (fault < 0 || bh_node_count_value(bh_node_find(map, "trials"), 1, most_trials, &cell->trials, err) != 0)
        return -1;
    if (!has_zone(study->node, (unsigned)zone))
        return bh_node_fail(bh_node_find(map, "zone"), err, "the node %s, whose stack is %s, has no zone %s",
                            study->node->name, bh_lab_stack_names[study->node->stack], bh_lab_zone_names[zone]);
    cell->zone = (unsigned)zone;
    cell->fault = (enum bh_lab_fault)fault;
    if (cell->zone == BH_LAB_ANY && (cell->fault != BH_LAB_MEMORY || bh_node_find(map, "mark") != NULL))
        return bh_node_fail(map, err, "found faults of kind %s in any zone, expected memory, without a mark",
                            bh_lab_fault_names[fault]);
    if (cell->fault == BH_LAB_BUG && !is_kernel(cell->zone))
        return bh_node_fail(map, err, "found faults of kind bug in %s, expected them in a kernel",
                            bh_lab_zone_names[zone]);
    bool is_guest = cell->zone == BH_LAB_GUEST_KERNEL_0 || cell->zone == BH_LAB_GUEST_KERNEL_1;
    if (bh_lab_is_of_exit(cell->fault) && (study->node->stack != BH_LAB_KVM || !is_guest))
        return bh_node_fail(map, err, "found faults of kind %s in %s, expected them in a guest's kernel under KVM",
                            bh_lab_fault_names[fault], bh_lab_zone_names[zone]);
    if (read_place(map, study->node, cell, err) != 0)
        return -1;
    if (bh_lab_is_own_process(study->node, cell) && (cell->mark != 0 || cell->fault == BH_LAB_MEMORY))
        return bh_node_fail(
            map, err,
            "found a mark or a fault of memory, expected neither: the VMM is the process of QEMU itself, which "
            "has no marks, and the memory is the guest's");
    for (size_t i = 0; i < study->cells_count; i++)
        if (study->cells[i].mark == cell->mark && study->cells[i].zone == cell->zone &&
            study->cells[i].fault == cell->fault)
            return bh_node_fail(map, err, "faults of kind %s in %s stand here twice", bh_lab_fault_names[cell->fault],
                                bh_lab_zone_names[cell->zone]);
    study->cells_count++;
    study->trials += cell->trials;
    return study->trials <= most_trials ? 0
                                        : bh_node_fail(map, err, "found more than %d trials in all", (int)most_trials);
}

/* Where a file is named it is read from beside the study's; else it is one of the nodes that come along. */
static char *path_of_node(const char *study, const char *nodes, const char *name)
{
    size_t length = strlen(name);
    if (length <= 5 || strcmp(name + length - 5, ".yaml") != 0)
        return bh_print_text("%s/%s.yaml", nodes, name);
    const char *slash = strrchr(study, '/');
    return *name == '/' || slash == NULL ? bh_copy_text(name)
                                         : bh_print_text("%.*s/%s", (int)(slash - study), study, name);
}

static int read_root(const struct bh_node *root, const char *nodes, struct bh_lab_study *study, struct bh_error *err)
{
    if (bh_node_expect(root, BH_NODE_MAP, "a study of injections", err) != 0 ||
        bh_node_check_keys(root, all_keys, err) != 0 ||
        bh_node_need_keys(root, (const char *const[]){"node", "workload", "seed", "faults", NULL}, err) != 0)
        return -1;
    const struct bh_node *steps = bh_node_find(root, "steps"), *faults = bh_node_find(root, "faults"),
                         *compare = bh_node_find(root, "compare-exits");
    const char *node = bh_node_text(bh_node_find(root, "node"), err);
    int workload = bh_node_choice(bh_node_find(root, "workload"), workload_names, "workload", err);
    study->work.steps = 4;
    if (node == NULL || workload < 0 ||
        bh_node_count_value(bh_node_find(root, "seed"), 0, UINT32_MAX, &study->seed, err) != 0 ||
        (steps != NULL && bh_node_count_value(steps, 1, MOST_STEPS, &study->work.steps, err) != 0) ||
        bh_node_expect(faults, BH_NODE_LIST, "faults", err) != 0)
        return -1;
    study->workload = bh_copy_text(workload_names[workload]);
    study->work.workload = study->workload;
    char *path = path_of_node(study->file, nodes, node);
    study->node = bh_lab_node_read(path, err);
    free(path);
    if (study->node == NULL)
        return -1;
    if (strcmp(study->workload, together) == 0 && study->node->network == BH_LAB_NO_NETWORK)
        return bh_node_fail(bh_node_find(root, "workload"), err,
                            "found %s, which needs a network; the node %s has none", together, study->node->name);
    if (bh_node_count(faults) == 0 || bh_node_count(faults) > MOST_CELLS)
        return bh_node_fail(faults, err, "found %zu kinds of injections, expected from 1 to %d", bh_node_count(faults),
                            MOST_CELLS);
    if (compare != NULL && bh_node_bool(compare, &study->compares_exits, err) != 0)
        return -1;
    if (study->compares_exits && study->node->stack != BH_LAB_KVM)
        return bh_node_fail(compare, err, "found true; exits are of guests under KVM, and the node %s is %s",
                            study->node->name, bh_lab_stack_names[study->node->stack]);
    study->cells = bh_allocate(bh_node_count(faults), sizeof *study->cells);
    for (size_t i = 0; i < bh_node_count(faults); i++)
        if (read_cell(bh_node_item(faults, i), study, err) != 0)
            return -1;
    return 0;
}

/* The cell's nth of n trials stands at (nth + 1/2) / n of the way; cells in the file's order where two are at one place. */
static void place_trials(struct bh_lab_study *study)
{
    study->places = bh_allocate(study->trials, sizeof *study->places);
    uint64_t *next = bh_allocate(study->cells_count, sizeof *next);
    for (uint64_t i = 0; i < study->trials; i++) {
        size_t best = study->cells_count;
        double best_way = 2.0;
        for (size_t cell = 0; cell < study->cells_count; cell++) {
            double way = ((double)next[cell] + 0.5) / (double)study->cells[cell].trials;
            if (next[cell] < study->cells[cell].trials && way < best_way) {
                best = cell;
                best_way = way;
            }
        }
        study->places[i] = (struct bh_lab_place){.cell = best, .nth = next[best]++};
    }
    free(next);
}

struct bh_lab_study *bh_lab_study_read(const char *path, const char *nodes, struct bh_error *err)
{
    struct bh_document *document = bh_document_read(path, err);
    if (document == NULL)
        return NULL;
    struct bh_lab_study *study = bh_allocate(1, sizeof *study);
    study->file = bh_copy_text(path);
    int status = read_root(bh_document_root(document), nodes, study, err);
    if (status == 0) {
        char *text = bh_node_print_json(bh_document_root(document));
        study->identity = bh_identity(text);
        free(text);
        place_trials(study);
    }
    bh_document_destroy(document);
    if (status == 0)
        return study;
    bh_lab_study_destroy(study);
    return NULL;
}

void bh_lab_study_destroy(struct bh_lab_study *study)
{
    if (study == NULL)
        return;
    bh_lab_node_destroy(study->node);
    free(study->file);
    free(study->workload);
    free(study->cells);
    free(study->places);
    free(study);
}
