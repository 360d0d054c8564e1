/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Faults of a node's main memory by mode, and what a protection code makes of them: corrected, detected or undetected. */
#pragma once

#include "models/memory/dram_codes.h"

#include <stdbool.h>
#include <stddef.h>

/* Modes as field studies tell them apart (Sridharan and Liberty, SC 2012): which addresses of a DRAM device a fault
 * covers. Multi-bank: the whole device; multi-rank: the devices at the same place in all ranks of the DIMM. Channel: what
 * lies outside the devices (register, connector, controller), so that whole code words are read as noise. Names: bit,
 * word, column, row, bank, multi-bank, multi-rank, channel. */
enum bh_dram_mode {
    BH_DRAM_BIT,
    BH_DRAM_WORD,
    BH_DRAM_COLUMN,
    BH_DRAM_ROW,
    BH_DRAM_BANK,
    BH_DRAM_MULTI_BANK,
    BH_DRAM_MULTI_RANK,
    BH_DRAM_CHANNEL,
    BH_DRAM_MODES
};
extern const char *const bh_dram_mode_names[];

/* Transient: gone once the word is written anew. Names: transient, permanent. */
enum bh_dram_lasting { BH_DRAM_TRANSIENT, BH_DRAM_PERMANENT, BH_DRAM_LASTINGS };
extern const char *const bh_dram_lasting_names[];

/* Names: none, sec-ded, chipkill. */
enum bh_dram_code { BH_DRAM_NO_CODE, BH_DRAM_SEC_DED, BH_DRAM_CHIPKILL };
extern const char *const bh_dram_code_names[];

/* Names: corrected, detected, undetected. */
enum bh_dram_outcome { BH_DRAM_CORRECTED, BH_DRAM_DETECTED, BH_DRAM_UNDETECTED, BH_DRAM_OUTCOMES };
extern const char *const bh_dram_outcome_names[];

/* The memory of a node. Ranks hold 64 data bits, and 8 check bits if there is a code, a beat in devices of `width` bits. Rates are per second
 * and device, of BH_DRAM_CHANNEL per second and DIMM. */
struct bh_dram {
    enum bh_dram_code code;
    unsigned width; /* 4 or 8 */
    bool lockstep;  /* chipkill: two DIMMs serve a code word together */
    double dimms, ranks_per_dimm;
    double banks, rows, row_bytes; /* of a device */
    double column_one_bit;         /* share of column faults that touch one bit of a word, the same in all */
    double wrong_bits;             /* probability that a bit of the device is wrong in a word that other faults cover */
    double scrub_s, replacement_s;
    double rate[BH_DRAM_MODES][BH_DRAM_LASTINGS];
};

/* Devices of a code word, and of the node. */
double bh_dram_devices_per_word(const struct bh_dram *dram);
double bh_dram_devices(const struct bh_dram *dram);

/* Probability that a code word lies in both of two faults of devices in the same rank, by where they are. */
double bh_dram_overlap(const struct bh_dram *dram, enum bh_dram_mode first, enum bh_dram_mode second);

/* Rates per second and node. A fault counts once, by the first word read that is not corrected; if all are, it is
 * corrected. `together`: faults that are corrected alone, and not where they meet another that is still there. Pairs are
 * exact in the mean, three at once are left out. The total is all faults. */
struct bh_dram_rates {
    double alone[BH_DRAM_MODES][BH_DRAM_OUTCOMES];
    double together[BH_DRAM_OUTCOMES]; /* corrected: minus the other two, since alone counts them there */
    double total[BH_DRAM_OUTCOMES];
};
struct bh_dram_rates bh_dram_rates_of(const struct bh_dram *dram);
