// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/lumped_thermal.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/diagnostics.h"

namespace strata::models {

namespace {

// Defaults are assumptions: 45 C coolant, and K/W, J/K of blocks of roughly 4 mm² (PE), 1 mm² (SRAM
// bank), 7 mm² (one memory channel's share of a stack, behind more layers) and 10 mm² (network).
LumpedNode parse_node(core::Section section, LumpedNode fallback) {
    LumpedNode node;
    node.resistance = section.thermal_resistance("resistance", fallback.resistance);
    node.capacity = section.heat_capacity("capacity", fallback.capacity);
    section.finish();
    return node;
}

}  // namespace

std::vector<std::string> thermal_model_names() {
    return {"lumped", "stack"};
}

ThermalConfig ThermalConfig::parse(core::Section section) {
    ThermalConfig config;
    config.model = section.choice("model", thermal_model_names(), "lumped");
    config.ambient_c = section.temperature_c("ambient", 45.0, core::Range{-55.0, 150.0});
    config.start_c = section.temperature_c("start", config.ambient_c, core::Range{-55.0, 150.0});
    config.accelerate = section.choice("accelerate", {"none", "steady", "periodic"}, "none");
    if (config.accelerate == "periodic") {
        config.periodic = PeriodicConfig::parse(section.section("periodic"));
    }
    config.pe = parse_node(section.section("pe"), {6.0, 0.002});
    config.sram = parse_node(section.section("sram"), {12.0, 0.0005});
    config.dram = parse_node(section.section("dram"), {8.0, 0.01});
    config.nand = parse_node(section.section("nand"), {8.0, 0.01});
    config.noc = parse_node(section.section("noc"), {3.0, 0.005});
    config.control = parse_node(section.section("control"), {12.0, 0.0005});
    if (config.model == "stack") {
        config.stack = StackThermalConfig::parse(section.required_section("stack"));
    }
    section.finish();
    return config;
}

LumpedThermal::LumpedThermal(std::vector<LumpedNode> nodes, double ambient_c, double start_c)
    : nodes_(std::move(nodes)), temperature_(nodes_.size(), start_c), ambient_c_(ambient_c) {}

void LumpedThermal::check(const std::vector<double>& power_w) const {
    if (power_w.size() != nodes_.size()) {
        throw core::ModelError("thermal: power of " + std::to_string(power_w.size()) +
                               " blocks for " + std::to_string(nodes_.size()) + " nodes");
    }
}

void LumpedThermal::settle(const std::vector<double>& power_w) {
    check(power_w);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        temperature_[i] = ambient_c_ + power_w[i] * nodes_[i].resistance;
    }
}

std::vector<double> LumpedThermal::response_k(const std::vector<double>& power_w) {
    check(power_w);
    std::vector<double> rise(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        rise[i] = power_w[i] * nodes_[i].resistance;
    }
    return rise;
}

void LumpedThermal::step(core::Ps dt, const std::vector<double>& power_w) {
    check(power_w);
    const double seconds = static_cast<double>(dt) * 1e-12;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const double steady = ambient_c_ + power_w[i] * nodes_[i].resistance;
        const double decay = std::exp(-seconds / (nodes_[i].resistance * nodes_[i].capacity));
        temperature_[i] = steady + (temperature_[i] - steady) * decay;
    }
}

double LumpedThermal::mean_c() const {
    double heat = 0.0;
    double capacity = 0.0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        heat += nodes_[i].capacity * temperature_[i];
        capacity += nodes_[i].capacity;
    }
    return capacity > 0.0 ? heat / capacity : ambient_c_;
}

double LumpedThermal::max_c() const {
    return temperature_.empty() ? ambient_c_
                                : *std::max_element(temperature_.begin(), temperature_.end());
}

}  // namespace strata::models
