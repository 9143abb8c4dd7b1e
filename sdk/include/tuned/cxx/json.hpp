/* JSON text of what a schema consists of: names, numbers and texts. */
#ifndef TUNED_CXX_JSON_HPP
#define TUNED_CXX_JSON_HPP

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tuned::detail {

/* Whether text is UTF-8 without surrogates and overlong forms (RFC 3629). */
inline bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t length = byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;
        if (length == 0 || text.size() - i < length) return false;
        for (std::size_t j = 1; j < length; j++) {
            if ((static_cast<unsigned char>(text[i + j]) & 0xc0) != 0x80) return false;
        }
        const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
        if ((byte == 0xe0 && second < 0xa0) || (byte == 0xed && second > 0x9f)) return false;
        if ((byte == 0xf0 && second < 0x90) || (byte == 0xf4 && second > 0x8f)) return false;
        i += length;
    }
    return true;
}

inline std::string json(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

/* The shortest text that reads back as the same number, whatever the locale. The number is finite. */
inline std::string json(double number) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
}

inline std::string json(std::int64_t number) { return std::to_string(number); }
inline std::string json(bool value) { return value ? "true" : "false"; }
/* Without it, a literal would become a bool. */
inline std::string json(const char *text) { return json(std::string_view(text)); }

inline std::string join(const std::vector<std::string> &items) {
    std::string out;
    for (const std::string &item : items) {
        if (!out.empty()) out += ", ";
        out += item;
    }
    return out;
}

}  // namespace tuned::detail

#endif
