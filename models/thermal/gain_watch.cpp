// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/gain_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace strata::models {

namespace {

constexpr int kIterations = 12;          // of a check, a steady solve each
constexpr double kSafeGain = 0.5;        // a bound below this need not be sharpened
constexpr double kLeastShare = 1e-12;    // keeps every leaking block in the direction
constexpr double kMatteringShare = 0.1;  // of the largest entry

}  // namespace

void report_runaway(const std::string& block, double leakage_w, double celsius, double gain) {
    throw ThermalRunaway(fmt::format(
        "thermal runaway: block '{}' leaks {:.4g} W at {:.1f} C; the loop gain of leakage and heat "
        "is {}, and 1 or more has no stable temperature",
        block, leakage_w, celsius, gain < 100.0 ? fmt::format("{:.3f}", gain) : "above 100"));
}

void check_runaway(const std::string& block, double celsius, double limit_c) {
    // Written so that a temperature that is no number counts as too hot.
    if (!(celsius <= limit_c)) {
        throw ThermalRunaway(fmt::format(
            "thermal runaway: block '{}' is at {:.1f} C, above {:.1f} C", block, celsius, limit_c));
    }
}

LoopGain loop_gain(const std::vector<double>& cause, const std::vector<double>& effect) {
    LoopGain result;
    double least = std::numeric_limits<double>::infinity();
    double causes = 0.0;
    double effects = 0.0;
    for (std::size_t i = 0; i < cause.size(); ++i) {
        if (cause[i] > 0.0) {
            const double ratio = effect[i] / cause[i];
            least = std::min(least, ratio);
            result.high = std::max(result.high, ratio);
            causes += cause[i];
            effects += effect[i];
            result.block = effect[i] > effect[result.block] ? i : result.block;
        } else if (cause[i] < 0.0) {
            least = 0.0;
        }
    }
    result.low = causes > 0.0 ? least : 0.0;
    result.ratio = causes > 0.0 ? effects / causes : 0.0;
    return result;
}

std::optional<LoopGain> GainWatch::check(const std::vector<double>& slopes,
                                         const Response& response) {
    double growth = checked_slopes_.empty() ? std::numeric_limits<double>::infinity() : 0.0;
    for (std::size_t i = 0; i < checked_slopes_.size(); ++i) {
        if (slopes[i] > 0.0) {
            growth = checked_slopes_[i] > 0.0 ? std::max(growth, slopes[i] / checked_slopes_[i])
                                              : std::numeric_limits<double>::infinity();
        }
    }
    const bool leaks = std::any_of(slopes.begin(), slopes.end(), [](double s) { return s > 0.0; });
    if (!leaks || (growth > 0.0 && bound_ * growth < 1.0)) {
        return std::nullopt;
    }
    LoopGain gain = iterate(slopes, response);
    if (gain.low < 1.0 && gain.high >= 1.0) {
        const LoopGain part = confirm(slopes, response);
        gain = {part.low, gain.high, part.low >= 1.0 ? part.ratio : gain.ratio, part.block};
    }
    checked_slopes_ = slopes;
    bound_ = gain.high;
    return gain;
}

LoopGain GainWatch::iterate(const std::vector<double>& slopes, const Response& response) {
    if (direction_.size() != slopes.size()) {
        direction_ = slopes;
    }
    LoopGain gain;
    for (int i = 0; i < kIterations; ++i) {
        for (std::size_t b = 0; b < slopes.size(); ++b) {
            direction_[b] = slopes[b] > 0.0 ? std::max(direction_[b], kLeastShare) : 0.0;
        }
        std::vector<double> next = response(direction_);
        for (std::size_t b = 0; b < next.size(); ++b) {
            next[b] *= slopes[b];
        }
        gain = loop_gain(direction_, next);
        const double scale = std::accumulate(next.begin(), next.end(), 0.0);
        for (double& value : next) {
            value /= scale;
        }
        direction_ = std::move(next);
        if (gain.low >= 1.0 || gain.high < kSafeGain) {
            break;
        }
    }
    return gain;
}

/// The blocks that matter in the direction, alone: what they do to each other bounds the gain.
LoopGain GainWatch::confirm(const std::vector<double>& slopes, const Response& response) const {
    std::vector<double> part = direction_;
    const double least = kMatteringShare * *std::max_element(part.begin(), part.end());
    for (double& value : part) {
        value = value < least ? 0.0 : value;
    }
    std::vector<double> effect = response(part);
    for (std::size_t b = 0; b < effect.size(); ++b) {
        effect[b] *= slopes[b];
    }
    return loop_gain(part, effect);
}

}  // namespace strata::models
