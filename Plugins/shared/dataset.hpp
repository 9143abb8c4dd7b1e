// A data set in memory: numbers for features, and a class or a number to predict for each row.
#ifndef TUNED_PLUGINS_DATASET_HPP
#define TUNED_PLUGINS_DATASET_HPP

#include "csv.hpp"

#include <cstdint>

namespace tabular {

enum class Target { classes, numbers };

/// Whether an empty cell of a feature is a missing value (NaN) or an error.
enum class EmptyCells { missing, refused };

struct Dataset {
    std::size_t rows = 0;
    std::size_t features = 0;
    std::vector<std::string> feature_names;
    std::vector<float> values;         // rows x features, row by row; finite, or NaN where missing
    std::vector<std::string> classes;  // of a target of classes: their names, at least 2, sorted
    std::vector<std::int32_t> labels;  // of a target of classes: each row's place in `classes`
    std::vector<float> numbers;        // of a target of numbers: each row's number, finite

    const float *row(std::size_t index) const { return values.data() + index * features; }
};

constexpr std::size_t max_classes = 1000;

/// Makes a data set of a table; `target` names the column to predict, the last one where it is empty. Every other column is a
/// feature. Throws InputError.
Dataset make_dataset(const CsvTable &table, const std::string &target, Target kind, EmptyCells empty);

/// The same of the CSV file at `path`.
Dataset read_dataset(const std::string &path, const std::string &target, Target kind, EmptyCells empty);

}  // namespace tabular

#endif
