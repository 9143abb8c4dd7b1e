/* noop-batch: the sum of noop, for one trial or for many in one call. */
#include "trainables.h"

#include <string.h>

static int32_t evaluate(void *self, const tuned_trial *trial) {
    (void)self;
    return trial->host->objective(trial, 0, tuned_f64(trial, 0) + tuned_f64(trial, 1));
}

static int32_t run(void *self, const tuned_trial *const *trials, uint32_t count, int32_t *codes) {
    for (uint32_t i = 0; i < count; i++) codes[i] = evaluate(self, trials[i]);
    return TUNED_OK;
}

static const void *extension(void *self, const char *id) {
    static const tuned_batch_extension batch = {.size = sizeof batch, .limit = 0, .run = run};
    (void)self;
    return strcmp(id, TUNED_BATCH) == 0 ? &batch : NULL;
}

const tuned_trainable noop_batch = {
    .size = sizeof noop_batch,
    .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC,
    .id = "noop-batch",
    .schema_json = TUNED_JSON({
        "id": "noop-batch",
        "description": "The sum of two numbers, many trials at once",
        "parameters": [
            {"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "y", "type": "float", "low": 0, "high": 1, "default": 0.5}
        ],
        "metrics": [{"name": "value", "goal": "minimize", "description": "x + y"}]
    }),
    .evaluate = evaluate,
    .extension = extension,
};
