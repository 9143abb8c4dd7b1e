/* The command plugin through its ABI, with commands of sh and python3: command_test PLUGIN DATA_FOLDER */
#define _DEFAULT_SOURCE  /* mkdtemp */
#include "tool.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

static const char *data_folder;

static void test_structure(void) {
    const tuned_plugin *plugin = load_declared(DECLARATION(SH("echo error 1"), ""));
    CHECK(strcmp(plugin->id, "mine") == 0 && strcmp(plugin->version, "2") == 0 && plugin->trainable_count == 1);
    const tuned_trainable *t = plugin->trainable(0);
    CHECK(plugin->trainable(1) == NULL && strcmp(t->id, "tool") == 0);
    CHECK(t->flags == (TUNED_THREAD_SAFE | TUNED_DETERMINISTIC));
    CHECK_CONTAINS(t->schema_json, "{\"id\": \"tool\", ");
    CHECK_CONTAINS(t->schema_json, "\"fidelity\": {\"name\": \"epochs\", \"low\": 1, \"high\": 81}");
    CHECK(!strstr(t->schema_json, "command") && !strstr(t->schema_json, "abi"));

    const char *two = "{\"plugin\": \"pair\", \"trainables\": ["
        "{\"id\": \"a\", \"parameters\": [], \"metrics\": [{\"name\": \"error\"}], \"command\": {" SH("echo error 1") "}},"
        "{\"id\": \"b\", \"parameters\": [], \"metrics\": [{\"name\": \"error\"}], \"command\": {" SH("echo error 2") "}}]}";
    plugin = load_declared(two);
    CHECK(plugin && plugin->trainable_count == 2);
    for (uint32_t i = 0; i < 2; i++) {
        void *self = NULL;
        run r = make_run(&recording_host, 0);
        CHECK(create_tool(plugin->trainable(i), NULL, &self) == TUNED_OK);
        CHECK(run_trial(plugin->trainable(i), self, &r) == TUNED_OK && r.objectives[0] == i + 1);
        plugin->trainable(i)->destroy(self);
    }
}

static void test_arguments(void) {
    const char *declaration = DECLARATION(
        "\"argv\": [\"sh\", \"-c\", \"printf '%s;' \\\"$@\\\"; echo; echo error $3\", \"sh\", \"--lr\", \"{lr}\", \"{depth}\","
        " \"--kernel={kernel}\", \"--degree={degree}\", [\"-d\", \"{degree}\"], {\"when\": \"shuffle\", \"then\": \"--shuffle\", \"else\":"
        " [\"--no\", \"shuffle\"]}, {\"when\": \"degree\", \"then\": \"+d\", \"else\": \"-d\"}, \"{seed}\", \"{seed31}\", \"{budget}\","
        " \"{trial}\", \"{fold}/{folds}\", \"{{lr}} {x y} $HOME `id` 'q'\"], " ERROR_LINE, "");
    run r = make_tool_run();
    CHECK(run_tool(declaration, &r, NULL) == TUNED_OK);
    CHECK(r.objectives[0] == 3);
    CHECK_CONTAINS(log_text, "--lr;0.25;3;--kernel=rbf;--shuffle;-d;9223372036854775809;1;81;17;0/0;{lr} {x y} $HOME `id` 'q';\n");

    r = make_tool_run();
    set_category(&r, KERNEL, 1, "poly");
    set_int(&r, DEGREE, 4);
    r.values[DEGREE].active = 1;
    r.values[SHUFFLE].i64 = 0;
    r.trial.budget = 27;
    CHECK(run_tool(declaration, &r, NULL) == TUNED_OK);
    CHECK_CONTAINS(log_text, "--lr;0.25;3;--kernel=poly;--degree=4;-d;4;--no;shuffle;+d;9223372036854775809;1;27;");
}

static void test_environment_and_directory(void) {
    setenv("TUNED_TEST_INHERITED", "yes", 1);
    setenv("TUNED_TEST_REMOVED", "yes", 1);
    const char *declaration = DECLARATION(
        SH("echo [$RATE] [$DEGREE] [$TUNED_TEST_INHERITED] [$TUNED_TEST_REMOVED] [$WHERE]; [ $PWD = $WHERE -a $TMPDIR = $WHERE ] && echo same;"
           " ls -A | wc -l; echo error 0")
        ", \"environment\": {\"RATE\": \"{lr}\", \"DEGREE\": \"{degree}\", \"TUNED_TEST_REMOVED\": null, \"WHERE\": \"{directory}\"}", "");
    run r = make_tool_run();
    CHECK(run_tool(declaration, &r, NULL) == TUNED_OK);
    CHECK_CONTAINS(log_text, "[0.25] [] [yes] [] [/");
    CHECK_CONTAINS(log_text, "same\n0\n");

    r = make_tool_run();
    char declared[4096];
    snprintf(declared, sizeof declared, DECLARATION(SH("pwd; echo error 0") ", \"directory\": \"%s\"", ""), declared_folder());
    CHECK(run_tool(declared, &r, NULL) == TUNED_OK);
    CHECK_CONTAINS(log_text, declared_folder());
}

