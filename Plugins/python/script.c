#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t)16 << 20)

bool script_read(const char *path, char **text, failure *why) {
    *text = NULL;
    FILE *file = fopen(path, "rbe");
    if (!file) return failed(why, "the script %.300s cannot be opened: %s", path, strerror(errno));
    char *bytes = malloc(MAX_BYTES + 1);
    size_t size = bytes ? fread(bytes, 1, MAX_BYTES + 1, file) : 0;
    bool ok = bytes || failed(why, "not enough memory for the script %.300s", path);
    if (ok && ferror(file)) ok = failed(why, "the script %.300s cannot be read: %s", path, strerror(errno));
    if (ok && size > MAX_BYTES) ok = failed(why, "the script %.300s is larger than 16 MiB", path);
    if (ok && memchr(bytes, '\0', size)) ok = failed(why, "the script %.300s is no text: it holds a zero byte", path);
    fclose(file);
    if (!ok) {
        free(bytes);
        return false;
    }
    bytes[size] = '\0';
    char *fitting = realloc(bytes, size + 1);
    *text = fitting ? fitting : bytes;
    return true;
}

bool script_check(const char *path, const char *text, failure *why) {
    PyObject *code = Py_CompileString(text, path, Py_file_input);
    if (!code) return interpreter_failed(path, why);
    Py_DECREF(code);
    return true;
}

/* The script's folder comes first where modules are looked for, as for a script that Python is started with. */
static bool add_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    PyObject *places = PySys_GetObject("path");
    if (!slash || !places) return true;
    PyObject *folder = PyUnicode_DecodeFSDefaultAndSize(path, slash > path ? slash - path : 1);
    int there = folder ? PySequence_Contains(places, folder) : -1;
    if (there == 0) there = PyList_Insert(places, 0, folder);
    Py_XDECREF(folder);
    return there >= 0;
}

static bool hash(const char *text, char digest[65]) {
    PyObject *module = PyImport_ImportModule("hashlib");
    PyObject *sum = module ? PyObject_CallMethod(module, "sha256", "y", text) : NULL;
    PyObject *hexadecimal = sum ? PyObject_CallMethod(sum, "hexdigest", NULL) : NULL;
    const char *bytes = hexadecimal ? PyUnicode_AsUTF8(hexadecimal) : NULL;
    if (bytes) snprintf(digest, 65, "%s", bytes);
    Py_XDECREF(module);
    Py_XDECREF(sum);
    Py_XDECREF(hexadecimal);
    return bytes != NULL;
}

/* The module is known to Python by a name, so that pickle and the like find what it defines. */
static PyObject *run_module(const char *path, const char *text) {
    char name[32];
    PyObject *modules = PyImport_GetModuleDict();  /* it may hold scripts of other plugins in this process */
    for (unsigned n = 0; snprintf(name, sizeof name, "tuned_script_%u", n), PyDict_GetItemString(modules, name);) n++;
    PyObject *code = Py_CompileString(text, path, Py_file_input);
    PyObject *module = code ? PyImport_ExecCodeModuleEx(name, code, path) : NULL;
    Py_XDECREF(code);
    return module;
}

static bool find(const script *s, const char *name, PyObject **out, failure *why) {
    *out = PyObject_GetAttrString(s->module, name);
    PyErr_Clear();
    return !*out || PyCallable_Check(*out) || failed(why, "\"%s\" of the script %.200s is no function", name, s->path);
}

bool script_load(const char *path, const char *text, script *out, char digest[65], failure *why) {
    *out = (script){.path = strdup(path)};
    if (!out->path) return failed(why, "not enough memory");
    if (!add_folder(path) || !hash(text, digest) || !(out->module = run_module(path, text))) return interpreter_failed(path, why);
    if (!find(out, "create", &out->create, why) || !find(out, "train", &out->train, why) ||
        !find(out, "evaluate", &out->evaluate, why) || !find(out, "dataset", &out->dataset, why)) {
        return false;
    }
    return out->evaluate || failed(why, "the script %.200s has no function evaluate(trial)", path);
}

/* A module and its functions hold each other, so it takes the collector to free them. */
static void forget_module(PyObject *module) {
    PyObject *name = PyModule_GetNameObject(module);
    if (name && PyDict_DelItem(PyImport_GetModuleDict(), name) != 0) PyErr_Clear();
    Py_XDECREF(name);
    PyErr_Clear();
    Py_DECREF(module);
    PyGC_Collect();
}

void script_free(script *s) {
    Py_XDECREF(s->create);
    Py_XDECREF(s->train);
    Py_XDECREF(s->evaluate);
    Py_XDECREF(s->dataset);
    if (s->module) forget_module(s->module);
    free(s->path);
    *s = (script){0};
}

