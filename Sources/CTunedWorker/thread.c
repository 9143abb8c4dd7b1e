#define _GNU_SOURCE
#include "tuned_thread.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Thread_local void *calling_context;

void *tuned_calling_context(void) { return calling_context; }

void tuned_set_calling_context(void *context) { calling_context = context; }

typedef struct thread_start {
    void (*body)(void *);
    void *argument;
} thread_start;

static void *thread_main(void *argument) {
    thread_start start = *(thread_start *)argument;
    free(argument);
    start.body(start.argument);
    return NULL;
}

int tuned_start_thread(const char *name, void (*body)(void *), void *argument) {
    thread_start *start = malloc(sizeof *start);
    if (start == NULL) return ENOMEM;
    *start = (thread_start){body, argument};
    // A thread that handles no signals: those of the process go to the threads that asked for them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int error = pthread_create(&thread, NULL, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        free(start);
        return error;
    }
    pthread_setname_np(thread, name);
    pthread_detach(thread);
    return 0;
}

const char *tuned_library_of(const char *symbol) {
    void *address = dlsym(RTLD_DEFAULT, symbol);
    Dl_info information;
    if (address == NULL || dladdr(address, &information) == 0) return NULL;
    return information.dli_fname;
}

void tuned_end_group(void) {
    // Only a group of its own: a launcher may have started the worker in another's.
    if (getpgrp() == getpid()) kill(-getpgrp(), SIGKILL);
    _exit(70);
}

void tuned_flush_output(void) { fflush(stdout); }

void tuned_buffer_output_by_line(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
