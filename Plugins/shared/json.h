/* JSON text as a tree (RFC 8259, strictly: no duplicate keys, no text behind the value). Values know how they were written, so that
 * parts of a document can be passed on as they are. */
#ifndef JSON_H
#define JSON_H

#include "failure.h"

#include <stddef.h>

#define JSON_MAX_BYTES ((size_t)1 << 20)
#define JSON_MAX_DEPTH 64
#define JSON_MAX_KEYS 4096  /* of one map */

typedef enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_MAP } json_kind;

typedef struct json_value {
    json_kind kind;
    bool flag;                /* of a boolean */
    double number;            /* of a number */
    const char *text;         /* of a text, without its escapes; holds no zero byte but that at its end */
    const char *key;          /* where it is part of a map */
    struct json_value *first; /* of a list or map: the first part, then by `next` */
    struct json_value *next;
    size_t count;             /* of parts */
    const char *written;      /* as it stands in the document */
    size_t written_length;
} json_value;

/* A parsed document owns all its values. */
typedef struct json_document {
    json_value *root;
    struct json_block *blocks;
} json_document;

/* `text` need not outlive the call. Says the line and column of what is wrong. *out is to be freed whatever is returned. */
bool json_parse(const char *text, size_t size, json_document *out, failure *why);
void json_free(json_document *document);

/* Zeroed memory that lives as long as the document; NULL where there is none. */
void *json_allocate(json_document *document, size_t size);

/* The part of a map with this key; NULL where there is none, and of anything but a map. */
const json_value *json_find(const json_value *map, const char *key);

/* What kind of value it is, for messages: "a number". */
const char *json_kind_name(const json_value *value);

/* Whether all keys of the map are among `known`, which ends with NULL; else says which is not, and what there is. `where` names the
 * map in the message. */
bool json_check_keys(const json_value *map, const char *const *known, const char *where, failure *why);

#endif
