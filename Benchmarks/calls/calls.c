/* A trainable that times the host's functions from where plugins call them. */
#include <tuned/plugin.h>

#include <time.h>

/* Fewer than half the reports that the shared page holds, so that none of them waits for the daemon. */
#define REPORTS 2000
#define QUESTIONS 100000

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    const tuned_host *host = trial->host;
    (void)self;
    double began = now();
    for (int64_t step = 1; step <= REPORTS; step++) host->report(trial, 0, step, (double)step);
    double report = (now() - began) / REPORTS;
    int32_t stopped = 0;
    began = now();
    for (int i = 0; i < QUESTIONS; i++) stopped |= host->should_stop(trial);
    double should_stop = (now() - began) / QUESTIONS;
    if (stopped) return TUNED_STOPPED;
    int32_t status = host->objective(trial, 0, report);
    return status == TUNED_OK ? host->objective(trial, 1, should_stop) : status;
}

static const tuned_trainable host_calls = {
    .size = sizeof host_calls,
    .id = "host-calls",
    .schema_json = TUNED_JSON({
        "id": "host-calls",
        "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5}],
        "metrics": [
            {"name": "report_ns", "goal": "minimize", "description": "One report, in nanoseconds"},
            {"name": "should_stop_ns", "goal": "minimize", "description": "One question whether to stop, in nanoseconds"}
        ]
    }),
    .evaluate = evaluate,
};

TUNED_PLUGIN("calls", "1.0.0", host_calls)
