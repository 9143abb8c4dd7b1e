/* Plugins of one minor on hosts of another, both ways: compatibility_test FOLDER, which holds the built plugins. */
#include "../host/check.h"
#include "../host/host.h"

#include <stdlib.h>

static char path[4096];

static const tuned_trainable *open_plugin(const char *folder, const char *name, const char *id) {
    snprintf(path, sizeof path, "%s/%s.so", folder, name);
    return find_trainable(load_plugin(path), id);
}

static void *create(const tuned_trainable *t, const tuned_host *host) {
    /* The config of a newer host goes on behind what the plugin knows. */
    struct {
        tuned_config known;
        uint64_t unknown[4];
    } config = {{.size = sizeof config, .json = "{}"}, {1, 2, 3, 4}};
    void *self = NULL;
    CHECK(t->create(host, &config.known, &self) == TUNED_OK && self != NULL);
    return self;
}

/* A copy of the run's values in entries larger than the plugin's header knows, filled with what it must not read. */
typedef struct wide_value {
    tuned_value known;
    uint64_t unknown[3];
} wide_value;

static int32_t run_wide(const tuned_trainable *t, void *self, run *r) {
    wide_value *values = malloc(r->trial.value_count * sizeof *values);
    for (uint32_t i = 0; i < r->trial.value_count; i++) {
        values[i] = (wide_value){r->values[i], {~0u, ~0u, ~0u}};
        values[i].known.size = sizeof *values;
    }
    r->trial.values = &values[0].known;
    r->trial.value_size = sizeof *values;
    r->trial.size = sizeof *r;  /* the rest of the run lies behind the trial */
    int32_t status = t->train(self, &r->trial);
    if (status == TUNED_OK) status = t->evaluate(self, &r->trial);
    free(values);
    return status;
}

/* A plugin of minor 0: the same results on its own host, on those that know more, and on one that knows less. */
static void test_oldest_plugin(const char *folder) {
    const tuned_trainable *t = open_plugin(folder, "minor0", "minor0");
    const tuned_host *const hosts[] = {&first_host, &full_host, newer_host, &bare_host, &older_host};
    static const uint32_t train[] = {0, 1, 2, 3}, evaluate[] = {4, 5};
    for (int i = 0; i < 5; i++) {
        const bool splits = i < 3;
        void *self = create(t, hosts[i]);
        run r = make_run(hosts[i], 3);
        set_float(&r, 0, 2);
        set_category(&r, 1, 1, "extra");
        set_float(&r, 2, 0.5);
        r.trial.folds = 3;
        r.rows[0] = train, r.rows[1] = evaluate;
        r.row_counts[0] = 4, r.row_counts[1] = 2;
        CHECK(run_trial(t, self, &r) == TUNED_OK && r.reports == 3 && r.constraints == 1);
        CHECK_NEAR(r.objectives[0], (splits ? 2 * 9 : 2 * 15) + 100.5);
        CHECK_NEAR(r.objectives[1], splits ? 6 : 15);
        double total = r.objectives[0];
        CHECK(run_wide(t, self, &r) == TUNED_OK && r.objectives[0] == total);
        t->destroy(self);
    }
}

static run descent_run(const tuned_host *host) {
    run r = make_run(host, 4);
    set_float(&r, 0, 0.5);
    set_category(&r, 1, 1, "momentum");
    set_float(&r, 2, 0.9);
    set_float(&r, 3, 1e-3);
    r.trial.seed = 11;
    return r;
}

