#include "table.h"

#include "functions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends the numbers of one line; their count, or 0 where something else is between the commas. */
static size_t parse_line(char *line, double *out) {
    size_t count = 0;
    for (char *next = line;; next++) {
        char *end;
        if (count == TABLE_MAX_COLUMNS) return 0;
        out[count] = strtod(next, &end);
        if (end == next || !isfinite(out[count])) return 0;
        count++;
        next = end;
        if (*next != ',') return *next == '\0' || *next == '\n' || *next == '\r' ? count : 0;
    }
}

static int32_t append(table *t, size_t *room, const double *row) {
    if (t->rows == *room) {
        size_t larger = *room ? *room * 2 : 256;
        double *cells = realloc(t->cells, larger * t->columns * sizeof *cells);
        if (!cells) return RIDGE_MEMORY;
        t->cells = cells;
        *room = larger;
    }
    memcpy(t->cells + t->rows++ * t->columns, row, t->columns * sizeof *row);
    return 0;
}

int32_t table_read(const char *path, table *out) {
    *out = (table){0};
    FILE *file = path ? fopen(path, "re") : NULL;
    if (!file) return RIDGE_DATA;
    char *line = NULL;
    size_t size = 0, room = 0;
    double row[TABLE_MAX_COLUMNS];
    int32_t status = getline(&line, &size, file) > 0 ? 0 : RIDGE_DATA;  /* the header */
    while (status == 0 && getline(&line, &size, file) > 0) {
        size_t count = parse_line(line, row);
        if (out->columns == 0) out->columns = count;
        status = count < 2 || count != out->columns ? RIDGE_DATA : append(out, &room, row);
    }
    if (out->rows == 0 && status == 0) status = RIDGE_DATA;
    free(line);
    fclose(file);
    return status;
}

void table_free(table *t) {
    free(t->cells);
    *t = (table){0};
}
