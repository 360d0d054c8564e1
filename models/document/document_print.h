/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A tree as text. */
#pragma once

#include <stdio.h>

struct bh_node;

/* The whole tree as YAML text that parses back to an equal tree, and as compact JSON; owned by the caller. */
char *bh_node_print_yaml(const struct bh_node *node);
char *bh_node_print_json(const struct bh_node *node);

/* A text in double quotes, as YAML and JSON read it back. The first is owned by the caller. */
char *bh_print_quoted(const char *text);
void bh_write_quoted(const char *text, FILE *stream);
