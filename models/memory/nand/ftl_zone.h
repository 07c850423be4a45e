// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The zone-mapped translation layer, for flash that is written in bulk and read for ever (weights
// in high-bandwidth flash).
//
// Modelled: a zone is one block of every plane, its lanes; its consecutive pages go over the planes
// in striping order, then to the next page of the blocks, so that inside a block the place of a
// page is arithmetic, and a table maps the lanes of zones to blocks. Every plane has a pool of
// spare blocks, out of which the least worn is used next. Writes go to the write pointer of their
// zone and are acknowledged in order, when they and all before them are programmed; a trim of whole
// zones resets them.
//   Moves. A lane moves to a spare block, page by page, read from the old one meanwhile, which is
// then erased; writes that come for the lane wait. A refresh moves every lane of a zone: on order
// of the host, after a number of reads of one block (read reclaim) or at an age (retention). Static
// wear levelling moves one lane of cold data to a worn block. When a program fails, its lane moves,
// the failed page from the controller's buffer, and the block goes bad; without a spare block the
// zone becomes read-only until it is reset, its write pointer before the failed page. A block whose
// erase fails goes bad. Factory bad blocks are taken from the pools.
//   Power loss (ftl_zone_recovery.cpp). Nothing but spare areas and the marks of failed and bad
// blocks is kept; a mount finds the table and the write pointers again.
//
// Not modelled: a write cache. A page that cannot be read when it is moved is lost: the copy is
// marked, and reads of it are answered with kUncorrectable.
//
// Memory: 36 bytes per block, nothing per page. Units: pages; `now` in ps.

#include <deque>
#include <memory>
#include <vector>

#include "models/memory/nand/ftl.h"
#include "models/memory/nand/ftl_config.h"
#include "models/memory/nand/ftl_lists.h"
#include "models/memory/nand/ftl_lost.h"
#include "models/memory/nand/ftl_medium.h"
#include "models/memory/nand/ftl_zone_blocks.h"
#include "models/memory/nand/ftl_zone_mount.h"
#include "models/memory/nand/ftl_zone_pending.h"

namespace strata::models {

class ZoneFtl : public Ftl {
   public:
    ZoneFtl(const FtlConfig& config, const FlashGeometry& geometry, FtlMedium* medium,
            std::uint64_t seed = 1);

    void mount(core::Ps now, FtlOutput& out) override;
    bool mounted() const override { return !needs_mount_ && mount_ == nullptr && !repairing_; }
    std::int64_t logical_pages() const override { return zones() * zone_pages_; }
    void preload(core::Ps now, std::int64_t pages) override;

