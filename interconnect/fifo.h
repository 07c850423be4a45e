// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A first-in, first-out queue that keeps its memory: no allocation once it has seen its peak.

#include <cstddef>
#include <utility>
#include <vector>

namespace strata::interconnect {

template <typename T>
class Fifo {
   public:
    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    const T& front() const { return ring_[head_]; }
    /// The i-th from the front.
    const T& operator[](std::size_t i) const { return ring_[(head_ + i) & (ring_.size() - 1)]; }

    void push(T value) {
        if (size_ == ring_.size()) {
            grow();
        }
        ring_[(head_ + size_) & (ring_.size() - 1)] = std::move(value);
        ++size_;
    }

    T pop() {
        T value = std::move(ring_[head_]);
        head_ = (head_ + 1) & (ring_.size() - 1);
        --size_;
        return value;
    }

   private:
    void grow() {
        std::vector<T> larger(ring_.empty() ? 4 : 2 * ring_.size());
        for (std::size_t i = 0; i < size_; ++i) {
            larger[i] = std::move(ring_[(head_ + i) & (ring_.size() - 1)]);
        }
        ring_.swap(larger);
        head_ = 0;
    }

    std::vector<T> ring_;  // size is a power of two
    std::size_t head_ = 0;
    std::size_t size_ = 0;
};

}  // namespace strata::interconnect
