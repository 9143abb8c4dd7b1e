// Starting a program that outlives whoever starts it.
#pragma once

#include <sys/types.h>

// Runs `path` in a session of its own: standard input is /dev/null, standard output and error are appended to `log`
// (mode 0600), and no other descriptor of the caller's is open in it. 0 or an errno value.
int tuned_spawn_detached(const char *path, char *const arguments[], char *const environment[], const char *log, pid_t *child);
