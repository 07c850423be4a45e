// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What the full NAND model does beside reads and writes: preconditioning, refresh on the host's
// word, background work.

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
    FtlOutput output;
    ftl_->write(now_, number, tag_of(kNone), output);
    if (data_check_) {
        data_check_->written(number, version_);
    }
    run_at_once(output);
    unsettled_ = true;
}

void FullNand::run_at_once(FtlOutput& output) {
    for (std::size_t i = 0; i < output.tasks.size(); ++i) {
        const FlashTask task = output.tasks[i];
        run_at_once(task);
        if (data_check_) {
            data_check_->started(task, version_of(task.tag));
            data_check_->finished(task, FlashStatus::kOk);
        }
        ftl_->done(now_, task.id, FlashStatus::kOk, output);
    }
}

void FullNand::check_data() {
    if (config_.ftl.mapping != "mqsim") {
        data_check_ =
            std::make_unique<FtlDataCheck>(config_.device.geometry, ftl_->logical_pages());
    }
}

/// A write or a trim is done; a refresh, which changes no data, has no bytes.
void FullNand::note_data(const HostPage& p, std::uint32_t version) {
    if (p.op == core::MemoryOp::kWrite) {
        data_check_->written(p.page, version);
    } else if (p.op == core::MemoryOp::kErase && p.bytes > 0) {
        data_check_->trimmed(p.page, p.bytes / page_bytes_, version);
    }
}

void FullNand::end_preconditioning() {
    FtlOutput output;
    ftl_->pad(now_, output);
    run_at_once(output);
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

void FullNand::refresh(Ps now, std::uint64_t address, std::uint64_t id) {
    now_ = now;
    const std::int32_t index = take_request();
    request(index).completion = {id, 0, core::kNever, core::Fault::kNone};
    request(index).pages_left = 1;
    const LogicalPage number = static_cast<core::Bytes>(address) / page_bytes_;
    const std::int32_t slot = take_page(index, core::MemoryOp::kErase, number, 0, now);
    ftl_->refresh(now, number, static_cast<std::uint32_t>(slot), output_);
    work(now);
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
