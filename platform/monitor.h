// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The monitor: between two slices of the simulation it reads the energy ledger and the counters,
// builds the power of every block, advances the heat model, and closes the loop: leakage follows
// temperature, the governor sets each cube's clock and voltage, memories learn their temperature.
//
// It has no event of its own, so it neither keeps an idle platform alive nor changes its times; a
// span without activity is one sample.

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/simulation.h"
#include "core/trace.h"
#include "core/vcd_writer.h"
#include "models/power/governor.h"
#include "models/thermal/periodic_replay.h"
#include "models/thermal/thermal_model.h"
#include "platform/platform.h"
#include "platform/static_power.h"
#include "platform/window_tables.h"

namespace strata::platform {

class Monitor : public core::WindowObserver {
   public:
    /// `vcd` may be null. Both outlive the monitor. Throws ModelError when a power block is unknown
    /// to the platform.
    Monitor(Platform& platform, core::VcdWriter* vcd);

    /// Throws ModelError for an emergency shutdown and for thermal runaway.
    void sample(core::Ps now) override;
    /// After the last sample: `thermal.accelerate: periodic` repeats the run's power.
    void finish();

    /// Tables as CSV: a row per window; power and temperature of every block.
    std::string windows_csv() const { return tables_.windows_csv(); }
    const std::string& block_power_csv() const { return tables_.block_power_csv(); }
    std::string block_temperature_csv() const { return tables_.block_temperature_csv(); }

    double peak_c() const;
    /// Mean over blocks and time.
    double mean_c() const;
    const models::ThermalModel& thermal() const { return *thermal_; }
    /// ∫ power that the heat model was given, in pJ, over all blocks and windows.
    double heat_given_pj() const { return static_cast<double>(heat_given_pj_); }
    /// CPU time spent here so far, and the part of it in the heat model.
    double cpu_s() const { return cpu_s_; }
    double heat_cpu_s() const { return heat_cpu_s_; }
    /// Section `thermal` of summary.json.
    nlohmann::ordered_json summary() const;

   private:
    struct Cube {
        const models::DomainConfig* domain = nullptr;
        std::size_t level = 0;
        std::int64_t changes = 0;
        std::unique_ptr<models::DomainGovernor> governor;
        std::unique_ptr<models::TemperatureSensor> sensor;
        core::TraceReal power, temperature, frequency;
    };
    void make_cubes();
    void end_window(core::Ps now);
    std::vector<double> block_power(core::Ps now, double seconds);
    std::vector<double> cube_power(const std::vector<double>& power_w) const;
    void advance_heat(core::Ps length, double seconds, const std::vector<double>& power_w);
    void record(core::Ps length, const std::vector<double>& power_w);
    void check_emergency() const;
    void govern(core::Ps now, double seconds, const std::vector<double>& power_w,
                const std::vector<double>& cube_w);
    void set_level(std::size_t cube, std::size_t level);
    double hottest(std::size_t cube) const;
    void trace(core::Ps now, const std::vector<double>& cube_w);

    Platform& platform_;
    core::VcdWriter* vcd_;
    std::unique_ptr<models::ThermalModel> thermal_;
    StaticPower static_power_;
    WindowTables tables_;
    std::vector<Cube> cubes_;

    core::Ps last_ = 0;
    std::vector<double> block_pj_;  // at `last_`, by power block
    long double heat_given_pj_ = 0.0L;
    std::vector<models::TraceWindow> recorded_;  // accelerate: periodic
    models::PeriodicResult periodic_;
    double cpu_s_ = 0.0, heat_cpu_s_ = 0.0;
};

}  // namespace strata::platform
