// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Errors in what a user wrote, collected so that one run reports all of a file's mistakes.

#include <stdexcept>
#include <string>
#include <vector>

namespace strata::core {

/// Where a value came from. `line` and `column` count from 1; 0 means "unknown".
struct SourceLocation {
    std::string file;
    int line = 0;
    int column = 0;

    /// `file:line:col`, or `file` alone when the line is unknown.
    std::string str() const;
};

/// What a user can fix. The command line prints `what()` and exits with 2.
class UserError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

/// A fault inside a model (a broken invariant, a leaked transaction). Exit code 3.
class ModelError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

/// Collects errors; nothing is thrown until the reader has seen the whole file.
class Diagnostics {
   public:
    /// Records `location: path: message`, once; `path` is the dotted key (may be empty, and is
    /// left out where the location ends with it, as in `--set a.b`).
    void error(const SourceLocation& location, const std::string& path, const std::string& message);

    bool ok() const { return messages_.empty(); }
    const std::vector<std::string>& messages() const { return messages_; }

    /// Throws UserError with all messages, a line each, when there is any.
    void throw_if_any() const;

   private:
    std::vector<std::string> messages_;
};

/// The candidate closest to `word` (edit distance at most a third of its length, at least 1; case
/// does not count; something must be in common), or an empty string.
std::string closest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace strata::core
