// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Commands and data-outs that the flash scheduler starts.

#include <algorithm>

#include "models/memory/nand/flash_scheduler.h"

namespace strata::models {

using core::Fault;
using core::Ps;

namespace {

/// Not a broken rule, only not now.
bool later(Fault fault) {
    return fault == Fault::kNandBusy || fault == Fault::kNandRegister ||
           fault == Fault::kNandSequence || fault == Fault::kNandGroup;
}

}  // namespace

bool FlashScheduler::issue_group(core::Ps now, Unit& unit, FlashCommand command) {
    const std::int32_t lead = group_.jobs[0];
    FlashOperation operation;
    operation.command = command;
    operation.source = job(lead).work.source;
    operation.tag = static_cast<std::uint32_t>(lead);
    operation.pages = group_.pages.data();
    operation.count = group_.count;
    if (errors_ != nullptr && ecc_config_.is_soft(job(lead).stage)) {
        operation.extra = (ecc_config_.soft_senses - 1) *
                          device_.config().read_time(geometry_.page_in_block(group_.pages[0]));
    }
    const FlashResult result = device_.issue(now, operation);
    if (result.ok()) {
        commit_group(now, unit, command);
        return true;
    }
    if (later(result.fault)) {
        if (device_.throttle_state() >= 0) {
            mark(unit);  // another plane's end may be what it waits for
        }
        return false;
    }
    // A page of the group breaks a rule of order; it is looked for, and leaves the queue.
    for (std::int32_t i = 0; i < group_.count; ++i) {
        operation.pages = &group_.pages[static_cast<std::size_t>(i)];
        operation.count = 1;
        const FlashResult alone = device_.check(now, operation);
        if (!alone.ok() && !later(alone.fault)) {
            refuse(now, group_.jobs[static_cast<std::size_t>(i)], alone);
        }
    }
    wake(unit);
    return false;
}

/// The device has taken the command: its jobs leave their queues.
void FlashScheduler::commit_group(core::Ps now, Unit& unit, FlashCommand command) {
    const bool senses = flash_senses(command);
    const std::int32_t lead = group_.jobs[0];
    std::int32_t last = kNone;
    for (std::int32_t i = 0; i < group_.count; ++i) {
        const std::int32_t index = group_.jobs[static_cast<std::size_t>(i)];
        Job& j = job(index);
        std::int32_t before = kNone;
        for (std::int32_t k = plane(plane_of(index)).waiting[j.kind].head; k != index;
             k = job(k).next) {
            before = k;
        }
        dequeue(before, index);
        j.times.queue += now - j.since;
        j.since = now;
        j.begin = std::min(j.begin, now);
        j.mate = kNone;
        if (senses) {
            push_back(plane(plane_of(index)).sensing, index);
        } else if (last != kNone) {
            job(last).mate = index;
        }
        last = index;
    }
    unit.open += group_.count;
    ++counts_.commands;
    counts_.multi_plane += group_.count > device_.config().cell.program_pages() ? 1 : 0;
    if (command == FlashCommand::kProgramCache) {
        mark(unit);  // its successor may bring its data at once
    }
    if (!senses) {
        scope_of(plane_of(lead)) = {command, 0, false};
        unit.writes_since = (waiting_classes(unit) & kWrites) != 0 ? now : core::kNever;
    }
}

/// The second half of a copyback, out of the register.
bool FlashScheduler::try_copyback_program(core::Ps now, Unit& unit) {
    const std::int32_t index = unit.copyback;
    FlashOperation operation;
    operation.command = FlashCommand::kCopybackProgram;
    operation.source = job(index).work.source;
    operation.tag = static_cast<std::uint32_t>(index);
    operation.pages = &job(index).work.page;
    operation.count = 1;
    if (!device_.issue(now, operation).ok()) {
        return false;
    }
    unit.copyback = kNone;
    scope_of(plane_of(index)) = {FlashCommand::kCopybackProgram, 0, false};
    ++counts_.commands;
    return true;
}

/// A job that breaks a rule of the device is over at once.
void FlashScheduler::refuse(core::Ps now, std::int32_t index, const FlashResult& result) {
    Job& j = job(index);
    std::int32_t before = kNone;
    for (std::int32_t k = plane(plane_of(index)).waiting[j.kind].head; k != index;
         k = job(k).next) {
        before = k;
    }
    dequeue(before, index);
    j.times.queue += now - j.since;
    j.begin = std::min(j.begin, now);
    ++unit_of(plane_of(index)).open;
    scope_of(plane_of(index)).hold = false;
    wake_scope(plane_of(index));
    finish(now, index, result, refused_);
}

bool FlashScheduler::control(core::Ps now, FlashCommand command, std::int64_t plane_index) {
    const PageNumber page = plane_index * geometry_.blocks * geometry_.pages;
    FlashOperation operation;
    operation.command = command;
    operation.pages = &page;
    operation.count = 1;
    return device_.issue(now, operation).ok();
}

/// Stops a program or erase for the reads that wait behind it.
bool FlashScheduler::try_suspend(core::Ps now, Unit& unit) {
    if (!config_.suspend_program && !config_.suspend_erase) {
        return false;
    }
    for (std::int32_t i = 0; i < planes_per_unit_; ++i) {
        const std::int64_t index = unit.first_plane + i;
        Scope& scope = scope_of(index);
        const bool wanted =
            scope.running == FlashCommand::kErase ? config_.suspend_erase : config_.suspend_program;
        if ((plane(index).classes & kForeground) != 0 && wanted &&
            scope.suspends < config_.suspends && device_.suspendable(now, index) &&
            !device_.suspended(index) && scope_end(index) - now > config_.suspend_least &&
            control(now, FlashCommand::kSuspend, index)) {
            ++scope.suspends;
            ++counts_.suspends;
            unit.writes_since = std::min(unit.writes_since, now);
            return true;
        }
    }
    return false;
}

/// When the array work ends that a suspend from this plane would stop.
Ps FlashScheduler::scope_end(std::int64_t plane_index) const {
    const std::int64_t first = plane_index / planes_per_scope_ * planes_per_scope_;
    Ps end = 0;
    for (std::int64_t i = first; i < first + planes_per_scope_; ++i) {
        end = std::max(end, device_.array_end(i));
    }
    return end;
}

/// Goes on with a suspended operation when no read of host or map waits or is at work there.
bool FlashScheduler::try_resume(core::Ps now, Unit& unit, bool starving) {
    const std::int64_t index = unit.first_plane;
    if ((!config_.suspend_program && !config_.suspend_erase) || !device_.suspended(index) ||
        (!starving && (waiting_classes(unit) & kForeground) != 0) ||
        !device_.accepts(FlashCommand::kResume, index)) {
        return false;
    }
    if (!control(now, FlashCommand::kResume, index)) {
        return false;
    }
    scope_of(index).hold = false;
    unit.writes_since = (waiting_classes(unit) & kWrites) != 0 ? now : core::kNever;
    return true;
}

/// The page sensed last by a cache read comes out only by another command; with nothing left to
/// read that is READ CACHE END.
bool FlashScheduler::try_cache_end(core::Ps now, Unit& unit) {
    if (!unit.caching) {
        return false;
    }
    group_.count = 0;
    for (std::int32_t i = 0; i < planes_per_unit_; ++i) {
        const std::int64_t index = unit.first_plane + i;
        if (plane(index).sensing.head != kNone) {
            if (!device_.accepts(FlashCommand::kReadCacheEnd, index)) {
                return false;
            }
            group_.pages[static_cast<std::size_t>(group_.count++)] =
                job(plane(index).sensing.head).work.page;
        }
    }
    FlashOperation operation;
    operation.command = FlashCommand::kReadCacheEnd;
    operation.pages = group_.pages.data();
    operation.count = group_.count;
    unit.caching = !device_.issue(now, operation).ok();
    return !unit.caching;
}

bool FlashScheduler::start_out(core::Ps now, std::int64_t channel_index) {
    for (List& outs : channel(channel_index).outs) {
        std::int32_t before = kNone;
        for (std::int32_t i = outs.head; i != kNone; before = i, i = job(i).next) {
            if (start_out(now, outs, before, i)) {
                return true;
            }
        }
    }
    return false;
}

bool FlashScheduler::start_out(core::Ps now, List& outs, std::int32_t before, std::int32_t index) {
    Job& j = job(index);
    const std::int64_t plane_index = plane_of(index);
    const std::int32_t next = plane(plane_index).waiting[kHostRead].head;
    const bool share =
        !mqsim() && next != kNone && job(next).work.page == j.work.page && job(next).stage == 0;
    FlashDataOut out;
    out.page = j.work.page;
    out.bytes = bus_bytes(j);
    out.tag = static_cast<std::uint32_t>(index);
    out.source = j.work.source;
    out.keep = share;
    if (!device_.start_data_out(now, out).ok()) {
        return false;
    }
    unlink(outs, before, index);
    if (share) {
        dequeue(kNone, next);
        Job& second = job(next);
        second.times.queue += now - second.since;
        second.since = now;
        second.begin = now;
        ++unit_of(plane_index).open;
        ++counts_.shared_senses;
        push_front(outs, next);
    }
    return true;
}

/// With a decoder behind the bus whole code words cross it; without any the spare bytes do.
core::Bytes FlashScheduler::bus_bytes(const Job& out) const {
    const core::Bytes most = device_.config().bus_page();
    switch (ecc_config_.placement) {
        case EccPlacement::kNone:
            return out.work.bytes == geometry_.page_bytes ? most : out.work.bytes;
        case EccPlacement::kDie:
            return out.work.bytes;
        default:
            return std::min(most, ecc_config_.raw_bytes(out.work.bytes));
    }
}

}  // namespace strata::models
