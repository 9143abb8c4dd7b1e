/* Scripts and declarations that are refused; part of python_test. */
#include "scripts.h"

void test_refusals(void) {
    static const struct { const char *script, *words; } at_load[] = {
        {"def evaluate(trial)\n    return 1\n", "SyntaxError: expected ':' (<source>, line 1)"},
        {"def evaluate(trial):\nreturn 1\n", "IndentationError"},
    };
    for (size_t i = 0; i < sizeof at_load / sizeof *at_load; i++) {
        CHECK(load_declared(declare(at_load[i].script)) == NULL);
        CHECK_CONTAINS(create_failure, at_load[i].words);
    }
    static const struct { const char *script, *words; } at_create[] = {
        {"x = 1\n", "has no function evaluate(trial)"}, {"evaluate = 3\n", "\"evaluate\" of the script <source> is no function"},
        {"import nonesuch\n", "ModuleNotFoundError: No module named 'nonesuch' (<source>, line 1, in <module>)"},
        {"def create(config):\n    raise OSError('no data')\ndef evaluate(trial): return 1\n", "OSError: no data (<source>, line 2, in create)"},
    };
    for (size_t i = 0; i < sizeof at_create / sizeof *at_create; i++) {
        void *self = NULL;
        CHECK(create_tool(load_tool(declare(at_create[i].script)), NULL, &self) == TUNED_FAILED && !self);
        CHECK_CONTAINS(create_failure, at_create[i].words);
    }
    static const struct { const char *python, *words; } declarations[] = {
        {"{\"script\": \"/nowhere.py\"}", "/nowhere.py cannot be opened"}, {"{\"script\": \"here.py\"}", "an absolute path"},
        {"{\"script\": \"/a\", \"source\": \"\"}", "has both"}, {"{\"file\": \"/a\"}", "unknown key \"file\""}, {"3", "a map of keys to values"},
        {"{\"source\": \"\", \"interpreter\": \"/nowhere/python3\"}", "runs as "}, {"{\"interpreter\": \"python3\"}", "an absolute path"},
    };
    for (size_t i = 0; i < sizeof declarations / sizeof *declarations; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"id\": \"a\", \"parameters\": [], \"metrics\": [{\"name\": \"e\"}], \"python\": %s}", declarations[i].python);
        CHECK(load_declared(text) == NULL);
        CHECK_CONTAINS(create_failure, declarations[i].words);
    }
    const tuned_trainable *t = load_tool("{\"id\": \"a\", \"parameters\": [], \"metrics\": [{\"name\": \"e\"}]}");
    void *self = NULL;
    CHECK(create_tool(t, NULL, &self) == TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "config: {script: ");
    static const char *const keys[] = {"script"};
    const char *values[] = {"relative.py"};
    tuned_config config = {.size = sizeof config, .key_count = 1, .keys = keys, .values = values, .json = "{}"};
    CHECK(create_tool(t, &config, &self) == TUNED_FAILED);
    CHECK_CONTAINS(create_failure, "not absolute");
}
