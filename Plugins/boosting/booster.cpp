#include "booster.hpp"

#include <xgboost/c_api.h>

#include <charconv>
#include <limits>

namespace boosting {

namespace {

void check(int status) {
    if (status != 0) throw tuned::Failure(std::string("xgboost: ") + XGBGetLastError());
}

void *make_booster(const std::vector<const Matrix *> &matrices) {
    std::vector<DMatrixHandle> handles;
    for (const Matrix *matrix : matrices) handles.push_back(matrix->handle());
    BoosterHandle booster = nullptr;
    check(XGBoosterCreate(handles.data(), handles.size(), &booster));
    return booster;
}

}  // namespace

std::string number_text(double value) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    return error == std::errc() ? std::string(text, end) : "0";
}

void Matrix::Free::operator()(void *handle) const { XGDMatrixFree(handle); }

Matrix::Matrix(const tabular::Dataset &data, tuned::Span<const std::uint32_t> rows) {
    if (rows.empty()) throw tuned::Failure("the host's split has a part without rows");
    std::vector<float> values;
    values.reserve(rows.size() * data.features);
    for (const std::uint32_t row : rows) {
        if (row >= data.rows) {
            throw tuned::Failure("the host names row " + std::to_string(row) + "; the data has " + std::to_string(data.rows));
        }
        values.insert(values.end(), data.row(row), data.row(row) + data.features);
        targets_.push_back(data.numbers.empty() ? static_cast<float>(data.labels[row]) : data.numbers[row]);
    }
    DMatrixHandle matrix = nullptr;
    check(XGDMatrixCreateFromMat(values.data(), rows.size(), data.features, std::numeric_limits<float>::quiet_NaN(), &matrix));
    handle_.reset(matrix);
    check(XGDMatrixSetFloatInfo(matrix, "label", targets_.data(), targets_.size()));
}

void Booster::Free::operator()(void *handle) const { XGBoosterFree(handle); }

Booster::Booster(const Settings &settings, const std::vector<const Matrix *> &matrices) : handle_(make_booster(matrices)) {
    apply(settings);
}

Booster::Booster(const Settings &settings, const std::vector<const Matrix *> &matrices, std::string_view model)
    : handle_(make_booster(matrices)) {
    check(XGBoosterLoadModelFromBuffer(handle_.get(), model.data(), model.size()));
    apply(settings);
}

void Booster::apply(const Settings &settings) {
    for (const auto &[name, value] : settings) check(XGBoosterSetParam(handle_.get(), name.c_str(), value.c_str()));
}

void Booster::update(int round, const Matrix &train) { check(XGBoosterUpdateOneIter(handle_.get(), round, train.handle())); }

tuned::Span<const float> Booster::predict(const Matrix &matrix) {
    static const char config[] =
        R"({"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})";
    const bst_ulong *shape = nullptr;
    bst_ulong dimensions = 0;
    const float *values = nullptr;
    check(XGBoosterPredictFromDMatrix(handle_.get(), matrix.handle(), config, &shape, &dimensions, &values));
    std::size_t count = 1;
    for (bst_ulong i = 0; i < dimensions; i++) count *= shape[i];
    return {values, count};
}

void Booster::name_features(const std::vector<std::string> &names) {
    std::vector<const char *> texts;
    for (const std::string &name : names) texts.push_back(name.c_str());
    check(XGBoosterSetStrFeatureInfo(handle_.get(), "feature_name", texts.data(), texts.size()));
}

void Booster::set_attribute(const std::string &name, const std::string &value) {
    check(XGBoosterSetAttr(handle_.get(), name.c_str(), value.c_str()));
}

std::string Booster::model() {
    bst_ulong size = 0;
    const char *bytes = nullptr;
    check(XGBoosterSaveModelToBuffer(handle_.get(), R"({"format": "ubj"})", &size, &bytes));
    return std::string(bytes, size);
}

}  // namespace boosting
