#include "inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static void free_texts(char **texts) {
    for (char **t = texts; t && *t; t++) free(*t);
    free(texts);
}

/* The rows of one part, in a file; `path` has room for 4096 bytes. */
static bool write_part(inputs *in, uint32_t part, const char *name, char *path, failure *why) {
    const uint32_t *indices;
    uint64_t count;
    int32_t status = tuned_rows(in->values.trial, part, &indices, &count);
    if (status == TUNED_ABSENT) return true;
    if (status != TUNED_OK) return failed(why, "the host has no rows for %s", name);
    return workspace_path(&in->place, name, path, why) && rows_write(in->rows, indices, count, path, why);
}

static bool write_files(inputs *in, failure *why) {
    const spec *s = in->spec;
    if (in->rows->rows > 0) {
        if (!write_part(in, TUNED_ROWS_TRAIN, "train.csv", in->train, why)) return false;
        if (!write_part(in, TUNED_ROWS_EVALUATE, "evaluate.csv", in->evaluate, why)) return false;
        if (in->train[0]) in->values.train = in->train;
        if (in->evaluate[0]) in->values.evaluate = in->evaluate;
    }
    for (size_t i = 0; i < s->file_count; i++) {
        text content = {0};
        filled result = template_fill(&s->files[i].content, &in->values, &content, why);
        bool ok = result == FILLED;
        if (result == FILLED_INACTIVE) {
            failure_set(why, "the template of \"%.60s\" names a parameter that is not active in this trial", s->files[i].name);
        }
        ok = ok && (text_whole(&content) || failed(why, "not enough memory"));
        ok = ok && workspace_write(&in->place, s->files[i].name, text_whole(&content), content.length, why);
        text_free(&content);
        if (!ok) return false;
    }
    return true;
}

/* Appends the texts of a group, or none of them where a parameter is inactive. */
static bool add_group(inputs *in, const template *group, size_t count, size_t *used, failure *why) {
    size_t before = *used;
    for (size_t i = 0; i < count; i++) {
        text argument = {0};
        filled result = template_fill(&group[i], &in->values, &argument, why);
        const char *whole = text_whole(&argument);
        in->arguments[*used] = result == FILLED && whole ? strdup(whole) : NULL;
        text_free(&argument);
        if (in->arguments[*used]) {
            ++*used;
        } else if (result == FILLED_INACTIVE) {
            while (*used > before) free(in->arguments[--*used]);
            in->arguments[*used] = NULL;
            return true;
        } else {
            return result == FILLED ? failed(why, "not enough memory") : false;
        }
    }
    return true;
}

static bool fill_arguments(inputs *in, failure *why) {
    const spec *s = in->spec;
    size_t most = 1, used = 0;
    for (size_t i = 0; i < s->argument_count; i++) most += s->arguments[i].then_count + s->arguments[i].otherwise_count;
    in->arguments = calloc(most, sizeof *in->arguments);
    if (!in->arguments) return failed(why, "not enough memory");
    for (size_t i = 0; i < s->argument_count; i++) {
        const argument *a = &s->arguments[i];
        bool holds = true;
        if (a->when >= 0) {
            const tuned_value *value = tuned_trial_value(in->values.trial, (uint32_t)a->when);
            holds = value->active && (value->type != TUNED_BOOL || value->i64 != 0);
        }
        const template *group = holds ? a->then : a->otherwise;
        if (!add_group(in, group, holds ? a->then_count : a->otherwise_count, &used, why)) return false;
    }
    return used > 0 || failed(why, "the program's name takes a parameter that is not active in this trial");
}

static bool sets(const char *assignment, const char *name) {
    size_t length = strlen(name);
    return strncmp(assignment, name, length) == 0 && assignment[length] == '=';
}

/* Whether the declaration says something of this variable of the worker's environment. */
static bool is_overridden(const spec *s, const char *assignment) {
    if (sets(assignment, "TMPDIR")) return true;
    for (size_t i = 0; i < s->environment_count; i++) {
        if (sets(assignment, s->environment[i].name)) return true;
    }
    return false;
}

static char *assign(const char *name, const char *value) {
    size_t size = strlen(name) + strlen(value) + 2;
    char *assignment = malloc(size);
    if (assignment) snprintf(assignment, size, "%s=%s", name, value);
    return assignment;
}

static bool fill_environment(inputs *in, failure *why) {
    const spec *s = in->spec;
    size_t inherited = 0, used = 0;
    while (environ[inherited]) inherited++;
    in->environment = calloc(inherited + s->environment_count + 2, sizeof *in->environment);
    if (!in->environment) return failed(why, "not enough memory");
    for (size_t i = 0; i < inherited; i++) {
        if (is_overridden(s, environ[i])) continue;
        if (!(in->environment[used++] = strdup(environ[i]))) return failed(why, "not enough memory");
    }
    bool has_own_place = false;
    for (size_t i = 0; i < s->environment_count; i++) {
        const variable *v = &s->environment[i];
        has_own_place = has_own_place || strcmp(v->name, "TMPDIR") == 0;
        if (v->is_removed) continue;
        text value = {0};
        filled result = template_fill(&v->value, &in->values, &value, why);
        const char *whole = text_whole(&value);
        char *assignment = result == FILLED && whole ? assign(v->name, whole) : NULL;
        text_free(&value);
        if (assignment) in->environment[used++] = assignment;
        else if (result == FILLED) return failed(why, "not enough memory");
        else if (result == FILLED_NOT) return false;
    }
    if (has_own_place) return true;
    return (in->environment[used] = assign("TMPDIR", in->place.path)) || failed(why, "not enough memory");
}

bool inputs_begin(inputs *in, const spec *s, const row_file *rows, const run_values *values, failure *why) {
    *in = (inputs){.spec = s, .rows = rows, .values = *values};
    if (!workspace_make(&in->place, why)) {
        in->place.path[0] = '\0';
        return false;
    }
    in->values.directory = in->place.path;
    return write_files(in, why) && fill_arguments(in, why) && fill_environment(in, why);
}

void inputs_end(inputs *in) {
    free_texts(in->arguments);
    free_texts(in->environment);
    if (in->place.path[0]) workspace_remove(&in->place);
}
