// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Refreshes, resets and wear levelling of zones, and what becomes of blocks with old data.

#include <algorithm>

#include "models/memory/nand/ftl_zone.h"

namespace strata::models {

using State = ZoneBlock::State;

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
    zone.refresh_tags.push_back(tag);
    want_refresh(now, page / zone_pages_, FlashSource::kRefresh, out);
}

/// Repeated wishes for a zone at work are one refresh.
void ZoneFtl::want_refresh(core::Ps now, std::int64_t number, FlashSource reason, FtlOutput& out) {
    Zone& zone = zone_at(number);
    if (zone.refreshing || zone.resetting) {
        return;
    }
    zone.refreshing = true;
    zone.refused = false;
    start_ageing(now, number);
    ++zone.moving;  // not over before every lane was asked
    for (std::int64_t lane = 0; lane < planes(); ++lane) {
        const std::int64_t block = block_of_lane(number, lane);
        if (block != kNone &&
            (blocks_.at(block).programmed > 0 || blocks_.at(block).under_way > 0)) {
            want_move(now, number, lane, reason, out);
        }
    }
    --zone.moving;
    settle_zone(now, number, out);
}

void ZoneFtl::start_ageing(core::Ps now, std::int64_t zone) {
    if (ages_.listed(zone)) {
        ages_.remove(zone);
    }
    ages_.push_back(0, zone);
    zone_at(zone).written = now;
}

/// A block whose data are elsewhere, or of no use any more: erased as soon as nothing reads it.
void ZoneFtl::drop_block(core::Ps now, std::int64_t number, FlashSource reason, FtlOutput& out) {
    ZoneBlock& block = blocks_.at(number);
    block.state = State::kStale;
    block.reason = reason;
    blocks_.expect(blocks_.plane_of(number));
    ++upkeep_;
    if (block.zone >= 0) {
        ++zone_at(block.zone).stale;
    }
    settle_block(now, number, out);
}

void ZoneFtl::settle_block(core::Ps now, std::int64_t number, FtlOutput& out) {
    ZoneBlock& block = blocks_.at(number);
    if (block.state != State::kStale || block.under_way > 0) {
        return;
    }
    const std::int64_t zone = block.zone;
    if (block.failed) {
        retire(number);
        end_stale(now, zone, blocks_.plane_of(number), out);
    } else if (block.programmed == 0) {
        blocks_.release(number);
        end_stale(now, zone, blocks_.plane_of(number), out);
    } else {
        block.state = State::kErasing;
        FlashTask task;
        task.kind = FlashTaskKind::kErase;
        task.source = block.reason;
        task.page = number * geometry_.pages;
        emit(task, Role::kErase, zone, out);
    }
}

void ZoneFtl::retire(std::int64_t block) {
    blocks_.retire(block);
    ++counts_.bad_blocks;
    if (medium_ != nullptr) {
        medium_->mark_bad(block);
    }
}

void ZoneFtl::erase_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t number = geometry_.block_of(task.page);
    if (status == FlashStatus::kFailed) {
        retire(number);
    } else {
        if (medium_ != nullptr) {
            medium_->erase(number);
        }
        blocks_.erased(number);
        level_wear(now, number, out);
    }
    end_stale(now, task.zone, blocks_.plane_of(number), out);
}

/// A block with old data is gone: free or bad.
void ZoneFtl::end_stale(core::Ps now, std::int64_t zone, std::int64_t plane, FtlOutput& out) {
    blocks_.expect_no_more(plane);
    --upkeep_;
    if (zone >= 0) {
        --zone_at(zone).stale;
        settle_zone(now, zone, out);
    }
    serve(now, plane, out);
}

/// What comes after the last move, and after the last erase. A reset is over, and the zone written
/// again, only when no block holds its old data: a mount could not tell them from the new ones.
void ZoneFtl::settle_zone(core::Ps now, std::int64_t number, FtlOutput& out) {
    Zone& zone = zone_at(number);
    if (zone.moving > 0) {
        return;
    }
    zone.refreshing = false;
    const bool waiting = std::any_of(zone.lanes.begin(), zone.lanes.end(), [](const Lane& lane) {
        return !lane.failed.empty() || !lane.waiting.empty();
    });
    if (!waiting) {
        zone.lanes.clear();
    }
    if (zone.resetting && zone.open && zone.pending.empty()) {
        zone.open = false;
        ++zone.stale;  // not over before every lane was dropped
        for (std::int64_t lane = 0; lane < planes(); ++lane) {
            const std::int64_t block = block_of_lane(number, lane);
            set_block_of_lane(number, lane, kNone);
            if (block != kNone) {
                drop_block(now, block, FlashSource::kHost, out);
            }
        }
        --zone.stale;
    }
    if (zone.stale > 0) {
        return;
    }
    const core::Fault fault = zone.refused ? core::Fault::kOutOfRange : core::Fault::kNone;
    for (const std::uint64_t tag : zone.refresh_tags) {
        out.acks.push_back({tag, fault, false});
    }
    zone.refresh_tags.clear();
    if (zone.resetting && !zone.open) {
        end_reset(number, out);
    }
}

void ZoneFtl::end_reset(std::int64_t number, FtlOutput& out) {
    Zone& zone = zone_at(number);
    zone.resetting = false;
    zone.read_only = false;
    zone.acknowledged = 0;
    ages_.remove(number);
    lost_.forget(number * zone_pages_, zone_pages_);
    const auto order = std::find_if(orders_.begin(), orders_.end(),
                                    [&](const Order& o) { return o.tag == zone.reset_tag; });
    if (--order->zones_left == 0) {
        orders_.erase(order);
        out.acks.push_back({zone.reset_tag, core::Fault::kNone, false});
    }
}

/// Static wear levelling: when the block just erased is too far ahead of the least worn one in use,
/// the data of that one are cold and move to a worn block.
void ZoneFtl::level_wear(core::Ps now, std::int64_t number, FtlOutput& out) {
    const auto spread = static_cast<std::uint32_t>(config_.wear_levelling.spread);
    const std::int64_t plane = blocks_.plane_of(number);
    std::uint32_t& least = least_erases_[static_cast<std::size_t>(plane)];
    const std::uint32_t erases = blocks_.at(number).erases;
    if (spread == 0 || erases < least + spread) {
        return;
    }
    const std::int64_t coldest = blocks_.least_worn(plane, &least);
    if (coldest < 0 || erases < blocks_.at(coldest).erases + spread) {
        return;
    }
    const std::int64_t zone = blocks_.at(coldest).zone;
    const std::int64_t lane = lane_of_[static_cast<std::size_t>(plane)];
    const bool in_use = block_of_lane(zone, lane) == coldest && !zone_at(zone).resetting;
    if (in_use && blocks_.at(coldest).programmed > 0) {
        want_move(now, zone, lane, FlashSource::kWearLevel, out);
    }
}

core::Ps ZoneFtl::next_background() const {
    if (config_.retention == 0 || ages_.empty(0) || !mounted()) {
        return core::kNever;
    }
    return zones_[static_cast<std::size_t>(ages_.front(0))].written + config_.retention;
}

void ZoneFtl::background(core::Ps now, FtlOutput& out) {
    while (next_background() <= now) {
        const std::int64_t zone = ages_.front(0);
        if (zone_at(zone).refreshing || zone_at(zone).resetting) {
            start_ageing(now, zone);
        } else {
            want_refresh(now, zone, FlashSource::kRefresh, out);
        }
    }
}

}  // namespace strata::models
