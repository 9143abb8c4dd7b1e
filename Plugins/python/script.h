/* A user's script: its text, its module, and the functions in it that the plugin calls. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "interpreter.h"

#include <stdint.h>

typedef struct script {
    char *path;          /* for messages; of a script that the declaration holds, a name in angle brackets */
    PyObject *module;
    PyObject *create, *train, *evaluate, *dataset;  /* NULL where the script has none; evaluate is always there */
} script;

/* Reads a file; the text is the caller's. */
bool script_read(const char *path, char **text, failure *why);

/* Whether the text is Python, without running it. */
bool script_check(const char *path, const char *text, failure *why);

/* Runs the text as a module of its own. `path` is a file, whose folder modules are imported from, or a name. *digest is its SHA-256 in
 * hexadecimal, 65 bytes. *out is to be freed whatever is returned. Called with the interpreter entered, as script_free is. */
bool script_load(const char *path, const char *text, script *out, char digest[65], failure *why);
void script_free(script *s);

/* The rows that `dataset` tells of: a number of rows, a list of labels, or a map with "rows", "labels", "groups" and "times". */
typedef struct script_rows {
    uint64_t rows;
    int32_t *labels, *groups;  /* NULL where they are not told */
    int64_t *times;
} script_rows;

bool script_describe(const script *s, PyObject *config, script_rows *out, failure *why);
void script_rows_free(script_rows *r);

#endif
