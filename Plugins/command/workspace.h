/* The directory of one run, empty at its beginning and removed with all that is in it at its end. */
#ifndef WORKSPACE_H
#define WORKSPACE_H

#include "failure.h"

#include <stddef.h>

typedef struct workspace {
    char path[4096];
} workspace;

/* Under TMPDIR, else /tmp; for its owner alone. */
bool workspace_make(workspace *out, failure *why);
void workspace_remove(const workspace *w);

/* The path of a file in it, in `out`, which has room for 4096 bytes. */
bool workspace_path(const workspace *w, const char *name, char *out, failure *why);

bool workspace_write(const workspace *w, const char *name, const char *bytes, size_t count, failure *why);

#endif
