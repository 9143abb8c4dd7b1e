/* A plugin that uses what hosts offer by extension: checkpoints, artifacts, resources and schedules; and one that the host
 * trains step by step. What it saw comes back as metrics. */
#include "settings.h"

#include <tuned/plugin.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PARAMETER_RATE, PARAMETER_STOP_AT };

/* ---- "keeper": a sum that grows by rate * step at each step, saved after each. */

enum { METRIC_SUM, METRIC_FIRST_STEP, METRIC_CPUS, METRIC_MEMORY, METRIC_SCHEDULED, METRIC_STORED };

/* Config pad: so many bytes more in each checkpoint. */
typedef struct padded {
    double sum;
    char pad[1 << 20];
} padded;

static long pad_of(const tuned_config *config) {
    long pad = setting_number(config, "pad", 0);
    return pad < 0 ? 0 : pad > 1 << 20 ? 1 << 20 : pad;
}

static int32_t keeper_create(const tuned_host *host, const tuned_config *config, void **self) {
    long *pad = malloc(sizeof *pad);
    if (!pad) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    *pad = pad_of(config);
    *self = pad;
    return TUNED_OK;
}

static int32_t sum_up(const tuned_trial *trial, long pad, double *sum, int64_t *first) {
    static padded room;
    double state = 0;
    int64_t step = 0, stop_at = tuned_i64(trial, PARAMETER_STOP_AT);
    int32_t status = tuned_load_checkpoint(trial, &step, &room, sizeof state + (size_t)pad);
    if (status == TUNED_OK) state = room.sum;
    if (status != TUNED_OK && status != TUNED_ABSENT) return trial->host->fail(trial, TUNED_FAILED, "the checkpoint is of another size");
    *first = step + 1;
    while (step < 10) {
        if (trial->attempt == 0 && step == stop_at) return trial->host->fail(trial, TUNED_FAILED, "stopped as asked");
        step++;
        state += tuned_f64(trial, PARAMETER_RATE) * (double)step;
        trial->host->report(trial, METRIC_SUM, step, state);
        room.sum = state;
        status = tuned_save_checkpoint(trial, step, &room, sizeof state + (size_t)pad);
        if (status != TUNED_OK) return status;
    }
    *sum = state;
    return TUNED_OK;
}

static int32_t keeper_evaluate(void *self, const tuned_trial *trial) {
    const tuned_host *host = trial->host;
    double sum = 0, scheduled = 0;
    int64_t first = 0;
    tuned_resources held = {.size = sizeof held};
    int32_t status = sum_up(trial, *(const long *)self, &sum, &first);
    if (status != TUNED_OK) return status;
    const tuned_resources_extension *resources = tuned_find_extension(host, TUNED_RESOURCES);
    const tuned_schedule_extension *schedule = tuned_find_extension(host, TUNED_SCHEDULE);
    const tuned_artifact_extension *artifact = tuned_find_extension(host, TUNED_ARTIFACT);
    if (!resources || !schedule || !artifact) return host->fail(trial, TUNED_FAILED, "an extension is missing");
    resources->get(&held);
    schedule->value(trial, PARAMETER_RATE, 0.5, &scheduled);
    int stored = artifact->store(trial, "sum.txt", "fifty-five", 10) == TUNED_OK;
    stored += artifact->store(trial, "../escape", "no", 2) == TUNED_OK;
    host->objective(trial, METRIC_SUM, sum);
    host->objective(trial, METRIC_FIRST_STEP, (double)first);
    host->objective(trial, METRIC_CPUS, held.cpu_count > 0 ? held.cpus[held.cpu_count - 1] : -1);
    host->objective(trial, METRIC_MEMORY, (double)held.memory);
    host->objective(trial, METRIC_SCHEDULED, scheduled);
    return host->objective(trial, METRIC_STORED, stored);
}

static const tuned_trainable keeper = {
    .size = sizeof keeper,
    .flags = TUNED_CHECKPOINTS | TUNED_DETERMINISTIC,
    .id = "keeper",
    .schema_json = TUNED_JSON({
        "id": "keeper",
        "parameters": [
            {"name": "rate", "type": "float", "low": 0, "high": 1, "default": 1},
            {"name": "stop_at", "type": "int", "low": -1, "high": 10, "default": -1}
        ],
        "metrics": [
            {"name": "sum", "goal": "minimize"}, {"name": "first_step", "goal": "minimize"}, {"name": "cpus", "goal": "minimize"},
            {"name": "memory", "goal": "minimize"}, {"name": "scheduled", "goal": "minimize"}, {"name": "stored", "goal": "minimize"}
        ],
        "config": [{"name": "pad"}]
    }),
    .create = keeper_create,
    .evaluate = keeper_evaluate,
    .destroy = free,
};

