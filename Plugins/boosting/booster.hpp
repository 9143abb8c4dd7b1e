// xgboost's C API with owners for its handles and exceptions for its errors.
#ifndef BOOSTING_BOOSTER_HPP
#define BOOSTING_BOOSTER_HPP

#include "../shared/dataset.hpp"

#include <tuned/plugin.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boosting {

/// Some rows of a data set in xgboost's form, with their targets.
class Matrix {
public:
    /// Throws tuned::Failure where a row does not exist or there is none.
    Matrix(const tabular::Dataset &data, tuned::Span<const std::uint32_t> rows);

    void *handle() const { return handle_.get(); }

    /// Of each row: the class's number, or the number to predict.
    const std::vector<float> &targets() const { return targets_; }

private:
    struct Free {
        void operator()(void *handle) const;
    };
    std::vector<float> targets_;
    std::unique_ptr<void, Free> handle_;
};

/// xgboost's parameters by name, as text.
using Settings = std::vector<std::pair<std::string, std::string>>;

/// A number as text that reads back as the same number, in any locale.
std::string number_text(double value);

/// A model under training.
class Booster {
public:
    /// Without trees. Predictions for these matrices are kept from round to round; they must outlive the booster.
    Booster(const Settings &settings, const std::vector<const Matrix *> &matrices);

    /// With the trees of `model`, the bytes of another booster with the same settings.
    Booster(const Settings &settings, const std::vector<const Matrix *> &matrices, std::string_view model);

    /// Adds the trees of one round, counted from 0.
    void update(int round, const Matrix &train);

    /// Row by row one number, or one for each class. Valid until the next call.
    tuned::Span<const float> predict(const Matrix &matrix);

    /// Names that are kept in the model.
    void name_features(const std::vector<std::string> &names);
    void set_attribute(const std::string &name, const std::string &value);

    /// The model in xgboost's binary JSON (.ubj), without settings of the training.
    std::string model();

private:
    struct Free {
        void operator()(void *handle) const;
    };
    std::unique_ptr<void, Free> handle_;

    void apply(const Settings &settings);
};

}  // namespace boosting

#endif
