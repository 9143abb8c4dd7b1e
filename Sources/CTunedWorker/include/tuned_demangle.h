// Names of C++ and Swift symbols as their authors wrote them.
#pragma once

#include <stddef.h>

// 0, with a text of at most `size` bytes, its end included, in `out`; -1 where `name` is not mangled.
int tuned_demangle(const char *name, char *out, size_t size);
