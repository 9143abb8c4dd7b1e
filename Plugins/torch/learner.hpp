// A network under training. libtorch's headers stay behind this one: they take most of a minute to compile.
#ifndef TORCH_PLUGIN_LEARNER_HPP
#define TORCH_PLUGIN_LEARNER_HPP

#include "../shared/dataset.hpp"

#include <tuned/plugin.hpp>

#include <memory>
#include <string>
#include <string_view>

/// What is trained, and how.
struct Plan {
    std::int64_t channels;
    std::int64_t kernel_size;  // odd
    double dropout;
    bool is_adam;
    double momentum;           // of stochastic gradient descent
    double beta1, beta2;       // of Adam
    double weight_decay;
    std::int64_t batch_size;
    std::uint64_t seed;
};

/// A data set of square gray images and their classes, as tensors.
class Images {
public:
    /// Each row is an image, row by row of pixels. Throws tuned::Failure where the number of features is not a square.
    explicit Images(const tabular::Dataset &data);
    ~Images();

    struct Tensors;
    const Tensors &tensors() const { return *tensors_; }

private:
    std::unique_ptr<const Tensors> tensors_;
};

/// Two convolutions, a pooling and two dense layers. All of its randomness is libtorch's default generator, which the constructor
/// seeds: one learner at a time may train in a process.
class Learner {
public:
    /// Untrained. Pixels are standardised by mean and deviation of the training rows. Throws tuned::Failure where a row does not
    /// exist or there is none.
    Learner(const Images &images, tuned::Span<const std::uint32_t> train, const Plan &plan);
    ~Learner();

    /// Shuffles the training rows; their batches follow, each by one call of train_batch.
    void begin_epoch(double learning_rate);

    /// Takes one step; false once the epoch is over. Throws tuned::Infeasible where the loss is not finite.
    bool train_batch();

    struct Scores {
        double error;    // share of wrong answers
        double logloss;  // mean of -log p of the right class
    };
    /// Throws tuned::Infeasible where the answers are not finite.
    Scores score(tuned::Span<const std::uint32_t> rows) const;

    /// Network, optimizer and generator after a whole epoch, as bytes that load takes back in another process.
    std::string state() const;
    void load(const std::string &state);

    /// The network alone, with the classes' names: a libtorch archive.
    std::string model(const std::vector<std::string> &classes) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Threads for libtorch's operations.
void use_threads(int count);

#endif
