/* What crosses between the host and a script: a trial's values to it, a function's result back. */
#ifndef VALUES_H
#define VALUES_H

#include "declaration.h"
#include "interpreter.h"

/* A dictionary of the active parameters: float, int, bool or, of a category, the choice as the schema writes it. NULL with an
 * exception. */
PyObject *values_params(const tuned_trial *trial, const declared_trainable *trainable);

/* Takes what evaluate returned as the metrics: a number, or a map of names to numbers. TUNED_STOPPED for None where the trial was to
 * stop. Else a failure, with what is wrong. */
int32_t values_take_result(const tuned_trial *trial, const declared_trainable *trainable, PyObject *result, failure *why);

#endif
