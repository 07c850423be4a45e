// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/memory/nand/ftl_zone.h"

namespace strata::models {

void ZoneFtl::refresh(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    if (page < 0 || page >= logical_pages()) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    Zone& zone = zone_at(page / zone_pages_);
    if (zone.resetting || zone.next == 0) {
        out.acks.push_back(
            {tag, zone.resetting ? core::Fault::kNandEraseOpen : core::Fault::kNandReadErased,
             false});
        return;
    }
    orders_.push_back({tag, 1});
    zone.tags.push_back(tag);
    want_refresh(now, page / zone_pages_, FlashSource::kRefresh, out);
}

/// Repeated wishes for a zone in line are one refresh.
void ZoneFtl::want_refresh(core::Ps now, std::int64_t number, FlashSource reason, FtlOutput& out) {
    Zone& zone = zone_at(number);
    if (zone.queued || zone.target >= 0 || zone.resetting) {
        return;
    }
    zone.queued = true;
    zone.reason = reason;
    refreshes_.push_back(number);
    start_refreshes(now, out);
}

void ZoneFtl::start_refreshes(core::Ps now, FtlOutput& out) {
    while (!refreshes_.empty() && !free_sets_.empty()) {
        const std::int64_t number = refreshes_.front();
        Zone& zone = zone_at(number);
        if (zone.writing > 0) {
            return;  // comes again when its last program is done
        }
        refreshes_.pop_front();
        zone.queued = false;
        zone.target = take_free_set(now, number);
        zone.moves_left = zone.next;
        zone.lanes.assign(stripe_.size(), Lane{});
        ++recovering_;  // the old set, later
        for (std::int64_t lane = 0; lane < planes(); ++lane) {
            advance_lane(number, lane, out);
        }
    }
    if (free_sets_.empty() && recovering_ == 0) {
        refuse_refreshes(out);
    }
}

/// Without any spare set, now or later.
void ZoneFtl::refuse_refreshes(FtlOutput& out) {
    for (const std::int64_t number : refreshes_) {
        zone_at(number).queued = false;
        end_orders(zone_at(number), core::Fault::kOutOfRange, out);
    }
    refreshes_.clear();
}

/// Reads the plane's next page unless enough of them wait for their program.
void ZoneFtl::advance_lane(std::int64_t number, std::int64_t lane, FtlOutput& out) {
    Zone& zone = zone_at(number);
    Lane& state = zone.lanes[static_cast<std::size_t>(lane)];
    const std::int64_t offset = state.next * planes() + lane;
    const std::int32_t programmed = block_of(place(zone.target, lane)).programmed;
    if (state.reading || set_at(zone.target).failed || offset >= zone.next ||
        state.next - programmed >= config_.gc.depth) {
        return;
    }
    state.reading = true;
    ++state.next;
    emit_read(Role::kMoveRead, zone.reason, number, offset, 0, out);
}

void ZoneFtl::move_read_done(const Task& task, FlashStatus status, FtlOutput& out) {
    Zone& zone = zone_at(task.zone);
    const std::int64_t offset = task.logical % zone_pages_;
    const std::int64_t lane = offset % planes();
    zone.lanes[static_cast<std::size_t>(lane)].reading = false;
    if (set_at(zone.target).failed) {
        return;
    }
    counts_.lost_pages += status == FlashStatus::kFailed ? 1 : 0;
    FlashTask program;
    program.kind = FlashTaskKind::kProgram;
    program.source = zone.reason;
    program.page = place(zone.target, offset);
    program.from = task.page;
    program.logical = task.logical;
    emit(program, Role::kMove, task.zone, out);
    advance_lane(task.zone, lane, out);
}

void ZoneFtl::move_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    Zone& zone = zone_at(task.zone);
    ++block_of(task.page).programmed;
    if (status == FlashStatus::kFailed) {
        set_at(zone.target).failed = true;
    } else {
        --zone.moves_left;
        advance_lane(task.zone, task.logical % planes(), out);
    }
    settle_refresh(now, task.zone, out);
}

