// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/dvfs.h"

#include <cmath>

namespace strata::models {

PowerConfig PowerConfig::parse(core::Section section) {
    PowerConfig config;
    config.governor = section.choice("governor", {"none", "step"}, "step");
    config.trip_c = section.temperature_c("trip", 95.0);
    config.hysteresis_c = section.number("hysteresis_k", 5.0, core::kNotNegative);
    config.leakage_beta = section.number("leakage_beta", 0.03, core::Range{0.0, 1.0});
    config.leakage_reference_c = section.temperature_c("leakage_reference", 85.0);
    for (core::Section level : section.list("levels")) {
        DvfsLevel entry;
        entry.frequency = level.frequency("frequency");
        entry.volts = level.voltage_v("voltage");
        if (!config.levels.empty() && entry.frequency.hz >= config.levels.back().frequency.hz) {
            level.error("frequency", "expected the fastest level first, each slower than the last");
        }
        level.finish();
        config.levels.push_back(entry);
    }
    section.finish();
    return config;
}

std::size_t Governor::next_level(std::size_t level, double hottest_c) const {
    if (config_.governor == "none" || config_.levels.empty()) {
        return level;
    }
    if (hottest_c > config_.trip_c && level + 1 < config_.levels.size()) {
        return level + 1;
    }
    if (hottest_c < config_.trip_c - config_.hysteresis_c && level > 0) {
        return level - 1;
    }
    return level;
}

double leakage_w(const PowerConfig& config, double nominal_w, double celsius, std::size_t level) {
    const double voltage =
        config.levels.empty() ? 1.0 : config.levels[level].volts / config.levels[0].volts;
    return nominal_w * voltage *
           std::exp(config.leakage_beta * (celsius - config.leakage_reference_c));
}

}  // namespace strata::models
