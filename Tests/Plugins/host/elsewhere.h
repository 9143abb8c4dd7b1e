/* Resumes trials in another process, which nothing but its checkpoint connects to this one. */
#ifndef TEST_ELSEWHERE_H
#define TEST_ELSEWHERE_H

#include "host.h"

#include <stdio.h>
#include <sys/types.h>

typedef struct elsewhere {
    pid_t process;
    FILE *questions;  /* to the other process */
    FILE *answers;
} elsewhere;

/* Carries out case `which` of the test from `from`, and fills *out; called in the other process, which lives for one test. */
typedef void (*resumer)(uint32_t which, checkpoint *from, run *out);

/* Forks, so it comes before anything is loaded: then the other process is fresh. Ends the test where it fails. */
elsewhere begin_elsewhere(resumer resume);

/* False where the other process died. Pointers in *out mean nothing here. */
bool resume_elsewhere(elsewhere *e, uint32_t which, const checkpoint *from, run *out);

/* Whether the other process ended in peace. */
bool end_elsewhere(elsewhere *e);

#endif
