/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Faults of main memory: the codes by their properties, rates against closed forms and against a naive twin that puts
 * faults on devices and decodes random words. */
#include "models/catalog/fault_class.h"
#include "models/catalog/memory_rates.h"
#include "models/catalog/reader/read_catalog.h"
#include "tests/support/models.h"

#include "tests/oracles/dram_twin.h"

#include "models/memory/dram.h"

#include <gsl/gsl_cdf.h>

/* --- Codes --------------------------------------------------------------------------------------------------------- */

/* Single errors are told from each other, two are never taken for one or none, and rows weigh alike. */
BH_TEST(test_hsiao_code)
{
    uint8_t column[BH_HSIAO_BITS];
    unsigned weight[BH_HSIAO_CHECKS] = {0};
    bh_hsiao_columns(column);
    for (unsigned i = 0; i < BH_HSIAO_BITS; i++) {
        assert_int_equal(__builtin_popcount(column[i]) % 2, 1);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(column[i], column[j]);
        for (unsigned r = 0; r < BH_HSIAO_CHECKS; r++)
            weight[r] += column[i] >> r & 1;
    }
    for (unsigned r = 0; r < BH_HSIAO_CHECKS; r++)
        assert_int_equal(weight[r], 27); /* (56 x 3 + 8 x 5 + 8) / 8 */
}

BH_TEST(test_hsiao_shares)
{
    for (unsigned width = 4; width <= 8; width += 4)
        for (unsigned device = 0; device < BH_HSIAO_BITS / width; device++)
            for (double wrong = 0.1; wrong < 1.0; wrong += 0.2) {
                struct bh_word_shares shares = bh_hsiao_device_shares(width, device, wrong);
                assert_close(shares.corrected + shares.detected + shares.undetected, 1.0, 1e-14);
                double one = width * wrong * pow(1 - wrong, width - 1.0), none = pow(1 - wrong, width);
                assert_close(shares.corrected, one / (1 - none), 1e-13);
            }
    /* Rarely wrong bits come at most in twos, which are told. */
    assert_true(bh_hsiao_device_shares(4, 0, 1e-4).undetected < 1e-6);
}

/* Over all patterns alike: of the (q - 1)^2 patterns in two places, (n - 2) (q - 1) are two of the three symbols of a word
 * of least weight, by counting in a code of distance 3. */
BH_TEST(test_symbol_pairs)
{
    struct bh_symbol_code code = {18, 2}, four = {36, 4};
    assert_close(bh_symbol_pair_undetected(code, 4, 0.5, BH_SYMBOL_ALL, BH_SYMBOL_ALL), 16.0 / 255.0, 1e-12);
    assert_close(bh_symbol_pair_undetected(code, 8, 0.5, BH_SYMBOL_BEAT, BH_SYMBOL_ALL), 16.0 / 255.0, 1e-12);
    /* One side alike is enough: the ratio is then uniform. */
    assert_close(bh_symbol_pair_undetected(code, 4, 0.5, BH_SYMBOL_BIT, BH_SYMBOL_ALL), 16.0 / 255.0, 1e-12);
    assert_true(bh_symbol_pair_undetected(four, 4, 0.5, BH_SYMBOL_ALL, BH_SYMBOL_ALL) == 0.0);
}

/* --- Closed forms -------------------------------------------------------------------------------------------------- */

static struct bh_dram shipped(enum bh_dram_code code, unsigned width, bool lockstep)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_dram dram = bh_catalog_dram(catalog);
    bh_catalog_destroy(catalog);
    dram.code = code;
    dram.width = width;
    dram.lockstep = lockstep;
    return dram;
}

static double sum_of(const double *rate)
{
    return rate[BH_DRAM_CORRECTED] + rate[BH_DRAM_DETECTED] + rate[BH_DRAM_UNDETECTED];
}

