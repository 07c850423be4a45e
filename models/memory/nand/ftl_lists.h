// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Doubly linked lists over the numbers [0, items); each number is in at most one list. Every
// operation is O(1).

#include <cstdint>
#include <numeric>
#include <vector>

namespace strata::models {

class IndexLists {
   public:
    static constexpr std::int64_t kNone = -1;

    IndexLists(std::int64_t items, std::int64_t lists)
        : items_(items), next_(static_cast<std::size_t>(items + lists)), previous_(next_.size()) {
        std::iota(next_.begin(), next_.end(), 0);  // alone: a ring of one
        previous_ = next_;
    }

    void push_back(std::int64_t list, std::int64_t item) {
        const auto end = static_cast<std::int32_t>(items_ + list);
        const auto node = static_cast<std::int32_t>(item);
        const std::int32_t last = previous(end);
        previous(node) = last;
        next(node) = end;
        next(last) = node;
        previous(end) = node;
    }
    void remove(std::int64_t item) {
        const auto node = static_cast<std::int32_t>(item);
        next(previous(node)) = next(node);
        previous(next(node)) = previous(node);
        next(node) = previous(node) = node;
    }
    /// First of a list or kNone.
    std::int64_t front(std::int64_t list) const {
        const std::int64_t first = next_[static_cast<std::size_t>(items_ + list)];
        return first < items_ ? first : kNone;
    }
    bool empty(std::int64_t list) const { return front(list) == kNone; }
    bool listed(std::int64_t item) const { return next_[static_cast<std::size_t>(item)] != item; }

   private:
    std::int32_t& next(std::int32_t node) { return next_[static_cast<std::size_t>(node)]; }
    std::int32_t& previous(std::int32_t node) { return previous_[static_cast<std::size_t>(node)]; }

    std::int64_t items_;
    std::vector<std::int32_t> next_;  // items, then one end node per list
    std::vector<std::int32_t> previous_;
};

}  // namespace strata::models
