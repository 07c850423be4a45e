// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/dma.h"

#include <algorithm>
#include <utility>

#include "core/diagnostics.h"

namespace strata::models {

using core::Bytes;
using core::kNever;
using core::Ps;

const char* to_string(DmaQueue queue) {
    switch (queue) {
        case DmaQueue::kLoad:
            return "load";
        case DmaQueue::kStore:
            return "store";
        case DmaQueue::kPrefetch:
            return "prefetch";
        case DmaQueue::kFetch:
            return "code fetch";
        case DmaQueue::kPhysical:
            return "physical access";
        case DmaQueue::kProbe:
            return "probe";
        case DmaQueue::kMessage:
            return "message";
    }
    throw core::ModelError("no such DMA queue");
}

DmaTransfer DmaTransfer::from(const DmaCopy& copy) {
    const auto kind = [](bool in_tcm) {
        return in_tcm ? DmaSide::Kind::kTcm : DmaSide::Kind::kVirtual;
    };
    DmaTransfer transfer;
    transfer.source = {kind(copy.source_in_tcm), copy.source, copy.source_stride};
    transfer.target = {kind(copy.target_in_tcm), copy.target, copy.target_stride};
    transfer.row_bytes = copy.row_bytes;
    transfer.rows = copy.rows;
    transfer.signal = copy.signal;
    transfer.sum = copy.sum;
    return transfer;
}

Dma::Dma(const PeConfig& config, const core::ClockDomain& clock,
         const interconnect::AddressMap& addresses, mmu::PeMmu& mmu, Tcm& tcm)
    : config_(config),
      clock_(clock),
      addresses_(addresses),
      mmu_(mmu),
      tcm_(tcm),
      // The last slot of each queue stands for the reads of its page walks.
      slots_per_queue_(static_cast<std::int32_t>(config.dma.outstanding) + 1),
      slots_(static_cast<std::size_t>(kDmaQueues * slots_per_queue_)) {
    for (Queue& queue : queues_) {
        queue.ring.resize(static_cast<std::size_t>(slots_per_queue_));
        free_all_slots(queue);
    }
}

bool Dma::can_accept(DmaQueue which) const {
    const Queue& queue = queue_of(which);
    return !queue.splitting && !queue.aborting && queue.tail - queue.head < queue.ring.size();
}

void Dma::submit(Ps now, DmaQueue which, DmaTransfer transfer) {
    if (!can_accept(which)) {
        throw core::ModelError(std::string("DMA queue ") + to_string(which) + " is full");
    }
    const int q = static_cast<int>(which);
    Queue& queue = queue_at(q);
    const std::uint64_t sequence = queue.tail++;
    ++queue.counters.descriptors;
    Active& active = queue.at(sequence);
    active = Active{};
    active.transfer = std::move(transfer);
    std::string problem = check(active.transfer);
    if (!problem.empty()) {
        const std::uint64_t address = active.transfer.source.in_memory()
                                          ? active.transfer.target.address
                                          : active.transfer.source.address;
        fail(q, sequence, {ErrorCode::kBadAddress, address, std::move(problem)});
        return;
    }
    lay_out(now, active);
    if (active.total == 0) {
        retire(q);
        return;
    }
    queue.splitting = true;
    if (active.flow == Flow::kLocal) {
        const Bytes width = config_.tcm.bytes_per_cycle;
        queue.local_end = now + clock_.cycles(core::ceil_div(active.total, width));
    } else {
        prepare(q, now);
    }
}

bool Dma::issuable(const Queue& queue, Ps now) const {
    const Prepared& next = queue.prepared;
    if (!next.valid || next.ready > now || queue.in_flight >= config_.dma.outstanding) {
        return false;
    }
    if (!next.last) {
        return true;
    }
    const auto q = static_cast<std::int32_t>(&queue - queues_.data());
    const Slot& slot = slots_[static_cast<std::size_t>(q * slots_per_queue_ + next.slot)];
    return queue.at(slot.sequence).in_flight == 0;
}

bool Dma::next(Ps now, DmaPayload& payload) {
    for (int i = 1; i <= kDmaQueues; ++i) {
        const int q = (last_granted_ + i) % kDmaQueues;
        const Queue& queue = queue_at(q);
        if (issuable(queue, now)) {
            emit_prepared(q, now, payload);
        } else if (queue.walk.active && !queue.walk.in_flight && queue.walk.ready <= now) {
            emit_walk(q, payload);
        } else {
            continue;
        }
        last_granted_ = q;
        return true;
    }
    return false;
}

void Dma::emit_prepared(int q, Ps now, DmaPayload& payload) {
    Queue& queue = queue_at(q);
    const Prepared& next = queue.prepared;
    Slot& slot = slot_of(q, next.slot);
    Active& active = queue.at(slot.sequence);
    payload.tag = static_cast<std::uint32_t>(q * slots_per_queue_ + next.slot);
    payload.write = next.write;
    payload.pa = next.pa;
    payload.va = next.va;
    payload.bytes = next.bytes;
    payload.semaphore = next.last ? active.transfer.signal : -1;
    payload.issued = next.issued;
    payload.translated = next.ready;
    payload.transfer = &active.transfer;
    payload.data = nullptr;
    if (carries_data(active)) {
        if (slot.data.size() < static_cast<std::size_t>(slot.bytes)) {
            slot.data.resize(static_cast<std::size_t>(slot.bytes));
        }
        if (active.flow == Flow::kWrite) {
            gather(active, slot.linear, slot.bytes, slot.data.data());
        }
        payload.data = slot.data.data() + next.offset;
    }
    slot.address = next.va != 0 ? next.va : next.pa;
    slot.reading = !next.write;
    ++active.in_flight;
    ++queue.in_flight;
    ++queue.counters.payloads;
    (next.write ? queue.counters.write_bytes : queue.counters.read_bytes) += next.bytes;
    queue.prepared.valid = false;
    if (slot.sequence + 1 == queue.tail && active.issued == active.total) {
        queue.splitting = false;
    }
    prepare(q, now);
}

void Dma::emit_walk(int q, DmaPayload& payload) {
    Queue& queue = queue_at(q);
    payload = DmaPayload{};
    payload.tag = static_cast<std::uint32_t>(q * slots_per_queue_ + slots_per_queue_ - 1);
    payload.pa = mmu_.walk_address(queue.walk.va, queue.walk.level);
    payload.bytes = mmu_.config().walk_bytes;
    payload.issued = queue.walk.ready;
    payload.translated = queue.walk.ready;
    queue.walk.in_flight = true;
    ++queue.counters.walk_reads;
}

void Dma::complete(Ps now, std::uint32_t tag, bool ok, core::Fault fault,
                   const std::array<Ps, core::kStages>& stage) {
    const int q = static_cast<int>(tag) / slots_per_queue_;
    const std::int32_t index = static_cast<std::int32_t>(tag) % slots_per_queue_;
    if (index == slots_per_queue_ - 1) {
        complete_walk(q, now, ok, fault);
        return;
    }
    Queue& queue = queue_at(q);
    Slot& slot = slot_of(q, index);
    Active& active = queue.at(slot.sequence);
    --active.in_flight;
    --queue.in_flight;
    active.stage = stage;
    if (queue.aborting) {
        settle_abort(q);
        return;
    }
    if (!ok) {
        fail(q, slot.sequence, refused(q, fault, slot.address));
        if (q < kKernelQueues) {
            return;
        }
    }
    if (active.flow == Flow::kCopy) {
        complete_copy(q, index, now);
    } else {
        if (active.flow == Flow::kRead && ok && carries_data(active)) {
            scatter(active, slot.linear, slot.bytes, slot.data.data());
        }
        finish_slot(q, index);
    }
    prepare(q, now);
}

void Dma::complete_copy(int q, std::int32_t index, Ps now) {
    Slot& slot = slot_of(q, index);
    if (slot.reading) {
        slot.reading = false;
        slot.since = now;
        queue_at(q).to_write.push_back(index);
        return;
    }
    if (--slot.writes_open == 0 && slot.written == slot.bytes) {
        finish_slot(q, index);
    }
}

void Dma::finish_slot(int q, std::int32_t index) {
    Queue& queue = queue_at(q);
    const Slot& slot = slot_of(q, index);
    Active& active = queue.at(slot.sequence);
    if (active.flow != Flow::kCopy) {  // TCM or buffer at the other end
        const DmaSide& near =
            active.flow == Flow::kRead ? active.transfer.target : active.transfer.source;
        queue.counters.tcm_bytes += near.kind == DmaSide::Kind::kTcm ? slot.bytes : 0;
    }
    active.finished += slot.bytes;
    queue.free_slots.push_back(index);
    retire(q);
}

void Dma::complete_walk(int q, Ps now, bool ok, core::Fault fault) {
    Queue& queue = queue_at(q);
    Walk& walk = queue.walk;
    walk.in_flight = false;
    if (queue.aborting) {
        settle_abort(q);
        return;
    }
    if (!ok) {
        walk.active = false;
        fail(q, queue.head, refused(q, fault, mmu_.walk_address(walk.va, walk.level)));
        return;
    }
    walk.ready = now;
    if (++walk.level < mmu_.config().walk_levels) {
        return;
    }
    walk.active = false;
    queue.pending = {true, walk.write, walk.va, now, mmu_.finish_walk(walk.va, walk.write)};
    queue.lookup_free = std::max(queue.lookup_free, now);
    prepare(q, now);
}

void Dma::retire(int q) {
    Queue& queue = queue_at(q);
    while (queue.head < queue.tail) {
        Active& oldest = queue.at(queue.head);
        const bool started = !queue.splitting || queue.head + 1 < queue.tail;
        if (!started || oldest.finished < oldest.total) {
            return;
        }
        const bool here = oldest.transfer.target.kind == DmaSide::Kind::kTcm;
        DmaDone done;
        done.queue = static_cast<DmaQueue>(q);
        done.token = oldest.transfer.token;
        done.signal = here ? oldest.transfer.signal : -1;
        done.failure = std::move(oldest.failure);
        done.stage = oldest.stage;
        done_.push_back(std::move(done));
        oldest.transfer.object.reset();
        ++queue.head;
    }
}

Ps Dma::next_event(Ps now) const {
    Ps next = kNever;
    const auto later = [&](Ps time) {
        if (time > now) {
            next = std::min(next, time);
        }
    };
    for (const Queue& queue : queues_) {
        later(queue.local_end);
        if (queue.prepared.valid) {
            later(queue.prepared.ready);
        }
        if (queue.walk.active && !queue.walk.in_flight) {
            later(queue.walk.ready);
        }
    }
    return next;
}

void Dma::advance(Ps now) {
    for (int q = 0; q < kDmaQueues; ++q) {
        if (queue_at(q).local_end <= now) {
            finish_local(q);
        }
    }
}

void Dma::finish_local(int q) {
    Queue& queue = queue_at(q);
    Active& active = queue.at(queue.tail - 1);
    if (carries_data(active)) {
        std::vector<std::uint8_t> bytes(static_cast<std::size_t>(active.total));
        gather(active, 0, active.total, bytes.data());
        scatter(active, 0, active.total, bytes.data());
    }
    const bool within = active.transfer.source.kind == active.transfer.target.kind;
    queue.counters.local_bytes += active.total;
    queue.counters.tcm_bytes += active.total * (within ? 2 : 1);
    active.finished = active.total;
    queue.local_end = kNever;
    queue.splitting = false;
    retire(q);
}

bool Dma::kernel_quiet() const {
    return std::all_of(queues_.begin(), queues_.begin() + kKernelQueues,
                       [](const Queue& queue) { return queue.head == queue.tail; });
}

bool Dma::idle() const {
    return std::all_of(queues_.begin(), queues_.end(),
                       [](const Queue& queue) { return queue.head == queue.tail; });
}

}  // namespace strata::models
