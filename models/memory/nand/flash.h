// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Vocabulary of NAND flash, shared by device, translation layer and controller: geometry, page
// numbers, commands, sources of traffic.
//
// A physical page has one number, a PageNumber, which counts channel, chip, die, plane, block, page
// with the page fastest:
//   ((((channel * chips + chip) * dies + die) * planes + plane) * blocks + block) * pages + page.
// The same mixed radix without its last terms numbers blocks, planes and dies of the device ("flat"
// numbers). Units: bytes.

#include <array>
#include <cstdint>

#include "core/payload.h"
#include "core/units.h"

namespace strata::models {

using PageNumber = std::int64_t;  ///< flat number of a physical page

/// Each coordinate counts inside the one before it.
struct FlashAddress {
    std::int32_t channel = 0;
    std::int32_t chip = 0;
    std::int32_t die = 0;
    std::int32_t plane = 0;
    std::int32_t block = 0;
    std::int32_t page = 0;
};

/// Counts per parent: chips of a channel, dies of a chip …
struct FlashGeometry {
    std::int32_t channels = 1;
    std::int32_t chips = 1;
    std::int32_t dies = 1;
    std::int32_t planes = 1;
    std::int32_t blocks = 1;
    std::int32_t pages = 1;
    core::Bytes page_bytes = 4 * core::kKiB;
    core::Bytes spare_bytes = 0;

    std::int64_t dies_per_channel() const { return std::int64_t{chips} * dies; }
    std::int64_t planes_per_channel() const { return dies_per_channel() * planes; }
    std::int64_t total_dies() const { return channels * dies_per_channel(); }
    std::int64_t total_planes() const { return channels * planes_per_channel(); }
    std::int64_t total_blocks() const { return total_planes() * blocks; }
    std::int64_t total_pages() const { return total_blocks() * pages; }
    core::Bytes block_bytes() const { return pages * page_bytes; }
    core::Bytes capacity() const { return total_pages() * page_bytes; }

    bool contains(PageNumber page) const { return page >= 0 && page < total_pages(); }
    std::int64_t block_of(PageNumber page) const { return page / pages; }
    std::int64_t plane_of(PageNumber page) const { return page / pages / blocks; }
    std::int64_t die_of(PageNumber page) const { return plane_of(page) / planes; }
    std::int64_t channel_of(PageNumber page) const { return plane_of(page) / planes_per_channel(); }
    std::int32_t page_in_block(PageNumber page) const {
        return static_cast<std::int32_t>(page % pages);
    }

    PageNumber number(const FlashAddress& a) const {
        const std::int64_t die = (std::int64_t{a.channel} * chips + a.chip) * dies + a.die;
        return ((die * planes + a.plane) * blocks + a.block) * pages + a.page;
    }
    FlashAddress locate(PageNumber page) const {
        const auto take = [&page](std::int32_t radix) {
            const auto digit = static_cast<std::int32_t>(page % radix);
            page /= radix;
            return digit;
        };
        FlashAddress a;
        a.page = take(pages);
        a.block = take(blocks);
        a.plane = take(planes);
        a.die = take(dies);
        a.chip = take(chips);
        a.channel = static_cast<std::int32_t>(page);
        return a;
    }
};

enum class FlashCommand : std::uint8_t {
    kRead,                 ///< 00h-30h; several pages: multi-plane (00h-32h … 00h-30h)
    kReadCacheSequential,  ///< 31h: the page after the one sensed last
    kReadCacheRandom,      ///< 00h-31h
    kReadCacheEnd,         ///< 3Fh
    kProgram,              ///< 80h-10h, with data in
    kProgramCache,         ///< 80h-15h, with data in
    kErase,                ///< 60h-D0h
    kCopybackRead,         ///< 00h-35h
    kCopybackProgram,      ///< 85h-10h
    kSuspend,              ///< of the program or erase at work
    kResume,
    kStatus,      ///< 78h
    kReset,       ///< FAh, one die
    kSetFeature,  ///< EFh
};
constexpr int kFlashCommands = 14;
constexpr std::array<const char*, kFlashCommands> kFlashCommandNames = {
    "READ",          "READ_CACHE_SEQ", "READ_CACHE_RND", "READ_CACHE_END",   "PROGRAM",
    "PROGRAM_CACHE", "ERASE",          "COPYBACK_READ",  "COPYBACK_PROGRAM", "SUSPEND",
    "RESUME",        "STATUS",         "RESET",          "SET_FEATURE"};

/// Commands that sense a page in each plane.
constexpr bool flash_senses(FlashCommand c) {
    return c <= FlashCommand::kReadCacheRandom || c == FlashCommand::kCopybackRead;
}
constexpr bool flash_continues_read(FlashCommand c) {
    return c == FlashCommand::kReadCacheSequential || c == FlashCommand::kReadCacheRandom;
}
constexpr bool flash_programs(FlashCommand c) {
    return c == FlashCommand::kProgram || c == FlashCommand::kProgramCache ||
           c == FlashCommand::kCopybackProgram;
}
/// Programs whose data come over the bus.
constexpr bool flash_takes_data(FlashCommand c) {
    return c == FlashCommand::kProgram || c == FlashCommand::kProgramCache;
}
/// Commands that mean a die, not pages.
constexpr bool flash_addresses_die(FlashCommand c) {
    return c >= FlashCommand::kSuspend;
}

/// Who wants an operation.
enum class FlashSource : std::uint8_t {
    kHost,
    kMap,
    kGc,
    kWearLevel,
    kReadReclaim,
    kRefresh,
    kPadding,  ///< fills up a word line of a one-shot program
};
constexpr int kFlashSources = 7;
constexpr std::array<const char*, kFlashSources> kFlashSourceNames = {
    "host", "map", "gc", "wear_level", "read_reclaim", "refresh", "padding"};

/// Verdict on an operation. On a fault the device's state is unchanged.
struct FlashResult {
    core::Fault fault = core::Fault::kNone;
    const char* rule = "";  ///< the broken rule, as a sentence

    bool ok() const { return fault == core::Fault::kNone; }
};

}  // namespace strata::models
