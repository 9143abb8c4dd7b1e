// How far predictions are from the truth.
#ifndef BOOSTING_SCORES_HPP
#define BOOSTING_SCORES_HPP

#include <tuned/plugin.hpp>

#include <vector>

namespace boosting {

struct ClassScores {
    double error;    // share of rows whose most probable class, the first of equals, is not the right one
    double logloss;  // mean of -log p of the right class, p taken as 1e-15 at least
};

/// `predictions` holds for each row either the probability of class 1 of two, or the probabilities of all classes.
ClassScores score_classes(tuned::Span<const float> predictions, const std::vector<float> &labels);

struct NumberScores {
    double rmse;
    double mae;
};

/// `predictions` holds one number a row.
NumberScores score_numbers(tuned::Span<const float> predictions, const std::vector<float> &numbers);

}  // namespace boosting

#endif
