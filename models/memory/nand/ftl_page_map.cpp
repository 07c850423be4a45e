// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/memory/nand/ftl_page.h"

namespace strata::models {

using MapState = FtlMapCache::Page::State;

/// Whether the map page is in the controller. If not, it is being loaded now.
bool PageFtl::map_ready(std::int64_t map, FtlOutput& out) {
    if (cache_.whole()) {
        return true;
    }
    FtlMapCache::Page& page = cache_.at(map);
    if (page.state == MapState::kPresent) {
        ++counts_.map_hits;
        cache_.use(map);
        return true;
    }
    ++counts_.map_misses;
    if (page.state == MapState::kLoading) {
        return false;
    }
    cache_.start_load(map);
    const PageNumber place = map_.at(layout_.host + map).page();
    if (page.writing || place == kNoPage) {  // still in the output buffer, or never written
        cache_.loaded(map);
        return true;
    }
    emit_read(Role::kMapLoad, FlashSource::kMap, place, layout_.host + map, out);
    return false;
}

void PageFtl::map_loaded(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t map = task.logical - layout_.host;
    cache_.loaded(map);
    if (status == FlashStatus::kFailed) {
        cache_.at(map).dirty = true;  // rebuilt from spare areas; that scan is not modelled
    }
    FtlMapCache::Waiter waiter;
    while (cache_.pop_waiter(map, waiter)) {
        if (waiter.slot < 0) {
            issue_read(waiter.logical, waiter.tag, out);
        } else {
            enqueue(waiter.slot);
        }
    }
    pump(now, out);
}

/// The place of a logical page changed.
void PageFtl::mark_dirty(LogicalPage logical) {
    if (!config_.map_traffic()) {
        return;
    }
    const std::int64_t map = layout_.map_page(logical);
    FtlMapCache::Page& page = cache_.at(map);
    if (page.state == MapState::kAbsent && !page.dirty) {
        late_loads_.push_back(map);
    }
    page.dirty = true;
}

void PageFtl::preload_map(core::Ps now, std::int64_t pages) {
    if (!config_.map_traffic()) {
        return;
    }
    for (std::int64_t map = 0; map * layout_.entries < pages; ++map) {
        const std::int64_t turn = map % geometry_.total_planes();
        const PageNumber page =
            blocks_.allocate(now, stripe_[static_cast<std::size_t>(turn)], FtlStream::kMap, stamp_);
        program_spare(now, page, layout_.host + map, ++stamp_, false, snapshot(map));
        place(layout_.host + map, page);
        map_.set(layout_.host + map, MapEntry::on_flash(page));
        blocks_.end_program(page);
    }
}

/// What the flash has to know of a map page: places of finished programs only.
FtlMedium::Contents PageFtl::snapshot(std::int64_t map) const {
    FtlMedium::Contents contents;
    if (medium_ == nullptr) {
        return contents;
    }
    const std::int64_t first = map * layout_.entries;
    const std::int64_t end = std::min(first + layout_.entries, layout_.host);
    for (LogicalPage logical = first; logical < end; ++logical) {
        const MapEntry entry = map_.at(logical);
        contents.push_back(entry.buffered() ? buffer_.at(entry.slot()).old : entry.page());
    }
    return contents;
}

/// A plane with a page for the layer's own data, or -1. The last free block of a plane is garbage
/// collection's.
std::int64_t PageFtl::map_plane() {
    const auto planes = static_cast<std::int64_t>(stripe_.size());
    for (std::int64_t i = 0; i < planes; ++i) {
        const std::int64_t plane = stripe_[static_cast<std::size_t>(next_map_stripe_)];
        next_map_stripe_ = next_map_stripe_ + 1 == planes ? 0 : next_map_stripe_ + 1;
        if (blocks_.can_allocate(plane, FtlStream::kMap, 1)) {
            return plane;
        }
    }
    return -1;
}

/// Starts the program of one of the layer's own pages; null when there is no place.
PageFtl::Task* PageFtl::emit_own(core::Ps now, Role role, LogicalPage logical, FtlOutput& out) {
    const std::int64_t plane = map_plane();
    if (plane < 0) {
        return nullptr;
    }
    const bool low = blocks_.free_blocks(plane) <= config_.gc.start;
    if (low) {
        collect(now, plane, config_.gc.stop, out);
    }
    return &emit_program(now, role, FlashSource::kMap, plane, FtlStream::kMap, logical, kNoPage, 0,
                         out);
}

bool PageFtl::write_map_page(core::Ps now, std::int64_t map, FtlOutput& out) {
    Task* task = emit_own(now, Role::kMapWrite, layout_.host + map, out);
    if (task == nullptr) {
        return false;
    }
    contents_of(*task) = snapshot(map);
    cache_.at(map).dirty = false;
    cache_.at(map).writing = true;
    return true;
}

void PageFtl::map_written(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t map = task.logical - layout_.host;
    FtlMapCache::Page& page = cache_.at(map);
    page.writing = false;
    if (status != FlashStatus::kFailed) {
        own_page_written(now, task, out);
        return;
    }
    page.dirty = true;
    flush_again_ = true;
    if (page.state == MapState::kAbsent) {
        cache_.start_load(map);
        cache_.loaded(map);
    }
    const PageNumber old = map_.at(task.logical).page();
    restart_victim(old);
    touch_victim(now, old, out);
}

void PageFtl::own_page_written(core::Ps now, const Task& task, FtlOutput& out) {
    const PageNumber old = map_.at(task.logical).page();
    place(task.logical, task.page);
    map_.set(task.logical, MapEntry::on_flash(task.page));
    if (old != kNoPage) {
        drop(old);
        touch_victim(now, old, out);
    }
}

/// Makes room in the cache: changed pages are written out first.
void PageFtl::trim_cache(core::Ps now, FtlOutput& out) {
    for (std::int64_t map = cache_.surplus(); map >= 0; map = cache_.surplus()) {
        FtlMapCache::Page& page = cache_.at(map);
        if (page.dirty && (page.writing || !write_map_page(now, map, out))) {
            return;
        }
        cache_.drop(map);
    }
}

void PageFtl::advance_map(core::Ps now, FtlOutput& out) {
    for (const std::int64_t map : late_loads_) {
        if (cache_.at(map).state == MapState::kAbsent) {
            map_ready(map, out);
        }
    }
    late_loads_.clear();
    advance_checkpoint(now, out);
    trim_cache(now, out);
    write_journal(now, out);
}

void PageFtl::checkpoint(core::Ps now, std::uint64_t tag, FtlOutput& out) {
    if (!config_.recovery.journal || read_only_) {
        const core::Fault fault = read_only_ ? core::Fault::kOutOfRange : core::Fault::kNone;
        out.acks.push_back({tag, fault, false});
        return;
    }
    next_checkpoint_tags_.push_back(tag);
    checkpoint_wanted_ = true;
    advance_checkpoint(now, out);
}

void PageFtl::advance_checkpoint(core::Ps now, FtlOutput& out) {
    if (stage_ == CheckpointStage::kIdle) {
        const std::int64_t interval = config_.recovery.interval;
        const bool due =
            interval > 0 && stamp_ - last_checkpoint_ >= static_cast<std::uint64_t>(interval);
        if (!mounted() || (!checkpoint_wanted_ && !due)) {
            return;
        }
        start_checkpoint();
    }
    // The record promises that the map pages hold all programs up to its stamp: those have to be
    // done before a map page is written.
    if (stage_ == CheckpointStage::kDrain && in_epoch_[epoch_ ^ 1] == 0) {
        stage_ = CheckpointStage::kFlush;
        flush_cursor_ = 0;
        flush_again_ = false;
    }
    if (stage_ == CheckpointStage::kFlush) {
        flush_map(now, out);
    }
    if (stage_ == CheckpointStage::kRecord && !record_writing_) {
        write_record(now, out);
    }
}

void PageFtl::start_checkpoint() {
    stage_ = CheckpointStage::kDrain;
    checkpoint_wanted_ = false;
    checkpoint_tags_.swap(next_checkpoint_tags_);
    epoch_ ^= 1;
    record_stamp_ = stamp_;
    record_open_.clear();
    for (std::int64_t plane = 0; plane < geometry_.total_planes(); ++plane) {
        for (std::size_t stream = 0; stream < kFtlStreams; ++stream) {
            const std::int64_t open = blocks_.open_block(plane, static_cast<FtlStream>(stream));
            if (open >= 0) {
                record_open_.push_back(open);
            }
        }
    }
}

/// One pass writes every changed map page, a second one waits for these writes.
void PageFtl::flush_map(core::Ps now, FtlOutput& out) {
    for (; flush_cursor_ < 2 * cache_.size(); ++flush_cursor_) {
        const std::int64_t map = flush_cursor_ % cache_.size();
        const FtlMapCache::Page& page = cache_.at(map);
        if (page.writing) {
            return;
        }
        if (flush_cursor_ < cache_.size() && page.dirty &&
            (page.state != MapState::kPresent || !write_map_page(now, map, out))) {
            return;
        }
    }
    if (flush_again_) {  // a program failed
        flush_again_ = false;
        flush_cursor_ = 0;
        flush_map(now, out);
        return;
    }
    stage_ = CheckpointStage::kRecord;
}

void PageFtl::write_record(core::Ps now, FtlOutput& out) {
    Task* task = emit_own(now, Role::kRecord, layout_.record(), out);
    if (task == nullptr) {
        return;
    }
    record_writing_ = true;
    if (medium_ != nullptr) {
        FtlMedium::Contents& contents = contents_of(*task);
        contents.assign(1, static_cast<std::int64_t>(record_stamp_));
        contents.insert(contents.end(), record_open_.begin(), record_open_.end());
    }
}

void PageFtl::record_written(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    record_writing_ = false;
    if (status == FlashStatus::kFailed) {
        const PageNumber old = map_.at(task.logical).page();
        restart_victim(old);
        touch_victim(now, old, out);
        return;  // advance_checkpoint writes it again
    }
    own_page_written(now, task, out);
    ++counts_.checkpoints;
    last_checkpoint_ = record_stamp_;
    stage_ = CheckpointStage::kIdle;
    for (const std::uint64_t tag : checkpoint_tags_) {
        out.acks.push_back({tag, core::Fault::kNone, false});
    }
    checkpoint_tags_.clear();
    for (std::int64_t index = 0; index < FtlLayout::kJournals; ++index) {
        std::uint64_t& stamp = journal_stamps_[static_cast<std::size_t>(index)];
        if (stamp > 0 && stamp <= record_stamp_) {  // the map pages have these trims now
            const PageNumber page = map_.at(layout_.journal(index)).page();
            map_.set(layout_.journal(index), MapEntry::none());
            stamp = 0;
            --journals_used_;
            drop(page);
            touch_victim(now, page, out);
        }
    }
}

}  // namespace strata::models
