/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A naive twin of models/memory/dram.h: faults come one by one to devices with addresses, words are random, wrong bits are put
 * into them, and a decoder is asked. Shares no formula with the model; of the codes only the Hsiao code's columns. */
#pragma once

#include "tests/support/helper.h"

#include "models/base/error.h"
#include "models/memory/dram.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <string.h>

enum { TWIN_BATCHES = 40, TWIN_SYMBOLS_MOST = 36 };

/* What was seen. Pairs are counted one by one, each as if the two were alone. */
struct twin {
    double alone[BH_DRAM_MODES][BH_DRAM_OUTCOMES];
    double together[TWIN_BATCHES][BH_DRAM_OUTCOMES];
    double time_s;
    size_t decoded;
    /* inside */
    const struct bh_dram *dram;
    gsl_rng *rng;
};

struct twin_fault {
    enum bh_dram_mode mode;
    unsigned dimm, rank, device, bank, row, beat, bit; /* device: within the code word; beat: column of the device */
    bool one_bit;
    unsigned long key; /* of its patterns */
    double until_s;
};

struct twin_word {
    unsigned dimm, rank, bank, row, column; /* dimm: the pair's first in lockstep */
};

/* Wrong bits by device: a byte each, of SEC-DED `width` bits of it. */
struct twin_pattern {
    uint8_t wrong[TWIN_SYMBOLS_MOST];
};

/* --- Decoders ------------------------------------------------------------------------------------------------------- */

static inline unsigned twin_random(struct twin *twin, unsigned below)
{
    return (unsigned)gsl_rng_uniform_int(twin->rng, below);
}

/* Bit i of a word of 72 bits, a byte each. */
static inline uint8_t twin_syndrome(const uint8_t column[BH_HSIAO_BITS], const uint8_t word[BH_HSIAO_BITS])
{
    uint8_t syndrome = 0;
    for (unsigned i = 0; i < BH_HSIAO_BITS; i++)
        syndrome ^= word[i] ? column[i] : 0;
    return syndrome;
}

static inline enum bh_dram_outcome twin_sec_ded(struct twin *twin, const struct twin_pattern *pattern)
{
    uint8_t column[BH_HSIAO_BITS], sent[BH_HSIAO_BITS], word[BH_HSIAO_BITS];
    bh_hsiao_columns(column);
    for (unsigned i = 0; i < BH_HSIAO_BITS; i++)
        sent[i] = i < 64 ? (uint8_t)twin_random(twin, 2) : 0;
    uint8_t checks = twin_syndrome(column, sent);
    for (unsigned i = 64; i < BH_HSIAO_BITS; i++)
        sent[i] = checks >> (i - 64) & 1;
    for (unsigned i = 0; i < BH_HSIAO_BITS; i++)
        word[i] = sent[i] ^ (pattern->wrong[i / twin->dram->width] >> (i % twin->dram->width) & 1);
    uint8_t syndrome = twin_syndrome(column, word);
    bool is_flagged = syndrome != 0;
    for (unsigned i = 0; i < BH_HSIAO_BITS && is_flagged; i++)
        if (column[i] == syndrome) {
            word[i] ^= 1;
            is_flagged = false;
        }
    if (is_flagged)
        return BH_DRAM_DETECTED;
    return memcmp(word, sent, sizeof word) == 0 ? BH_DRAM_CORRECTED : BH_DRAM_UNDETECTED;
}

static inline uint8_t twin_times(uint8_t a, uint8_t b)
{
    unsigned product = 0, x = a;
    for (; b; b >>= 1, x = x << 1 ^ (x & 0x80 ? 0x11d : 0))
        product ^= b & 1 ? x : 0;
    return (uint8_t)product;
}

static inline uint8_t twin_power(unsigned exponent)
{
    uint8_t power = 1;
    for (unsigned i = 0; i < exponent; i++)
        power = twin_times(power, 2);
    return power;
}

