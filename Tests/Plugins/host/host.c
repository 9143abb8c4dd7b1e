#include "extensions.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char create_failure[512];

static const tuned_value *host_value(const tuned_trial *trial, const char *name) {
    (void)trial, (void)name;
    return NULL;
}

static int32_t host_objective(const tuned_trial *trial, uint32_t metric, double value) {
    if (metric >= RUN_METRICS) return TUNED_FAILED;
    run_of(trial)->objectives[metric] = value;
    run_of(trial)->has_objective[metric] = true;
    return TUNED_OK;
}

static int32_t host_constraint(const tuned_trial *trial, const char *name, double value) {
    (void)name;
    run_of(trial)->constraints++;
    run_of(trial)->constraint = value;
    return TUNED_OK;
}

static int32_t host_report(const tuned_trial *trial, uint32_t metric, int64_t step, double value) {
    run *r = run_of(trial);
    if (r->reports++ == 0) r->first_step = step;
    r->last_step = step;
    if (metric == 0 && step >= 0 && step < RUN_STEPS) r->curve[step] = value;
    return TUNED_OK;
}

static int32_t host_should_stop(const tuned_trial *trial) {
    run *r = run_of(trial);
    r->questions++;
    return r->stop_after != 0 && r->questions >= r->stop_after;
}

static void host_log(const tuned_trial *trial, int32_t level, const char *text) {
    (void)level;
    if (!trial) return;
    run_of(trial)->logs++;
    snprintf(run_of(trial)->log, sizeof run_of(trial)->log, "%s", text);
}

static int32_t host_fail(const tuned_trial *trial, int32_t code, const char *text) {
    snprintf(trial ? run_of(trial)->failure : create_failure, sizeof create_failure, "%s", text);
    return code;
}

#define HOST_FUNCTIONS                                                                                             \
    .value = host_value, .objective = host_objective, .constraint = host_constraint, .report = host_report,        \
    .should_stop = host_should_stop, .log = host_log, .fail = host_fail

const tuned_host full_host = {
    .size = sizeof(tuned_host), .abi_minor = TUNED_ABI_MINOR, HOST_FUNCTIONS, .extension = full_extension};
const tuned_host older_host = {
    .size = offsetof(tuned_host, extension), .abi_minor = 0, HOST_FUNCTIONS, .extension = full_extension};
const tuned_host first_host = {.size = sizeof(tuned_host), .abi_minor = 0, HOST_FUNCTIONS, .extension = data_extension};
const tuned_host bare_host = {.size = sizeof(tuned_host), .abi_minor = 0, HOST_FUNCTIONS, .extension = no_extension};

/* Fields that no header knows yet lie behind those that this one knows. */
static const struct {
    tuned_host known;
    uint64_t unknown[8];
} enlarged = {
    {.size = sizeof enlarged, .abi_minor = TUNED_ABI_MINOR + 1, HOST_FUNCTIONS, .extension = full_extension},
    {0xdeadbeefdeadbeefu, 1, 2, 3, 4, 5, 6, 7}};
const tuned_host *const newer_host = &enlarged.known;

const tuned_plugin *load_plugin_on(const tuned_host *host, const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    const tuned_plugin *(*entry)(const tuned_host *);
    void *symbol = dlsym(library, "tuned_plugin_v1");
    memcpy(&entry, &symbol, sizeof entry);  /* ISO C has no conversion from an object pointer */
    if (!entry) {
        fprintf(stderr, "%s exports no tuned_plugin_v1\n", path);
        exit(2);
    }
    return entry(host);
}

const tuned_plugin *load_plugin(const char *path) { return load_plugin_on(&full_host, path); }

const tuned_trainable *find_trainable(const tuned_plugin *plugin, const char *id) {
    for (uint32_t i = 0; i < plugin->trainable_count; i++) {
        if (strcmp(plugin->trainable(i)->id, id) == 0) return plugin->trainable(i);
    }
    fprintf(stderr, "no trainable %s\n", id);
    exit(2);
}

