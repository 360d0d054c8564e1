/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers of fits as a scenario has them. */
#include "command/fault_yaml.h"

#include "models/base/error.h"
#include "models/document/document_print.h"
#include "models/fit/fit.h"
#include "models/logs/name_list.h"
#include "models/times/exponential.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

char *bh_fault_yaml_name(const char *text, struct bh_name_list *taken)
{
    char *name = bh_print_text("%s%.60s", isalpha((unsigned char)*text) ? "" : "cause-", text);
    for (char *c = name; *c != '\0'; c++)
        *c = isalnum((unsigned char)*c) && (unsigned char)*c < 0x80 ? (char)tolower((unsigned char)*c) : '-';
    char *unique = bh_copy_text(name);
    for (int number = 2; bh_name_list_find(taken, unique) != BH_NO_NAME; number++) {
        free(unique);
        unique = bh_print_text("%s-%d", name, number);
    }
    bh_name_list_number(taken, unique);
    free(name);
    return unique;
}

void bh_fault_yaml_number(const char *key, double value, const char *unit, double error, const char *source,
                          FILE *stream)
{
    fprintf(stream, "%s: {value: %.12g", key, value);
    if (*unit != '\0')
        fprintf(stream, ", unit: %s", unit);
    char *text = isfinite(error)
                     ? bh_print_text("%s; standard error %.3g%s%s", source, error, *unit != '\0' ? " " : "", unit)
                     : bh_copy_text(source);
    fputs(", status: computed, source: ", stream);
    bh_write_quoted(text, stream);
    fputs("}", stream);
    free(text);
}

static const char *unit_of(enum bh_dimension dimension)
{
    return dimension == BH_DIMENSION_TIME ? "s" : "";
}

void bh_fault_yaml_timing(const char *key, const struct bh_fit *fit, const char *source, FILE *stream)
{
    const struct bh_distribution *d = &fit->distribution;
    const struct bh_distribution_type *type = d->type;
    fprintf(stream, "      %s:\n        %s:\n", key, type->name);
    if (type == &bh_exponential && strcmp(key, "arrival") == 0) {
        fputs("          ", stream);
        bh_fault_yaml_number("rate", 1.0 / d->a[0], "1/s", fit->a_error[0] / (d->a[0] * d->a[0]), source, stream);
        fputc('\n', stream);
        return;
    }
    for (size_t i = 0; i < d->parts; i++) {
        /* Twelve digits of each leave the sum of weights within what is taken for 1. */
        double a = d->a[i];
        fputs(type->has_parts ? "          - " : "          ", stream);
        bh_fault_yaml_number(type->a_key, a, unit_of(type->a_dimension), fit->a_error[i], source, stream);
        if (type->b_key != NULL) {
            fputs(type->has_parts ? "\n            " : "\n          ", stream);
            bh_fault_yaml_number(type->b_key, d->b[i], unit_of(type->b_dimension), fit->b_error[i], source, stream);
        }
        fputc('\n', stream);
    }
}
