/* The rows of a data file that has one a line, below a header: so that a command can be given files with the rows that the host
 * chose, and nothing else. */
#ifndef ROWS_H
#define ROWS_H

#include "failure.h"

#include <stddef.h>
#include <stdint.h>

typedef struct row_file {
    char *bytes;       /* the whole file */
    size_t *starts;    /* of the header, then of each row; and one more, the end */
    size_t rows;
    int32_t *labels;   /* class of each row, from 0; NULL where no column was named */
} row_file;

/* Empty lines are no rows. `label` names a column of the header, cells being separated by commas, in quotes or without. *out is to
 * be freed whatever is returned. */
bool rows_load(const char *path, const char *label, row_file *out, failure *why);
void rows_free(row_file *r);

/* A new file with the header and some of the rows. */
bool rows_write(const row_file *r, const uint32_t *indices, uint64_t count, const char *path, failure *why);

#endif
