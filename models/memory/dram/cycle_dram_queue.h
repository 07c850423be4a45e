// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The read and the write queue of a pseudo channel. Bursts hang in a list per bank and direction,
// apart for the bank's open row ("hits") and for other rows ("others"), so that the scheduler finds
// the next one of each without a search; masks tell which banks have any. Every list is in order
// of service: higher priority class first, then age.

#include <array>
#include <cstdint>
#include <vector>

#include "models/memory/dram/cycle_dram_timing.h"

namespace strata::models {

constexpr int kDramClassShift = 56;  ///< DramBurst::order = inverted class, age

struct DramBurst {
    std::uint64_t order = 0;      ///< smaller first
    DramTicks arrival = 0;        ///< in this queue
    DramTicks first_command = 0;  ///< of the row command it caused; 0: none
    DramTicks refresh_mark = 0;   ///< refresh time of the SID at arrival, for the breakdown
    std::int32_t row = 0;
    std::int32_t column = 0;
    std::int32_t request = 0;
    std::uint8_t bank = 0;
    std::uint8_t dir = 0;
    bool hit = false;        ///< in the list of hits
    bool activated = false;  ///< a row was opened for it …
    bool displaced = false;  ///< … after another had been closed for it
    bool merged = false;     ///< read for a partial write, which takes its place
    // Links: in the bank's list and in the list by age.
    std::int32_t next = -1;
    std::int32_t prev = -1;
    std::int32_t younger = -1;
    std::int32_t older = -1;
};

class DramBurstQueue {
   public:
    static constexpr std::int32_t kNone = -1;

    DramBurstQueue(std::int32_t banks, std::int32_t read_capacity, std::int32_t write_capacity);

    bool full(std::size_t dir) const { return count_[dir] + reserved_[dir] == capacity_[dir]; }
    /// Keeps a place free, or gives it up again.
    void reserve(std::size_t dir) { ++reserved_[dir]; }
    void release(std::size_t dir) { --reserved_[dir]; }
    std::int32_t count(std::size_t dir) const { return count_[dir]; }
    std::int32_t size() const { return count_[kDramRead] + count_[kDramWrite]; }
    DramBankMask hits(std::size_t dir) const { return hits_[dir]; }
    DramBankMask others(std::size_t dir) const { return others_[dir]; }
    /// Banks with any burst.
    DramBankMask busy() const { return hits_[0] | hits_[1] | others_[0] | others_[1]; }
    std::int32_t bursts_of(std::int32_t bank) const { return of(bank).bursts; }

    std::int32_t first_hit(std::int32_t bank, std::size_t dir) const {
        return of(bank).hits[dir].head;
    }
    std::int32_t first_other(std::int32_t bank, std::size_t dir) const {
        return of(bank).others[dir].head;
    }
    std::int32_t oldest() const { return oldest_; }
    /// The largest number for kNone.
    std::uint64_t order_of(std::int32_t i) const {
        return i == kNone ? UINT64_MAX : (*this)[i].order;
    }
    const DramBurst& operator[](std::int32_t i) const { return pool_[static_cast<std::size_t>(i)]; }
    DramBurst& operator[](std::int32_t i) { return pool_[static_cast<std::size_t>(i)]; }

    DramBurst& add(const DramBurst& burst, std::int64_t open_row);
    void remove(std::int32_t i);
    /// The bank's row was opened: its bursts become hits.
    void open(std::int32_t bank, std::int64_t row);
    /// The bank's row was closed: hits left become others.
    void close(std::int32_t bank);
    /// A queued write of this place.
    bool has_write(std::int32_t bank, std::int64_t row, std::int32_t column) const;

   private:
    struct List {
        std::int32_t head = kNone;
        std::int32_t tail = kNone;
    };
    struct Bank {
        std::array<List, 2> hits;
        std::array<List, 2> others;
        std::int32_t bursts = 0;
    };
    Bank& of(std::int32_t bank) { return banks_[static_cast<std::size_t>(bank)]; }
    const Bank& of(std::int32_t bank) const { return banks_[static_cast<std::size_t>(bank)]; }
    void insert(List& list, std::int32_t i);
    void unlink(List& list, std::int32_t i);
    void update_masks(std::int32_t bank, std::size_t dir);

    std::vector<DramBurst> pool_;
    std::vector<std::int32_t> free_;
    std::vector<Bank> banks_;
    std::array<std::int32_t, 2> capacity_;
    std::array<std::int32_t, 2> count_{};
    std::array<std::int32_t, 2> reserved_{};
    std::array<DramBankMask, 2> hits_{};
    std::array<DramBankMask, 2> others_{};
    std::int32_t oldest_ = kNone;
    std::int32_t youngest_ = kNone;
};

}  // namespace strata::models
