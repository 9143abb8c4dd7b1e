/* The tool that the tests of the command plugin declare, and the tests that lie in files of their own. */
#ifndef TEST_TOOL_H
#define TEST_TOOL_H

#include "../host/check.h"
#include "../host/declared.h"

/* One parameter of each kind; `command` is what a test says of how it is run, `more` are further keys of the trainable. */
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

/* How commands are stopped and end, and what becomes of what they leave. */
void test_processes(void);

/* Declarations that are wrong. */
void test_refusals(void);

#endif
