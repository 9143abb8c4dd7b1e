/* plugin.hpp through the C ABI: cxx_test CXX.so, built from cxx.cpp. */
#include "../host/check.h"
#include "../host/host.h"

static const char *const ways[] = {"well", "stopped", "infeasible", "cancelled", "failed", "standard", "odd", "silent"};

static void *create(const tuned_trainable *t, uint32_t count, const char *const *keys, const char *const *values, int32_t expected) {
    tuned_config config = {.size = sizeof config, .key_count = count, .keys = keys, .values = values, .json = "{}"};
    void *self = NULL;
    create_failure[0] = 0;
    CHECK(t->create(&full_host, &config, &self) == expected);
    return self;
}

static run ends_run(int64_t way) {
    run r = make_run(&full_host, 9);
    set_float(&r, 0, 0.25);
    set_int(&r, 1, 3);
    set_category(&r, 2, way, ways[way]);
    set_float(&r, 3, 64);
    set_int(&r, 6, 1);
    return r;
}

static void test_values_and_results(const tuned_trainable *t) {
    static const char *const keys[] = {"target", "scale", "limit"}, *const values[] = {"digit", "2", "1"};
    void *self = create(t, 3, keys, values, TUNED_OK);
    run r = ends_run(0);
    r.trial.budget = 4;
    CHECK(t->train == NULL && run_trial(t, self, &r) == TUNED_OK);
    CHECK_NEAR(r.objectives[0], 0.5 + 30 + 6400 + 1e5 + 4e7 + 1e9);
    CHECK(r.objectives[1] == 1 && r.reports == 1 && r.curve[1] == 0.5);
    CHECK(r.logs == 1 && strcmp(r.log, "target digit") == 0);
    CHECK(r.constraints == 1 && r.constraint == -0.75);
    set_inactive(&r, 3);
    CHECK(run_trial(t, self, &r) == TUNED_OK && r.objectives[1] == 0);
    r.trial.budget = 0;
    CHECK(run_trial(t, self, &r) == TUNED_OK);
    CHECK_NEAR(r.objectives[0], 0.5 + 30 + 1e5 + 50e7 + 1e9);
    r.trial.value_count = 2;
    CHECK(run_trial(t, self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "no value for \"how\"");
    t->destroy(self);
}

static void test_ends(const tuned_trainable *t) {
    static const int32_t codes[] = {TUNED_OK, TUNED_STOPPED, TUNED_INFEASIBLE, TUNED_CANCELLED, TUNED_FAILED, TUNED_FAILED, TUNED_FAILED};
    static const char *const texts[] = {"", "", "too steep", "hopeless", "line 7 is bad", "beyond the end", "no std::exception"};
    static const char *const keys[] = {"target"}, *const values[] = {"digit"};
    void *self = create(t, 1, keys, values, TUNED_OK);
    for (int64_t way = 1; way < 7; way++) {
        run r = ends_run(way);
        r.stop_after = 1;
        CHECK(run_trial(t, self, &r) == codes[way]);
        CHECK_CONTAINS(r.failure, texts[way]);
        CHECK(!r.has_objective[0]);
    }
    run r = ends_run(1);
    CHECK(run_trial(t, self, &r) == TUNED_OK && r.questions == 1);
    t->destroy(self);
}

static void test_config(const tuned_trainable *t) {
    static const char *const keys[] = {"target", "scale", "fast", "limit"};
    CHECK(create(t, 0, keys, keys, TUNED_FAILED) == NULL);
    CHECK_CONTAINS(create_failure, "\"target\" is missing");
    static const char *const no_number[] = {"digit", "2x"};
    create(t, 2, keys, no_number, TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "scale must be a number, found \"2x\"");
    static const char *const no_flag[] = {"digit", "2", "yes"};
    create(t, 3, keys, no_flag, TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "fast must be true or false");
    static const char *const no_integer[] = {"digit", "2", "false", "1.5"};
    create(t, 4, keys, no_integer, TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "limit must be a whole number");
    static const char *const no_data[] = {"digit", "2", "true"};
    create(t, 3, keys, no_data, TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "needs data");
}

static int32_t run_extras(const tuned_trainable *t, void *self, const tuned_host *host, checkpoint *kept, run *r) {
    *r = make_run(host, 1);
    set_float(r, 0, 2);
    r->scheduled[0] = true;
    r->schedule_end[0] = 4;
    r->checkpoint = kept;
    return run_trial(t, self, r);
}

static void test_extras(const tuned_trainable *t) {
    void *self = create(t, 0, NULL, NULL, TUNED_OK);
    checkpoint kept = {0};
    run r;
    CHECK(run_extras(t, self, &full_host, &kept, &r) == TUNED_OK);
    CHECK(r.objectives[0] == 1 && r.artifacts == 1 && strcmp(r.artifact_name, "model.txt") == 0);
    CHECK(r.artifact_size == 5 && memcmp(r.artifact_head, "seven", 5) == 0);
    CHECK(r.objectives[1] == 21 && r.objectives[2] == 3 && r.objectives[3] == -1);
    CHECK(kept.kept && kept.step == 3 && kept.commits == 1);

    for (uint64_t limit = 0; limit < 3; limit++) {  /* in one piece, byte by byte, by twos */
        kept.read_limit = limit;
        CHECK(run_extras(t, self, &full_host, &kept, &r) == TUNED_OK && r.objectives[3] == 503);
    }
    const uint64_t whole = kept.count;
    for (uint64_t count = 0; count < whole; count += count < 64 ? 1 : 97) {
        truncate_checkpoint(&kept, count);
        CHECK(run_extras(t, self, &full_host, &kept, &r) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, "cut off");
        free_checkpoint(&kept);
        CHECK(run_extras(t, self, &full_host, &kept, &r) == TUNED_OK && kept.count == whole);
    }
    for (uint64_t seed = 0; seed < 100; seed++) {
        randomize_checkpoint(&kept, seed);
        CHECK(run_extras(t, self, &full_host, &kept, &r) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, "damaged");
    }
    free_checkpoint(&kept);

    const tuned_host *const older[] = {&first_host, &bare_host, &older_host};
    for (int i = 0; i < 3; i++) {
        CHECK(run_extras(t, self, older[i], &kept, &r) == TUNED_OK);
        CHECK(r.objectives[0] == 0 && r.objectives[1] == -1 && r.objectives[2] == 2 && r.objectives[3] == -1 && !kept.kept);
    }
    t->destroy(self);
}

static void test_steps(const tuned_trainable *t) {
    static const uint32_t rows[] = {0, 2};
    void *self = create(t, 0, NULL, NULL, TUNED_OK);
    const tuned_stepwise_extension *steps = t->extension(self, TUNED_STEPWISE);
    const tuned_dataset_extension *data = t->extension(self, TUNED_DATASET);
    tuned_dataset out = {.size = sizeof out};
    CHECK(data->describe(self, &out) == TUNED_OK && out.rows == 4);
    CHECK(out.labels[3] == 1 && out.groups == out.labels && out.times[3] == 4);
    tuned_dataset shorter = {.size = offsetof(tuned_dataset, groups)};
    CHECK(data->describe(self, &shorter) == TUNED_OK && shorter.labels == out.labels && shorter.times == NULL);
    CHECK(t->extension(self, TUNED_BATCH) == NULL && t->extension(self, "tuned.unknown/1") == NULL);
    CHECK(t->flags == (TUNED_DETERMINISTIC | TUNED_CHECKPOINTS));

    checkpoint kept = {0};
    run r = make_run(&full_host, 1);
    set_float(&r, 0, 0.5);
    r.checkpoint = &kept;
    r.trial.folds = 1;
    r.rows[TUNED_ROWS_EVALUATE] = rows;
    r.row_counts[TUNED_ROWS_EVALUATE] = 2;
    CHECK(run_stepwise(t, self, &r, 3, true) == TUNED_OK && r.objectives[0] == 2003 && kept.commits == 3 && kept.step == 3);
    kept.read_limit = 1;
    CHECK(run_stepwise(t, self, &r, 5, true) == TUNED_OK && r.objectives[0] == 2007.5 && kept.commits == 5);
    randomize_checkpoint(&kept, 1);
    CHECK(run_stepwise(t, self, &r, 6, true) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "damaged");
    free_checkpoint(&kept);

    set_float(&r, 0, 1);
    CHECK(steps->begin(self, &r.trial) == TUNED_OK && steps->step(self, &r.trial, 1) == TUNED_OK);
    set_float(&r, 0, 0.1);
    CHECK(steps->reconfigure(self, &r.trial) == TUNED_OK && steps->step(self, &r.trial, 2) == TUNED_OK);
    CHECK_NEAR(r.curve[2], 1.2);

    /* For a host that knows nothing of it, train drives the same steps, and goes on from a checkpoint. */
    r.trial.budget = 4;
    r.reports = 0;
    set_float(&r, 0, 0.5);
    CHECK(run_trial(t, self, &r) == TUNED_OK && r.objectives[0] == 2005 && r.reports == 4 && kept.step == 4);
    r.trial.budget = 0;
    CHECK(run_trial(t, self, &r) == TUNED_OK && r.objectives[0] == 2022.5 && r.reports == 9);
    free_checkpoint(&kept);
    r.stop_after = r.questions + 2;
    CHECK(run_trial(t, self, &r) == TUNED_STOPPED && r.last_step == 2);
    r.trial.host = &first_host;
    r.stop_after = 0;
    CHECK(run_trial(t, self, &r) == TUNED_OK && r.objectives[0] == 2022.5);
    r.trial.folds = 0;
    CHECK(run_trial(t, self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "splits no data");
    free_checkpoint(&kept);
    t->destroy(self);
}

static void test_batch(const tuned_trainable *t) {
    enum { COUNT = 8 };
    void *self = create(t, 0, NULL, NULL, TUNED_OK);
    const tuned_batch_extension *batch = t->extension(self, TUNED_BATCH);
    CHECK(batch->limit == 64);
    run runs[COUNT];
    const tuned_trial *trials[COUNT];
    int32_t codes[COUNT];
    for (int i = 0; i < COUNT; i++) {
        runs[i] = make_run(&full_host, 1);
        set_float(&runs[i], 0, i - 2);
        runs[i].trial.values = runs[i].values;
        trials[i] = &runs[i].trial;
    }
    CHECK(batch->run(self, trials, COUNT, codes) == TUNED_OK);
    for (int i = 0; i < COUNT; i++) {
        if (i < 2) {
            CHECK(codes[i] == TUNED_INFEASIBLE && strcmp(runs[i].failure, "below zero") == 0);
        } else {
            CHECK(codes[i] == TUNED_OK && runs[i].objectives[0] == (i - 2) * (i - 2));
        }
    }
    CHECK(run_trial(t, self, &runs[4]) == TUNED_OK && runs[4].objectives[0] == 4);
    CHECK(run_trial(t, self, &runs[0]) == TUNED_INFEASIBLE);
    t->destroy(self);
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    const tuned_plugin *plugin = load_plugin(arguments[1]);
    CHECK(plugin->trainable_count == 5 && plugin->trainable(5) == NULL && plugin->abi_minor == TUNED_ABI_MINOR);
    CHECK(strcmp(plugin->id, "cxx") == 0 && strcmp(plugin->version, "1.2.3") == 0);
    test_values_and_results(find_trainable(plugin, "ends"));
    test_ends(find_trainable(plugin, "ends"));
    test_config(find_trainable(plugin, "ends"));
    test_extras(find_trainable(plugin, "extras"));
    create(find_trainable(plugin, "uneven"), 0, NULL, NULL, TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "4 rows but 3 labels");
    test_steps(find_trainable(plugin, "steps"));
    test_batch(find_trainable(plugin, "many"));
    return check_summary("cxx");
}
