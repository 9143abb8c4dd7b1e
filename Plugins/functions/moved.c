/* Classic functions whose optimum was moved, and in part their axes turned, by constants made from a seed: what a sampler finds
 * there it has searched for, since the middle, the corners and the axes are nothing special. */
#include "functions.h"
#include "numbers.h"

#include <math.h>

/* z = x - shift. */
static void move(const double *x, double *z, int count, uint64_t seed, double low, double high) {
    double shift[MAX_DIMENSION];
    random_vector(shift, count, seed, low, high);
    for (int i = 0; i < count; i++) z[i] = x[i] - shift[i];
}

double ellipsoid10_rot(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7, double x8,
                       double x9) {
    const double x[] = {x0, x1, x2, x3, x4, x5, x6, x7, x8, x9};
    double moved[10], z[10], value = 0;
    move(x, moved, 10, 2, -3, 3);
    rotate(moved, z, 10, 2);
    for (int i = 0; i < 10; i++) value += pow(1e3, i / 9.0) * z[i] * z[i];
    return value;
}

double rosenbrock5_shift(double x0, double x1, double x2, double x3, double x4) {
    const double x[] = {x0, x1, x2, x3, x4};
    double z[5], value = 0;
    move(x, z, 5, 3, -1, 3);
    for (int i = 0; i < 4; i++) {  /* its optimum at 1 is taken to 0 */
        double a = z[i] + 1, b = z[i + 1] + 1;
        value += 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a);
    }
    return value;
}

double rastrigin6_shift(double x0, double x1, double x2, double x3, double x4, double x5) {
    const double x[] = {x0, x1, x2, x3, x4, x5};
    double z[6], value = 0;
    move(x, z, 6, 4, -3, 3);
    for (int i = 0; i < 6; i++) value += z[i] * z[i] - 10 * cos(2 * PI * z[i]) + 10;
    return value;
}

double ackley10_shift(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7, double x8,
                      double x9) {
    const double x[] = {x0, x1, x2, x3, x4, x5, x6, x7, x8, x9};
    double z[10], squares = 0, cosines = 0;
    move(x, z, 10, 5, -18, 18);
    for (int i = 0; i < 10; i++) {
        squares += z[i] * z[i];
        cosines += cos(2 * PI * z[i]);
    }
    return -20 * exp(-0.2 * sqrt(squares / 10)) - exp(cosines / 10) + 20 + exp(1.0);
}

double griewank8_rot(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7) {
    const double x[] = {x0, x1, x2, x3, x4, x5, x6, x7};
    double moved[8], z[8], sum = 0, product = 1;
    move(x, moved, 8, 6, -300, 300);
    rotate(moved, z, 8, 6);
    for (int i = 0; i < 8; i++) {
        sum += z[i] * z[i];
        product *= cos(z[i] / sqrt(i + 1.0));
    }
    return sum / 4000 - product + 1;
}

double levy20_shift(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7, double x8,
                    double x9, double x10, double x11, double x12, double x13, double x14, double x15, double x16,
                    double x17, double x18, double x19) {
    const double x[] = {x0,  x1,  x2,  x3,  x4,  x5,  x6,  x7,  x8,  x9,
                        x10, x11, x12, x13, x14, x15, x16, x17, x18, x19};
    double z[20];
    move(x, z, 20, 7, -6, 6);
    double first = sin(PI * (1 + z[0] / 4)), value = first * first;  /* w = 1 + z / 4 */
    for (int i = 0; i < 19; i++) {
        double s = sin(PI * (1 + z[i] / 4) + 1);
        value += z[i] / 4 * (z[i] / 4) * (1 + 10 * s * s);
    }
    double last = sin(2 * PI * (1 + z[19] / 4));
    return value + z[19] / 4 * (z[19] / 4) * (1 + last * last);
}

double stairs_needle4(double x0, double x1, double x2, double x3) {
    const double x[] = {x0, x1, x2, x3};
    double z[4], distance = 0;
    move(x, z, 4, 14, 0.2, 0.8);
    for (int i = 0; i < 4; i++) distance += z[i] * z[i];
    distance = sqrt(distance);
    double stair = floor(distance * 6) / 6, depth = distance < 0.12 ? 0.5 * (1 - distance / 0.12) : 0;
    return 0.5 + 0.5 * stair - depth;
}