/* A random multiple of (x - 1)(x - a)(x - a^2)...: not systematic, but a word of the code. */
static inline void twin_encode(struct twin *twin, unsigned symbols, unsigned checks, uint8_t word[TWIN_SYMBOLS_MOST])
{
    memset(word, 0, TWIN_SYMBOLS_MOST);
    for (unsigned i = 0; i < symbols - checks; i++)
        word[i] = (uint8_t)twin_random(twin, 256);
    for (unsigned k = 0; k < checks; k++)
        for (unsigned i = symbols; i-- > 0;)
            word[i] = (i > 0 ? word[i - 1] : 0) ^ twin_times(word[i], twin_power(k));
}

static inline void twin_symbol_syndromes(unsigned symbols, unsigned checks, const uint8_t *word, uint8_t *syndrome)
{
    for (unsigned k = 0; k < checks; k++) { /* Horner's rule at a^k */
        uint8_t root = twin_power(k);
        syndrome[k] = 0;
        for (unsigned i = symbols; i-- > 0;)
            syndrome[k] = twin_times(syndrome[k], root) ^ word[i];
    }
}

/* Tries every place for the one wrong symbol. */
static inline enum bh_dram_outcome twin_chipkill(struct twin *twin, const struct twin_pattern *pattern)
{
    unsigned symbols = 72 / twin->dram->width * (twin->dram->lockstep ? 2 : 1), checks = symbols / 9;
    uint8_t sent[TWIN_SYMBOLS_MOST], word[TWIN_SYMBOLS_MOST], syndrome[4], rest[4];
    twin_encode(twin, symbols, checks, sent);
    for (unsigned i = 0; i < symbols; i++)
        word[i] = sent[i] ^ pattern->wrong[i];
    twin_symbol_syndromes(symbols, checks, word, syndrome);
    static const uint8_t zero[4];
    bool is_flagged = memcmp(syndrome, zero, checks) != 0;
    for (unsigned i = 0; i < symbols && is_flagged; i++) {
        word[i] ^= syndrome[0]; /* the first row of checks is all ones */
        twin_symbol_syndromes(symbols, checks, word, rest);
        if (memcmp(rest, zero, checks) == 0)
            is_flagged = false;
        else
            word[i] ^= syndrome[0];
    }
    if (is_flagged)
        return BH_DRAM_DETECTED;
    return memcmp(word, sent, symbols) == 0 ? BH_DRAM_CORRECTED : BH_DRAM_UNDETECTED;
}

static inline enum bh_dram_outcome twin_decode(struct twin *twin, const struct twin_pattern *pattern)
{
    twin->decoded++;
    if (twin->dram->code == BH_DRAM_SEC_DED)
        return twin_sec_ded(twin, pattern);
    if (twin->dram->code == BH_DRAM_CHIPKILL)
        return twin_chipkill(twin, pattern);
    return BH_DRAM_UNDETECTED;
}

/* --- Where faults are ----------------------------------------------------------------------------------------------- */

static inline bool twin_is_paired(const struct bh_dram *dram)
{
    return dram->code == BH_DRAM_CHIPKILL && dram->lockstep;
}

/* Beats of a device in one column of code words: chipkill takes bytes. */
static inline unsigned twin_beats(const struct bh_dram *dram)
{
    return dram->code == BH_DRAM_CHIPKILL ? 8 / dram->width : 1;
}

static inline bool twin_covers(const struct bh_dram *dram, const struct twin_fault *fault, const struct twin_word *word)
{
    unsigned dimm = twin_is_paired(dram) ? fault->dimm / 2 * 2 : fault->dimm, column = fault->beat / twin_beats(dram);
    if (dimm != word->dimm || (fault->mode != BH_DRAM_MULTI_RANK && fault->rank != word->rank))
        return false;
    switch (fault->mode) {
    case BH_DRAM_BIT:
    case BH_DRAM_WORD:
        return fault->bank == word->bank && fault->row == word->row && column == word->column;
    case BH_DRAM_COLUMN:
        return fault->bank == word->bank && column == word->column;
    case BH_DRAM_ROW:
        return fault->bank == word->bank && fault->row == word->row;
    case BH_DRAM_BANK:
        return fault->bank == word->bank;
    case BH_DRAM_MULTI_BANK:
    case BH_DRAM_MULTI_RANK:
    case BH_DRAM_CHANNEL:
    case BH_DRAM_MODES:
        break;
    }
    return true;
}

