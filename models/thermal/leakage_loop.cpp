// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/leakage_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace strata::models {

LeakageLoop::LeakageLoop(const LeakageLaw& law, const std::vector<FloorplanBlock>& blocks)
    : law_(law) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        names_.push_back(blocks[i].name);
        nominal_.push_back(blocks[i].leakage_w);
        if (blocks[i].leakage_w > 0.0) {
            leaking_.push_back(i);
        }
    }
}

std::vector<double> LeakageLoop::watts(const std::vector<double>& celsius) const {
    std::vector<double> result(nominal_.size(), 0.0);
    for (const std::size_t i : leaking_) {
        result[i] = nominal_[i] * std::exp(law_.beta * (celsius[i] - law_.reference_c));
    }
    return result;
}

std::vector<double> LeakageLoop::slopes(const std::vector<double>& celsius) const {
    std::vector<double> result = watts(celsius);
    for (double& slope : result) {
        slope *= law_.beta;
    }
    return result;
}

LeakageLoop::Gain LeakageLoop::gain(const std::vector<double>& cause,
                                    const std::vector<double>& effect) const {
    Gain result;
    result.low = std::numeric_limits<double>::infinity();
    double causes = 0.0;
    double effects = 0.0;
    for (const std::size_t i : leaking_) {
        const double ratio = cause[i] > 0.0 ? effect[i] / cause[i] : 0.0;
        result.low = std::min(result.low, ratio);
        result.high = std::max(result.high, ratio);
        causes += cause[i];
        effects += effect[i];
        result.block = effect[i] > effect[result.block] ? i : result.block;
    }
    result.ratio = causes > 0.0 ? effects / causes : 0.0;
    return result;
}

void LeakageLoop::check_limit(const std::vector<double>& celsius) const {
    const auto hotter = [&](std::size_t a, std::size_t b) { return celsius[a] < celsius[b]; };
    const auto hottest = std::max_element(leaking_.begin(), leaking_.end(), hotter);
    // Written so that a temperature that is no number counts as too hot.
    if (hottest != leaking_.end() && !(celsius[*hottest] <= law_.limit_c)) {
        throw ThermalRunaway(
            fmt::format("thermal runaway: block '{}' is at {:.1f} C, above {:.1f} C",
                        names_[*hottest], celsius[*hottest], law_.limit_c));
    }
}

void LeakageLoop::report(const Gain& gain, const std::vector<double>& celsius) const {
    const double watts =
        nominal_[gain.block] * std::exp(law_.beta * (celsius[gain.block] - law_.reference_c));
    throw ThermalRunaway(fmt::format(
        "thermal runaway: block '{}' leaks {:.4g} W at {:.1f} C; the loop gain of leakage and heat "
        "is {}, and 1 or more has no stable temperature",
        names_[gain.block], watts, celsius[gain.block],
        gain.ratio < 100.0 ? fmt::format("{:.3f}", gain.ratio) : "above 100"));
}

}  // namespace strata::models
