/* A plugin that bears witness: it reads every file in reach of its data path and writes down, by the rows' own ids, which rows it read and which
 * it was told to train on and to score. Data: a CSV file whose columns are named; "id" names a row; "label", "group" and "time" are told to the
 * host where they are there. */
#include "settings.h"

#include <tuned/plugin.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 4096, TEXT = 1 << 16 };
enum { PARAMETER_X };
enum { METRIC_VALUE, METRIC_TRAINED, METRIC_SCORED };

typedef struct witness {
    uint64_t rows;
    long ids[ROWS];
    int32_t labels[ROWS], groups[ROWS];
    int64_t times[ROWS];
    int has_labels, has_groups, has_times;
    long hidden;           /* config hidden: so many rows it does not tell of */
    char log[512];         /* config log: where it writes */
    char fails[32];        /* config fails: final, crash */
    long pause_ms;         /* config ms: how long a final run or a replay trains */
    long score_ms;         /* config score_ms: how long the first attempt of a final run scores */
    int drifts;            /* config drifts: the value is another each time */
} witness;

static void say(const witness *w, const char *format, ...) {
    char line[TEXT];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    int file = open(w->log, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (file < 0) return;
    /* One write a line, so that lines of several workers do not mix. */
    if (write(file, line, (size_t)size) != size) perror("witness");
    close(file);
}

/* The numbers of a named column; false where there is none. */
static int column(const char *header, const char *name) {
    char text[1024];
    snprintf(text, sizeof text, "%s", header);
    int index = 0;
    for (char *field = strtok(text, ",\r\n"); field; field = strtok(NULL, ",\r\n"), index++) {
        if (strcmp(field, name) == 0) return index;
    }
    return -1;
}

static long cell(const char *line, int index) {
    for (; index > 0 && line; index--) {
        line = strchr(line, ',');
        if (line) line++;
    }
    return line ? strtol(line, NULL, 10) : 0;
}

static int read_file(witness *w, const char *path) {
    char line[1024], header[1024];
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    if (!fgets(header, sizeof header, file)) {
        fclose(file);
        return 0;
    }
    int id = column(header, "id"), label = column(header, "label"), group = column(header, "group"), time = column(header, "time");
    w->rows = 0;
    w->has_labels = label >= 0, w->has_groups = group >= 0, w->has_times = time >= 0;
    while (id >= 0 && w->rows < ROWS && fgets(line, sizeof line, file)) {
        w->ids[w->rows] = cell(line, id);
        w->labels[w->rows] = (int32_t)cell(line, label < 0 ? id : label);
        w->groups[w->rows] = (int32_t)cell(line, group < 0 ? id : group);
        w->times[w->rows] = cell(line, time < 0 ? id : time);
        w->rows++;
    }
    fclose(file);
    return id >= 0;
}

static void tell_rows(const witness *w, const char *what, const uint32_t *rows, uint64_t count) {
    char text[TEXT - 256];
    size_t used = 0;
    text[0] = '\0';
    for (uint64_t i = 0; i < count && used + 24 < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, " %ld", w->ids[rows ? rows[i] : i]);
    }
    say(w, "%s%s\n", what, text);
}

/* Every file in the folder of the data: who looks around must find no test row either. */
static void look_around(const witness *w, const char *path) {
    char folder[1024], name[2048];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (!slash) return;
    *slash = '\0';
    DIR *open = opendir(folder);
    if (!open) return;
    witness *other = malloc(sizeof *other);
    for (struct dirent *entry; other && (entry = readdir(open));) {
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        *other = *w;
        if (entry->d_name[0] != '.' && read_file(other, name)) tell_rows(other, "found", NULL, other->rows);
    }
    free(other);
    closedir(open);
}

static int32_t witness_create(const tuned_host *host, const tuned_config *config, void **self) {
    witness *w = calloc(1, sizeof *w);
    if (!w) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    snprintf(w->log, sizeof w->log, "%s", setting(config, "log", "/dev/null"));
    snprintf(w->fails, sizeof w->fails, "%s", setting(config, "fails", ""));
    w->pause_ms = setting_number(config, "ms", 0);
    w->score_ms = setting_number(config, "score_ms", 0);
    w->hidden = setting_number(config, "hidden", 0);
    w->drifts = setting_number(config, "drifts", 0) != 0;
    long own = setting_number(config, "rows", 0);
    if (own > 0) {
        w->rows = (uint64_t)own;
        for (long i = 0; i < own; i++) w->ids[i] = i;
    } else if (!config->data_path || !read_file(w, config->data_path)) {
        free(w);
        return host->fail(NULL, TUNED_FAILED, "the data has no column id");
    }
    if (config->data_path) {
        tell_rows(w, "read", NULL, w->rows);
        look_around(w, config->data_path);
    }
    *self = w;
    return TUNED_OK;
}

