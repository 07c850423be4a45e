// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Host operations and tasks of the translation layer by the rules of MQSim.

#include "models/memory/nand/ftl_mqsim.h"

#include "core/diagnostics.h"
#include "models/memory/nand/ftl_report.h"
#include "models/memory/nand/ftl_stripe.h"

namespace strata::models {

MqsimFtl::MqsimFtl(const FtlConfig& config, const FlashGeometry& geometry, std::uint64_t seed)
    : config_(config),
      geometry_(geometry),
      capacity_(page_map_capacity(config, geometry)),
      stripe_(stripe_order(config, geometry)),
      blocks_(config, geometry, seed),
      map_(capacity_, geometry.total_pages()),
      moves_(capacity_),
      pending_(capacity_),
      planes_(static_cast<std::size_t>(geometry.total_planes())),
      chosen_(static_cast<std::size_t>(geometry.total_blocks())) {
    const std::string misfit = ftl_misfit(config, geometry);
    if (!misfit.empty()) {
        throw core::UserError("flash translation layer: " + misfit);
    }
    for (std::int64_t i = 0; i < geometry.total_planes(); ++i) {
        for (const FtlStream stream : {FtlStream::kHost, FtlStream::kMap, FtlStream::kMoved}) {
            blocks_.open(0, i, stream);
        }
    }
}

void MqsimFtl::preload(core::Ps now, std::int64_t pages) {
    if (pages < 0 || pages > capacity_ || stamp_ > 0) {
        throw core::ModelError("preload of " + std::to_string(pages) + " pages is not possible");
    }
    for (LogicalPage logical = 0; logical < pages; ++logical) {
        const PageNumber page = place(now, logical, FtlStream::kHost);
        blocks_.end_program(page);
        const std::int64_t index = geometry_.plane_of(page);
        if (blocks_.open_block(index, FtlStream::kHost) < 0) {
            blocks_.open(now, index, FtlStream::kHost);
        }
    }
}

// ---- tasks and lists ----------------------------------------------------------------------------

std::uint32_t MqsimFtl::emit(const FlashTask& flash, bool moves, FtlOutput& out) {
    std::uint32_t id = free_task_;
    if (id == kNoTask) {
        id = static_cast<std::uint32_t>(tasks_.size());
        tasks_.emplace_back();
    } else {
        free_task_ = task(id).next_free;
    }
    task(id) = {flash, moves, {}, 0};
    task(id).flash.id = id;
    out.tasks.push_back(task(id).flash);
    ++tasks_under_way_;
    return id;
}

void MqsimFtl::release(std::uint32_t id) {
    task(id).flash.id = kNoTask;
    task(id).next_free = free_task_;
    free_task_ = id;
}

std::int32_t MqsimFtl::take_node(const Operation& operation) {
    std::int32_t index = free_node_;
    if (index == kNone) {
        index = static_cast<std::int32_t>(waiting_.size());
        waiting_.emplace_back();
    } else {
        free_node_ = node(index).next;
    }
    node(index) = operation;
    node(index).next = kNone;
    return index;
}

void MqsimFtl::push(List& list, const Operation& operation) {
    const std::int32_t index = take_node(operation);
    (list.head == kNone ? list.head : node(list.tail).next) = index;
    list.tail = index;
}

void MqsimFtl::insert(List& list, const Operation& operation, std::uint64_t Operation::*key) {
    if (list.head == kNone || node(list.tail).*key < operation.*key) {
        push(list, operation);
        return;
    }
    std::int32_t before = kNone;
    for (std::int32_t i = list.head; node(i).*key < operation.*key; i = node(i).next) {
        before = i;
    }
    const std::int32_t index = take_node(operation);
    node(index).next = before == kNone ? list.head : node(before).next;
    (before == kNone ? list.head : node(before).next) = index;
}

MqsimFtl::Operation MqsimFtl::pop(List& list) {
    const std::int32_t index = list.head;
    const Operation operation = node(index);
    list.head = operation.next;
    node(index).next = free_node_;
    free_node_ = index;
    return operation;
}

void MqsimFtl::done(core::Ps now, std::uint32_t id, FlashStatus status, FtlOutput& out) {
    if (id >= tasks_.size() || task(id).flash.id != id) {
        throw core::ModelError("flash task " + std::to_string(id) + " is not under way");
    }
    --tasks_under_way_;
    const FlashTask flash = task(id).flash;
    const std::int64_t block = geometry_.block_of(flash.page);
    if (flash.kind == FlashTaskKind::kRead) {
        if (task(id).moves) {
            move_read(now, id, status, out);
            return;
        }
        release(id);
        --blocks_.at(block).reading;
        let_go(block, out);
        const bool failed = status == FlashStatus::kFailed;
        end_operation(now,
                      {flash.tag, failed ? core::Fault::kUncorrectable : core::Fault::kNone, false},
                      out);
        return;
    }
    if (status == FlashStatus::kFailed) {
        throw core::ModelError(
            "a program or erase failed under mapping mqsim, which has no "
            "bad blocks");
    }
    if (flash.kind == FlashTaskKind::kErase) {
        release(id);
        erased(now, block, out);
        return;
    }
    blocks_.end_program(flash.page);
    if (task(id).moves) {
        end_move(now, id, out);
        return;
    }
    release(id);
    pending_.set(flash.logical, pending_.get(flash.logical) - 1);
    --writes_;
    end_operation(now, {flash.tag, core::Fault::kNone, false}, out);
    const std::int64_t index = geometry_.plane_of(flash.page);
    if (plane(index).held.head != kNone && plane(index).victims == 0) {
        choose_victim(index, out);  // its block may be the first that is worth it
    }
}

// ---- host operations ----------------------------------------------------------------------------

void MqsimFtl::read(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    ++counts_.host_reads;
    if (page < 0 || page >= capacity_) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    begin(now, {Kind::kRead, page, 1, tag, kNone, 0, 0}, out);
}

void MqsimFtl::write(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    ++counts_.host_writes;
    if (page < 0 || page >= capacity_) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    if (!can_write()) {
        throw core::ModelError("write to a full write buffer");
    }
    ++writes_;
    begin(now, {Kind::kWrite, page, 1, tag, kNone, 0, 0}, out);
}

void MqsimFtl::trim(core::Ps now, LogicalPage first, std::int64_t pages, std::uint64_t tag,
                    FtlOutput& out) {
    if (first < 0 || pages < 0 || first > capacity_ - pages) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    push(behind_trim_, {Kind::kTrim, first, pages, tag, kNone, 0, 0});
    apply_trims(now, out);
}

void MqsimFtl::refresh(core::Ps /*now*/, LogicalPage /*page*/, std::uint64_t tag, FtlOutput& out) {
    out.acks.push_back({tag, core::Fault::kOutOfRange, false});
}

void MqsimFtl::checkpoint(core::Ps /*now*/, std::uint64_t tag, FtlOutput& out) {
    out.acks.push_back({tag, core::Fault::kNone, false});  // as ftl_page.h without a journal
}

void MqsimFtl::begin(core::Ps now, const Operation& operation, FtlOutput& out) {
    if (behind_trim_.head != kNone) {
        push(behind_trim_, operation);
        return;
    }
    ++host_operations_;
    if (operation.kind == Kind::kWrite) {
        const std::uint32_t before = pending_.get(operation.logical);
        pending_.set(operation.logical, before == SparseEntries::kUnset ? 1 : before + 1);
    }
    Operation begun = operation;
    begun.number = ++begun_;
    carry_out(now, begun, out);
}

/// Of an operation that was begun, perhaps not for the first time.
void MqsimFtl::carry_out(core::Ps now, const Operation& operation, FtlOutput& out) {
    if (operation.kind == Kind::kRead) {
        const std::uint32_t writes = pending_.get(operation.logical);
        if (writes != SparseEntries::kUnset && writes > 0) {
            ++counts_.buffer_reads;
            end_operation(now, {operation.tag, core::Fault::kNone, true}, out);
            return;
        }
    }
    const std::uint32_t move = moves_.get(operation.logical);
    if (move != SparseEntries::kUnset) {
        insert(task(move).waiting, operation, &Operation::number);
    } else if (operation.kind == Kind::kWrite) {
        const std::int64_t index = plane_for(operation.logical);
        if (short_of_blocks(index) || plane(index).held.head != kNone) {
            hold_back(operation);
        } else {
            issue_write(now, operation, out);
        }
    } else if (map_.at(operation.logical).page() == kNoPage) {
        end_operation(now, {operation.tag, core::Fault::kNandReadErased, false}, out);
    } else if (lost_.contains(operation.logical)) {
        end_operation(now, {operation.tag, core::Fault::kUncorrectable, false}, out);
    } else {
        issue_read(operation, out);
    }
}

/// A write that was held back before, and then waited for a move, keeps its turn: others of its
/// page may have come in behind it.
void MqsimFtl::hold_back(Operation write) {
    write.turn = write.turn > 0 ? write.turn : ++held_back_;
    insert(plane(plane_for(write.logical)).held, write, &Operation::turn);
}

void MqsimFtl::issue_read(const Operation& operation, FtlOutput& out) {
    FlashTask flash;
    flash.page = map_.at(operation.logical).page();
    flash.logical = operation.logical;
    flash.tag = operation.tag;
    FtlBlock& block = blocks_.at(geometry_.block_of(flash.page));
    ++block.reads;
    ++block.reading;
    ++counts_.reads[static_cast<std::size_t>(flash.source)];
    emit(flash, false, out);
}

void MqsimFtl::issue_write(core::Ps now, const Operation& operation, FtlOutput& out) {
    lost_.mark(operation.logical, false);
    FlashTask flash;
    flash.logical = operation.logical;
    flash.tag = operation.tag;
    program(now, flash, FtlStream::kHost, out);
}

/// Hands out a program of the page's new version into its plane.
std::uint32_t MqsimFtl::program(core::Ps now, const FlashTask& like, FtlStream stream,
                                FtlOutput& out) {
    FlashTask flash = like;
    flash.kind = FlashTaskKind::kProgram;
    flash.page = place(now, like.logical, stream);
    ++counts_.programs[static_cast<std::size_t>(flash.source)];
    const std::uint32_t id = emit(flash, stream == FtlStream::kMoved, out);
    next_block(now, geometry_.plane_of(flash.page), stream, out);
    return id;
}

/// Takes the next page of the stream for the logical page; what held it before is invalid.
PageNumber MqsimFtl::place(core::Ps now, LogicalPage logical, FtlStream stream) {
    unmap(logical);
    const PageNumber page = blocks_.allocate(now, plane_for(logical), stream, ++stamp_);
    map_.set(logical, MapEntry::on_flash(page));
    map_.set_owner(page, logical);
    blocks_.add_valid(page);
    return page;
}

void MqsimFtl::unmap(LogicalPage logical) {
    const PageNumber old = map_.at(logical).page();
    if (old != kNoPage) {
        map_.set_owner(old, kNoLogicalPage);
        blocks_.drop_valid(old);
        map_.set(logical, MapEntry::none());
    }
}

void MqsimFtl::end_operation(core::Ps now, const FtlAck& ack, FtlOutput& out) {
    out.acks.push_back(ack);
    --host_operations_;
    apply_trims(now, out);
}

/// Trims whose turn has come, and what waits behind them.
void MqsimFtl::apply_trims(core::Ps now, FtlOutput& out) {
    if (behind_trim_.head == kNone || host_operations_ > 0) {
        return;
    }
    List rest = behind_trim_;
    behind_trim_ = {};
    while (rest.head != kNone) {
        const Operation next = pop(rest);
        if (next.kind != Kind::kTrim) {
            begin(now, next, out);
        } else if (host_operations_ > 0) {
            push(behind_trim_, next);
        } else {
            for (LogicalPage page = next.logical; page < next.logical + next.pages; ++page) {
                unmap(page);
                lost_.mark(page, false);
            }
            out.acks.push_back({next.tag, core::Fault::kNone, false});
        }
    }
}

void MqsimFtl::power_loss(core::RandomStream& /*fate*/) {
    throw core::ModelError("mapping mqsim has no recovery from a power loss");
}

std::string MqsimFtl::describe_state() const {
    std::int64_t victims = 0;
    for (const Plane& p : planes_) {
        victims += p.victims;
    }
    return std::to_string(tasks_under_way_) + " flash tasks under way, " +
           std::to_string(host_operations_) + " host operations, " + std::to_string(victims) +
           " blocks being collected";
}

void MqsimFtl::register_stats(core::StatGroup& stats) {
    register_ftl_counts(stats, counts_);
}

void MqsimFtl::check() const {
    std::vector<std::int32_t> valid(static_cast<std::size_t>(blocks_.total()));
    for (LogicalPage logical = 0; logical < capacity_; ++logical) {
        const PageNumber page = map_.at(logical).page();
        if (page == kNoPage) {
            continue;
        }
        if (map_.owner(page) != logical) {
            throw core::ModelError("map and owner contradict each other at logical page " +
                                   std::to_string(logical));
        }
        ++valid[static_cast<std::size_t>(geometry_.block_of(page))];
    }
    for (std::int64_t block = 0; block < blocks_.total(); ++block) {
        if (blocks_.at(block).valid != valid[static_cast<std::size_t>(block)]) {
            throw core::ModelError("valid pages of block " + std::to_string(block));
        }
    }
}

}  // namespace strata::models
