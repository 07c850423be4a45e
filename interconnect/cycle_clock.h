// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whole cycles of one clock ↔ picoseconds, exact and without wide divisions. At a constant
// frequency `time(n)` equals core::Frequency::cycles(n); the way back is exact for every clock
// edge, so a time may be kept in either form and no rounding adds up.
//
// The frequency may change while the clock runs: the cycle in progress ends when it would have
// ended, the ones after it have the new length. Cycles keep their numbers, so what is due at a
// cycle follows the clock; times in the past stay what they were.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/units.h"

namespace strata::interconnect {

using Cycle = std::int64_t;

class CycleClock {
   public:
    explicit CycleClock(core::Frequency frequency) : now_(frequency, 0, 0) {}

    core::Frequency frequency() const { return now_.frequency; }

    /// Time of the rising edge `n` ≥ 0, rounded to the nearest ps.
    core::Ps time(Cycle n) const {
        return n >= now_.first ? now_.time(n)
                               : before(n, [](const Segment& s) { return s.first; }).time(n);
    }

    /// The first edge at or after `t` ≥ 0.
    Cycle at_or_after(core::Ps t) const {
        return t >= now_.begin ? now_.at_or_after(t)
                               : before(t, [](const Segment& s) { return s.begin; }).at_or_after(t);
    }

    /// How long `n` ≥ 0 cycles take at the present frequency.
    core::Ps span(Cycle n) const { return now_.span(n); }

    /// When the present frequency began to hold.
    core::Ps since() const { return now_.begin; }

    /// From the first edge at or after `now` on; `now` never goes back.
    void change(core::Ps now, core::Frequency frequency) {
        const Cycle edge = std::max(at_or_after(now), now_.first);
        const Segment next(frequency, edge, time(edge));
        if (edge > now_.first) {
            past_.push_back(now_);
        }
        now_ = next;
    }

   private:
    /// Cycles of one frequency, from an edge on.
    struct Segment {
        Segment(core::Frequency f, Cycle first_cycle, core::Ps first_time)
            : frequency(f),
              numerator(core::kSecond / std::gcd(core::kSecond, f.hz)),
              denominator(f.hz / std::gcd(core::kSecond, f.hz)),
              first(first_cycle),
              begin(first_time) {}

        core::Ps time(Cycle n) const { return begin + span(n - first); }

        core::Ps span(Cycle n) const {
            if (denominator == 1) {
                return n * numerator;
            }
            if (n <= (INT64_MAX - denominator) / 2 / numerator) {
                return (2 * n * numerator + denominator) / (2 * denominator);
            }
            return frequency.cycles(n);
        }

        Cycle at_or_after(core::Ps t) const {
            const core::Ps d = t - begin;
            if (denominator == 1) {
                return first + (d + numerator - 1) / numerator;
            }
            Cycle n =
                d <= INT64_MAX / denominator
                    ? d * denominator / numerator
                    : static_cast<Cycle>(static_cast<core::Int128>(d) * denominator / numerator);
            while (n > 0 && span(n - 1) >= d) {
                --n;
            }
            while (span(n) < d) {
                ++n;
            }
            return first + n;
        }

        core::Frequency frequency;
        std::int64_t numerator;  // period = numerator / denominator ps, in lowest terms
        std::int64_t denominator;
        Cycle first;
        core::Ps begin;  // of cycle `first`
    };

    /// The last segment that begins at or before `point`, a past one.
    template <typename Begin>
    const Segment& before(std::int64_t point, Begin begin) const {
        const Segment* found = &now_;
        for (std::size_t i = past_.size(); i-- > 0 && begin(*found) > point;) {
            found = &past_[i];
        }
        return *found;
    }

    Segment now_;
    std::vector<Segment> past_;  // in order of time; the first one begins at 0
};

}  // namespace strata::interconnect
