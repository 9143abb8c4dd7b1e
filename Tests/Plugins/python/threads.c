/* Scripts among threads; part of python_test. */
#include "scripts.h"

#include <pthread.h>

static void test_threads_of_the_script(void) {
    run r = make_tool_run();
    CHECK(run_script("import threading\n"
                     "def evaluate(trial):\n"
                     "    def work(first):\n"
                     "        for step in range(5): trial.report(first + step, 1)\n"
                     "    workers = [threading.Thread(target=work, args=(10 * i,)) for i in range(4)]\n"
                     "    for worker in workers: worker.start()\n"
                     "    for worker in workers: worker.join()\n"
                     "    return 1\n", &r) == TUNED_OK);
    CHECK(report_count == 20);
    r = make_tool_run();  /* one that outlives the trial, and the trial kept beyond its end */
    CHECK(run_script("import threading, time\n"
                     "problems, kept, going = [], [], True\n"
                     "def create(config): return kept\n"
                     "def evaluate(trial):\n"
                     "    def work():\n"
                     "        try:\n"
                     "            while True: trial.report(1, 1); time.sleep(0.001)\n"
                     "        except RuntimeError as problem: problems.append(str(problem))\n"
                     "    worker = threading.Thread(target=work)\n"
                     "    worker.start()\n"
                     "    threading.Thread(target=lambda: (worker.join(), kept.append(problems))).start()\n"
                     "    return 1\n", &r) == TUNED_OK);
    const tuned_trainable *t = load_tool(declare("trials = []\ndef evaluate(trial):\n"
                                            "    if trials: trials[0].report(1, 1)\n    trials.append(trial)\n    return 1\n"));
    void *self = NULL;
    CHECK(create_tool(t, NULL, &self) == TUNED_OK);
    CHECK(run_trial(t, self, &r) == TUNED_OK);
    CHECK(run_trial(t, self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "RuntimeError: this trial has ended");
    t->destroy(self);
}

/* The host may call from any thread. */
typedef struct threaded { const tuned_trainable *t; void *self; run r; int32_t status; } threaded;

static void *run_in_thread(void *argument) {
    threaded *job = argument;
    for (int i = 0; i < 20 && job->status == TUNED_OK; i++) job->status = run_trial(job->t, job->self, &job->r);
    return NULL;
}

static void test_threads_of_the_host(void) {
    const tuned_trainable *t = load_tool(declare("import time\ndef evaluate(trial):\n    time.sleep(0.001)\n    return trial['depth']\n"));
    threaded jobs[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        jobs[i] = (threaded){.t = t, .r = make_tool_run()};
        set_int(&jobs[i].r, DEPTH, i + 1);
        CHECK(create_tool(t, NULL, &jobs[i].self) == TUNED_OK);
        pthread_create(&threads[i], NULL, run_in_thread, &jobs[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        CHECK(jobs[i].status == TUNED_OK && jobs[i].r.objectives[0] == i + 1);
        t->destroy(jobs[i].self);
    }
}

void test_threads(void) {
    test_threads_of_the_script();
    test_threads_of_the_host();
}
