/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of a parametric machine, and of what recovery takes on any. */
#include "models/catalog/keys/machine_keys.h"

const char *const bh_machine_names[] = {"parametric", NULL};

static const struct bh_key nodes_rows[] = {
    {"least", NULL, BH_COUNT_FROM(1, UINT64_C(1) << 40), "Nodes that it has at the least."},
    {"most", NULL, BH_COUNT_FROM(1, UINT64_C(1) << 40), "Nodes that it can have."},
    {0},
};
const struct bh_keys bh_machine_nodes_keys = {"nodes", "The sizes for which the numbers are meant.", nodes_rows, NULL,
                                              0};
static const struct bh_key law_rows[] = {
    {"at-nodes", NULL, BH_NUMBER(FACTOR), "Nodes at which storage has the bandwidth that is given."},
    {"bandwidth", NULL, BH_NUMBER(BANDWIDTH), "Of all storage together, when written."},
    {"exponent", NULL, BH_NUMBER(FACTOR), "With which it grows with nodes."},
    {0},
};
const struct bh_keys bh_machine_law_keys = {"bandwidth-law", "How storage grows with the machine.", law_rows, NULL, 0};
static const struct bh_key storage_rows[] = {
    {"hosts", NULL, BH_NUMBER(FACTOR), "Storage hosts, a whole number."},
    {"disks", NULL, BH_NUMBER(FACTOR), "Disks of each, a whole number."},
    {"bandwidth-law", NULL, BH_MAP(bh_machine_law_keys), "Bandwidth when written."},
    {"read-per-write", NULL, BH_NUMBER(FACTOR), "Bandwidth when read, over that when written."},
    {0},
};
const struct bh_keys bh_machine_storage_keys = {"storage", "Storage that all nodes share.", storage_rows, NULL, 0};
static const struct bh_key machine_rows[] = {
    {"machine", NULL, BH_CHOICE(bh_machine_names), "What it is."},
    {"title", "", BH_TEXT, "One line, for people."},
    {"description", "", BH_TEXT, "What it is meant to be, for people."},
    {"nodes", NULL, BH_MAP(bh_machine_nodes_keys), "Its sizes."},
    {"nodes-per-cabinet", NULL, BH_NUMBER(FACTOR), "A whole number."},
    {"cabinets-per-group", NULL, BH_NUMBER(FACTOR), "A whole number."},
    {"node-speed", NULL, BH_NUMBER(SPEED), "Of a node; no time depends on it."},
    {"node-bandwidth", NULL, BH_NUMBER(BANDWIDTH), "Of a node into the network."},
    {"latency", NULL, BH_NUMBER(TIME), "One way, between nodes of different groups."},
    {"global-bandwidth", NULL, BH_NUMBER(BANDWIDTH), "Between a full group and the rest of the machine."},
    {"storage", NULL, BH_MAP(bh_machine_storage_keys), "Storage that all nodes share."},
    {0},
};
const struct bh_keys bh_machine_keys = {"a machine", "A machine of any size, from a page of numbers.", machine_rows,
                                        NULL, 0};

/* --- Recovery ---------------------------------------------------------------------------------------------------------- */

static const struct bh_key recovery_rows[] = {
    {"process-restart", NULL, BH_NUMBER(TIME), "Relaunch of an application once its nodes and guests are up."},
    {"node-reboot", NULL, BH_NUMBER(TIME), "Of a node."},
    {"software-repair", NULL, BH_NUMBER(PROBABILITY),
     "That people have to mend a node which a software fault has taken down before it is back."},
    {"software-repair-median", NULL, BH_NUMBER(TIME), "Until it is back then, reboot included: lognormal, its median."},
    {"software-repair-sigma", NULL, BH_NUMBER(FACTOR), "The standard deviation of the logarithm of that; 0: constant."},
    {"spare-activation", NULL, BH_NUMBER(TIME), "Until a warm spare takes a failed node's place."},
    {"system-restart", NULL, BH_NUMBER(TIME), "Of the whole machine."},
    {"detection", NULL, BH_NUMBER(TIME), "From a failure to the start of recovery."},
    {"watchdog", NULL, BH_NUMBER(TIME), "From the start of a hang to its detection."},
    {"local-bandwidth", NULL, BH_NUMBER_ABOVE_0(BANDWIDTH), "Of each node to its own storage."},
    {"memory-bandwidth", NULL, BH_NUMBER_ABOVE_0(BANDWIDTH), "Of each node to checkpoints in its memory."},
    {"partner-bandwidth", NULL, BH_NUMBER_ABOVE_0(BANDWIDTH), "Of copies on partners."},
    {"partner-distance", NULL, BH_NUMBER(PROBABILITY), "To a node's partner, as a share of its enclave's nodes."},
    {"degraded-slowdown", NULL, BH_NUMBER(FACTOR),
     "How much longer computing takes for a part in a degraded zone, or that needs one for progress."},
    {"degraded-loss", NULL, BH_NUMBER(PROBABILITY),
     "That a message of such a part is lost, each time that it is sent."},
    {"degraded-resend", NULL, BH_NUMBER(TIME), "Until a lost message is sent again."},
    {"degraded-delay", NULL, BH_NUMBER(TIME), "By which its messages come later."},
    {"degraded-notice-median", NULL, BH_NUMBER(TIME),
     "Until that is noticed and the node taken out: lognormal, its median."},
    {"degraded-notice-sigma", NULL, BH_NUMBER(FACTOR), "The standard deviation of the logarithm of that; 0: constant."},
    {0},
};
const struct bh_keys bh_recovery_keys = {"recovery", "What recovery takes, whatever the system.", recovery_rows, NULL,
                                         0};
