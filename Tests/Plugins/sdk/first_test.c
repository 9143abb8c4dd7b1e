/* The first plugin of sdk/README.md, extracted and built as printed there: first_test PLUGIN */
#include "../host/check.h"
#include "../host/host.h"

int main(int count, char **arguments) {
    if (count != 2) return 2;
    const tuned_plugin *plugin = load_plugin(arguments[1]);
    CHECK(plugin->size == sizeof *plugin && plugin->trainable_count == 1 && plugin->trainable(1) == NULL);
    const tuned_trainable *first = find_trainable(plugin, "first");

    run r = make_run(&full_host, 2);
    set_float(&r, 0, 0.02);
    set_float(&r, 1, 0.5);
    CHECK(run_trial(first, NULL, &r) == TUNED_OK);
    CHECK(r.objectives[0] < 1e-3 && r.reports == 100);

    set_float(&r, 0, 1);
    CHECK(run_trial(first, NULL, &r) == TUNED_INFEASIBLE);
    CHECK_CONTAINS(r.failure, "diverged");

    set_float(&r, 0, 0.02);
    r.stop_after = r.questions + 10;
    CHECK(run_trial(first, NULL, &r) == TUNED_STOPPED);
    return check_summary("first");
}
