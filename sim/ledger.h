/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where node-time went, and whose fault it was. */
#ifndef BH_SIM_LEDGER_H
#define BH_SIM_LEDGER_H

/* Parts of an enclave's node-time, in the order in which useful time is split. */
enum bh_part {
    BH_PART_COMPUTE,
    BH_PART_VIRTUALIZATION,
    BH_PART_GUARDS,
    BH_PART_COMPOSITION,
    BH_PART_NOISE,
    BH_PART_CHECKPOINT,
    BH_PART_LOST_WORK,
    BH_PART_DETECTION,
    BH_PART_RESTART,
    BH_PART_RESTORE,
    BH_PART_REPAIR_AND_SPARE_WAIT,
    BH_PART_COMPOSITION_WAIT,
    BH_PART_IDLE_SPARES,
    BH_PARTS
};
/* compute virtualization guards composition noise checkpoint lost-work detection restart restore
 * repair-and-spare-wait composition-wait idle-spares; NULL-terminated */
extern const char *const bh_part_names[];

#endif
