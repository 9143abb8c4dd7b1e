/* What reads text that a person wrote: JSON, declarations, commands, data files; with seeded damage: parts_test EXAMPLE.json [COUNT] */
#define _DEFAULT_SOURCE  /* mkstemp */
#include "../host/check.h"

#include "rows.h"
#include "spec.h"

#include <stdlib.h>
#include <unistd.h>

static bool parses(const char *text) {
    json_document document;
    failure why;
    bool ok = json_parse(text, strlen(text), &document, &why);
    json_free(&document);
    return ok;
}

static void test_json(void) {
    static const char *const good[] = {
        "0", "-0", "1.5e-3", "\"\"", "[]", "{}", " [1, 2 ] ", "{\"a\": {\"b\": [true, false, null]}}", "\"\\u00e9\\ud83d\\ude00\\n\"", "\"\xc3\xa9\"",
    };
    static const char *const bad[] = {
        "", " ", "01", "+1", "1.", ".5", "1e", "-", "1e999", "tru", "nul", "'a'", "[1,]", "[1 2]", "[", "]", "{\"a\"}", "{\"a\":}", "{a: 1}",
        "{\"a\": 1,}", "{\"a\": 1, \"a\": 2}", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\u0000\"",
        "\"\n\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "1 2", "[]]", "\"\\",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK(parses(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!parses(bad[i]));

    json_document document;
    failure why;
    const char *text = "{\"text\": \"a\\u00e9\\ud83d\\ude00\\\\\", \"list\": [1, -2.5e1, \"x\"], \"map\": { \"k\": true }}";
    CHECK(json_parse(text, strlen(text), &document, &why));
    CHECK(strcmp(json_find(document.root, "text")->text, "a\xc3\xa9\xf0\x9f\x98\x80\\") == 0);
    const json_value *list = json_find(document.root, "list");
    CHECK(list->count == 3 && list->first->number == 1 && list->first->next->number == -25 && !list->first->next->next->next);
    const json_value *map = json_find(document.root, "map");
    CHECK(map->written_length == 13 && strncmp(map->written, "{ \"k\": true }", 13) == 0 && json_find(map, "k")->flag);
    CHECK(!json_find(map, "text") && !json_find(list, "k"));
    json_free(&document);

    char deep[200];
    memset(deep, '[', sizeof deep);
    CHECK(!json_parse(deep, sizeof deep, &document, &why));
    CHECK_CONTAINS(why.text, "column 65: this is nested too deep");
    json_free(&document);
    CHECK(!json_parse("[\n1,\n x]", 8, &document, &why));
    CHECK_CONTAINS(why.text, "line 3, column 2");
    json_free(&document);
}

/* A file that may hold anything: read without a crash, and what it read is consistent. */
static void read_rows_of(const void *bytes, size_t count, const char *label) {
    char path[] = "/tmp/tuned-rows-XXXXXX", part[64];
    int descriptor = mkstemp(path);
    row_file rows;
    failure why;
    CHECK(descriptor >= 0 && write(descriptor, bytes, count) == (ssize_t)count);
    close(descriptor);
    if (rows_load(path, label, &rows, &why)) {
        snprintf(part, sizeof part, "%s.part", path);
        uint32_t last = (uint32_t)rows.rows - 1;
        CHECK(rows.rows > 0 && rows_write(&rows, &last, 1, part, &why));
        unlink(part);
    }
    rows_free(&rows);
    unlink(path);
}

static uint64_t state = 20240607;

static uint32_t random_below(uint32_t limit) {  /* the generator of Knuth's MMIX */
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % limit);
}

static size_t damage(char *text, size_t size, size_t room) {
    static const char *const pieces[] = {"{", "}", "[", "]", "\"", "\\", ",", ":", "null", "-1e308", "\\u0000", "{{", "}}", "{lr}", "\xc3", "(", ")", "0", "\n"};
    for (uint32_t times = 1 + random_below(6); times > 0 && size > 2; times--) {
        size_t at = random_below((uint32_t)size);
        const char *piece = pieces[random_below(sizeof pieces / sizeof *pieces)];
        size_t length = strlen(piece);
        switch (random_below(4)) {
        case 0: text[at] = (char)random_below(256); break;
        case 1:  /* take some out */
            length = 1 + random_below(20);
            if (length > size - at) length = size - at;
            memmove(text + at, text + at + length, size - at - length);
            size -= length;
            break;
        case 2:  /* put something in */
            if (size + length >= room) break;
            memmove(text + at + length, text + at, size - at);
            memcpy(text + at, piece, length);
            size += length;
            break;
        default:  /* copy a part elsewhere */
            length = 1 + random_below(40);
            size_t from = random_below((uint32_t)size);
            if (from + length <= size && at + length <= size) memmove(text + at, text + from, length);
        }
    }
    return size;
}

static void test_damaged_declarations(const char *example, size_t size, int count) {
    static char text[1 << 16];
    int read = 0;
    for (int i = 0; i < count; i++) {
        declaration d;
        failure why;
        memcpy(text, example, size);
        size_t length = damage(text, size, sizeof text);
        if (declaration_parse("example", text, length, spec_keys, &d, &why)) {
            for (uint32_t k = 0; k < d.count; k++) {
                spec s;
                read += spec_read(&d.document, &d.trainables[k], &s, &why);
                spec_free(&s);
            }
        }
        declaration_free(&d);
    }
    CHECK(read > 0);  /* some damage is harmless: not all inputs end at the first brace */
}

static void test_damaged_rows(int count) {
    static const char example[] = "a,\"the label\",c\r\n1,\"x, y\",3\n\n2,z,\"4\"\n5,\"x, y\",6";
    char bytes[1024];
    read_rows_of("", 0, NULL);
    read_rows_of("\0\0\n\0", 4, NULL);
    for (int i = 0; i < count; i++) {
        memcpy(bytes, example, sizeof example);
        read_rows_of(bytes, damage(bytes, sizeof example - 1, sizeof bytes), i % 2 ? "the label" : NULL);
    }
}

int main(int count, char **arguments) {
    static char example[1 << 15];
    FILE *file = count > 1 ? fopen(arguments[1], "rb") : NULL;
    size_t size = file ? fread(example, 1, sizeof example, file) : 0;
    if (size == 0 || size == sizeof example) return 2;
    fclose(file);
    int inputs = count > 2 ? atoi(arguments[2]) : 20000;
    test_json();
    test_damaged_declarations(example, size, inputs);
    test_damaged_rows(inputs / 20);
    return check_summary("command parts");
}
