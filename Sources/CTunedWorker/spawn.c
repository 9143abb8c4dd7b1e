#define _GNU_SOURCE
#include "tuned_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024)

typedef struct child_state {
    const tuned_spawn_request *request;
    pid_t parent;
    int error;
    const char *stage;
} child_state;

#define CHECK(condition, name)       \
    do {                             \
        if (!(condition)) {          \
            state->error = errno;    \
            state->stage = (name);   \
            _exit(127);              \
        }                            \
    } while (0)

static void limit(int resource, uint64_t soft) {
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) return;
    if (now.rlim_max != RLIM_INFINITY && soft > now.rlim_max) soft = now.rlim_max;
    now.rlim_cur = soft;
    if (resource != RLIMIT_NOFILE) now.rlim_max = soft;
    setrlimit(resource, &now);
}

static void place_fds(child_state *state) {
    const tuned_spawn_request *request = state->request;
    int count = request->fd_count;
    int moved[16];
    CHECK(count <= 16, "fds");
    // First above the places that are to be filled, so that no source is overwritten before it was copied.
    for (int i = 0; i < count; i++) {
        moved[i] = fcntl(request->fds[i], F_DUPFD_CLOEXEC, count);
        CHECK(moved[i] >= 0, "fcntl");
    }
    for (int i = 0; i < count; i++) CHECK(dup2(moved[i], i) == i, "dup2");
    CHECK(syscall(SYS_close_range, (unsigned)count, ~0u, 0) == 0, "close_range");
}

// Runs in the parent's memory until exec: only system calls, and no writes but to its own stack and *state.
static int child_main(void *argument) {
    child_state *state = argument;
    const tuned_spawn_request *request = state->request;

    CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "PR_SET_PDEATHSIG");
    if (getppid() != state->parent) _exit(127);
    CHECK(setsid() >= 0, "setsid");
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
    if (request->cpus != NULL)
        CHECK(syscall(SYS_sched_setaffinity, 0, request->cpus_bytes, request->cpus) >= 0, "sched_setaffinity");
    CHECK(chdir(request->directory) == 0, "chdir");
    place_fds(state);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, request->file_limit);
    if (request->data_limit != 0) limit(RLIMIT_DATA, request->data_limit);

    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    execve(request->path, request->arguments, request->environment);
    CHECK(0, "execve");
    return 127;
}

int tuned_spawn(const tuned_spawn_request *request, pid_t *pid, int *pidfd, const char **stage) {
    // A stack of the child's own: with CLONE_VM it may not run on this one while this thread's frames lie there.
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) {
        *stage = "mmap";
        return errno;
    }
    child_state state = {.request = request, .parent = getpid()};

    // No handler of this process may run in the child while the two share memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // As vfork does, but in one call that also gives the pidfd: no copy of the page tables, and this thread waits for exec.
    int fd = -1;
    pid_t child = clone(child_main, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &state, &fd);
    int clone_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, STACK_BYTES);

    if (child < 0) {
        *stage = "clone";
        return clone_error;
    }
    if (state.error != 0) {
        siginfo_t info;
        waitid(P_PID, (id_t)child, &info, WEXITED);
        close(fd);
        *stage = state.stage;
        return state.error;
    }
    *pid = child;
    *pidfd = fd;
    return 0;
}

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

tuned_exit tuned_reap(int pidfd) {
    siginfo_t info = {0};
    int result;
    do result = waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG);
    while (result != 0 && errno == EINTR);
    if (result != 0) return (tuned_exit){.reaped = 1, .status = -1, .signal = 0};
    if (info.si_pid == 0) return (tuned_exit){.reaped = 0};
    if (info.si_code == CLD_EXITED) return (tuned_exit){.reaped = 1, .status = info.si_status, .signal = 0};
    return (tuned_exit){.reaped = 1, .status = -1, .signal = info.si_status};
}

int tuned_pidfd_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0 ? 0 : errno;
}

int tuned_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int tuned_limit_data(pid_t pid, uint64_t bytes) {
    struct rlimit data = {bytes, bytes};
    return prlimit(pid, RLIMIT_DATA, &data, NULL) == 0 ? 0 : errno;
}
