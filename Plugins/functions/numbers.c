#include "numbers.h"

#include <math.h>

uint64_t random_bits(uint64_t *state) {
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

double random_uniform(uint64_t *state) { return (double)(random_bits(state) >> 11) * 0x1p-53; }

double random_normal(uint64_t *state) {
    double radius = random_uniform(state), angle = random_uniform(state);
    if (radius < 1e-300) radius = 1e-300;
    return sqrt(-2 * log(radius)) * cos(2 * PI * angle);
}

void random_vector(double *out, int count, uint64_t seed, double low, double high) {
    uint64_t state = seed * 77 + 5;
    for (int i = 0; i < count; i++) out[i] = low + (high - low) * random_uniform(&state);
}

static double dot(const double *a, const double *b, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

/* Rows of normal numbers, made orthonormal by Gram and Schmidt; twice, because once loses digits. */
static void random_rotation(double rows[MAX_DIMENSION][MAX_DIMENSION], int dimension, uint64_t seed) {
    uint64_t state = seed * UINT64_C(1315423911) + 1;
    for (int i = 0; i < dimension; i++) {
        double *row = rows[i];
        for (int k = 0; k < dimension; k++) row[k] = random_normal(&state);
        for (int pass = 0; pass < 2; pass++) {
            for (int j = 0; j < i; j++) {
                double share = dot(row, rows[j], dimension);
                for (int k = 0; k < dimension; k++) row[k] -= share * rows[j][k];
            }
        }
        double length = sqrt(dot(row, row, dimension));
        for (int k = 0; k < dimension; k++) row[k] /= length;
    }
}

void rotate(const double *x, double *out, int dimension, uint64_t seed) {
    double rows[MAX_DIMENSION][MAX_DIMENSION];
    random_rotation(rows, dimension, seed);
    for (int i = 0; i < dimension; i++) out[i] = dot(rows[i], x, dimension);
}
