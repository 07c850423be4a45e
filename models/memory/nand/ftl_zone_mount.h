// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a mount of the zone map reads after a power loss, and what it learns of every block.
//
// Every page of flash carries its logical page, which names the zone and the lane, and a stamp that
// grows with every program. Of a block the scan reads
//   1. pages from the first one on, up to one that tells where the block belongs: mostly one page;
//   2. the last page, and by halving the first page that is erased: pages are programmed in order.
//      The page before it may be torn;
//   3. of a block marked as failed all pages, since a torn page may lie anywhere in it.
// A block thus costs 1 read when it is empty, 2 when it is full, else 2 + ceil(log2(pages)) at
// most.

#include <cstdint>
#include <vector>

#include "models/memory/nand/flash.h"
#include "models/memory/nand/ftl_medium.h"

namespace strata::models {

class ZoneMount {
   public:
    struct Block {
        bool sound = false;           ///< it is known where it belongs: the rest is valid
        bool failed = false;          ///< a program on it failed
        std::int32_t programmed = 0;  ///< pages before the first erased one
        std::int32_t intact = 0;      ///< pages before the first erased or torn one
        std::int64_t logical = -1;    ///< of one of its pages
        std::uint64_t stamp = 0;      ///< of the same page
        core::Ps time = 0;            ///< of the same page
        std::uint32_t erases = 0;
    };

    ZoneMount(const FlashGeometry& geometry, const FtlMedium& medium);

    /// A page to be read, or -1 when the reads under way have to end first.
    PageNumber next();
    /// The page has been read; not `readable`: the ECC gave up.
    void scanned(PageNumber page, bool readable);
    bool finished() const {
        return cursor_ == static_cast<std::int64_t>(blocks_.size()) && pending_.empty() &&
               under_way_ == 0;
    }
    const Block& at(std::int64_t block) const { return blocks_[static_cast<std::size_t>(block)]; }
    std::uint64_t last_stamp() const { return last_stamp_; }

   private:
    void note_sound(Block& block, const FtlSpare& spare);
    void go_on(std::int64_t number);

    FlashGeometry geometry_;
    const FtlMedium& medium_;
    std::int64_t cursor_ = 0;  // next block
    std::vector<PageNumber> pending_;
    std::int64_t under_way_ = 0;
    std::vector<Block> blocks_;
    std::vector<std::int32_t> erased_;  // by block: pages from here on are erased
    std::uint64_t last_stamp_ = 0;
};

}  // namespace strata::models
