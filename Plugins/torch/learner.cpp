#include "learner.hpp"

#include <torch/torch.h>

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

namespace {

constexpr std::int64_t hidden_units = 64;
// Rows that are scored at once: enough to keep the cores busy, few enough to bound the memory.
constexpr std::int64_t score_batch = 256;

/// The side of a square image with so many pixels.
std::int64_t side_of(std::size_t pixels) {
    const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(pixels))));
    if (side >= 4 && static_cast<std::size_t>(side) * static_cast<std::size_t>(side) == pixels) return side;
    throw tuned::Failure("the data has " + std::to_string(pixels) +
                         " columns beside the target, which make no square image; 16 (4 x 4), 25, 36, ... pixels are needed");
}

torch::Tensor index_tensor(tuned::Span<const std::uint32_t> rows, std::int64_t count) {
    if (rows.empty()) throw tuned::Failure("the host's split has a part without rows");
    torch::Tensor out = torch::empty({static_cast<std::int64_t>(rows.size())}, torch::kInt64);
    auto *next = out.data_ptr<std::int64_t>();
    for (const std::uint32_t row : rows) {
        if (row >= count) {
            throw tuned::Failure("the host names row " + std::to_string(row) + "; the data has " + std::to_string(count));
        }
        *next++ = row;
    }
    return out;
}

std::string too_high(double rate) { return ": the learning rate " + std::to_string(rate) + " is too high"; }

at::Generator generator() { return at::detail::getDefaultCPUGenerator(); }

std::string bytes_of(const torch::serialize::OutputArchive &archive) {
    std::string bytes;
    // save_to is not const, yet only reads.
    const_cast<torch::serialize::OutputArchive &>(archive).save_to([&](const void *data, std::size_t size) {
        bytes.append(static_cast<const char *>(data), size);
        return size;
    });
    return bytes;
}

struct NetworkImpl : torch::nn::Module {
    NetworkImpl(std::int64_t side, std::int64_t classes, const Plan &plan)
        : first(torch::nn::Conv2dOptions(1, plan.channels, plan.kernel_size).padding(plan.kernel_size / 2)),
          second(torch::nn::Conv2dOptions(plan.channels, 2 * plan.channels, plan.kernel_size).padding(plan.kernel_size / 2)),
          hidden(2 * plan.channels * (side / 2) * (side / 2), hidden_units), output(hidden_units, classes), dropout(plan.dropout) {
        register_module("first", first);
        register_module("second", second);
        register_module("hidden", hidden);
        register_module("output", output);
        register_module("dropout", dropout);
        mean = register_buffer("mean", torch::zeros({1}));
        deviation = register_buffer("deviation", torch::ones({1}));
    }

    torch::Tensor forward(torch::Tensor x) {
        x = (x - mean) / deviation;
        x = torch::relu(first(x));
        x = torch::relu(second(x));
        x = dropout(torch::max_pool2d(x, 2).flatten(1));
        x = dropout(torch::relu(hidden(x)));
        return output(x);
    }

    torch::nn::Conv2d first, second;
    torch::nn::Linear hidden, output;
    torch::nn::Dropout dropout;
    torch::Tensor mean, deviation;
};
TORCH_MODULE(Network);

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const Plan &plan, const std::vector<torch::Tensor> &parameters) {
    // The rate is set before each epoch.
    if (plan.is_adam) {
        return std::make_unique<torch::optim::Adam>(
            parameters, torch::optim::AdamOptions(1e-3).betas({plan.beta1, plan.beta2}).weight_decay(plan.weight_decay));
    }
    return std::make_unique<torch::optim::SGD>(
        parameters, torch::optim::SGDOptions(1e-3).momentum(plan.momentum).weight_decay(plan.weight_decay));
}

}  // namespace

struct Images::Tensors {
    torch::Tensor pixels;  // rows x 1 x side x side
    torch::Tensor labels;  // rows
    std::int64_t side, classes;
};

Images::Images(const tabular::Dataset &data) {
    auto tensors = std::make_unique<Tensors>();
    const auto rows = static_cast<std::int64_t>(data.rows);
    tensors->side = side_of(data.features);
    tensors->classes = static_cast<std::int64_t>(data.classes.size());
    // from_blob takes a pointer that it could write through; the clone only reads.
    tensors->pixels = torch::from_blob(const_cast<float *>(data.values.data()), {rows, 1, tensors->side, tensors->side}).clone();
    tensors->labels = torch::from_blob(const_cast<std::int32_t *>(data.labels.data()), {rows}, torch::kInt32).to(torch::kInt64);
    tensors_ = std::move(tensors);
}

