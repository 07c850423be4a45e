// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/units.h"

namespace strata::runtime {

/// Hands out value slots over the program; a slot that is free again is reused, the smallest that
/// fits first, else the largest one grows.
class SlotAllocator {
   public:
    std::int32_t take(core::Bytes bytes) {
        std::int32_t best = -1;
        for (std::size_t i = 0; i < size_.size(); ++i) {
            if (free_[i] &&
                (best < 0 || better(size_[i], size_[static_cast<std::size_t>(best)], bytes))) {
                best = static_cast<std::int32_t>(i);
            }
        }
        if (best < 0) {
            best = static_cast<std::int32_t>(size_.size());
            size_.push_back(0);
            free_.push_back(true);
        }
        const auto slot = static_cast<std::size_t>(best);
        free_[slot] = false;
        size_[slot] = std::max(size_[slot], bytes);
        return best;
    }
    void give_back(std::int32_t slot) { free_[static_cast<std::size_t>(slot)] = true; }
    const std::vector<core::Bytes>& sizes() const { return size_; }

   private:
    static bool better(core::Bytes a, core::Bytes b, core::Bytes wanted) {
        const bool a_fits = a >= wanted;
        const bool b_fits = b >= wanted;
        return a_fits != b_fits ? a_fits : (a_fits ? a < b : a > b);
    }
    std::vector<core::Bytes> size_;
    std::vector<bool> free_;
};

}  // namespace strata::runtime
