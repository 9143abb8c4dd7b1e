/* A support vector classifier (libsvm's C-SVC, one against one), with the scaling that belongs to it. */
#ifndef SVM_CLASSIFIER_H
#define SVM_CLASSIFIER_H

#include "dataset.h"
#include "scaling.h"

#include <libsvm/svm.h>

typedef struct classifier_settings {
    int kernel;        /* LINEAR, POLY, RBF or SIGMOID of libsvm */
    double c;          /* price of a training row on the wrong side; > 0 */
    double gamma;      /* of all kernels but the linear one; > 0 */
    int degree;        /* of the polynomial kernel */
    double coef0;      /* of the polynomial and sigmoid kernels */
    bool is_balanced;  /* C of each class times rows / (classes * rows of that class) */
    bool is_shrinking; /* libsvm's shrinking heuristic: changes the time, hardly the result */
} classifier_settings;

/* A trained model. libsvm keeps pointers to the training rows, so they live as long as it. Zero: none. */
typedef struct classifier {
    struct svm_model *model;
    scaling scaling;
    struct svm_node **rows;   /* the training rows, scaled; one block behind them, which rows[0] begins */
    double *labels;
    struct svm_node *scratch; /* the row under prediction */
} classifier;

/* Trains on `count` rows of the data. False with the reason, and *out zero, where it cannot be done. */
bool classifier_train(classifier *out, const dataset *data, const uint32_t *rows, size_t count,
                      const classifier_settings *settings, failure *why);

/* The class of a row of the data that the classifier was trained on. */
int32_t classifier_predict(const classifier *c, const dataset *data, uint32_t row);

void classifier_free(classifier *c);

#endif
