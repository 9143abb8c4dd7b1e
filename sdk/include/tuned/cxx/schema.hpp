/* What a trainable declares: parameters, metrics, fidelity and the keys of its configuration. Derive, and declare as members:
 *
 *     struct Space : tuned::Schema {
 *         Space() : Schema("svm", "Support vector classification") {}
 *         tuned::Float cost = floating("C", 1e-3, 1e3).log().fallback(1);
 *         tuned::Category kernel = categorical("kernel", {"linear", "poly", "rbf"}).fallback("rbf");
 *         tuned::Integer degree = integer("degree", 2, 5).when(kernel, {"poly"});
 *         tuned::Metric error = minimize("error");
 *     };
 *
 * The order of declaration is the order of the parameters. A declaration that cannot be throws SchemaError.
 */
#ifndef TUNED_CXX_SCHEMA_HPP
#define TUNED_CXX_SCHEMA_HPP

#include "parameters.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <type_traits>

namespace tuned {

/* A number that a trial ends with. */
class Metric {
public:
    std::uint32_t index() const noexcept { return index_; }

private:
    friend class Schema;
    explicit Metric(std::uint32_t index) : index_(index) {}
    std::uint32_t index_;
};

/* What a trial's budget counts. */
class Fidelity {
public:
    double low() const noexcept { return low_; }
    double high() const noexcept { return high_; }
    /* How much of training in full is done after so many units: what Trial::schedule takes, whatever the budget of the run is. */
    double progress(std::int64_t done) const noexcept { return static_cast<double>(done) / high_; }

private:
    friend class Schema;
    Fidelity(double low, double high) : low_(low), high_(high) {}
    double low_, high_;
};

namespace detail {
struct KeyDeclaration {
    std::string name, description;
    bool required = false;
};
}  // namespace detail

/* A key of a study's `config`. */
class Key {
public:
    const std::string &name() const noexcept { return declaration_->name; }
    Key describe(std::string_view text) const {
        declaration_->description = detail::description("config \"" + name() + "\"", text);
        return *this;
    }
    Key required() const {
        declaration_->required = true;
        return *this;
    }

private:
    friend class Schema;
    explicit Key(detail::KeyDeclaration &declaration) : declaration_(&declaration) {}
    detail::KeyDeclaration *declaration_;
};

class Schema {
public:
    /* The id: 1 to 64 characters of [a-z0-9._-], unique in the plugin. */
    explicit Schema(std::string id, std::string_view text = "") : id_(std::move(id)) {
        const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
        if (id_.empty() || id_.size() > 64 || !std::all_of(id_.begin(), id_.end(), allowed)) {
            throw SchemaError("\"" + id_ + "\" is no id of a trainable: use 1 to 64 of a-z, 0-9, dot, underscore and dash");
        }
        if (!text.empty()) description_ = detail::description("schema \"" + id_ + "\"", text);
    }
    /* Handles point into it. */
    Schema(const Schema &) = delete;
    Schema &operator=(const Schema &) = delete;

    Float floating(std::string name, double low, double high) {
        auto &d = declare(std::move(name), "float");
        d.require(std::isfinite(low) && std::isfinite(high), "a bound must be a finite number");
        set_range(d, low, high, ", \"low\": " + detail::json(low) + ", \"high\": " + detail::json(high));
        return Float(d);
    }

    Integer integer(std::string name, std::int64_t low, std::int64_t high) {
        auto &d = declare(std::move(name), "int");
        const std::int64_t most = std::int64_t(1) << 53;  /* beyond it a double skips integers */
        d.require(low >= -most && high <= most, "an integer lies within -2^53 and 2^53");
        set_range(d, static_cast<double>(low), static_cast<double>(high),
                  ", \"low\": " + detail::json(low) + ", \"high\": " + detail::json(high));
        return Integer(d);
    }

    Boolean boolean(std::string name) { return Boolean(declare(std::move(name), "bool")); }

    /* Choices without an order. */
    Category categorical(std::string name, std::initializer_list<std::string_view> choices) {
        return choice<Category, std::string_view>(std::move(name), "categorical", choices);
    }
    Category categorical(std::string name, const std::vector<std::string> &choices) {
        return choice<Category, std::string_view>(std::move(name), "categorical", choices);
    }
    template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
    Level categorical(std::string name, std::initializer_list<Number> choices) {
        return choice<Level, double>(std::move(name), "categorical", choices);
    }

    /* Choices in order. */
    Category ordinal(std::string name, std::initializer_list<std::string_view> choices) {
        return choice<Category, std::string_view>(std::move(name), "ordinal", choices);
    }
    Category ordinal(std::string name, const std::vector<std::string> &choices) {
        return choice<Category, std::string_view>(std::move(name), "ordinal", choices);
    }
    template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
    Level ordinal(std::string name, std::initializer_list<Number> choices) {
        return choice<Level, double>(std::move(name), "ordinal", choices);
    }

    /* The first metric is what a study optimises unless it says otherwise. */
    Metric minimize(const std::string &name, std::string_view text = "") { return metric(name, "minimize", text); }
    Metric maximize(const std::string &name, std::string_view text = "") { return metric(name, "maximize", text); }

