#include "trial.h"

#include "values.h"

#include <string.h>
#include <time.h>

typedef struct trial_object {
    PyObject_HEAD
    const tuned_trial *trial;  /* NULL once it is closed */
    const declared_trainable *trainable;
    int calls;                 /* of the host, under way without the lock */
    PyObject *params, *config, *state, *model;
} trial_object;

static PyObject *infeasible;

PyObject *trial_infeasible(void) {
    if (!infeasible) infeasible = PyErr_NewException("tuned.Infeasible", NULL, NULL);
    Py_XINCREF(infeasible);
    return infeasible;
}

/* The trial, or NULL with an exception where its call has returned. */
static const tuned_trial *open_trial(trial_object *self) {
    if (!self->trial) PyErr_SetString(PyExc_RuntimeError, "this trial has ended");
    return self->trial;
}

/* Around calls of the host that may wait: other threads of the script go on meanwhile. */
#define WITHOUT_LOCK(self, statement) \
    do { \
        (self)->calls++; \
        Py_BEGIN_ALLOW_THREADS \
        statement; \
        Py_END_ALLOW_THREADS \
        (self)->calls--; \
    } while (0)

static int metric_index(const declared_trainable *trainable, const char *name) {
    int index = name ? declaration_find(trainable->metrics, name) : 0;
    if (index < 0) PyErr_Format(PyExc_KeyError, "there is no metric \"%s\"", name);
    return index;
}

/* ---- Reports. */

static PyObject *method_report(PyObject *object, PyObject *arguments, PyObject *named) {
    static char *names[] = {"step", "value", "metric", NULL};
    trial_object *self = (trial_object *)object;
    long long step;
    double value;
    const char *metric = NULL;
    if (!PyArg_ParseTupleAndKeywords(arguments, named, "Ld|z:report", names, &step, &value, &metric)) return NULL;
    const tuned_trial *trial = open_trial(self);
    int index = trial ? metric_index(self->trainable, metric) : -1;
    if (index < 0) return NULL;
    int32_t status;
    WITHOUT_LOCK(self, status = trial->host->report(trial, (uint32_t)index, step, value));
    if (status != TUNED_OK) return PyErr_Format(PyExc_RuntimeError, "the host refused the report of step %lld", step);
    return PyBool_FromLong(!self->trial || trial->host->should_stop(trial));
}

static PyObject *method_should_stop(PyObject *object, PyObject *none) {
    (void)none;
    const tuned_trial *trial = open_trial((trial_object *)object);
    return trial ? PyBool_FromLong(trial->host->should_stop(trial)) : NULL;
}

static PyObject *method_log(PyObject *object, PyObject *text) {
    trial_object *self = (trial_object *)object;
    const tuned_trial *trial = open_trial(self);
    PyObject *string = trial ? PyObject_Str(text) : NULL;
    const char *bytes = string ? PyUnicode_AsUTF8(string) : NULL;
    if (bytes) WITHOUT_LOCK(self, trial->host->log(trial, TUNED_LOG_INFO, bytes));
    Py_XDECREF(string);
    if (!bytes) return NULL;
    Py_RETURN_NONE;
}

static PyObject *method_constraint(PyObject *object, PyObject *arguments) {
    const char *name;
    double value;
    if (!PyArg_ParseTuple(arguments, "sd:constraint", &name, &value)) return NULL;
    const tuned_trial *trial = open_trial((trial_object *)object);
    if (!trial) return NULL;
    if (trial->host->constraint(trial, name, value) != TUNED_OK) {
        return PyErr_Format(PyExc_RuntimeError, "the host refused the constraint \"%s\"", name);
    }
    Py_RETURN_NONE;
}

/* ---- Extensions of the host. */

static PyObject *method_checkpoint(PyObject *object, PyObject *arguments) {
    trial_object *self = (trial_object *)object;
    long long step;
    Py_buffer bytes;
    if (!PyArg_ParseTuple(arguments, "Ly*:checkpoint", &step, &bytes)) return NULL;
    const tuned_trial *trial = open_trial(self);
    int32_t status = TUNED_FAILED;
    if (trial) WITHOUT_LOCK(self, status = tuned_save_checkpoint(trial, step, bytes.buf, (uint64_t)bytes.len));
    PyBuffer_Release(&bytes);
    if (!trial) return NULL;
    if (status != TUNED_OK) return PyErr_Format(PyExc_RuntimeError, "the host could not keep the checkpoint of step %lld", step);
    Py_RETURN_NONE;
}

