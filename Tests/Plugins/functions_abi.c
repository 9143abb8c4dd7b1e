/* Plain C functions, with no header of tuned: what the host calls through libffi. Each gives back what it was given, so that a test
 * can hold it against what was sent. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* echo_T(x): an argument of every type. give_T(x): a result of every type. */
#define ECHO(name, type)                                            \
    double echo_##name(type x);                                     \
    double echo_##name(type x) { return (double)x; }                \
    type give_##name(double x);                                     \
    type give_##name(double x) { return (type)x; }
ECHO(char, char)
ECHO(signed_char, signed char)
ECHO(unsigned_char, unsigned char)
ECHO(short, short)
ECHO(unsigned_short, unsigned short)
ECHO(int, int)
ECHO(unsigned, unsigned)
ECHO(long, long)
ECHO(unsigned_long, unsigned long)
ECHO(long_long, long long)
ECHO(unsigned_long_long, unsigned long long)
ECHO(int8_t, int8_t)
ECHO(uint8_t, uint8_t)
ECHO(int16_t, int16_t)
ECHO(uint16_t, uint16_t)
ECHO(int32_t, int32_t)
ECHO(uint32_t, uint32_t)
ECHO(int64_t, int64_t)
ECHO(uint64_t, uint64_t)
ECHO(size_t, size_t)
ECHO(float, float)
ECHO(double, double)
double echo_bool(bool x);
double echo_bool(bool x) { return x ? 1 : 0; }

/* Each argument has another weight, so that two that change places are seen. More than fit into registers. */
double mixed(double a, int8_t b, float c, uint16_t d, double e, int64_t f, bool g, float h, uint32_t i, double j, short k, double l,
             unsigned char m, double n, float o, long p, double q, double r, int s, double t);
double mixed(double a, int8_t b, float c, uint16_t d, double e, int64_t f, bool g, float h, uint32_t i, double j, short k, double l,
             unsigned char m, double n, float o, long p, double q, double r, int s, double t) {
    return 1 * a + 2 * b + 3 * (double)c + 4 * d + 5 * e + 6 * (double)f + 7 * g + 8 * (double)h + 9 * i + 10 * j + 11 * k + 12 * l +
           13 * m + 14 * n + 15 * (double)o + 16 * (double)p + 17 * q + 18 * r + 19 * s + 20 * t;
}

/* 1 where the texts are those expected, else 0. */
double texts(const char *kernel, const char *rate, const char *depth, const char *flag, const char *target);
double texts(const char *kernel, const char *rate, const char *depth, const char *flag, const char *target) {
    return strcmp(kernel, "rbf") == 0 && strcmp(rate, "0.125") == 0 && strcmp(depth, "-7") == 0 && strcmp(flag, "true") == 0 &&
           strcmp(target, "digit") == 0;
}

/* The length of a text, or what comes of what is none. */
double length(const char *text);
double length(const char *text) { return (double)strlen(text); }

int status(int code, double *value);
int status(int code, double *value) {
    if (code == 0) *value = 0.5;
    return code;
}

/* Leaves `size` alone where x is above 1. */
int two(double x, double *loss, float *size);
int two(double x, double *loss, float *size) {
    *loss = x * x;
    if (x <= 1) *size = (float)(x / 2);
    return 0;
}

void circumstances(uint64_t seed, int32_t short_seed, double budget, int epochs, int64_t trial, int fold, int folds, double *out_seed,
                   double *out_short_seed, double *out_budget, double *out_epochs, double *out_trial, double *out_fold,
                   double *out_folds);
void circumstances(uint64_t seed, int32_t short_seed, double budget, int epochs, int64_t trial, int fold, int folds, double *out_seed,
                   double *out_short_seed, double *out_budget, double *out_epochs, double *out_trial, double *out_fold,
                   double *out_folds) {
    *out_seed = (double)(seed >> 32);
    *out_short_seed = short_seed;
    *out_budget = budget;
    *out_epochs = epochs;
    *out_trial = (double)trial;
    *out_fold = fold;
    *out_folds = folds;
}

static double sum(const uint32_t *rows, size_t count) {
    double total = 0;
    for (size_t i = 0; i < count; i++) total += rows[i];
    return total;
}

double rows(const uint32_t *train, size_t train_count, const uint32_t evaluate[], int evaluate_count);
double rows(const uint32_t *train, size_t train_count, const uint32_t evaluate[], int evaluate_count) {
    return 1000 * sum(train, train_count) + sum(evaluate, (size_t)evaluate_count);
}

/* Reports step * scale until it is told to stop; the number of steps. */
double descend(int steps, double scale, int32_t (*report)(int64_t step, double value));
double descend(int steps, double scale, int32_t (*report)(int64_t step, double value)) {
    int step = 0;
    while (step < steps) {
        step++;
        if (report(step, step * scale)) break;
    }
    return step;
}

/* The same with other types, and a question of its own. */
int descend_narrow(unsigned short steps, void (*report)(int step, float value), bool (*should_stop)(void), double *done);
int descend_narrow(unsigned short steps, void (*report)(int step, float value), bool (*should_stop)(void), double *done) {
    for (int step = 1; step <= steps; step++) {
        report(step, (float)step / 2);
        *done = step;
        if (should_stop()) return 1;
    }
    return 0;
}

static int32_t (*kept)(int64_t, double);

static void *report_late(void *answer) {
    *(int32_t *)answer = kept(99, 99);
    return NULL;
}

/* With keep, keeps its callback and reports once; else calls what an earlier run kept, on another thread, and gives its answer. */
double late(bool keep, int32_t (*report)(int64_t step, double value));
double late(bool keep, int32_t (*report)(int64_t step, double value)) {
    if (keep) {
        kept = report;
        return report(1, 1);
    }
    int32_t answer = -1;
    pthread_t thread;
    if (pthread_create(&thread, NULL, report_late, &answer) != 0) abort();
    pthread_join(thread, NULL);
    return answer;
}

/* The one that the guide declares. */
double train(double rate, int depth, const char *kernel, uint64_t random_seed, int epochs,
             int32_t (*report)(int64_t step, double value), double *size);
double train(double rate, int depth, const char *kernel, uint64_t random_seed, int epochs,
             int32_t (*report)(int64_t step, double value), double *size) {
    double loss = 1;
    for (int epoch = 1; epoch <= epochs; epoch++) {
        loss *= 1 - rate / 2;
        if (report(epoch, loss)) break;
    }
    *size = depth * (kernel[0] == 'r' ? 2 : 1) + (double)(random_seed % 1);
    return loss;
}

double constant = 1;

static double hidden(double x) { return x; }
double uses_hidden(double x);
double uses_hidden(double x) { return hidden(x); }
