// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a thermal sensor tells the governor, which is not the temperature: late, noisy, in steps.
//
// Modelled: delay in windows, exponential smoothing, Gaussian noise, quantisation, in this order.
// Not modelled: where the sensor sits in its block, drift, supply sensitivity.
// Units:    °C and K.

#include <cstdint>
#include <deque>
#include <string>

#include "core/config.h"
#include "core/random.h"

namespace strata::models {

/// Section `power.sensor`. The default is an ideal sensor.
struct SensorConfig {
    double quantum_k = 0.0;  ///< step of the reading; 0: none
    double noise_k = 0.0;    ///< standard deviation
    int delay_windows = 0;
    double smoothing = 1.0;  ///< share of the newest value; 1: none

    /// A key that is not written keeps the value of `fallback`.
    static SensorConfig parse(core::Section section, const SensorConfig& fallback);
};

class TemperatureSensor {
   public:
    /// `path` names the sensor's random stream.
    TemperatureSensor(const SensorConfig& config, std::uint64_t seed, const std::string& path);

    /// The reading of a window in which the block was at `celsius`; call once per window.
    double read(double celsius);

   private:
    double noise();

    SensorConfig config_;
    core::RandomStream random_;
    std::deque<double> late_;
    double smoothed_ = 0.0;
    bool has_value_ = false;
};

}  // namespace strata::models
