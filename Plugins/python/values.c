#include "values.h"

#include <string.h>

/* A category in the type that the schema gives it: a choice may be a text, a number or a boolean. */
static PyObject *choice(const json_value *parameter, const tuned_value *value) {
    const json_value *choices = parameter ? json_find(parameter, "choices") : NULL, *item = choices ? choices->first : NULL;
    for (int64_t i = 0; item && i < value->i64; i++) item = item->next;
    if (item && item->kind == JSON_BOOL) return PyBool_FromLong(item->flag);
    if (item && item->kind == JSON_NUMBER) {
        bool is_whole = !memchr(item->written, '.', item->written_length) && !memchr(item->written, 'e', item->written_length) &&
                        !memchr(item->written, 'E', item->written_length);
        return is_whole ? PyLong_FromDouble(item->number) : PyFloat_FromDouble(item->number);
    }
    return PyUnicode_FromString(value->str);
}

static PyObject *value_object(const json_value *parameter, const tuned_value *value) {
    switch (value->type) {
    case TUNED_FLOAT: return PyFloat_FromDouble(value->f64);
    case TUNED_INT: return PyLong_FromLongLong(value->i64);
    case TUNED_BOOL: return PyBool_FromLong(value->i64 != 0);
    default: return choice(parameter, value);
    }
}

static bool add_param(PyObject *params, const char *name, const json_value *parameter, const tuned_value *value) {
    if (!value->active) return true;
    PyObject *object = value_object(parameter, value);
    bool ok = object && PyDict_SetItemString(params, name, object) == 0;
    Py_XDECREF(object);
    return ok;
}

/* lr.shape, lr.final, ...: those that the host has. */
static bool add_schedule(PyObject *params, const tuned_trial *trial, const char *base) {
    for (const char *const *part = declaration_schedule_parts; *part; part++) {
        PyObject *name = PyUnicode_FromFormat("%s.%s", base, *part);
        const char *text = name ? PyUnicode_AsUTF8(name) : NULL;
        const tuned_value *value = text ? trial->host->value(trial, text) : NULL;
        bool ok = text && (!value || add_param(params, text, NULL, value));
        Py_XDECREF(name);
        if (!ok) return false;
    }
    return true;
}

PyObject *values_params(const tuned_trial *trial, const declared_trainable *trainable) {
    PyObject *params = PyDict_New();
    uint32_t index = 0;
    for (const json_value *p = trainable->parameters->first; params && p && index < trial->value_count; p = p->next, index++) {
        const char *name = json_find(p, "name")->text;
        if (!add_param(params, name, p, tuned_trial_value(trial, index)) || (declaration_is_scheduled(p) && !add_schedule(params, trial, name))) {
            Py_CLEAR(params);
        }
    }
    return params;
}

static int32_t take_metric(const tuned_trial *trial, uint32_t index, const char *name, PyObject *value, failure *why) {
    double number = PyFloat_AsDouble(value);
    if (number == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        failure_set(why, "evaluate returned %.80s for %.64s; a number is needed", Py_TYPE(value)->tp_name, name);
        return TUNED_FAILED;
    }
    int32_t status = trial->host->objective(trial, index, number);
    if (status != TUNED_OK) failure_set(why, "the host refused the value of %.64s", name);
    return status;
}

static int32_t take_map(const tuned_trial *trial, const declared_trainable *trainable, PyObject *map, failure *why) {
    Py_ssize_t place = 0;
    PyObject *key, *value;
    while (PyDict_Next(map, &place, &key, &value)) {
        const char *name = PyUnicode_Check(key) ? PyUnicode_AsUTF8(key) : NULL;
        int index = name ? declaration_find(trainable->metrics, name) : -1;
        PyErr_Clear();
        if (index < 0) {
            failure_set(why, "evaluate returned a value for \"%.64s\", which is no metric of the schema", name ? name : "?");
            return TUNED_FAILED;
        }
        int32_t status = take_metric(trial, (uint32_t)index, name, value, why);
        if (status != TUNED_OK) return status;
    }
    return TUNED_OK;
}

int32_t values_take_result(const tuned_trial *trial, const declared_trainable *trainable, PyObject *result, failure *why) {
    if (PyDict_Check(result)) return take_map(trial, trainable, result, why);
    if (result != Py_None) return take_metric(trial, 0, "the first metric", result, why);
    if (trial->host->should_stop(trial)) return TUNED_STOPPED;
    failure_set(why, "evaluate returned None; it returns a number, or a map of metrics to numbers");
    return TUNED_FAILED;
}
