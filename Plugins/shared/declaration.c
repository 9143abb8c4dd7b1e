#define _GNU_SOURCE  /* dladdr */
#include "declaration.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const schema_keys[] = {"id",       "description", "parameters",    "metrics",
                                          "fidelity", "config",      "deterministic", NULL};

static bool contains(const char *const *list, const char *text) {
    while (*list && strcmp(*list, text) != 0) list++;
    return *list != NULL;
}

bool declaration_text(const json_value *map, const char *key, const char *where, const char **out, failure *why) {
    const json_value *value = json_find(map, key);
    *out = NULL;
    if (!value || value->kind == JSON_NULL) return true;
    if (value->kind != JSON_TEXT) return failed(why, "\"%s\" of %s is %s; a text is needed", key, where, json_kind_name(value));
    *out = value->text;
    return true;
}

int declaration_find(const json_value *list, const char *name) {
    int index = 0;
    for (const json_value *item = list->first; item; item = item->next, index++) {
        if (strcmp(json_find(item, "name")->text, name) == 0) return index;
    }
    return -1;
}

const char *const declaration_schedule_parts[] = {"shape", "final", "power", "drops", "factor", "cycles", "peak_at", "warmup", NULL};

bool declaration_is_scheduled(const json_value *parameter) {
    const json_value *schedule = json_find(parameter, "schedule");
    return schedule && (schedule->kind == JSON_LIST || schedule->flag);
}

bool declaration_is_part(const json_value *parameters, const char *name) {
    for (const json_value *item = parameters->first; item; item = item->next) {
        const char *base = json_find(item, "name")->text;
        size_t length = strlen(base);
        if (declaration_is_scheduled(item) && strncmp(name, base, length) == 0 && name[length] == '.' &&
            contains(declaration_schedule_parts, name + length + 1)) {
            return true;
        }
    }
    return false;
}

/* A list of maps with a name each; what else is in them, the host reads. */
static bool named_list(const json_value *fields, const char *key, const char *id, const json_value **out, failure *why) {
    const json_value *list = json_find(fields, key);
    if (!list || list->kind != JSON_LIST) {
        return failed(why, "trainable \"%.64s\" needs the key \"%s\", a list", id, key);
    }
    for (const json_value *item = list->first; item; item = item->next) {
        const json_value *name = json_find(item, "name");
        if (!name || name->kind != JSON_TEXT) {
            return failed(why, "\"%s\" of trainable \"%.64s\" is a list of maps that have a \"name\" each", key, id);
        }
    }
    *out = list;
    return true;
}

static char *schema_text(const json_value *fields) {
    size_t size = 3;
    for (const json_value *part = fields->first; part; part = part->next) size += part->written_length + 32;
    char *text = malloc(size), *next = text;
    if (!text) return NULL;
    *next++ = '{';
    for (const json_value *part = fields->first; part; part = part->next) {
        if (!contains(schema_keys, part->key)) continue;
        next += sprintf(next, "%s\"%s\": ", next == text + 1 ? "" : ", ", part->key);  /* schema keys are at most 13 long */
        memcpy(next, part->written, part->written_length);
        next += part->written_length;
    }
    strcpy(next, "}");
    return text;
}

static bool read_trainable(const json_value *fields, const char *const *known, declaration *d, failure *why) {
    const char *id = NULL;
    if (!json_check_keys(fields, known, "a trainable", why) || !declaration_text(fields, "id", "a trainable", &id, why)) return false;
    if (!id) return failed(why, "a trainable has no \"id\"");
    if (d->count == DECLARATION_MAX_TRAINABLES) return failed(why, "more than %d trainables", DECLARATION_MAX_TRAINABLES);
    for (uint32_t i = 0; i < d->count; i++) {
        if (strcmp(d->trainables[i].id, id) == 0) return failed(why, "two trainables have the id \"%.64s\"", id);
    }
    declared_trainable *t = &d->trainables[d->count++];
    t->id = id;
    t->fields = fields;
    t->schema_json = schema_text(fields);
    if (!t->schema_json) return failed(why, "not enough memory");
    return named_list(fields, "parameters", id, &t->parameters, why) && named_list(fields, "metrics", id, &t->metrics, why);
}

