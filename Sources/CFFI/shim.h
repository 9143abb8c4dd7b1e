// libffi, with accessors for its mutable type globals, which Swift 6 does not let a program name.
#pragma once
#include <ffi.h>
