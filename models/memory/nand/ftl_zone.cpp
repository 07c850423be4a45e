// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_zone.h"

#include <algorithm>

#include "core/diagnostics.h"
#include "models/memory/nand/ftl_report.h"
#include "models/memory/nand/ftl_stripe.h"

namespace strata::models {

ZoneFtl::ZoneFtl(const FtlConfig& config, const FlashGeometry& geometry, FtlMedium* medium,
                 std::uint64_t seed)
    : config_(config),
      geometry_(geometry),
      medium_(medium),
      zone_pages_(geometry.total_planes() * geometry.pages),
      stripe_(stripe_order(config, geometry)),
      lane_of_(stripe_.size()),
      zones_(static_cast<std::size_t>(
          std::max<std::int64_t>(0, geometry.blocks - config.spare_zones))),
      table_(zones_.size() * stripe_.size(), kNone),
      blocks_(config, geometry, seed),
      waiting_(stripe_.size()),
      ages_(zones(), 1),
      least_erases_(stripe_.size()),
      needs_mount_(medium != nullptr && !medium->blank()) {
    const std::string misfit = ftl_misfit(config, geometry);
    if (!misfit.empty()) {
        throw core::UserError("flash translation layer: " + misfit);
    }
    for (std::int64_t lane = 0; lane < planes(); ++lane) {
        lane_of_[static_cast<std::size_t>(plane_of_lane(lane))] = lane;
    }
    counts_.bad_blocks = blocks_.bad_blocks();
    if (config.preloaded && !needs_mount_) {
        preload(0, logical_pages());
    }
}

void ZoneFtl::preload(core::Ps now, std::int64_t pages) {
    if (pages < 0 || pages > logical_pages() || counts_.host_writes > 0) {
        throw core::ModelError("preload of " + std::to_string(pages) + " pages is not possible");
    }
    for (std::int64_t zone = 0; zone * zone_pages_ < pages; ++zone) {
        Zone& z = zone_at(zone);
        if (!z.open) {
            FtlOutput none;
            open_zone(now, zone, none);
        }
        const std::int64_t before = z.next;
        z.next = std::min(zone_pages_, pages - zone * zone_pages_);
        z.acknowledged = z.next;
        for (std::int64_t lane = 0; lane < planes(); ++lane) {
            blocks_.at(block_of_lane(zone, lane)).programmed =
                static_cast<std::int32_t>(pages_of_lane(lane, z.next));
        }
        for (std::int64_t offset = before; medium_ != nullptr && offset < z.next; ++offset) {
            Task task;
            task.page = place(zone, offset);
            task.logical = zone * zone_pages_ + offset;
            task.stamp = ++stamp_;
            medium_->program(task.page, spare_of(now, task), {});
        }
    }
}

void ZoneFtl::read(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    ++counts_.host_reads;
    if (page < 0 || page >= logical_pages()) {
        out.acks.push_back({tag, core::Fault::kOutOfRange, false});
        return;
    }
    const std::int64_t number = page / zone_pages_;
    const std::int64_t offset = page % zone_pages_;
    const Zone& zone = zone_at(number);
    if (offset >= zone.next) {
        out.acks.push_back({tag, core::Fault::kNandReadErased, false});
        return;
    }
    if (in_buffer(number, offset)) {
        ++counts_.buffer_reads;
        out.acks.push_back({tag, core::Fault::kNone, true});
        return;
    }
    if (lost_.contains(page)) {
        out.acks.push_back({tag, core::Fault::kUncorrectable, false});
        return;
    }
    emit_read(Role::kHostRead, FlashSource::kHost, number, offset, tag, out);
    if (config_.read_reclaim > 0 && block_of(place(number, offset)).reads >= config_.read_reclaim) {
        want_refresh(now, number, FlashSource::kReadReclaim, out);
    }
}

/// Whether the program of a page below the write pointer is not done, or failed.
bool ZoneFtl::in_buffer(std::int64_t zone, std::int64_t offset) const {
    const std::int64_t lane = offset % planes();
    const std::int64_t number = block_of_lane(zone, lane);
    if (number == kNone || offset / planes() >= blocks_.at(number).programmed) {
        return true;
    }
    const std::vector<Lane>& lanes = zones_[static_cast<std::size_t>(zone)].lanes;
    if (!blocks_.at(number).failed || lanes.empty()) {
        return false;
    }
    const std::vector<std::int64_t>& failed = lanes[static_cast<std::size_t>(lane)].failed;
    return std::find(failed.begin(), failed.end(), offset) != failed.end();
}

void ZoneFtl::host_read_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const bool failed = status == FlashStatus::kFailed;
    out.acks.push_back(
        {task.tag, failed ? core::Fault::kUncorrectable : core::Fault::kNone, false});
    const ZoneBlock& block = block_of(task.page);
    if (status == FlashStatus::kMarginal && block.state == ZoneBlock::State::kUsed) {
        want_refresh(now, task.zone, FlashSource::kReadReclaim, out);
    }
}

