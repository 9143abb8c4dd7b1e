/* A trainable that reports as its config `how` says: in order, or not. At epoch e it has x + 1/e, and ends with what it has at the end of its
 * budget. */
#include "settings.h"

#include <tuned/plugin.h>

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PARAMETER_X };
enum { METRIC_LOSS, METRIC_OTHER };
enum { EPOCHS = 9 };

typedef struct reporter {
    char how[32];
    long count;  /* config count: of "many" */
} reporter;

static double loss(const tuned_trial *trial, int64_t epoch) { return tuned_f64(trial, PARAMETER_X) + 1.0 / (double)epoch; }

static void report(const tuned_trial *trial, int64_t epoch) { trial->host->report(trial, METRIC_LOSS, epoch, loss(trial, epoch)); }

/* Of a trial that has ended: better than any that there is. */
static void *report_late(void *argument) {
    const tuned_trial *trial = argument;
    const tuned_host *host = trial->host;
    /* It is told to stop once its run has ended. */
    while (!host->should_stop(trial)) nanosleep(&(struct timespec){0, 20000}, NULL);
    for (int64_t step = 1; step <= 3; step++) host->report(trial, METRIC_LOSS, step, -1000);
    return NULL;
}

static int32_t report_all(const reporter *self, const tuned_trial *trial, int64_t last) {
    const tuned_host *host = trial->host;
    const char *how = self->how;
    if (strcmp(how, "backwards") == 0) {
        for (int64_t epoch = last; epoch >= 1; epoch--) report(trial, epoch);
    } else if (strcmp(how, "repeated") == 0) {
        for (int64_t epoch = 1; epoch <= last; epoch++) {
            /* The wrong one first: it has the best last. */
            host->report(trial, METRIC_LOSS, epoch, -10 * tuned_f64(trial, PARAMETER_X));
            report(trial, epoch);
        }
    } else if (strcmp(how, "skipped") == 0) {
        for (int64_t epoch = 1; epoch <= last; epoch += 4) report(trial, epoch);
    } else if (strcmp(how, "nan") == 0) {
        for (int64_t epoch = 1; epoch <= last; epoch++) {
            if (epoch % 3 == 2) host->report(trial, METRIC_LOSS, epoch, epoch > 4 ? NAN : -INFINITY);
            else report(trial, epoch);
        }
    } else if (strcmp(how, "strange") == 0) {
        host->report(trial, METRIC_LOSS, INT64_MIN, 5);
        host->report(trial, METRIC_LOSS, -1, 5);
        host->report(trial, METRIC_LOSS, 0, 5);
        host->report(trial, METRIC_OTHER, 1, 5);
        if (host->report(trial, 77, 1, 5) == TUNED_OK) return host->fail(trial, TUNED_FAILED, "a metric that is not there was taken");
        for (int64_t epoch = 1; epoch <= last; epoch++) report(trial, epoch);
        host->report(trial, METRIC_LOSS, INT64_MAX, 5);
    } else if (strcmp(how, "many") == 0) {
        for (int64_t step = 1; step <= self->count; step++) {
            host->report(trial, METRIC_LOSS, step, tuned_f64(trial, PARAMETER_X) + 1.0 / (double)step);
        }
    } else {
        for (int64_t epoch = 1; epoch <= last; epoch++) report(trial, epoch);
    }
    return TUNED_OK;
}

static int32_t reporter_create(const tuned_host *host, const tuned_config *config, void **self) {
    reporter *made = calloc(1, sizeof *made);
    if (!made) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    strncpy(made->how, setting(config, "how", "plain"), sizeof made->how - 1);
    made->count = setting_number(config, "count", 10000);
    *self = made;
    return TUNED_OK;
}

static int32_t reporter_evaluate(void *instance, const tuned_trial *trial) {
    const reporter *self = instance;
    int64_t last = tuned_budget(trial, EPOCHS);
    /* "short": it comes nowhere near its budget, and succeeds. */
    if (strcmp(self->how, "short") == 0) last = 1;
    int32_t status = report_all(self, trial, last);
    if (status != TUNED_OK) return status;
    if (strcmp(self->how, "late") == 0) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, report_late, (void *)(uintptr_t)trial) != 0) return TUNED_FAILED;
        pthread_detach(thread);
    }
    return trial->host->objective(trial, METRIC_LOSS, loss(trial, last));
}

static const tuned_trainable trainable = {
    .size = sizeof trainable,
    .flags = TUNED_DETERMINISTIC,
    .id = "reporter",
    .schema_json = TUNED_JSON({
        "id": "reporter",
        "parameters": [{"name": "x", "type": "float", "low": 0, "high": 10, "default": 1}],
        "metrics": [{"name": "loss", "goal": "minimize"}, {"name": "other", "goal": "minimize"}],
        "fidelity": {"name": "epochs", "low": 1, "high": 9},
        "config": [{"name": "how"}, {"name": "count"}]
    }),
    .create = reporter_create,
    .evaluate = reporter_evaluate,
    .destroy = free,
};

TUNED_PLUGIN("reporter", "1.0.0", trainable)
