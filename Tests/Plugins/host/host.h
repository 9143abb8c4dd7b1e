/* A plugin host for tests, in its smallest form: it loads a library, runs trials and keeps what they said. */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <tuned/plugin.h>

#include <stdbool.h>
#include <stddef.h>

#define RUN_METRICS 64
#define RUN_VALUES 16

/* One run of a trial: what it is given, then what it answered. */
typedef struct run {
    tuned_trial trial;              /* first, so that a trial's pointer is its run's */
    tuned_value values[RUN_VALUES];
    const uint32_t *rows[2];        /* by TUNED_ROWS_TRAIN and TUNED_ROWS_EVALUATE */
    uint64_t row_counts[2];
    int stop_after;                 /* should_stop says so from this question on, counting from 1; 0: never */

    double objectives[RUN_METRICS];
    bool has_objective[RUN_METRICS];
    int questions;
    int reports;
    int logs;
    char failure[512];              /* the text of the latest fail */
} run;

/* The host table with everything that it knows, and one of an older minor: `extension` lies beyond its size. */
extern const tuned_host full_host;
extern const tuned_host older_host;

/* The text of the latest fail inside create. */
extern char create_failure[512];

/* Loads a library as the daemon's worker does; ends the test where that fails. */
const tuned_plugin *load_plugin(const char *path);
const tuned_trainable *find_trainable(const tuned_plugin *plugin, const char *id);

/* An empty run on `host` with `count` active values that are all zero. */
run make_run(const tuned_host *host, uint32_t count);
void set_float(run *r, uint32_t index, double value);
void set_int(run *r, uint32_t index, int64_t value);

/* train, where there is one, then evaluate. */
int32_t run_trial(const tuned_trainable *t, void *self, run *r);

/* Deals rows into `folds` folds, class by class, so that each has its share of every class: fold_of[row], for all rows. */
void deal_stratified(const int32_t *labels, size_t rows, uint32_t folds, uint64_t seed, uint32_t *fold_of);

/* Points the run at the rows outside and inside a fold. The buffers hold as many rows as there are. */
void use_fold(run *r, const uint32_t *fold_of, size_t rows, uint32_t fold, uint32_t folds, uint32_t *train,
              uint32_t *evaluate);

#endif
