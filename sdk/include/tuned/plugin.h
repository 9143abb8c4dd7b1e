/* tuned/plugin.h: the C ABI between `tuned` and the code that it tunes. C11 or C++17, no dependencies.
 *
 * A plugin is a shared library that exports one function, tuned_plugin_v1. It returns a table that describes the library's
 * trainables; each trainable is a table of functions and a schema: the JSON text that declares its parameters, metrics and
 * fidelity. `tuned` calls create once in each worker process, then train and evaluate for every trial that the worker is given.
 *
 * VERSIONING  The major version is part of the entry point's name. Within it, structs are append-only: every struct starts with
 *   its size as its writer knew it; a reader uses the fields that lie within min(its own size, the writer's) and treats the rest
 *   as zero. TUNED_HAS(ptr, field) asks that. What does not fit an append is an extension, found by an id `tuned.name/1`.
 * ERRORS      Functions return int32: 0 is success, positive is expected (TUNED_STOPPED, TUNED_CANCELLED, TUNED_INFEASIBLE),
 *   negative is failure. host->fail carries the text; it copies at once. A trial that returns 0 without a finite value for every
 *   objective of the study has failed.
 * MEMORY      Whoever allocates frees. Inputs live until the call returns; what outlives the call must be copied. The host copies
 *   all it is given. Text is UTF-8, ended by a zero byte.
 * THREADS     Every function carries a tag.
 *     [load]        called once, before anything else, on one thread
 *     [trial]       one call at a time for each instance, on any thread
 *     [any-thread]  from any thread, while a [trial] call is under way
 *   No host function may be called once the [trial] call has returned. No exception, longjmp or bare fork crosses the boundary.
 */
#ifndef TUNED_PLUGIN_H
#define TUNED_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TUNED_ABI_MAJOR 1
#define TUNED_ABI_MINOR 1

#if defined(__GNUC__)
#define TUNED_EXPORT __attribute__((visibility("default")))
#else
#define TUNED_EXPORT
#endif

/* Whether the writer of *ptr knew the field. */
#define TUNED_HAS(ptr, field) \
    ((ptr)->size >= offsetof(__typeof__(*(ptr)), field) + sizeof((ptr)->field))

/* Results of functions. */
#define TUNED_OK 0
#define TUNED_STOPPED 1     /* ended early because should_stop said so */
#define TUNED_CANCELLED 2   /* ended early for a reason of the plugin's own; the trial counts as pruned at its last report */
#define TUNED_INFEASIBLE 3  /* this configuration cannot be trained; it is not an error */
#define TUNED_ABSENT 4      /* from restore: there is no checkpoint, start afresh */
#define TUNED_FAILED (-1)

/* tuned_value.type */
#define TUNED_FLOAT 1
#define TUNED_INT 2
#define TUNED_CATEGORICAL 3
#define TUNED_ORDINAL 4
#define TUNED_BOOL 5

/* One parameter's value. Every view that makes sense is filled; there is no union to misread. */
typedef struct tuned_value {
    uint32_t size;
    uint32_t type;       /* TUNED_FLOAT ... */
    int32_t active;      /* 0 where the parameter's condition does not hold; then the other fields are zero and str is "" */
    int32_t reserved;
    double f64;          /* the number; of a category that is a number, that number, else its index */
    int64_t i64;         /* the integer; of a category its index in the schema's choices; of a boolean 0 or 1 */
    const char *str;     /* the value as text; never NULL */
    const void *data;    /* elements of a composite value, else NULL */
    uint64_t count;      /* number of elements behind data */
} tuned_value;

/* tuned_trial.purpose */
#define TUNED_SEARCH 0  /* train on the training rows, evaluate on the validation rows */
#define TUNED_FINAL 1   /* train on training and validation rows, evaluate on the test rows */
#define TUNED_REPLAY 2  /* a trial run again, to compare */

struct tuned_host;

typedef struct tuned_trial {
    uint32_t size;
    uint32_t value_count;
    uint32_t value_size;        /* stride of values in bytes: read them through tuned_trial_value */
    uint32_t purpose;
    const tuned_value *values;  /* in the order of the schema's parameters */
    int64_t id;                 /* the trial's number within its study, from 0 */
    int32_t run;                /* counts the runs of this trial, from 0 */
    int32_t attempt;            /* counts the attempts at this run, from 0 */
    uint64_t seed;              /* the same for every attempt at a run */
    double budget;              /* in units of the schema's fidelity; 0: train in full */
    double deadline;            /* seconds that the run may take from now; 0: no limit */
    int32_t fold;               /* from 0; 0 where there is one */
    int32_t folds;              /* number of folds; 1: a holdout, 0: the host splits no data */
    const struct tuned_host *host;
} tuned_trial;

