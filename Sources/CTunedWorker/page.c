#include "tuned_page.h"

#include <pthread.h>

// Plugins report from any thread; the lock lies outside the page, where the daemon cannot be hurt by who holds it.
static pthread_mutex_t report_lock = PTHREAD_MUTEX_INITIALIZER;

int tuned_page_report(tuned_page *page, uint32_t metric, int64_t step, double value) {
    pthread_mutex_lock(&report_lock);
    uint64_t head = page->head;
    uint64_t waiting = head - __atomic_load_n(&page->tail, __ATOMIC_ACQUIRE);
    int result = TUNED_REPORT_FULL;
    if (waiting < TUNED_PAGE_REPORTS) {
        tuned_report *slot = &page->reports[head & (TUNED_PAGE_REPORTS - 1)];
        slot->metric = metric;
        slot->step = step;
        slot->value = value;
        __atomic_store_n(&page->head, head + 1, __ATOMIC_RELEASE);
        result = waiting + 1 == TUNED_PAGE_REPORTS / 2 ? TUNED_REPORT_HALF : TUNED_REPORT_KEPT;
    }
    pthread_mutex_unlock(&report_lock);
    return result;
}
