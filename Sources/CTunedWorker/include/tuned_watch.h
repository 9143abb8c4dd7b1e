// Waiting for descriptors: epoll in the one way in which it is used here. Each watched descriptor reports once, and then
// not again before it is armed anew.
#pragma once

#include <stdint.h>

// A close-on-exec watch. -1 and errno on failure.
int tuned_watch_create(void);

// Watches fd until it can be read from (or written to), it hangs up, or it fails; `id` stands for it. 0 or an errno value.
int tuned_watch_add(int watch, int fd, uint64_t id, int for_writing);

// Arms it again. 0 or an errno value.
int tuned_watch_rearm(int watch, int fd, uint64_t id, int for_writing);

// Watches it no longer. To be called before fd is closed: another process may hold the same pipe open.
void tuned_watch_remove(int watch, int fd);

// Waits until something happened; fills ids and returns how many.
int tuned_watch_wait(int watch, uint64_t *ids, int capacity);
