// Declarations that cannot be: each throws SchemaError with a text that names the place and the reason.
#include "../host/check.h"

#include <tuned/plugin.hpp>

#include <functional>
#include <limits>

namespace {

using tuned::Schema;

struct Case {
    const char *what;  // a part of the text
    std::function<void(Schema &)> declare;
};

const double inf = std::numeric_limits<double>::infinity();

const Case cases[] = {
    {"parameter \"\": a name is 1 to 128", [](Schema &s) { s.floating("", 0, 1); }},
    {"parameter \"a b\": a name is", [](Schema &s) { s.integer("a b", 0, 1); }},
    {"parameter \"x\": the name is taken", [](Schema &s) { s.floating("x", 0, 1), s.boolean("x"); }},
    {"parameter \"x\": low 2 is above high 1", [](Schema &s) { s.floating("x", 2, 1); }},
    {"parameter \"x\": low 2 is above high 1", [](Schema &s) { s.integer("x", 2, 1); }},
    {"parameter \"x\": a bound must be a finite number", [](Schema &s) { s.floating("x", 0, inf); }},
    {"parameter \"x\": a bound must be a finite number", [](Schema &s) { s.floating("x", std::nan(""), 1); }},
    {"parameter \"x\": an integer lies within", [](Schema &s) { s.integer("x", 0, (1LL << 53) + 1); }},
    {"parameter \"x\": a logarithmic scale needs low above 0, found 0", [](Schema &s) { s.floating("x", 0, 1).log(); }},
    {"parameter \"x\": a logarithmic scale needs low above 0, found -3", [](Schema &s) { s.integer("x", -3, 1).log(); }},
    {"parameter \"x\": a step must be a finite number above 0", [](Schema &s) { s.floating("x", 0, 1).step(0); }},
    {"parameter \"x\": the step is too small for the range", [](Schema &s) { s.floating("x", 0, 1e300).step(1); }},
    {"parameter \"x\": a step must be at least 1", [](Schema &s) { s.integer("x", 0, 1).step(-1); }},
    {"parameter \"x\": it can never be 1.5; it lies within 0 and 1", [](Schema &s) { s.floating("x", 0, 1).fallback(1.5); }},
    {"parameter \"x\": it can never be 9; it lies within 0 and 3", [](Schema &s) { s.integer("x", 0, 3).fallback(9); }},
    {"parameter \"x\": it can never be nan", [](Schema &s) { s.floating("x", 0, 1).fallback(std::nan("")); }},
    {"parameter \"k\": it can never be \"c\"; its choices are \"a\", \"b\"", [](Schema &s) { s.categorical("k", {"a", "b"}).fallback("c"); }},
    {"parameter \"k\": it can never be 3; its choices are 1, 2", [](Schema &s) { s.ordinal("k", {1, 2}).fallback(3); }},
    {"parameter \"k\": the choice \"a\" comes twice", [](Schema &s) { s.categorical("k", {"a", "a"}); }},
    {"parameter \"k\": the choice 1 comes twice", [](Schema &s) { s.ordinal("k", {1.0, 2.0, 1.0}); }},
    {"parameter \"k\": there is nothing to choose from", [](Schema &s) { s.categorical("k", std::vector<std::string>()); }},
    {"parameter \"k\": a choice must be a finite number", [](Schema &s) { s.categorical("k", {1.0, inf}); }},
    {"parameter \"k\": a choice is not UTF-8", [](Schema &s) { s.categorical("k", {"\xc0\x80"}); }},
    {"parameter \"x\": the description is not UTF-8", [](Schema &s) { s.boolean("x").describe("\xed\xa0\x80"); }},
    {"parameter \"x\": its condition cannot hold: parameter \"k\": it can never be \"c\"; its choices are \"a\"",
     [](Schema &s) { const auto k = s.categorical("k", {"a"}); s.floating("x", 0, 1).when(k, {"c"}); }},
    {"parameter \"x\": its condition on \"k\" names no value",
     [](Schema &s) { const auto k = s.categorical("k", {"a"}); s.floating("x", 0, 1).when(k, {}); }},
    {"parameter \"x\": its condition cannot hold: parameter \"n\": it can never be 7; it lies within 1 and 3",
     [](Schema &s) { const auto n = s.integer("n", 1, 3); s.floating("x", 0, 1).when(n, {1, 7}); }},
    {"parameter \"x\": two conditions are on \"b\"; list the values in one",
     [](Schema &s) { const auto b = s.boolean("b"); s.floating("x", 0, 1).when(b).when(b, false); }},
    {"parameter \"b\": it depends on itself", [](Schema &s) { const auto b = s.boolean("b"); b.when(b); }},
    {"parameter \"x\": its condition is on a parameter of another schema",
     [](Schema &s) { Schema other("other"); s.floating("x", 0, 1).when(other.boolean("b")); }},
    {"metric \"e\" is declared twice", [](Schema &s) { s.minimize("e"), s.maximize("e"); }},
    {"metric \"e/f\": a name is", [](Schema &s) { s.minimize("e/f"); }},
    {"fidelity \"n\": 0 < low <= high", [](Schema &s) { s.fidelity("n", 0, 5); }},
    {"fidelity \"n\": 0 < low <= high", [](Schema &s) { s.fidelity("n", 6, 5); }},
    {"fidelity \"m\": a schema has one fidelity", [](Schema &s) { s.fidelity("n", 1, 5), s.fidelity("m", 1, 5); }},
    {"config \"c\" is declared twice", [](Schema &s) { s.config("c"), s.config("c"); }},
    {"has no metric", [](Schema &s) { s.json(); }},
    {"is no id of a trainable", [](Schema &) { Schema upper("SVM"); }},
    {"is no id of a trainable", [](Schema &) { Schema empty(""); }},
};

}  // namespace

