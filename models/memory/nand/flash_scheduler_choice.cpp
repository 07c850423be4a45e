// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What the flash scheduler serves next on a channel.

#include <algorithm>

#include "models/memory/nand/flash_scheduler.h"

namespace strata::models {

/// Fills the channel's buses with what may go now.
void FlashScheduler::dispatch_channel(core::Ps now, std::int64_t channel_index) {
    const bool split = device_.config().bus.split_command;
    while (true) {
        const bool command = device_.command_bus_free(channel_index) <= now;
        const bool data = device_.data_bus_free(channel_index) <= now;
        const Channel& c = channel(channel_index);
        const bool suspends = config_.suspend_program || config_.suspend_erase;
        const bool writes = data && command && (c.writes > 0 || (suspends && c.open_writes > 0));
        bool progress = false;
        if (mqsim()) {
            progress = command && (start_out(now, channel_index) ||
                                   issue_some(now, channel_index, kReadSide, false));
        } else {
            progress = (writes && issue_some(now, channel_index, kWriteSide, true)) ||
                       (command && issue_some(now, channel_index, kReadSide, false)) ||
                       (data && start_out(now, channel_index)) ||
                       (command && data && issue_some(now, channel_index, kWriteSide, false));
        }
        if (!progress) {
            return;
        }
        if (split && device_.command_bus_free(channel_index) > now &&
            device_.data_bus_free(channel_index) > now) {
            return;
        }
    }
}

/// One command for one of the units that may have something to do, in turn. `starving`: only for
/// units whose writes have waited too long.
bool FlashScheduler::issue_some(core::Ps now, std::int64_t channel_index, Side side,
                                bool starving) {
    Channel& c = channel(channel_index);
    if (device_.throttle_state() >= 0 && device_.free_senses(channel_index) <= 0) {
        return false;  // asked again when a plane has finished
    }
    std::vector<std::uint64_t>& words = c.candidates[side];
    const std::int64_t units = static_cast<std::int64_t>(units_.size() / channels_.size());
    const std::int64_t first = channel_index * units;
    const std::size_t count = words.size();
    auto word = static_cast<std::size_t>(c.turn / 64);
    std::uint64_t mask = ~std::uint64_t{0} << (c.turn % 64);
    for (std::size_t step = 0; step <= count; ++step) {
        std::uint64_t left = words[word] & mask;
        if (step == count) {
            left &= ~(~std::uint64_t{0} << (c.turn % 64));
        }
        for (; left != 0; left &= left - 1) {
            const int bit = __builtin_ctzll(left);
            const auto place = static_cast<std::int64_t>(word * 64) + bit;
            Unit& unit = units_[static_cast<std::size_t>(first + place)];
            if (starving && (unit.writes_since == core::kNever ||
                             now - unit.writes_since < config_.starvation)) {
                continue;
            }
            // Served or not, it can take nothing more before something of its own has ended.
            words[word] &= ~(std::uint64_t{1} << bit);
            if (mqsim()             ? serve_mqsim(now, unit)
                : side == kReadSide ? serve_reads(now, unit)
                                    : serve_writes(now, unit, starving)) {
                c.turn = static_cast<std::int32_t>((place + 1) % units);
                return true;
            }
        }
        word = word + 1 == count ? 0 : word + 1;
        mask = ~std::uint64_t{0};
    }
    return false;
}

bool FlashScheduler::serve_reads(core::Ps now, Unit& unit) {
    if (unit.copyback != kNone) {
        return false;  // a read would overwrite the register
    }
    if (scope_of(unit.first_plane).hold) {
        return try_cache_end(now, unit);
    }
    const std::uint8_t classes = waiting_classes(unit) & kReads;
    const bool late = (classes >> kBackRead & 1U) != 0 && back_read_is_late(now, unit);
    const std::array<Class, 3> order{kMapRead, late ? kBackRead : kHostRead,
                                     late ? kHostRead : kBackRead};
    for (const Class kind : order) {
        if (!unit.caching && (classes >> kind & 1U) != 0 &&
            serve(now, unit, kind, kind, FlashCommand::kRead)) {
            return true;
        }
    }
    if (config_.cache_read && !device_.config().auto_cache) {
        for (const Class kind : order) {
            if ((classes >> kind & 1U) != 0 &&
                serve(now, unit, kind, kind, FlashCommand::kReadCacheRandom)) {
                ++counts_.cache_reads;
                unit.caching = true;
                return true;
            }
        }
        if (try_cache_end(now, unit)) {
            return true;
        }
    }
    return (classes & kForeground) != 0 && try_suspend(now, unit);
}

bool FlashScheduler::back_read_is_late(core::Ps now, const Unit& unit) const {
    for (std::int32_t i = 0; i < planes_per_unit_; ++i) {
        const std::int32_t head = plane(unit.first_plane + i).waiting[kBackRead].head;
        if (head != kNone && now - job(head).since >= config_.starvation) {
            return true;
        }
    }
    return false;
}

bool FlashScheduler::serve_writes(core::Ps now, Unit& unit, bool starving) {
    if (unit.copyback != kNone) {
        return try_copyback_program(now, unit);
    }
    if (unit.caching) {
        return starving && try_cache_end(now, unit);
    }
    if (try_resume(now, unit, starving)) {
        return true;
    }
    const std::uint8_t classes = waiting_classes(unit);
    // A program with another one behind it cannot be suspended.
    const FlashCommand program = config_.cache_program && !config_.suspend_program
                                     ? FlashCommand::kProgramCache
                                     : FlashCommand::kProgram;
    for (const Class kind : {kMapWrite, kHostWrite, kBackWrite}) {
        if ((classes >> kind & 1U) != 0 && serve(now, unit, kind, kind, program)) {
            return true;
        }
    }
    if ((classes >> kErase & 1U) != 0 && serve(now, unit, kErase, kErase, FlashCommand::kErase)) {
        return true;
    }
    if (starving && write_waits(unit, program)) {
        scope_of(unit.first_plane).hold = true;
    }
    return false;
}

/// Whether only arrays, registers or bus keep a write of the unit from going.
bool FlashScheduler::write_waits(const Unit& unit, FlashCommand program) {
    const std::uint8_t classes = waiting_classes(unit);
    for (const Class kind : {kMapWrite, kHostWrite, kBackWrite}) {
        if ((classes >> kind & 1U) != 0) {
            const std::int32_t lead = oldest(unit, kind, program);
            if (lead != kNone && gather(lead, kind, kind)) {
                return true;
            }
        }
    }
    return (classes >> kErase & 1U) != 0 || device_.suspended(unit.first_plane);
}

/// A chip that is through with everything takes: reads, then writes, then an erase; map before
/// collector before host; while the collector has writes or erases to do here, no host traffic.
bool FlashScheduler::serve_mqsim(core::Ps now, Unit& unit) {
    if (unit.copyback != kNone) {
        return try_copyback_program(now, unit);
    }
    if (unit.open > 0) {
        return false;
    }
    const std::uint8_t classes = waiting_classes(unit);
    const auto waits = [classes](Class kind) { return (classes >> kind & 1U) != 0; };
    const bool collecting = waits(kBackWrite) || waits(kErase);
    if (waits(kMapRead) || waits(kBackRead) || (waits(kHostRead) && !collecting)) {
        const Class first = waits(kMapRead) ? kMapRead : waits(kBackRead) ? kBackRead : kHostRead;
        const Class second = waits(kMapRead) && waits(kBackRead) ? kBackRead : kHostRead;
        return serve(now, unit, first, second, FlashCommand::kRead);
    }
    if (waits(kMapWrite)) {
        return serve(now, unit, kMapWrite, kHostWrite, FlashCommand::kProgram);
    }
    if (waits(kBackWrite)) {
        return serve(now, unit, kBackWrite, kHostWrite, FlashCommand::kProgram);
    }
    if (waits(kErase)) {
        return serve(now, unit, kErase, kErase, FlashCommand::kErase);
    }
    return waits(kHostWrite) && serve(now, unit, kHostWrite, kHostWrite, FlashCommand::kProgram);
}

/// A command led by the unit's oldest job of the class; false when none may go now.
bool FlashScheduler::serve(core::Ps now, Unit& unit, Class kind, Class partner,
                           FlashCommand command) {
    const std::int32_t lead = oldest(unit, kind, command);
    if (lead == kNone || !gather(lead, kind, partner)) {
        return false;
    }
    const bool copyback = job(lead).work.kind == FlashJobKind::kCopyback;
    return issue_group(now, unit, copyback ? FlashCommand::kCopybackRead : command);
}

std::uint8_t FlashScheduler::waiting_classes(const Unit& unit) const {
    std::uint8_t classes = 0;
    for (std::int32_t i = 0; i < planes_per_unit_; ++i) {
        classes = static_cast<std::uint8_t>(classes | plane(unit.first_plane + i).classes);
    }
    return classes;
}

/// Of reads the oldest that its plane accepts. Programs of a die do not pass each other: a chain of
/// cache programs in one plane would keep the others from their turn.
std::int32_t FlashScheduler::oldest(const Unit& unit, Class kind, FlashCommand command) const {
    const bool reads = flash_senses(command);
    std::int32_t found = kNone;
    for (std::int32_t i = 0; i < planes_per_unit_; ++i) {
        const std::int64_t index = unit.first_plane + i;
        const std::int32_t head = plane(index).waiting[kind].head;
        if (head != kNone && (found == kNone || job(head).sequence < job(found).sequence) &&
            may_go(head) && (!reads || device_.accepts(command, index))) {
            found = head;
        }
    }
    return found;
}

/// Programs of a block go in the order of its pages, whatever class they are of.
bool FlashScheduler::may_go(std::int32_t index) const {
    const FlashJob& work = job(index).work;
    const bool programs =
        work.kind == FlashJobKind::kProgram || work.kind == FlashJobKind::kCopyback;
    return !programs || device_.blocks().at(geometry_.block_of(work.page)).programmed ==
                            geometry_.page_in_block(work.page);
}

/// Puts together the command that `lead` begins: the jobs of other planes of its die that fit.
/// False when it has to wait for more jobs (one-shot programs).
bool FlashScheduler::gather(std::int32_t lead, Class kind, Class partner) {
    group_.count = 0;
    if (job(lead).work.kind == FlashJobKind::kCopyback) {
        group_.jobs[0] = lead;
        group_.pages[0] = job(lead).work.from;
        group_.count = 1;
        return true;
    }
    if (!take_word_line(lead)) {
        return false;
    }
    const FlashConfig& config = device_.config();
    const bool alone = config.independence == FlashIndependence::kAll ||
                       (config.independence == FlashIndependence::kReads &&
                        job(lead).work.kind == FlashJobKind::kRead);
    if (alone || !config_.multi_plane || config.max_planes < 2 || job(lead).stage > 0) {
        return true;  // planes that work on their own gain nothing from waiting for each other
    }
    const std::int64_t lead_plane = plane_of(lead);
    const std::int64_t first = lead_plane / geometry_.planes * geometry_.planes;
    std::int32_t planes = 1;
    for (std::int64_t i = first; i < first + geometry_.planes && planes < config.max_planes; ++i) {
        if (i == lead_plane) {
            continue;
        }
        std::int32_t mate = find_mate(i, kind, lead);
        if (mate == kNone && partner != kind) {
            mate = find_mate(i, partner, lead);
        }
        planes += mate != kNone && take_word_line(mate) ? 1 : 0;
    }
    if (mqsim() && !config.cell.one_shot) {
        order_group(kind);
    }
    return true;
}

/// `mqsim`: the pages of a command leave and end in the order of its queues, first the lead's.
void FlashScheduler::order_group(Class kind) {
    const auto end = group_.jobs.begin() + group_.count;
    std::sort(group_.jobs.begin() + 1, end, [&](std::int32_t a, std::int32_t b) {
        const bool first = job(a).kind == kind;
        return first != (job(b).kind == kind) ? first : job(a).sequence < job(b).sequence;
    });
    std::transform(group_.jobs.begin(), end, group_.pages.begin(),
                   [&](std::int32_t index) { return job(index).work.page; });
}

/// Adds a job to the group; of a one-shot program with the jobs of its other pages.
bool FlashScheduler::take_word_line(std::int32_t lead) {
    const FlashConfig& config = device_.config();
    const std::int32_t pages =
        job(lead).work.kind == FlashJobKind::kProgram ? config.cell.program_pages() : 1;
    std::int32_t next = lead;
    const PageNumber page = job(lead).work.page;
    for (std::int32_t i = 0; i < pages; ++i) {
        while (next != kNone && job(next).work.page != page + i) {
            next = job(next).next;
        }
        if (next == kNone) {
            next = find_program(page + i);
        }
        if (next == kNone) {
            group_.count -= i;
            return false;
        }
        group_.jobs[static_cast<std::size_t>(group_.count)] = next;
        group_.pages[static_cast<std::size_t>(group_.count)] = page + i;
        ++group_.count;
    }
    return true;
}

/// A word line may hold pages of several sources.
std::int32_t FlashScheduler::find_program(PageNumber page) const {
    const Plane& p = plane(geometry_.plane_of(page));
    for (const Class kind : {kMapWrite, kHostWrite, kBackWrite}) {
        std::int32_t i = p.waiting[kind].head;
        while (i != kNone && job(i).work.page != page) {
            i = job(i).next;
        }
        if (i != kNone) {
            return i;
        }
    }
    return kNone;
}

std::int32_t FlashScheduler::find_mate(std::int64_t plane_index, Class kind,
                                       std::int32_t lead) const {
    const bool any = !device_.config().same_page || kind == kErase;
    const std::int32_t offset = geometry_.page_in_block(job(lead).work.page);
    std::int64_t left = config_.pairing_window;
    for (std::int32_t i = plane(plane_index).waiting[kind].head; i != kNone && left > 0;
         i = job(i).next, --left) {
        if (job(i).stage == 0 && job(i).work.kind == job(lead).work.kind &&
            (any || geometry_.page_in_block(job(i).work.page) == offset) && may_go(i)) {
            return i;
        }
    }
    return kNone;
}

}  // namespace strata::models
