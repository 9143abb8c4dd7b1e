// Lets a C++ exception out of a trainable, which the ABI forbids. Every third trial is well.
#include <tuned/plugin.h>

#include <stdexcept>

static int32_t evaluate(void *, const tuned_trial *trial) {
    if (trial->id % 3 != 2) throw std::runtime_error("thrown across the boundary");
    return trial->host->objective(trial, 0, tuned_f64(trial, 0));
}

static const char schema[] = TUNED_JSON({
    "id": "throw_cxx",
    "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}],
    "metrics": [{"name": "value", "goal": "minimize"}]
});

static const tuned_trainable trainable = {
    sizeof(tuned_trainable), 0, "throw_cxx", schema, nullptr, nullptr, evaluate, nullptr, nullptr,
};

TUNED_PLUGIN("misbehave_cxx", "1.0.0", trainable)
