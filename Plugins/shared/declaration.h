/* What a plugin tunes, where that is not built into it: a JSON file that its user writes (`tuned load PLUGIN.so --schema FILE`).
 *
 * The file is found beside the library: HASH.json, as the daemon keeps it, or NAME.tuned.json. It holds
 *
 *     {"abi": "plugin", "plugin": "mine", "version": "1.0", "trainables": [{...}, ...]}
 *
 * or, of a single trainable, all of its keys at the top. A trainable has the keys of a schema (sdk/README.md) and the plugin's own. */
#ifndef DECLARATION_H
#define DECLARATION_H

#include "failure.h"
#include "json.h"

#include <tuned/plugin.h>

#define DECLARATION_MAX_TRAINABLES 16

typedef struct declared_trainable {
    const char *id;
    char *schema_json;            /* the schema's keys, without the plugin's own */
    const json_value *fields;     /* all keys */
    const json_value *parameters; /* lists of maps that have a name each */
    const json_value *metrics;
} declared_trainable;

typedef struct declaration {
    char *title;                  /* of the file, for messages */
    const char *plugin;           /* the name */
    const char *version;
    uint32_t count;
    declared_trainable trainables[DECLARATION_MAX_TRAINABLES];
    json_document document;       /* owns what the pointers above point to */
} declaration;

/* What a plugin adds to its declaration. Its trainables are thread-safe, and deterministic where the declaration says so. */
typedef struct declared_plugin {
    const char *const *own_keys;  /* of a trainable, ended with NULL */
    /* Reads the own keys of d->trainables[index]; once in a process, which keeps d as long as it lives. */
    bool (*read)(declaration *d, uint32_t index, failure *why);
    int32_t (*create)(uint32_t index, const tuned_host *host, const tuned_config *config, void **self);
    tuned_trainable functions;    /* its functions but create, and no more */
} declared_plugin;

/* What tuned_plugin_v1 returns: the plugin of the file that belongs to this library. */
const tuned_plugin *declaration_plugin(const declared_plugin *own, const tuned_host *host);

/* Reads a text; `title` names it in messages. *out is to be freed whatever is returned. */
bool declaration_parse(const char *title, const char *text, size_t size, const char *const *own_keys, declaration *out,
                       failure *why);

void declaration_free(declaration *d);

/* The place in a list of maps with this `name`; -1 where there is none. */
int declaration_find(const json_value *list, const char *name);

/* What a scheduled parameter stands for beside itself: lr.shape, lr.final, ... The host adds those that its shapes have behind the
 * parameters of the file, and knows their values by name. Ends with NULL. */
extern const char *const declaration_schedule_parts[];

bool declaration_is_scheduled(const json_value *parameter);

/* Whether the name is that of such a part. */
bool declaration_is_part(const json_value *parameters, const char *name);

/* A key's text; NULL where it is absent. False, with what is wrong, where it is of another kind. `where` names the map. */
bool declaration_text(const json_value *map, const char *key, const char *where, const char **out, failure *why);

#endif
