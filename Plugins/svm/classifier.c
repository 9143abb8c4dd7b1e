#include "classifier.h"

#include <stdlib.h>

/* Cache for columns of the kernel matrix, MB: libsvm takes only as much as the rows need. */
#define CACHE_MB 100
/* Tolerance of the optimality conditions at which training ends: libsvm's own default. */
#define TOLERANCE 1e-3

/* Zeros are left out, which shortens every kernel evaluation. Returns the first free node behind the row. */
static struct svm_node *write_row(struct svm_node *out, const scaling *s, const dataset *data, uint32_t row) {
    const double *values = data->values + (size_t)row * data->features;
    for (size_t f = 0; f < data->features; f++) {
        double value = scaling_apply(s, f, values[f]);
        if (value != 0) *out++ = (struct svm_node){(int)f + 1, value};
    }
    *out++ = (struct svm_node){-1, 0};
    return out;
}

static bool allocate(classifier *out, const dataset *data, size_t count) {
    size_t width = data->features + 1;
    out->rows = calloc(count, sizeof *out->rows);
    out->labels = malloc(count * sizeof *out->labels);
    out->scratch = malloc(width * sizeof *out->scratch);
    if (!out->rows || !out->labels || !out->scratch) return false;
    out->rows[0] = malloc(count * width * sizeof **out->rows);
    return out->rows[0] != NULL;
}

static void write_problem(classifier *out, const dataset *data, const uint32_t *rows, size_t count) {
    struct svm_node *next = out->rows[0];
    for (size_t i = 0; i < count; i++) {
        out->rows[i] = next;
        out->labels[i] = data->labels[rows[i]];
        next = write_row(next, &out->scaling, data, rows[i]);
    }
}

/* The rows of each class among those chosen, and how many classes occur. */
static size_t count_classes(const dataset *data, const uint32_t *rows, size_t count, double *per_class) {
    size_t occurring = 0;
    for (size_t i = 0; i < count; i++) {
        if (per_class[data->labels[rows[i]]]++ == 0) occurring++;
    }
    return occurring;
}

static bool check_rows(const dataset *data, const uint32_t *rows, size_t count, failure *why) {
    if (count == 0) return failed(why, "there are no rows to train on");
    for (size_t i = 0; i < count; i++) {
        if (rows[i] >= data->rows) {
            return failed(why, "training row %u does not exist: there are %zu", rows[i], data->rows);
        }
    }
    return true;
}

/* Fills weights and their labels for the classes that occur; returns how many. `weights` comes in as counts of rows. */
static int balance(double *weights, int *labels, size_t class_count, size_t occurring, size_t rows) {
    int n = 0;
    for (size_t c = 0; c < class_count; c++) {
        if (weights[c] == 0) continue;
        labels[n] = (int)c;
        weights[n] = (double)rows / ((double)occurring * weights[c]);
        n++;
    }
    return n;
}

static bool fit(classifier *out, const dataset *data, const uint32_t *rows, size_t count,
                const classifier_settings *settings, double *weights, int *weight_labels, failure *why) {
    size_t occurring = count_classes(data, rows, count, weights);
    if (occurring < 2) {
        return failed(why, "all %zu training rows are of class '%s'", count, data->class_names[data->labels[rows[0]]]);
    }
    struct svm_problem problem = {(int)count, out->labels, out->rows};
    struct svm_parameter parameter = {
        .svm_type = C_SVC, .kernel_type = settings->kernel, .degree = settings->degree, .gamma = settings->gamma,
        .coef0 = settings->coef0, .cache_size = CACHE_MB, .eps = TOLERANCE, .C = settings->c,
        .shrinking = settings->is_shrinking,
    };
    if (settings->is_balanced) {
        parameter.nr_weight = balance(weights, weight_labels, data->class_count, occurring, count);
        parameter.weight_label = weight_labels;
        parameter.weight = weights;
    }
    const char *complaint = svm_check_parameter(&problem, &parameter);
    if (complaint) return failed(why, "libsvm refuses the parameters: %s", complaint);
    out->model = svm_train(&problem, &parameter);
    return true;
}

bool classifier_train(classifier *out, const dataset *data, const uint32_t *rows, size_t count,
                      const classifier_settings *settings, failure *why) {
    *out = (classifier){0};
    if (!check_rows(data, rows, count, why)) return false;
    double *weights = calloc(data->class_count, sizeof *weights);
    int *weight_labels = calloc(data->class_count, sizeof *weight_labels);
    bool ok = weights && weight_labels && allocate(out, data, count) && scaling_fit(&out->scaling, data, rows, count);
    if (!ok) {
        failure_set(why, "not enough memory for %zu training rows", count);
    } else {
        write_problem(out, data, rows, count);
        ok = fit(out, data, rows, count, settings, weights, weight_labels, why);
    }
    free(weights);
    free(weight_labels);
    if (!ok) classifier_free(out);
    return ok;
}

int32_t classifier_predict(const classifier *c, const dataset *data, uint32_t row) {
    write_row(c->scratch, &c->scaling, data, row);
    return (int32_t)svm_predict(c->model, c->scratch);
}

void classifier_free(classifier *c) {
    if (c->model) svm_free_and_destroy_model(&c->model);
    scaling_free(&c->scaling);
    if (c->rows) free(c->rows[0]);
    free(c->rows);
    free(c->labels);
    free(c->scratch);
    *c = (classifier){0};
}
