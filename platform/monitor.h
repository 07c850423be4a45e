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
#include <string>
#include <vector>

#include "core/simulation.h"
#include "core/trace.h"
#include "core/vcd_writer.h"
#include "models/power/governor.h"
#include "models/thermal/thermal_model.h"
#include "platform/platform.h"

namespace strata::platform {

class Monitor : public core::WindowObserver {
   public:
    /// `vcd` may be null. Both outlive the monitor. Throws ModelError when a power block is unknown
    /// to the platform.
    Monitor(Platform& platform, core::VcdWriter* vcd);

    void sample(core::Ps now) override;

    /// Tables as CSV: a row per window; power and temperature of every block.
    const std::string& windows_csv() const { return windows_; }
    const std::string& block_power_csv() const { return block_power_; }
    const std::string& block_temperature_csv() const { return block_temperature_; }

    double peak_c() const { return peak_c_; }
    /// Mean over blocks and time.
    double mean_c() const;

   private:
    struct Cube {
        std::size_t level = 0;
        std::unique_ptr<models::DomainGovernor> governor;
        std::unique_ptr<models::TemperatureSensor> sensor;
        core::TraceReal power, temperature, frequency;
    };
    std::vector<double> block_power(core::Ps now, double seconds);
    void close_loop(core::Ps now, double seconds, const std::vector<double>& power_w);
    void check_emergency() const;
    void set_level(std::size_t cube, std::size_t level);
    void set_leakage(core::Ps now);
    double hottest(std::size_t cube) const;
    void write_window(core::Ps now, double seconds, const std::vector<double>& power_w);
    void write_blocks(core::Ps now, const std::vector<double>& power_w);
    void trace(core::Ps now, const std::vector<double>& power_w);

    Platform& platform_;
    core::VcdWriter* vcd_;
    std::unique_ptr<models::ThermalModel> thermal_;
    std::vector<Cube> cubes_;

    core::Ps last_ = 0;
    Activity activity_;                // at `last_`
    std::vector<double> block_pj_;     // at `last_`, by power block
    std::vector<double> category_pj_;  // at `last_`
    double peak_c_;
    double celsius_seconds_ = 0.0;
    double seconds_ = 0.0;
    std::string windows_, block_power_, block_temperature_;
};

}  // namespace strata::platform
