/* The command plugin through its ABI, with commands of sh and python3: command_test PLUGIN DATA_FOLDER */
#define _DEFAULT_SOURCE  /* mkdtemp, usleep */
#include "../host/check.h"
#include "../host/declared.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *data_folder;

/* ---- Declarations. One parameter of each kind, and `COMMAND` is where a test says the rest. */

#define DECLARATION(command, more) \
    "{\"abi\": \"plugin\", \"plugin\": \"mine\", \"version\": \"2\", \"id\": \"tool\", \"deterministic\": true," \
    " \"parameters\": [{\"name\": \"lr\", \"type\": \"float\", \"low\": 0, \"high\": 1}," \
    " {\"name\": \"depth\", \"type\": \"int\", \"low\": 1, \"high\": 9}," \
    " {\"name\": \"kernel\", \"type\": \"categorical\", \"choices\": [\"rbf\", \"poly\"]}," \
    " {\"name\": \"degree\", \"type\": \"int\", \"low\": 2, \"high\": 5, \"when\": {\"kernel\": [\"poly\"]}}," \
    " {\"name\": \"shuffle\", \"type\": \"bool\"}]," \
    " \"metrics\": [{\"name\": \"error\", \"goal\": \"minimize\"}]," \
    " \"fidelity\": {\"name\": \"epochs\", \"low\": 1, \"high\": 81}" more ", \"command\": {" command "}}"

#define ERROR_LINE "\"metrics\": {\"error\": {\"pattern\": \"error ([-+.eE0-9]+|nan)\"}}"
#define SH(script) "\"argv\": [\"sh\", \"-c\", \"" script "\"], " ERROR_LINE

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- Tests. */

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

static void test_reports_and_stopping(void) {
    const char *declaration = DECLARATION(
        SH("trap 'echo asked to end; exit 0' TERM; for e in 1 2 3; do printf 'epoch %s error 0.%s\\\\r' $e $e; done; echo error 1; sleep {lr} & wait")
        ", \"report\": [{\"pattern\": \"epoch ([0-9]+) error ([0-9.]+)\", \"metric\": \"error\"}, {\"pattern\": \"^error ([0-9]+)\"}]", "");
    run r = make_tool_run();
    CHECK(run_tool(declaration, &r, NULL) == TUNED_OK);
    CHECK(report_count == 4);
    for (int i = 0; i < 3; i++) CHECK(reports[i].step == i + 1 && fabs(reports[i].value - 0.1 * (i + 1)) < 1e-12);
    CHECK(reports[3].step == 1 && reports[3].value == 1);

    r = make_tool_run();
    set_float(&r, LR, 30);
    r.stop_after = 5;
    double began = seconds();
    CHECK(run_tool(declaration, &r, NULL) == TUNED_STOPPED);
    CHECK(seconds() - began < 1.5);
    CHECK_CONTAINS(log_text, "asked to end");

    r = make_tool_run();  /* one that does not listen */
    r.stop_after = 3;
    began = seconds();
    CHECK(run_tool(DECLARATION(SH("trap '' TERM; while :; do sleep 0.05; done"), ""), &r, NULL) == TUNED_STOPPED);
    CHECK(seconds() - began < 3);

    r = make_tool_run();
    r.stop_after = 1;
    CHECK(run_tool(declaration, &r, NULL) == TUNED_STOPPED && report_count == 0);
}