/* The rest of a checkpoint that restore has opened, read piece by piece. */
static PyObject *read_checkpoint(trial_object *self, const tuned_checkpoint_extension *checkpoint) {
    char piece[65536];
    int64_t got = 0;
    PyObject *whole = PyByteArray_FromStringAndSize(NULL, 0);
    while (whole) {
        const tuned_trial *trial = open_trial(self);  /* the script's call may return while another thread of it reads */
        got = -1;
        if (trial) WITHOUT_LOCK(self, got = checkpoint->read(trial, piece, sizeof piece));
        if (got <= 0) break;
        Py_ssize_t size = PyByteArray_Size(whole);
        if (PyByteArray_Resize(whole, size + (Py_ssize_t)got) != 0) Py_CLEAR(whole);
        else memcpy(PyByteArray_AsString(whole) + size, piece, (size_t)got);
    }
    if (whole && got < 0) {
        Py_CLEAR(whole);
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_RuntimeError, "the host could not read the checkpoint");
    }
    PyObject *bytes = whole ? PyBytes_FromObject(whole) : NULL;
    Py_XDECREF(whole);
    return bytes;
}

static PyObject *method_restore(PyObject *object, PyObject *none) {
    (void)none;
    trial_object *self = (trial_object *)object;
    const tuned_trial *trial = open_trial(self);
    if (!trial) return NULL;
    const tuned_checkpoint_extension *checkpoint = tuned_find_extension(trial->host, TUNED_CHECKPOINT);
    int64_t step = 0;
    int32_t status = TUNED_ABSENT;
    if (checkpoint) WITHOUT_LOCK(self, status = checkpoint->restore(trial, &step));
    if (status == TUNED_ABSENT) Py_RETURN_NONE;
    if (status != TUNED_OK) return PyErr_Format(PyExc_RuntimeError, "the host could not open the checkpoint");
    PyObject *bytes = read_checkpoint(self, checkpoint);
    return bytes ? Py_BuildValue("(LN)", (long long)step, bytes) : NULL;
}

static PyObject *method_artifact(PyObject *object, PyObject *arguments) {
    trial_object *self = (trial_object *)object;
    const char *name;
    Py_buffer bytes;
    if (!PyArg_ParseTuple(arguments, "sy*:artifact", &name, &bytes)) return NULL;
    const tuned_trial *trial = open_trial(self);
    const tuned_artifact_extension *artifact = trial ? tuned_find_extension(trial->host, TUNED_ARTIFACT) : NULL;
    int32_t status = TUNED_OK;
    if (artifact) WITHOUT_LOCK(self, status = artifact->store(trial, name, bytes.buf, (uint64_t)bytes.len));
    PyBuffer_Release(&bytes);
    if (!trial) return NULL;
    if (!artifact) return PyErr_Format(PyExc_RuntimeError, "this host keeps no artifacts");
    if (status != TUNED_OK) return PyErr_Format(PyExc_RuntimeError, "the host could not keep the artifact \"%s\"", name);
    Py_RETURN_NONE;
}

static PyObject *method_scheduled(PyObject *object, PyObject *arguments) {
    trial_object *self = (trial_object *)object;
    const char *name;
    double progress, value;
    if (!PyArg_ParseTuple(arguments, "sd:scheduled", &name, &progress)) return NULL;
    const tuned_trial *trial = open_trial(self);
    if (!trial) return NULL;
    int index = declaration_find(self->trainable->parameters, name);
    if (index < 0) return PyErr_Format(PyExc_KeyError, "there is no parameter \"%s\"", name);
    const tuned_schedule_extension *schedule = tuned_find_extension(trial->host, TUNED_SCHEDULE);
    if (!schedule) return PyFloat_FromDouble(tuned_f64(trial, (uint32_t)index));
    if (schedule->value(trial, (uint32_t)index, progress, &value) != TUNED_OK) {
        return PyErr_Format(PyExc_ValueError, "\"%s\" has no value on a schedule: it is not a number, or inactive", name);
    }
    return PyFloat_FromDouble(value);
}

/* ---- What is known of the trial. */

