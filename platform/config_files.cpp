// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/config_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/diagnostics.h"

namespace strata::platform {

namespace fs = std::filesystem;

namespace {

fs::path config_root() {
    std::error_code ignored;
    if (fs::is_directory("configs/platforms", ignored)) {
        return "configs";
    }
    if (const char* home = std::getenv("STRATA_HOME"); home != nullptr) {
        return fs::path(home) / "configs";
    }
    return fs::path(STRATA_SOURCE_DIR) / "configs";
}

}  // namespace

std::string find_config(const std::string& folder, const std::string& name) {
    std::error_code ignored;
    if (fs::is_regular_file(name, ignored)) {
        return name;
    }
    const fs::path named = config_root() / folder / name;
    for (const fs::path& candidate : {named, fs::path(named) += ".yaml"}) {
        if (!name.empty() && fs::is_regular_file(candidate, ignored)) {
            return candidate.string();
        }
    }
    std::vector<std::string> known;
    for (const std::string& file : config_files(folder)) {
        known.push_back(fs::path(file).stem().string());
    }
    const std::string near = core::closest(fs::path(name).stem().string(), known);
    throw core::UserError(fmt::format("{}: no such file, nor a name in {}{}", name,
                                      (config_root() / folder).string(),
                                      near.empty() ? "" : "; did you mean '" + near + "'?"));
}

std::vector<std::string> config_files(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(config_root() / folder, ignored)) {
        if (entry.path().extension() == ".yaml") {
            files.push_back(entry.path().string());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace strata::platform
