/* Plugins whose schema is wrong in one way. Each is built from this file with one of the names below defined. */
#include <tuned/plugin.h>

#define X {"name": "x", "type": "float", "low": 0, "high": 1}
#define METRICS "metrics": [{"name": "value", "goal": "minimize"}]
#define SCHEMA(...) EXPANDED({"id": "broken", "parameters": [__VA_ARGS__], METRICS})
#define EXPANDED(...) TUNED_JSON(__VA_ARGS__)

static const char schema[] =
#if defined(NOT_JSON)
    "{\"id\": \"broken\", \"parameters\": [";
#elif defined(UNKNOWN_KEY)
    SCHEMA({"name": "x", "type": "float", "low": 0, "hihg": 1});
#elif defined(UNKNOWN_TYPE)
    SCHEMA({"name": "x", "type": "flaot", "low": 0, "high": 1});
#elif defined(LOW_HIGH)
    SCHEMA({"name": "x", "type": "float", "low": 2, "high": 1});
#elif defined(LOG_LOW)
    SCHEMA({"name": "x", "type": "float", "low": 0, "high": 1, "log": true});
#elif defined(MISSING_PARENT)
    SCHEMA({"name": "x", "type": "float", "low": 0, "high": 1, "when": {"kernel": ["rbf"]}});
#elif defined(CYCLE)
    SCHEMA({"name": "a", "type": "bool", "when": {"b": [true]}}, {"name": "b", "type": "bool", "when": {"a": [true]}});
#elif defined(DUPLICATE)
    SCHEMA(X, X);
#elif defined(NO_CHOICES)
    SCHEMA({"name": "kernel", "type": "categorical", "choices": []});
#elif defined(DEFAULT_OUTSIDE)
    SCHEMA({"name": "x", "type": "float", "low": 0, "high": 1, "default": 7});
#elif defined(NO_METRICS)
    EXPANDED({"id": "broken", "parameters": [X], "metrics": []});
#elif defined(DEEP)
#define TEN(x) [[[[[[[[[[x]]]]]]]]]]
#define HUNDRED(x) TEN(TEN(TEN(TEN(TEN(TEN(TEN(TEN(TEN(TEN(x))))))))))
#define THOUSAND(x) HUNDRED(HUNDRED(HUNDRED(HUNDRED(HUNDRED(HUNDRED(HUNDRED(HUNDRED(HUNDRED(HUNDRED(x))))))))))
    EXPANDED({"id": "broken", "parameters": THOUSAND(0), METRICS});
#else
#error "one of the names must be defined"
#endif

static int32_t evaluate(void *self, const tuned_trial *trial) {
    (void)self;
    return trial->host->objective(trial, 0, tuned_f64(trial, 0));
}

static const tuned_trainable trainable = {
    .size = sizeof trainable, .id = "broken", .schema_json = schema, .evaluate = evaluate,
};

TUNED_PLUGIN("broken", "1.0.0", trainable)
