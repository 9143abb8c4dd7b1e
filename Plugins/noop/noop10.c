/* noop10: ten parameters, and a minimum that a search can find. */
#include "trainables.h"

#define DIMENSIONS 10

static int32_t noop10_evaluate(void *self, const tuned_trial *trial) {
    (void)self;
    double sum = 0;
    for (uint32_t i = 0; i < DIMENSIONS; i++) {
        double distance = tuned_f64(trial, i) - 0.3;
        sum += distance * distance;
    }
    return trial->host->objective(trial, 0, sum);
}

const tuned_trainable noop10 = {
    .size = sizeof noop10,
    .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC,
    .id = "noop10",
    .schema_json = TUNED_JSON({
        "id": "noop10",
        "description": "The squared distance of ten numbers to 0.3",
        "parameters": [
            {"name": "x0", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x1", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x2", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x3", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x4", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x5", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x6", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x7", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x8", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "x9", "type": "float", "low": 0, "high": 1, "default": 0.5}
        ],
        "metrics": [{"name": "value", "goal": "minimize", "description": "Sum of (x - 0.3)^2"}]
    }),
    .evaluate = noop10_evaluate,
};
