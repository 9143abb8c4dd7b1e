/* How a command is run and read: the key "command" of a trainable's declaration, checked. The README describes it. */
#ifndef SPEC_H
#define SPEC_H

#include "declaration.h"
#include "template.h"

#include <regex.h>

/* Text for one argument, or a group that is left out as a whole where one of its parameters is inactive. With a condition, one of two
 * such groups. */
typedef struct argument {
    int when;              /* index of a parameter; -1: no condition */
    template *then;
    size_t then_count;
    template *otherwise;
    size_t otherwise_count;
} argument;

typedef struct variable {
    const char *name;
    bool is_removed;       /* taken out of the environment */
    template value;
} variable;

typedef struct filled_file {
    const char *name;      /* within the run's directory */
    template content;
} filled_file;

typedef enum metric_source { METRIC_PATTERN, METRIC_JSON, METRIC_WALL, METRIC_CPU } metric_source;

typedef struct metric {
    metric_source source;
    const char *name;
    regex_t pattern;
    const char *pattern_text;
    const char *file;      /* of JSON: within the run's directory, or absolute */
    const char *key;       /* dots lead into maps */
} metric;

typedef struct report {
    uint32_t metric;
    bool has_step;         /* else the matching lines are counted */
    regex_t pattern;
} report;

#define SPEC_MAX_INFEASIBLE 16

typedef struct spec {
    argument *arguments;
    size_t argument_count;
    variable *environment;
    size_t environment_count;
    filled_file *files;
    size_t file_count;
    metric *metrics;       /* in the schema's order */
    size_t metric_count;
    report *reports;
    size_t report_count;
    double timeout;        /* seconds; 0: none */
    const char *directory; /* NULL: the run's own */
    int infeasible[SPEC_MAX_INFEASIBLE];
    size_t infeasible_count;
    bool has_rows;
    const char *label;     /* column whose values are the classes of the rows; NULL */
} spec;

/* A trainable's own keys, ended with NULL. */
extern const char *const spec_keys[];

/* Reads template files too. Memory is the document's but for the patterns, which spec_free frees; *out is to be freed whatever is
 * returned. */
bool spec_read(json_document *document, const declared_trainable *trainable, spec *out, failure *why);
void spec_free(spec *s);

#endif
