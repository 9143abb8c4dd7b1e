/* A plugin host for tests, in its smallest form: it loads a library, runs trials and keeps what they said. */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <tuned/plugin.h>

#include <stdbool.h>
#include <stddef.h>

#define RUN_METRICS 64
#define RUN_VALUES 16
#define RUN_STEPS 256

/* A checkpoint in memory. Several runs may point to one: what the first commits, the next restores. */
typedef struct checkpoint {
    bool kept;                      /* whether there is one to restore */
    int64_t step;
    unsigned char *bytes;           /* owned; freed by free_checkpoint */
    uint64_t count;
    uint64_t read_limit;            /* most bytes of one read; 0: no limit */
    int commits;
    bool begun;                     /* one is being written: */
    int64_t new_step;
    unsigned char *new_bytes;
    uint64_t new_count;
    uint64_t read_at;
} checkpoint;

/* One run of a trial: what it is given, then what it answered. */
typedef struct run {
    tuned_trial trial;              /* first, so that a trial's pointer is its run's */
    tuned_value values[RUN_VALUES];
    const uint32_t *rows[2];        /* by TUNED_ROWS_TRAIN and TUNED_ROWS_EVALUATE */
    uint64_t row_counts[2];
    int stop_after;                 /* should_stop says so from this question on, counting from 1; 0: never */
    checkpoint *checkpoint;         /* where checkpoints go and come from; NULL: they are dropped, and there is none */
    bool scheduled[RUN_VALUES];     /* parameters that go from their value to schedule_end in a straight line */
    double schedule_end[RUN_VALUES];

    double objectives[RUN_METRICS];
    bool has_objective[RUN_METRICS];
    int questions;
    int reports;
    int logs;
    char failure[512];              /* the text of the latest fail */
    int64_t first_step, last_step;  /* of reports */
    double curve[RUN_STEPS];        /* reports of metric 0, by step */
    char log[512];                  /* the latest line */
    int constraints;
    double constraint;              /* the latest constraint's value */
    int artifacts;
    char artifact_name[128];        /* of the latest artifact: its name, size and first bytes */
    uint64_t artifact_size;
    unsigned char artifact_head[64];
} run;

/* The host table with everything that it knows, and one of an older minor: `extension` lies beyond its size. */
extern const tuned_host full_host;
extern const tuned_host older_host;
/* A host of minor 0, which offers tuned.data/1 alone; one without any extension; one of a newer minor, whose table goes on. */
extern const tuned_host first_host;
extern const tuned_host bare_host;
extern const tuned_host *const newer_host;

/* What full_host's tuned.resources/1 tells. */
extern const tuned_resources host_resources;

/* The text of the latest fail outside a trial: at loading, or inside create. */
extern char create_failure[512];

/* Loads a library as the daemon's worker does, full_host where none is named; ends the test where that fails. NULL where the plugin
 * refuses, with the reason in create_failure. */
const tuned_plugin *load_plugin(const char *path);
const tuned_plugin *load_plugin_on(const tuned_host *host, const char *path);
const tuned_trainable *find_trainable(const tuned_plugin *plugin, const char *id);

/* An empty run on `host` with `count` active values that are all zero. */
run make_run(const tuned_host *host, uint32_t count);
void set_float(run *r, uint32_t index, double value);
void set_int(run *r, uint32_t index, int64_t value);
void set_category(run *r, uint32_t index, int64_t place, const char *text);
void set_inactive(run *r, uint32_t index);

/* train, where there is one, then evaluate. */
int32_t run_trial(const tuned_trainable *t, void *self, run *r);

/* As a host that drives a stepwise trainable: begin, load where there is a checkpoint, step up to `budget` with a save after each
 * where `keep`, then evaluate. */
int32_t run_stepwise(const tuned_trainable *t, void *self, run *r, int64_t budget, bool keep);

/* Damage to a checkpoint: cut to `count` bytes, or as many random ones in place of it. */
void truncate_checkpoint(checkpoint *c, uint64_t count);
void randomize_checkpoint(checkpoint *c, uint64_t seed);
void free_checkpoint(checkpoint *c);

/* Deals rows into `folds` folds, class by class, so that each has its share of every class: fold_of[row], for all rows. */
void deal_stratified(const int32_t *labels, size_t rows, uint32_t folds, uint64_t seed, uint32_t *fold_of);

/* Points the run at the rows outside and inside a fold. The buffers hold as many rows as there are. */
void use_fold(run *r, const uint32_t *fold_of, size_t rows, uint32_t fold, uint32_t folds, uint32_t *train,
              uint32_t *evaluate);

#endif
