/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What became of a run, against one in which nothing was injected. */
#pragma once

#include "lab/node/node_file.h"
#include "lab/node/run.h"
#include "lab/study/handed_over.h"

#include <stdbool.h>

/* Of an enclave, the worst last. */
enum bh_enclave_outcome {
    BH_ENCLAVE_UNHARMED,
    BH_ENCLAVE_LOST_PEER, /* right until its partner was gone, then without what it would have got from there */
    BH_ENCLAVE_MISLED,    /* right until data were not what the partner would have sent */
    BH_ENCLAVE_WRONG,     /* results that differ, and nobody noticed */
    BH_ENCLAVE_FOUND,     /* its own checks found something wrong, or the kernel refused what it must not */
    BH_ENCLAVE_SIGNAL,    /* the process died of a signal */
    BH_ENCLAVE_OOPS,      /* its guest's kernel went on, tainted */
    BH_ENCLAVE_CUT_OFF,   /* came to its end, but does not answer from its network any more */
    BH_ENCLAVE_PANIC,     /* its guest's kernel panicked */
    BH_ENCLAVE_VMM,       /* its VMM ended before it had */
    BH_ENCLAVE_HUNG,      /* silent for too long */
    BH_ENCLAVE_GONE,      /* went with its host */
    BH_ENCLAVE_OUTCOMES
};
extern const char *const bh_enclave_outcome_names[];

/* Of the host, the worst last. */
enum bh_host_outcome {
    BH_HOST_UNHARMED,
    BH_HOST_OOPS,    /* goes on: tainted, or its kernel complained */
    BH_HOST_NETWORK, /* its own address does not answer, or to look at its network does not end */
    BH_HOST_CHECK,   /* its self-test, or its agent, failed */
    BH_HOST_HUNG,    /* no end within the limit of instructions, or nothing runs any more */
    BH_HOST_RESET,   /* began again without a word */
    BH_HOST_PANIC,
    BH_HOST_OUTCOMES
};
extern const char *const bh_host_outcome_names[];

/* What the counts take of a trial: the largest extent that failed; if nothing did, whether a result is wrong. */
enum bh_lab_extent { BH_LAB_MASKED, BH_LAB_SDC, BH_LAB_PROCESS, BH_LAB_GUEST, BH_LAB_WHOLE_NODE, BH_LAB_EXTENTS };
extern const char *const bh_lab_extent_names[]; /* columns of what fit-injections reads */

struct bh_lab_outcome {
    enum bh_enclave_outcome enclave[BH_LAB_ENCLAVES];
    enum bh_host_outcome host;
    enum bh_lab_extent extent;
    bool is_hang; /* the failure began, or showed, as one that stands or turns for ever */
    /* The host lives, and an enclave that the fault was not put into is hurt, which to lose its partner is not; under a VMM that
     * translates, which has one guest: the VMM is, and the fault was put into the guest. */
    bool hurt_neighbour;
    /* QEMU itself: it was stuck, no instruction ran any more though it worked (counted as the node's hang); or it had a guest that no
     * fault was put into wait for itself (counted as nothing). */
    bool is_artefact;
    bool at_once; /* something failed before any enclave had told of a step: what a self-test after the boot finds */
    bool planted_seen; /* a process found its planted value changed */
    bool is_compared;  /* what the guest that the fault was put into handed over at its exits was looked at: */
    struct bh_lab_handed handed;
};

/* `golden`: the run without fault. `zone`: where the fault was put. */
struct bh_lab_outcome bh_lab_judge(const struct bh_run *run, const struct bh_run *golden,
                                   const struct bh_lab_node *node, unsigned zone);

/* The enclave that a zone belongs to; -1: the host's zones belong to all. */
int bh_lab_enclave_of(unsigned zone);

/* Where a kernel first complains of what is wrong with it, or panics; NULL: it does not. */
const char *bh_lab_complaint(const char *console);
