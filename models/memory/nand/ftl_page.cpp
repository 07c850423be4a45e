// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_page.h"

#include <algorithm>

#include "core/diagnostics.h"
#include "models/memory/nand/ftl_stripe.h"

namespace strata::models {

PageFtl::PageFtl(const FtlConfig& config, const FlashGeometry& geometry, FtlMedium* medium,
                 std::uint64_t seed)
    : config_(config),
      geometry_(geometry),
      medium_(medium),
      layout_(page_map_capacity(config, geometry), geometry.page_bytes / config.map.entry),
      blocks_(config, geometry, seed),
      map_(layout_.total(), geometry.total_pages()),
      cache_(layout_.maps, config.map.cached),
      buffer_(config.write_buffer.pages),
      stripe_(stripe_order(config, geometry)),
      needs_mount_(medium != nullptr && !medium->blank()),
      ready_(static_cast<std::size_t>(config.static_placement ? geometry.total_planes() : 1)),
      open_lines_(config.program_pages > 1
                      ? geometry.total_planes() * static_cast<std::int64_t>(kFtlStreams)
                      : 0,
                  1),
      line_since_(config.program_pages > 1
                      ? static_cast<std::size_t>(geometry.total_planes()) * kFtlStreams
                      : 0),
      collectors_(static_cast<std::size_t>(geometry.total_planes())),
      least_erases_(collectors_.size()),
      journal_stamps_(FtlLayout::kJournals) {
    const std::string misfit = ftl_misfit(config, geometry);
    if (!misfit.empty()) {
        throw core::UserError("flash translation layer: " + misfit);
    }
    if (medium != nullptr && !config.recovery.journal) {
        throw core::ModelError("a medium that survives a power loss needs recovery.journal");
    }
    counts_.bad_blocks = blocks_.bad_blocks();
}

void PageFtl::preload(core::Ps now, std::int64_t pages) {
    if (pages < 0 || pages > layout_.host || stamp_ > 0) {
        throw core::ModelError("preload of " + std::to_string(pages) + " pages is not possible");
    }
    for (LogicalPage logical = 0; logical < pages; ++logical) {
        const std::int64_t turn = logical % geometry_.total_planes();
        const PageNumber page = blocks_.allocate(now, stripe_[static_cast<std::size_t>(turn)],
                                                 FtlStream::kHost, stamp_);
        program_spare(now, page, logical, ++stamp_, false, {});
        place(logical, page);
        map_.set(logical, MapEntry::on_flash(page));
        blocks_.end_program(page);
    }
    next_stripe_ = pages % geometry_.total_planes();
    preload_map(now, pages);
}

void PageFtl::read(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    ++counts_.host_reads;
    if (page < 0 || page >= layout_.host) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    if (!map_.at(page).buffered() && !map_ready(layout_.map_page(page), out)) {
        cache_.wait(layout_.map_page(page), {page, tag, -1, -1});
    } else {
        issue_read(page, tag, out);
    }
    trim_cache(now, out);
}

void PageFtl::issue_read(LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    const MapEntry entry = map_.at(page);
    if (entry.buffered()) {
        ++counts_.buffer_reads;
        out.acks.push_back({tag, core::Fault::kNone, true});
    } else if (entry.page() == kNoPage) {
        out.acks.push_back({tag, core::Fault::kNandReadErased, false});
    } else if (is_lost(page)) {
        out.acks.push_back({tag, core::Fault::kUncorrectable, false});
    } else {
        Task& task = emit_read(Role::kHostRead, FlashSource::kHost, entry.page(), page, out);
        task.tag = tag;
        out.tasks.back().tag = tag;
    }
}

void PageFtl::write(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    ++counts_.host_writes;
    if (page < 0 || page >= layout_.host || read_only_) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    if (!can_write()) {
        throw core::ModelError("write to a full write buffer or before the mount");
    }
    if (config_.write_buffer.capacitor) {
        out.acks.push_back({tag, core::Fault::kNone, true});
    }
    accept(now, page, tag, config_.write_buffer.capacitor, out);
    trim_cache(now, out);
}

/// Puts a version of a page into the write buffer.
void PageFtl::accept(core::Ps now, LogicalPage page, std::uint64_t tag, bool acknowledged,
                     FtlOutput& out) {
    const MapEntry entry = map_.at(page);
    std::int32_t last = entry.buffered() ? entry.slot() : -1;
    while (last >= 0 && buffer_.at(last).newer >= 0) {
        last = buffer_.at(last).newer;
    }
    const bool barrier = !trims_.empty() || !journalled_.empty();
    if (last >= 0 && buffer_.at(last).state == WriteSlot::State::kWaiting &&
        buffer_.at(last).held == barrier) {
        ++counts_.merged_writes;
        buffer_.merge(last, tag, !acknowledged);
        return;
    }
    const std::int32_t slot = buffer_.take(page, tag);
    buffer_.at(slot).acknowledged = acknowledged;
    buffer_.at(slot).held = barrier;
    held_slots_ += barrier ? 1 : 0;
    if (last >= 0) {
        buffer_.at(last).newer = slot;
        return;
    }
    buffer_.at(slot).old = entry.page();
    map_.set(page, MapEntry::in_slot(slot));
    if (map_ready(layout_.map_page(page), out)) {
        enqueue(slot);
        pump(now, out);
    } else {
        cache_.wait(layout_.map_page(page), {page, tag, slot, -1});
    }
}

void PageFtl::enqueue(std::int32_t slot) {
    if (buffer_.at(slot).held) {
        held_.push(buffer_, slot);
        return;
    }
    ready_[queue_of(buffer_.at(slot).logical)].push(buffer_, slot);
    ++ready_slots_;
}

/// Starts programs for the pages that wait in the write buffer.
void PageFtl::pump(core::Ps now, FtlOutput& out) {
    const bool barrier = !trims_.empty();
    const std::int64_t keep = barrier ? 0 : config_.write_buffer.hold;
    if (ready_slots_ <= keep || (stalled_ && !config_.static_placement && !read_only_)) {
        return;
    }
    bool blocked = false;
    for (std::size_t queue = 0; queue < ready_.size() && ready_slots_ > keep; ++queue) {
        while (!ready_[queue].empty() && ready_slots_ > keep) {
            if (!pump_queue(now, queue, out)) {
                blocked = true;
                break;
            }
        }
    }
    if (!blocked) {
        return;
    }
    stalled_ = true;
    for (std::int64_t plane = 0; plane < geometry_.total_planes(); ++plane) {
        collect(now, plane, config_.gc.start + 1, out);
    }
    if (collecting_ == 0 && programs_under_way_ == 0) {
        become_read_only(out);
    }
}

/// One page of a queue; false when there is no place for it.
bool PageFtl::pump_queue(core::Ps now, std::size_t queue, FtlOutput& out) {
    std::int64_t plane = -1;
    if (!config_.static_placement) {
        plane = next_writable();
    } else if (blocks_.can_allocate(stripe_[queue], FtlStream::kHost, config_.reserve())) {
        plane = stripe_[queue];
    }
    if (plane < 0) {
        return false;
    }
    const std::int32_t index = ready_[queue].pop(buffer_);
    --ready_slots_;
    WriteSlot& slot = buffer_.at(index);
    slot.state = WriteSlot::State::kProgramming;
    emit_program(now, Role::kHostWrite, FlashSource::kHost, plane, FtlStream::kHost, slot.logical,
                 kNoPage, slot.tag, out)
        .slot = index;
    if (blocks_.free_blocks(plane) <= config_.gc.start) {
        collect(now, plane, config_.gc.stop, out);
    }
    return true;
}

/// The next plane in turn that has a page for the host, or -1. A word line is filled first: one
/// begun in every plane would need a large write buffer.
std::int64_t PageFtl::next_writable() {
    if (config_.program_pages > 1 && open_lines_.listed(line_of(last_plane_, FtlStream::kHost)) &&
        blocks_.can_allocate(last_plane_, FtlStream::kHost, config_.reserve())) {
        return last_plane_;
    }
    const auto planes = static_cast<std::int64_t>(stripe_.size());
    for (std::int64_t i = 0; i < planes; ++i) {
        const std::int64_t plane = stripe_[static_cast<std::size_t>(next_stripe_)];
        next_stripe_ = next_stripe_ + 1 == planes ? 0 : next_stripe_ + 1;
        if (blocks_.can_allocate(plane, FtlStream::kHost, config_.reserve())) {
            last_plane_ = plane;
            return plane;
        }
    }
    return -1;
}

void PageFtl::host_write_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    WriteSlot& slot = buffer_.at(task.slot);
    if (status == FlashStatus::kFailed) {
        slot.state = WriteSlot::State::kWaiting;
        ready_[queue_of(slot.logical)].push_front(buffer_, task.slot);
        ++ready_slots_;
        const PageNumber kept = slot.old;
        restart_victim(kept);
        pump(now, out);
        touch_victim(now, kept, out);
        return;
    }
    const PageNumber old = slot.old;
    const std::int32_t newer = slot.newer;
    place(task.logical, task.page);
    mark_lost(task.logical, false);
    if (newer >= 0) {
        buffer_.at(newer).old = task.page;
        map_.set(task.logical, MapEntry::in_slot(newer));
    } else {
        map_.set(task.logical, MapEntry::on_flash(task.page));
    }
    mark_dirty(task.logical);
    acknowledge(task.slot, core::Fault::kNone, out);
    held_slots_ -= slot.held ? 1 : 0;
    buffer_.release(task.slot);
    if (old != kNoPage) {
        drop(old);
        touch_victim(now, old, out);
    }
    if (newer >= 0) {
        enqueue(newer);
        pump(now, out);
    }
}