int main() {
    for (const Case &c : cases) {
        std::string text = "nothing was thrown";
        try {
            Schema schema("test");
            c.declare(schema);
        } catch (const tuned::SchemaError &error) {
            text = error.what();
        }
        CHECK_CONTAINS(text.c_str(), c.what);
    }
    Schema scheduled("test");
    const auto lr = scheduled.floating("lr", 1e-4, 1).log().scheduled({tuned::Shape::cosine, tuned::Shape::warm_restarts}).fallback(0.1);
    scheduled.integer("batch", 8, 64).scheduled();
    const auto epochs = scheduled.fidelity("epochs", 1, 50);
    scheduled.minimize("error");
    CHECK_CONTAINS(scheduled.json().c_str(), "\"log\": true, \"schedule\": [\"cosine\", \"warm_restarts\"], \"default\"");
    CHECK_CONTAINS(scheduled.json().c_str(), "\"high\": 64, \"schedule\": true}");
    Schema changing("test");
    const auto how = changing.categorical("how", {"a", "b"}).mutable_in_training();
    changing.floating("rate", 0, 1).mutable_in_training().scheduled({tuned::Shape::cosine}).when(how, {"a"}).mutable_in_training();
    changing.integer("batch", 8, 64).mutable_in_training().fallback(8);
    changing.ordinal("size", {1, 2}).mutable_in_training();
    changing.boolean("flag").mutable_in_training();
    changing.integer("depth", 1, 3);
    changing.minimize("error");
    const std::string text = changing.json();
    CHECK_CONTAINS(text.c_str(), "\"choices\": [\"a\", \"b\"], \"mutable\": true}");
    CHECK_CONTAINS(text.c_str(), "\"schedule\": [\"cosine\"], \"mutable\": true, \"when\": {\"how\": [\"a\"]}}");
    CHECK_CONTAINS(text.c_str(), "\"high\": 64, \"default\": 8, \"mutable\": true}");
    CHECK_CONTAINS(text.c_str(), "\"choices\": [1, 2], \"mutable\": true}");
    CHECK_CONTAINS(text.c_str(), "\"type\": \"bool\", \"mutable\": true}");
    CHECK_CONTAINS(text.c_str(), "\"low\": 1, \"high\": 3}");
    CHECK(lr.index() == 0 && epochs.progress(0) == 0 && epochs.progress(5) == 0.1 && epochs.progress(50) == 1);
    return check_summary("schema");
}
