// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Laws 13 and 14 of docs/nand.md through the whole controller: refresh and collection.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/memory/full_nand_drive.h"
#include "tests/memory/mean_field.h"

namespace strata::models {
namespace {

using core::Ps;
using test::closed_loop;
using test::read_of;
using test::small_nand;
using test::write_of;

constexpr Ps kUs = core::kMicrosecond;

/// Host reads of every block since its erase, at the moments at which a refresh begins.
class RefreshWatch : public FlashTraceSink {
   public:
    explicit RefreshWatch(const FlashGeometry& geometry)
        : geometry_(geometry), reads_(static_cast<std::size_t>(geometry.total_blocks())) {}

    std::vector<std::int64_t> most;   ///< of a block, by refresh
    std::vector<std::int64_t> total;  ///< of all blocks, by refresh

    void operation(const FlashTraceRecord& r) override {
        std::int64_t& reads =
            reads_[static_cast<std::size_t>(geometry_.block_of(geometry_.number(r.address)))];
        if (r.kind == static_cast<std::uint8_t>(FlashCommand::kErase)) {
            reads = 0;
            moving_ = false;
        } else if (r.kind != static_cast<std::uint8_t>(FlashCommand::kRead)) {
            return;
        } else if (r.source == FlashSource::kHost) {
            ++reads;
        } else if (!moving_) {
            moving_ = true;
            most.push_back(*std::max_element(reads_.begin(), reads_.end()));
            total.push_back(std::accumulate(reads_.begin(), reads_.end(), std::int64_t{0}));
        }
    }

   private:
    FlashGeometry geometry_;
    std::vector<std::int64_t> reads_;
    bool moving_ = false;
};

// Pages of one zone in turn, one read at a time: its first block reaches the limit of L reads when
// all others have L - 1. Reads during the move still go to the old blocks.
TEST(NandLaw13, AZoneMovesWheneverABlockHasSeenItsLimitOfReads) {
    FullNandConfig c = small_nand("hbf_gen1", 8, 16);
    c.preloaded = true;
    constexpr std::int64_t kLimit = 500;
    constexpr std::int64_t kBlocks = 32;
    constexpr std::int64_t kZonePages = 16 * kBlocks;
    c.ftl.read_reclaim = kLimit;
    FullNand nand(c);
    RefreshWatch watch(c.device.geometry);
    nand.device().set_trace(&watch);
    const auto run = closed_loop(nand, 1, 100'000, [](std::int64_t i) {
        return read_of(static_cast<std::uint64_t>(i % kZonePages) * 4096, 4096);
    });
    EXPECT_EQ(run.faults, 0);
    test::drain(nand);
    const auto refreshes = static_cast<std::int64_t>(watch.most.size());
    EXPECT_GE(refreshes, 5);
    for (std::size_t i = 0; i < watch.most.size(); ++i) {
        EXPECT_EQ(watch.most[i], kLimit);
        EXPECT_EQ(watch.total[i], kBlocks * (kLimit - 1) + 1);
    }
    const FlashDevice::Counts& n = nand.device().counts();
    const auto reclaim = static_cast<std::size_t>(FlashSource::kReadReclaim);
    EXPECT_EQ(n.senses[reclaim], refreshes * kZonePages);
    EXPECT_EQ(n.programs[reclaim], refreshes * kZonePages);
    EXPECT_EQ(n.erases[reclaim], refreshes * kBlocks);
}

// A block of FLINT's device: an erase and 1024 programs, page after page, take 54.2 ms.
TEST(NandLaw13, RefreshOfABlockTakesAsLongAsPublished) {
    FullNandConfig c = small_nand("hbf_gen1", 4, 1024);
    c.device.geometry.planes = 1;
    c.device.max_planes = 1;
    c.device.cell.t_program.fill(50 * kUs);
    c.device.cell.t_erase = 3000 * kUs;
    for (auto& times : c.device.bus.overhead) {
        std::fill(times.begin(), times.end(), 0);
    }
    c.device.bus.t_wb = 0;
    c.device.bus.rate = {1'000'000'000'000'000};  // a page in 5 ps, under the program before it
    FlashDevice device(c.device);
    FlashScheduler scheduler(device, c.scheduler, c.ecc, nullptr);
    FlashJob job;
    job.kind = FlashJobKind::kErase;
    scheduler.add(0, job);
    job.kind = FlashJobKind::kProgram;
    for (job.page = 0; job.page < 1024; ++job.page) {
        scheduler.add(0, job);
    }
    scheduler.dispatch(0);
    std::vector<FlashJobDone> done;
    while (scheduler.next_event() != core::kNever) {
        scheduler.advance(scheduler.next_event(), done);
    }
    ASSERT_EQ(done.size(), 1025U);
    EXPECT_NEAR(static_cast<double>(done.back().time), 54.2e9, 1e-6 * 54.2e9);
}

// Host and collector share the open block: a victim is chosen among all blocks but a free one.
TEST(NandLaw14, WriteAmplificationOfTheControllerMeetsTheMeanField) {
    FullNandConfig c = small_nand("slc_fast", 1024, 64);
    c.device.geometry.chips = 1;
    c.device.geometry.dies = 1;
    c.device.geometry.planes = 1;
    c.device.max_planes = 1;
    c.ftl.gc.hot_cold = false;
    c.ftl.gc.start = 1;
    c.ftl.gc.stop = 2;
    c.ftl.write_buffer.pages = 2;
    for (const double over_provisioning : {0.07, 0.28}) {
        c.ftl.over_provisioning = over_provisioning;
        FullNand nand(c);
        const auto pages = static_cast<std::uint64_t>(nand.capacity()) / 4096;
        core::RandomStream random(21, "waf");
        for (std::uint64_t i = 0; i < 6 * pages; ++i) {
            nand.write_at_once(static_cast<LogicalPage>(i < pages ? i : random.below(pages)));
        }
        const FtlCounts before = nand.ftl().counts();
        const auto writes = static_cast<std::int64_t>(pages);
        closed_loop(nand, 1, writes,
                    [&](std::int64_t) { return write_of(random.below(pages) * 4096, 4096); });
        const auto programs =
            static_cast<double>(nand.ftl().counts().total_programs() - before.total_programs());
        const double expected = test::mean_field(static_cast<double>(pages) / (1023.0 * 64.0), 64);
        EXPECT_NEAR(programs / static_cast<double>(writes) / expected, 1.0, 0.01)
            << over_provisioning;
    }
}

}  // namespace
}  // namespace strata::models
