// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/host/device_memory.h"

#include <gtest/gtest.h>

#include "core/diagnostics.h"

namespace strata::runtime {
namespace {

using core::kMiB;
using core::Place;
using core::Region;
using mmu::AllocationError;

constexpr core::Bytes kPage = 4096;

DeviceMemory two_cubes() {
    DeviceMemory memory(kPage);
    for (std::int16_t cube = 0; cube < 2; ++cube) {
        memory.add_memory({0, cube, 0}, Region::kDram, kMiB, 16 * kMiB);
        memory.add_memory({0, cube, 0}, Region::kTcm, 0, kMiB);
        memory.add_memory({0, cube, 1}, Region::kTcm, 0, kMiB);
    }
    return memory;
}

AllocationError::Kind kind_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const AllocationError& error) {
        return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return AllocationError::Kind::kBadRequest;
}

TEST(DeviceMemory, AddressesNameTheirMemory) {
    DeviceMemory memory = two_cubes();
    const auto dram = core::PhysicalAddress::decode(memory.allocate({0, 1, 1}, Region::kDram, 1));
    EXPECT_EQ(dram.str(), "sip0.cube1.dram+0x100000");
    EXPECT_EQ(memory.used({0, 1, 0}, Region::kDram), kPage);  // one memory for all PEs of a cube
    EXPECT_EQ(memory.used({0, 0, 0}, Region::kDram), 0);
    const std::uint64_t tcm = memory.allocate({0, 0, 1}, Region::kTcm, 2 * kPage);
    EXPECT_EQ(tcm, core::tcm_address({0, 0, 1}, 0));
    EXPECT_EQ(memory.used({0, 0, 0}, Region::kTcm), 0);
    memory.free(tcm);
    EXPECT_EQ(memory.used({0, 0, 1}, Region::kTcm), 0);
    EXPECT_EQ(memory.available({0, 0, 1}, Region::kTcm), kMiB);
}

TEST(DeviceMemory, ErrorsSayWhatIsWrong) {
    DeviceMemory memory = two_cubes();
    EXPECT_EQ(kind_of([&] {
                  memory.allocate({0, 0, 0}, Region::kDram, 17 * kMiB);
              }),
              AllocationError::Kind::kExhausted);
    EXPECT_THROW(memory.allocate({0, 0, 0}, Region::kNand, 1), core::UserError);
    EXPECT_THROW(memory.allocate({0, 2, 0}, Region::kDram, 1), core::UserError);
    const std::uint64_t pa = memory.allocate({0, 0, 0}, Region::kDram, kPage);
    memory.free(pa);
    EXPECT_EQ(kind_of([&] { memory.free(pa); }), AllocationError::Kind::kDoubleFree);
    EXPECT_EQ(kind_of([&] { memory.free(0x1234); }), AllocationError::Kind::kForeignFree);
    EXPECT_THROW(memory.add_memory({0, 0, 5}, Region::kDram, 0, 1), core::ModelError);
}

TEST(DeviceMemory, ReplicateGivesEachPeItsOwnCopy) {
    DeviceMemory memory = two_cubes();
    const auto layout =
        memory.allocate(replicate("w", 5000, Region::kDram, {{0, 0, 0}, {0, 0, 1}, {0, 1, 0}}));
    const auto maps = layout.maps();
    ASSERT_EQ(maps.size(), 3u);
    const models::SystemShape shape{1, 2, 2};
    EXPECT_EQ(models::expand(maps[1].targets, shape).places, (std::vector<Place>{{0, 0, 1}}));
    for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_EQ(maps[i].entries.size(), 1u);
        EXPECT_EQ(maps[i].entries[0].va, layout.va);
        EXPECT_EQ(maps[i].entries[0].pa, layout.pas[i]);
        EXPECT_EQ(maps[i].entries[0].size, 2 * kPage);
    }
    EXPECT_NE(layout.pas[0], layout.pas[1]);
    EXPECT_EQ(memory.used({0, 0, 0}, Region::kDram), 4 * kPage);
    EXPECT_EQ(memory.va_used(), 2 * kPage);
    EXPECT_EQ(layout.unmaps().size(), 3u);
}

