// Trainables that use every part of plugin.hpp, for cxx_test.c. Parameters and metrics are told apart by their place.
#include <tuned/plugin.hpp>

#include <numeric>
#include <string>
#include <vector>

namespace {

// ---- Values, results, and the ways to end.
struct EndsSpace : tuned::Schema {
    EndsSpace() : Schema("ends", "Text with \"quotes\", a back\\slash,\na new line, a \x01 and é") {}
    tuned::Float ratio = floating("ratio", -1.5, 1e15).step(0.25).fallback(0);
    tuned::Integer count = integer("count", -3, 1LL << 53).fallback(2);
    tuned::Category how = categorical("how", {"well", "stopped", "infeasible", "cancelled", "failed", "standard", "odd", "silent", "a \"b\""})
                              .fallback("well")
                              .describe("which way it ends");
    tuned::Level size = ordinal("size", {16, 32, 64}).fallback(32).when(how, {"well", "a \"b\""});
    tuned::Level share = categorical("share", {0.5, 0.25}).when(size, {16, 64});
    tuned::Category grade = ordinal("grade", std::vector<std::string>{"low", "high"}).when(count, {1, 2, 3});
    tuned::Boolean flag = boolean("flag").fallback(true);
    tuned::Integer depth = integer("depth", 1, 1024).log().step(1).when(flag).when(grade, {"high"});
    tuned::Float last = floating("last", 1e-4, 1).log().when(flag, false).mutable_in_training();
    tuned::Metric error = minimize("error", "share of \"wrong\" answers");
    tuned::Metric score = maximize("score");
    tuned::Fidelity epochs = fidelity("epochs", 1, 50, "passes");
    tuned::Key target = config("target").required().describe("a column");
    tuned::Key scale = config("scale");
    tuned::Key limit = config("limit");
    tuned::Key fast = config("fast");
};

class Ends : public tuned::Trainable<EndsSpace> {
public:
    explicit Ends(const tuned::Config &config)
        : target_(config.text(space.target)), scale_(config.number(space.scale, 1)), limit_(config.integer(space.limit, 7)) {
        if (config.flag(space.fast, false)) throw tuned::Failure("fast is " + config.data_path());
    }

    void evaluate(tuned::Trial &trial) override {
        const std::string how(trial[space.how]);
        if (how == "stopped") trial.stop_if_asked();
        if (how == "infeasible") throw tuned::Infeasible("too steep");
        if (how == "cancelled") throw tuned::Cancelled("hopeless");
        if (how == "failed") throw tuned::Failure("line 7 is bad");
        if (how == "standard") throw std::out_of_range("beyond the end");
        if (how == "odd") throw 42;
        if (how == "silent") return;
        trial.report(space.error, 1, 0.5);
        trial.log("target " + target_, tuned::Log::warning);
        trial.constraint("bytes", trial[space.ratio] - 1);
        // Each of the values in its own decimal place.
        trial.objective(space.error, trial[space.ratio] * scale_ + double(trial[space.count]) * 10 + trial[space.size] * 100 +
                                         (trial[space.flag] ? 1e5 : 0) + double(trial.index(space.how)) * 1e6 +
                                         double(trial.budget(space.epochs)) * 1e7 + double(limit_) * 1e9);
        trial.objective(space.score, trial.active(space.size) ? 1 : 0);
    }

private:
    std::string target_;
    double scale_;
    int64_t limit_;
};

// ---- What only newer hosts have. Derives from nothing of the SDK.
class Extras {
public:
    struct Space : tuned::Schema {
        Space() : Schema("extras") {}
        tuned::Float rate = floating("rate", 0, 10);
        tuned::Metric kept = maximize("kept");
        tuned::Metric cpus = maximize("cpus");
        tuned::Metric rate_halfway = maximize("rate_halfway");
        tuned::Metric restored = maximize("restored");
    };

