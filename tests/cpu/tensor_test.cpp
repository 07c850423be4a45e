// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/host/tensor.h"

#include <gtest/gtest.h>

#include "tests/cpu/control_system.h"

namespace strata::test {
namespace {

using core::Place;
using core::Region;
using models::ErrorCode;
using runtime::DeviceMemory;
using runtime::Host;
using runtime::Tensor;

constexpr core::Bytes kPage = 4096;
const std::vector<Place> kPlaces{{0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}};

DeviceMemory memory_of_two_cubes() {
    DeviceMemory memory(kPage);
    memory.add_memory({0, 0, 0}, Region::kDram, 0, core::kMiB);
    memory.add_memory({0, 1, 0}, Region::kDram, 0, core::kMiB);
    return memory;
}

// Names of what a PE executed.
std::vector<std::string> executed(ControlSystem& system, const Place& place) {
    std::vector<std::string> names;
    for (const auto& message : system.pe(place).executed()) {
        names.emplace_back(models::name_of(*message->request));
    }
    return names;
}

void expect_empty(const DeviceMemory& memory) {
    EXPECT_EQ(memory.va_used(), 0);
    EXPECT_EQ(memory.used({0, 0, 0}, Region::kDram), 0);
    EXPECT_EQ(memory.used({0, 1, 0}, Region::kDram), 0);
}

TEST(Tensor, LivesAsLongAsItsScope) {
    ControlSystem system;
    DeviceMemory memory = memory_of_two_cubes();
    system.run([&](Host& host) {
        {
            Tensor tensor(host, memory, runtime::replicate("t", kPage, Region::kDram, kPlaces));
            EXPECT_EQ(executed(system, {0, 1, 1}), std::vector<std::string>{"MmuMap"});
            Tensor moved = std::move(tensor);
            EXPECT_TRUE(moved.alive());
            EXPECT_FALSE(tensor.alive());
            EXPECT_EQ(memory.used({0, 0, 0}, Region::kDram), 2 * kPage);
        }
        expect_empty(memory);
    });
    EXPECT_EQ(executed(system, {0, 1, 1}), (std::vector<std::string>{"MmuMap", "MmuUnmap"}));
}

TEST(Tensor, IsFreedOnce) {
    ControlSystem system;
    DeviceMemory memory = memory_of_two_cubes();
    system.run([&](Host& host) {
        Tensor tensor(host, memory, runtime::shard("t", 5 * kPage, Region::kDram, kPlaces, kPage));
        tensor.free();
        expect_empty(memory);
        EXPECT_THROW(tensor.free(), mmu::AllocationError);
    });
    EXPECT_EQ(system.executed(), 8u);  // a broadcast map and a broadcast unmap, nothing twice
}

TEST(Tensor, BytesComeBack) {
    ControlSystem system;
    DeviceMemory memory = memory_of_two_cubes();
    auto buffer = std::make_shared<models::HostBuffer>();
    buffer->bytes.resize(3 * kPage);
    for (std::size_t i = 0; i < buffer->bytes.size(); ++i) {
        buffer->bytes[i] = static_cast<std::uint8_t>(i / 16);
    }
    system.run([&](Host& host) {
        Tensor tensor(host, memory, runtime::shard("t", 3 * kPage, Region::kDram, kPlaces, kPage));
        tensor.write(buffer);
        std::vector<std::uint8_t> back;
        for (const auto& part : tensor.read()) {
            back.insert(back.end(), part->begin(), part->end());
        }
        EXPECT_EQ(back, buffer->bytes);
    });
}

TEST(Tensor, ARefusedMapLeavesNothingBehind) {
    ControlSystem system;
    DeviceMemory memory = memory_of_two_cubes();
    system.pe({0, 1, 0}).error = [](const models::RequestMessage& message) {
        return std::get_if<models::MmuMap>(message.request.get()) != nullptr ? ErrorCode::kOverlap
                                                                             : ErrorCode::kNone;
    };
    system.run([&](Host& host) {
        try {
            Tensor tensor(host, memory,
                          runtime::shard("t", 4 * kPage, Region::kDram, kPlaces, kPage));
            FAIL() << "no error";
        } catch (const runtime::DeviceError& error) {
            EXPECT_EQ(error.response().code, ErrorCode::kOverlap);
            EXPECT_STREQ(error.what(), "sip0.cube1.pe0: overlap: as told");
        }
        expect_empty(memory);
    });
    EXPECT_EQ(executed(system, {0, 1, 0}), std::vector<std::string>{"MmuMap"});
    EXPECT_EQ(executed(system, {0, 0, 1}), (std::vector<std::string>{"MmuMap", "MmuUnmap"}));
}

TEST(Tensor, AnExceptionReturnsTheRangesWithoutTalking) {
    ControlSystem system;
    DeviceMemory memory = memory_of_two_cubes();
    const std::string text = system.run_failing([&](Host& host) {
        Tensor tensor(host, memory, runtime::replicate("t", kPage, Region::kDram, kPlaces));
        throw std::out_of_range("program");
    });
    EXPECT_EQ(text, "program");
    expect_empty(memory);
    EXPECT_EQ(executed(system, {0, 0, 0}), std::vector<std::string>{"MmuMap"});
}

}  // namespace
}  // namespace strata::test
