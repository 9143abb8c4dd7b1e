/* What a command's output says: metrics and reports by their patterns, and its last lines for the message should it fail. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "spec.h"

#define OUTPUT_LAST_LINES 8
#define OUTPUT_LAST_LENGTH 200

typedef struct output {
    const spec *spec;
    const tuned_trial *trial;
    double *values;       /* of the schema's metrics, NaN until found */
    bool *found;
    int64_t *steps;       /* of each report pattern, the latest */
    char last[OUTPUT_LAST_LINES][OUTPUT_LAST_LENGTH + 1];
    size_t lines;
} output;

bool output_begin(output *o, const spec *s, const tuned_trial *trial, failure *why);
void output_end(output *o);

/* Takes a line: it goes to the trial's log, its metrics are kept, its reports go to the host at once. The latest line that matches a
 * metric's pattern counts. */
void output_line(output *o, const char *line);

/* The metrics that lie in JSON files of the run's directory. */
bool output_read_files(output *o, const char *directory, failure *why);

/* The last lines, one a line, indented. */
void output_last_lines(const output *o, text *out);

#endif
