// @NAME@: fits a polynomial to noisy points by gradient descent. Put your own model in its place.
#include <tuned/plugin.hpp>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

// What is tuned and measured.
struct @TYPE@Space : tuned::Schema {
    @TYPE@Space() : Schema("@ID@") {}
    tuned::Float rate = floating("rate", 1e-3, 1).log().fallback(0.1);
    tuned::Integer degree = integer("degree", 1, 9).fallback(3);
    tuned::Category optimizer = categorical("optimizer", {"sgd", "momentum"}).fallback("sgd");
    tuned::Float momentum = floating("momentum", 0, 0.99).fallback(0.9).when(optimizer, {"momentum"});
    tuned::Metric loss = minimize("loss", "Mean squared error");
    tuned::Fidelity epochs = fidelity("epochs", 1, 100);
};

class @TYPE@Model : public tuned::Trainable<@TYPE@Space> {
public:
    static constexpr uint32_t flags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC;

    // Once in each worker: read your data here, and throw tuned::Failure where something is wrong with it.
    explicit @TYPE@Model(const tuned::Config &) {
        std::mt19937_64 random(1);
        for (auto &point : points_) {
            point.x = uniform(random);
            point.y = std::sin(3 * point.x) + 0.2 * uniform(random);
        }
    }

    void train(tuned::Trial &trial) override {
        std::mt19937_64 random(trial.seed());  // the same for every attempt: seed all that is random from it
        const double rate = trial[space.rate], momentum = trial.active(space.momentum) ? trial[space.momentum] : 0;
        const auto terms = static_cast<size_t>(trial[space.degree]) + 1;
        std::vector<double> velocity(terms);
        weights_.resize(terms);
        for (auto &weight : weights_) weight = 0.1 * uniform(random);

        for (int64_t epoch = 1; epoch <= trial.budget(space.epochs); epoch++) {
            std::vector<double> gradient(terms);
            for (size_t i = 0; i < train_points; i++) {
                double power = miss(points_[i]) / train_points;
                for (auto &part : gradient) {
                    part += power;
                    power *= points_[i].x;
                }
            }
            for (size_t k = 0; k < terms; k++) {
                velocity[k] = momentum * velocity[k] - rate * gradient[k];
                weights_[k] += velocity[k];
            }
            if (!(loss() < 1e6)) throw tuned::Infeasible("the descent diverged: a smaller rate is needed");
            trial.report(space.loss, epoch, loss());
            trial.stop_if_asked();
        }
    }

    void evaluate(tuned::Trial &trial) override { trial.objective(space.loss, loss()); }

private:
    struct Point {
        double x, y;
    };
    static constexpr size_t train_points = 96;  // the others score

    static double uniform(std::mt19937_64 &random) { return 2 * (static_cast<double>(random() >> 11) / 9007199254740992.0) - 1; }

    double miss(const Point &point) const {
        double power = 1, sum = -point.y;
        for (const double weight : weights_) {
            sum += weight * power;
            power *= point.x;
        }
        return sum;
    }

    double loss() const {
        double sum = 0;
        for (size_t i = train_points; i < points_.size(); i++) sum += miss(points_[i]) * miss(points_[i]);
        return sum / static_cast<double>(points_.size() - train_points);
    }

    std::vector<Point> points_{128};
    std::vector<double> weights_;
};

TUNED_EXPORT_PLUGIN("@ID@", "0.1.0", @TYPE@Model)
