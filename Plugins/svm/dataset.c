#include "dataset.h"

#include "csv.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names in quotation marks, as many as fit. */
static void list_names(char *const *names, size_t count, char *out, size_t room) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        int written = snprintf(out + used, room - used, "%s'%s'", i ? ", " : "", names[i]);
        if (written < 0 || used + (size_t)written + sizeof ", ..." > room) {
            snprintf(out + used, room - used, "%s...", i ? ", " : "");
            return;
        }
        used += (size_t)written;
    }
}

static bool find_target(const csv_table *table, const char *target, size_t *column, failure *why) {
    if (!target || !*target) {
        *column = table->columns - 1;
        return true;
    }
    for (size_t i = 0; i < table->columns; i++) {
        if (strcmp(table->header[i], target) == 0) {
            *column = i;
            return true;
        }
    }
    char names[300];
    list_names(table->header, table->columns, names, sizeof names);
    return failed(why, "there is no column '%s' to be the target; the columns are %s", target, names);
}

static bool read_features(const csv_table *table, size_t target, dataset *out, failure *why) {
    double *next = out->values;
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t column = 0; column < table->columns; column++) {
            if (column == target) continue;
            const char *cell = csv_cell(table, row, column);
            char *end;
            *next = strtod(cell, &end);
            if (end == cell || *end != '\0' || !isfinite(*next)) {
                return failed(why, "line %zu, column '%s': '%.40s' is not a number; every feature must be one",
                              table->lines[row], table->header[column], cell);
            }
            next++;
        }
    }
    return true;
}

/* The number of the class, a new one where the name is new; -1 where there are too many, or no memory is left. */
static int32_t class_number(dataset *data, const char *name) {
    for (size_t i = 0; i < data->class_count; i++) {
        if (strcmp(data->class_names[i], name) == 0) return (int32_t)i;
    }
    if (data->class_count == DATASET_MAX_CLASSES) return -1;
    char *copy = strdup(name);
    if (!copy) return -1;
    data->class_names[data->class_count] = copy;
    return (int32_t)data->class_count++;
}

static bool read_labels(const csv_table *table, size_t target, dataset *out, failure *why) {
    const char *name = table->header[target];
    for (size_t row = 0; row < table->rows; row++) {
        const char *cell = csv_cell(table, row, target);
        if (!*cell) return failed(why, "line %zu: the target '%s' is empty", table->lines[row], name);
        out->labels[row] = class_number(out, cell);
        if (out->labels[row] < 0) {
            return failed(why, "line %zu: the target '%s' has more than %d distinct values; is it a number, not a class?",
                          table->lines[row], name, DATASET_MAX_CLASSES);
        }
    }
    if (out->class_count < 2) {
        return failed(why, "every row has '%s' for the target '%s'; to classify takes two classes at least",
                      csv_cell(table, 0, target), name);
    }
    return true;
}

static bool fill(const csv_table *table, const char *target, dataset *out, failure *why) {
    size_t column;
    if (!find_target(table, target, &column, why)) return false;
    if (table->columns < 2) {
        return failed(why, "'%s' is the only column; a target and one feature are needed, separated by commas",
                      table->header[0]);
    }
    /* libsvm counts rows in int. */
    if (table->rows > INT_MAX) return failed(why, "%zu rows are more than libsvm can count", table->rows);
    out->rows = table->rows;
    out->features = table->columns - 1;
    out->values = malloc(out->rows * out->features * sizeof *out->values);
    out->labels = malloc(out->rows * sizeof *out->labels);
    out->class_names = calloc(DATASET_MAX_CLASSES, sizeof *out->class_names);
    if (!out->values || !out->labels || !out->class_names) {
        return failed(why, "not enough memory for %zu rows", table->rows);
    }
    return read_features(table, column, out, why) && read_labels(table, column, out, why);
}

bool dataset_load(const char *path, const char *target, dataset *out, failure *why) {
    *out = (dataset){0};
    csv_table table;
    if (!csv_read(path, &table, why)) return false;
    bool ok = fill(&table, target, out, why);
    csv_free(&table);
    if (ok) return true;
    failure inner = *why;
    dataset_free(out);
    return failed(why, "%s: %s", path, inner.text);
}

void dataset_free(dataset *data) {
    for (size_t i = 0; i < data->class_count; i++) free(data->class_names[i]);
    free(data->class_names);
    free(data->labels);
    free(data->values);
    *data = (dataset){0};
}
