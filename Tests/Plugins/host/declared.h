/* For plugins that are told what they tune: a copy of the library under a name of its own, with a declaration beside it. A library
 * reads its declaration once, so each test needs another copy. */
#ifndef TEST_DECLARED_H
#define TEST_DECLARED_H

#include "host.h"

/* The folder of the copies, made at the first use and removed at the end of the process; tests may keep files in it. */
const char *declared_folder(void);

/* A file in that folder. Returns its path, which is good until the next four calls. */
const char *declared_file(const char *name, const char *content);

/* A host like full_host, which keeps the reports and the log of everything that runs on it. */
extern tuned_host recording_host;

typedef struct kept_report {
    uint32_t metric;
    int64_t step;
    double value;
} kept_report;

extern kept_report reports[64];  /* the first ones */
extern int report_count;
extern char log_text[1 << 16];   /* each line ends with a newline */

/* Comes before all that follows, with the library that copies are made of. */
void begin_declared(const char *library);

/* Copies the library, writes the declaration, unless NULL, and loads the copy; NULL where the plugin refuses, with the reason in
 * create_failure. */
const tuned_plugin *load_declared(const char *declaration);

/* ---- Tools: what tests declare, one trainable with a parameter of each kind. */

enum tool_parameter { LR, DEPTH, KERNEL, DEGREE, SHUFFLE };  /* a float, an int, a category, an int that not all runs have, a bool */

/* The first trainable; ends the test where the plugin refuses. */
const tuned_trainable *load_tool(const char *declaration);

/* `config` may be NULL: an empty one. */
int32_t create_tool(const tuned_trainable *t, const tuned_config *config, void **self);

/* A run with lr 0.25, depth 3, the first category, rbf, without degree, with shuffle. Forgets earlier reports and the log. */
run make_tool_run(void);

/* Loads, makes an instance and runs the trial; -100 where there came no instance. */
int32_t run_tool(const char *declaration, run *r, const tuned_config *config);

#endif
