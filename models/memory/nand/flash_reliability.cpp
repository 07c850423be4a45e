// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_reliability.h"

#include <algorithm>
#include <cmath>

#include "models/memory/nand/flash_config.h"

namespace strata::models {

namespace {
constexpr double kBoltzmannEv = 8.617333262e-5;  // eV/K
constexpr double kZeroCelsius = 273.15;
constexpr double kWorst = 0.5;  // a random bit
}  // namespace

void FlashReliabilityConfig::read(core::Section s) {
    enabled = s.boolean("enabled", enabled || s.present());
    const auto number = [&s](const char* key, double& value, core::Range range) {
        value = s.number(key, value, range);
    };
    const core::Range positive = core::kNotNegative;
    number("epsilon", epsilon, {0, kWorst});
    number("alpha", alpha, positive);
    number("k", k, positive);
    number("beta", beta, positive);
    number("m", m, positive);
    number("n", n, positive);
    number("gamma", gamma, positive);
    number("p", p, positive);
    number("q", q, positive);
    number("activation_energy_ev", activation_ev, {0, 5});
    reference_celsius = s.temperature_c("reference_temperature", reference_celsius, kFlashCelsius);
    number("initial_cycles", initial_cycles, positive);
    number("initial_hours", initial_hours, positive);
    s.finish();
}

double raw_bit_error_rate(const FlashReliabilityConfig& c, const FlashWear& wear) {
    const double rber = c.epsilon + c.alpha * std::pow(wear.cycles, c.k) +
                        c.beta * std::pow(wear.cycles, c.m) * std::pow(wear.hours, c.n) +
                        c.gamma * std::pow(wear.cycles, c.p) * std::pow(wear.reads, c.q);
    return std::min(rber, kWorst);
}

double retention_acceleration(const FlashReliabilityConfig& c, double celsius) {
    const double reference = c.reference_celsius + kZeroCelsius;
    const double actual = std::max(celsius, -kZeroCelsius + 1.0) + kZeroCelsius;
    return std::exp(c.activation_ev / kBoltzmannEv * (1.0 / reference - 1.0 / actual));
}

}  // namespace strata::models