/* host->log levels */
#define TUNED_LOG_DEBUG 0
#define TUNED_LOG_INFO 1
#define TUNED_LOG_WARNING 2
#define TUNED_LOG_ERROR 3

/* What the host offers. Valid in [trial] calls; log, fail and extension also in create and in the entry point. */
typedef struct tuned_host {
    uint32_t size;
    uint32_t abi_minor;
    /* [trial] The value of a parameter by name; NULL where there is none. By index is faster. */
    const tuned_value *(*value)(const tuned_trial *trial, const char *name);
    /* [trial] The final value of a metric of the schema, by its index there. */
    int32_t (*objective)(const tuned_trial *trial, uint32_t metric, double value);
    /* [trial] The value of an outcome constraint by name: feasible where it is <= 0. */
    int32_t (*constraint)(const tuned_trial *trial, const char *name, double value);
    /* [any-thread] A metric's value at a step (an epoch, a round). Steps of one metric increase. */
    int32_t (*report)(const tuned_trial *trial, uint32_t metric, int64_t step, double value);
    /* [any-thread] Nonzero once the trial should end: pruned, cancelled, out of time. Ask between steps; it costs nanoseconds. */
    int32_t (*should_stop)(const tuned_trial *trial);
    /* [any-thread] A line for the trial's log. `trial` is NULL in create and in the entry point. */
    void (*log)(const tuned_trial *trial, int32_t level, const char *text);
    /* [any-thread] Says why the call is about to return a failure, and returns `code` for convenience. `trial` is NULL in create
     * and in the entry point, which returns NULL to refuse. */
    int32_t (*fail)(const tuned_trial *trial, int32_t code, const char *text);
    /* [any-thread] A host extension by id, or NULL. */
    const void *(*extension)(const char *id);
} tuned_host;

/* What create is given. */
typedef struct tuned_config {
    uint32_t size;
    uint32_t key_count;
    const char *const *keys;    /* the study's `config`, key by key; values as text */
    const char *const *values;
    const char *data_path;      /* the data file of the study, absolute; NULL where it names none */
    const char *json;           /* the whole of `config` as a JSON object */
} tuned_config;

/* tuned_trainable.flags */
#define TUNED_THREAD_SAFE 1u     /* several instances may run at once in one process */
#define TUNED_DETERMINISTIC 2u   /* the same seed and values give the same result, bit for bit */
#define TUNED_CHECKPOINTS 4u     /* uses tuned.checkpoint/1 */

typedef struct tuned_trainable {
    uint32_t size;
    uint32_t flags;
    const char *id;             /* 1 to 64 characters of [a-z0-9._-], unique in the plugin */
    const char *schema_json;
    /* [load] Makes an instance. Once in each worker, before any trial; a good place to read the data. NULL: no instance is needed. */
    int32_t (*create)(const tuned_host *host, const tuned_config *config, void **self);
    /* [trial] Builds the model for trial's values on the training rows. NULL where evaluate does both. */
    int32_t (*train)(void *self, const tuned_trial *trial);
    /* [trial] Scores the model on the rows that the host names, by host->objective for each metric. */
    int32_t (*evaluate)(void *self, const tuned_trial *trial);
    /* [load] Ends an instance that create made; not called where create failed. May be NULL. */
    void (*destroy)(void *self);
    /* [load] A plugin extension of this trainable by id, or NULL. May be NULL. */
    const void *(*extension)(void *self, const char *id);
} tuned_trainable;

typedef struct tuned_plugin {
    uint32_t size;
    uint32_t abi_minor;         /* TUNED_ABI_MINOR of the header that the plugin was built with */
    const char *id;             /* 1 to 64 characters of [a-z0-9._-] */
    const char *version;        /* for people */
    const char *build;          /* a build id or "" */
    uint32_t trainable_count;
    uint32_t reserved;
    const tuned_trainable *(*trainable)(uint32_t index);  /* [load] */
    const void *(*extension)(const char *id);             /* [load] May be NULL. */
} tuned_plugin;

