/* The functions at points where their values are known: functions_test SIDECAR HEADER DATA_FOLDER */
#include "../host/check.h"

#include "functions.h"
#include "numbers.h"

#include <stdlib.h>

static void test_known_minima(void) {
    CHECK(fabs(branin(-PI, 12.275) - 0.39788735772973816) < 1e-9);
    CHECK(fabs(branin(PI, 2.275) - 0.39788735772973816) < 1e-9);
    CHECK(fabs(branin(9.42478, 2.475) - 0.39788735772973816) < 1e-9);
    CHECK(fabs(hartmann6(0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573) + 3.322368) < 1e-5);
    CHECK(fabs(michalewicz5(2.202906, 1.570796, 1.284992, 1.923058, 1.720470) + 4.687658) < 1e-5);
    CHECK(fabs(schwefel4(420.968746, 420.968746, 420.968746, 420.968746)) < 1e-6);
    double s = -2.903534;
    CHECK(fabs(styblinski6_plus6_irrelevant(s, s, s, s, s, s, 1, 2, 3, 4, 5, -5)) < 1e-8);
}

static void test_moved_minima(void) {
    double x[20];
    random_vector(x, 10, 2, -3, 3);
    CHECK_NEAR(ellipsoid10_rot(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9]), 0);
    random_vector(x, 5, 3, -1, 3);
    CHECK_NEAR(rosenbrock5_shift(x[0], x[1], x[2], x[3], x[4]), 0);
    random_vector(x, 6, 4, -3, 3);
    CHECK_NEAR(rastrigin6_shift(x[0], x[1], x[2], x[3], x[4], x[5]), 0);
    random_vector(x, 10, 5, -18, 18);
    CHECK_NEAR(ackley10_shift(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9]), 0);
    random_vector(x, 8, 6, -300, 300);
    CHECK_NEAR(griewank8_rot(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]), 0);
    random_vector(x, 20, 7, -6, 6);
    CHECK_NEAR(levy20_shift(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11], x[12], x[13], x[14],
                            x[15], x[16], x[17], x[18], x[19]), 0);
    random_vector(x, 4, 14, 0.2, 0.8);
    CHECK_NEAR(stairs_needle4(x[0], x[1], x[2], x[3]), 0);
    CHECK(stairs_needle4(x[0] + 0.13, x[1], x[2], x[3]) == 0.5);
}

/* The same seed and dimension give a matrix that keeps lengths, on every machine alike. */
static void test_rotation(void) {
    const double x[10] = {1, -2, 3, -4, 5, -6, 7, -8, 9, -10};
    double y[10], length = 0;
    rotate(x, y, 10, 2);
    for (int i = 0; i < 10; i++) length += y[i] * y[i];
    CHECK(fabs(length - 385) < 1e-10);
    CHECK(fabs(ellipsoid10_rot(0, 0, 0, 0, 0, 0, 0, 0, 0, 0) - 2812.6763434232244) < 1e-9);
}

static void test_models(void) {
    CHECK(lr_surface4(0.01, 1e-4, 0.9, 0) > 0.08 && lr_surface4(10, 1e-4, 0.99, 0) > 1.5);
    CHECK(mixed_net8(0.001, 3, 512, 0.22, 45, 1e-4, "relu", "adam") < mixed_net8(0.001, 3, 512, 0.22, 45, 1e-4, "tanh", "adam"));
    CHECK(isnan(mixed_net8(0.001, 3, 512, 0.22, 45, 1e-4, "swish", "adam")));
    CHECK(isnan(mixed_net8(0.001, 3, 512, 0.22, 45, 1e-4, "relu", NULL)));
    double best = INFINITY;
    for (int a = 0; a < 3; a++) for (int b = 0; b < 4; b++) for (int c = 0; c < 5; c++) for (int d = 0; d < 6; d++)
        for (int e = 0; e < 8; e++) for (int f = 0; f < 4; f++)
            best = fmin(best, categorical6_float2(a, b, c, d, e, f, 0.2 + 0.1 * a, pow(10, -2 - 0.3 * b)));
    CHECK(fabs(best - 2.4376287760107354) < 1e-12);
}

static void test_noise_belongs_to_the_point(void) {
    double sum = 0, squares = 0, clean = hartmann6(0.1, 0.3, 0.4, 0.7, 0.8, 0.5);
    for (int i = 0; i < 1000; i++) {
        double x0 = i / 1000.0;
        double value = hartmann6_plus6_irrelevant_noisy(x0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.1, 0.5);
        CHECK(value == hartmann6_plus6_irrelevant_noisy(x0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.1, 0.5));
        sum += value - clean;
        squares += (value - clean) * (value - clean);
    }
    CHECK(fabs(sum / 1000) < 0.02 && fabs(sqrt(squares / 1000) - 0.1) < 0.01);
}

