/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the cmocka tests share: includes in cmocka's order, close numbers, places of files. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A test: cmocka hands each a state, which ours have no use for. */
#define BH_TEST(name) static void name(void **state __attribute__((unused)))

/* |actual - expected| <= relative_tolerance |expected|; an expected 0 asks for 0 within relative_tolerance itself,
 * infinities and NaN for themselves. cmocka's own comparison goes through float. */
#define assert_close(actual, expected, relative_tolerance)                                                             \
    bh_test_close((actual), (expected), (relative_tolerance), #actual, __FILE__, __LINE__)

static inline void bh_test_close(double actual, double expected, double relative_tolerance, const char *expression,
                                 const char *file, int line)
{
    if (isnan(expected) ? isnan(actual) : actual == expected)
        return;
    double allowed = relative_tolerance * (expected == 0 ? 1 : fabs(expected));
    if (isfinite(expected) && fabs(actual - expected) <= allowed)
        return;
    print_error("%s: found %.17g, expected %.17g within %.3g (off by %.3g)\n", expression, actual, expected, allowed,
                actual - expected);
    _fail(file, line);
}

/* The folder that holds models/data, platforms/ and experiments/, also when a test is run by hand from the top. */
static inline const char *bh_test_data(void)
{
    const char *directory = getenv("BULKHEAD_DATA");
    return directory != NULL ? directory : ".";
}
