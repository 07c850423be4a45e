// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Writes among reads that never let a plane rest: they wait for `starvation`, then the die drains
// and takes them.

#include <gtest/gtest.h>

#include <string>

#include "tests/memory/full_nand_drive.h"

namespace strata::models {
namespace {

using core::Ps;
using test::read_of;
using test::small_nand;
using test::write_of;

constexpr Ps kUs = core::kMicrosecond;
constexpr std::uint64_t kWrite = 1'000'000;

/// Reads keep 64 requests under way while one write after the other is made. The longest time of a
/// write.
Ps longest_write(const FullNandConfig& config, int writes) {
    FullNand nand(config);
    const auto page = static_cast<std::uint64_t>(nand.granule());
    const auto pages = static_cast<std::uint64_t>(nand.capacity()) / page;
    for (std::uint64_t i = 0; i < pages; ++i) {
        nand.write_at_once(static_cast<LogicalPage>(i));
    }
    core::RandomStream random(31, "saturated");
    const auto read = [&](std::uint64_t id) {
        return read_of(random.below(pages) * page, static_cast<core::Bytes>(page), id);
    };
    for (std::uint64_t id = 0; id < 64; ++id) {
        nand.submit(0, read(id));
    }
    Ps now = 0;
    Ps since = 0;
    Ps longest = 0;
    test::Completions done;
    nand.submit(0, write_of(0, static_cast<core::Bytes>(page), kWrite));
    while (writes > 0 && now < core::kSecond) {
        now = nand.next_event();
        done.clear();
        nand.advance(now, done);
        for (const MemoryCompletion& c : done) {
            if (c.id != kWrite) {
                nand.submit(now, read(c.id));
                continue;
            }
            longest = std::max(longest, c.time - since);
            since = now;
            --writes;
            nand.submit(
                now, write_of(random.below(pages) * page, static_cast<core::Bytes>(page), kWrite));
        }
    }
    EXPECT_EQ(writes, 0) << nand.describe_state();
    return longest;
}

class NandStarvation : public testing::TestWithParam<std::tuple<const char*, bool>> {};
INSTANTIATE_TEST_SUITE_P(Presets, NandStarvation,
                         testing::Combine(testing::Values("hbf_gen1", "slc_fast"),
                                          testing::Bool()));

TEST_P(NandStarvation, WritesWaitNoLongerThanTheBound) {
    const auto [preset, suspend] = GetParam();
    FullNandConfig c = small_nand(preset, 32, 32);
    c.device.geometry.chips = 1;
    c.device.geometry.dies = 1;
    c.device.geometry.planes = 4;
    c.device.max_planes = 4;
    c.ftl.mapping = "page";
    c.ftl.write_buffer.capacitor = false;
    c.scheduler.starvation = 200 * kUs;
    c.scheduler.suspend_program = suspend;
    const Ps program = c.device.cell.t_program[0];
    // With suspend the program may be stopped each time that it is allowed, and waits again.
    const Ps turns = suspend ? 1 + c.scheduler.suspends : 1;
    EXPECT_LT(longest_write(c, 50), turns * (c.scheduler.starvation + 50 * kUs) + program);
    EXPECT_GT(longest_write(c, 50), c.scheduler.starvation);
}

// Every page that a refresh moves is read and programmed, and each may have to wait for its turn.
TEST(NandRefresh, GoesOnAmongReadsThatKeepEveryPlaneAtWork) {
    FullNandConfig c = small_nand("hbf_gen1", 8, 16);
    c.preloaded = true;
    c.scheduler.starvation = 20 * kUs;
    FullNand nand(c);
    const auto pages = static_cast<std::uint64_t>(nand.capacity()) / 4096;
    constexpr std::uint64_t kRefresh = kWrite;
    std::uint64_t next = 0;
    const auto read = [&] {
        ++next;
        return read_of(next % pages * 4096, 4096, next % 64);
    };
    for (int i = 0; i < 64; ++i) {
        nand.submit(0, read());
    }
    nand.refresh(0, 0, kRefresh);
    Ps end = 0;
    test::Completions done;
    while (end == 0 && nand.next_event() < 100'000 * kUs) {
        const Ps now = nand.next_event();
        done.clear();
        nand.advance(now, done);
        for (const MemoryCompletion& completion : done) {
            if (completion.id == kRefresh) {
                EXPECT_EQ(completion.fault, core::Fault::kNone);
                end = now;
            } else {
                nand.submit(now, read());
            }
        }
    }
    // Sixteen pages a plane: read, program; then the erase of the old blocks.
    const Ps turn = c.scheduler.starvation + 10 * kUs;
    EXPECT_GT(end, 16 * c.device.cell.t_program[0]);
    EXPECT_LT(end, 16 * (2 * turn + c.device.cell.t_program[0]) + turn + c.device.cell.t_erase);
}

}  // namespace
}  // namespace strata::models
