/* Random numbers that are functions of a seed alone, and vectors and rotations made of them. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include <stdint.h>

#define PI 3.14159265358979323846

/* SplitMix64: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 14. */
uint64_t random_bits(uint64_t *state);
/* In [0, 1), with 53 bits. */
double random_uniform(uint64_t *state);
/* Standard normal, by the transformation of Box and Muller. */
double random_normal(uint64_t *state);

/* `count` numbers in [low, high). */
void random_vector(double *out, int count, uint64_t seed, double low, double high);

/* Largest dimension of `rotate`. */
#define MAX_DIMENSION 20

/* out = Q x with an orthogonal matrix Q that depends on the seed alone. */
void rotate(const double *x, double *out, int dimension, uint64_t seed);

#endif
