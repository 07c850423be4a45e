// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The page-mapped translation layer.
//
// Modelled: a map entry per logical page, wholly in the controller or cached by map pages, whose
// reads and writes are tasks; pages striped over the planes in turn or by logical page; garbage
// collection inside each plane, by policy, with or without separation of moved data; dynamic and
// static wear levelling inside each plane; factory and grown bad blocks; read reclaim; retention
// refresh; a write buffer whose pages are acknowledged at once (capacitor) or when programmed;
// spare areas, journal of trims, checkpoints, and the mount after a power loss.
//
// A map entry changes when the program of the new version is done; until then the version before
// counts as valid and is kept. A trim is a barrier: it waits for the writes before it and holds
// back those behind it. Pages that the flash programs together come from one stream of a plane, one
// after the other; a word line that stays incomplete is filled up with padding.
//
// Not modelled: partial pages, blocks shared by several planes (superblocks), wear levelling across
// planes, parity across dies, merging of map updates of garbage collection, the time of the dump
// the capacitor pays for. Erase counts of blocks that were empty at a power loss are lost and taken
// as the mean of the others.
//
// Units: pages; `now` in ps.

#include <memory>
#include <vector>

#include "models/memory/nand/ftl.h"
#include "models/memory/nand/ftl_blocks.h"
#include "models/memory/nand/ftl_config.h"
#include "models/memory/nand/ftl_lost.h"
#include "models/memory/nand/ftl_map.h"
#include "models/memory/nand/ftl_map_cache.h"
#include "models/memory/nand/ftl_medium.h"
#include "models/memory/nand/ftl_mount.h"
#include "models/memory/nand/ftl_write_buffer.h"

namespace strata::models {

class PageFtl : public Ftl {
   public:
    PageFtl(const FtlConfig& config, const FlashGeometry& geometry, FtlMedium* medium,
            std::uint64_t seed);

    void mount(core::Ps now, FtlOutput& out) override;
    bool mounted() const override { return mount_ == nullptr && !needs_mount_; }
    std::int64_t logical_pages() const override { return layout_.host; }
    void preload(core::Ps now, std::int64_t pages) override;

