// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// The DMA alone: how copies become payloads, and when.

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/random.h"
#include "tests/pe/dma_bench.h"

namespace strata::models {
namespace {

using core::Bytes;
using core::kKiB;
using core::Ps;

constexpr std::uint64_t kVa = 0x100000;

/// (pa, bytes) of the payloads that moved data.
std::vector<std::pair<std::uint64_t, Bytes>> pieces(const DmaBench& bench) {
    std::vector<std::pair<std::uint64_t, Bytes>> result;
    for (const Sent& one : bench.data()) {
        result.emplace_back(one.payload.pa, one.payload.bytes);
    }
    return result;
}
using Pieces = std::vector<std::pair<std::uint64_t, Bytes>>;

TEST(DmaSplit, MergesContiguousPagesUpToAnInterleaveRun) {
    DmaBench bench;
    bench.map_pages(kVa, dram(0), 32 * kKiB);
    bench.warm(kVa, 32 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa + 1024, 20 * kKiB));
    bench.run();
    EXPECT_EQ(
        pieces(bench),
        (Pieces{{dram(1024), 7 * kKiB}, {dram(8 * kKiB), 8 * kKiB}, {dram(16 * kKiB), 5 * kKiB}}));
    ASSERT_EQ(bench.done.size(), 1U);
}

TEST(DmaSplit, KeepsBulkAndScatteredPages) {
    PeConfig config = pe_config();
    config.dma.bulk = 6 * kKiB;
    DmaBench bench(config);
    bench.map_pages(kVa, nand(0), 12 * kKiB);
    bench.map_pages(kVa + 12 * kKiB, nand(64 * kKiB), 4 * kKiB);
    bench.warm(kVa, 16 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa, 16 * kKiB));
    bench.run();
    EXPECT_EQ(
        pieces(bench),
        (Pieces{{nand(0), 6 * kKiB}, {nand(6 * kKiB), 6 * kKiB}, {nand(64 * kKiB), 4 * kKiB}}));
}

// The parts of a reduction must be alike, whatever each source's TLB holds.
TEST(DmaSplit, PiecesOfACollectiveDoNotDependOnTheTlb) {
    const std::uint64_t window = core::collective_address({0, 0, 1}, 3, 0);
    for (const Bytes warm : {0, 4, 8, 12}) {
        DmaBench bench;
        bench.map.add_collectives(0, 0, 64 * kKiB);
        bench.map_pages(kVa, window, 12 * kKiB);
        bench.warm(kVa, warm * kKiB);
        bench.submit(DmaQueue::kStore, store(kVa + kKiB, 10 * kKiB, 9));
        bench.run();
        EXPECT_EQ(pieces(bench), (Pieces{{window + kKiB, 3 * kKiB},
                                         {window + 4 * kKiB, 4 * kKiB},
                                         {window + 8 * kKiB, 3 * kKiB}}));
        EXPECT_EQ(bench.data().back().payload.semaphore, 9);
        EXPECT_EQ(bench.done.size(), 1U);
    }
}

TEST(DmaSplit, SplitsRowsUnlessTheMemorySideHasNoGaps) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 64 * kKiB);
    bench.warm(kVa, 64 * kKiB);
    DmaCopy copy = load(kVa, 256);
    copy.rows = 3;
    copy.source_stride = 1024;
    copy.target_stride = 256;
    bench.submit(DmaQueue::kLoad, copy);
    bench.run();
    copy.source_stride = 256;  // contiguous in memory, gaps in the TCM
    copy.target_stride = 512;
    bench.submit(DmaQueue::kLoad, copy);
    bench.run();
    EXPECT_EQ(pieces(bench),
              (Pieces{{nand(0), 256}, {nand(1024), 256}, {nand(2048), 256}, {nand(0), 768}}));
    EXPECT_EQ(bench.dma.counters(DmaQueue::kLoad).read_bytes, 4 * 384);
}

