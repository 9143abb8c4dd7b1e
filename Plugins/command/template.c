#include "template.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef enum source {
    SOURCE_TEXT,
    SOURCE_PARAMETER,
    SOURCE_SCHEDULE,
    SOURCE_CONFIG,
    SOURCE_SEED,
    SOURCE_SEED31,
    SOURCE_BUDGET,
    SOURCE_TRIAL,
    SOURCE_FOLD,
    SOURCE_FOLDS,
    SOURCE_DATA,
    SOURCE_DIRECTORY,
    SOURCE_TRAIN,
    SOURCE_EVALUATE,
} source;

struct piece {
    source source;
    uint32_t parameter;
    const char *text;  /* of text, the key of config, and the name of a part of a schedule */
};

static const struct { const char *name; source source; } known[] = {
    {"seed", SOURCE_SEED},   {"seed31", SOURCE_SEED31}, {"budget", SOURCE_BUDGET},       {"trial", SOURCE_TRIAL},
    {"fold", SOURCE_FOLD},   {"folds", SOURCE_FOLDS},   {"data", SOURCE_DATA},           {"directory", SOURCE_DIRECTORY},
    {"train", SOURCE_TRAIN}, {"evaluate", SOURCE_EVALUATE},
};
#define KNOWN (sizeof known / sizeof *known)

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";

/* The length of `{name}` at this place, with its braces; 0 where there is none. */
static size_t placeholder_length(const char *at, const char *end) {
    const char *next = at + 1;
    while (next < end && *next && strchr(name_characters, *next)) next++;
    return next < end && *next == '}' && next > at + 1 ? (size_t)(next - at) + 1 : 0;
}

static const char *copy(json_document *document, const char *bytes, size_t count) {
    char *text = json_allocate(document, count + 1);
    if (text) memcpy(text, bytes, count);
    return text;
}

static bool resolve(const char *name, const vocabulary *words, const char *where, piece *out, failure *why) {
    int parameter = declaration_find(words->trainable->parameters, name);
    for (size_t i = 0; i < KNOWN; i++) {
        if (strcmp(known[i].name, name) != 0) continue;
        if (parameter >= 0) {
            return failed(why, "{%s} in %s is both a parameter and a placeholder of its own: give the parameter another name", name,
                          where);
        }
        out->source = known[i].source;
        if (out->source == SOURCE_BUDGET && words->full_budget == 0) {
            return failed(why, "{budget} in %s needs a \"fidelity\" in the schema", where);
        }
        if ((out->source == SOURCE_TRAIN || out->source == SOURCE_EVALUATE) && !words->has_rows) {
            return failed(why, "{%s} in %s needs a \"dataset\", such as {\"rows\": \"lines\"}", name, where);
        }
        return true;
    }
    if (parameter >= 0) {
        *out = (piece){SOURCE_PARAMETER, (uint32_t)parameter, NULL};
        return true;
    }
    if (declaration_is_part(words->trainable->parameters, name)) {
        *out = (piece){SOURCE_SCHEDULE, 0, name};
        return true;
    }
    if (strncmp(name, "config:", 7) == 0 && name[7]) {
        *out = (piece){SOURCE_CONFIG, 0, name + 7};
        return true;
    }
    return failed(why,
                  "there is no {%.60s}, which %s has: use a parameter's name, seed, seed31, budget, trial, fold, folds, data, directory, "
                  "train, evaluate or config:KEY; the text {%.60s} is written {{%.60s}}",
                  name, where, name, name);
}

/* One more piece of plain text, unless it is empty. */
static bool add_text(json_document *document, template *t, const char *from, const char *to) {
    if (from == to) return true;
    const char *text = copy(document, from, (size_t)(to - from));
    t->pieces[t->count++] = (piece){SOURCE_TEXT, 0, text};
    return text != NULL;
}

bool template_compile(json_document *document, const char *string, size_t length, const vocabulary *words, const char *where,
                      template *out, failure *why) {
    const char *end = string + length, *plain = string;
    size_t most = 1;
    for (const char *c = string; c < end; c++) most += *c == '{' ? 2 : 0;
    *out = (template){.pieces = json_allocate(document, most * sizeof(piece)), .full_budget = words->full_budget};
    bool has_memory = out->pieces != NULL;
    for (const char *at = string; has_memory && at < end;) {
        size_t size = *at == '{' ? placeholder_length(at, end) : 0;
        size_t inner = *at == '{' && at + 1 < end && at[1] == '{' ? placeholder_length(at + 1, end) : 0;
        if (inner && at + 1 + inner < end && at[1 + inner] == '}') {  /* {{name}} */
            has_memory = add_text(document, out, plain, at) && add_text(document, out, at + 1, at + 1 + inner);
            plain = at += inner + 2;
        } else if (size) {
            const char *name = copy(document, at + 1, size - 2);
            has_memory = name && add_text(document, out, plain, at);
            if (has_memory && !resolve(name, words, where, &out->pieces[out->count++], why)) return false;
            plain = at += size;
        } else {
            at++;
        }
    }
    has_memory = has_memory && add_text(document, out, plain, end);
    return has_memory || failed(why, "not enough memory for %s", where);
}

