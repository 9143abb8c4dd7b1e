// Starting worker processes, and ending them.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct tuned_spawn_request {
    const char *path;              // absolute
    char *const *arguments;        // ended by NULL, the program's name first
    char *const *environment;      // ended by NULL; the whole of it
    const char *directory;         // working directory
    const int *fds;                // fds[i] becomes the child's fd i; every other fd is closed
    int fd_count;
    const unsigned long *cpus;     // affinity mask, NULL: inherited
    size_t cpus_bytes;
    uint64_t data_limit;           // RLIMIT_DATA in bytes, 0: inherited
    uint64_t file_limit;           // RLIMIT_NOFILE, at most the inherited hard limit
} tuned_spawn_request;

// Starts a process in a session and process group of its own, with default signal dispositions, no core files and
// no_new_privs, that is killed when the calling THREAD ends: call it on one that lives as long as its children should.
// Returns 0 and fills *pid and *pidfd (close-on-exec), or an errno value; then *stage says what failed.
int tuned_spawn(const tuned_spawn_request *request, pid_t *pid, int *pidfd, const char **stage);

// How a child ended.
typedef struct tuned_exit {
    int32_t reaped;   // 0: still running
    int32_t status;   // exit status, or -1 where a signal ended it
    int32_t signal;   // the signal that ended it, or 0
} tuned_exit;

// Reaps a child that has ended; does not wait. A child that is not ours to reap counts as ended with status -1, signal 0.
tuned_exit tuned_reap(int pidfd);

// Sends a signal to the process behind a pidfd, never to a later one that was given its number. 0 or an errno value.
int tuned_pidfd_signal(int pidfd, int signal);

// Opens a pidfd for any process; -1 where there is none.
int tuned_pidfd_open(pid_t pid);
// Sets RLIMIT_DATA of a running process. 0 or an errno value.
int tuned_limit_data(pid_t pid, uint64_t bytes);
