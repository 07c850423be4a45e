// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// What the DMA does when something is wrong: one descriptor fails, or all of a kernel's.

#include <string>
#include <utility>

#include "models/pe/dma.h"

namespace strata::models {

namespace {

ErrorCode error_code(core::Fault fault) {
    switch (fault) {
        case core::Fault::kDecode:
        case core::Fault::kOutOfRange:
            return ErrorCode::kBadAddress;
        case core::Fault::kMisaligned:
            return ErrorCode::kMisaligned;
        default:
            return ErrorCode::kMemoryFault;
    }
}

}  // namespace

Failure Dma::refused(int q, core::Fault fault, std::uint64_t address) {
    const char* why = fault == core::Fault::kNone ? "no reason given" : core::to_string(fault);
    return {error_code(fault), address,
            std::string(to_string(static_cast<DmaQueue>(q))) + ": access refused: " + why};
}

void Dma::fail(int q, std::uint64_t sequence, Failure why) {
    if (q >= kKernelQueues) {
        fail_alone(q, sequence, std::move(why));
        return;
    }
    if (!kernel_failed()) {
        failure_ = std::move(why);
    }
    abort_kernel();
}

/// Ends one descriptor of a queue whose descriptors have nothing to do with each other.
void Dma::fail_alone(int q, std::uint64_t sequence, Failure why) {
    Queue& queue = queue_at(q);
    Active& active = queue.at(sequence);
    if (active.failure.code == ErrorCode::kNone) {
        active.failure = std::move(why);
    }
    if (queue.prepared.valid && slot_of(q, queue.prepared.slot).sequence == sequence) {
        active.finished += queue.prepared.bytes;
        queue.free_slots.push_back(queue.prepared.slot);
        queue.prepared.valid = false;
    }
    active.finished += active.total - active.issued;
    active.issued = active.total;
    if (sequence + 1 == queue.tail) {
        queue.splitting = false;
    }
    retire(q);
}

void Dma::abort_kernel() {
    for (int q = 0; q < kKernelQueues; ++q) {
        abort(q);
    }
}

void Dma::abort(int q) {
    Queue& queue = queue_at(q);
    if (queue.head == queue.tail) {
        return;
    }
    queue.aborting = true;
    queue.splitting = false;
    queue.page_wait = false;
    queue.local_end = core::kNever;
    queue.prepared.valid = false;
    queue.pending.valid = false;
    queue.to_write.clear();
    queue.to_write_head = 0;
    settle_abort(q);
}

void Dma::settle_abort(int q) {
    Queue& queue = queue_at(q);
    if (queue.in_flight > 0 || queue.walk.in_flight) {
        return;
    }
    queue.walk = {};
    queue.head = queue.tail;
    queue.aborting = false;
    free_all_slots(queue);
}

void Dma::free_all_slots(Queue& queue) const {
    queue.free_slots.clear();
    for (std::int32_t slot = slots_per_queue_ - 2; slot >= 0; --slot) {
        queue.free_slots.push_back(slot);
    }
}

}  // namespace strata::models
