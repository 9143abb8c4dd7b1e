// The affinity mask of a thread as a list of CPU numbers. The CPU_SET macros do not reach Swift, and cpu_set_t ends at
// CPU 1023; the system calls have no such end.
#pragma once
#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    TUNED_CPU_LIMIT = 8192,  // the largest NR_CPUS that Linux is built with on x86-64
    TUNED_CPU_WORD_BITS = sizeof(unsigned long) * CHAR_BIT,
    TUNED_CPU_WORDS = TUNED_CPU_LIMIT / TUNED_CPU_WORD_BITS,
};

// Writes the CPUs that thread `tid` (0: the calling one) may run on, ascending, to `cpus`, which holds `capacity`.
// Returns how many there are, also where that is more than `capacity`, or -1 with errno set.
static inline int tuned_affinity_get(int tid, int *cpus, int capacity) {
    unsigned long mask[TUNED_CPU_WORDS] = {0};
    if (syscall(SYS_sched_getaffinity, tid, sizeof mask, mask) < 0) return -1;
    int count = 0;
    for (int cpu = 0; cpu < TUNED_CPU_LIMIT; cpu++) {
        if (!(mask[cpu / TUNED_CPU_WORD_BITS] >> (cpu % TUNED_CPU_WORD_BITS) & 1)) continue;
        if (count < capacity) cpus[count] = cpu;
        count++;
    }
    return count;
}

// Lets thread `tid` (0: the calling one) run on these CPUs only. Returns 0, or -1 with errno set.
static inline int tuned_affinity_set(int tid, const int *cpus, int count) {
    unsigned long mask[TUNED_CPU_WORDS] = {0};
    for (int i = 0; i < count; i++) {
        if (cpus[i] < 0 || cpus[i] >= TUNED_CPU_LIMIT) {
            errno = EINVAL;
            return -1;
        }
        mask[cpus[i] / TUNED_CPU_WORD_BITS] |= 1UL << (cpus[i] % TUNED_CPU_WORD_BITS);
    }
    return syscall(SYS_sched_setaffinity, tid, sizeof mask, mask) < 0 ? -1 : 0;
}