static void test_ends(void) {
    run r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; done; exit 3"), ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "sh ended with status 3. Its last lines:\n  line 3\n");
    CHECK_CONTAINS(r.failure, "\n  line 10");
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("exit 3") ", \"infeasible\": [2, 3]", ""), &r, NULL) == TUNED_INFEASIBLE);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("kill -SEGV $$"), ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "signal 11 (Segmentation fault)");
    r = make_tool_run();
    double began = seconds();
    CHECK(run_tool(DECLARATION(SH("sleep 30") ", \"timeout\": 0.2", ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "took longer than its 0.2 s");
    CHECK(seconds() - began < 2);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION("\"argv\": [\"/nowhere/program\"], " ERROR_LINE, ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "\"/nowhere/program\" cannot be run: No such file");
    r = make_tool_run();
    CHECK(run_tool(DECLARATION("\"argv\": [\"{degree}\"], " ERROR_LINE, ""), &r, NULL) == TUNED_FAILED);
    CHECK_CONTAINS(r.failure, "the program's name");
}

/* The process whose number a command has written into the file `pid`; 0 while there is none. */
static int read_pid(void) {
    char path[512];
    int pid = 0;
    snprintf(path, sizeof path, "%s/pid", declared_folder());
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    if (fscanf(file, "%d", &pid) != 1) pid = 0;
    fclose(file);
    return pid;
}

/* Whether it ends within two seconds. One that nobody reaps, as in a container without an init, stays as a zombie. */
static bool has_ended(int pid) {
    char path[64], state[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    for (int i = 0; pid > 1 && i < 200; i++, usleep(10000)) {
        FILE *file = fopen(path, "r");
        if (!file) return true;
        bool is_zombie = fgets(state, sizeof state, file) && strstr(state, ") Z ");
        fclose(file);
        if (is_zombie) return true;
    }
    return false;
}

/* A worker that is killed takes its command with it, whatever that does with signals. */
static void test_a_killed_worker(void) {
    char declared[4096];
    snprintf(declared, sizeof declared, DECLARATION(SH("trap '' TERM HUP; sleep 60 & echo $! > %s/pid; wait"), ""), declared_folder());
    unlink(declared_file("pid", ""));
    pid_t worker = fork();
    if (worker == 0) {
        run r = make_tool_run();
        run_tool(declared, &r, NULL);
        _exit(0);
    }
    for (int i = 0; i < 500 && read_pid() == 0; i++) usleep(10000);
    int command = read_pid();
    CHECK(command > 1 && kill(command, 0) == 0);
    kill(worker, SIGKILL);
    CHECK(waitpid(worker, NULL, 0) == worker);
    CHECK(has_ended(command));
}

/* What a command leaves running in its group ends with it, endless output does not keep the run from ending, closed output neither. */
static void test_misbehaviour(void) {
    run r = make_tool_run();
    char declared[4096];
    snprintf(declared, sizeof declared, DECLARATION(SH("sleep 60 & echo $! > %s/pid; echo error 1"), ""), declared_folder());
    double began = seconds();
    CHECK(run_tool(declared, &r, NULL) == TUNED_OK && r.objectives[0] == 1);
    CHECK(seconds() - began < 2);
    CHECK(has_ended(read_pid()));

    r = make_tool_run();
    r.stop_after = 20;
    CHECK(run_tool(DECLARATION("\"argv\": [\"yes\"], " ERROR_LINE, ""), &r, NULL) == TUNED_STOPPED);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("head -c 300000 /dev/zero; echo; echo error 5"), ""), &r, NULL) == TUNED_OK && r.objectives[0] == 5);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("echo error 6; exec >&- 2>&-; sleep 0.3"), ""), &r, NULL) == TUNED_OK && r.objectives[0] == 6);
    r = make_tool_run();
    CHECK(run_tool(DECLARATION(SH("mkdir -p a/b; ln -s / a/b/root; touch a/b/c; chmod 500 a/b a; echo error 7"), ""), &r, NULL) == TUNED_OK);
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