void PageFtl::acknowledge(std::int32_t index, core::Fault fault, FtlOutput& out) {
    WriteSlot& slot = buffer_.at(index);
    if (slot.acknowledged) {
        return;
    }
    buffer_.take_merged(index, [&](std::uint64_t tag) { out.acks.push_back({tag, fault, false}); });
    out.acks.push_back({slot.tag, fault, false});
    slot.acknowledged = true;
}

/// Worn out: no page is left for the host, and none can be gained. What was acknowledged stays in
/// the buffer; everything else that needs space is refused.
void PageFtl::become_read_only(FtlOutput& out) {
    read_only_ = true;
    for (std::vector<Trim>* trims : {&trims_, &later_trims_}) {
        for (const Trim& trim : *trims) {
            out.acks.push_back({trim.tag, core::Fault::kOutOfRange, false});
        }
        trims->clear();
    }
    if (journalled_.empty()) {
        lift_barrier();
    }
    for (const RefreshOrder& order : refresh_orders_) {
        out.acks.push_back({order.tag, core::Fault::kOutOfRange, false});
    }
    refresh_orders_.clear();
    for (std::vector<std::uint64_t>* tags : {&checkpoint_tags_, &next_checkpoint_tags_}) {
        for (const std::uint64_t tag : *tags) {
            out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        }
        tags->clear();
    }
    if (!config_.write_buffer.capacitor) {
        reject_writes(out);
    }
}

void PageFtl::reject_writes(FtlOutput& out) {
    for (SlotQueue& queue : ready_) {
        while (!queue.empty()) {
            const std::int32_t first = queue.pop(buffer_);
            --ready_slots_;
            map_.set(buffer_.at(first).logical, MapEntry::on_flash(buffer_.at(first).old));
            for (std::int32_t slot = first; slot >= 0;) {
                const std::int32_t newer = buffer_.at(slot).newer;
                acknowledge(slot, core::Fault::kOutOfRange, out);
                buffer_.release(slot);
                slot = newer;
            }
        }
    }
}

void PageFtl::place(LogicalPage logical, PageNumber page) {
    map_.set_owner(page, logical);
    blocks_.add_valid(page);
}

void PageFtl::drop(PageNumber page) {
    map_.set_owner(page, kNoLogicalPage);
    blocks_.drop_valid(page);
}

}  // namespace strata::models
