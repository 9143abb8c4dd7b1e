/* A trainable that does, on demand, everything that a plugin should not: parameter `how` selects it. */
#define _DEFAULT_SOURCE
#include "settings.h"

#include <tuned/plugin.h>

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PARAMETER_HOW, PARAMETER_X, PARAMETER_SLEEP_MS };
enum { METRIC_VALUE, METRIC_PROGRESS };

#define BEHAVIOURS(X) \
    X(ok) X(segfault) X(abort) X(fpe) X(trap) X(kill_self) X(raise_stop) X(exit0) X(_exit0) X(exit_while_other_thread) \
    X(pthread_exit) X(stack_overflow) X(stack_overflow_thread) X(hang) X(hang_polite) X(hang_ignoring_sigterm) \
    X(nan) X(inf) X(missing_objective) X(unknown_metric) X(fail_with_text) X(fail_without_text) X(fail_odd_text) \
    X(infeasible) X(cancelled) X(print_much) X(print_stderr) X(log_much) X(oom) X(fork_and_die) X(close_fds) X(chdir_env) \
    X(signal_handler) X(thread_outlives) X(report_late) X(sleep_ms) X(report_1000) X(report_many) X(report_nan) \
    X(report_backwards) X(report_then_crash) X(double_free) X(heap_overrun) X(endless_output) X(fork_bomb) X(daemonize) \
    X(close_all) X(signal_handlers) X(stale_directory)

typedef struct instance {
    long count;     /* config count: of report_many */
    long limit_mb;  /* config limit_mb: at which oom gives up */
    int in_train;   /* config in = train: train misbehaves, not evaluate */
} instance;

static int32_t succeed(const tuned_trial *trial) {
    return trial->host->objective(trial, METRIC_VALUE, tuned_f64(trial, PARAMETER_X));
}

static void pause_ms(long ms) {
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0) {}
}

static void crash(void) {
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}

#define UNUSED __attribute__((unused))
#define BEHAVIOUR(name) static int32_t do_##name(UNUSED const instance *self, UNUSED const tuned_trial *trial)

/* ---- Ends. */

BEHAVIOUR(ok) { return succeed(trial); }
BEHAVIOUR(segfault) {
    crash();
    return TUNED_OK;
}
BEHAVIOUR(abort) { abort(); }
BEHAVIOUR(trap) { __builtin_trap(); }
BEHAVIOUR(kill_self) { return kill(getpid(), SIGKILL); }
BEHAVIOUR(raise_stop) {
    kill(getpid(), SIGSTOP);
    return succeed(trial);
}
BEHAVIOUR(exit0) { exit(0); }
BEHAVIOUR(_exit0) { _exit(0); }
BEHAVIOUR(pthread_exit) { pthread_exit(NULL); }

BEHAVIOUR(fpe) {
    volatile int one = 1, zero = 0;
    return one / zero;
}

static void *exit_on_thread(UNUSED void *unused) {
    pause_ms(5);
    exit(0);
}

BEHAVIOUR(exit_while_other_thread) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, exit_on_thread, NULL) != 0) return TUNED_FAILED;
    for (;;) pause_ms(1000);
}

__attribute__((noinline)) static int recurse(int depth) {
    volatile char frame[4096];
    frame[0] = (char)depth;
    return depth < 0 ? 0 : recurse(depth + 1) + frame[0];
}

static void *recurse_on_thread(UNUSED void *unused) {
    recurse(0);
    return NULL;
}

BEHAVIOUR(stack_overflow) { return recurse(0); }

BEHAVIOUR(stack_overflow_thread) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, recurse_on_thread, NULL) != 0) return TUNED_FAILED;
    pthread_join(thread, NULL);
    return succeed(trial);
}

/* Exits with success where the process should be seen to crash. */
static void exit_quietly(UNUSED int signal_number) { _exit(0); }

BEHAVIOUR(signal_handler) {
    signal(SIGSEGV, exit_quietly);
    crash();
    return TUNED_OK;
}

/* ---- Never ends. */

BEHAVIOUR(hang) {
    for (volatile unsigned turns = 0;; turns++) {}
    return TUNED_FAILED;
}

BEHAVIOUR(hang_polite) {
    while (!trial->host->should_stop(trial)) pause_ms(1);
    return TUNED_STOPPED;
}

BEHAVIOUR(hang_ignoring_sigterm) {
    signal(SIGTERM, SIG_IGN);
    for (;;) pause_ms(1000);
    return TUNED_FAILED;
}

BEHAVIOUR(sleep_ms) {
    for (int64_t ms = tuned_i64(trial, PARAMETER_SLEEP_MS); ms > 0; ms--) {
        if (trial->host->should_stop(trial)) return TUNED_STOPPED;
        pause_ms(1);
    }
    return succeed(trial);
}

/* ---- Results that are none. */

