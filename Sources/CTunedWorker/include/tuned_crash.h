// How a worker notes down what kills it. For use inside the worker only.
#pragma once

#include "tuned_page.h"

// Installs handlers for the signals of crashing code, on an alternate stack of the calling thread, and notices a
// pthread_exit of that thread. What they find goes to page->crash; then the process ends as it would have.
void tuned_crash_watch(tuned_page *page);

// Names the library that dlopen is about to load, for a crash within that call.
void tuned_crash_loading(const char *plugin);

// Notes which code lies where, since a signal handler cannot ask the loader. Call before and after dlopen. `plugin` is the
// path of the library that is to be told apart as "plugin", or NULL.
void tuned_crash_refresh(const char *plugin);
