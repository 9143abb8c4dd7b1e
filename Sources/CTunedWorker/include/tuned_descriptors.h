// File descriptors and memory that cross to a worker.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Both ends close-on-exec. 0 or an errno value.
int tuned_pipe(int ends[2]);

// Sets O_NONBLOCK. 0 or an errno value.
int tuned_set_nonblocking(int fd);

// A close-on-exec memory file of `bytes` zero bytes; its size is sealed. -1 and errno on failure.
int tuned_memory_file(const char *name, size_t bytes);

// Forbids writing from now on, for everyone. Maps that write must be gone. 0 or an errno value.
int tuned_seal(int fd);

// Copies a descriptor to the lowest free number from `least` on, close-on-exec. -1 and errno on failure.
int tuned_move_up(int fd, int least);

// Has the system begin to write this part of a file to its disk, and waits for nothing: who makes the file durable later has less to wait for.
void tuned_begin_writeback(int fd, int64_t offset, int64_t count);
