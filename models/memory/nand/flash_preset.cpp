// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Flash devices from YAML: a preset file, and a section that names one and overrides its keys.

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "models/memory/nand/flash_preset_reader.h"

namespace strata::models {

namespace {

constexpr const char* kControllerKeys[] = {"ecc", "reliability", "scheduler", "ftl", "policy"};

FlashPreset load(const std::string& file, core::Diagnostics& diagnostics,
                 const FlashKeysReader& controller) {
    core::ConfigDocument document = core::ConfigDocument::load(file, {}, diagnostics);
    FlashPreset preset;
    if (!diagnostics.ok()) {
        return preset;
    }
    core::Section root = document.root();
    preset = FlashPresetReader(root, nullptr, controller).read();
    root.finish();
    preset.config.name = std::filesystem::path(file).stem().string();
    return preset;
}

}  // namespace

FlashPreset FlashPresetReader::read() {
    geometry();
    cell();
    die();
    bus();
    link();
    energy();
    throttle();
    endurance();
    if (controller_) {
        controller_(s_);
    } else {
        for (const char* key : kControllerKeys) {
            s_.section(key);
        }
    }
    if (base_ == nullptr) {
        data_sheet();
    }
    return p_;
}

void FlashPresetReader::link() {
    core::Section s = s_.section("link");
    FlashLinkConfig& l = p_.config.link;
    if (base_ == nullptr) {
        core::Section grades = s.section("speed_grades");
        for (const std::string& name : grades.keys()) {
            p_.grades.emplace_back(name, grades.bandwidth(name));
        }
        grades.finish();
    }
    if (!p_.grades.empty()) {
        std::vector<std::string> names;
        for (const auto& [name, rate] : p_.grades) {
            names.push_back(name);
        }
        // Grades are per stack of the preset, whatever part of it an override keeps.
        const std::int32_t channels = (base_ != nullptr ? base_ : &p_)->config.geometry.channels;
        const std::string chosen = s.choice("speed_grade", names, fallback(p_.grade));
        for (const auto& [name, rate] : p_.grades) {
            if (name == chosen && name != p_.grade) {
                l.rate = {rate.bytes_per_s / channels};
                p_.grade = name;
            }
        }
    }
    if (s.has("rate") || l.rate.bytes_per_s > 0) {
        l.rate = s.bandwidth("rate", fallback(l.rate).value_or(l.rate));
    }
    l.latency = s.time("latency", l.latency);
    l.access = s.size("access", l.access, {1, 1 << 20});
    s.finish();
}

void FlashPresetReader::energy() {
    core::Section s = s_.section("energy");
    FlashEnergy& e = p_.config.energy;
    e.read_pj_per_bit = s.energy_pj("read_per_bit", e.read_pj_per_bit);
    e.program_pj_per_bit = s.energy_pj("program_per_bit", e.program_pj_per_bit);
    e.erase_pj = s.energy_pj("erase", e.erase_pj);
    e.bus_pj_per_bit = s.energy_pj("bus_per_bit", e.bus_pj_per_bit);
    e.link_pj_per_bit = s.energy_pj("link_per_bit", e.link_pj_per_bit);
    e.idle_w = s.power_w("idle", e.idle_w);
    s.finish();
}

void FlashPresetReader::throttle() {
    if (!s_.has("throttle")) {
        return;
    }
    p_.config.throttle.clear();
    for (core::Section step : s_.list("throttle")) {
        FlashThrottleStep next;
        next.above_celsius = step.temperature_c("above", {}, kFlashCelsius);
        next.senses = step.number("senses", next.senses, {1e-3, 1.0});
        next.bus = step.number("bus", next.bus, {1e-3, 1.0});
        if (!p_.config.throttle.empty() &&
            next.above_celsius <= p_.config.throttle.back().above_celsius) {
            step.error("above", "steps go up");
        }
        step.finish();
        p_.config.throttle.push_back(next);
    }
}

void FlashPresetReader::endurance() {
    core::Section s = s_.section("endurance");
    FlashEndurance& e = p_.config.endurance;
    e.pe_cycles = s.integer("pe_cycles", e.pe_cycles, core::kNotNegative);
    e.read_limit = s.integer("read_limit", e.read_limit, core::kNotNegative);
    e.retention = s.time("retention", e.retention);
    e.retention_celsius =
        s.temperature_c("retention_temperature", e.retention_celsius, kFlashCelsius);
    s.finish();
}

void FlashPresetReader::figure(core::Section& s, const char* key, core::Bandwidth is,
                               const char* what) {
    const auto stated = static_cast<double>(s.bandwidth(key).bytes_per_s);
    if (std::abs(static_cast<double>(is.bytes_per_s) / stated - 1.0) > 0.005) {
        s.error(key, fmt::format("{} make {:.4g} GB/s", what, is.gbps()));
    }
}

/// Figures of the data sheet that have to follow from the rest.
void FlashPresetReader::data_sheet() {
    core::Section s = s_.required_section("data_sheet");
    const FlashConfig& c = p_.config;
    if (s.size("capacity") != c.geometry.capacity()) {
        s.error("capacity", "the geometry makes " + core::format_size(c.geometry.capacity()));
    }
    if (c.cell.t_read[0] > 0 && c.cell.t_program[0] > 0) {
        figure(s, "bus_bandwidth", c.bus_bandwidth(), "rate, width and channels");
        figure(s, "array_read", c.array_read_bandwidth(), "planes, page and t_read");
        figure(s, "array_program", c.array_program_bandwidth(), "planes, page and t_prog");
    }
    if (s.has("interface_read")) {  // law 6
        const core::Bandwidth rate = s.bandwidth("interface_read");
        const double senses = static_cast<double>(rate.bytes_per_s) *
                              static_cast<double>(c.cell.t_read[0]) / 1e12 /
                              static_cast<double>(c.geometry.page_bytes);
        const std::int64_t stated = s.integer("interface_senses");
        if (std::abs(static_cast<double>(stated) - senses) > 1.0) {
            s.error("interface_senses", fmt::format("interface_read needs {:.1f}", senses));
        }
    }
    s.finish();
}

FlashConfig parse_flash_config(core::Section& s, const FlashPresetFinder& find,
                               const FlashKeysReader& controller) {
    const std::string name = s.string("preset");
    if (name.empty()) {
        return {};
    }
    core::Diagnostics diagnostics;
    FlashPreset preset;
    try {
        preset = load(find ? find(name) : name, diagnostics, controller);
    } catch (const core::UserError& error) {
        s.error("preset", error.what());
        return {};
    }
    if (!diagnostics.ok()) {
        for (const std::string& message : diagnostics.messages()) {
            s.error("preset", message);
        }
        return {};
    }
    return FlashPresetReader(s, &preset, controller).read().config;
}

FlashConfig load_flash_preset(const std::string& file, const FlashKeysReader& controller) {
    core::Diagnostics diagnostics;
    const FlashPreset preset = load(file, diagnostics, controller);
    diagnostics.throw_if_any();
    return preset.config;
}

}  // namespace strata::models
