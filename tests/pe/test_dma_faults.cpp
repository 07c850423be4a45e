// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// The DMA when something is wrong: which error, and that nothing is left behind.

#include <gtest/gtest.h>

#include "tests/pe/dma_bench.h"

namespace strata::models {
namespace {

using core::kKiB;

constexpr std::uint64_t kVa = 0x100000;

void expect_failure(DmaBench& bench, ErrorCode code, std::uint64_t address) {
    EXPECT_TRUE(bench.dma.kernel_failed());
    EXPECT_STREQ(to_string(bench.dma.failure().code), to_string(code));
    EXPECT_EQ(bench.dma.failure().address, address);
    EXPECT_FALSE(bench.dma.failure().text.empty());
    EXPECT_TRUE(bench.dma.kernel_quiet());
    EXPECT_TRUE(bench.dma.idle());
}

TEST(DmaFault, UnmappedAddress) {
    DmaBench bench;
    bench.submit(DmaQueue::kLoad, load(kVa, 64));
    bench.run();
    expect_failure(bench, ErrorCode::kUnmapped, kVa);
    EXPECT_EQ(bench.sent.size(), 3U);  // the walk found nothing
}

TEST(DmaFault, RangeThatLeavesItsMapping) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 8 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa, 12 * kKiB));
    bench.run();
    expect_failure(bench, ErrorCode::kOutsideMapping, kVa + 8 * kKiB);
    EXPECT_TRUE(bench.done.empty());
}

TEST(DmaFault, WriteToReadOnlyPages) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 4 * kKiB, false);
    bench.submit(DmaQueue::kStore, store(kVa, 64));
    bench.run();
    expect_failure(bench, ErrorCode::kPermission, kVa);
}

TEST(DmaFault, WriteToAReadOnlyPageInTheTlb) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 4 * kKiB, false);
    bench.warm(kVa, 4 * kKiB);
    bench.submit(DmaQueue::kStore, store(kVa + 128, 64));
    bench.run();
    expect_failure(bench, ErrorCode::kPermission, kVa + 128);
}

TEST(DmaFault, MappedToNothing) {
    DmaBench bench;
    bench.map_pages(kVa, dram(1024 * kKiB), 4 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa + 4, 64));
    bench.run();
    expect_failure(bench, ErrorCode::kBadAddress, kVa + 4);
}

TEST(DmaFault, MemoryRefusesAndEverythingUnderWayDrains) {
    PeConfig config = pe_config();
    config.dma.bulk = kKiB;
    DmaBench bench(config);
    bench.map_pages(kVa, nand(0), 64 * kKiB);
    bench.warm(kVa, 64 * kKiB);
    bench.answer = [](const DmaPayload& payload) {
        return payload.va == kVa + 2 * kKiB ? core::Fault::kUncorrectable : core::Fault::kNone;
    };
    bench.submit(DmaQueue::kLoad, load(kVa, 16 * kKiB));
    bench.submit(DmaQueue::kStore, store(kVa + 32 * kKiB, 16 * kKiB));
    bench.submit(DmaQueue::kPrefetch, prefetch(kVa, kVa + 48 * kKiB, 16 * kKiB));
    bench.run();
    expect_failure(bench, ErrorCode::kMemoryFault, kVa + 2 * kKiB);
    EXPECT_NE(bench.dma.failure().text.find(core::to_string(core::Fault::kUncorrectable)),
              std::string::npos);
    for (const Sent& one : bench.sent) {
        EXPECT_GE(one.answered, 0);
    }
    bench.dma.clear_failure();  // and it works again
    bench.answer = nullptr;
    bench.done.clear();
    bench.submit(DmaQueue::kPrefetch, prefetch(kVa, kVa + 48 * kKiB, 16 * kKiB));
    bench.run();
    EXPECT_EQ(bench.done.size(), 1U);
}

TEST(DmaFault, DuringAPageWalk) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 4 * kKiB);
    bench.answer = [](const DmaPayload&) { return core::Fault::kUncorrectable; };
    bench.submit(DmaQueue::kLoad, load(kVa, 64));
    bench.run();
    expect_failure(bench, ErrorCode::kMemoryFault, bench.mmu.walk_address(kVa, 0));
}

TEST(DmaFault, CopiesThatLeaveTheTcm) {
    for (const int kind : {0, 1, 2, 3}) {
        DmaBench bench;
        DmaCopy copy = load(kVa, 64);
        if (kind == 0) {
            copy.target = 64 * kKiB - 32;
        } else if (kind == 1) {
            copy.rows = 5;
            copy.target_stride = 16 * kKiB;
        } else if (kind == 2) {
            copy.rows = INT64_MAX;
            copy.target_stride = 1;
        } else {
            copy.rows = 2;
            copy.target_stride = -64;
        }
        bench.submit(DmaQueue::kLoad, copy);
        bench.run();
        expect_failure(bench, ErrorCode::kBadAddress, copy.target);
        EXPECT_TRUE(bench.sent.empty());
    }
}

TEST(DmaFault, SignalToAMemoryThatHasNoSemaphores) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 4 * kKiB);
    bench.submit(DmaQueue::kStore, store(kVa, 64, 9));
    bench.run();
    expect_failure(bench, ErrorCode::kBadTarget, nand(0));
}

TEST(DmaFault, PhysicalOperationsFailAlone) {
    DmaBench bench;
    const auto read = [&](std::uint64_t pa, std::uint64_t token) {
        DmaTransfer transfer;
        transfer.source = {DmaSide::Kind::kPhysical, pa, 0};
        transfer.target = {DmaSide::Kind::kBuffer, 0, 0};
        transfer.row_bytes = 16 * kKiB;
        transfer.token = token;
        bench.dma.submit(bench.now, DmaQueue::kProbe, transfer);
        bench.run(bench.now + 5'000);
    };
    bench.answer = [](const DmaPayload& payload) {
        return payload.pa == dram(8 * kKiB) ? core::Fault::kOutOfRange : core::Fault::kNone;
    };
    read(dram(0), 1);
    read(dram(16 * kKiB), 2);
    read(dram(1016 * kKiB), 3);  // its second half lies beyond the memory
    bench.run();
    ASSERT_EQ(bench.done.size(), 3U);
    EXPECT_FALSE(bench.dma.kernel_failed());
    EXPECT_EQ(bench.done[0].what.failure.code, ErrorCode::kBadAddress);
    EXPECT_EQ(bench.done[0].what.failure.address, dram(8 * kKiB));
    EXPECT_EQ(bench.done[1].what.failure.code, ErrorCode::kNone);
    EXPECT_EQ(bench.done[2].what.token, 3U);
    EXPECT_EQ(bench.done[2].what.failure.address, dram(1024 * kKiB));
    EXPECT_TRUE(bench.dma.idle());
}

TEST(DmaFault, PagesThatAreBeingFilledAreWaitedFor) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 4 * kKiB);
    ASSERT_TRUE(bench.mmu.set_in_flight(kVa, 4 * kKiB, true).ok());
    bench.submit(DmaQueue::kLoad, load(kVa, 64));
    bench.run();
    EXPECT_FALSE(bench.dma.kernel_failed());
    EXPECT_TRUE(bench.done.empty());
    EXPECT_NE(bench.dma.describe_state().find("being filled"), std::string::npos);
    ASSERT_TRUE(bench.mmu.set_in_flight(kVa, 4 * kKiB, false).ok());
    bench.dma.retry_translations(bench.now);
    bench.run();
    EXPECT_EQ(bench.done.size(), 1U);
}

}  // namespace
}  // namespace strata::models
