/* A trainable that tells what it sees from inside its worker: numbers as metrics, text as lines of the log. */
#define _GNU_SOURCE /* CPU affinity */
#include "settings.h"

#include <tuned/plugin.h>

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum metric {
    METRIC_VALUE, METRIC_CPU_COUNT, METRIC_CPU_MASK, METRIC_OMP_NUM_THREADS, METRIC_CUDA_DEVICES, METRIC_OPEN_FDS,
    METRIC_PID, METRIC_RUN, METRIC_ATTEMPT, METRIC_FOLD, METRIC_FOLDS, METRIC_SEED_LOW, METRIC_SEED_HIGH, METRIC_PURPOSE,
    METRIC_BUDGET, METRIC_DEADLINE, METRIC_TRAIN_ROWS, METRIC_TRAIN_SUM, METRIC_EVALUATE_ROWS, METRIC_EVALUATE_SUM,
    METRIC_CALLS,
};

typedef struct instance {
    uint64_t rows;    /* config rows: size of the data set that it pretends to have; 0: none */
    int32_t *labels;  /* row % 3 */
    int calls;        /* of evaluate, by this instance */
} instance;

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    instance *made = calloc(1, sizeof *made);
    if (!made) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    made->rows = (uint64_t)setting_number(config, "rows", 0);
    made->labels = calloc(made->rows + 1, sizeof *made->labels);
    if (!made->labels) {
        free(made);
        return host->fail(NULL, TUNED_FAILED, "not enough memory");
    }
    for (uint64_t row = 0; row < made->rows; row++) made->labels[row] = (int32_t)(row % 3);
    *self = made;
    return TUNED_OK;
}

static void destroy(void *self) {
    instance *made = self;
    free(made->labels);
    free(made);
}

static void tell(const tuned_trial *trial, const char *name, const char *value) {
    char line[2048];
    snprintf(line, sizeof line, "%s=%s", name, value);
    trial->host->log(trial, TUNED_LOG_INFO, line);
}

static void tell_cpus(const tuned_trial *trial) {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    uint64_t mask = 0;
    char list[512] = "";
    size_t used = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &set)) continue;
        if (cpu < 52) mask |= (uint64_t)1 << cpu;  /* as many as a double holds exactly */
        if (used < sizeof list - 8) used += (size_t)snprintf(list + used, sizeof list - used, used ? ",%d" : "%d", cpu);
    }
    trial->host->objective(trial, METRIC_CPU_COUNT, CPU_COUNT(&set));
    trial->host->objective(trial, METRIC_CPU_MASK, (double)mask);
    tell(trial, "cpus", list);
}

/* -1 where the variable is not set. */
static void tell_variables(const tuned_trial *trial) {
    static const char *const names[] = {
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "HOME", "PATH", "TUNED_HOME",
        "TUNED_TEST_SECRET",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        tell(trial, names[i], value ? value : "(unset)");
    }
    const char *threads = getenv("OMP_NUM_THREADS");
    trial->host->objective(trial, METRIC_OMP_NUM_THREADS, threads ? strtod(threads, NULL) : -1);
    const char *devices = getenv("CUDA_VISIBLE_DEVICES");
    double count = devices ? *devices != '\0' : -1;
    for (const char *c = devices; c && *c; c++) count += *c == ',';
    trial->host->objective(trial, METRIC_CUDA_DEVICES, count);
}

static void tell_files(const tuned_trial *trial) {
    char text[1024];
    tell(trial, "cwd", getcwd(text, sizeof text) ? text : "(none)");
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(folder)) continue;
        char target[256], name[300];
        snprintf(name, sizeof name, "fd %.16s", entry->d_name);
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = '\0';
        tell(trial, name, target);
        count++;
    }
    closedir(folder);
    trial->host->objective(trial, METRIC_OPEN_FDS, count);
}