static void test_templates(void) {
    char declared[8192];
    const char *from = declared_file("config.in", "{\"lr\": {lr}, \"nested\": {\"kernel\": \"{kernel}\", \"text\": \"{{depth}}\"}}\n");
    snprintf(declared, sizeof declared,
             DECLARATION(SH("cat config.json second.txt; echo error 0")
                         ", \"template\": [{\"from\": \"%s\", \"to\": \"config.json\"}, {\"text\": \"depth={depth} {\", \"to\": \"second.txt\"}]",
                         ""), from);
    run r = make_tool_run();
    CHECK(run_tool(declared, &r, NULL) == TUNED_OK);
    CHECK_CONTAINS(log_text, "{\"lr\": 0.25, \"nested\": {\"kernel\": \"rbf\", \"text\": \"{depth}\"}}\ndepth=3 {");

    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("echo error 0") ", \"template\": {\"text\": \"{degree}\", \"to\": \"x\"}", ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "not active in this trial");
}

static void test_metrics(void) {
    run r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("echo error 3; echo error 2.5e-1; echo error -; echo other"), ""), &r, NULL) == TUNED_OK);
    CHECK(r.objectives[0] == 0.25);  /* the last number counts */
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("echo error 1 >&2"), ""), &r, NULL) == TUNED_OK && r.objectives[0] == 1);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("printf 'error 7'"), ""), &r, NULL) == TUNED_OK && r.objectives[0] == 7);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("echo error nan"), ""), &r, NULL) == TUNED_OK && isnan(r.objectives[0]));
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("echo nothing to see"), ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "no line of the output of sh matches");
    CHECK_CONTAINS(r.failure, "nothing to see");

    const char *json = DECLARATION("\"argv\": [\"sh\", \"-c\", \"printf '%s' '{lr}' > lr; echo '{{lr}}'; printf '{\\\"a\\\": {\\\"b\\\": 0.%s}}' {depth} > r.json\"],"
                                   " \"metrics\": {\"error\": {\"json\": \"r.json\", \"key\": \"a.b\"}}", "");
    r = make_tool_run();
    CHECK(run_tool(json, &r, NULL) == TUNED_OK && r.objectives[0] == 0.3);
    static const struct { const char *content, *words; } bad[] = {
        {"{", "line 1, column 2"}, {"{\\\"a\\\": 1}", "it has no \"a.b\""}, {"{\\\"a\\\": {\\\"b\\\": \\\"x\\\"}}", "a text, not a number"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char declared[4096];
        snprintf(declared, sizeof declared, DECLARATION("\"argv\": [\"sh\", \"-c\", \"printf '%s' > r.json\"],"
                 " \"metrics\": {\"error\": {\"json\": \"r.json\", \"key\": \"a.b\"}}", ""), bad[i].content);
        r = make_tool_run();
        CHECK(run_tool(declared, &r, NULL) == TUNED_FAILED);
        CHECK_CONTAINS(r.failure, bad[i].words);
    }
    r = make_tool_run();
    CHECK(run_tool(DECLARATION("\"argv\": [\"true\"], \"metrics\": {\"error\": {\"json\": \"r.json\", \"key\": \"e\"}}", ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "left no such file");

    r = make_tool_run();
    CHECK(run_tool(DECLARATION("\"argv\": [\"sleep\", \"0.2\"], \"metrics\": {\"error\": {\"seconds\": \"wall\"}}", ""), &r, NULL) == TUNED_OK);
    CHECK(r.objectives[0] >= 0.2 && r.objectives[0] < 5);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION("\"argv\": [\"sleep\", \"0.2\"], \"metrics\": {\"error\": {\"seconds\": \"cpu\"}}", ""), &r, NULL) == TUNED_OK);
    CHECK(r.objectives[0] >= 0 && r.objectives[0] < 0.15);
}

static void test_python(void) {
    const char *declaration = DECLARATION(
        "\"argv\": [\"python3\", \"-c\", \"import sys, json\\nlr = float(sys.argv[1])\\nfor epoch in range(3): print('epoch', epoch, 'error', lr / (epoch + 1), flush=True)\\n"
        "json.dump({'error': lr * 2}, open('out.json', 'w'))\", \"{lr}\"], \"metrics\": {\"error\": {\"json\": \"out.json\", \"key\": \"error\"}},"
        " \"report\": {\"pattern\": \"epoch ([0-9]+) error ([0-9.]+)\"}", "");
    run r = make_tool_run();
    CHECK(run_tool(declaration, &r, NULL) == TUNED_OK && r.objectives[0] == 0.5 && report_count == 3);
}

