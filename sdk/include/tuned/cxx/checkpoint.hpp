/* Checkpoints: the state of training, written in one process and read in another.
 *
 *     if (auto in = trial.restore()) { done = in->step(); in->read(weights, velocity); }
 *     ...
 *     auto out = trial.checkpoint(step);
 *     out.write(weights, velocity);
 *     out.commit();
 *
 * Numbers and plain structs are written as they lie in memory, texts and vectors with their length before them. A checkpoint
 * ends with a checksum that is held against the bytes before anything is read: one that was cut off or damaged throws Failure and
 * leaves the model as it was.
 */
#ifndef TUNED_CXX_CHECKPOINT_HPP
#define TUNED_CXX_CHECKPOINT_HPP

#include "errors.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace tuned {

namespace detail {

template <class T>
struct is_vector : std::false_type {};
template <class T, class A>
struct is_vector<std::vector<T, A>> : std::true_type {};

template <class T>
constexpr bool is_plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

inline const tuned_checkpoint_extension *checkpoints(const tuned_trial *trial) noexcept {
    return static_cast<const tuned_checkpoint_extension *>(tuned_find_extension(trial->host, TUNED_CHECKPOINT));
}

}  // namespace detail

/* Appends to a checkpoint that is under way. */
class Writer {
public:
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    template <class... Values>
    void write(const Values &...values) {
        (put(values), ...);
    }

    void write_bytes(const void *bytes, std::uint64_t count) {
        if (host_ == nullptr || count == 0) return;
        detail::expect(host_->write(trial_, bytes, count), "a part of a checkpoint");
        checksum_ = tuned_checksum(checksum_, bytes, count);
    }

protected:
    Writer(const tuned_trial *trial, const tuned_checkpoint_extension *host) noexcept : trial_(trial), host_(host) {}

    void seal() {
        const std::uint64_t sum = checksum_;
        write_bytes(&sum, sizeof sum);
    }

    const tuned_trial *trial_;
    const tuned_checkpoint_extension *host_;

private:
    template <class T>
    void put(const T &value) {
        if constexpr (detail::is_vector<T>::value || std::is_same_v<T, std::string>) {
            put(static_cast<std::uint64_t>(value.size()));
            if constexpr (detail::is_plain<typename T::value_type>) {
                write_bytes(value.data(), value.size() * sizeof(typename T::value_type));
            } else {
                for (const auto &element : value) put(element);
            }
        } else {
            static_assert(detail::is_plain<T>, "a checkpoint holds numbers, plain structs without pointers, texts and vectors of these");
            write_bytes(&value, sizeof value);
        }
    }

    std::uint64_t checksum_ = TUNED_CHECKSUM_START;
};

/* A checkpoint that is being written. It counts once commit has returned; one that is let go of before is dropped. */
class Checkpoint : public Writer {
public:
    /* Begins; with a host that keeps no checkpoints, nothing happens here or later. */
    Checkpoint(const tuned_trial *trial, std::int64_t step) : Writer(trial, detail::checkpoints(trial)) {
        if (host_ != nullptr) detail::expect(host_->begin(trial, step), "a checkpoint");
    }

    void commit() {
        if (host_ == nullptr) return;
        seal();
        const auto *host = host_;
        host_ = nullptr;
        detail::expect(host->commit(trial_), "to keep a checkpoint");
    }
};

namespace detail {

/* The state of stepwise training: the host begins and commits. */
class SealedWriter : public Writer {
public:
    explicit SealedWriter(const tuned_trial *trial) : Writer(trial, checkpoints(trial)) {
        if (host_ == nullptr) throw Failure("the host keeps no checkpoints");
    }
    void close() { seal(); }
};

}  // namespace detail

/* A checkpoint that has been read and found whole. */
class Restored {
public:
    Restored(const tuned_trial *trial, std::int64_t step) : step_(step) {
        const auto *host = detail::checkpoints(trial);
        if (host == nullptr) throw Failure("the host keeps no checkpoints");
        constexpr std::size_t piece = 1 << 16;
        for (;;) {
            const std::size_t size = bytes_.size();
            bytes_.resize(size + piece);
            const std::int64_t got = host->read(trial, bytes_.data() + size, piece);
            if (got < 0 || got > static_cast<std::int64_t>(piece)) throw Failure("the checkpoint cannot be read");
            bytes_.resize(size + static_cast<std::size_t>(got));
            if (got == 0) break;
        }
        std::uint64_t sum = 0;
        if (bytes_.size() < sizeof sum) throw Failure("the checkpoint is cut off");
        bytes_.resize(bytes_.size() - sizeof sum);
        std::memcpy(&sum, bytes_.data() + bytes_.size(), sizeof sum);
        if (sum != tuned_checksum(TUNED_CHECKSUM_START, bytes_.data(), bytes_.size())) throw Failure("the checkpoint is cut off or damaged");
    }

    /* The steps that were done when it was written. */
    std::int64_t step() const noexcept { return step_; }
    std::uint64_t remaining() const noexcept { return bytes_.size() - at_; }

    /* In the order of writing. Throws Failure where the checkpoint holds less. */
    template <class... Values>
    void read(Values &...values) {
        (get(values), ...);
    }

    void read_bytes(void *bytes, std::uint64_t count) {
        need(count);
        if (count != 0) std::memcpy(bytes, bytes_.data() + at_, count);
        at_ += count;
    }

private:
    void need(std::uint64_t count) const {
        if (count > remaining()) throw Failure("the checkpoint is of another model: it ends too early");
    }

    template <class T>
    void get(T &value) {
        if constexpr (detail::is_vector<T>::value || std::is_same_v<T, std::string>) {
            using Element = typename T::value_type;
            std::uint64_t count = 0;
            get(count);
            if constexpr (detail::is_plain<Element>) {
                if (count > remaining() / sizeof(Element)) need(UINT64_MAX);
                value.resize(count);
                read_bytes(value.data(), count * sizeof(Element));
            } else {
                need(count);  /* an element takes at least one byte */
                value.assign(count, Element());
                for (auto &element : value) get(element);
            }
        } else {
            static_assert(detail::is_plain<T>, "a checkpoint holds numbers, plain structs without pointers, texts and vectors of these");
            read_bytes(&value, sizeof value);
        }
    }

    std::int64_t step_;
    std::vector<char> bytes_;
    std::uint64_t at_ = 0;
};

}  // namespace tuned

#endif
