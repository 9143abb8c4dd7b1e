#define _GNU_SOURCE
#include <stddef.h>
#include "tuned_watch.h"

#include <errno.h>
#include <sys/epoll.h>

#define BATCH 64

int tuned_watch_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int watch, int operation, int fd, uint64_t id, int for_writing) {
    struct epoll_event event = {.events = EPOLLONESHOT | (for_writing ? EPOLLOUT : EPOLLIN), .data.u64 = id};
    return epoll_ctl(watch, operation, fd, &event) == 0 ? 0 : errno;
}

int tuned_watch_add(int watch, int fd, uint64_t id, int for_writing) {
    return control(watch, EPOLL_CTL_ADD, fd, id, for_writing);
}

int tuned_watch_rearm(int watch, int fd, uint64_t id, int for_writing) {
    return control(watch, EPOLL_CTL_MOD, fd, id, for_writing);
}

void tuned_watch_remove(int watch, int fd) { epoll_ctl(watch, EPOLL_CTL_DEL, fd, NULL); }

int tuned_watch_wait(int watch, uint64_t *ids, int capacity) {
    struct epoll_event events[BATCH];
    int count;
    do count = epoll_wait(watch, events, capacity < BATCH ? capacity : BATCH, -1);
    while (count < 0 && errno == EINTR);
    for (int i = 0; i < count; i++) ids[i] = events[i].data.u64;
    return count;
}
