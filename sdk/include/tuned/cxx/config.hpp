/* What the constructor of a trainable is given: the study's `config` and its data file. */
#ifndef TUNED_CXX_CONFIG_HPP
#define TUNED_CXX_CONFIG_HPP

#include "schema.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace tuned {

/* A view; it is gone when the constructor returns, and so are the texts that it handed out. */
class Config {
public:
    Config(const tuned_host *host, const tuned_config *config) noexcept : host_(host), config_(config) {}

    std::optional<std::string_view> operator[](std::string_view key) const noexcept {
        for (std::uint32_t i = 0; config_ != nullptr && i < config_->key_count; i++) {
            if (key == config_->keys[i]) return config_->values[i];
        }
        return std::nullopt;
    }
    std::optional<std::string_view> operator[](const Key &key) const noexcept { return (*this)[key.name()]; }

    std::string text(const Key &key, std::string_view otherwise) const { return std::string((*this)[key].value_or(otherwise)); }

    /* Throws Failure where the study gives no such key. */
    std::string text(const Key &key) const {
        if (const auto value = (*this)[key]) return std::string(*value);
        throw Failure("config: the key \"" + key.name() + "\" is missing; add it to the study");
    }

    /* Throws Failure where the value is no number. */
    double number(const Key &key, double otherwise) const {
        const auto text = (*this)[key];
        if (!text) return otherwise;
        double value = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
        if (error != std::errc() || end != text->data() + text->size()) {
            throw Failure("config: " + key.name() + " must be a number, found \"" + std::string(*text) + "\"");
        }
        return value;
    }

    std::int64_t integer(const Key &key, std::int64_t otherwise) const {
        const auto text = (*this)[key];
        if (!text) return otherwise;
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
        if (error != std::errc() || end != text->data() + text->size()) {
            throw Failure("config: " + key.name() + " must be a whole number, found \"" + std::string(*text) + "\"");
        }
        return value;
    }

    bool flag(const Key &key, bool otherwise) const {
        const auto text = (*this)[key];
        if (!text) return otherwise;
        if (*text == "true" || *text == "false") return *text == "true";
        throw Failure("config: " + key.name() + " must be true or false, found \"" + std::string(*text) + "\"");
    }

    /* The absolute path of the study's data file; throws Failure where it names none. */
    std::string data_path() const {
        if (has_data()) return config_->data_path;
        throw Failure("this trainable needs data: give the study a data file");
    }
    bool has_data() const noexcept { return config_ != nullptr && config_->data_path != nullptr; }

    /* The whole of `config` as a JSON object. */
    std::string_view json() const noexcept { return config_ != nullptr && config_->json != nullptr ? config_->json : "{}"; }

    void log(const std::string &line, int32_t level = TUNED_LOG_INFO) const { host_->log(nullptr, level, line.c_str()); }

private:
    const tuned_host *host_;
    const tuned_config *config_;
};

}  // namespace tuned

#endif
