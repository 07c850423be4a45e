// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/dvfs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strata::models {

namespace {

/// Keys that only one governor has.
void parse_governor(core::Section& section, PowerConfig& config) {
    if (config.governor == "trips") {
        for (core::Section trip : section.list("trips")) {
            config.trips_c.push_back(trip.temperature_c("at"));
            trip.finish();
        }
        if (config.trips_c.empty() ||
            !std::is_sorted(config.trips_c.begin(), config.trips_c.end())) {
            section.error("trips", "expected rising temperatures such as [{at: 80C}, {at: 85C}]");
        }
        config.cool_windows =
            static_cast<int>(section.integer("cool_windows", 2, core::Range{1, 1e6}));
    }
    if (config.governor == "pid") {
        core::Section pid = section.section("pid");
        config.pid.p = pid.number("p", 0.3, core::kNotNegative);
        config.pid.i = pid.number("i", 10.0, core::kNotNegative);
        config.pid.d = pid.number("d", 0.0, core::kNotNegative);
        pid.finish();
    }
    if (config.governor == "cap") {
        config.cap_w = section.power_w("cap", {}, core::kPositive);
    }
}

}  // namespace

std::vector<std::string> governor_names() {
    return {"none", "step", "trips", "pid", "cap"};
}

PowerConfig PowerConfig::parse(core::Section section) {
    PowerConfig config;
    config.governor = section.choice("governor", governor_names(), "step");
    config.trip_c = section.temperature_c("trip", 95.0);
    config.hysteresis_c = section.number("hysteresis_k", 5.0, core::kNotNegative);
    config.emergency_c = section.temperature_c("emergency", 150.0);  // beyond any rating of silicon
    config.sensor = SensorConfig::parse(section.section("sensor"));
    parse_governor(section, config);
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
    if (config.governor == "trips" && config.trips_c.size() + 1 > config.levels.size()) {
        section.error("trips", "expected fewer trips than levels");
    }
    section.finish();
    return config;
}

void check_emergency(const PowerConfig& config, const std::string& block, double celsius) {
    if (!(celsius <= config.emergency_c)) {
        throw core::ModelError(
            fmt::format("emergency shutdown: block '{}' is at {:.1f} C, the limit "
                        "is {:.1f} C",
                        block, celsius, config.emergency_c));
    }
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
