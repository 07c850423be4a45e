// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/temperature_sensor.h"

#include <cmath>

namespace strata::models {

SensorConfig SensorConfig::parse(core::Section section, const SensorConfig& fallback) {
    SensorConfig config;
    config.quantum_k = section.number("quantum_k", fallback.quantum_k, core::Range{0.0, 50.0});
    config.noise_k = section.number("noise_k", fallback.noise_k, core::Range{0.0, 50.0});
    config.delay_windows = static_cast<int>(
        section.integer("delay_windows", fallback.delay_windows, core::Range{0, 10000}));
    config.smoothing = section.number("smoothing", fallback.smoothing, core::Range{0.001, 1.0});
    section.finish();
    return config;
}

TemperatureSensor::TemperatureSensor(const SensorConfig& config, std::uint64_t seed,
                                     const std::string& path)
    : config_(config), random_(seed, path) {}

double TemperatureSensor::read(double celsius) {
    late_.push_back(celsius);
    if (late_.size() > static_cast<std::size_t>(config_.delay_windows) + 1) {
        late_.pop_front();
    }
    // Before the first delayed value there is only the oldest one.
    const double value = late_.front();
    smoothed_ = has_value_ ? smoothed_ + config_.smoothing * (value - smoothed_) : value;
    has_value_ = true;
    const double reading = config_.noise_k > 0.0 ? smoothed_ + noise() : smoothed_;
    return config_.quantum_k > 0.0 ? std::round(reading / config_.quantum_k) * config_.quantum_k
                                   : reading;
}

/// Box–Muller.
double TemperatureSensor::noise() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - random_.uniform()));
    return config_.noise_k * radius * std::cos(2.0 * std::acos(-1.0) * random_.uniform());
}

}  // namespace strata::models
