/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Sums over the patterns of wrong bits that the codes of main memory meet. */
#include "models/memory/dram_codes.h"

#include "models/base/error.h"

#include <math.h>
#include <stdbool.h>

/* The probability of each pattern of `bits` bits, each wrong with probability `wrong`, given that one is. */
static double pattern_share(unsigned pattern, unsigned bits, double wrong)
{
    int set = __builtin_popcount(pattern);
    return pow(wrong, set) * pow(1.0 - wrong, (int)bits - set) / -expm1((double)bits * log1p(-wrong));
}

/* --- SEC-DED ------------------------------------------------------------------------------------------------------- */

void bh_hsiao_columns(uint8_t column[BH_HSIAO_BITS])
{
    unsigned count = 0;
    for (unsigned value = 0; value < 256; value++)
        if (__builtin_popcount(value) == 3)
            column[count++] = (uint8_t)value;
    for (unsigned turn = 0; turn < BH_HSIAO_CHECKS; turn++)
        column[count++] = (uint8_t)(0x1f << turn | 0x1f >> (8 - turn));
    for (unsigned check = 0; check < BH_HSIAO_CHECKS; check++)
        column[count++] = (uint8_t)(1u << check);
    BH_BUG_ASSERT(count == BH_HSIAO_BITS);
}

static bool is_column(const uint8_t column[BH_HSIAO_BITS], uint8_t syndrome)
{
    for (unsigned bit = 0; bit < BH_HSIAO_BITS; bit++)
        if (column[bit] == syndrome)
            return true;
    return false;
}

struct bh_word_shares bh_hsiao_device_shares(unsigned width, unsigned device, double wrong_bits)
{
    uint8_t column[BH_HSIAO_BITS];
    bh_hsiao_columns(column);
    BH_BUG_ASSERT((device + 1) * width <= BH_HSIAO_BITS);
    struct bh_word_shares shares = {0.0, 0.0, 0.0};
    for (unsigned pattern = 1; pattern < 1u << width; pattern++) {
        double share = pattern_share(pattern, width, wrong_bits);
        uint8_t syndrome = 0;
        for (unsigned bit = 0; bit < width; bit++)
            if (pattern >> bit & 1)
                syndrome ^= column[device * width + bit];
        if ((pattern & (pattern - 1)) == 0)
            shares.corrected += share;
        else if (syndrome == 0 || is_column(column, syndrome))
            shares.undetected += share;
        else
            shares.detected += share;
    }
    return shares;
}

double bh_hsiao_noise_undetected(void)
{
    return (1.0 + BH_HSIAO_BITS) / 256.0;
}

/* --- Chipkill ------------------------------------------------------------------------------------------------------ */

struct field {
    uint8_t power[255]; /* alpha^i */
    int logarithm[256]; /* of 0: -1 */
};

static void fill_field(struct field *field)
{
    unsigned value = 1;
    field->logarithm[0] = -1;
    for (int i = 0; i < 255; i++) {
        field->power[i] = (uint8_t)value;
        field->logarithm[value] = i;
        value <<= 1;
        if (value > 255)
            value ^= 0x11d;
    }
}

static void fill_patterns(double share[256], unsigned width, double wrong_bits, enum bh_symbol_pattern pattern)
{
    unsigned bits = pattern == BH_SYMBOL_BIT ? 1 : pattern == BH_SYMBOL_BEAT ? width : 8, places = 8 / bits;
    for (unsigned value = 0; value < 256; value++)
        share[value] = 0.0;
    for (unsigned place = 0; place < places; place++)
        for (unsigned value = 1; value < 1u << bits; value++)
            share[value << (place * bits)] += pattern_share(value, bits, bits == 1 ? 0.5 : wrong_bits) / places;
}

/* Whether errors 1 at i and t at j, ln t given, have the syndrome of one error at some l: S1 = alpha^l S0. That they
 * have hangs on the ratio t alone, since syndromes are linear. */
static bool looks_like_one(const struct field *field, struct bh_symbol_code code, unsigned i, unsigned j, int ln_t)
{
    unsigned s0 = 1u ^ field->power[ln_t], s1 = field->power[i] ^ field->power[((unsigned)ln_t + j) % 255];
    if (s0 == 0 || s1 == 0)
        return false;
    int l = (field->logarithm[s1] - field->logarithm[s0] + 255) % 255;
    return l < (int)code.symbols;
}

double bh_symbol_pair_undetected(struct bh_symbol_code code, unsigned width, double wrong_bits,
                                 enum bh_symbol_pattern first, enum bh_symbol_pattern second)
{
    /* Distance checks + 1: from 4 on, no word of the code is within one symbol of two wrong ones. */
    if (code.checks >= 3)
        return 0.0;
    struct field field;
    double a[256], b[256], ratio[255] = {0.0}, undetected = 0.0;
    fill_field(&field);
    fill_patterns(a, width, wrong_bits, first);
    fill_patterns(b, width, wrong_bits, second);
    for (unsigned u = 1; u < 256; u++)
        for (unsigned v = 1; v < 256 && a[u] > 0.0; v++)
            ratio[(field.logarithm[v] - field.logarithm[u] + 255) % 255] += a[u] * b[v];
    for (unsigned i = 0; i < code.symbols; i++)
        for (unsigned j = 0; j < code.symbols; j++)
            for (int ln_t = 0; ln_t < 255 && i != j; ln_t++)
                if (ratio[ln_t] > 0.0 && looks_like_one(&field, code, i, j, ln_t))
                    undetected += ratio[ln_t];
    return undetected / ((double)code.symbols * (code.symbols - 1));
}

double bh_symbol_noise_undetected(struct bh_symbol_code code)
{
    return (1.0 + 255.0 * code.symbols) / pow(256.0, code.checks);
}
