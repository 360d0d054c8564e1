/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Settings of numbers of the catalog. */
#pragma once

/* The rest of PATH after "models.", or NULL if it does not begin so. */
const char *bh_models_path(const char *path);