core::Fault ZoneFtl::check_write(LogicalPage page) const {
    if (page < 0 || page >= logical_pages()) {
        return core::Fault::kOutOfRange;
    }
    const Zone& zone = zones_[static_cast<std::size_t>(page / zone_pages_)];
    const std::int64_t offset = page % zone_pages_;
    if (zone.resetting) {
        return core::Fault::kNandEraseOpen;
    }
    if (offset != zone.next) {
        return offset < zone.next ? core::Fault::kNandProgramTwice : core::Fault::kNandPageOrder;
    }
    const bool space = zone.open ? !zone.read_only : can_open();
    return space ? core::Fault::kNone : core::Fault::kOutOfRange;
}

void ZoneFtl::write(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    ++counts_.host_writes;
    const core::Fault fault = check_write(page);
    if (fault != core::Fault::kNone) {
        out.acks.push_back({tag, fault, false});
        return;
    }
    if (!can_write()) {
        throw core::ModelError("write to a full write buffer or before the mount");
    }
    const std::int64_t number = page / zone_pages_;
    Zone& zone = zone_at(number);
    if (!zone.open) {
        open_zone(now, number, out);
    }
    zone.pending.push(tag);
    ++writes_under_way_;
    issue_write(now, number, zone.next++, tag, out);
}

bool ZoneFtl::can_open() const {
    return std::all_of(stripe_.begin(), stripe_.end(),
                       [this](std::int64_t plane) { return blocks_.may_have_free(plane); });
}

/// Where all spare blocks are being erased or moved to, the lane waits for one.
void ZoneFtl::open_zone(core::Ps now, std::int64_t zone, FtlOutput& out) {
    zone_at(zone).open = true;
    start_ageing(now, zone);
    for (std::int64_t lane = 0; lane < planes(); ++lane) {
        claim_block(now, zone, lane, out);
    }
}

void ZoneFtl::claim_block(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out) {
    if (blocks_.has_free(plane_of_lane(lane))) {
        set_block_of_lane(zone, lane, blocks_.take(now, plane_of_lane(lane), zone));
    } else {
        want_move(now, zone, lane, FlashSource::kHost, out);
    }
}

/// Writes for a lane that moves wait until it has.
void ZoneFtl::issue_write(core::Ps now, std::int64_t zone, std::int64_t offset, std::uint64_t tag,
                          FtlOutput& out) {
    const std::int64_t lane = offset % planes();
    const bool blockless = block_of_lane(zone, lane) == kNone;
    if (blockless || !zone_at(zone).lanes.empty()) {
        Lane& l = lane_at(zone, lane);
        if (blockless || l.target != kNone || !l.failed.empty() || !l.waiting.empty()) {
            l.waiting.push_back(offset);
            if (blockless) {
                want_move(now, zone, lane, FlashSource::kHost, out);
            }
            return;
        }
    }
    FlashTask task;
    task.page = place(zone, offset);
    task.logical = zone * zone_pages_ + offset;
    task.tag = tag;
    emit_program(Role::kHostWrite, task, out);
}

