/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Observed and fitted distributions as a figure per group. */
#include "models/fit/distance.h"
#include "models/fit/report.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/probability_plot.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CURVE_POINTS = 200, POINTS_MOST = 400 };

/* The arrays of one row. */
struct row_values {
    double *t_s, *p; /* observed */
    double curve_t_s[CURVE_POINTS], curve_p[BH_PROBABILITY_CURVES_MOST][CURVE_POINTS];
};

/* The middle of each step, thinned where steps are closer than marks: by equal parts of the logarithm of P and of
 * 1 - P, so that both ends are left. */
static size_t thin(double *t_s, double *p, size_t steps)
{
    size_t kept = 0;
    double before = 0.0, last = -INFINITY;
    for (size_t i = 0; i < steps; i++) {
        double middle = (before + p[i]) / 2.0, place = log(middle) - log1p(-middle);
        before = p[i];
        if (!(middle > 0.0 && middle < 1.0) || place - last < 24.0 / POINTS_MOST)
            continue;
        t_s[kept] = t_s[i];
        p[kept++] = middle;
        last = place;
    }
    return kept;
}

static void fill_row(const struct bh_fit_set *set, const char *title, struct row_values *values,
                     struct bh_probability_row *row)
{
    *row = (struct bh_probability_row){.title = title};
    if (!set->is_fitted)
        return;
    size_t count = bh_product_limit(set->sample, &values->t_s, &values->p);
    count = thin(values->t_s, values->p, count);
    row->points = (struct bh_probability_series){"observed", count, values->t_s, values->p};
    if (count == 0)
        return;
    double from = log(values->t_s[0] / 2.0), to = log(values->t_s[count - 1] * 2.0);
    for (size_t i = 0; i < CURVE_POINTS; i++)
        values->curve_t_s[i] = exp(from + (to - from) * (double)i / (CURVE_POINTS - 1));
    BH_BUG_ASSERT(set->fits_count <= BH_PROBABILITY_CURVES_MOST);
    for (size_t l = 0; l < set->fits_count; l++) {
        const struct bh_distribution *d = &set->fits[l].distribution;
        if (set->fits[l].flaw != NULL)
            continue;
        for (size_t i = 0; i < CURVE_POINTS; i++)
            values->curve_p[l][i] = bh_distribution_cdf(d, values->curve_t_s[i]);
        row->curves[row->curves_count++] =
            (struct bh_probability_series){d->type->name, CURVE_POINTS, values->curve_t_s, values->curve_p[l]};
    }
}

static int draw_group(const struct bh_fit_report *report, const struct bh_fit_group *group, const char *base,
                      const char *folder, struct bh_error *err)
{
    bool is_all = report->wish->by == BH_BY_NOTHING;
    struct row_values *values = bh_allocate(BH_FIT_TIMES, sizeof *values);
    char *text = bh_print_text("%s%s%s", base, is_all ? "" : "-", is_all ? "" : group->name);
    char *name = bh_figure_file_name(text);
    char *title = bh_print_text("%s%s%s: %llu failures", base, is_all ? "" : ", ", is_all ? "" : group->name,
                                (unsigned long long)group->failures);
    struct bh_probability_figure figure = {.title = title, .rows_count = BH_FIT_TIMES};
    fill_row(&group->sets[BH_UP_TIMES], report->wish->of_system ? "times between failures" : "up times",
             &values[BH_UP_TIMES], &figure.rows[0]);
    fill_row(&group->sets[BH_DOWN_TIMES], "down times", &values[BH_DOWN_TIMES], &figure.rows[1]);
    int status = bh_probability_figure_write(&figure, folder, name, true, err);
    if (status == 0)
        fprintf(stderr, "figure: %s/%s.pdf, .png and .svg; data and script: .dat and .gp\n", folder, name);
    for (int t = 0; t < BH_FIT_TIMES; t++) {
        free(values[t].t_s);
        free(values[t].p);
    }
    free(title);
    free(name);
    free(text);
    free(values);
    return status;
}

int bh_fit_draw(const struct bh_fit_report *report, const char *folder, struct bh_error *err)
{
    /* The log's name up to its first dot. */
    const char *slash = strrchr(report->wish->file, '/'), *start = slash != NULL ? slash + 1 : report->wish->file;
    char *base =
        bh_print_text("%.*s%s%s", (int)strcspn(start, "."), start, report->wish->system != NULL ? "-system-" : "",
                      report->wish->system != NULL ? report->wish->system : "");
    int status = 0;
    for (size_t g = 0; g < report->groups_count && status == 0; g++)
        if (report->groups[g].sets[BH_UP_TIMES].is_fitted || report->groups[g].sets[BH_DOWN_TIMES].is_fitted)
            status = draw_group(report, &report->groups[g], base, folder, err);
    free(base);
    return status;
}