BEHAVIOUR(nan) { return trial->host->objective(trial, METRIC_VALUE, NAN); }
BEHAVIOUR(inf) { return trial->host->objective(trial, METRIC_VALUE, INFINITY); }
BEHAVIOUR(missing_objective) { return TUNED_OK; }
BEHAVIOUR(fail_with_text) { return trial->host->fail(trial, -7, "the loss exploded at step 3"); }
BEHAVIOUR(fail_without_text) { return TUNED_FAILED; }
BEHAVIOUR(infeasible) { return trial->host->fail(trial, TUNED_INFEASIBLE, "the layers do not fit together"); }

BEHAVIOUR(unknown_metric) {
    trial->host->report(trial, 999, 1, 0.5);
    trial->host->objective(trial, 999, 0.5);
    return TUNED_OK;
}

BEHAVIOUR(cancelled) {
    trial->host->report(trial, METRIC_VALUE, 1, tuned_f64(trial, PARAMETER_X));
    return TUNED_CANCELLED;
}

BEHAVIOUR(fail_odd_text) {
    static char text[100000];
    memset(text, 'a', sizeof text - 1);
    memcpy(text, "broken \xC3\x28 UTF-8 \x01\x1b[31m ", 22);
    return trial->host->fail(trial, TUNED_FAILED, text);
}

/* ---- Talks. */

static void print_megabytes(FILE *stream, int megabytes) {
    char line[1024];
    memset(line, '.', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < megabytes * 1024; i++) fwrite(line, 1, sizeof line, stream);
    fflush(stream);
}

BEHAVIOUR(print_much) {
    print_megabytes(stdout, 10);
    return succeed(trial);
}
BEHAVIOUR(print_stderr) {
    fputs("said on stderr\n", stderr);
    return succeed(trial);
}

BEHAVIOUR(log_much) {
    for (int i = 0; i < 100000; i++) trial->host->log(trial, TUNED_LOG_INFO, "a line that says nothing, again and again");
    return succeed(trial);
}

static int32_t report_count(const tuned_trial *trial, long count) {
    for (long step = 1; step <= count; step++) {
        int32_t status = trial->host->report(trial, METRIC_PROGRESS, step, (double)step / (double)count);
        if (status != TUNED_OK) return status;
    }
    return succeed(trial);
}

BEHAVIOUR(report_1000) { return report_count(trial, 1000); }
BEHAVIOUR(report_many) { return report_count(trial, self->count); }

BEHAVIOUR(report_nan) {
    trial->host->report(trial, METRIC_PROGRESS, 1, NAN);
    return succeed(trial);
}

BEHAVIOUR(report_backwards) {
    trial->host->report(trial, METRIC_PROGRESS, 5, 0.5);
    trial->host->report(trial, METRIC_PROGRESS, 3, 0.3);
    return succeed(trial);
}

BEHAVIOUR(report_then_crash) {
    for (int64_t step = 1; step <= 3; step++) trial->host->report(trial, METRIC_PROGRESS, step, (double)step);
    crash();
    return TUNED_OK;
}

/* ---- Disturbs the process around it. */

BEHAVIOUR(oom) {
    for (long megabytes = 0; megabytes < self->limit_mb; megabytes++) {
        char *block = malloc((size_t)1 << 20);
        if (!block) return trial->host->fail(trial, TUNED_FAILED, "malloc gave no more memory");
        memset(block, 1, (size_t)1 << 20);  /* kept, and touched so that the kernel has to give it */
        if (trial->host->should_stop(trial)) return TUNED_STOPPED;
    }
    return succeed(trial);
}

/* The child keeps every file descriptor open for a while: pipes do not close with the parent. */
BEHAVIOUR(fork_and_die) {
    if (fork() == 0) {
        sleep(20);
        _exit(0);
    }
    _exit(1);
}

BEHAVIOUR(close_fds) {
    for (int fd = 0; fd < 1024; fd++) close(fd);
    return succeed(trial);
}

BEHAVIOUR(chdir_env) {
    if (chdir("/") != 0 || setenv("OMP_NUM_THREADS", "99", 1) != 0) return TUNED_FAILED;
    unsetenv("CUDA_VISIBLE_DEVICES");
    umask(0);
    return succeed(trial);
}

static void *idle_on_thread(UNUSED void *unused) {
    for (;;) pause_ms(1000);
    return NULL;
}

BEHAVIOUR(thread_outlives) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, idle_on_thread, NULL) != 0) return TUNED_FAILED;
    pthread_detach(thread);
    return succeed(trial);
}

static void *report_on_thread(void *argument) {
    const tuned_trial *trial = argument;
    const tuned_host *host = trial->host;
    for (int64_t step = 1; step <= 200; step++) {
        host->report(trial, METRIC_PROGRESS, step, 0.5);
        host->should_stop(trial);
        pause_ms(1);
    }
    return NULL;
}

/* Goes on calling the host with a trial that has ended. */
BEHAVIOUR(report_late) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, report_on_thread, (void *)(uintptr_t)trial) != 0) return TUNED_FAILED;
    pthread_detach(thread);
    pause_ms(5);
    return succeed(trial);
}