void ZoneFtl::host_write_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out) {
    const std::int64_t offset = task.logical % zone_pages_;
    const std::int64_t lane = offset % planes();
    Zone& zone = zone_at(task.zone);
    if (status != FlashStatus::kFailed || zone.read_only) {
        --writes_under_way_;
        settle_write(now, task.zone, offset, ZonePending::State::kDone, out);
    } else {
        lane_at(task.zone, lane).failed.push_back(offset);
        want_move(now, task.zone, lane, FlashSource::kGc, out);
    }
    advance_lane(task.zone, lane, out);  // a move of the lane may have waited for this page
    settle_lane(now, task.zone, lane, out);
}

void ZoneFtl::settle_write(core::Ps now, std::int64_t number, std::int64_t offset,
                           ZonePending::State state, FtlOutput& out) {
    Zone& zone = zone_at(number);
    if (zone.read_only) {
        return;  // it was answered then
    }
    zone.pending.set(offset - zone.acknowledged, state);
    while (!zone.pending.empty() && zone.pending.front_state() == ZonePending::State::kDone) {
        out.acks.push_back({zone.pending.front_tag(), core::Fault::kNone, false});
        zone.pending.pop();
        ++zone.acknowledged;
    }
    if (!zone.pending.empty() && zone.pending.front_state() == ZonePending::State::kLost) {
        become_read_only(now, number, out);
    }
    if (zone.resetting) {
        settle_zone(now, number, out);
    }
}

/// The page at the write pointer failed, and there is no block to move its lane to.
void ZoneFtl::become_read_only(core::Ps now, std::int64_t number, FtlOutput& out) {
    Zone& zone = zone_at(number);
    zone.read_only = true;
    ++counts_.read_only_zones;
    for (; !zone.pending.empty(); zone.pending.pop()) {
        out.acks.push_back({zone.pending.front_tag(), core::Fault::kOutOfRange, false});
    }
    zone.next = zone.resetting ? 0 : zone.acknowledged;
    for (std::size_t i = 0; i < zone.lanes.size(); ++i) {
        Lane& lane = zone.lanes[i];
        writes_under_way_ -= static_cast<std::int64_t>(lane.failed.size() + lane.waiting.size());
        lane.failed.clear();
        lane.waiting.clear();
        const std::int64_t left = pages_of_lane(static_cast<std::int64_t>(i), zone.acknowledged);
        lane.end = std::min(lane.end, static_cast<std::int32_t>(left));
        settle_lane(now, number, static_cast<std::int64_t>(i), out);
    }
}

void ZoneFtl::trim(core::Ps now, LogicalPage first, std::int64_t pages, std::uint64_t tag,
                   FtlOutput& out) {
    core::Fault fault = core::Fault::kNone;
    if (first < 0 || pages < 1 || pages > logical_pages() - first) {
        fault = core::Fault::kOutOfRange;
    } else if (first % zone_pages_ != 0 || pages % zone_pages_ != 0) {
        fault = core::Fault::kMisaligned;
    }
    const std::int64_t begin = first / zone_pages_;
    const std::int64_t end = begin + pages / zone_pages_;
    std::int64_t in_use = 0;
    for (std::int64_t number = begin; number < end && fault == core::Fault::kNone; ++number) {
        const Zone& zone = zone_at(number);
        fault = zone.resetting ? core::Fault::kNandEraseOpen : fault;
        in_use += zone.open ? 1 : 0;
    }
    if (fault != core::Fault::kNone || in_use == 0) {
        out.acks.push_back({tag, fault, false});
        return;
    }
    orders_.push_back({tag, in_use});
    for (std::int64_t number = begin; number < end; ++number) {
        Zone& zone = zone_at(number);
        if (zone.open) {
            zone.resetting = true;
            zone.reset_tag = tag;
            zone.next = 0;
            settle_zone(now, number, out);
        }
    }
}

std::string ZoneFtl::describe_state() const {
    std::string text = std::to_string(tasks_under_way_) + " flash tasks under way, " +
                       std::to_string(upkeep_) + " blocks to be moved or erased, " +
                       std::to_string(counts_.read_only_zones) + " zones became read-only";
    text += mounted() ? "" : ", not mounted";
    return text;
}

void ZoneFtl::register_stats(core::StatGroup& stats) {
    register_ftl_counts(stats, counts_);
}

}  // namespace strata::models