/* Every fault has one outcome, whatever the code; without a code none is noticed. */
BH_TEST(test_outcomes_sum_to_the_faults)
{
    for (int code = 0; code < 3; code++) {
        struct bh_dram dram = shipped((enum bh_dram_code)code, 4, true);
        struct bh_dram_rates rates = bh_dram_rates_of(&dram);
        double faults = dram.dimms * dram.rate[BH_DRAM_CHANNEL][0];
        for (int mode = 0; mode < BH_DRAM_CHANNEL; mode++)
            faults += bh_dram_devices(&dram) * (dram.rate[mode][0] + dram.rate[mode][1]);
        assert_close(sum_of(rates.total), faults, 1e-13);
        assert_close(sum_of(rates.together), 0.0, 1e-25);
        if (code == BH_DRAM_NO_CODE)
            assert_close(rates.total[BH_DRAM_UNDETECTED], faults, 1e-14);
    }
    /* 66.1 FIT a device: Sridharan and Liberty's modes added up. */
    struct bh_dram dram = shipped(BH_DRAM_CHIPKILL, 4, true);
    struct bh_dram_rates rates = bh_dram_rates_of(&dram);
    assert_close((sum_of(rates.total) - 8 * dram.rate[BH_DRAM_CHANNEL][0]) / 288 * 3600e9, 66.1, 1e-12);
}

/* Permanent faults of whole devices under chipkill: N n (n - 1) l^2 R for N words of n devices. */
BH_TEST(test_two_devices)
{
    struct bh_dram dram = shipped(BH_DRAM_CHIPKILL, 4, true);
    memset(dram.rate, 0, sizeof dram.rate);
    double l = dram.rate[BH_DRAM_MULTI_BANK][BH_DRAM_PERMANENT] = 3e-13;
    struct bh_dram_rates rates = bh_dram_rates_of(&dram);
    assert_close(rates.total[BH_DRAM_DETECTED], 8 * 36 * 35.0 * l * l * dram.replacement_s, 1e-13);
    assert_true(rates.total[BH_DRAM_UNDETECTED] == 0.0);
    /* Across all ranks of a DIMM it meets twice as many. */
    dram.rate[BH_DRAM_MULTI_RANK][BH_DRAM_PERMANENT] = l;
    dram.rate[BH_DRAM_MULTI_BANK][BH_DRAM_PERMANENT] = 0;
    assert_close(bh_dram_rates_of(&dram).total[BH_DRAM_DETECTED], 2 * 8 * 36 * 35.0 * l * l * dram.replacement_s,
                 1e-13);
}

/* Transient faults of single bits under SEC-DED: in the same word, not the same bit. */
BH_TEST(test_two_bits)
{
    struct bh_dram dram = shipped(BH_DRAM_SEC_DED, 8, true);
    memset(dram.rate, 0, sizeof dram.rate);
    double l = dram.rate[BH_DRAM_BIT][BH_DRAM_TRANSIENT] = 1e-9, words = dram.banks * dram.rows * dram.row_bytes;
    double bits = 8 * 2 * 72 * words, of_a_bit = l / 8 / words;
    assert_close(bh_dram_rates_of(&dram).together[BH_DRAM_DETECTED], bits * 71 * of_a_bit * of_a_bit * dram.scrub_s / 2,
                 1e-12);
}

BH_TEST(test_overlaps)
{
    struct bh_dram dram = shipped(BH_DRAM_SEC_DED, 4, true);
    assert_close(bh_dram_overlap(&dram, BH_DRAM_BIT, BH_DRAM_WORD), 1.0 / (8 * 16384 * 2048.0), 1e-15);
    assert_close(bh_dram_overlap(&dram, BH_DRAM_ROW, BH_DRAM_COLUMN), 1.0 / 8, 1e-15);
    assert_close(bh_dram_overlap(&dram, BH_DRAM_ROW, BH_DRAM_ROW), 1.0 / (8 * 16384), 1e-15);
    assert_close(bh_dram_overlap(&dram, BH_DRAM_BANK, BH_DRAM_BIT), 1.0 / 8, 1e-15);
    assert_close(bh_dram_overlap(&dram, BH_DRAM_MULTI_BANK, BH_DRAM_BIT), 1.0, 0);
    dram.code = BH_DRAM_CHIPKILL; /* two beats of x4 make a word */
    assert_close(bh_dram_overlap(&dram, BH_DRAM_BIT, BH_DRAM_WORD), 1.0 / (8 * 16384 * 1024.0), 1e-15);
}

/* --- The twin ------------------------------------------------------------------------------------------------------ */

