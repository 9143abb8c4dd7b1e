#define _GNU_SOURCE
#include "unhealthy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EPOCHS 20

static void pause_ms(long ms) {
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0) {}
}

/* ---- Instances. */

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    const char *how = setting(config, "how", "healthy");
    if (strcmp(how, "create_fails") == 0) return host->fail(NULL, TUNED_FAILED, "create was told to fail");
    if (strcmp(how, "create_leaks") == 0) {
        volatile char *block = malloc(10000);
        if (block) block[0] = 1;
    }
    instance *made = calloc(1, sizeof *made);
    if (!made) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    snprintf(made->how, sizeof made->how, "%s", how);
    *self = made;
    return TUNED_OK;
}

/* ---- One run. */

static double noise(uint64_t *random) {
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (double)(*random >> 11) * 0x1p-53;
}

static int32_t refuse(const instance *self, const tuned_trial *trial) {
    const tuned_host *host = trial->host;
    double x = tuned_f64(trial, PARAMETER_X);
    bool is_branch = tuned_active(trial, PARAMETER_DEPTH) != 0;
    if (is_how(self, "fails_in_branch") && is_branch) return host->fail(trial, TUNED_FAILED, "no layer of that kind");
    if (is_how(self, "crashes_at_high") && x == 1) abort();
    if (is_how(self, "silent_failure") && x == 1) return TUNED_FAILED;
    if (is_how(self, "unknown_code") && x == 1) return 77;
    if (is_how(self, "stopped_unasked") && x == 1) return TUNED_STOPPED;
    if (is_how(self, "mostly_infeasible") && x > 0.3) return TUNED_INFEASIBLE;
    if (is_how(self, "nothing_feasible")) return TUNED_INFEASIBLE;
    if (is_how(self, "unknown_metric")) host->objective(trial, 9, 1);
    if (is_how(self, "fail_then_success")) host->fail(trial, TUNED_FAILED, "it went wrong");
    return TUNED_OK;
}

/* Hosts of other sizes than the header's. */
static void misread_host(const instance *self, const tuned_trial *trial) {
    const tuned_host *host = trial->host;
    if (is_how(self, "beyond_host")) {
        typedef void (*future)(const tuned_trial *);
        /* As one who was built with a newer header and does not ask TUNED_HAS. */
        const future *next = (const future *)(const void *)(host + 1);
        if (host->abi_minor < TUNED_ABI_MINOR && *next != NULL) (*next)(trial);
    }
    if (is_how(self, "no_has")) host->extension(TUNED_DATA);
    if (is_how(self, "trusts_extension")) {
        const tuned_checkpoint_extension *checkpoint = host->extension(TUNED_CHECKPOINT);
        (void)*(const volatile uint32_t *)&checkpoint->size;
    }
}

static double start_value(const instance *self, const tuned_trial *trial) {
    static volatile long runs;
    static volatile double shared;
    double x = is_how(self, "values_by_index") ? trial->values[PARAMETER_X + 1].i64 + trial->values[PARAMETER_X].f64
                                               : tuned_i64(trial, PARAMETER_KIND) + tuned_f64(trial, PARAMETER_X);
    if (is_how(self, "clockwork")) x += (double)runs++ * 0x1p-20;
    if (is_how(self, "process_number")) x += getpid() * 0x1p-20;
    if (is_how(self, "shared_state")) {
        shared = x;
        for (int turn = 0; turn < 20; turn++) pause_ms(1);
        x = shared;
    }
    return x + (double)tuned_i64(trial, PARAMETER_DEPTH) * 0.01;
}

static int32_t report(const instance *self, const tuned_trial *trial, const progress *state) {
    int64_t step = is_how(self, "steps_backwards") ? EPOCHS - state->epoch : state->epoch;
    return trial->host->report(trial, METRIC_LOSS, step, is_how(self, "report_nan") && step == 1 ? NAN : state->loss);
}

