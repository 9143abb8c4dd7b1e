/* Gradient descent with momentum, down a narrow valley. */
#include "functions.h"
#include "numbers.h"

#include <math.h>

double descend(double rate, double momentum, uint64_t seed, int64_t budget, int32_t (*report)(int64_t step, double value)) {
    const double steep = 25, noise = 0.01;
    double x = -1, y = 1, dx = 0, dy = 0, loss = x * x + steep * y * y;
    if (budget <= 0) budget = 1000;
    for (int64_t step = 1; step <= budget; step++) {
        dx = momentum * dx - rate * (2 * x + noise * random_normal(&seed));
        dy = momentum * dy - rate * (2 * steep * y + noise * random_normal(&seed));
        x += dx;
        y += dy;
        loss = fmin(x * x + steep * y * y, 1e9);  /* a descent that diverges stays a number */
        if (!(loss < 1e9)) return 1e9;
        if (report && report(step, loss) != 0) break;
    }
    return loss;
}
