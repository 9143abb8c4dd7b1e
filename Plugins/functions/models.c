/* Surfaces made up to behave as training does: a best learning rate that depends on other settings, a cliff beyond which it
 * diverges, capacity that is too small or too large, choices that interact. The constants have no deeper source. */
#include "functions.h"
#include "numbers.h"

#include <math.h>
#include <string.h>

double lr_surface4(double lr, double weight_decay, double momentum, double warmup) {
    double log_rate = log10(lr), log_decay = log10(weight_decay);
    double step = log_rate - log10(1 - momentum + 1e-3);  /* the effective step size */
    double cliff = -0.6 + 0.5 * warmup;
    double a = step + 1.3 - 0.4 * warmup, b = log_decay + 4.2 + 0.25 * (log_rate + 2.5);
    double loss = 0.08 + 0.11 * a * a / (1 + 0.12 * a * a) + 0.02 * b * b + 0.06 * (momentum - 0.9) * (momentum - 0.9) +
                  0.03 * (warmup - 0.35) * (warmup - 0.35);
    if (step > cliff) loss += 1.8 * (1 - exp(-2.5 * (step - cliff)));
    return fmin(loss, 2.3);
}

static int find(const char *name, const char *const *names, int count) {
    for (int i = 0; name && i < count; i++) {
        if (strcmp(name, names[i]) == 0) return i;
    }
    return -1;
}

double mixed_net8(double lr, int32_t layers, int32_t units, double dropout, int32_t batch, double weight_decay,
                  const char *activation, const char *optimizer) {
    static const char *const activations[] = {"relu", "tanh", "sigmoid", "gelu"};
    static const char *const optimizers[] = {"adam", "sgd", "rmsprop"};
    static const double activation_error[] = {0, 0.02, 0.05, 0.008}, optimizer_error[] = {0, 0.012, 0.03};
    static const double best_log_rate[] = {-3, -1.2, -2.4};
    int act = find(activation, activations, 4), opt = find(optimizer, optimizers, 3);
    if (act < 0 || opt < 0) return NAN;

    double log_batch = log2(batch), log_decay = log10(weight_decay);
    double off = log10(lr) - (best_log_rate[opt] + 0.35 * (log_batch - 6) * 0.3 - 0.06 * (layers - 3));
    double over = layers * 0.55 + log2(units) * 0.5 - 6;  /* capacity beyond what the task needs */
    double error = 0.04 + optimizer_error[opt] + activation_error[act] * (1 + 0.25 * (layers - 1)) +
                   0.05 * off * off / (1 + 0.1 * off * off);
    error += over < 0 ? 0.02 * over * over : 0.012 * over * over * fabs(1 - 1.6 * dropout);
    error += 0.15 * (dropout - 0.22) * (dropout - 0.22) + 0.002 * (log_batch - 5.5) * (log_batch - 5.5) +
             0.003 * (log_decay + 4) * (log_decay + 4);
    if (off > 1.3) error += 0.4 * (1 - exp(-3 * (off - 1.3)));
    return fmin(error, 0.9);
}

/* An effect in [0, 1) of the category `value`, alone or together with a second one. */
static double effect(int place, int value, int second, uint64_t salt) {
    uint64_t state = salt + (uint64_t)place * 1000003u + (uint64_t)value * 10007u + (uint64_t)second * 101u;
    random_bits(&state);
    return random_uniform(&state);
}

double categorical6_float2(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f, double u, double v) {
    const int category[] = {a, b, c, d, e, f};
    double value = 0;
    for (int i = 0; i < 6; i++) value += effect(i, category[i], 0, 42);
    for (int i = 0; i < 5; i++) value += 0.5 * effect(10 + i, category[i], category[i + 1], 43);
    double best_u = 0.2 + 0.1 * a, off_v = log10(v) + 2 + 0.3 * b;
    return value + 2 * (u - best_u) * (u - best_u) + 0.15 * off_v * off_v;
}
