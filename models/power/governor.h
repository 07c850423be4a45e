// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Governors: what the level of a voltage/frequency domain is in the next window. One per domain, as
// some of them remember. Level 0 is the fastest.
//
//   none   the fastest, always
//   step   one level down above the trip, one up below trip − hysteresis
//   trips  the level is the number of trip points reached; down at once, up one level after the
//          temperature stayed below the last trip − hysteresis for some windows
//   pid    proportional–integral–derivative control of the temperature to the trip, rounded to
//          levels; the integral stops at the ends
//   cap    the fastest level whose predicted power, P ∝ f·V², keeps below the cap

#include <cstddef>
#include <memory>
#include <vector>

#include "models/power/dvfs.h"

namespace strata::models {

/// A domain over the last window.
struct DomainState {
    double hottest_c = 0.0;
    double power_w = 0.0;  ///< mean
    double seconds = 0.0;  ///< length of the window
};

class DomainGovernor {
   public:
    virtual ~DomainGovernor() = default;
    virtual std::size_t next_level(std::size_t level, const DomainState& state) = 0;
};

/// By `config.governor`; `config` outlives the governor.
std::unique_ptr<DomainGovernor> make_governor(const DomainConfig& config);

/// A domain's part in the power of the package.
struct DomainDemand {
    const DomainConfig* config;
    std::size_t level;   ///< of the last window
    std::size_t wanted;  ///< by its own governor
    double power_w;      ///< mean of the last window
};

/// A cap on the whole package: no domain may be faster than a common level, the fastest at which
/// `other_w` and the predicted power of all domains keep below `cap_w`. Returns a level for each.
std::vector<std::size_t> levels_under_cap(double cap_w, double other_w,
                                          const std::vector<DomainDemand>& domains);

/// Dynamic power at `to` relative to `from`, of a domain that stays as busy: f·V².
double dynamic_power_ratio(const DomainConfig& config, std::size_t from, std::size_t to);

}  // namespace strata::models