TEST(DeviceMemory, ShardIsOneRangeThatAllPesMap) {
    DeviceMemory memory = two_cubes();
    const auto layout = memory.allocate(shard("w", 9 * kPage + 1, Region::kDram,
                                              {{0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}}, kPage));
    const auto arg = layout.arg();
    ASSERT_EQ(arg.shards.size(), 4u);  // 3 + 3 + 3 pages + 1 byte
    core::Bytes offset = 0;
    for (const auto& part : arg.shards) {
        EXPECT_EQ(part.offset_bytes, offset);
        offset += part.nbytes;
    }
    EXPECT_EQ(offset, 9 * kPage + 1);
    EXPECT_EQ(arg.shards[3].nbytes, 1);
    EXPECT_EQ(arg.va_base, layout.va);
    const auto maps = layout.maps();
    ASSERT_EQ(maps.size(), 1u);
    EXPECT_EQ(models::expand(maps[0].targets, {1, 2, 2}).places.size(), 4u);
    ASSERT_EQ(maps[0].entries.size(), 4u);
    EXPECT_EQ(maps[0].entries[3].va, layout.va + 9 * kPage);
    EXPECT_EQ(maps[0].entries[3].size, kPage);
    const auto unmaps = layout.unmaps();
    ASSERT_EQ(unmaps.size(), 1u);
    EXPECT_EQ(unmaps[0].entries.size(), 4u);
}

TEST(DeviceMemory, FewerPagesThanPlacesLeaveSomeWithout) {
    const auto plan = shard("s", 100, Region::kDram, {{0, 0, 0}, {0, 0, 1}}, kPage);
    ASSERT_EQ(plan.placements.size(), 1u);
    EXPECT_EQ(plan.placements[0].nbytes, 100);
}

TEST(DeviceMemory, ExplicitPlacementsAndTransfers) {
    DeviceMemory memory = two_cubes();
    TensorPlan plan;
    plan.name = "kv";
    plan.nbytes = 4 * kPage;
    plan.alignment = 4 * kPage;
    plan.placements = {{{0, 0, 0}, Region::kDram, 0, kPage},
                       {{0, 0, 0}, Region::kTcm, 3 * kPage, kPage},
                       {{0, 1, 1}, Region::kDram, kPage, 2 * kPage}};
    const auto layout = memory.allocate(plan);
    const auto maps = layout.maps();
    ASSERT_EQ(maps.size(), 2u);  // one message per PE
    EXPECT_EQ(maps[0].entries.size(), 2u);
    EXPECT_EQ(maps[0].entries[1].va, layout.va + 3 * kPage);
    for (const std::uint64_t pa : layout.pas) {
        EXPECT_EQ(pa % (4 * kPage), 0u);
    }
    const auto writes = layout.writes(nullptr);
    ASSERT_EQ(writes.size(), 3u);
    EXPECT_EQ(writes[2].dst_pa, layout.pas[2]);
    EXPECT_EQ(writes[2].buffer_offset, kPage);
    EXPECT_EQ(layout.reads()[2].nbytes, 2 * kPage);
}

TEST(DeviceMemory, AllocationIsAllOrNothing) {
    DeviceMemory memory = two_cubes();
    const auto places = std::vector<Place>{{0, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    EXPECT_EQ(kind_of([&] { memory.allocate(replicate("big", 10 * kMiB, Region::kDram, places)); }),
              AllocationError::Kind::kExhausted);
    EXPECT_EQ(memory.used({0, 0, 0}, Region::kDram), 0);
    EXPECT_EQ(memory.used({0, 1, 0}, Region::kDram), 0);
    EXPECT_EQ(memory.va_used(), 0);
}

TEST(DeviceMemory, TensorsAreFreedOnce) {
    DeviceMemory memory = two_cubes();
    const auto layout = memory.allocate(replicate("t", kPage, Region::kDram, {{0, 0, 0}}));
    memory.free(layout);
    EXPECT_EQ(memory.va_used(), 0);
    EXPECT_EQ(memory.used({0, 0, 0}, Region::kDram), 0);
    EXPECT_EQ(kind_of([&] { memory.free(layout); }), AllocationError::Kind::kDoubleFree);
}

TEST(DeviceMemory, PlansMustFitTogether) {
    DeviceMemory memory = two_cubes();
    TensorPlan plan;
    plan.name = "p";
    plan.nbytes = 2 * kPage;
    EXPECT_THROW(memory.allocate(plan), core::UserError);
    plan.placements = {{{0, 0, 0}, Region::kDram, 100, 10}};
    EXPECT_THROW(memory.allocate(plan), core::UserError);
    plan.placements = {{{0, 0, 0}, Region::kDram, kPage, kPage + 1}};
    EXPECT_THROW(memory.allocate(plan), core::UserError);
    plan.placements = {{{0, 0, 0}, Region::kDram, kPage, kPage}};
    EXPECT_NO_THROW(memory.allocate(plan));
}

}  // namespace
}  // namespace strata::runtime
