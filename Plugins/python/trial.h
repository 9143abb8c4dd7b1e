/* The object `trial` that a script's functions are given. */
#ifndef TRIAL_H
#define TRIAL_H

#include "declaration.h"
#include "interpreter.h"

/* Makes the type, once; a new reference to the exception that a script raises for a configuration that cannot be trained. */
PyObject *trial_infeasible(void);

/* A new trial object; NULL with an exception. `config` and `state` are what create was given and returned. */
PyObject *trial_make(const tuned_trial *trial, const declared_trainable *trainable, PyObject *config, PyObject *state);

/* The model: what train returned. */
void trial_set_model(PyObject *object, PyObject *model);

/* The call that the object was made for is about to return: the object may be kept, and refuses from now on. Waits for threads that
 * are in one of its methods. */
void trial_close(PyObject *object);

#endif
