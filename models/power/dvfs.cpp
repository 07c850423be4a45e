// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/dvfs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/shutdown.h"

namespace strata::models {

namespace {

void parse_trips(core::Section& section, DomainConfig& config) {
    if (section.has("trips") || config.trips_c.empty()) {
        config.trips_c.clear();
        for (core::Section trip : section.list("trips")) {
            config.trips_c.push_back(trip.temperature_c("at"));
            trip.finish();
        }
        if (config.trips_c.empty() ||
            !std::is_sorted(config.trips_c.begin(), config.trips_c.end())) {
            section.error("trips", "expected rising temperatures such as [{at: 80C}, {at: 85C}]");
        }
    }
    config.cool_windows =
        static_cast<int>(section.integer("cool_windows", config.cool_windows, core::Range{1, 1e6}));
}

/// Keys that only one governor has.
void parse_governor(core::Section& section, DomainConfig& config) {
    if (config.governor == "trips") {
        parse_trips(section, config);
    }
    if (config.governor == "pid") {
        core::Section pid = section.section("pid");
        config.pid.p = pid.number("p", config.pid.p, core::kNotNegative);
        config.pid.i = pid.number("i", config.pid.i, core::kNotNegative);
        config.pid.d = pid.number("d", config.pid.d, core::kNotNegative);
        pid.finish();
    }
    if (config.governor == "cap") {
        const auto inherited =
            config.cap_w > 0.0 ? std::optional<double>(config.cap_w) : std::nullopt;
        config.cap_w = section.power_w("cap", inherited, core::kPositive);
    }
}

std::vector<DvfsLevel> parse_levels(core::Section& section) {
    std::vector<DvfsLevel> levels;
    for (core::Section level : section.list("levels")) {
        DvfsLevel entry;
        entry.frequency = level.frequency("frequency");
        entry.volts = level.voltage_v("voltage");
        if (!levels.empty() && entry.frequency.hz >= levels.back().frequency.hz) {
            level.error("frequency", "expected the fastest level first, each slower than the last");
        }
        level.finish();
        levels.push_back(entry);
    }
    return levels;
}

/// `domains: {sip0: {cube1: {trip: 80C}}}`.
void parse_domains(core::Section section, const std::vector<std::string>& names,
                   PowerConfig& config) {
    std::map<std::string, core::Section> sips;
    for (const std::string& name : names) {
        const std::size_t dot = name.find('.');
        const std::string sip = name.substr(0, dot);
        const std::string cube = name.substr(dot + 1);
        if (!section.has(sip)) {
            continue;
        }
        core::Section& group = sips.try_emplace(sip, section.section(sip)).first->second;
        if (group.has(cube)) {
            core::Section own = group.section(cube);
            config.domains[name] = DomainConfig::parse(own, config);
            own.finish();
        }
    }
    for (auto& [sip, group] : sips) {
        group.finish();
    }
    section.finish();
}

}  // namespace

std::vector<std::string> governor_names() {
    return {"none", "step", "trips", "pid", "cap"};
}

DomainConfig DomainConfig::parse(core::Section& section, const DomainConfig& fallback) {
    DomainConfig config = fallback;
    config.governor = section.choice("governor", governor_names(), fallback.governor);
    config.trip_c = section.temperature_c("trip", fallback.trip_c);
    config.hysteresis_c = section.number("hysteresis_k", fallback.hysteresis_c, core::kNotNegative);
    config.sensor = SensorConfig::parse(section.section("sensor"), fallback.sensor);
    parse_governor(section, config);
    if (section.has("levels") || fallback.levels.empty()) {
        config.levels = parse_levels(section);
    }
    if (config.governor == "trips" && config.trips_c.size() + 1 > config.levels.size()) {
        section.error("trips", "expected fewer trips than levels");
    }
    return config;
}

PowerConfig PowerConfig::parse(core::Section section, const std::vector<std::string>& names) {
    PowerConfig config;
    DomainConfig defaults;
    defaults.governor = "step";
    static_cast<DomainConfig&>(config) = DomainConfig::parse(section, defaults);
    config.package_cap_w = section.has("package_cap")
                               ? section.power_w("package_cap", {}, core::kPositive)
                               : config.package_cap_w;
    config.emergency_c = section.temperature_c("emergency", 150.0);  // beyond any rating of silicon
    config.leakage_beta = section.number("leakage_beta", 0.03, core::Range{0.0, 1.0});
    config.leakage_reference_c = section.temperature_c("leakage_reference", 85.0);
    core::Section blocks = section.section("blocks");
    config.pe = BlockPowerConfig::parse_gating(blocks.section("pe"));
    config.sram = BlockPowerConfig::parse(blocks.section("sram"));
    config.dram = BlockPowerConfig::parse(blocks.section("dram"));
    config.nand = BlockPowerConfig::parse(blocks.section("nand"));
    config.noc = BlockPowerConfig::parse(blocks.section("noc"));
    blocks.finish();
    parse_domains(section.section("domains"), names, config);
    if (!config.domains.empty() && config.levels.empty()) {
        section.error("levels", "expected the nominal level first: `domains` are relative to it");
    }
    section.finish();
    return config;
}

const DomainConfig& PowerConfig::domain(const std::string& name) const {
    const auto found = domains.find(name);
    return found != domains.end() ? found->second : *this;
}

double PowerConfig::voltage_ratio(const DomainConfig& domain, std::size_t level) const {
    return domain.levels.empty() ? 1.0 : domain.levels[level].volts / levels[0].volts;
}

double PowerConfig::frequency_ratio(const DomainConfig& domain, std::size_t level) const {
    return domain.levels.empty() ? 1.0
                                 : domain.levels[level].frequency.ghz() / levels[0].frequency.ghz();
}

void check_emergency(const PowerConfig& config, const std::string& block, double celsius) {
    if (!(celsius <= config.emergency_c)) {
        throw core::Shutdown(
            fmt::format("emergency shutdown: block '{}' is at {:.1f} C, the limit "
                        "is {:.1f} C",
                        block, celsius, config.emergency_c));
    }
}

double leakage_w(const PowerConfig& config, double nominal_w, double celsius,
                 double voltage_ratio) {
    return nominal_w * voltage_ratio *
           std::exp(config.leakage_beta * (celsius - config.leakage_reference_c));
}

}  // namespace strata::models
