// The plugin: two tasks, and the table that the host reads.
#include "boosted.hpp"
#include "scores.hpp"

#include <numeric>

namespace boosting {

namespace {

struct Classification {
    using Space = ClassifierSpace;
    static constexpr tabular::Target target = tabular::Target::classes;

    static Settings objective(const tabular::Dataset &data, const Matrix &) {
        if (data.classes.size() == 2) return {{"objective", "binary:logistic"}};
        return {{"objective", "multi:softprob"}, {"num_class", std::to_string(data.classes.size())}};
    }

    static Values values(const Space &space, tuned::Span<const float> predictions, const std::vector<float> &targets) {
        const ClassScores scores = score_classes(predictions, targets);
        return {{space.error, scores.error}, {space.logloss, scores.logloss}};
    }
};

struct Regression {
    using Space = RegressorSpace;
    static constexpr tabular::Target target = tabular::Target::numbers;

    /// The mean is where boosting starts: the first rounds need not find out how large the numbers are.
    static Settings objective(const tabular::Dataset &, const Matrix &train) {
        const std::vector<float> &numbers = train.targets();
        const double mean = std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
        return {{"objective", "reg:squarederror"}, {"base_score", number_text(static_cast<double>(static_cast<float>(mean)))}};
    }

    static Values values(const Space &space, tuned::Span<const float> predictions, const std::vector<float> &targets) {
        const NumberScores scores = score_numbers(predictions, targets);
        return {{space.rmse, scores.rmse}, {space.mae, scores.mae}};
    }
};

using Classifier = Boosted<Classification>;
using Regressor = Boosted<Regression>;

}  // namespace

}  // namespace boosting

TUNED_EXPORT_PLUGIN("boosting", "1.0.0", boosting::Classifier, boosting::Regressor)
