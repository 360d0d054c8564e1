/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Least squares on orthonormal columns of truncated powers. */
#include "analysis/advice/curves.h"

#include "models/base/error.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BASES_MOST = 8, KNOTS_MOST = 4, WORLDS_PER_COEFFICIENT = 6 };

/* Degree of the polynomial, and knots of the spline. */
static const struct {
    size_t degree, knots;
} kinds[BASES_MOST] = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 4}};

struct basis {
    size_t size;
    double *columns;  /* [world][size], orthonormal */
    double *places;   /* [place][size]: the same functions there */
    double *leverage; /* [world] */
};

struct bh_curve_bases {
    size_t worlds, count;
    double low, high; /* of the draws, or of their logarithms */
    bool is_logarithmic;
    double *share; /* [world] */
    struct basis basis[BASES_MOST];
};

/* --- Bases ------------------------------------------------------------------------------------------------------------ */

static void fill_row(double share, size_t kind, const double *knots, double *row)
{
    double x = 2 * share - 1, power = 1;
    size_t n = 0;
    for (size_t d = 0; d <= kinds[kind].degree; d++, power *= x)
        row[n++] = power;
    for (size_t k = 0; k < kinds[kind].knots; k++)
        row[n++] = pow(fmax(0, x - (2 * knots[k] - 1)), 3);
}

/* Columns A = U S V': U is what is fitted to, and places are brought along by V / S. Directions that the draws do not
 * tell apart are left out. */
static void make_basis(const struct bh_curve_bases *bases, size_t kind, const double *knots, struct basis *basis)
{
    size_t size = kinds[kind].degree + 1 + kinds[kind].knots, worlds = bases->worlds;
    gsl_matrix *u = gsl_matrix_alloc(worlds, size), *v = gsl_matrix_alloc(size, size);
    gsl_vector *s = gsl_vector_alloc(size), *work = gsl_vector_alloc(size);
    double *row = bh_allocate(size, sizeof *row);
    for (size_t w = 0; w < worlds; w++)
        fill_row(bases->share[w], kind, knots, gsl_matrix_ptr(u, w, 0));
    gsl_linalg_SV_decomp(u, v, s, work);
    while (basis->size < size && gsl_vector_get(s, basis->size) > 1e-10 * gsl_vector_get(s, 0))
        basis->size++;
    basis->columns = bh_allocate(worlds * basis->size, sizeof *basis->columns);
    basis->leverage = bh_allocate(worlds, sizeof *basis->leverage);
    basis->places = bh_allocate(BH_CURVE_PLACES * basis->size, sizeof *basis->places);
    for (size_t w = 0; w < worlds; w++)
        for (size_t c = 0; c < basis->size; c++) {
            basis->columns[w * basis->size + c] = gsl_matrix_get(u, w, c);
            basis->leverage[w] += pow(gsl_matrix_get(u, w, c), 2);
        }
    for (size_t p = 0; p < BH_CURVE_PLACES; p++) {
        fill_row((double)p / (BH_CURVE_PLACES - 1), kind, knots, row);
        for (size_t c = 0; c < basis->size; c++)
            for (size_t k = 0; k < size; k++)
                basis->places[p * basis->size + c] += row[k] * gsl_matrix_get(v, k, c) / gsl_vector_get(s, c);
    }
    free(row);
    gsl_vector_free(work);
    gsl_vector_free(s);
    gsl_matrix_free(v);
    gsl_matrix_free(u);
}

struct bh_curve_bases *bh_curve_bases_create(const double *draws, size_t worlds)
{
    struct bh_curve_bases *bases = bh_allocate(1, sizeof *bases);
    double *sorted = bh_allocate(worlds, sizeof *sorted), knots[KNOTS_MOST];
    bases->worlds = worlds;
    bases->share = bh_allocate(worlds, sizeof *bases->share);
    gsl_stats_minmax(&bases->low, &bases->high, draws, 1, worlds);
    bases->is_logarithmic = bases->low > 0 && bases->high > 10 * bases->low;
    if (bases->is_logarithmic) {
        bases->low = log(bases->low);
        bases->high = log(bases->high);
    }
    for (size_t w = 0; w < worlds; w++)
        sorted[w] = bases->share[w] = bh_curve_share(bases, draws[w]);
    gsl_sort(sorted, 1, worlds);
    for (size_t kind = 0; kind < BASES_MOST; kind++) {
        size_t size = kinds[kind].degree + 1 + kinds[kind].knots;
        if (size > 1 && size * WORLDS_PER_COEFFICIENT > worlds)
            break;
        for (size_t k = 0; k < kinds[kind].knots; k++)
            knots[k] = gsl_stats_quantile_from_sorted_data(sorted, 1, worlds,
                                                           (double)(k + 1) / (double)(kinds[kind].knots + 1));
        make_basis(bases, kind, knots, &bases->basis[bases->count++]);
    }
    free(sorted);
    return bases;
}

void bh_curve_bases_destroy(struct bh_curve_bases *bases)
{
    if (bases == NULL)
        return;
    for (size_t b = 0; b < bases->count; b++) {
        free(bases->basis[b].columns);
        free(bases->basis[b].places);
        free(bases->basis[b].leverage);
    }
    free(bases->share);
    free(bases);
}

double bh_curve_number(const struct bh_curve_bases *bases, double share)
{
    double number = bases->low + share * (bases->high - bases->low);
    return bases->is_logarithmic ? exp(number) : number;
}

