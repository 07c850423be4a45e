// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Events by cycle: a ring of 64 buckets for the near future, a heap beyond. Events of one cycle
// come in the order of their pushes. No allocation once the buckets have seen their peaks.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "interconnect/cycle_clock.h"

namespace strata::interconnect {

constexpr Cycle kNoCycle = std::numeric_limits<Cycle>::max();

template <typename Event>
class CycleWheel {
   public:
    /// `cycle` is later than the last one taken.
    void push(Cycle cycle, const Event& event) {
        if (cycle - base_ < kBuckets) {
            buckets_[slot(cycle)].push_back(event);
            occupied_ |= std::uint64_t{1} << slot(cycle);
        } else {
            beyond_.push_back({cycle, sequence_++, event});
            std::push_heap(beyond_.begin(), beyond_.end(), std::greater<>());
        }
    }

    /// Cycle of the first event; kNoCycle when there is none.
    Cycle next() const {
        if (occupied_ != 0) {
            const auto shift = static_cast<unsigned>(slot(base_));
            const std::uint64_t ahead =
                shift == 0 ? occupied_ : occupied_ >> shift | occupied_ << (64 - shift);
            return base_ + __builtin_ctzll(ahead);
        }
        return beyond_.empty() ? kNoCycle : beyond_.front().cycle;
    }

    /// Hands out the events of `cycle`, not later than next(); the list is valid until the next
    /// call. To be called for every cycle that is evaluated, so that the ring keeps up.
    const std::vector<Event>& take(Cycle cycle) {
        taken_.clear();
        base_ = cycle;
        fetch_beyond();
        taken_.swap(buckets_[slot(cycle)]);
        occupied_ &= ~(std::uint64_t{1} << slot(cycle));
        base_ = cycle + 1;
        fetch_beyond();
        return taken_;
    }

   private:
    static constexpr Cycle kBuckets = 64;
    static std::size_t slot(Cycle cycle) { return static_cast<std::size_t>(cycle & 63); }

    /// Moves into the ring what it covers now, before anything is pushed there for the same cycle.
    void fetch_beyond() {
        while (!beyond_.empty() && beyond_.front().cycle - base_ < kBuckets) {
            const Cycle due = beyond_.front().cycle;
            buckets_[slot(due)].push_back(beyond_.front().event);
            occupied_ |= std::uint64_t{1} << slot(due);
            std::pop_heap(beyond_.begin(), beyond_.end(), std::greater<>());
            beyond_.pop_back();
        }
    }

    struct Beyond {
        Cycle cycle;
        std::uint64_t sequence;
        Event event;
        friend bool operator>(const Beyond& a, const Beyond& b) {
            return a.cycle != b.cycle ? a.cycle > b.cycle : a.sequence > b.sequence;
        }
    };

    std::array<std::vector<Event>, 64> buckets_;
    std::vector<Event> taken_;
    std::vector<Beyond> beyond_;  // heap
    std::uint64_t occupied_ = 0;  // by bucket
    std::uint64_t sequence_ = 0;
    Cycle base_ = 0;  // first cycle that may still come
};

/// Calls `visit` with the number of every bit that is set, lowest first.
template <typename Visit>
void for_each_bit(std::uint64_t bits, Visit visit) {
    for (; bits != 0; bits &= bits - 1) {
        visit(static_cast<std::int32_t>(__builtin_ctzll(bits)));
    }
}

/// A set of small numbers, walked in order. Walking costs a word per 64 possible members.
class ActiveSet {
   public:
    explicit ActiveSet(std::size_t size) : words_((size + 63) / 64) {}

    void insert(std::int32_t i) {
        words_[static_cast<std::size_t>(i) >> 6] |= std::uint64_t{1} << (i & 63);
    }
    void erase(std::int32_t i) {
        words_[static_cast<std::size_t>(i) >> 6] &= ~(std::uint64_t{1} << (i & 63));
    }
    bool empty() const {
        return std::all_of(words_.begin(), words_.end(), [](std::uint64_t w) { return w == 0; });
    }
    /// `visit` may erase the member it is called with; what it inserts may come or not.
    template <typename Visit>
    void for_each(Visit visit) const {
        for (std::size_t w = 0; w < words_.size(); ++w) {
            for_each_bit(words_[w],
                         [&](std::int32_t bit) { visit(static_cast<std::int32_t>(w * 64) + bit); });
        }
    }

   private:
    std::vector<std::uint64_t> words_;
};

}  // namespace strata::interconnect