/* The entry point: the only symbol that a plugin must export. [load] */
TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host);

/* ---- tuned.dataset/1, offered by a trainable: what the host needs to know to split the data into folds. ------------------- */
#define TUNED_DATASET "tuned.dataset/1"

typedef struct tuned_dataset {
    uint32_t size;
    uint32_t reserved;
    uint64_t rows;
    const int32_t *labels;      /* rows class labels for stratified folds, or NULL */
    const int32_t *groups;      /* rows group numbers: a group never spans folds; or NULL */
    const int64_t *times;       /* rows times, for splits forward in time; or NULL */
} tuned_dataset;

typedef struct tuned_dataset_extension {
    uint32_t size;
    uint32_t reserved;
    /* [load] Fills *out after create, before any trial. The arrays belong to the instance and live as long as it does. */
    int32_t (*describe)(void *self, tuned_dataset *out);
} tuned_dataset_extension;

/* ---- tuned.data/1, offered by the host: which rows a run trains on and which it is scored on. ---------------------------- */
#define TUNED_DATA "tuned.data/1"

#define TUNED_ROWS_TRAIN 0u
#define TUNED_ROWS_EVALUATE 1u

typedef struct tuned_data_extension {
    uint32_t size;
    uint32_t reserved;
    /* [trial] Indices into the rows that describe told of, increasing; *count of them. They live until the call returns. */
    int32_t (*rows)(const tuned_trial *trial, uint32_t part, const uint32_t **indices, uint64_t *count);
} tuned_data_extension;

/* ---- tuned.checkpoint/1, offered by the host: a run that is interrupted goes on from its last checkpoint, in another process. */
#define TUNED_CHECKPOINT "tuned.checkpoint/1"

typedef struct tuned_checkpoint_extension {
    uint32_t size;
    uint32_t reserved;
    /* [trial] Begins a checkpoint of the state after `step` steps. One that was begun and not committed is dropped. */
    int32_t (*begin)(const tuned_trial *trial, int64_t step);
    /* [trial] Appends bytes to it. */
    int32_t (*write)(const tuned_trial *trial, const void *bytes, uint64_t count);
    /* [trial] Makes it the run's checkpoint. It appears whole or not at all, and replaces the one before. */
    int32_t (*commit)(const tuned_trial *trial);
    /* [trial] Opens the run's checkpoint for reading and tells its step. TUNED_ABSENT: none, start afresh. */
    int32_t (*restore)(const tuned_trial *trial, int64_t *step);
    /* [trial] Reads on: the number of bytes, which may be fewer than asked for; 0 at the end; negative on failure. */
    int64_t (*read)(const tuned_trial *trial, void *bytes, uint64_t count);
} tuned_checkpoint_extension;

/* ---- tuned.artifact/1, offered by the host: files that are kept with the trial, such as its model. ------------------------ */
#define TUNED_ARTIFACT "tuned.artifact/1"

/* Names are 1 to 128 characters of [A-Za-z0-9._-] and do not begin with a dot. The same name again replaces. */
typedef struct tuned_artifact_extension {
    uint32_t size;
    uint32_t reserved;
    /* [trial] Keeps a copy of the bytes. */
    int32_t (*store)(const tuned_trial *trial, const char *name, const void *bytes, uint64_t count);
    /* [trial] Keeps a copy of a file. */
    int32_t (*store_file)(const tuned_trial *trial, const char *name, const char *path);
} tuned_artifact_extension;

/* ---- tuned.resources/1, offered by the host: what the slot of a run holds. ----------------------------------------------- */
#define TUNED_RESOURCES "tuned.resources/1"

typedef struct tuned_resources {
    uint32_t size;
    uint32_t cpu_count;
    const int32_t *cpus;        /* numbers of the CPUs that the worker is pinned to */
    const char *const *gpus;    /* UUIDs of GPUs; CUDA_VISIBLE_DEVICES is set to them */
    uint32_t gpu_count;
    uint32_t reserved;
    uint64_t memory;            /* bytes; 0: no limit */
} tuned_resources;

typedef struct tuned_resources_extension {
    uint32_t size;
    uint32_t reserved;
    /* [any-thread] Fills *out, whose size the caller has set. The arrays live as long as the process. */
    int32_t (*get)(tuned_resources *out);
} tuned_resources_extension;

