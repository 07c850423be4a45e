// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The packet network's events in the order (time, link, sequence). Packets of a fast link may reach
// a slower router in the same cycle; the sequence keeps them in the order in which they were sent.
//
// A bucket wheel: a bucket covers about one cycle and is sorted when it becomes the first one. What
// lies beyond the wheel waits in a heap. Emptied buckets hand on their memory, so that the few that
// are occupied stay in the cache.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/units.h"

namespace strata::interconnect {

/// A packet's head (on an ejection link: its tail) reaches the end of a link.
struct PacketEvent {
    core::Ps time = 0;
    std::uint64_t sequence = 0;  ///< set by the queue
    std::uint32_t link = 0;
    std::uint32_t packet = 0;

    friend bool operator>(const PacketEvent& a, const PacketEvent& b) {
        if (a.time != b.time) return a.time > b.time;
        // Without a branch, as sorting would mostly mispredict it.
        return a.place() > b.place();
    }

   private:
    core::Int128 place() const { return static_cast<core::Int128>(link) << 64 | sequence; }
};

class EventQueue {
   public:
    /// `period`: typical distance of events in ps, such as a clock period.
    explicit EventQueue(core::Ps period) {
        while (period >> (shift_ + 1) != 0) {
            ++shift_;
        }
    }

    bool empty() const { return size_ == 0; }
    /// The queue is not empty.
    const PacketEvent& top() const {
        return first_ == kNone ? beyond_.front() : bucket(first_).back();
    }

    /// The one after it if that is known already, else the same.
    const PacketEvent& second() const {
        if (first_ == kNone) {
            return beyond_.front();
        }
        const std::vector<PacketEvent>& events = bucket(first_);
        return events[events.size() - (events.size() > 1 ? 2 : 1)];
    }

    /// `event` is not earlier than the last one popped.
    void push(PacketEvent event) {
        event.sequence = next_sequence_++;
        const std::int64_t number = event.time >> shift_;
        ++size_;
        if (number >= base_ + kBuckets) {
            beyond_.push_back(event);
            std::push_heap(beyond_.begin(), beyond_.end(), Later{});
            return;
        }
        insert(event, number);
    }

    void pop() {
        --size_;
        if (first_ == kNone) {
            base_ = beyond_.front().time >> shift_;
            pop_beyond();
            find_first();
            return;
        }
        std::vector<PacketEvent>& events = bucket(first_);
        base_ = first_;
        events.pop_back();
        if (events.empty()) {
            mark(first_, false);
            spare_.push_back(std::move(events));
            find_first();
        }
    }

   private:
    static constexpr std::int64_t kBuckets = 1024;
    static constexpr std::size_t kWords = kBuckets / 64;

    struct Later {
        bool operator()(const PacketEvent& a, const PacketEvent& b) const { return a > b; }
    };

    static std::size_t slot(std::int64_t number) {
        return static_cast<std::size_t>(number & (kBuckets - 1));
    }
    std::vector<PacketEvent>& bucket(std::int64_t number) { return buckets_[slot(number)]; }
    const std::vector<PacketEvent>& bucket(std::int64_t number) const {
        return buckets_[slot(number)];
    }
    void mark(std::int64_t number, bool occupied) {
        const std::uint64_t bit = std::uint64_t{1} << (slot(number) & 63);
        std::uint64_t& word = occupied_[slot(number) / 64];
        word = occupied ? word | bit : word & ~bit;
    }

    void insert(const PacketEvent& event, std::int64_t number) {
        std::vector<PacketEvent>& events = bucket(number);
        if (number == first_) {  // latest first, so that the next one is popped from the back
            events.insert(std::upper_bound(events.begin(), events.end(), event, Later{}), event);
            return;
        }
        add(event, number);
        if (number < first_) {
            first_ = number;
        }
    }

    /// To a bucket that is not sorted yet.
    void add(const PacketEvent& event, std::int64_t number) {
        std::vector<PacketEvent>& events = bucket(number);
        if (events.empty()) {
            mark(number, true);
            if (!spare_.empty()) {
                events = std::move(spare_.back());
                spare_.pop_back();
            }
        }
        events.push_back(event);
    }

    /// Moves into the wheel what it covers now; the first occupied bucket becomes first_, sorted.
    void find_first() {
        while (!beyond_.empty() && beyond_.front().time >> shift_ < base_ + kBuckets) {
            const std::int64_t number = beyond_.front().time >> shift_;
            add(beyond_.front(), number);
            pop_beyond();
        }
        if (beyond_.size() == static_cast<std::size_t>(size_)) {
            first_ = kNone;
            return;
        }
        first_ = next_occupied();
        std::vector<PacketEvent>& events = bucket(first_);
        if (events.size() > 1) {
            std::sort(events.begin(), events.end(), Later{});
        }
    }

    void pop_beyond() {
        std::pop_heap(beyond_.begin(), beyond_.end(), Later{});
        beyond_.pop_back();
    }

    /// Number of the first occupied bucket from base_ on; there is one.
    std::int64_t next_occupied() const {
        const std::size_t from = slot(base_);
        std::size_t word = from / 64;
        std::uint64_t bits = occupied_[word] >> (from & 63) << (from & 63);
        while (bits == 0) {
            word = (word + 1) % kWords;
            bits = occupied_[word];
        }
        const std::size_t found = word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
        return base_ + static_cast<std::int64_t>((found - from) & (kBuckets - 1));
    }

    static constexpr std::int64_t kNone = INT64_MAX;
    std::array<std::vector<PacketEvent>, kBuckets> buckets_;
    std::array<std::uint64_t, kWords> occupied_{};
    std::vector<std::vector<PacketEvent>> spare_;  // empty ones, the last used at the back
    std::vector<PacketEvent> beyond_;              // heap
    int shift_ = 0;                                // log2 of a bucket's width in ps
    std::int64_t base_ = 0;                        // bucket of the last event popped
    std::int64_t first_ = kNone;  // first occupied bucket, sorted; kNone: wheel empty
    std::int64_t size_ = 0;
    std::uint64_t next_sequence_ = 0;
};

}  // namespace strata::interconnect
