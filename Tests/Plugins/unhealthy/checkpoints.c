/* Checkpoints, well kept and badly. */
#include "unhealthy.h"

#define MAGIC 0x756e6865616c7468u

static int32_t read_whole(const tuned_trial *trial, int64_t *step, progress *state) {
    const tuned_checkpoint_extension *checkpoint = tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    if (!checkpoint) return TUNED_ABSENT;
    int32_t status = checkpoint->restore(trial, step);
    if (status != TUNED_OK) return status;
    /* One read gives as many bytes as it likes. */
    int64_t count = checkpoint->read(trial, state, sizeof *state);
    return count == (int64_t)sizeof *state ? TUNED_OK : TUNED_FAILED;
}

static int32_t read_any(const tuned_trial *trial, int64_t *step, progress *state) {
    const tuned_checkpoint_extension *checkpoint = tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    if (!checkpoint) return TUNED_ABSENT;
    int32_t status = checkpoint->restore(trial, step);
    if (status != TUNED_OK) return status;
    for (uint64_t done = 0; done < sizeof *state;) {
        int64_t count = checkpoint->read(trial, (char *)state + done, sizeof *state - done);
        if (count <= 0) break;
        done += (uint64_t)count;
    }
    state->magic = MAGIC;
    if (state->epoch <= 0 || state->epoch > *step) state->epoch = *step;
    return TUNED_OK;
}

int32_t restore_progress(const instance *self, const tuned_trial *trial, progress *state) {
    if (is_how(self, "never_restores")) return TUNED_ABSENT;
    int64_t step = 0;
    int32_t status;
    if (is_how(self, "whole_reads")) {
        status = read_whole(trial, &step, state);
    } else if (is_how(self, "accepts_truncated")) {
        status = read_any(trial, &step, state);
    } else {
        status = tuned_load_checkpoint(trial, &step, state, sizeof *state);
    }
    if (status < 0) return trial->host->fail(trial, TUNED_FAILED, "the checkpoint cannot be read");
    if (status != TUNED_OK || is_how(self, "ignores_restore")) return TUNED_ABSENT;
    if (is_how(self, "crashes_on_garbage") && state->magic != MAGIC) *(volatile char *)(uintptr_t)(state->magic % 4096) = 1;
    if (is_how(self, "accepts_random")) {
        state->epoch = step;
    } else if (state->magic != MAGIC) {
        return trial->host->fail(trial, TUNED_FAILED, "the checkpoint is none of this plugin's");
    }
    if (is_how(self, "forgets_momentum")) state->momentum = 0;
    return TUNED_OK;
}

int32_t save_progress(const instance *self, const tuned_trial *trial, const progress *state) {
    if (is_how(self, "no_checkpoint")) return TUNED_OK;
    progress marked = *state;
    marked.magic = MAGIC;
    return tuned_save_checkpoint(trial, state->epoch, &marked, sizeof marked);
}
