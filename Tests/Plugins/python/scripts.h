/* Declarations of tools that hold their script, and the tests of the python plugin that lie in files of their own. */
#ifndef TEST_SCRIPTS_H
#define TEST_SCRIPTS_H

#include "../host/check.h"
#include "../host/declared.h"

/* Good until the next call. */
const char *declare(const char *script);

/* run_tool with it. */
int32_t run_script(const char *script, run *r);

/* Threads of the script, and those of the host. */
void test_threads(void);

/* Scripts and declarations that are wrong. */
void test_refusals(void);

#endif
