// The plugin: reads the images once in each worker, trains a network for each run, epoch by epoch.
#include "learner.hpp"
#include "space.hpp"

#include "../shared/threads.hpp"

namespace {

class ConvolutionalNetwork : public tuned::Trainable<Space> {
public:
    static constexpr std::uint32_t flags = TUNED_DETERMINISTIC | TUNED_CHECKPOINTS;

    explicit ConvolutionalNetwork(const tuned::Config &config)
        : data_(tabular::read_dataset(config.data_path(), config.text(space.target, ""), tabular::Target::classes,
                                      tabular::EmptyCells::refused)),
          images_(data_) {}

    tuned::Dataset dataset() const { return tuned::Dataset(data_.rows).labels(data_.labels); }

    void train(tuned::Trial &trial) override {
        learner_.reset();
        use_threads(thread_count(trial));
        const std::int64_t epochs = std::max<std::int64_t>(1, trial.budget(space.epochs));
        auto learner = std::make_unique<Learner>(images_, trial.rows_to_train(), plan(trial));
        for (std::int64_t epoch = restore(trial, *learner, epochs) + 1; epoch <= epochs; epoch++) {
            run_epoch(trial, *learner, epoch);
            if (epoch % epochs_per_checkpoint == 0 || epoch == epochs) save(trial, *learner, epoch);
        }
        if (trial.purpose() == tuned::Purpose::final_fit) trial.artifact("model.pt", learner->model(data_.classes));
        learner_ = std::move(learner);
    }

    void evaluate(tuned::Trial &trial) override {
        if (!learner_) throw tuned::Failure("evaluate was called with no trained model");
        const auto learner = std::move(learner_);
        const auto scores = learner->score(trial.rows_to_evaluate());
        trial.objective(space.error, scores.error);
        trial.objective(space.logloss, scores.logloss);
    }

private:
    /// An epoch of a few thousand small images takes a fraction of a second, and the bytes go to disk.
    static constexpr std::int64_t epochs_per_checkpoint = 5;

    const tabular::Dataset data_;
    const Images images_;
    std::unique_ptr<Learner> learner_;  // from train to evaluate

    Plan plan(const tuned::Trial &trial) const {
        Plan plan = {};
        plan.channels = trial[space.channels];
        plan.kernel_size = trial[space.kernel_size];
        plan.dropout = trial[space.dropout];
        plan.is_adam = trial[space.optimizer] == "adam";
        plan.momentum = trial[space.momentum];
        plan.beta1 = trial[space.beta1];
        plan.beta2 = trial[space.beta2];
        plan.weight_decay = trial[space.weight_decay];
        plan.batch_size = static_cast<std::int64_t>(trial[space.batch_size]);
        plan.seed = trial.seed();
        return plan;
    }

    /// What a checkpoint must agree in: libtorch would load tensors of any shape.
    std::string shape(const tuned::Trial &trial) const {
        return std::string(trial[space.optimizer]) + ", " + std::to_string(trial[space.channels]) + " channels, kernels of " +
               std::to_string(trial[space.kernel_size]);
    }

    void run_epoch(const tuned::Trial &trial, Learner &learner, std::int64_t epoch) const {
        learner.begin_epoch(trial.schedule(space.lr, space.epochs.progress(epoch - 1)));
        do {
            trial.stop_if_asked();
        } while (learner.train_batch());
        // In the final fit the rows to score are the test rows: they are looked at once, by evaluate.
        if (trial.purpose() == tuned::Purpose::final_fit) return;
        const auto scores = learner.score(trial.rows_to_evaluate());
        trial.report(space.error, epoch, scores.error);
        trial.report(space.logloss, epoch, scores.logloss);
    }

    void save(const tuned::Trial &trial, const Learner &learner, std::int64_t epoch) const {
        auto checkpoint = trial.checkpoint(epoch);
        checkpoint.write(shape(trial), learner.state());
        checkpoint.commit();
    }

    /// Returns the epochs that are done: 0 on a fresh start.
    std::int64_t restore(const tuned::Trial &trial, Learner &learner, std::int64_t epochs) const {
        auto checkpoint = trial.restore();
        if (!checkpoint) return 0;
        std::string kept, state;
        checkpoint->read(kept, state);
        const std::string wanted = shape(trial);
        if (kept != wanted) throw tuned::Failure("the checkpoint is of another model: " + kept + " where the trial asks for " + wanted);
        if (checkpoint->step() < 1 || checkpoint->step() > epochs) {
            throw tuned::Failure("the checkpoint is of epoch " + std::to_string(checkpoint->step()) + ", past the budget of " +
                                 std::to_string(epochs));
        }
        learner.load(state);
        return checkpoint->step();
    }
};

}  // namespace

TUNED_EXPORT_PLUGIN("torch", "1.0.0", ConvolutionalNetwork)
