// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The blocks of a page-mapped flash: which are free, open, closed or bad, how many of their pages
// are valid, how worn they are. Per plane: a heap of free blocks, one open block per stream of
// data, the closed blocks under the policy that picks victims. O(1) per page; O(log blocks) per
// block opened.

#include <array>
#include <memory>
#include <vector>

#include "core/units.h"
#include "models/memory/nand/flash.h"
#include "models/memory/nand/ftl_config.h"
#include "models/memory/nand/ftl_lists.h"
#include "models/memory/nand/ftl_victims.h"

namespace strata::models {

/// Data that share blocks.
enum class FtlStream : std::uint8_t {
    kHost,
    kMoved,  ///< what garbage collection and upkeep moved, with hot/cold separation
    kWear,   ///< cold data on their way to worn blocks
    kMap,    ///< map, journal and checkpoint pages
};
constexpr std::size_t kFtlStreams = 4;

struct FtlBlock {
    enum class State : std::uint8_t { kFree, kOpen, kClosed, kVictim, kErasing, kBad };

    std::int32_t next = 0;   ///< pages handed out; all of them once it is sealed
    std::int32_t valid = 0;  ///< pages that hold current data
    std::uint32_t erases = 0;
    std::uint32_t reads = 0;       ///< since the last erase
    std::int32_t programming = 0;  ///< programs under way
    std::int32_t reading = 0;      ///< reads under way
    State state = State::kFree;
    FtlStream stream = FtlStream::kHost;
    FlashSource reason = FlashSource::kGc;  ///< why it is wanted
    bool wanted = false;                    ///< in line to be collected
    bool failed = false;                    ///< goes bad as soon as it is empty
    core::Ps written = core::kNever;        ///< when it was opened; kNever: empty
    std::uint64_t closed_at = 0;            ///< stamp
};

class FtlBlocks {
   public:
    FtlBlocks(const FtlConfig& config, const FlashGeometry& geometry, std::uint64_t seed);

    FtlBlock& at(std::int64_t block) { return blocks_[static_cast<std::size_t>(block)]; }
    const FtlBlock& at(std::int64_t block) const {
        return blocks_[static_cast<std::size_t>(block)];
    }
    std::int64_t free_blocks(std::int64_t plane) const {
        return static_cast<std::int64_t>(plane_at(plane).free.size());
    }
    /// Pages of closed blocks that are not valid: what garbage collection can gain.
    std::int64_t invalid_pages(std::int64_t plane) const { return plane_at(plane).invalid; }
    /// The open block of a stream or -1.
    std::int64_t open_block(std::int64_t plane, FtlStream stream) const {
        return plane_at(plane).open[static_cast<std::size_t>(stream)];
    }

    /// Whether the stream gets a page while `keep` free blocks stay untouched.
    bool can_allocate(std::int64_t plane, FtlStream stream, std::int64_t keep) const {
        const std::int64_t free = free_blocks(plane);
        return free > keep || (free == keep && open_block(plane, stream) >= 0);
    }
    /// Opens a block for the stream, which has none; one is free.
    void open(core::Ps now, std::int64_t plane, FtlStream stream);
    /// The next page of the stream's open block; opens one when there is none. `stamp`: programs so
    /// far.
    PageNumber allocate(core::Ps now, std::int64_t plane, FtlStream stream, std::uint64_t stamp);
    /// The program of a page is over, whatever became of it.
    void end_program(PageNumber page);
    void add_valid(PageNumber page) { ++at(geometry_.block_of(page)).valid; }
    void drop_valid(PageNumber page);

    /// No further page of an open block is handed out.
    void seal(std::int64_t block, std::uint64_t stamp);
    /// The policy's choice for the plane, now a victim; -1 when nothing can be gained.
    std::int64_t take_victim(std::int64_t plane, std::uint64_t stamp);
    void take(std::int64_t block);     ///< a closed block becomes a victim
    void release(std::int64_t block);  ///< a victim is closed again
    void erased(std::int64_t block);   ///< counts the erase; the block is free
    void retire(std::int64_t block);   ///< goes bad, for good
    /// Mount: takes a free block out of the heap, as open or closed with `next` pages in use, or
    /// as bad.
    void restore(std::int64_t block, FtlStream stream, std::int32_t next, core::Ps written,
                 std::uint64_t stamp);
    void restore_bad(std::int64_t block);
    /// Mount: after changes of erase counts of free blocks.
    void order_free_blocks();

    /// The block whose data are oldest or -1.
    std::int64_t oldest() const { return ages_.front(0); }
    void stop_ageing(std::int64_t block) { ages_.remove(block); }
    /// Closed block of the plane with the fewest erases, -1 without; `least`: fewest of all blocks.
    std::int64_t least_worn(std::int64_t plane, std::uint32_t* least) const;
    /// Closed block of the plane with the fewest valid pages; there is one.
    std::int64_t emptiest(std::int64_t plane) const;
    std::int64_t bad_blocks() const { return bad_; }
    std::int64_t total() const { return static_cast<std::int64_t>(blocks_.size()); }

   private:
    struct Plane {
        std::vector<std::int64_t> free;  // heap by (order, block): the front is used next
        std::array<std::int64_t, kFtlStreams> open{-1, -1, -1, -1};
        std::int64_t invalid = 0;
    };
    struct UsedLater;

    Plane& plane_at(std::int64_t plane) { return planes_[static_cast<std::size_t>(plane)]; }
    const Plane& plane_at(std::int64_t plane) const {
        return planes_[static_cast<std::size_t>(plane)];
    }
    void close(std::int64_t block);
    void push_free(std::int64_t block);
    void remove_free(std::int64_t block);
    std::int64_t pop_free(std::int64_t plane, FtlStream stream);

    FlashGeometry geometry_;
    bool by_wear_;
    std::vector<FtlBlock> blocks_;
    std::vector<std::uint64_t> freed_;  // order in which blocks became free
    std::uint64_t frees_ = 0;
    std::vector<Plane> planes_;
    IndexLists ages_;  // blocks with data in the order in which they were opened
    std::unique_ptr<VictimPolicy> victims_;
    std::int64_t bad_ = 0;
};

}  // namespace strata::models