/* A copy, so that a script may keep it: 32-bit unsigned integers, which numpy takes as they are. */
static PyObject *rows(trial_object *self, uint32_t part) {
    const tuned_trial *trial = open_trial(self);
    const uint32_t *indices;
    uint64_t count;
    if (!trial) return NULL;
    int32_t status = tuned_rows(trial, part, &indices, &count);
    if (status == TUNED_ABSENT) Py_RETURN_NONE;
    if (status != TUNED_OK) return PyErr_Format(PyExc_RuntimeError, "the host has no rows of that part");
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)indices, (Py_ssize_t)(count * sizeof *indices));
    PyObject *view = bytes ? PyMemoryView_FromObject(bytes) : NULL;
    PyObject *result = view ? PyObject_CallMethod(view, "cast", "s", "I") : NULL;
    Py_XDECREF(bytes);
    Py_XDECREF(view);
    return result;
}

static PyObject *get_train_rows(PyObject *self, void *none) { (void)none; return rows((trial_object *)self, TUNED_ROWS_TRAIN); }
static PyObject *get_evaluate_rows(PyObject *self, void *none) { (void)none; return rows((trial_object *)self, TUNED_ROWS_EVALUATE); }

enum { FIELD_NUMBER, FIELD_SEED, FIELD_BUDGET, FIELD_DEADLINE, FIELD_FOLD, FIELD_FOLDS, FIELD_RUN, FIELD_ATTEMPT, FIELD_PURPOSE };

static PyObject *get_field(PyObject *self, void *field) {
    static const char *const purposes[] = {"search", "final", "replay"};
    const tuned_trial *trial = open_trial((trial_object *)self);
    if (!trial) return NULL;
    switch ((intptr_t)field) {
    case FIELD_NUMBER: return PyLong_FromLongLong(trial->id);
    case FIELD_SEED: return PyLong_FromUnsignedLongLong(trial->seed);
    case FIELD_BUDGET: return PyFloat_FromDouble(trial->budget);
    case FIELD_DEADLINE: return PyFloat_FromDouble(trial->deadline);
    case FIELD_FOLD: return PyLong_FromLong(trial->fold);
    case FIELD_FOLDS: return PyLong_FromLong(trial->folds);
    case FIELD_RUN: return PyLong_FromLong(trial->run);
    case FIELD_ATTEMPT: return PyLong_FromLong(trial->attempt);
    default: return PyUnicode_FromString(purposes[trial->purpose <= TUNED_REPLAY ? trial->purpose : TUNED_SEARCH]);
    }
}

static PyObject *get_object(PyObject *self, void *offset) {
    PyObject *object = *(PyObject **)(void *)((char *)self + (intptr_t)offset);
    Py_INCREF(object);
    return object;
}

static PyObject *get_infeasible(PyObject *self, void *none) {
    (void)self, (void)none;
    return trial_infeasible();
}

static PyObject *subscript(PyObject *self, PyObject *name) {
    PyObject *value = PyDict_GetItemWithError(((trial_object *)self)->params, name);
    if (!value && !PyErr_Occurred()) PyErr_Format(PyExc_KeyError, "%R is no parameter, or inactive in this trial", name);
    Py_XINCREF(value);
    return value;
}

static int contains(PyObject *self, PyObject *name) { return PyDict_Contains(((trial_object *)self)->params, name); }