    void read(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    bool can_write() const override {
        return writes_under_way_ < config_.write_buffer.pages && mounted();
    }
    void write(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    void trim(core::Ps now, LogicalPage first, std::int64_t pages, std::uint64_t tag,
              FtlOutput& out) override;
    void refresh(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    void checkpoint(core::Ps, std::uint64_t tag, FtlOutput& out) override {
        out.acks.push_back({tag, core::Fault::kNone, false});
    }
    void done(core::Ps now, std::uint32_t task, FlashStatus status, FtlOutput& out) override;

    core::Ps next_background() const override;
    void background(core::Ps now, FtlOutput& out) override;
    void pad(core::Ps, FtlOutput&) override {}
    void idle(core::Ps, std::int64_t, FtlOutput&) override {}
    void power_loss(core::RandomStream& fate) override;

    bool busy() const override { return tasks_under_way_ > 0; }
    const FtlCounts& counts() const override { return counts_; }
    std::uint32_t erase_count(std::int64_t block) const override {
        return blocks_.at(block).erases;
    }
    bool bad(std::int64_t block) const override {
        return blocks_.at(block).state == ZoneBlock::State::kBad;
    }
    std::uint32_t reads_since_erase(std::int64_t block) const override {
        return blocks_.at(block).reads;
    }
    core::Ps written_at(std::int64_t block) const override { return blocks_.at(block).written; }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void check() const override;

    std::int64_t zones() const { return static_cast<std::int64_t>(zones_.size()); }
    std::int64_t zone_pages() const { return zone_pages_; }
    /// The next page of the zone to be written, counted inside the zone.
    std::int64_t write_pointer(std::int64_t zone) const {
        return zones_[static_cast<std::size_t>(zone)].next;
    }
    bool read_only(std::int64_t zone) const {
        return zones_[static_cast<std::size_t>(zone)].read_only;
    }

   private:
    /// A plane's part of a zone while it moves, or waits for a block to move to.
    struct Lane {
        bool wanted = false;
        bool reading = false;
        FlashSource reason = FlashSource::kRefresh;
        std::int64_t target = kNone;  // block; kNone: waits for one
        std::int32_t next = 0;        // page to be moved next
        std::int32_t end = 0;         // pages to be moved
        // Pages inside the zone: programs that failed, and writes that came during the move.
        std::vector<std::int64_t> failed;
        std::vector<std::int64_t> waiting;
    };
    struct Zone {
        std::int64_t next = 0;          // write pointer, in pages
        std::int64_t acknowledged = 0;  // pages
        ZonePending pending;            // of the pages between the two
        core::Ps written = 0;           // when it was opened or its refresh began
        bool open = false;              // has blocks
        bool resetting = false;
        bool refreshing = false;
        bool read_only = false;
        bool refused = false;     // a lane of the refresh found no spare block
        std::int32_t moving = 0;  // lanes that move or want to
        std::int32_t stale = 0;   // blocks with old data, to be erased
        std::vector<Lane> lanes;  // by plane in striping order; empty without moves
        std::uint64_t reset_tag = 0;
        std::vector<std::uint64_t> refresh_tags;

        /// Pages written or on their way, whatever became of a reset.
        std::int64_t extent() const { return acknowledged + pending.size(); }
        /// Of a page that is not acknowledged.
        std::uint64_t tag_of(std::int64_t offset) const {
            return pending.tag(offset - acknowledged);
        }
    };
    /// A reset of several zones is acknowledged once.
    struct Order {
        std::uint64_t tag = 0;
        std::int64_t zones_left = 0;
    };
    enum class Role : std::uint8_t {
        kFree,
        kHostRead,
        kHostWrite,
        kMoveRead,
        kMove,
        kRewrite,  ///< of a page whose program failed, to the block its lane moves to
        kErase,
        kScan,
    };
    struct Task {
        Role role = Role::kFree;
        bool lost = false;  // a copy of a page that could not be read
        FlashTaskKind kind = FlashTaskKind::kRead;
        std::uint32_t next_free = 0;
        std::int64_t zone = -1;
        PageNumber page = kNoPage;
        LogicalPage logical = kNoLogicalPage;
        std::uint64_t tag = 0;
        std::uint64_t stamp = 0;  // of a program
    };

    Zone& zone_at(std::int64_t zone) { return zones_[static_cast<std::size_t>(zone)]; }
    Lane& lane_at(std::int64_t zone, std::int64_t lane) {
        std::vector<Lane>& lanes = zone_at(zone).lanes;
        if (lanes.empty()) {
            lanes.resize(stripe_.size());
        }
        return lanes[static_cast<std::size_t>(lane)];
    }
    ZoneBlock& block_of(PageNumber page) { return blocks_.at(geometry_.block_of(page)); }
    std::int64_t planes() const { return static_cast<std::int64_t>(stripe_.size()); }
    std::int64_t plane_of_lane(std::int64_t lane) const {
        return stripe_[static_cast<std::size_t>(lane)];
    }
    void set_block_of_lane(std::int64_t zone, std::int64_t lane, std::int64_t block) {
        table_[static_cast<std::size_t>(zone * planes() + lane)] = static_cast<std::int32_t>(block);
    }
    std::int64_t block_of_lane(std::int64_t zone, std::int64_t lane) const {
        return table_[static_cast<std::size_t>(zone * planes() + lane)];
    }
    /// Where a page of a zone is.
    PageNumber place(std::int64_t zone, std::int64_t offset) const {
        return block_of_lane(zone, offset % planes()) * geometry_.pages + offset / planes();
    }
    /// How many of the first `pages` pages of a zone are in the lane.
    std::int64_t pages_of_lane(std::int64_t lane, std::int64_t pages) const {
        return (pages - lane + planes() - 1) / planes();
    }

    // Tasks (ftl_zone_tasks.cpp).
    Task& emit(FlashTask task, Role role, std::int64_t zone, FtlOutput& out);
    void emit_read(Role role, FlashSource source, std::int64_t zone, std::int64_t offset,
                   std::uint64_t tag, FtlOutput& out);
    Task& emit_program(Role role, FlashTask task, FtlOutput& out);
    Task take_task(std::uint32_t id);
    FtlSpare spare_of(core::Ps now, const Task& task) const;
    void note_program(core::Ps now, const Task& task, bool failed);

    // Host operations (ftl_zone.cpp).
    bool in_buffer(std::int64_t zone, std::int64_t offset) const;
    core::Fault check_write(LogicalPage page) const;
    bool can_open() const;
    void open_zone(core::Ps now, std::int64_t zone, FtlOutput& out);
    void claim_block(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out);
    void issue_write(core::Ps now, std::int64_t zone, std::int64_t offset, std::uint64_t tag,
                     FtlOutput& out);
    void host_read_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void host_write_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void settle_write(core::Ps now, std::int64_t zone, std::int64_t offset,
                      ZonePending::State state, FtlOutput& out);
    void become_read_only(core::Ps now, std::int64_t zone, FtlOutput& out);

    // Moves (ftl_zone_move.cpp).
    void want_move(core::Ps now, std::int64_t zone, std::int64_t lane, FlashSource reason,
                   FtlOutput& out);
    void serve(core::Ps now, std::int64_t plane, FtlOutput& out);
    void start_move(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out);
    void refuse_move(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out);
    void issue_waiting(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out);
    void advance_lane(std::int64_t zone, std::int64_t lane, FtlOutput& out);
    void move_read_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void move_done(core::Ps now, const Task& task, FtlOutput& out);
    void settle_lane(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out);
    void switch_lane(core::Ps now, std::int64_t zone, std::int64_t lane, FtlOutput& out);
    void end_move(core::Ps now, std::int64_t zone, FtlOutput& out);

    // Refreshes, resets, erases (ftl_zone_upkeep.cpp).
    void want_refresh(core::Ps now, std::int64_t zone, FlashSource reason, FtlOutput& out);
    void start_ageing(core::Ps now, std::int64_t zone);
    void drop_block(core::Ps now, std::int64_t block, FlashSource reason, FtlOutput& out);
    void settle_block(core::Ps now, std::int64_t block, FtlOutput& out);
    void retire(std::int64_t block);
    void erase_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void end_stale(core::Ps now, std::int64_t zone, std::int64_t plane, FtlOutput& out);
    void settle_zone(core::Ps now, std::int64_t zone, FtlOutput& out);
    void end_reset(std::int64_t zone, FtlOutput& out);
    void level_wear(core::Ps now, std::int64_t block, FtlOutput& out);

    // Mount and power loss (ftl_zone_recovery.cpp).
    void continue_mount(core::Ps now, FtlOutput& out);
    void finish_mount(core::Ps now, FtlOutput& out);
    void restore_blocks(const ZoneMount& found);
    void choose_blocks(const ZoneMount& found);
    void restore_zone(const ZoneMount& found, std::int64_t zone);
    void restore_ages();
    void repair_zone(core::Ps now, std::int64_t zone, FtlOutput& out);
    void check_blocks() const;
    void check_medium() const;

    FtlConfig config_;
    FlashGeometry geometry_;
    FtlMedium* medium_;
    std::int64_t zone_pages_;
    std::vector<std::int64_t> stripe_;
    std::vector<std::int64_t> lane_of_;  // by plane
    std::vector<Zone> zones_;
    std::vector<std::int32_t> table_;  // by zone and lane: block
    ZoneBlocks blocks_;
    std::vector<std::deque<std::int64_t>> waiting_;  // by plane: zones that want a block
    IndexLists ages_;  // zones in the order in which they were written
    FtlLostPages lost_;
    std::vector<std::uint32_t> least_erases_;  // per plane: a lower bound
    std::vector<Order> orders_;

    bool needs_mount_;
    std::unique_ptr<ZoneMount> mount_;
    bool repairing_ = false;   // what the mount found torn or out of date
    std::int64_t upkeep_ = 0;  // moves and erases under way

    std::vector<Task> tasks_;
    std::uint32_t free_task_ = kNoTask;
    std::int64_t tasks_under_way_ = 0;
    std::int64_t writes_under_way_ = 0;
    std::uint64_t stamp_ = 0;
    FtlCounts counts_;

    static constexpr std::int64_t kNone = -1;
    static constexpr std::uint32_t kNoTask = UINT32_MAX;
};

}  // namespace strata::models
