/* Libraries that cannot be used. Each is built from this file with one of the names below defined. */
#include <tuned/plugin.h>

#include <stdlib.h>
#include <unistd.h>

static int32_t evaluate(void *self, const tuned_trial *trial) {
    (void)self;
    return trial->host->objective(trial, 0, tuned_f64(trial, 0));
}

#define TRAINABLE(trainable_id, evaluate_function) { \
    .size = sizeof(tuned_trainable), \
    .id = trainable_id, \
    .schema_json = TUNED_JSON({ \
        "id": "broken", \
        "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}], \
        "metrics": [{"name": "value", "goal": "minimize"}] \
    }), \
    .evaluate = evaluate_function, \
}

static const tuned_trainable trainables[] = {
#if defined(BAD_ID)
    TRAINABLE("Bad Id/../x", evaluate),
#elif defined(NO_EVALUATE)
    TRAINABLE("broken", NULL),
#else
    TRAINABLE("broken", evaluate),
#endif
    TRAINABLE("broken", evaluate),
};

static const tuned_trainable *trainable(uint32_t index) {
#if defined(NULL_TRAINABLE)
    (void)index;
    return NULL;
#else
    return index < 2 ? &trainables[index] : NULL;
#endif
}

static const tuned_plugin plugin = {
#if defined(SIZE_ZERO)
    .size = 0,
#else
    .size = sizeof plugin,
#endif
    .abi_minor = TUNED_ABI_MINOR,
    .id = "broken",
    .version = "1.0.0",
    .build = "",
#if defined(NO_TRAINABLES)
    .trainable_count = 0,
#elif defined(DUPLICATE_IDS)
    .trainable_count = 2,
#else
    .trainable_count = 1,
#endif
    .trainable = trainable,
};

#if defined(CRASH_IN_CONSTRUCTOR)
__attribute__((constructor)) static void construct(void) { abort(); }
#elif defined(EXIT_IN_CONSTRUCTOR)
__attribute__((constructor)) static void construct(void) { _exit(0); }
#elif defined(HANG_IN_LOAD)
__attribute__((constructor)) static void construct(void) { for (;;) sleep(1000); }
#endif

#if defined(MISSING_SYMBOL)
TUNED_EXPORT const tuned_plugin *another_function(void) { return &plugin; }
#elif defined(NEWER_MAJOR)
TUNED_EXPORT const tuned_plugin *tuned_plugin_v2(const tuned_host *host);
TUNED_EXPORT const tuned_plugin *tuned_plugin_v2(const tuned_host *host) { return (void)host, &plugin; }
#else

#if defined(UNDEFINED_SYMBOL)
extern void function_that_no_library_has(void);
#endif

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    (void)host;
#if defined(UNDEFINED_SYMBOL)
    function_that_no_library_has();
#elif defined(CRASH_IN_ENTRY)
    abort();
#elif defined(NULL_PLUGIN)
    return NULL;
#elif defined(REFUSES)
    return host->fail(NULL, TUNED_FAILED, "the licence has run out") == TUNED_OK ? &plugin : NULL;
#endif
    return &plugin;
}
#endif
