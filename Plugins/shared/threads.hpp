// How many threads a trial may take.
#ifndef TUNED_PLUGINS_THREADS_HPP
#define TUNED_PLUGINS_THREADS_HPP

#include <tuned/plugin.hpp>

#include <charconv>
#include <cstdlib>
#include <cstring>

/// The first number of OMP_NUM_THREADS, which the host sets for each slot; else the CPUs that the slot holds; else 1.
inline int thread_count(const tuned::Trial &trial) {
    if (const char *text = std::getenv("OMP_NUM_THREADS")) {
        int count = 0;
        std::from_chars(text, text + std::strlen(text), count);
        if (count > 0) return count;
    }
    const auto resources = trial.resources();
    return resources && !resources->cpus.empty() ? static_cast<int>(resources->cpus.size()) : 1;
}

#endif