run make_run(const tuned_host *host, uint32_t count) {
    run r = {.trial = {.size = sizeof(tuned_trial), .value_count = count, .value_size = sizeof(tuned_value), .host = host}};
    for (uint32_t i = 0; i < count; i++) {
        r.values[i] = (tuned_value){.size = sizeof(tuned_value), .type = TUNED_FLOAT, .active = 1, .str = ""};
    }
    return r;
}

void set_float(run *r, uint32_t index, double value) { r->values[index].f64 = value; }

void set_int(run *r, uint32_t index, int64_t value) {
    r->values[index].type = TUNED_INT;
    r->values[index].i64 = value;
    r->values[index].f64 = (double)value;
}

void set_category(run *r, uint32_t index, int64_t place, const char *text) {
    set_int(r, index, place);
    r->values[index].type = TUNED_CATEGORICAL;
    r->values[index].str = text;
}

void set_inactive(run *r, uint32_t index) {
    r->values[index] = (tuned_value){.size = sizeof(tuned_value), .type = r->values[index].type, .str = ""};
}

int32_t run_trial(const tuned_trainable *t, void *self, run *r) {
    r->trial.values = r->values;
    int32_t status = t->train ? t->train(self, &r->trial) : TUNED_OK;
    return status == TUNED_OK ? t->evaluate(self, &r->trial) : status;
}

int32_t run_stepwise(const tuned_trainable *t, void *self, run *r, int64_t budget, bool keep) {
    const tuned_stepwise_extension *steps = t->extension(self, TUNED_STEPWISE);
    int64_t step = 0;
    r->trial.values = r->values;
    int32_t status = steps->begin(self, &r->trial);
    if (status == TUNED_OK && steps->load && checkpoint_restore(&r->trial, &step) == TUNED_OK) status = steps->load(self, &r->trial);
    while (status == TUNED_OK && step < budget) {
        status = steps->step(self, &r->trial, ++step);
        if (status == TUNED_OK && keep && steps->save) {
            checkpoint_begin(&r->trial, step);
            status = steps->save(self, &r->trial);
            if (status == TUNED_OK) checkpoint_commit(&r->trial);
        }
    }
    return status == TUNED_OK ? t->evaluate(self, &r->trial) : status;
}

void deal_stratified(const int32_t *labels, size_t rows, uint32_t folds, uint64_t seed, uint32_t *fold_of) {
    size_t *order = malloc(rows * sizeof *order);
    for (size_t i = 0; i < rows; i++) order[i] = i;
    for (size_t i = rows; i > 1; i--) {  /* Fisher and Yates, with the generator of Knuth's MMIX */
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t j = (size_t)((seed >> 33) % i), swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
    int32_t classes = 0;
    for (size_t i = 0; i < rows; i++) classes = labels[i] >= classes ? labels[i] + 1 : classes;
    uint32_t dealt = 0;
    for (int32_t c = 0; c < classes; c++) {
        for (size_t i = 0; i < rows; i++) {
            if (labels[order[i]] == c) fold_of[order[i]] = dealt++ % folds;
        }
    }
    free(order);
}

void use_fold(run *r, const uint32_t *fold_of, size_t rows, uint32_t fold, uint32_t folds, uint32_t *train,
              uint32_t *evaluate) {
    uint64_t trains = 0, evaluates = 0;
    for (uint32_t row = 0; row < rows; row++) {
        if (fold_of[row] == fold) evaluate[evaluates++] = row;
        else train[trains++] = row;
    }
    r->rows[TUNED_ROWS_TRAIN] = train;
    r->rows[TUNED_ROWS_EVALUATE] = evaluate;
    r->row_counts[TUNED_ROWS_TRAIN] = trains;
    r->row_counts[TUNED_ROWS_EVALUATE] = evaluates;
    r->trial.fold = (int32_t)fold;
    r->trial.folds = (int32_t)folds;
}
