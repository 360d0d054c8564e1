/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A study of injections, as its file says. */
#pragma once

#include "lab/node/node_file.h"
#include "lab/node/snapshot.h"
#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is injected. Kinds of hardware's and of software's faults are never added up. */
enum bh_lab_fault {
    BH_LAB_REGISTER, /* a bit of a general register or of the instruction pointer */
    BH_LAB_VECTOR,   /* a bit of a vector register */
    BH_LAB_MEMORY,   /* a bit of the host's memory, anywhere */
    BH_LAB_CODE,     /* a bit of the code that is about to run */
    /* Of what a guest hands over to its host at an exit: */
    BH_LAB_EXIT_REGISTER, /* a bit of a general register that is not in the control block */
    BH_LAB_EXIT_BLOCK,    /* a bit of a field of the control block: why it was left, and its state */
    BH_LAB_NONE,          /* nothing: what becomes of the run is what a golden one does */
    /* Software's: planted in the machine's code before it runs (after Durães and Madeira's operators; mutation.h). */
    BH_LAB_MISSING_CALL,
    BH_LAB_MISSING_STORE,
    BH_LAB_MISSING_CHECK, /* a branch that is never taken */
    BH_LAB_MISSING_CODE,  /* ... always taken */
    BH_LAB_WRONG_OPERAND,
    BH_LAB_BUG, /* of a kernel: what BUG() executes, which it does where it finds itself to be wrong */
    BH_LAB_FAULTS
};
extern const char *const bh_lab_fault_names[];      /* as in files; ends with NULL */
extern const char *const bh_lab_exit_field_names[]; /* BH_LAB_EXIT_FIELDS (lab/plugin/marks.h); ends with NULL */
extern const char *const bh_lab_zone_names[];       /* by number: lab/plugin/marks.h; ends with NULL */

/* So many injections of one kind into one zone. */
struct bh_lab_cell {
    unsigned zone;
    enum bh_lab_fault fault;
    uint64_t trials;
    unsigned mark;               /* strikes where the zone first comes to this mark (lab/plugin/marks.h); 0: anywhere */
    int64_t index, bit, address; /* of the register or field, of the bit, of the byte in memory; -1: drawn */
};

/* A trial by its number: which cell, and which of the cell's. */
struct bh_lab_place {
    size_t cell;
    uint64_t nth;
};

struct bh_lab_study {
    char *file;
    struct bh_lab_node *node;
    char *workload;
    struct bh_lab_work work; /* points to the above */
    uint64_t seed;
    bool compares_exits; /* what guests hand over at their exits is compared with the run without fault */
    size_t cells_count;
    struct bh_lab_cell *cells;
    uint64_t trials;
    struct bh_lab_place *places; /* `trials`: cells take turns in proportion, so that what is cut short is balanced */
    uint64_t identity;           /* of all that decides what is injected where */
};

/* Whether its faults are put into the process of QEMU, and not into what that emulates. */
bool bh_lab_is_own_process(const struct bh_lab_node *node, const struct bh_lab_cell *cell);
bool bh_lab_is_software(enum bh_lab_fault fault);
/* Whether it strikes what a guest hands over, and not what a zone has. */
bool bh_lab_is_of_exit(enum bh_lab_fault fault);
/* Of the general registers and the instruction pointer: whether the processor saves it in the control block as a guest is left. */
bool bh_lab_is_in_control_block(uint64_t index);
/* Bits that a fault of this kind chooses from: of a register, of a byte, of the first four bytes of an instruction. */
uint64_t bh_lab_bits(enum bh_lab_fault fault);

/* `nodes`: the folder of nodes, where the study's `node` is a name. NULL: what is wrong stands in err. */
struct bh_lab_study *bh_lab_study_read(const char *path, const char *nodes, struct bh_error *err);
void bh_lab_study_destroy(struct bh_lab_study *study);