static filled missing(failure *why, const char *what) {
    failure_set(why, "%s", what);
    return FILLED_NOT;
}

static filled fill_value(const tuned_value *value, text *out) {
    char number[40];
    if (!value->active) return FILLED_INACTIVE;
    if (value->str[0] == '\0' && value->type == TUNED_FLOAT) {
        snprintf(number, sizeof number, "%.17g", value->f64);
        text_add_string(out, number);
    } else if (value->str[0] == '\0' && value->type == TUNED_INT) {
        snprintf(number, sizeof number, "%" PRId64, value->i64);
        text_add_string(out, number);
    } else {
        text_add_string(out, value->str);
    }
    return FILLED;
}

/* A part of a schedule that none of the shapes has is one that no trial has. */
static filled fill_schedule(const tuned_trial *trial, const char *name, text *out) {
    const tuned_value *value = trial->host->value(trial, name);
    return value ? fill_value(value, out) : FILLED_INACTIVE;
}

static filled fill_config(const tuned_config *config, const char *key, text *out, failure *why) {
    for (uint32_t i = 0; i < config->key_count; i++) {
        if (strcmp(config->keys[i], key) == 0) {
            text_add_string(out, config->values[i]);
            return FILLED;
        }
    }
    failure_set(why, "the study's config has no \"%.60s\", which the command needs: config: {%.60s: ...}", key, key);
    return FILLED_NOT;
}

static filled fill_path(const char *path, const char *otherwise, text *out, failure *why) {
    if (!path) return missing(why, otherwise);
    text_add_string(out, path);
    return FILLED;
}

static filled fill_piece(const template *t, const piece *p, const run_values *values, text *out, failure *why) {
    static const char no_split[] = "the host split no data; give the study data and a split, such as split: {folds: 5}";
    const tuned_trial *trial = values->trial;
    char number[40] = "";
    switch (p->source) {
    case SOURCE_TEXT: text_add_string(out, p->text); return FILLED;
    case SOURCE_PARAMETER: return fill_value(tuned_trial_value(trial, p->parameter), out);
    case SOURCE_SCHEDULE: return fill_schedule(trial, p->text, out);
    case SOURCE_CONFIG: return fill_config(values->config, p->text, out, why);
    case SOURCE_DATA: return fill_path(values->data, "the study names no data; give it a file, with --data FILE", out, why);
    case SOURCE_DIRECTORY: return fill_path(values->directory, "", out, why);
    case SOURCE_TRAIN: return fill_path(values->train, no_split, out, why);
    case SOURCE_EVALUATE: return fill_path(values->evaluate, no_split, out, why);
    case SOURCE_SEED: snprintf(number, sizeof number, "%" PRIu64, trial->seed); break;
    case SOURCE_SEED31: snprintf(number, sizeof number, "%" PRIu64, trial->seed % (UINT64_C(1) << 31)); break;
    case SOURCE_BUDGET: snprintf(number, sizeof number, "%.17g", trial->budget > 0 ? trial->budget : t->full_budget); break;
    case SOURCE_TRIAL: snprintf(number, sizeof number, "%" PRId64, trial->id); break;
    case SOURCE_FOLD: snprintf(number, sizeof number, "%" PRId32, trial->fold); break;
    case SOURCE_FOLDS: snprintf(number, sizeof number, "%" PRId32, trial->folds); break;
    }
    text_add_string(out, number);
    return FILLED;
}

filled template_fill(const template *t, const run_values *values, text *out, failure *why) {
    for (size_t i = 0; i < t->count; i++) {
        filled result = fill_piece(t, &t->pieces[i], values, out, why);
        if (result != FILLED) return result;
    }
    return FILLED;
}

bool template_is_plain(const template *t, const char **string) {
    if (t->count > 1 || (t->count == 1 && t->pieces[0].source != SOURCE_TEXT)) return false;
    *string = t->count == 1 ? t->pieces[0].text : "";
    return true;
}
