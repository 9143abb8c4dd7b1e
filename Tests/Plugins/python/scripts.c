#include "scripts.h"

const char *declare(const char *script) {
    static char text[1 << 16];
    size_t used = (size_t)snprintf(text, sizeof text,
        "{\"abi\": \"plugin\", \"plugin\": \"mine\", \"id\": \"tool\", \"parameters\": ["
        "{\"name\": \"lr\", \"type\": \"float\", \"low\": 0, \"high\": 1}, {\"name\": \"depth\", \"type\": \"int\", \"low\": 1, \"high\": 9},"
        " {\"name\": \"kernel\", \"type\": \"categorical\", \"choices\": [\"rbf\", 2, 0.5, true]},"
        " {\"name\": \"degree\", \"type\": \"int\", \"low\": 2, \"high\": 5, \"when\": {\"kernel\": [2]}}, {\"name\": \"shuffle\", \"type\": \"bool\"}],"
        " \"metrics\": [{\"name\": \"error\"}, {\"name\": \"size\"}], \"python\": {\"source\": \"");
    for (const char *c = script; *c; c++) {
        if (*c == '\n') used += (size_t)snprintf(text + used, sizeof text - used, "\\n");
        else if (*c == '"' || *c == '\\') used += (size_t)snprintf(text + used, sizeof text - used, "\\%c", *c);
        else text[used++] = *c;
    }
    snprintf(text + used, sizeof text - used, "\"}}");
    return text;
}

int32_t run_script(const char *script, run *r) { return run_tool(declare(script), r, NULL); }
