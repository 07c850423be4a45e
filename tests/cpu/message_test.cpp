// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/message.h"

#include <gtest/gtest.h>

namespace strata::models {
namespace {

using core::Place;

core::Bytes wire(Request request, std::size_t targets = 1) {
    RequestMessage message;
    message.targets.resize(targets);
    message.request = std::make_shared<const Request>(std::move(request));
    return wire_bytes(message);
}

TEST(WireBytes, IsHeaderTargetsAndFields) {
    MemoryWrite pattern;
    pattern.nbytes = 4096;
    EXPECT_EQ(wire(pattern), 32 + 8 + 24);  // a pattern does not travel
    MemoryWrite data = pattern;
    data.buffer = std::make_shared<const HostBuffer>();  // timing mode: no bytes, they count
    EXPECT_EQ(wire(data), 32 + 8 + 24 + 4096);
    MemoryRead read;
    read.nbytes = 4096;
    EXPECT_EQ(wire(read), 32 + 8 + 24);
    EXPECT_EQ(wire(PeDma{}), 32 + 8 + 24);

    MmuMap map;
    map.entries.resize(3);
    EXPECT_EQ(wire(map), 32 + 8 + 3 * 32);
    MmuUnmap unmap;
    unmap.entries.resize(3);
    EXPECT_EQ(wire(unmap), 32 + 8 + 3 * 16);
    CollectiveMap groups;
    groups.entries.resize(2);
    groups.entries[0].members.resize(3);
    groups.entries[1].members.resize(4);
    EXPECT_EQ(wire(groups), 32 + 8 + (8 + 16) + (8 + 16));
    EXPECT_EQ(wire(CollectiveUnmap{{}, {1, 2}}), 32 + 8 + 2 * 8);

    KernelLaunch launch;
    EXPECT_EQ(wire(launch), 32 + 8 + 24);
    TensorArg tensor;
    tensor.shards.resize(2);
    launch.args = {tensor, ScalarArg{}};
    EXPECT_EQ(wire(launch), 32 + 8 + 24 + (16 + 2 * 32) + 16);
    launch.kernel.name = "a long name does not travel";
    EXPECT_EQ(wire(launch), 32 + 8 + 24 + (16 + 2 * 32) + 16);
}

TEST(WireBytes, TargetsTakeFourBytesRoundedToEight) {
    EXPECT_EQ(wire(MemoryRead{}, 0), 32 + 0 + 24);
    EXPECT_EQ(wire(MemoryRead{}, 2), 32 + 8 + 24);
    EXPECT_EQ(wire(MemoryRead{}, 3), 32 + 16 + 24);
    EXPECT_EQ(wire(MemoryRead{}, 64), 32 + 256 + 24);
}

TEST(WireBytes, ResponsesCarryWhatWasRead) {
    ResponseMessage message;
    EXPECT_EQ(wire_bytes(message), 32);
    message.responses.resize(2);
    EXPECT_EQ(wire_bytes(message), 32 + 2 * 16);
    message.responses[1].data_bytes = 100;
    message.responses[1].text = "words are not sent";
    EXPECT_EQ(wire_bytes(message), 32 + 2 * 16 + 100);
}

TEST(Targets, AllMeansEveryPe) {
    const Expansion all = expand(Targets{}, {2, 2, 2});
    ASSERT_TRUE(all.ok());
    EXPECT_EQ(all.places, (std::vector<Place>{{0, 0, 0},
                                              {0, 0, 1},
                                              {0, 1, 0},
                                              {0, 1, 1},
                                              {1, 0, 0},
                                              {1, 0, 1},
                                              {1, 1, 0},
                                              {1, 1, 1}}));
}

TEST(Targets, ListsAreSortedAndEachOnce) {
    const Targets targets{{}, {false, {1, 0, 1}}, only(3)};
    const Expansion some = expand(targets, {1, 2, 4});
    ASSERT_TRUE(some.ok());
    EXPECT_EQ(some.places, (std::vector<Place>{{0, 0, 3}, {0, 1, 3}}));
}

TEST(Targets, ErrorNamesTheOffender) {
    const SystemShape shape{1, 2, 4};
    const auto error = [&](const TargetSet& sips, const TargetSet& cubes, const TargetSet& pes) {
        const Expansion expansion = expand(Targets{sips, cubes, pes}, shape);
        EXPECT_TRUE(expansion.places.empty());
        return expansion.error;
    };
    const TargetSet all;
    TargetSet none;
    none.all = false;
    EXPECT_EQ(error(all, only(2), all), "no cube 2; the system has 0..1");
    EXPECT_EQ(error(only(-1), all, all), "no SIP -1; the system has 0..0");
    EXPECT_EQ(error(all, all, only(9)), "no PE 9; the system has 0..3");
    EXPECT_EQ(error(all, all, none), "no PE is named");

    EXPECT_EQ(target_error({{0, 1, 3}}, shape), "");
    EXPECT_EQ(target_error({}, shape), "no PE is named");
    EXPECT_EQ(target_error({{0, 1, 3}, {0, 1, 4}}, shape),
              "sip0.cube1.pe4 is outside the system of 1 SIPs x 2 cubes x 4 PEs");
    EXPECT_NE(target_error({core::m_cpu_place(0, 0)}, shape), "");
}

TEST(Targets, OfAMemoryAccessAreOnItsSip) {
    MemoryWrite write;
    write.dst.sip = 1;
    write.target_cubes = only(0);
    EXPECT_EQ(expand(targets_of(write), {2, 2, 2}).places,
              (std::vector<Place>{{1, 0, 0}, {1, 0, 1}}));
    PeDma dma;
    dma.src = {1, 0, 1};
    EXPECT_EQ(expand(targets_of(dma), {2, 2, 2}).places, (std::vector<Place>{{1, 0, 1}}));
}

TEST(Message, NamesAreThoseOfTheSpecification) {
    EXPECT_STREQ(name_of(MemoryWrite{}), "MemoryWrite");
    EXPECT_STREQ(name_of(MmuUnmap{}), "MmuUnmap");
    EXPECT_STREQ(name_of(CollectiveMap{}), "CollectiveMap");
    EXPECT_STREQ(name_of(CollectiveUnmap{}), "CollectiveUnmap");
    EXPECT_STREQ(to_string(ErrorCode::kBadTarget), "bad_target");
}

TEST(Message, EntriesAreThoseAProcessorWalks) {
    MmuMap map;
    map.entries.resize(5);
    KernelLaunch launch;
    launch.args.resize(2);
    EXPECT_EQ(entries_of(map), 5);
    CollectiveMap groups;
    groups.entries.resize(2);
    groups.entries[0].members.resize(3);
    groups.entries[1].members.resize(4);
    EXPECT_EQ(entries_of(groups), 7);
    EXPECT_EQ(entries_of(launch), 2);
    EXPECT_EQ(entries_of(MemoryWrite{}), 0);
}

}  // namespace
}  // namespace strata::models
