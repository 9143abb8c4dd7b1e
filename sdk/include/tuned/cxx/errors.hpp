/* What a plugin's code throws, and the results of the C ABI that it becomes. */
#ifndef TUNED_CXX_ERRORS_HPP
#define TUNED_CXX_ERRORS_HPP

#include "../plugin.h"

#include <exception>
#include <stdexcept>
#include <string>

namespace tuned {

/* The call failed; the text says what was wrong, where, and what to do. Any other exception ends a call the same way. */
class Failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/* This configuration cannot be trained, which is no error; the search learns to avoid its like. */
class Infeasible : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/* The plugin itself sees no point in going on; the trial counts as pruned at its last report. */
class Cancelled : public std::runtime_error {
public:
    explicit Cancelled(const std::string &text = "cancelled by the plugin") : std::runtime_error(text) {}
};

/* The host asked for an end and the plugin obeys. Not a std::exception, so that a loop that catches those does not swallow it. */
class Stopped {};

/* A declaration that cannot be: thrown by Schema while the plugin loads. */
class SchemaError : public std::invalid_argument {
public:
    using std::invalid_argument::invalid_argument;
};

namespace detail {

inline int32_t say(const tuned_host *host, const tuned_trial *trial, int32_t code, const char *text) noexcept {
    return TUNED_HAS(host, fail) && host->fail != nullptr ? host->fail(trial, code, text) : code;
}

/* Runs `body` on behalf of the host: no exception leaves. `trial` is NULL outside of trials. */
template <class Body>
int32_t guarded(const tuned_host *host, const tuned_trial *trial, Body &&body) noexcept {
    try {
        body();
        return TUNED_OK;
    } catch (const Stopped &) {
        return TUNED_STOPPED;
    } catch (const Infeasible &error) {
        return say(host, trial, TUNED_INFEASIBLE, error.what());
    } catch (const Cancelled &error) {
        return say(host, trial, TUNED_CANCELLED, error.what());
    } catch (const std::exception &error) {
        return say(host, trial, TUNED_FAILED, error.what());
    } catch (...) {
        return say(host, trial, TUNED_FAILED, "the plugin threw an exception that is no std::exception");
    }
}

/* A host function's result where anything but success is a mistake of the plugin. */
inline void expect(int32_t status, const char *what) {
    if (status != TUNED_OK) throw Failure(std::string("the host refused ") + what + " (code " + std::to_string(status) + ")");
}

}  // namespace detail
}  // namespace tuned

#endif
