/* The parts of the svm plugin that need no host: CSV text, data sets, metrics, scaling. */
#include "../host/check.h"

#include "csv.h"
#include "dataset.h"
#include "metrics.h"
#include "scaling.h"

#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/tuned-svm-parts-XXXXXX";

static void write_bytes(const char *text, size_t size) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(text, 1, size, file) != size || fclose(file) != 0) exit(2);
}

static void write_text(const char *text) { write_bytes(text, strlen(text)); }

static void test_csv(void) {
    csv_table table;
    failure why;
    write_text("\xEF\xBB\xBF\n a , \"b \"\"q\"\" , c\",d\r\n1,2,3\r\n\r\n\"4\n5\",,6 ");
    CHECK(csv_read(path, &table, &why));
    CHECK(table.rows == 2 && table.columns == 3);
    CHECK(strcmp(table.header[0], "a") == 0);
    CHECK(strcmp(table.header[1], "b \"q\" , c") == 0);
    CHECK(strcmp(csv_cell(&table, 0, 2), "3") == 0);
    CHECK(strcmp(csv_cell(&table, 1, 0), "4\n5") == 0);
    CHECK(strcmp(csv_cell(&table, 1, 1), "") == 0);
    CHECK(strcmp(csv_cell(&table, 1, 2), "6") == 0);
    CHECK(table.lines[0] == 3 && table.lines[1] == 5);
    csv_free(&table);

    write_text("a,b\r1,2\r3,4");
    CHECK(csv_read(path, &table, &why) && table.rows == 2 && table.lines[1] == 3);
    csv_free(&table);
}

static void test_bad_csv(void) {
    static const struct { const char *text, *reason; } cases[] = {
        {"", "empty"},
        {" \n\r\n", "empty"},
        {"a,b\n", "no rows of data"},
        {"a,b\n1,2\n1,2,3\n", "line 3 has 3 columns where the header has 2"},
        {"a,b\n1,2\n\n1\n", "line 4 has 1 columns where the header has 2"},
        {"a,b\n1,\"2\n3,4\n", "line 2: a quotation mark is opened and never closed"},
        {"a,b\n1,\"2\"x\n", "line 2: text follows a closing quotation mark"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        csv_table table;
        failure why = {""};
        write_text(cases[i].text);
        CHECK(!csv_read(path, &table, &why));
        CHECK_CONTAINS(why.text, cases[i].reason);
        CHECK_CONTAINS(why.text, path);
        CHECK(!table.text && !table.header && !table.lines);
    }
    csv_table table;
    failure why;
    write_bytes("a,b\n1\0,2\n", 9);
    CHECK(!csv_read(path, &table, &why));
    CHECK_CONTAINS(why.text, "byte 5 is zero");
    CHECK(!csv_read("/nowhere/data.csv", &table, &why));
    CHECK_CONTAINS(why.text, "cannot open /nowhere/data.csv: No such file");
    CHECK(!csv_read("/", &table, &why));
    CHECK_CONTAINS(why.text, "Is a directory");
}

static void test_dataset(void) {
    dataset data;
    failure why;
    write_text("kind,x,y\nb,1,-2.5\na,3e2,4\nb,5,6\n");
    CHECK(dataset_load(path, "kind", &data, &why));
    CHECK(data.rows == 3 && data.features == 2 && data.class_count == 2);
    CHECK(data.labels[0] == 0 && data.labels[1] == 1 && data.labels[2] == 0);
    CHECK(strcmp(data.class_names[1], "a") == 0);
    CHECK(data.values[1] == -2.5 && data.values[2] == 300);

    scaling scale;
    uint32_t rows[] = {0, 2};
    CHECK(scaling_fit(&scale, &data, rows, 2));
    CHECK_NEAR(scaling_apply(&scale, 0, 1), 0);
    CHECK_NEAR(scaling_apply(&scale, 0, 5), 1);
    CHECK_NEAR(scaling_apply(&scale, 1, 4), 6.5 / 8.5);
    scaling_free(&scale);
    CHECK(scaling_fit(&scale, &data, rows, 1));  /* of one row every feature is constant */
    CHECK(scaling_apply(&scale, 0, 77) == 0);
    scaling_free(&scale);
    dataset_free(&data);
}

static void test_bad_dataset(void) {
    static const struct { const char *text, *target, *reason; } cases[] = {
        {"a,b\n1,2\n", "label", "no column 'label' to be the target; the columns are 'a', 'b'"},
        {"a\n1\n2\n", NULL, "only column"},
        {"a,b\n1,x\nred,y\n", "", "line 3, column 'a': 'red' is not a number"},
        {"a,b\n1,x\n,y\n", NULL, "line 3, column 'a': '' is not a number"},
        {"a,b\nnan,x\n1,y\n", NULL, "line 2, column 'a': 'nan' is not a number"},
        {"a,b\n1,x\n1,\n", NULL, "line 3: the target 'b' is empty"},
        {"a,b\n1,x\n2,x\n", NULL, "every row has 'x' for the target 'b'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset data;
        failure why = {""};
        write_text(cases[i].text);
        CHECK(!dataset_load(path, cases[i].target, &data, &why));
        CHECK_CONTAINS(why.text, cases[i].reason);
        CHECK_CONTAINS(why.text, path);
    }
    char text[20000];
    size_t used = (size_t)sprintf(text, "a,b\n");
    for (int i = 0; i <= DATASET_MAX_CLASSES; i++) used += (size_t)sprintf(text + used, "1,%d.5\n", i);
    dataset data;
    failure why;
    write_text(text);
    CHECK(!dataset_load(path, NULL, &data, &why));
    CHECK_CONTAINS(why.text, "more than 1000 distinct values");

    used = 0;  /* a header that no message has room for */
    for (int i = 0; i < 200; i++) used += (size_t)sprintf(text + used, "%scolumn_%d", i ? "," : "", i);
    sprintf(text + used, "\n");
    for (int i = 0; i < 200; i++) strcat(text, i ? ",1" : "1");
    write_text(text);
    CHECK(!dataset_load(path, "none", &data, &why));
    CHECK_CONTAINS(why.text, "'column_0', 'column_1', ");
    CHECK_CONTAINS(why.text, ", ...");
}

static void test_metrics(void) {
    tally t;
    CHECK(tally_init(&t, 4));  /* class 3 never occurs, class 2 only as an answer */
    tally_add(&t, 0, 0);
    tally_add(&t, 0, 0);
    tally_add(&t, 0, 1);
    tally_add(&t, 1, 1);
    tally_add(&t, 1, 2);
    scores s = tally_scores(&t);
    CHECK_NEAR(s.error, 2.0 / 5);
    CHECK_NEAR(s.recall, (2.0 / 3 + 1.0 / 2 + 0) / 3);
    CHECK_NEAR(s.precision, (1.0 + 1.0 / 2 + 0) / 3);
    CHECK_NEAR(s.f1, (4.0 / 5 + 2.0 / 4 + 0) / 3);
    tally_free(&t);
}

int main(void) {
    int file = mkstemp(path);
    if (file < 0) return 2;
    close(file);
    test_csv();
    test_bad_csv();
    test_dataset();
    test_bad_dataset();
    test_metrics();
    unlink(path);
    return check_summary("svm parts");
}
