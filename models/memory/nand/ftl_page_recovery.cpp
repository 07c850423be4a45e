// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/diagnostics.h"
#include "models/memory/nand/ftl_page.h"

namespace strata::models {

using State = FtlBlock::State;

void PageFtl::mount(core::Ps now, FtlOutput& out) {
    if (!needs_mount_) {
        return;
    }
    needs_mount_ = false;
    for (std::int64_t block = 0; block < blocks_.total(); ++block) {
        if (medium_->bad(block) && !bad(block)) {
            blocks_.restore_bad(block);
        }
    }
    counts_.bad_blocks = blocks_.bad_blocks();
    mount_ = std::make_unique<FtlMount>(geometry_, layout_, *medium_, blocks_);
    continue_mount(now, out);
}

void PageFtl::continue_mount(core::Ps now, FtlOutput& out) {
    while (tasks_under_way_ < 4 * geometry_.total_planes()) {
        FlashTask task;
        task.page = mount_->next();
        if (task.page == kNoPage) {
            break;
        }
        task.source = FlashSource::kMap;
        ++counts_.reads[static_cast<std::size_t>(FlashSource::kMap)];
        emit(task, Role::kScan, out);
    }
    if (mount_->finished()) {
        finish_mount(now, out);
    }
}

void PageFtl::finish_mount(core::Ps now, FtlOutput& out) {
    const std::unique_ptr<FtlMount> result = std::move(mount_);
    stamp_ = result->last_stamp();
    restore_map(*result);
    restore_blocks(*result);
    for (LogicalPage logical = 0; logical < layout_.host; ++logical) {
        if (result->overlaid(logical)) {
            mark_dirty(logical);
        }
    }
    std::vector<FtlMedium::Saved> saved;
    saved.swap(medium_->saved());
    for (const FtlMedium::Saved& page : saved) {
        accept(now, page.logical, page.tag, true, out);
    }
    for (const FtlMount::Block& block : result->blocks()) {
        if (blocks_.at(block.number).valid == 0) {
            want(now, block.number, FlashSource::kMap, out);
        }
    }
    for (std::int64_t plane = 0; plane < geometry_.total_planes(); ++plane) {
        collect(now, plane, config_.gc.start + 1, out);
    }
    advance_map(now, out);
}

void PageFtl::restore_map(const FtlMount& found) {
    for (LogicalPage logical = 0; logical < layout_.total(); ++logical) {
        const PageNumber page = found.places()[static_cast<std::size_t>(logical)];
        if (page == kNoPage) {
            continue;
        }
        map_.set(logical, MapEntry::on_flash(page));
        place(logical, page);
        if (medium_->spare(page).lost) {
            mark_lost(logical, true);
        }
    }
    for (std::int64_t index = 0; index < FtlLayout::kJournals; ++index) {
        const PageNumber page = map_.at(layout_.journal(index)).page();
        if (page != kNoPage) {
            journal_stamps_[static_cast<std::size_t>(index)] =
                static_cast<std::uint64_t>(medium_->contents(page).front());
            ++journals_used_;
        }
    }
    const PageNumber record = map_.at(layout_.record()).page();
    if (record != kNoPage) {
        last_checkpoint_ = static_cast<std::uint64_t>(medium_->contents(record).front());
    }
}

void PageFtl::restore_blocks(const FtlMount& found) {
    std::uint64_t erases = 0;
    std::uint64_t known = 0;
    for (const FtlMount::Block& block : found.blocks()) {
        erases += block.sound ? block.erases : 0;
        known += block.sound ? 1 : 0;
    }
    const auto mean = static_cast<std::uint32_t>(known > 0 ? erases / known : 0);
    for (std::int64_t block = 0; block < blocks_.total(); ++block) {
        blocks_.at(block).erases = mean;
    }
    for (const FtlMount::Block& block : found.blocks()) {
        if (block.sound) {
            blocks_.at(block.number).erases = block.erases;
        }
        const std::int32_t next = block.sound ? block.next : geometry_.pages;
        blocks_.restore(block.number, block.stream, next, block.time, stamp_);
    }
    blocks_.order_free_blocks();
}

void PageFtl::power_loss(core::RandomStream& fate) {
    if (medium_ == nullptr) {
        throw core::ModelError("a power loss needs a medium that survives it");
    }
    std::vector<FtlMedium::UnderWay> cut;
    for (std::uint32_t id = 0; id < tasks_.size(); ++id) {
        const Task& task = tasks_[id];
        if (task.role != Role::kFree && task.kind != FlashTaskKind::kRead) {
            cut.push_back({task.kind, task.page,
                           spare_of(0, task.page, task.logical, task.stamp, task.lost),
                           &contents_[id]});
        }
    }
    medium_->cut(std::move(cut), fate);
    if (config_.write_buffer.capacitor && mounted()) {
        save_buffer();
    }
}

/// Every version that waits or is being programmed, older versions of a page first.
void PageFtl::save_buffer() {
    for (std::int32_t index = 0; index < buffer_.size(); ++index) {
        const WriteSlot& first = buffer_.at(index);
        const bool head = first.state != WriteSlot::State::kFree &&
                          map_.at(first.logical).bits() == MapEntry::in_slot(index).bits();
        for (std::int32_t slot = head ? index : -1; slot >= 0; slot = buffer_.at(slot).newer) {
            medium_->saved().push_back({first.logical, buffer_.at(slot).tag});
        }
    }
}

void PageFtl::check() const {
    const auto broken = [](const std::string& what, std::int64_t number) {
        throw core::ModelError("flash translation layer: " + what + " " + std::to_string(number));
    };
    for (LogicalPage logical = 0; logical < layout_.total(); ++logical) {
        const MapEntry entry = map_.at(logical);
        const PageNumber page = entry.buffered() ? buffer_.at(entry.slot()).old : entry.page();
        if (page == kNoPage) {
            continue;
        }
        if (map_.owner(page) != logical) {
            broken("two logical pages share flash page", page);
        }
        if (medium_ != nullptr && (medium_->state(page) != FtlMedium::State::kIntact ||
                                   medium_->spare(page).logical != logical)) {
            broken("the flash does not hold logical page", logical);
        }
    }
    std::vector<std::int64_t> invalid(collectors_.size());
    for (std::int64_t number = 0; number < blocks_.total(); ++number) {
        const FtlBlock& block = blocks_.at(number);
        std::int32_t valid = 0;
        for (std::int32_t i = 0; i < geometry_.pages; ++i) {
            valid += map_.owner(number * geometry_.pages + i) != kNoLogicalPage ? 1 : 0;
        }
        if (valid != block.valid || (block.state == State::kFree && valid > 0)) {
            broken("wrong number of valid pages in block", number);
        }
        if (block.state == State::kClosed) {
            invalid[static_cast<std::size_t>(number / geometry_.blocks)] += geometry_.pages - valid;
        }
    }
    for (std::int64_t plane = 0; plane < geometry_.total_planes(); ++plane) {
        if (invalid[static_cast<std::size_t>(plane)] != blocks_.invalid_pages(plane)) {
            broken("wrong number of invalid pages in plane", plane);
        }
    }
}

}  // namespace strata::models
