/* A CSV file of numbers, with a header row. */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct table {
    size_t rows, columns;
    double *cells;  /* row by row */
} table;

#define TABLE_MAX_COLUMNS 64

/* Returns 0, RIDGE_DATA or RIDGE_MEMORY; *out is to be freed whatever it returns. */
int32_t table_read(const char *path, table *out);
void table_free(table *t);

#endif
