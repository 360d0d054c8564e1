/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From fault modes, geometry and code to rates of corrected, detected and undetected faults, in closed form. */
#include "models/memory/dram.h"

#include <math.h>

const char *const bh_dram_mode_names[] = {"bit",        "word",       "column",  "row", "bank",
                                          "multi-bank", "multi-rank", "channel", NULL};
const char *const bh_dram_lasting_names[] = {"transient", "permanent", NULL};
const char *const bh_dram_code_names[] = {"none", "sec-ded", "chipkill", NULL};
const char *const bh_dram_outcome_names[] = {"corrected", "detected", "undetected", NULL};

/* Bits of a beat of one rank: 64 data bits, and 8 check bits if there is a code. */
static double devices_per_rank(const struct bh_dram *dram)
{
    return (dram->code == BH_DRAM_NO_CODE ? BH_HSIAO_BITS - BH_HSIAO_CHECKS : BH_HSIAO_BITS) / dram->width;
}

double bh_dram_devices_per_word(const struct bh_dram *dram)
{
    bool is_double = dram->code == BH_DRAM_CHIPKILL && dram->lockstep;
    return devices_per_rank(dram) * (is_double ? 2.0 : 1.0);
}

double bh_dram_devices(const struct bh_dram *dram)
{
    return devices_per_rank(dram) * dram->dimms * dram->ranks_per_dimm;
}

/* Chipkill's code: devices of 8 bits give a symbol per beat, devices of 4 bits one per two beats; 2 check symbols in 18,
 * 4 in 36. Without checks (x8 without lockstep, 1 check in 9) there is none: checks is 1. */
static struct bh_symbol_code symbol_code(const struct bh_dram *dram)
{
    unsigned symbols = (unsigned)bh_dram_devices_per_word(dram);
    return (struct bh_symbol_code){symbols, symbols / 9};
}

/* --- Which addresses a fault covers -------------------------------------------------------------------------------- */

struct region {
    bool all_banks, all_rows, all_columns;
};

static const struct region regions[BH_DRAM_MODES] = {
    [BH_DRAM_BIT] = {false, false, false},     [BH_DRAM_WORD] = {false, false, false},
    [BH_DRAM_COLUMN] = {false, true, false},   [BH_DRAM_ROW] = {false, false, true},
    [BH_DRAM_BANK] = {false, true, true},      [BH_DRAM_MULTI_BANK] = {true, true, true},
    [BH_DRAM_MULTI_RANK] = {true, true, true}, [BH_DRAM_CHANNEL] = {true, true, true},
};

/* Code words in a row of a rank: a beat each with SEC-DED, a byte of each device with chipkill. */
static double words_per_row(const struct bh_dram *dram)
{
    return dram->code == BH_DRAM_CHIPKILL ? dram->row_bytes : dram->row_bytes * 8.0 / dram->width;
}

static double words_covered(const struct bh_dram *dram, enum bh_dram_mode mode)
{
    const struct region *region = &regions[mode];
    return (region->all_banks ? dram->banks : 1.0) * (region->all_rows ? dram->rows : 1.0) *
           (region->all_columns ? words_per_row(dram) : 1.0);
}

double bh_dram_overlap(const struct bh_dram *dram, enum bh_dram_mode first, enum bh_dram_mode second)
{
    const struct region *a = &regions[first], *b = &regions[second];
    return (a->all_banks || b->all_banks ? 1.0 : 1.0 / dram->banks) *
           (a->all_rows || b->all_rows ? 1.0 : 1.0 / dram->rows) *
           (a->all_columns || b->all_columns ? 1.0 : 1.0 / words_per_row(dram));
}

/* Share of a mode's faults that touch one bit of each word, the same in all. */
static double one_bit_share(const struct bh_dram *dram, enum bh_dram_mode mode)
{
    return mode == BH_DRAM_BIT ? 1.0 : mode == BH_DRAM_COLUMN ? dram->column_one_bit : 0.0;
}

/* --- One fault alone ----------------------------------------------------------------------------------------------- */

