// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The packet network's events in the order (time, link), those alike in the order of their pushes:
// packets of a fast link may reach a slower router in the same cycle.
//
// A ring of buckets, each about a cycle wide, long enough for the links between dies. A bucket is
// sorted (event_sorter.h) when it becomes the first one. What lies beyond the ring waits in a heap.
// Emptied buckets hand on their memory, so that the few that are occupied stay in the cache.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "core/units.h"
#include "interconnect/event_sorter.h"

namespace strata::interconnect {

class EventQueue {
   public:
    /// `period`: typical distance of events in ps, such as a clock period; links are 0 to
    /// `links` - 1.
    EventQueue(core::Ps period, std::size_t links) : sorter_(links) {
        while (period >> (shift_ + 1) != 0) {
            ++shift_;
        }
    }

    bool empty() const { return taken_ == first_.size(); }
    /// The queue is not empty.
    const PacketEvent& top() const { return first_[taken_]; }

    /// The one after it if it is in the same bucket, else the same.
    const PacketEvent& second() const { return first_[std::min(taken_ + 1, first_.size() - 1)]; }

    /// `event` is not earlier than the last one popped.
    void push(const PacketEvent& event) {
        const std::int64_t number = event.time >> shift_;
        if (number > first_number_) {
            store(event, number);
        } else if (number == first_number_) {
            const auto begin = first_.begin() + static_cast<std::ptrdiff_t>(taken_);
            first_.insert(
                std::upper_bound(begin, first_.end(), event,
                                 [](const auto& a, const auto& b) { return earlier(a, b); }),
                event);
        } else {
            begin_with(event, number);
        }
    }

    void pop() {
        if (++taken_ == first_.size()) {
            find_first();
        }
    }

   private:
    static constexpr std::int64_t kBuckets = 512;
    static constexpr std::size_t kWords = kBuckets / 64;
    static constexpr std::int64_t kNone = INT64_MAX;

    struct Beyond {
        PacketEvent event;
        std::uint64_t sequence;
        friend bool operator>(const Beyond& a, const Beyond& b) {
            return a.event.time != b.event.time ? a.event.time > b.event.time
                                                : a.sequence > b.sequence;
        }
    };

    static std::size_t slot(std::int64_t number) {
        return static_cast<std::size_t>(number & (kBuckets - 1));
    }

    /// To a later bucket than the first one.
    void store(const PacketEvent& event, std::int64_t number) {
        if (number >= base_ + kBuckets) {
            beyond_.push_back({event, sequence_++});
            std::push_heap(beyond_.begin(), beyond_.end(), std::greater<>());
            return;
        }
        std::vector<PacketEvent>& events = buckets_[slot(number)];
        if (events.empty() && !spare_.empty()) {
            events = std::move(spare_.back());
            spare_.pop_back();
        }
        if (events.empty()) {
            flip(number);
        }
        events.push_back(event);
        ++in_ring_;
    }

    /// It is earlier than the first bucket, or the queue is empty.
    void begin_with(const PacketEvent& event, std::int64_t number) {
        for (; taken_ < first_.size(); ++taken_) {
            store(first_[taken_], first_number_);
        }
        first_.assign(1, event);
        taken_ = 0;
        first_number_ = number;
    }

    /// After the last event of the first bucket: the next one, and into the ring what it covers.
    void find_first() {
        base_ = first_number_;
        while (!beyond_.empty() && number_beyond() < base_ + kBuckets) {
            const PacketEvent event = take_beyond();
            store(event, event.time >> shift_);
        }
        taken_ = 0;
        first_.clear();
        first_number_ = kNone;
        if (in_ring_ > 0) {
            first_number_ = next_occupied();
            spare_.push_back(std::move(first_));
            first_ = std::move(buckets_[slot(first_number_)]);
            in_ring_ -= first_.size();
            flip(first_number_);
        } else if (!beyond_.empty()) {
            first_number_ = number_beyond();
            while (!beyond_.empty() && number_beyond() == first_number_) {
                first_.push_back(take_beyond());
            }
        }
        sorter_.sort(first_);
    }

    std::int64_t number_beyond() const { return beyond_.front().event.time >> shift_; }
    PacketEvent take_beyond() {
        const PacketEvent event = beyond_.front().event;
        std::pop_heap(beyond_.begin(), beyond_.end(), std::greater<>());
        beyond_.pop_back();
        return event;
    }

    /// Whether a bucket is occupied has changed.
    void flip(std::int64_t number) {
        occupied_[slot(number) / 64] ^= std::uint64_t{1} << (slot(number) % 64);
    }

    /// Number of the first occupied bucket from base_ on; there is one.
    std::int64_t next_occupied() const {
        const std::size_t from = slot(base_);
        std::size_t word = from / 64;
        std::uint64_t bits = occupied_[word] >> (from % 64) << (from % 64);
        while (bits == 0) {
            word = (word + 1) % kWords;
            bits = occupied_[word];
        }
        const std::size_t found = word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
        return base_ + static_cast<std::int64_t>((found - from) & (kBuckets - 1));
    }

    std::vector<PacketEvent> first_;  // bucket, sorted
    std::size_t taken_ = 0;           // of it
    std::int64_t first_number_ = kNone;
    std::int64_t base_ = 0;  // no event is in an earlier bucket
    std::array<std::vector<PacketEvent>, kBuckets> buckets_;
    std::array<std::uint64_t, kWords> occupied_{};  // a bit per slot
    std::size_t in_ring_ = 0;                       // events in buckets_
    std::vector<std::vector<PacketEvent>> spare_;   // empty ones, the last used at the back
    std::vector<Beyond> beyond_;                    // heap
    std::uint64_t sequence_ = 0;
    EventSorter sorter_;
    int shift_ = 0;  // log2 of a bucket's width in ps
};

}  // namespace strata::interconnect
