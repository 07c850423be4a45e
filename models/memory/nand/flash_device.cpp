// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/diagnostics.h"

namespace strata::models {

using C = FlashCommand;

FlashDevice::FlashDevice(const FlashConfig& config, bool preloaded)
    : config_(config),
      blocks_(config.geometry, preloaded),
      planes_(static_cast<std::size_t>(config.geometry.total_planes())),
      dies_(static_cast<std::size_t>(config.geometry.total_dies())),
      channels_(static_cast<std::size_t>(config.geometry.channels)) {
    const FlashGeometry& g = config_.geometry;
    const std::int32_t group = config_.max_planes * config_.cell.program_pages();
    if (g.planes < 1 || g.planes > 64 || config_.max_planes < 1 || group > kMaxGroup) {
        throw core::ModelError("a flash die has 1..64 planes, a command 1..64 pages");
    }
    if (config_.bus.command_limit() < static_cast<std::size_t>(group)) {
        throw core::ModelError("the bus of a flash device lacks command times");
    }
    for (std::int64_t i = 0; i < g.total_planes(); ++i) {
        plane(i).die = static_cast<std::int32_t>(i / g.planes);
    }
    for (std::int64_t i = 0; i < g.total_dies(); ++i) {
        die(i).channel = static_cast<std::int32_t>(i / g.dies_per_channel());
    }
    apply_throttle();
}

void FlashDevice::advance(core::Ps now, std::vector<FlashEvent>& events) {
    while (!events_.empty() && events_.top().time <= now) {
        const FlashDue due = events_.pop();
        switch (static_cast<Due>(due.kind)) {
            case kBus:
                events.push_back({due.time, FlashEventKind::kBusFree, due.tag, due.index, 0});
                break;
            case kJob:
                job_done(due.time, due.index, events);
                break;
            case kOut:
                emit(due.time, FlashEventKind::kDataOutDone, due.tag, due.index, events);
                plane(due.index).outputting = false;
                cache_register_read(due.time, due.index);
                if (config_.bus.out_tail == 0) {
                    emit(due.time, FlashEventKind::kBusFree, due.tag, due.index, events);
                }
                break;
            case kPage:
                emit(due.time, FlashEventKind::kDataReady, due.tag, due.index, events);
                break;
            case kSuspendEnd:
                ready_again(job(due.index).die,
                            scope(first_plane(job(due.index))) | job(due.index).mask);
                emit(due.time, FlashEventKind::kSuspended, due.tag, first_plane(job(due.index)),
                     events);
                break;
            case kReadyAgain:
                ready_again(due.index, ~std::uint64_t{0} >> (64 - config_.geometry.planes));
                emit(due.time, FlashEventKind::kReady, due.tag, due.index * config_.geometry.planes,
                     events);
                break;
            case kAbort:
                emit(due.time, FlashEventKind::kAborted, due.tag, first_plane(job(due.index)),
                     events);
                free_job(due.index);
                break;
        }
    }
    now_ = std::max(now_, now);
}

void FlashDevice::ready_again(std::int32_t die_index, std::uint64_t mask) {
    for_planes(die_index, mask, [&](std::int32_t i) { plane(i).busy = false; });
}

void FlashDevice::job_done(core::Ps time, std::int32_t index, std::vector<FlashEvent>& events) {
    const Job done = job(index);
    free_job(index);
    Die& d = die(done.die);
    --d.active;
    d.exclusive -= takes_die(done.command) ? 1 : 0;
    d.blocking -= blocks_data(done.command) ? 1 : 0;
    bool more = false;
    for_planes(done.die, done.mask, [&](std::int32_t i) {
        Plane& p = plane(i);
        const PageNumber page = p.target;
        p.job = p.next_job;
        p.target = p.next_target;
        p.next_job = kNone;
        more = p.job != kNone;
        show(time, i);
        if (flash_senses(done.command)) {
            page_sensed(time, done, i, page, events);
        }
    });
    channel(d.channel).active -= more ? 0 : done.planes;
    if (done.command == C::kErase) {
        emit(time, FlashEventKind::kEraseDone, done.tag, first_plane(done), events);
    } else if (flash_programs(done.command)) {
        emit(time, FlashEventKind::kProgramDone, done.tag, first_plane(done), events);
    }
}

/// A page has come from the array: on into the cache register, or it waits in the page register.
void FlashDevice::page_sensed(core::Ps time, const Job& done, std::int32_t plane_index,
                              PageNumber page, std::vector<FlashEvent>& events) {
    Plane& p = plane(plane_index);
    p.sensed = page;
    p.sensed_tag = done.tag;
    if (flash_continues_read(done.command)) {
        if (p.job == kNone && !p.finish) {
            return;  // until the next cache command
        }
        p.finish = false;
        move_to_cache(p, std::max(time, p.moves_from) + config_.die.t_transfer);
        return;
    }
    if (p.unread || p.outputting) {
        return;  // until the page before it is out
    }
    p.cached = page;
    p.cached_tag = done.tag;
    p.sensed = kNone;
    p.readable = time;
    if (done.command == C::kCopybackRead) {
        p.copyback = page;
    } else {
        p.unread = true;
    }
    emit(time, FlashEventKind::kDataReady, done.tag, plane_index, events);
}

/// With automatic buffers the page that waits moves on.
void FlashDevice::cache_register_read(core::Ps time, std::int32_t plane_index) {
    Plane& p = plane(plane_index);
    if (config_.auto_cache && p.sensed != kNone && !p.unread && !p.outputting) {
        move_to_cache(p, time);
    }
}

void FlashDevice::discard(core::Ps now, std::int64_t plane_index) {
    Plane& p = plane(plane_index);
    if (!p.unread) {
        return;
    }
    if (trace_ != nullptr) {
        trace_->operation({operations_++, static_cast<std::uint8_t>(FlashTraceKind::kDiscard),
                           FlashSource::kHost, p.cached_tag, now, now, 0, 0,
                           config_.geometry.locate(p.cached), 0});
    }
    p.unread = false;
    cache_register_read(now, static_cast<std::int32_t>(plane_index));
}

core::Ps FlashDevice::command_bus_free(std::int64_t index) const {
    const Channel& c = channel(index);
    return config_.bus.split_command ? c.command_free : c.data_free;
}

core::Ps FlashDevice::data_bus_free(std::int64_t index) const {
    return channel(index).data_free;
}

core::Ps FlashDevice::bus_time(std::int64_t index) const {
    return channel(index).held;
}

core::Ps FlashDevice::plane_time(core::Ps now) const {
    core::Ps sum = counts_.plane_time;
    for (const Plane& p : planes_) {
        for (const std::int32_t index : {p.job, p.next_job}) {
            if (index != kNone) {
                sum -= std::max<core::Ps>(0, job(index).end - std::max(now, job(index).start));
            }
        }
    }
    return sum;
}

PageNumber FlashDevice::held_page(std::int64_t plane_index) const {
    return plane(plane_index).cached;
}

bool FlashDevice::suspendable(core::Ps now, std::int64_t plane_index) const {
    const Plane& p = plane(plane_index);
    return !p.busy && check_suspend(now + config_.bus.command(C::kSuspend, 1), p).ok();
}

bool FlashDevice::suspended(std::int64_t plane_index) const {
    return suspended_job(plane_index) != kNone;
}

std::int64_t FlashDevice::free_senses(std::int64_t index) const {
    return std::max<std::int64_t>(0, channel(index).most_active - channel(index).active);
}

core::Ps FlashDevice::array_end(std::int64_t plane_index) const {
    const std::int32_t index = plane(plane_index).job;
    return index == kNone ? 0 : job(index).end;
}

void FlashDevice::set_block(std::int64_t block, const FlashBlocks::Block& state) {
    if (state.programmed < FlashBlocks::kTorn || state.programmed > config_.geometry.pages) {
        throw core::ModelError("a flash block cannot have that many programmed pages");
    }
    blocks_.touch(block) = state;
}

double FlashDevice::energy_pj(core::Ps now) const {
    const auto sum = [](const std::array<std::int64_t, kFlashSources>& counts) {
        return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    };
    const FlashEnergy& e = config_.energy;
    const double page_bits = 8.0 * static_cast<double>(config_.geometry.page_bytes);
    return sum(counts_.senses) * page_bits * e.read_pj_per_bit +
           sum(counts_.programs) * page_bits * e.program_pj_per_bit +
           sum(counts_.erases) * e.erase_pj +
           (sum(counts_.in_bytes) + sum(counts_.out_bytes)) * 8.0 * e.bus_pj_per_bit +
           e.idle_w * static_cast<double>(dies_.size()) * static_cast<double>(now);
}

void FlashDevice::register_energy(core::EnergyLedger& ledger, core::EnergyLedger::BlockId block) {
    constexpr auto kNand = core::EnergyCategory::kNand;
    const FlashEnergy& e = config_.energy;
    const double page_bits = 8.0 * static_cast<double>(config_.geometry.page_bytes);
    ledger_ = &ledger;
    sense_energy_ = ledger.event(block, kNand, "sense", page_bits * e.read_pj_per_bit);
    program_energy_ = ledger.event(block, kNand, "program", page_bits * e.program_pj_per_bit);
    erase_energy_ = ledger.event(block, kNand, "erase", e.erase_pj);
    bus_energy_ = ledger.event(block, kNand, "bus_byte", 8.0 * e.bus_pj_per_bit);
    if (e.idle_w > 0.0) {
        ledger.set_static_power(block, kNand, e.idle_w * static_cast<double>(dies_.size()), 0);
    }
}

std::string FlashDevice::describe_state() const {
    std::int64_t at_work = 0;
    std::int64_t suspended_planes = 0;
    std::int64_t unread = 0;
    for (const Plane& p : planes_) {
        at_work += p.job != kNone ? 1 : 0;
        suspended_planes += p.suspended != kNone ? 1 : 0;
        unread += p.unread ? 1 : 0;
    }
    return fmt::format("{} planes at work, {} suspended, {} with data to go out", at_work,
                       suspended_planes, unread);
}

}  // namespace strata::models
