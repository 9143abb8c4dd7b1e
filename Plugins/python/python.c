/* The plugin: a user's Python script as a trainable. What its parameters are says the declaration beside the library. */
#include "script.h"
#include "trial.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the library was told when it was loaded. */
typedef struct source {
    const declared_trainable *trainable;
    const char *program;  /* the interpreter; NULL: the one that the plugin was built with */
    const char *path;     /* of the script; NULL where the study's config names it */
    const char *text;     /* where the declaration holds it */
} source;

static source sources[DECLARATION_MAX_TRAINABLES];

typedef struct instance {
    const declared_trainable *trainable;
    script script;
    PyObject *config, *state;
    PyObject *model;  /* what train returned, until evaluate has scored it; NULL */
    script_rows rows;
} instance;

/* ---- Create. */

/* A dictionary that knows the path of the data file too. */
static PyObject *make_config(const tuned_config *config) {
    static const char definition[] =
        "import json\n"
        "class Config(dict):\n"
        "    'The config of a study; data is the path of its data file, or None.'\n"
        "def make(text, data):\n"
        "    config = Config(json.loads(text))\n"
        "    config.data = data\n"
        "    return config\n";
    PyObject *names = PyDict_New();
    PyObject *ran = names ? PyRun_String(definition, Py_file_input, names, names) : NULL;
    PyObject *make = ran ? PyDict_GetItemString(names, "make") : NULL;
    PyObject *made = make ? PyObject_CallFunction(make, "sz", config->json, config->data_path) : NULL;
    Py_XDECREF(ran);
    Py_XDECREF(names);
    return made;
}

static const char *config_value(const tuned_config *config, const char *key) {
    for (uint32_t i = 0; i < config->key_count; i++) {
        if (strcmp(config->keys[i], key) == 0) return config->values[i];
    }
    return NULL;
}

static bool load_script(instance *i, const source *from, const tuned_host *host, const tuned_config *config, failure *why) {
    const char *path = from->path ? from->path : from->text ? "<source>" : config_value(config, "script");
    if (!path) return failed(why, "the study does not say which script to run: config: {script: /path/of/it.py}");
    if (!from->text && path[0] != '/') return failed(why, "the path of the script, \"%.200s\", is not absolute", path);
    char digest[65], line[512], *read = NULL;
    bool ok = (from->text || script_read(path, &read, why)) &&
              script_load(path, from->text ? from->text : read, &i->script, digest, why);
    free(read);
    if (ok) {
        snprintf(line, sizeof line, "script %.300s, SHA-256 %s", path, digest);
        host->log(NULL, TUNED_LOG_INFO, line);
    }
    return ok;
}

static bool fill_instance(instance *i, const source *from, const tuned_host *host, const tuned_config *config, failure *why) {
    if (!load_script(i, from, host, config, why)) return false;
    if (!(i->config = make_config(config))) return interpreter_failed(i->script.path, why);
    i->state = i->script.create ? PyObject_CallOneArg(i->script.create, i->config) : Py_NewRef(Py_None);
    if (!i->state) return interpreter_failed(i->script.path, why);
    return !i->script.dataset || !config->data_path || script_describe(&i->script, i->config, &i->rows, why);
}

static void free_instance(instance *i) {
    Py_XDECREF(i->config);
    Py_XDECREF(i->state);
    Py_XDECREF(i->model);
    script_free(&i->script);
    script_rows_free(&i->rows);
    free(i);
}

static int32_t create(uint32_t index, const tuned_host *host, const tuned_config *config, void **self) {
    failure why;
    instance *i = calloc(1, sizeof *i);
    if (!i) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    i->trainable = sources[index].trainable;
    if (!interpreter_start(sources[index].program, &why)) {
        free(i);
        return host->fail(NULL, TUNED_FAILED, why.text);
    }
    PyGILState_STATE lock = interpreter_enter();
    bool ok = fill_instance(i, &sources[index], host, config, &why);
    interpreter_flush();
    if (!ok) free_instance(i);
    interpreter_leave(lock);
    if (!ok) return host->fail(NULL, TUNED_FAILED, why.text);
    *self = i;
    return TUNED_OK;
}

static void destroy(void *self) {
    PyGILState_STATE lock = interpreter_enter();
    free_instance(self);
    interpreter_flush();
    interpreter_leave(lock);
}

static int32_t describe_rows(void *self, tuned_dataset *out) {
    const instance *i = self;
    out->rows = i->rows.rows;
    out->labels = i->rows.labels;
    out->groups = i->rows.groups;
    out->times = i->rows.times;
    return TUNED_OK;
}

static const void *extension(void *self, const char *id) {
    static const tuned_dataset_extension rows = {sizeof rows, 0, describe_rows};
    const instance *i = self;
    return i->rows.rows > 0 && strcmp(id, TUNED_DATASET) == 0 ? &rows : NULL;
}

