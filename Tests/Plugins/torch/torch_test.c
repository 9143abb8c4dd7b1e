/* The torch plugin through its ABI, on real images: torch_test PLUGIN DATA_FOLDER */
#include "../host/check.h"
#include "../host/elsewhere.h"
#include "../host/instance.h"

#include <stdlib.h>
#include <unistd.h>

/* The order of the schema. */
enum parameter { CHANNELS, KERNEL_SIZE, DROPOUT, OPTIMIZER, MOMENTUM, BETA1, BETA2, LR, WEIGHT_DECAY, BATCH_SIZE, PARAMETERS };
enum metric { ERROR, LOGLOSS };
enum optimizer { SGD, ADAM, OPTIMIZERS };

static const char *plugin_path, *data_folder;
static const tuned_trainable *convnet;

static void load(void) { convnet = find_trainable(load_plugin(plugin_path), "convnet"); }

static run make_torch_run(const tuned_host *host, enum optimizer optimizer, double epochs) {
    run r = make_run(host, PARAMETERS);
    set_int(&r, CHANNELS, 6);
    set_int(&r, KERNEL_SIZE, 3);
    set_float(&r, DROPOUT, 0.2);
    set_category(&r, OPTIMIZER, optimizer, optimizer == ADAM ? "adam" : "sgd");
    if (optimizer == ADAM) {
        set_inactive(&r, MOMENTUM);
        set_float(&r, BETA1, 0.9);
        set_float(&r, BETA2, 0.999);
    } else {
        set_float(&r, MOMENTUM, 0.9);
        set_inactive(&r, BETA1);
        set_inactive(&r, BETA2);
    }
    set_float(&r, LR, optimizer == ADAM ? 4e-3 : 2e-2);
    set_float(&r, WEIGHT_DECAY, 1e-5);
    set_float(&r, BATCH_SIZE, 32);
    r.trial.seed = UINT64_C(0x123456789abcdef0);
    r.trial.budget = epochs;
    return r;
}

static void open_digits(instance *out) { CHECK(open_instance(convnet, data_folder, "digits.csv", "digit", out) == TUNED_OK); }

static void resume_optimizer(uint32_t which, checkpoint *from, run *out) {
    if (!convnet) load();
    instance in;
    open_digits(&in);
    *out = make_torch_run(&full_host, (enum optimizer)which, 7);
    out->checkpoint = from;
    if (run_fold(&in, out, 0) != TUNED_OK) fprintf(stderr, "elsewhere: %s\n", out->failure);
    close_instance(&in);
}

/* Stops in the middle of the seventh epoch; the checkpoint is that of the fifth. */
static void test_learns_and_resumes(elsewhere *other) {
    instance in;
    open_digits(&in);
    CHECK(in.rows == 1797);
    for (uint32_t i = 0; i < OPTIMIZERS; i++) {
        run whole = make_torch_run(&full_host, (enum optimizer)i, 7), again = whole, stopped = whole, resumed;
        CHECK(run_fold(&in, &whole, 0) == TUNED_OK);
        printf("digits.csv, %s: error %.4f, log loss %.4f\n", i == ADAM ? "adam" : "sgd", whole.objectives[ERROR],
               whole.objectives[LOGLOSS]);
        CHECK(whole.objectives[ERROR] < 0.05 && whole.objectives[LOGLOSS] < 0.2);
        CHECK(whole.reports == 14 && whole.first_step == 1 && whole.last_step == 7);
        CHECK(whole.curve[1] > whole.curve[7] && whole.curve[7] == whole.objectives[ERROR]);
        CHECK(run_fold(&in, &again, 0) == TUNED_OK && same_results(&whole, &again) && same_curve(&whole, &again));

        checkpoint kept = {.read_limit = i == 0 ? 1 : 0};
        int batches = whole.questions / 7;
        stopped.checkpoint = &kept;
        stopped.stop_after = 6 * batches + batches / 2;
        CHECK(run_fold(&in, &stopped, 0) == TUNED_STOPPED);
        CHECK(!stopped.has_objective[ERROR] && stopped.last_step == 6 && kept.commits == 1 && kept.step == 5);

        CHECK(resume_elsewhere(other, i, &kept, &resumed));
        CHECK(resumed.first_step == 6 && same_curve(&whole, &resumed) && same_results(&whole, &resumed));
        stopped.stop_after = 0;
        stopped.reports = 0;
        CHECK(run_fold(&in, &stopped, 0) == TUNED_OK);
        CHECK(stopped.first_step == 6 && same_curve(&whole, &stopped) && same_results(&whole, &stopped));

        /* A finished run's checkpoint is that of its last epoch, and a larger budget goes on from there. */
        CHECK(kept.step == 7);
        run longer = make_torch_run(&full_host, (enum optimizer)i, 8), at_once = longer;
        longer.checkpoint = &kept;
        CHECK(run_fold(&in, &longer, 0) == TUNED_OK && longer.first_step == 8 && run_fold(&in, &at_once, 0) == TUNED_OK);
        CHECK(same_results(&longer, &at_once));
        free_checkpoint(&kept);
    }
    close_instance(&in);
}