    void read(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    bool can_write() const override { return !buffer_.full() && later_trims_.empty() && mounted(); }
    void write(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    void trim(core::Ps now, LogicalPage first, std::int64_t pages, std::uint64_t tag,
              FtlOutput& out) override;
    void refresh(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    void checkpoint(core::Ps now, std::uint64_t tag, FtlOutput& out) override;
    void done(core::Ps now, std::uint32_t task, FlashStatus status, FtlOutput& out) override;

    core::Ps next_background() const override;
    void background(core::Ps now, FtlOutput& out) override;
    void idle(core::Ps now, std::int64_t plane, FtlOutput& out) override;
    void pad(core::Ps now, FtlOutput& out) override;
    void power_loss(core::RandomStream& fate) override;

    bool busy() const override {
        return tasks_under_way_ > 0 || (buffer_.used() > config_.write_buffer.hold && !read_only_);
    }
    const FtlCounts& counts() const override { return counts_; }
    std::uint32_t erase_count(std::int64_t block) const override {
        return blocks_.at(block).erases;
    }
    bool bad(std::int64_t block) const override {
        return blocks_.at(block).state == FtlBlock::State::kBad;
    }
    std::uint32_t reads_since_erase(std::int64_t block) const override {
        return blocks_.at(block).reads;
    }
    core::Ps written_at(std::int64_t block) const override { return blocks_.at(block).written; }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void check() const override;

   private:
    enum class Role : std::uint8_t {
        kFree,
        kHostRead,
        kHostWrite,
        kMoveRead,
        kMove,  ///< program or copyback
        kMapLoad,
        kMapWrite,
        kRecord,
        kJournal,
        kErase,
        kScan,
        kPad,
    };
    struct Task {
        Role role = Role::kFree;
        FlashTaskKind kind = FlashTaskKind::kRead;
        FlashSource source = FlashSource::kHost;
        std::uint8_t epoch = 0;
        bool lost = false;
        std::int32_t slot = -1;       ///< of the write buffer
        std::uint32_t next_free = 0;  ///< of a free task
        PageNumber page = kNoPage;
        PageNumber from = kNoPage;
        LogicalPage logical = kNoLogicalPage;
        std::uint64_t tag = 0;
        std::uint64_t stamp = 0;  ///< of a program
    };
    /// Garbage collection of a plane: one victim at a time.
    struct Collector {
        std::int64_t victim = -1;
        std::int32_t cursor = 0;  ///< next page of the victim
        std::int32_t moves = 0;   ///< under way
        bool erasing = false;
        bool no_space = false;  ///< for what is left of the victim
        FlashSource source = FlashSource::kGc;
        std::vector<std::int64_t> wanted;  ///< blocks to be collected first, oldest first
    };
    struct Trim {
        LogicalPage first = 0;
        std::int64_t pages = 0;
        std::uint64_t tag = 0;
    };
    struct RefreshOrder {
        std::int64_t block = 0;
        std::uint64_t tag = 0;
    };
    enum class CheckpointStage { kIdle, kDrain, kFlush, kRecord };

    // Tasks (ftl_page_tasks.cpp).
    Task& emit(FlashTask task, Role role, FtlOutput& out);
    Task& emit_read(Role role, FlashSource source, PageNumber page, LogicalPage logical,
                    FtlOutput& out);
    Task& emit_program(core::Ps now, Role role, FlashSource source, std::int64_t plane,
                       FtlStream stream, LogicalPage logical, PageNumber from, std::uint64_t tag,
                       FtlOutput& out);
    FtlMedium::Contents& contents_of(const Task& task);
    void end_read(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void end_program(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void program_spare(core::Ps now, PageNumber page, LogicalPage logical, std::uint64_t stamp,
                       bool lost, const FtlMedium::Contents& contents);
    FtlSpare spare_of(core::Ps now, PageNumber page, LogicalPage logical, std::uint64_t stamp,
                      bool lost) const;
    void dispatch(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);

    // Host operations (ftl_page.cpp).
    void accept(core::Ps now, LogicalPage page, std::uint64_t tag, bool acknowledged,
                FtlOutput& out);
    void issue_read(LogicalPage page, std::uint64_t tag, FtlOutput& out);
    void enqueue(std::int32_t slot);
    void pump(core::Ps now, FtlOutput& out);
    bool pump_queue(core::Ps now, std::size_t queue, FtlOutput& out);
    std::int64_t next_writable();
    void host_write_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void acknowledge(std::int32_t slot, core::Fault fault, FtlOutput& out);
    void become_read_only(FtlOutput& out);
    void reject_writes(FtlOutput& out);
    void place(LogicalPage logical, PageNumber page);
    void drop(PageNumber page);
    void mark_lost(LogicalPage logical, bool lost) { lost_.mark(logical, lost); }
    bool is_lost(LogicalPage logical) const { return lost_.contains(logical); }
    std::size_t queue_of(LogicalPage logical) const {
        return config_.static_placement
                   ? static_cast<std::size_t>(logical % geometry_.total_planes())
                   : 0;
    }

    // Collection and upkeep (ftl_page_gc.cpp).
    Collector& collector(std::int64_t plane) {
        return collectors_[static_cast<std::size_t>(plane)];
    }
    void collect(core::Ps now, std::int64_t plane, std::int64_t target, FtlOutput& out);
    bool take_wanted(Collector& c);
    void step(core::Ps now, std::int64_t plane, FtlOutput& out);
    void move_page(core::Ps now, std::int64_t plane, PageNumber page, FtlOutput& out);
    void move_read_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void move_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void finish_victim(core::Ps now, std::int64_t plane, FtlOutput& out);
    bool others_collect(std::int64_t plane) const;
    void retry_without_space(core::Ps now, FtlOutput& out);
    void give_up_victim(core::Ps now, std::int64_t plane, FtlOutput& out);
    void retire(std::int64_t block);
    void end_refresh(std::int64_t block, FtlOutput& out);
    void erase_done(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void touch_victim(core::Ps now, PageNumber page, FtlOutput& out);
    void restart_victim(PageNumber page);
    void want(core::Ps now, std::int64_t block, FlashSource reason, FtlOutput& out);
    void level_wear(core::Ps now, std::int64_t block, FtlOutput& out);
    std::int64_t plane_for_move(std::int64_t plane, FtlStream stream) const;
    void copy_contents(const Task& move);
    bool overwrite_under_way(LogicalPage logical) const;
    FtlStream stream_of(LogicalPage logical, FlashSource source) const;

    // Word lines of one-shot programs (ftl_page_pad.cpp).
    std::int64_t line_of(std::int64_t plane, FtlStream stream) const {
        return plane * static_cast<std::int64_t>(kFtlStreams) + static_cast<std::int64_t>(stream);
    }
    void note_line(core::Ps now, PageNumber page);
    void pad_line(core::Ps now, std::int64_t line, FtlOutput& out);
    core::Ps next_padding() const;
    core::Ps next_refresh() const;

    // Map pages, journal, checkpoints (ftl_page_map.cpp).
    bool map_ready(std::int64_t map, FtlOutput& out);
    void mark_dirty(LogicalPage logical);
    void preload_map(core::Ps now, std::int64_t pages);
    void map_loaded(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void trim_cache(core::Ps now, FtlOutput& out);
    bool write_map_page(core::Ps now, std::int64_t map, FtlOutput& out);
    void map_written(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    FtlMedium::Contents snapshot(std::int64_t map) const;
    std::int64_t map_plane();
    void advance_map(core::Ps now, FtlOutput& out);
    void advance_checkpoint(core::Ps now, FtlOutput& out);
    void start_checkpoint();
    void flush_map(core::Ps now, FtlOutput& out);
    void write_record(core::Ps now, FtlOutput& out);
    void record_written(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    Task* emit_own(core::Ps now, Role role, LogicalPage logical, FtlOutput& out);
    void own_page_written(core::Ps now, const Task& task, FtlOutput& out);

    // Trims (ftl_page_trim.cpp).
    void write_journal(core::Ps now, FtlOutput& out);
    void journal_written(core::Ps now, const Task& task, FlashStatus status, FtlOutput& out);
    void apply_trims(core::Ps now, FtlOutput& out);
    void unmap(core::Ps now, LogicalPage logical, FtlOutput& out);
    void lift_barrier();
    void release_barrier(core::Ps now, FtlOutput& out);

    // Mount and power loss (ftl_page_recovery.cpp).
    void continue_mount(core::Ps now, FtlOutput& out);
    void finish_mount(core::Ps now, FtlOutput& out);
    void restore_map(const FtlMount& found);
    void restore_blocks(const FtlMount& found);
    void save_buffer();

    FtlConfig config_;
    FlashGeometry geometry_;
    FtlMedium* medium_;
    FtlLayout layout_;
    FtlBlocks blocks_;
    FtlMap map_;
    FtlMapCache cache_;
    FtlWriteBuffer buffer_;
    std::vector<std::int64_t> stripe_;  // planes in striping order
    bool needs_mount_;
    std::unique_ptr<FtlMount> mount_;

    std::vector<Task> tasks_;
    std::vector<FtlMedium::Contents> contents_;  // by task, of map data
    std::uint32_t free_task_ = kNoTask;
    std::int64_t tasks_under_way_ = 0;
    std::uint64_t stamp_ = 0;

    std::vector<SlotQueue> ready_;  // one, or one per plane with static placement
    std::int64_t ready_slots_ = 0;
    SlotQueue held_;  // behind a trim
    std::int64_t held_slots_ = 0;
    std::int64_t next_stripe_ = 0;
    std::int64_t next_map_stripe_ = 0;
    bool stalled_ = false;  // no plane has a page for the host
    bool read_only_ = false;
    FtlLostPages lost_;

    // By plane and stream, where pages are programmed together: word lines begun and not full.
    IndexLists open_lines_;
    std::vector<core::Ps> line_since_;
    std::int64_t last_plane_ = 0;  // that took a page of the host

    std::vector<Collector> collectors_;
    std::int64_t collecting_ = 0;  // collectors with a victim
    std::int64_t programs_under_way_ = 0;
    std::vector<std::uint32_t> least_erases_;  // per plane: a lower bound
    std::vector<RefreshOrder> refresh_orders_;

    std::vector<std::int64_t> late_loads_;  // absent map pages that were changed

    CheckpointStage stage_ = CheckpointStage::kIdle;
    std::uint8_t epoch_ = 0;
    std::int64_t in_epoch_[2] = {0, 0};  // programs under way
    std::uint64_t record_stamp_ = 0;     // of the checkpoint being made
    std::vector<std::int64_t> record_open_;
    std::int64_t flush_cursor_ = 0;
    bool flush_again_ = false;
    bool record_writing_ = false;
    std::uint64_t last_checkpoint_ = 0;  // stamp
    bool checkpoint_wanted_ = false;
    std::vector<std::uint64_t> checkpoint_tags_;  // of the running one
    std::vector<std::uint64_t> next_checkpoint_tags_;

    std::vector<Trim> trims_;                    // wait for the writes before them
    std::vector<Trim> later_trims_;              // came in behind writes that trims_ hold back
    std::vector<Trim> journalled_;               // being written
    std::vector<std::uint64_t> journal_stamps_;  // per journal page in use; 0: free
    std::int64_t journals_used_ = 0;

    FtlCounts counts_;
    static constexpr std::uint32_t kNoTask = UINT32_MAX;
};

}  // namespace strata::models
