/* The extensions of the test host; part of host.c. */
#ifndef TEST_EXTENSIONS_H
#define TEST_EXTENSIONS_H

#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static run *run_of(const tuned_trial *trial) { return (run *)(uintptr_t)trial; }

/* ---- tuned.data/1 */

static int32_t data_rows(const tuned_trial *trial, uint32_t part, const uint32_t **indices, uint64_t *count) {
    if (part > TUNED_ROWS_EVALUATE) return TUNED_FAILED;
    *indices = run_of(trial)->rows[part];
    *count = run_of(trial)->row_counts[part];
    return TUNED_OK;
}

/* ---- tuned.checkpoint/1, in memory. */

static void checkpoint_drop(checkpoint *c) {
    free(c->new_bytes);
    c->new_bytes = NULL;
    c->new_count = 0;
    c->begun = false;
}

static int32_t checkpoint_begin(const tuned_trial *trial, int64_t step) {
    checkpoint *c = run_of(trial)->checkpoint;
    if (!c) return TUNED_OK;
    checkpoint_drop(c);
    c->begun = true;
    c->new_step = step;
    return TUNED_OK;
}

static int32_t checkpoint_write(const tuned_trial *trial, const void *bytes, uint64_t count) {
    checkpoint *c = run_of(trial)->checkpoint;
    if (!c || count == 0) return TUNED_OK;
    if (!c->begun) return TUNED_FAILED;
    unsigned char *grown = realloc(c->new_bytes, c->new_count + count);
    if (!grown) return TUNED_FAILED;
    memcpy(grown + c->new_count, bytes, count);
    c->new_bytes = grown;
    c->new_count += count;
    return TUNED_OK;
}

static int32_t checkpoint_commit(const tuned_trial *trial) {
    checkpoint *c = run_of(trial)->checkpoint;
    if (!c) return TUNED_OK;
    if (!c->begun) return TUNED_FAILED;
    free(c->bytes);
    c->bytes = c->new_bytes;
    c->count = c->new_count;
    c->step = c->new_step;
    c->kept = true;
    c->commits++;
    c->new_bytes = NULL;
    checkpoint_drop(c);
    return TUNED_OK;
}

static int32_t checkpoint_restore(const tuned_trial *trial, int64_t *step) {
    checkpoint *c = run_of(trial)->checkpoint;
    if (!c || !c->kept) return TUNED_ABSENT;
    c->read_at = 0;
    *step = c->step;
    return TUNED_OK;
}

static int64_t checkpoint_read(const tuned_trial *trial, void *bytes, uint64_t count) {
    checkpoint *c = run_of(trial)->checkpoint;
    if (!c || !c->kept) return TUNED_FAILED;
    if (c->read_limit != 0 && count > c->read_limit) count = c->read_limit;
    if (count > c->count - c->read_at) count = c->count - c->read_at;
    if (count > 0) memcpy(bytes, c->bytes + c->read_at, count);
    c->read_at += count;
    return (int64_t)count;
}

void truncate_checkpoint(checkpoint *c, uint64_t count) {
    if (count < c->count) c->count = count;
}

void randomize_checkpoint(checkpoint *c, uint64_t seed) {
    for (uint64_t i = 0; i < c->count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;  /* Knuth's MMIX */
        c->bytes[i] = (unsigned char)(seed >> 56);
    }
}

void free_checkpoint(checkpoint *c) {
    checkpoint_drop(c);
    free(c->bytes);
    *c = (checkpoint){0};
}

/* ---- tuned.artifact/1: counts, and remembers the beginning of the latest. */

static int32_t artifact_store(const tuned_trial *trial, const char *name, const void *bytes, uint64_t count) {
    run *r = run_of(trial);
    r->artifacts++;
    snprintf(r->artifact_name, sizeof r->artifact_name, "%s", name);
    r->artifact_size = count;
    if (count > 0) memcpy(r->artifact_head, bytes, count < sizeof r->artifact_head ? count : sizeof r->artifact_head);
    return TUNED_OK;
}

static int32_t artifact_store_file(const tuned_trial *trial, const char *name, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return TUNED_FAILED;
    unsigned char head[sizeof run_of(trial)->artifact_head];
    size_t got = fread(head, 1, sizeof head, file);
    fclose(file);
    return artifact_store(trial, name, head, got);
}

/* ---- tuned.resources/1 */

static const int32_t resource_cpus[] = {0, 1};
static const char *const resource_gpus[] = {"GPU-00000000-0000-0000-0000-000000000001"};
const tuned_resources host_resources = {.size = sizeof(tuned_resources), .cpu_count = 2, .cpus = resource_cpus,
                                        .gpus = resource_gpus, .gpu_count = 1, .memory = UINT64_C(1) << 30};

static int32_t resources_get(tuned_resources *out) {
    uint32_t size = out->size;
    memcpy(out, &host_resources, size < sizeof host_resources ? size : sizeof host_resources);
    out->size = size;
    return TUNED_OK;
}

/* ---- tuned.schedule/1 */

static int32_t schedule_value(const tuned_trial *trial, uint32_t parameter, double progress, double *value) {
    const run *r = run_of(trial);
    if (parameter >= trial->value_count || !(progress >= 0 && progress <= 1)) return TUNED_FAILED;
    double start = tuned_f64(trial, parameter);
    *value = r->scheduled[parameter] ? start + (r->schedule_end[parameter] - start) * progress : start;
    return TUNED_OK;
}

/* ---- What a host has of these. */

static const void *no_extension(const char *id) {
    (void)id;
    return NULL;
}

static const void *data_extension(const char *id) {
    static const tuned_data_extension data = {sizeof data, 0, data_rows};
    return strcmp(id, TUNED_DATA) == 0 ? &data : NULL;
}

static const void *full_extension(const char *id) {
    static const tuned_checkpoint_extension checkpoints = {
        sizeof checkpoints, 0, checkpoint_begin, checkpoint_write, checkpoint_commit, checkpoint_restore, checkpoint_read};
    static const tuned_artifact_extension artifacts = {sizeof artifacts, 0, artifact_store, artifact_store_file};
    static const tuned_resources_extension resources = {sizeof resources, 0, resources_get};
    static const tuned_schedule_extension schedules = {sizeof schedules, 0, schedule_value};
    if (strcmp(id, TUNED_CHECKPOINT) == 0) return &checkpoints;
    if (strcmp(id, TUNED_ARTIFACT) == 0) return &artifacts;
    if (strcmp(id, TUNED_RESOURCES) == 0) return &resources;
    if (strcmp(id, TUNED_SCHEDULE) == 0) return &schedules;
    return data_extension(id);
}

#endif