static int rows_of(const tuned_trial *trial, uint32_t part, const uint32_t **rows, uint64_t *count) {
    const tuned_data_extension *data = tuned_find_extension(trial->host, TUNED_DATA);
    return data && data->rows(trial, part, rows, count) == TUNED_OK;
}

static int32_t take(const witness *w, const tuned_trial *trial, uint32_t part, double *sum, uint64_t *count) {
    static const char *const purposes[] = {"search", "final", "replay"};
    char what[64];
    const uint32_t *rows;
    if (!rows_of(trial, part, &rows, count)) return trial->host->fail(trial, TUNED_FAILED, "the host handed out no rows");
    for (uint64_t i = 0; i < *count; i++) {
        if (rows[i] >= w->rows) return trial->host->fail(trial, TUNED_FAILED, "a row does not exist");
        *sum += (double)w->ids[rows[i]];
    }
    snprintf(what, sizeof what, "%s %s %lld.%d.%d", purposes[trial->purpose % 3], part == TUNED_ROWS_TRAIN ? "train" : "score",
             (long long)trial->id, trial->fold, trial->attempt);
    tell_rows(w, what, rows, *count);
    return TUNED_OK;
}

static int32_t witness_evaluate(void *self, const tuned_trial *trial) {
    const witness *w = self;
    double trained = 0, scored = 0;
    uint64_t train_count, score_count;
    int32_t status = take(w, trial, TUNED_ROWS_TRAIN, &trained, &train_count);
    if (status != TUNED_OK) return status;
    if (trial->purpose != TUNED_SEARCH) {
        for (long waited = 0; waited < w->pause_ms && !trial->host->should_stop(trial); waited += 5) nanosleep(&(struct timespec){0, 5000000}, NULL);
        if (trial->host->should_stop(trial)) return TUNED_STOPPED;
    }
    if (trial->purpose == TUNED_FINAL) {
        if (strcmp(w->fails, "final") == 0) return trial->host->fail(trial, TUNED_FAILED, "the final run fails as asked");
        if (strcmp(w->fails, "crash") == 0) abort();
        const tuned_artifact_extension *artifact = tuned_find_extension(trial->host, TUNED_ARTIFACT);
        if (artifact) artifact->store(trial, "model.txt", "a model", 7);
    }
    status = take(w, trial, TUNED_ROWS_EVALUATE, &scored, &score_count);
    if (status != TUNED_OK) return status;
    if (trial->purpose == TUNED_FINAL && trial->attempt == 0) {
        nanosleep(&(struct timespec){w->score_ms / 1000, w->score_ms % 1000 * 1000000}, NULL);
    }
    double x = tuned_f64(trial, PARAMETER_X);
    if (w->drifts) x += 1e-9 * (double)(clock() + getpid());
    trial->host->objective(trial, METRIC_VALUE, x + 1e-6 * trained + 1e-9 * scored + 1e-12 * (double)(trial->seed % 1000));
    trial->host->objective(trial, METRIC_TRAINED, (double)train_count);
    return trial->host->objective(trial, METRIC_SCORED, (double)score_count);
}

static int32_t describe(void *self, tuned_dataset *out) {
    const witness *w = self;
    out->rows = w->rows - (uint64_t)w->hidden;
    if (w->has_labels) out->labels = w->labels;
    if (w->has_groups) out->groups = w->groups;
    if (w->has_times) out->times = w->times;
    return TUNED_OK;
}

static const void *witness_extension(void *self, const char *id) {
    static const tuned_dataset_extension told = {sizeof told, 0, describe};
    (void)self;
    return strcmp(id, TUNED_DATASET) == 0 ? &told : NULL;
}

static const tuned_trainable witness_trainable = {
    .size = sizeof witness_trainable,
    .flags = TUNED_DETERMINISTIC,
    .id = "witness",
    .schema_json = TUNED_JSON({
        "id": "witness",
        "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5}],
        "metrics": [{"name": "value", "goal": "minimize"}, {"name": "trained", "goal": "minimize"}, {"name": "scored", "goal": "minimize"}]
    }),
    .create = witness_create,
    .evaluate = witness_evaluate,
    .destroy = free,
    .extension = witness_extension,
};

static const tuned_trainable *trainable(uint32_t index) { return index == 0 ? &witness_trainable : NULL; }

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const tuned_plugin plugin = {
        .size = sizeof plugin, .abi_minor = TUNED_ABI_MINOR, .id = "witness", .version = "1.0.0", .build = "",
        .trainable_count = 1, .trainable = trainable,
    };
    (void)host;
    return &plugin;
}