static void test_rows(void) {
    const char *declaration = DECLARATION(SH("head -1 {train} | cut -c1-7; wc -l < {train}; wc -l < {evaluate}; tail -1 {evaluate} | cut -d, -f14; echo error 0"),
                                          ", \"dataset\": {\"rows\": \"lines\", \"label\": \"cultivar\"}");
    char path[512];
    snprintf(path, sizeof path, "%s/wine.csv", data_folder);
    tuned_config config = {.size = sizeof config, .data_path = path, .json = "{}"};
    const tuned_trainable *t = load_tool(declaration);
    void *self = NULL;
    CHECK(create_tool(t, &config, &self) == TUNED_OK);
    const tuned_dataset_extension *extension = t->extension(self, TUNED_DATASET);
    tuned_dataset data = {.size = sizeof data};
    CHECK(extension && extension->describe(self, &data) == TUNED_OK && data.rows == 178);
    CHECK(data.labels[0] == 0 && data.labels[59] == 1 && data.labels[177] == 2);
    CHECK(t->extension(self, "tuned.unheard-of/1") == NULL);

    uint32_t train[] = {0, 59, 100}, evaluate[] = {1, 177};
    run r = make_tool_run();
    r.rows[0] = train, r.rows[1] = evaluate, r.row_counts[0] = 3, r.row_counts[1] = 2, r.trial.folds = 1;
    CHECK(run_trial(t, self, &r) == TUNED_OK);
    CHECK_CONTAINS(log_text, "alcohol\n4\n3\nclass_2\n");
    evaluate[1] = 178;
    CHECK(run_trial(t, self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "row 178 does not exist");
    r = make_tool_run();
    CHECK(run_trial(t, self, &r) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "the host split no data");
    t->destroy(self);

    r = make_tool_run();
    CHECK(run_tool(DECLARATION("\"argv\": [\"echo\", \"{data}\"], " ERROR_LINE, ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "names no data");
    config.data_path = declared_file("quoted.csv", "a,\"the label\"\r\n\r\n1, \"x, y\" \r\n2,z\n3,\"x, y\"");
    t = load_tool(DECLARATION(SH("cat {train}; echo error 0"), ", \"dataset\": {\"rows\": \"lines\", \"label\": \"the label\"}"));
    CHECK(create_tool(t, &config, &self) == TUNED_OK);
    extension = t->extension(self, TUNED_DATASET);
    CHECK(extension->describe(self, &data) == TUNED_OK && data.rows == 3);
    CHECK(data.labels[0] == 0 && data.labels[1] == 1 && data.labels[2] == 0);
    t->destroy(self);
    config.data_path = declared_file("header.csv", "a,b\n");
    CHECK(create_tool(t, &config, &self) == TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "has no rows");
    config.data_path = declared_file("other.csv", "a,b\n1,2\n");
    CHECK(create_tool(t, &config, &self) == TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "no column \"the label\"");
}

static void test_config(void) {
    static const char *const keys[] = {"script"}, *const values[] = {"/a b"};
    tuned_config config = {.size = sizeof config, .key_count = 1, .keys = keys, .values = values, .json = "{}"};
    const char *declaration = DECLARATION("\"argv\": [\"echo\", \"error\", \"1\", \"{config:script}\"], \"metrics\": {\"error\": {\"pattern\": \"error ([0-9]+)\"}}", "");
    run r = make_tool_run();
    CHECK(run_tool(declaration, &r, &config) == TUNED_OK);
    CHECK_CONTAINS(log_text, "error 1 /a b\n");
    r = make_tool_run();
    CHECK(run_tool(declaration, &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "config has no \"script\"");
}

/* Every run's directory is gone, whatever became of the run, but that of the killed worker. */
static void test_nothing_is_left(const char *folder) {
    char path[512];
    DIR *directory = opendir(folder);
    int left = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        left++;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        CHECK(rmdir(path) == 0);
    }
    if (directory) closedir(directory);
    CHECK(left == 1);
    CHECK(rmdir(folder) == 0);
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    begin_declared(arguments[1]);
    data_folder = arguments[2];
    char folder[] = "/tmp/tuned-command-test-XXXXXX";
    if (!mkdtemp(folder)) return 2;
    setenv("TMPDIR", folder, 1);
    test_structure();
    test_arguments();
    test_environment_and_directory();
    test_templates();
    test_metrics();
    test_processes();
    test_python();
    test_rows();
    test_config();
    test_refusals();
    test_nothing_is_left(folder);
    return check_summary("command");
}