/* A few addresses and many faults, so that all kinds of pairs happen. */
static struct bh_dram busy(enum bh_dram_code code, unsigned width, bool lockstep, double wrong_bits)
{
    struct bh_dram dram = {.code = code,
                           .width = width,
                           .lockstep = lockstep,
                           .dimms = 2,
                           .ranks_per_dimm = 2,
                           .banks = 2,
                           .rows = 3,
                           .row_bytes = 4,
                           .column_one_bit = 0.6,
                           .wrong_bits = wrong_bits,
                           .scrub_s = 2.0,
                           .replacement_s = 1.5};
    static const double weight[BH_DRAM_CHANNEL] = {3, 2, 2, 1.5, 1, 0.5, 0.5};
    for (int mode = 0; mode < BH_DRAM_CHANNEL; mode++)
        for (int lasting = 0; lasting < BH_DRAM_LASTINGS; lasting++)
            dram.rate[mode][lasting] = 4e-3 * weight[mode] * (lasting ? 0.7 : 1.0);
    dram.rate[BH_DRAM_CHANNEL][BH_DRAM_TRANSIENT] = 0.4;
    return dram;
}

/* Counts of single faults are Poisson: exact levels. Those of pairs come in clusters about a fault that stays, so their
 * variance is taken from batches. Family level 1e-4 over all. */
struct met {
    double least_level;
    size_t levels;
};

static void note(struct met *met, double level, const char *what, int mode, double seen, double expected)
{
    met->levels++;
    if (level < met->least_level)
        met->least_level = level;
    if (level < 1e-6)
        print_message("# %s, mode %d: seen %g, expected %g, level %.2g\n", what, mode, seen, expected, level);
}

static void compare_alone(struct met *met, const struct twin *twin, const struct bh_dram_rates *rates, const char *what)
{
    for (int mode = 0; mode < BH_DRAM_MODES; mode++)
        for (int outcome = 0; outcome < BH_DRAM_OUTCOMES; outcome++) {
            double expected = rates->alone[mode][outcome] * twin->time_s;
            unsigned seen = (unsigned)twin->alone[mode][outcome];
            double level = expected < 1e-6 ? (double)(seen == 0) /* noise that chipkill lets through, say */
                                           : fmin(1.0, 2 * fmin(gsl_cdf_poisson_P(seen, expected),
                                                                seen ? gsl_cdf_poisson_Q(seen - 1, expected) : 1.0));
            note(met, level, what, mode, seen, expected);
        }
}

static void compare_pairs(struct met *met, const struct twin *twin, const struct bh_dram_rates *rates, const char *what)
{
    for (int outcome = BH_DRAM_DETECTED; outcome < BH_DRAM_OUTCOMES; outcome++) {
        double sum = 0, squares = 0, expected = rates->together[outcome] * twin->time_s;
        for (int b = 0; b < TWIN_BATCHES; b++) {
            sum += twin->together[b][outcome];
            squares += twin->together[b][outcome] * twin->together[b][outcome];
        }
        double variance = TWIN_BATCHES * (squares - sum * sum / TWIN_BATCHES) / (TWIN_BATCHES - 1.0);
        double t = variance > 0 ? (sum - expected) / sqrt(variance) : 0.0;
        if (expected == 0)
            assert_true(sum == 0);
        else
            note(met, 2 * gsl_cdf_tdist_Q(fabs(t), TWIN_BATCHES - 1), what, -1, sum, expected);
    }
}

