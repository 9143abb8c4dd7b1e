#include "metrics.h"

#include <stdlib.h>

bool tally_init(tally *t, size_t class_count) {
    uint64_t *counts = calloc(class_count * 3, sizeof *counts);
    if (!counts) return false;
    *t = (tally){class_count, counts, counts + class_count, counts + 2 * class_count};
    return true;
}

void tally_free(tally *t) {
    free(t->correct);  /* the three arrays are one block */
    *t = (tally){0};
}

static double ratio(uint64_t part, uint64_t whole) { return whole ? (double)part / (double)whole : 0; }

scores tally_scores(const tally *t) {
    scores sum = {0};
    uint64_t rows = 0, correct = 0, classes = 0;
    for (size_t c = 0; c < t->class_count; c++) {
        if (t->actual[c] + t->predicted[c] == 0) continue;
        classes++;
        rows += t->actual[c];
        correct += t->correct[c];
        sum.f1 += ratio(2 * t->correct[c], t->actual[c] + t->predicted[c]);
        sum.recall += ratio(t->correct[c], t->actual[c]);
        sum.precision += ratio(t->correct[c], t->predicted[c]);
    }
    double n = (double)classes;
    return (scores){ratio(rows - correct, rows), sum.f1 / n, sum.recall / n, sum.precision / n};
}