Images::~Images() = default;

struct Learner::Parts {
    const Images::Tensors &images;
    torch::Tensor train;  // indices of the training rows
    std::int64_t batch_size;
    mutable Network network;
    std::unique_ptr<torch::optim::Optimizer> optimizer;
    torch::Tensor order;  // the training rows as this epoch takes them
    std::int64_t next = 0;
    double rate = 0;
};

Learner::Learner(const Images &images, tuned::Span<const std::uint32_t> train, const Plan &plan) {
    torch::manual_seed(plan.seed);
    const Images::Tensors &tensors = images.tensors();
    parts_.reset(new Parts{tensors, index_tensor(train, tensors.pixels.size(0)), plan.batch_size,
                           Network(tensors.side, tensors.classes, plan), nullptr, {}, 0, 0});
    const torch::Tensor pixels = tensors.pixels.index_select(0, parts_->train);
    parts_->network->mean.copy_(pixels.mean());
    // Images that are all alike have no deviation to divide by.
    parts_->network->deviation.copy_(pixels.std(/*unbiased=*/false).clamp_min(1e-6));
    parts_->optimizer = make_optimizer(plan, parts_->network->parameters());
}

Learner::~Learner() = default;

void Learner::begin_epoch(double learning_rate) {
    Parts &p = *parts_;
    for (auto &group : p.optimizer->param_groups()) group.options().set_lr(learning_rate);
    p.order = p.train.index_select(0, torch::randperm(p.train.size(0), torch::kInt64));
    p.next = 0;
    p.rate = learning_rate;
    p.network->train();
}

bool Learner::train_batch() {
    Parts &p = *parts_;
    const std::int64_t left = p.train.size(0) - p.next;
    if (left == 0) return false;
    const torch::Tensor rows = p.order.narrow(0, p.next, std::min(left, p.batch_size));
    p.next += rows.size(0);
    p.optimizer->zero_grad();
    const torch::Tensor logits = p.network(p.images.pixels.index_select(0, rows));
    const torch::Tensor loss = torch::nn::functional::cross_entropy(logits, p.images.labels.index_select(0, rows));
    if (!std::isfinite(loss.item<float>())) {
        throw tuned::Infeasible("the loss is not finite" + too_high(p.rate));
    }
    loss.backward();
    p.optimizer->step();
    return true;
}

Learner::Scores Learner::score(tuned::Span<const std::uint32_t> rows) const {
    const Parts &p = *parts_;
    torch::NoGradGuard no_gradients;
    p.network->eval();
    const torch::Tensor indices = index_tensor(rows, p.images.pixels.size(0));
    double wrong = 0, loss = 0;
    for (const torch::Tensor &batch : indices.split(score_batch)) {
        const torch::Tensor labels = p.images.labels.index_select(0, batch);
        const torch::Tensor logits = p.network(p.images.pixels.index_select(0, batch));
        wrong += static_cast<double>(logits.argmax(1).ne(labels).sum().item<std::int64_t>());
        // In double precision, so that a hopeless row's loss stays finite and the sum exact enough.
        const torch::Tensor logs = torch::log_softmax(logits.to(torch::kFloat64), 1);
        loss -= logs.gather(1, labels.unsqueeze(1)).sum().item<double>();
    }
    if (!std::isfinite(loss)) throw tuned::Infeasible("the network's answers are not finite" + too_high(p.rate));
    const auto count = static_cast<double>(rows.size());
    return {wrong / count, loss / count};
}

std::string Learner::state() const {
    torch::serialize::OutputArchive archive, network, optimizer;
    parts_->network->save(network);
    parts_->optimizer->save(optimizer);
    archive.write("network", network);
    archive.write("optimizer", optimizer);
    archive.write("generator", generator().get_state());
    return bytes_of(archive);
}

void Learner::load(const std::string &state) {
    torch::serialize::InputArchive archive, network, optimizer;
    archive.load_from(state.data(), state.size());
    archive.read("network", network);
    archive.read("optimizer", optimizer);
    parts_->network->load(network);
    parts_->optimizer->load(optimizer);
    torch::Tensor random;
    archive.read("generator", random);
    generator().set_state(random);
}

std::string Learner::model(const std::vector<std::string> &classes) const {
    torch::serialize::OutputArchive archive;
    parts_->network->save(archive);
    archive.write("classes", c10::IValue(classes));
    return bytes_of(archive);
}

void use_threads(int count) { torch::set_num_threads(count); }