static bool read_root(const json_value *root, const char *const *own_keys, declaration *d, failure *why) {
    static const char *const top[] = {"abi", "plugin", "version", "trainables", NULL};
    static const char *const single[] = {"abi", "plugin", "version", NULL};
    const char *known[32];
    size_t count = 0;
    for (const char *const *key = schema_keys; *key; key++) known[count++] = *key;
    for (const char *const *key = own_keys; *key && count < 24; key++) known[count++] = *key;
    known[count] = NULL;

    const char *abi = NULL;
    if (!declaration_text(root, "abi", "the declaration", &abi, why)) return false;
    if (abi && strcmp(abi, "plugin") != 0) return failed(why, "\"abi\" is \"%.64s\"; it is \"plugin\"", abi);
    if (!declaration_text(root, "plugin", "the declaration", &d->plugin, why)) return false;
    if (!declaration_text(root, "version", "the declaration", &d->version, why)) return false;
    if (!d->version) d->version = "";

    const json_value *list = json_find(root, "trainables");
    if (!list) {
        for (const char *const *key = single; *key; key++) known[count++] = *key;
        known[count] = NULL;
        if (!read_trainable(root, known, d, why)) return false;
        if (!d->plugin) d->plugin = d->trainables[0].id;
        return true;
    }
    if (!json_check_keys(root, top, "the declaration", why)) return false;
    if (!d->plugin) return failed(why, "the key \"plugin\" is missing: the name under which it is loaded");
    if (list->kind != JSON_LIST || list->count == 0) return failed(why, "\"trainables\" is a list of at least one");
    for (const json_value *item = list->first; item; item = item->next) {
        if (!read_trainable(item, known, d, why)) return false;
    }
    return true;
}

bool declaration_parse(const char *title, const char *text, size_t size, const char *const *own_keys, declaration *out,
                       failure *why) {
    *out = (declaration){0};
    out->title = strdup(title);
    if (!out->title) return failed(why, "not enough memory");
    failure inner;
    if (json_parse(text, size, &out->document, &inner) && read_root(out->document.root, own_keys, out, &inner)) return true;
    return failed(why, "%s: %s", title, inner.text);
}

/* The file beside a library: its path without `.so` and what follows it, and then `suffix`. */
static bool beside(const char *library, const char *suffix, char *out, size_t room) {
    const char *name = strrchr(library, '/');
    name = name ? name + 1 : library;
    size_t stem = strlen(library);
    for (const char *so = strstr(name, ".so"); so; so = strstr(so + 1, ".so")) {
        if (so > name && (so[3] == '\0' || so[3] == '.')) stem = (size_t)(so - library);
    }
    int length = snprintf(out, room, "%.*s%s", (int)stem, library, suffix);
    return length > 0 && (size_t)length < room;
}

static bool read_file(const char *path, const char *title, const char *const *own_keys, declaration *out, failure *why) {
    FILE *file = fopen(path, "rbe");
    if (!file) return failed(why, "%s cannot be opened: %s", path, strerror(errno));
    char *text = malloc(JSON_MAX_BYTES + 1);
    size_t size = text ? fread(text, 1, JSON_MAX_BYTES + 1, file) : 0;
    bool ok = text || failed(why, "not enough memory to read %s", path);
    if (ok && ferror(file)) ok = failed(why, "%s cannot be read: %s", path, strerror(errno));
    ok = ok && declaration_parse(title, text, size, own_keys, out, why);
    free(text);
    fclose(file);
    return ok;
}

