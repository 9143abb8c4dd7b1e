#define _DEFAULT_SOURCE  /* mkdtemp */
#include "declared.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static void give_up(const char *what) {
    perror(what);
    exit(2);
}

static void remove_folder(void) {
    char path[512];
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (directory) closedir(directory);
    rmdir(folder);
}

const char *declared_folder(void) {
    if (folder[0]) return folder;
    strcpy(folder, "/tmp/tuned-declared-XXXXXX");
    if (!mkdtemp(folder)) give_up(folder);
    atexit(remove_folder);
    return folder;
}

static void write_file(const char *path, const void *bytes, size_t count) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) give_up(path);
}

const char *declared_file(const char *name, const char *content) {
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", declared_folder(), name);
    write_file(path, content, strlen(content));
    return path;
}

static void copy_file(const char *from, const char *to) {
    static char bytes[16 << 20];
    FILE *file = fopen(from, "rb");
    size_t count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (!file || count == 0 || count == sizeof bytes) give_up(from);
    fclose(file);
    write_file(to, bytes, count);
}

const tuned_plugin *load_declared(const char *library, const char *declaration, const tuned_host *host) {
    static int copies;
    char path[512], name[64];
    snprintf(name, sizeof name, "copy%d.tuned.json", copies);
    if (declaration) declared_file(name, declaration);
    snprintf(path, sizeof path, "%s/copy%d.so", declared_folder(), copies++);
    copy_file(library, path);
    create_failure[0] = '\0';
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    const tuned_plugin *(*entry)(const tuned_host *);
    void *symbol = dlsym(handle, "tuned_plugin_v1");
    memcpy(&entry, &symbol, sizeof entry);
    return entry(host);
}