TEST(DmaSplit, RandomCopiesCoverExactlyTheirBytes) {
    core::RandomStream random(3, "dma");
    for (int round = 0; round < 100; ++round) {
        PeConfig config = pe_config();
        config.dma.bulk = static_cast<Bytes>(64 + random.below(20000));
        config.dma.outstanding = static_cast<std::int64_t>(1 + random.below(6));
        DmaBench bench(config);
        for (std::uint64_t page = 0; page < 64; ++page) {  // every page somewhere else
            bench.map_pages(kVa + page * 4096, dram(page * 37 % 64 * 4096), 4096);
        }
        DmaCopy copy = load(kVa + random.below(4096), static_cast<Bytes>(1 + random.below(9000)));
        copy.rows = static_cast<std::int64_t>(1 + random.below(6));
        copy.source_stride = copy.row_bytes + static_cast<Bytes>(random.below(3) * 700);
        copy.target_stride = 0;
        bench.submit(DmaQueue::kLoad, copy);
        bench.run();
        Bytes expected_row = 0;
        std::int64_t row = 0;
        for (const Sent& one : bench.data()) {
            ASSERT_LE(one.payload.bytes, config.dma.bulk);
            ASSERT_LE(one.payload.bytes, bench.map.find(one.payload.pa).contiguous);
            for (Bytes i = 0; i < one.payload.bytes; ++i) {
                const std::uint64_t va = copy.source + static_cast<std::uint64_t>(
                                                           row * copy.source_stride + expected_row);
                const std::uint64_t page = (va - kVa) / 4096;
                ASSERT_EQ(one.payload.pa + static_cast<std::uint64_t>(i),
                          dram(page * 37 % 64 * 4096) + va % 4096);
                if (++expected_row == copy.row_bytes) {
                    expected_row = 0;
                    ++row;
                }
            }
        }
        ASSERT_EQ(row, copy.rows);
        ASSERT_EQ(bench.done.size(), 1U);
        ASSERT_TRUE(bench.dma.idle());
    }
}

