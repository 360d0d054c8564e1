/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead fit-injections` prints: the counts, and what they say about the numbers of the model. */
#include "command/injections/parts.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"

#include "analysis/reader/markup.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A row whose counts are rarer than this under its own posterior is not explained by the model. */
static const double misfit = 1e-3;

static const char *const informed_texts[] = {
    [BH_INFORMED_BOTH] = "measured",
    [BH_INFORMED_ABOVE] = "bounded from above only",
    [BH_INFORMED_BELOW] = "bounded from below only",
    [BH_INFORMED_NOTHING] = "as assumed before",
};

static void add_rows(const struct bh_fit_injections *fit, struct bh_table *table)
{
    for (size_t r = 0; r < fit->injections.count; r++) {
        const struct bh_injection_row *row = &fit->injections.rows[r];
        const struct bh_injection_fit *own = &fit->posterior.fits[r];
        char low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
        bh_table_cell(table, "%s %s, %s %s", row->system->name, row->policy->name, row->zone.name,
                      bh_error_kind_names[row->kind]);
        bh_table_cell(table, "%" PRIu64, row->trials);
        bh_table_cell(table, "%" PRIu64, row->count[BH_SCOPE_NONE]);
        bh_table_cell(table, "%" PRIu64, row->count[BH_SEEN_SILENT]);
        bh_number_plain(own->escape_low, low);
        bh_number_plain(own->escape_high, high);
        if (!own->has_escapes) {
            bh_table_cell(table, "-");
            bh_table_cell(table, "-");
        } else {
            bh_table_cell(table, "%" PRIu64, own->escapes);
            if (own->escapes == 0)
                bh_table_cell(table, "<%s", high);
            else
                bh_table_cell(table, "[%s, %s]", low, high);
        }
        if (isnan(own->channel_high))
            bh_table_cell(table, "-");
        else
            bh_table_cell(table, "<%s", bh_number_plain(own->channel_high, high));
        bh_table_cell(table, "%s", own->level < misfit ? "NO" : "yes");
    }
}

static void print_counts(const struct bh_fit_injections *fit, enum bh_table_format format, FILE *stream)
{
    static const char *const titles[] = {"injected", "trials", "masked", "sdc", "escaped", "share", "p", "fits"};
    struct bh_table *table = bh_table_create();
    for (size_t i = 0; i < BH_COUNT(titles); i++)
        bh_table_column(table, "%s", titles[i]);
    add_rows(fit, table);
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
}

static void print_numbers(const struct bh_fit_injections *fit, enum bh_table_format format, FILE *stream)
{
    static const char *const titles[] = {"number", "before", "median", "90 %", "by the counts"};
    struct bh_table *table = bh_table_create();
    for (size_t i = 0; i < BH_COUNT(titles); i++)
        bh_table_column(table, "%s", titles[i]);
    for (size_t n = 0; n < fit->posterior.numbers_count; n++) {
        const struct bh_injected_number *number = &fit->posterior.numbers[n];
        char text[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
        bh_table_cell(table, "%s", number->parameter->path);
        bh_table_cell(table, "%s", bh_number_plain(number->parameter->value, text));
        bh_table_cell(table, "%s", bh_number_plain(number->median, text));
        bh_number_plain(number->low, text);
        bh_table_cell(table, "[%s, %s]", text, bh_number_plain(number->high, high));
        bh_table_cell(table, "%s", informed_texts[number->informed]);
    }
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
}

static void print_misfits(const struct bh_fit_injections *fit, enum bh_table_format format, const char *mark,
                          FILE *stream)
{
    for (size_t r = 0; r < fit->injections.count; r++) {
        const struct bh_injection_row *row = &fit->injections.rows[r];
        const struct bh_injection_fit *own = &fit->posterior.fits[r];
        if (own->level >= misfit)
            continue;
        fputs(mark, stream);
        bh_markup_print(stream, format, "WARNING: no values of the free numbers explain %s, %s, %s; found (expected):",
                        row->system->name, row->zone.name, bh_error_kind_names[row->kind]);
        for (int s = 0; s < BH_SEEN; s++)
            if (row->count[s] > 0 || own->expected[s] >= 0.05)
                fprintf(stream, " %s %" PRIu64 " (%.1f)", bh_seen_names[s], row->count[s], own->expected[s]);
        fputs(".\n", stream);
    }
}

static void print_how(const struct bh_fit_injections *fit, enum bh_table_format format, FILE *stream)
{
    const char *mark = format == BH_TABLE_LATEX ? "% " : "";
    double r_hat = 1.0, effective = INFINITY;
    for (size_t n = 0; n < fit->posterior.numbers_count; n++)
        if (fit->posterior.numbers[n].kind != BH_INJECTED_HANG) {
            r_hat = fmax(r_hat, fit->posterior.numbers[n].r_hat);
            effective = fmin(effective, fit->posterior.numbers[n].effective_draws);
        }
    fprintf(
        stream,
        "\n%sescaped: failures beyond the guest (native: the process) and beyond what the disposition takes down;\n"
        "%sshare: 90 %% interval (Jeffreys); none in n trials: < 1 - 0.05^(1/n), one-sided 95 %%, never 0, and p of\n"
        "%sthe channels out of the guest, all alike, that would let so much through; - where no p could.\n"
        "%sfits: whether the counts are to be expected under the posterior (each at %g or more).\n",
        mark, mark, mark, mark, misfit);
    fprintf(
        stream,
        "%sPriors: shares of masked, signalled, silent and of hangs: Jeffreys; channels: uniform in log p over the\n"
        "%srange assumed. Everything else, guards and residuals too, is taken as known.\n",
        mark, mark);
    if (isfinite(effective))
        fprintf(stream,
                "%sSampled by %d chains of %zu sweeps, seed %" PRIu64
                ": greatest R-hat %.3f, fewest effective draws %.0f.\n",
                mark, BH_INJECTION_CHAINS, fit->posterior.sweeps, fit->seed, r_hat, effective);
    if (!fit->posterior.converged)
        fprintf(stream, "%sWARNING: the chains do not agree yet; do not use these numbers.\n", mark);
    print_misfits(fit, format, mark, stream);
}

void bh_fit_injections_print(const struct bh_fit_injections *fit, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"", "## ", "% "}, *const lines[] = {"", "\n", "% "};
    fprintf(stream, "%sWhat injections say\n%s", marks[format], lines[format]);
    bh_markup_print(stream, format, "%s; a node of %" PRIu64 " guest%s with %" PRIu64 " process%s each", fit->source,
                    fit->testbed.guests, fit->testbed.guests == 1 ? "" : "s", fit->testbed.processes_per_guest,
                    fit->testbed.processes_per_guest == 1 ? "" : "es");
    fputs(format == BH_TABLE_LATEX ? "\n" : "\n\n", stream);
    print_counts(fit, format, stream);
    fputc('\n', stream);
    print_numbers(fit, format, stream);
    print_how(fit, format, stream);
}