/* ---- tuned.schedule/1, offered by the host: parameters that change while a run goes on. ---------------------------------- */
#define TUNED_SCHEDULE "tuned.schedule/1"

typedef struct tuned_schedule_extension {
    uint32_t size;
    uint32_t reserved;
    /* [any-thread] The value of a numeric parameter, by its index, at `progress` from 0 (start) to 1 (full budget). A parameter
     * without a schedule is constant. */
    int32_t (*value)(const tuned_trial *trial, uint32_t parameter, double progress, double *value);
} tuned_schedule_extension;

/* ---- tuned.stepwise/1, offered by a trainable whose training the host drives, one unit of fidelity at a time. ------------- */
#define TUNED_STEPWISE "tuned.stepwise/1"

/* With it `train` may be NULL: for each run the host calls begin, then load where the run goes on from a checkpoint, then step
 * once a unit up to the run's budget, save now and then, and last `evaluate`. The schema must declare a fidelity. */
typedef struct tuned_stepwise_extension {
    uint32_t size;
    uint32_t reserved;
    /* [trial] Prepares an untrained model. */
    int32_t (*begin)(void *self, const tuned_trial *trial);
    /* [trial] Trains by one unit; `step` counts from 1. */
    int32_t (*step)(void *self, const tuned_trial *trial, int64_t step);
    /* [trial] Writes the state by tuned.checkpoint/1's `write`; the host begins and commits. NULL: no checkpoints. */
    int32_t (*save)(void *self, const tuned_trial *trial);
    /* [trial] Reads the state by tuned.checkpoint/1's `read`. NULL exactly where save is. */
    int32_t (*load)(void *self, const tuned_trial *trial);
    /* [trial] The trial's values have changed: takes the new ones over without losing the state. NULL: it cannot. */
    int32_t (*reconfigure)(void *self, const tuned_trial *trial);
} tuned_stepwise_extension;

/* ---- tuned.batch/1, offered by a trainable of microsecond objectives: many trials in one call. --------------------------- */
#define TUNED_BATCH "tuned.batch/1"

typedef struct tuned_batch_extension {
    uint32_t size;
    uint32_t limit;             /* most trials of one call; 0: any number */
    /* [trial] Trains and evaluates `count` trials; codes[i] is what evaluate would return for trials[i]. The function's own
     * result is TUNED_OK, or a failure of all of them. */
    int32_t (*run)(void *self, const tuned_trial *const *trials, uint32_t count, int32_t *codes);
} tuned_batch_extension;

/* ---- Helpers. ------------------------------------------------------------------------------------------------------------ */

/* The value of parameter `index` (its place in the schema). */
static inline const tuned_value *tuned_trial_value(const tuned_trial *trial, uint32_t index) {
    return (const tuned_value *)(const void *)((const char *)trial->values + (size_t)index * trial->value_size);
}

static inline double tuned_f64(const tuned_trial *trial, uint32_t index) { return tuned_trial_value(trial, index)->f64; }
static inline int64_t tuned_i64(const tuned_trial *trial, uint32_t index) { return tuned_trial_value(trial, index)->i64; }
static inline const char *tuned_str(const tuned_trial *trial, uint32_t index) { return tuned_trial_value(trial, index)->str; }
static inline int32_t tuned_active(const tuned_trial *trial, uint32_t index) { return tuned_trial_value(trial, index)->active; }

/* The order that a permutation of `count` items, at most 20, stands for: order[k] is the place in the schema's `of` of the item
   that comes k-th. Its value is the order's number in lexicographic order (i64). */
static inline void tuned_permutation(const tuned_trial *trial, uint32_t index, uint32_t *order, uint32_t count) {
    uint64_t rest = (uint64_t)tuned_i64(trial, index);
    /* The digits of the Lehmer code from the last on; each, once written, is pushed up by those that end up before it. */
    for (uint32_t place = count; place-- > 0;) {
        order[place] = (uint32_t)(rest % (count - place));
        rest /= count - place;
        for (uint32_t later = place + 1; later < count; later++) order[later] += order[later] >= order[place];
    }
}

/* A host extension by id; NULL where this host has none. */
static inline const void *tuned_find_extension(const tuned_host *host, const char *id) {
    return TUNED_HAS(host, extension) && host->extension != NULL ? host->extension(id) : NULL;
}

