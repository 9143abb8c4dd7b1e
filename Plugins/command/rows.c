#include "rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_CLASSES 1000

static bool read_whole(const char *path, char **out, size_t *size, failure *why) {
    struct stat status;
    FILE *file = fopen(path, "rbe");
    if (!file) return failed(why, "%s cannot be opened: %s", path, strerror(errno));
    bool ok = fstat(fileno(file), &status) == 0 || failed(why, "%s cannot be read: %s", path, strerror(errno));
    size_t room = ok ? (size_t)status.st_size : 0;
    *out = ok ? malloc(room + 1) : NULL;
    ok = ok && (*out || failed(why, "not enough memory for %s", path));
    *size = ok ? fread(*out, 1, room, file) : 0;
    if (ok && ferror(file)) ok = failed(why, "%s cannot be read: %s", path, strerror(errno));
    fclose(file);
    return ok;
}

static const char *line_end(const char *at, const char *end) {
    const char *found = memchr(at, '\n', (size_t)(end - at));
    return found ? found + 1 : end;
}

static bool is_blank(const char *at, const char *end) {
    while (at < end && memchr(" \t\r\n", *at, 4)) at++;
    return at == end;
}

/* Where the lines begin that are not empty; without `starts` it only counts. */
static size_t find_lines(const char *bytes, size_t size, size_t *starts) {
    size_t count = 0;
    const char *end = bytes + size;
    for (const char *at = bytes, *next; at < end; at = next) {
        next = line_end(at, end);
        if (is_blank(at, next)) continue;
        if (starts) starts[count] = (size_t)(at - bytes);
        count++;
    }
    return count;
}

/* The cell at `at`, without quotes and spaces around it. Returns where the next one begins, or NULL at the end of the line. */
static const char *read_cell(const char *at, const char *end, const char **cell, size_t *length) {
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    bool is_quoted = at < end && *at == '"';
    const char *first = at += is_quoted, *last;
    while (at < end) {
        bool is_doubled = is_quoted && *at == '"' && at + 1 < end && at[1] == '"';  /* stands for one quotation mark */
        if (!is_doubled && *at == (is_quoted ? '"' : ',')) break;
        at += is_doubled ? 2 : 1;
    }
    last = at;
    while (at < end && *at != ',') at++;
    while (!is_quoted && last > first && memchr(" \t\r\n", last[-1], 4)) last--;
    *cell = first;
    *length = (size_t)(last - first);
    return at < end ? at + 1 : NULL;
}

static bool is_same(const char *a, size_t a_length, const char *b, size_t b_length) {
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

/* The end of row `index`, counted from the header's 0. */
static const char *row_end(const row_file *r, size_t index) {
    return line_end(r->bytes + r->starts[index], r->bytes + r->starts[r->rows + 1]);
}

static bool find_column(const row_file *r, const char *label, size_t *out, failure *why) {
    const char *at = r->bytes + r->starts[0], *end = row_end(r, 0), *cell;
    size_t length;
    for (*out = 0; at; ++*out) {
        at = read_cell(at, end, &cell, &length);
        if (is_same(cell, length, label, strlen(label))) return true;
    }
    return failed(why, "the header has no column \"%.60s\"", label);
}

static bool read_labels(row_file *r, const char *label, failure *why) {
    struct { const char *name; size_t length; } classes[MAX_CLASSES];
    size_t column, count = 0;
    if (!find_column(r, label, &column, why)) return false;
    if (!(r->labels = malloc(r->rows * sizeof *r->labels))) return failed(why, "not enough memory for the labels");
    for (size_t row = 1; row <= r->rows; row++) {
        const char *at = r->bytes + r->starts[row], *end = row_end(r, row), *cell = NULL;
        size_t length = 0, number = 0;
        for (size_t i = 0; i <= column; i++) {
            if (!at) return failed(why, "row %zu has no cell in column \"%.60s\"", row, label);
            at = read_cell(at, end, &cell, &length);
        }
        while (number < count && !is_same(classes[number].name, classes[number].length, cell, length)) number++;
        if (number == MAX_CLASSES) return failed(why, "column \"%.60s\" has more than %d different values", label, MAX_CLASSES);
        if (number == count) {
            classes[count].name = cell;
            classes[count++].length = length;
        }
        r->labels[row - 1] = (int32_t)number;
    }
    return true;
}

bool rows_load(const char *path, const char *label, row_file *out, failure *why) {
    *out = (row_file){0};
    size_t size;
    if (!read_whole(path, &out->bytes, &size, why)) return false;
    size_t lines = find_lines(out->bytes, size, NULL);
    if (lines < 2) return failed(why, "%s has no rows: a header and one row a line are needed", path);
    if (!(out->starts = malloc((lines + 1) * sizeof *out->starts))) return failed(why, "not enough memory for the rows of %s", path);
    find_lines(out->bytes, size, out->starts);
    out->starts[lines] = size;
    out->rows = lines - 1;
    failure inner;
    if (!label || read_labels(out, label, &inner)) return true;
    return failed(why, "%s: %s", path, inner.text);
}

void rows_free(row_file *r) {
    free(r->bytes);
    free(r->starts);
    free(r->labels);
    *r = (row_file){0};
}

/* A line that ends, also where the file does not. */
static bool write_line(const row_file *r, size_t index, FILE *file) {
    const char *start = r->bytes + r->starts[index], *end = row_end(r, index);
    size_t length = (size_t)(end - start);
    return fwrite(start, 1, length, file) == length && (start[length - 1] == '\n' || fputc('\n', file) == '\n');
}

bool rows_write(const row_file *r, const uint32_t *indices, uint64_t count, const char *path, failure *why) {
    FILE *file = fopen(path, "wbex");
    if (!file) return failed(why, "%s cannot be made: %s", path, strerror(errno));
    bool ok = write_line(r, 0, file);
    for (uint64_t i = 0; ok && i < count; i++) {
        if (indices[i] >= r->rows) {
            fclose(file);
            return failed(why, "row %lu does not exist: the data has %zu", (unsigned long)indices[i], r->rows);
        }
        ok = write_line(r, (size_t)indices[i] + 1, file);
    }
    int problem = errno;
    if (fclose(file) != 0 && ok) {
        problem = errno;
        ok = false;
    }
    return ok || failed(why, "%s cannot be written: %s", path, strerror(problem));
}
