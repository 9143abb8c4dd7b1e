/* Functions to minimise, for trying and comparing samplers. They know nothing of tuned: functions.tuned.json says what each
 * argument means. Bounds of the arguments are in that file too; every function is defined beyond them.
 *
 * The formulas of the classic ones, their bounds and optima are those of S. Surjanovic and D. Bingham, Virtual Library of
 * Simulation Experiments, https://www.sfu.ca/~ssurjano/optimization.html. */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <stdint.h>

/* ---- classic.c: the optimum is known in closed form or to all digits. */

double branin(double x0, double x1);
double hartmann6(double x0, double x1, double x2, double x3, double x4, double x5);
double michalewicz5(double x0, double x1, double x2, double x3, double x4);
double schwefel4(double x0, double x1, double x2, double x3);
/* x6 to x11 have no effect. The minimum is moved to 0. */
double styblinski6_plus6_irrelevant(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7,
                                    double x8, double x9, double x10, double x11);
/* Hartmann's function of x1, x3, x4, x7, x8 and x11; noise of deviation 0.1 that belongs to the point. */
double hartmann6_plus6_irrelevant_noisy(double x0, double x1, double x2, double x3, double x4, double x5, double x6,
                                        double x7, double x8, double x9, double x10, double x11);
/* Two objectives in conflict: the best trade-offs have x2 = x3 = 0 and f2 = 1 - sqrt(f1). */
void zdt1(double x1, double x2, double x3, double *f1, double *f2);

/* ---- moved.c: the optimum, of value 0, lies at a point that no sampler knows; rotated ones couple all arguments. */

double ellipsoid10_rot(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7, double x8,
                       double x9);
double rosenbrock5_shift(double x0, double x1, double x2, double x3, double x4);
double rastrigin6_shift(double x0, double x1, double x2, double x3, double x4, double x5);
double ackley10_shift(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7, double x8,
                      double x9);
double griewank8_rot(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7);
double levy20_shift(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7, double x8,
                    double x9, double x10, double x11, double x12, double x13, double x14, double x15, double x16,
                    double x17, double x18, double x19);
/* Stairs, flat but for their edges, and a narrow hole in the lowest. */
double stairs_needle4(double x0, double x1, double x2, double x3);

/* ---- models.c: shaped like the validation error of a network as its hyperparameters vary. */

double lr_surface4(double lr, double weight_decay, double momentum, double warmup);
/* activation: relu, tanh, sigmoid or gelu; optimizer: adam, sgd or rmsprop. NaN for any other. */
double mixed_net8(double lr, int32_t layers, int32_t units, double dropout, int32_t batch, double weight_decay,
                  const char *activation, const char *optimizer);
/* a to f are categories counted from 0, of which there are 3, 4, 5, 6, 8 and 4. */
double categorical6_float2(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f, double u, double v);

/* ---- descend.c: an iterative one. Gradient descent with noisy gradients, `budget` steps of it (1,000 where that is 0 or
 * less). Calls `report` with the loss after each step and ends when that returns nonzero. Returns the last loss. */
double descend(double rate, double momentum, uint64_t seed, int64_t budget, int32_t (*report)(int64_t step, double value));

/* ---- ridge.c: one with data. Ridge regression on the rows `train` of the CSV file `data`, whose last column is the target;
 * scored on the rows `evaluate`. Rows are counted from 0, without the header. degree 2 adds all products of two columns.
 * Returns 0 or one of these. */
#define RIDGE_DATA (-1)      /* the file cannot be read, is no table of numbers, or has no such row */
#define RIDGE_MEMORY (-2)    /* not enough memory */
#define RIDGE_SINGULAR (-3)  /* the penalty is too small for these rows: the equations have no solution */
int32_t ridge(double penalty, int32_t degree, int32_t standardize, const char *data, const uint32_t *train,
              uint64_t train_count, const uint32_t *evaluate, uint64_t evaluate_count, double *rmse, double *r2);

#endif