static int32_t finish(const instance *self, const tuned_trial *trial, const progress *state) {
    double x = tuned_f64(trial, PARAMETER_X), loss = state->loss;
    if (is_how(self, "nan_at_low") && x == 0) loss = NAN;
    if (is_how(self, "missing_objective")) return TUNED_OK;
    if (!is_how(self, "missing_metric")) trial->host->objective(trial, METRIC_SIZE, 1);
    return trial->host->objective(trial, METRIC_LOSS, loss);
}

static int32_t evaluate(void *instance_, const tuned_trial *trial) {
    instance *self = instance_;
    self->calls++;
    int32_t status = refuse(self, trial);
    if (status != TUNED_OK) return status;
    misread_host(self, trial);
    disturb_process(self, trial);

    progress state = {0};
    status = restore_progress(self, trial, &state);
    if (status < 0) return status;
    if (status == TUNED_ABSENT) state = (progress){.random = trial->seed, .loss = start_value(self, trial)};
    int64_t epochs = trial->budget > 0 && !is_how(self, "ignores_budget") ? (int64_t)ceil(trial->budget) : EPOCHS;
    if (is_how(self, "costs_the_same")) pause_ms(150);
    while (state.epoch < epochs) {
        if (is_how(self, "ignores_stop")) {
            pause_ms(100);
        } else if (trial->host->should_stop(trial)) {
            return is_how(self, "stop_as_failure") ? trial->host->fail(trial, TUNED_FAILED, "interrupted") : TUNED_STOPPED;
        }
        state.momentum = 0.9 * state.momentum + noise(&state.random) - 0.5;
        state.loss = state.loss * 0.9 + 0.01 * state.momentum;
        state.epoch++;
        report(self, trial, &state);
        if (state.epoch % 2 == 0 && save_progress(self, trial, &state) != TUNED_OK) return TUNED_FAILED;
    }
    return finish(self, trial, &state);
}

static int32_t run_batch(void *self, const tuned_trial *const *trials, uint32_t count, int32_t *codes) {
    for (uint32_t i = 0; i < count; i++) codes[i] = evaluate(self, trials[is_how(self, "batch_differs") ? 0 : i]);
    return TUNED_OK;
}

/* ---- The tables. */

static const void *extension(void *self, const char *id) {
    static const tuned_batch_extension batch = {sizeof batch, 4, run_batch};
    static const tuned_batch_extension hollow = {sizeof hollow, 4, NULL};
    if (is_how(self, "any_extension")) return &batch;
    if (strcmp(id, TUNED_BATCH) != 0) return NULL;
    return is_how(self, "hollow_extension") ? &hollow : &batch;
}

#define SCHEMA(name) \
    "{\"id\": \"" name "\", " \
    TUNED_JSON( \
        "parameters": [ \
            {"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5}, \
            {"name": "kind", "type": "categorical", "choices": ["plain", "deep"], "default": "plain"}, \
            {"name": "depth", "type": "int", "low": 1, "high": 5, "default": 2, "when": {"kind": ["deep"]}} \
        ], \
        "metrics": [{"name": "loss", "goal": "minimize"}, {"name": "size", "goal": "minimize"}], \
        "fidelity": {"name": "epochs", "low": 1, "high": 20}, \
        "config": [{"name": "how"}] \
    ) \
    "}"

#define TRAINABLE(name, flag_bits) \
    {.size = sizeof(tuned_trainable), .flags = flag_bits, .id = name, .schema_json = SCHEMA(name), .create = create, \
     .evaluate = evaluate, .destroy = free, .extension = extension}

static const tuned_trainable trainables[] = {
    TRAINABLE("steady", TUNED_THREAD_SAFE | TUNED_DETERMINISTIC | TUNED_CHECKPOINTS),
    TRAINABLE("modest", 0),
};

#define COUNT (sizeof trainables / sizeof *trainables)

static const tuned_trainable *trainable(uint32_t index) {
    if (index == COUNT) return &stepper_trainable;
    return index < COUNT ? &trainables[index] : NULL;
}

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const tuned_plugin plugin = {
        .size = sizeof plugin, .abi_minor = TUNED_ABI_MINOR, .id = "unhealthy", .version = "1.0.0", .build = "",
        .trainable_count = COUNT + 1, .trainable = trainable,
    };
    (void)host;
    return &plugin;
}
