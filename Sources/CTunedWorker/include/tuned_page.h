// The page of memory that a worker and its daemon share: what must cross in nanoseconds, or survive the worker's death.
//
// The worker writes phase, crash and the reports' head; the daemon writes stop and the reports' tail. Either side may be
// hostile or dead at any moment, so the daemon trusts no number in it without a check.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TUNED_PAGE_MAGIC 0x65676150u
#define TUNED_PAGE_LAYOUT 1u
#define TUNED_PAGE_REPORTS 4096u
#define TUNED_MODULE_NAME 256u

// What the worker is doing. An exit in any phase but IDLE is a failure of what it was doing.
#define TUNED_PHASE_STARTING 0u
#define TUNED_PHASE_LOADING 1u
#define TUNED_PHASE_CREATING 2u
#define TUNED_PHASE_IDLE 3u
#define TUNED_PHASE_TRAINING 4u
#define TUNED_PHASE_EVALUATING 5u
#define TUNED_PHASE_ENDING 6u

// Bits of the stop word.
#define TUNED_STOP_ASKED 1u
#define TUNED_STOP_DEADLINE 2u

// tuned_crash.kind
#define TUNED_CRASH_NONE 0u
#define TUNED_CRASH_SIGNAL 1u
#define TUNED_CRASH_THREAD_EXIT 2u  // pthread_exit on the thread that runs plugin code

typedef struct tuned_report {
    int64_t step;
    double value;
    uint32_t metric;
    uint32_t reserved;
} tuned_report;

// Left behind by the worker's signal handler.
typedef struct tuned_crash {
    uint32_t kind;
    int32_t signal;
    int32_t code;                        // si_code
    int32_t thread;                      // kernel thread id
    uint64_t address;                    // si_addr: what the code touched
    uint64_t pc;                         // where the code was
    uint64_t stack;                      // its stack pointer
    uint64_t offset;                     // of pc within module
    uint64_t caller_offset;              // of the nearest return address within the plugin
    char module[TUNED_MODULE_NAME];      // "" where pc lies in no known module
    char caller[TUNED_MODULE_NAME];      // "" where pc itself lies in the plugin, or none was found
} tuned_crash;

typedef struct tuned_page {
    uint32_t magic;
    uint32_t layout;
    uint32_t phase;
    uint32_t stop;
    tuned_crash crash;
    // Counts of reports ever written and ever read, each on a cache line of its own: they change at each report.
    __attribute__((aligned(64))) uint64_t head;
    __attribute__((aligned(64))) uint64_t tail;
    __attribute__((aligned(64))) tuned_report reports[TUNED_PAGE_REPORTS];
} tuned_page;

_Static_assert((TUNED_PAGE_REPORTS & (TUNED_PAGE_REPORTS - 1)) == 0, "positions wrap by masking");
_Static_assert(offsetof(tuned_page, crash) == 16, "layout 1");
_Static_assert(sizeof(tuned_report) == 24, "layout 1");

// Swift sees the page as an opaque pointer: aligned fields have no counterpart there.
static inline size_t tuned_page_size(void) { return sizeof(tuned_page); }

static inline tuned_crash tuned_page_crash(const tuned_page *page) { return page->crash; }

static inline void tuned_page_initialize(tuned_page *page) {
    page->magic = TUNED_PAGE_MAGIC;
    page->layout = TUNED_PAGE_LAYOUT;
}

static inline int tuned_page_is_valid(const tuned_page *page) {
    return page->magic == TUNED_PAGE_MAGIC && page->layout == TUNED_PAGE_LAYOUT;
}

static inline uint32_t tuned_page_phase(const tuned_page *page) {
    return __atomic_load_n(&page->phase, __ATOMIC_ACQUIRE);
}

static inline void tuned_page_set_phase(tuned_page *page, uint32_t phase) {
    __atomic_store_n(&page->phase, phase, __ATOMIC_RELEASE);
}

static inline uint32_t tuned_page_stop(const tuned_page *page) {
    return __atomic_load_n(&page->stop, __ATOMIC_RELAXED);
}

static inline void tuned_page_add_stop(tuned_page *page, uint32_t bits) {
    __atomic_fetch_or(&page->stop, bits, __ATOMIC_RELEASE);
}

static inline void tuned_page_clear_stop(tuned_page *page) {
    __atomic_store_n(&page->stop, 0, __ATOMIC_RELEASE);
}

// Daemon: the number of reports that wait after `tail`, the daemon's own count of those it has read; more than
// TUNED_PAGE_REPORTS says that the worker broke the page.
static inline uint64_t tuned_page_waiting(const tuned_page *page, uint64_t tail) {
    return __atomic_load_n(&page->head, __ATOMIC_ACQUIRE) - tail;
}

static inline tuned_report tuned_page_report_at(const tuned_page *page, uint64_t position) {
    return page->reports[position & (TUNED_PAGE_REPORTS - 1)];
}

// Daemon: gives the room before `tail` back to the worker.
static inline void tuned_page_set_tail(tuned_page *page, uint64_t tail) {
    __atomic_store_n(&page->tail, tail, __ATOMIC_RELEASE);
}

#define TUNED_REPORT_KEPT 0      // in the page
#define TUNED_REPORT_HALF 1      // in the page, which has just become half full: ring the doorbell
#define TUNED_REPORT_FULL 2      // not in the page: wait, then try again

// Worker: adds a report. Any thread may.
int tuned_page_report(tuned_page *page, uint32_t metric, int64_t step, double value);
