// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostics.h"
#include "models/memory/nand/ftl_zone.h"

namespace strata::models {

ZoneFtl::Task& ZoneFtl::emit(FlashTask task, Role role, std::int64_t zone, FtlOutput& out) {
    std::uint32_t id = free_task_;
    if (id == kNoTask) {
        id = static_cast<std::uint32_t>(tasks_.size());
        tasks_.emplace_back();
    } else {
        free_task_ = tasks_[id].next_free;
    }
    task.id = id;
    Task& own = tasks_[id];
    own = {role, false, task.kind, kNoTask, zone, task.page, task.logical, task.tag, 0};
    out.tasks.push_back(task);
    ++tasks_under_way_;
    ++block_of(task.page).under_way;
    const auto source = static_cast<std::size_t>(task.source);
    (task.kind == FlashTaskKind::kRead      ? counts_.reads
     : task.kind == FlashTaskKind::kProgram ? counts_.programs
                                            : counts_.erases)[source] += 1;
    return own;
}

void ZoneFtl::emit_read(Role role, FlashSource source, std::int64_t zone, std::int64_t offset,
                        std::uint64_t tag, FtlOutput& out) {
    FlashTask task;
    task.source = source;
    task.page = place(zone, offset);
    task.logical = zone * zone_pages_ + offset;
    task.tag = tag;
    ++block_of(task.page).reads;
    emit(task, role, zone, out);
}

ZoneFtl::Task& ZoneFtl::emit_program(Role role, FlashTask task, FtlOutput& out) {
    task.kind = FlashTaskKind::kProgram;
    Task& own = emit(task, role, task.logical / zone_pages_, out);
    own.stamp = ++stamp_;
    return own;
}

ZoneFtl::Task ZoneFtl::take_task(std::uint32_t id) {
    if (id >= tasks_.size() || tasks_[id].role == Role::kFree) {
        throw core::ModelError("flash task " + std::to_string(id) + " is not under way");
    }
    const Task task = tasks_[id];
    tasks_[id].role = Role::kFree;
    tasks_[id].next_free = free_task_;
    free_task_ = id;
    --tasks_under_way_;
    --block_of(task.page).under_way;
    return task;
}

FtlSpare ZoneFtl::spare_of(core::Ps now, const Task& task) const {
    FtlSpare spare;
    spare.logical = task.logical;
    spare.stamp = task.stamp;
    spare.time = now;
    spare.erases = blocks_.at(geometry_.block_of(task.page)).erases;
    spare.lost = task.lost;
    return spare;
}

/// A program is over: what the flash holds now.
void ZoneFtl::note_program(core::Ps now, const Task& task, bool failed) {
    ZoneBlock& block = block_of(task.page);
    ++block.programmed;
    block.failed = block.failed || failed;
    if (medium_ == nullptr) {
        return;
    }
    if (failed) {
        medium_->tear(task.page);
        medium_->mark_failed(geometry_.block_of(task.page));
    } else {
        medium_->program(task.page, spare_of(now, task), {});
    }
}

void ZoneFtl::done(core::Ps now, std::uint32_t id, FlashStatus status, FtlOutput& out) {
    const Task task = take_task(id);
    if (task.kind == FlashTaskKind::kProgram) {
        note_program(now, task, status == FlashStatus::kFailed);
    }
    switch (task.role) {
        case Role::kHostRead:
            host_read_done(now, task, status, out);
            break;
        case Role::kHostWrite:
            host_write_done(now, task, status, out);
            break;
        case Role::kMoveRead:
            move_read_done(now, task, status, out);
            break;
        case Role::kErase:
            erase_done(now, task, status, out);
            break;
        case Role::kScan:
            mount_->scanned(task.page, status != FlashStatus::kFailed);
            continue_mount(now, out);
            return;
        default:
            move_done(now, task, out);
    }
    settle_block(now, geometry_.block_of(task.page), out);
    repairing_ = repairing_ && upkeep_ > 0;
}

}  // namespace strata::models
