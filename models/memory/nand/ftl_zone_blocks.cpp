// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_zone_blocks.h"

#include <algorithm>

namespace strata::models {

using State = ZoneBlock::State;

/// Order of the heaps.
struct ZoneBlocks::UsedLater {
    const ZoneBlocks& table;

    bool operator()(std::int64_t a, std::int64_t b) const {
        const std::uint32_t erases_a = table.at(a).erases;
        const std::uint32_t erases_b = table.at(b).erases;
        return erases_a != erases_b ? erases_a > erases_b : a > b;
    }
};

ZoneBlocks::ZoneBlocks(const FtlConfig& config, const FlashGeometry& geometry, std::uint64_t seed)
    : blocks_of_plane_(geometry.blocks),
      blocks_(static_cast<std::size_t>(geometry.total_blocks())),
      planes_(static_cast<std::size_t>(geometry.total_planes())) {
    for (const std::int64_t block : factory_bad_blocks(config, geometry, seed)) {
        at(block).state = State::kBad;
        ++bad_;
    }
    for (std::int64_t block = 0; block < total(); ++block) {
        if (at(block).state == State::kFree) {
            plane_at(plane_of(block)).free.push_back(block);
        }
    }
    order_free_blocks();
}

void ZoneBlocks::order_free_blocks() {
    for (Plane& plane : planes_) {
        std::make_heap(plane.free.begin(), plane.free.end(), UsedLater{*this});
    }
}

std::int64_t ZoneBlocks::pop(std::vector<std::int64_t>& free, bool worn) {
    if (worn) {  // rare: out of the middle of the heap
        const auto most = std::min_element(free.begin(), free.end(), UsedLater{*this});
        std::iter_swap(most, free.end() - 1);
        std::make_heap(free.begin(), free.end() - 1, UsedLater{*this});
    } else {
        std::pop_heap(free.begin(), free.end(), UsedLater{*this});
    }
    const std::int64_t block = free.back();
    free.pop_back();
    return block;
}

std::int64_t ZoneBlocks::take(core::Ps now, std::int64_t plane, std::int64_t zone, bool worn) {
    const std::int64_t block = pop(plane_at(plane).free, worn);
    at(block).state = State::kUsed;
    at(block).written = now;
    at(block).zone = static_cast<std::int32_t>(zone);
    return block;
}

void ZoneBlocks::take_block(std::int64_t block) {
    std::vector<std::int64_t>& free = plane_at(plane_of(block)).free;
    free.erase(std::find(free.begin(), free.end(), block));
    at(block).state = State::kUsed;
}

void ZoneBlocks::erased(std::int64_t number) {
    ++at(number).erases;
    release(number);
}

void ZoneBlocks::release(std::int64_t number) {
    const std::uint32_t erases = at(number).erases;
    at(number) = ZoneBlock{};
    at(number).erases = erases;
    std::vector<std::int64_t>& free = plane_at(plane_of(number)).free;
    free.push_back(number);
    std::push_heap(free.begin(), free.end(), UsedLater{*this});
}

void ZoneBlocks::retire(std::int64_t number) {
    at(number).state = State::kBad;
    at(number).written = core::kNever;
    at(number).zone = -1;
    ++bad_;
}

std::int64_t ZoneBlocks::least_worn(std::int64_t plane, std::uint32_t* least) const {
    std::int64_t coldest = -1;
    *least = UINT32_MAX;
    const std::int64_t first = plane * blocks_of_plane_;
    for (std::int64_t number = first; number < first + blocks_of_plane_; ++number) {
        const ZoneBlock& block = at(number);
        if (block.state == State::kBad) {
            continue;
        }
        *least = std::min(*least, block.erases);
        if (block.state == State::kUsed && (coldest < 0 || block.erases < at(coldest).erases)) {
            coldest = number;
        }
    }
    return coldest;
}

}  // namespace strata::models
