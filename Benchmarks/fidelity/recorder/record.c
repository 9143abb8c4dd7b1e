/* Trains with a plugin, as its host, and writes what each step gave: `record plugin.so TRAINABLE DATA ROWS
 * [key=value ...]`.
 *
 * ROWS is a file with the fold of each row of the data, from 0, one number a line. With no run asked for it prints the schema.
 * A run is a line of standard input, fields parted by tabs: the run's number, its seed, the fold whose rows are scored (the others
 * are trained on), the number of steps, and of each parameter of the schema `type active f64 i64 text`. The answer is one line: the run's number, the
 * result of training (0: trained in full), and of each step the seconds of processor time that it took and the value of each metric; nan where training diverged in it.
 *
 * A trainable that is driven step by step is scored after each of them, which is not in the seconds; another one must report.
 */
#include <tuned/plugin.h>

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PARAMETERS = 64, METRICS = 2, STEPS = 100000, TEXT = 64, LINE = 65536 };

static tuned_value values[PARAMETERS];
static char texts[PARAMETERS][TEXT];
static double results[STEPS][METRICS], seconds[STEPS], last, objectives[METRICS];
static int64_t steps, expected;
static uint32_t *part[2];
static uint64_t part_count[2];

/* Of the processor, so that what else the machine does is not in it. */
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what, const char *more) {
    fprintf(stderr, "record: %s%s%s\n", what, more ? ": " : "", more ? more : "");
    exit(1);
}

/* ---- The host. ----------------------------------------------------------------------------------------------- */

static const tuned_value *value(const tuned_trial *trial, const char *name) { (void)trial, (void)name; return NULL; }

static int32_t objective(const tuned_trial *trial, uint32_t metric, double v) {
    (void)trial;
    if (metric < METRICS) objectives[metric] = v;
    return TUNED_OK;
}

static int32_t constraint(const tuned_trial *trial, const char *name, double v) { (void)trial, (void)name, (void)v; return TUNED_OK; }

/* The first metric of a step ends its time. */
static int32_t report(const tuned_trial *trial, uint32_t metric, int64_t step, double v) {
    (void)trial;
    if (metric >= METRICS || step < 1 || step > STEPS) return TUNED_FAILED;
    if (step > steps) {
        const double at = now();
        seconds[step - 1] = at - last;
        last = at;
        steps = step;
        for (int i = 0; i < METRICS; i++) results[step - 1][i] = NAN;
    }
    results[step - 1][metric] = v;
    return TUNED_OK;
}

static int32_t should_stop(const tuned_trial *trial) { (void)trial; return 0; }
static void say(const tuned_trial *trial, int32_t level, const char *text) {
    (void)trial;
    if (level >= TUNED_LOG_WARNING) fprintf(stderr, "record: %s\n", text);
}
static int32_t fail(const tuned_trial *trial, int32_t code, const char *text) {
    (void)trial;
    if (code != TUNED_INFEASIBLE) fprintf(stderr, "record: %s\n", text);
    return code;
}

static int32_t rows(const tuned_trial *trial, uint32_t which, const uint32_t **indices, uint64_t *count) {
    (void)trial;
    if (which > 1) return TUNED_FAILED;
    *indices = part[which];
    *count = part_count[which];
    return TUNED_OK;
}

static const tuned_data_extension data_extension = {sizeof data_extension, 0, rows};
static const void *extension(const char *id) { return tuned_same_text(id, TUNED_DATA) ? &data_extension : NULL; }
static const tuned_host host = {sizeof host, TUNED_ABI_MINOR, value, objective, constraint, report, should_stop, say, fail, extension};

/* ---- One run. ------------------------------------------------------------------------------------------------ */

static int32_t run(const tuned_trainable *trainable, void *self, const tuned_trial *trial) {
    const tuned_stepwise_extension *stepwise =
        trainable->extension ? (const tuned_stepwise_extension *)trainable->extension(self, TUNED_STEPWISE) : NULL;
    steps = 0;
    last = now();
    if (!stepwise) return trainable->train(self, trial);
    int32_t status = stepwise->begin(self, trial);
    for (int64_t step = 1; status == TUNED_OK && step <= expected; step++) {
        const double began = step == 1 ? last : now();
        status = stepwise->step(self, trial, step);
        seconds[step - 1] = now() - began;
        for (int i = 0; i < METRICS; i++) objectives[i] = NAN;
        if (status == TUNED_OK) status = trainable->evaluate(self, trial);
        memcpy(results[step - 1], objectives, sizeof objectives);
        steps = step;
    }
    return status;
}

