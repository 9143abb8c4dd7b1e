#include "spec.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const spec_keys[] = {"command", "dataset", NULL};

#define MAX_TEMPLATE_BYTES ((size_t)16 << 20)

/* What the functions below share. */
typedef struct reader {
    json_document *document;
    vocabulary words;
    spec *out;
    failure *why;
} reader;

static void *allocate(reader *r, size_t count, size_t size) {
    void *memory = json_allocate(r->document, count ? count * size : 1);
    if (!memory) failure_set(r->why, "not enough memory");
    return memory;
}

static bool wrong_kind(reader *r, const char *what, const json_value *value, const char *needed) {
    return failed(r->why, "%s is %s; %s is needed", what, json_kind_name(value), needed);
}

static bool compile_text(reader *r, const json_value *value, const char *what, template *out) {
    if (value->kind != JSON_TEXT) return wrong_kind(r, what, value, "a text");
    return template_compile(r->document, value->text, strlen(value->text), &r->words, what, out, r->why);
}

/* ---- argv */

/* A text, or a list of texts. */
static bool read_group(reader *r, const json_value *value, template **out, size_t *count) {
    bool is_list = value->kind == JSON_LIST;
    const json_value *item = is_list ? value->first : value;
    *count = is_list ? value->count : 1;
    if (!(*out = allocate(r, *count, sizeof **out))) return false;
    for (size_t i = 0; i < *count; i++, item = item->next) {
        if (!compile_text(r, item, "a part of \"argv\"", &(*out)[i])) return false;
    }
    return true;
}

static bool read_condition(reader *r, const json_value *value, argument *out) {
    static const char *const known[] = {"when", "then", "else", NULL};
    const char *when;
    const json_value *then = json_find(value, "then"), *otherwise = json_find(value, "else");
    if (!json_check_keys(value, known, "a part of \"argv\"", r->why)) return false;
    if (!declaration_text(value, "when", "a part of \"argv\"", &when, r->why)) return false;
    if (!when || !then) return failed(r->why, "a part of \"argv\" that is a map needs \"when\" and \"then\"");
    out->when = declaration_find(r->words.trainable->parameters, when);
    if (out->when < 0) return failed(r->why, "\"when\": \"%.60s\" in \"argv\" is no parameter", when);
    return read_group(r, then, &out->then, &out->then_count) &&
           (!otherwise || read_group(r, otherwise, &out->otherwise, &out->otherwise_count));
}

static bool read_arguments(reader *r, const json_value *list) {
    if (!list || list->kind != JSON_LIST || list->count == 0 || list->first->kind != JSON_TEXT) {
        return failed(r->why, "\"argv\" is missing: the program and its arguments, a list of texts; no shell reads them");
    }
    if (!(r->out->arguments = allocate(r, list->count, sizeof(argument)))) return false;
    for (const json_value *item = list->first; item; item = item->next) {
        argument *a = &r->out->arguments[r->out->argument_count++];
        a->when = -1;
        bool ok = item->kind == JSON_MAP ? read_condition(r, item, a) : read_group(r, item, &a->then, &a->then_count);
        if (!ok) return false;
    }
    return true;
}

/* ---- environment, directory, template */

static bool read_environment(reader *r, const json_value *map) {
    if (!map) return true;
    if (map->kind != JSON_MAP) return wrong_kind(r, "\"environment\"", map, "a map of names to texts");
    if (!(r->out->environment = allocate(r, map->count, sizeof(variable)))) return false;
    for (const json_value *item = map->first; item; item = item->next) {
        if (!item->key[0] || strchr(item->key, '=')) return failed(r->why, "\"%.60s\" is no name of an environment variable", item->key);
        variable *v = &r->out->environment[r->out->environment_count++];
        v->name = item->key;
        v->is_removed = item->kind == JSON_NULL;
        if (!v->is_removed && !compile_text(r, item, "\"environment\"", &v->value)) return false;
    }
    return true;
}

