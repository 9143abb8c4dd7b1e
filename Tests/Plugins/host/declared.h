/* For plugins that are told what they tune: a copy of the library under a name of its own, with a declaration beside it. A library
 * reads its declaration once, so each test needs another copy. */
#ifndef TEST_DECLARED_H
#define TEST_DECLARED_H

#include "host.h"

/* The folder of the copies, made at the first use and removed at the end of the process; tests may keep files in it. */
const char *declared_folder(void);

/* A file in that folder. Returns its path, which is good until the next four calls. */
const char *declared_file(const char *name, const char *content);

/* Copies the library, writes the declaration and loads the copy with `host`; NULL where the plugin refuses, with the reason in
 * create_failure. */
const tuned_plugin *load_declared(const char *library, const char *declaration, const tuned_host *host);

#endif
