// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The page rules of NAND and the state they need: how many pages of each block are programmed.
//
// Modelled: pages of a block are programmed once and in order 0, 1, 2 …; only programmed pages can
// be read; an erase empties the block. A refused operation changes nothing.
//
// Not modelled: wear, partial pages, limits on open blocks.

#include <cstdint>
#include <vector>

#include "core/payload.h"
#include "models/memory/nand/nand_config.h"

namespace strata::models {

/// The rule that a fault stands for, as a sentence for reports.
const char* nand_rule(core::Fault fault);

/// A broken page rule.
struct NandError {
    core::Fault fault = core::Fault::kNone;
    std::uint64_t address = 0;  ///< first byte of the page, inside the channel
};

class NandBlocks {
   public:
    explicit NandBlocks(const NandConfig& config);

    /// True while nothing was erased in a preloaded channel.
    bool all_programmed() const { return programmed_.empty() && untouched_ > 0; }
    /// kNone or kNandReadErased.
    core::Fault check_read(const NandPage& page) const {
        const std::int64_t programmed = programmed_.empty() ? untouched_ : programmed_[index(page)];
        return page.page < programmed ? core::Fault::kNone : core::Fault::kNandReadErased;
    }
    /// kNone, kNandProgramTwice or kNandPageOrder.
    core::Fault program(const NandPage& page);
    /// Takes back the newest `program` of that page's block.
    void undo_program(const NandPage& page) { --programmed_[index(page)]; }
    void erase(const NandPage& page);

   private:
    std::size_t index(const NandPage& page) const {
        return static_cast<std::size_t>(page.plane * blocks_ + page.block);
    }
    void touch();

    std::int64_t planes_;
    std::int64_t blocks_;
    std::uint32_t untouched_;                // programmed pages of a block at the start
    std::vector<std::uint32_t> programmed_;  // per block; empty before the first change
};

}  // namespace strata::models
