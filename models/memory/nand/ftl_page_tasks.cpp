// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostics.h"
#include "models/memory/nand/ftl_page.h"
#include "models/memory/nand/ftl_report.h"

namespace strata::models {

namespace {
std::size_t index_of(FlashSource source) {
    return static_cast<std::size_t>(source);
}
}  // namespace

PageFtl::Task& PageFtl::emit(FlashTask task, Role role, FtlOutput& out) {
    std::uint32_t id = free_task_;
    if (id == kNoTask) {
        id = static_cast<std::uint32_t>(tasks_.size());
        tasks_.emplace_back();
        contents_.emplace_back();
    } else {
        free_task_ = tasks_[id].next_free;
    }
    task.id = id;
    out.tasks.push_back(task);
    ++tasks_under_way_;
    Task& own = tasks_[id];
    own.role = role;
    own.kind = task.kind;
    own.source = task.source;
    own.epoch = epoch_;
    own.lost = false;
    own.slot = -1;
    own.page = task.page;
    own.from = task.from;
    own.logical = task.logical;
    own.tag = task.tag;
    own.stamp = 0;
    return own;
}

PageFtl::Task& PageFtl::emit_read(Role role, FlashSource source, PageNumber page,
                                  LogicalPage logical, FtlOutput& out) {
    FlashTask task;
    task.source = source;
    task.page = page;
    task.logical = logical;
    FtlBlock& block = blocks_.at(geometry_.block_of(page));
    ++block.reads;
    ++block.reading;
    ++counts_.reads[index_of(source)];
    return emit(task, role, out);
}

PageFtl::Task& PageFtl::emit_program(core::Ps now, Role role, FlashSource source,
                                     std::int64_t plane, FtlStream stream, LogicalPage logical,
                                     PageNumber from, std::uint64_t tag, FtlOutput& out) {
    FlashTask task;
    task.kind = FlashTaskKind::kProgram;
    task.source = source;
    task.page = blocks_.allocate(now, plane, stream, stamp_);
    if (config_.program_pages > 1) {
        note_line(now, task.page);
    }
    task.from = from;
    task.logical = logical;
    task.tag = tag;
    ++counts_.programs[index_of(source)];
    ++programs_under_way_;
    ++in_epoch_[epoch_];
    Task& own = emit(task, role, out);
    own.stamp = ++stamp_;
    return own;
}

FtlMedium::Contents& PageFtl::contents_of(const Task& task) {
    return contents_[static_cast<std::size_t>(&task - tasks_.data())];
}

void PageFtl::done(core::Ps now, std::uint32_t id, FlashStatus status, FtlOutput& out) {
    if (id >= tasks_.size() || tasks_[id].role == Role::kFree) {
        throw core::ModelError("flash task " + std::to_string(id) + " is not under way");
    }
    const Task task = tasks_[id];
    --tasks_under_way_;
    if (task.kind == FlashTaskKind::kProgram || task.kind == FlashTaskKind::kCopyback) {
        --programs_under_way_;
        --in_epoch_[task.epoch];
        if (status != FlashStatus::kFailed) {
            program_spare(now, task.page, task.logical, task.stamp, task.lost, contents_[id]);
        } else if (medium_ != nullptr) {
            medium_->tear(task.page);
        }
        contents_[id].clear();
    }
    tasks_[id].role = Role::kFree;
    tasks_[id].next_free = free_task_;
    free_task_ = id;
    dispatch(now, task, status, out);
    if (config_.map_traffic()) {
        advance_map(now, out);
    } else if (!trims_.empty()) {
        write_journal(now, out);
    }
}

void PageFtl::program_spare(core::Ps now, PageNumber page, LogicalPage logical, std::uint64_t stamp,
                            bool lost, const FtlMedium::Contents& contents) {
    if (medium_ != nullptr) {
        medium_->program(page, spare_of(now, page, logical, stamp, lost), contents);
    }
}

FtlSpare PageFtl::spare_of(core::Ps now, PageNumber page, LogicalPage logical, std::uint64_t stamp,
                           bool lost) const {
    const FtlBlock& block = blocks_.at(geometry_.block_of(page));
    FtlSpare spare;
    spare.logical = logical;
    spare.stamp = stamp;
    spare.time = now;
    spare.erases = block.erases;
    spare.stream = static_cast<std::uint8_t>(block.stream);
    spare.lost = lost;
    return spare;
}

void PageFtl::dispatch(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    switch (task.role) {
        case Role::kHostRead:
            out.acks.push_back(
                {task.tag,
                 status == FlashStatus::kFailed ? core::Fault::kUncorrectable : core::Fault::kNone,
                 false});
            end_read(now, task, status, out);
            return;
        case Role::kMapLoad:
            end_read(now, task, status, out);
            map_loaded(now, task, status, out);
            return;
        case Role::kMoveRead:
            move_read_done(now, task, status, out);
            return;
        case Role::kScan:
            mount_->scanned(task.page, status != FlashStatus::kFailed);
            continue_mount(now, out);
            return;
        case Role::kErase:
            erase_done(now, task, status, out);
            return;
        default:
            end_program(now, task, status, out);
    }
}

void PageFtl::end_read(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t number = geometry_.block_of(task.page);
    FtlBlock& block = blocks_.at(number);
    --block.reading;
    const bool many = config_.read_reclaim > 0 && block.reads >= config_.read_reclaim;
    if (many || status == FlashStatus::kMarginal) {
        want(now, number, FlashSource::kReadReclaim, out);
    }
    if (block.state == FtlBlock::State::kVictim) {
        touch_victim(now, task.page, out);
    }
}

void PageFtl::end_program(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t number = geometry_.block_of(task.page);
    const bool failed = status == FlashStatus::kFailed;
    switch (task.role) {
        case Role::kHostWrite:
            host_write_done(now, task, status, out);
            break;
        case Role::kMove:
            move_done(now, task, status, out);
            break;
        case Role::kMapWrite:
            map_written(now, task, status, out);
            break;
        case Role::kRecord:
            record_written(now, task, status, out);
            break;
        case Role::kPad:
            break;
        default:
            journal_written(now, task, status, out);
    }
    FtlBlock& block = blocks_.at(number);
    blocks_.end_program(task.page);
    if (failed && !block.failed) {
        block.failed = true;
        want(now, number, FlashSource::kGc, out);
    }
    if (block.wanted && block.state == FtlBlock::State::kClosed) {
        collect(now, number / geometry_.blocks, 0, out);
    }
    if (stalled_ && collecting_ == 0) {
        stalled_ = false;
        pump(now, out);
    }
}

std::string PageFtl::describe_state() const {
    std::string text = std::to_string(tasks_under_way_) + " flash tasks under way, " +
                       std::to_string(buffer_.used()) + " pages in the write buffer, " +
                       std::to_string(collecting_) + " planes collecting";
    text += read_only_ ? ", worn out" : "";
    text += mounted() ? "" : ", not mounted";
    return text;
}

void PageFtl::register_stats(core::StatGroup& stats) {
    register_ftl_counts(stats, counts_);
}

}  // namespace strata::models
