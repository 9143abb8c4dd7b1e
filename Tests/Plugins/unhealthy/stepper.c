/* The same ills where the host drives the training (tuned.stepwise/1). */
#include "unhealthy.h"

#include <stdlib.h>

typedef struct stepper {
    instance self;
    progress state;
} stepper;

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    stepper *made = calloc(1, sizeof *made);
    if (!made) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    const char *how = setting(config, "how", "healthy");
    strncpy(made->self.how, how, sizeof made->self.how - 1);
    *self = made;
    return TUNED_OK;
}

static int32_t begin(void *self, const tuned_trial *trial) {
    stepper *made = self;
    made->state = (progress){.random = trial->seed, .loss = tuned_f64(trial, PARAMETER_X)};
    return TUNED_OK;
}

static int32_t step(void *self, const tuned_trial *trial, int64_t number) {
    progress *state = &((stepper *)self)->state;
    state->random = state->random * 6364136223846793005u + 1442695040888963407u;
    state->momentum = 0.9 * state->momentum + (double)(state->random >> 11) * 0x1p-53 - 0.5;
    state->loss = 0.9 * state->loss + 0.01 * state->momentum;
    return trial->host->report(trial, METRIC_LOSS, number, state->loss);
}

static int32_t save(void *self, const tuned_trial *trial) {
    const tuned_checkpoint_extension *checkpoint = tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    progress marked = ((stepper *)self)->state;
    marked.magic = sizeof marked;
    return checkpoint ? checkpoint->write(trial, &marked, sizeof marked) : TUNED_FAILED;
}

static int32_t load(void *self, const tuned_trial *trial) {
    stepper *made = self;
    progress read;
    if (tuned_read_checkpoint(trial, &read, sizeof read) != TUNED_OK || read.magic != sizeof read) {
        return trial->host->fail(trial, TUNED_FAILED, "the checkpoint is none of this plugin's");
    }
    made->state = read;
    if (is_how(&made->self, "forgets_momentum")) made->state.momentum = 0;
    return TUNED_OK;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    trial->host->objective(trial, METRIC_SIZE, 1);
    return trial->host->objective(trial, METRIC_LOSS, ((stepper *)self)->state.loss);
}

static const void *extension(void *self, const char *id) {
    static const tuned_stepwise_extension whole = {sizeof whole, 0, begin, step, save, load, NULL};
    static const tuned_stepwise_extension half = {sizeof half, 0, begin, step, save, NULL, NULL};
    if (strcmp(id, TUNED_STEPWISE) != 0) return NULL;
    return is_how(&((stepper *)self)->self, "save_without_load") ? &half : &whole;
}

const tuned_trainable stepper_trainable = {
    .size = sizeof stepper_trainable,
    .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC | TUNED_CHECKPOINTS,
    .id = "stepper",
    .schema_json = TUNED_JSON({
        "id": "stepper",
        "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5}],
        "metrics": [{"name": "loss", "goal": "minimize"}, {"name": "size", "goal": "minimize"}],
        "fidelity": {"name": "epochs", "low": 1, "high": 20},
        "config": [{"name": "how"}]
    }),
    .create = create,
    .evaluate = evaluate,
    .destroy = free,
    .extension = extension,
};
