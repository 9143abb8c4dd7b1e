/* Many trials in one call, for objectives that take microseconds. */
#ifndef TUNED_CXX_BATCH_HPP
#define TUNED_CXX_BATCH_HPP

#include "trial.hpp"

namespace tuned {

class Batch {
public:
    Batch(const tuned_trial *const *trials, std::uint32_t count, std::int32_t *codes) noexcept
        : trials_(trials), count_(count), codes_(codes) {}
    Batch(const Batch &) = delete;
    Batch &operator=(const Batch &) = delete;

    std::uint32_t size() const noexcept { return count_; }
    Trial operator[](std::uint32_t index) const noexcept { return Trial(trials_[index]); }

    /* Calls body(trial, index) for every trial. What one of them throws ends that one only. */
    template <class Body>
    void each(Body &&body) const {
        for (std::uint32_t i = 0; i < count_; i++) {
            Trial trial(trials_[i]);
            codes_[i] = detail::guarded(trials_[i]->host, trials_[i], [&] { body(trial, i); });
        }
    }

    /* For a body that goes its own way: ends one trial with a code other than TUNED_OK. */
    void end(std::uint32_t index, std::int32_t code, const char *text) const noexcept {
        codes_[index] = detail::say(trials_[index]->host, trials_[index], code, text);
    }

private:
    const tuned_trial *const *trials_;
    std::uint32_t count_;
    std::int32_t *codes_;
};

}  // namespace tuned

#endif
