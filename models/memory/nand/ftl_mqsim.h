// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The page-mapped translation layer by the rules of the MQSim simulator, so that the two can be
// laid side by side. Its own rules, where they differ from the page map of ftl_page.h:
//   - A logical page has its plane. The map changes when a program is handed out, not when it is
//     done: the version before is invalid at once.
//   - Open blocks of a plane: one of the host, one of the collector, one of the map (never used);
//     the next is opened when the last page of the one before is handed out.
//   - A victim is chosen when a block of host or collector is full and the plane has no more than
//     `gc.start` free blocks (at least kVictims - 1), and after an erase while writes are held
//     back; up to kVictims of a plane are collected at once.
//   - All pages of a victim are read at once; each is programmed when it has been read. Erases go
//     in the order in which the victims were chosen.
//   - With fewer than kVictims free blocks host writes to the plane wait for an erase; host
//     operations on a page that moves wait for the end of its move.
// Source: MQSim 7ec40e3, page-level garbage collection, block manager and address mapping.
// Where it fails (docs/nand.md), this does not: an operation behind a move is carried out; a block
// with host reads under way is erased when they are over; a page overwritten while it moves is
// dropped by the move; and a plane without a free block for a move waits for an erase.
//
// Not modelled: what that simulator does not have (map traffic is not modelled either): write
// buffer, bad blocks, upkeep, refresh orders, recovery. Failed programs and erases are a
// ModelError. A trim waits for the host operations before it and holds back those behind it. Units:
// pages.

#include <vector>

#include "models/memory/nand/ftl.h"
#include "models/memory/nand/ftl_blocks.h"
#include "models/memory/nand/ftl_config.h"
#include "models/memory/nand/ftl_lost.h"
#include "models/memory/nand/ftl_map.h"

namespace strata::models {

class MqsimFtl : public Ftl {
   public:
    /// Victims of a plane at once; with fewer free blocks the host has to wait.
    static constexpr std::int64_t kVictims = 10;

    MqsimFtl(const FtlConfig& config, const FlashGeometry& geometry, std::uint64_t seed);

    void mount(core::Ps /*now*/, FtlOutput& /*out*/) override {}
    bool mounted() const override { return true; }
    std::int64_t logical_pages() const override { return capacity_; }
    void preload(core::Ps now, std::int64_t pages) override;

