// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Operations that the flash device has accepted: bus, registers, start of the array.

#include <algorithm>

#include "core/diagnostics.h"
#include "models/memory/nand/flash_device.h"

namespace strata::models {

using C = FlashCommand;

FlashResult FlashDevice::issue(core::Ps now, const FlashOperation& operation) {
    if (now < now_) {
        throw core::ModelError("a flash operation was issued in the past");
    }
    Group group;
    if (const FlashResult r = examine(now, operation, group); !r.ok()) {
        return r;
    }
    now_ = now;
    const BusSlot bus = hold_bus(now, operation, group);
    count(operation, group);
    switch (operation.command) {
        case C::kRead:
        case C::kReadCacheSequential:
        case C::kReadCacheRandom:
        case C::kCopybackRead:
            start_read(operation, group, bus);
            break;
        case C::kReadCacheEnd:
            finish_cache_read(group, bus.end + config_.bus.t_wb);
            trace(operation, bus, 0, 0, 0);
            break;
        case C::kProgram:
        case C::kProgramCache:
        case C::kCopybackProgram:
            start_program(operation, group, bus);
            break;
        case C::kErase:
            start_erase(operation, group, bus);
            break;
        case C::kSuspend:
            suspend(operation, group, bus);
            break;
        case C::kResume:
            resume(operation, group, bus);
            break;
        case C::kReset:
            reset(operation, group, bus);
            break;
        case C::kSetFeature:
            block_die(group, bus.end + config_.die.t_feature, operation.tag);
            trace(operation, bus, bus.end, bus.end + config_.die.t_feature, 0);
            break;
        case C::kStatus:
            trace(operation, bus, 0, 0, 0);
            break;
    }
    ++operations_;
    return {};
}

/// Command cycles and the data of a program.
FlashDevice::BusSlot FlashDevice::hold_bus(core::Ps now, const FlashOperation& operation,
                                           const Group& group) {
    Channel& c = channel(group.channel);
    const core::Ps command = config_.bus.command(operation.command, operation.count);
    core::Ps data = 0;
    if (flash_takes_data(operation.command)) {
        data = operation.count * page_transfer_;
        const core::Bytes bytes = operation.count * config_.bus_page();
        counts_.in_bytes[static_cast<std::size_t>(operation.source)] += bytes;
        count_energy(bus_energy_, bytes);
    }
    counts_.command_bus_time += command;
    counts_.data_bus_time += data;
    core::Ps end = now + command + data;
    if (config_.bus.split_command) {
        end = now + std::max(command, data);
        c.command_free = now + command;
        c.data_free = std::max(c.data_free, now + data);
        c.held += data;
        show_bus(group.channel, now, now + data, kBusDataIn);
    } else {
        c.data_free = end;
        c.held += command + data;
        show_bus(group.channel, now, now + command, kBusCommand);
        show_bus(group.channel, now + command, end, kBusDataIn);
    }
    events_.push(end, kBus, group.channel, operation.tag);
    return {now, end};
}

void FlashDevice::start_read(const FlashOperation& operation, const Group& group,
                             const BusSlot& bus) {
    const core::Ps from = bus.end + config_.bus.t_wb;
    const bool cache = flash_continues_read(operation.command);
    const bool copyback = operation.command == C::kCopybackRead;
    const bool plain = operation.command == C::kRead;
    core::Ps longest = 0;
    core::Ps start = from;
    for (std::int32_t i = 0; i < operation.count; ++i) {
        const PageNumber page = operation.pages[i];
        const std::int64_t block = page / config_.geometry.pages;
        longest = std::max(
            longest,
            config_.read_time(static_cast<std::int32_t>(page - block * config_.geometry.pages)));
        ++blocks_.touch(block).senses;
        Plane& p = plane(block / config_.geometry.blocks);
        if (p.job != kNone) {
            start = std::max(from, job(p.job).end);
            p.moves_from = from;
        } else if (p.sensed != kNone) {
            move_to_cache(p, from + config_.die.t_transfer);
        } else if (!cache && (copyback || !config_.auto_cache)) {
            p.cached = kNone;
        }
        (p.job != kNone ? p.next_target : p.target) = page;
        p.chain = copyback ? 0 : group.mask;
        p.copyback = kNone;
    }
    start += cache ? config_.die.t_rcbsy : 0;
    Die& d = die(group.die);
    d.chain = plain || cache ? group.mask : 0;
    start_job(operation, group, bus, start, longest + operation.extra);
}

void FlashDevice::start_program(const FlashOperation& operation, const Group& group,
                                const BusSlot& bus) {
    const core::Ps from = bus.end + config_.bus.t_wb;
    const std::int32_t per_plane = pages_per_plane(operation.command);
    core::Ps longest = 0;
    core::Ps start = from;
    for (std::int32_t i = 0; i < operation.count; i += per_plane) {
        const PageNumber page = operation.pages[i];
        const std::int64_t block = page / config_.geometry.pages;
        longest = std::max(
            longest,
            config_.program_time(static_cast<std::int32_t>(page - block * config_.geometry.pages)));
        blocks_.touch(block).programmed += per_plane;
        Plane& p = plane(block / config_.geometry.blocks);
        if (p.job != kNone) {
            start = std::max(from, job(p.job).end) + config_.die.t_pcbsy;
            p.next_target = page;
        } else {
            p.target = page;
        }
        p.chain = 0;
        p.copyback = kNone;
        p.cached = kNone;
    }
    die(group.die).chain = 0;
    start_job(operation, group, bus, start, longest + operation.extra);
}

void FlashDevice::start_erase(const FlashOperation& operation, const Group& group,
                              const BusSlot& bus) {
    const core::Ps from = bus.end + config_.bus.t_wb;
    for (std::int32_t i = 0; i < operation.count; ++i) {
        const std::int64_t block = config_.geometry.block_of(operation.pages[i]);
        blocks_.erase(block);
        Plane& p = plane(block / config_.geometry.blocks);
        p.target = block * config_.geometry.pages;
        p.chain = 0;
    }
    die(group.die).chain = 0;
    start_job(operation, group, bus, from, config_.cell.t_erase + operation.extra);
}

/// READ CACHE END: the page sensed last moves on without another sense.
void FlashDevice::finish_cache_read(const Group& group, core::Ps from) {
    for_planes(group.die, group.mask, [&](std::int32_t index) {
        Plane& p = plane(index);
        p.chain = 0;
        if (p.job != kNone) {
            p.finish = true;
            p.moves_from = from;
        } else {
            move_to_cache(p, from + config_.die.t_transfer);
        }
    });
    die(group.die).chain = 0;
}

/// The page moves from the page register on; its readers hear of it at `readable`.
void FlashDevice::move_to_cache(Plane& p, core::Ps readable) {
    p.cached = p.sensed;
    p.cached_tag = p.sensed_tag;
    p.sensed = kNone;
    p.unread = true;
    p.readable = readable;
    events_.push(readable, kPage, static_cast<std::int32_t>(&p - planes_.data()), p.cached_tag);
}

void FlashDevice::start_job(const FlashOperation& operation, const Group& group, const BusSlot& bus,
                            core::Ps start, core::Ps duration) {
    const std::int32_t index = take_job();
    Job& j = job(index);
    j = {operation.command,
         operation.source,
         operation.tag,
         group.die,
         group.planes,
         group.mask,
         start,
         start + duration,
         kNone};
    bool queued = false;
    for_planes(group.die, group.mask, [&](std::int32_t p) {
        queued = plane(p).job != kNone;
        (queued ? plane(p).next_job : plane(p).job) = index;
        show(queued ? bus.start : start, p);
    });
    Die& d = die(group.die);
    ++d.active;
    d.exclusive += takes_die(j.command) ? 1 : 0;
    d.blocking += blocks_data(j.command) ? 1 : 0;
    channel(group.channel).active += queued ? 0 : group.planes;
    counts_.plane_time += duration * group.planes;
    events_.push(j.end, kJob, index, operation.tag);
    trace(operation, bus, j.start, j.end,
          flash_takes_data(operation.command) ? config_.bus_page() : 0);
}

std::int32_t FlashDevice::take_job() {
    if (free_job_ == kNone) {
        jobs_.emplace_back();
        return static_cast<std::int32_t>(jobs_.size()) - 1;
    }
    const std::int32_t index = free_job_;
    free_job_ = job(index).next_free;
    return index;
}

void FlashDevice::count(const FlashOperation& operation, const Group& group) {
    const auto source = static_cast<std::size_t>(operation.source);
    ++counts_.commands[static_cast<std::size_t>(operation.command)][source];
    if (flash_senses(operation.command)) {
        counts_.senses[source] += group.planes;
        count_energy(sense_energy_, group.planes);
    } else if (flash_programs(operation.command)) {
        counts_.programs[source] += operation.count;
        count_energy(program_energy_, operation.count);
    } else if (operation.command == C::kErase) {
        counts_.erases[source] += group.planes;
        count_energy(erase_energy_, group.planes);
    }
}

FlashResult FlashDevice::start_data_out(core::Ps now, const FlashDataOut& out) {
    if (now < now_) {
        throw core::ModelError("a flash data-out was started in the past");
    }
    if (const FlashResult r = check_data_out(now, out); !r.ok()) {
        return r;
    }
    now_ = now;
    const std::int64_t index = config_.geometry.plane_of(out.page);
    Plane& p = plane(index);
    const core::Ps first = std::max(now + config_.bus.out_setup, p.readable + config_.bus.t_rr);
    const core::Ps done =
        first + (out.bytes == config_.bus_page() ? page_transfer_ : transfer(out.bytes));
    const core::Ps end = done + config_.bus.out_tail;
    Channel& c = channel(die(p.die).channel);
    c.data_free = end;
    c.held += end - now;
    show_bus(die(p.die).channel, now, end, kBusDataOut);
    counts_.data_bus_time += end - now;
    counts_.out_bytes[static_cast<std::size_t>(out.source)] += out.bytes;
    count_energy(bus_energy_, out.bytes);
    p.outputting = true;
    p.unread = out.keep;
    events_.push(done, kOut, static_cast<std::int32_t>(index), out.tag);
    if (config_.bus.out_tail > 0) {
        events_.push(end, kBus, die(p.die).channel, out.tag);
    }
    if (trace_ != nullptr) {
        trace_->operation({operations_,
                           static_cast<std::uint8_t>(out.keep ? FlashTraceKind::kDataOutKeep
                                                              : FlashTraceKind::kDataOut),
                           out.source, out.tag, now, end, 0, 0, config_.geometry.locate(out.page),
                           out.bytes});
    }
    ++operations_;
    return {};
}

void FlashDevice::trace(const FlashOperation& operation, const BusSlot& bus, core::Ps array_start,
                        core::Ps array_end, core::Bytes bytes) const {
    if (trace_ == nullptr) {
        return;
    }
    for (std::int32_t i = 0; i < operation.count; ++i) {
        trace_->operation({operations_, static_cast<std::uint8_t>(operation.command),
                           operation.source, operation.tag, bus.start, bus.end, array_start,
                           array_end, config_.geometry.locate(operation.pages[i]), bytes});
    }
}

}  // namespace strata::models
