/* What runs inside the daemon, or many trials at once: trainables that count their instances and the calls that overlap, log,
 * report, wait to be stopped, fail and crash as they are told. */
#include "settings.h"

#include <tuned/plugin.h>

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define PARAMETERS                                                                                                       \
    "{\"name\": \"x\", \"type\": \"float\", \"low\": 0, \"high\": 1, \"default\": 0.5},"                                 \
    "{\"name\": \"how\", \"type\": \"categorical\", \"default\": \"well\", \"choices\": [\"well\", \"fail\","             \
    " \"infeasible\", \"nan\", \"nothing\", \"report\", \"log\", \"wait\", \"crash\", \"prune\"]}"
#define METRICS                                                                                                          \
    "{\"name\": \"value\", \"goal\": \"minimize\"}, {\"name\": \"calls\", \"goal\": \"minimize\"},"                      \
    "{\"name\": \"overlap\", \"goal\": \"minimize\"}, {\"name\": \"instance\", \"goal\": \"minimize\"}"
#define SCHEMA(id) "{\"id\": \"" id "\", \"parameters\": [" PARAMETERS "], \"metrics\": [" METRICS "]}"

enum { VALUE, CALLS, OVERLAP, INSTANCE };

typedef struct instance {
    long number, calls, sleep_us, each_us, crash_at;  /* sleep_us: of a call; each_us: of a trial */
    char how[16];
} instance;

/* Instances made and not destroyed, instances ever made, and calls under way. */
static atomic_long alive, made, under_way;

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    if (strcmp(setting(config, "create", ""), "fail") == 0) return host->fail(NULL, TUNED_FAILED, "create was told to fail");
    instance *i = calloc(1, sizeof *i);
    if (!i) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    i->number = atomic_fetch_add(&made, 1);
    i->sleep_us = setting_number(config, "us", 0);
    i->each_us = setting_number(config, "each_us", 0);
    i->crash_at = setting_number(config, "crash_at", -1);
    snprintf(i->how, sizeof i->how, "%s", setting(config, "how", ""));
    atomic_fetch_add(&alive, 1);
    host->log(NULL, TUNED_LOG_INFO, "created");
    *self = i;
    return TUNED_OK;
}

static void destroy(void *self) {
    atomic_fetch_sub(&alive, 1);
    free(self);
}

static void pause_for(long us) {
    nanosleep(&(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
}

static int32_t behave(instance *i, const tuned_trial *trial) {
    const tuned_host *host = trial->host;
    const char *how = i->how[0] ? i->how : tuned_str(trial, 1);
    double x = tuned_f64(trial, 0);
    char line[64];
    if (i->each_us > 0) pause_for(i->each_us);
    if (trial->id == i->crash_at || strcmp(how, "crash") == 0) abort();
    if (strcmp(how, "fail") == 0) return host->fail(trial, -7, "failed as told");
    if (strcmp(how, "infeasible") == 0) return host->fail(trial, TUNED_INFEASIBLE, "cannot be trained, as told");
    if (strcmp(how, "nothing") == 0) return TUNED_OK;
    if (strcmp(how, "nan") == 0) x = NAN;
    if (strcmp(how, "report") == 0 || strcmp(how, "prune") == 0) {
        for (int64_t step = 1; step <= 5000; step++) host->report(trial, VALUE, step, x / (double)step);
    }
    if (strcmp(how, "prune") == 0) return TUNED_CANCELLED;
    if (strcmp(how, "log") == 0) {
        snprintf(line, sizeof line, "trial %lld speaks", (long long)trial->id);
        host->log(trial, TUNED_LOG_WARNING, line);
    }
    while (strcmp(how, "wait") == 0) {
        if (host->should_stop(trial)) return TUNED_STOPPED;
        pause_for(1000);
    }
    return host->objective(trial, VALUE, x);
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    instance *i = self;
    long overlap = atomic_fetch_add(&under_way, 1);
    i->calls++;
    if (i->sleep_us > 0) pause_for(i->sleep_us);
    trial->host->objective(trial, CALLS, (double)i->calls);
    trial->host->objective(trial, OVERLAP, (double)overlap);
    trial->host->objective(trial, INSTANCE, (double)i->number);
    int32_t code = behave(i, trial);
    atomic_fetch_sub(&under_way, 1);
    return code;
}

static int32_t run_batch(void *self, const tuned_trial *const *trials, uint32_t count, int32_t *codes) {
    instance *i = self;
    long overlap = atomic_fetch_add(&under_way, 1);
    if (i->sleep_us > 0) pause_for(i->sleep_us);
    for (uint32_t n = 0; n < count; n++) {
        trials[n]->host->objective(trials[n], CALLS, (double)count);
        trials[n]->host->objective(trials[n], OVERLAP, (double)overlap);
        trials[n]->host->objective(trials[n], INSTANCE, (double)i->number);
        codes[n] = behave(i, trials[n]);
    }
    atomic_fetch_sub(&under_way, 1);
    return strcmp(i->how, "whole") == 0 ? trials[0]->host->fail(trials[0], -9, "the whole call failed") : TUNED_OK;
}

static const void *extension(void *self, const char *id) {
    static const tuned_batch_extension batch = {.size = sizeof batch, .limit = 100, .run = run_batch};
    (void)self;
    return strcmp(id, TUNED_BATCH) == 0 ? &batch : NULL;
}

static const tuned_trainable safe = {
    .size = sizeof safe, .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC, .id = "safe", .schema_json = SCHEMA("safe"),
    .create = create, .evaluate = evaluate, .destroy = destroy,
};

static const tuned_trainable unsafe = {
    .size = sizeof unsafe, .flags = TUNED_DETERMINISTIC, .id = "unsafe", .schema_json = SCHEMA("unsafe"),
    .create = create, .evaluate = evaluate, .destroy = destroy,
};

static const tuned_trainable batch = {
    .size = sizeof batch, .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC, .id = "batch", .schema_json = SCHEMA("batch"),
    .create = create, .destroy = destroy, .extension = extension,
};

static const tuned_trainable *trainable(uint32_t index) {
    static const tuned_trainable *const all[] = {&safe, &unsafe, &batch};
    return index < 3 ? all[index] : NULL;
}

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const tuned_plugin plugin = {
        .size = sizeof plugin, .abi_minor = TUNED_ABI_MINOR, .id = "inprocess", .version = "1.0.0", .build = "",
        .trainable_count = 3, .trainable = trainable,
    };
    (void)host;
    return &plugin;
}
