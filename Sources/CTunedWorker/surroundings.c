#define _GNU_SOURCE
#include "tuned_surroundings.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[PATH_MAX];
static mode_t mask;
static char **variables;  // copies of our own, and the array that environ points to
static size_t variable_count;

// Those that tell of crashes, and those that end, or say that something ended.
static const int watched[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGTERM, SIGINT, SIGPIPE, SIGCHLD, SIGALRM};
#define WATCHED (sizeof watched / sizeof *watched)
static struct sigaction handlers[WATCHED];

void tuned_surroundings_note(void) {
    if (getcwd(directory, sizeof directory) == NULL) directory[0] = 0;
    mask = umask(077);
    umask(mask);
    for (size_t i = 0; i < WATCHED; i++) sigaction(watched[i], NULL, &handlers[i]);
    size_t count = 0;
    while (environ != NULL && environ[count] != NULL) count++;
    char **copies = calloc(count + 1, sizeof *copies);
    char **handed_out = calloc(count + 1, sizeof *handed_out);
    if (copies == NULL || handed_out == NULL) {
        free(copies);
        free(handed_out);
        return;
    }
    for (size_t i = 0; i < count; i++) handed_out[i] = copies[i] = strdup(environ[i]);
    // What was noted before stays: plugins may hold pointers into it. A worker notes once.
    variables = copies;
    variable_count = count;
    environ = handed_out;
}

// setenv and its kin put other pointers into the array, or another array in its place.
static int is_environment_changed(void) {
    if (variables == NULL || environ == NULL) return variables != NULL;
    for (size_t i = 0; i < variable_count; i++)
        if (environ[i] != variables[i]) return 1;
    return environ[variable_count] != NULL;
}

unsigned tuned_surroundings_restore(void) {
    unsigned changed = 0;
    char now[PATH_MAX];
    if (directory[0] != 0 && (getcwd(now, sizeof now) == NULL || strcmp(now, directory) != 0)) {
        if (chdir(directory) == 0) changed |= TUNED_CHANGED_DIRECTORY;
    }
    if (umask(mask) != mask) changed |= TUNED_CHANGED_MASK;
    for (size_t i = 0; i < WATCHED; i++) {
        struct sigaction found;
        if (sigaction(watched[i], NULL, &found) != 0 || found.sa_sigaction == handlers[i].sa_sigaction) continue;
        sigaction(watched[i], &handlers[i], NULL);
        changed |= TUNED_CHANGED_HANDLERS;
    }
    if (is_environment_changed()) {
        char **again = calloc(variable_count + 1, sizeof *again);
        if (again == NULL) return changed;
        memcpy(again, variables, variable_count * sizeof *again);
        environ = again;
        changed |= TUNED_CHANGED_ENVIRONMENT;
    }
    return changed;
}
