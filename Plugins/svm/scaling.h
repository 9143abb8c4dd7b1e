/* Linear scaling of each feature to [0, 1]. */
#ifndef SVM_SCALING_H
#define SVM_SCALING_H

#include "dataset.h"

typedef struct scaling {
    double *low;      /* features minima */
    double *inverse;  /* 1 / (maximum - minimum); 0 for a constant feature, which so drops out */
} scaling;

/* Fitted to `count` rows of the data, the training rows alone: the rows that score a model must not shape it. False where
 * no memory is left. */
bool scaling_fit(scaling *s, const dataset *data, const uint32_t *rows, size_t count);
void scaling_free(scaling *s);

static inline double scaling_apply(const scaling *s, size_t feature, double value) {
    return (value - s->low[feature]) * s->inverse[feature];
}

#endif
