/* A classification data set in memory: numbers for features, small integers for classes. */
#ifndef SVM_DATASET_H
#define SVM_DATASET_H

#include "failure.h"

#include <stddef.h>
#include <stdint.h>

#define DATASET_MAX_CLASSES 1000

typedef struct dataset {
    size_t rows;
    size_t features;
    double *values;       /* rows x features, row by row; all finite */
    int32_t *labels;      /* rows class numbers, from 0, in order of first appearance */
    size_t class_count;   /* at least 2 */
    char **class_names;   /* the target's text of each class */
} dataset;

/* Reads the CSV file at `path`; `target` names the column to predict, the last one where it is NULL or "". Every other
 * column is a feature and holds numbers. False with the reason, and *out empty, where that is not so. */
bool dataset_load(const char *path, const char *target, dataset *out, failure *why);

void dataset_free(dataset *data);

#endif
