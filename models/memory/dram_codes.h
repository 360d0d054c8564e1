/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the codes of main memory make of wrong bits: a Hsiao code (72,64), and Reed-Solomon codes over GF(256) that correct
 * one symbol. All shares here are exact sums over patterns. */
#pragma once

#include <stdint.h>

/* --- SEC-DED ------------------------------------------------------------------------------------------------------- */

enum { BH_HSIAO_BITS = 72, BH_HSIAO_CHECKS = 8 };

/* Columns of the parity-check matrix, a byte per bit of the code word, all of odd weight: the 56 of weight 3
 * in ascending order, the 8 rotations of 00011111, and the 8 check bits. Devices of w bits hold w columns each, in this
 * order. */
void bh_hsiao_columns(uint8_t column[BH_HSIAO_BITS]);

/* What becomes of a word in which one device has at least one wrong bit; the three sum to 1. */
struct bh_word_shares {
    double corrected, detected, undetected; /* undetected: miscorrected, or a word of the code */
};

/* Of device `device` of `width` (4 or 8) bits, each wrong with probability `wrong_bits`, given that one is. */
struct bh_word_shares bh_hsiao_device_shares(unsigned width, unsigned device, double wrong_bits);

/* --- Chipkill ------------------------------------------------------------------------------------------------------ */

/* A code word of `symbols` bytes, one per device, `checks` (2 to 4) of them check bytes; the decoder corrects one symbol.
 * Two wrong symbols are told by 3 checks or more, always. Row k of the parity checks is (alpha^ik), i from 0, k from 0 to
 * checks - 1; alpha is a root of x^8 + x^4 + x^3 + x^2 + 1. */
struct bh_symbol_code {
    unsigned symbols, checks;
};

/* Which bits of a symbol a fault can touch: one; the bits of one beat (4 of a x4 device, 8 of a x8 one); all 8. */
enum bh_symbol_pattern { BH_SYMBOL_BIT, BH_SYMBOL_BEAT, BH_SYMBOL_ALL, BH_SYMBOL_PATTERNS };

/* The share of miscorrected words of those in which two symbols are wrong, by such patterns, in two places drawn
 * uniformly. `wrong_bits` as above. */
double bh_symbol_pair_undetected(struct bh_symbol_code code, unsigned width, double wrong_bits,
                                 enum bh_symbol_pattern first, enum bh_symbol_pattern second);

/* --- Noise --------------------------------------------------------------------------------------------------------- */

/* The share of undetected words of those that are read as noise, all bits of the word random: the decoder takes any
 * syndrome for good that is 0 or that of a correctable error. */
double bh_hsiao_noise_undetected(void);
double bh_symbol_noise_undetected(struct bh_symbol_code code);
