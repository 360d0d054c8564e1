/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is true of a fault class. */
#include "models/catalog/fault_class.h"

double bh_fault_class_rate(const struct bh_fault_class *class)
{
    return class->rate.value * (bh_landing_is_of_device(class->landing) ? class->devices.value : 1.0);
}
