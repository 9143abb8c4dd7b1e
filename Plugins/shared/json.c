#include "json.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct json_block {
    struct json_block *next;
    max_align_t content[];
} json_block;

typedef struct parser {
    const char *start, *next, *end;
    int depth;
    json_document *document;
    failure *why;
} parser;

void *json_allocate(json_document *document, size_t size) {
    json_block *block = calloc(1, sizeof *block + size);
    if (!block) return NULL;
    block->next = document->blocks;
    document->blocks = block;
    return block->content;
}

static bool wrong_at(parser *p, const char *place, const char *what) {
    size_t line = 1, column = 1;
    for (const char *c = p->start; c < place; c++) {
        column = *c == '\n' ? 1 : column + 1;
        if (*c == '\n') line++;
    }
    return failed(p->why, "line %zu, column %zu: %s", line, column, what);
}

static bool wrong(parser *p, const char *what) { return wrong_at(p, p->next, what); }

static bool out_of_memory(parser *p) { return failed(p->why, "not enough memory"); }

static void skip_space(parser *p) {
    while (p->next < p->end && memchr(" \t\r\n", *p->next, 4)) p->next++;
}

static bool take(parser *p, char c) {
    if (p->next == p->end || *p->next != c) return false;
    p->next++;
    return true;
}

static bool parse_hex(parser *p, uint32_t *out) {
    *out = 0;
    for (int i = 0; i < 4; i++, p->next++) {
        const char *digits = "0123456789abcdef", *found;
        char c = p->next < p->end ? *p->next : '\0';
        if (c >= 'A' && c <= 'F') c = (char)(c - 'A' + 'a');
        if (c == '\0' || !(found = strchr(digits, c))) return wrong(p, "four hexadecimal digits should be here");
        *out = *out << 4 | (uint32_t)(found - digits);
    }
    return true;
}

/* \uXXXX, or two of them that make a surrogate pair, as UTF-8. */
static bool parse_scalar(parser *p, char **out) {
    uint32_t scalar, low;
    const char *place = p->next - 2;
    if (!parse_hex(p, &scalar)) return false;
    if (scalar >= 0xD800 && scalar < 0xE000) {
        if (scalar >= 0xDC00 || !take(p, '\\') || !take(p, 'u')) return wrong_at(p, place, "half of a surrogate pair");
        if (!parse_hex(p, &low)) return false;
        if (low < 0xDC00 || low >= 0xE000) return wrong_at(p, place, "half of a surrogate pair");
        scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00);
    }
    if (scalar == 0) return wrong_at(p, place, "a text may not hold the character zero here");
    char *o = *out;
    if (scalar < 0x80) {
        *o++ = (char)scalar;
    } else if (scalar < 0x800) {
        *o++ = (char)(0xC0 | scalar >> 6);
        *o++ = (char)(0x80 | (scalar & 0x3F));
    } else if (scalar < 0x10000) {
        *o++ = (char)(0xE0 | scalar >> 12);
        *o++ = (char)(0x80 | (scalar >> 6 & 0x3F));
        *o++ = (char)(0x80 | (scalar & 0x3F));
    } else {
        *o++ = (char)(0xF0 | scalar >> 18);
        *o++ = (char)(0x80 | (scalar >> 12 & 0x3F));
        *o++ = (char)(0x80 | (scalar >> 6 & 0x3F));
        *o++ = (char)(0x80 | (scalar & 0x3F));
    }
    *out = o;
    return true;
}

static bool parse_text(parser *p, const char **text) {
    const char *opened = p->next++;
    const char *close = p->next;
    while (close < p->end && *close != '"') close += *close == '\\' && close + 1 < p->end ? 2 : 1;
    if (close >= p->end) return wrong_at(p, opened, "the text that begins here has no closing quote");
    char *out = json_allocate(p->document, (size_t)(close - p->next) + 1);  /* escapes only shrink */
    if (!out) return out_of_memory(p);
    *text = out;
    while (p->next < close) {
        unsigned char c = (unsigned char)*p->next++;
        if (c < 0x20) return wrong_at(p, p->next - 1, "a control character in a text must be escaped");
        if (c != '\\') {
            *out++ = (char)c;
            continue;
        }
        static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
        char escape = *p->next++;
        const char *found = escape ? strchr(names, escape) : NULL;
        if (found) {
            *out++ = meant[found - names];
        } else if (escape != 'u') {
            return wrong_at(p, p->next - 2, "this is no escape of JSON");
        } else if (!parse_scalar(p, &out)) {
            return false;
        }
    }
    p->next = close + 1;
    return true;
}

static bool skip_digits(parser *p) {
    const char *start = p->next;
    while (p->next < p->end && *p->next >= '0' && *p->next <= '9') p->next++;
    return p->next > start || wrong(p, "a digit should be here");
}

static bool parse_number(parser *p, double *number) {
    const char *start = p->next;
    char copy[512];
    take(p, '-');
    if (!take(p, '0') && !skip_digits(p)) return false;
    if (take(p, '.') && !skip_digits(p)) return false;
    if (take(p, 'e') || take(p, 'E')) {
        if (!take(p, '+')) take(p, '-');
        if (!skip_digits(p)) return false;
    }
    size_t length = (size_t)(p->next - start);
    if (length >= sizeof copy) return wrong_at(p, start, "the number has too many digits");
    memcpy(copy, start, length);
    copy[length] = '\0';
    *number = strtod(copy, NULL);
    return isfinite(*number) || wrong_at(p, start, "the number is out of a double's range");
}

static bool parse_word(parser *p, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(p->end - p->next) < length || memcmp(p->next, word, length) != 0) return wrong(p, "this is no JSON value");
    p->next += length;
    return true;
}

