// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What flash blocks remember: pages programmed, erases, senses since the last erase; and the rules
// of order that follow from it. Twelve bytes per block of a plane that was touched, eight per plane
// otherwise, nothing per page.

#include <cstdint>
#include <memory>
#include <vector>

#include "models/memory/nand/flash.h"

namespace strata::models {

class FlashBlocks {
   public:
    struct Block {
        /// Pages 0 … programmed - 1 are programmed; kTorn: an erase was cut short, so that the
        /// block can only be erased.
        std::int32_t programmed = 0;
        std::uint32_t erases = 0;
        std::uint32_t senses = 0;
    };
    static constexpr std::int32_t kTorn = -1;

    FlashBlocks(const FlashGeometry& geometry, bool preloaded);

    /// State of a block, by flat number.
    Block at(std::int64_t block) const {
        const auto& plane = planes_[static_cast<std::size_t>(block / blocks_)];
        return plane ? plane[static_cast<std::size_t>(block % blocks_)] : untouched_;
    }
    Block& touch(std::int64_t block) {
        auto& plane = planes_[static_cast<std::size_t>(block / blocks_)];
        if (!plane) {
            fill(plane);
        }
        return plane[static_cast<std::size_t>(block % blocks_)];
    }

    FlashResult check_read(PageNumber page) const;
    /// `pages` consecutive pages from `page` on.
    FlashResult check_program(PageNumber page, std::int32_t pages) const;

    /// Marks a page whose program was cut short: it cannot be read until its block is erased.
    void tear(PageNumber page);
    void erase(std::int64_t block);

    struct Wear {
        std::int64_t erases = 0;  ///< of all blocks
        std::uint32_t most_erases = 0;
        std::uint32_t least_erases = 0;
        std::uint32_t most_senses = 0;  ///< since the last erase of that block
    };
    Wear wear() const;
    std::int64_t touched_planes() const;

   private:
    using Plane = std::unique_ptr<Block[]>;
    void fill(Plane& plane) const;

    std::int64_t blocks_;  // of a plane
    std::int64_t pages_;   // of a block
    Block untouched_;
    std::vector<Plane> planes_;
    std::vector<PageNumber> torn_;  // sorted
};

}  // namespace strata::models
