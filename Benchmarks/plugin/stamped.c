/* A trainable that writes down when it ran: how busy slots were, and how long a crash cost, are then known from inside the
 * trials, not from what the daemon says about itself. */
#include <tuned/plugin.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct stamp_settings {
    FILE *file;        /* a line for each trial: number, monotonic seconds of its beginning and end, "ok" or "crash" */
    long ms;           /* how long a trial sleeps */
    long crash_every;  /* each so many trials one ends by SIGKILL; 0: none */
} stamp_settings;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    stamp_settings *settings = calloc(1, sizeof *settings);
    if (!settings) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    for (uint32_t i = 0; i < config->key_count; i++) {
        const char *key = config->keys[i], *value = config->values[i];
        if (strcmp(key, "file") == 0) settings->file = fopen(value, "a");
        if (strcmp(key, "ms") == 0) settings->ms = strtol(value, NULL, 10);
        if (strcmp(key, "crash_every") == 0) settings->crash_every = strtol(value, NULL, 10);
    }
    if (!settings->file) {
        free(settings);
        return host->fail(NULL, TUNED_FAILED, "config names no file that can be written");
    }
    *self = settings;
    return TUNED_OK;
}

static void destroy(void *self) {
    stamp_settings *settings = self;
    fclose(settings->file);
    free(settings);
}

/* One write of one line: lines of several workers do not mix in a file opened to append. */
static void write_stamp(const stamp_settings *settings, const tuned_trial *trial, double began, const char *end) {
    fprintf(settings->file, "%lld %.9f %.9f %s\n", (long long)trial->id, began, now(), end);
    fflush(settings->file);
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    const stamp_settings *settings = self;
    double began = now();
    struct timespec left = {settings->ms / 1000, settings->ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0) {}
    if (settings->crash_every > 0 && trial->id % settings->crash_every == settings->crash_every - 1) {
        write_stamp(settings, trial, began, "crash");
        raise(SIGKILL);
    }
    int32_t status = trial->host->objective(trial, 0, tuned_f64(trial, 0));
    write_stamp(settings, trial, began, "ok");
    return status;
}

static const tuned_trainable stamped = {
    .size = sizeof stamped,
    .id = "stamped",
    .schema_json = TUNED_JSON({
        "id": "stamped",
        "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5}],
        "metrics": [{"name": "value", "goal": "minimize", "description": "x"}],
        "config": [
            {"name": "file", "required": true, "description": "Where to write the times"},
            {"name": "ms", "required": false, "description": "How long a trial sleeps"},
            {"name": "crash_every", "required": false, "description": "Each so many trials one crashes"}
        ]
    }),
    .create = create,
    .evaluate = evaluate,
    .destroy = destroy,
};

TUNED_PLUGIN("stamped", "1.0.0", stamped)
