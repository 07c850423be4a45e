// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Suspend, resume, reset, set feature; throttling by temperature.

#include <algorithm>
#include <cmath>

#include "models/memory/nand/flash_device.h"

namespace strata::models {

using C = FlashCommand;

std::uint64_t FlashDevice::scope(std::int64_t plane_index) const {
    const std::int32_t planes = config_.geometry.planes;
    if (config_.independence == FlashIndependence::kAll) {
        return std::uint64_t{1} << (plane_index % planes);
    }
    return ~std::uint64_t{0} >> (64 - planes);
}

std::int32_t FlashDevice::suspended_job(std::int64_t plane_index) const {
    const std::int32_t die_index = plane(plane_index).die;
    if (die(die_index).suspended == 0) {
        return kNone;
    }
    for (std::uint64_t left = scope(plane_index); left != 0; left &= left - 1) {
        const Plane& p = plane(die_index * config_.geometry.planes + __builtin_ctzll(left));
        if (p.suspended != kNone) {
            return p.suspended;
        }
    }
    return kNone;
}

/// The array stops at the end of the command and keeps what it has done.
void FlashDevice::suspend(const FlashOperation& operation, const Group& group, const BusSlot& bus) {
    std::int32_t index = kNone;
    for_planes(group.die, scope(group.first),
               [&](std::int32_t i) { index = plane(i).job != kNone ? plane(i).job : index; });
    Job& j = job(index);
    events_.remove(kJob, index);
    j.start = std::max(j.start, bus.end);
    counts_.plane_time -= (j.end - j.start) * j.planes;
    const core::Ps ready = bus.end + (j.command == C::kErase ? config_.die.t_suspend_erase
                                                             : config_.die.t_suspend_program);
    for_planes(group.die, j.mask, [&](std::int32_t i) {
        Plane& p = plane(i);
        p.suspended = p.job;
        p.suspended_target = p.target;
        p.job = kNone;
        show(j.start, i);  // the end of the command, or a later start that was announced
    });
    Die& d = die(group.die);
    --d.active;
    d.exclusive -= takes_die(j.command) ? 1 : 0;
    d.blocking -= blocks_data(j.command) ? 1 : 0;
    ++d.suspended;
    channel(group.channel).active -= j.planes;
    for_planes(group.die, scope(group.first) | j.mask,
               [&](std::int32_t i) { plane(i).busy = true; });
    events_.push(ready, kSuspendEnd, index, j.tag);
    trace(operation, bus, ready, ready, 0);
}

void FlashDevice::resume(const FlashOperation& operation, const Group& group, const BusSlot& bus) {
    const std::int32_t index = suspended_job(group.first);
    Job& j = job(index);
    const core::Ps left = j.end - j.start;
    j.start = bus.end + config_.die.t_resume;
    j.end = j.start + left;
    for_planes(group.die, j.mask, [&](std::int32_t i) {
        Plane& p = plane(i);
        p.job = index;
        p.target = p.suspended_target;
        p.suspended = kNone;
        p.chain = 0;
        show(j.start, i);
    });
    Die& d = die(group.die);
    d.chain = 0;
    ++d.active;
    d.exclusive += takes_die(j.command) ? 1 : 0;
    d.blocking += blocks_data(j.command) ? 1 : 0;
    --d.suspended;
    channel(group.channel).active += j.planes;
    counts_.plane_time += left * j.planes;
    events_.push(j.end, kJob, index, j.tag);
    trace(operation, bus, j.start, j.end, 0);
}

/// Takes hold at the first cycle of the command: what is at work then is lost.
void FlashDevice::reset(const FlashOperation& operation, const Group& group, const BusSlot& bus) {
    const std::int32_t first = group.die * config_.geometry.planes;
    const std::int32_t end = first + config_.geometry.planes;
    core::Ps wait = config_.die.t_reset_ready;
    core::Ps quiet = bus.end;  // of the array; a start that was announced is shown first
    for (std::int32_t i = first; i < end; ++i) {
        for (const std::int32_t index : {plane(i).job, plane(i).suspended}) {
            if (index != kNone) {
                wait = std::max(wait, reset_time(job(index).command));
                quiet = std::max(quiet, job(index).start);
            }
        }
    }
    const core::Ps until = bus.end + wait;
    for (std::int32_t i = first; i < end; ++i) {
        Plane& p = plane(i);
        for (const std::int32_t* slot : {&p.job, &p.next_job, &p.suspended}) {
            if (*slot != kNone) {
                abort(*slot, bus.start, until);
            }
        }
        events_.remove(kPage, i);
        p = Plane{};
        p.die = group.die;
        show(quiet, i);
    }
    const std::int32_t channel_index = group.channel;
    die(group.die) = Die{};
    die(group.die).channel = channel_index;
    block_die(group, until, operation.tag);
    trace(operation, bus, bus.end, until, 0);
}

core::Ps FlashDevice::reset_time(FlashCommand command) const {
    if (command == C::kErase) {
        return config_.die.t_reset_erase;
    }
    return flash_programs(command) ? config_.die.t_reset_program : config_.die.t_reset_ready;
}

void FlashDevice::abort(std::int32_t index, core::Ps now, core::Ps until) {
    const Job& j = job(index);
    bool suspended = false;
    bool queued = false;
    for_planes(j.die, j.mask, [&](std::int32_t i) {
        Plane& p = plane(i);
        if (p.job == index) {
            tear(j, p.target);
            p.job = kNone;
        } else if (p.next_job == index) {
            tear(j, p.next_target);
            p.next_job = kNone;
            queued = true;
        } else {
            tear(j, p.suspended_target);
            p.suspended = kNone;
            suspended = true;
        }
    });
    if (!suspended) {
        events_.remove(kJob, index);
        counts_.plane_time -= (j.end - std::max(j.start, now)) * j.planes;
        channel(die(j.die).channel).active -= queued ? 0 : j.planes;
    }
    events_.push(until, kAbort, index, j.tag);
}

/// What an interrupted program or erase leaves behind in one plane.
void FlashDevice::tear(const Job& j, PageNumber target) {
    if (j.command == C::kErase) {
        blocks_.touch(config_.geometry.block_of(target)).programmed = FlashBlocks::kTorn;
    } else if (flash_programs(j.command)) {
        for (std::int32_t i = 0; i < pages_per_plane(j.command); ++i) {
            blocks_.tear(target + i);
        }
    }
}

void FlashDevice::block_die(const Group& group, core::Ps until, std::uint32_t tag) {
    for (std::int32_t i = 0; i < config_.geometry.planes; ++i) {
        plane(group.die * config_.geometry.planes + i).busy = true;
    }
    events_.push(until, kReadyAgain, group.die, tag);
}

void FlashDevice::set_temperature(double celsius) {
    throttle_ = kNone;
    for (const FlashThrottleStep& step : config_.throttle) {
        throttle_ += celsius >= step.above_celsius ? 1 : 0;
    }
    apply_throttle();
}

void FlashDevice::apply_throttle() {
    const FlashThrottleStep step = throttle_ == kNone
                                       ? FlashThrottleStep{}
                                       : config_.throttle[static_cast<std::size_t>(throttle_)];
    bus_share_ = step.bus;
    page_transfer_ = transfer(config_.bus_page());
    const auto planes = static_cast<double>(config_.geometry.planes_per_channel());
    for (Channel& c : channels_) {
        c.most_active = std::max<std::int64_t>(1, std::llround(step.senses * planes));
    }
}

core::Ps FlashDevice::transfer(core::Bytes bytes) const {
    const core::Ps full = config_.bus.transfer(bytes);
    return bus_share_ == 1.0
               ? full
               : static_cast<core::Ps>(std::ceil(static_cast<double>(full) / bus_share_));
}

}  // namespace strata::models