double bh_curve_place(const struct bh_curve_bases *bases, size_t place)
{
    return bh_curve_number(bases, (double)place / (BH_CURVE_PLACES - 1));
}

double bh_curve_share(const struct bh_curve_bases *bases, double number)
{
    double scaled = bases->is_logarithmic ? log(number) : number;
    return bases->high > bases->low ? (scaled - bases->low) / (bases->high - bases->low) : 0.5;
}

/* --- Fits ------------------------------------------------------------------------------------------------------------- */

static void project(const struct basis *basis, const double *values, size_t worlds, double *coefficients)
{
    memset(coefficients, 0, basis->size * sizeof *coefficients);
    for (size_t w = 0; w < worlds; w++)
        for (size_t c = 0; c < basis->size; c++)
            coefficients[c] += basis->columns[w * basis->size + c] * values[w];
}

static double combine(const struct basis *basis, const double *row, const double *coefficients)
{
    double sum = 0;
    for (size_t c = 0; c < basis->size; c++)
        sum += row[c] * coefficients[c];
    return sum;
}

static struct bh_curve fit(const struct bh_curve_bases *bases, size_t first, const double *values, double *fitted,
                           double *left_out)
{
    struct bh_curve best = {0};
    double least = INFINITY, worlds = (double)bases->worlds, coefficients[BASES_MOST], best_coefficients[BASES_MOST];
    for (size_t b = first < bases->count ? first : 0; b < bases->count; b++) {
        const struct basis *basis = &bases->basis[b];
        struct bh_curve curve = {.basis = b, .size = basis->size};
        project(basis, values, bases->worlds, coefficients);
        for (size_t w = 0; w < bases->worlds; w++) {
            double left = values[w] - combine(basis, basis->columns + w * basis->size, coefficients);
            curve.variance += left * left / (worlds - (double)basis->size);
            curve.press += pow(left / fmax(1e-9, 1 - basis->leverage[w]), 2);
        }
        /* Leaving one out is Akaike's criterion; what makes it Schwarz's, which bends less for chance, comes on top. */
        double score = curve.press * exp((log(worlds) - 2) * (double)basis->size / worlds);
        if (score < least) {
            least = score;
            best = curve;
            memcpy(best_coefficients, coefficients, sizeof coefficients);
        }
    }
    const struct basis *basis = &bases->basis[best.basis];
    for (size_t w = 0; w < bases->worlds; w++) {
        double at = combine(basis, basis->columns + w * basis->size, best_coefficients);
        if (fitted != NULL)
            fitted[w] = at;
        if (left_out != NULL)
            left_out[w] = (at - basis->leverage[w] * values[w]) / fmax(1e-9, 1 - basis->leverage[w]);
    }
    return best;
}

struct bh_curve bh_curve_fit(const struct bh_curve_bases *bases, const double *values, double *fitted, double *left_out)
{
    return fit(bases, 0, values, fitted, left_out);
}

struct bh_curve bh_curve_fit_sloped(const struct bh_curve_bases *bases, const double *values, double *fitted,
                                    double *left_out)
{
    return fit(bases, 1, values, fitted, left_out);
}

void bh_curve_errors(const struct bh_curve_bases *bases, const struct bh_curve *curve, double *errors)
{
    for (size_t w = 0; w < bases->worlds; w++)
        errors[w] = sqrt(curve->variance * bases->basis[curve->basis].leverage[w]);
}

void bh_curve_project(const struct bh_curve_bases *bases, const struct bh_curve *curve, const double *values,
                      double *projected)
{
    const struct basis *basis = &bases->basis[curve->basis == 0 && bases->count > 1 ? 1 : curve->basis];
    double coefficients[BASES_MOST];
    project(basis, values, bases->worlds, coefficients);
    for (size_t w = 0; w < bases->worlds; w++)
        projected[w] = combine(basis, basis->columns + w * basis->size, coefficients);
}

void bh_curve_at_places(const struct bh_curve_bases *bases, const struct bh_curve *curve, const double *values,
                        double *at, double *errors)
{
    const struct basis *basis = &bases->basis[curve->basis];
    double coefficients[BASES_MOST];
    project(basis, values, bases->worlds, coefficients);
    for (size_t p = 0; p < BH_CURVE_PLACES; p++) {
        const double *row = basis->places + p * basis->size;
        at[p] = combine(basis, row, coefficients);
        if (errors != NULL)
            errors[p] = sqrt(curve->variance * combine(basis, row, row));
    }
}

void bh_curve_weights(const struct bh_curve_bases *bases, const struct bh_curve *curve, const bool *marked,
                      double *weights)
{
    const struct basis *basis = &bases->basis[curve->basis];
    double sums[BASES_MOST] = {0};
    for (size_t w = 0; w < bases->worlds; w++)
        for (size_t c = 0; marked[w] && c < basis->size; c++)
            sums[c] += basis->columns[w * basis->size + c];
    for (size_t w = 0; w < bases->worlds; w++)
        weights[w] = combine(basis, basis->columns + w * basis->size, sums);
}

struct bh_line bh_curve_line(const struct bh_curve_bases *bases, const double *values)
{
    struct bh_line line;
    double left;
    gsl_fit_linear(bases->share, 1, values, 1, bases->worlds, &line.at_0, &line.slope, &line.variance_0,
                   &line.covariance, &line.variance_slope, &left);
    return line;
}