static bool parse_value(parser *p, json_value *out);

/* The parts of a list or a map, behind its opening bracket. */
static bool parse_parts(parser *p, json_value *out, char close) {
    json_value **last = &out->first;
    skip_space(p);
    if (take(p, close)) return true;
    do {
        const char *key = NULL;
        skip_space(p);
        if (out->kind == JSON_MAP) {
            const char *place = p->next;
            if (p->next == p->end || *p->next != '"') return wrong(p, "a key in double quotes should be here");
            if (!parse_text(p, &key)) return false;
            if (out->count == JSON_MAX_KEYS) return wrong_at(p, place, "this map has too many keys");
            if (json_find(out, key)) return wrong_at(p, place, "this key comes twice");
            skip_space(p);
            if (!take(p, ':')) return wrong(p, "a colon should be here");
        }
        json_value *part = json_allocate(p->document, sizeof *part);
        if (!part) return out_of_memory(p);
        part->key = key;
        if (!parse_value(p, part)) return false;
        *last = part;
        last = &part->next;
        out->count++;
        skip_space(p);
    } while (take(p, ','));
    return take(p, close) || wrong(p, close == '}' ? "a comma or } should be here" : "a comma or ] should be here");
}

static bool parse_nested(parser *p, json_value *out, json_kind kind, char close) {
    if (p->depth == JSON_MAX_DEPTH) return wrong(p, "this is nested too deep");
    p->depth++;
    p->next++;
    out->kind = kind;
    bool ok = parse_parts(p, out, close);
    p->depth--;
    return ok;
}

static bool parse_content(parser *p, json_value *out) {
    if (p->next == p->end) return wrong(p, "the text ends where a value should be");
    switch (*p->next) {
    case '{': return parse_nested(p, out, JSON_MAP, '}');
    case '[': return parse_nested(p, out, JSON_LIST, ']');
    case '"': out->kind = JSON_TEXT; return parse_text(p, &out->text);
    case 't': out->kind = JSON_BOOL; out->flag = true; return parse_word(p, "true");
    case 'f': out->kind = JSON_BOOL; return parse_word(p, "false");
    case 'n': return parse_word(p, "null");
    default:
        if (*p->next != '-' && (*p->next < '0' || *p->next > '9')) return wrong(p, "this begins no JSON value");
        out->kind = JSON_NUMBER;
        return parse_number(p, &out->number);
    }
}

static bool parse_value(parser *p, json_value *out) {
    skip_space(p);
    out->written = p->next;
    if (!parse_content(p, out)) return false;
    out->written_length = (size_t)(p->next - out->written);
    return true;
}

/* Well-formed as RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF. */
static const char *end_of_utf8(const char *text, size_t size) {
    const unsigned char *c = (const unsigned char *)text, *end = c + size;
    while (c < end) {
        int more = *c < 0x80 ? 0 : *c >= 0xC2 && *c < 0xE0 ? 1 : *c >= 0xE0 && *c < 0xF0 ? 2 : *c >= 0xF0 && *c < 0xF5 ? 3 : -1;
        if (more < 0 || end - c <= more) break;
        bool ok = (*c != 0xE0 || c[1] >= 0xA0) && (*c != 0xED || c[1] < 0xA0) && (*c != 0xF0 || c[1] >= 0x90) &&
                  (*c != 0xF4 || c[1] < 0x90);
        for (int i = 1; i <= more; i++) ok = ok && (c[i] & 0xC0) == 0x80;
        if (!ok) break;
        c += more + 1;
    }
    return (const char *)c;
}

bool json_parse(const char *text, size_t size, json_document *out, failure *why) {
    *out = (json_document){0};
    if (size > JSON_MAX_BYTES) return failed(why, "the text has more than %zu bytes", JSON_MAX_BYTES);
    char *copy = json_allocate(out, size + 1);
    json_value *root = json_allocate(out, sizeof *root);
    parser p = {.start = copy, .next = copy, .end = copy + size, .document = out, .why = why};
    if (!copy || !root) return out_of_memory(&p);
    memcpy(copy, text, size);
    const char *valid = end_of_utf8(copy, size);
    if (valid < p.end) return wrong_at(&p, valid, "this is not UTF-8");
    if (!parse_value(&p, root)) return false;
    skip_space(&p);
    if (p.next < p.end) return wrong(&p, "text follows the end of the value");
    out->root = root;
    return true;
}

void json_free(json_document *document) {
    while (document->blocks) {
        json_block *next = document->blocks->next;
        free(document->blocks);
        document->blocks = next;
    }
    document->root = NULL;
}

const json_value *json_find(const json_value *map, const char *key) {
    if (map->kind != JSON_MAP) return NULL;
    for (const json_value *part = map->first; part; part = part->next) {
        if (strcmp(part->key, key) == 0) return part;
    }
    return NULL;
}

const char *json_kind_name(const json_value *value) {
    static const char *const names[] = {"null", "true or false", "a number", "a text", "a list", "a map"};
    return names[value->kind];
}

bool json_check_keys(const json_value *map, const char *const *known, const char *where, failure *why) {
    if (map->kind != JSON_MAP) return failed(why, "%s is %s; a map of keys to values is needed", where, json_kind_name(map));
    for (const json_value *part = map->first; part; part = part->next) {
        const char *const *name = known;
        while (*name && strcmp(*name, part->key) != 0) name++;
        if (*name) continue;
        char all[256] = "";
        for (name = known; *name; name++) {
            size_t used = strlen(all);
            snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", *name);
        }
        return failed(why, "%s has the unknown key \"%.60s\"; there are: %s", where, part->key, all);
    }
    return true;
}
