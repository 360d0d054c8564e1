/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Pieces of fault classes, as YAML for a scenario, from what was fitted. */
#pragma once

#include <stdio.h>

struct bh_fit;
struct bh_name_list;

/* A name of a fault class from any text: letters, digits and dashes, a letter first, and none that is taken, to which it
 * is added. The caller frees. */
char *bh_fault_yaml_name(const char *text, struct bh_name_list *taken);
/* One number with its unit ("": none), and its source, which the standard error joins where it is finite. */
void bh_fault_yaml_number(const char *key, double value, const char *unit, double error, const char *source,
                          FILE *stream);
/* `arrival` or `repair` of a class, six blanks in. Exponential arrivals are a rate. */
void bh_fault_yaml_timing(const char *key, const struct bh_fit *fit, const char *source, FILE *stream);
