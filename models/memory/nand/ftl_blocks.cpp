// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_blocks.h"

#include <algorithm>

namespace strata::models {

using State = FtlBlock::State;

/// Order of the heaps: without dynamic wear levelling free blocks are used first come, first
/// served.
struct FtlBlocks::UsedLater {
    const FtlBlocks& table;

    bool operator()(std::int64_t a, std::int64_t b) const {
        if (table.by_wear_ && table.at(a).erases != table.at(b).erases) {
            return table.at(a).erases > table.at(b).erases;
        }
        const std::uint64_t freed_a = table.freed_[static_cast<std::size_t>(a)];
        const std::uint64_t freed_b = table.freed_[static_cast<std::size_t>(b)];
        return freed_a != freed_b ? freed_a > freed_b : a > b;
    }
};

FtlBlocks::FtlBlocks(const FtlConfig& config, const FlashGeometry& geometry, std::uint64_t seed)
    : geometry_(geometry),
      by_wear_(config.wear_levelling.dynamic_on),
      blocks_(static_cast<std::size_t>(geometry.total_blocks())),
      freed_(blocks_.size()),
      planes_(static_cast<std::size_t>(geometry.total_planes())),
      ages_(geometry.total_blocks(), 1),
      victims_(make_victim_policy(config.gc, geometry, blocks_, seed)) {
    for (const std::int64_t block : factory_bad_blocks(config, geometry, seed)) {
        at(block).state = State::kBad;
        ++bad_;
    }
    for (std::int64_t block = 0; block < total(); ++block) {
        if (at(block).state == State::kFree) {
            plane_at(block / geometry_.blocks).free.push_back(block);
        }
    }
    order_free_blocks();
}

void FtlBlocks::order_free_blocks() {
    for (Plane& plane : planes_) {
        std::make_heap(plane.free.begin(), plane.free.end(), UsedLater{*this});
    }
}

void FtlBlocks::push_free(std::int64_t block) {
    freed_[static_cast<std::size_t>(block)] = ++frees_;
    std::vector<std::int64_t>& free = plane_at(block / geometry_.blocks).free;
    free.push_back(block);
    std::push_heap(free.begin(), free.end(), UsedLater{*this});
}

std::int64_t FtlBlocks::pop_free(std::int64_t plane, FtlStream stream) {
    std::vector<std::int64_t>& free = plane_at(plane).free;
    if (stream == FtlStream::kWear) {  // rare: the most worn block, out of the middle of the heap
        const auto worn = std::max_element(free.begin(), free.end(), [this](auto a, auto b) {
            return at(a).erases < at(b).erases;
        });
        const std::int64_t block = *worn;
        *worn = free.back();
        free.pop_back();
        std::make_heap(free.begin(), free.end(), UsedLater{*this});
        return block;
    }
    std::pop_heap(free.begin(), free.end(), UsedLater{*this});
    const std::int64_t block = free.back();
    free.pop_back();
    return block;
}

void FtlBlocks::open(core::Ps now, std::int64_t plane, FtlStream stream) {
    const std::int64_t number = pop_free(plane, stream);
    plane_at(plane).open[static_cast<std::size_t>(stream)] = number;
    FtlBlock& fresh = at(number);
    fresh.state = State::kOpen;
    fresh.stream = stream;
    fresh.written = now;
    ages_.push_back(0, number);
}

PageNumber FtlBlocks::allocate(core::Ps now, std::int64_t plane, FtlStream stream,
                               std::uint64_t stamp) {
    std::int64_t& current = plane_at(plane).open[static_cast<std::size_t>(stream)];
    if (current < 0) {
        open(now, plane, stream);
    }
    FtlBlock& block = at(current);
    const PageNumber page = current * geometry_.pages + block.next;
    ++block.programming;
    if (++block.next == geometry_.pages) {
        block.closed_at = stamp;
        current = -1;
    }
    return page;
}

void FtlBlocks::end_program(PageNumber page) {
    const std::int64_t number = geometry_.block_of(page);
    FtlBlock& block = at(number);
    if (--block.programming == 0 && block.next == geometry_.pages) {
        close(number);
    }
}

void FtlBlocks::close(std::int64_t number) {
    FtlBlock& block = at(number);
    block.state = State::kClosed;
    plane_at(number / geometry_.blocks).invalid += geometry_.pages - block.valid;
    victims_->add(number);
}

void FtlBlocks::drop_valid(PageNumber page) {
    const std::int64_t number = geometry_.block_of(page);
    FtlBlock& block = at(number);
    --block.valid;
    if (block.state == State::kClosed) {
        ++plane_at(number / geometry_.blocks).invalid;
        victims_->invalidated(number);
    }
}

void FtlBlocks::seal(std::int64_t number, std::uint64_t stamp) {
    FtlBlock& block = at(number);
    block.next = geometry_.pages;
    block.closed_at = stamp;
    plane_at(number / geometry_.blocks).open[static_cast<std::size_t>(block.stream)] = -1;
    if (block.programming == 0) {
        close(number);
    }
}

std::int64_t FtlBlocks::take_victim(std::int64_t plane, std::uint64_t stamp) {
    if (invalid_pages(plane) == 0) {
        return -1;
    }
    const std::int64_t block = victims_->pick(plane, stamp);
    if (block >= 0) {
        take(block);
    }
    return block;
}

void FtlBlocks::take(std::int64_t number) {
    FtlBlock& block = at(number);
    victims_->remove(number);
    plane_at(number / geometry_.blocks).invalid -= geometry_.pages - block.valid;
    block.state = State::kVictim;
}

void FtlBlocks::release(std::int64_t number) {
    close(number);
}

void FtlBlocks::erased(std::int64_t number) {
    FtlBlock& block = at(number);
    const std::uint32_t erases = block.erases + 1;
    block = FtlBlock{};
    block.erases = erases;
    if (ages_.listed(number)) {
        ages_.remove(number);
    }
    push_free(number);
}

void FtlBlocks::retire(std::int64_t number) {
    FtlBlock& block = at(number);
    block.state = State::kBad;
    block.wanted = false;
    block.written = core::kNever;
    if (ages_.listed(number)) {
        ages_.remove(number);
    }
    ++bad_;
}

void FtlBlocks::remove_free(std::int64_t block) {
    std::vector<std::int64_t>& free = plane_at(block / geometry_.blocks).free;
    free.erase(std::find(free.begin(), free.end(), block));
}

void FtlBlocks::restore(std::int64_t number, FtlStream stream, std::int32_t next, core::Ps written,
                        std::uint64_t stamp) {
    remove_free(number);
    FtlBlock& block = at(number);
    block.state = State::kOpen;
    block.stream = stream;
    block.next = next;
    block.written = written;
    block.closed_at = stamp;
    ages_.push_back(0, number);
    Plane& plane = plane_at(number / geometry_.blocks);
    std::int64_t& open = plane.open[static_cast<std::size_t>(stream)];
    if (next < geometry_.pages && open < 0) {
        open = number;
        return;
    }
    block.next = geometry_.pages;
    close(number);
}

void FtlBlocks::restore_bad(std::int64_t number) {
    remove_free(number);
    retire(number);
}

std::int64_t FtlBlocks::least_worn(std::int64_t plane, std::uint32_t* least) const {
    std::int64_t coldest = -1;
    *least = UINT32_MAX;
    const std::int64_t first = plane * geometry_.blocks;
    for (std::int64_t number = first; number < first + geometry_.blocks; ++number) {
        const FtlBlock& block = at(number);
        if (block.state == State::kBad) {
            continue;
        }
        *least = std::min(*least, block.erases);
        if (block.state == State::kClosed && (coldest < 0 || block.erases < at(coldest).erases)) {
            coldest = number;
        }
    }
    return coldest;
}

std::int64_t FtlBlocks::emptiest(std::int64_t plane) const {
    std::int64_t best = -1;
    const std::int64_t first = plane * geometry_.blocks;
    for (std::int64_t number = first; number < first + geometry_.blocks; ++number) {
        if (at(number).state == State::kClosed && (best < 0 || at(number).valid < at(best).valid)) {
            best = number;
        }
    }
    return best;
}

}  // namespace strata::models
