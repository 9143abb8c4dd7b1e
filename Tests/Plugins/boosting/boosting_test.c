/* The boosting plugin through its ABI, on real data: boosting_test PLUGIN DATA_FOLDER */
#include "../host/check.h"
#include "../host/elsewhere.h"
#include "../host/instance.h"

#include <stdlib.h>
#include <unistd.h>

/* The order of the schema. */
enum parameter { ETA, MAX_DEPTH, MIN_CHILD_WEIGHT, SUBSAMPLE, COLSAMPLE, LAMBDA, ALPHA, GAMMA, BOOSTER, RATE_DROP, SKIP_DROP, PARAMETERS };
enum metric { ERROR, LOGLOSS, RMSE = 0, MAE };
enum booster { GBTREE, DART };

static const char *plugin_path, *data_folder;
static const tuned_trainable *classifier, *regressor;

static void load(void) {
    const tuned_plugin *plugin = load_plugin(plugin_path);
    classifier = find_trainable(plugin, "classifier");
    regressor = find_trainable(plugin, "regressor");
}

static run make_boosting_run(const tuned_host *host, enum booster booster, double rounds) {
    run r = make_run(host, PARAMETERS);
    set_float(&r, ETA, 0.3);
    set_int(&r, MAX_DEPTH, 4);
    set_float(&r, MIN_CHILD_WEIGHT, 1);
    set_float(&r, SUBSAMPLE, 0.7);
    set_float(&r, COLSAMPLE, 0.5);
    set_float(&r, LAMBDA, 1);
    set_float(&r, ALPHA, 1e-6);
    set_float(&r, GAMMA, 1e-6);
    set_category(&r, BOOSTER, booster, booster == DART ? "dart" : "gbtree");
    if (booster == DART) {
        set_float(&r, RATE_DROP, 0.3);
        set_float(&r, SKIP_DROP, 0.2);
    } else {
        set_inactive(&r, RATE_DROP);
        set_inactive(&r, SKIP_DROP);
    }
    r.trial.seed = UINT64_C(0x123456789abcdef0);
    r.trial.budget = rounds;
    return r;
}

