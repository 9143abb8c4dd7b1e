/* Why a step could not be done, in words for the person who started it. */
#ifndef SVM_FAILURE_H
#define SVM_FAILURE_H

#include <stdbool.h>

typedef struct failure {
    char text[512];
} failure;

/* Writes the text, cut where it is too long, and returns false: `return failed(why, ...)` ends a step. */
__attribute__((format(printf, 2, 3)))
bool failed(failure *why, const char *format, ...);

#endif