static void deallocate(PyObject *object) {
    trial_object *self = (trial_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    Py_XDECREF(self->params);
    Py_XDECREF(self->config);
    Py_XDECREF(self->state);
    Py_XDECREF(self->model);
    type->tp_free(object);
    Py_DECREF(type);
}

/* ---- The type. */

static PyMethodDef methods[] = {
    {"report", (PyCFunction)(void (*)(void))method_report, METH_VARARGS | METH_KEYWORDS,
     "report(step, value, metric=None): how a metric (the first unless named) stands after a step; steps increase. "
     "True where the trial should end."},
    {"should_stop", method_should_stop, METH_NOARGS, "Whether the trial should end: pruned, cancelled, out of time."},
    {"log", method_log, METH_O, "log(text): a line for the trial's log, as print is."},
    {"constraint", method_constraint, METH_VARARGS, "constraint(name, value): an outcome constraint, feasible where the value is <= 0."},
    {"checkpoint", method_checkpoint, METH_VARARGS, "checkpoint(step, bytes): a run that is interrupted goes on from here."},
    {"restore", method_restore, METH_NOARGS, "The (step, bytes) of the run's checkpoint; None on a fresh start."},
    {"artifact", method_artifact, METH_VARARGS, "artifact(name, bytes): a file that is kept with the trial."},
    {"scheduled", method_scheduled, METH_VARARGS,
     "scheduled(name, progress): the value of a scheduled parameter at a progress from 0 (the start) to 1 (the full budget)."},
    {NULL, NULL, 0, NULL},
};

#define FIELD(name, field, text) {name, get_field, NULL, text, (void *)(intptr_t)(field)}
#define OBJECT(name, member, text) {name, get_object, NULL, text, (void *)offsetof(trial_object, member)}
static PyGetSetDef fields[] = {
    OBJECT("params", params, "Values by name; inactive parameters are left out. trial[\"lr\"] is one of them."),
    OBJECT("config", config, "The study's config; config.data is the path of its data file, or None."),
    OBJECT("state", state, "What create returned."),
    OBJECT("model", model, "What train returned."),
    FIELD("number", FIELD_NUMBER, "From 0."),
    FIELD("seed", FIELD_SEED, "64 bits; the same when the run is attempted again."),
    FIELD("budget", FIELD_BUDGET, "In units of the schema's fidelity; 0: train in full."),
    FIELD("deadline", FIELD_DEADLINE, "Seconds that the run may take; 0: no limit."),
    FIELD("fold", FIELD_FOLD, "From 0."),
    FIELD("folds", FIELD_FOLDS, "1: a holdout, 0: the host splits no data."),
    FIELD("run", FIELD_RUN, "Counts the runs of this trial, from 0."),
    FIELD("attempt", FIELD_ATTEMPT, "Counts the attempts at this run, from 0."),
    FIELD("purpose", FIELD_PURPOSE, "search, final or replay."),
    {"train_rows", get_train_rows, NULL, "Rows to train on, a memoryview of 32-bit integers; None where the host splits no data.", NULL},
    {"evaluate_rows", get_evaluate_rows, NULL, "Rows to be scored on.", NULL},
    {"Infeasible", get_infeasible, NULL, "raise trial.Infeasible(why): this configuration cannot be trained; no failure.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* Python keeps functions as object pointers, a conversion that ISO C leaves to the compiler. */
#define SLOT(function) __extension__(void *)(function)

static PyObject *make_type(void) {
    static PyType_Slot slots[] = {
        {Py_tp_doc, (void *)(uintptr_t) "A trial: what to try, and where to tell how it goes."},
        {Py_tp_dealloc, SLOT(deallocate)},
        {Py_tp_methods, methods},
        {Py_tp_getset, fields},
        {Py_mp_subscript, SLOT(subscript)},
        {Py_sq_contains, SLOT(contains)},
        {0, NULL},
    };
    static PyType_Spec spec = {"tuned.Trial", sizeof(trial_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    static PyObject *type;
    if (!type) type = PyType_FromSpec(&spec);
    return type;
}

/* ---- Life. */

PyObject *trial_make(const tuned_trial *trial, const declared_trainable *trainable, PyObject *config, PyObject *state) {
    PyTypeObject *type = (PyTypeObject *)make_type();
    trial_object *self = type ? (trial_object *)type->tp_alloc(type, 0) : NULL;
    if (!self) return NULL;
    self->trial = trial;
    self->trainable = trainable;
    self->config = config;
    self->state = state;
    self->model = Py_None;
    Py_INCREF(config);
    Py_INCREF(state);
    Py_INCREF(Py_None);
    self->params = values_params(trial, trainable);
    if (!self->params) Py_CLEAR(self);
    return (PyObject *)self;
}

void trial_set_model(PyObject *object, PyObject *model) {
    Py_INCREF(model);
    Py_SETREF(((trial_object *)object)->model, model);
}

void trial_close(PyObject *object) {
    trial_object *self = (trial_object *)object;
    self->trial = NULL;
    while (self->calls > 0) {
        const struct timespec moment = {0, 1000000};
        Py_BEGIN_ALLOW_THREADS
        nanosleep(&moment, NULL);
        Py_END_ALLOW_THREADS
    }
}
