/* The plugin: reads the data once in each worker, trains on the rows that the host names, scores on the others. */
#include "classifier.h"
#include "dataset.h"
#include "metrics.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows scored between two questions whether to stop. */
#define ROWS_BETWEEN_QUESTIONS 64

typedef struct svm_instance {
    dataset data;
    classifier model;  /* of the latest train; evaluate scores and frees it */
} svm_instance;

static const char *config_value(const tuned_config *config, const char *key) {
    for (uint32_t i = 0; i < config->key_count; i++) {
        if (strcmp(config->keys[i], key) == 0) return config->values[i];
    }
    return NULL;
}

static int32_t svm_create(const tuned_host *host, const tuned_config *config, void **self) {
    if (!config->data_path) {
        return host->fail(NULL, TUNED_FAILED, "the study names no data; give it a CSV file, with --data FILE");
    }
    svm_instance *instance = calloc(1, sizeof *instance);
    if (!instance) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    failure why;
    if (!dataset_load(config->data_path, config_value(config, "target"), &instance->data, &why)) {
        free(instance);
        return host->fail(NULL, TUNED_FAILED, why.text);
    }
    *self = instance;
    return TUNED_OK;
}

static void svm_destroy(void *self) {
    svm_instance *instance = self;
    classifier_free(&instance->model);
    dataset_free(&instance->data);
    free(instance);
}

/* The rows of one part of the split. */
static bool split_rows(const tuned_trial *trial, uint32_t part, const uint32_t **rows, uint64_t *count, failure *why) {
    const tuned_host *host = trial->host;
    const tuned_data_extension *data = NULL;
    if (TUNED_HAS(host, extension) && host->extension) data = host->extension(TUNED_DATA);
    if (trial->folds == 0 || !data) {
        return failed(why, "the host split no data; give the study a split, such as split: {folds: 5}");
    }
    if (data->rows(trial, part, rows, count) != TUNED_OK || *count == 0) {
        return failed(why, "the host has no rows to %s on in fold %d of %d", part == TUNED_ROWS_TRAIN ? "train" : "score",
                      trial->fold + 1, trial->folds);
    }
    return true;
}

static classifier_settings read_settings(const tuned_trial *trial) {
    static const int kernels[KERNEL_CHOICES] = {
        [KERNEL_LINEAR] = LINEAR, [KERNEL_POLY] = POLY, [KERNEL_RBF] = RBF, [KERNEL_SIGMOID] = SIGMOID,
    };
    return (classifier_settings){
        .kernel = kernels[tuned_i64(trial, PARAMETER_KERNEL)],
        .c = tuned_f64(trial, PARAMETER_C),
        .gamma = tuned_f64(trial, PARAMETER_GAMMA),  /* inactive values are zero, and unused by the kernel */
        .degree = (int)tuned_i64(trial, PARAMETER_DEGREE),
        .coef0 = tuned_f64(trial, PARAMETER_COEF0),
        .is_balanced = tuned_i64(trial, PARAMETER_CLASS_WEIGHT) == CLASS_WEIGHT_BALANCED,
        .is_shrinking = tuned_i64(trial, PARAMETER_SHRINKING) != 0,
    };
}

/* libsvm cannot be interrupted: a trial that is told to stop in svm_train ends when that returns, or with its worker. */
static int32_t svm_plugin_train(void *self, const tuned_trial *trial) {
    svm_instance *instance = self;
    const tuned_host *host = trial->host;
    classifier_free(&instance->model);
    if (host->should_stop(trial)) return TUNED_STOPPED;
    failure why;
    const uint32_t *rows;
    uint64_t count;
    if (!split_rows(trial, TUNED_ROWS_TRAIN, &rows, &count, &why)) return host->fail(trial, TUNED_FAILED, why.text);
    classifier_settings settings = read_settings(trial);
    if (!classifier_train(&instance->model, &instance->data, rows, count, &settings, &why)) {
        return host->fail(trial, TUNED_FAILED, why.text);
    }
    return host->should_stop(trial) ? TUNED_STOPPED : TUNED_OK;
}

static int32_t report_scores(const tuned_trial *trial, const scores *s) {
    const tuned_host *host = trial->host;
    int32_t status = host->objective(trial, METRIC_ERROR, s->error);
    if (status == TUNED_OK) status = host->objective(trial, METRIC_MACRO_F1, s->f1);
    if (status == TUNED_OK) status = host->objective(trial, METRIC_RECALL, s->recall);
    if (status == TUNED_OK) status = host->objective(trial, METRIC_PRECISION, s->precision);
    return status;
}

static int32_t score_rows(const svm_instance *instance, const tuned_trial *trial, const uint32_t *rows, uint64_t count,
                          tally *answers) {
    const tuned_host *host = trial->host;
    for (uint64_t i = 0; i < count; i++) {
        if (i % ROWS_BETWEEN_QUESTIONS == 0 && host->should_stop(trial)) return TUNED_STOPPED;
        uint32_t row = rows[i];
        if (row >= instance->data.rows) return host->fail(trial, TUNED_FAILED, "a row to score does not exist");
        tally_add(answers, instance->data.labels[row], classifier_predict(&instance->model, &instance->data, row));
    }
    scores s = tally_scores(answers);
    return report_scores(trial, &s);
}

static int32_t svm_plugin_evaluate(void *self, const tuned_trial *trial) {
    svm_instance *instance = self;
    const tuned_host *host = trial->host;
    if (!instance->model.model) return host->fail(trial, TUNED_FAILED, "evaluate was called with no trained model");
    failure why;
    const uint32_t *rows;
    uint64_t count;
    int32_t status;
    tally answers;
    if (!split_rows(trial, TUNED_ROWS_EVALUATE, &rows, &count, &why)) {
        status = host->fail(trial, TUNED_FAILED, why.text);
    } else if (!tally_init(&answers, instance->data.class_count)) {
        status = host->fail(trial, TUNED_FAILED, "not enough memory");
    } else {
        status = score_rows(instance, trial, rows, count, &answers);
        tally_free(&answers);
    }
    classifier_free(&instance->model);
    return status;
}

static int32_t describe_dataset(void *self, tuned_dataset *out) {
    const svm_instance *instance = self;
    out->rows = instance->data.rows;  /* the host has zeroed what is not told */
    out->labels = instance->data.labels;
    return TUNED_OK;
}

static const void *svm_extension(void *self, const char *id) {
    static const tuned_dataset_extension told = {sizeof told, 0, describe_dataset};
    (void)self;
    return strcmp(id, TUNED_DATASET) == 0 ? &told : NULL;
}

static const tuned_trainable svm = {
    .size = sizeof svm,
    .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC,
    .id = "svm",
    .schema_json = svm_schema,
    .create = svm_create,
    .train = svm_plugin_train,
    .evaluate = svm_plugin_evaluate,
    .destroy = svm_destroy,
    .extension = svm_extension,
};

static const tuned_trainable *trainable(uint32_t index) { return index == 0 ? &svm : NULL; }

static void print_nothing(const char *text) { (void)text; }

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const tuned_plugin plugin = {
        .size = sizeof plugin, .abi_minor = TUNED_ABI_MINOR, .id = "svm", .version = "1.0.0", .build = "",
        .trainable_count = 1, .trainable = trainable,
    };
    (void)host;
    svm_set_print_string_function(print_nothing);  /* libsvm prints its progress to stdout otherwise */
    return &plugin;
}
