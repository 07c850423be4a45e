// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The zone-mapped translation layer, for flash that is written in bulk and read for ever (weights
// in high-bandwidth flash).
//
// Modelled: a zone is one block of every plane; its consecutive pages go over the planes in
// striping order, then to the next page of the blocks, so that the place of a page is arithmetic. A
// table maps zones to sets of blocks; spare sets let a zone be refreshed: its pages move to a spare
// set, read from the old one meanwhile, whose blocks are then erased. On order of the host, after a
// number of reads of one block (read reclaim) or at an age (retention). Writes go to the write
// pointer of their zone and are acknowledged when programmed; a trim of whole zones resets them.
// The free set with the fewest erases is used next; a set whose program or erase fails is retired.
//
// Not modelled: blocks replaced one by one inside a set, a write cache, writes to a zone that waits
// for a refresh (refused with kNandEraseOpen), a power loss (the host of such a device keeps the
// zone table). A page that cannot be read during a refresh is counted as lost and moved as it is.
//
// Memory: 12 bytes per block, nothing per page. Units: pages; `now` in ps.

#include <deque>
#include <vector>

#include "models/memory/nand/ftl.h"
#include "models/memory/nand/ftl_config.h"

namespace strata::models {

class ZoneFtl : public Ftl {
   public:
    ZoneFtl(const FtlConfig& config, const FlashGeometry& geometry, const FtlMedium* medium);

    void mount(core::Ps, FtlOutput&) override {}
    bool mounted() const override { return true; }
    std::int64_t logical_pages() const override { return zones() * zone_pages_; }
    void preload(core::Ps now, std::int64_t pages) override;

    void read(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    bool can_write() const override { return writes_under_way_ < config_.write_buffer.pages; }
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
        return blocks_[static_cast<std::size_t>(block)].erases;
    }
    bool bad(std::int64_t block) const override {
        return sets_[static_cast<std::size_t>(block % geometry_.blocks)].state == Set::State::kBad;
    }
    std::uint32_t reads_since_erase(std::int64_t block) const override {
        return blocks_[static_cast<std::size_t>(block)].reads;
    }
    core::Ps written_at(std::int64_t block) const override {
        return sets_[static_cast<std::size_t>(block % geometry_.blocks)].written;
    }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void check() const override;

    std::int64_t zones() const { return static_cast<std::int64_t>(zones_.size()); }
    std::int64_t zone_pages() const { return zone_pages_; }

   private:
    struct Block {
        std::uint32_t erases = 0;
        std::uint32_t reads = 0;      // since the last erase
        std::int32_t programmed = 0;  // programs done
    };
    /// One block of every plane.
    struct Set {
        enum class State : std::uint8_t { kFree, kUsed, kDraining, kErasing, kBad };
        State state = State::kFree;
        bool failed = false;                      // goes bad instead of being used again
        std::int64_t under_way = 0;               // tasks
        std::int64_t zone = -1;                   // whose orders end with its erase
        FlashSource reason = FlashSource::kHost;  // of that erase
        core::Ps written = core::kNever;          // when its first page was
    };
    /// A plane's part of a refresh.
    struct Lane {
        std::int32_t next = 0;  // page to be read next
        bool reading = false;
    };
    struct Zone {
        std::int64_t set = -1;
        std::int64_t next = 0;        // write pointer, in pages
        std::int64_t writing = 0;     // host programs under way
        std::int64_t target = -1;     // set that a refresh moves to
        std::int64_t moves_left = 0;  // pages of the refresh not yet programmed
        std::vector<Lane> lanes;
        FlashSource reason = FlashSource::kRefresh;
        bool queued = false;  // for a refresh
        bool resetting = false;
        std::vector<std::uint64_t> tags;  // of the reset or refreshes
    };
    struct Order {
        std::uint64_t tag = 0;
        std::int64_t zones_left = 0;
    };
    enum class Role : std::uint8_t { kFree, kHostRead, kHostWrite, kMoveRead, kMove, kErase };
    struct Task {
        Role role = Role::kFree;
        std::int64_t zone = -1;
        PageNumber page = kNoPage;
        LogicalPage logical = kNoLogicalPage;
        std::uint64_t tag = 0;
        std::uint32_t next_free = 0;
    };

    Zone& zone_at(std::int64_t zone) { return zones_[static_cast<std::size_t>(zone)]; }
    Set& set_at(std::int64_t set) { return sets_[static_cast<std::size_t>(set)]; }
    Block& block_of(PageNumber page) {
        return blocks_[static_cast<std::size_t>(geometry_.block_of(page))];
    }
    std::int64_t set_of(PageNumber page) const {
        return geometry_.block_of(page) % geometry_.blocks;
    }
    std::int64_t planes() const { return static_cast<std::int64_t>(stripe_.size()); }
    PageNumber place(std::int64_t set, std::int64_t offset) const;
    void emit(FlashTask task, Role role, std::int64_t zone, FtlOutput& out);
    void emit_read(Role role, FlashSource source, std::int64_t zone, std::int64_t offset,
                   std::uint64_t tag, FtlOutput& out);
    core::Fault check_write(LogicalPage page) const;
    std::int64_t take_free_set(core::Ps now, std::int64_t zone);

    // Upkeep (ftl_zone_refresh.cpp).
    void want_refresh(core::Ps now, std::int64_t zone, FlashSource reason, FtlOutput& out);
    void start_refreshes(core::Ps now, FtlOutput& out);
    void refuse_refreshes(FtlOutput& out);
    void advance_lane(std::int64_t zone, std::int64_t lane, FtlOutput& out);
    void move_read_done(const Task& task, FlashStatus status, FtlOutput& out);
    void move_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void settle_refresh(core::Ps now, std::int64_t zone, FtlOutput& out);
    void drain(std::int64_t set, FlashSource reason, FtlOutput& out);
    void settle_set(std::int64_t set, FtlOutput& out);
    void erase_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void end_orders(Zone& zone, core::Fault fault, FtlOutput& out);

    FtlConfig config_;
    FlashGeometry geometry_;
    std::int64_t zone_pages_;
    std::vector<std::int64_t> stripe_;
    std::vector<Zone> zones_;
    std::vector<Set> sets_;
    std::vector<Block> blocks_;
    std::vector<std::int64_t> free_sets_;
    std::deque<std::int64_t> refreshes_;  // zones that wait for a spare set
    std::deque<std::int64_t> ages_;       // sets in the order in which they were written
    std::int64_t recovering_ = 0;         // sets that will be free or bad soon
    std::vector<Order> orders_;
    std::vector<Task> tasks_;
    std::uint32_t free_task_ = kNoTask;
    std::int64_t tasks_under_way_ = 0;
    std::int64_t writes_under_way_ = 0;
    FtlCounts counts_;
    static constexpr std::uint32_t kNoTask = UINT32_MAX;
};

}  // namespace strata::models
