/* The noop plugin through its ABI: noop_test PLUGIN */
#include "../host/check.h"
#include "../host/host.h"

static void test_sums(const tuned_plugin *plugin) {
    const tuned_trainable *noop = find_trainable(plugin, "noop");
    run r = make_run(&full_host, 2);
    set_float(&r, 0, 0.25);
    set_float(&r, 1, 0.5);
    CHECK(run_trial(noop, NULL, &r) == TUNED_OK);
    CHECK_NEAR(r.objectives[0], 0.75);

    const tuned_trainable *noop10 = find_trainable(plugin, "noop10");
    r = make_run(&full_host, 10);
    for (uint32_t i = 0; i < 10; i++) set_float(&r, i, 0.3);
    set_float(&r, 9, 0.8);
    CHECK(run_trial(noop10, NULL, &r) == TUNED_OK);
    CHECK_NEAR(r.objectives[0], 0.25);
}

static void test_sleep(const tuned_plugin *plugin) {
    static const char *const keys[] = {"ms", "report_every"};
    static const char *const values[] = {"20", "5"};
    tuned_config config = {.size = sizeof config, .key_count = 2, .keys = keys, .values = values, .json = "{}"};
    const tuned_trainable *sleeper = find_trainable(plugin, "sleep");
    void *self = NULL;
    CHECK(sleeper->create(&full_host, &config, &self) == TUNED_OK);
    run r = make_run(&full_host, 2);
    set_float(&r, 0, 0.5);
    set_int(&r, 1, 60000);
    CHECK(run_trial(sleeper, self, &r) == TUNED_OK);
    CHECK(r.objectives[0] == 0.5 && r.objectives[1] == 20 && r.reports == 4 && r.questions == 20);
    r.stop_after = 23;
    CHECK(run_trial(sleeper, self, &r) == TUNED_STOPPED);
    CHECK(r.questions == 23);
    sleeper->destroy(self);

    config.key_count = 0;
    CHECK(sleeper->create(&full_host, &config, &self) == TUNED_OK);
    r = make_run(&full_host, 2);
    set_int(&r, 1, 3);
    CHECK(run_trial(sleeper, self, &r) == TUNED_OK);
    CHECK(r.objectives[1] == 3 && r.reports == 0);
    sleeper->destroy(self);
}

static void test_batch(const tuned_plugin *plugin) {
    const tuned_trainable *batch = find_trainable(plugin, "noop-batch");
    CHECK(batch->extension(NULL, TUNED_DATA) == NULL);
    const tuned_batch_extension *table = batch->extension(NULL, TUNED_BATCH);
    run first = make_run(&full_host, 2), second = make_run(&full_host, 2);
    set_float(&first, 0, 0.25);
    set_float(&second, 1, 0.75);
    first.trial.values = first.values;
    second.trial.values = second.values;
    const tuned_trial *trials[] = {&first.trial, &second.trial};
    int32_t codes[2] = {-1, -1};
    CHECK(table->run(NULL, trials, 2, codes) == TUNED_OK);
    CHECK(codes[0] == TUNED_OK && codes[1] == TUNED_OK);
    CHECK(first.objectives[0] == 0.25 && second.objectives[0] == 0.75);
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    const tuned_plugin *plugin = load_plugin(arguments[1]);
    CHECK(plugin->trainable_count == 4 && plugin->trainable(4) == NULL);
    test_sums(plugin);
    test_sleep(plugin);
    test_batch(plugin);
    return check_summary("noop");
}
