// What the two trainables declare: the parameters they share, and the metrics of each.
#ifndef BOOSTING_SPACE_HPP
#define BOOSTING_SPACE_HPP

#include "booster.hpp"

namespace boosting {

struct Space : tuned::Schema {
    using Schema::Schema;

    tuned::Float eta = floating("eta", 0.01, 0.5).log().fallback(0.3).describe("Share of each tree's correction that is taken");
    tuned::Integer max_depth = integer("max_depth", 2, 10).fallback(6).describe("Questions on the longest way through a tree");
    tuned::Float min_child_weight =
        floating("min_child_weight", 0.1, 20).log().fallback(1).describe("Least weight (second derivatives) of a leaf's rows");
    tuned::Float subsample = floating("subsample", 0.3, 1).fallback(1).describe("Share of the rows that a round sees");
    tuned::Float colsample_bytree =
        floating("colsample_bytree", 0.2, 1).fallback(1).describe("Share of the features that a tree sees");
    tuned::Float lambda = floating("lambda", 1e-3, 100).log().fallback(1).describe("L2 penalty on the leaves' values");
    tuned::Float alpha = floating("alpha", 1e-6, 10).log().fallback(1e-6).describe("L1 penalty on the leaves' values");
    tuned::Float gamma = floating("gamma", 1e-6, 10).log().fallback(1e-6).describe("Least gain for which a leaf is split");
    tuned::Category booster = categorical("booster", {"gbtree", "dart"})
                                  .fallback("gbtree")
                                  .describe("dart leaves some of the earlier trees out while it fits the next");
    tuned::Float rate_drop =
        floating("rate_drop", 0, 0.5).fallback(0.1).describe("Share of the earlier trees that is left out").when(booster, {"dart"});
    tuned::Float skip_drop =
        floating("skip_drop", 0, 1).fallback(0.5).describe("Chance that a round leaves none out").when(booster, {"dart"});

    tuned::Fidelity rounds = fidelity("rounds", 1, 200, "Boosting rounds: one tree each, or one for each class");
    tuned::Key target = config("target").describe("Column to predict; the last one where it is not given");

    /// The trial's values and seed by xgboost's names.
    Settings settings(const tuned::Trial &trial) const;
};

struct ClassifierSpace : Space {
    ClassifierSpace() : Space("classifier", "Gradient boosted trees (xgboost) that tell classes of a CSV file's rows") {}

    tuned::Metric error = minimize("error", "Share of wrong answers");
    tuned::Metric logloss = minimize("logloss", "Mean of -log of the probability given to the right class");
};

struct RegressorSpace : Space {
    RegressorSpace() : Space("regressor", "Gradient boosted trees (xgboost) that predict a number for a CSV file's rows") {}

    tuned::Metric rmse = minimize("rmse", "Root of the mean squared error, in the target's unit");
    tuned::Metric mae = minimize("mae", "Mean absolute error, in the target's unit");
};

}  // namespace boosting

#endif
