#include "csv.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace tabular {

namespace {

struct FileCloser {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

std::string read_file(const std::string &path) {
    std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rb"));
    if (!file) throw InputError("cannot open " + path + ": " + std::strerror(errno));
    std::string text;
    char piece[65536];
    for (;;) {
        errno = 0;
        std::size_t got = std::fread(piece, 1, sizeof piece, file.get());
        if (std::ferror(file.get())) throw InputError("cannot read " + path + ": " + std::strerror(errno));
        text.append(piece, got);
        if (text.size() > CsvTable::max_bytes) {
            throw InputError(path + " is larger than the " + std::to_string(CsvTable::max_bytes >> 20) +
                             " MiB that this plugin reads");
        }
        if (got < sizeof piece) return text;
    }
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

// Cells are unquoted in place: what is written never overtakes what is read, because unquoting only shortens.
class CsvTable::Parser {
public:
    explicit Parser(std::string &text) : text_(text) {
        if (text_.compare(0, 3, "\xEF\xBB\xBF") == 0) at_ = 3;  // the byte order mark
    }

    /// The next record that is not an empty line, appended to `cells`. False at the end of the text.
    bool record(std::vector<Span> &cells, std::size_t &line) {
        skip_empty_lines();
        if (at_ == text_.size()) return false;
        line = line_;
        std::size_t before = cells.size();
        do {
            if (cells.size() - before == max_columns) {
                throw InputError(place() + " has more than " + std::to_string(max_columns) + " columns");
            }
            cells.push_back(cell());
        } while (next_cell());
        return true;
    }

private:
    std::string &text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;

    std::string place() const { return "line " + std::to_string(line_); }

    bool ends_cell() const {
        return at_ == text_.size() || text_[at_] == ',' || text_[at_] == '\n' || text_[at_] == '\r';
    }

    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) at_++;
    }

    Span cell() {
        skip_blanks();
        if (at_ < text_.size() && text_[at_] == '"') return quoted_cell();
        std::size_t start = at_;
        while (!ends_cell()) at_++;
        std::size_t end = at_;
        while (end > start && is_blank(text_[end - 1])) end--;
        return {start, end - start};
    }

    Span quoted_cell() {
        std::string opened = place();
        std::size_t start = ++at_, written = start;
        for (;; at_++) {
            if (at_ == text_.size()) throw InputError(opened + ": a quotation mark is opened and never closed");
            if (text_[at_] == '"') {
                at_++;
                if (at_ == text_.size() || text_[at_] != '"') break;
            }
            if (text_[at_] == '\n') line_++;
            text_[written++] = text_[at_];
        }
        skip_blanks();
        if (!ends_cell()) throw InputError(place() + ": text follows a closing quotation mark");
        return {start, written - start};
    }

    /// Goes past what ends a cell; true where it was a comma, so that another cell follows in the record.
    bool next_cell() {
        if (at_ == text_.size()) return false;
        if (text_[at_] == ',') {
            at_++;
            return true;
        }
        end_line();
        return false;
    }

    void end_line() {
        if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') at_++;
        at_++;
        line_++;
    }

    void skip_empty_lines() {
        for (;;) {
            std::size_t start = at_;
            skip_blanks();
            if (at_ == text_.size()) return;
            if (text_[at_] != '\n' && text_[at_] != '\r') {
                at_ = start;
                return;
            }
            end_line();
        }
    }
};

CsvTable CsvTable::parse(std::string text) {
    std::size_t zero = text.find('\0');
    if (zero != std::string::npos) {
        throw InputError("byte " + std::to_string(zero) + " is zero: this is not a text file");
    }
    CsvTable table;
    table.text_ = std::move(text);
    Parser parser(table.text_);
    std::size_t line;
    if (!parser.record(table.cells_, line)) {
        throw InputError("the file is empty: a header row and at least one row of data are needed");
    }
    for (const Span &span : table.cells_) table.header_.emplace_back(table.text_, span.start, span.length);
    table.cells_.clear();
    for (std::size_t before = 0; parser.record(table.cells_, line); before = table.cells_.size()) {
        std::size_t columns = table.cells_.size() - before;
        if (columns != table.columns()) {
            throw InputError("line " + std::to_string(line) + " has " + std::to_string(columns) +
                             " columns where the header has " + std::to_string(table.columns()));
        }
        table.lines_.push_back(line);
    }
    if (table.lines_.empty()) throw InputError("the file has a header and no rows of data");
    return table;
}

CsvTable CsvTable::read(const std::string &path) {
    std::string text = read_file(path);
    try {
        return parse(std::move(text));
    } catch (const InputError &error) {
        throw InputError(path + ": " + error.what());
    }
}

}  // namespace tabular
