// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_blocks.h"

#include <algorithm>

namespace strata::models {

using core::Fault;

FlashBlocks::FlashBlocks(const FlashGeometry& geometry, bool preloaded)
    : blocks_(geometry.blocks),
      pages_(geometry.pages),
      planes_(static_cast<std::size_t>(geometry.total_planes())) {
    untouched_.programmed = preloaded ? geometry.pages : 0;
}

FlashResult FlashBlocks::check_read(PageNumber page) const {
    const std::int64_t block = page / pages_;
    if (page - block * pages_ >= at(block).programmed) {
        return {Fault::kNandReadErased, "only programmed pages can be read"};
    }
    if (!torn_.empty() && std::binary_search(torn_.begin(), torn_.end(), page)) {
        return {Fault::kUncorrectable, "the program of this page was cut short"};
    }
    return {};
}

FlashResult FlashBlocks::check_program(PageNumber page, std::int32_t pages) const {
    const std::int64_t block = page / pages_;
    const std::int64_t first = page - block * pages_;
    const std::int64_t programmed = at(block).programmed;
    if (programmed == kTorn) {
        return {Fault::kNandPageOrder, "a block whose erase was cut short is erased again first"};
    }
    if (first < programmed) {
        return {Fault::kNandProgramTwice, "a page is programmed once between erases"};
    }
    if (first > programmed || first + pages > pages_) {
        return {Fault::kNandPageOrder, "pages of a block are programmed in order"};
    }
    return {};
}

void FlashBlocks::tear(PageNumber page) {
    torn_.insert(std::upper_bound(torn_.begin(), torn_.end(), page), page);
}

void FlashBlocks::erase(std::int64_t block) {
    Block& state = touch(block);
    state.programmed = 0;
    state.senses = 0;
    ++state.erases;
    if (!torn_.empty()) {
        const auto first = std::lower_bound(torn_.begin(), torn_.end(), block * pages_);
        torn_.erase(first, std::lower_bound(first, torn_.end(), (block + 1) * pages_));
    }
}

FlashBlocks::Wear FlashBlocks::wear() const {
    Wear wear;
    wear.least_erases = UINT32_MAX;
    for (const Plane& plane : planes_) {
        if (!plane) {
            wear.least_erases = 0;
            continue;
        }
        for (std::int64_t i = 0; i < blocks_; ++i) {
            const Block& block = plane[static_cast<std::size_t>(i)];
            wear.erases += block.erases;
            wear.most_erases = std::max(wear.most_erases, block.erases);
            wear.least_erases = std::min(wear.least_erases, block.erases);
            wear.most_senses = std::max(wear.most_senses, block.senses);
        }
    }
    return wear;
}

std::int64_t FlashBlocks::touched_planes() const {
    return std::count_if(planes_.begin(), planes_.end(),
                         [](const Plane& plane) { return plane != nullptr; });
}

void FlashBlocks::fill(Plane& plane) const {
    plane = std::make_unique<Block[]>(static_cast<std::size_t>(blocks_));
    std::fill_n(plane.get(), blocks_, untouched_);
}

}  // namespace strata::models
