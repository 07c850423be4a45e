// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What the flash device refuses, and why: shape of the operation, order of pages, state of die,
// planes and registers, buses, throttling. Nothing here changes anything.

#include "models/memory/nand/flash_device.h"

namespace strata::models {

namespace {

using C = FlashCommand;
using core::Fault;

constexpr FlashResult kOk{};
constexpr FlashResult kArrayBusy{Fault::kNandBusy, "the array is at work"};

}  // namespace

bool FlashDevice::blocks_data(FlashCommand command) const {
    return takes_die(command) && !flash_continues_read(command) && command != C::kProgramCache;
}

bool FlashDevice::takes_die(FlashCommand command) const {
    switch (config_.independence) {
        case FlashIndependence::kNone:
            return true;
        case FlashIndependence::kReads:
            return flash_programs(command) || command == C::kErase;
        case FlashIndependence::kAll:
            break;
    }
    return false;
}

FlashResult FlashDevice::check(core::Ps now, const FlashOperation& operation) const {
    Group group;
    return examine(now, operation, group);
}

FlashResult FlashDevice::examine(core::Ps now, const FlashOperation& operation,
                                 Group& group) const {
    if (const FlashResult r = resolve(operation, group); !r.ok()) {
        return r;
    }
    if (const FlashResult r = check_blocks(operation); !r.ok()) {
        return r;
    }
    if (const FlashResult r = check_state(now, operation, group); !r.ok()) {
        return r;
    }
    return check_buses(now, operation, group);
}

/// Range of the pages and shape of the group.
FlashResult FlashDevice::resolve(const FlashOperation& operation, Group& group) const {
    const FlashGeometry& g = config_.geometry;
    const std::int32_t per_plane = pages_per_plane(operation.command);
    if (operation.count < 1 || operation.count % per_plane != 0 ||
        operation.count > config_.max_planes * per_plane ||
        (flash_addresses_die(operation.command) && operation.count > 1)) {
        return {Fault::kNandGroup, "number of pages does not fit the command"};
    }
    const std::int64_t pages = g.total_pages();
    PageNumber offset = 0;
    for (std::int32_t i = 0; i < operation.count; i += per_plane) {
        const PageNumber page = operation.pages[i];
        if (page < 0 || page >= pages) {
            return {Fault::kOutOfRange, "no such page"};
        }
        const std::int64_t block = page / g.pages;
        const auto index = static_cast<std::int32_t>(block / g.blocks);
        const std::int32_t die_index = plane(index).die;
        const std::uint64_t bit = std::uint64_t{1} << (index - die_index * g.planes);
        if (i == 0) {
            group = {die_index, die(die_index).channel, 0, index, 0};
            offset = page - block * g.pages;
        } else if (die_index != group.die || (group.mask & bit) != 0) {
            return {Fault::kNandGroup, "pages of one command lie in different planes of a die"};
        } else if (config_.same_page && operation.command != C::kErase &&
                   page - block * g.pages != offset) {
            return {Fault::kNandGroup, "pages of one command have the same number in their blocks"};
        }
        bool word_line = per_plane == 1 || (page - block * g.pages) % per_plane == 0;
        for (std::int32_t k = 1; k < per_plane; ++k) {
            word_line = word_line && operation.pages[i + k] == page + k;
        }
        if (!word_line) {
            return {Fault::kNandGroup, "a one-shot program takes the pages of one word line"};
        }
        group.mask |= bit;
        ++group.planes;
    }
    return kOk;
}

/// Order rules of the blocks.
FlashResult FlashDevice::check_blocks(const FlashOperation& operation) const {
    const std::int32_t per_plane = pages_per_plane(operation.command);
    for (std::int32_t i = 0; i < operation.count; i += per_plane) {
        const PageNumber page = operation.pages[i];
        FlashResult r;
        if (flash_programs(operation.command)) {
            r = blocks_.check_program(page, per_plane);
        } else if (flash_senses(operation.command)) {
            r = blocks_.check_read(page);
        } else if (operation.command == C::kErase) {
            const Plane& p = plane(config_.geometry.plane_of(page));
            if (p.suspended != kNone &&
                config_.geometry.block_of(p.suspended_target) == config_.geometry.block_of(page)) {
                r = {Fault::kNandEraseOpen, "the block has a suspended operation"};
            }
        }
        if (!r.ok()) {
            return r;
        }
    }
    return kOk;
}

FlashResult FlashDevice::check_state(core::Ps now, const FlashOperation& operation,
                                     const Group& group) const {
    const C command = operation.command;
    for (std::uint64_t left = group.mask; left != 0; left &= left - 1) {
        const Plane& p = plane(group.die * config_.geometry.planes + __builtin_ctzll(left));
        if (const FlashResult r = plane_state(command, p); !r.ok()) {
            return r;
        }
    }
    if (command == C::kSuspend) {
        return check_suspend(now + config_.bus.command(command, 1), plane(group.first));
    }
    if (flash_senses(command) && die(group.die).suspended > 0) {
        if (const FlashResult r = check_suspended_pages(operation); !r.ok()) {
            return r;
        }
    }
    if (flash_continues_read(command) || command == C::kReadCacheEnd || flash_programs(command)) {
        return check_continues(operation, group);
    }
    return kOk;
}

FlashResult FlashDevice::check_suspended_pages(const FlashOperation& operation) const {
    for (std::int32_t i = 0; i < operation.count; ++i) {
        const Plane& p = plane(config_.geometry.plane_of(operation.pages[i]));
        const PageNumber first = p.suspended_target;
        if (p.suspended != kNone && operation.pages[i] >= first &&
            operation.pages[i] < first + pages_per_plane(job(p.suspended).command)) {
            return {Fault::kNandBusy, "the program of this page is suspended"};
        }
    }
    return kOk;
}

/// A command that goes on behind another one takes the same planes.
FlashResult FlashDevice::check_continues(const FlashOperation& operation,
                                         const Group& group) const {
    constexpr FlashResult kOther{Fault::kNandSequence, "goes on with other planes than before"};
    const bool reads = flash_continues_read(operation.command);
    for (std::int32_t i = 0; i < group.planes; ++i) {
        const std::int32_t per_plane = pages_per_plane(operation.command);
        const PageNumber page = operation.pages[i * per_plane];
        const Plane& p = plane(config_.geometry.plane_of(page));
        if (p.job != kNone && job(p.job).mask != group.mask) {
            return kOther;
        }
        if (!reads) {
            continue;
        }
        const Die& d = die(group.die);
        if (p.chain != group.mask ||
            (config_.independence == FlashIndependence::kNone && d.chain != group.mask)) {
            return kOther;
        }
        PageNumber last = p.sensed != kNone ? p.sensed : p.cached;
        last = p.job != kNone ? p.target : last;
        if (operation.command == C::kReadCacheSequential &&
            (page != last + 1 || config_.geometry.page_in_block(page) == 0)) {
            return {Fault::kNandSequence, "a sequential cache read takes the next page"};
        }
    }
    return kOk;
}

FlashResult FlashDevice::check_suspend(core::Ps stop, const Plane& p) const {
    std::uint64_t planes = scope(&p - planes_.data());
    for (; planes != 0; planes &= planes - 1) {
        const Plane& each = plane(p.die * config_.geometry.planes + __builtin_ctzll(planes));
        if (each.next_job != kNone) {
            return {Fault::kNandSequence, "a program waits behind the one at work"};
        }
        if (each.job != kNone &&
            (flash_programs(job(each.job).command) || job(each.job).command == C::kErase)) {
            return job(each.job).end > stop
                       ? kOk
                       : FlashResult{Fault::kNandSequence, "ends before it could be suspended"};
        }
    }
    return {Fault::kNandSequence, "nothing to suspend"};
}

FlashResult FlashDevice::check_buses(core::Ps now, const FlashOperation& operation,
                                     const Group& group) const {
    const Channel& c = channel(group.channel);
    const bool data = flash_takes_data(operation.command);
    if (now < (config_.bus.split_command ? c.command_free : c.data_free) ||
        (data && now < c.data_free)) {
        return {Fault::kNandBusy, "the bus is in use"};
    }
    const bool array =
        !flash_addresses_die(operation.command) && operation.command != C::kReadCacheEnd;
    const bool starts = array && plane(group.first).job == kNone;
    if (starts && c.active + group.planes > c.most_active && c.active > 0) {
        return {Fault::kNandBusy, "throttled: too many planes at work"};
    }
    return kOk;
}

bool FlashDevice::accepts(FlashCommand command, std::int64_t plane_index) const {
    return plane_state(command, plane(plane_index)).ok();
}

FlashResult FlashDevice::plane_state(FlashCommand command, const Plane& p) const {
    if (p.busy && command != C::kStatus) {
        return {Fault::kNandBusy, "the die is busy"};
    }
    switch (command) {
        case C::kRead:
        case C::kCopybackRead:
            return read_state(command, p);
        case C::kReadCacheSequential:
        case C::kReadCacheRandom:
        case C::kReadCacheEnd:
            return cache_read_state(command, p);
        case C::kProgram:
        case C::kProgramCache:
        case C::kCopybackProgram:
            return program_state(command, p);
        case C::kErase:
            return array_free(command, p);
        case C::kResume:
            return resume_state(p);
        case C::kSetFeature:
        case C::kReset:
            return die_state(command, p.die);
        case C::kSuspend:
        case C::kStatus:
            return kOk;
    }
    return kOk;
}

/// Whether the array of a plane may start something that does not go on behind its present job.
FlashResult FlashDevice::array_free(FlashCommand command, const Plane& p) const {
    const Die& d = die(p.die);
    const bool whole = takes_die(command);
    if (p.job != kNone || p.next_job != kNone || d.exclusive > 0 || (whole && d.active > 0)) {
        return kArrayBusy;
    }
    const bool changes = flash_programs(command) || command == C::kErase;
    if (changes && (p.suspended != kNone || (whole && d.suspended > 0))) {
        return {Fault::kNandSequence, "only reads while an operation is suspended"};
    }
    return kOk;
}

FlashResult FlashDevice::read_state(FlashCommand command, const Plane& p) const {
    if (const FlashResult r = array_free(command, p); !r.ok()) {
        return r;
    }
    const bool behind = config_.auto_cache && command == C::kRead;
    if (p.sensed != kNone || (!behind && (p.unread || p.outputting))) {
        return {Fault::kNandRegister, "the page register holds data that are not out yet"};
    }
    return kOk;
}

FlashResult FlashDevice::cache_read_state(FlashCommand command, const Plane& p) const {
    if (config_.auto_cache) {
        return {Fault::kNandSequence, "this device moves pages on by itself"};
    }
    const bool sensing = p.job != kNone && flash_continues_read(job(p.job).command);
    if (p.job != kNone && (!sensing || p.next_job != kNone || p.finish)) {
        return kArrayBusy;
    }
    const Die& d = die(p.die);
    if (takes_die(command) ? d.active > (sensing ? 1 : 0) : d.exclusive > 0) {
        return kArrayBusy;
    }
    const bool moves = sensing || p.sensed != kNone;
    if (moves && (p.unread || p.outputting)) {
        return {Fault::kNandRegister, "the cache register holds data that are not out yet"};
    }
    if (command == C::kReadCacheEnd) {
        return moves ? kOk : FlashResult{Fault::kNandSequence, "no cache read to end"};
    }
    return p.chain != 0 && !p.outputting
               ? kOk
               : FlashResult{Fault::kNandSequence, "a cache read follows a read"};
}

FlashResult FlashDevice::program_state(FlashCommand command, const Plane& p) const {
    const bool behind = p.job != kNone && p.next_job == kNone &&
                        job(p.job).command == C::kProgramCache && command != C::kCopybackProgram;
    if (behind) {
        if (takes_die(command) && die(p.die).active > 1) {
            return kArrayBusy;
        }
    } else if (const FlashResult r = array_free(command, p); !r.ok()) {
        return r;
    }
    if (command == C::kCopybackProgram && config_.cell.one_shot) {
        return {Fault::kNandGroup, "a one-shot program takes all pages of a word line"};
    }
    if (command == C::kCopybackProgram && p.copyback == kNone) {
        return {Fault::kNandRegister, "no copyback read before"};
    }
    if (p.sensed != kNone || p.unread || p.outputting) {
        return {Fault::kNandRegister, "the registers hold data that are not out yet"};
    }
    return kOk;
}

/// Commands that make the whole die busy.
FlashResult FlashDevice::die_state(FlashCommand command, std::int32_t index) const {
    for (std::int32_t i = 0; i < config_.geometry.planes; ++i) {
        const Plane& p = plane(index * config_.geometry.planes + i);
        if (p.busy || p.outputting) {
            return {Fault::kNandBusy, "the die is busy"};
        }
    }
    return command == C::kReset || die(index).active == 0 ? kOk : kArrayBusy;
}

FlashResult FlashDevice::resume_state(const Plane& p) const {
    const std::int32_t index = suspended_job(&p - planes_.data());
    if (index == kNone) {
        return {Fault::kNandSequence, "nothing to resume"};
    }
    if (takes_die(job(index).command) && die(p.die).active > 0) {
        return kArrayBusy;
    }
    for (std::uint64_t left = job(index).mask; left != 0; left &= left - 1) {
        const Plane& each = plane(p.die * config_.geometry.planes + __builtin_ctzll(left));
        if (each.job != kNone) {
            return kArrayBusy;
        }
        if (each.sensed != kNone) {
            return {Fault::kNandRegister, "the page register holds data that are not out yet"};
        }
    }
    return kOk;
}

FlashResult FlashDevice::check_data_out(core::Ps now, const FlashDataOut& out) const {
    if (!config_.geometry.contains(out.page)) {
        return {Fault::kOutOfRange, "no such page"};
    }
    if (out.bytes < 1 || out.bytes > config_.bus_page()) {
        return {Fault::kMisaligned, "a data-out takes at least a byte and at most a page"};
    }
    const Plane& p = plane(config_.geometry.plane_of(out.page));
    if (p.cached != out.page || now < p.readable) {
        return {Fault::kNandRegister, "the page is not in the cache register"};
    }
    if (p.busy || p.outputting || die(p.die).blocking > 0) {
        return {Fault::kNandBusy, "the die is busy"};
    }
    if (now < channel(die(p.die).channel).data_free) {
        return {Fault::kNandBusy, "the bus is in use"};
    }
    return kOk;
}

}  // namespace strata::models
