// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/run_directory.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "core/diagnostics.h"

namespace strata::platform {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& path, const std::string& why) {
    throw core::UserError(fmt::format("{}: cannot be the run directory: {}", path.string(), why));
}

/// A folder of somebody else's must never be replaced.
bool replaceable(const fs::path& path, std::error_code& error) {
    return fs::is_directory(path, error) &&
           (fs::is_empty(path, error) || fs::exists(path / "summary.json", error));
}

}  // namespace

RunDirectory::RunDirectory(fs::path path) : path_(std::move(path)) {
    std::error_code error;
    if (path_.filename().empty()) {
        path_ = path_.parent_path();  // "out/" → "out"
    }
    if (path_.empty()) {
        fail(path_, "the name is empty");
    }
    if (fs::exists(path_, error) && !replaceable(path_, error)) {
        fail(path_, "it exists and holds no summary.json of an earlier run; choose another --out");
    }
    partial_ = path_;
    partial_ += ".partial";
    fs::remove_all(partial_, error);
    if (error) {
        fail(partial_, error.message());
    }
    fs::create_directories(partial_, error);
    if (error) {
        fail(path_, error.message());
    }
}

RunDirectory::~RunDirectory() {
    if (!published_) {
        std::error_code ignored;
        fs::remove_all(partial_, ignored);
    }
}

void RunDirectory::publish() {
    std::error_code error;
    fs::remove_all(path_, error);
    if (!error) {
        fs::rename(partial_, path_, error);
    }
    if (error) {
        fail(path_, error.message());
    }
    published_ = true;
}

}  // namespace strata::platform
