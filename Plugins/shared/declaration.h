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

/* Reads the file that belongs to the library in which `inside` (a function or variable) lies. `own_keys` are the plugin's own keys of
 * a trainable, ended with NULL. *out is to be freed whatever is returned. */
bool declaration_load(const void *inside, const char *const *own_keys, declaration *out, failure *why);

/* The same of a text; `title` names it in messages. */
bool declaration_parse(const char *title, const char *text, size_t size, const char *const *own_keys, declaration *out,
                       failure *why);

void declaration_free(declaration *d);

/* The place in a list of maps with this `name`; -1 where there is none. */
int declaration_find(const json_value *list, const char *name);

/* A key's text; NULL where it is absent. False, with what is wrong, where it is of another kind. `where` names the map. */
bool declaration_text(const json_value *map, const char *key, const char *where, const char **out, failure *why);

#endif
