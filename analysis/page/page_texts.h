/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The page's style and script. */
#pragma once

extern const char bh_page_style[], bh_page_script[];
