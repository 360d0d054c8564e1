/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fitted fault classes as YAML for a scenario. */
#include "command/fit/parts.h"
#include "models/times/exponential.h"

#include "models/base/error.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A name of a fault class: letters, digits and dashes, a letter first, and none twice. */
static char *class_name(const char *text, struct bh_name_list *taken)
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

/* Between double quotes. */
static void print_quoted(const char *text, FILE *stream)
{
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

/* One number with its unit and source. */
static void print_number(const char *key, double value, const char *unit, double error, const char *source,
                         FILE *stream)
{
    fprintf(stream, "%s: {value: %.12g", key, value);
    if (*unit != '\0')
        fprintf(stream, ", unit: %s", unit);
    char *text = isfinite(error)
                     ? bh_print_text("%s; standard error %.3g%s%s", source, error, *unit != '\0' ? " " : "", unit)
                     : bh_copy_text(source);
    fputs(", status: computed, source: ", stream);
    print_quoted(text, stream);
    fputs("}", stream);
    free(text);
}

static const char *unit_of(enum bh_dimension dimension)
{
    return dimension == BH_DIMENSION_TIME ? "s" : "";
}

/* `arrival` or `repair`. Exponential arrivals are a rate. */
static void print_timing(const char *key, const struct bh_fit_set *set, const char *source, FILE *stream)
{
    const struct bh_fit *fit = &set->fits[set->best];
    const struct bh_distribution *d = &fit->distribution;
    const struct bh_distribution_type *type = d->type;
    fprintf(stream, "      %s:\n        %s:\n", key, type->name);
    if (type == &bh_exponential && strcmp(key, "arrival") == 0) {
        fputs("          ", stream);
        print_number("rate", 1.0 / d->a[0], "1/s", fit->a_error[0] / (d->a[0] * d->a[0]), source, stream);
        fputc('\n', stream);
        return;
    }
    for (size_t i = 0; i < d->parts; i++) {
        /* Twelve digits of each leave the sum of weights within what is taken for 1. */
        double a = d->a[i];
        fputs(type->has_parts ? "          - " : "          ", stream);
        print_number(type->a_key, a, unit_of(type->a_dimension), fit->a_error[i], source, stream);
        if (type->b_key != NULL) {
            fputs(type->has_parts ? "\n            " : "\n          ", stream);
            print_number(type->b_key, d->b[i], unit_of(type->b_dimension), fit->b_error[i], source, stream);
        }
        fputc('\n', stream);
    }
}

static void print_class(const struct bh_fit_report *report, const struct bh_fit_group *group,
                        struct bh_name_list *taken, FILE *stream)
{
    const struct bh_fit_set *up = &group->sets[BH_UP_TIMES], *down = &group->sets[BH_DOWN_TIMES];
    bool is_all = report->wish->by == BH_BY_NOTHING;
    const char *file = strrchr(report->wish->file, '/');
    file = file != NULL ? file + 1 : report->wish->file;
    char *name = class_name(is_all ? "recorded" : group->name, taken);
    char *of = bh_print_text("%llu failures%s%s%s%s in %s", (unsigned long long)group->failures, is_all ? "" : ", ",
                             is_all ? "" : group->name, report->wish->system != NULL ? ", system " : "",
                             report->wish->system != NULL ? report->wish->system : "", file);
    fprintf(stream, "    %s:\n      description: ", name);
    print_quoted(of, stream);
    fprintf(stream, "\n      landing: node\n      mend: %s\n", down->is_fitted ? "repair" : "reboot");
    const char *how = report->wish->complete_only ? ", complete ones only" : ", log's ends as censoring";
    char *source =
        bh_print_text("bulkhead fit: maximum likelihood, %zu up times of a node%s; %s", up->sample->count, how, of);
    print_timing("arrival", up, source, stream);
    free(source);
    if (down->is_fitted) {
        source = bh_print_text("bulkhead fit: maximum likelihood, %zu down times; %s", down->sample->count, of);
        print_timing("repair", down, source, stream);
        free(source);
    }
    free(of);
    free(name);
}

static size_t print_all(const struct bh_fit_report *report, FILE *stream)
{
    size_t classes = 0;
    struct bh_name_list *taken = bh_name_list_create();
    fputs("# Fault classes fitted to a failure log, each of the distribution that Akaike's figure prefers. Copy them "
          "into\n"
          "# a scenario. That they take the whole node and wait for repair is a choice: change it where it is wrong.\n"
          "define:\n  faults:\n",
          stream);
    for (size_t g = 0; g < report->groups_count; g++) {
        if (!report->groups[g].sets[BH_UP_TIMES].is_fitted)
            continue;
        print_class(report, &report->groups[g], taken, stream);
        classes++;
    }
    bh_name_list_destroy(taken);
    return classes;
}

int bh_fit_write_yaml(const struct bh_fit_report *report, const char *file, struct bh_error *err)
{
    /* Written aside and put in place whole. */
    char *aside = bh_print_text("%s.%ld.new", file, (long)getpid());
    FILE *stream = fopen(aside, "w");
    int status = 0;
    if (stream == NULL) {
        status = bh_fail(err, BH_ERROR_INPUT, "%s: cannot write fault classes: %s", file, strerror(errno));
        free(aside);
        return status;
    }
    size_t classes = print_all(report, stream);
    bool failed = ferror(stream) != 0;
    if (fclose(stream) != 0 || failed || (classes > 0 && rename(aside, file) != 0))
        status = bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot write fault classes: %s", file, strerror(errno));
    else if (classes == 0)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: no group has enough up times for a fault class", report->wish->file);
    if (status != 0)
        unlink(aside);
    free(aside);
    return status;
}