/* glibc notices the first, and with luck the second, and aborts. */
BEHAVIOUR(double_free) {
    void *volatile block = malloc(64);
    free(block);
    free(block);
    return succeed(trial);
}

BEHAVIOUR(heap_overrun) {
    char *volatile block = malloc(24);
    memset(block, 0xff, 64);
    free(malloc(1000));
    free(block);
    abort();
}

BEHAVIOUR(endless_output) {
    for (;;) puts("and another line, as there is always another line");
    return TUNED_FAILED;
}

/* Grows until the system gives no more processes, or there are `count` of them; then all wait to be ended. */
BEHAVIOUR(fork_bomb) {
    long *total = mmap(NULL, sizeof *total, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (total == MAP_FAILED) return TUNED_FAILED;
    while (__atomic_fetch_add(total, 1, __ATOMIC_RELAXED) < self->count && fork() >= 0) {}
    for (;;) pause_ms(1000);
    return TUNED_FAILED;
}

/* Leaves a process behind that has a session of its own, and ends well itself. */
BEHAVIOUR(daemonize) {
    if (fork() == 0) {
        setsid();
        if (fork() != 0) _exit(0);
        for (;;) pause_ms(1000);
    }
    return succeed(trial);
}

BEHAVIOUR(close_all) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    for (rlim_t fd = 0; fd < limit.rlim_max && fd < 1u << 20; fd++) close((int)fd);
    return succeed(trial);
}

BEHAVIOUR(signal_handlers) {
    for (int number = 1; number < 32; number++) signal(number, exit_quietly);
    return succeed(trial);
}

/* Says whether the working directory and a variable are still those of the beginning. */
BEHAVIOUR(stale_directory) {
    char directory[4096];
    if (!getcwd(directory, sizeof directory) || strcmp(directory, "/") == 0) {
        return trial->host->fail(trial, TUNED_FAILED, "the working directory is that of another trial");
    }
    const char *threads = getenv("OMP_NUM_THREADS");
    if (threads && strcmp(threads, "99") == 0) return trial->host->fail(trial, TUNED_FAILED, "the environment is that of another trial");
    return succeed(trial);
}

/* ---- The plugin. */

#define CHOICE(name) "\"" #name "\", "
#define ENTRY(name) {#name, do_##name},

static const struct behaviour {
    const char *name;
    int32_t (*act)(const instance *self, const tuned_trial *trial);
} behaviours[] = {BEHAVIOURS(ENTRY) {"none", do_ok}};  /* JSON allows no comma behind the last of a list */

static int32_t misbehave(const instance *self, const tuned_trial *trial) {
    const tuned_value *how = tuned_trial_value(trial, PARAMETER_HOW);
    if (strcmp(behaviours[how->i64].name, how->str) != 0) {
        return trial->host->fail(trial, TUNED_FAILED, "the host's index and text of a category differ");
    }
    return behaviours[how->i64].act(self, trial);
}

static int32_t create(const tuned_host *host, const tuned_config *config, void **self) {
    const char *in_create = setting(config, "create", "");
    if (strcmp(in_create, "fail") == 0) return host->fail(NULL, TUNED_FAILED, "create was told to fail");
    if (strcmp(in_create, "segfault") == 0) crash();
    while (strcmp(in_create, "hang") == 0) pause_ms(1000);
    instance *made = malloc(sizeof *made);
    if (!made) return host->fail(NULL, TUNED_FAILED, "not enough memory");
    made->count = setting_number(config, "count", 10000);
    made->limit_mb = setting_number(config, "limit_mb", 64);
    made->in_train = strcmp(setting(config, "in", "evaluate"), "train") == 0;
    *self = made;
    return TUNED_OK;
}

static int32_t train(void *self, const tuned_trial *trial) {
    const instance *made = self;
    return made->in_train ? misbehave(made, trial) : TUNED_OK;
}

static int32_t evaluate(void *self, const tuned_trial *trial) {
    const instance *made = self;
    return made->in_train ? succeed(trial) : misbehave(made, trial);
}

static const tuned_trainable trainable = {
    .size = sizeof trainable,
    .id = "misbehave",
    .schema_json =
        "{\"id\": \"misbehave\", \"parameters\": ["
        "{\"name\": \"how\", \"type\": \"categorical\", \"default\": \"ok\", "
        "\"choices\": [" BEHAVIOURS(CHOICE) "\"none\"]}, "
        TUNED_JSON(
            {"name": "x", "type": "float", "low": 0, "high": 1, "default": 0.5},
            {"name": "sleep_ms", "type": "int", "low": 0, "high": 60000, "default": 50, "when": {"how": ["sleep_ms"]}}
        )
        "], "
        TUNED_JSON(
            "metrics": [{"name": "value", "goal": "minimize"}, {"name": "progress", "goal": "maximize"}],
            "config": [{"name": "create"}, {"name": "in"}, {"name": "count"}, {"name": "limit_mb"}]
        )
        "}",
    .create = create,
    .train = train,
    .evaluate = evaluate,
    .destroy = free,
};

TUNED_PLUGIN("misbehave", "1.0.0", trainable)