/* The file that a template is `from`, whole. */
static bool read_file(reader *r, const char *from, text *content) {
    char path[4096], buffer[65536];
    const char *directory = r->out->directory;
    if (from[0] != '/' && !directory) {
        return failed(r->why, "the template \"%.200s\" is no absolute path; give one, or a \"directory\" that it lies in", from);
    }
    int length = snprintf(path, sizeof path, "%s%s%s", from[0] == '/' ? "" : directory, from[0] == '/' ? "" : "/", from);
    if (length < 0 || (size_t)length >= sizeof path) return failed(r->why, "the path of a template is too long");
    FILE *file = fopen(path, "rbe");
    if (!file) return failed(r->why, "the template %.300s cannot be opened: %s", path, strerror(errno));
    size_t got;
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0 && content->length <= MAX_TEMPLATE_BYTES) text_add(content, buffer, got);
    int problem = ferror(file) ? errno : 0;
    fclose(file);
    if (problem) return failed(r->why, "the template %.300s cannot be read: %s", path, strerror(problem));
    if (content->length > MAX_TEMPLATE_BYTES) return failed(r->why, "the template %.300s is larger than 16 MiB", path);
    return text_whole(content) || failed(r->why, "not enough memory for the template %.300s", path);
}

static bool is_safe_name(const char *name) {
    return name[0] && name[0] != '/' && strcmp(name, "..") != 0 && strncmp(name, "../", 3) != 0 && !strstr(name, "/..");
}

static bool read_filled_file(reader *r, const json_value *value, filled_file *out) {
    static const char *const known[] = {"from", "text", "to", NULL};
    const char *from, *inlined;
    if (!json_check_keys(value, known, "\"template\"", r->why)) return false;
    if (!declaration_text(value, "from", "\"template\"", &from, r->why)) return false;
    if (!declaration_text(value, "text", "\"template\"", &inlined, r->why)) return false;
    if (!declaration_text(value, "to", "\"template\"", &out->name, r->why)) return false;
    if (!from == !inlined) return failed(r->why, "\"template\" needs either \"from\", a file, or \"text\"");
    if (!out->name || !is_safe_name(out->name) || strchr(out->name, '/')) {
        return failed(r->why, "\"template\" needs \"to\": the name of a file in the run's directory");
    }
    if (inlined) {
        return template_compile(r->document, inlined, strlen(inlined), &r->words, "\"template\"", &out->content, r->why);
    }
    text content = {0};
    bool ok = read_file(r, from, &content);
    ok = ok && template_compile(r->document, text_whole(&content), content.length, &r->words, "\"template\"", &out->content, r->why);
    text_free(&content);
    return ok;
}

static bool read_files(reader *r, const json_value *value) {
    if (!value) return true;
    bool is_list = value->kind == JSON_LIST;
    size_t count = is_list ? value->count : 1;
    const json_value *item = is_list ? value->first : value;
    if (!(r->out->files = allocate(r, count, sizeof(filled_file)))) return false;
    for (size_t i = 0; i < count; i++, item = item->next) {
        if (!read_filled_file(r, item, &r->out->files[r->out->file_count++])) return false;
    }
    return true;
}

/* ---- metrics and reports */

static bool compile_pattern(reader *r, const char *pattern, size_t least, size_t most, const char *what, regex_t *out) {
    int code = regcomp(out, pattern, REG_EXTENDED);
    if (code != 0) {
        char reason[128];
        regerror(code, out, reason, sizeof reason);
        *out = (regex_t){0};
        return failed(r->why, "the pattern \"%.120s\" of %s is no POSIX extended regular expression: %s", pattern, what, reason);
    }
    size_t groups = out->re_nsub;
    if (groups >= least && groups <= most) return true;
    regfree(out);
    *out = (regex_t){0};
    return failed(r->why, "the pattern \"%.120s\" of %s has %zu groups in parentheses; %s", pattern, what, groups,
                  most == 1 ? "one is needed, around the number" : "it needs two, around the step and the value, or one around the value");
}

