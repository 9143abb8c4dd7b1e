// The reader of CSV files that plugins in C++ share: what it accepts, and what it says of what it does not.
#include "../host/check.h"

#include "dataset.hpp"

#include <clocale>
#include <cstdlib>
#include <fstream>
#include <unistd.h>

using namespace tabular;

namespace {

template <class Body>
std::string refusal(Body &&body) {
    try {
        body();
        return "nothing was refused";
    } catch (const InputError &error) {
        return error.what();
    }
}

std::string table_refusal(const std::string &text) {
    return refusal([&] { CsvTable::parse(text); });
}

std::string data_refusal(const std::string &text, const std::string &target = "", Target kind = Target::classes,
                         EmptyCells empty = EmptyCells::refused) {
    return refusal([&] { make_dataset(CsvTable::parse(text), target, kind, empty); });
}

void test_reads() {
    const CsvTable table = CsvTable::parse("\xEF\xBB\xBF\r\n a ,\"b, \"\"c\"\"\"\r\n\r\n1, 2 \r\n \"x\ny\" ,\"\"\n\n3,4");
    CHECK(table.columns() == 2 && table.header()[0] == "a" && table.header()[1] == "b, \"c\"");
    CHECK(table.rows() == 3);
    CHECK(table.cell(0, 0) == "1" && table.cell(0, 1) == "2");
    CHECK(table.cell(1, 0) == "x\ny" && table.cell(1, 1).empty());
    CHECK(table.cell(2, 1) == "4");
    CHECK(table.line(0) == 4 && table.line(1) == 5 && table.line(2) == 8);
    CHECK(CsvTable::parse("a\r1\r2").rows() == 2);
}

void test_refuses_tables() {
    CHECK_CONTAINS(table_refusal("").c_str(), "the file is empty");
    CHECK_CONTAINS(table_refusal(" \n\r\n").c_str(), "the file is empty");
    CHECK_CONTAINS(table_refusal("a,b\n").c_str(), "no rows of data");
    CHECK_CONTAINS(table_refusal("a,b\n1,2\n\n1\n").c_str(), "line 4 has 1 columns where the header has 2");
    CHECK_CONTAINS(table_refusal("a\n\"1\n2").c_str(), "line 2: a quotation mark is opened and never closed");
    CHECK_CONTAINS(table_refusal("a\n\"1\"2\n").c_str(), "line 2: text follows a closing quotation mark");
    CHECK_CONTAINS(table_refusal(std::string("a\n1\0", 4)).c_str(), "byte 3 is zero");
    CHECK_CONTAINS(table_refusal(std::string(CsvTable::max_columns, ',')).c_str(), "line 1 has more than 65536 columns");
    CHECK_CONTAINS(refusal([] { CsvTable::read("/nowhere/x.csv"); }).c_str(), "cannot open /nowhere/x.csv: No such file");
    CHECK_CONTAINS(refusal([] { CsvTable::read("/"); }).c_str(), "cannot read /: Is a directory");
}

void test_makes_data() {
    const CsvTable table = CsvTable::parse("x,kind,y\n1,b,-2.5\n+3e2,a,\n0x,b,4\n");
    CHECK_CONTAINS(refusal([&] { make_dataset(table, "kind", Target::classes, EmptyCells::missing); }).c_str(),
                   "line 4, column 'x': '0x' is not a number");
    const Dataset data = make_dataset(CsvTable::parse("x,kind,y\n1,b,-2.5\n+3e2,a,\n7,b,4\n"), "kind", Target::classes, EmptyCells::missing);
    CHECK(data.rows == 3 && data.features == 2 && data.feature_names == std::vector<std::string>({"x", "y"}));
    CHECK(data.row(0)[0] == 1.0f && data.row(0)[1] == -2.5f && data.row(1)[0] == 300.0f && std::isnan(data.row(1)[1]));
    CHECK(data.classes == std::vector<std::string>({"a", "b"}) && data.labels == std::vector<std::int32_t>({1, 0, 1}));
    CHECK(data.numbers.empty());
    const Dataset numbers = make_dataset(CsvTable::parse("x,y\n1,2\n3,4e-300\n"), "", Target::numbers, EmptyCells::refused);
    CHECK(numbers.numbers == std::vector<float>({2, 0}) && numbers.labels.empty() && numbers.classes.empty());
}

void test_refuses_data() {
    CHECK_CONTAINS(data_refusal("x,y\n1,a\n2,b\n", "z").c_str(), "no column 'z' to be the target; the columns are 'x', 'y'");
    CHECK_CONTAINS(data_refusal("x\na\n").c_str(), "'x' is the only column");
    CHECK_CONTAINS(data_refusal("x,y\n1,a\n,b\n").c_str(), "line 3, column 'x': '' is not a number");
    for (const char *bad : {"nan", "inf", "-", "+", "+-1", "1,", "1 2", "one"}) {
        const std::string text = std::string("x,y\n1,a\n\"") + bad + "\",b\n";
        CHECK_CONTAINS(data_refusal(text).c_str(), (std::string("line 3, column 'x': '") + bad + "' is not a number").c_str());
    }
    CHECK_CONTAINS(data_refusal("x,y\n1,a\n1e39,b\n").c_str(), "'1e39' is out of the range of a 32-bit float");
    CHECK_CONTAINS(data_refusal("x,y\n1,a\n-1e999,b\n").c_str(), "'-1e999' is out of the range of a 32-bit float");
    CHECK_CONTAINS(data_refusal("x,y\n1,a\n1e-999,b\n").c_str(), "'1e-999' is out of the range of a 32-bit float");
    CHECK_CONTAINS(data_refusal("x,y\n1,a\n2,a\n").c_str(), "every row has 'a' for the target 'y'");
    CHECK_CONTAINS(data_refusal("x,y\n1,a\n2,\n").c_str(), "line 3, column 'y': the target is empty");
    CHECK_CONTAINS(data_refusal("x,y\n1,2\n2,\n", "", Target::numbers, EmptyCells::missing).c_str(), "line 3, column 'y': '' is not");
    std::string many = "x,y\n";
    for (std::size_t i = 0; i <= max_classes; i++) many += "1," + std::to_string(i) + "\n";
    CHECK_CONTAINS(data_refusal(many).c_str(), "line 1002, column 'y': the target has more than 1000 distinct values");
}

void test_names_the_file() {
    char path[] = "/tmp/csv_test_XXXXXX";
    CHECK(close(mkstemp(path)) == 0);
    std::ofstream(path) << "x,y\n1,a\ntwo,b\n";
    const std::string text = refusal([&] { read_dataset(path, "", Target::classes, EmptyCells::refused); });
    CHECK(text == std::string(path) + ": line 3, column 'x': 'two' is not a number");
    CHECK(unlink(path) == 0);
}

}  // namespace

int main() {
    test_reads();
    test_refuses_tables();
    test_makes_data();
    test_refuses_data();
    test_names_the_file();
    return check_summary("csv of C++ plugins");
}
