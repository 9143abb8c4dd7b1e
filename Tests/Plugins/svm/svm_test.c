/* The svm plugin through its ABI, on real data: svm_test PLUGIN DATA_FOLDER */
#include "../host/check.h"
#include "../host/host.h"

#include <stdlib.h>

#include "schema.h"

#define FOLDS 5

static const tuned_trainable *svm;
static const char *data_folder;

static int32_t create(const char *file, const char *target, void **self) {
    static const char *const keys[] = {"target"};
    char path[512];
    snprintf(path, sizeof path, "%s/%s", data_folder, file);
    tuned_config config = {.size = sizeof config, .key_count = target ? 1 : 0, .keys = keys, .values = &target,
                           .data_path = path, .json = "{}"};
    create_failure[0] = '\0';
    return svm->create(&full_host, &config, self);
}

static run make_svm_run(const tuned_host *host, enum svm_kernel_choice kernel, double c, double gamma) {
    run r = make_run(host, 7);
    set_float(&r, PARAMETER_C, c);
    set_int(&r, PARAMETER_KERNEL, kernel);
    set_float(&r, PARAMETER_GAMMA, gamma);
    set_int(&r, PARAMETER_DEGREE, 3);
    set_int(&r, PARAMETER_CLASS_WEIGHT, CLASS_WEIGHT_NONE);
    set_int(&r, PARAMETER_SHRINKING, 1);
    return r;
}

static tuned_dataset describe(void *self) {
    tuned_dataset data = {.size = sizeof data};
    const tuned_dataset_extension *extension = svm->extension(self, TUNED_DATASET);
    CHECK(extension && extension->describe(self, &data) == TUNED_OK);
    return data;
}

typedef struct split {
    size_t rows;
    uint32_t *fold_of, *train, *evaluate;
} split;

static split make_split(void *self) {
    tuned_dataset data = describe(self);
    uint32_t *block = malloc(3 * data.rows * sizeof *block);
    split s = {data.rows, block, block + data.rows, block + 2 * data.rows};
    deal_stratified(data.labels, data.rows, FOLDS, 7, s.fold_of);
    return s;
}

/* The mean of each metric over the folds. */
static int32_t cross_validate(void *self, const split *s, run r, double mean[4]) {
    for (int m = 0; m < 4; m++) mean[m] = 0;
    for (uint32_t fold = 0; fold < FOLDS; fold++) {
        use_fold(&r, s->fold_of, s->rows, fold, FOLDS, s->train, s->evaluate);
        int32_t status = run_trial(svm, self, &r);
        if (status != TUNED_OK) {
            fprintf(stderr, "fold %u: %d %s\n", fold, status, r.failure);
            return status;
        }
        for (int m = 0; m < 4; m++) {
            CHECK(r.has_objective[m] && r.objectives[m] >= 0 && r.objectives[m] <= 1);
            mean[m] += r.objectives[m] / FOLDS;
        }
    }
    return TUNED_OK;
}

static void test_learns(void) {
    static const struct { const char *file, *target; uint64_t rows; double gamma, error; } cases[] = {
        {"digits.csv", NULL, 1797, 0.015, 0.02},
        {"breast_cancer.csv", "diagnosis", 569, 0.1, 0.04},
        {"wine.csv", "cultivar", 178, 0.1, 0.04},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *self = NULL;
        CHECK(create(cases[i].file, cases[i].target, &self) == TUNED_OK);
        split s = make_split(self);
        CHECK(s.rows == cases[i].rows);
        double first[4], second[4];
        run r = make_svm_run(&full_host, KERNEL_RBF, 10, cases[i].gamma);
        CHECK(cross_validate(self, &s, r, first) == TUNED_OK);
        CHECK(cross_validate(self, &s, r, second) == TUNED_OK);
        CHECK(memcmp(first, second, sizeof first) == 0);
        printf("%s: error %.4f, macro F1 %.4f, recall %.4f, precision %.4f\n", cases[i].file, first[METRIC_ERROR],
               first[METRIC_MACRO_F1], first[METRIC_RECALL], first[METRIC_PRECISION]);
        CHECK(first[METRIC_ERROR] < cases[i].error);
        for (int m = METRIC_MACRO_F1; m <= METRIC_PRECISION; m++) CHECK(first[m] > 1 - 2 * cases[i].error);
        free(s.fold_of);
        svm->destroy(self);
    }
}

