// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A first-in first-out queue of fixed capacity: no allocation after construction.

#include <cstddef>
#include <utility>
#include <vector>

#include "core/diagnostics.h"

namespace strata::models {

template <class T>
class FixedRing {
   public:
    explicit FixedRing(std::size_t capacity) : items_(capacity) {}

    bool empty() const { return size_ == 0; }
    bool full() const { return size_ == items_.size(); }
    std::size_t size() const { return size_; }
    const T& front() const { return items_[head_]; }

    /// Throws ModelError when full.
    void push(T item) {
        if (full()) {
            throw core::ModelError("a request was submitted to a full queue");
        }
        const std::size_t tail = head_ + size_;
        items_[tail < items_.size() ? tail : tail - items_.size()] = std::move(item);
        ++size_;
    }
    void pop() {
        head_ = head_ + 1 == items_.size() ? 0 : head_ + 1;
        --size_;
    }

   private:
    std::vector<T> items_;
    std::size_t head_ = 0;
    std::size_t size_ = 0;
};

}  // namespace strata::models
