// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_zone.h"

#include <algorithm>

#include "core/diagnostics.h"
#include "models/memory/nand/ftl_report.h"
#include "models/memory/nand/ftl_stripe.h"

namespace strata::models {

ZoneFtl::ZoneFtl(const FtlConfig& config, const FlashGeometry& geometry, const FtlMedium* medium)
    : config_(config),
      geometry_(geometry),
      zone_pages_(geometry.total_planes() * geometry.pages),
      stripe_(stripe_order(config, geometry)),
      sets_(static_cast<std::size_t>(geometry.blocks)),
      blocks_(static_cast<std::size_t>(geometry.total_blocks())) {
    const std::string misfit = ftl_misfit(config, geometry);
    if (!misfit.empty()) {
        throw core::UserError("flash translation layer: " + misfit);
    }
    if (medium != nullptr) {
        throw core::ModelError("the zone map does not model a power loss");
    }
    zones_.resize(static_cast<std::size_t>(geometry.blocks - config.spare_zones));
    for (std::int64_t set = geometry.blocks; set-- > 0;) {
        free_sets_.push_back(set);
    }
    if (config.preloaded) {
        preload(0, logical_pages());
    }
}

void ZoneFtl::preload(core::Ps now, std::int64_t pages) {
    if (pages < 0 || pages > logical_pages() || counts_.host_writes > 0) {
        throw core::ModelError("preload of " + std::to_string(pages) + " pages is not possible");
    }
    for (std::int64_t zone = 0; zone * zone_pages_ < pages; ++zone) {
        Zone& z = zone_at(zone);
        if (z.set < 0) {
            z.set = take_free_set(now, zone);
        }
        z.next = std::min(zone_pages_, pages - zone * zone_pages_);
        for (std::int64_t lane = 0; lane < planes(); ++lane) {
            const std::int64_t count = (z.next - lane + planes() - 1) / planes();
            block_of(place(z.set, lane)).programmed =
                static_cast<std::int32_t>(std::max<std::int64_t>(count, 0));
        }
    }
}

PageNumber ZoneFtl::place(std::int64_t set, std::int64_t offset) const {
    const std::int64_t plane = stripe_[static_cast<std::size_t>(offset % planes())];
    return (plane * geometry_.blocks + set) * geometry_.pages + offset / planes();
}

void ZoneFtl::emit(FlashTask task, Role role, std::int64_t zone, FtlOutput& out) {
    std::uint32_t id = free_task_;
    if (id == kNoTask) {
        id = static_cast<std::uint32_t>(tasks_.size());
        tasks_.emplace_back();
    } else {
        free_task_ = tasks_[id].next_free;
    }
    task.id = id;
    tasks_[id] = {role, zone, task.page, task.logical, task.tag, kNoTask};
    out.tasks.push_back(task);
    ++tasks_under_way_;
    ++set_at(set_of(task.page)).under_way;
    const auto source = static_cast<std::size_t>(task.source);
    (task.kind == FlashTaskKind::kRead      ? counts_.reads
     : task.kind == FlashTaskKind::kProgram ? counts_.programs
                                            : counts_.erases)[source] += 1;
}

void ZoneFtl::emit_read(Role role, FlashSource source, std::int64_t zone, std::int64_t offset,
                        std::uint64_t tag, FtlOutput& out) {
    FlashTask task;
    task.source = source;
    task.page = place(zone_at(zone).set, offset);
    task.logical = zone * zone_pages_ + offset;
    task.tag = tag;
    ++block_of(task.page).reads;
    emit(task, role, zone, out);
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
    const PageNumber where = place(zone.set, offset);
    const Block& block = block_of(where);
    if (geometry_.page_in_block(where) >= block.programmed) {
        ++counts_.buffer_reads;
        out.acks.push_back({tag, core::Fault::kNone, true});
        return;
    }
    emit_read(Role::kHostRead, FlashSource::kHost, number, offset, tag, out);
    if (config_.read_reclaim > 0 && block.reads >= config_.read_reclaim) {
        want_refresh(now, number, FlashSource::kReadReclaim, out);
    }
}

core::Fault ZoneFtl::check_write(LogicalPage page) const {
    if (page < 0 || page >= logical_pages()) {
        return core::Fault::kOutOfRange;
    }
    const Zone& zone = zones_[static_cast<std::size_t>(page / zone_pages_)];
    const std::int64_t offset = page % zone_pages_;
    if (zone.resetting || zone.queued || zone.target >= 0) {
        return core::Fault::kNandEraseOpen;
    }
    if (offset != zone.next) {
        return offset < zone.next ? core::Fault::kNandProgramTwice : core::Fault::kNandPageOrder;
    }
    if (zone.set >= 0 && sets_[static_cast<std::size_t>(zone.set)].failed) {
        return core::Fault::kUncorrectable;  // until the host resets or refreshes the zone
    }
    return zone.set < 0 && free_sets_.empty() ? core::Fault::kOutOfRange : core::Fault::kNone;
}

void ZoneFtl::write(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) {
    ++counts_.host_writes;
    const core::Fault fault = check_write(page);
    if (fault != core::Fault::kNone) {
        out.acks.push_back({tag, fault, false});
        return;
    }
    const std::int64_t number = page / zone_pages_;
    Zone& zone = zone_at(number);
    if (zone.set < 0) {
        zone.set = take_free_set(now, number);
    }
    FlashTask task;
    task.kind = FlashTaskKind::kProgram;
    task.page = place(zone.set, zone.next++);
    task.logical = page;
    task.tag = tag;
    ++zone.writing;
    ++writes_under_way_;
    emit(task, Role::kHostWrite, number, out);
}

/// The least worn free set; there is one.
std::int64_t ZoneFtl::take_free_set(core::Ps now, std::int64_t zone) {
    const auto least = std::min_element(
        free_sets_.begin(), free_sets_.end(), [this](std::int64_t a, std::int64_t b) {
            const std::uint32_t erases_a = block_of(place(a, 0)).erases;
            const std::uint32_t erases_b = block_of(place(b, 0)).erases;
            return erases_a != erases_b ? erases_a < erases_b : a < b;
        });
    const std::int64_t set = *least;
    free_sets_.erase(least);
    set_at(set).state = Set::State::kUsed;
    set_at(set).written = now;
    set_at(set).zone = zone;
    ages_.push_back(set);
    return set;
}

void ZoneFtl::trim(core::Ps, LogicalPage first, std::int64_t pages, std::uint64_t tag,
                   FtlOutput& out) {
    core::Fault fault = core::Fault::kNone;
    if (first < 0 || pages < 1 || pages > logical_pages() - first) {
        fault = core::Fault::kOutOfRange;
    } else if (first % zone_pages_ != 0 || pages % zone_pages_ != 0) {
        fault = core::Fault::kMisaligned;
    }
    const std::int64_t begin = first / zone_pages_;
    const std::int64_t end = begin + pages / zone_pages_;
    for (std::int64_t number = begin; number < end && fault == core::Fault::kNone; ++number) {
        const Zone& zone = zone_at(number);
        if (zone.resetting || zone.queued || zone.target >= 0) {
            fault = core::Fault::kNandEraseOpen;
        }
    }
    std::int64_t in_use = 0;
    for (std::int64_t number = begin; number < end && fault == core::Fault::kNone; ++number) {
        in_use += zone_at(number).set >= 0 ? 1 : 0;
    }
    if (in_use == 0) {
        out.acks.push_back({tag, fault, false});
        return;
    }
    orders_.push_back({tag, in_use});
    for (std::int64_t number = begin; number < end; ++number) {
        Zone& zone = zone_at(number);
        if (zone.set >= 0) {
            zone.resetting = true;
            zone.next = 0;
            zone.tags.push_back(tag);
            drain(zone.set, FlashSource::kHost, out);
        }
    }
}

void ZoneFtl::done(core::Ps now, std::uint32_t id, FlashStatus status, FtlOutput& out) {
    if (id >= tasks_.size() || tasks_[id].role == Role::kFree) {
        throw core::ModelError("flash task " + std::to_string(id) + " is not under way");
    }
    const Task task = tasks_[id];
    tasks_[id].role = Role::kFree;
    tasks_[id].next_free = free_task_;
    free_task_ = id;
    --tasks_under_way_;
    const std::int64_t set = set_of(task.page);
    --set_at(set).under_way;
    const bool failed = status == FlashStatus::kFailed;
    switch (task.role) {
        case Role::kHostRead:
            out.acks.push_back(
                {task.tag, failed ? core::Fault::kUncorrectable : core::Fault::kNone, false});
            if (status == FlashStatus::kMarginal && zone_at(task.zone).set == set) {
                want_refresh(now, task.zone, FlashSource::kReadReclaim, out);
            }
            break;
        case Role::kHostWrite:
            ++block_of(task.page).programmed;
            --zone_at(task.zone).writing;
            --writes_under_way_;
            set_at(set).failed = set_at(set).failed || failed;
            counts_.lost_pages += failed ? 1 : 0;
            out.acks.push_back(
                {task.tag, failed ? core::Fault::kUncorrectable : core::Fault::kNone, false});
            start_refreshes(now, out);
            break;
        case Role::kMoveRead:
            move_read_done(task, status, out);
            settle_refresh(now, task.zone, out);
            break;
        case Role::kMove:
            move_done(now, task, status, out);
            break;
        default:
            erase_done(now, task, status, out);
            return;
    }
    settle_set(set, out);
}

void ZoneFtl::power_loss(core::RandomStream&) {
    throw core::ModelError("the zone map does not model a power loss");
}

std::string ZoneFtl::describe_state() const {
    return std::to_string(tasks_under_way_) + " flash tasks under way, " +
           std::to_string(refreshes_.size()) + " zones wait for a spare set, " +
           std::to_string(free_sets_.size()) + " sets free";
}

void ZoneFtl::register_stats(core::StatGroup& stats) {
    register_ftl_counts(stats, counts_);
}

void ZoneFtl::check() const {
    std::vector<std::int64_t> users(sets_.size());
    for (const Zone& zone : zones_) {
        for (const std::int64_t set : {zone.set, zone.target}) {
            if (set >= 0) {
                ++users[static_cast<std::size_t>(set)];
            }
        }
    }
    for (const std::int64_t set : free_sets_) {
        ++users[static_cast<std::size_t>(set)];
    }
    for (const std::int64_t count : users) {
        if (count > 1) {
            throw core::ModelError("zone map: a set of blocks is used twice");
        }
    }
}

}  // namespace strata::models
