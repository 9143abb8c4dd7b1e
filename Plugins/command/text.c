#include "text.h"

#include <stdlib.h>
#include <string.h>

void text_add(text *t, const char *bytes, size_t count) {
    if (t->is_lost) return;
    if (t->length + count + 1 > t->room) {
        size_t room = (t->length + count + 1) * 2;
        char *larger = realloc(t->bytes, room);
        if (!larger) {
            t->is_lost = true;
            return;
        }
        t->bytes = larger;
        t->room = room;
    }
    memcpy(t->bytes + t->length, bytes, count);
    t->length += count;
    t->bytes[t->length] = '\0';
}

void text_add_string(text *t, const char *string) { text_add(t, string, strlen(string)); }

void text_clear(text *t) {
    t->length = 0;
    if (t->bytes) t->bytes[0] = '\0';
}

void text_free(text *t) {
    free(t->bytes);
    *t = (text){0};
}

const char *text_whole(const text *t) { return t->is_lost ? NULL : t->bytes ? t->bytes : ""; }
