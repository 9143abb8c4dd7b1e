// Comma-separated text as RFC 4180 describes it: a header row, quoted fields, any line ending.
#ifndef TUNED_PLUGINS_CSV_HPP
#define TUNED_PLUGINS_CSV_HPP

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tabular {

/// What is wrong with a file, in words for the person who named it: the file, the line and the column where there is one.
class InputError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A file's cells as text. Every row has as many cells as the header, and there is one row at least.
class CsvTable {
public:
    static constexpr std::size_t max_bytes = std::size_t{1} << 30;
    static constexpr std::size_t max_columns = 65536;

    /// Reads a whole file. Empty lines are skipped, spaces around unquoted cells are dropped. Throws InputError.
    static CsvTable read(const std::string &path);

    /// The same from text in memory. Messages name no file.
    static CsvTable parse(std::string text);

    std::size_t rows() const { return lines_.size(); }
    std::size_t columns() const { return header_.size(); }
    const std::vector<std::string> &header() const { return header_; }

    std::string_view cell(std::size_t row, std::size_t column) const {
        const Span &span = cells_[row * columns() + column];
        return std::string_view(text_).substr(span.start, span.length);
    }

    /// The line of the file, from 1, on which a row starts.
    std::size_t line(std::size_t row) const { return lines_[row]; }

private:
    struct Span {
        std::size_t start, length;
    };
    class Parser;

    std::string text_;
    std::vector<std::string> header_;
    std::vector<Span> cells_;  // rows x columns, row by row
    std::vector<std::size_t> lines_;
};

}  // namespace tabular

#endif
