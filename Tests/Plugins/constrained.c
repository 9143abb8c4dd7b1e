/* A trainable that reports outcome constraints, one trial a call or many: x + y at most 1 under the name "sum", and whatever `how` says. */
#include "settings.h"

#include <tuned/plugin.h>

#include <math.h>
#include <stdio.h>
#include <time.h>

#define SCHEMA(id)                                                                                                       \
    "{\"id\": \"" id "\", \"parameters\": [{\"name\": \"x\", \"type\": \"float\", \"low\": 0, \"high\": 1},"                \
    " {\"name\": \"y\", \"type\": \"float\", \"low\": 0, \"high\": 1}], \"metrics\": [{\"name\": \"value\", \"goal\": \"minimize\"}]," \
    " \"config\": [{\"name\": \"how\", \"required\": false, \"description\": \"What else it reports: nan, long, rare or many\"}," \
    " {\"name\": \"ms\", \"required\": false, \"description\": \"How long a trial takes\"}]}"

enum { ROWS = 12 };

typedef struct instance {
    char how[16];
    long ms;
} instance;

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    instance *i = calloc(1, sizeof *i);
    if (!i) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    snprintf(i->how, sizeof i->how, "%s", setting(config, "how", ""));
    i->ms = setting_number(config, "ms", 0);
    *self = i;
    return TUNED_OK;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    const instance *i = self;
    const tuned_host *host = trial->host;
    double x = tuned_f64(trial, 0), y = tuned_f64(trial, 1);
    char name[200];
    if (i->ms > 0) nanosleep(&(struct timespec){i->ms / 1000, i->ms % 1000 * 1000000}, NULL);
    /* Replaced by what is said later. */
    host->constraint(trial, "sum", 100);
    host->constraint(trial, "sum", x + y - 1 + 0.25 * trial->fold);
    if (strcmp(i->how, "nan") == 0 && trial->id % 2 == 0) host->constraint(trial, "odd", NAN);
    if (strcmp(i->how, "rare") == 0 && trial->id % 3 == 0) host->constraint(trial, "rare", 0.5 - x);
    if (strcmp(i->how, "long") == 0) {
        memset(name, 'n', sizeof name - 1);
        name[sizeof name - 1] = 0;
        if (host->constraint(trial, name, 1) == TUNED_OK) return host->fail(trial, TUNED_FAILED, "a name of 199 bytes was taken");
        if (host->constraint(trial, "", 1) == TUNED_OK) return host->fail(trial, TUNED_FAILED, "no name was taken");
    }
    for (int n = 0; strcmp(i->how, "many") == 0 && n < 256; n++) {
        snprintf(name, sizeof name, "c%d", n);
        int32_t code = host->constraint(trial, name, -n);
        if (code != (n < 255 ? TUNED_OK : TUNED_FAILED)) return host->fail(trial, TUNED_FAILED, "not 256 constraints were taken");
    }
    return host->objective(trial, 0, (1 - x) * (1 - x) + (1 - y) * (1 - y));
}

static int32_t run_batch(void *self, const tuned_trial *const *trials, uint32_t count, int32_t *codes) {
    for (uint32_t n = 0; n < count; n++) codes[n] = evaluate(self, trials[n]);
    return TUNED_OK;
}

static int32_t describe(void *self, tuned_dataset *out) {
    (void)self;
    out->rows = ROWS;
    return TUNED_OK;
}

static const void *rows(void *self, const char *id) {
    static const tuned_dataset_extension told = {sizeof told, 0, describe};
    (void)self;
    return strcmp(id, TUNED_DATASET) == 0 ? &told : NULL;
}

static const void *batches(void *self, const char *id) {
    static const tuned_batch_extension batch = {.size = sizeof batch, .limit = 100, .run = run_batch};
    (void)self;
    return strcmp(id, TUNED_BATCH) == 0 ? &batch : NULL;
}

static const tuned_trainable single = {
    .size = sizeof single, .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC, .id = "single", .schema_json = SCHEMA("single"),
    .create = create, .evaluate = evaluate, .destroy = free, .extension = rows,
};

static const tuned_trainable batch = {
    .size = sizeof batch, .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC, .id = "batch", .schema_json = SCHEMA("batch"),
    .create = create, .destroy = free, .extension = batches,
};

static const tuned_trainable *trainable(uint32_t index) {
    static const tuned_trainable *const all[] = {&single, &batch};
    return index < 2 ? all[index] : NULL;
}

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const tuned_plugin plugin = {
        .size = sizeof plugin, .abi_minor = TUNED_ABI_MINOR, .id = "constrained", .version = "1.0.0", .build = "",
        .trainable_count = 2, .trainable = trainable,
    };
    (void)host;
    return &plugin;
}
