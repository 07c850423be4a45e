// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/nand_blocks.h"

namespace strata::models {

const char* nand_rule(core::Fault fault) {
    switch (fault) {
        case core::Fault::kNandPageOrder:
            return "pages of a block are programmed in order";
        case core::Fault::kNandProgramTwice:
            return "a page is programmed once between erases";
        case core::Fault::kNandReadErased:
            return "only programmed pages can be read";
        case core::Fault::kMisaligned:
            return "programs cover whole pages";
        default:
            return core::to_string(fault);
    }
}

NandBlocks::NandBlocks(const NandConfig& config)
    : planes_(config.planes),
      blocks_(config.blocks),
      untouched_(config.preloaded ? static_cast<std::uint32_t>(config.pages) : 0) {}

core::Fault NandBlocks::program(const NandPage& page) {
    touch();
    std::uint32_t& programmed = programmed_[index(page)];
    if (page.page < programmed) {
        return core::Fault::kNandProgramTwice;
    }
    if (page.page > programmed) {
        return core::Fault::kNandPageOrder;
    }
    ++programmed;
    return core::Fault::kNone;
}

void NandBlocks::erase(const NandPage& page) {
    touch();
    programmed_[index(page)] = 0;
}

/// Most runs only read: the table, 4 bytes per block, exists from the first change on.
void NandBlocks::touch() {
    if (programmed_.empty()) {
        programmed_.assign(static_cast<std::size_t>(planes_ * blocks_), untouched_);
    }
}

}  // namespace strata::models
