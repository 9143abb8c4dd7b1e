/* Ways to leave the process otherwise than it was. */
#define _GNU_SOURCE
#include "unhealthy.h"

#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void *sleep_for_ever(void *unused) {
    (void)unused;
    for (;;) pause();
    return NULL;
}

static void *report_late(void *argument) {
    const tuned_trial *trial = argument;
    usleep(20000);
    trial->host->report(trial, METRIC_LOSS, 1000, 0.5);
    return NULL;
}

static void start(void *(*body)(void *), void *argument) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, argument) == 0) pthread_detach(thread);
}

static void handle(int number) { (void)number; }

static void leak_memory(void) {
    volatile char *block = malloc(4096);
    if (block) block[0] = 1;
}

static void leak_mapping(void) {
    volatile char *block = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; block != MAP_FAILED && i < 65536; i += 4096) block[i] = 1;
}

static void lower_limit(void) {
    struct rlimit limit = {0};
    if (getrlimit(RLIMIT_STACK, &limit) == 0) {
        limit.rlim_cur = 1 << 20;
        setrlimit(RLIMIT_STACK, &limit);
    }
}

void disturb_process(const instance *self, const tuned_trial *trial) {
    if (is_how(self, "leak_descriptor") && open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) return;
    if (is_how(self, "leak_memory")) leak_memory();
    if (is_how(self, "leak_mapping")) leak_mapping();
    if (is_how(self, "leak_thread")) start(sleep_for_ever, NULL);
    if (is_how(self, "leave_child") && fork() == 0) _exit(0);
    if (is_how(self, "change_directory") && chdir("/") != 0) return;
    if (is_how(self, "change_environment")) setenv("OMP_NUM_THREADS", "99", 1);
    if (is_how(self, "change_locale")) setlocale(LC_ALL, "C.UTF-8");
    if (is_how(self, "change_umask")) umask(0);
    if (is_how(self, "change_limit")) lower_limit();
    if (is_how(self, "crash_handler")) signal(SIGSEGV, SIG_DFL);
    if (is_how(self, "signal_handler")) signal(SIGUSR1, handle);
    if (is_how(self, "rounding")) fesetround(FE_TOWARDZERO);
    if (is_how(self, "close_output")) close(STDOUT_FILENO);
    if (is_how(self, "report_late")) start(report_late, (void *)(uintptr_t)trial);
    if (is_how(self, "null_trial")) trial->host->report(NULL, METRIC_LOSS, 1, 0.5);
}
