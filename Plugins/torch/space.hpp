// What the plugin declares.
#ifndef TORCH_PLUGIN_SPACE_HPP
#define TORCH_PLUGIN_SPACE_HPP

#include <tuned/plugin.hpp>

struct Space : tuned::Schema {
    Space() : Schema("convnet", "A small convolutional network (libtorch) that tells classes of square images") {}

    tuned::Integer channels =
        integer("channels", 4, 32).log().fallback(16).describe("Filters of the first convolution; the second has twice as many");
    tuned::Integer kernel_size = integer("kernel_size", 3, 5).step(2).fallback(3).describe("Width and height of the filters");
    tuned::Float dropout = floating("dropout", 0, 0.6).fallback(0.25).describe("Share of activations set to zero in training");
    tuned::Category optimizer = categorical("optimizer", {"sgd", "adam"}).fallback("adam");
    tuned::Float momentum = floating("momentum", 0, 0.99).fallback(0.9).when(optimizer, {"sgd"});
    tuned::Float beta1 =
        floating("beta1", 0.8, 0.99).fallback(0.9).describe("Memory of the gradients' mean").when(optimizer, {"adam"});
    tuned::Float beta2 =
        floating("beta2", 0.9, 0.9999).fallback(0.999).describe("Memory of the gradients' squares").when(optimizer, {"adam"});
    tuned::Float lr = floating("lr", 1e-4, 0.3).log().scheduled().fallback(2e-3).describe("Learning rate");
    tuned::Float weight_decay = floating("weight_decay", 1e-7, 1e-2).log().fallback(1e-5);
    tuned::Level batch_size = ordinal("batch_size", {16, 32, 64, 128}).fallback(32);

    tuned::Metric error = minimize("error", "Share of wrong answers");
    tuned::Metric logloss = minimize("logloss", "Mean of -log of the probability given to the right class");

    tuned::Fidelity epochs = fidelity("epochs", 1, 27, "Passes over the training images");
    tuned::Key target = config("target").describe("Column to predict; the last one where it is not given");
};

#endif