/* The same pattern for the same word, always: drawn by a generator of its own. At least one bit. */
static inline uint8_t twin_wrong_bits(const struct bh_dram *dram, const struct twin_fault *fault,
                                      const struct twin_word *word)
{
    unsigned beat = fault->beat % twin_beats(dram), bits = twin_beats(dram) * dram->width, shift = 0;
    if (fault->one_bit)
        return (uint8_t)(1u << (beat * dram->width + fault->bit));
    if (fault->mode == BH_DRAM_WORD || fault->mode == BH_DRAM_COLUMN) {
        bits = dram->width;
        shift = beat * dram->width;
    }
    unsigned long key = fault->key;
    key = (((key * 31 + word->rank) * 31 + word->bank) * 31 + word->row) * 31 + word->column;
    static gsl_rng *own;
    if (own == NULL)
        own = gsl_rng_alloc(gsl_rng_taus2);
    gsl_rng_set(own, key * 2654435761u % 4294967291u);
    unsigned wrong = 0;
    while (wrong == 0)
        for (unsigned i = 0; i < bits; i++)
            wrong |= (unsigned)(gsl_rng_uniform(own) < dram->wrong_bits) << i;
    return (uint8_t)(wrong << shift);
}

static inline struct twin_fault twin_draw(struct twin *twin, double now_s)
{
    const struct bh_dram *dram = twin->dram;
    unsigned devices = (dram->code == BH_DRAM_NO_CODE ? 64 : 72) / dram->width;
    double total = 0, u;
    struct twin_fault fault = {.mode = BH_DRAM_BIT};
    int lasting = 0;
    double weight[BH_DRAM_MODES][BH_DRAM_LASTINGS];
    for (int mode = 0; mode < BH_DRAM_MODES; mode++)
        for (int l = 0; l < BH_DRAM_LASTINGS; l++)
            total += weight[mode][l] =
                dram->rate[mode][l] * (mode == BH_DRAM_CHANNEL ? 1 : dram->ranks_per_dimm * devices);
    u = gsl_rng_uniform(twin->rng) * total;
    for (int mode = 0; mode < BH_DRAM_MODES && u >= 0; mode++)
        for (int l = 0; l < BH_DRAM_LASTINGS && u >= 0; l++) {
            fault.mode = (enum bh_dram_mode)mode;
            lasting = l;
            u -= weight[mode][l];
        }
    fault.dimm = twin_random(twin, (unsigned)dram->dimms);
    fault.rank = twin_random(twin, (unsigned)dram->ranks_per_dimm);
    fault.device = twin_random(twin, devices) + (twin_is_paired(dram) ? fault.dimm % 2 * devices : 0);
    fault.bank = twin_random(twin, (unsigned)dram->banks);
    fault.row = twin_random(twin, (unsigned)dram->rows);
    fault.beat = twin_random(twin, (unsigned)(dram->row_bytes * 8 / dram->width));
    fault.bit = twin_random(twin, dram->width);
    fault.one_bit = fault.mode == BH_DRAM_BIT ||
                    (fault.mode == BH_DRAM_COLUMN && gsl_rng_uniform(twin->rng) < dram->column_one_bit);
    fault.key = gsl_rng_get(twin->rng);
    fault.until_s = now_s + (lasting == BH_DRAM_TRANSIENT ? gsl_rng_uniform(twin->rng) * dram->scrub_s
                                                          : gsl_ran_exponential(twin->rng, dram->replacement_s));
    return fault;
}

