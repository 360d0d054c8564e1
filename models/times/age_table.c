/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* With h in [2^(e-1), 2^e), ln age is an analytic function of h whose nearest singularity is at 0: the interval's ellipse
 * through 0 has the half-axes' sum 3 + sqrt(8), and the error falls by that factor, 5.8, with each degree. */
#include "models/times/age_table.h"

#include <float.h>
#include <gsl/gsl_chebyshev.h>
#include <math.h>
#include <stdlib.h>

/* 5.8^-22 is 1e-17. An octave costs DEGREE + 1 + CHECKS inversions. */
enum { DEGREE = 22, CHECKS = 9, USES_BEFORE = DEGREE + CHECKS };
/* Exponents of all doubles above 0. */
enum { EXPONENT_LEAST = DBL_MIN_EXP - DBL_MANT_DIG, EXPONENT_MOST = DBL_MAX_EXP };
static const double HAZARD_ERROR = 4e-13; /* relative */

enum { OCTAVES = EXPONENT_MOST - EXPONENT_LEAST + 1, KINDS = BH_AGE_RESIDUAL + 1 };

struct octave {
    bool is_inverted; /* no polynomial was good enough */
    gsl_cheb_series *log_age;
};

struct bh_age_polynomials {
    struct octave octaves[KINDS][OCTAVES];
};

struct bh_age_table {
    const struct bh_distribution *distribution;
    double (*age)(const struct bh_distribution *, double hazard);
    double (*hazard)(const struct bh_distribution *, double t_s);
    bool is_closed_form;
    struct bh_age_polynomials *own; /* NULL: they are another's */
    struct octave *octaves;
    unsigned char uses[OCTAVES]; /* up to USES_BEFORE */
};

struct bh_age_polynomials *bh_age_polynomials_create(void)
{
    return bh_allocate(1, sizeof(struct bh_age_polynomials));
}

void bh_age_polynomials_destroy(struct bh_age_polynomials *polynomials)
{
    if (polynomials == NULL)
        return;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < OCTAVES; i++)
            gsl_cheb_free(polynomials->octaves[kind][i].log_age);
    free(polynomials);
}

struct bh_age_table *bh_age_table_create(const struct bh_distribution *distribution, enum bh_age_kind kind,
                                         struct bh_age_polynomials *polynomials)
{
    const struct bh_distribution_type *type = distribution->type;
    struct bh_age_table *table = bh_allocate(1, sizeof *table);
    table->distribution = distribution;
    if (polynomials == NULL)
        polynomials = table->own = bh_age_polynomials_create();
    table->octaves = polynomials->octaves[kind];
    switch (kind) {
    case BH_AGE_BETWEEN:
        table->age = type->age;
        table->hazard = type->cumulative_hazard;
        table->is_closed_form = type->has_closed_age;
        break;
    case BH_AGE_RESIDUAL:
        table->age = type->residual_age;
        table->hazard = type->residual_hazard;
        table->is_closed_form = type->has_closed_residual_age;
        break;
    }
    return table;
}

void bh_age_table_destroy(struct bh_age_table *table)
{
    if (table == NULL)
        return;
    bh_age_polynomials_destroy(table->own);
    free(table);
}

static double log_age(double hazard, void *context)
{
    const struct bh_age_table *table = context;
    return log(table->age(table->distribution, hazard));
}

/* Between the points that the polynomial goes through. */
static bool is_good(const struct bh_age_table *table, const gsl_cheb_series *series, double low)
{
    for (int i = 0; i < CHECKS; i++) {
        double h = low * (1.0 + (i + 0.5) / CHECKS), t = exp(gsl_cheb_eval(series, h));
        if (!(fabs(table->hazard(table->distribution, t) - h) <= HAZARD_ERROR * h))
            return false;
    }
    return true;
}

static void make(const struct bh_age_table *table, struct octave *octave, double low)
{
    gsl_function function;
    gsl_cheb_series *series = gsl_cheb_alloc(DEGREE);
    function.function = log_age;
    function.params = (void *)table;
    BH_BUG_ASSERT(series != NULL);
    gsl_cheb_init(series, &function, low, 2.0 * low);
    octave->is_inverted = !is_good(table, series, low);
    if (octave->is_inverted)
        gsl_cheb_free(series);
    else
        octave->log_age = series;
}

double bh_age_table_at(struct bh_age_table *table, double hazard)
{
    int exponent;
    if (!(hazard > 0.0))
        return 0.0;
    if (!isfinite(hazard))
        return INFINITY;
    if (table->is_closed_form)
        return table->age(table->distribution, hazard);
    frexp(hazard, &exponent);
    exponent -= EXPONENT_LEAST;
    if (table->uses[exponent] < USES_BEFORE) {
        table->uses[exponent]++;
        return table->age(table->distribution, hazard);
    }
    struct octave *octave = &table->octaves[exponent];
    if (octave->log_age == NULL && !octave->is_inverted)
        make(table, octave, ldexp(0.5, exponent + EXPONENT_LEAST));
    return octave->log_age != NULL ? exp(gsl_cheb_eval(octave->log_age, hazard))
                                   : table->age(table->distribution, hazard);
}
