/* descent: logistic regression by gradient descent. ../README.md says what it computes; descent.c and Descent.swift do the same. */
#include <tuned/plugin.hpp>

#include <cmath>
#include <vector>

struct Space : tuned::Schema {
    Space() : Schema("descent", "Logistic regression by gradient descent") {}
    tuned::Float rate = floating("rate", 1e-4, 1).log().fallback(0.1);
    tuned::Category optimizer = categorical("optimizer", {"sgd", "momentum"}).fallback("sgd");
    tuned::Float momentum = floating("momentum", 0, 0.99).fallback(0.9).when(optimizer, {"momentum"});
    tuned::Float penalty = floating("penalty", 1e-6, 1).log().fallback(1e-3);
    tuned::Metric error = minimize("error");
    tuned::Fidelity epochs = fidelity("epochs", 1, 50);
};

class Descent : public tuned::Trainable<Space> {
public:
    static constexpr uint32_t flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC | TUNED_CHECKPOINTS;

    Descent() {
        uint64_t random = 1;
        for (auto &row : rows_) {
            double sum = 2 * tuned_uniform(&random) - 1;  // noise
            for (int j = 0; j < 8; j++) sum += (j - 3) * row.emplace_back(2 * tuned_uniform(&random) - 1);
            row.push_back(1);
            labels_.push_back(sum > 0);
        }
    }

    tuned::Dataset dataset() const { return tuned::Dataset(rows_.size()).labels(labels_); }

    void train(tuned::Trial &trial) override {
        uint64_t random = trial.seed();
        int64_t epoch = 0;
        weights_.clear();
        for (size_t j = 0; j < weights; j++) weights_.push_back(0.1 * (2 * tuned_uniform(&random) - 1));
        velocity_.assign(weights, 0);
        if (auto in = trial.restore()) {
            in->read(weights_, velocity_);
            epoch = in->step();
        }
        const auto rows = trial.rows_to_train();
        while (epoch < trial.budget(space.epochs)) {
            std::vector<double> gradient(weights);
            for (const auto i : rows) {
                const double wrong = 1 / (1 + std::exp(-score(rows_[i]))) - labels_[i];
                for (size_t j = 0; j < weights; j++) gradient[j] += wrong * rows_[i][j] / double(rows.size());
            }
            for (size_t j = 0; j < weights; j++) {  // an inactive momentum is 0
                gradient[j] += trial[space.penalty] * weights_[j];
                velocity_[j] = trial[space.momentum] * velocity_[j] - trial[space.rate] * gradient[j];
                weights_[j] += velocity_[j];
            }
            auto out = trial.checkpoint(++epoch);
            out.write(weights_, velocity_);
            out.commit();
            trial.report(space.error, epoch, error_on(trial.rows_to_evaluate()));
            trial.stop_if_asked();
        }
    }

    void evaluate(tuned::Trial &trial) override { trial.objective(space.error, error_on(trial.rows_to_evaluate())); }

private:
    static constexpr size_t weights = 9;  // of 8 features and a constant 1
    double score(const std::vector<double> &row) const {
        double sum = 0;
        for (size_t j = 0; j < weights; j++) sum += weights_[j] * row[j];
        return sum;
    }

    double error_on(tuned::Span<const uint32_t> rows) const {
        double loss = 0;
        for (const auto i : rows) loss += std::log1p(std::exp(labels_[i] ? -score(rows_[i]) : score(rows_[i]))) / double(rows.size());
        return loss;
    }

    std::vector<std::vector<double>> rows_{200};
    std::vector<int32_t> labels_;
    std::vector<double> weights_, velocity_;
};

TUNED_EXPORT_PLUGIN("descent-cpp", "1.0.0", Descent)
