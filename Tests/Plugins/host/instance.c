#include "instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t open_instance(const tuned_trainable *t, const char *folder, const char *file, const char *target, instance *out) {
    static const char *const keys[] = {"target"};
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    tuned_config config = {.size = sizeof config, .key_count = target ? 1 : 0, .keys = keys, .values = &target,
                           .data_path = path, .json = "{}"};
    create_failure[0] = '\0';
    *out = (instance){.trainable = t};
    int32_t status = t->create(&full_host, &config, &out->self);
    if (status != TUNED_OK) return status;

    tuned_dataset data = {.size = sizeof data};
    const tuned_dataset_extension *extension = t->extension(out->self, TUNED_DATASET);
    if (!extension || extension->describe(out->self, &data) != TUNED_OK) exit(2);
    out->rows = data.rows;
    out->fold_of = calloc(3 * data.rows, sizeof *out->fold_of);
    out->train = out->fold_of + data.rows;
    out->evaluate = out->train + data.rows;
    int32_t *alike = calloc(data.rows, sizeof *alike);
    deal_stratified(data.labels ? data.labels : alike, data.rows, INSTANCE_FOLDS, 7, out->fold_of);
    free(alike);
    return TUNED_OK;
}

void close_instance(instance *in) {
    in->trainable->destroy(in->self);
    free(in->fold_of);
}

int32_t run_fold(instance *in, run *r, uint32_t fold) {
    use_fold(r, in->fold_of, in->rows, fold, INSTANCE_FOLDS, in->train, in->evaluate);
    return run_trial(in->trainable, in->self, r);
}

bool same_results(const run *a, const run *b) {
    return a->has_objective[0] && a->has_objective[1] && memcmp(a->objectives, b->objectives, sizeof a->objectives) == 0;
}

bool same_curve(const run *whole, const run *resumed) {
    size_t first = (size_t)resumed->first_step;
    return resumed->last_step == whole->last_step &&
           memcmp(whole->curve + first, resumed->curve + first, (RUN_STEPS - first) * sizeof *whole->curve) == 0;
}
