// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// When a link is busy: disjoint intervals in time order. A reservation takes the earliest gap that
// is long enough, so that a packet which holds the link far in the future (the tail of one that
// comes from a slower link) does not waste the time before it.

#include <cstddef>
#include <vector>

#include "interconnect/cycle_clock.h"

namespace strata::interconnect {

class LinkCalendar {
   public:
    struct Reservation {
        Cycle start = 0;
        bool joins_next = false;  ///< another reservation begins where this one ends
    };

    /// Reserves `length` > 0 consecutive cycles from the first gap at or after `earliest`. What
    /// ended by `now` ≤ `earliest` is forgotten: no later call may ask for earlier cycles.
    Reservation reserve(Cycle earliest, Cycle length, Cycle now) {
        forget(now);
        if (first_ == busy_.size()) {
            busy_.clear();
            first_ = 0;
            busy_.push_back({earliest, earliest + length});
            return {earliest, false};
        }
        if (earliest >= busy_.back().end) {
            append(earliest, length);
            return {earliest, false};
        }
        return reserve_gap(earliest, length);
    }

    /// When the last reservation ends.
    Cycle busy_until() const { return first_ == busy_.size() ? 0 : busy_.back().end; }

    /// Intervals kept, for tests.
    std::size_t intervals() const { return busy_.size() - first_; }

   private:
    struct Interval {
        Cycle start;
        Cycle end;
    };
    void forget(Cycle now) {
        while (first_ < busy_.size() && busy_[first_].end <= now) {
            ++first_;
        }
    }
    void append(Cycle start, Cycle length) {
        if (start == busy_.back().end) {
            busy_.back().end += length;
        } else {
            compact();
            busy_.push_back({start, start + length});
        }
    }
    void compact();
    Reservation reserve_gap(Cycle earliest, Cycle length);

    std::vector<Interval> busy_;  // from first_ on; neighbours do not touch
    std::size_t first_ = 0;
};

}  // namespace strata::interconnect
