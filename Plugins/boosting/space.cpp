#include "space.hpp"

#include "../shared/threads.hpp"

namespace boosting {

Settings Space::settings(const tuned::Trial &trial) const {
    Settings settings = {
        {"booster", std::string(trial[booster])},
        {"tree_method", "hist"},
        {"nthread", std::to_string(thread_count(trial))},
        // Each round's randomness follows from seed and round, so that a run can go on from any round.
        {"seed", std::to_string(trial.seed() & 0x7fffffff)},
        {"seed_per_iteration", "1"},
        {"max_depth", std::to_string(trial[max_depth])},
    };
    for (const tuned::Float &parameter : {eta, min_child_weight, subsample, colsample_bytree, lambda, alpha, gamma}) {
        settings.emplace_back(parameter.name(), number_text(trial[parameter]));
    }
    if (trial[booster] == "dart") {
        settings.emplace_back(rate_drop.name(), number_text(trial[rate_drop]));
        settings.emplace_back(skip_drop.name(), number_text(trial[skip_drop]));
    }
    return settings;
}

}  // namespace boosting