static bool read_metric(reader *r, const char *name, const json_value *value, metric *out) {
    static const char *const known[] = {"pattern", "json", "key", "seconds", NULL};
    const char *pattern, *seconds;
    char what[160];
    snprintf(what, sizeof what, "metric \"%.100s\"", name);
    out->name = name;
    if (!json_check_keys(value, known, what, r->why)) return false;
    if (!declaration_text(value, "pattern", what, &pattern, r->why)) return false;
    if (!declaration_text(value, "json", what, &out->file, r->why)) return false;
    if (!declaration_text(value, "key", what, &out->key, r->why)) return false;
    if (!declaration_text(value, "seconds", what, &seconds, r->why)) return false;
    if (!!pattern + !!out->file + !!seconds != 1 || !out->file != !out->key) {
        return failed(r->why, "%s needs one of {\"pattern\": \"error ([0-9.]+)\"}, {\"json\": \"result.json\", \"key\": \"error\"} and "
                              "{\"seconds\": \"wall\"}", what);
    }
    if (pattern) {
        out->pattern_text = pattern;
        return compile_pattern(r, pattern, 1, 1, what, &out->pattern);  /* METRIC_PATTERN is 0 */
    }
    if (out->file) {
        out->source = METRIC_JSON;
        return (out->file[0] == '/' || is_safe_name(out->file)) ||
               failed(r->why, "\"json\" of %s is no path within the run's directory, nor an absolute one", what);
    }
    out->source = strcmp(seconds, "cpu") == 0 ? METRIC_CPU : METRIC_WALL;
    return out->source == METRIC_CPU || strcmp(seconds, "wall") == 0 ||
           failed(r->why, "\"seconds\" of %s is \"%.40s\"; it is \"wall\" or \"cpu\"", what, seconds);
}

static bool read_metrics(reader *r, const json_value *map) {
    const json_value *declared = r->words.trainable->metrics;
    if (!map || map->kind != JSON_MAP) return failed(r->why, "\"metrics\" of the command is missing: where each metric is found");
    for (const json_value *item = map->first; item; item = item->next) {
        if (declaration_find(declared, item->key) < 0) return failed(r->why, "the schema has no metric \"%.60s\"", item->key);
    }
    if (!(r->out->metrics = allocate(r, declared->count, sizeof(metric)))) return false;
    for (const json_value *item = declared->first; item; item = item->next) {
        const char *name = json_find(item, "name")->text;
        const json_value *where = json_find(map, name);
        if (!where) return failed(r->why, "the command does not say where metric \"%.60s\" is found", name);
        if (!read_metric(r, name, where, &r->out->metrics[r->out->metric_count++])) return false;
    }
    return true;
}

static bool read_report(reader *r, const json_value *value, report *out) {
    static const char *const known[] = {"pattern", "metric", NULL};
    const char *pattern, *name;
    if (!json_check_keys(value, known, "\"report\"", r->why)) return false;
    if (!declaration_text(value, "pattern", "\"report\"", &pattern, r->why)) return false;
    if (!declaration_text(value, "metric", "\"report\"", &name, r->why)) return false;
    if (!pattern) return failed(r->why, "\"report\" needs \"pattern\"");
    int index = name ? declaration_find(r->words.trainable->metrics, name) : 0;
    if (index < 0) return failed(r->why, "\"report\" names \"%.60s\", which is no metric", name);
    if (!compile_pattern(r, pattern, 1, 2, "\"report\"", &out->pattern)) return false;
    out->metric = (uint32_t)index;
    out->has_step = out->pattern.re_nsub == 2;
    return true;
}

static bool read_reports(reader *r, const json_value *value) {
    if (!value) return true;
    bool is_list = value->kind == JSON_LIST;
    size_t count = is_list ? value->count : 1;
    const json_value *item = is_list ? value->first : value;
    if (!(r->out->reports = allocate(r, count, sizeof(report)))) return false;
    for (size_t i = 0; i < count; i++, item = item->next) {
        if (!read_report(r, item, &r->out->reports[r->out->report_count++])) return false;
    }
    return true;
}

