// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostics.h"

#include <algorithm>
#include <cctype>

namespace strata::core {

namespace {

bool ends_with(const std::string& text, const std::string& tail) {
    return text.size() >= tail.size() &&
           text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// Insertions, deletions, substitutions and swaps of neighbours, each counting one.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> previous(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        previous[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({previous[j] + 1, row[j - 1] + 1, substitution});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before = std::move(previous);
        previous = std::move(row);
    }
    return previous.back();
}

}  // namespace

std::string SourceLocation::str() const {
    if (line == 0) {
        return file;
    }
    std::string text = file + ":" + std::to_string(line);
    if (column != 0) {
        text += ":" + std::to_string(column);
    }
    return text;
}

void Diagnostics::error(const SourceLocation& location, const std::string& path,
                        const std::string& message) {
    std::string text = location.str();
    if (!text.empty()) {
        text += ": ";
    }
    // `--set a.b` as a place names the key already.
    if (!path.empty() && !ends_with(location.str(), " " + path)) {
        text += path + ": ";
    }
    text += message;
    // A key may be asked for twice; once is enough for the user.
    if (std::find(messages_.begin(), messages_.end(), text) == messages_.end()) {
        messages_.push_back(std::move(text));
    }
}

void Diagnostics::throw_if_any() const {
    if (ok()) {
        return;
    }
    std::string text;
    for (const std::string& message : messages_) {
        text += (text.empty() ? "" : "\n") + message;
    }
    throw UserError(text);
}

std::string closest(const std::string& word, const std::vector<std::string>& candidates) {
    const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
    std::size_t best_distance = limit + 1;
    std::string best;
    for (const std::string& candidate : candidates) {
        const std::size_t longer = std::max(word.size(), candidate.size());
        if (longer - std::min(word.size(), candidate.size()) > limit) {
            continue;
        }
        const std::size_t distance = edit_distance(lower(word), lower(candidate));
        const bool shares_a_letter = distance < longer;
        if (shares_a_letter && distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace strata::core
