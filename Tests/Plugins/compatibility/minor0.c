/* A plugin built with the header of minor 0, the oldest that is released: every newer host must run it. It uses all that there was. */
#include <tuned/plugin.h>

#include <stdlib.h>

#if TUNED_ABI_MINOR != 0
#error "built with the wrong header: include Tests/Plugins/abi/v1.0"
#endif

enum { SCALE, KIND, BONUS };
enum { TOTAL, TRAINED };

typedef struct state {
    int32_t labels[6];
    double sum;
} state;

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    state *s = calloc(1, sizeof *s);
    if (s == NULL) return host->fail(NULL, TUNED_FAILED, "out of memory");
    for (int i = 0; i < 6; i++) s->labels[i] = i % 2;
    host->log(NULL, TUNED_LOG_INFO, config->json);
    *self = s;
    return TUNED_OK;
}

static int32_t describe(void *self, tuned_dataset *out) {
    out->rows = 6;
    out->labels = ((state *)self)->labels;
    return TUNED_OK;
}

static const void *extension(void *self, const char *id) {
    static const tuned_dataset_extension dataset = {sizeof dataset, 0, describe};
    (void)self;
    for (const char *a = id, *b = TUNED_DATASET; *a == *b; a++, b++) {
        if (*a == 0) return &dataset;
    }
    return NULL;
}

/* The sum of the row numbers of one part; all six rows where the host splits nothing. */
static double rows(const tuned_trial *trial, uint32_t part) {
    const tuned_host *host = trial->host;
    const tuned_data_extension *data = TUNED_HAS(host, extension) ? host->extension(TUNED_DATA) : NULL;
    const uint32_t *indices;
    uint64_t count;
    double sum = 0;
    if (data == NULL || trial->folds == 0 || data->rows(trial, part, &indices, &count) != TUNED_OK) return 15;
    for (uint64_t i = 0; i < count; i++) sum += indices[i];
    return sum;
}

static int32_t train(void *self, const tuned_trial *trial) {
    state *s = self;
    s->sum = rows(trial, TUNED_ROWS_TRAIN);
    for (int64_t step = 1; step <= 3; step++) {
        if (trial->host->should_stop(trial)) return TUNED_STOPPED;
        trial->host->report(trial, TOTAL, step, s->sum / (double)step);
    }
    return TUNED_OK;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    state *s = self;
    double value = tuned_f64(trial, SCALE) * rows(trial, TUNED_ROWS_EVALUATE) + (double)tuned_i64(trial, KIND) * 100;
    if (tuned_active(trial, BONUS)) value += tuned_f64(trial, BONUS);
    trial->host->constraint(trial, "sum", s->sum - 100);
    trial->host->objective(trial, TRAINED, s->sum);
    return trial->host->objective(trial, TOTAL, value);
}

static const tuned_trainable trainable = {
    .size = sizeof trainable,
    .flags = TUNED_DETERMINISTIC,
    .id = "minor0",
    .schema_json = TUNED_JSON({
        "id": "minor0",
        "parameters": [
            {"name": "scale", "type": "float", "low": 0, "high": 10},
            {"name": "kind", "type": "categorical", "choices": ["plain", "extra"]},
            {"name": "bonus", "type": "float", "low": 0, "high": 10, "when": {"kind": "extra"}}
        ],
        "metrics": [{"name": "total", "goal": "minimize"}, {"name": "trained", "goal": "maximize"}]
    }),
    .create = create,
    .train = train,
    .evaluate = evaluate,
    .destroy = free,
    .extension = extension,
};

TUNED_PLUGIN("minor0", "1.0.0", trainable)
