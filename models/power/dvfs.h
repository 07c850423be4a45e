// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Section `power` of a platform: voltage/frequency levels and governor of each domain, the leakage
// law, what blocks draw without work, the emergency limit.
//
// Modelled: one compute domain per cube; the level is chosen once per monitor window from the
//           hottest block of the cube; dynamic energy scales with (V/V0)², clock power with f·V²,
//           leakage with (V/V0)·exp(β·(T − T0)).
// Not modelled: transition time and energy of a level change, droop, per-PE domains; memories and
//           control keep their clocks and voltages, and so do networks unless `noc.dvfs: cube`.
// Values:   levels 2.0/1.8/1.6/1.2 GHz at 0.90/0.84/0.78/0.68 V (estimate, 7 nm, linear
//           0.27 V/GHz); β = 0.03 /K (leakage doubles per 20–25 K).

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/units.h"
#include "models/power/block_power.h"
#include "models/power/temperature_sensor.h"

namespace strata::models {

struct DvfsLevel {
    core::Frequency frequency;
    double volts = 1.0;
};

/// Names for `power.governor`.
std::vector<std::string> governor_names();

/// A voltage/frequency domain and who rules it.
struct DomainConfig {
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
    SensorConfig sensor;            ///< what governors see
    std::vector<DvfsLevel> levels;  ///< fastest first

    /// Reads the keys of a domain; one that is not written keeps the value of `fallback`. The
    /// caller finishes the section.
    static DomainConfig parse(core::Section& section, const DomainConfig& fallback);
};

/// Section `power` of a platform: the domain that every cube has unless `domains` says otherwise,
/// and what is common to all. Level 0 of the common domain is nominal: energies and static powers
/// of the config hold there.
struct PowerConfig : DomainConfig {
    std::map<std::string, DomainConfig> domains;                     ///< by name, `sip0.cube1`
    double package_cap_w = std::numeric_limits<double>::infinity();  ///< of all blocks together
    double emergency_c = 150.0;  ///< any block above this ends the run
    double leakage_beta = 0.03;  ///< 1/K
    double leakage_reference_c = 85.0;
    BlockPowerConfig pe, sram, dram, nand, noc;

    const DomainConfig& domain(const std::string& name) const;
    /// Voltage and clock of a level relative to nominal; 1 without levels.
    double voltage_ratio(const DomainConfig& domain, std::size_t level) const;
    double frequency_ratio(const DomainConfig& domain, std::size_t level) const;

    /// `names`: the domains that the platform has.
    static PowerConfig parse(core::Section section, const std::vector<std::string>& names = {});
};

/// Throws core::Shutdown when a block is above the emergency limit, or its temperature is no
/// number.
void check_emergency(const PowerConfig& config, const std::string& block, double celsius);

/// Leakage in W at `celsius` of a block that leaks `nominal_w` at the reference temperature and
/// nominal voltage.
double leakage_w(const PowerConfig& config, double nominal_w, double celsius, double voltage_ratio);

}  // namespace strata::models
