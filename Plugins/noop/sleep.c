/* sleep: occupies its slot for a given time, asks each millisecond whether to stop, reports where it is told to. */
#include "trainables.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLEEP_X, SLEEP_MS };
enum { SLEEP_VALUE, SLEEP_ELAPSED };

typedef struct sleep_settings {
    long ms;            /* of the study's config; 0: the parameter decides */
    long report_every;  /* milliseconds between reports; 0: none */
} sleep_settings;

static int32_t sleep_create(const tuned_host *host, const tuned_config *config, void **self) {
    sleep_settings *settings = calloc(1, sizeof *settings);
    if (!settings) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    for (uint32_t i = 0; i < config->key_count; i++) {
        if (strcmp(config->keys[i], "ms") == 0) settings->ms = strtol(config->values[i], NULL, 10);
        if (strcmp(config->keys[i], "report_every") == 0) settings->report_every = strtol(config->values[i], NULL, 10);
    }
    *self = settings;
    return TUNED_OK;
}

static int32_t sleep_evaluate(void *self, const tuned_trial *trial) {
    const sleep_settings *settings = self;
    const tuned_host *host = trial->host;
    long ms = settings->ms > 0 ? settings->ms : (long)tuned_i64(trial, SLEEP_MS);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    for (long elapsed = 1; elapsed <= ms; elapsed++) {
        /* Absolute times, so that waking late once does not make the whole longer. */
        until.tv_nsec += 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {}
        if (host->should_stop(trial)) return TUNED_STOPPED;
        if (settings->report_every > 0 && elapsed % settings->report_every == 0) {
            host->report(trial, SLEEP_ELAPSED, elapsed, (double)elapsed);
        }
    }
    host->objective(trial, SLEEP_ELAPSED, (double)ms);
    return host->objective(trial, SLEEP_VALUE, tuned_f64(trial, SLEEP_X));
}

const tuned_trainable sleeper = {
    .size = sizeof sleeper,
    .flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC,
    .id = "sleep",
    .schema_json = TUNED_JSON({
        "id": "sleep",
        "description": "Sleeps, then gives back x",
        "parameters": [
            {"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "ms", "type": "int", "low": 1, "high": 60000, "log": true, "default": 50,
             "description": "How long, in milliseconds"}
        ],
        "metrics": [
            {"name": "value", "goal": "minimize", "description": "x"},
            {"name": "elapsed", "goal": "minimize", "description": "Milliseconds slept"}
        ],
        "config": [
            {"name": "ms", "required": false, "description": "The same for every trial, in place of the parameter"},
            {"name": "report_every", "required": false, "description": "Milliseconds between reports; none without it"}
        ]
    }),
    .create = sleep_create,
    .evaluate = sleep_evaluate,
    .destroy = free,
};
