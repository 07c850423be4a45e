// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/memory/nand/ftl_page.h"

namespace strata::models {

void PageFtl::trim(core::Ps now, LogicalPage first, std::int64_t pages, std::uint64_t tag,
                   FtlOutput& out) {
    if (first < 0 || pages < 1 || pages > layout_.host - first || read_only_) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    const bool later = held_slots_ > 0 || !later_trims_.empty();
    (later ? later_trims_ : trims_).push_back({first, pages, tag});
    pump(now, out);
    write_journal(now, out);
}

/// Once the writes before the trims are done: a journal page with them.
void PageFtl::write_journal(core::Ps now, FtlOutput& out) {
    if (trims_.empty() || !journalled_.empty() || buffer_.used() > held_slots_) {
        return;
    }
    if (!config_.recovery.journal) {
        journalled_.swap(trims_);
        apply_trims(now, out);
        return;
    }
    const auto free = std::find(journal_stamps_.begin(), journal_stamps_.end(), 0U);
    if (journals_used_ >= FtlLayout::kJournals / 2) {
        checkpoint_wanted_ = true;
        advance_checkpoint(now, out);
    }
    if (free == journal_stamps_.end()) {
        return;
    }
    const std::int64_t index = free - journal_stamps_.begin();
    Task* task = emit_own(now, Role::kJournal, layout_.journal(index), out);
    if (task == nullptr) {
        return;
    }
    const auto fit = static_cast<std::size_t>(geometry_.page_bytes / 16 - 1);
    const auto end = trims_.begin() + static_cast<std::ptrdiff_t>(std::min(fit, trims_.size()));
    journalled_.assign(trims_.begin(), end);
    trims_.erase(trims_.begin(), end);
    if (medium_ != nullptr) {
        FtlMedium::Contents& contents = contents_of(*task);
        contents.assign(1, static_cast<std::int64_t>(task->stamp));
        for (const Trim& trim : journalled_) {
            contents.push_back(trim.first);
            contents.push_back(trim.pages);
        }
    }
}

void PageFtl::journal_written(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    if (status == FlashStatus::kFailed) {
        trims_.insert(trims_.begin(), journalled_.begin(), journalled_.end());
        journalled_.clear();
        // Pages that were not moved because of the trim are needed again until the next try.
        for (std::int64_t plane = 0; plane < geometry_.total_planes(); ++plane) {
            collector(plane).cursor = 0;
            step(now, plane, out);
        }
        return;  // done() writes it again
    }
    place(task.logical, task.page);
    map_.set(task.logical, MapEntry::on_flash(task.page));
    journal_stamps_[static_cast<std::size_t>(task.logical - layout_.journal(0))] = task.stamp;
    ++journals_used_;
    apply_trims(now, out);
}

void PageFtl::apply_trims(core::Ps now, FtlOutput& out) {
    std::vector<Trim> trims;
    trims.swap(journalled_);
    for (const Trim& trim : trims) {
        for (LogicalPage logical = trim.first; logical < trim.first + trim.pages; ++logical) {
            unmap(now, logical, out);
        }
        out.acks.push_back({trim.tag, core::Fault::kNone, false});
    }
    if (trims_.empty()) {
        release_barrier(now, out);
    }
}

void PageFtl::unmap(core::Ps now, LogicalPage logical, FtlOutput& out) {
    const MapEntry entry = map_.at(logical);
    PageNumber old = kNoPage;
    if (entry.buffered()) {  // a write behind the trim
        std::swap(old, buffer_.at(entry.slot()).old);
    } else {
        old = entry.page();
        map_.set(logical, MapEntry::none());
    }
    if (old == kNoPage) {
        return;
    }
    mark_lost(logical, false);
    mark_dirty(logical);
    drop(old);
    touch_victim(now, old, out);
}

/// Lets the writes behind the trims go on.
void PageFtl::lift_barrier() {
    for (std::int32_t slot = 0; slot < buffer_.size(); ++slot) {
        buffer_.at(slot).held = false;
    }
    held_slots_ = 0;
    while (!held_.empty()) {
        enqueue(held_.pop(buffer_));
    }
}

/// The same, up to trims that came in behind these writes.
void PageFtl::release_barrier(core::Ps now, FtlOutput& out) {
    lift_barrier();
    trims_.swap(later_trims_);
    stalled_ = false;  // there is something to collect now
    pump(now, out);
    write_journal(now, out);
}

}  // namespace strata::models
