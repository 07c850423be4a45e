// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Lanes of zones that move to another block: for a refresh, for wear, or because a program failed.

#include <algorithm>

#include "models/memory/nand/ftl_zone.h"

namespace strata::models {

/// Puts the lane in line for a spare block of its plane. What the host waits for goes first: a
/// failed program, and a zone just opened, whose lane has no block yet.
void ZoneFtl::want_move(core::Ps now, std::int64_t zone, std::int64_t lane, FlashSource reason,
                        FtlOutput& out) {
    Lane& l = lane_at(zone, lane);
    if (l.wanted) {
        return;
    }
    l.wanted = true;
    l.reason = reason;
    ++zone_at(zone).moving;
    ++upkeep_;
    const std::int64_t plane = plane_of_lane(lane);
    std::deque<std::int64_t>& waiting = waiting_[static_cast<std::size_t>(plane)];
    if (reason == FlashSource::kGc || reason == FlashSource::kHost) {
        waiting.push_front(zone);
    } else {
        waiting.push_back(zone);
    }
    serve(now, plane, out);
}

/// Gives the plane's spare blocks to the lanes in line; refuses them when there will be none.
void ZoneFtl::serve(core::Ps now, std::int64_t plane, FtlOutput& out) {
    std::deque<std::int64_t>& waiting = waiting_[static_cast<std::size_t>(plane)];
    while (!waiting.empty() && (blocks_.has_free(plane) || !blocks_.may_have_free(plane))) {
        const std::int64_t zone = waiting.front();
        waiting.pop_front();
        const std::int64_t lane = lane_of_[static_cast<std::size_t>(plane)];
        if (blocks_.has_free(plane)) {
            start_move(now, zone, lane, out);
        } else {
            refuse_move(now, zone, lane, out);
        }
    }
}

void ZoneFtl::start_move(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out) {
    Lane& l = lane_at(zone, lane);
    const std::int64_t plane = plane_of_lane(lane);
    l.target = blocks_.take(now, plane, zone, l.reason == FlashSource::kWearLevel);
    l.next = 0;
    // Writes that wait already are in no block yet.
    const std::int64_t handed_out = pages_of_lane(lane, zone_at(zone).extent());
    l.end = static_cast<std::int32_t>(handed_out) - static_cast<std::int32_t>(l.waiting.size());
    blocks_.expect(plane);  // the old block, later
    advance_lane(zone, lane, out);
    settle_lane(now, zone, lane, out);
}

/// The lane stays where it is. What its block cannot take is lost; what waited for a refresh whose
/// spare block went bad is written after all.
void ZoneFtl::refuse_move(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out) {
    Zone& z = zone_at(zone);
    Lane& l = lane_at(zone, lane);
    l.wanted = false;
    z.refused = true;
    if (block_of_lane(zone, lane) != kNone && l.failed.empty()) {
        issue_waiting(now, zone, lane, out);
    }
    std::vector<std::int64_t> lost = l.failed;
    lost.insert(lost.end(), l.waiting.begin(), l.waiting.end());
    for (const std::int64_t offset : lost) {
        settle_write(now, zone, offset, ZonePending::State::kLost, out);
    }
    if (repairing_ && !z.read_only) {
        become_read_only(now, zone, out);
    }
    end_move(now, zone, out);
}

void ZoneFtl::issue_waiting(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out) {
    std::vector<std::int64_t> waiting;
    waiting.swap(lane_at(zone, lane).waiting);
    for (const std::int64_t offset : waiting) {
        issue_write(now, zone, offset, zone_at(zone).tag_of(offset), out);
    }
}

/// Reads the lane's next page, unless enough of them wait for their program, or writes it anew when
/// its program failed.
void ZoneFtl::advance_lane(std::int64_t zone, std::int64_t lane, FtlOutput& out) {
    if (zone_at(zone).lanes.empty()) {
        return;
    }
    Lane& l = lane_at(zone, lane);
    while (l.target != kNone && !l.reading && !blocks_.at(l.target).failed && l.next < l.end &&
           l.next - blocks_.at(l.target).programmed < config_.gc.depth) {
        const std::int64_t offset = l.next * planes() + lane;
        if (blocks_.at(block_of_lane(zone, lane)).programmed <= l.next) {
            return;  // comes again when its program is over
        }
        ++l.next;
        if (std::find(l.failed.begin(), l.failed.end(), offset) == l.failed.end()) {
            l.reading = true;
            emit_read(Role::kMoveRead, l.reason, zone, offset, 0, out);
            return;
        }
        FlashTask task;
        task.page = l.target * geometry_.pages + offset / planes();
        task.logical = zone * zone_pages_ + offset;
        task.tag = zone_at(zone).tag_of(offset);
        emit_program(Role::kRewrite, task, out);
    }
}

void ZoneFtl::move_read_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t offset = task.logical % zone_pages_;
    const std::int64_t lane = offset % planes();
    Lane& l = lane_at(task.zone, lane);
    l.reading = false;
    if (!blocks_.at(l.target).failed) {
        if (status == FlashStatus::kFailed && !lost_.contains(task.logical)) {
            ++counts_.lost_pages;
            lost_.mark(task.logical, true);
        }
        FlashTask program;
        program.source = l.reason;
        program.page = l.target * geometry_.pages + offset / planes();
        program.from = task.page;
        program.logical = task.logical;
        emit_program(Role::kMove, program, out).lost = lost_.contains(task.logical);
        advance_lane(task.zone, lane, out);
    }
    settle_lane(now, task.zone, lane, out);
}

void ZoneFtl::move_done(core::Ps now, const Task& task, FtlOutput& out) {
    const std::int64_t lane = task.logical % zone_pages_ % planes();
    advance_lane(task.zone, lane, out);
    settle_lane(now, task.zone, lane, out);
}

/// Ends a move whose last page is programmed; starts anew one whose target failed.
void ZoneFtl::settle_lane(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out) {
    if (zone_at(zone).lanes.empty()) {
        return;
    }
    Lane& l = lane_at(zone, lane);
    if (l.target == kNone || l.reading || blocks_.at(l.target).under_way > 0) {
        return;
    }
    const std::int64_t plane = plane_of_lane(lane);
    if (blocks_.at(l.target).failed) {
        retire(l.target);
        l.target = kNone;
        blocks_.expect_no_more(plane);
        waiting_[static_cast<std::size_t>(plane)].push_front(zone);
        serve(now, plane, out);
    } else if (blocks_.at(l.target).programmed >= l.end) {
        blocks_.expect_no_more(plane);
        switch_lane(now, zone, lane, out);
    }
}

/// The lane is in its new block. Only now failed writes may be acknowledged: a mount takes the
/// block in which more pages are intact, and this one may have had less than the old one so far.
void ZoneFtl::switch_lane(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out) {
    Lane& l = lane_at(zone, lane);
    const std::int64_t old = block_of_lane(zone, lane);
    set_block_of_lane(zone, lane, l.target);
    l.target = kNone;
    l.wanted = false;
    std::vector<std::int64_t> failed;
    failed.swap(l.failed);
    writes_under_way_ -= static_cast<std::int64_t>(failed.size());
    if (old != kNone) {
        drop_block(now, old, l.reason, out);
    }
    issue_waiting(now, zone, lane, out);
    for (const std::int64_t offset : failed) {
        settle_write(now, zone, offset, ZonePending::State::kDone, out);
    }
    end_move(now, zone, out);
}

void ZoneFtl::end_move(core::Ps now, std::int64_t zone, FtlOutput& out) {
    --zone_at(zone).moving;
    --upkeep_;
    settle_zone(now, zone, out);
}

}  // namespace strata::models
