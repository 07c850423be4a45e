// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// How the DMA splits descriptors: TCM checks, translation, pieces the port can move at once.

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/diagnostics.h"
#include "models/pe/dma.h"

namespace strata::models {

using core::Bytes;
using core::Ps;

namespace {

std::string queue_text(int q, const std::string& what) {
    return std::string(to_string(static_cast<DmaQueue>(q))) + ": " + what;
}

}  // namespace

bool Dma::side_fits(const DmaSide& side, const DmaTransfer& transfer) const {
    if (side.kind != DmaSide::Kind::kTcm) {
        return true;
    }
    if (!tcm_.contains(side.address, transfer.row_bytes)) {
        return false;
    }
    const std::int64_t steps = transfer.rows - 1;
    if (steps <= 0 || side.stride == 0) {
        return true;
    }
    const Bytes size = tcm_.capacity();
    if (side.stride < -size || side.stride > size || steps > size / std::abs(side.stride)) {
        return false;
    }
    const auto last = static_cast<std::int64_t>(side.address) + steps * side.stride;
    return last >= 0 && tcm_.contains(static_cast<std::uint64_t>(last), transfer.row_bytes);
}

/// What is wrong with a descriptor; empty when nothing is.
std::string Dma::check(const DmaTransfer& transfer) const {
    constexpr Bytes kLimit = Bytes{1} << core::kOffsetBits;
    if (transfer.row_bytes < 0 || transfer.rows < 0 || transfer.row_bytes > kLimit ||
        (transfer.row_bytes > 0 && transfer.rows > kLimit / transfer.row_bytes)) {
        return "copy with a size out of range";
    }
    const bool fits = side_fits(transfer.source, transfer) && side_fits(transfer.target, transfer);
    return fits ? "" : "copy leaves the TCM";
}

void Dma::lay_out(Ps now, Active& active) {
    const DmaTransfer& transfer = active.transfer;
    const bool from_memory = transfer.source.in_memory();
    const bool to_memory = transfer.target.in_memory();
    active.flow = from_memory ? (to_memory ? Flow::kCopy : Flow::kRead)
                              : (to_memory ? Flow::kWrite : Flow::kLocal);
    active.source_flat = transfer.rows == 1 || transfer.source.stride == transfer.row_bytes;
    active.target_flat = transfer.rows == 1 || transfer.target.stride == transfer.row_bytes;
    active.total = transfer.row_bytes * transfer.rows;
    active.unwritten = active.total;
    active.since = now;
}

std::uint64_t Dma::Active::address(bool of_target, Bytes linear) const {
    const DmaSide& side = of_target ? transfer.target : transfer.source;
    if (of_target ? target_flat : source_flat) {
        return side.address + static_cast<std::uint64_t>(linear);
    }
    const Bytes row = linear / transfer.row_bytes;
    return side.address + static_cast<std::uint64_t>(row * side.stride) +
           static_cast<std::uint64_t>(linear % transfer.row_bytes);
}

Bytes Dma::Active::run_left(bool of_target, Bytes linear) const {
    if (of_target ? target_flat : source_flat) {
        return total - linear;
    }
    return transfer.row_bytes - linear % transfer.row_bytes;
}

void Dma::prepare(int q, Ps now) {
    Queue& queue = queue_at(q);
    if (queue.prepared.valid || queue.walk.active || queue.page_wait || queue.aborting) {
        return;
    }
    if (queue.has_write()) {
        prepare_write_back(q, now);
    } else if (queue.splitting && queue.local_end == core::kNever && !queue.free_slots.empty()) {
        prepare_data(q, now);
    }
}

/// The next read of a load or copy, or the next write of a store.
void Dma::prepare_data(int q, Ps now) {
    Queue& queue = queue_at(q);
    const std::uint64_t sequence = queue.tail - 1;
    Active& active = queue.at(sequence);
    const bool write = active.flow == Flow::kWrite;
    const DmaTransfer& transfer = active.transfer;
    const Bytes linear = active.issued;
    const std::uint64_t address = active.address(write, linear);
    Piece piece;
    piece.bytes = active.run_left(write, linear);
    if (transfer.object == nullptr) {
        piece.bytes = std::min(piece.bytes, config_.dma.bulk);
    }
    if (!find_piece(q, sequence, write ? transfer.target : transfer.source, address, linear == 0,
                    active.since, now, piece)) {
        return;
    }
    const bool last = write && transfer.signal >= 0 && linear + piece.bytes == active.total;
    if (last && !may_signal(q, sequence, piece.pa)) {
        return;
    }
    const std::int32_t index = queue.free_slots.back();
    queue.free_slots.pop_back();
    Slot& slot = slot_of(q, index);
    slot.sequence = sequence;
    slot.linear = linear;
    slot.bytes = piece.bytes;
    slot.written = 0;
    slot.writes_open = 0;
    active.issued += piece.bytes;
    set_prepared(q, index, write, last, address, now, piece);
    queue.prepared.offset = 0;
}

/// The next write of a copy whose data has arrived.
void Dma::prepare_write_back(int q, Ps now) {
    Queue& queue = queue_at(q);
    const std::int32_t index = queue.to_write[queue.to_write_head];
    Slot& slot = slot_of(q, index);
    Active& active = queue.at(slot.sequence);
    const Bytes linear = slot.linear + slot.written;
    const std::uint64_t address = active.address(true, linear);
    Piece piece;
    piece.bytes =
        std::min({config_.dma.bulk, slot.bytes - slot.written, active.run_left(true, linear)});
    if (!find_piece(q, slot.sequence, active.transfer.target, address, linear == 0, slot.since, now,
                    piece)) {
        return;
    }
    const bool last = active.transfer.signal >= 0 && active.unwritten == piece.bytes;
    if (last && !may_signal(q, slot.sequence, piece.pa)) {
        return;
    }
    set_prepared(q, index, true, last, address, now, piece);
    queue.prepared.offset = slot.written;
    ++slot.writes_open;
    active.unwritten -= piece.bytes;
    slot.written += piece.bytes;
    if (slot.written == slot.bytes && ++queue.to_write_head == queue.to_write.size()) {
        queue.to_write.clear();
        queue.to_write_head = 0;
    }
}

void Dma::set_prepared(int q, std::int32_t slot, bool write, bool last, std::uint64_t address,
                       Ps now, const Piece& piece) {
    Prepared& next = queue_at(q).prepared;
    next.valid = true;
    next.write = write;
    next.last = last;
    next.slot = slot;
    next.pa = piece.pa;
    next.va = address == piece.pa ? 0 : address;
    next.bytes = piece.bytes;
    next.issued = now;
    next.ready = std::max(now, piece.ready);
}

/// A signal needs a TCM behind it; anything else would drop it in silence.
bool Dma::may_signal(int q, std::uint64_t sequence, std::uint64_t pa) {
    const core::PhysicalAddress target = core::PhysicalAddress::decode(pa);
    if (target.region == core::Region::kTcm || target.region == core::Region::kCollective) {
        return true;
    }
    fail(q, sequence,
         {ErrorCode::kBadTarget, pa, queue_text(q, "signal to " + target.str() + ", not a TCM")});
    return false;
}

/// Cuts `piece` (bytes = most that is wanted) to what is contiguous behind one port.
/// False when there is none yet, or never.
bool Dma::find_piece(int q, std::uint64_t sequence, const DmaSide& side, std::uint64_t address,
                     bool first, Ps since, Ps now, Piece& piece) {
    if (side.kind == DmaSide::Kind::kVirtual) {
        const bool write = &side == &queue_at(q).at(sequence).transfer.target;
        return find_virtual(q, sequence, {address, write, first}, since, now, piece);
    }
    piece.pa = address;
    piece.ready = now;
    if (queue_at(q).at(sequence).transfer.object != nullptr) {
        return true;  // a message goes to its mailbox in one piece
    }
    return bound_by_map(q, sequence, address, address, piece.bytes);
}

bool Dma::find_virtual(int q, std::uint64_t sequence, const Access& access, Ps since, Ps now,
                       Piece& piece) {
    Queue& queue = queue_at(q);
    Ps lookup = std::max(queue.lookup_free, since);
    Bytes limit = piece.bytes;
    Bytes found = 0;
    while (found < limit) {
        Pending page;
        const Access at{access.va + static_cast<std::uint64_t>(found), access.write,
                        access.first && found == 0};
        if (!translate(q, sequence, at, found, lookup, now, page)) {
            break;
        }
        if (found == 0) {
            piece.pa = page.translation.pa;
            if (!bound_by_map(q, sequence, access.va, piece.pa, limit)) {
                return false;
            }
            if (core::PhysicalAddress::decode(piece.pa).region == core::Region::kCollective) {
                // No longer piece where the TLB happens to hold more: the parts of a reduction
                // must be alike.
                limit = std::min(limit, page.translation.contiguous);
            }
        } else if (page.translation.pa != piece.pa + static_cast<std::uint64_t>(found)) {
            queue.pending = page;  // the next payload begins here
            break;
        }
        found += std::min(page.translation.contiguous, limit - found);
        piece.ready = page.ready;
    }
    queue.lookup_free = std::max(queue.lookup_free, lookup);
    piece.bytes = found;
    return found > 0;
}

bool Dma::bound_by_map(int q, std::uint64_t sequence, std::uint64_t address, std::uint64_t pa,
                       Bytes& limit) {
    const interconnect::Target target = addresses_.find(pa);
    if (!target.exists() || target.contiguous <= 0) {
        fail(q, sequence,
             {ErrorCode::kBadAddress, address,
              queue_text(q, "nothing behind " + core::PhysicalAddress::decode(pa).str())});
        return false;
    }
    limit = std::min(limit, target.contiguous);
    return true;
}

/// One page. False when it is not there yet (walk begun, or waits for a mapping) or faults; with
/// `found` bytes already in hand what was learnt is kept for the next payload.
bool Dma::translate(int q, std::uint64_t sequence, const Access& access, Bytes found, Ps& lookup,
                    Ps now, Pending& result) {
    using mmu::Status;
    Queue& queue = queue_at(q);
    const bool known =
        queue.pending.valid && queue.pending.va == access.va && queue.pending.write == access.write;
    if (known) {
        result = queue.pending;
        queue.pending.valid = false;
    } else {
        const Ps ready = lookup + clock_.cycles(mmu_.config().hit_cycles);
        lookup += clock_.cycles(1);
        result = {true, access.write, access.va, ready, mmu_.lookup(access.va, access.write)};
    }
    const Status status = result.translation.status;
    if (status == Status::kHit) {
        return true;
    }
    if (status == Status::kWalk) {
        queue.walk = {true,
                      false,
                      access.write,
                      access.va,
                      mmu_.walk_start(access.va),
                      std::max(now, result.ready)};
    } else if (found > 0) {
        queue.pending = result;
    } else if (status == Status::kWait) {
        queue.page_wait = true;
    } else {
        const mmu::FaultKind kind = result.translation.fault;
        const ErrorCode code = kind == mmu::FaultKind::kPermission ? ErrorCode::kPermission
                               : access.first || kind == mmu::FaultKind::kInFlight
                                   ? ErrorCode::kUnmapped
                                   : ErrorCode::kOutsideMapping;
        fail(q, sequence,
             {code, access.va, queue_text(q, describe_fault(kind, access.va, access.write))});
    }
    return false;
}

void Dma::retry_translations(Ps now) {
    for (int q = 0; q < kDmaQueues; ++q) {
        queue_at(q).pending.valid = false;
        queue_at(q).page_wait = false;
        prepare(q, now);
    }
}

bool Dma::reaches(const DmaSide& side, Bytes bytes) const {
    if (side.kind == DmaSide::Kind::kTcm) {
        return tcm_.contains(side.address, bytes);
    }
    const std::uint64_t last = side.address + static_cast<std::uint64_t>(bytes) - 1;
    return last >= side.address && addresses_.find(last).exists() &&
           last >> core::kOffsetBits == side.address >> core::kOffsetBits;
}

bool Dma::carries_data(const Active& active) const {
    const DmaTransfer& transfer = active.transfer;
    if (!tcm_.functional()) {
        return false;
    }
    if (transfer.source.kind == DmaSide::Kind::kBuffer) {
        return transfer.in != nullptr || transfer.fill;
    }
    return transfer.target.kind != DmaSide::Kind::kBuffer || transfer.out != nullptr;
}

void Dma::gather(const Active& active, Bytes linear, Bytes bytes, std::uint8_t* out) const {
    const DmaTransfer& transfer = active.transfer;
    if (transfer.fill) {
        std::memset(out, transfer.pattern, static_cast<std::size_t>(bytes));
        return;
    }
    for (Bytes done = 0; done < bytes;) {
        const Bytes run = std::min(bytes - done, active.run_left(false, linear + done));
        const std::uint64_t from = active.address(false, linear + done);
        if (transfer.source.kind == DmaSide::Kind::kBuffer) {
            std::memcpy(out + done, transfer.in + from, static_cast<std::size_t>(run));
        } else {
            tcm_.read(from, out + done, run);
        }
        done += run;
    }
}

void Dma::scatter(const Active& active, Bytes linear, Bytes bytes, const std::uint8_t* in) {
    const DmaTransfer& transfer = active.transfer;
    for (Bytes done = 0; done < bytes;) {
        const Bytes run = std::min(bytes - done, active.run_left(true, linear + done));
        const std::uint64_t to = active.address(true, linear + done);
        if (transfer.target.kind == DmaSide::Kind::kBuffer) {
            std::memcpy(transfer.out + to, in + done, static_cast<std::size_t>(run));
        } else {
            tcm_.write(to, in + done, run);
        }
        done += run;
    }
}

}  // namespace strata::models
