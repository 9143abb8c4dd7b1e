/* Typed handles of what a schema declares. A handle is cheap to copy; a trial reads the value behind it by index. */
#ifndef TUNED_CXX_PARAMETERS_HPP
#define TUNED_CXX_PARAMETERS_HPP

#include "errors.hpp"
#include "json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tuned {

class Schema;
class Boolean;
class Category;
class Integer;
class Level;

/* How a scheduled number may change over a run. */
enum class Shape { constant, step, exponential, polynomial, cosine, warm_restarts, one_cycle, warmup };

namespace detail {

inline const char *shape_name(Shape shape) {
    static const char *const names[] = {"constant", "step", "exponential", "polynomial", "cosine", "warm_restarts", "one_cycle", "warmup"};
    return names[static_cast<int>(shape)];
}

/* One parameter as it is being declared. Its address stays the same while its schema lives. */
struct Declaration {
    const Schema *schema;
    std::uint32_t index;
    std::string name;
    std::string type;
    double low = 0, high = 0;            /* of float and int */
    std::vector<std::string> choices;    /* JSON */
    std::string range;                   /* JSON members that say what the values are */
    std::string fallback, description;   /* JSON, or empty */
    bool is_mutable = false;
    std::vector<std::pair<std::string, std::string>> conditions;  /* parent, members of a JSON list */

    [[noreturn]] void reject(const std::string &why) const {
        throw SchemaError("parameter \"" + name + "\": " + why);
    }

    void require(bool holds, const std::string &why) const {
        if (!holds) reject(why);
    }

    std::string text() const {
        std::string out = "{\"name\": " + json(name) + ", \"type\": " + json(type) + range;
        if (!choices.empty()) out += ", \"choices\": [" + join(choices) + "]";
        if (!fallback.empty()) out += ", \"default\": " + fallback;
        if (!description.empty()) out += ", \"description\": " + description;
        if (is_mutable) out += ", \"mutable\": true";
        std::vector<std::string> when;
        for (const auto &[parent, values] : conditions) when.push_back(json(parent) + ": [" + values + "]");
        if (!when.empty()) out += ", \"when\": {" + join(when) + "}";
        return out + "}";
    }
};

inline std::string description(const std::string &owner, std::string_view text) {
    if (!is_utf8(text)) throw SchemaError(owner + ": the description is not UTF-8");
    return json(text);
}

}  // namespace detail

/* What all parameters have in common. Self is the handle's own type, so that calls chain. */
class Parameter {
public:
    /* The parameter's place in the schema. */
    std::uint32_t index() const noexcept { return declaration_->index; }
    const std::string &name() const noexcept { return declaration_->name; }

protected:
    friend class Schema;
    explicit Parameter(detail::Declaration &declaration) : declaration_(&declaration) {}

    void add_condition(const Parameter &parent, const std::vector<std::string> &values) const;
    void check_choice(const std::string &value) const {
        const auto &choices = declaration_->choices;
        if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
            declaration_->reject("it can never be " + value + "; its choices are " + detail::join(choices));
        }
    }
    void check_range(double value) const {
        const detail::Declaration &d = *declaration_;
        if (!(value >= d.low && value <= d.high)) {
            d.reject("it can never be " + detail::json(value) + "; it lies within " + detail::json(d.low) + " and " + detail::json(d.high));
        }
    }

    void add_schedule(std::initializer_list<Shape> shapes) const {
        std::vector<std::string> names;
        for (const Shape shape : shapes) names.push_back(detail::json(detail::shape_name(shape)));
        declaration_->range += ", \"schedule\": " + (names.empty() ? "true" : "[" + detail::join(names) + "]");
    }

    detail::Declaration *declaration_;

    template <class Self>
    friend class Described;
};

template <class Self>
class Described : public Parameter {
public:
    /* For people. */
    Self describe(std::string_view text) const {
        declaration_->description = detail::description("parameter \"" + name() + "\"", text);
        return self();
    }
    /* It may change in the middle of training, the checkpoint still fitting: what a population may change. */
    Self mutable_in_training() const {
        declaration_->is_mutable = true;
        return self();
    }
    /* Active only while `parent` is active and has one of these values. Several conditions must all hold. */
    Self when(const Category &parent, std::initializer_list<std::string_view> values) const;
    Self when(const Level &parent, std::initializer_list<double> values) const;
    Self when(const Integer &parent, std::initializer_list<std::int64_t> values) const;
    Self when(const Boolean &parent, bool value = true) const;

protected:
    using Parameter::Parameter;
    Self self() const { return static_cast<const Self &>(*this); }

private:
    template <class Handle, class Value, class Check>
    Self add(const Handle &parent, std::initializer_list<Value> values, Check check) const;
};

