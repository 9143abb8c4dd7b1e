/* descent: logistic regression by gradient descent. ../README.md says what it computes; descent.cpp and Descent.swift do the same. */
#include <tuned/plugin.h>

#include <math.h>
#include <stdlib.h>

enum { ROWS = 200, FEATURES = 8, WEIGHTS = FEATURES + 1, EPOCHS = 50 };
enum { RATE, OPTIMIZER, MOMENTUM, PENALTY, ERROR = 0 };  /* parameters and metrics in the order of the schema */

typedef struct model {
    double weights[WEIGHTS], velocity[WEIGHTS];
} model;

typedef struct descent {
    double rows[ROWS][WEIGHTS];  /* the last feature is 1 */
    int32_t labels[ROWS];
    model model;
} descent;

static double score(const model *m, const double *row) {
    double sum = 0;
    for (int j = 0; j < WEIGHTS; j++) sum += m->weights[j] * row[j];
    return sum;
}

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    descent *d = calloc(1, sizeof *d);
    uint64_t random = 1;
    (void)config;
    if (d == NULL) return host->fail(NULL, TUNED_FAILED, "out of memory");
    for (int i = 0; i < ROWS; i++) {
        double sum = 2 * tuned_uniform(&random) - 1;  /* noise */
        for (int j = 0; j < FEATURES; j++) sum += (j - 3) * (d->rows[i][j] = 2 * tuned_uniform(&random) - 1);
        d->rows[i][FEATURES] = 1;
        d->labels[i] = sum > 0;
    }
    *self = d;
    return TUNED_OK;
}

static double error_on(const descent *d, const uint32_t *rows, uint64_t count) {
    double loss = 0;
    for (uint64_t i = 0; i < count; i++) {
        double s = score(&d->model, d->rows[rows[i]]);
        loss += log1p(exp(d->labels[rows[i]] ? -s : s)) / (double)count;
    }
    return loss;
}

static int32_t train(void *self, const tuned_trial *trial) {
    descent *d = self;
    model *m = &d->model;
    const uint32_t *rows, *others;
    uint64_t count, other_count, random = trial->seed;
    int64_t epoch = 0;
    if (tuned_rows(trial, TUNED_ROWS_TRAIN, &rows, &count) || tuned_rows(trial, TUNED_ROWS_EVALUATE, &others, &other_count)) {
        return trial->host->fail(trial, TUNED_FAILED, "the host splits no data: give the study folds");
    }
    for (int j = 0; j < WEIGHTS; j++) {
        m->weights[j] = 0.1 * (2 * tuned_uniform(&random) - 1);
        m->velocity[j] = 0;
    }
    int32_t status = tuned_load_sealed(trial, &epoch, m, sizeof *m);
    if (status < 0) return status;
    while (epoch < tuned_budget(trial, EPOCHS)) {
        double gradient[WEIGHTS] = {0};
        for (uint64_t i = 0; i < count; i++) {
            const double *row = d->rows[rows[i]];
            double wrong = 1 / (1 + exp(-score(m, row))) - d->labels[rows[i]];
            for (int j = 0; j < WEIGHTS; j++) gradient[j] += wrong * row[j] / (double)count;
        }
        for (int j = 0; j < WEIGHTS; j++) {  /* an inactive momentum is 0 */
            gradient[j] += tuned_f64(trial, PENALTY) * m->weights[j];
            m->velocity[j] = tuned_f64(trial, MOMENTUM) * m->velocity[j] - tuned_f64(trial, RATE) * gradient[j];
            m->weights[j] += m->velocity[j];
        }
        status = tuned_save_sealed(trial, ++epoch, m, sizeof *m);
        if (status == TUNED_OK) status = tuned_step(trial, ERROR, epoch, error_on(d, others, other_count));
        if (status != TUNED_OK) return status;
    }
    return TUNED_OK;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    const uint32_t *rows;
    uint64_t count;
    if (tuned_rows(trial, TUNED_ROWS_EVALUATE, &rows, &count)) return TUNED_FAILED;
    return trial->host->objective(trial, ERROR, error_on(self, rows, count));
}

static int32_t describe(void *self, tuned_dataset *out) {
    out->rows = ROWS;
    out->labels = ((descent *)self)->labels;
    return TUNED_OK;
}

static const tuned_dataset_extension dataset = {sizeof dataset, 0, describe};
TUNED_OFFER(extension, TUNED_DATASET, dataset)

static const tuned_trainable trainable = {
    .size = sizeof trainable, .id = "descent",
    .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC | TUNED_CHECKPOINTS,
    .schema_json = TUNED_JSON({
        "id": "descent",
        "parameters": [
            {"name": "rate", "type": "float", "low": 1e-4, "high": 1, "log": true, "default": 0.1},
            {"name": "optimizer", "type": "categorical", "choices": ["sgd", "momentum"], "default": "sgd"},
            {"name": "momentum", "type": "float", "low": 0, "high": 0.99, "default": 0.9, "when": {"optimizer": "momentum"}},
            {"name": "penalty", "type": "float", "low": 1e-6, "high": 1, "log": true, "default": 1e-3}
        ],
        "metrics": [{"name": "error", "goal": "minimize"}],
        "fidelity": {"name": "epochs", "low": 1, "high": 50}
    }),
    .create = create, .train = train, .evaluate = evaluate, .destroy = free, .extension = extension,
};

TUNED_PLUGIN("descent-c", "1.0.0", trainable)
