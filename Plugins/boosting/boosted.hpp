// Training by rounds, the same for both trainables. A task says what is particular to one:
//
//     using Space                                                  its declaration
//     static constexpr tabular::Target target                      what its target column holds
//     static Settings objective(const Dataset &, const Matrix &)   xgboost's objective for the training rows
//     static Values values(const Space &, predictions, targets)    its metrics
#ifndef BOOSTING_BOOSTED_HPP
#define BOOSTING_BOOSTED_HPP

#include "space.hpp"

#include <optional>

namespace boosting {

/// Metrics and their values, in the order of the schema.
using Values = std::vector<std::pair<tuned::Metric, double>>;

template <class Task>
class Boosted : public tuned::Trainable<typename Task::Space> {
public:
    static constexpr std::uint32_t flags = TUNED_DETERMINISTIC | TUNED_CHECKPOINTS;

    explicit Boosted(const tuned::Config &config)
        : data_(tabular::read_dataset(config.data_path(), config.text(this->space.target, ""), Task::target,
                                      tabular::EmptyCells::missing)) {}

    tuned::Dataset dataset() const {
        const tuned::Dataset rows(data_.rows);
        return Task::target == tabular::Target::classes ? rows.labels(data_.labels) : rows;
    }

    void train(tuned::Trial &trial) override {
        fit_.reset();
        auto fit = std::make_unique<Fit>(data_, trial);
        // In the final fit the rows to score are the test rows: they are looked at once, by evaluate.
        if (trial.purpose() != tuned::Purpose::final_fit) fit->scored.emplace(data_, trial.rows_to_evaluate());

        Settings settings = this->space.settings(trial);
        for (auto &setting : Task::objective(data_, fit->train)) settings.push_back(std::move(setting));
        add_rounds(trial, settings, *fit);
        if (trial.purpose() == tuned::Purpose::final_fit) store(trial, *fit->booster);
        fit_ = std::move(fit);
    }

    void evaluate(tuned::Trial &trial) override {
        if (!fit_) throw tuned::Failure("evaluate was called with no trained model");
        const auto fit = std::move(fit_);
        if (!fit->scored) fit->scored.emplace(data_, trial.rows_to_evaluate());
        for (const auto &[metric, value] : values(*fit)) trial.objective(metric, value);
    }

private:
    /// What one run builds. The matrices come first, because they must outlive the booster.
    struct Fit {
        Fit(const tabular::Dataset &data, const tuned::Trial &trial) : train(data, trial.rows_to_train()) {}

        std::vector<const Matrix *> matrices() const {
            return scored ? std::vector<const Matrix *>{&train, &*scored} : std::vector<const Matrix *>{&train};
        }

        Matrix train;
        std::optional<Matrix> scored;
        std::optional<Booster> booster;
    };

    /// After so many rounds the booster is made anew from its own bytes. xgboost's sampler of columns and its caches are not in
    /// these bytes, so a restored run could not go on with them; this way the other runs do not either, and the curves are equal.
    static constexpr std::int64_t rounds_per_leg = 10;

    const tabular::Dataset data_;
    std::unique_ptr<Fit> fit_;  // from train to evaluate

    Values values(Fit &fit) const { return Task::values(this->space, fit.booster->predict(*fit.scored), fit.scored->targets()); }

    void add_rounds(const tuned::Trial &trial, const Settings &settings, Fit &fit) const {
        const std::int64_t rounds = std::max<std::int64_t>(1, trial.budget(this->space.rounds));
        std::int64_t done = start(trial, settings, fit);
        if (done > rounds) {
            throw tuned::Failure("the checkpoint is of round " + std::to_string(done) + ", past the budget of " + std::to_string(rounds));
        }
        while (done < rounds) {
            trial.stop_if_asked();
            fit.booster->update(static_cast<int>(done), fit.train);
            done++;
            if (fit.scored) {
                for (const auto &[metric, value] : values(fit)) trial.report(metric, done, value);
            }
            if (done % rounds_per_leg == 0) end_leg(trial, settings, fit, done);
        }
    }

    /// Makes the booster, afresh or from the run's checkpoint; returns the rounds that it has.
    std::int64_t start(const tuned::Trial &trial, const Settings &settings, Fit &fit) const {
        auto checkpoint = trial.restore();
        if (!checkpoint) {
            fit.booster.emplace(settings, fit.matrices());
            return 0;
        }
        std::string kind, model;
        checkpoint->read(kind, model);
        if (kind != trial[this->space.booster] || checkpoint->step() < 1) {
            throw tuned::Failure("the checkpoint is of another model: a " + kind + " of round " + std::to_string(checkpoint->step()));
        }
        fit.booster.emplace(settings, fit.matrices(), model);
        return checkpoint->step();
    }

    void end_leg(const tuned::Trial &trial, const Settings &settings, Fit &fit, std::int64_t done) const {
        const std::string model = fit.booster->model();
        auto checkpoint = trial.checkpoint(done);
        checkpoint.write(std::string(trial[this->space.booster]), model);
        checkpoint.commit();
        fit.booster.emplace(settings, fit.matrices(), model);
    }

    /// A model file that says on its own what its inputs and outputs are called.
    void store(const tuned::Trial &trial, Booster &booster) const {
        booster.name_features(data_.feature_names);
        for (std::size_t i = 0; i < data_.classes.size(); i++) booster.set_attribute("class_" + std::to_string(i), data_.classes[i]);
        trial.artifact("model.ubj", booster.model());
    }
};

}  // namespace boosting

#endif
