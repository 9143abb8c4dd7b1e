/* How the processes of commands end; part of command_test. */
#define _DEFAULT_SOURCE  /* usleep */
#include "tool.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void test_reports_and_stopping(void) {
    const char *declaration = DECLARATION(
        SH("trap 'echo asked to end; exit 0' TERM; for e in 1 2 3; do printf 'epoch %s error 0.%s\\\\r' $e $e; done; echo error 1; sleep {lr} & wait")
        ", \"report\": [{\"pattern\": \"epoch ([0-9]+) error ([0-9.]+)\", \"metric\": \"error\"}, {\"pattern\": \"^error ([0-9]+)\"}]", "");
    run r = make_tool_run();
    CHECK(run_tool(declaration, &r, NULL) == TUNED_OK);
    CHECK(report_count == 4);
    for (int i = 0; i < 3; i++) CHECK(reports[i].step == i + 1 && fabs(reports[i].value - 0.1 * (i + 1)) < 1e-12);
    CHECK(reports[3].step == 1 && reports[3].value == 1);

    r = make_tool_run();
    set_float(&r, LR, 30);
    r.stop_after = 5;
    double began = seconds();
    CHECK(run_tool(declaration, &r, NULL) == TUNED_STOPPED);
    CHECK(seconds() - began < 1.5);
    CHECK_CONTAINS(log_text, "asked to end");

    r = make_tool_run();  /* one that does not listen */
    r.stop_after = 3;
    began = seconds();
    CHECK(run_tool(DECLARATION(SH("trap '' TERM; while :; do sleep 0.05; done"), ""), &r, NULL) == TUNED_STOPPED);
    CHECK(seconds() - began < 3);

    r = make_tool_run();
    r.stop_after = 1;
    CHECK(run_tool(declaration, &r, NULL) == TUNED_STOPPED && report_count == 0);
}

static void test_ends(void) {
    run r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; done; exit 3"), ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "sh ended with status 3. Its last lines:\n  line 3\n");
    CHECK_CONTAINS(r.failure, "\n  line 10");
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("exit 3") ", \"infeasible\": [2, 3]", ""), &r, NULL) == TUNED_INFEASIBLE);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("kill -SEGV $$"), ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "signal 11 (Segmentation fault)");
    r = make_tool_run();
    double began = seconds();
    CHECK(run_tool(DECLARATION(SH("sleep 30") ", \"timeout\": 0.2", ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "took longer than its 0.2 s");
    CHECK(seconds() - began < 2);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION("\"argv\": [\"/nowhere/program\"], " ERROR_LINE, ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "\"/nowhere/program\" cannot be run: No such file");
    r = make_tool_run();
    CHECK(run_tool(DECLARATION("\"argv\": [\"{degree}\"], " ERROR_LINE, ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "the program's name");
}

/* The process whose number a command has written into the file `pid`; 0 while there is none. */
static int read_pid(void) {
    char path[512];
    int pid = 0;
    snprintf(path, sizeof path, "%s/pid", declared_folder());
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    if (fscanf(file, "%d", &pid) != 1) pid = 0;
    fclose(file);
    return pid;
}

/* Whether it ends within two seconds. One that nobody reaps, as in a container without an init, stays as a zombie. */
static bool has_ended(int pid) {
    char path[64], state[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    for (int i = 0; pid > 1 && i < 200; i++, usleep(10000)) {
        FILE *file = fopen(path, "r");
        if (!file) return true;
        bool is_zombie = fgets(state, sizeof state, file) && strstr(state, ") Z ");
        fclose(file);
        if (is_zombie) return true;
    }
    return false;
}

/* A worker that is killed takes its command with it, whatever that does with signals. */
static void test_a_killed_worker(void) {
    char declared[4096];
    snprintf(declared, sizeof declared, DECLARATION(SH("trap '' TERM HUP; sleep 60 & echo $! > %s/pid; wait"), ""), declared_folder());
    unlink(declared_file("pid", ""));
    pid_t worker = fork();
    if (worker == 0) {
        run r = make_tool_run();
        run_tool(declared, &r, NULL);
        _exit(0);
    }
    for (int i = 0; i < 500 && read_pid() == 0; i++) usleep(10000);
    int command = read_pid();
    CHECK(command > 1 && kill(command, 0) == 0);
    kill(worker, SIGKILL);
    CHECK(waitpid(worker, NULL, 0) == worker);
    CHECK(has_ended(command));
}

/* What a command leaves running in its group ends with it, endless output does not keep the run from ending, closed output neither. */
static void test_misbehaviour(void) {
    run r = make_tool_run();
    char declared[4096];
    snprintf(declared, sizeof declared, DECLARATION(SH("sleep 60 & echo $! > %s/pid; echo error 1"), ""), declared_folder());
    double began = seconds();
    CHECK(run_tool(declared, &r, NULL) == TUNED_OK && r.objectives[0] == 1);
    CHECK(seconds() - began < 2);
    CHECK(has_ended(read_pid()));

    r = make_tool_run();
    r.stop_after = 20;
    CHECK(run_tool(DECLARATION("\"argv\": [\"yes\"], " ERROR_LINE, ""), &r, NULL) == TUNED_STOPPED);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("head -c 300000 /dev/zero; echo; echo error 5"), ""), &r, NULL) == TUNED_OK && r.objectives[0] == 5);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("echo error 6; exec >&- 2>&-; sleep 0.3"), ""), &r, NULL) == TUNED_OK && r.objectives[0] == 6);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("mkdir -p a/b; ln -s / a/b/root; touch a/b/c; chmod 500 a/b a; echo error 7"), ""), &r, NULL) == TUNED_OK);
}

void test_processes(void) {
    test_reports_and_stopping();
    test_ends();
    test_misbehaviour();
    test_a_killed_worker();
}
