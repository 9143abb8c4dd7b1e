/* noop: two parameters, one sum. */
#include "trainables.h"

static int32_t noop_evaluate(void *self, const tuned_trial *trial) {
    (void)self;
    return trial->host->objective(trial, 0, tuned_f64(trial, 0) + tuned_f64(trial, 1));
}

const tuned_trainable noop = {
    .size = sizeof noop,
    .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC,
    .id = "noop",
    .schema_json = TUNED_JSON({
        "id": "noop",
        "description": "The sum of two numbers",
        "parameters": [
            {"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "y", "type": "float", "low": 0, "high": 1, "default": 0.5}
        ],
        "metrics": [{"name": "value", "goal": "minimize", "description": "x + y"}]
    }),
    .evaluate = noop_evaluate,
};
