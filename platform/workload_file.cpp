// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/workload_file.h"

#include <filesystem>
#include <system_error>

#include "core/diagnostics.h"
#include "platform/config_files.h"

namespace strata::platform {

namespace {

bool is_file(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

void find_model(core::Section& root, runtime::DecodeWorkload& decode) {
    if (decode.model.empty() || is_file(decode.model_file)) {
        return;
    }
    try {
        decode.model_file = find_config("models", decode.model);
    } catch (const core::UserError& error) {
        root.error("model", error.what());
    }
}

void require_file(core::Section& root, const std::string& key, const std::string& path) {
    if (root.has(key) && !is_file(path)) {
        root.error(key, path + ": no such file");
    }
}

}  // namespace

runtime::WorkloadConfig read_workload(core::Section root) {
    runtime::WorkloadConfig config = runtime::WorkloadConfig::parse(root);
    if (auto* decode = std::get_if<runtime::DecodeWorkload>(&config.kind)) {
        find_model(root, *decode);
    } else if (const auto* program = std::get_if<runtime::ProgramWorkload>(&config.kind)) {
        require_file(root, "program", program->program);
        require_file(root, "mapping", program->mapping);
    }
    return config;
}

}  // namespace strata::platform
