/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The mean matrix of a branching process: its spectral radius, and totals by a linear solve. */
#include "models/containment/branching.h"

#include "models/base/error.h"

#include <gsl/gsl_complex_math.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_linalg.h>
#include <math.h>

static gsl_matrix *matrix_of(const double *mean, size_t types)
{
    gsl_matrix *matrix = gsl_matrix_alloc(types, types);
    for (size_t i = 0; i < types; i++)
        for (size_t j = 0; j < types; j++)
            gsl_matrix_set(matrix, i, j, mean[i * types + j]);
    return matrix;
}

double bh_branching_radius(const double *mean, size_t types)
{
    if (types == 0)
        return 0.0;
    double radius = 0.0;
    gsl_matrix *matrix = matrix_of(mean, types);
    gsl_vector_complex *values = gsl_vector_complex_alloc(types);
    gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(types);
    int status = gsl_eigen_nonsymm(matrix, values, work);
    BH_BUG_ASSERT(status == 0); /* of a small matrix of numbers from 0 on, the QR method finds all */
    for (size_t i = 0; i < types; i++)
        radius = fmax(radius, gsl_complex_abs(gsl_vector_complex_get(values, i)));
    gsl_eigen_nonsymm_free(work);
    gsl_vector_complex_free(values);
    gsl_matrix_free(matrix);
    return radius;
}

void bh_branching_total(const double *mean, size_t types, double *total)
{
    for (size_t i = 0; i < types; i++)
        total[i] = INFINITY;
    if (types == 0 || bh_branching_radius(mean, types) >= 1.0)
        return;
    int sign;
    gsl_matrix *matrix = matrix_of(mean, types);
    gsl_matrix_scale(matrix, -1.0);
    for (size_t i = 0; i < types; i++)
        *gsl_matrix_ptr(matrix, i, i) += 1.0;
    gsl_vector_view answer = gsl_vector_view_array(total, types);
    gsl_vector *ones = gsl_vector_alloc(types);
    gsl_permutation *permutation = gsl_permutation_alloc(types);
    gsl_vector_set_all(ones, 1.0);
    gsl_linalg_LU_decomp(matrix, permutation, &sign);
    gsl_linalg_LU_solve(matrix, permutation, ones, &answer.vector);
    gsl_permutation_free(permutation);
    gsl_vector_free(ones);
    gsl_matrix_free(matrix);
}
