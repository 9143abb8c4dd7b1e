#include "values.h"

#include <string.h>

/* A category in the type that the schema gives it: a choice may be a text, a number or a boolean. */
static PyObject *choice(const json_value *parameter, const tuned_value *value) {
    const json_value *choices = json_find(parameter, "choices"), *item = choices ? choices->first : NULL;
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

PyObject *values_params(const tuned_trial *trial, const declared_trainable *trainable) {
    PyObject *params = PyDict_New();
    uint32_t index = 0;
    for (const json_value *p = trainable->parameters->first; params && p && index < trial->value_count; p = p->next, index++) {
        const tuned_value *value = tuned_trial_value(trial, index);
        if (!value->active) continue;
        PyObject *object = value_object(p, value);
        if (!object || PyDict_SetItemString(params, json_find(p, "name")->text, object) != 0) Py_CLEAR(params);
        Py_XDECREF(object);
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
