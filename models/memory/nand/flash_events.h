// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is due in a flash device, in the order (time, moment of scheduling). A binary heap: it holds
// at most a few entries per busy plane and bus.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/units.h"

namespace strata::models {

/// `index` is a job, plane or channel, as `kind` says.
struct FlashDue {
    core::Ps time = 0;
    std::uint32_t sequence = 0;
    std::uint8_t kind = 0;
    std::int32_t index = 0;
    std::uint32_t tag = 0;
};

class FlashEvents {
   public:
    bool empty() const { return heap_.empty(); }
    const FlashDue& top() const { return heap_.front(); }

    void push(core::Ps time, std::uint8_t kind, std::int32_t index, std::uint32_t tag) {
        heap_.push_back({time, sequence_++, kind, index, tag});
        std::push_heap(heap_.begin(), heap_.end(), Later{});
    }
    FlashDue pop() {
        std::pop_heap(heap_.begin(), heap_.end(), Later{});
        const FlashDue due = heap_.back();
        heap_.pop_back();
        return due;
    }
    /// Rare (suspend, reset): looks at all entries.
    void remove(std::uint8_t kind, std::int32_t index) {
        const auto gone = std::remove_if(heap_.begin(), heap_.end(), [&](const FlashDue& due) {
            return due.kind == kind && due.index == index;
        });
        heap_.erase(gone, heap_.end());
        std::make_heap(heap_.begin(), heap_.end(), Later{});
    }

   private:
    struct Later {
        bool operator()(const FlashDue& a, const FlashDue& b) const {
            // Sequence numbers wrap around; those in the heap are close together.
            return a.time != b.time ? a.time > b.time
                                    : static_cast<std::int32_t>(a.sequence - b.sequence) > 0;
        }
    };
    std::vector<FlashDue> heap_;
    std::uint32_t sequence_ = 0;
};

}  // namespace strata::models
