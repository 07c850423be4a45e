// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "models/thermal/accelerated_thermal.h"

namespace strata::platform {

using core::EnergyCategory;
using core::Ps;

namespace {

constexpr double kPsToSeconds = 1e-12;
constexpr double kPjToJoule = 1e-12;

models::LumpedNode node_of(const models::ThermalConfig& config, BlockKind kind) {
    switch (kind) {
        case BlockKind::kPe:
            return config.pe;
        case BlockKind::kSram:
            return config.sram;
        case BlockKind::kDram:
            return config.dram;
        case BlockKind::kNand:
            return config.nand;
        case BlockKind::kNoc:
            return config.noc;
        case BlockKind::kControl:
            return config.control;
    }
    return config.control;
}

/// `sip1.cube0.pe3` → 1; what belongs to no SIP lies in the first one's stack.
int sip_of(const std::string& name) {
    return name.rfind("sip", 0) == 0 ? std::atoi(name.c_str() + 3) : 0;
}

std::unique_ptr<models::ThermalModel> make_stack(const models::StackThermalConfig& stack,
                                                 const SystemConfig& system,
                                                 const std::vector<PowerBlock>& blocks,
                                                 double start_c) {
    std::vector<models::PlatformBlock> placed;
    for (const PowerBlock& block : blocks) {
        const int cube = block.cube < 0 ? -1 : block.cube % system.cubes.count();
        placed.push_back({block.name, to_string(block.kind), sip_of(block.name), cube});
    }
    return std::make_unique<models::StackThermal>(stack, placed, system.cubes.nx, system.cubes.ny,
                                                  start_c);
}

std::unique_ptr<models::ThermalModel> make_thermal(const PlatformConfig& platform,
                                                   const std::vector<PowerBlock>& blocks) {
    const models::ThermalConfig& config = platform.thermal;
    if (config.stack) {
        return make_stack(*config.stack, platform.system, blocks, config.start_c);
    }
    std::vector<models::LumpedNode> nodes;
    for (const PowerBlock& block : blocks) {
        nodes.push_back(node_of(config, block.kind));
    }
    return std::make_unique<models::LumpedThermal>(std::move(nodes), config.ambient_c,
                                                   config.start_c);
}

std::unique_ptr<models::ThermalModel> accelerated(const models::ThermalConfig& config,
                                                  std::unique_ptr<models::ThermalModel> model) {
    if (config.accelerate == "steady") {
        return std::make_unique<models::AcceleratedThermal>(std::move(model));
    }
    return model;
}

std::string block_header(const std::vector<PowerBlock>& blocks) {
    std::string header = "t_ns";
    for (const PowerBlock& block : blocks) {
        header += ',' + block.name;
    }
    return header + '\n';
}

double gbps(core::Bytes bytes, double seconds) {
    return static_cast<double>(bytes) * 1e-9 / seconds;
}

/// Share of time that `parts` equal resources were busy.
double utilisation(Ps busy, std::int64_t parts, double seconds) {
    return parts > 0
               ? static_cast<double>(busy) * kPsToSeconds / (static_cast<double>(parts) * seconds)
               : 0.0;
}

}  // namespace

Monitor::Monitor(Platform& platform, core::VcdWriter* vcd)
    : platform_(platform),
      vcd_(vcd),
      thermal_(accelerated(platform.config().thermal,
                           make_thermal(platform.config(), platform.power_blocks()))),
      cubes_(platform.clocks().size()),
      block_pj_(platform.power_blocks().size(), 0.0),
      category_pj_(core::kEnergyCategories, 0.0),
      peak_c_(platform.config().thermal.start_c) {
    if (platform_.energy().blocks() != platform_.power_blocks().size()) {
        throw core::ModelError(
            fmt::format("monitor: the ledger has {} power blocks, the platform knows {}",
                        platform_.energy().blocks(), platform_.power_blocks().size()));
    }
    windows_ =
        "t_ns,power_w,temp_max_c,temp_mean_c,freq_ghz_min,dram_gbps,nand_gbps,sram_gbps,"
        "noc_gbps,noc_util,pe_util,dram_util,nand_util";
    for (int c = 0; c < core::kEnergyCategories; ++c) {
        windows_ += fmt::format(",power_{}_w", core::to_string(static_cast<EnergyCategory>(c)));
    }
    windows_ += '\n';
    block_power_ = block_header(platform_.power_blocks());
    block_temperature_ = block_power_;
    for (std::size_t i = 0; i < cubes_.size(); ++i) {
        const std::string scope = "monitor." + platform_.clocks()[i]->name();
        core::TraceSink* sink = platform_.services().trace;
        cubes_[i].power = core::trace_real(sink, scope, "power_w");
        cubes_[i].temperature = core::trace_real(sink, scope, "temperature_c");
        cubes_[i].frequency = core::trace_real(sink, scope, "frequency_ghz");
        cubes_[i].temperature.set(0, platform_.config().thermal.start_c);
        cubes_[i].frequency.set(0, platform_.clocks()[i]->frequency().ghz());
        const models::PowerConfig& power = platform_.config().power;
        cubes_[i].governor = models::make_governor(power);
        cubes_[i].sensor = std::make_unique<models::TemperatureSensor>(
            power.sensor, platform_.services().seed, scope);
    }
    set_leakage(0);
}

void Monitor::sample(Ps now) {
    platform_.settle(now);
    if (now > last_) {
        const double seconds = static_cast<double>(now - last_) * kPsToSeconds;
        const std::vector<double> power_w = block_power(now, seconds);
        thermal_->step(now - last_, power_w);
        peak_c_ = std::max(peak_c_, thermal_->max_c());
        celsius_seconds_ += thermal_->mean_c() * seconds;
        seconds_ += seconds;
        write_window(now, seconds, power_w);
        write_blocks(now, power_w);
        trace(now, power_w);
        check_emergency();
        close_loop(now, seconds, power_w);
        last_ = now;
    }
    if (vcd_ != nullptr) {
        vcd_->flush(now);
    }
}

double Monitor::mean_c() const {
    return seconds_ > 0.0 ? celsius_seconds_ / seconds_ : thermal_->mean_c();
}

std::vector<double> Monitor::block_power(Ps now, double seconds) {
    std::vector<double> power_w;
    power_w.reserve(block_pj_.size());
    for (std::size_t i = 0; i < block_pj_.size(); ++i) {
        const double pj = platform_.energy().block_pj(platform_.power_blocks()[i].id, now);
        power_w.push_back((pj - block_pj_[i]) * kPjToJoule / seconds);
        block_pj_[i] = pj;
    }
    return power_w;
}

void Monitor::check_emergency() const {
    const auto& blocks = platform_.power_blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        models::check_emergency(platform_.config().power, blocks[i].name,
                                thermal_->temperature_c(i));
    }
}