    void evaluate(tuned::Trial &trial) {
        trial.objective(space_.kept, trial.artifact("model.txt", "seven"));
        const auto resources = trial.resources();
        trial.objective(space_.cpus, resources ? double(resources->cpus.size() * 10 + resources->gpus.size()) : -1);
        trial.objective(space_.rate_halfway, trial.schedule(space_.rate, 0.5));
        double sum = -1;
        if (auto in = trial.restore()) sum = read(*in);
        trial.objective(space_.restored, sum);

        {
            auto dropped = trial.checkpoint(99);
            dropped.write(1.0);
        }
        auto out = trial.checkpoint(3);
        out.write(numbers_, std::string("text"), names_, Plain{1, 2.5}, empty_);
        out.commit();
    }

private:
    struct Plain {
        int32_t a;
        double b;
    };

    double read(tuned::Restored &in) const {
        std::vector<double> numbers, empty{1};
        std::vector<std::string> names;
        std::string text;
        Plain plain{};
        in.read(numbers, text, names, plain, empty);
        if (text != "text" || names != names_ || plain.a != 1 || plain.b != 2.5 || !empty.empty()) throw tuned::Failure("misread");
        if (in.remaining() != 0) throw tuned::Failure("too much");
        double more = 0;
        try {
            in.read(more);
            throw tuned::Failure("read beyond the end");
        } catch (const tuned::Failure &failure) {
            if (std::string(failure.what()).find("too early") == std::string::npos) throw;
        }
        return std::accumulate(numbers.begin(), numbers.end(), 0.0) + double(in.step());
    }

    const Space &space_ = tuned::space<Space>();
    std::vector<double> numbers_ = std::vector<double>(1000, 0.5), empty_;
    std::vector<std::string> names_ = {"a", "", "long enough to be on the heap of every library"};
};

// ---- Labels that do not fit the rows.
class Uneven {
public:
    struct Space : tuned::Schema {
        Space() : Schema("uneven") {}
        tuned::Metric error = minimize("error");
    };
    tuned::Dataset dataset() const { return tuned::Dataset(4).labels(labels_); }
    void evaluate(tuned::Trial &) {}

private:
    std::vector<int32_t> labels_ = {0, 1, 0};
};

// ---- Training step by step, over rows.
class Steps {
public:
    struct Space : tuned::Schema {
        Space() : Schema("steps") {}
        tuned::Float gain = floating("gain", 0, 1);
        tuned::Metric sum = maximize("sum");
        tuned::Fidelity rounds = fidelity("rounds", 1, 9);
    };
    static constexpr uint32_t flags = TUNED_DETERMINISTIC;

    tuned::Dataset dataset() const { return tuned::Dataset(4).labels(labels_).groups(labels_).times(times_); }
    void begin(tuned::Trial &trial) {
        sum_ = 0;
        gain_ = trial[space_.gain];
    }
    void step(tuned::Trial &trial, int64_t step) { trial.report(space_.sum, step, sum_ += gain_ * double(step)); }
    void save(tuned::Writer &out) { out.write(sum_); }
    void load(tuned::Restored &in) { in.read(sum_); }
    void reconfigure(tuned::Trial &trial) { gain_ = trial[space_.gain]; }
    void evaluate(tuned::Trial &trial) { trial.objective(space_.sum, sum_ + 1000 * double(trial.rows_to_evaluate().size())); }

private:
    const Space &space_ = tuned::space<Space>();
    std::vector<int32_t> labels_ = {0, 1, 0, 1};
    std::vector<int64_t> times_ = {1, 2, 3, 4};
    double sum_ = 0, gain_ = 0;
};

// ---- Many in one call.
class Many {
public:
    struct Space : tuned::Schema {
        Space() : Schema("many") {}
        tuned::Float x = floating("x", -1, 1);
        tuned::Metric square = minimize("square");
    };
    static constexpr uint32_t batch_limit = 64;

    void batch(tuned::Batch &batch) {
        batch.each([&](tuned::Trial &trial, uint32_t) {
            if (trial[space_.x] < 0) throw tuned::Infeasible("below zero");
            trial.objective(space_.square, trial[space_.x] * trial[space_.x]);
        });
    }

private:
    const Space &space_ = tuned::space<Space>();
};

}  // namespace

TUNED_EXPORT_PLUGIN("cxx", "1.2.3", Ends, Extras, Uneven, Steps, Many)
