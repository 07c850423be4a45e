// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_zone_mount.h"

#include <algorithm>

namespace strata::models {

ZoneMount::ZoneMount(const FlashGeometry& geometry, const FtlMedium& medium)
    : geometry_(geometry),
      medium_(medium),
      blocks_(static_cast<std::size_t>(geometry.total_blocks())),
      erased_(blocks_.size(), geometry.pages) {
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
        blocks_[block].failed = medium.failed(static_cast<std::int64_t>(block));
    }
}

PageNumber ZoneMount::next() {
    PageNumber page = -1;
    if (!pending_.empty()) {
        page = pending_.back();
        pending_.pop_back();
    } else {
        const auto total = static_cast<std::int64_t>(blocks_.size());
        while (cursor_ < total && medium_.bad(cursor_)) {
            ++cursor_;
        }
        if (cursor_ < total) {
            page = cursor_++ * geometry_.pages;
        }
    }
    under_way_ += page >= 0 ? 1 : 0;
    return page;
}

void ZoneMount::scanned(PageNumber page, bool readable) {
    --under_way_;
    const std::int64_t number = geometry_.block_of(page);
    const std::int32_t in_block = geometry_.page_in_block(page);
    Block& block = blocks_[static_cast<std::size_t>(number)];
    if (medium_.state(page) == FtlMedium::State::kErased) {
        erased_[static_cast<std::size_t>(number)] = in_block;
    } else {
        const bool intact = readable && medium_.state(page) == FtlMedium::State::kIntact;
        if (intact) {
            note_sound(block, medium_.spare(page));
        }
        // Only a failed block has programmed pages behind a torn one.
        if (!block.failed) {
            block.intact = intact ? in_block + 1 : in_block;
        } else if (intact && block.intact == in_block) {
            block.intact = in_block + 1;
        }
        block.programmed = in_block + 1;
    }
    go_on(number);
}

void ZoneMount::note_sound(Block& block, const FtlSpare& spare) {
    last_stamp_ = std::max(last_stamp_, spare.stamp);
    if (!block.sound) {
        block.sound = true;
        block.logical = spare.logical;
        block.stamp = spare.stamp;
        block.time = spare.time;
        block.erases = spare.erases;
    }
}

/// What has to be read next to find the first erased page.
void ZoneMount::go_on(std::int64_t number) {
    const Block& block = at(number);
    const std::int32_t low = block.programmed;
    const std::int32_t high = erased_[static_cast<std::size_t>(number)];
    if (low >= high) {
        return;
    }
    std::int32_t following = low;  // one after the other
    if (block.sound && !block.failed) {
        following = high == geometry_.pages ? high - 1 : (low + high) / 2;
    }
    pending_.push_back(number * geometry_.pages + following);
}

}  // namespace strata::models