/* ---- the rest */

static bool read_limits(reader *r, const json_value *command) {
    const json_value *timeout = json_find(command, "timeout"), *infeasible = json_find(command, "infeasible");
    if (timeout) {
        if (timeout->kind != JSON_NUMBER || !(timeout->number > 0)) return failed(r->why, "\"timeout\" is a number of seconds above 0");
        r->out->timeout = timeout->number;
    }
    if (!infeasible) return true;
    if (infeasible->kind != JSON_LIST || infeasible->count > SPEC_MAX_INFEASIBLE) {
        return failed(r->why, "\"infeasible\" is a list of at most %d exit statuses", SPEC_MAX_INFEASIBLE);
    }
    for (const json_value *item = infeasible->first; item; item = item->next) {
        if (item->kind != JSON_NUMBER || item->number < 1 || item->number > 255 || item->number != floor(item->number)) {
            return failed(r->why, "\"infeasible\" holds exit statuses, from 1 to 255");
        }
        r->out->infeasible[r->out->infeasible_count++] = (int)item->number;
    }
    return true;
}

static bool read_dataset(reader *r, const json_value *map) {
    static const char *const known[] = {"rows", "label", NULL};
    const char *rows;
    if (!map) return true;
    if (!json_check_keys(map, known, "\"dataset\"", r->why) || !declaration_text(map, "rows", "\"dataset\"", &rows, r->why) ||
        !declaration_text(map, "label", "\"dataset\"", &r->out->label, r->why)) {
        return false;
    }
    if (!rows || strcmp(rows, "lines") != 0) return failed(r->why, "\"rows\" of \"dataset\" is \"lines\": a header, then one row a line");
    r->out->has_rows = r->words.has_rows = true;
    return true;
}

static void read_budget(reader *r) {
    const json_value *fidelity = json_find(r->words.trainable->fields, "fidelity");
    const json_value *high = fidelity ? json_find(fidelity, "high") : NULL;
    if (high && high->kind == JSON_NUMBER) r->words.full_budget = high->number;
}

static bool is_directory(const char *path) {
    struct stat status;
    return path[0] == '/' && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool spec_read(json_document *document, const declared_trainable *trainable, spec *out, failure *why) {
    static const char *const known[] = {"argv",   "environment", "template",   "metrics",   "report",
                                        "timeout", "directory",  "infeasible", NULL};
    *out = (spec){0};
    reader r = {.document = document, .words = {.trainable = trainable}, .out = out, .why = why};
    read_budget(&r);
    const json_value *command = json_find(trainable->fields, "command");
    bool ok = command || failed(why, "the key \"command\" is missing: {\"argv\": [...], \"metrics\": {...}}");
    ok = ok && json_check_keys(command, known, "\"command\"", why) && read_dataset(&r, json_find(trainable->fields, "dataset")) &&
         declaration_text(command, "directory", "\"command\"", &out->directory, why);
    if (ok && out->directory && !is_directory(out->directory)) {
        ok = failed(why, "\"directory\" is the absolute path of a directory; \"%.200s\" is none", out->directory);
    }
    ok = ok && read_arguments(&r, json_find(command, "argv")) && read_environment(&r, json_find(command, "environment")) &&
         read_files(&r, json_find(command, "template")) && read_metrics(&r, json_find(command, "metrics")) &&
         read_reports(&r, json_find(command, "report")) && read_limits(&r, command);
    return ok;
}

static bool is_compiled(const regex_t *pattern) { return pattern->re_nsub > 0; }  /* all kept ones have a group */

void spec_free(spec *s) {
    for (size_t i = 0; i < s->metric_count; i++) {
        if (is_compiled(&s->metrics[i].pattern)) regfree(&s->metrics[i].pattern);
    }
    for (size_t i = 0; i < s->report_count; i++) {
        if (is_compiled(&s->reports[i].pattern)) regfree(&s->reports[i].pattern);
    }
    *s = (spec){0};
}
