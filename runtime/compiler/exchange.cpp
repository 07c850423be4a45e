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

void Exchange::send(KernelBuilder& builder, Buffer& payload, std::uint64_t source,
                    core::Bytes stride, core::Bytes bytes, const EngineCounts& extra) {
    ++uses_;
    const std::size_t half = half_index();
    EngineCounts before = halves_[1 - half].read;  // point (1) above
    for (std::size_t e = 0; e < before.size(); ++e) {
        before[e] = std::max({before[e], sent_[e], extra[e]});
    }
    builder.wait_before(Engine::kStore, before);
    const std::int64_t n = members();
    for (std::int64_t step = 1; step < n; ++step) {  // each member starts with another peer
        const std::int64_t to = (self() + step) % n;
        const std::int64_t slot = self() < to ? self() : self() - 1;
        models::DmaCopy copy;
        copy.source_in_tcm = true;
        copy.source = source + static_cast<std::uint64_t>(to * stride);
        copy.target = layout_.windows[static_cast<std::size_t>(to)] + halves_[half].address +
                      static_cast<std::uint64_t>(slot * bytes);
        copy.row_bytes = bytes;
        copy.signal = layout_.semaphore + static_cast<std::int32_t>(half);
        builder.emit(Engine::kStore, copy, {&payload}, {});
    }
    const auto store = static_cast<std::size_t>(Engine::kStore);
    sent_[store] = builder.counts()[store];
    expected_[half] += n - 1;
    builder.expect(layout_.semaphore + static_cast<std::int32_t>(half), n - 1);
}

models::Wait Exchange::arrival() const {
    const std::size_t half = half_index();
    return {layout_.semaphore + static_cast<std::int32_t>(half), expected_[half]};
}

}  // namespace strata::runtime
