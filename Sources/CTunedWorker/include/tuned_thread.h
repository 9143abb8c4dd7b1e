// Small things about threads and processes that Swift cannot import.
#pragma once

// The host context of the create() or the run under way on this thread, or NULL: calls that pass no trial lead to it by this.
void *tuned_calling_context(void);
void tuned_set_calling_context(void *context);

// Starts a detached thread with all signals blocked. 0 or an errno value.
int tuned_start_thread(const char *name, void (*body)(void *), void *argument);

// The file that a symbol of this process lies in; NULL where there is none. Lives as long as the process.
const char *tuned_library_of(const char *symbol);

// Ends the calling process and its process group at once, as if killed.
void tuned_end_group(void) __attribute__((noreturn));

// Flushes the C library's output streams; line buffering for standard output, so that logs come as they are written.
void tuned_flush_output(void);
void tuned_buffer_output_by_line(void);
