// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The blocks of a zone-mapped flash: which are free, in use, on their way to an erase or bad, and
// how worn they are. Every plane has a pool of free blocks of its own; a zone takes one of each. A
// pool is a heap by wear: O(log blocks) per block taken.

#include <vector>

#include "core/units.h"
#include "models/memory/nand/flash.h"
#include "models/memory/nand/ftl_config.h"

namespace strata::models {

struct ZoneBlock {
    enum class State : std::uint8_t { kFree, kUsed, kStale, kErasing, kBad };

    core::Ps written = core::kNever;  ///< when it was taken; kNever: empty
    std::uint32_t erases = 0;
    std::uint32_t reads = 0;      ///< since the last erase
    std::int32_t programmed = 0;  ///< pages whose program is over
    std::int32_t under_way = 0;   ///< tasks
    std::int32_t zone = -1;
    State state = State::kFree;
    bool failed = false;  ///< a program on it failed: it goes bad once its data have moved
    FlashSource reason = FlashSource::kHost;  ///< of its erase
};

class ZoneBlocks {
   public:
    ZoneBlocks(const FtlConfig& config, const FlashGeometry& geometry, std::uint64_t seed);

    ZoneBlock& at(std::int64_t block) { return blocks_[static_cast<std::size_t>(block)]; }
    const ZoneBlock& at(std::int64_t block) const {
        return blocks_[static_cast<std::size_t>(block)];
    }
    std::int64_t total() const { return static_cast<std::int64_t>(blocks_.size()); }
    std::int64_t plane_of(std::int64_t block) const { return block / blocks_of_plane_; }
    std::int64_t bad_blocks() const { return bad_; }

    bool has_free(std::int64_t plane) const { return !plane_at(plane).free.empty(); }
    /// Whether the plane has a free block, or one on its way to be free.
    bool may_have_free(std::int64_t plane) const {
        return has_free(plane) || plane_at(plane).expected > 0;
    }
    /// The least worn free block of the plane (`worn`: the most worn one), which there is.
    std::int64_t take(core::Ps now, std::int64_t plane, std::int64_t zone, bool worn = false);
    /// A block of the plane will be free soon; ended by expect_no_more().
    void expect(std::int64_t plane) { ++plane_at(plane).expected; }
    void expect_no_more(std::int64_t plane) { --plane_at(plane).expected; }
    void erased(std::int64_t block);   ///< counts the erase; the block is free
    void release(std::int64_t block);  ///< the block is free: nothing was programmed
    void retire(std::int64_t block);   ///< goes bad, for good

    /// Mount: takes a certain free block, which then is in use.
    void take_block(std::int64_t block);
    /// Mount: erase counts of free blocks changed.
    void order_free_blocks();
    /// The used block of the plane with the fewest erases or -1; `least`: fewest of all blocks.
    std::int64_t least_worn(std::int64_t plane, std::uint32_t* least) const;

   private:
    struct Plane {
        std::vector<std::int64_t> free;  // heap: the least worn first, then by number
        std::int32_t expected = 0;
    };
    struct UsedLater;

    Plane& plane_at(std::int64_t plane) { return planes_[static_cast<std::size_t>(plane)]; }
    const Plane& plane_at(std::int64_t plane) const {
        return planes_[static_cast<std::size_t>(plane)];
    }
    std::int64_t pop(std::vector<std::int64_t>& free, bool worn);

    std::int64_t blocks_of_plane_;
    std::vector<ZoneBlock> blocks_;
    std::vector<Plane> planes_;
    std::int64_t bad_ = 0;
};

}  // namespace strata::models
