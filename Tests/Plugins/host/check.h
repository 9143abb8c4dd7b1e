/* Assertions for the tests in C: each failure is told with its place; the exit status says whether there was one. */
#ifndef TEST_CHECK_H
#define TEST_CHECK_H

#include <math.h>
#include <stdio.h>
#include <string.h>

__attribute__((weak)) int checks, failures;  /* one of each for all files of a test */

#define CHECK(condition) \
    do { \
        checks++; \
        if (!(condition)) { \
            failures++; \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
        } \
    } while (0)

#define CHECK_CONTAINS(text, part) \
    do { \
        checks++; \
        if (!strstr((text), (part))) { \
            failures++; \
            fprintf(stderr, "%s:%d: '%s' is not in: %s\n", __FILE__, __LINE__, (part), (text)); \
        } \
    } while (0)

#define CHECK_NEAR(a, b) CHECK(fabs((a) - (b)) < 1e-12)

static inline int check_summary(const char *name) {
    printf("%s: %d checks, %d failures\n", name, checks, failures);
    return failures != 0;
}

#endif
