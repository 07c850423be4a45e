// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Wear levelling, read reclaim, retention, bad blocks, hot/cold separation, cached map, lifetime.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/memory/nand/ftl_report.h"
#include "tests/memory/ftl_drive.h"

namespace strata::test {
namespace {

std::size_t index_of(FlashSource source) {
    return static_cast<std::size_t>(source);
}

FtlConfig roomy() {
    FtlConfig c;
    c.over_provisioning = 0.25;
    return c;
}

/// Overwrites the first tenth of the pages only; the rest is written once.
models::FtlWear wear_of(const FtlConfig& config) {
    const FlashGeometry g = one_plane(64, 16);
    const auto ftl = make_ftl(config, g);
    ImmediateFlash flash(*ftl);
    ftl->preload(0, ftl->logical_pages());
    core::RandomStream random(1, "hot");
    for (int i = 0; i < 200'000; ++i) {
        flash.write(static_cast<LogicalPage>(
            random.below(static_cast<std::uint64_t>(ftl->logical_pages() / 10))));
    }
    ftl->check();
    return models::ftl_wear(*ftl, g.total_blocks());
}

TEST(FtlWear, StaticLevellingBoundsTheSpread) {
    FtlConfig config = roomy();
    const models::FtlWear without = wear_of(config);
    EXPECT_EQ(without.least, 0u) << "cold blocks are never erased";
    EXPECT_GT(without.most, 100u);
    for (const int spread : {8, 32}) {
        config.wear_levelling.spread = spread;
        const models::FtlWear wear = wear_of(config);
        EXPECT_LE(wear.most - wear.least, static_cast<std::uint32_t>(spread) + 1) << spread;
        EXPECT_GE(wear.most - wear.least, static_cast<std::uint32_t>(spread) / 2) << spread;
    }
}

TEST(FtlWear, DynamicLevellingUsesTheLeastWornFreeBlock) {
    FtlConfig config = roomy();
    config.over_provisioning = 0.5;
    const FlashGeometry g = one_plane(16, 4);
    const auto ftl = make_ftl(config, g);
    ImmediateFlash flash(*ftl);
    for (int round = 0; round < 400; ++round) {
        flash.write(0);
    }
    // One hot page: every block takes its turn.
    const models::FtlWear wear = models::ftl_wear(*ftl, g.total_blocks());
    EXPECT_LE(wear.most - wear.least, 1u);
    EXPECT_EQ(ftl->counts().write_amplification(), 1.0);
}

/// Erases of the most and the least erased plane, the mean taken as 1, after writes of which half
/// go to one page of eight.
std::pair<double, double> wear_of_planes(bool static_placement, double hot) {
    FlashGeometry g;
    g.channels = 4;
    g.dies = 2;
    g.blocks = 32;
    g.pages = 16;
    FtlConfig config = roomy();
    config.static_placement = static_placement;
    const auto ftl = make_ftl(config, g);
    ImmediateFlash flash(*ftl);
    ftl->preload(0, ftl->logical_pages());
    core::RandomStream random(1, "planes");
    const auto pages = static_cast<std::uint64_t>(ftl->logical_pages());
    for (std::uint64_t i = 0; i < 30 * pages; ++i) {
        const std::uint64_t page = random.below(pages);
        flash.write(static_cast<LogicalPage>(random.chance(hot) ? page - page % 8 : page));
    }
    std::vector<double> erases(static_cast<std::size_t>(g.total_planes()));
    for (std::int64_t block = 0; block < g.total_blocks(); ++block) {
        erases[static_cast<std::size_t>(block / g.blocks)] += ftl->erase_count(block);
    }
    const double mean = std::accumulate(erases.begin(), erases.end(), 0.0) / 8.0;
    const auto [least, most] = std::minmax_element(erases.begin(), erases.end());
    return {*most / mean, *least / mean};
}

// Planes take writes in turn, so that they wear alike whatever the traffic, but for the valid pages
// that happen to gather in some; pages tied to planes carry the traffic's unevenness over.
TEST(FtlWear, StripingWearsPlanesAlike) {
    const auto uniform = wear_of_planes(false, 0.0);
    EXPECT_LT(uniform.first, 1.1);
    EXPECT_GT(uniform.second, 0.9);
    const auto hot = wear_of_planes(false, 0.5);
    EXPECT_LT(hot.first, 1.1);
    EXPECT_GT(hot.second, 0.9);
    EXPECT_GT(wear_of_planes(true, 0.5).first, 2.0);
}

// Law 12: in steady state erases times pages per block = programs, but for blocks in flight.
TEST(FtlWear, ErasesAccountForAllPrograms) {
    FtlConfig config = roomy();
    const FlashGeometry g = one_plane(64, 16);
    const auto ftl = make_ftl(config, g);
    ImmediateFlash flash(*ftl);
    core::RandomStream random(1, "writes");
    for (int i = 0; i < 100'000; ++i) {
        flash.write(static_cast<LogicalPage>(
            random.below(static_cast<std::uint64_t>(ftl->logical_pages()))));
    }
    const models::FtlWear wear = models::ftl_wear(*ftl, g.total_blocks());
    EXPECT_EQ(wear.erases, ftl->counts().total_erases());
    const std::int64_t programmed = ftl->counts().total_programs() - wear.erases * g.pages;
    EXPECT_GT(programmed, 0);
    EXPECT_LE(programmed, g.total_pages());
    const std::vector<std::uint32_t> counts = models::erase_counts(*ftl, g.total_blocks());
    EXPECT_EQ(*std::max_element(counts.begin(), counts.end()), wear.most);
}

// Law 13: traffic = erases x pages of a block.
TEST(FtlUpkeep, ReadReclaimMovesABlockAfterItsReads) {
    FtlConfig config = roomy();
    config.read_reclaim = 500;
    config.gc.depth = 1;
    const FlashGeometry g = one_plane(32, 16);
    const auto ftl = make_ftl(config, g);
    ftl->preload(0, 64);
    ImmediateFlash flash(*ftl);
    // Of two blocks read in turn each has to move once per 500 of its own reads; the moves
    // themselves read a block once more.
    for (int i = 0; i < 10'000; ++i) {
        flash.read(i % 2 == 0 ? 3 : 20);
    }
    const auto reason = index_of(FlashSource::kReadReclaim);
    EXPECT_NEAR(static_cast<double>(ftl->counts().erases[reason]), 20.0, 1.0);
    EXPECT_LE(ftl->counts().programs[reason], ftl->counts().erases[reason] * g.pages);
    EXPECT_EQ(ftl->counts().lost_pages, 0);
}

TEST(FtlUpkeep, MarginalReadMovesTheBlock) {
    const FlashGeometry g = one_plane(32, 16);
    const auto ftl = make_ftl(roomy(), g);
    ftl->preload(0, 64);
    FtlOutput out;
    ftl->read(0, 5, 1, out);
    const std::int64_t block = g.block_of(out.tasks.at(0).page);
    ftl->done(0, out.tasks[0].id, FlashStatus::kMarginal, out);
    for (std::size_t i = 1; i < out.tasks.size(); ++i) {
        ftl->done(0, out.tasks[i].id, FlashStatus::kOk, out);
    }
    EXPECT_EQ(ftl->counts().programs[index_of(FlashSource::kReadReclaim)], 16);
    EXPECT_EQ(ftl->erase_count(block), 1u);
}

TEST(FtlUpkeep, RetentionMovesEveryBlockOncePerPeriod) {
    FtlConfig config = roomy();
    config.retention = 1'000'000;
    config.gc.hot_cold = false;
    const FlashGeometry g = one_plane(32, 16);
    const auto ftl = make_ftl(config, g);
    ftl->preload(0, 10 * 16);
    FtlOutput out;
    core::Ps now = ftl->next_background();
    EXPECT_EQ(now, 1'000'000);
    for (; now <= 8'500'000; now = ftl->next_background()) {
        ftl->background(now, out);
        for (std::size_t i = 0; i < out.tasks.size(); ++i) {
            ftl->done(now, out.tasks[i].id, FlashStatus::kOk, out);
        }
        out.clear();
    }
    EXPECT_EQ(ftl->counts().programs[index_of(FlashSource::kRefresh)], 8 * 10 * 16);
    ftl->check();
}

TEST(FtlUpkeep, FailedReadOfAMoveIsReportedOnEveryRead) {
    FtlConfig config = roomy();
    const FlashGeometry g = one_plane(32, 16);
    const auto ftl = make_ftl(config, g);
    ftl->preload(0, 16);
    FtlOutput out;
    ftl->refresh(0, 4, 1, out);
    for (std::size_t i = 0; i < out.tasks.size(); ++i) {
        const bool bad = out.tasks[i].kind == FlashTaskKind::kRead && out.tasks[i].logical == 7;
        ftl->done(0, out.tasks[i].id, bad ? FlashStatus::kFailed : FlashStatus::kOk, out);
    }
    ASSERT_EQ(out.acks.size(), 1u);
    out.clear();
    ftl->read(0, 7, 2, out);
    ASSERT_EQ(out.acks.size(), 1u);
    EXPECT_EQ(out.acks[0].fault, core::Fault::kUncorrectable);
    EXPECT_EQ(ftl->counts().lost_pages, 1);
    ImmediateFlash flash(*ftl);
    flash.write(7);
    out.clear();
    ftl->read(0, 7, 3, out);
    EXPECT_EQ(out.tasks.size(), 1u) << "written anew, readable again";
}

TEST(FtlUpkeep, IdlePlaneCollectsAheadOfNeed) {
    FtlConfig config = roomy();
    config.gc.idle = 10;
    const FlashGeometry g = one_plane(32, 16);
    const auto ftl = make_ftl(config, g);
    ImmediateFlash flash(*ftl);
    core::RandomStream random(1, "writes");
    for (int i = 0; i < 3000; ++i) {
        flash.write(static_cast<LogicalPage>(
            random.below(static_cast<std::uint64_t>(ftl->logical_pages()) / 2)));
    }
    const auto free_blocks = [&] {
        std::int64_t free = 0;
        for (std::int64_t block = 0; block < g.total_blocks(); ++block) {
            free += ftl->written_at(block) == core::kNever ? 1 : 0;
        }
        return free;
    };
    EXPECT_LT(free_blocks(), 6);
    for (int i = 0; i < 20; ++i) {
        ftl->idle(0, 0, flash.out());
        flash.run();
    }
    EXPECT_EQ(free_blocks(), 10);
    ftl->check();
}

TEST(FtlUpkeep, FactoryBadBlocksAreNeverUsed) {
    FtlConfig config = roomy();
    config.factory_bad = 0.05;
    const FlashGeometry g = one_plane(128, 16);
    const auto ftl = make_ftl(config, g);
    EXPECT_GT(ftl->counts().bad_blocks, 0);
    ImmediateFlash flash(*ftl);
    for (int round = 0; round < 4; ++round) {
        for (LogicalPage page = 0; page < ftl->logical_pages(); ++page) {
            ftl->write(0, page, 0, flash.out());
            for (const FlashTask& task : flash.out().tasks) {
                ASSERT_FALSE(ftl->bad(g.block_of(task.page)));
            }
            flash.run();
        }
    }
}

TEST(FtlUpkeep, WornOutDeviceRefusesWritesAndStillReads) {
    FtlConfig config = roomy();
    config.over_provisioning = 0.5;
    config.write_buffer.capacitor = false;
    const FlashGeometry g = one_plane(16, 4);
    const auto ftl = make_ftl(config, g);
    ftl->preload(0, ftl->logical_pages());
    FtlOutput out;
    core::Fault last = core::Fault::kNone;
    for (int i = 0; i < 4000 && last == core::Fault::kNone; ++i) {
        ftl->write(0, i % ftl->logical_pages(), 1, out);
        for (std::size_t t = 0; t < out.tasks.size(); ++t) {
            const bool erase = out.tasks[t].kind == FlashTaskKind::kErase;
            ftl->done(0, out.tasks[t].id, erase ? FlashStatus::kFailed : FlashStatus::kOk, out);
        }
        ASSERT_EQ(out.acks.size(), 1u) << "hangs at write " << i;
        last = out.acks[0].fault;
        out.clear();
    }
    EXPECT_EQ(last, core::Fault::kOutOfRange);
    EXPECT_FALSE(ftl->busy());
    for (LogicalPage page = 0; page < ftl->logical_pages(); ++page) {
        ftl->read(0, page, 1, out);
    }
    EXPECT_EQ(out.tasks.size(), static_cast<std::size_t>(ftl->logical_pages()));
}

/// Nine writes of ten go to a tenth of the pages.
double skewed_waf(const char* policy, bool hot_cold) {
    FtlConfig config = roomy();
    config.gc.policy = policy;
    config.gc.hot_cold = hot_cold;
    const auto ftl = make_ftl(config, one_plane(256, 32));
    ImmediateFlash flash(*ftl);
    ftl->preload(0, ftl->logical_pages());
    core::RandomStream random(1, "skewed");
    const auto pages = static_cast<std::uint64_t>(ftl->logical_pages());
    for (std::uint64_t i = 0; i < 10 * pages; ++i) {
        const bool hot = random.chance(0.9);
        flash.write(static_cast<LogicalPage>(hot ? random.below(pages / 10) : random.below(pages)));
    }
    return ftl->counts().write_amplification();
}

TEST(FtlUpkeep, SeparationAndCostBenefitPayUnderSkew) {
    EXPECT_LT(skewed_waf("greedy", true), 0.95 * skewed_waf("greedy", false));
    EXPECT_LT(skewed_waf("cost_benefit", true), skewed_waf("greedy", true));
}

TEST(FtlMapCache, CountsWhatASimpleLruModelCounts) {
    FtlConfig config = roomy();
    config.map.cached = 4;
    FlashGeometry g = one_plane(64, 16);
    g.page_bytes = 256;  // 32 entries: 24 map pages
    const auto ftl = make_ftl(config, g);
    ftl->preload(0, ftl->logical_pages());
    ImmediateFlash flash(*ftl);
    core::RandomStream random(1, "reads");
    std::vector<std::int64_t> recent;
    std::int64_t hits = 0;
    for (int i = 0; i < 5000; ++i) {
        const auto page = static_cast<LogicalPage>(
            random.below(static_cast<std::uint64_t>(ftl->logical_pages())));
        const auto found = std::find(recent.begin(), recent.end(), page / 32);
        hits += found != recent.end() ? 1 : 0;
        if (found != recent.end()) {
            recent.erase(found);
        } else if (recent.size() == 4) {
            recent.erase(recent.begin());
        }
        recent.push_back(page / 32);
        flash.read(page);
    }
    EXPECT_EQ(ftl->counts().map_hits, hits);
    EXPECT_EQ(ftl->counts().map_misses, 5000 - hits);
    EXPECT_EQ(ftl->counts().reads[index_of(FlashSource::kMap)], 5000 - hits);
    EXPECT_EQ(ftl->counts().programs[index_of(FlashSource::kMap)], 0);
}

TEST(FtlStriping, ConsecutiveWritesFollowTheOrder) {
    FlashGeometry g;
    g.channels = 2;
    g.chips = 3;
    g.dies = 2;
    g.planes = 2;
    g.blocks = 16;
    g.pages = 4;
    FtlConfig config = roomy();
    config.over_provisioning = 0.5;
    config.striping = {models::StripeField::kDie, models::StripeField::kChannel,
                       models::StripeField::kPlane, models::StripeField::kChip};
    for (const bool fixed : {false, true}) {
        config.static_placement = fixed;
        const auto ftl = make_ftl(config, g);
        FtlOutput out;
        for (LogicalPage page = 0; page < 48; ++page) {
            ftl->write(0, page, 0, out);
            const models::FlashAddress a = g.locate(out.tasks.back().page);
            EXPECT_EQ(a.die, page % 2);
            EXPECT_EQ(a.channel, page / 2 % 2);
            EXPECT_EQ(a.plane, page / 4 % 2);
            EXPECT_EQ(a.chip, page / 8 % 3);
            EXPECT_EQ(a.page, page / 24);
            ftl->done(0, out.tasks.back().id, FlashStatus::kOk, out);
        }
    }
}

TEST(FtlLifetime, FollowsItsFormula) {
    EXPECT_DOUBLE_EQ((models::FtlWear{4, 30, 10, 5}.evenness()), 0.75);
    EXPECT_DOUBLE_EQ(models::FtlWear{}.evenness(), 1.0);
    models::FtlLifetime life;
    life.endurance = 3000;
    life.blocks = 1000;
    life.pages_per_block = 500;
    life.host_writes_per_s = 1000;
    life.write_amplification = 3;
    // 6 erases a second of 3e6.
    EXPECT_DOUBLE_EQ(life.seconds(), 500'000.0);
    life.wear_evenness = 0.5;
    EXPECT_DOUBLE_EQ(life.seconds(), 250'000.0);
    // FLINT: 1e5 erases, a refresh every 25 s: 29 days.
    models::FtlLifetime reads;
    reads.endurance = 1e5;
    reads.blocks = 1;
    reads.pages_per_block = 1024;
    reads.upkeep_erases_per_s = 1.0 / 25.0;
    EXPECT_NEAR(reads.seconds() / 86400.0, 28.9, 0.1);
    reads.upkeep_erases_per_s = 0.0;
    EXPECT_TRUE(std::isinf(reads.seconds()));
}

}  // namespace
}  // namespace strata::test
