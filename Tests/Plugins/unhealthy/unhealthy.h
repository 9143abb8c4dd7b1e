/* A trainable in good health that falls ill in one way: config `how` selects it. `tuned check` must find each. */
#ifndef UNHEALTHY_H
#define UNHEALTHY_H

#include "../settings.h"

#include <tuned/plugin.h>

#include <stdbool.h>
#include <string.h>

enum { PARAMETER_X, PARAMETER_KIND, PARAMETER_DEPTH };
enum { METRIC_LOSS, METRIC_SIZE };

/* What a run knows after each epoch: all of it is in a checkpoint. */
typedef struct progress {
    uint64_t magic;
    uint64_t random;
    int64_t epoch;
    double loss;
    double momentum;
} progress;

typedef struct instance {
    char how[32];
    long calls;  /* of evaluate, by this instance */
} instance;

static inline bool is_how(const instance *self, const char *name) { return strcmp(self->how, name) == 0; }

/* What a run does to its process (process.c). */
void disturb_process(const instance *self, const tuned_trial *trial);

/* Checkpoints (checkpoints.c): TUNED_ABSENT where there is none to go on from. */
int32_t restore_progress(const instance *self, const tuned_trial *trial, progress *state);
int32_t save_progress(const instance *self, const tuned_trial *trial, const progress *state);

extern const tuned_trainable stepper_trainable;

#endif
