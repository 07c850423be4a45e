// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "platform/thermal_factory.h"

namespace strata::platform {

using core::Ps;

namespace {

constexpr double kPsToSeconds = 1e-12;
constexpr double kPjToJoule = 1e-12;

/// Adds the CPU time of a scope to a sum.
class CpuTimer {
   public:
    explicit CpuTimer(double& sum) : sum_(sum), begin_(std::clock()) {}
    ~CpuTimer() { sum_ += static_cast<double>(std::clock() - begin_) / CLOCKS_PER_SEC; }
    CpuTimer(const CpuTimer&) = delete;
    CpuTimer& operator=(const CpuTimer&) = delete;

   private:
    double& sum_;
    std::clock_t begin_;
};

}  // namespace

Monitor::Monitor(Platform& platform, core::VcdWriter* vcd)
    : platform_(platform),
      vcd_(vcd),
      thermal_(make_thermal(platform.config(), platform.power_blocks())),
      static_power_(platform),
      tables_(platform),
      cubes_(platform.clocks().size()),
      block_pj_(platform.power_blocks().size(), 0.0) {
    if (platform_.energy().blocks() != platform_.power_blocks().size()) {
        throw core::ModelError(
            fmt::format("monitor: the ledger has {} power blocks, the platform knows {}",
                        platform_.energy().blocks(), platform_.power_blocks().size()));
    }
    const models::PowerConfig& power = platform_.config().power;
    if (!power.levels.empty() && power.levels[0].frequency.hz != platform_.config().pe.clock.hz) {
        throw core::UserError("power.levels.0.frequency: expected pe.clock");
    }
    make_cubes();
    static_power_.update(0, *thermal_);
    platform_.set_memory_temperatures(*thermal_);
}

void Monitor::make_cubes() {
    const PlatformConfig& config = platform_.config();
    core::TraceSink* sink = platform_.services().trace;
    for (std::size_t i = 0; i < cubes_.size(); ++i) {
        const std::string& name = platform_.clocks()[i]->name();
        const std::string scope = "monitor." + name;
        Cube& cube = cubes_[i];
        cube.domain = &config.power.domain(name);
        cube.governor = models::make_governor(*cube.domain);
        cube.sensor = std::make_unique<models::TemperatureSensor>(cube.domain->sensor,
                                                                  platform_.services().seed, scope);
        if (!cube.domain->levels.empty()) {
            set_level(i, 0);
        }
        cube.power = core::trace_real(sink, scope, "power_w");
        cube.temperature = core::trace_real(sink, scope, "temperature_c");
        cube.frequency = core::trace_real(sink, scope, "frequency_ghz");
        cube.temperature.set(0, config.thermal.start_c);
        cube.frequency.set(0, platform_.clocks()[i]->frequency().ghz());
    }
}

void Monitor::sample(Ps now) {
    const CpuTimer timer(cpu_s_);
    platform_.settle(now);
    if (now > last_) {
        end_window(now);
        last_ = now;
    }
    if (vcd_ != nullptr) {
        vcd_->flush(now);
    }
}

void Monitor::end_window(Ps now) {
    const double seconds = static_cast<double>(now - last_) * kPsToSeconds;
    static_power_.end_window(last_, now);
    const std::vector<double> power_w = block_power(now, seconds);
    const std::vector<double> cube_w = cube_power(power_w);
    advance_heat(now - last_, seconds, power_w);
    tables_.add(now, seconds, power_w, *thermal_);
    trace(now, cube_w);
    check_emergency();
    govern(now, seconds, power_w, cube_w);
    static_power_.update(now, *thermal_);
    platform_.set_memory_temperatures(*thermal_);
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

std::vector<double> Monitor::cube_power(const std::vector<double>& power_w) const {
    std::vector<double> cube_w(cubes_.size(), 0.0);
    const auto& blocks = platform_.power_blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (blocks[i].cube >= 0) {
            cube_w[static_cast<std::size_t>(blocks[i].cube)] += power_w[i];
        }
    }
    return cube_w;
}

void Monitor::advance_heat(Ps length, double seconds, const std::vector<double>& power_w) {
    const CpuTimer timer(heat_cpu_s_);
    thermal_->step(length, power_w);
    for (const double watts : power_w) {
        heat_given_pj_ += static_cast<long double>(watts) * seconds / kPjToJoule;
    }
    if (platform_.config().thermal.accelerate == "periodic") {
        record(length, power_w);
    }
}

void Monitor::record(Ps length, const std::vector<double>& power_w) {
    models::TraceWindow window{length, power_w, std::vector<double>(power_w.size(), 0.0)};
    for (std::size_t i = 0; i < power_w.size(); ++i) {
        window.power_w[i] -= static_power_.leakage_w(i);
        window.leakage_w[i] = static_power_.reference_leakage_w(i);
    }
    recorded_.push_back(std::move(window));
}

void Monitor::finish() {
    if (recorded_.empty()) {
        return;
    }
    const CpuTimer timer(heat_cpu_s_);
    const models::PowerConfig& power = platform_.config().power;
    models::LeakageLaw law;
    law.beta = power.leakage_beta;
    law.reference_c = power.leakage_reference_c;
    std::vector<std::string> names;
    for (const PowerBlock& block : platform_.power_blocks()) {
        names.push_back(block.name);
    }
    periodic_ = models::repeat_until_periodic(*thermal_, recorded_, law,
                                              platform_.config().thermal.periodic, names,
                                              [&](std::size_t row) {
                                                  tables_.replace_temperatures(row, *thermal_);
                                                  check_emergency();
                                              });
    recorded_.clear();
}

void Monitor::check_emergency() const {
    const auto& blocks = platform_.power_blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        models::check_emergency(platform_.config().power, blocks[i].name,
                                thermal_->temperature_c(i));
    }
}

