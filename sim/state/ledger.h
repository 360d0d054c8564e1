/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where node-time went, and whose fault it was. */
#pragma once

#include <stddef.h>

/* Parts of an enclave's node-time, in the order in which useful time is split. */
enum bh_part {
    BH_PART_COMPUTE,
    BH_PART_VIRTUALIZATION, /* may be negative: a virtualized light-weight kernel can be faster */
    BH_PART_GUARDS,
    BH_PART_COMPOSITION,
    BH_PART_NOISE,
    BH_PART_CHECKPOINT,
    BH_PART_VERIFICATION, /* of data, for silent errors */
    BH_PART_LOST_WORK,    /* the first that a fault is to blame for */
    BH_PART_DETECTION,
    BH_PART_RESTART,
    BH_PART_RESTORE,
    BH_PART_REPAIR_AND_SPARE_WAIT,
    BH_PART_COMPOSITION_WAIT,
    BH_PART_SWITCHING,
    BH_PART_IDLE_SPARES,
    BH_PART_DEGRADED, /* useful, too: lost to parts that are degraded; the last, where no zone can be it is left out */
    BH_PARTS
};
/* compute virtualization guards composition noise checkpoint verification lost-work detection restart restore
 * repair-and-spare-wait composition-wait switching idle-spares degraded; NULL-terminated */
extern const char *const bh_part_names[];

/* What a failure is booked to: the fault's class, where it began, the last boundary its error crossed and the guard
 * that was on there, and the disposition that was applied. */
struct bh_cause_key {
    int source;      /* index into the setup's sources of faults; -1: the script */
    int origin;      /* enum bh_zone_kind; -1: the node's hardware; -2: a storage host */
    int boundary;    /* enum bh_boundary; -1: the error crossed none */
    int guard;       /* index into catalog->guards; -1: none was on */
    int disposition; /* enum bh_scope; NONE: it was silent, and a verification found it */
};
struct bh_cause {
    struct bh_cause_key key;
    double failures;
    double lost_node_s; /* lost work, detection, restart, restore, repair and spare wait */
};
struct bh_causes {
    size_t count;
    struct bh_cause *cause;
};

/* Index of the key's row, made on first use. */
size_t bh_causes_find(struct bh_causes *causes, struct bh_cause_key key);
/* A row by its index, valid until the next call of the above; NULL for -1. */
struct bh_cause *bh_cause_at(struct bh_causes *causes, long index);

/* What is counted of an enclave, each a metric of the same name: a new one is a row here, counted where it happens. */
#define BH_ENCLAVE_COUNTS(COUNT)                                                                                       \
    COUNT(interruptions)     /* failures that struck while it ran */                                                   \
    COUNT(verifications)     /* done */                                                                                \
    COUNT(silent_found)      /* errors, each once */                                                                   \
    COUNT(silent_rollbacks)  /* to an older checkpoint because of them */                                              \
    COUNT(silent_beginnings) /* restarts from the beginning because of them */
struct bh_enclave_counts {
#define BH_ENCLAVE_COUNT(name) double name;
    BH_ENCLAVE_COUNTS(BH_ENCLAVE_COUNT)
#undef BH_ENCLAVE_COUNT
};

/* Node-seconds of one enclave. */
struct bh_ledger {
    double part[BH_PARTS];
};

/* Books node-seconds to a part. For the parts that faults cause, `cause` (may be NULL) is charged as well. */
static inline void bh_ledger_book(struct bh_ledger *ledger, enum bh_part part, double node_s, struct bh_cause *cause)
{
    ledger->part[part] += node_s;
    if (cause != NULL && part >= BH_PART_LOST_WORK && part <= BH_PART_REPAIR_AND_SPARE_WAIT)
        cause->lost_node_s += node_s;
}

/* Declares useful time booked since `since` lost: the useful parts return to what they were and the difference is
 * booked as lost work. Useful are all parts before BH_PART_LOST_WORK, and what degraded parts made longer. */
void bh_ledger_roll_back(struct bh_ledger *ledger, const struct bh_ledger *since, struct bh_cause *cause);

double bh_ledger_sum(const struct bh_ledger *ledger);

/* A bug of ours if the parts do not sum to `node_s` within 1e-9 of it. */
void bh_ledger_assert_sum(const struct bh_ledger *ledger, double node_s);
