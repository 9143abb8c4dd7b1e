/* What the process of a run is given: files with the rows of each part, filled templates, arguments and environment. */
#ifndef INPUTS_H
#define INPUTS_H

#include "rows.h"
#include "spec.h"
#include "workspace.h"

typedef struct inputs {
    const spec *spec;
    const row_file *rows;
    workspace place;
    run_values values;
    char train[4096], evaluate[4096];
    char **arguments;    /* each its own block, ended with NULL */
    char **environment;
} inputs;

/* Makes the run's directory and all the rest, from `values`, whose paths it fills. What it made is to be ended whatever is returned. */
bool inputs_begin(inputs *in, const spec *s, const row_file *rows, const run_values *values, failure *why);
void inputs_end(inputs *in);

#endif