void Monitor::close_loop(Ps now, double seconds, const std::vector<double>& power_w) {
    std::vector<double> cube_w(cubes_.size(), 0.0);
    const auto& blocks = platform_.power_blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (blocks[i].cube >= 0) {
            cube_w[static_cast<std::size_t>(blocks[i].cube)] += power_w[i];
        }
    }
    for (std::size_t cube = 0; cube < cubes_.size(); ++cube) {
        const models::DomainState state{cubes_[cube].sensor->read(hottest(cube)), cube_w[cube],
                                        seconds};
        const std::size_t level = cubes_[cube].governor->next_level(cubes_[cube].level, state);
        if (level != cubes_[cube].level) {
            set_level(cube, level);
            cubes_[cube].frequency.set(now, platform_.clocks()[cube]->frequency().ghz());
        }
    }
    set_leakage(now);
    platform_.set_memory_temperatures(*thermal_);
}

void Monitor::set_level(std::size_t cube, std::size_t level) {
    const auto& levels = platform_.config().power.levels;
    cubes_[cube].level = level;
    platform_.clocks()[cube]->set_frequency(levels[level].frequency);
    const double ratio = levels[level].volts / levels[0].volts;
    for (const PowerBlock& block : platform_.power_blocks()) {
        if (block.kind == BlockKind::kPe && block.cube == static_cast<int>(cube)) {
            platform_.energy().set_scale(block.id, ratio * ratio);
        }
    }
}