/* --- What becomes of them ------------------------------------------------------------------------------------------- */

/* Whether there is a next word; begins with {0} before the first. */
static inline bool twin_next(const struct bh_dram *dram, struct twin_word *word)
{
    unsigned columns = (unsigned)(dram->row_bytes * 8 / dram->width) / twin_beats(dram);
    if (++word->column < columns)
        return true;
    word->column = 0;
    if (++word->row < dram->rows)
        return true;
    word->row = 0;
    if (++word->bank < dram->banks)
        return true;
    word->bank = 0;
    return ++word->rank < dram->ranks_per_dimm;
}

/* Reads all words that the fault covers, and the other too if there is one, until one is not corrected. */
static inline enum bh_dram_outcome twin_read(struct twin *twin, const struct twin_fault *fault,
                                             const struct twin_fault *other)
{
    const struct bh_dram *dram = twin->dram;
    struct twin_word word = {.dimm = twin_is_paired(dram) ? fault->dimm / 2 * 2 : fault->dimm};
    do {
        struct twin_pattern pattern = {{0}};
        if (!twin_covers(dram, fault, &word) || (other != NULL && !twin_covers(dram, other, &word)))
            continue;
        if (fault->mode == BH_DRAM_CHANNEL)
            for (unsigned i = 0; i < TWIN_SYMBOLS_MOST; i++)
                pattern.wrong[i] = (uint8_t)twin_random(twin, 256);
        else
            pattern.wrong[fault->device] = twin_wrong_bits(dram, fault, &word);
        if (other != NULL)
            pattern.wrong[other->device] |= twin_wrong_bits(dram, other, &word);
        enum bh_dram_outcome outcome = twin_decode(twin, &pattern);
        if (outcome != BH_DRAM_CORRECTED)
            return outcome;
    } while (twin_next(dram, &word));
    return BH_DRAM_CORRECTED;
}

/* Plays so many faults. Free what it returns. */
static inline struct twin *twin_play(const struct bh_dram *dram, size_t faults, unsigned long seed)
{
    struct twin *twin = bh_allocate(1, sizeof *twin);
    struct twin_fault *there = bh_allocate(faults, sizeof *there);
    size_t count = 0;
    double rate = dram->dimms * dram->rate[BH_DRAM_CHANNEL][BH_DRAM_TRANSIENT];
    double devices = (dram->code == BH_DRAM_NO_CODE ? 64.0 : 72.0) / dram->width * dram->dimms * dram->ranks_per_dimm;
    for (int mode = 0; mode < BH_DRAM_CHANNEL; mode++)
        rate += devices * (dram->rate[mode][0] + dram->rate[mode][1]);
    twin->dram = dram;
    twin->rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(twin->rng, seed);
    twin->time_s = (double)faults / rate; /* a fixed time: the number of faults is Poisson */
    for (double now_s = 0;;) {
        now_s += gsl_ran_exponential(twin->rng, 1 / rate);
        if (now_s >= twin->time_s)
            break;
        struct twin_fault fault = twin_draw(twin, now_s);
        enum bh_dram_outcome alone = twin_read(twin, &fault, NULL);
        twin->alone[fault.mode][alone]++;
        if (alone != BH_DRAM_CORRECTED)
            continue;
        size_t kept = 0;
        int batch = (int)(now_s / twin->time_s * TWIN_BATCHES);
        for (size_t i = 0; i < count; i++) {
            if (there[i].until_s <= now_s)
                continue;
            there[kept] = there[i];
            enum bh_dram_outcome outcome = twin_read(twin, &fault, &there[kept++]);
            if (outcome != BH_DRAM_CORRECTED)
                twin->together[batch][outcome]++;
        }
        count = kept;
        there[count] = fault;
        if (count + 1 < faults)
            count++;
    }
    gsl_rng_free(twin->rng);
    free(there);
    return twin;
}
