/* Ridge regression: A. Hoerl, R. Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics
 * 12(1), 1970, equation 2.1. The intercept is not penalised. */
#include "functions.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>

/* A model of `count` terms: the columns of the table and, of degree 2, their products. */
typedef struct model {
    size_t count;
    double *mean, *scale, *weight;  /* of each term */
    double *gram, *term;            /* work space: count x count, count */
    double intercept;
} model;

static int make_model(model *m, size_t columns, int degree) {
    m->count = degree >= 2 ? columns + columns * (columns + 1) / 2 : columns;
    double *block = calloc(m->count * (m->count + 4), sizeof *block);
    if (!block) return 0;
    m->mean = block;
    m->scale = block + m->count;
    m->weight = block + 2 * m->count;
    m->term = block + 3 * m->count;
    m->gram = block + 4 * m->count;
    return 1;
}

/* The terms of one row, centred and scaled. */
static const double *terms(const model *m, const table *data, uint32_t row) {
    const double *x = data->cells + (size_t)row * data->columns;
    size_t columns = data->columns - 1, next = 0;
    for (size_t i = 0; i < columns; i++) m->term[next++] = x[i];
    for (size_t i = 0; next < m->count; i++) {
        for (size_t j = i; j < columns; j++) m->term[next++] = x[i] * x[j];
    }
    for (size_t i = 0; i < m->count; i++) m->term[i] = (m->term[i] - m->mean[i]) * m->scale[i];
    return m->term;
}

static double target(const table *data, uint32_t row) {
    return data->cells[(size_t)row * data->columns + data->columns - 1];
}

/* Means and scales come from the training rows alone: those that score a model have no part in it. */
static void centre(model *m, const table *data, int standardize, const uint32_t *rows, uint64_t count) {
    for (size_t i = 0; i < m->count; i++) m->scale[i] = 1;
    double *mean = m->weight, *spread = m->gram;  /* not needed yet */
    for (uint64_t r = 0; r < count; r++) {
        const double *t = terms(m, data, rows[r]);
        for (size_t i = 0; i < m->count; i++) mean[i] += t[i] / (double)count;
        m->intercept += target(data, rows[r]) / (double)count;
    }
    for (size_t i = 0; i < m->count; i++) {
        m->mean[i] = mean[i];
        mean[i] = 0;
    }
    if (!standardize) return;
    for (uint64_t r = 0; r < count; r++) {
        const double *t = terms(m, data, rows[r]);
        for (size_t i = 0; i < m->count; i++) spread[i] += t[i] * t[i] / (double)count;
    }
    for (size_t i = 0; i < m->count; i++) {
        if (spread[i] > 0) m->scale[i] = 1 / sqrt(spread[i]);
        spread[i] = 0;
    }
}

/* Solves gram * weight = weight by Cholesky's method, in place; 0 where gram is not positive definite. */
static int solve(model *m) {
    size_t n = m->count;
    double *a = m->gram, *w = m->weight;
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < j; k++) a[j * n + j] -= a[j * n + k] * a[j * n + k];
        if (!(a[j * n + j] > 0)) return 0;
        a[j * n + j] = sqrt(a[j * n + j]);
        for (size_t i = j + 1; i < n; i++) {
            for (size_t k = 0; k < j; k++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
            a[i * n + j] /= a[j * n + j];
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) w[i] -= a[i * n + k] * w[k];
        w[i] /= a[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) w[i] -= a[k * n + i] * w[k];
        w[i] /= a[i * n + i];
    }
    return 1;
}

static int fit(model *m, const table *data, double penalty, const uint32_t *rows, uint64_t count) {
    size_t n = m->count;
    for (uint64_t r = 0; r < count; r++) {
        const double *t = terms(m, data, rows[r]);
        double y = target(data, rows[r]) - m->intercept;
        for (size_t i = 0; i < n; i++) {
            m->weight[i] += t[i] * y;
            for (size_t j = 0; j <= i; j++) m->gram[i * n + j] += t[i] * t[j];
        }
    }
    for (size_t i = 0; i < n; i++) m->gram[i * n + i] += penalty;
    return solve(m);
}

static void score(const model *m, const table *data, const uint32_t *rows, uint64_t count, double *rmse, double *r2) {
    double error = 0, mean = 0, spread = 0;
    for (uint64_t r = 0; r < count; r++) mean += target(data, rows[r]) / (double)count;
    for (uint64_t r = 0; r < count; r++) {
        const double *t = terms(m, data, rows[r]);
        double y = target(data, rows[r]), guess = m->intercept;
        for (size_t i = 0; i < m->count; i++) guess += m->weight[i] * t[i];
        error += (y - guess) * (y - guess);
        spread += (y - mean) * (y - mean);
    }
    *rmse = sqrt(error / (double)count);
    *r2 = spread > 0 ? 1 - error / spread : 0;
}

static int rows_exist(const table *data, const uint32_t *rows, uint64_t count) {
    for (uint64_t r = 0; r < count; r++) {
        if (rows[r] >= data->rows) return 0;
    }
    return count > 0;
}

int32_t ridge(double penalty, int32_t degree, int32_t standardize, const char *data, const uint32_t *train,
              uint64_t train_count, const uint32_t *evaluate, uint64_t evaluate_count, double *rmse, double *r2) {
    table t;
    int32_t status = table_read(data, &t);
    if (status == 0 && !(rows_exist(&t, train, train_count) && rows_exist(&t, evaluate, evaluate_count))) {
        status = RIDGE_DATA;
    }
    model m = {0};
    if (status == 0 && !make_model(&m, t.columns - 1, degree)) status = RIDGE_MEMORY;
    if (status == 0) {
        centre(&m, &t, standardize, train, train_count);
        status = fit(&m, &t, penalty, train, train_count) ? 0 : RIDGE_SINGULAR;
    }
    if (status == 0) score(&m, &t, evaluate, evaluate_count, rmse, r2);
    free(m.mean);  /* the first part of the model's one block */
    table_free(&t);
    return status;
}
