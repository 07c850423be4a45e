// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Raw bit errors of NAND flash from wear, retention, temperature and reads.
//
// Modelled: RBER = e + a PE^k + b PE^m t^n + g PE^p r^q, with PE the program/erase cycles of the
// block, t the hours since its program at the reference temperature (Arrhenius: an hour at another
// temperature counts exp(Ea/kB (1/Tref - 1/T)) hours), r the reads since its erase; clamped to 0.5.
// Not modelled: variation between blocks, pages and layers; neighbouring word lines; healing.
//
// Source of the form: Kim et al., "Design tradeoffs for SSD reliability", FAST 2019. Constants: 72-
// layer TLC as a public fork of that work has them; the hour as unit of t is an assumption.

#include "core/config.h"
#include "core/units.h"

namespace strata::models {

struct FlashReliabilityConfig {
    bool enabled = false;  ///< false: no errors
    double epsilon = 1.48e-3;
    double alpha = 3.90e-10;  ///< wear
    double k = 2.05;
    double beta = 6.28e-5;  ///< retention
    double m = 0.14;
    double n = 0.54;
    double gamma = 3.73e-9;  ///< reads
    double p = 0.33;
    double q = 1.71;
    double activation_ev = 1.1;       ///< JESD218 and JESD22-A117 use 1.1 eV
    double reference_celsius = 30.0;  ///< client retention of JESD218
    double initial_cycles = 0.0;      ///< program/erase cycles at the start
    double initial_hours = 0.0;       ///< retention of preloaded pages at the start

    /// Reads a mapping `reliability` over what the fields hold already.
    void read(core::Section s);
};

/// What the error rate of a block depends on.
struct FlashWear {
    double cycles = 0.0;
    double hours = 0.0;  ///< at the reference temperature
    double reads = 0.0;
};

/// In [0, 0.5].
double raw_bit_error_rate(const FlashReliabilityConfig& config, const FlashWear& wear);

/// Hours at the reference temperature that an hour at `celsius` counts.
double retention_acceleration(const FlashReliabilityConfig& config, double celsius);

/// Hours at the reference temperature that have passed since the start, through every temperature
/// that was set.
class RetentionClock {
   public:
    explicit RetentionClock(const FlashReliabilityConfig& config)
        : config_(config), rate_(retention_acceleration(config, config.reference_celsius)) {}

    void set_temperature(core::Ps now, double celsius) {
        settled_ = hours(now);
        since_ = now;
        rate_ = retention_acceleration(config_, celsius);
    }
    double hours(core::Ps now) const {
        return settled_ + rate_ * static_cast<double>(now - since_) / kPsPerHour;
    }

   private:
    static constexpr double kPsPerHour = 3600.0 * static_cast<double>(core::kSecond);
    FlashReliabilityConfig config_;
    double rate_;
    double settled_ = 0.0;
    core::Ps since_ = 0;
};

}  // namespace strata::models