/* Reads the file that belongs to this library. *out is to be freed whatever is returned. */
static bool load(const char *const *own_keys, declaration *out, failure *why) {
    static const char inside = 0;  /* where this library is */
    *out = (declaration){0};
    Dl_info library;
    char kept[4096], named[4096];
    if (!dladdr(&inside, &library) || !library.dli_fname) return failed(why, "the plugin's own file cannot be found");
    if (!beside(library.dli_fname, ".json", kept, sizeof kept) ||
        !beside(library.dli_fname, ".tuned.json", named, sizeof named)) {
        return failed(why, "the path of %.100s... is too long", library.dli_fname);
    }
    /* Its name is the daemon's affair; a person knows it as what they loaded. */
    if (access(kept, F_OK) == 0) return read_file(kept, "the declaration", own_keys, out, why);
    const char *slash = strrchr(named, '/');
    if (access(named, F_OK) == 0) return read_file(named, slash ? slash + 1 : named, own_keys, out, why);
    return failed(why, "this plugin is told what it tunes by a JSON file: tuned load NAME.so --schema FILE.json, or NAME.tuned.json beside it");
}

void declaration_free(declaration *d) {
    for (uint32_t i = 0; i < d->count; i++) free(d->trainables[i].schema_json);
    json_free(&d->document);
    free(d->title);
    *d = (declaration){0};
}

/* ---- The plugin. */

/* What the library was told when it was loaded. It stays for the life of the process, as code does. */
static declaration declared;
static tuned_trainable trainables[DECLARATION_MAX_TRAINABLES];
static const declared_plugin *plugin_of_library;

static const tuned_trainable *trainable(uint32_t index) { return index < declared.count ? &trainables[index] : NULL; }

/* create is not told of which trainable, so each has one of its own. */
#define CREATE(n) \
    static int32_t create_##n(const tuned_host *host, const tuned_config *config, void **self) { \
        return plugin_of_library->create(n, host, config, self); \
    }
CREATE(0) CREATE(1) CREATE(2) CREATE(3) CREATE(4) CREATE(5) CREATE(6) CREATE(7)
CREATE(8) CREATE(9) CREATE(10) CREATE(11) CREATE(12) CREATE(13) CREATE(14) CREATE(15)
static int32_t (*const creators[DECLARATION_MAX_TRAINABLES])(const tuned_host *, const tuned_config *, void **) = {
    create_0, create_1, create_2,  create_3,  create_4,  create_5,  create_6,  create_7,
    create_8, create_9, create_10, create_11, create_12, create_13, create_14, create_15,
};

static bool fill_trainables(const declared_plugin *own, failure *why) {
    if (!load(own->own_keys, &declared, why)) return false;
    for (uint32_t i = 0; i < declared.count; i++) {
        const declared_trainable *d = &declared.trainables[i];
        const json_value *same = json_find(d->fields, "deterministic");
        failure inner;
        if (!own->read(&declared, i, &inner)) return failed(why, "%s: trainable \"%.64s\": %s", declared.title, d->id, inner.text);
        trainables[i] = own->functions;
        trainables[i].size = sizeof trainables[i];
        trainables[i].flags = TUNED_THREAD_SAFE | (same && same->flag ? TUNED_DETERMINISTIC : 0);
        trainables[i].id = d->id;
        trainables[i].schema_json = d->schema_json;
        trainables[i].create = creators[i];
    }
    return true;
}

const tuned_plugin *declaration_plugin(const declared_plugin *own, const tuned_host *host) {
    static tuned_plugin plugin = {.size = sizeof plugin, .abi_minor = TUNED_ABI_MINOR, .build = "", .trainable = trainable};
    failure why;
    if (plugin.trainable_count > 0) return &plugin;
    plugin_of_library = own;
    if (!fill_trainables(own, &why)) {
        host->log(NULL, TUNED_LOG_ERROR, why.text);
        host->fail(NULL, TUNED_FAILED, why.text);
        return NULL;
    }
    plugin.id = declared.plugin;
    plugin.version = declared.version;
    plugin.trainable_count = declared.count;
    return &plugin;
}