/* Words of one device are read until one is not corrected: which of the two others it is has the odds of one word. */
static struct bh_word_shares read_words(struct bh_word_shares word, double words)
{
    double uncorrected = word.detected + word.undetected, any = 1.0 - pow(word.corrected, words);
    if (uncorrected <= 0.0)
        return (struct bh_word_shares){1.0, 0.0, 0.0};
    return (struct bh_word_shares){1.0 - any, any * word.detected / uncorrected, any * word.undetected / uncorrected};
}

/* All devices of a rank are as likely to fail. */
static struct bh_word_shares sec_ded_shares(const struct bh_dram *dram, double words)
{
    unsigned devices = (unsigned)devices_per_rank(dram);
    struct bh_word_shares mean = {0.0, 0.0, 0.0};
    for (unsigned d = 0; d < devices; d++) {
        struct bh_word_shares one = read_words(bh_hsiao_device_shares(dram->width, d, dram->wrong_bits), words);
        mean.corrected += one.corrected / devices;
        mean.detected += one.detected / devices;
        mean.undetected += one.undetected / devices;
    }
    return mean;
}

static struct bh_word_shares noise_shares(const struct bh_dram *dram)
{
    double undetected = dram->code == BH_DRAM_NO_CODE   ? 1.0
                        : dram->code == BH_DRAM_SEC_DED ? bh_hsiao_noise_undetected()
                                                        : bh_symbol_noise_undetected(symbol_code(dram));
    return (struct bh_word_shares){0.0, 1.0 - undetected, undetected};
}

static struct bh_word_shares shares_of(const struct bh_dram *dram, enum bh_dram_mode mode)
{
    static const struct bh_word_shares corrected = {1.0, 0.0, 0.0}, undetected = {0.0, 0.0, 1.0};
    if (mode == BH_DRAM_CHANNEL)
        return noise_shares(dram);
    if (dram->code != BH_DRAM_SEC_DED)
        return dram->code == BH_DRAM_CHIPKILL ? corrected : undetected;
    double one_bit = one_bit_share(dram, mode);
    if (one_bit >= 1.0)
        return corrected;
    struct bh_word_shares shares = sec_ded_shares(dram, words_covered(dram, mode));
    return (struct bh_word_shares){one_bit + (1.0 - one_bit) * shares.corrected, (1.0 - one_bit) * shares.detected,
                                   (1.0 - one_bit) * shares.undetected};
}

/* --- Two at once --------------------------------------------------------------------------------------------------- */

/* How long a fault is there to be met, on average: until its word is scrubbed, which comes at any time of the interval,
 * or until the DIMM is replaced. */
static double stay_s(const struct bh_dram *dram, int lasting)
{
    return lasting == BH_DRAM_TRANSIENT ? dram->scrub_s / 2.0 : dram->replacement_s;
}

/* Ordered pairs of places in a node's code words in which two faults can meet. SEC-DED: two wrong bits of one device
 * count, too. */
static double pairs_of_places(const struct bh_dram *dram, enum bh_dram_mode first, enum bh_dram_mode second)
{
    double devices = bh_dram_devices_per_word(dram), others = devices - 1.0;
    if (dram->code == BH_DRAM_SEC_DED)
        others += 1.0 - 1.0 / dram->width;
    bool is_wide = first == BH_DRAM_MULTI_RANK || second == BH_DRAM_MULTI_RANK;
    return bh_dram_devices(dram) * others * (is_wide ? dram->ranks_per_dimm : 1.0);
}

static enum bh_symbol_pattern pattern_of(enum bh_dram_mode mode, bool is_one_bit)
{
    if (is_one_bit)
        return BH_SYMBOL_BIT;
    return mode == BH_DRAM_WORD || mode == BH_DRAM_COLUMN ? BH_SYMBOL_BEAT : BH_SYMBOL_ALL;
}

/* A fault as it waits for another: those that are corrected alone, apart by how many bits of a word they touch. */
struct waiting {
    enum bh_dram_mode mode;
    enum bh_symbol_pattern pattern;
    double rate[BH_DRAM_LASTINGS]; /* per device */
};
enum { WAITING_MOST = 2 * BH_DRAM_MODES };

