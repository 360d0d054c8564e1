/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The posterior for programs (JSON) and for scenarios (YAML). */
#include "command/injections/parts.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/document/document_print.h"

#include "command/json_text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

static const char *const informed_names[] = {
    [BH_INFORMED_BOTH] = "measured",
    [BH_INFORMED_ABOVE] = "bounded-above",
    [BH_INFORMED_BELOW] = "bounded-below",
    [BH_INFORMED_NOTHING] = "as-before",
};

static json_t *row_object(const struct bh_injection_row *row, const struct bh_injection_fit *fit)
{
    json_t *counts = json_object(), *expected = json_object();
    for (int s = 0; s < BH_SEEN; s++) {
        json_object_set_new(counts, bh_seen_names[s], json_integer((json_int_t)row->count[s]));
        json_object_set_new(expected, bh_seen_names[s], json_real(fit->expected[s]));
    }
    json_t *escapes = fit->has_escapes ? json_pack("{s:I, s:f, s:f, s:b, s:o}", "count", (json_int_t)fit->escapes,
                                                   "low", fit->escape_low, "high", fit->escape_high, "bound_only",
                                                   fit->escapes == 0, "channel_high", bh_json_number(fit->channel_high))
                                       : json_null();
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:f}", "system", row->system->name, "policy",
                     row->policy->name, "zone", row->zone.name, "kind", bh_error_kind_names[row->kind], "rows",
                     (json_int_t)row->lines, "trials", (json_int_t)row->trials, "hangs", (json_int_t)row->hangs,
                     "counts", counts, "expected", expected, "escapes", escapes, "fit_level", fmin(fit->level, 1.0));
}

void bh_fit_injections_print_json(const struct bh_fit_injections *fit, FILE *stream)
{
    const struct bh_injection_posterior *posterior = &fit->posterior;
    json_t *rows = json_array(), *numbers = json_array();
    for (size_t r = 0; r < fit->injections.count; r++)
        json_array_append_new(rows, row_object(&fit->injections.rows[r], &posterior->fits[r]));
    for (size_t n = 0; n < posterior->numbers_count; n++) {
        const struct bh_injected_number *number = &posterior->numbers[n];
        json_t *draws = json_array();
        for (size_t d = 0; d < posterior->draws_count; d++)
            json_array_append_new(draws, json_real(posterior->draws[d * posterior->numbers_count + n]));
        json_array_append_new(
            numbers, json_pack("{s:s, s:f, s:f, s:f, s:[f, f], s:s, s:f, s:f, s:o}", "path", number->parameter->path,
                               "before", number->parameter->value, "mean", number->mean, "median", number->median,
                               "interval90", number->low, number->high, "by_counts", informed_names[number->informed],
                               "r_hat", number->r_hat, "effective_draws", number->effective_draws, "draws", draws));
    }
    json_t *object =
        json_pack("{s:s, s:I, s:I, s:I, s:o, s:I, s:b, s:o, s:o}", "source", fit->source, "trials",
                  (json_int_t)fit->injections.trials, "guests", (json_int_t)fit->testbed.guests, "processes_per_guest",
                  (json_int_t)fit->testbed.processes_per_guest, "seed", bh_json_whole(fit->seed), "sweeps",
                  (json_int_t)posterior->sweeps, "converged", posterior->converged, "rows", rows, "numbers", numbers);
    json_dumpf(object, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    fputc('\n', stream);
    json_decref(object);
}

/* What stands for a number where none is drawn: of a probability over decades the median, of shares, which sum to 1, the
 * mean. */
static double center(const struct bh_injected_number *number)
{
    return number->kind == BH_INJECTED_CHANNEL ? number->median : number->mean;
}

static void write_numbers(const struct bh_fit_injections *fit, FILE *file)
{
    const struct bh_injection_posterior *posterior = &fit->posterior;
    size_t count = posterior->numbers_count;
    fputs("numbers:\n", file);
    for (size_t n = 0; n < count; n++)
        fprintf(file, "  - %s\n", posterior->numbers[n].parameter->path);
    fputs("# Where none is drawn: means of shares, medians of channels' probabilities.\ncenter: [", file);
    for (size_t n = 0; n < count; n++)
        fprintf(file, "%s%.15g", n > 0 ? ", " : "", center(&posterior->numbers[n]));
    fputs("]\ndraws:\n", file);
    for (size_t d = 0; d < posterior->draws_count; d++) {
        fputs("  - [", file);
        for (size_t n = 0; n < count; n++)
            fprintf(file, "%s%.15g", n > 0 ? ", " : "", posterior->draws[d * count + n]);
        fputs("]\n", file);
    }
}

int bh_fit_injections_write_yaml(const struct bh_fit_injections *fit, const char *path, struct bh_error *err)
{
    errno = 0;
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot write the posterior: %s", path, strerror(errno));
    fprintf(file,
            "# Joint draws of a posterior, made by bulkhead fit-injections (seed %" PRIu64
            "). A scenario beside this file takes it in so:\n"
            "#   uncertainty: {axis: injections, posterior: THIS-FILE, draws: 16, at: {...}}\nsource: ",
            fit->seed);
    bh_write_quoted(fit->source, file);
    fputc('\n', file);
    write_numbers(fit, file);
    int failed = ferror(file) ? errno : 0;
    if (fclose(file) != 0 && failed == 0)
        failed = errno;
    if (failed != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot write the posterior: %s", path, strerror(failed));
    return 0;
}