static void tell_trial(const tuned_trial *trial) {
    const tuned_host *host = trial->host;
    host->objective(trial, METRIC_PID, getpid());
    host->objective(trial, METRIC_RUN, trial->run);
    host->objective(trial, METRIC_ATTEMPT, trial->attempt);
    host->objective(trial, METRIC_FOLD, trial->fold);
    host->objective(trial, METRIC_FOLDS, trial->folds);
    host->objective(trial, METRIC_SEED_LOW, (double)(trial->seed & 0xffffffffu));
    host->objective(trial, METRIC_SEED_HIGH, (double)(trial->seed >> 32));
    host->objective(trial, METRIC_PURPOSE, trial->purpose);
    host->objective(trial, METRIC_BUDGET, trial->budget);
    host->objective(trial, METRIC_DEADLINE, trial->deadline);
}

/* A count and the sum of the indices: two splits that differ have different ones, but for rare chance. */
static void tell_rows(const tuned_trial *trial, uint32_t part, uint32_t rows_metric, uint32_t sum_metric) {
    const tuned_data_extension *data = TUNED_HAS(trial->host, extension) ? trial->host->extension(TUNED_DATA) : NULL;
    const uint32_t *indices = NULL;
    uint64_t count = 0, sum = 0;
    if (!data || data->rows(trial, part, &indices, &count) != TUNED_OK) count = 0;
    for (uint64_t i = 0; i < count; i++) sum += indices[i];
    trial->host->objective(trial, rows_metric, (double)count);
    trial->host->objective(trial, sum_metric, (double)sum);
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    instance *made = self;
    tell_cpus(trial);
    tell_variables(trial);
    tell_files(trial);
    tell_trial(trial);
    tell_rows(trial, TUNED_ROWS_TRAIN, METRIC_TRAIN_ROWS, METRIC_TRAIN_SUM);
    tell_rows(trial, TUNED_ROWS_EVALUATE, METRIC_EVALUATE_ROWS, METRIC_EVALUATE_SUM);
    trial->host->objective(trial, METRIC_CALLS, ++made->calls);
    return trial->host->objective(trial, METRIC_VALUE, tuned_f64(trial, 0));
}

static int32_t describe(void *self, tuned_dataset *out) {
    const instance *made = self;
    out->rows = made->rows;
    out->labels = made->labels;
    return TUNED_OK;
}

static const void *extension(void *self, const char *id) {
    static const tuned_dataset_extension told = {sizeof told, 0, describe};
    const instance *made = self;
    return made->rows > 0 && strcmp(id, TUNED_DATASET) == 0 ? &told : NULL;
}

static const tuned_trainable trainable = {
    .size = sizeof trainable,
    .id = "environment",
    .schema_json = TUNED_JSON({
        "id": "environment",
        "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5}],
        "metrics": [
            {"name": "value", "goal": "minimize"},
            {"name": "cpu_count", "goal": "minimize", "description": "CPUs that this thread may run on"},
            {"name": "cpu_mask", "goal": "minimize", "description": "Which of the first 52, as the bits of a number"},
            {"name": "omp_num_threads", "goal": "minimize", "description": "-1: not set"},
            {"name": "cuda_devices", "goal": "minimize", "description": "Entries of CUDA_VISIBLE_DEVICES; -1: not set"},
            {"name": "open_fds", "goal": "minimize"},
            {"name": "pid", "goal": "minimize"},
            {"name": "run", "goal": "minimize"},
            {"name": "attempt", "goal": "minimize"},
            {"name": "fold", "goal": "minimize"},
            {"name": "folds", "goal": "minimize"},
            {"name": "seed_low", "goal": "minimize", "description": "The lower 32 bits"},
            {"name": "seed_high", "goal": "minimize", "description": "The upper 32 bits"},
            {"name": "purpose", "goal": "minimize"},
            {"name": "budget", "goal": "minimize"},
            {"name": "deadline", "goal": "minimize"},
            {"name": "train_rows", "goal": "minimize"},
            {"name": "train_sum", "goal": "minimize", "description": "Sum of the indices"},
            {"name": "evaluate_rows", "goal": "minimize"},
            {"name": "evaluate_sum", "goal": "minimize", "description": "Sum of the indices"},
            {"name": "calls", "goal": "minimize", "description": "Trials of this instance, this one included"}
        ],
        "config": [{"name": "rows", "required": false, "description": "Rows of a data set that it pretends to have"}]
    }),
    .create = create,
    .evaluate = evaluate,
    .destroy = destroy,
    .extension = extension,
};

TUNED_PLUGIN("environment", "1.0.0", trainable)