/* The rows of one part of the run's split. TUNED_ABSENT where the host splits no data. */
static inline int32_t tuned_rows(const tuned_trial *trial, uint32_t part, const uint32_t **indices, uint64_t *count) {
    const tuned_data_extension *data = (const tuned_data_extension *)tuned_find_extension(trial->host, TUNED_DATA);
    return data != NULL && trial->folds > 0 ? data->rows(trial, part, indices, count) : TUNED_ABSENT;
}

/* Saves a checkpoint that lies in one piece of memory. TUNED_OK also where this host keeps none. */
static inline int32_t tuned_save_checkpoint(const tuned_trial *trial, int64_t step, const void *bytes, uint64_t count) {
    const tuned_checkpoint_extension *checkpoint =
        (const tuned_checkpoint_extension *)tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    if (checkpoint == NULL) return TUNED_OK;
    int32_t status = checkpoint->begin(trial, step);
    if (status == TUNED_OK) status = checkpoint->write(trial, bytes, count);
    return status == TUNED_OK ? checkpoint->commit(trial) : status;
}

/* Reads exactly `count` bytes of a checkpoint that restore has opened, whatever pieces they come in. */
static inline int32_t tuned_read_checkpoint(const tuned_trial *trial, void *bytes, uint64_t count) {
    const tuned_checkpoint_extension *checkpoint =
        (const tuned_checkpoint_extension *)tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    uint64_t done = 0;
    while (checkpoint != NULL && done < count) {
        int64_t got = checkpoint->read(trial, (char *)bytes + done, count - done);
        if (got <= 0) break;
        done += (uint64_t)got;
    }
    return done == count ? TUNED_OK : TUNED_FAILED;
}

/* Restores a checkpoint of exactly `count` bytes: TUNED_OK with its step, TUNED_ABSENT on a fresh start, or a failure where the
 * checkpoint has another size. `bytes` may hold part of it then. */
static inline int32_t tuned_load_checkpoint(const tuned_trial *trial, int64_t *step, void *bytes, uint64_t count) {
    const tuned_checkpoint_extension *checkpoint =
        (const tuned_checkpoint_extension *)tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    if (checkpoint == NULL) return TUNED_ABSENT;
    int32_t status = checkpoint->restore(trial, step);
    if (status != TUNED_OK) return status;
    char more;
    status = tuned_read_checkpoint(trial, bytes, count);
    return status == TUNED_OK && checkpoint->read(trial, &more, 1) != 0 ? TUNED_FAILED : status;
}

/* A checksum of bytes that come in pieces: FNV-1a of 64 bits (Fowler, Noll and Vo; RFC 9923). */
#define TUNED_CHECKSUM_START 0xcbf29ce484222325u
static inline uint64_t tuned_checksum(uint64_t sum, const void *bytes, uint64_t count) {
    const unsigned char *byte = (const unsigned char *)bytes;
    for (uint64_t i = 0; i < count; i++) sum = (sum ^ byte[i]) * 0x100000001b3u;
    return sum;
}

/* As tuned_save_checkpoint, with a checksum at the end, so that tuned_load_sealed refuses bytes that were damaged. */
static inline int32_t tuned_save_sealed(const tuned_trial *trial, int64_t step, const void *bytes, uint64_t count) {
    const tuned_checkpoint_extension *checkpoint =
        (const tuned_checkpoint_extension *)tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    const uint64_t sum = tuned_checksum(TUNED_CHECKSUM_START, bytes, count);
    if (checkpoint == NULL) return TUNED_OK;
    int32_t status = checkpoint->begin(trial, step);
    if (status == TUNED_OK) status = checkpoint->write(trial, bytes, count);
    if (status == TUNED_OK) status = checkpoint->write(trial, &sum, sizeof sum);
    return status == TUNED_OK ? checkpoint->commit(trial) : status;
}

/* Restores what tuned_save_sealed saved: TUNED_OK with its step, TUNED_ABSENT on a fresh start, or a failure that it has told the
 * host of. `bytes` may have been written to then. */