static void test_bad_checkpoints(void) {
    instance in;
    open_digits(&in);
    checkpoint kept = {0};
    run good = make_torch_run(&full_host, ADAM, 2);
    good.checkpoint = &kept;
    CHECK(run_fold(&in, &good, 0) == TUNED_OK && kept.step == 2);

    run r = make_torch_run(&full_host, ADAM, 1);
    r.checkpoint = &kept;
    CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "of epoch 2, past the budget of 1");
    r = make_torch_run(&full_host, SGD, 3);
    r.checkpoint = &kept;
    CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "adam, 6 channels, kernels of 3 where the trial asks for sgd");
    r = make_torch_run(&full_host, ADAM, 3);
    r.checkpoint = &kept;
    set_int(&r, CHANNELS, 4);
    CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "the trial asks for adam, 4 channels");

    r = make_torch_run(&full_host, ADAM, 3);
    r.checkpoint = &kept;
    uint64_t whole = kept.count, sizes[] = {whole - 1, whole / 2, 9, 8, 0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        truncate_checkpoint(&kept, sizes[i]);
        CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, "checkpoint");
    }
    kept.count = whole;
    for (uint64_t seed = 0; seed < 5; seed++) {
        randomize_checkpoint(&kept, seed);
        CHECK(run_fold(&in, &r, 0) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, "damaged");
    }
    kept.kept = false;
    CHECK(run_fold(&in, &r, 0) == TUNED_OK);
    free_checkpoint(&kept);
    close_instance(&in);
}

/* The test rows are scored once, and the model is kept. */
static void test_final_fit(void) {
    instance in;
    open_digits(&in);
    run r = make_torch_run(&full_host, ADAM, 2), search = r;
    r.trial.purpose = TUNED_FINAL;
    CHECK(run_fold(&in, &r, 1) == TUNED_OK && run_fold(&in, &search, 1) == TUNED_OK);
    CHECK(r.reports == 0 && same_results(&r, &search) && search.artifacts == 0);
    CHECK(r.artifacts == 1 && strcmp(r.artifact_name, "model.pt") == 0 && r.artifact_size > 10000);
    CHECK(memcmp(r.artifact_head, "PK\3\4", 4) == 0);  /* libtorch's archives are zip files */
    close_instance(&in);
}

static void test_every_branch(void) {
    instance in;
    open_digits(&in);
    run base = make_torch_run(&full_host, SGD, 1), seeded = base, scheduled = base, plain = base, wide = base;
    CHECK(run_fold(&in, &base, 0) == TUNED_OK);
    seeded.trial.seed++;
    CHECK(run_fold(&in, &seeded, 0) == TUNED_OK && !same_results(&base, &seeded));
    set_float(&plain, MOMENTUM, 0);
    set_float(&plain, DROPOUT, 0);
    CHECK(run_fold(&in, &plain, 0) == TUNED_OK && !same_results(&base, &plain));
    set_int(&wide, KERNEL_SIZE, 5);
    set_float(&wide, BATCH_SIZE, 128);
    CHECK(run_fold(&in, &wide, 0) == TUNED_OK && !same_results(&base, &wide));
    scheduled.trial.budget = base.trial.budget = 2;
    scheduled.scheduled[LR] = true;
    scheduled.schedule_end[LR] = 1e-3;
    CHECK(run_fold(&in, &base, 0) == TUNED_OK && run_fold(&in, &scheduled, 0) == TUNED_OK);
    CHECK(scheduled.curve[1] == base.curve[1] && !same_results(&base, &scheduled));

    run diverging = make_torch_run(&full_host, SGD, 3);
    set_float(&diverging, LR, 1e6);
    CHECK(run_fold(&in, &diverging, 0) == TUNED_INFEASIBLE);
    CHECK_CONTAINS(diverging.failure, "the loss is not finite");
    close_instance(&in);
}