static size_t fill_waiting(const struct bh_dram *dram, struct waiting *waiting)
{
    size_t count = 0;
    for (enum bh_dram_mode mode = 0; mode < BH_DRAM_CHANNEL; mode++) {
        double one_bit = one_bit_share(dram, mode);
        double corrected = dram->code == BH_DRAM_CHIPKILL ? 1.0 : shares_of(dram, mode).corrected;
        /* With SEC-DED what is corrected alone has one wrong bit. */
        double share[2] = {dram->code == BH_DRAM_CHIPKILL ? one_bit : corrected,
                           dram->code == BH_DRAM_CHIPKILL ? 1.0 - one_bit : 0.0};
        for (int many = 0; many < 2; many++) {
            if (share[many] == 0.0)
                continue;
            struct waiting *one = &waiting[count++];
            *one = (struct waiting){.mode = mode, .pattern = pattern_of(mode, many == 0)};
            for (int lasting = 0; lasting < BH_DRAM_LASTINGS; lasting++)
                one->rate[lasting] = share[many] * dram->rate[mode][lasting];
        }
    }
    return count;
}

/* Poisson arrivals find as many of the others as there are on average, rate x stay: exact for any distribution of the
 * stay. */
static void add_pairs(const struct bh_dram *dram, struct bh_dram_rates *rates)
{
    struct waiting waiting[WAITING_MOST];
    double undetected[BH_SYMBOL_PATTERNS][BH_SYMBOL_PATTERNS] = {{0.0}};
    size_t count = fill_waiting(dram, waiting);
    for (int a = 0; a < BH_SYMBOL_PATTERNS && dram->code == BH_DRAM_CHIPKILL; a++)
        for (int b = 0; b < BH_SYMBOL_PATTERNS; b++)
            undetected[a][b] = bh_symbol_pair_undetected(symbol_code(dram), dram->width, dram->wrong_bits,
                                                         (enum bh_symbol_pattern)a, (enum bh_symbol_pattern)b);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            const struct waiting *there = &waiting[i], *comes = &waiting[j];
            double present = 0.0, arriving = 0.0;
            for (int lasting = 0; lasting < BH_DRAM_LASTINGS; lasting++) {
                present += there->rate[lasting] * stay_s(dram, lasting);
                arriving += comes->rate[lasting];
            }
            double rate = pairs_of_places(dram, there->mode, comes->mode) *
                          bh_dram_overlap(dram, there->mode, comes->mode) * present * arriving;
            double share = undetected[there->pattern][comes->pattern];
            rates->together[BH_DRAM_UNDETECTED] += rate * share;
            rates->together[BH_DRAM_DETECTED] += rate * (1.0 - share);
            rates->together[BH_DRAM_CORRECTED] -= rate;
        }
}

struct bh_dram_rates bh_dram_rates_of(const struct bh_dram *dram)
{
    struct bh_dram_rates rates = {.total = {0.0}};
    for (enum bh_dram_mode mode = 0; mode < BH_DRAM_MODES; mode++) {
        double places = mode == BH_DRAM_CHANNEL ? dram->dimms : bh_dram_devices(dram);
        double rate = places * (dram->rate[mode][BH_DRAM_TRANSIENT] + dram->rate[mode][BH_DRAM_PERMANENT]);
        struct bh_word_shares shares = shares_of(dram, mode);
        rates.alone[mode][BH_DRAM_CORRECTED] = rate * shares.corrected;
        rates.alone[mode][BH_DRAM_DETECTED] = rate * shares.detected;
        rates.alone[mode][BH_DRAM_UNDETECTED] = rate * shares.undetected;
    }
    if (dram->code != BH_DRAM_NO_CODE)
        add_pairs(dram, &rates);
    for (int outcome = 0; outcome < BH_DRAM_OUTCOMES; outcome++) {
        rates.total[outcome] = rates.together[outcome];
        for (enum bh_dram_mode mode = 0; mode < BH_DRAM_MODES; mode++)
            rates.total[outcome] += rates.alone[mode][outcome];
    }
    return rates;
}
