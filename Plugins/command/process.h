/* One child process: started without a shell, in a process group of its own; its output is handed over line by line; it is ended with
 * all that is in its group. */
#ifndef PROCESS_H
#define PROCESS_H

#include "failure.h"

/* Bytes of the longest line; more of it is dropped. */
#define PROCESS_MAX_LINE 65536

typedef struct process_order {
    char *const *arguments;    /* the program first, looked for in PATH where it has no slash; ended with NULL */
    char *const *environment;
    const char *directory;
    double timeout;            /* seconds; 0: none */
} process_order;

/* What the caller is asked and told while the process runs. */
typedef struct process_watcher {
    void *context;
    bool (*should_stop)(void *context);
    /* A line of standard output or error, without its end. Those of no characters are left out. */
    void (*line)(void *context, const char *text);
} process_watcher;

typedef struct process_end {
    int status;        /* the exit status; -1: there is none, because a signal ended it */
    int signal;        /* 0 where there was none either: somebody else took note of its end */
    bool is_stopped;   /* ended because should_stop said so */
    bool is_late;      /* ended because of its timeout */
    double wall_seconds;
    double cpu_seconds;  /* of the process and those that it waited for */
} process_end;

/* Runs it to its end. False, with the reason, where it could not be started. */
bool process_run(const process_order *order, const process_watcher *watcher, process_end *out, failure *why);

#endif
