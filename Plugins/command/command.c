/* The plugin: tunes any program. What its parameters are and how it is run says the declaration beside the library; each run is one
 * process in a directory of its own. */
#include "inputs.h"
#include "output.h"
#include "process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the library was told when it was loaded. */
static spec specs[DECLARATION_MAX_TRAINABLES];

typedef struct instance {
    const spec *spec;
    tuned_config config;  /* a copy */
    row_file rows;
} instance;

/* ---- Create. */

static char **copy_texts(const char *const *texts, uint32_t count) {
    char **copies = calloc((size_t)count + 1, sizeof *copies);
    for (uint32_t i = 0; copies && i < count; i++) copies[i] = strdup(texts[i]);
    return copies;
}

static void destroy(void *self) {
    instance *i = self;
    for (uint32_t k = 0; k < i->config.key_count; k++) {
        if (i->config.keys) free((char *)(uintptr_t)i->config.keys[k]);
        if (i->config.values) free((char *)(uintptr_t)i->config.values[k]);
    }
    free((void *)(uintptr_t)i->config.keys);
    free((void *)(uintptr_t)i->config.values);
    free((char *)(uintptr_t)i->config.data_path);
    rows_free(&i->rows);
    free(i);
}

static bool fill_instance(instance *i, const tuned_config *config, failure *why) {
    i->config = (tuned_config){.size = sizeof i->config, .key_count = config->key_count, .json = "{}"};
    i->config.keys = (const char *const *)copy_texts(config->keys, config->key_count);
    i->config.values = (const char *const *)copy_texts(config->values, config->key_count);
    if (config->data_path) i->config.data_path = strdup(config->data_path);
    if (!i->config.keys || !i->config.values || (config->data_path && !i->config.data_path)) return failed(why, "not enough memory");
    return !i->spec->has_rows || !config->data_path || rows_load(config->data_path, i->spec->label, &i->rows, why);
}

static int32_t create(uint32_t index, const tuned_host *host, const tuned_config *config, void **self) {
    failure why;
    instance *i = calloc(1, sizeof *i);
    if (!i) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    i->spec = &specs[index];
    if (!fill_instance(i, config, &why)) {
        destroy(i);
        return host->fail(NULL, TUNED_FAILED, why.text);
    }
    *self = i;
    return TUNED_OK;
}

static int32_t describe_rows(void *self, tuned_dataset *out) {
    const instance *i = self;
    out->rows = i->rows.rows;
    out->labels = i->rows.labels;
    return TUNED_OK;
}

static const void *extension(void *self, const char *id) {
    static const tuned_dataset_extension rows = {sizeof rows, 0, describe_rows};
    const instance *i = self;
    return i->rows.rows > 0 && strcmp(id, TUNED_DATASET) == 0 ? &rows : NULL;
}

/* ---- A run. */

typedef struct run {
    const instance *instance;
    const tuned_trial *trial;
    inputs in;
    output output;
} run;

static bool should_stop(void *context) {
    const run *r = context;
    return r->trial->host->should_stop(r->trial) != 0;
}

static void take_line(void *context, const char *line) { output_line(&((run *)context)->output, line); }

/* Fails with a message that ends with the command's last lines. */
static int32_t fail_with_output(run *r, int32_t code, const char *what) {
    text message = {0};
    text_add_string(&message, what);
    if (r->output.lines > 0) text_add_string(&message, ". Its last lines:");
    output_last_lines(&r->output, &message);
    const char *whole = text_whole(&message);
    r->trial->host->fail(r->trial, code, whole ? whole : what);
    text_free(&message);
    return code;
}

static int32_t judge(run *r, const process_end *end) {
    const spec *s = r->instance->spec;
    char what[300];
    if (end->is_stopped) return TUNED_STOPPED;
    if (end->is_late) {
        snprintf(what, sizeof what, "%.100s took longer than its %g s and was ended", r->in.arguments[0], s->timeout);
        return fail_with_output(r, TUNED_FAILED, what);
    }
    if (end->status == 0) return TUNED_OK;
    for (size_t i = 0; i < s->infeasible_count; i++) {
        if (end->status != s->infeasible[i]) continue;
        snprintf(what, sizeof what, "%.100s ended with status %d, which means that it cannot be run so", r->in.arguments[0], end->status);
        return fail_with_output(r, TUNED_INFEASIBLE, what);
    }
    if (end->status > 0) snprintf(what, sizeof what, "%.100s ended with status %d", r->in.arguments[0], end->status);
    else snprintf(what, sizeof what, "%.100s was ended by signal %d (%s)", r->in.arguments[0], end->signal, strsignal(end->signal));
    return fail_with_output(r, TUNED_FAILED, what);
}

static int32_t tell(run *r, const process_end *end) {
    const spec *s = r->instance->spec;
    const tuned_host *host = r->trial->host;
    failure why;
    if (!output_read_files(&r->output, r->in.place.path, &why)) return fail_with_output(r, TUNED_FAILED, why.text);
    for (size_t i = 0; i < s->metric_count; i++) {
        const metric *m = &s->metrics[i];
        if (m->source == METRIC_PATTERN && !r->output.found[i]) {
            failure_set(&why, "no line of the output of %.100s matches \"%.120s\", the pattern of metric \"%.60s\"", r->in.arguments[0],
                        m->pattern_text, m->name);
            return fail_with_output(r, TUNED_FAILED, why.text);
        }
        double value = r->output.values[i];
        if (m->source == METRIC_WALL) value = end->wall_seconds;
        if (m->source == METRIC_CPU) value = end->cpu_seconds;
        int32_t status = host->objective(r->trial, (uint32_t)i, value);
        if (status != TUNED_OK) return status;
    }
    return TUNED_OK;
}

static int32_t perform(run *r) {
    const tuned_trial *trial = r->trial;
    const instance *i = r->instance;
    run_values values = {.trial = trial, .data = i->config.data_path, .config = &i->config};
    failure why;
    if (!output_begin(&r->output, i->spec, trial, &why) || !inputs_begin(&r->in, i->spec, &i->rows, &values, &why)) {
        return trial->host->fail(trial, TUNED_FAILED, why.text);
    }
    const char *directory = i->spec->directory ? i->spec->directory : r->in.place.path;
    process_order order = {r->in.arguments, r->in.environment, directory, i->spec->timeout};
    process_watcher watcher = {r, should_stop, take_line};
    process_end end;
    if (!process_run(&order, &watcher, &end, &why)) return trial->host->fail(trial, TUNED_FAILED, why.text);
    int32_t status = judge(r, &end);
    return status == TUNED_OK ? tell(r, &end) : status;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    if (trial->host->should_stop(trial)) return TUNED_STOPPED;
    run *r = calloc(1, sizeof *r);
    if (!r) return trial->host->fail(trial, TUNED_FAILED, "not enough memory");
    r->instance = self;
    r->trial = trial;
    int32_t status = perform(r);
    inputs_end(&r->in);
    output_end(&r->output);
    free(r);
    return status;
}

/* ---- Load. */

static bool read_trainable(declaration *d, uint32_t index, failure *why) {
    return spec_read(&d->document, &d->trainables[index], &specs[index], why);
}

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const declared_plugin own = {
        .own_keys = spec_keys,
        .read = read_trainable,
        .create = create,
        .functions = {.evaluate = evaluate, .destroy = destroy, .extension = extension},
    };
    return declaration_plugin(&own, host);
}