    /* What Trial::budget counts: at least `low`, which says something, at most `high`, training in full. */
    Fidelity fidelity(const std::string &name, double low, double high, std::string_view text = "") {
        const std::string owner = "fidelity \"" + name + "\"";
        check_name(name, owner);
        if (!fidelity_text_.empty()) throw SchemaError(owner + ": a schema has one fidelity");
        if (!(low > 0 && low <= high && std::isfinite(high))) throw SchemaError(owner + ": 0 < low <= high must hold");
        fidelity_text_ = "{\"name\": " + detail::json(name) + ", \"low\": " + detail::json(low) + ", \"high\": " + detail::json(high) +
                         described(text.empty() ? "" : detail::description(owner, text)) + "}";
        return *(fidelity_ = Fidelity(low, high));
    }

    /* A key that the trainable's constructor reads from its Config. */
    Key config(const std::string &name) {
        check_name(name, "config \"" + name + "\"");
        for (const auto &key : keys_) {
            if (key.name == name) throw SchemaError("config \"" + name + "\" is declared twice");
        }
        keys_.push_back({name, "", false});
        return Key(keys_.back());
    }

    const std::string &id() const noexcept { return id_; }
    const std::optional<Fidelity> &declared_fidelity() const noexcept { return fidelity_; }

    /* The JSON text that the host reads. */
    std::string json() const {
        if (metrics_.empty()) throw SchemaError("schema \"" + id_ + "\" has no metric: add one with minimize or maximize");
        std::vector<std::string> parameters, keys;
        for (const auto &d : parameters_) parameters.push_back(d.text());
        for (const auto &key : keys_) {
            keys.push_back("{\"name\": " + detail::json(key.name) + ", \"required\": " + detail::json(key.required) +
                           described(key.description) + "}");
        }
        std::string out = "{\"id\": " + detail::json(id_) + described(description_);
        out += ", \"parameters\": [" + detail::join(parameters) + "], \"metrics\": [" + detail::join(metrics_) + "]";
        if (!fidelity_text_.empty()) out += ", \"fidelity\": " + fidelity_text_;
        if (!keys.empty()) out += ", \"config\": [" + detail::join(keys) + "]";
        return out + "}";
    }

private:
    static std::string described(const std::string &text) { return text.empty() ? "" : ", \"description\": " + text; }

    static void check_name(const std::string &name, const std::string &owner) {
        const auto allowed = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        };
        if (name.empty() || name.size() > 128 || !std::all_of(name.begin(), name.end(), allowed)) {
            throw SchemaError(owner + ": a name is 1 to 128 of A-Z, a-z, 0-9, underscore, dot and dash");
        }
    }

    detail::Declaration &declare(std::string name, const char *type) {
        check_name(name, "parameter \"" + name + "\"");
        for (const auto &d : parameters_) d.require(d.name != name, "the name is taken already");
        parameters_.push_back({});
        auto &d = parameters_.back();
        d.schema = this;
        d.index = static_cast<std::uint32_t>(parameters_.size() - 1);
        d.name = std::move(name);
        d.type = type;
        return d;
    }

    static void set_range(detail::Declaration &d, double low, double high, const std::string &text) {
        d.require(low <= high, "low " + detail::json(low) + " is above high " + detail::json(high));
        d.low = low;
        d.high = high;
        d.range = text;
    }

    template <class Handle, class Value, class List>
    Handle choice(std::string name, const char *type, const List &choices) {
        auto &d = declare(std::move(name), type);
        for (const auto &item : choices) {
            const auto value = static_cast<Value>(item);
            if constexpr (std::is_same_v<Value, double>) d.require(std::isfinite(value), "a choice must be a finite number");
            else d.require(detail::is_utf8(value), "a choice is not UTF-8");
            const std::string text = detail::json(value);
            d.require(std::find(d.choices.begin(), d.choices.end(), text) == d.choices.end(), "the choice " + text + " comes twice");
            d.choices.push_back(text);
        }
        d.require(!d.choices.empty(), "there is nothing to choose from");
        return Handle(d);
    }

    Metric metric(const std::string &name, const char *goal, std::string_view text) {
        const std::string owner = "metric \"" + name + "\"";
        check_name(name, owner);
        if (std::find(metric_names_.begin(), metric_names_.end(), name) != metric_names_.end()) {
            throw SchemaError(owner + " is declared twice");
        }
        metric_names_.push_back(name);
        metrics_.push_back("{\"name\": " + detail::json(name) + ", \"goal\": " + detail::json(goal) +
                           described(text.empty() ? "" : detail::description(owner, text)) + "}");
        return Metric(static_cast<std::uint32_t>(metrics_.size() - 1));
    }

    std::string id_, description_, fidelity_text_;
    std::optional<Fidelity> fidelity_;
    std::deque<detail::Declaration> parameters_;
    std::deque<detail::KeyDeclaration> keys_;
    std::vector<std::string> metric_names_, metrics_;
};

}  // namespace tuned

#endif
