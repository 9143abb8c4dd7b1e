#include "output.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool output_begin(output *o, const spec *s, const tuned_trial *trial, failure *why) {
    *o = (output){.spec = s, .trial = trial};
    o->values = calloc(s->metric_count + 1, sizeof *o->values);
    o->found = calloc(s->metric_count + 1, sizeof *o->found);
    o->steps = calloc(s->report_count + 1, sizeof *o->steps);
    return (o->values && o->found && o->steps) || failed(why, "not enough memory");
}

void output_end(output *o) {
    free(o->values);
    free(o->found);
    free(o->steps);
}

/* The number in a group of a match; false where it is none. */
static bool read_number(const char *line, regmatch_t group, double *out) {
    char number[64], *end;
    if (group.rm_so < 0 || group.rm_eo - group.rm_so >= (regoff_t)sizeof number) return false;
    size_t length = (size_t)(group.rm_eo - group.rm_so);
    memcpy(number, line + group.rm_so, length);
    number[length] = '\0';
    double value = strtod(number, &end);
    if (length == 0 || *end != '\0') return false;
    *out = value;
    return true;
}

static void take_metrics(output *o, const char *line) {
    regmatch_t groups[2];
    for (size_t i = 0; i < o->spec->metric_count; i++) {
        const metric *m = &o->spec->metrics[i];
        if (m->source != METRIC_PATTERN || regexec(&m->pattern, line, 2, groups, 0) != 0) continue;
        if (read_number(line, groups[1], &o->values[i])) o->found[i] = true;
    }
}

static void take_reports(output *o, const char *line) {
    regmatch_t groups[3];
    for (size_t i = 0; i < o->spec->report_count; i++) {
        const report *r = &o->spec->reports[i];
        double step, value;
        if (regexec(&r->pattern, line, 3, groups, 0) != 0) continue;
        if (!read_number(line, groups[r->has_step ? 2 : 1], &value)) continue;
        if (r->has_step) {
            if (!read_number(line, groups[1], &step) || !(fabs(step) < 9e15)) continue;
            o->steps[i] = (int64_t)step;
        } else {
            o->steps[i]++;
        }
        o->trial->host->report(o->trial, r->metric, o->steps[i], value);
    }
}

void output_line(output *o, const char *line) {
    o->trial->host->log(o->trial, TUNED_LOG_INFO, line);
    snprintf(o->last[o->lines++ % OUTPUT_LAST_LINES], OUTPUT_LAST_LENGTH + 1, "%s", line);
    take_metrics(o, line);
    take_reports(o, line);
}

void output_last_lines(const output *o, text *out) {
    size_t first = o->lines > OUTPUT_LAST_LINES ? o->lines - OUTPUT_LAST_LINES : 0;
    for (size_t i = first; i < o->lines; i++) {
        text_add_string(out, "\n  ");
        text_add_string(out, o->last[i % OUTPUT_LAST_LINES]);
    }
}

/* ---- JSON files. */

/* The value that a key leads to, dots leading into maps. */
static const json_value *follow(const json_value *value, const char *key) {
    char part[128];
    while (value && *key) {
        size_t length = strcspn(key, ".");
        if (length >= sizeof part) return NULL;
        memcpy(part, key, length);
        part[length] = '\0';
        value = json_find(value, part);
        key += length + (key[length] == '.');
    }
    return value;
}

static bool read_json(const metric *m, const char *directory, double *out, failure *why) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s%s%s", m->file[0] == '/' ? "" : directory, m->file[0] == '/' ? "" : "/", m->file);
    if (length < 0 || (size_t)length >= sizeof path) return failed(why, "its path is too long");
    FILE *file = fopen(path, "rbe");
    if (!file) return failed(why, "the command left no such file: %s", strerror(errno));
    char *bytes = malloc(JSON_MAX_BYTES + 1);
    size_t size = bytes ? fread(bytes, 1, JSON_MAX_BYTES + 1, file) : 0;
    fclose(file);
    if (!bytes) return failed(why, "not enough memory");
    json_document document;
    bool ok = json_parse(bytes, size, &document, why);
    const json_value *value = ok ? follow(document.root, m->key) : NULL;
    if (ok && !value) ok = failed(why, "it has no \"%.60s\"", m->key);
    if (ok && value->kind != JSON_NUMBER) ok = failed(why, "\"%.60s\" is %s, not a number", m->key, json_kind_name(value));
    if (ok) *out = value->number;
    json_free(&document);
    free(bytes);
    return ok;
}

bool output_read_files(output *o, const char *directory, failure *why) {
    for (size_t i = 0; i < o->spec->metric_count; i++) {
        const metric *m = &o->spec->metrics[i];
        failure inner;
        if (m->source != METRIC_JSON) continue;
        if (!read_json(m, directory, &o->values[i], &inner)) {
            return failed(why, "metric \"%.60s\" is not in %.100s: %s", m->name, m->file, inner.text);
        }
        o->found[i] = true;
    }
    return true;
}