static void test_other_hosts(void) {
    instance in;
    open_digits(&in);
    run full = make_torch_run(&full_host, ADAM, 1), first = make_torch_run(&first_host, ADAM, 1);
    run newer = make_torch_run(newer_host, ADAM, 1), bare = make_torch_run(&bare_host, ADAM, 1);
    run older = make_torch_run(&older_host, ADAM, 1), unsplit = full;
    CHECK(run_fold(&in, &full, 0) == TUNED_OK);
    CHECK(run_fold(&in, &first, 0) == TUNED_OK && same_results(&full, &first));
    CHECK(run_fold(&in, &newer, 0) == TUNED_OK && same_results(&full, &newer));
    CHECK(run_fold(&in, &bare, 0) == TUNED_FAILED);
    CHECK_CONTAINS(bare.failure, "splits no data");
    CHECK(run_fold(&in, &older, 0) == TUNED_FAILED);
    CHECK_CONTAINS(older.failure, "splits no data");
    CHECK(run_trial(convnet, in.self, &unsplit) == TUNED_FAILED);
    CHECK_CONTAINS(unsplit.failure, "splits no data");

    run r = make_torch_run(&full_host, ADAM, 1);
    r.trial.values = r.values;
    CHECK(convnet->evaluate(in.self, &r.trial) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "no trained model");
    use_fold(&r, in.fold_of, in.rows, 0, INSTANCE_FOLDS, in.train, in.evaluate);
    in.evaluate[1] = 100000;
    CHECK(run_trial(convnet, in.self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "row 100000; the data has 1797");
    r.row_counts[TUNED_ROWS_TRAIN] = 0;
    CHECK(run_trial(convnet, in.self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "without rows");
    CHECK(convnet->extension(in.self, "tuned.unheard-of/1") == NULL);
    close_instance(&in);
}

static void test_refusals(void) {
    instance in;
    CHECK(open_instance(convnet, data_folder, "nowhere.csv", NULL, &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "nowhere.csv: No such file or directory");
    CHECK(open_instance(convnet, data_folder, "digits.csv", "number", &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "no column 'number'");
    CHECK(open_instance(convnet, data_folder, "wine.csv", "cultivar", &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "13 columns beside the target, which make no square image");
    CHECK(open_instance(convnet, data_folder, "wine.csv", "alcohol", &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "line 2, column 'cultivar': 'class_0' is not a number");

    char folder[] = "/tmp/torch_test_XXXXXX", path[64];
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/hole.csv", folder);
    FILE *file = fopen(path, "w");
    fputs("a,b,kind\n1,2,x\n,3,y\n", file);
    fclose(file);
    CHECK(open_instance(convnet, folder, "hole.csv", NULL, &in) == TUNED_FAILED && !in.self);
    CHECK_CONTAINS(create_failure, "line 3, column 'a': '' is not a number");
    CHECK(unlink(path) == 0 && rmdir(folder) == 0);
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    plugin_path = arguments[1];
    data_folder = arguments[2];
    setenv("OMP_NUM_THREADS", "1", 1);
    elsewhere other = begin_elsewhere(resume_optimizer);
    load();
    test_learns_and_resumes(&other);
    CHECK(end_elsewhere(&other));
    test_bad_checkpoints();
    test_final_fit();
    test_every_branch();
    test_other_hosts();
    test_refusals();
    return check_summary("torch");
}
