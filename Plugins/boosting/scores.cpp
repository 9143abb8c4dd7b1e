#include "scores.hpp"

#include <algorithm>
#include <cmath>

namespace boosting {

namespace {

// A probability of 0 for the right class would make the mean infinite.
constexpr double least_probability = 1e-15;

void check_count(bool fits, std::size_t predictions, std::size_t rows) {
    if (fits) return;
    throw tuned::Failure("xgboost made " + std::to_string(predictions) + " predictions for " + std::to_string(rows) + " rows");
}

}  // namespace

ClassScores score_classes(tuned::Span<const float> predictions, const std::vector<float> &labels) {
    const std::size_t rows = labels.size(), width = rows == 0 ? 0 : predictions.size() / rows;
    check_count(width > 0 && width * rows == predictions.size(), predictions.size(), rows);
    double wrong = 0, loss = 0;
    for (std::size_t i = 0; i < rows; i++) {
        const float *row = predictions.data() + i * width;
        const auto label = static_cast<std::size_t>(labels[i]);
        std::size_t answer;
        double probability;
        if (width == 1) {
            answer = row[0] > 0.5f ? 1 : 0;
            probability = label == 1 ? static_cast<double>(row[0]) : 1 - static_cast<double>(row[0]);
        } else {
            answer = static_cast<std::size_t>(std::max_element(row, row + width) - row);
            probability = static_cast<double>(row[label]);
        }
        if (answer != label) wrong++;
        loss -= std::log(std::max(probability, least_probability));
    }
    const auto count = static_cast<double>(rows);
    return {wrong / count, loss / count};
}

NumberScores score_numbers(tuned::Span<const float> predictions, const std::vector<float> &numbers) {
    check_count(!numbers.empty() && predictions.size() == numbers.size(), predictions.size(), numbers.size());
    double squares = 0, absolutes = 0;
    for (std::size_t i = 0; i < numbers.size(); i++) {
        const double difference = static_cast<double>(predictions[i]) - static_cast<double>(numbers[i]);
        squares += difference * difference;
        absolutes += std::fabs(difference);
    }
    const auto count = static_cast<double>(numbers.size());
    return {std::sqrt(squares / count), absolutes / count};
}

}  // namespace boosting