/* Every kind of objective with every booster. */
static const struct kind {
    bool is_regression;
    const char *file, *target;
    enum booster booster;
    double rounds, worst;  /* of metric 0 */
} kinds[] = {
    {false, "digits.csv", "digit", GBTREE, 35, 0.06},
    {false, "digits.csv", NULL, DART, 25, 0.2},
    {false, "breast_cancer.csv", "diagnosis", GBTREE, 35, 0.08},
    {false, "breast_cancer.csv", "diagnosis", DART, 35, 0.08},
    {true, "diabetes.csv", "progression", GBTREE, 35, 75},
    {true, "diabetes.csv", "progression", DART, 35, 90},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void open_kind(const struct kind *kind, instance *out) {
    CHECK(open_instance(kind->is_regression ? regressor : classifier, data_folder, kind->file, kind->target, out) == TUNED_OK);
}

static void resume_kind(uint32_t which, checkpoint *from, run *out) {
    if (!classifier) load();
    instance in;
    open_kind(&kinds[which], &in);
    *out = make_boosting_run(&full_host, kinds[which].booster, kinds[which].rounds);
    out->checkpoint = from;
    if (run_fold(&in, out, 0) != TUNED_OK) fprintf(stderr, "elsewhere: %s\n", out->failure);
    close_instance(&in);
}

static void test_learns_and_resumes(elsewhere *other) {
    for (uint32_t i = 0; i < KINDS; i++) {
        instance in;
        open_kind(&kinds[i], &in);
        run whole = make_boosting_run(&full_host, kinds[i].booster, kinds[i].rounds);
        run again = whole, otherwise = whole, stopped = whole, resumed;
        CHECK(run_fold(&in, &whole, 0) == TUNED_OK);
        printf("%s, %s: %.4f and %.4f\n", kinds[i].file, kinds[i].booster == DART ? "dart" : "gbtree", whole.objectives[0],
               whole.objectives[1]);
        CHECK(whole.objectives[0] > 0 && whole.objectives[0] < kinds[i].worst);
        CHECK(whole.reports == 2 * (int)kinds[i].rounds && whole.first_step == 1 && whole.last_step == (int64_t)kinds[i].rounds);
        CHECK(whole.curve[whole.last_step] == whole.objectives[0]);

        otherwise.trial.seed++;
        CHECK(run_fold(&in, &otherwise, 0) == TUNED_OK && !same_results(&whole, &otherwise));
        CHECK(run_fold(&in, &again, 0) == TUNED_OK && same_results(&whole, &again) && same_curve(&whole, &again));

        checkpoint kept = {.read_limit = i == 0 ? 1 : 0};
        stopped.checkpoint = &kept;
        stopped.stop_after = 18;
        CHECK(run_fold(&in, &stopped, 0) == TUNED_STOPPED);
        CHECK(!stopped.has_objective[0] && stopped.last_step == 17 && kept.commits == 1 && kept.step == 10);

        CHECK(resume_elsewhere(other, i, &kept, &resumed));
        CHECK(resumed.first_step == 11 && same_curve(&whole, &resumed) && same_results(&whole, &resumed));
        stopped.stop_after = 0;
        stopped.reports = 0;
        CHECK(run_fold(&in, &stopped, 0) == TUNED_OK);
        CHECK(stopped.first_step == 11 && same_curve(&whole, &stopped) && same_results(&whole, &stopped));
        free_checkpoint(&kept);
        close_instance(&in);
    }
}

/* Checkpoints that cannot be gone on from fail the run and leave the instance as it was. */
static void test_bad_checkpoints(void) {
    instance in;
    open_kind(&kinds[2], &in);
    checkpoint kept = {0};
    run good = make_boosting_run(&full_host, GBTREE, 20);
    good.checkpoint = &kept;
    CHECK(run_fold(&in, &good, 0) == TUNED_OK && kept.step == 20);

    run r = make_boosting_run(&full_host, GBTREE, 10);
    r.checkpoint = &kept;
    CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "round 20, past the budget of 10");
    r = make_boosting_run(&full_host, DART, 30);
    r.checkpoint = &kept;
    CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "of another model: a gbtree of round 20");

    r = make_boosting_run(&full_host, GBTREE, 30);
    r.checkpoint = &kept;
    uint64_t sizes[] = {kept.count - 1, kept.count / 2, 9, 8, 1, 0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        truncate_checkpoint(&kept, sizes[i]);
        CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, "checkpoint");
    }
    kept.kept = false;
    CHECK(run_fold(&in, &r, 0) == TUNED_OK);
    for (uint64_t seed = 0; seed < 20; seed++) {
        randomize_checkpoint(&kept, seed);
        CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, "damaged");
    }
    free_checkpoint(&kept);
    close_instance(&in);
}

/* The test rows are scored once, and the model is kept. */
static void test_final_fit(void) {
    for (uint32_t i = 0; i < KINDS; i += 2) {
        instance in;
        open_kind(&kinds[i], &in);
        run r = make_boosting_run(&full_host, kinds[i].booster, 15), search = r;
        r.trial.purpose = TUNED_FINAL;
        CHECK(run_fold(&in, &r, 1) == TUNED_OK && run_fold(&in, &search, 1) == TUNED_OK);
        CHECK(r.reports == 0 && same_results(&r, &search) && search.artifacts == 0);
        CHECK(r.artifacts == 1 && strcmp(r.artifact_name, "model.ubj") == 0 && r.artifact_size > 1000);
        CHECK(memcmp(r.artifact_head, "{L", 2) == 0 && memcmp(r.artifact_head + 10, "learner", 7) == 0);  /* binary JSON */
        close_instance(&in);
    }
}

