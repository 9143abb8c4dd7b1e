/* The python plugin through its ABI: python_test PLUGIN DATA_FOLDER EXAMPLES_FOLDER */
#include "scripts.h"

#include <stdlib.h>

static const char *data_folder, *examples_folder;

static void test_values(void) {
    run r = make_tool_run();
    CHECK(run_script("def evaluate(trial):\n"
                     "    assert trial.params == {'lr': 0.25, 'depth': 3, 'kernel': 'rbf', 'shuffle': True}, trial.params\n"
                     "    assert type(trial['depth']) is int and trial['shuffle'] is True and 'degree' not in trial and 'lr' in trial\n"
                     "    assert trial.seed == 2**63 + 1 and trial.number == 17 and trial.budget == 0 and trial.purpose == 'search'\n"
                     "    assert trial.fold == 0 and trial.folds == 0 and trial.run == 0 and trial.attempt == 0 and trial.deadline == 0\n"
                     "    assert trial.train_rows is None and trial.evaluate_rows is None and trial.model is None and trial.state is None\n"
                     "    assert trial.config == {} and trial.config.data is None and __name__.startswith('tuned_script_')\n"
                     "    return trial['lr'] * 2\n", &r) == TUNED_OK);
    CHECK(r.objectives[0] == 0.5 && !r.has_objective[1]);
    static const char *const choices[] = {"'rbf'", "2", "0.5", "True"};
    for (int i = 0; i < 4; i++) {
        char script[256];
        r = make_tool_run();
        r.values[KERNEL].i64 = i;
        snprintf(script, sizeof script, "def evaluate(trial):\n    assert trial['kernel'] == %s and type(trial['kernel']) is type(%s)\n    return 1\n",
                 choices[i], choices[i]);
        CHECK(run_script(script, &r) == TUNED_OK);
    }
}

