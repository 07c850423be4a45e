// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The zone map and power losses. Of several blocks that hold data of one lane the one with more
// intact pages counts, of equals the newer one: a move is cut short, or its old block not erased
// yet. A zone ends before its first page that no block holds; pages behind it were never
// acknowledged. Lanes that hold such pages, or a torn one, are moved once more, everything else
// that holds old data is erased, and only then the host may come: nothing dropped by a mount can
// come back with the next one.

#include <algorithm>

#include "core/diagnostics.h"
#include "models/memory/nand/ftl_zone.h"

namespace strata::models {

using State = ZoneBlock::State;

void ZoneFtl::mount(core::Ps now, FtlOutput& out) {
    if (needs_mount_) {
        needs_mount_ = false;
        mount_ = std::make_unique<ZoneMount>(geometry_, *medium_);
        continue_mount(now, out);
    }
}

void ZoneFtl::continue_mount(core::Ps now, FtlOutput& out) {
    while (tasks_under_way_ < 4 * planes()) {
        FlashTask task;
        task.page = mount_->next();
        if (task.page < 0) {
            break;
        }
        task.source = FlashSource::kMap;
        emit(task, Role::kScan, kNone, out);
    }
    if (mount_->finished()) {
        finish_mount(now, out);
    }
}

void ZoneFtl::finish_mount(core::Ps now, FtlOutput& out) {
    const std::unique_ptr<ZoneMount> found = std::move(mount_);
    stamp_ = found->last_stamp();
    restore_blocks(*found);
    choose_blocks(*found);
    for (std::int64_t zone = 0; zone < zones(); ++zone) {
        restore_zone(*found, zone);
    }
    restore_ages();
    repairing_ = true;
    for (std::int64_t block = 0; block < blocks_.total(); ++block) {
        if (blocks_.at(block).state == State::kStale) {
            drop_block(now, block, FlashSource::kGc, out);
        }
    }
    for (std::int64_t zone = 0; zone < zones(); ++zone) {
        repair_zone(now, zone, out);
    }
    repairing_ = upkeep_ > 0;
}

/// Every block that was ever programmed is stale until a lane claims it.
void ZoneFtl::restore_blocks(const ZoneMount& found) {
    std::uint64_t erases = 0;
    std::uint64_t known = 0;
    for (std::int64_t block = 0; block < blocks_.total(); ++block) {
        erases += found.at(block).sound ? found.at(block).erases : 0;
        known += found.at(block).sound ? 1 : 0;
    }
    const auto mean = static_cast<std::uint32_t>(known > 0 ? erases / known : 0);
    for (std::int64_t number = 0; number < blocks_.total(); ++number) {
        const ZoneMount::Block& read = found.at(number);
        ZoneBlock& block = blocks_.at(number);
        block.erases = read.sound ? read.erases : mean;
        block.programmed = read.programmed;
        block.failed = read.failed;
        if (block.state != State::kFree) {
            continue;  // bad from the factory
        }
        if (medium_->bad(number)) {
            blocks_.take_block(number);
            blocks_.retire(number);
        } else if (read.programmed > 0) {
            blocks_.take_block(number);
            block.state = State::kStale;
            block.written = read.time;
            block.zone = read.sound ? static_cast<std::int32_t>(read.logical / zone_pages_) : -1;
        }
    }
    blocks_.order_free_blocks();
    counts_.bad_blocks = blocks_.bad_blocks();
}

void ZoneFtl::choose_blocks(const ZoneMount& found) {
    for (std::int64_t number = 0; number < blocks_.total(); ++number) {
        const ZoneMount::Block& block = found.at(number);
        if (blocks_.at(number).state != State::kStale || !block.sound) {
            continue;
        }
        const std::int64_t zone = block.logical / zone_pages_;
        const std::int64_t lane = block.logical % zone_pages_ % planes();
        const std::int64_t rival = block_of_lane(zone, lane);
        if (rival == kNone || block.intact > found.at(rival).intact ||
            (block.intact == found.at(rival).intact && block.stamp > found.at(rival).stamp)) {
            set_block_of_lane(zone, lane, number);
        }
    }
}

/// The write pointer, and the blocks up to it.
void ZoneFtl::restore_zone(const ZoneMount& found, std::int64_t number) {
    Zone& zone = zone_at(number);
    zone.next = zone_pages_;
    for (std::int64_t lane = 0; lane < planes(); ++lane) {
        const std::int64_t block = block_of_lane(number, lane);
        const std::int64_t intact = block == kNone ? 0 : found.at(block).intact;
        zone.next = std::min(zone.next, intact * planes() + lane);
    }
    zone.acknowledged = zone.next;
    zone.open = zone.next > 0;
    zone.written = core::kNever;
    for (std::int64_t lane = 0; lane < planes(); ++lane) {
        const std::int64_t block = block_of_lane(number, lane);
        if (!zone.open) {
            set_block_of_lane(number, lane, kNone);
        } else if (block != kNone) {
            blocks_.at(block).state = State::kUsed;
            zone.written = std::min(zone.written, blocks_.at(block).written);
        }
    }
    for (std::int64_t offset = 0; offset < zone.next; ++offset) {
        if (medium_->spare(place(number, offset)).lost) {
            lost_.mark(number * zone_pages_ + offset, true);
        }
    }
}

void ZoneFtl::repair_zone(core::Ps now, std::int64_t number, FtlOutput& out) {
    if (!zone_at(number).open) {
        return;
    }
    for (std::int64_t lane = 0; lane < planes(); ++lane) {
        const std::int64_t block = block_of_lane(number, lane);
        if (block == kNone) {
            claim_block(now, number, lane, out);
        } else if (blocks_.at(block).failed ||
                   blocks_.at(block).programmed != pages_of_lane(lane, zone_at(number).next)) {
            want_move(now, number, lane, FlashSource::kGc, out);
        }
    }
}

void ZoneFtl::restore_ages() {
    std::vector<std::int64_t> open;
    for (std::int64_t zone = 0; zone < zones(); ++zone) {
        if (zone_at(zone).open) {
            open.push_back(zone);
        }
    }
    std::stable_sort(open.begin(), open.end(), [this](std::int64_t a, std::int64_t b) {
        return zone_at(a).written < zone_at(b).written;
    });
    for (const std::int64_t zone : open) {
        ages_.push_back(0, zone);
    }
}

void ZoneFtl::power_loss(core::RandomStream& fate) {
    if (medium_ == nullptr) {
        throw core::ModelError("a power loss needs a medium that survives it");
    }
    std::vector<FtlMedium::UnderWay> cut;
    for (const Task& task : tasks_) {
        if (task.role != Role::kFree && task.kind != FlashTaskKind::kRead) {
            cut.push_back({task.kind, task.page, spare_of(0, task), nullptr});
        }
    }
    medium_->cut(std::move(cut), fate);
}

void ZoneFtl::check() const {
    check_blocks();
    if (medium_ != nullptr && mounted()) {
        check_medium();
    }
}

void ZoneFtl::check_blocks() const {
    std::vector<std::int32_t> users(static_cast<std::size_t>(blocks_.total()));
    std::int64_t used = 0;
    for (std::int64_t zone = 0; zone < zones(); ++zone) {
        const Zone& z = zones_[static_cast<std::size_t>(zone)];
        for (std::int64_t lane = 0; lane < planes(); ++lane) {
            const std::int64_t target =
                z.lanes.empty() ? kNone : z.lanes[static_cast<std::size_t>(lane)].target;
            for (const std::int64_t block : {block_of_lane(zone, lane), target}) {
                if (block == kNone) {
                    continue;
                }
                ++used;
                if (++users[static_cast<std::size_t>(block)] > 1 ||
                    blocks_.plane_of(block) != plane_of_lane(lane) ||
                    blocks_.at(block).state != State::kUsed || blocks_.at(block).zone != zone) {
                    throw core::ModelError("zone map: block " + std::to_string(block) +
                                           " is used twice or for something else");
                }
            }
        }
    }
    for (std::int64_t block = 0; block < blocks_.total(); ++block) {
        used -= blocks_.at(block).state == State::kUsed ? 1 : 0;
    }
    if (used != 0) {
        throw core::ModelError("zone map: a block is in use by no zone");
    }
}

void ZoneFtl::check_medium() const {
    for (std::int64_t zone = 0; zone < zones(); ++zone) {
        const Zone& z = zones_[static_cast<std::size_t>(zone)];
        for (std::int64_t offset = 0; offset < z.next; ++offset) {
            const PageNumber page = place(zone, offset);
            if (!in_buffer(zone, offset) &&
                (medium_->state(page) != FtlMedium::State::kIntact ||
                 medium_->spare(page).logical != zone * zone_pages_ + offset)) {
                throw core::ModelError("zone map: the flash does not hold logical page " +
                                       std::to_string(zone * zone_pages_ + offset));
            }
        }
    }
}

}  // namespace strata::models
