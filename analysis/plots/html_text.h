/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts of others in HTML and SVG, where they mean themselves. */
#pragma once

#include <stdio.h>

/* In one line and without what is unsafe (see bh_markup), `&`, `<`, `>` and quotes as references: for elements and for
 * attributes in quotes. */
void bh_html_text(FILE *stream, const char *text);
/* Several lines, for elements that keep them. */
void bh_html_lines(FILE *stream, const char *text);
