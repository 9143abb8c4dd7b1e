/* One trial: its values, its rows, and what the host wants to hear of it. */
#ifndef TUNED_CXX_TRIAL_HPP
#define TUNED_CXX_TRIAL_HPP

#include "checkpoint.hpp"
#include "schema.hpp"
#include "span.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuned {

enum class Purpose : std::uint32_t {
    search = TUNED_SEARCH,      /* train on the training rows, evaluate on the validation rows */
    final_fit = TUNED_FINAL,    /* train on training and validation rows, evaluate on the test rows */
    replay = TUNED_REPLAY,      /* a trial run again, to compare */
};

enum class Log : std::int32_t { debug = TUNED_LOG_DEBUG, info = TUNED_LOG_INFO, warning = TUNED_LOG_WARNING, error = TUNED_LOG_ERROR };

/* What the slot of a run holds. */
struct Resources {
    std::vector<std::int32_t> cpus;     /* numbers of the CPUs that the worker is pinned to */
    std::vector<std::string> gpus;      /* UUIDs */
    std::uint64_t memory = 0;           /* bytes; 0: no limit */
};

/* A view of the host's trial; valid until the call that was given it returns. report, should_stop, stop_if_asked and log may be
 * called from any thread until then, the rest from the calling thread. */
class Trial {
public:
    explicit Trial(const tuned_trial *trial) noexcept : trial_(trial) {}
    Trial(const Trial &) = delete;
    Trial &operator=(const Trial &) = delete;

    /* Values. Those of an inactive parameter are 0, false and "". */
    double operator[](const Float &parameter) const { return value(parameter).f64; }
    std::int64_t operator[](const Integer &parameter) const { return value(parameter).i64; }
    std::string_view operator[](const Category &parameter) const { return value(parameter).str; }
    double operator[](const Level &parameter) const { return value(parameter).f64; }
    bool operator[](const Boolean &parameter) const { return value(parameter).i64 != 0; }
    /* The place among the choices of the schema. */
    std::int64_t index(const Category &parameter) const { return value(parameter).i64; }
    std::int64_t index(const Level &parameter) const { return value(parameter).i64; }
    bool active(const Parameter &parameter) const { return value(parameter).active != 0; }

    std::int64_t id() const noexcept { return trial_->id; }
    std::int32_t run() const noexcept { return trial_->run; }
    std::int32_t attempt() const noexcept { return trial_->attempt; }
    std::uint64_t seed() const noexcept { return trial_->seed; }
    Purpose purpose() const noexcept { return static_cast<Purpose>(trial_->purpose); }
    std::int32_t fold() const noexcept { return trial_->fold; }
    /* 1: a holdout; 0: the host splits no data. */
    std::int32_t folds() const noexcept { return trial_->folds; }
    /* Seconds from the start of the call; 0: no limit. */
    double deadline() const noexcept { return trial_->deadline; }
    /* In units of the fidelity; 0: train in full. */
    double budget() const noexcept { return trial_->budget; }
    /* The same in whole units, with `high` where the host asks for training in full. */
    std::int64_t budget(const Fidelity &fidelity) const noexcept {
        return static_cast<std::int64_t>(std::llround(trial_->budget > 0 ? trial_->budget : fidelity.high()));
    }

    /* A metric's value at a step; steps of one metric increase. Costs nanoseconds. */
    void report(const Metric &metric, std::int64_t step, double value) const {
        detail::expect(host()->report(trial_, metric.index(), step, value), "a report");
    }
    /* Whether the trial should end: pruned, cancelled, out of time. Costs nanoseconds. */
    bool should_stop() const noexcept { return host()->should_stop(trial_) != 0; }
    void stop_if_asked() const {
        if (should_stop()) throw Stopped();
    }
    void objective(const Metric &metric, double value) const {
        detail::expect(host()->objective(trial_, metric.index(), value), "an objective");
    }
    /* Feasible where value <= 0. */
    void constraint(const std::string &name, double value) const {
        detail::expect(host()->constraint(trial_, name.c_str(), value), "a constraint");
    }
    void log(const std::string &line, Log level = Log::info) const {
        host()->log(trial_, static_cast<std::int32_t>(level), line.c_str());
    }

