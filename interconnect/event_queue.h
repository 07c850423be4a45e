// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The packet network's events in the order (time, link, packet slot). Packet slots are given out
// the same way in every run, so equal runs process their events in the same order.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/units.h"

namespace strata::interconnect {

/// A packet's head (on an ejection link: its tail) reaches the end of a link.
struct PacketEvent {
    core::Ps time;
    std::uint32_t link;
    std::uint32_t packet;

    friend bool operator<(const PacketEvent& a, const PacketEvent& b) {
        if (a.time != b.time) return a.time < b.time;
        return a.link != b.link ? a.link < b.link : a.packet < b.packet;
    }
};

/// A heap with four children per node: half the levels of a binary one, and four events of 16 bytes
/// share a cache line.
class EventQueue {
   public:
    bool empty() const { return heap_.empty(); }
    const PacketEvent& top() const { return heap_.front(); }

    void push(const PacketEvent& event) {
        heap_.push_back(event);
        std::size_t at = heap_.size() - 1;
        while (at > 0) {
            const std::size_t parent = (at - 1) / kChildren;
            if (!(event < heap_[parent])) {
                break;
            }
            heap_[at] = heap_[parent];
            at = parent;
        }
        heap_[at] = event;
    }

    void pop() {
        const PacketEvent last = heap_.back();
        heap_.pop_back();
        if (!heap_.empty()) {
            replace_top(last);
        }
    }

    /// pop and push in one: what a hop does.
    void replace_top(const PacketEvent& event) {
        const std::size_t size = heap_.size();
        std::size_t at = 0;
        while (true) {
            const std::size_t first = at * kChildren + 1;
            if (first >= size) {
                break;
            }
            const std::size_t end = first + kChildren < size ? first + kChildren : size;
            std::size_t least = first;
            for (std::size_t child = first + 1; child < end; ++child) {
                if (heap_[child] < heap_[least]) {
                    least = child;
                }
            }
            if (!(heap_[least] < event)) {
                break;
            }
            heap_[at] = heap_[least];
            at = least;
        }
        heap_[at] = event;
    }

   private:
    static constexpr std::size_t kChildren = 4;
    std::vector<PacketEvent> heap_;
};

}  // namespace strata::interconnect