static void test_two_objectives(void) {
    for (double x = 0; x <= 1; x += 0.25) {
        double f1, f2;
        zdt1(x, 0, 0, &f1, &f2);
        CHECK_NEAR(f1, x);
        CHECK_NEAR(f2, 1 - sqrt(x));
        zdt1(x, 1, 1, &f1, &f2);
        CHECK_NEAR(f2, 10 * (1 - sqrt(x / 10)));
    }
}

static int64_t steps, stop_at;

static int32_t count_step(int64_t step, double value) {
    CHECK(step == steps + 1 && value >= 0);
    steps = step;
    return step == stop_at;
}

static void test_reports(void) {
    double far = descend(0.02, 0.5, 1, 200, count_step);
    CHECK(steps == 200 && far < 1e-3);
    CHECK(descend(0.02, 0.5, 1, 200, NULL) == far);
    CHECK(descend(0.02, 0.5, 2, 200, NULL) != far);
    CHECK(descend(1, 0.9, 1, 200, NULL) == 1e9);
    steps = 0;
    stop_at = 10;
    CHECK(descend(0.02, 0.5, 1, 200, count_step) > far && steps == 10);
    steps = stop_at = 0;
    descend(0.02, 0.5, 1, 0, count_step);
    CHECK(steps == 1000);
}

static void test_ridge(const char *folder) {
    char path[512];
    uint32_t train[442], evaluate[442];
    uint64_t trains = 0, evaluates = 0;
    for (uint32_t row = 0; row < 442; row++) {
        if (row % 5 == 0) evaluate[evaluates++] = row;
        else train[trains++] = row;
    }
    snprintf(path, sizeof path, "%s/diabetes.csv", folder);
    double rmse = 0, r2 = 0, plain_rmse, flat_r2;
    CHECK(ridge(1, 1, 1, path, train, trains, evaluate, evaluates, &rmse, &r2) == 0);
    CHECK(rmse > 45 && rmse < 65 && r2 > 0.4 && r2 < 0.6);
    CHECK(ridge(1, 1, 0, path, train, trains, evaluate, evaluates, &plain_rmse, &flat_r2) == 0 && plain_rmse != rmse);
    CHECK(ridge(100, 2, 1, path, train, trains, evaluate, evaluates, &rmse, &r2) == 0 && rmse < 70);
    CHECK(ridge(1e12, 1, 1, path, train, trains, evaluate, evaluates, &rmse, &flat_r2) == 0 && fabs(flat_r2) < 0.05);
    CHECK(ridge(0, 2, 0, path, train, 3, evaluate, evaluates, &rmse, &r2) == RIDGE_SINGULAR);
    train[0] = 442;
    CHECK(ridge(1, 1, 1, path, train, trains, evaluate, evaluates, &rmse, &r2) == RIDGE_DATA);
    CHECK(ridge(1, 1, 1, path, train, 0, evaluate, evaluates, &rmse, &r2) == RIDGE_DATA);
    snprintf(path, sizeof path, "%s/wine.csv", folder);  /* its last column holds words */
    CHECK(ridge(1, 1, 1, path, train + 1, 100, evaluate, 20, &rmse, &r2) == RIDGE_DATA);
    CHECK(ridge(1, 1, 1, "/nowhere.csv", train, 100, evaluate, 20, &rmse, &r2) == RIDGE_DATA);
    CHECK(ridge(1, 1, 1, NULL, train, 100, evaluate, 20, &rmse, &r2) == RIDGE_DATA);
}

static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 16);
    if (!file || !text || fread(text, 1, (1 << 16) - 1, file) == 0) exit(2);
    fclose(file);
    return text;
}

/* Without spaces and line ends, so that a signature is found however it is laid out. */
static char *squeeze(char *text) {
    char *out = text;
    for (const char *in = text; *in; in++) {
        if (*in != ' ' && *in != '\n') *out++ = *in;
    }
    *out = '\0';
    return text;
}

/* A signature in the sidecar that is not the function's would be a call into nothing that no compiler sees. */
static void test_signatures(const char *sidecar, const char *header) {
    char *declared = squeeze(read_text(sidecar)), *defined = squeeze(read_text(header));
    int count = 0;
    for (char *next = declared; (next = strstr(next, "\"function\":\"")) != NULL; count++) {
        next += strlen("\"function\":\"");
        char *end = strchr(next, '"');
        if (!end) exit(2);
        *end = '\0';
        CHECK_CONTAINS(defined, next);
        next = end + 1;
    }
    CHECK(count == 19);
    free(declared);
    free(defined);
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    test_known_minima();
    test_moved_minima();
    test_rotation();
    test_models();
    test_noise_belongs_to_the_point();
    test_two_objectives();
    test_reports();
    test_ridge(arguments[3]);
    test_signatures(arguments[1], arguments[2]);
    return check_summary("functions");
}
