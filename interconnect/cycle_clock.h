// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whole cycles of one clock ↔ picoseconds, exact and without wide divisions. `time(n)` equals
// core::Frequency::cycles(n); the way back is exact for every clock edge, so a time may be kept in
// either form and no rounding adds up.

#include <cstdint>
#include <numeric>

#include "core/units.h"

namespace strata::interconnect {

using Cycle = std::int64_t;

class CycleClock {
   public:
    explicit CycleClock(core::Frequency frequency)
        : frequency_(frequency),
          numerator_(core::kSecond / std::gcd(core::kSecond, frequency.hz)),
          denominator_(frequency.hz / std::gcd(core::kSecond, frequency.hz)) {}

    core::Frequency frequency() const { return frequency_; }

    /// Time of the rising edge `n` ≥ 0, rounded to the nearest ps.
    core::Ps time(Cycle n) const {
        if (denominator_ == 1) {
            return n * numerator_;
        }
        if (n <= (INT64_MAX - denominator_) / 2 / numerator_) {
            return (2 * n * numerator_ + denominator_) / (2 * denominator_);
        }
        return frequency_.cycles(n);
    }

    /// The first edge at or after `t` ≥ 0.
    Cycle at_or_after(core::Ps t) const {
        if (denominator_ == 1) {
            return (t + numerator_ - 1) / numerator_;
        }
        Cycle n =
            t <= INT64_MAX / denominator_
                ? t * denominator_ / numerator_
                : static_cast<Cycle>(static_cast<core::Int128>(t) * denominator_ / numerator_);
        while (n > 0 && time(n - 1) >= t) {
            --n;
        }
        while (time(n) < t) {
            ++n;
        }
        return n;
    }

   private:
    core::Frequency frequency_;
    std::int64_t numerator_;  // period = numerator / denominator ps, in lowest terms
    std::int64_t denominator_;
};

}  // namespace strata::interconnect
