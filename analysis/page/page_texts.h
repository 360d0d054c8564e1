/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The page's style and script. */
#ifndef BH_ANALYSIS_PAGE_PAGE_TEXTS_H
#define BH_ANALYSIS_PAGE_PAGE_TEXTS_H

extern const char bh_page_style[], bh_page_script[];

#endif
