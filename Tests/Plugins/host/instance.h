/* A trainable's instance on a CSV file, with its rows dealt into folds. */
#ifndef TEST_INSTANCE_H
#define TEST_INSTANCE_H

#include "host.h"

#define INSTANCE_FOLDS 5

typedef struct instance {
    const tuned_trainable *trainable;
    void *self;
    size_t rows;
    uint32_t *fold_of, *train, *evaluate;
} instance;

/* create on FOLDER/FILE, with `target` in config unless NULL. What it returns; with a failure, create_failure says why and
 * out->self is NULL. */
int32_t open_instance(const tuned_trainable *t, const char *folder, const char *file, const char *target, instance *out);
void close_instance(instance *in);

/* Gives the run the rows of a fold, then trains and evaluates. */
int32_t run_fold(instance *in, run *r, uint32_t fold);

/* Whether two runs told the same objectives, bit for bit, metrics 0 and 1 among them. */
bool same_results(const run *a, const run *b);

/* Whether their reports of metric 0 are the same, bit for bit, from the first one of `resumed` on. */
bool same_curve(const run *whole, const run *resumed);

#endif
