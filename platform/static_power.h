// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every power block draws without work: idle power by clock and voltage, leakage by voltage
// and temperature, gating in quiet windows (models/power/block_power.h), and whether leakage and
// heat run away.

#include <cstdint>
#include <vector>

#include "models/power/block_power.h"
#include "models/thermal/gain_watch.h"
#include "models/thermal/thermal_model.h"
#include "platform/platform.h"

namespace strata::platform {

class StaticPower {
   public:
    explicit StaticPower(Platform& platform);

    /// Voltage and clock of a cube's compute domain relative to nominal, from the next update on.
    void set_level(int cube, double voltage_ratio, double frequency_ratio);
    /// Idle power and leakage from `now` on, at the temperatures of `thermal`. Throws
    /// ThermalRunaway when leakage grows and nothing will stop it.
    void update(core::Ps now, models::ThermalModel& thermal);
    /// Gating in the window from `begin` to `end`, which has just ended; call it before the
    /// window's energy is read.
    void end_window(core::Ps begin, core::Ps end);

    /// Mean over the window that ended last, by power block, in W: leakage, and what it would have
    /// been at the reference temperature.
    double leakage_w(std::size_t block) const { return parts_[block].leaked_w; }
    double reference_leakage_w(std::size_t block) const { return parts_[block].leaked_reference_w; }

   private:
    struct Part {
        core::EnergyLedger::BlockId id = 0;
        core::EnergyCategory category = core::EnergyCategory::kControl;
        int domain = -1;  // the cube whose level it follows
        double nominal_idle_w = 0.0, nominal_leakage_w = 0.0;
        models::GatedBlock gate;
        bool can_gate = false;
        core::EnergyLedger::EventId wake = 0;
        std::int64_t units = 0;  // of its events, at the end of the last window
        double voltage = 1.0, frequency = 1.0;
        double idle_w = 0.0, leakage_w = 0.0, reference_w = 0.0;  // now, awake
        double leaked_w = 0.0, leaked_reference_w = 0.0;          // mean of the last window
        bool idle_is_set = false;                                 // in the ledger, to idle_w
    };
    void check_gain(models::ThermalModel& thermal);

    Platform& platform_;
    std::vector<Part> parts_;
    models::GainWatch watch_;
    double total_leakage_w_ = 0.0;
    double last_leakage_w_ = 0.0;
};

}  // namespace strata::platform