/* ---- The data set. */

/* Numbers that stand for the items: whole numbers for themselves, or any items, counted as they first come. */
static bool read_numbers(PyObject *items, const char *what, uint64_t count, bool is_counted, int64_t *out, failure *why) {
    PyObject *list = PySequence_Fast(items, "not a sequence"), *seen = PyDict_New();
    bool ok = list && seen;
    if (!ok) failure_set(why, "\"%s\" that dataset returned is no list", what);
    if (ok && (uint64_t)PySequence_Fast_GET_SIZE(list) != count) {
        ok = failed(why, "dataset returned %zd %s for %llu rows", PySequence_Fast_GET_SIZE(list), what, (unsigned long long)count);
    }
    for (uint64_t i = 0; ok && i < count; i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(list, (Py_ssize_t)i);
        if (is_counted) {
            PyObject *number = PyLong_FromSsize_t(PyDict_Size(seen));
            PyObject *found = number ? PyDict_SetDefault(seen, item, number) : NULL;
            out[i] = found ? PyLong_AsLongLong(found) : 0;
            Py_XDECREF(number);
        } else {
            PyObject *whole = PyNumber_Index(item);
            out[i] = whole ? PyLong_AsLongLong(whole) : 0;
            Py_XDECREF(whole);
        }
        if (PyErr_Occurred()) ok = failed(why, "item %llu of the %s that dataset returned cannot be used", (unsigned long long)i, what);
    }
    PyErr_Clear();
    Py_XDECREF(list);
    Py_XDECREF(seen);
    return ok;
}

static bool read_labels(PyObject *items, const char *what, uint64_t count, int32_t **out, failure *why) {
    int64_t *numbers = malloc((count + 1) * sizeof *numbers);
    *out = malloc((count + 1) * sizeof **out);
    bool ok = (numbers && *out) || failed(why, "not enough memory for the %s", what);
    ok = ok && read_numbers(items, what, count, true, numbers, why);
    for (uint64_t i = 0; ok && i < count; i++) (*out)[i] = (int32_t)numbers[i];
    free(numbers);
    return ok;
}

static bool read_map(PyObject *map, script_rows *out, failure *why) {
    PyObject *rows = PyDict_GetItemString(map, "rows"), *labels = PyDict_GetItemString(map, "labels");
    PyObject *groups = PyDict_GetItemString(map, "groups"), *times = PyDict_GetItemString(map, "times");
    if (PyDict_Size(map) != !!rows + !!labels + !!groups + !!times) {
        return failed(why, "dataset returned a map with other keys than rows, labels, groups and times");
    }
    PyObject *counted = labels ? labels : groups ? groups : times;
    Py_ssize_t count = rows ? (Py_ssize_t)PyLong_AsLongLong(rows) : counted ? PyObject_Length(counted) : 0;
    if (PyErr_Occurred() || count < 0) {
        PyErr_Clear();
        return failed(why, "dataset returned no number of rows");
    }
    out->rows = (uint64_t)count;
    if (labels && !read_labels(labels, "labels", out->rows, &out->labels, why)) return false;
    if (groups && !read_labels(groups, "groups", out->rows, &out->groups, why)) return false;
    if (!times) return true;
    out->times = malloc((out->rows + 1) * sizeof *out->times);
    return (out->times || failed(why, "not enough memory")) && read_numbers(times, "times", out->rows, false, out->times, why);
}

static bool read_rows(PyObject *told, script_rows *out, failure *why) {
    if (PyDict_Check(told)) return read_map(told, out, why);
    PyObject *whole = PyNumber_Index(told);
    if (whole) {
        long long count = PyLong_AsLongLong(whole);
        Py_DECREF(whole);
        if (count > 0) out->rows = (uint64_t)count;
    } else {
        PyErr_Clear();
        Py_ssize_t count = PyObject_Length(told);
        if (count > 0) out->rows = (uint64_t)count;
        PyErr_Clear();
        if (count > 0 && !read_labels(told, "labels", out->rows, &out->labels, why)) return false;
    }
    return true;
}

bool script_describe(const script *s, PyObject *config, script_rows *out, failure *why) {
    *out = (script_rows){0};
    PyObject *told = PyObject_CallOneArg(s->dataset, config);
    if (!told) return interpreter_failed(s->path, why);
    bool ok = read_rows(told, out, why);
    if (ok && out->rows == 0) {
        ok = failed(why, "dataset returned %.80s; it returns a number of rows, a list of labels, or a map with rows, labels, groups, times",
                    Py_TYPE(told)->tp_name);
    }
    Py_DECREF(told);
    return ok;
}

void script_rows_free(script_rows *r) {
    free(r->labels);
    free(r->groups);
    free(r->times);
    *r = (script_rows){0};
}
