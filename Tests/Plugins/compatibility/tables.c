/* A plugin whose tables end early (-DTRUNCATED: what follows a table is no part of it and points nowhere) or go on behind what
 * this header knows (-DENLARGED), as those of a newer one do. */
#include <tuned/plugin.h>

#define NOWHERE ((uintptr_t)0x10)

static int32_t evaluate(void *self, const tuned_trial *trial) {
    (void)self;
    return trial->host->objective(trial, 0, 2 * tuned_f64(trial, 0));
}

#define SCHEMA \
    TUNED_JSON({"id": "tables", "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}], "metrics": [{"name": "twice"}]})

#ifdef TRUNCATED
static const struct {
    tuned_trainable known;
} trainable = {{.size = offsetof(tuned_trainable, extension), .id = "tables", .schema_json = SCHEMA, .evaluate = evaluate,
                .extension = (const void *(*)(void *, const char *))NOWHERE}};
#define PLUGIN_SIZE offsetof(tuned_plugin, extension)
#define UNKNOWN_EXTENSION ((const void *(*)(const char *))NOWHERE)
#else
static int32_t describe(void *self, tuned_dataset *out) {
    (void)self;
    out->rows = 3;
    return TUNED_OK;
}

static const void *extension(void *self, const char *id) {
    static const struct {
        tuned_dataset_extension known;
        uintptr_t unknown[3];
    } dataset = {{sizeof dataset, 0, describe}, {NOWHERE, NOWHERE, NOWHERE}};
    (void)self;
    return tuned_same_text(id, TUNED_DATASET) ? &dataset : NULL;
}

static const struct {
    tuned_trainable known;
    uintptr_t unknown[5];
} trainable = {{.size = sizeof trainable, .flags = 0x80000000u, .id = "tables", .schema_json = SCHEMA, .evaluate = evaluate,
                .extension = extension},
               {NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE}};
#define PLUGIN_SIZE sizeof plugin
#define UNKNOWN_EXTENSION NULL
#endif

static const tuned_trainable *get(uint32_t index) { return index == 0 ? &trainable.known : NULL; }

static const struct {
    tuned_plugin known;
    uintptr_t unknown[5];
} plugin = {{PLUGIN_SIZE, TUNED_ABI_MINOR + 1, "tables", "1", "", 1, 0, get, UNKNOWN_EXTENSION},
            {NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE}};

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    (void)host;
    return &plugin.known;
}
