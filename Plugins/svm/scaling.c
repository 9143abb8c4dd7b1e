#include "scaling.h"

#include <math.h>
#include <stdlib.h>

bool scaling_fit(scaling *s, const dataset *data, const uint32_t *rows, size_t count) {
    size_t features = data->features;
    double *block = malloc(2 * features * sizeof *block);
    if (!block) return false;
    *s = (scaling){block, block + features};
    double *high = s->inverse;  /* holds the maxima until the end */
    for (size_t f = 0; f < features; f++) {
        s->low[f] = INFINITY;
        high[f] = -INFINITY;
    }
    for (size_t i = 0; i < count; i++) {
        const double *values = data->values + (size_t)rows[i] * features;
        for (size_t f = 0; f < features; f++) {
            if (values[f] < s->low[f]) s->low[f] = values[f];
            if (values[f] > high[f]) high[f] = values[f];
        }
    }
    for (size_t f = 0; f < features; f++) {
        double inverse = 1 / (high[f] - s->low[f]);
        s->inverse[f] = isfinite(inverse) ? inverse : 0;
    }
    return true;
}

void scaling_free(scaling *s) {
    free(s->low);  /* both arrays are one block */
    *s = (scaling){0};
}