/// Ends a refresh whose last page is programmed, or starts anew one whose target failed.
void ZoneFtl::settle_refresh(core::Ps now, std::int64_t number, FtlOutput& out) {
    Zone& zone = zone_at(number);
    if (zone.target < 0) {
        return;
    }
    Set& target = set_at(zone.target);
    if (target.failed) {
        const bool reading = std::any_of(zone.lanes.begin(), zone.lanes.end(),
                                         [](const Lane& lane) { return lane.reading; });
        if (reading || target.under_way > 0) {
            return;
        }
        target.state = Set::State::kBad;
        ages_.erase(std::remove(ages_.begin(), ages_.end(), zone.target), ages_.end());
        counts_.bad_blocks += planes();
        zone.target = -1;
        --recovering_;
        zone.queued = true;
        refreshes_.push_front(number);
        start_refreshes(now, out);
        return;
    }
    if (zone.moves_left == 0) {
        const std::int64_t old = zone.set;
        zone.set = zone.target;
        zone.target = -1;
        --recovering_;
        drain(old, zone.reason, out);
    }
}

/// Erases a set as soon as nothing reads from it.
void ZoneFtl::drain(std::int64_t number, FlashSource reason, FtlOutput& out) {
    Set& set = set_at(number);
    set.state = Set::State::kDraining;
    set.reason = reason;
    ++recovering_;
    settle_set(number, out);
}

void ZoneFtl::settle_set(std::int64_t number, FtlOutput& out) {
    Set& set = set_at(number);
    if (set.state != Set::State::kDraining || set.under_way > 0) {
        return;
    }
    set.state = Set::State::kErasing;
    for (std::int64_t lane = 0; lane < planes(); ++lane) {
        FlashTask task;
        task.kind = FlashTaskKind::kErase;
        task.source = set.reason;
        task.page = place(number, lane);
        emit(task, Role::kErase, set.zone, out);
    }
}

void ZoneFtl::erase_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t number = set_of(task.page);
    Set& set = set_at(number);
    Block& block = block_of(task.page);
    ++block.erases;
    block.reads = 0;
    block.programmed = 0;
    set.failed = set.failed || status == FlashStatus::kFailed;
    if (set.under_way > 0) {
        return;
    }
    set.written = core::kNever;
    ages_.erase(std::remove(ages_.begin(), ages_.end(), number), ages_.end());
    set.state = set.failed ? Set::State::kBad : Set::State::kFree;
    --recovering_;
    if (set.failed) {
        counts_.bad_blocks += planes();
    } else {
        free_sets_.push_back(number);
    }
    Zone& zone = zone_at(set.zone);
    if (zone.resetting) {
        zone.resetting = false;
        zone.set = -1;
    }
    end_orders(zone, core::Fault::kNone, out);
    start_refreshes(now, out);
}

void ZoneFtl::end_orders(Zone& zone, core::Fault fault, FtlOutput& out) {
    for (const std::uint64_t tag : zone.tags) {
        const auto order = std::find_if(orders_.begin(), orders_.end(),
                                        [tag](const Order& o) { return o.tag == tag; });
        if (--order->zones_left == 0) {
            orders_.erase(order);
            out.acks.push_back({tag, fault, false});
        }
    }
    zone.tags.clear();
}

core::Ps ZoneFtl::next_background() const {
    if (config_.retention == 0 || ages_.empty()) {
        return core::kNever;
    }
    return sets_[static_cast<std::size_t>(ages_.front())].written + config_.retention;
}

void ZoneFtl::background(core::Ps now, FtlOutput& out) {
    while (next_background() <= now) {
        const Set& set = set_at(ages_.front());
        ages_.pop_front();
        if (set.state == Set::State::kUsed) {
            want_refresh(now, set.zone, FlashSource::kRefresh, out);
        }
    }
}

}  // namespace strata::models