/* ---- "stepper": the same sum, driven by the host. */

typedef struct stepper {
    double sum;
    int64_t steps, begins, loads;
    int refuses;    /* config load = refuse: load refuses every checkpoint */
    long pause_ms;  /* config ms: how long a step takes in a run's first attempt */
    long pad;       /* config pad: bytes more in each checkpoint */
} stepper;

static int32_t stepper_create(const tuned_host *host, const tuned_config *config, void **self) {
    stepper *made = calloc(1, sizeof *made);
    if (!made) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    made->refuses = strcmp(setting(config, "load", ""), "refuse") == 0;
    made->pause_ms = setting_number(config, "ms", 0);
    made->pad = pad_of(config);
    *self = made;
    return TUNED_OK;
}

static int32_t stepper_begin(void *self, const tuned_trial *trial) {
    stepper *s = self;
    (void)trial;
    s->sum = 0;
    s->steps = 0;
    s->begins++;
    return TUNED_OK;
}

static int32_t stepper_step(void *self, const tuned_trial *trial, int64_t step) {
    stepper *s = self;
    s->sum += tuned_f64(trial, PARAMETER_RATE) * (double)step;
    s->steps++;
    if (trial->attempt == 0) nanosleep(&(struct timespec){s->pause_ms / 1000, s->pause_ms % 1000 * 1000000}, NULL);
    return trial->host->report(trial, 0, step, s->sum);
}

static int32_t stepper_save(void *self, const tuned_trial *trial) {
    const stepper *s = self;
    const tuned_checkpoint_extension *checkpoint = tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    static const padded nothing;
    int32_t status = checkpoint->write(trial, &s->sum, sizeof s->sum);
    return status == TUNED_OK && s->pad > 0 ? checkpoint->write(trial, nothing.pad, (uint64_t)s->pad) : status;
}

static int32_t stepper_load(void *self, const tuned_trial *trial) {
    stepper *s = self;
    s->loads++;
    if (s->refuses) return trial->host->fail(trial, TUNED_FAILED, "not a checkpoint of mine");
    return tuned_read_checkpoint(trial, &s->sum, sizeof s->sum);
}

static int32_t stepper_evaluate(void *self, const tuned_trial *trial) {
    const stepper *s = self;
    trial->host->objective(trial, 0, s->sum);
    trial->host->objective(trial, 1, (double)s->steps);
    return trial->host->objective(trial, 2, (double)s->loads);
}

static const void *stepper_extension(void *self, const char *id) {
    static const tuned_stepwise_extension stepwise = {
        .size = sizeof stepwise, .begin = stepper_begin, .step = stepper_step, .save = stepper_save, .load = stepper_load,
    };
    (void)self;
    return strcmp(id, TUNED_STEPWISE) == 0 ? &stepwise : NULL;
}

static const tuned_trainable stepwise_trainable = {
    .size = sizeof stepwise_trainable,
    .flags = TUNED_CHECKPOINTS | TUNED_DETERMINISTIC,
    .id = "stepper",
    .schema_json = TUNED_JSON({
        "id": "stepper",
        "parameters": [{"name": "rate", "type": "float", "low": 0, "high": 1, "default": 1}],
        "metrics": [
            {"name": "sum", "goal": "minimize"}, {"name": "steps", "goal": "minimize"}, {"name": "loads", "goal": "minimize"}
        ],
        "fidelity": {"name": "steps", "low": 1, "high": 20},
        "config": [{"name": "load"}, {"name": "ms"}, {"name": "pad"}]
    }),
    .create = stepper_create,
    .evaluate = stepper_evaluate,
    .destroy = free,
    .extension = stepper_extension,
};

static const tuned_trainable *trainable(uint32_t index) {
    static const tuned_trainable *const all[] = {&keeper, &stepwise_trainable};
    return index < 2 ? all[index] : NULL;
}

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const tuned_plugin plugin = {
        .size = sizeof plugin, .abi_minor = TUNED_ABI_MINOR, .id = "keeper", .version = "1.0.0", .build = "",
        .trainable_count = 2, .trainable = trainable,
    };
    (void)host;
    return &plugin;
}
