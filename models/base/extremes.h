/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The lesser and the greater of two numbers, neither of them NaN, without a call of the library: what each event asks. */
#pragma once

static inline double bh_lesser(double left, double right)
{
    return left < right ? left : right;
}

static inline double bh_greater(double left, double right)
{
    return left > right ? left : right;
}