/* ---- Trials. */

/* The traceback goes to the log, its last line and place into the trial's record. */
static int32_t fail_with_exception(const instance *i, const tuned_trial *trial) {
    PyObject *kind = trial_infeasible(), *summary, *whole;
    int32_t code = kind && PyErr_ExceptionMatches(kind) ? TUNED_INFEASIBLE : TUNED_FAILED;
    interpreter_take_exception(i->script.path, &summary, &whole);
    const char *text = summary ? PyUnicode_AsUTF8(summary) : NULL, *trace = whole ? PyUnicode_AsUTF8(whole) : NULL;
    PyErr_Clear();
    if (trace && code == TUNED_FAILED) trial->host->log(trial, TUNED_LOG_ERROR, trace);
    trial->host->fail(trial, code, text ? text : "an exception that cannot be described");
    Py_XDECREF(kind);
    Py_XDECREF(summary);
    Py_XDECREF(whole);
    return code;
}

static int32_t keep_model(instance *i, const tuned_trial *trial, PyObject *model) {
    (void)trial;
    Py_XSETREF(i->model, Py_NewRef(model));
    return TUNED_OK;
}

static int32_t take_result(instance *i, const tuned_trial *trial, PyObject *result) {
    failure why;
    int32_t status = values_take_result(trial, i->trainable, result, &why);
    return status < 0 ? trial->host->fail(trial, status, why.text) : status;
}

/* Calls a function of the script with a trial object, and `take` with what it returns. */
static int32_t call(instance *i, const tuned_trial *trial, PyObject *function,
                    int32_t (*take)(instance *, const tuned_trial *, PyObject *)) {
    PyObject *object = trial_make(trial, i->trainable, i->config, i->state);
    if (object && i->model) trial_set_model(object, i->model);
    PyObject *result = object ? PyObject_CallOneArg(function, object) : NULL;
    int32_t status = result ? take(i, trial, result) : fail_with_exception(i, trial);
    Py_XDECREF(result);
    if (object) trial_close(object);
    Py_XDECREF(object);
    interpreter_flush();
    return status;
}

static int32_t train(void *self, const tuned_trial *trial) {
    instance *i = self;
    if (trial->host->should_stop(trial)) return TUNED_STOPPED;
    PyGILState_STATE lock = interpreter_enter();
    Py_CLEAR(i->model);
    int32_t status = i->script.train ? call(i, trial, i->script.train, keep_model) : TUNED_OK;
    interpreter_leave(lock);
    return status == TUNED_OK && trial->host->should_stop(trial) ? TUNED_STOPPED : status;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    instance *i = self;
    PyGILState_STATE lock = interpreter_enter();
    int32_t status = call(i, trial, i->script.evaluate, take_result);
    Py_CLEAR(i->model);
    interpreter_leave(lock);
    return status;
}

/* ---- Load. */

static bool check_text(const char *program, const char *path, const char *text, failure *why) {
    if (!interpreter_start(program, why)) return false;
    PyGILState_STATE lock = interpreter_enter();
    bool ok = script_check(path, text, why);
    interpreter_leave(lock);
    return ok;
}

static bool read_source(const declared_trainable *t, source *out, failure *why) {
    static const char *const known[] = {"script", "source", "interpreter", NULL};
    const json_value *python = json_find(t->fields, "python");
    if (!python) return true;  /* the study's config names the script */
    if (!json_check_keys(python, known, "\"python\"", why) || !declaration_text(python, "script", "\"python\"", &out->path, why) ||
        !declaration_text(python, "source", "\"python\"", &out->text, why) ||
        !declaration_text(python, "interpreter", "\"python\"", &out->program, why)) {
        return false;
    }
    if (out->path && out->text) return failed(why, "\"python\" has both \"script\", a path, and \"source\", the text itself");
    if (out->path && out->path[0] != '/') return failed(why, "\"script\" of \"python\" is an absolute path");
    if (out->program && out->program[0] != '/') return failed(why, "\"interpreter\" of \"python\" is an absolute path");
    char *read = NULL;
    bool ok = !out->path || script_read(out->path, &read, why);
    const char *text = out->text ? out->text : read;
    ok = ok && (!text || check_text(out->program, out->path ? out->path : "<source>", text, why));
    free(read);
    return ok;
}

static bool read_trainable(declaration *d, uint32_t index, failure *why) {
    sources[index].trainable = &d->trainables[index];
    return read_source(&d->trainables[index], &sources[index], why);
}

TUNED_EXPORT const tuned_plugin *tuned_plugin_v1(const tuned_host *host) {
    static const char *const own_keys[] = {"python", NULL};
    static const declared_plugin own = {
        .own_keys = own_keys,
        .read = read_trainable,
        .create = create,
        .functions = {.train = train, .evaluate = evaluate, .destroy = destroy, .extension = extension},
    };
    return declaration_plugin(&own, host);
}
