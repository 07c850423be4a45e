// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Leakage that follows temperature, and when that feeds itself: thermal runaway.
//
// The loop gain is the largest eigenvalue of A = diag(dP/dT)·H, H the steady temperature response
// of the blocks. A has no negative entry, so for any positive vector v the least ratio (Av)ᵢ/vᵢ is
// a lower bound of the gain and the greatest an upper one (Collatz–Wielandt). A lower bound of 1 is
// a proof that no stable state lies above the present temperatures.

#include <cstddef>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "models/thermal/stack_config.h"

namespace strata::models {

/// A block's leakage grows faster than the stack carries heat away.
class ThermalRunaway : public core::ModelError {
   public:
    using core::ModelError::ModelError;
};

class LeakageLoop {
   public:
    LeakageLoop(const LeakageLaw& law, const std::vector<FloorplanBlock>& blocks);

    bool is_open() const { return leaking_.empty(); }  ///< no block leaks
    /// Leakage of every block in W at its temperature in °C.
    std::vector<double> watts(const std::vector<double>& celsius) const;
    /// dP/dT in W/K.
    std::vector<double> slopes(const std::vector<double>& celsius) const;

    /// Bounds of the gain from an increment of the blocks' power and the one it caused.
    struct Gain {
        double low = 0.0, high = 0.0;
        double ratio = 0.0;     ///< of the sums: the estimate
        std::size_t block = 0;  ///< with the largest increment
    };
    Gain gain(const std::vector<double>& cause, const std::vector<double>& effect) const;

    /// Throws ThermalRunaway for the hottest leaking block above the limit, if any.
    void check_limit(const std::vector<double>& celsius) const;
    [[noreturn]] void report(const Gain& gain, const std::vector<double>& celsius) const;

   private:
    LeakageLaw law_;
    std::vector<std::string> names_;
    std::vector<double> nominal_;
    std::vector<std::size_t> leaking_;
};

}  // namespace strata::models
