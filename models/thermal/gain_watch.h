// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Watches the loop of leakage and heat from step to step: does it run away?
//
// The loop gain is the largest eigenvalue of A = diag(dP/dT)·H, H the steady temperature response
// of the blocks. A has no negative entry, so for any positive vector v the least ratio (Av)ᵢ/vᵢ is
// a lower bound of the gain and the greatest an upper one (Collatz–Wielandt). A lower bound of 1 is
// a proof that no stable state lies above the present temperatures. A power iteration sharpens v
// from check to check. Where H falls into parts that do not heat each other, the least ratio is
// taken over the blocks that matter in v, which is again a bound.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/shutdown.h"

namespace strata::models {

/// A block's leakage grows faster than the stack carries heat away.
class ThermalRunaway : public core::Shutdown {
   public:
    using core::Shutdown::Shutdown;
};

/// Throws ThermalRunaway: the block, what it leaks at its temperature, the gain.
[[noreturn]] void report_runaway(const std::string& block, double leakage_w, double celsius,
                                 double gain);

/// Throws ThermalRunaway when the block is above the limit, or its temperature is no number.
void check_runaway(const std::string& block, double celsius, double limit_c);

struct LoopGain {
    double low = 0.0, high = 0.0;  ///< bounds
    double ratio = 0.0;            ///< of the sums: the estimate
    std::size_t block = 0;         ///< with the largest increment
};

/// Bounds from a positive increment of the blocks' power and the one it caused; blocks with
/// `cause` 0 do not count.
LoopGain loop_gain(const std::vector<double>& cause, const std::vector<double>& effect);

class GainWatch {
   public:
    /// Steady rise of every block in K under the power of every block in W.
    using Response = std::function<std::vector<double>(const std::vector<double>& watts)>;

    /// The gain where leakage has these slopes (W/K); nothing while it is certainly below 1: the
    /// gain grows at most as the fastest slope does, so that a bound found once spares most checks.
    std::optional<LoopGain> check(const std::vector<double>& slopes, const Response& response);

   private:
    LoopGain iterate(const std::vector<double>& slopes, const Response& response);
    LoopGain confirm(const std::vector<double>& slopes, const Response& response) const;

    std::vector<double> direction_;
    std::vector<double> checked_slopes_;
    double bound_ = 0.0;  // at checked_slopes_
};

}  // namespace strata::models
