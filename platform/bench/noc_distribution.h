// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Times of a NoC bench run and their order statistics.
// Units: values in ps, a summary in periods of `period` ps.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/units.h"

namespace strata::platform {

struct LatencySummary {
    double mean = 0.0;
    double p50 = 0.0;
    double p99 = 0.0;
    double max = 0.0;
};

/// Collects values and yields their order statistics.
class Distribution {
   public:
    void add(core::Ps value) {
        values_.push_back(value);
        sum_ += value;
    }
    std::size_t size() const { return values_.size(); }
    double mean() const {
        return values_.empty() ? 0.0
                               : static_cast<double>(sum_) / static_cast<double>(values_.size());
    }
    LatencySummary summary(double period) {
        if (values_.empty()) {
            return {};
        }
        const auto at = [&](double share) {
            const auto last = static_cast<double>(values_.size() - 1);
            const auto place = values_.begin() + static_cast<std::ptrdiff_t>(share * last + 0.5);
            std::nth_element(values_.begin(), place, values_.end());
            return static_cast<double>(*place) / period;
        };
        return {mean() / period, at(0.5), at(0.99), at(1.0)};
    }

   private:
    std::vector<core::Ps> values_;
    core::Ps sum_ = 0;
};

}  // namespace strata::platform