void Monitor::govern(Ps now, double seconds, const std::vector<double>& power_w,
                     const std::vector<double>& cube_w) {
    double other_w = std::accumulate(power_w.begin(), power_w.end(), 0.0);
    std::vector<models::DomainDemand> demands;
    for (std::size_t i = 0; i < cubes_.size(); ++i) {
        Cube& cube = cubes_[i];
        const models::DomainState state{cube.sensor->read(hottest(i)), cube_w[i], seconds};
        const std::size_t wanted = cube.governor->next_level(cube.level, state);
        demands.push_back({cube.domain, cube.level, wanted, cube_w[i]});
        other_w -= cube_w[i];
    }
    const std::vector<std::size_t> levels =
        models::levels_under_cap(platform_.config().power.package_cap_w, other_w, demands);
    for (std::size_t i = 0; i < cubes_.size(); ++i) {
        if (levels[i] != cubes_[i].level) {
            ++cubes_[i].changes;
            set_level(i, levels[i]);
            cubes_[i].frequency.set(now, platform_.clocks()[i]->frequency().ghz());
        }
    }
}

void Monitor::set_level(std::size_t cube, std::size_t level) {
    const models::PowerConfig& power = platform_.config().power;
    const models::DomainConfig& domain = *cubes_[cube].domain;
    cubes_[cube].level = level;
    platform_.set_frequency(cube, domain.levels[level].frequency);
    const double voltage = power.voltage_ratio(domain, level);
    for (const PowerBlock& block : platform_.power_blocks()) {
        if (block.follows_dvfs && block.cube == static_cast<int>(cube)) {
            platform_.energy().set_scale(block.id, voltage * voltage);
        }
    }
    static_power_.set_level(static_cast<int>(cube), voltage, power.frequency_ratio(domain, level));
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

void Monitor::trace(Ps now, const std::vector<double>& cube_w) {
    if (vcd_ == nullptr) {
        return;
    }
    for (std::size_t cube = 0; cube < cubes_.size(); ++cube) {
        cubes_[cube].power.set(now, cube_w[cube]);
        cubes_[cube].temperature.set(now, hottest(cube));
    }
}

double Monitor::peak_c() const {
    // The start of a run is no part of the periodic state.
    const double least = periodic_.repetitions > 0 ? platform_.config().thermal.ambient_c
                                                   : platform_.config().thermal.start_c;
    return tables_.peak_c(least);
}

double Monitor::mean_c() const {
    return tables_.mean_c(thermal_->mean_c());
}

nlohmann::ordered_json Monitor::summary() const {
    const PlatformConfig& config = platform_.config();
    nlohmann::ordered_json json = {{"model", config.thermal.model},
                                   {"accelerate", config.thermal.accelerate},
                                   {"windows", tables_.rows()},
                                   {"heat_given_pj", heat_given_pj()}};
    if (config.thermal.accelerate == "periodic") {
        json["repetitions"] = periodic_.repetitions;
        json["periodic"] = periodic_.is_periodic;
        json["remaining_k"] = periodic_.remaining_k;
    }
    json["level_changes"] =
        std::accumulate(cubes_.begin(), cubes_.end(), std::int64_t{0},
                        [](std::int64_t sum, const Cube& cube) { return sum + cube.changes; });
    return json;
}

}  // namespace strata::platform