static void test_refusals(void) {
    static const struct { const char *declaration, *words; } bad[] = {
        {"", "the text ends where a value should be"},
        {"[]", "a map of keys to values is needed"},
        {"{\"plugin\": \"p\"", "line 1, column 15: a comma or } should be here"},
        {"{\"id\": \"a\", \"id\": \"b\"}", "this key comes twice"},
        {"{\"plugin\": \"p\", \"trainables\": []}", "at least one"},
        {"{\"trainables\": [{}]}", "\"plugin\" is missing"},
        {"{\"abi\": \"c\"}", "it is \"plugin\""},
        {DECLARATION(SH("true"), ", \"colour\": 1"), "unknown key \"colour\""},
        {DECLARATION(SH("true") ", \"shell\": true", ""), "\"command\" has the unknown key \"shell\""},
        {DECLARATION("\"argv\": [\"x\"]", ""), "\"metrics\" of the command is missing"},
        {DECLARATION("\"argv\": \"x\", " ERROR_LINE, ""), "\"argv\" is missing"},
        {DECLARATION("\"argv\": [], " ERROR_LINE, ""), "\"argv\" is missing"},
        {DECLARATION("\"argv\": [\"x\", 1], " ERROR_LINE, ""), "is a number; a text is needed"},
        {DECLARATION("\"argv\": [\"x\", \"{rate}\"], " ERROR_LINE, ""), "there is no {rate}"},
        {DECLARATION("\"argv\": [\"x\", \"{train}\"], " ERROR_LINE, ""), "needs a \"dataset\""},
        {DECLARATION("\"argv\": [\"x\", {\"when\": \"nope\", \"then\": \"x\"}], " ERROR_LINE, ""), "is no parameter"},
        {DECLARATION("\"argv\": [\"x\", {\"then\": \"x\"}], " ERROR_LINE, ""), "needs \"when\" and \"then\""},
        {DECLARATION("\"argv\": [\"x\"], \"metrics\": {}", ""), "does not say where metric \"error\" is found"},
        {DECLARATION("\"argv\": [\"x\"], \"metrics\": {\"error\": {\"pattern\": \"(\"}}", ""), "no POSIX extended regular expression"},
        {DECLARATION("\"argv\": [\"x\"], \"metrics\": {\"error\": {\"pattern\": \"x\"}}", ""), "has 0 groups"},
        {DECLARATION("\"argv\": [\"x\"], \"metrics\": {\"error\": {\"json\": \"../x\", \"key\": \"e\"}}", ""), "no path within"},
        {DECLARATION("\"argv\": [\"x\"], \"metrics\": {\"error\": {\"json\": \"x\"}}", ""), "needs one of"},
        {DECLARATION("\"argv\": [\"x\"], \"metrics\": {\"error\": {\"seconds\": \"moon\"}}", ""), "\"wall\" or \"cpu\""},
        {DECLARATION("\"argv\": [\"x\"], \"metrics\": {\"loss\": {\"seconds\": \"cpu\"}}", ""), "no metric \"loss\""},
        {DECLARATION(SH("true") ", \"report\": {\"pattern\": \"(a)(b)(c)\"}", ""), "has 3 groups"},
        {DECLARATION(SH("true") ", \"report\": {\"pattern\": \"(a)\", \"metric\": \"loss\"}", ""), "no metric"},
        {DECLARATION(SH("true") ", \"timeout\": 0", ""), "seconds above 0"},
        {DECLARATION(SH("true") ", \"infeasible\": [0]", ""), "from 1 to 255"},
        {DECLARATION(SH("true") ", \"directory\": \"here\"", ""), "absolute path of a directory"},
        {DECLARATION(SH("true") ", \"environment\": {\"A=B\": \"x\"}", ""), "no name of an environment variable"},
        {DECLARATION(SH("true") ", \"template\": {\"from\": \"x.in\", \"to\": \"x\"}", ""), "no absolute path"},
        {DECLARATION(SH("true") ", \"template\": {\"from\": \"/nowhere/x.in\", \"to\": \"x\"}", ""), "cannot be opened"},
        {DECLARATION(SH("true") ", \"template\": {\"text\": \"\", \"to\": \"../x\"}", ""), "in the run's directory"},
        {DECLARATION(SH("true") ", \"template\": {\"to\": \"x\"}", ""), "either \"from\""},
        {DECLARATION(SH("true"), ", \"dataset\": {\"rows\": 3}"), "\"rows\" of \"dataset\" is a number"},
        {"{\"id\": \"a\", \"parameters\": [{\"name\": \"seed\", \"type\": \"bool\"}], \"metrics\": [{\"name\": \"error\"}], \"command\":"
         " {\"argv\": [\"x\", \"{seed}\"], " ERROR_LINE "}}", "both a parameter and a placeholder"},
        {"{\"id\": \"a\", \"parameters\": [], \"metrics\": [{\"name\": \"error\"}], \"command\": {\"argv\": [\"x\", \"{budget}\"], " ERROR_LINE "}}",
         "needs a \"fidelity\""},
        {"{\"id\": \"a\", \"parameters\": [{}], \"metrics\": [], \"command\": {}}", "a \"name\" each"},
        {"{\"id\": \"a\", \"parameters\": [], \"metrics\": []}", "\"command\" is missing"},
        {"{\"id\": \"\\ud800\"}", "half of a surrogate pair"},
        {"{\"id\": \"a\\u0000b\"}", "the character zero"},
        {"{\"id\": \"\xff\"}", "not UTF-8"},
        {"{\"id\": 1e999}", "out of a double's range"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(load_declared(bad[i].declaration) == NULL);
        CHECK_CONTAINS(create_failure, bad[i].words);
        CHECK_CONTAINS(create_failure, ".tuned.json: ");  /* names the file */
    }
    CHECK(load_declared(NULL) == NULL);
    CHECK_CONTAINS(create_failure, "--schema FILE.json, or NAME.tuned.json beside it");
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
    test_reports_and_stopping();
    test_ends();
    test_misbehaviour();
    test_a_killed_worker();
    test_python();
    test_rows();
    test_config();
    test_refusals();
    test_nothing_is_left(folder);
    return check_summary("command");
}
