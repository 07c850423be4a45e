// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// `strata bench thermal CASE`: the heat of one stack alone, steady or over time.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config.h"
#include "models/thermal/power_schedule.h"
#include "models/thermal/stack_config.h"

namespace strata::platform {

/// A case file: sections `thermal` and `run`.
struct ThermalCase {
    std::string name;  ///< the file's name without extension
    models::StackConfig stack;
    bool is_transient = false;
    double step_s = 1e-3;
    std::int64_t steps = 100;
    std::string start;  ///< ambient | steady | a temperature such as 60C
    double start_c = 45.0;
    models::PowerSchedule schedule{{}};

    static ThermalCase parse(core::Section root);
};

/// Reads a case with the preset it names (`thermal.preset`, of configs/presets/thermal) below it.
core::ConfigDocument load_thermal_case(const std::string& file,
                                       const std::vector<std::string>& overrides,
                                       core::Diagnostics& diagnostics);

/// Runs a case. Throws core::UserError for a bad file, models::ThermalRunaway. The keys `kind`,
/// `case`, `sim_time_ns` and those of docs/thermal.md; `wall_s`, `cpu_s`, `peak_rss_mb` are the
/// caller's. With `out`, a directory that exists, also writes `maps.svg`, `map_<layer>.csv`,
/// `layers.csv`, `blocks.csv`, `floorplan.csv`, `config.resolved.yaml` and, where the stack allows,
/// `hotspot/` and `3dice/`.
nlohmann::ordered_json run_thermal_bench(const std::string& file,
                                         const std::vector<std::string>& overrides,
                                         const std::string& out);

/// The result for reading.
std::string thermal_text(const nlohmann::ordered_json& result);

}  // namespace strata::platform
