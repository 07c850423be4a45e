// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/address_map.h"

#include <gtest/gtest.h>

#include "core/diagnostics.h"
#include "core/random.h"

namespace strata::interconnect {
namespace {

using core::PhysicalAddress;
using core::Region;

void expect_target(const Target& target, std::int32_t port, std::uint64_t local,
                   core::Bytes contiguous) {
    EXPECT_EQ(target.port, port);
    EXPECT_EQ(target.local_address, local);
    EXPECT_EQ(target.contiguous, contiguous);
}

std::uint64_t dram(std::uint64_t offset) {
    return PhysicalAddress{0, 1, Region::kDram, offset}.encode();
}

/// Every byte by the definition: run r of the region lies at port r mod n, one after the other.
void check_interleave(std::vector<std::int32_t> ports, core::Bytes interleave,
                      core::Bytes capacity) {
    AddressMap map;
    map.add_memory(0, 1, Region::kDram, ports, interleave, capacity);
    std::vector<std::uint64_t> filled(ports.size(), 0);
    const core::Bytes total = capacity * static_cast<core::Bytes>(ports.size());
    for (core::Bytes offset = 0; offset < total; ++offset) {
        const std::size_t port = static_cast<std::size_t>(offset / interleave) % ports.size();
        const Target target = map.find(dram(static_cast<std::uint64_t>(offset)));
        ASSERT_EQ(target.port, ports[port]);
        ASSERT_EQ(target.local_address, filled[port]++);
        if (ports.size() > 1) {
            ASSERT_EQ(target.contiguous, interleave - offset % interleave);
        } else {
            ASSERT_EQ(target.contiguous, capacity - offset);
        }
    }
    EXPECT_EQ(map.find(dram(static_cast<std::uint64_t>(total))).port, -1);
    EXPECT_EQ(map.capacity(0, 1, Region::kDram), total);
    EXPECT_EQ(map.interleave(0, 1, Region::kDram), interleave);
    EXPECT_EQ(map.channels(0, 1, Region::kDram), ports.size());
}

TEST(AddressMap, PowersOfTwo) {
    check_interleave({4, 9, 2, 7}, 64, 1024);
}
TEST(AddressMap, OddNumberOfPorts) {
    check_interleave({4, 9, 2}, 64, 1024);
}
TEST(AddressMap, OddInterleave) {
    check_interleave({4, 9}, 48, 480);
}
TEST(AddressMap, PortsOneAfterTheOther) {
    check_interleave({3, 5, 8}, 512, 512);
}
TEST(AddressMap, OnePort) {
    check_interleave({6}, 64, 512);
}

TEST(AddressMap, Windows) {
    AddressMap map;
    map.add_window({0, 2, 3}, Region::kTcm, 11, 4096);
    map.add_window({0, 2, 3}, Region::kControl, 12, 256);
    map.add_window(core::m_cpu_place(0, 2), Region::kControl, 13, 256);
    map.add_window(core::io_cpu_place(0), Region::kControl, 14, 256);
    map.add_window(core::host_place(), Region::kControl, 15, 256);
    expect_target(map.find(core::tcm_address({0, 2, 3}, 96)), 11, 96, 4000);
    expect_target(map.find(core::mailbox_address({0, 2, 3})), 12, 0, 256);
    expect_target(map.find(core::mailbox_address(core::m_cpu_place(0, 2))), 13, 0, 256);
    expect_target(map.find(core::mailbox_address(core::io_cpu_place(0))), 14, 0, 256);
    expect_target(map.find(core::mailbox_address(core::host_place())), 15, 0, 256);
    EXPECT_EQ(map.find(core::tcm_address({0, 2, 3}, 4096)).port, -1);
    EXPECT_EQ(map.find(core::tcm_address({0, 2, 2}, 0)).port, -1);
    EXPECT_EQ(map.find(core::tcm_address({0, 2, 9}, 0)).port, -1);
    EXPECT_EQ(map.find(core::tcm_address({1, 2, 3}, 0)).port, -1);
}

// A window is no port's, and says which group of all cubes it belongs to.
TEST(AddressMap, CollectiveWindows) {
    AddressMap map;
    EXPECT_EQ(map.add_collectives(0, 2, 4096), 0);
    EXPECT_EQ(map.add_collectives(1, 0, 8192), core::kMaxGroups);
    EXPECT_EQ(map.groups(), 2 * core::kMaxGroups);
    const Target last = map.find(core::collective_address({0, 2, 9}, core::kMaxGroups - 1, 96));
    EXPECT_EQ(last.port, -1);
    EXPECT_TRUE(last.exists());
    EXPECT_EQ(last.group, core::kMaxGroups - 1);
    EXPECT_EQ(last.local_address, 96U);
    EXPECT_EQ(last.contiguous, 4000);
    EXPECT_EQ(map.find(core::collective_address({1, 0, 0}, 5, 4096)).group, core::kMaxGroups + 5);
    EXPECT_FALSE(map.find(core::collective_address({0, 2, 0}, 5, 4096)).exists());
    EXPECT_FALSE(map.find(core::collective_address({0, 1, 0}, 0, 0)).exists());
    EXPECT_THROW(map.add_collectives(0, 2, 4096), core::ModelError);
    EXPECT_EQ(PhysicalAddress::decode(core::collective_address({0, 2, 9}, 7, 16)).str(),
              "sip0.cube2.collective7+0x10");
}

TEST(AddressMap, NothingThere) {
    AddressMap map;
    EXPECT_EQ(map.find(0).port, -1);
    map.add_memory(0, 1, Region::kDram, {0, 1}, 64, 1024);
    for (const std::uint64_t pa :
         {std::uint64_t{0}, dram(0) | std::uint64_t{1} << 60,
          PhysicalAddress{0, 1, Region::kSram, 0}.encode(),
          PhysicalAddress{0, 0, Region::kDram, 0}.encode(),
          PhysicalAddress{0, 1, static_cast<Region>(9), 0}.encode(), UINT64_MAX}) {
        EXPECT_EQ(map.find(pa).port, -1) << std::hex << pa;
    }
    EXPECT_EQ(map.capacity(0, 1, Region::kSram), 0);
    EXPECT_EQ(map.capacity(3, 1, Region::kDram), 0);
    EXPECT_EQ(map.channels(0, 1, Region::kTcm), 0U);
}

TEST(AddressMap, RefusesOverlapAndNonsense) {
    AddressMap map;
    map.add_memory(0, 0, Region::kSram, {0}, 64, 1024);
    EXPECT_THROW(map.add_memory(0, 0, Region::kSram, {1}, 64, 1024), core::ModelError);
    EXPECT_THROW(map.add_memory(0, 0, Region::kTcm, {1}, 64, 1024), core::ModelError);
    EXPECT_THROW(map.add_memory(0, 0, Region::kDram, {}, 64, 1024), core::ModelError);
    EXPECT_THROW(map.add_memory(0, 0, Region::kDram, {1, 2}, 100, 1024), core::ModelError);
    EXPECT_THROW(map.add_memory(0, 0, Region::kDram, {1, 2}, 1024, core::Bytes{1} << 39),
                 core::ModelError);
    map.add_window({0, 0, 0}, Region::kTcm, 2, 64);
    EXPECT_THROW(map.add_window({0, 0, 0}, Region::kTcm, 3, 64), core::ModelError);
    EXPECT_THROW(map.add_window({0, 0, 0}, Region::kDram, 3, 64), core::ModelError);
    EXPECT_THROW(map.add_window(core::host_place(), Region::kTcm, 3, 64), core::ModelError);
    EXPECT_THROW(map.add_window({0, 0, 1}, Region::kTcm, 3, (core::Bytes{1} << 28) + 1),
                 core::ModelError);
}

}  // namespace
}  // namespace strata::interconnect