    void read(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    bool can_write() const override { return writes_ < config_.write_buffer.pages; }
    void write(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    void trim(core::Ps now, LogicalPage first, std::int64_t pages, std::uint64_t tag,
              FtlOutput& out) override;
    void refresh(core::Ps now, LogicalPage page, std::uint64_t tag, FtlOutput& out) override;
    void checkpoint(core::Ps now, std::uint64_t tag, FtlOutput& out) override;
    void done(core::Ps now, std::uint32_t task, FlashStatus status, FtlOutput& out) override;

    core::Ps next_background() const override { return core::kNever; }
    void background(core::Ps /*now*/, FtlOutput& /*out*/) override {}
    void idle(core::Ps /*now*/, std::int64_t /*plane*/, FtlOutput& /*out*/) override {}
    void pad(core::Ps /*now*/, FtlOutput& /*out*/) override {}
    [[noreturn]] void power_loss(core::RandomStream& fate) override;

    bool busy() const override { return tasks_under_way_ + host_operations_ > 0; }
    const FtlCounts& counts() const override { return counts_; }
    std::uint32_t erase_count(std::int64_t block) const override {
        return blocks_.at(block).erases;
    }
    bool bad(std::int64_t /*block*/) const override { return false; }
    std::uint32_t reads_since_erase(std::int64_t block) const override {
        return blocks_.at(block).reads;
    }
    core::Ps written_at(std::int64_t block) const override { return blocks_.at(block).written; }
    std::string describe_state() const override;
    void register_stats(core::StatGroup& stats) override;
    void check() const override;

   private:
    static constexpr std::int32_t kNone = -1;
    enum class Kind : std::uint8_t { kRead, kWrite, kTrim };
    struct Operation {
        Kind kind = Kind::kRead;
        LogicalPage logical = 0;
        std::int64_t pages = 1;  ///< of a trim
        std::uint64_t tag = 0;
        std::int32_t next = kNone;  ///< in the list that it waits in
        std::uint64_t number = 0;   ///< order in which operations began
        std::uint64_t turn = 0;     ///< of a write that was held back: when, first
    };
    struct List {
        std::int32_t head = kNone;
        std::int32_t tail = kNone;
    };
    struct Task {
        FlashTask flash;
        bool moves = false;  ///< a read or program of a move
        List waiting;        ///< of a move: operations on its page
        std::uint32_t next_free = 0;
    };
    struct Plane {
        List held;  ///< writes that wait for free blocks
        std::int64_t victims = 0;
        std::vector<std::uint32_t> stuck;  ///< moves that were read and have no place
    };

    // Tasks and lists.
    Task& task(std::uint32_t id) { return tasks_[id]; }
    Plane& plane(std::int64_t index) { return planes_[static_cast<std::size_t>(index)]; }
    std::uint32_t emit(const FlashTask& flash, bool moves, FtlOutput& out);
    void release(std::uint32_t id);
    Operation& node(std::int32_t index) { return waiting_[static_cast<std::size_t>(index)]; }
    std::int32_t take_node(const Operation& operation);
    void push(List& list, const Operation& operation);
    void insert(List& list, const Operation& operation, std::uint64_t Operation::*key);
    void hold_back(Operation write);
    Operation pop(List& list);
    std::int64_t plane_for(LogicalPage logical) const {
        return stripe_[static_cast<std::size_t>(logical % geometry_.total_planes())];
    }

    // Host operations (ftl_mqsim.cpp).
    void begin(core::Ps now, const Operation& operation, FtlOutput& out);
    void carry_out(core::Ps now, const Operation& operation, FtlOutput& out);
    void issue_read(const Operation& operation, FtlOutput& out);
    void issue_write(core::Ps now, const Operation& operation, FtlOutput& out);
    void apply_trims(core::Ps now, FtlOutput& out);
    void end_operation(core::Ps now, const FtlAck& ack, FtlOutput& out);
    void unmap(LogicalPage logical);
    PageNumber place(core::Ps now, LogicalPage logical, FtlStream stream);
    std::uint32_t program(core::Ps now, const FlashTask& like, FtlStream stream, FtlOutput& out);

    // Collection (ftl_mqsim_gc.cpp).
    bool short_of_blocks(std::int64_t index) const { return blocks_.free_blocks(index) < kVictims; }
    void next_block(core::Ps now, std::int64_t index, FtlStream stream, FtlOutput& out);
    void choose_victim(std::int64_t index, FtlOutput& out);
    void start_move(std::int64_t block, PageNumber page, FtlOutput& out);
    void move_read(core::Ps now, std::uint32_t id, FlashStatus status, FtlOutput& out);
    void move_program(core::Ps now, std::uint32_t id, FtlOutput& out);
    void end_move(core::Ps now, std::uint32_t id, FtlOutput& out);
    void let_go(std::int64_t block, FtlOutput& out);
    void erased(core::Ps now, std::int64_t block, FtlOutput& out);

    FtlConfig config_;
    FlashGeometry geometry_;
    std::int64_t capacity_;
    std::vector<std::int64_t> stripe_;
    FtlBlocks blocks_;
    FtlMap map_;
    SparseEntries moves_;    // by logical page: task of its move
    SparseEntries pending_;  // by logical page: host writes handed in and not acknowledged
    FtlLostPages lost_;
    std::vector<Plane> planes_;
    std::vector<std::uint64_t> chosen_;  // by block: its turn among the victims
    std::uint64_t victims_chosen_ = 0;

    std::vector<Task> tasks_;
    std::uint32_t free_task_ = kNoTask;
    std::vector<Operation> waiting_;  // nodes of the lists
    std::int32_t free_node_ = kNone;
    List behind_trim_;  // a trim, and what came after it
    std::int64_t tasks_under_way_ = 0;
    std::int64_t host_operations_ = 0;  // begun and not acknowledged
    std::int64_t writes_ = 0;           // handed in and not acknowledged
    std::uint64_t begun_ = 0;
    std::uint64_t held_back_ = 0;
    std::uint64_t stamp_ = 0;

    FtlCounts counts_;
    static constexpr std::uint32_t kNoTask = UINT32_MAX;
};

}  // namespace strata::models
