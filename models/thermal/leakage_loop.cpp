// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/leakage_loop.h"

#include <algorithm>
#include <cmath>

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

void LeakageLoop::check_limit(const std::vector<double>& celsius) const {
    const auto hotter = [&](std::size_t a, std::size_t b) { return celsius[a] < celsius[b]; };
    const auto hottest = std::max_element(leaking_.begin(), leaking_.end(), hotter);
    if (hottest != leaking_.end()) {
        check_runaway(names_[*hottest], celsius[*hottest], law_.limit_c);
    }
}

void LeakageLoop::report(const LoopGain& gain, const std::vector<double>& celsius) const {
    const double watts =
        nominal_[gain.block] * std::exp(law_.beta * (celsius[gain.block] - law_.reference_c));
    report_runaway(names_[gain.block], watts, celsius[gain.block], gain.ratio);
}

}  // namespace strata::models
