// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The folder a run writes. Everything goes to `<path>.partial` first and takes its final name only
// when the run has ended, so that nobody ever reads a half-written result.

#include <filesystem>
#include <string>

namespace strata::platform {

class RunDirectory {
   public:
    /// Creates `<path>.partial`. An existing `path` is replaced at publish() when it is a run
    /// directory (it holds a summary.json) or empty. Throws core::UserError when `path` is
    /// something else, or cannot be written.
    explicit RunDirectory(std::filesystem::path path);
    /// Removes what was not published.
    ~RunDirectory();
    RunDirectory(const RunDirectory&) = delete;
    RunDirectory& operator=(const RunDirectory&) = delete;

    /// Where to write the file `name` now.
    std::string file(const std::string& name) const { return (partial_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }
    /// The folder that file() writes to.
    std::string working_path() const { return partial_.string(); }

    /// Gives the folder its final name. Throws core::UserError.
    void publish();

   private:
    std::filesystem::path path_;
    std::filesystem::path partial_;
    bool published_ = false;
};

}  // namespace strata::platform
