/* Text that grows. Memory that runs out is noticed once, at the end: text_whole. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct text {
    char *bytes;  /* ended by a zero byte; NULL while empty */
    size_t length, room;
    bool is_lost;
} text;

void text_add(text *t, const char *bytes, size_t count);
void text_add_string(text *t, const char *string);
void text_clear(text *t);
void text_free(text *t);

/* The text so far, "" where nothing was added; NULL where memory ran out. */
const char *text_whole(const text *t);

#endif
