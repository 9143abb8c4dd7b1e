#include "dataset.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <map>

namespace tabular {

namespace {

std::string shortened(std::string_view text) {
    constexpr std::size_t most = 40;
    return text.size() <= most ? std::string(text) : std::string(text.substr(0, most)) + "...";
}

std::string list_names(const std::vector<std::string> &names) {
    constexpr std::size_t most = 300;
    std::string list;
    for (const std::string &name : names) {
        if (!list.empty()) list += ", ";
        if (list.size() + name.size() > most) return list + "...";
        list += "'" + name + "'";
    }
    return list;
}

std::size_t find_target(const CsvTable &table, const std::string &target) {
    if (target.empty()) return table.columns() - 1;
    for (std::size_t i = 0; i < table.columns(); i++) {
        if (table.header()[i] == target) return i;
    }
    throw InputError("there is no column '" + target + "' to be the target; the columns are " + list_names(table.header()));
}

std::string place(const CsvTable &table, std::size_t row, std::size_t column) {
    return "line " + std::to_string(table.line(row)) + ", column '" + table.header()[column] + "'";
}

/// The cell as a number. Unlike strtof, from_chars reads the same in every locale.
float read_number(const CsvTable &table, std::size_t row, std::size_t column) {
    std::string_view cell = table.cell(row, column);
    const bool has_plus = cell.substr(0, 1) == "+" && cell.substr(1, 1) != "-";  // from_chars knows the minus only
    std::string_view digits = cell.substr(has_plus ? 1 : 0);
    double value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error == std::errc::invalid_argument || end != digits.data() + digits.size() ||
        (error == std::errc() && !std::isfinite(value))) {
        throw InputError(place(table, row, column) + ": '" + shortened(cell) + "' is not a number");
    }
    if (error != std::errc() || std::fabs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
        throw InputError(place(table, row, column) + ": '" + shortened(cell) + "' is out of the range of a 32-bit float");
    }
    return static_cast<float>(value);
}

void read_features(const CsvTable &table, std::size_t target, EmptyCells empty, Dataset &out) {
    out.values.reserve(out.rows * out.features);
    for (std::size_t row = 0; row < out.rows; row++) {
        for (std::size_t column = 0; column < table.columns(); column++) {
            if (column == target) continue;
            bool is_missing = empty == EmptyCells::missing && table.cell(row, column).empty();
            out.values.push_back(is_missing ? std::numeric_limits<float>::quiet_NaN() : read_number(table, row, column));
        }
    }
}

/// Classes are numbered in the order of their names, so that the numbers do not depend on which rows a file holds first.
void read_classes(const CsvTable &table, std::size_t target, Dataset &out) {
    std::map<std::string_view, std::int32_t> numbers;
    for (std::size_t row = 0; row < out.rows; row++) {
        std::string_view cell = table.cell(row, target);
        if (cell.empty()) throw InputError(place(table, row, target) + ": the target is empty");
        numbers.emplace(cell, 0);
        if (numbers.size() > max_classes) {
            throw InputError(place(table, row, target) + ": the target has more than " + std::to_string(max_classes) +
                             " distinct values; is it a number, not a class?");
        }
    }
    if (numbers.size() < 2) {
        throw InputError("every row has '" + shortened(table.cell(0, target)) + "' for the target '" + table.header()[target] +
                         "'; to classify takes two classes at least");
    }
    for (auto &[name, number] : numbers) {
        number = static_cast<std::int32_t>(out.classes.size());
        out.classes.emplace_back(name);
    }
    out.labels.reserve(out.rows);
    for (std::size_t row = 0; row < out.rows; row++) out.labels.push_back(numbers[table.cell(row, target)]);
}

}  // namespace

Dataset make_dataset(const CsvTable &table, const std::string &target, Target kind, EmptyCells empty) {
    std::size_t column = find_target(table, target);
    if (table.columns() < 2) {
        throw InputError("'" + table.header()[0] +
                         "' is the only column; a target and one feature are needed, separated by commas");
    }
    Dataset data;
    data.rows = table.rows();
    data.features = table.columns() - 1;
    for (std::size_t i = 0; i < table.columns(); i++) {
        if (i != column) data.feature_names.push_back(table.header()[i]);
    }
    read_features(table, column, empty, data);
    if (kind == Target::classes) {
        read_classes(table, column, data);
    } else {
        for (std::size_t row = 0; row < data.rows; row++) data.numbers.push_back(read_number(table, row, column));
    }
    return data;
}

Dataset read_dataset(const std::string &path, const std::string &target, Target kind, EmptyCells empty) {
    CsvTable table = CsvTable::read(path);
    try {
        return make_dataset(table, target, kind, empty);
    } catch (const InputError &error) {
        throw InputError(path + ": " + error.what());
    }
}

}  // namespace tabular