/* A number within bounds; a trial reads a double. */
class Float : public Described<Float> {
public:
    /* Searches orders of magnitude; low must be above 0. */
    Float log() const {
        declaration_->require(declaration_->low > 0, "a logarithmic scale needs low above 0, found " + detail::json(declaration_->low));
        declaration_->range += ", \"log\": true";
        return *this;
    }
    /* Only low, low + step, ... */
    Float step(double step) const {
        const detail::Declaration &d = *declaration_;
        d.require(std::isfinite(step) && step > 0, "a step must be a finite number above 0");
        d.require((d.high - d.low) / step < 9007199254740992.0, "the step is too small for the range");  /* 2^53 steps */
        declaration_->range += ", \"step\": " + detail::json(step);
        return *this;
    }
    /* It may change over a run, in any shape or in these, the first of which is the default. Trial::schedule tells its value. */
    Float scheduled(std::initializer_list<Shape> shapes = {}) const {
        add_schedule(shapes);
        return *this;
    }
    /* What an expert would use untuned. */
    Float fallback(double value) const {
        check_range(value);
        declaration_->fallback = detail::json(value);
        return *this;
    }

private:
    friend class Schema;
    using Described::Described;
};

/* A whole number within bounds; a trial reads an int64_t. */
class Integer : public Described<Integer> {
public:
    Integer log() const {
        declaration_->require(declaration_->low > 0, "a logarithmic scale needs low above 0, found " + detail::json(declaration_->low));
        declaration_->range += ", \"log\": true";
        return *this;
    }
    Integer step(std::int64_t step) const {
        declaration_->require(step > 0, "a step must be at least 1, found " + detail::json(step));
        declaration_->range += ", \"step\": " + detail::json(step);
        return *this;
    }
    Integer scheduled(std::initializer_list<Shape> shapes = {}) const {
        add_schedule(shapes);
        return *this;
    }
    Integer fallback(std::int64_t value) const {
        check_range(static_cast<double>(value));
        declaration_->fallback = detail::json(value);
        return *this;
    }

private:
    friend class Schema;
    template <class Self>
    friend class Described;
    using Described::Described;
};

/* One of a list of texts; a trial reads a std::string_view, or its index. */
class Category : public Described<Category> {
public:
    Category fallback(std::string_view value) const {
        check_choice(detail::json(value));
        declaration_->fallback = detail::json(value);
        return *this;
    }

private:
    friend class Schema;
    template <class Self>
    friend class Described;
    using Described::Described;
};

/* One of a list of numbers; a trial reads a double, or its index. */
class Level : public Described<Level> {
public:
    Level fallback(double value) const {
        check_choice(detail::json(value));
        declaration_->fallback = detail::json(value);
        return *this;
    }

private:
    friend class Schema;
    template <class Self>
    friend class Described;
    using Described::Described;
};

/* Yes or no; a trial reads a bool. */
class Boolean : public Described<Boolean> {
public:
    Boolean fallback(bool value) const {
        declaration_->fallback = detail::json(value);
        return *this;
    }

private:
    friend class Schema;
    template <class Self>
    friend class Described;
    using Described::Described;
};

inline void Parameter::add_condition(const Parameter &parent, const std::vector<std::string> &values) const {
    const detail::Declaration &d = *declaration_;
    d.require(parent.declaration_->schema == d.schema, "its condition is on a parameter of another schema");
    d.require(parent.declaration_ != declaration_, "it depends on itself");
    d.require(!values.empty(), "its condition on \"" + parent.name() + "\" names no value");
    for (const auto &[name, others] : d.conditions) {
        d.require(name != parent.name(), "two conditions are on \"" + name + "\"; list the values in one");
    }
    declaration_->conditions.emplace_back(parent.name(), detail::join(values));
}

/* The values of a condition as JSON, each held against what the parent can be. */
template <class Self>
template <class Handle, class Value, class Check>
Self Described<Self>::add(const Handle &parent, std::initializer_list<Value> values, Check check) const {
    std::vector<std::string> texts;
    try {
        for (const Value value : values) {
            check(value);
            texts.push_back(detail::json(value));
        }
    } catch (const SchemaError &error) {
        declaration_->reject(std::string("its condition cannot hold: ") + error.what());
    }
    add_condition(parent, texts);
    return self();
}

template <class Self>
Self Described<Self>::when(const Category &parent, std::initializer_list<std::string_view> values) const {
    return add(parent, values, [&](std::string_view value) { parent.check_choice(detail::json(value)); });
}

template <class Self>
Self Described<Self>::when(const Level &parent, std::initializer_list<double> values) const {
    return add(parent, values, [&](double value) { parent.check_choice(detail::json(value)); });
}

template <class Self>
Self Described<Self>::when(const Integer &parent, std::initializer_list<std::int64_t> values) const {
    return add(parent, values, [&](std::int64_t value) { parent.check_range(static_cast<double>(value)); });
}

template <class Self>
Self Described<Self>::when(const Boolean &parent, bool value) const {
    add_condition(parent, {detail::json(value)});
    return self();
}

}  // namespace tuned

#endif
