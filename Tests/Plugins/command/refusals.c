/* Declarations of commands that are refused; part of command_test. */
#include "tool.h"

void test_refusals(void) {
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
