/* What the plugin declares, and the places by which the rest reads it: the enumerations follow the order of the JSON. */
#ifndef SVM_SCHEMA_H
#define SVM_SCHEMA_H

#include <tuned/plugin.h>

enum svm_parameter_index {
    PARAMETER_C,
    PARAMETER_KERNEL,
    PARAMETER_GAMMA,
    PARAMETER_DEGREE,
    PARAMETER_COEF0,
    PARAMETER_CLASS_WEIGHT,
    PARAMETER_SHRINKING,
};

/* Categories in the order of the schema's choices. */
enum svm_kernel_choice { KERNEL_LINEAR, KERNEL_POLY, KERNEL_RBF, KERNEL_SIGMOID, KERNEL_CHOICES };
enum svm_class_weight_choice { CLASS_WEIGHT_NONE, CLASS_WEIGHT_BALANCED };

enum svm_metric_index { METRIC_ERROR, METRIC_MACRO_F1, METRIC_RECALL, METRIC_PRECISION };

static const char svm_schema[] = TUNED_JSON({
    "id": "svm",
    "description": "Support vector classification (libsvm) of a CSV file",
    "parameters": [
        {"name": "C", "type": "float", "low": 1e-3, "high": 1e3, "log": true, "default": 1,
         "description": "Price of a training row on the wrong side of the margin"},
        {"name": "kernel", "type": "categorical", "choices": ["linear", "poly", "rbf", "sigmoid"], "default": "rbf",
         "description": "Shape of the boundary"},
        {"name": "gamma", "type": "float", "low": 1e-5, "high": 10, "log": true, "default": 0.01,
         "description": "Reach of a support vector: the larger, the nearer",
         "when": {"kernel": ["poly", "rbf", "sigmoid"]}},
        {"name": "degree", "type": "int", "low": 2, "high": 5, "default": 3,
         "description": "Degree of the polynomial", "when": {"kernel": ["poly"]}},
        {"name": "coef0", "type": "float", "low": -1, "high": 1, "default": 0,
         "description": "Constant term of the kernel", "when": {"kernel": ["poly", "sigmoid"]}},
        {"name": "class_weight", "type": "categorical", "choices": ["none", "balanced"], "default": "none",
         "description": "Whether rare classes weigh more"},
        {"name": "shrinking", "type": "bool", "default": true,
         "description": "libsvm's shrinking heuristic: a matter of time"}
    ],
    "metrics": [
        {"name": "error", "goal": "minimize", "description": "Share of wrong answers"},
        {"name": "macro_f1", "goal": "maximize", "description": "F1, the mean over the classes"},
        {"name": "recall", "goal": "maximize", "description": "Recall, the mean over the classes"},
        {"name": "precision", "goal": "maximize", "description": "Precision, the mean over the classes"}
    ],
    "config": [
        {"name": "target", "required": false, "description": "Column to predict; the last one where it is not given"}
    ]
});

#endif
