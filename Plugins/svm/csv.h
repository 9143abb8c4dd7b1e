/* Comma-separated text as RFC 4180 describes it: a header row, quoted fields, any line ending. */
#ifndef SVM_CSV_H
#define SVM_CSV_H

#include "failure.h"

#include <stddef.h>

#define CSV_MAX_BYTES ((size_t)1 << 30)
#define CSV_MAX_COLUMNS ((size_t)65536)

typedef struct csv_table {
    size_t rows;     /* without the header */
    size_t columns;
    char **header;   /* columns names */
    char **cells;    /* rows x columns, row by row */
    size_t *lines;   /* the line of the file, from 1, on which each row starts */
    char *text;      /* the file; every cell points into it */
} csv_table;

/* Reads a whole file. Every row has as many cells as the header, at least one row follows it, empty lines are skipped,
 * spaces around unquoted cells are dropped. False with the reason, and *out empty, where that is not so. */
bool csv_read(const char *path, csv_table *out, failure *why);

void csv_free(csv_table *table);

static inline const char *csv_cell(const csv_table *table, size_t row, size_t column) {
    return table->cells[row * table->columns + column];
}

#endif
