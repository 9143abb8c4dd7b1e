#define _GNU_SOURCE  /* dladdr */
#include "interpreter.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* Where the interpreter that the plugin was built with lies: its standard library and packages are found from there. */
#ifndef PYTHON_PROGRAM
#define PYTHON_PROGRAM "/usr/bin/python3"
#endif

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static PyObject *describe_exception, *finds_packages;

static const char helpers[] =
    "import os, sys, traceback\n"
    "def finds_packages(program):\n"
    "    return any(path.startswith(os.path.join(sys.prefix, '')) for path in (program, os.path.realpath(program)))\n"
    "def describe(error, script):\n"
    "    whole = ''.join(traceback.format_exception(error))\n"
    "    summary = traceback.format_exception_only(error)[-1].strip()\n"
    "    if isinstance(error, SyntaxError):\n"
    "        return f'{summary} ({error.filename}, line {error.lineno})', whole\n"
    "    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith('<frozen ')]\n"
    "    own = [frame for frame in frames if frame.filename == script] or frames\n"
    "    if own:\n"
    "        summary += f' ({own[-1].filename}, line {own[-1].lineno}, in {own[-1].name})'\n"
    "    return summary, whole\n";

/* Extension modules such as numpy's are not linked with libpython: its symbols must be global, and the host loads plugins with local
 * ones. */
static bool make_symbols_global(failure *why) {
    Dl_info library;
    void *address;
    void (*function)(void) = Py_Initialize;
    memcpy(&address, &function, sizeof address);  /* ISO C has no conversion from a function pointer */
    if (dladdr(address, &library) && dlopen(library.dli_fname, RTLD_LAZY | RTLD_GLOBAL | RTLD_NOLOAD)) return true;
    return failed(why, "the symbols of libpython cannot be made global: %s", dlerror());
}

/* The locale is the process's: Python leaves it alone, and reads and writes UTF-8 whatever it is. */
static PyStatus preconfigure(void) {
    PyPreConfig config;
    PyPreConfig_InitPythonConfig(&config);
    config.parse_argv = 0;
    config.configure_locale = 0;
    config.coerce_c_locale = 0;
    config.utf8_mode = 1;
    return Py_PreInitialize(&config);
}

static PyStatus configure(const char *program) {
    PyStatus status = preconfigure();
    if (PyStatus_Exception(status)) return status;
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.install_signal_handlers = 0;  /* they are the host's */
    config.parse_argv = 0;
    config.use_hash_seed = 1;            /* sets iterate in the same order in every worker */
    config.hash_seed = 0;
    status = PyConfig_SetBytesString(&config, &config.program_name, program);
    if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return status;
}

/* Output reaches the trial's log line by line, so that a crash does not lose it. */
static bool make_line_buffered(const char *name) {
    PyObject *stream = PySys_GetObject(name);
    PyObject *method = stream ? PyObject_GetAttrString(stream, "reconfigure") : NULL;
    PyObject *none = PyTuple_New(0), *named = Py_BuildValue("{s:O}", "line_buffering", Py_True);
    PyObject *result = method && none && named ? PyObject_Call(method, none, named) : NULL;
    bool ok = result != NULL;
    Py_XDECREF(method);
    Py_XDECREF(none);
    Py_XDECREF(named);
    Py_XDECREF(result);
    return ok;
}

static bool prepare(void) {
    PyObject *names = PyDict_New();
    PyObject *ran = names ? PyRun_String(helpers, Py_file_input, names, names) : NULL;
    if (ran) {
        finds_packages = Py_XNewRef(PyDict_GetItemString(names, "finds_packages"));
        describe_exception = Py_XNewRef(PyDict_GetItemString(names, "describe"));
    }
    Py_XDECREF(ran);
    Py_XDECREF(names);
    return describe_exception && finds_packages && make_line_buffered("stdout") && make_line_buffered("stderr");
}

/* Whether what runs is `program`: somebody else in this process may have begun Python, such as the same plugin under another name; and
 * an interpreter of another version than the library's has its packages where the library does not look. */
static bool check_program(const char *program, failure *why) {
    PyObject *path = PySys_GetObject("executable");
    const char *running = path && PyUnicode_Check(path) ? PyUnicode_AsUTF8(path) : NULL;
    if (!running || strcmp(running, program) != 0) {
        return failed(why, "Python runs as %.200s in this process already; %.200s cannot join it", running ? running : "another program",
                      program);
    }
    PyObject *found = PyObject_CallFunction(finds_packages, "s", program);
    bool ok = found == Py_True;
    Py_XDECREF(found);
    return ok || failed(why, "%.200s is not of version %d.%d, as the Python is that this plugin was built with", program, PY_MAJOR_VERSION,
                        PY_MINOR_VERSION);
}

static bool begin(const char *program, failure *why) {
    if (access(program, X_OK) != 0) return failed(why, "the interpreter %.200s cannot be run: %s", program, strerror(errno));
    if (!make_symbols_global(why)) return false;
    PyStatus status = configure(program);
    if (PyStatus_Exception(status)) {
        return failed(why, "Python cannot be started as %.200s: %s", program, status.err_msg ? status.err_msg : "it said no reason");
    }
    PyEval_SaveThread();
    return true;
}

bool interpreter_start(const char *program, failure *why) {
    if (!program) program = PYTHON_PROGRAM;
    pthread_mutex_lock(&starting);
    bool ok = Py_IsInitialized() || begin(program, why);
    if (ok) {
        PyGILState_STATE lock = PyGILState_Ensure();
        ok = describe_exception || prepare() || failed(why, "the standard library of %.200s is damaged", program);
        ok = ok && check_program(program, why);
        PyErr_Clear();
        PyGILState_Release(lock);
    }
    pthread_mutex_unlock(&starting);
    return ok;
}

PyGILState_STATE interpreter_enter(void) { return PyGILState_Ensure(); }

void interpreter_leave(PyGILState_STATE state) { PyGILState_Release(state); }

void interpreter_take_exception(const char *script, PyObject **summary, PyObject **whole) {
    PyObject *type, *error, *trace;
    *summary = *whole = NULL;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    if (error && trace) PyException_SetTraceback(error, trace);
    PyObject *both = error ? PyObject_CallFunction(describe_exception, "Os", error, script) : NULL;
    if (both && PyArg_ParseTuple(both, "UU", summary, whole)) {
        Py_INCREF(*summary);
        Py_INCREF(*whole);
    }
    PyErr_Clear();
    Py_XDECREF(both);
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(trace);
}

bool interpreter_failed(const char *script, failure *why) {
    PyObject *summary, *whole;
    interpreter_take_exception(script, &summary, &whole);
    const char *text = summary ? PyUnicode_AsUTF8(summary) : NULL;
    failure_set(why, "%s", text ? text : "an exception that cannot be described");
    PyErr_Clear();
    Py_XDECREF(summary);
    Py_XDECREF(whole);
    return false;
}

void interpreter_flush(void) {
    static const char *const names[] = {"stdout", "stderr"};
    for (size_t i = 0; i < 2; i++) {
        PyObject *stream = PySys_GetObject(names[i]);
        PyObject *done = stream && stream != Py_None ? PyObject_CallMethod(stream, "flush", NULL) : NULL;
        Py_XDECREF(done);
        PyErr_Clear();
    }
}