static inline int32_t tuned_load_sealed(const tuned_trial *trial, int64_t *step, void *bytes, uint64_t count) {
    const tuned_checkpoint_extension *checkpoint =
        (const tuned_checkpoint_extension *)tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    uint64_t sum = 0;
    char more;
    if (checkpoint == NULL) return TUNED_ABSENT;
    int32_t status = checkpoint->restore(trial, step);
    if (status == TUNED_ABSENT) return status;
    if (status == TUNED_OK) status = tuned_read_checkpoint(trial, bytes, count);
    if (status == TUNED_OK) status = tuned_read_checkpoint(trial, &sum, sizeof sum);
    if (status == TUNED_OK && checkpoint->read(trial, &more, 1) == 0 && sum == tuned_checksum(TUNED_CHECKSUM_START, bytes, count)) {
        return TUNED_OK;
    }
    return trial->host->fail(trial, TUNED_FAILED, "the checkpoint is damaged or of another model");
}

/* The value of a scheduled parameter at a progress from 0 (the start) to 1 (training in full, whatever the budget of the run is); the
 * constant one where it has no schedule, or the host none. */
static inline double tuned_scheduled(const tuned_trial *trial, uint32_t index, double progress) {
    const tuned_schedule_extension *schedule = (const tuned_schedule_extension *)tuned_find_extension(trial->host, TUNED_SCHEDULE);
    double value;
    return schedule && schedule->value(trial, index, progress, &value) == TUNED_OK ? value : tuned_f64(trial, index);
}

/* Reports a metric at a step, then says whether to go on: TUNED_OK, or TUNED_STOPPED, which the caller returns. */
static inline int32_t tuned_step(const tuned_trial *trial, uint32_t metric, int64_t step, double value) {
    trial->host->report(trial, metric, step, value);
    return trial->host->should_stop(trial) != 0 ? TUNED_STOPPED : TUNED_OK;
}

/* The budget in whole units of the fidelity; `full` where the host asks for training in full. */
static inline int64_t tuned_budget(const tuned_trial *trial, int64_t full) {
    return trial->budget > 0 ? (int64_t)(trial->budget + 0.5) : full;
}

static inline int32_t tuned_same_text(const char *a, const char *b) {
    while (*a != 0 && *a == *b) a++, b++;
    return *a == *b;
}

/* The text of one key of the study's config; NULL where the study does not give it. */
static inline const char *tuned_config_value(const tuned_config *config, const char *key) {
    for (uint32_t i = 0; i < config->key_count; i++) {
        if (tuned_same_text(config->keys[i], key)) return config->values[i];
    }
    return NULL;
}

/* Random numbers for whoever has no generator: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Start with *state = trial->seed. */
static inline uint64_t tuned_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Uniform in [0, 1), of 53 bits. */
static inline double tuned_uniform(uint64_t *state) { return (double)(tuned_random(state) >> 11) * (1.0 / 9007199254740992.0); }

/* JSON as text, written as it is: TUNED_JSON({"id": "mine", "parameters": []}). The preprocessor adds the quotation marks. */
#define TUNED_JSON(...) #__VA_ARGS__

/* Defines a tuned_trainable.extension that offers one extension: TUNED_OFFER(extension, TUNED_DATASET, dataset). */
#define TUNED_OFFER(function, extension_id, table)                    \
    static const void *function(void *self, const char *id) {         \
        (void)self;                                                   \
        return tuned_same_text(id, extension_id) ? &(table) : NULL;   \
    }

/* Defines the entry point of a plugin with one trainable. */
#define TUNED_PLUGIN(plugin_id, plugin_version, one_trainable)                                                            \
    static const tuned_trainable *tuned_get_trainable_(uint32_t index) { return index == 0 ? &(one_trainable) : NULL; }    \
    TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {                                            \
        static const tuned_plugin table = {sizeof(tuned_plugin), TUNED_ABI_MINOR, plugin_id, plugin_version, "", 1, 0,     \
                                           tuned_get_trainable_, NULL};                                                   \
        (void)host;                                                                                                       \
        return &table;                                                                                                    \
    }

