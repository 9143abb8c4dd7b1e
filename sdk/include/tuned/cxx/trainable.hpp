/* What a trainable class is. It has a nested type Space (a Schema), a constructor that takes a const tuned::Config & or nothing, and
 *
 *     void train(tuned::Trial &)        builds the model on the training rows; may be left out
 *     void evaluate(tuned::Trial &)     scores it: an objective for each metric
 *
 * and where it makes sense any of
 *
 *     tuned::Dataset dataset() const            rows and labels, so that the host can make folds
 *     void begin(tuned::Trial &)                stepwise training, which the host drives: an untrained model,
 *     void step(tuned::Trial &, int64_t step)   one unit of fidelity more, counted from 1; then `train` may be left out
 *     void save(tuned::Writer &)                the state of stepwise training, for checkpoints
 *     void load(tuned::Restored &)
 *     void reconfigure(tuned::Trial &)          takes over the trial's new values without losing the state
 *     void batch(tuned::Batch &)                many trials in one call; then `evaluate` may be left out
 *     static constexpr uint32_t flags           TUNED_THREAD_SAFE | TUNED_DETERMINISTIC
 *     static constexpr uint32_t batch_limit     most trials of one batch
 *
 * Deriving from Trainable is one way to it; any class that fits will do.
 */
#ifndef TUNED_CXX_TRAINABLE_HPP
#define TUNED_CXX_TRAINABLE_HPP

#include "batch.hpp"
#include "config.hpp"
#include "dataset.hpp"
#include "trial.hpp"

#include <type_traits>
#include <utility>

namespace tuned {

/* The one instance of a space in this plugin. Never ended: the host may read its text to the last. Hidden, because two plugins in
 * one process may have a class of the same name. */
template <class Space>
__attribute__((visibility("hidden"))) const Space &space() {
    static const Space &instance = *new Space();
    return instance;
}

/* A base class that carries the space and lets the compiler check the signatures by `override`. */
template <class SpaceType>
class Trainable {
public:
    using Space = SpaceType;

    Trainable() = default;
    Trainable(const Trainable &) = delete;
    Trainable &operator=(const Trainable &) = delete;
    virtual ~Trainable() = default;

    virtual void train(Trial &) {}
    virtual void evaluate(Trial &trial) = 0;

protected:
    const Space &space = tuned::space<Space>();
};

namespace detail {

/* has_NAME: the method can be called as it should. names_NAME: there is a member of that name, callable so or not. */
#define TUNED_DETECT_(name, call)                                                                            \
    template <class T, class = void>                                                                         \
    struct has_##name : std::false_type {};                                                                  \
    template <class T>                                                                                       \
    struct has_##name<T, std::void_t<decltype(std::declval<T &>().call)>> : std::true_type {};                 \
    template <class T, class = void>                                                                         \
    struct names_##name : std::false_type {};                                                                \
    template <class T>                                                                                       \
    struct names_##name<T, std::void_t<decltype(&T::name)>> : std::true_type {};
TUNED_DETECT_(train, train(std::declval<Trial &>()))
TUNED_DETECT_(evaluate, evaluate(std::declval<Trial &>()))
TUNED_DETECT_(dataset, dataset())
TUNED_DETECT_(begin, begin(std::declval<Trial &>()))
TUNED_DETECT_(step, step(std::declval<Trial &>(), std::int64_t()))
TUNED_DETECT_(save, save(std::declval<Writer &>()))
TUNED_DETECT_(load, load(std::declval<Restored &>()))
TUNED_DETECT_(reconfigure, reconfigure(std::declval<Trial &>()))
TUNED_DETECT_(batch, batch(std::declval<Batch &>()))
#undef TUNED_DETECT_

template <class T, class = void>
struct has_space : std::false_type {};
template <class T>
struct has_space<T, std::void_t<typename T::Space>> : std::is_base_of<Schema, typename T::Space> {};

template <class T, class = void>
struct flags_of : std::integral_constant<std::uint32_t, 0> {};
template <class T>
struct flags_of<T, std::void_t<decltype(T::flags)>> : std::integral_constant<std::uint32_t, T::flags> {};

template <class T, class = void>
struct batch_limit_of : std::integral_constant<std::uint32_t, 0> {};
template <class T>
struct batch_limit_of<T, std::void_t<decltype(T::batch_limit)>> : std::integral_constant<std::uint32_t, T::batch_limit> {};

/* Whether the class has a `train` of its own and not the empty one of Trainable. */
template <class T>
constexpr bool own_train() {
    if constexpr (!has_train<T>::value) return false;
    else if constexpr (names_train<T>::value) return !std::is_same_v<decltype(&T::train), void (Trainable<typename T::Space>::*)(Trial &)>;
    else return true;
}

/* Every rule above, as an error of the compiler that says what is wrong. */
template <class T>
constexpr bool check_trainable() {
    static_assert(has_space<T>::value, "a trainable has a nested type Space that derives from tuned::Schema");
    static_assert(std::is_constructible_v<T, const Config &> || std::is_default_constructible_v<T>,
                  "a trainable has a public constructor that takes a const tuned::Config & or nothing");
    static_assert(has_evaluate<T>::value || has_batch<T>::value, "a trainable has a public method void evaluate(tuned::Trial &)");
    static_assert(has_train<T>::value || !names_train<T>::value, "train must be callable as void train(tuned::Trial &)");
    static_assert(has_dataset<T>::value || !names_dataset<T>::value, "dataset must be callable as tuned::Dataset dataset()");
    static_assert(has_begin<T>::value || !names_begin<T>::value, "begin must be callable as void begin(tuned::Trial &)");
    static_assert(has_step<T>::value || !names_step<T>::value, "step must be callable as void step(tuned::Trial &, int64_t)");
    static_assert(has_save<T>::value || !names_save<T>::value, "save must be callable as void save(tuned::Writer &)");
    static_assert(has_load<T>::value || !names_load<T>::value, "load must be callable as void load(tuned::Restored &)");
    static_assert(has_reconfigure<T>::value || !names_reconfigure<T>::value,
                  "reconfigure must be callable as void reconfigure(tuned::Trial &)");
    static_assert(has_batch<T>::value || !names_batch<T>::value, "batch must be callable as void batch(tuned::Batch &)");
    static_assert(has_begin<T>::value == has_step<T>::value, "stepwise training needs both begin and step");
    static_assert(has_save<T>::value == has_load<T>::value, "stepwise checkpoints need both save and load");
    static_assert(has_step<T>::value || !has_save<T>::value, "save and load belong to stepwise training: add begin and step");
    return true;
}

}  // namespace detail
}  // namespace tuned

#endif