static void divide(const int *folds, uint64_t count, int fold) {
    part_count[0] = part_count[1] = 0;
    for (uint64_t i = 0; i < count; i++) {
        const int which = folds[i] == fold ? TUNED_ROWS_EVALUATE : TUNED_ROWS_TRAIN;
        part[which][part_count[which]++] = (uint32_t)i;
    }
}

static uint32_t read_values(char *rest) {
    uint32_t count = 0;
    for (char *field; (field = strtok_r(rest, "\t\n", &rest)) != NULL; count++) {
        if (count == PARAMETERS) die("too many parameters", NULL);
        tuned_value *v = &values[count];
        memset(v, 0, sizeof *v);
        long long i64;
        texts[count][0] = 0;
        if (sscanf(field, "%u %d %lf %lld %63s", &v->type, &v->active, &v->f64, &i64, texts[count]) < 4) die("a value is not read", field);
        v->size = sizeof *v;
        v->i64 = i64;
        v->str = texts[count];
    }
    return count;
}

static int *read_folds(const char *path, uint64_t *count, int *folds) {
    FILE *file = fopen(path, "r");
    if (!file) die("cannot read", path);
    uint64_t room = 0;
    int *found = NULL, fold;
    for (*count = 0, *folds = 0; fscanf(file, "%d", &fold) == 1; found[(*count)++] = fold) {
        if (*count == room && !(found = realloc(found, (room = room ? 2 * room : 1024) * sizeof *found))) die("no memory", NULL);
        if (fold + 1 > *folds) *folds = fold + 1;
    }
    fclose(file);
    return found;
}

int main(int argc, char **argv) {
    if (argc < 3) die("usage: record plugin.so TRAINABLE [DATA ROWS [key=value ...]]", NULL);
    void *library = dlopen(argv[1], RTLD_NOW);
    if (!library) die("cannot load", dlerror());
    const tuned_plugin *(*entry)(const tuned_host *) = (const tuned_plugin *(*)(const tuned_host *))dlsym(library, "tuned_plugin_v1");
    const tuned_plugin *plugin = entry ? entry(&host) : NULL;
    if (!plugin) die("no plugin", argv[1]);
    const tuned_trainable *trainable = NULL;
    for (uint32_t i = 0; i < plugin->trainable_count; i++) {
        if (strcmp(plugin->trainable(i)->id, argv[2]) == 0) trainable = plugin->trainable(i);
    }
    if (!trainable) die("no such trainable", argv[2]);
    if (argc < 5) {
        printf("%s\n%s\n", plugin->version, trainable->schema_json);
        return 0;
    }
    const char *keys[16], *settings[16];
    tuned_config config = {sizeof config, 0, keys, settings, argv[3], "{}"};
    for (int i = 5; i < argc && config.key_count < 16; i++) {
        char *sign = strchr(argv[i], '=');
        if (!sign) die("not key=value", argv[i]);
        *sign = 0;
        keys[config.key_count] = argv[i];
        settings[config.key_count++] = sign + 1;
    }
    void *self = NULL;
    if (trainable->create && trainable->create(&host, &config, &self) != TUNED_OK) die("create failed", NULL);
    uint64_t count;
    int fold_count;
    int *folds = read_folds(argv[4], &count, &fold_count);
    for (int i = 0; i < 2; i++) {
        if (!(part[i] = malloc((count + 1) * sizeof(uint32_t)))) die("no memory", NULL);
    }

    static char line[LINE];
    while (fgets(line, sizeof line, stdin)) {
        char *rest = line;
        const char *id = strtok_r(rest, "\t", &rest), *seed = strtok_r(rest, "\t", &rest), *fold = strtok_r(rest, "\t", &rest),
                   *many = strtok_r(rest, "\t", &rest);
        if (!many) die("a run is not read", line);
        expected = atoll(many);
        if (expected < 1 || expected > STEPS) die("not a number of steps", many);
        divide(folds, count, atoi(fold));
        tuned_trial trial = {.size = sizeof trial, .value_size = sizeof(tuned_value), .purpose = TUNED_SEARCH, .values = values,
                             .id = atoll(id), .seed = strtoull(seed, NULL, 10), .budget = (double)expected, .fold = atoi(fold),
                             .folds = fold_count, .host = &host};
        trial.value_count = read_values(rest);
        const int32_t status = run(trainable, self, &trial);
        printf("%s\t%d", id, status);
        for (int64_t step = 0; step < steps; step++) {
            printf("\t%.6f", seconds[step]);
            for (int i = 0; i < METRICS; i++) printf(" %.6g", results[step][i]);
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
