// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes of a zone that are not acknowledged yet, in the order of their pages. A write is
// acknowledged when its page and all pages before it are on the flash, so that the write pointer
// found after a power loss never lies behind an acknowledged page.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace strata::models {

class ZonePending {
   public:
    enum class State : std::uint8_t { kOpen, kDone, kLost };

    bool empty() const { return head_ == writes_.size(); }
    std::int64_t size() const { return static_cast<std::int64_t>(writes_.size() - head_); }
    std::uint64_t front_tag() const { return writes_[head_].tag; }
    State front_state() const { return writes_[head_].state; }
    void push(std::uint64_t tag) { writes_.push_back({tag, State::kOpen}); }
    /// `index` counts from the front.
    std::uint64_t tag(std::int64_t index) const {
        return writes_[head_ + static_cast<std::size_t>(index)].tag;
    }
    void set(std::int64_t index, State state) {
        writes_[head_ + static_cast<std::size_t>(index)].state = state;
    }
    void pop() {
        if (++head_ * 2 > writes_.size()) {  // amortised: as many moves as pops
            writes_.erase(writes_.begin(), writes_.begin() + static_cast<std::ptrdiff_t>(head_));
            head_ = 0;
        }
    }

   private:
    struct Write {
        std::uint64_t tag = 0;
        State state = State::kOpen;
    };
    std::vector<Write> writes_;
    std::size_t head_ = 0;
};

}  // namespace strata::models
