/* @NAME@: fits a polynomial to noisy points by gradient descent. Put your own model in its place. */
#include <tuned/plugin.h>

#include <math.h>
#include <stdlib.h>

enum { RATE, DEGREE, OPTIMIZER, MOMENTUM };  /* parameters, in the order of the schema */
enum { LOSS };                               /* metrics, likewise */
enum { POINTS = 128, TRAIN = 96, TERMS = 10, EPOCHS = 100 };

typedef struct model {
    double x[POINTS], y[POINTS];  /* the first TRAIN points train, the others score */
    double weights[TERMS];
    int terms;
} model;

/* Once in each worker: read your data here. A failure's text goes to whoever started the study. */
static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    model *m = calloc(1, sizeof *m);
    uint64_t random = 1;
    (void)config;
    if (m == NULL) return host->fail(NULL, TUNED_FAILED, "out of memory");
    for (int i = 0; i < POINTS; i++) {
        m->x[i] = 2 * tuned_uniform(&random) - 1;
        m->y[i] = sin(3 * m->x[i]) + 0.2 * (2 * tuned_uniform(&random) - 1);
    }
    *self = m;
    return TUNED_OK;
}

static double miss(const model *m, int i) {
    double power = 1, sum = -m->y[i];
    for (int k = 0; k < m->terms; k++, power *= m->x[i]) sum += m->weights[k] * power;
    return sum;
}

static double loss_of(const model *m) {
    double sum = 0;
    for (int i = TRAIN; i < POINTS; i++) sum += miss(m, i) * miss(m, i);
    return sum / (POINTS - TRAIN);
}

static int32_t train(void *self, const tuned_trial *trial) {
    model *m = self;
    double velocity[TERMS] = {0};
    const double rate = tuned_f64(trial, RATE);
    const double momentum = tuned_active(trial, MOMENTUM) ? tuned_f64(trial, MOMENTUM) : 0;
    uint64_t random = trial->seed;  /* the same for every attempt: seed all that is random from it */
    m->terms = (int)tuned_i64(trial, DEGREE) + 1;
    for (int k = 0; k < m->terms; k++) m->weights[k] = 0.1 * (2 * tuned_uniform(&random) - 1);

    for (int64_t epoch = 1; epoch <= tuned_budget(trial, EPOCHS); epoch++) {
        double gradient[TERMS] = {0};
        for (int i = 0; i < TRAIN; i++) {
            double power = miss(m, i) / TRAIN;
            for (int k = 0; k < m->terms; k++, power *= m->x[i]) gradient[k] += power;
        }
        for (int k = 0; k < m->terms; k++) {
            velocity[k] = momentum * velocity[k] - rate * gradient[k];
            m->weights[k] += velocity[k];
        }
        if (!(loss_of(m) < 1e6)) return trial->host->fail(trial, TUNED_INFEASIBLE, "the descent diverged: a smaller rate is needed");
        if (tuned_step(trial, LOSS, epoch, loss_of(m)) != TUNED_OK) return TUNED_STOPPED;
    }
    return TUNED_OK;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    return trial->host->objective(trial, LOSS, loss_of(self));
}

static const tuned_trainable trainable = {
    .size = sizeof trainable,
    .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC,
    .id = "@ID@",
    .schema_json = TUNED_JSON({
        "id": "@ID@",
        "parameters": [
            {"name": "rate", "type": "float", "low": 1e-3, "high": 1, "log": true, "default": 0.1},
            {"name": "degree", "type": "int", "low": 1, "high": 9, "default": 3},
            {"name": "optimizer", "type": "categorical", "choices": ["sgd", "momentum"], "default": "sgd"},
            {"name": "momentum", "type": "float", "low": 0, "high": 0.99, "default": 0.9, "when": {"optimizer": ["momentum"]}}
        ],
        "metrics": [{"name": "loss", "goal": "minimize", "description": "Mean squared error"}],
        "fidelity": {"name": "epochs", "low": 1, "high": 100}
    }),
    .create = create,
    .train = train,
    .evaluate = evaluate,
    .destroy = free,
};

TUNED_PLUGIN("@ID@", "0.1.0", trainable)
