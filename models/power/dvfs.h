// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Voltage/frequency levels and the governor that chooses among them, and the leakage law.
//
// Modelled: one compute domain per cube; the level is chosen once per monitor window from the
//           hottest block of the cube; dynamic energy scales with (V/V0)², leakage with
//           (V/V0)·exp(β·(T − T0)).
// Not modelled: transition time and energy of a level change, droop, per-PE domains.
// Values:   levels 2.0/1.8/1.6/1.2 GHz at 0.90/0.84/0.78/0.68 V (estimate, 7 nm, linear
//           0.27 V/GHz); β = 0.03 /K (leakage doubles per 20–25 K).

#include <string>
#include <vector>

#include "core/config.h"
#include "core/units.h"
#include "models/power/temperature_sensor.h"

namespace strata::models {

struct DvfsLevel {
    core::Frequency frequency;
    double volts = 1.0;
};

/// Names for `power.governor`.
std::vector<std::string> governor_names();

/// Section `power` of a platform.
struct PowerConfig {
    std::string governor = "none";  ///< none | step | trips | pid | cap; see governor.h
    double trip_c = 95.0;           ///< step: one level down above this; pid: the set point
    double hysteresis_c = 5.0;      ///< step, trips: up below trip − hysteresis
    std::vector<double> trips_c;    ///< trips: rising; one per level after the first
    int cool_windows = 2;           ///< trips: windows below before a level up
    struct Pid {
        double p = 0.3;   ///< levels per K
        double i = 10.0;  ///< levels per K and s
        double d = 0.0;   ///< levels per K/s
    } pid;
    double cap_w = 0.0;             ///< cap: mean power of a domain in a window
    double emergency_c = 150.0;     ///< any block above this ends the run
    SensorConfig sensor;            ///< what governors see
    std::vector<DvfsLevel> levels;  ///< fastest first; level 0 is the nominal one
    double leakage_beta = 0.03;     ///< 1/K
    double leakage_reference_c = 85.0;

    static PowerConfig parse(core::Section section);
};

/// Throws ModelError when a block is above the emergency limit, or its temperature is no number.
void check_emergency(const PowerConfig& config, const std::string& block, double celsius);

/// The governor `step`, which remembers nothing (governor.h has all of them).
class Governor {
   public:
    explicit Governor(const PowerConfig& config) : config_(config) {}

    /// The next level, given the present one and the hottest block of the domain in °C.
    std::size_t next_level(std::size_t level, double hottest_c) const;

   private:
    const PowerConfig& config_;
};

/// Leakage in W at `celsius` and level `level` of a block that leaks `nominal_w` at the reference
/// temperature and level 0.
double leakage_w(const PowerConfig& config, double nominal_w, double celsius, std::size_t level);

}  // namespace strata::models
