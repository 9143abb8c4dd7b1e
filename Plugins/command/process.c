#define _GNU_SOURCE  /* the _np actions of posix_spawn, pidfd_open, wait4, pipe2 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Milliseconds between two questions whether to stop, and seconds between SIGTERM and SIGKILL: less than a host grants a plugin. */
#define QUESTION_INTERVAL 20
#define GRACE 1.0

/* Buffers read after the end: more than a pipe holds, so what goes on is written by a process that has left the group. */
#define MOST_LEFT 32

typedef struct process {
    pid_t pid;
    int output;       /* the reading end; -1 at its end */
    int descriptor;   /* becomes readable when the process ends; -1 where the kernel has none */
    pid_t guard;      /* leads the group, and ends it should this process die */
    int lease;        /* the guard waits until nobody has it open any more */
    const process_watcher *watcher;
    size_t length;
    char line[PROCESS_MAX_LINE + 1];
} process;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- The guard. */

/* The leader of the command's group: a process that does nothing but wait for this one's end, and then ends the group. A worker that is
 * killed, or whose daemon is, would leave its command running. Only what is safe in a signal handler is called. */
_Noreturn static void stand_guard(int lease) {
    char byte;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setpgid(0, 0);
    dup2(lease, 0);
    close_range(1, ~0u, 0);
    while (read(0, &byte, 1) < 0 && errno == EINTR) {}
    kill(0, SIGKILL);
    _exit(0);
}

static int post_guard(process *p) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    p->guard = _Fork();
    int error = p->guard < 0 ? errno : 0;
    if (p->guard == 0) stand_guard(ends[0]);
    close(ends[0]);
    if (error) {
        close(ends[1]);
        return error;
    }
    p->lease = ends[1];
    setpgid(p->guard, p->guard);  /* both do it: whoever comes first */
    return 0;
}

static void dismiss_guard(const process *p) {
    kill(-p->guard, SIGKILL);  /* and all that the command left behind */
    close(p->lease);
    while (waitpid(p->guard, NULL, 0) < 0 && errno == EINTR) {}
}

/* ---- Start. */

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, const process_order *order, int output,
                   pid_t group) {
    sigset_t signals;
    int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(actions, output, 1);
    if (!error) error = posix_spawn_file_actions_adddup2(actions, output, 2);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (!error) error = posix_spawn_file_actions_addchdir_np(actions, order->directory);
    sigfillset(&signals);  /* the host's worker ignores SIGPIPE; a program expects the usual */
    if (!error) error = posix_spawnattr_setsigdefault(attributes, &signals);
    sigemptyset(&signals);
    if (!error) error = posix_spawnattr_setsigmask(attributes, &signals);
    if (!error) error = posix_spawnattr_setpgroup(attributes, group);
    if (!error) error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    return error;
}

static int start(const process_order *order, process *p) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int error = prepare(&actions, &attributes, order, ends[1], p->guard);
    if (!error) error = posix_spawnp(&p->pid, order->arguments[0], &actions, &attributes, order->arguments, order->environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        return error;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    p->output = ends[0];
    p->descriptor = pidfd_open(p->pid, 0);
    return 0;
}

/* ---- Output. */

static void end_line(process *p) {
    if (p->length == 0) return;
    p->line[p->length] = '\0';
    p->length = 0;
    p->watcher->line(p->watcher->context, p->line);
}

/* A carriage return ends a line too: programs draw their progress with it. */
static void take(process *p, const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r') end_line(p);
        else if (p->length < PROCESS_MAX_LINE) p->line[p->length++] = bytes[i] ? bytes[i] : ' ';
    }
}

/* Reads what is there, at most one buffer: endless output must not keep the caller from its other questions. */
static bool read_some(process *p) {
    char buffer[65536];
    ssize_t got = p->output < 0 ? 0 : read(p->output, buffer, sizeof buffer);
    if (got > 0) {
        take(p, buffer, (size_t)got);
        return true;
    }
    if (got == 0 && p->output >= 0) {
        close(p->output);
        p->output = -1;
    }
    return false;
}

/* ---- Life. */

/* Whether it has ended. It stays a zombie until wait4 tells what it used. */
static bool has_ended(const process *p) {
    siginfo_t information = {0};
    return waitid(P_PID, (id_t)p->pid, &information, WEXITED | WNOHANG | WNOWAIT) != 0 || information.si_pid == p->pid;
}

/* Waits for output, the end or the next question. */
static void wait_for_news(const process *p) {
    struct pollfd watched[2] = {{p->output, POLLIN, 0}, {p->descriptor, POLLIN, 0}};
    poll(watched, 2, QUESTION_INTERVAL);
}

static void live(process *p, const process_order *order, double began, process_end *out) {
    double told = 0;  /* when it was asked to end */
    bool is_killed = false;
    while (!has_ended(p)) {
        wait_for_news(p);
        read_some(p);
        double time = now();
        if (told == 0) {
            out->is_stopped = p->watcher->should_stop(p->watcher->context);
            out->is_late = !out->is_stopped && order->timeout > 0 && time - began > order->timeout;
            if (out->is_stopped || out->is_late) {
                kill(-p->guard, SIGTERM);
                told = time;
            }
        } else if (!is_killed && time - told > GRACE) {
            kill(-p->guard, SIGKILL);
            is_killed = true;
        }
    }
}

static void reap(const process *p, process_end *out) {
    int status = 0;
    struct rusage used = {0};
    pid_t ended;
    while ((ended = wait4(p->pid, &status, 0, &used)) < 0 && errno == EINTR) {}
    out->status = ended == p->pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    out->signal = ended == p->pid && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    out->cpu_seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

bool process_run(const process_order *order, const process_watcher *watcher, process_end *out, failure *why) {
    *out = (process_end){0};
    process *p = calloc(1, sizeof *p);
    if (!p) return failed(why, "not enough memory to run \"%.100s\"", order->arguments[0]);
    p->watcher = watcher;
    double began = now();
    int error = post_guard(p);
    if (!error) {
        error = start(order, p);
        if (error) dismiss_guard(p);
    }
    if (error) {
        free(p);
        return failed(why, "\"%.200s\" cannot be run: %s", order->arguments[0], strerror(error));
    }
    live(p, order, began, out);
    out->wall_seconds = now() - began;
    dismiss_guard(p);
    reap(p, out);
    for (int i = 0; i < MOST_LEFT && read_some(p); i++) {}  /* what it wrote before its end */
    end_line(p);
    if (p->output >= 0) close(p->output);
    if (p->descriptor >= 0) close(p->descriptor);
    free(p);
    return true;
}
