// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One run: platform file + workload file → run directory.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "platform/platform_config.h"
#include "runtime/workload/workload.h"

namespace strata::platform {

/// What the user asked for on the command line.
struct RunRequest {
    std::string platform;                ///< path or name
    std::string workload;                ///< path or name; empty: the platform's default
    std::vector<std::string> overrides;  ///< `key=value`; `workload.key=value` for the workload
    std::string out;                     ///< run directory; empty: runs/<platform>-<workload>
    std::string until;                   ///< simulated time, e.g. `2ms`; empty: to the end
    std::optional<std::uint64_t> seed;   ///< empty: the workload's
    bool vcd = false;
    bool quiet = false;  ///< no progress, no summary
    bool json = false;   ///< the summary as JSON on stdout
};

/// The two files of a run, read and checked.
struct RunConfigs {
    PlatformConfig platform;
    runtime::WorkloadConfig workload;
    std::string platform_yaml;  ///< resolved
    std::string workload_yaml;
};

/// Throws core::UserError with every message when anything is wrong.
RunConfigs load_configs(const RunRequest& request);

/// Runs and writes the run directory. Returns the process's exit code.
int run(const RunRequest& request);

}  // namespace strata::platform
