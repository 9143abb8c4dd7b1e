/* A trainable that times a checkpoint of 100 MB from where plugins write and read it, and a plain copy of a file of that size beside it: on
 * the same disk, made durable by the same call. `config: {folder: PATH}` says where the plain files go.
 */
#include <tuned/plugin.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 100 * 1000 * 1000, PIECE = 1 << 20 };

struct instance {
    char folder[4096];
    char *bytes;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    const char *folder = tuned_config_value(config, "folder");
    struct instance *instance = calloc(1, sizeof *instance);
    if (!folder || !instance || strlen(folder) > 4000 || !(instance->bytes = malloc(SIZE))) {
        return host->fail(NULL, TUNED_FAILED, "it needs config folder, and 100 MB");
    }
    strcpy(instance->folder, folder);
    uint64_t state = 1;
    for (size_t i = 0; i < SIZE; i += 8) {
        const uint64_t word = tuned_random(&state);
        memcpy(instance->bytes + i, &word, 8);
    }
    *self = instance;
    return TUNED_OK;
}

static void destroy(void *self) {
    free(((struct instance *)self)->bytes);
    free(self);
}

static int put(int file, const char *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        const ssize_t written = write(file, bytes + done, count - done);
        if (written <= 0) return 0;
        done += (size_t)written;
    }
    return 1;
}

/* A file is written from memory, or from another file, piece by piece, and made durable. */
static int store(const char *path, const char *bytes, int from) {
    static char piece[PIECE];
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return 0;
    int good = 1;
    if (bytes) {
        good = put(file, bytes, SIZE);
    } else {
        for (ssize_t got; good && (got = read(from, piece, sizeof piece)) != 0;) good = got > 0 && put(file, piece, (size_t)got);
    }
    good = good && fdatasync(file) == 0;
    close(file);
    return good;
}

static int fetch(const char *path, char *bytes) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t done = 0;
    for (ssize_t got; file >= 0 && done < SIZE && (got = read(file, bytes + done, SIZE - done)) > 0;) done += (size_t)got;
    if (file >= 0) close(file);
    return done == SIZE;
}

enum { SAVE, LOAD, WRITE, READ, COPY, METRICS };

static int32_t time_checkpoint(const struct instance *instance, const tuned_trial *trial, double took[METRICS]) {
    double began = now();
    int64_t step;
    if (tuned_save_checkpoint(trial, 1, instance->bytes, SIZE) != TUNED_OK) return trial->host->fail(trial, TUNED_FAILED, "the checkpoint is not written");
    took[SAVE] = now() - began;
    began = now();
    if (tuned_load_checkpoint(trial, &step, instance->bytes, SIZE) != TUNED_OK) return trial->host->fail(trial, TUNED_FAILED, "the checkpoint is not read");
    took[LOAD] = now() - began;
    return TUNED_OK;
}

static int32_t time_files(const struct instance *instance, const tuned_trial *trial, double took[METRICS]) {
    char first[4200], second[4200];
    snprintf(first, sizeof first, "%s/plain", instance->folder);
    snprintf(second, sizeof second, "%s/copy", instance->folder);
    double began = now();
    if (!store(first, instance->bytes, -1)) return trial->host->fail(trial, TUNED_FAILED, "the plain file is not written");
    took[WRITE] = now() - began;
    began = now();
    if (!fetch(first, instance->bytes)) return trial->host->fail(trial, TUNED_FAILED, "the plain file is not read");
    took[READ] = now() - began;
    const int from = open(first, O_RDONLY | O_CLOEXEC);
    began = now();
    if (from < 0 || !store(second, NULL, from)) return trial->host->fail(trial, TUNED_FAILED, "the plain file is not copied");
    took[COPY] = now() - began;
    close(from);
    unlink(first);
    unlink(second);
    return TUNED_OK;
}

/* In turn, so that neither always comes after the other's traces on the disk. */
static int32_t evaluate(void *self, const tuned_trial *trial) {
    double took[METRICS];
    int32_t status = TUNED_OK;
    for (int64_t part = 0; part < 2 && status == TUNED_OK; part++) {
        status = (trial->id + part) % 2 == 0 ? time_checkpoint(self, trial, took) : time_files(self, trial, took);
    }
    for (uint32_t i = 0; i < METRICS && status == TUNED_OK; i++) status = trial->host->objective(trial, i, took[i]);
    return status;
}

static const tuned_trainable checkpoints = {
    .size = sizeof checkpoints,
    .flags = TUNED_CHECKPOINTS,
    .id = "checkpoint",
    .schema_json = TUNED_JSON({
        "id": "checkpoint",
        "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5}],
        "metrics": [
            {"name": "save_ms", "goal": "minimize", "description": "A checkpoint of 100 MB, written and durable"},
            {"name": "load_ms", "goal": "minimize", "description": "The same, found whole and read"},
            {"name": "write_ms", "goal": "minimize", "description": "A plain file of 100 MB, written and durable"},
            {"name": "read_ms", "goal": "minimize", "description": "The same, read"},
            {"name": "copy_ms", "goal": "minimize", "description": "The same, copied to another file and durable"}
        ],
        "config": [{"name": "folder", "required": true, "description": "Where the plain files go"}]
    }),
    .create = create,
    .evaluate = evaluate,
    .destroy = destroy,
};

TUNED_PLUGIN("checkpoint", "1.0.0", checkpoints)
