// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_ecc.h"

#include <algorithm>
#include <cmath>

namespace strata::models {

namespace {

const std::vector<std::string> kPlacements{"none", "die", "base_die", "controller"};
constexpr double kNegligible = -69.0;  // logarithm of 1e-30
constexpr double kLeastRate = 1e-12;

void read_stage(core::Section s, FlashEccConfig::Stage& stage) {
    stage.latency = s.time("latency", stage.latency);
    // Unless said, a decoder is not pipelined.
    const bool alone = s.has("latency") && !s.has("interval");
    stage.interval = s.time("interval", alone ? stage.latency : stage.interval);
    stage.correctable = s.integer("correctable", stage.correctable, core::kNotNegative);
    s.finish();
}

}  // namespace

void FlashEccConfig::read(core::Section s) {
    const std::string name =
        s.choice("placement", kPlacements, kPlacements[static_cast<std::size_t>(placement)]);
    placement = static_cast<EccPlacement>(std::find(kPlacements.begin(), kPlacements.end(), name) -
                                          kPlacements.begin());
    codeword = s.size("codeword", codeword, {1, 1 << 20});
    parity = s.size("parity", parity, {0, 1 << 20});
    decoders = s.integer("decoders", decoders, {1, 1 << 16});  // assumption
    read_stage(s.section("hard"), hard);
    retries = s.integer("retries", retries, {0, 64});  // assumption
    shift = s.number("shift", shift, {0, 1});          // assumption
    read_stage(s.section("soft"), soft);
    if (hard.correctable > 4 * parity) {
        s.section("hard").error("correctable",
                                "expected at most half of the parity bits (Singleton bound)");
    }
    if (soft.correctable < hard.correctable || soft.correctable > 8 * parity) {
        s.section("soft").error("correctable",
                                "expected at least that of hard decision and at most a bit for "
                                "each parity bit");
    }
    soft_senses = s.integer("soft_senses", soft_senses, {1, 64});          // assumption
    decode_pj_per_bit = s.energy_pj("decode_per_bit", decode_pj_per_bit);  // assumption
    seed = static_cast<std::uint64_t>(
        s.integer("seed", static_cast<std::int64_t>(seed), core::kNotNegative));
    s.finish();
}

/// Sums outward from the term after `t`, or takes the complement when the mean lies beyond `t`.
double binomial_tail(std::int64_t n, double p, std::int64_t t) {
    if (t >= n || p <= 0.0) {
        return 0.0;
    }
    if (t < 0 || p >= 1.0) {
        return 1.0;
    }
    const auto count = static_cast<double>(n);
    const double odds = p / (1.0 - p);
    const auto term = [&](double k) {
        return std::exp(std::lgamma(count + 1) - std::lgamma(k + 1) - std::lgamma(count - k + 1) +
                        k * std::log(p) + (count - k) * std::log1p(-p));
    };
    const auto sum = [&](double k, double step) {
        double total = 0.0;
        for (double x = term(k); k >= 0 && k <= count; k += step) {
            total += x;
            if (x < 1e-17 * total) {
                break;
            }
            x *= step > 0 ? odds * (count - k) / (k + 1) : k / (odds * (count - k + 1));
        }
        return std::min(total, 1.0);
    };
    return static_cast<double>(t) + 1 > count * p ? sum(static_cast<double>(t + 1), 1.0)
                                                  : 1.0 - sum(static_cast<double>(t), -1.0);
}

FlashEcc::FlashEcc(const FlashEccConfig& config, core::Bytes page_bytes)
    : config_(config), words_(page_bytes / config.codeword), random_(config.seed, "nand.ecc") {
    for (std::int64_t stage = 0; stage < config_.stages(); ++stage) {
        for (std::int64_t i = 0; i < kEntries; ++i) {
            const double octave =
                kFirstOctave + static_cast<double>(i) / static_cast<double>(kPerOctave);
            const double failure = exact_failure(stage, std::exp2(octave));
            log_failure_.push_back(failure > 0.0 ? std::log(failure) : 2.0 * kNegligible);
        }
    }
}

double FlashEcc::exact_failure(std::int64_t stage, double rber) const {
    const FlashEccConfig::Stage& effort = config_.effort(stage);
    const auto shifts = static_cast<double>(std::min(stage, config_.retries));
    const double left = rber * std::pow(config_.shift, shifts);
    const std::int64_t bits = 8 * (config_.codeword + config_.parity);
    const double word = binomial_tail(bits, left, effort.correctable);
    return word < 1.0 ? -std::expm1(static_cast<double>(words_) * std::log1p(-word)) : 1.0;
}

double FlashEcc::failure(std::int64_t stage, double rber) const {
    const double place =
        (std::log2(std::max(rber, kLeastRate)) - kFirstOctave) * static_cast<double>(kPerOctave);
    const auto low = std::clamp<std::int64_t>(static_cast<std::int64_t>(place), 0, kEntries - 2);
    const double part = std::clamp(place - static_cast<double>(low), 0.0, 1.0);
    const double* entry = &log_failure_[static_cast<std::size_t>(stage * kEntries + low)];
    const double log_failure = entry[0] + part * (entry[1] - entry[0]);
    return log_failure < kNegligible ? 0.0 : std::min(1.0, std::exp(log_failure));
}

}  // namespace strata::models