static void test_every_branch(void) {
    void *self = NULL;
    CHECK(create("wine.csv", NULL, &self) == TUNED_OK);
    split s = make_split(self);
    double mean[4];
    for (int kernel = 0; kernel < KERNEL_CHOICES; kernel++) {
        for (int weight = CLASS_WEIGHT_NONE; weight <= CLASS_WEIGHT_BALANCED; weight++) {
            for (int shrinking = 0; shrinking <= 1; shrinking++) {
                run r = make_svm_run(&full_host, (enum svm_kernel_choice)kernel, 1, 0.1);
                set_int(&r, PARAMETER_CLASS_WEIGHT, weight);
                set_int(&r, PARAMETER_SHRINKING, shrinking);
                CHECK(cross_validate(self, &s, r, mean) == TUNED_OK);
            }
        }
    }
    free(s.fold_of);
    svm->destroy(self);
}

static void test_refusals(void) {
    void *self = NULL;
    CHECK(create("nowhere.csv", NULL, &self) == TUNED_FAILED && !self);
    CHECK_CONTAINS(create_failure, "nowhere.csv: No such file or directory");
    CHECK(create("wine.csv", "grape", &self) == TUNED_FAILED && !self);
    CHECK_CONTAINS(create_failure, "no column 'grape'");
    tuned_config config = {.size = sizeof config, .json = "{}"};
    CHECK(svm->create(&full_host, &config, &self) == TUNED_FAILED && !self);
    CHECK_CONTAINS(create_failure, "names no data");
    CHECK(svm->extension(NULL, "tuned.unheard-of/1") == NULL);

    CHECK(create("wine.csv", NULL, &self) == TUNED_OK);
    split s = make_split(self);
    run r = make_svm_run(&full_host, KERNEL_RBF, 1, 0.1);
    CHECK(run_trial(svm, self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "the host split no data");

    r = make_svm_run(&older_host, KERNEL_RBF, 1, 0.1);
    use_fold(&r, s.fold_of, s.rows, 0, FOLDS, s.train, s.evaluate);
    CHECK(run_trial(svm, self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "the host split no data");

    r = make_svm_run(&full_host, KERNEL_RBF, 1, 0.1);
    r.trial.values = r.values;
    use_fold(&r, s.fold_of, s.rows, 0, FOLDS, s.train, s.evaluate);
    CHECK(svm->evaluate(self, &r.trial) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "no trained model");

    r.row_counts[TUNED_ROWS_TRAIN] = 3;  /* wine's first rows are all of one class */
    CHECK(svm->train(self, &r.trial) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "training rows are of class 'class_0'");
    s.train[1] = 100000;
    CHECK(svm->train(self, &r.trial) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "row 100000 does not exist");
    free(s.fold_of);
    svm->destroy(self);
}

static void test_stops(void) {
    void *self = NULL;
    CHECK(create("wine.csv", NULL, &self) == TUNED_OK);
    split s = make_split(self);
    for (int question = 1; question <= 3; question++) {  /* before training, after it, while scoring */
        run r = make_svm_run(&full_host, KERNEL_RBF, 1, 0.1);
        use_fold(&r, s.fold_of, s.rows, 0, FOLDS, s.train, s.evaluate);
        r.stop_after = question;
        CHECK(run_trial(svm, self, &r) == TUNED_STOPPED);
        CHECK(!r.has_objective[METRIC_ERROR]);
    }
    free(s.fold_of);
    svm->destroy(self);
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    const tuned_plugin *plugin = load_plugin(arguments[1]);
    data_folder = arguments[2];
    svm = find_trainable(plugin, "svm");
    test_learns();
    test_every_branch();
    test_refusals();
    test_stops();
    return check_summary("svm");
}