/* ---- The released layout, frozen (64-bit). -------------------------------------------------------------------- */
#if UINTPTR_MAX == 0xffffffffffffffffu
#ifdef __cplusplus
#define TUNED_FREEZE_(type, field, offset) static_assert(offsetof(type, field) == offset, #type "." #field " moved")
#else
#define TUNED_FREEZE_(type, field, offset) _Static_assert(offsetof(type, field) == offset, #type "." #field " moved")
#endif
TUNED_FREEZE_(tuned_value, active, 8);
TUNED_FREEZE_(tuned_value, f64, 16);
TUNED_FREEZE_(tuned_value, i64, 24);
TUNED_FREEZE_(tuned_value, str, 32);
TUNED_FREEZE_(tuned_value, data, 40);
TUNED_FREEZE_(tuned_value, count, 48);
TUNED_FREEZE_(tuned_trial, purpose, 12);
TUNED_FREEZE_(tuned_trial, values, 16);
TUNED_FREEZE_(tuned_trial, id, 24);
TUNED_FREEZE_(tuned_trial, run, 32);
TUNED_FREEZE_(tuned_trial, seed, 40);
TUNED_FREEZE_(tuned_trial, budget, 48);
TUNED_FREEZE_(tuned_trial, deadline, 56);
TUNED_FREEZE_(tuned_trial, fold, 64);
TUNED_FREEZE_(tuned_trial, host, 72);
TUNED_FREEZE_(tuned_host, value, 8);
TUNED_FREEZE_(tuned_host, objective, 16);
TUNED_FREEZE_(tuned_host, constraint, 24);
TUNED_FREEZE_(tuned_host, report, 32);
TUNED_FREEZE_(tuned_host, should_stop, 40);
TUNED_FREEZE_(tuned_host, log, 48);
TUNED_FREEZE_(tuned_host, fail, 56);
TUNED_FREEZE_(tuned_host, extension, 64);
TUNED_FREEZE_(tuned_config, keys, 8);
TUNED_FREEZE_(tuned_config, values, 16);
TUNED_FREEZE_(tuned_config, data_path, 24);
TUNED_FREEZE_(tuned_config, json, 32);
TUNED_FREEZE_(tuned_trainable, id, 8);
TUNED_FREEZE_(tuned_trainable, schema_json, 16);
TUNED_FREEZE_(tuned_trainable, create, 24);
TUNED_FREEZE_(tuned_trainable, train, 32);
TUNED_FREEZE_(tuned_trainable, evaluate, 40);
TUNED_FREEZE_(tuned_trainable, destroy, 48);
TUNED_FREEZE_(tuned_trainable, extension, 56);
TUNED_FREEZE_(tuned_plugin, id, 8);
TUNED_FREEZE_(tuned_plugin, version, 16);
TUNED_FREEZE_(tuned_plugin, build, 24);
TUNED_FREEZE_(tuned_plugin, trainable_count, 32);
TUNED_FREEZE_(tuned_plugin, trainable, 40);
TUNED_FREEZE_(tuned_plugin, extension, 48);
TUNED_FREEZE_(tuned_dataset, rows, 8);
TUNED_FREEZE_(tuned_dataset, labels, 16);
TUNED_FREEZE_(tuned_dataset, groups, 24);
TUNED_FREEZE_(tuned_dataset, times, 32);
TUNED_FREEZE_(tuned_dataset_extension, describe, 8);
TUNED_FREEZE_(tuned_data_extension, rows, 8);
TUNED_FREEZE_(tuned_checkpoint_extension, begin, 8);
TUNED_FREEZE_(tuned_checkpoint_extension, write, 16);
TUNED_FREEZE_(tuned_checkpoint_extension, commit, 24);
TUNED_FREEZE_(tuned_checkpoint_extension, restore, 32);
TUNED_FREEZE_(tuned_checkpoint_extension, read, 40);
TUNED_FREEZE_(tuned_artifact_extension, store, 8);
TUNED_FREEZE_(tuned_artifact_extension, store_file, 16);
TUNED_FREEZE_(tuned_resources, cpus, 8);
TUNED_FREEZE_(tuned_resources, gpus, 16);
TUNED_FREEZE_(tuned_resources, gpu_count, 24);
TUNED_FREEZE_(tuned_resources, memory, 32);
TUNED_FREEZE_(tuned_resources_extension, get, 8);
TUNED_FREEZE_(tuned_schedule_extension, value, 8);
TUNED_FREEZE_(tuned_stepwise_extension, begin, 8);
TUNED_FREEZE_(tuned_stepwise_extension, step, 16);
TUNED_FREEZE_(tuned_stepwise_extension, save, 24);
TUNED_FREEZE_(tuned_stepwise_extension, load, 32);
TUNED_FREEZE_(tuned_stepwise_extension, reconfigure, 40);
TUNED_FREEZE_(tuned_batch_extension, limit, 4);
TUNED_FREEZE_(tuned_batch_extension, run, 8);
#undef TUNED_FREEZE_
#endif

#ifdef __cplusplus
}
#endif

#endif