    /* Rows of the run's split, increasing, by their place in the Dataset. Throw Failure where the host splits no data. */
    Span<const std::uint32_t> rows_to_train() const { return rows(TUNED_ROWS_TRAIN); }
    Span<const std::uint32_t> rows_to_evaluate() const { return rows(TUNED_ROWS_EVALUATE); }

    /* Begins a checkpoint of the state after `step` steps. */
    Checkpoint checkpoint(std::int64_t step) const { return Checkpoint(trial_, step); }
    /* The run's checkpoint; nothing on a fresh start. Throws Failure where it is damaged. */
    std::optional<Restored> restore() const {
        const auto *checkpoints = detail::checkpoints(trial_);
        std::int64_t step = 0;
        if (checkpoints == nullptr) return std::nullopt;
        const int32_t status = checkpoints->restore(trial_, &step);
        if (status == TUNED_ABSENT) return std::nullopt;
        detail::expect(status, "to open the checkpoint");
        return std::optional<Restored>(std::in_place, trial_, step);
    }

    /* Keeps a file beside the trial's result. False where the host keeps none. */
    bool artifact(const std::string &name, const void *bytes, std::uint64_t count) const {
        const auto *artifacts = extension<tuned_artifact_extension>(TUNED_ARTIFACT);
        if (artifacts != nullptr) detail::expect(artifacts->store(trial_, name.c_str(), bytes, count), "an artifact");
        return artifacts != nullptr;
    }
    bool artifact(const std::string &name, std::string_view bytes) const { return artifact(name, bytes.data(), bytes.size()); }
    bool artifact_file(const std::string &name, const std::string &path) const {
        const auto *artifacts = extension<tuned_artifact_extension>(TUNED_ARTIFACT);
        if (artifacts != nullptr) detail::expect(artifacts->store_file(trial_, name.c_str(), path.c_str()), "an artifact");
        return artifacts != nullptr;
    }

    /* Nothing where the host does not tell. */
    std::optional<Resources> resources() const {
        const auto *extension = this->extension<tuned_resources_extension>(TUNED_RESOURCES);
        if (extension == nullptr) return std::nullopt;
        tuned_resources raw = {};
        raw.size = sizeof raw;
        detail::expect(extension->get(&raw), "to tell of its resources");
        Resources out;
        out.cpus.assign(raw.cpus, raw.cpus + raw.cpu_count);
        out.gpus.assign(raw.gpus, raw.gpus + raw.gpu_count);
        out.memory = raw.memory;
        return out;
    }

    /* The value of a parameter at a progress from 0 (start) to 1 (full budget, see Fidelity::progress): its schedule's, else the
     * trial's constant one. */
    double schedule(const Float &parameter, double progress) const { return scheduled(parameter.index(), progress, (*this)[parameter]); }
    double schedule(const Integer &parameter, double progress) const {
        return scheduled(parameter.index(), progress, static_cast<double>((*this)[parameter]));
    }

    const tuned_trial *raw() const noexcept { return trial_; }

private:
    const tuned_host *host() const noexcept { return trial_->host; }

    const tuned_value &value(const Parameter &parameter) const {
        if (parameter.index() >= trial_->value_count) {
            throw Failure("the trial has no value for \"" + parameter.name() + "\": is it a parameter of this trainable?");
        }
        return *tuned_trial_value(trial_, parameter.index());
    }

    template <class Table>
    const Table *extension(const char *id) const noexcept {
        return static_cast<const Table *>(tuned_find_extension(host(), id));
    }

    Span<const std::uint32_t> rows(std::uint32_t part) const {
        const std::uint32_t *indices = nullptr;
        std::uint64_t count = 0;
        const int32_t status = tuned_rows(trial_, part, &indices, &count);
        if (status == TUNED_ABSENT) throw Failure("the host splits no data: give the study a split or folds");
        detail::expect(status, "the rows of the split");
        return {indices, static_cast<std::size_t>(count)};
    }

    double scheduled(std::uint32_t parameter, double progress, double constant) const {
        const auto *schedules = extension<tuned_schedule_extension>(TUNED_SCHEDULE);
        if (schedules == nullptr) return constant;
        double value = constant;
        detail::expect(schedules->value(trial_, parameter, progress, &value), "the value of a schedule");
        return value;
    }

    const tuned_trial *trial_;
};

}  // namespace tuned

#endif