static void test_results(void) {
    run r = make_tool_run();
    CHECK(run_script("def evaluate(trial): return {'size': 7, 'error': True}\n", &r) == TUNED_OK);
    CHECK(r.objectives[0] == 1 && r.objectives[1] == 7);
    r = make_tool_run();
    CHECK(run_script("def evaluate(trial): return float('nan')\n", &r) == TUNED_OK && isnan(r.objectives[0]));
    static const struct { const char *returned, *words; } bad[] = {
        {"None", "returned None"}, {"'much'", "returned str for the first metric"}, {"[1]", "returned list"},
        {"{'loss': 1}", "\"loss\", which is no metric"}, {"{'error': None}", "returned NoneType for error"}, {"{1: 1}", "no metric"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char script[128];
        snprintf(script, sizeof script, "def evaluate(trial): return %s\n", bad[i].returned);
        r = make_tool_run();
        CHECK(run_script(script, &r) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, bad[i].words);
    }
}

static void test_train_and_evaluate(void) {
    run r = make_tool_run();
    CHECK(run_script("def create(config): return ['made']\n"
                     "def train(trial):\n    trial.state.append('trained')\n    return trial['depth'] + 1\n"
                     "def evaluate(trial):\n    assert trial.state == ['made', 'trained']\n    return trial.model\n", &r) == TUNED_OK);
    CHECK(r.objectives[0] == 4);
    r = make_tool_run();
    r.stop_after = 2;  /* after training */
    CHECK(run_script("def train(trial): pass\ndef evaluate(trial): return 1\n", &r) == TUNED_STOPPED && !r.has_objective[0]);
}

static void test_exceptions(void) {
    run r = make_tool_run();
    CHECK(run_script("def inner(x):\n    return 1 / x\n\ndef evaluate(trial):\n    return inner(0)\n", &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "ZeroDivisionError: division by zero (<source>, line 2, in inner)");
    CHECK_CONTAINS(log_text, "Traceback (most recent call last)");
    CHECK_CONTAINS(log_text, "line 5, in evaluate");
    r = make_tool_run();
    CHECK(run_script("import json\ndef train(trial):\n    json.loads('{')\ndef evaluate(trial): return 1\n", &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "(<source>, line 3, in train)");
    r = make_tool_run();
    CHECK(run_script("def evaluate(trial): raise trial.Infeasible('too deep')\n", &r) == TUNED_INFEASIBLE);
    CHECK_CONTAINS(r.failure, "too deep");
    r = make_tool_run();
    CHECK(run_script("import sys\ndef evaluate(trial): sys.exit(3)\n", &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "SystemExit: 3");
    r = make_tool_run();
    CHECK(run_script("def evaluate(trial): return evaluate(trial)\n", &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "RecursionError");
    r = make_tool_run();
    CHECK(run_script("def evaluate(trial): return trial['degree']\n", &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "'degree' is no parameter, or inactive");
}

static void test_reports_and_stopping(void) {
    run r = make_tool_run();
    r.stop_after = 6;
    CHECK(run_script("def evaluate(trial):\n"
                     "    for step in range(100):\n"
                     "        if trial.report(step, 1 / (step + 1)):\n"
                     "            assert trial.should_stop()\n"
                     "            return None\n", &r) == TUNED_STOPPED);
    CHECK(report_count == 4 || report_count == 5);
    CHECK(reports[1].step == 1 && reports[1].value == 0.5 && reports[1].metric == 0);
    r = make_tool_run();
    CHECK(run_script("def evaluate(trial):\n    trial.report(step=3, value=4, metric='size')\n    trial.log('hello')\n    trial.log(5)\n"
                     "    trial.constraint('memory', -1)\n    return 0\n", &r) == TUNED_OK);
    CHECK(report_count == 1 && reports[0].metric == 1 && reports[0].step == 3 && reports[0].value == 4);
    CHECK_CONTAINS(log_text, "hello\n5\n");
    r = make_tool_run();
    CHECK(run_script("def evaluate(trial): trial.report(1, 2, metric='loss')\n", &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "there is no metric");
}

static void test_extensions_of_the_host(void) {
    const char *script = "def evaluate(trial):\n"
                         "    found = trial.restore()\n"
                         "    if found is None:\n"
                         "        trial.checkpoint(7, bytes(range(256)) * 500)\n"
                         "        trial.artifact('model.bin', b'12345')\n"
                         "        return trial.scheduled('lr', 0.5)\n"
                         "    assert found == (7, bytes(range(256)) * 500)\n"
                         "    return found[0]\n";
    checkpoint kept = {.read_limit = 1000};  /* in pieces, as a host may */
    run r = make_tool_run();
    r.checkpoint = &kept;
    r.scheduled[LR] = true;  /* down to zero */
    CHECK(run_script(script, &r) == TUNED_OK);
    CHECK(r.objectives[0] == 0.125 && kept.kept && kept.step == 7 && kept.count == 128000);
    CHECK(strcmp(r.artifact_name, "model.bin") == 0 && r.artifact_size == 5);
    r = make_tool_run();
    r.checkpoint = &kept;
    CHECK(run_script(script, &r) == TUNED_OK && r.objectives[0] == 7);

    free_checkpoint(&kept);
    r = make_tool_run();  /* a host that offers none of it */
    r.checkpoint = &kept;
    r.scheduled[LR] = true;
    r.trial.host = &bare_host;
    CHECK(run_script("def evaluate(trial):\n    assert trial.restore() is None\n    trial.checkpoint(1, b'x')\n"
                     "    return trial.scheduled('lr', 0.5)\n", &r) == TUNED_OK && r.objectives[0] == 0.25 && !kept.kept);
    r = make_tool_run();
    r.trial.host = &bare_host;
    CHECK(run_script("def evaluate(trial): trial.artifact('x', b'')\n", &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "keeps no artifacts");
}

static void test_rows(void) {
    static const struct { const char *returned; uint64_t rows; int has_labels; } good[] = {
        {"5", 5, 0}, {"['a', 'b', 'a']", 3, 1}, {"{'rows': 2}", 2, 0}, {"{'labels': (1, 1), 'times': [5, 6], 'groups': 'xy'}", 2, 1},
    };
    tuned_config config = {.size = sizeof config, .data_path = "/data", .json = "{}"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char script[256];
        snprintf(script, sizeof script, "def dataset(config):\n    assert config.data == '/data'\n    return %s\ndef evaluate(trial): return 1\n", good[i].returned);
        const tuned_trainable *t = load_tool(declare(script));
        void *self = NULL;
        CHECK(create_tool(t, &config, &self) == TUNED_OK);
        const tuned_dataset_extension *extension = t->extension(self, TUNED_DATASET);
        tuned_dataset data = {.size = sizeof data};
        CHECK(extension && extension->describe(self, &data) == TUNED_OK);
        CHECK(data.rows == good[i].rows && !data.labels == !good[i].has_labels);
        if (i == 1) CHECK(data.labels[0] == 0 && data.labels[1] == 1 && data.labels[2] == 0);
        if (i == 3) CHECK(data.times[1] == 6 && data.groups[0] == 0 && data.groups[1] == 1);
        t->destroy(self);
    }
    static const struct { const char *returned, *words; } bad[] = {
        {"0", "returned int"}, {"None", "returned NoneType"}, {"{'rows': 3, 'labels': [1]}", "1 labels for 3 rows"}, {"{'lines': 3}", "other keys"},
        {"{'rows': 1, 'times': ['x']}", "item 0 of the times"}, {"[[1], [2]]", "item 0 of the labels"}, {"1 / 0", "ZeroDivisionError"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char script[256];
        void *self = NULL;
        snprintf(script, sizeof script, "def dataset(config): return %s\ndef evaluate(trial): return 1\n", bad[i].returned);
        CHECK(create_tool(load_tool(declare(script)), &config, &self) == TUNED_FAILED && !self);
        CHECK_CONTAINS(create_failure, bad[i].words);
    }
    uint32_t train[] = {0, 59, 4000000000u}, evaluate[] = {1};
    run r = make_tool_run();
    r.rows[0] = train, r.rows[1] = evaluate, r.row_counts[0] = 3, r.row_counts[1] = 1, r.trial.folds = 5, r.trial.fold = 2;
    CHECK(run_script("def evaluate(trial):\n    assert list(trial.train_rows) == [0, 59, 4000000000] and trial.train_rows.format == 'I'\n"
                     "    assert trial.train_rows.readonly and trial.fold == 2 and trial.folds == 5\n    return len(trial.evaluate_rows)\n",
                     &r) == TUNED_OK && r.objectives[0] == 1);
}

/* A script in a file, with a module beside it and a working directory that stays what it was. */
static void test_files(void) {
    declared_file("beside_the_script.py", "value = 6\n");
    const char *path = declared_file("own.py", "import beside_the_script\ndef evaluate(trial): return beside_the_script.value\n");
    char text[1024];
    snprintf(text, sizeof text, "{\"id\": \"a\", \"parameters\": [], \"metrics\": [{\"name\": \"e\"}], \"python\": {\"script\": \"%s\"}}", path);
    log_text[0] = '\0';
    setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
    const tuned_trainable *t = load_tool(text);
    void *self = NULL;
    run r = make_run(&recording_host, 0);
    CHECK(create_tool(t, NULL, &self) == TUNED_OK);
    CHECK(run_trial(t, self, &r) == TUNED_OK && r.objectives[0] == 6);
    CHECK_CONTAINS(log_text, "own.py, SHA-256 ");
    t->destroy(self);
}

/* The example learns, on real data and with numpy; equal seeds give equal results. */
static void test_example(void) {
    char script[512], data[512], declaration[4096] = "";
    snprintf(script, sizeof script, "%s/logistic.json", examples_folder);
    FILE *file = fopen(script, "r");
    CHECK(file && fread(declaration, 1, sizeof declaration - 1, file) > 0);
    if (file) fclose(file);
    snprintf(script, sizeof script, "%s/logistic.py", examples_folder);
    snprintf(data, sizeof data, "%s/breast_cancer.csv", data_folder);
    static const char *const keys[] = {"script"};
    const char *values[] = {script};
    tuned_config config = {.size = sizeof config, .key_count = 1, .keys = keys, .values = values, .data_path = data, .json = "{}"};
    const tuned_trainable *t = load_tool(declaration);
    void *self = NULL;
    CHECK(t->flags & TUNED_DETERMINISTIC);
    CHECK(create_tool(t, &config, &self) == TUNED_OK);
    if (!self) {
        fprintf(stderr, "%s\n", create_failure);
        return;
    }
    tuned_dataset rows = {.size = sizeof rows};
    const tuned_dataset_extension *extension = t->extension(self, TUNED_DATASET);
    CHECK(extension && extension->describe(self, &rows) == TUNED_OK && rows.rows == 569 && rows.labels);
    uint32_t fold_of[569], train[569], evaluate[569];
    deal_stratified(rows.labels, 569, 5, 7, fold_of);
    double first = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        run r = make_run(&recording_host, 4);
        set_float(&r, 0, 0.01);
        set_float(&r, 1, 0.9);
        set_float(&r, 2, 1e-4);
        set_int(&r, 3, 32);
        r.trial.seed = 11;
        r.trial.budget = 20;
        report_count = 0;
        use_fold(&r, fold_of, 569, 0, 5, train, evaluate);
        CHECK(run_trial(t, self, &r) == TUNED_OK);
        CHECK(r.objectives[0] < 0.06 && report_count == 20);
        if (attempt == 0) first = r.objectives[0];
        CHECK(r.objectives[0] == first);
        printf("breast_cancer.csv: error %.4f\n", r.objectives[0]);
    }
    t->destroy(self);
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    begin_declared(arguments[1]);
    data_folder = arguments[2];
    examples_folder = arguments[3];
    test_values();
    test_results();
    test_train_and_evaluate();
    test_exceptions();
    test_reports_and_stopping();
    test_threads();
    test_extensions_of_the_host();
    test_rows();
    test_refusals();
    test_files();
    test_example();
    return check_summary("python");
}
