/* Libraries that load and work, with something amiss in their tables or their file. Each is built from this file with one of
 * the names below defined, or linked in an odd way. */
#define _GNU_SOURCE
#include <tuned/plugin.h>

#include <unistd.h>

#if defined(TLS)
static __thread int counter __attribute__((tls_model("initial-exec")));
#elif defined(TEXT_RELOCATION)
/* An address within code. */
__asm__(".pushsection .text\n .balign 8\n .dc.a tuned_plugin_v1\n .popsection");
#elif defined(SLOW_LOAD)
__attribute__((constructor)) static void construct(void) { usleep(1300000); }
#elif defined(MISSING)
int function_of_a_missing_library(void);
#endif

static int32_t evaluate(void *self, const tuned_trial *trial) {
    (void)self;
#if defined(TLS)
    counter++;
#elif defined(MISSING)
    function_of_a_missing_library();
#endif
    return trial->host->objective(trial, 0, tuned_f64(trial, 0));
}

#if defined(SCHEMA_ID)
#define ID "other"
#else
#define ID "amiss"
#endif
#if defined(NO_DEFAULT)
#define X {"name": "x", "type": "float", "low": 0, "high": 1}
#else
#define X {"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5}
#endif
#if defined(SCHEMA_DETERMINISTIC)
#define DETERMINISTIC true
#else
#define DETERMINISTIC false
#endif
#define METRICS [{"name": "value", "goal": "minimize"}]
#define EXPANDED(...) TUNED_JSON(__VA_ARGS__)

static const tuned_trainable only = {
#if defined(SHORT_TABLE)
    .size = offsetof(tuned_trainable, extension),
#elif defined(LONG_TABLE)
    .size = sizeof only + 8,
#else
    .size = sizeof only,
#endif
#if defined(UNKNOWN_FLAGS)
    .flags = 0x100,
#endif
    .id = "amiss",
    .schema_json = EXPANDED({"id": ID, "deterministic": DETERMINISTIC, "parameters": [X], "metrics": METRICS}),
    .evaluate = evaluate,
};

static const tuned_trainable *trainable(uint32_t index) { return index == 0 ? &only : NULL; }

#if defined(PLUGIN_EXTENSION)
static const void *answer_all(const char *id) { return id; }
#endif

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const tuned_plugin plugin = {
        .size = sizeof plugin,
#if defined(NEWER_MINOR)
        .abi_minor = TUNED_ABI_MINOR + 1,
#else
        .abi_minor = TUNED_ABI_MINOR,
#endif
        .id = "amiss",
#if defined(NOT_UTF8)
        .version = "1\xff",
#elif defined(NO_VERSION)
        .version = "",
#else
        .version = "1.0.0",
#endif
        .build = "", .trainable_count = 1, .trainable = trainable,
#if defined(PLUGIN_EXTENSION)
        .extension = answer_all,
#endif
    };
    (void)host;
    return &plugin;
}
