#include "tuned_demangle.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Of the C++ runtime and of Swift's, which this program is linked with; neither has a C header.
extern char *__cxa_demangle(const char *name, char *out, size_t *size, int *status);
extern char *swift_demangle(const char *name, size_t length, char *out, size_t *size, uint32_t flags);

int tuned_demangle(const char *name, char *out, size_t size) {
    if (size == 0) return -1;
    char *text = NULL;
    int status = 0;
    if (strncmp(name, "_Z", 2) == 0) text = __cxa_demangle(name, NULL, NULL, &status);
    else if (strncmp(name, "$s", 2) == 0 || strncmp(name, "_$s", 3) == 0) text = swift_demangle(name, strlen(name), NULL, NULL, 0);
    if (text == NULL) return -1;
    strncpy(out, text, size - 1);
    out[size - 1] = 0;
    free(text);
    return 0;
}