BH_TEST(test_against_twin)
{
    static const struct {
        const char *what;
        enum bh_dram_code code;
        unsigned width;
        bool lockstep;
        double wrong_bits;
    } cases[] = {
        {"none", BH_DRAM_NO_CODE, 4, false, 0.5},          {"sec-ded x4", BH_DRAM_SEC_DED, 4, false, 0.5},
        {"sec-ded x8", BH_DRAM_SEC_DED, 8, false, 0.3},    {"chipkill x4, lockstep", BH_DRAM_CHIPKILL, 4, true, 0.5},
        {"chipkill x4", BH_DRAM_CHIPKILL, 4, false, 0.25}, {"chipkill x8, lockstep", BH_DRAM_CHIPKILL, 8, true, 0.4},
    };
    enum { SEED = 5, FAULTS = 40000 };
    struct met met = {.least_level = 1.0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_dram dram = busy(cases[i].code, cases[i].width, cases[i].lockstep, cases[i].wrong_bits);
        struct bh_dram_rates rates = bh_dram_rates_of(&dram);
        struct twin *twin = twin_play(&dram, FAULTS, SEED + i);
        double pairs = 0;
        for (int b = 0; b < TWIN_BATCHES; b++)
            pairs += sum_of(twin->together[b]);
        print_message("# %s: %zu words decoded, %.0f pairs met\n", cases[i].what, twin->decoded, pairs);
        if (cases[i].code != BH_DRAM_NO_CODE)
            assert_true(pairs > 300);
        compare_alone(&met, twin, &rates, cases[i].what);
        compare_pairs(&met, twin, &rates, cases[i].what);
        free(twin);
    }
    print_message("# seed %d, %d faults a case: least of %zu levels %.2g\n", SEED, FAULTS, met.levels, met.least_level);
    assert_true(met.least_level > 1e-4 / (double)met.levels);
}

/* --- Into the catalog ---------------------------------------------------------------------------------------------- */

BH_TEST(test_classes_take_their_rates)
{
    struct bh_catalog *catalog = bh_test_catalog("{memory.code: sec-ded, memory.bank.permanent: 20 FIT}", NULL);
    struct bh_dram dram = bh_catalog_dram(catalog);
    struct bh_dram_rates rates = bh_dram_rates_of(&dram);
    const struct bh_fault_class *detected = bh_test_fault(catalog, "dram-detected");
    assert_int_equal(dram.code, BH_DRAM_SEC_DED);
    assert_close(detected->rate.value, rates.total[BH_DRAM_DETECTED], 0);
    assert_close(bh_test_fault(catalog, "dram-undetected")->rate.value, rates.total[BH_DRAM_UNDETECTED], 0);
    assert_int_equal(detected->rate.status, BH_COMPUTED);
    assert_true(detected->is_signalled && detected->is_off_by_default);
    assert_false(bh_test_fault(catalog, "memory")->is_off_by_default);
    bh_catalog_destroy(catalog);
    catalog = bh_test_catalog("{faults.dram-detected.rate: 2 1/year}", NULL);
    detected = bh_test_fault(catalog, "dram-detected");
    assert_close(detected->rate.value, 2 / (365.25 * 86400), 1e-15);
    assert_int_equal(detected->memory_outcome, -1);
    bh_catalog_destroy(catalog);
}

/* Against the difference that two catalogs make. */
BH_TEST(test_slopes)
{
    struct bh_catalog *catalog = bh_test_catalog("{memory.code: sec-ded}", NULL);
    struct bh_memory_slope slope[BH_MEMORY_NUMBERS];
    size_t count = bh_catalog_memory_slopes(catalog, BH_DRAM_UNDETECTED, slope);
    for (size_t i = 0; i < count; i++)
        if (strcmp(slope[i].parameter->path, "memory.wrong-bits") == 0) {
            struct bh_catalog *up = bh_test_catalog("{memory.code: sec-ded, memory.wrong-bits: 0.501}", NULL);
            struct bh_catalog *down = bh_test_catalog("{memory.code: sec-ded, memory.wrong-bits: 0.499}", NULL);
            double difference =
                bh_test_fault(up, "dram-undetected")->rate.value - bh_test_fault(down, "dram-undetected")->rate.value;
            assert_close(slope[i].slope, difference / 0.002, 1e-5);
            assert_true(slope[i].slope > 0);
            bh_catalog_destroy(up);
            bh_catalog_destroy(down);
        }
    assert_int_equal(count, BH_MEMORY_NUMBERS - 1); /* the channel has one rate */
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hsiao_code),
        cmocka_unit_test(test_hsiao_shares),
        cmocka_unit_test(test_symbol_pairs),
        cmocka_unit_test(test_outcomes_sum_to_the_faults),
        cmocka_unit_test(test_two_devices),
        cmocka_unit_test(test_two_bits),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_against_twin),
        cmocka_unit_test(test_classes_take_their_rates),
        cmocka_unit_test(test_slopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
