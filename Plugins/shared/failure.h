/* Why a step could not be done, in words for the person who started it. */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdbool.h>

typedef struct failure {
    char text[512];
} failure;

/* Writes the text, cut where it is too long. */
__attribute__((format(printf, 2, 3)))
void failure_set(failure *why, const char *format, ...);

/* `return failed(&why, "line %d ...", line);` ends a step. A macro, so that compilers see that its value is false. */
#define failed(why, ...) (failure_set((why), __VA_ARGS__), false)

#endif
