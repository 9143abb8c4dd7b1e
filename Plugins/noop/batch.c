/* noop-batch: the sum of noop, many trials in one call. It has no evaluate: a host that runs one trial at a time makes a batch
 * of one. */
#include "trainables.h"

#include <string.h>

static int32_t run(void *self, const tuned_trial *const *trials, uint32_t count, int32_t *codes) {
    (void)self;
    for (uint32_t i = 0; i < count; i++) {
        codes[i] = trials[i]->host->objective(trials[i], 0, tuned_f64(trials[i], 0) + tuned_f64(trials[i], 1));
    }
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
    .extension = extension,
};
