// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/exchange.h"

#include <algorithm>

namespace strata::runtime {

using models::Engine;

Exchange::Exchange(Layout layout) : layout_(std::move(layout)) {
    for (std::size_t i = 0; i < halves_.size(); ++i) {
        halves_[i].address = layout_.mailbox + static_cast<std::uint64_t>(layout_.half) *
                                                   static_cast<std::uint64_t>(i);
        halves_[i].bytes = layout_.half;
    }
}

void Exchange::send(KernelBuilder& builder, const Message& message, const EngineCounts& extra) {
    ++uses_;
    const std::size_t half = half_index();
    EngineCounts before = halves_[1 - half].read;  // point (1) above
    for (std::size_t e = 0; e < before.size(); ++e) {
        before[e] = std::max({before[e], sent_[e], extra[e]});
    }
    builder.wait_before(Engine::kStore, before);
    const std::int64_t n = members();
    if (layout_.transport == Transport::kMulticast) {
        store(builder, message, self(), self());
    }
    for (std::int64_t to = 0; to < n && layout_.transport == Transport::kReduce; ++to) {
        if (to != self()) {
            store(builder, message, to, 0);
        }
    }
    for (std::int64_t i = 1; i < n && layout_.transport == Transport::kUnicast; ++i) {
        const std::int64_t to = (self() + i) % n;  // each member starts with another peer
        store(builder, message, to, self() < to ? self() : self() - 1);
    }
    const auto engine = static_cast<std::size_t>(Engine::kStore);
    sent_[engine] = builder.counts()[engine];
    expected_[half] += arrivals();
    builder.expect(layout_.semaphore + static_cast<std::int32_t>(half), arrivals());
}

void Exchange::store(KernelBuilder& builder, const Message& message, std::int64_t to,
                     std::int64_t slot) {
    models::DmaCopy copy;
    copy.source_in_tcm = true;
    copy.source = message.source + static_cast<std::uint64_t>(to * message.stride);
    copy.target = layout_.windows[static_cast<std::size_t>(to)] + halves_[half_index()].address +
                  static_cast<std::uint64_t>(slot * message.bytes);
    copy.row_bytes = message.bytes;
    copy.signal = layout_.semaphore + static_cast<std::int32_t>(half_index());
    copy.sum = message.sum;
    builder.emit(Engine::kStore, copy, {message.payload}, {});
}

models::Wait Exchange::arrival() const {
    const std::size_t half = half_index();
    return {layout_.semaphore + static_cast<std::int32_t>(half), expected_[half]};
}

}  // namespace strata::runtime
