/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A node of the laboratory, as its file says: lab/nodes/NAME.yaml. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Native: processes. KVM: guests in it. QEMU: the machine is itself a guest, and the QEMU that runs it a VMM which translates. */
enum bh_lab_stack { BH_LAB_NATIVE, BH_LAB_KVM, BH_LAB_QEMU };
extern const char *const bh_lab_stack_names[]; /* ends with NULL */

/* Who serves guests' network cards. */
enum bh_lab_network { BH_LAB_NO_NETWORK, BH_LAB_VMM_NETWORK, BH_LAB_VHOST_NETWORK };
extern const char *const bh_lab_network_names[]; /* ends with NULL */

enum { BH_LAB_ENCLAVES = 2 };

struct bh_lab_node {
    char *file, *name;
    enum bh_lab_stack stack;
    uint64_t memory_mib;                 /* of the host */
    uint64_t guest_mib[BH_LAB_ENCLAVES]; /* with guests: of each */
    bool host_panics, guest_panics;      /* at an oops: panic_on_oops */
    bool shared_programs;                /* enclaves run one file, and so its pages; else copies */
    enum bh_lab_network network;         /* guests have a network card on a bridge, and a disk */
    bool nested_paging;                  /* else by shadow page tables */
    uint64_t hang_ms;                    /* silent for so long, an enclave has hung; virtual time */
    uint64_t wait_ms;                    /* so long it waits for its partner, silent without work; 0: it has none */
    uint64_t limit;                      /* times the instructions of the unharmed run and of a hang */
};

/* Reads one. NULL: what is wrong stands in err. */
struct bh_lab_node *bh_lab_node_read(const char *path, struct bh_error *err);
void bh_lab_node_destroy(struct bh_lab_node *node);
