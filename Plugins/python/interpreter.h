/* CPython inside this process: started once, never ended. */
#ifndef INTERPRETER_H
#define INTERPRETER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "failure.h"

/* Starts Python, if nothing has yet. `program` is the path of the interpreter whose packages are used: that of a virtual environment, or
 * NULL for the one that the plugin was built with. A process has one interpreter, so a second program is refused. */
bool interpreter_start(const char *program, failure *why);

/* Calls into Python are made between these two, on whatever thread. */
PyGILState_STATE interpreter_enter(void);
void interpreter_leave(PyGILState_STATE state);

/* The exception that is set, cleared. *summary is "ValueError: bad (train.py, line 3, in evaluate)", *whole the traceback; both are
 * owned by the caller, and NULL where there was no memory. `script` is the file whose lines are named first. */
void interpreter_take_exception(const char *script, PyObject **summary, PyObject **whole);

/* The same as the reason of a failure. */
bool interpreter_failed(const char *script, failure *why);

/* Has what Python printed so far written. */
void interpreter_flush(void);

#endif
