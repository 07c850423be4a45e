// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What the full NAND model does without the host: preconditioning and background work.

#include "core/diagnostics.h"
#include "models/memory/nand/full_nand.h"

namespace strata::models {

using core::Ps;

/// Blocks that the translation layer has as empty are empty in the device, too.
void FullNand::preload() {
    if (config_.ftl.mapping != "zone") {
        for (LogicalPage number = 0; number < ftl_->logical_pages(); ++number) {
            write_at_once(number);
        }
        return;
    }
    for (std::int64_t block = 0; block < config_.device.geometry.total_blocks(); ++block) {
        if (ftl_->written_at(block) == core::kNever) {
            device_.set_block(block, {});
        }
    }
}

void FullNand::write_at_once(LogicalPage number) {
    if (!idle()) {
        throw core::ModelError("preconditioning of a NAND controller at work");
    }
    constexpr std::uint64_t kNobody = ~std::uint64_t{0};
    FtlOutput todo;
    ftl_->write(now_, number, kNobody, todo);
    run_at_once(todo);
    unsettled_ = true;
}

void FullNand::run_at_once(FtlOutput& todo) {
    for (std::size_t i = 0; i < todo.tasks.size(); ++i) {
        const FlashTask task = todo.tasks[i];
        run_at_once(task);
        ftl_->done(now_, task.id, FlashStatus::kOk, todo);
    }
}

void FullNand::settle() {
    FtlOutput todo;
    ftl_->pad(now_, todo);
    run_at_once(todo);
    unsettled_ = false;
}

void FullNand::run_at_once(const FlashTask& task) {
    const std::int64_t index = config_.device.geometry.block_of(task.page);
    FlashBlocks::Block block = device_.blocks().at(index);
    if (task.kind == FlashTaskKind::kErase) {
        block = {0, block.erases + 1, 0};
    } else if (task.kind != FlashTaskKind::kRead) {
        ++block.programmed;
    }
    device_.set_block(index, block);
}

/// What has been begun is brought to its end; an idle controller is left alone.
Ps FullNand::next_background() const {
    return outstanding_ > 0 || !scheduler_.idle() ? ftl_->next_background() : idle_at_;
}

void FullNand::work_in_background(Ps now) {
    if (ftl_->next_background() <= now) {
        ftl_->background(now, output_);
    }
}

/// Collection ahead of need, plane by plane, until the translation layer finds nothing to do.
void FullNand::collect_when_idle(Ps now) {
    if (config_.ftl.gc.idle == 0 || !idle()) {
        return;
    }
    if (idle_at_ == core::kNever) {
        idle_at_ = now + config_.ftl.gc.idle_after;
    } else if (idle_at_ <= now) {
        for (std::int64_t i = 0; i < config_.device.geometry.total_planes(); ++i) {
            ftl_->idle(now, i, output_);
        }
        idle_at_ = output_.tasks.empty() ? core::kNever : now;
        work(now);
    }
}

}  // namespace strata::models
