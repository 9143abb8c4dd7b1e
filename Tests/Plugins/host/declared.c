#define _DEFAULT_SOURCE  /* mkdtemp */
#include "declared.h"

#include <dirent.h>
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

/* ---- The host. */

tuned_host recording_host;
kept_report reports[64];
int report_count;
char log_text[1 << 16];

static int32_t keep_report(const tuned_trial *trial, uint32_t metric, int64_t step, double value) {
    (void)trial;
    int place = __atomic_fetch_add(&report_count, 1, __ATOMIC_SEQ_CST);  /* threads of one trial may report */
    if (place < 64) reports[place] = (kept_report){metric, step, value};
    return TUNED_OK;
}

static void keep_log(const tuned_trial *trial, int32_t level, const char *text) {
    (void)trial, (void)level;
    size_t used = strlen(log_text);
    snprintf(log_text + used, sizeof log_text - used, "%s\n", text);
}

/* ---- Copies. */

static const char *original;

void begin_declared(const char *library) {
    original = library;
    recording_host = full_host;
    recording_host.report = keep_report;
    recording_host.log = keep_log;
}

const tuned_plugin *load_declared(const char *declaration) {
    static int copies;
    char path[512], name[64];
    snprintf(name, sizeof name, "copy%d.tuned.json", copies);
    if (declaration) declared_file(name, declaration);
    snprintf(path, sizeof path, "%s/copy%d.so", declared_folder(), copies++);
    copy_file(original, path);
    create_failure[0] = '\0';
    return load_plugin_on(&recording_host, path);
}

/* ---- Tools. */

const tuned_trainable *load_tool(const char *declaration) {
    const tuned_plugin *plugin = load_declared(declaration);
    if (!plugin) {
        fprintf(stderr, "%s\n", create_failure);
        exit(2);
    }
    return plugin->trainable(0);
}

int32_t create_tool(const tuned_trainable *t, const tuned_config *config, void **self) {
    static const tuned_config none = {.size = sizeof none, .json = "{}"};
    create_failure[0] = '\0';
    return t->create(&recording_host, config ? config : &none, self);
}

run make_tool_run(void) {
    run r = make_run(&recording_host, 5);
    set_float(&r, LR, 0.25);
    set_int(&r, DEPTH, 3);
    set_category(&r, KERNEL, 0, "rbf");
    r.values[DEGREE] = (tuned_value){.size = sizeof(tuned_value), .str = ""};
    set_category(&r, SHUFFLE, 1, "true");
    r.values[SHUFFLE].type = TUNED_BOOL;
    r.trial.seed = UINT64_C(0x8000000000000001);
    r.trial.id = 17;
    report_count = 0;
    log_text[0] = '\0';
    return r;
}

int32_t run_tool(const char *declaration, run *r, const tuned_config *config) {
    void *self = NULL;
    const tuned_trainable *t = load_tool(declaration);
    if (create_tool(t, config, &self) != TUNED_OK) return -100;
    int32_t status = run_trial(t, self, r);
    t->destroy(self);
    return status;
}
