// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Garbage collection by the rules of MQSim.

#include <algorithm>

#include "models/memory/nand/ftl_mqsim.h"

namespace strata::models {

/// Opens the stream's next block once the last page of its block is taken, which is also when the
/// plane's free blocks are looked at.
void MqsimFtl::next_block(core::Ps now, std::int64_t index, FtlStream stream, FtlOutput& out) {
    if (blocks_.open_block(index, stream) >= 0) {
        return;
    }
    if (blocks_.free_blocks(index) > 0) {
        blocks_.open(now, index, stream);
    }
    choose_victim(index, out);
}

void MqsimFtl::choose_victim(std::int64_t index, FtlOutput& out) {
    const std::int64_t least = std::max(config_.gc.start + 1, kVictims);
    if (blocks_.free_blocks(index) >= least || plane(index).victims >= kVictims) {
        return;
    }
    const std::int64_t block = blocks_.take_victim(index, stamp_);
    if (block < 0) {
        return;
    }
    ++plane(index).victims;
    chosen_[static_cast<std::size_t>(block)] = ++victims_chosen_;
    const PageNumber first = block * geometry_.pages;
    for (PageNumber page = first; page < first + geometry_.pages; ++page) {
        if (map_.owner(page) != kNoLogicalPage) {
            start_move(block, page, out);
        }
    }
    let_go(block, out);
}

/// A move counts among its block's reads until it is over: it keeps the block from its erase.
void MqsimFtl::start_move(std::int64_t block, PageNumber page, FtlOutput& out) {
    FlashTask flash;
    flash.source = FlashSource::kGc;
    flash.page = page;
    flash.logical = map_.owner(page);
    ++blocks_.at(block).reads;
    ++blocks_.at(block).reading;
    ++counts_.reads[static_cast<std::size_t>(flash.source)];
    moves_.set(flash.logical, emit(flash, true, out));
}

void MqsimFtl::move_read(core::Ps now, std::uint32_t id, FlashStatus status, FtlOutput& out) {
    const FlashTask flash = task(id).flash;
    if (map_.at(flash.logical).page() != flash.page) {  // trimmed meanwhile
        end_move(now, id, out);
        return;
    }
    if (status == FlashStatus::kFailed) {
        ++counts_.lost_pages;
        lost_.mark(flash.logical, true);
    }
    const std::int64_t index = geometry_.plane_of(flash.page);
    if (blocks_.can_allocate(index, FtlStream::kMoved, 0)) {
        move_program(now, id, out);
    } else {
        plane(index).stuck.push_back(id);
    }
}

/// The page has been read; it goes on with the operations that wait for it.
void MqsimFtl::move_program(core::Ps now, std::uint32_t id, FtlOutput& out) {
    FlashTask flash = task(id).flash;
    flash.from = flash.page;
    const List waiting = task(id).waiting;
    release(id);
    const std::uint32_t next = program(now, flash, FtlStream::kMoved, out);
    task(next).waiting = waiting;
    moves_.set(flash.logical, next);
}

void MqsimFtl::end_move(core::Ps now, std::uint32_t id, FtlOutput& out) {
    const FlashTask flash = task(id).flash;
    List waiting = task(id).waiting;
    release(id);
    moves_.set(flash.logical, SparseEntries::kUnset);
    while (waiting.head != kNone) {
        carry_out(now, pop(waiting), out);
    }
    const std::int64_t from = geometry_.block_of(flash.from != kNoPage ? flash.from : flash.page);
    --blocks_.at(from).reading;
    let_go(from, out);
}

/// Erases a victim that nobody reads or moves pages of any more.
void MqsimFtl::let_go(std::int64_t number, FtlOutput& out) {
    FtlBlock& block = blocks_.at(number);
    if (block.state != FtlBlock::State::kVictim || block.reading > 0) {
        return;
    }
    block.state = FtlBlock::State::kErasing;
    FlashTask flash;
    flash.kind = FlashTaskKind::kErase;
    flash.source = FlashSource::kGc;
    flash.page = number * geometry_.pages;
    flash.rank = chosen_[static_cast<std::size_t>(number)];
    ++counts_.erases[static_cast<std::size_t>(flash.source)];
    emit(flash, false, out);
}

void MqsimFtl::erased(core::Ps now, std::int64_t block, FtlOutput& out) {
    const std::int64_t index = block / geometry_.blocks;
    Plane& p = plane(index);
    blocks_.erased(block);
    --p.victims;
    for (const FtlStream stream : {FtlStream::kMoved, FtlStream::kHost}) {
        if (blocks_.open_block(index, stream) < 0 && blocks_.free_blocks(index) > 0) {
            blocks_.open(now, index, stream);
        }
    }
    while (!p.stuck.empty() && blocks_.can_allocate(index, FtlStream::kMoved, 0)) {
        const std::uint32_t id = p.stuck.front();
        p.stuck.erase(p.stuck.begin());
        const bool needed = map_.at(task(id).flash.logical).page() == task(id).flash.page;
        needed ? move_program(now, id, out) : end_move(now, id, out);
    }
    while (p.held.head != kNone && !short_of_blocks(index)) {
        const Operation write = pop(p.held);
        const std::uint32_t move = moves_.get(write.logical);
        if (move != SparseEntries::kUnset) {
            insert(task(move).waiting, write, &Operation::number);
        } else {
            issue_write(now, write, out);
        }
    }
    if (short_of_blocks(index)) {
        choose_victim(index, out);
    }
}

}  // namespace strata::models
