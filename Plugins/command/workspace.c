#define _XOPEN_SOURCE 700  /* nftw */
#include "workspace.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool workspace_make(workspace *out, failure *why) {
    const char *parent = getenv("TMPDIR");
    if (!parent || parent[0] != '/') parent = "/tmp";
    int length = snprintf(out->path, sizeof out->path, "%s/tuned-command-XXXXXX", parent);
    if (length < 0 || (size_t)length >= sizeof out->path) return failed(why, "TMPDIR is too long a path");
    return mkdtemp(out->path) || failed(why, "a directory for the run cannot be made in %.200s: %s", parent, strerror(errno));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind;
    if (remove(path) != 0 && errno == EACCES) {  /* a directory that the command has made read-only */
        char parent[4096];
        snprintf(parent, sizeof parent, "%.*s", place->base > 0 ? place->base - 1 : 0, path);
        if (chmod(parent, 0700) == 0) remove(path);
    }
    return 0;
}

void workspace_remove(const workspace *w) { nftw(w->path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

bool workspace_path(const workspace *w, const char *name, char *out, failure *why) {
    int length = snprintf(out, sizeof w->path, "%s/%s", w->path, name);
    return (length > 0 && (size_t)length < sizeof w->path) || failed(why, "the path of \"%.100s\" is too long", name);
}

bool workspace_write(const workspace *w, const char *name, const char *bytes, size_t count, failure *why) {
    char path[sizeof w->path];
    if (!workspace_path(w, name, path, why)) return false;
    FILE *file = fopen(path, "wbex");
    if (!file) return failed(why, "%.300s cannot be made: %s", path, strerror(errno));
    bool ok = fwrite(bytes, 1, count, file) == count;
    int problem = errno;
    if (fclose(file) != 0 && ok) {
        problem = errno;
        ok = false;
    }
    return ok || failed(why, "%.300s cannot be written: %s", path, strerror(problem));
}
