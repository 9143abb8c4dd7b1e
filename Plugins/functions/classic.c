/* Functions of the literature as they are. Sources of formulas and bounds: see functions.h. */
#include "functions.h"
#include "numbers.h"

#include <math.h>
#include <string.h>

double branin(double x0, double x1) {
    double valley = x1 - 5.1 / (4 * PI * PI) * x0 * x0 + 5 / PI * x0 - 6;
    return valley * valley + 10 * (1 - 1 / (8 * PI)) * cos(x0) + 10;
}

static double hartmann(const double x[6]) {
    static const double weight[4] = {1, 1.2, 3, 3.2};
    static const double width[4][6] = {
        {10, 3, 17, 3.5, 1.7, 8},
        {0.05, 10, 17, 0.1, 8, 14},
        {3, 3.5, 1.7, 10, 17, 8},
        {17, 8, 0.05, 10, 0.1, 14},
    };
    static const double centre[4][6] = {
        {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
        {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
        {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
        {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381},
    };
    double value = 0;
    for (int i = 0; i < 4; i++) {
        double distance = 0;
        for (int j = 0; j < 6; j++) distance += width[i][j] * (x[j] - centre[i][j]) * (x[j] - centre[i][j]);
        value -= weight[i] * exp(-distance);
    }
    return value;
}

double hartmann6(double x0, double x1, double x2, double x3, double x4, double x5) {
    return hartmann((const double[]){x0, x1, x2, x3, x4, x5});
}

double michalewicz5(double x0, double x1, double x2, double x3, double x4) {
    const double x[] = {x0, x1, x2, x3, x4};
    double value = 0;
    for (int i = 0; i < 5; i++) value -= sin(x[i]) * pow(sin((i + 1) * x[i] * x[i] / PI), 20);
    return value;
}

double schwefel4(double x0, double x1, double x2, double x3) {
    const double x[] = {x0, x1, x2, x3};
    double value = 4 * 418.98288727243374;
    for (int i = 0; i < 4; i++) value -= x[i] * sin(sqrt(fabs(x[i])));
    return value;
}

double styblinski6_plus6_irrelevant(double x0, double x1, double x2, double x3, double x4, double x5, double x6, double x7,
                                    double x8, double x9, double x10, double x11) {
    (void)x6, (void)x7, (void)x8, (void)x9, (void)x10, (void)x11;
    const double x[] = {x0, x1, x2, x3, x4, x5};
    double sum = 0;
    for (int i = 0; i < 6; i++) sum += x[i] * x[i] * x[i] * x[i] - 16 * x[i] * x[i] + 5 * x[i];
    return sum / 2 + 6 * 39.16616570377142;
}

/* Standard normal noise that is the same whenever the point is the same. */
static double noise_at(const double *x, int count, uint64_t salt) {
    uint64_t state = salt;
    for (int i = 0; i < count; i++) {
        double coordinate = x[i] + 0.0;  /* -0 becomes 0, whose bits differ */
        uint64_t bits;
        memcpy(&bits, &coordinate, sizeof bits);
        state ^= bits;
        random_bits(&state);
        state = random_bits(&state);
    }
    return random_normal(&state);
}

double hartmann6_plus6_irrelevant_noisy(double x0, double x1, double x2, double x3, double x4, double x5, double x6,
                                        double x7, double x8, double x9, double x10, double x11) {
    const double x[] = {x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11};
    return hartmann((const double[]){x1, x3, x4, x7, x8, x11}) + 0.1 * noise_at(x, 12, 13);
}

/* E. Zitzler, K. Deb, L. Thiele, "Comparison of multiobjective evolutionary algorithms", Evolutionary Computation 8(2), 2000,
 * equation 7, with three variables. */
void zdt1(double x1, double x2, double x3, double *f1, double *f2) {
    double g = 1 + 9 * (x2 + x3) / 2;
    *f1 = x1;
    *f2 = g * (1 - sqrt(x1 / g));
}