static void test_other_hosts(void) {
    instance in;
    open_kind(&kinds[2], &in);
    run full = make_boosting_run(&full_host, GBTREE, 15), first = make_boosting_run(&first_host, GBTREE, 15);
    run newer = make_boosting_run(newer_host, GBTREE, 15), bare = make_boosting_run(&bare_host, GBTREE, 15);
    run older = make_boosting_run(&older_host, GBTREE, 15), unsplit = full, in_full = make_boosting_run(&full_host, GBTREE, 0);
    CHECK(run_fold(&in, &full, 0) == TUNED_OK);
    CHECK(run_fold(&in, &first, 0) == TUNED_OK && same_results(&full, &first));
    CHECK(run_fold(&in, &newer, 0) == TUNED_OK && same_results(&full, &newer));
    CHECK(run_fold(&in, &bare, 0) == TUNED_FAILED);
    CHECK_CONTAINS(bare.failure, "splits no data");
    CHECK(run_fold(&in, &older, 0) == TUNED_FAILED);
    CHECK_CONTAINS(older.failure, "splits no data");
    CHECK(run_trial(classifier, in.self, &unsplit) == TUNED_FAILED);
    CHECK_CONTAINS(unsplit.failure, "splits no data");
    CHECK(run_fold(&in, &in_full, 0) == TUNED_OK && in_full.last_step == 200);

    setenv("OMP_NUM_THREADS", "2,1", 1);
    run two = make_boosting_run(&full_host, GBTREE, 15), two_again = two;
    CHECK(run_fold(&in, &two, 0) == TUNED_OK && run_fold(&in, &two_again, 0) == TUNED_OK && same_results(&two, &two_again));
    unsetenv("OMP_NUM_THREADS");
    run told = two;
    CHECK(run_fold(&in, &told, 0) == TUNED_OK && same_results(&two, &told));  /* full_host's resources are two CPUs */
    setenv("OMP_NUM_THREADS", "1", 1);
    close_instance(&in);
}

static void test_bad_calls(void) {
    instance in;
    open_kind(&kinds[2], &in);
    run r = make_boosting_run(&full_host, GBTREE, 5);
    r.trial.values = r.values;
    CHECK(classifier->evaluate(in.self, &r.trial) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "no trained model");
    use_fold(&r, in.fold_of, in.rows, 0, INSTANCE_FOLDS, in.train, in.evaluate);
    in.train[1] = 100000;
    CHECK(run_trial(classifier, in.self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "row 100000; the data has 569");
    use_fold(&r, in.fold_of, in.rows, 0, INSTANCE_FOLDS, in.train, in.evaluate);
    r.row_counts[TUNED_ROWS_EVALUATE] = 0;
    CHECK(run_trial(classifier, in.self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "without rows");
    r.stop_after = 1;
    CHECK(run_fold(&in, &r, 0) == TUNED_STOPPED && r.reports == 0);
    CHECK(classifier->extension(in.self, "tuned.unheard-of/1") == NULL);
    close_instance(&in);
}

static void test_refusals(void) {
    instance in;
    CHECK(open_instance(classifier, data_folder, "nowhere.csv", NULL, &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "nowhere.csv: No such file or directory");
    CHECK(open_instance(classifier, data_folder, "wine.csv", "grape", &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "no column 'grape'");
    CHECK(open_instance(regressor, data_folder, "wine.csv", "cultivar", &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "line 2, column 'cultivar': 'class_0' is not a number");
    CHECK(open_instance(classifier, data_folder, "breast_cancer.csv", "mean_radius", &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "'malignant' is not a number");
    tuned_config config = {.size = sizeof config, .json = "{}"};
    CHECK(classifier->create(&full_host, &config, &in.self) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "needs data");
}

/* Empty cells of features are missing values, which trees can do without. */
static void test_missing_values(void) {
    char folder[] = "/tmp/boosting_test_XXXXXX", path[64];
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/holes.csv", folder);
    FILE *file = fopen(path, "w");
    fputs("a,b,kind\n", file);
    for (int i = 0; i < 200; i++) {
        if (i % 5 == 0) fprintf(file, ",%d,%s\n", i % 7, i % 2 ? "odd" : "even");
        else fprintf(file, "%d,%d,%s\n", i % 2, i % 7, i % 2 ? "odd" : "even");
    }
    fclose(file);
    instance in;
    CHECK(open_instance(classifier, folder, "holes.csv", NULL, &in) == TUNED_OK);
    run r = make_boosting_run(&full_host, GBTREE, 20);
    set_float(&r, COLSAMPLE, 1);
    CHECK(run_fold(&in, &r, 0) == TUNED_OK);
    CHECK(r.objectives[ERROR] < 0.2 && r.objectives[LOGLOSS] < 0.6);  /* a fifth of the rows can only be guessed */
    close_instance(&in);
    CHECK(unlink(path) == 0 && rmdir(folder) == 0);
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    plugin_path = arguments[1];
    data_folder = arguments[2];
    setenv("OMP_NUM_THREADS", "1", 1);
    elsewhere other = begin_elsewhere(resume_kind);
    load();
    test_learns_and_resumes(&other);
    CHECK(end_elsewhere(&other));
    test_bad_checkpoints();
    test_final_fit();
    test_other_hosts();
    test_bad_calls();
    test_refusals();
    test_missing_values();
    return check_summary("boosting");
}
