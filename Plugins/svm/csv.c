#include "csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The cells are unquoted in place: what is written never overtakes what is read, because unquoting only shortens. */
typedef struct parser {
    char *next;
    char *end;
    size_t line;
    char **cells;    /* of all records so far, the header's first */
    size_t count;
    size_t capacity;
} parser;

static bool read_file(const char *path, char **text, size_t *size, failure *why) {
    FILE *file = fopen(path, "rb");
    if (!file) return failed(why, "cannot open %s: %s", path, strerror(errno));
    size_t used = 0, room = (size_t)1 << 16;
    char *buffer = malloc(room + 1);
    bool ok = buffer || failed(why, "not enough memory to read %s", path);
    while (ok) {
        errno = 0;
        used += fread(buffer + used, 1, room - used, file);
        if (ferror(file)) ok = failed(why, "cannot read %s: %s", path, strerror(errno));
        if (!ok || used < room) break;
        if (room >= CSV_MAX_BYTES) {
            ok = failed(why, "%s is larger than the %zu MiB that this plugin reads", path, CSV_MAX_BYTES >> 20);
            break;
        }
        room *= 2;
        char *larger = realloc(buffer, room + 1);
        if (larger) buffer = larger;
        else ok = failed(why, "not enough memory to read %s", path);
    }
    fclose(file);
    if (!ok) {
        free(buffer);
        return false;
    }
    buffer[used] = '\0';
    *text = buffer;
    *size = used;
    return true;
}

static bool append_cell(parser *p, char *cell, failure *why) {
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? p->capacity * 2 : 1024;
        char **larger = realloc(p->cells, capacity * sizeof *larger);
        if (!larger) return failed(why, "line %zu: not enough memory for so many cells", p->line);
        p->cells = larger;
        p->capacity = capacity;
    }
    p->cells[p->count++] = cell;
    return true;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool ends_cell(const parser *p) {
    return p->next == p->end || *p->next == ',' || *p->next == '\n' || *p->next == '\r';
}

static bool parse_quoted(parser *p, char **written, failure *why) {
    size_t opened = p->line;
    char *out = ++p->next;
    for (;; p->next++) {
        if (p->next == p->end) return failed(why, "line %zu: a quotation mark is opened and never closed", opened);
        if (*p->next == '"') {
            p->next++;
            if (p->next == p->end || *p->next != '"') break;
        }
        if (*p->next == '\n') p->line++;
        *out++ = *p->next;
    }
    while (p->next < p->end && is_blank(*p->next)) p->next++;
    if (!ends_cell(p)) return failed(why, "line %zu: text follows a closing quotation mark", p->line);
    *written = out;
    return true;
}

/* One cell and the comma or line end behind it; *last where the line ended. */
static bool parse_cell(parser *p, bool *last, failure *why) {
    while (p->next < p->end && is_blank(*p->next)) p->next++;
    char *cell = p->next, *end;
    if (p->next < p->end && *p->next == '"') {
        cell++;
        if (!parse_quoted(p, &end, why)) return false;
    } else {
        while (!ends_cell(p)) p->next++;
        end = p->next;
        while (end > cell && is_blank(end[-1])) end--;
    }
    *last = p->next == p->end || *p->next != ',';
    if (p->next < p->end) {
        if (*p->next == '\r' && p->next + 1 < p->end && p->next[1] == '\n') p->next++;
        if (*last) p->line++;
        p->next++;
    }
    *end = '\0';
    return append_cell(p, cell, why);
}

static void skip_empty_lines(parser *p) {
    while (p->next < p->end) {
        char *q = p->next;
        while (q < p->end && is_blank(*q)) q++;
        if (q < p->end && *q != '\n' && *q != '\r') return;
        if (q + 1 < p->end && q[0] == '\r' && q[1] == '\n') q++;
        if (q < p->end) {
            q++;
            p->line++;
        }
        p->next = q;
    }
}

static bool parse_record(parser *p, size_t *columns, failure *why) {
    size_t before = p->count;
    for (bool last = false; !last;) {
        if (p->count - before == CSV_MAX_COLUMNS) {
            return failed(why, "line %zu has more than %zu columns", p->line, CSV_MAX_COLUMNS);
        }
        if (!parse_cell(p, &last, why)) return false;
    }
    *columns = p->count - before;
    return true;
}

static bool append_line(csv_table *table, size_t *capacity, size_t line, failure *why) {
    if (table->rows == *capacity) {
        size_t larger_capacity = *capacity ? *capacity * 2 : 1024;
        size_t *larger = realloc(table->lines, larger_capacity * sizeof *larger);
        if (!larger) return failed(why, "line %zu: not enough memory for so many rows", line);
        table->lines = larger;
        *capacity = larger_capacity;
    }
    table->lines[table->rows++] = line;
    return true;
}

static bool parse_table(parser *p, csv_table *table, failure *why) {
    skip_empty_lines(p);
    if (p->next == p->end) return failed(why, "the file is empty: a header row and at least one row of data are needed");
    if (!parse_record(p, &table->columns, why)) return false;
    size_t capacity = 0;
    for (skip_empty_lines(p); p->next < p->end; skip_empty_lines(p)) {
        size_t line = p->line, columns;
        if (!parse_record(p, &columns, why)) return false;
        if (columns != table->columns) {
            return failed(why, "line %zu has %zu columns where the header has %zu", line, columns, table->columns);
        }
        if (!append_line(table, &capacity, line, why)) return false;
    }
    if (table->rows == 0) return failed(why, "the file has a header and no rows of data");
    return true;
}

bool csv_read(const char *path, csv_table *out, failure *why) {
    *out = (csv_table){0};
    size_t size;
    if (!read_file(path, &out->text, &size, why)) return false;

    parser p = {.next = out->text, .end = out->text + size, .line = 1};
    const char *zero = memchr(out->text, '\0', size);
    bool ok = !zero || failed(why, "byte %zu is zero: this is not a text file", (size_t)(zero - out->text));
    if (size >= 3 && memcmp(out->text, "\xEF\xBB\xBF", 3) == 0) p.next += 3;  /* the byte order mark */
    ok = ok && parse_table(&p, out, why);
    out->header = p.cells;
    if (!ok) {
        failure inner = *why;
        csv_free(out);
        return failed(why, "%s: %s", path, inner.text);
    }
    out->cells = out->header + out->columns;
    return true;
}

void csv_free(csv_table *table) {
    free(table->header);  /* the cells lie behind it in the same block */
    free(table->lines);
    free(table->text);
    *table = (csv_table){0};
}