/* Plugins of this minor: with everything, on hosts of older minors, and on newer ones. Answers the objective. */
static double test_present_plugin(const char *folder, const char *name) {
    enum { ROWS = 200 };
    static uint32_t fold_of[ROWS], train[ROWS], evaluate[ROWS];
    const tuned_trainable *t = open_plugin(folder, name, "descent");
    double error = 0, curve[51] = {0};
    const tuned_host *const hosts[] = {&full_host, newer_host, &first_host};
    for (int i = 0; i < 3; i++) {
        void *self = create(t, hosts[i]);
        struct {
            tuned_dataset known;
            uint64_t unknown[4];
        } data = {{.size = sizeof data}, {0}};
        const tuned_dataset_extension *dataset = t->extension(self, TUNED_DATASET);
        CHECK(dataset->describe(self, &data.known) == TUNED_OK && data.known.rows == ROWS);
        CHECK(data.unknown[0] == 0 && t->extension(self, "tuned.later/1") == NULL);
        deal_stratified(data.known.labels, ROWS, 5, 7, fold_of);

        run r = descent_run(hosts[i]);
        checkpoint kept = {0};
        r.checkpoint = &kept;
        use_fold(&r, fold_of, ROWS, 2, 5, train, evaluate);
        CHECK(run_trial(t, self, &r) == TUNED_OK && r.reports == 50);
        CHECK(kept.commits == (i < 2 ? 50 : 0));
        if (i == 0) {
            error = r.objectives[0];
            memcpy(curve, r.curve, sizeof curve);
            CHECK(error > 0 && error < 0.3 && curve[50] == error && curve[1] > error);
        }
        CHECK(r.objectives[0] == error && memcmp(curve, r.curve, sizeof curve) == 0);
        free_checkpoint(&kept);
        CHECK(run_wide(t, self, &r) == TUNED_OK && r.objectives[0] == error);
        free_checkpoint(&kept);

        /* Stopped at epoch 20, and taken up by another instance: the same curve. */
        r = descent_run(hosts[i]);
        use_fold(&r, fold_of, ROWS, 2, 5, train, evaluate);
        r.checkpoint = &kept;
        r.stop_after = 20;
        CHECK(run_trial(t, self, &r) == TUNED_STOPPED && r.reports == 20);
        t->destroy(self);
        self = create(t, hosts[i]);
        kept.read_limit = 1;
        r.stop_after = 0;
        r.reports = 0;
        CHECK(run_trial(t, self, &r) == TUNED_OK && r.reports == (i < 2 ? 30 : 50));
        CHECK(r.objectives[0] == error && memcmp(curve, r.curve, sizeof curve) == 0);

        if (i < 2) {
            const uint64_t whole = kept.count;
            randomize_checkpoint(&kept, 5);
            CHECK(run_trial(t, self, &r) == TUNED_FAILED);
            CHECK_CONTAINS(r.failure, "damaged");
            truncate_checkpoint(&kept, whole / 2);
            CHECK(run_trial(t, self, &r) == TUNED_FAILED);
            truncate_checkpoint(&kept, 0);
            CHECK(run_trial(t, self, &r) == TUNED_FAILED);
        }
        free_checkpoint(&kept);
        t->destroy(self);
    }

    const tuned_host *const without_rows[] = {&bare_host, &older_host};
    for (int i = 0; i < 2; i++) {
        void *self = create(t, without_rows[i]);
        run r = descent_run(without_rows[i]);
        CHECK(run_trial(t, self, &r) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, "splits no data");
        t->destroy(self);
    }
    return error;
}

/* Tables that end early or go on: a reader takes what both know. */
static void test_tables(const char *folder) {
    static const char *const names[] = {"tables_truncated", "tables_enlarged"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s.so", folder, names[i]);
        const tuned_plugin *plugin = load_plugin(path);
        const tuned_trainable *t = find_trainable(plugin, "tables");
        CHECK(TUNED_HAS(plugin, extension) == (i == 1) && TUNED_HAS(t, extension) == (i == 1) && TUNED_HAS(t, destroy));
        run r = make_run(&full_host, 1);
        set_float(&r, 0, 0.25);
        CHECK(run_trial(t, NULL, &r) == TUNED_OK && r.objectives[0] == 0.5);
    }
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    test_oldest_plugin(arguments[1]);
    CHECK(test_present_plugin(arguments[1], "descent-c") == test_present_plugin(arguments[1], "descent-cpp"));
    test_tables(arguments[1]);
    return check_summary("compatibility");
}