TEST(DmaTime, AHitCostsTheLookupAndOnePayloadGoesPerIssue) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 128 * kKiB);
    bench.warm(kVa, 128 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa, 4 * kKiB));
    bench.run();
    ASSERT_EQ(bench.sent.size(), 1U);
    EXPECT_EQ(bench.sent[0].time, 1'000);  // 2 cycles at 2 GHz
    EXPECT_EQ(bench.done[0].time, 101'000);
}

TEST(DmaTime, LookupsArePipelinedOneACycle) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 64 * kKiB);
    bench.warm(kVa, 64 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa, 64 * kKiB));
    bench.run();
    ASSERT_EQ(bench.sent.size(), 2U);
    EXPECT_EQ(bench.sent[0].time, 7 * 500 + 1'000);  // 8 pages, the last one started 7 cycles in
    EXPECT_EQ(bench.sent[1].time, 15 * 500 + 1'000);
}

TEST(DmaTime, AMissWalksWithDependentReads) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 4 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa, 64));
    bench.run();
    ASSERT_EQ(bench.sent.size(), 4U);
    for (std::int64_t level = 0; level < 3; ++level) {
        const Sent& read = bench.sent[static_cast<std::size_t>(level)];
        EXPECT_EQ(read.time, 1'000 + level * 100'000);
        EXPECT_EQ(read.payload.pa, bench.mmu.walk_address(kVa, level));
        EXPECT_EQ(read.payload.bytes, 64);
    }
    EXPECT_EQ(bench.sent[3].time, 301'000);
    EXPECT_EQ(bench.done[0].time, 401'000);
    bench.submit(DmaQueue::kLoad, load(kVa + 64, 64));  // now it is cached
    bench.run();
    EXPECT_EQ(bench.sent[4].time, 402'000);
}

TEST(DmaTime, OtherQueuesGoOnDuringAWalk) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 8 * kKiB);
    bench.warm(kVa, 4 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa + 4 * kKiB, 64));
    bench.submit(DmaQueue::kStore, store(kVa, 64));
    bench.run();
    EXPECT_EQ(bench.done[0].what.queue, DmaQueue::kStore);
    EXPECT_EQ(bench.done[0].time, 101'000);
    EXPECT_EQ(bench.done[1].time, 401'500);  // the store went first through the port
}

TEST(DmaTime, OutstandingPayloadsBoundTheRate) {
    for (const std::int64_t outstanding : {1, 4, 32}) {
        PeConfig config = pe_config();
        config.dma.bulk = 4 * kKiB;
        config.dma.outstanding = outstanding;
        DmaBench bench(config);
        bench.port_interval = 10'000;
        bench.map_pages(kVa, nand(0), 64 * kKiB);
        bench.warm(kVa, 64 * kKiB);
        bench.submit(DmaQueue::kLoad, load(kVa, 64 * kKiB));
        bench.run();
        // 16 payloads; either the port or latency / outstanding is the limit.
        const Ps end = outstanding == 1   ? 1'000 + 16 * 100'000
                       : outstanding == 4 ? 1'000 + 3 * 100'000 + 3 * 10'000 + 100'000
                                          : 1'000 + 15 * 10'000 + 100'000;
        EXPECT_EQ(bench.done.back().time, end) << outstanding;
    }
}

TEST(DmaTime, DescriptorsOverlapAndCompleteInOrder) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 64 * kKiB);
    bench.warm(kVa, 64 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa, 64));
    EXPECT_FALSE(bench.dma.can_accept(DmaQueue::kLoad));
    bench.run(2'000);
    ASSERT_TRUE(bench.dma.can_accept(DmaQueue::kLoad));
    bench.submit(DmaQueue::kLoad, load(kVa + 64, 0));  // nothing to do, yet not before the first
    bench.submit(DmaQueue::kLoad, load(kVa + 64, 64));
    bench.run();
    ASSERT_EQ(bench.done.size(), 3U);
    EXPECT_EQ(bench.done[0].time, 101'000);
    EXPECT_EQ(bench.done[1].time, 101'000);
    EXPECT_EQ(bench.done[2].time, bench.sent[1].time + 100'000);
    EXPECT_LT(bench.sent[1].time, 101'000);
}

TEST(DmaTime, CopiesWithinTheTcmNeedNoNetwork) {
    DmaBench bench;
    DmaCopy copy = load(0, 1000);
    copy.source_in_tcm = true;
    copy.target = 8192;
    copy.signal = 7;
    bench.submit(DmaQueue::kLoad, copy);
    bench.run();
    EXPECT_TRUE(bench.sent.empty());
    EXPECT_EQ(bench.done[0].time, 8 * 500);  // 128 bytes a cycle
    EXPECT_EQ(bench.done[0].what.signal, 7);
}

TEST(DmaTime, RoundRobinSharesThePort) {
    PeConfig config = pe_config();
    config.dma.bulk = kKiB;
    DmaBench bench(config);
    bench.port_interval = 20'000;
    bench.map_pages(kVa, nand(0), 64 * kKiB);
    bench.warm(kVa, 64 * kKiB);
    bench.submit(DmaQueue::kLoad, load(kVa, 4 * kKiB));
    bench.submit(DmaQueue::kStore, store(kVa + 8 * kKiB, 4 * kKiB));
    bench.run();
    ASSERT_EQ(bench.sent.size(), 8U);
    for (std::size_t i = 1; i < 8; ++i) {
        EXPECT_NE(bench.sent[i].payload.write, bench.sent[i - 1].payload.write) << i;
    }
}

TEST(DmaCopyThrough, WritesEachPieceWhenItsDataIsHere) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 16 * kKiB);
    bench.map_pages(kVa + 64 * kKiB, dram(4 * kKiB), 16 * kKiB);
    bench.warm(kVa, 16 * kKiB);
    bench.warm(kVa + 64 * kKiB, 16 * kKiB);
    bench.submit(DmaQueue::kPrefetch, prefetch(kVa, kVa + 64 * kKiB, 16 * kKiB));
    bench.run();
    // One read of the NAND run, then writes split at the DRAM's interleave borders.
    EXPECT_EQ(pieces(bench), (Pieces{{nand(0), 16 * kKiB},
                                     {dram(4 * kKiB), 4 * kKiB},
                                     {dram(8 * kKiB), 8 * kKiB},
                                     {dram(16 * kKiB), 4 * kKiB}}));
    EXPECT_FALSE(bench.sent[0].payload.write);
    EXPECT_TRUE(bench.sent[1].payload.write);
    EXPECT_GT(bench.sent[1].time, bench.sent[0].answered);
    EXPECT_EQ(bench.done.back().time, bench.sent.back().answered);
}

TEST(DmaCopyThrough, BuffersBoundReadsAndWritesTogether) {
    PeConfig config = pe_config();
    config.dma.bulk = kKiB;
    config.dma.outstanding = 4;
    DmaBench bench(config);
    bench.map_pages(kVa, nand(0), 64 * kKiB);
    bench.map_pages(kVa + 64 * kKiB, nand(128 * kKiB), 64 * kKiB);
    bench.warm(kVa, 128 * kKiB);
    bench.submit(DmaQueue::kPrefetch, prefetch(kVa, kVa + 64 * kKiB, 64 * kKiB));
    bench.run();
    // No moment with more than four pieces between their read and the end of their write.
    const std::vector<Sent> all = bench.data();
    ASSERT_EQ(all.size(), 128U);
    for (const Sent& at : all) {
        int held = 0;
        for (const Sent& one : all) {
            held += !one.payload.write && one.time <= at.time ? 1 : 0;
            held -= one.payload.write && one.answered <= at.time ? 1 : 0;
        }
        ASSERT_LE(held, 4);
    }
    EXPECT_EQ(bench.dma.counters(DmaQueue::kPrefetch).write_bytes, 64 * kKiB);
}

TEST(DmaSignal, TravelsWithTheLastPayloadAfterAllOthers) {
    PeConfig config = pe_config();
    config.dma.bulk = kKiB;
    DmaBench bench(config);
    bench.map_pages(kVa, core::tcm_address({0, 0, 1}, 0), 8 * kKiB);
    bench.warm(kVa, 8 * kKiB);
    bench.submit(DmaQueue::kStore, store(kVa, 3 * kKiB, 9));
    bench.run();
    ASSERT_EQ(bench.sent.size(), 3U);
    EXPECT_EQ(bench.sent[0].payload.semaphore, -1);
    EXPECT_EQ(bench.sent[1].payload.semaphore, -1);
    EXPECT_EQ(bench.sent[2].payload.semaphore, 9);
    EXPECT_EQ(bench.sent[2].time, bench.sent[1].answered);
    EXPECT_EQ(bench.done[0].what.signal, -1);  // the other PE's, not ours
}

TEST(DmaReport, BooksWhereTheTimeWent) {
    DmaBench bench;
    bench.map_pages(kVa, nand(0), 4 * kKiB);
    bench.dma.account(0);
    bench.submit(DmaQueue::kLoad, load(kVa, 64));
    bench.dma.account(0);
    bench.run(350'000);
    bench.dma.account(301'000);
    bench.run();
    bench.dma.account(401'000);
    using State = Dma::State;
    EXPECT_EQ(bench.dma.time_in(DmaQueue::kLoad, State::kTranslation, 500'000), 301'000);
    EXPECT_EQ(bench.dma.time_in(DmaQueue::kLoad, State::kData, 500'000), 100'000);
    EXPECT_EQ(bench.dma.time_in(DmaQueue::kLoad, State::kIdle, 500'000), 99'000);
}

}  // namespace
}  // namespace strata::models
