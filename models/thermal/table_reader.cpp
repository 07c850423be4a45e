// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/table_reader.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace strata::models {

namespace {

constexpr const char* kBlank = " \t\r";

TableCell cell_at(const std::string& line, std::size_t begin, std::size_t end,
                  const core::SourceLocation& row) {
    const std::size_t first = std::min(line.find_first_not_of(kBlank, begin), end);
    std::size_t last = end;
    while (last > first && std::strchr(kBlank, line[last - 1]) != nullptr) {
        --last;
    }
    return {line.substr(first, last - first), {row.file, row.line, static_cast<int>(first) + 1}};
}

TableRow split(const std::string& line, char separator, const core::SourceLocation& row) {
    TableRow cells;
    if (separator == ' ') {
        std::size_t at = line.find_first_not_of(kBlank);
        while (at != std::string::npos) {
            const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
            cells.push_back(cell_at(line, at, end, row));
            at = line.find_first_not_of(kBlank, end);
        }
        return cells;
    }
    for (std::size_t at = 0; at <= line.size();) {
        const std::size_t end = std::min(line.find(separator, at), line.size());
        cells.push_back(cell_at(line, at, end, row));
        at = end + 1;
    }
    return cells;
}

}  // namespace

std::vector<TableRow> read_table(const std::string& file, char separator,
                                 core::Diagnostics& diagnostics) {
    errno = 0;
    std::ifstream in(file);
    std::error_code code;
    if (!in.is_open() || std::filesystem::is_directory(file, code)) {
        diagnostics.error({file, 0, 0}, "",
                          errno != 0 ? std::strerror(errno) : "is a directory, not a file");
        return {};
    }
    std::vector<TableRow> rows;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        line.resize(std::min(line.find('#'), line.size()));
        if (line.find_first_not_of(kBlank) != std::string::npos) {
            rows.push_back(split(line, separator, {file, number, 1}));
        }
    }
    return rows;
}

std::optional<double> read_number(const TableCell& cell, const std::string& what, double least,
                                  core::Diagnostics& diagnostics) {
    double value = 0.0;
    const char* begin = cell.text.data();
    const char* end = begin + cell.text.size();
    if (begin != end && *begin == '+') {
        ++begin;
    }
    const auto [stop, error] = std::from_chars(begin, end, value);
    if (stop != end || error != std::errc() || !std::isfinite(value)) {
        diagnostics.error(cell.place, what, "expected a finite number, got '" + cell.text + "'");
        return {};
    }
    if (value < least) {
        const bool zero_bad = least > 0.0;
        diagnostics.error(
            cell.place, what,
            fmt::format("expected {}, got {}",
                        zero_bad ? "more than 0" : fmt::format("at least {}", least), cell.text));
        return {};
    }
    return value;
}

std::string number_text(double value) {
    return fmt::format("{}", value);
}

}  // namespace strata::models
