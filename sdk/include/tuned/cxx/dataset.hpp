/* What a trainable with data tells the host, so that it can split the rows into folds. */
#ifndef TUNED_CXX_DATASET_HPP
#define TUNED_CXX_DATASET_HPP

#include "errors.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tuned {

/* A view of arrays that belong to the trainable and live as long as it does. */
class Dataset {
public:
    explicit Dataset(std::uint64_t rows) noexcept : rows_(rows) {}

    /* A class for each row: folds are stratified by it. */
    Dataset labels(const std::vector<std::int32_t> &labels) const { return with(&Dataset::labels_, labels, "labels"); }
    /* A group for each row: no group spans folds. */
    Dataset groups(const std::vector<std::int32_t> &groups) const { return with(&Dataset::groups_, groups, "groups"); }
    /* A time for each row, for splits forward in time. */
    Dataset times(const std::vector<std::int64_t> &times) const { return with(&Dataset::times_, times, "times"); }

    Dataset labels(std::vector<std::int32_t> &&) const = delete;
    Dataset groups(std::vector<std::int32_t> &&) const = delete;
    Dataset times(std::vector<std::int64_t> &&) const = delete;

    /* Fills as much of the host's table as the host knows. */
    void fill(tuned_dataset *out) const noexcept {
        if (TUNED_HAS(out, rows)) out->rows = rows_;
        if (TUNED_HAS(out, labels)) out->labels = labels_;
        if (TUNED_HAS(out, groups)) out->groups = groups_;
        if (TUNED_HAS(out, times)) out->times = times_;
    }

private:
    template <class T>
    Dataset with(const T *Dataset::*field, const std::vector<T> &values, const char *what) const {
        if (values.size() != rows_) {
            throw Failure("the data set has " + std::to_string(rows_) + " rows but " + std::to_string(values.size()) + " " + what);
        }
        Dataset copy = *this;
        copy.*field = values.data();
        return copy;
    }

    std::uint64_t rows_;
    const std::int32_t *labels_ = nullptr, *groups_ = nullptr;
    const std::int64_t *times_ = nullptr;
};

}  // namespace tuned

#endif
