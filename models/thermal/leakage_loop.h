// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Leakage of the blocks of a stack, which follows their temperatures.

#include <cstddef>
#include <string>
#include <vector>

#include "models/thermal/gain_watch.h"
#include "models/thermal/stack_config.h"

namespace strata::models {

class LeakageLoop {
   public:
    LeakageLoop(const LeakageLaw& law, const std::vector<FloorplanBlock>& blocks);

    bool is_open() const { return leaking_.empty(); }  ///< no block leaks
    /// Leakage of every block in W at its temperature in °C.
    std::vector<double> watts(const std::vector<double>& celsius) const;
    /// dP/dT in W/K.
    std::vector<double> slopes(const std::vector<double>& celsius) const;

    /// Throws ThermalRunaway for the hottest leaking block above the limit, if any.
    void check_limit(const std::vector<double>& celsius) const;
    [[noreturn]] void report(const LoopGain& gain, const std::vector<double>& celsius) const;

   private:
    LeakageLaw law_;
    std::vector<std::string> names_;
    std::vector<double> nominal_;
    std::vector<std::size_t> leaking_;
};

}  // namespace strata::models
