/* How good a classifier's answers are, counted class by class. */
#ifndef SVM_METRICS_H
#define SVM_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tally {
    size_t class_count;
    uint64_t *correct;    /* of each class: rows of it that were given it */
    uint64_t *actual;     /* rows of it */
    uint64_t *predicted;  /* rows that were given it */
} tally;

/* False where no memory is left. */
bool tally_init(tally *t, size_t class_count);
void tally_free(tally *t);

static inline void tally_add(tally *t, int32_t actual, int32_t predicted) {
    t->actual[actual]++;
    t->predicted[predicted]++;
    if (actual == predicted) t->correct[actual]++;
}

/* All lie in [0, 1]. The last three are macro averages: each class counts alike, however many rows it has. The average is
 * over the classes that occur, as an answer or as the truth; a ratio 0 / 0 counts as 0. */
typedef struct scores {
    double error;      /* the share of wrong answers */
    double f1;         /* the mean of 2 correct / (actual + predicted) */
    double recall;     /* the mean of correct / actual */
    double precision;  /* the mean of correct / predicted */
} scores;

/* The scores of a tally that holds one row at least. */
scores tally_scores(const tally *t);

#endif