void Monitor::set_leakage(Ps now) {
    const auto& blocks = platform_.power_blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (blocks[i].leakage_w > 0.0) {
            const std::size_t level =
                blocks[i].cube >= 0 ? cubes_[static_cast<std::size_t>(blocks[i].cube)].level : 0;
            const double watts = models::leakage_w(platform_.config().power, blocks[i].leakage_w,
                                                   thermal_->temperature_c(i), level);
            platform_.energy().set_static_power(blocks[i].id, EnergyCategory::kLeakage, watts, now);
        }
    }
}

double Monitor::hottest(std::size_t cube) const {
    double celsius = platform_.config().thermal.ambient_c;
    const auto& blocks = platform_.power_blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (blocks[i].cube == static_cast<int>(cube)) {
            celsius = std::max(celsius, thermal_->temperature_c(i));
        }
    }
    return celsius;
}

void Monitor::write_window(Ps now, double seconds, const std::vector<double>& power_w) {
    const Activity before = activity_;
    activity_ = platform_.activity();
    double total_w = 0.0;
    for (const double watts : power_w) {
        total_w += watts;
    }
    core::Frequency slowest = platform_.config().pe.clock;
    for (const auto& clock : platform_.clocks()) {
        slowest = clock->frequency().hz < slowest.hz ? clock->frequency() : slowest;
    }
    const Activity& a = activity_;
    fmt::format_to(std::back_inserter(windows_),
                   "{:.3f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.6f},{:.6f},"
                   "{:.6f},{:.6f}",
                   static_cast<double>(now) * 1e-3, total_w, thermal_->max_c(), thermal_->mean_c(),
                   slowest.ghz(), gbps(a.dram.bytes() - before.dram.bytes(), seconds),
                   gbps(a.nand.bytes() - before.nand.bytes(), seconds),
                   gbps(a.sram.bytes() - before.sram.bytes(), seconds),
                   gbps(a.noc_bytes - before.noc_bytes, seconds),
                   utilisation(a.noc_busy - before.noc_busy, a.noc_links, seconds),
                   utilisation(a.pe_busy - before.pe_busy, a.pes, seconds),
                   utilisation(a.dram.busy - before.dram.busy, a.dram.channels, seconds),
                   utilisation(a.nand.busy - before.nand.busy, a.nand.channels, seconds));
    for (int c = 0; c < core::kEnergyCategories; ++c) {
        const auto i = static_cast<std::size_t>(c);
        const double pj = platform_.energy().category_pj(static_cast<EnergyCategory>(c), now);
        fmt::format_to(std::back_inserter(windows_), ",{:.4f}",
                       (pj - category_pj_[i]) * kPjToJoule / seconds);
        category_pj_[i] = pj;
    }
    windows_ += '\n';
}

void Monitor::write_blocks(Ps now, const std::vector<double>& power_w) {
    const double t_ns = static_cast<double>(now) * 1e-3;
    fmt::format_to(std::back_inserter(block_power_), "{:.3f}", t_ns);
    fmt::format_to(std::back_inserter(block_temperature_), "{:.3f}", t_ns);
    for (std::size_t i = 0; i < power_w.size(); ++i) {
        fmt::format_to(std::back_inserter(block_power_), ",{:.5g}", power_w[i]);
        fmt::format_to(std::back_inserter(block_temperature_), ",{:.4f}",
                       thermal_->temperature_c(i));
    }
    block_power_ += '\n';
    block_temperature_ += '\n';
}

void Monitor::trace(Ps now, const std::vector<double>& power_w) {
    if (vcd_ == nullptr) {
        return;
    }
    std::vector<double> watts(cubes_.size(), 0.0);
    const auto& blocks = platform_.power_blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (blocks[i].cube >= 0) {
            watts[static_cast<std::size_t>(blocks[i].cube)] += power_w[i];
        }
    }
    for (std::size_t cube = 0; cube < cubes_.size(); ++cube) {
        cubes_[cube].power.set(now, watts[cube]);
        cubes_[cube].temperature.set(now, hottest(cube));
    }
}

}  // namespace strata::platform
