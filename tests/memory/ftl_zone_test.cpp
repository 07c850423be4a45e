// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_zone.h"

#include <map>
#include <set>

#include "models/memory/nand/ftl_report.h"
#include "tests/memory/ftl_drive.h"

namespace strata::test {
namespace {

using core::Fault;
using models::ZoneFtl;

FlashGeometry four_planes() {
    FlashGeometry g;
    g.dies = 2;
    g.planes = 2;
    g.blocks = 6;
    g.pages = 4;
    return g;
}

FtlConfig zones(std::int64_t spare = 1) {
    FtlConfig c;
    c.mapping = "zone";
    c.spare_zones = spare;
    return c;
}

/// Runs all tasks at once, in order; fails those that `fails` names; returns the acknowledgements.
std::vector<FtlAck> run(Ftl& ftl, FtlOutput& out, FlashTaskKind fails = FlashTaskKind::kRead,
                        std::int64_t how_many = 0) {
    for (std::size_t i = 0; i < out.tasks.size(); ++i) {
        const bool fail = out.tasks[i].kind == fails && how_many-- > 0;
        ftl.done(0, out.tasks[i].id, fail ? FlashStatus::kFailed : FlashStatus::kOk, out);
    }
    const std::vector<FtlAck> acks = out.acks;
    out.clear();
    ftl.check();
    return acks;
}

Fault write(Ftl& ftl, LogicalPage page) {
    FtlOutput out;
    ftl.write(0, page, 1, out);
    return run(ftl, out).at(0).fault;
}
Fault read(Ftl& ftl, LogicalPage page) {
    FtlOutput out;
    ftl.read(0, page, 1, out);
    return run(ftl, out).at(0).fault;
}

TEST(FtlZone, PlacesConsecutivePagesOverThePlanes) {
    FtlConfig config = zones();
    config.preloaded = true;
    config.striping = {models::StripeField::kPlane, models::StripeField::kDie,
                       models::StripeField::kChip, models::StripeField::kChannel};
    ZoneFtl ftl(config, four_planes(), nullptr);
    EXPECT_EQ(ftl.zone_pages(), 16);
    EXPECT_EQ(ftl.logical_pages(), 5 * 16);
    const FlashGeometry g = four_planes();
    for (LogicalPage page = 0; page < ftl.logical_pages(); ++page) {
        FtlOutput out;
        ftl.read(0, page, 0, out);
        const models::FlashAddress a = g.locate(out.tasks.at(0).page);
        EXPECT_EQ(a.plane, page % 2);
        EXPECT_EQ(a.die, page / 2 % 2);
        EXPECT_EQ(a.page, page / 4 % 4);
        EXPECT_EQ(a.block, page / 16);
        run(ftl, out);
    }
}

TEST(FtlZone, WritesGoToTheWritePointer) {
    ZoneFtl ftl(zones(), four_planes(), nullptr);
    EXPECT_EQ(read(ftl, 0), Fault::kNandReadErased);
    EXPECT_EQ(write(ftl, 16), Fault::kNone);
    EXPECT_EQ(write(ftl, 18), Fault::kNandPageOrder);
    EXPECT_EQ(write(ftl, 16), Fault::kNandProgramTwice);
    EXPECT_EQ(write(ftl, 17), Fault::kNone);
    EXPECT_EQ(read(ftl, 17), Fault::kNone);
    EXPECT_EQ(read(ftl, 18), Fault::kNandReadErased);
    EXPECT_EQ(write(ftl, ftl.logical_pages()), Fault::kOutOfRange);
    EXPECT_EQ(read(ftl, -1), Fault::kOutOfRange);
    EXPECT_EQ(ftl.counts().total_programs(), 2);
}

TEST(FtlZone, ReadsBeforeTheProgramIsDoneComeFromTheBuffer) {
    ZoneFtl ftl(zones(), four_planes(), nullptr);
    FtlOutput out;
    ftl.write(0, 0, 1, out);
    ftl.read(0, 0, 2, out);
    ASSERT_EQ(out.acks.size(), 1u);
    EXPECT_TRUE(out.acks[0].buffer);
    EXPECT_EQ(out.tasks.size(), 1u);
}

TEST(FtlZone, ResetErasesEveryPlaneOnce) {
    ZoneFtl ftl(zones(), four_planes(), nullptr);
    for (LogicalPage page = 0; page < 16; ++page) {
        write(ftl, page);
    }
    FtlOutput out;
    ftl.trim(0, 0, 8, 1, out);
    EXPECT_EQ(run(ftl, out).at(0).fault, Fault::kMisaligned);
    ftl.trim(0, 0, 16, 2, out);
    EXPECT_EQ(out.tasks.size(), 4u);
    EXPECT_EQ(write(ftl, 0), Fault::kNandEraseOpen);
    EXPECT_EQ(run(ftl, out).at(0).tag, 2u);
    EXPECT_EQ(ftl.counts().total_erases(), 4);
    EXPECT_EQ(read(ftl, 0), Fault::kNandReadErased);
    EXPECT_EQ(write(ftl, 0), Fault::kNone);
}

TEST(FtlZone, ResetWaitsForReadsUnderWay) {
    FtlConfig config = zones();
    config.preloaded = true;
    ZoneFtl ftl(config, four_planes(), nullptr);
    FtlOutput out;
    ftl.read(0, 3, 1, out);
    const std::uint32_t read_task = out.tasks.at(0).id;
    ftl.trim(0, 0, 16, 2, out);
    EXPECT_EQ(out.tasks.size(), 4u) << "the erases of the three other planes";
    ftl.done(0, read_task, FlashStatus::kOk, out);
    EXPECT_EQ(out.tasks.size(), 5u);
}

TEST(FtlZone, RefreshMovesEveryPageAndErasesTheOldBlocks) {
    FtlConfig config = zones();
    config.preloaded = true;
    config.gc.depth = 2;
    ZoneFtl ftl(config, four_planes(), nullptr);
    FtlOutput out;
    ftl.refresh(0, 20, 9, out);
    bool acknowledged = false;
    std::vector<FlashTask> under_way = out.tasks;
    std::map<PageNumber, LogicalPage> moved;
    while (!under_way.empty()) {
        const FlashTask task = under_way.front();
        under_way.erase(under_way.begin());
        out.clear();
        ftl.done(0, task.id, FlashStatus::kOk, out);
        if (task.kind == FlashTaskKind::kProgram) {
            EXPECT_EQ(task.source, FlashSource::kRefresh);
            moved[task.page] = task.logical;
        }
        under_way.insert(under_way.end(), out.tasks.begin(), out.tasks.end());
        acknowledged = acknowledged || !out.acks.empty();
    }
    EXPECT_TRUE(acknowledged);
    EXPECT_EQ(moved.size(), 16u);
    EXPECT_EQ(ftl.counts().total_erases(), 4);
    for (const auto& [page, logical] : moved) {
        out.clear();
        ftl.read(0, logical, 0, out);
        EXPECT_EQ(out.tasks.at(0).page, page);
    }
}

// Law 13: a block read at rate r with limit L is erased r / L times.
TEST(FtlZone, ReadReclaimErasesAfterTheLimit) {
    FtlConfig config = zones();
    config.preloaded = true;
    config.read_reclaim = 100;
    ZoneFtl ftl(config, four_planes(), nullptr);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(read(ftl, 5), Fault::kNone);
    }
    const auto reason = static_cast<std::size_t>(FlashSource::kReadReclaim);
    EXPECT_EQ(ftl.counts().erases[reason], 10 * 4);
    EXPECT_EQ(ftl.counts().programs[reason], 10 * 16);
}

TEST(FtlZone, RetentionRefreshesEveryZoneInItsTime) {
    FtlConfig config = zones();
    config.preloaded = true;
    config.retention = 1000;
    ZoneFtl ftl(config, four_planes(), nullptr);
    EXPECT_EQ(ftl.next_background(), 1000);
    FtlOutput out;
    for (core::Ps now = ftl.next_background(); now <= 5000; now = ftl.next_background()) {
        ftl.background(now, out);
        for (std::size_t i = 0; i < out.tasks.size(); ++i) {
            ftl.done(now, out.tasks[i].id, FlashStatus::kOk, out);
        }
        out.clear();
    }
    EXPECT_EQ(ftl.counts().total_programs(), 5 * 5 * 16);
}

TEST(FtlZone, FailedProgramOfARefreshTakesAnotherBlockOfThatPlane) {
    FtlConfig config = zones(2);
    config.preloaded = true;
    ZoneFtl ftl(config, four_planes(), nullptr);
    FtlOutput out;
    ftl.refresh(0, 0, 3, out);
    EXPECT_EQ(run(ftl, out, FlashTaskKind::kProgram, 1).at(0).fault, Fault::kNone);
    EXPECT_EQ(ftl.counts().bad_blocks, 1);
    ftl.refresh(0, 0, 4, out);
    EXPECT_EQ(run(ftl, out).at(0).fault, Fault::kNone);
    EXPECT_EQ(read(ftl, 15), Fault::kNone);
}

TEST(FtlZone, RefreshWithoutSparesIsRefused) {
    FtlConfig config = zones(0);
    config.preloaded = true;
    ZoneFtl ftl(config, four_planes(), nullptr);
    FtlOutput out;
    ftl.refresh(0, 0, 3, out);
    EXPECT_EQ(run(ftl, out).at(0).fault, Fault::kOutOfRange);
}

/// Writes page by page up to `pages`; programs of `bad` blocks fail.
std::vector<Fault> write_up_to(ZoneFtl& ftl, LogicalPage from, LogicalPage pages,
                               const std::set<std::int64_t>& bad) {
    std::vector<Fault> faults;
    const FlashGeometry g = four_planes();
    for (LogicalPage page = from; page < pages; ++page) {
        FtlOutput out;
        ftl.write(0, page, 1, out);
        for (std::size_t i = 0; i < out.tasks.size(); ++i) {
            const bool fail = out.tasks[i].kind == FlashTaskKind::kProgram &&
                              bad.count(g.block_of(out.tasks[i].page)) > 0;
            ftl.done(0, out.tasks[i].id, fail ? FlashStatus::kFailed : FlashStatus::kOk, out);
        }
        faults.push_back(out.acks.at(0).fault);
        ftl.check();
    }
    return faults;
}

// The third page of block 0 of plane 0 fails: two pages are read and programmed again, the third
// comes from the buffer, and one block of one plane is bad.
TEST(FtlZone, FailedProgramMovesItsBlockOnly) {
    ZoneFtl ftl(zones(), four_planes(), nullptr);
    EXPECT_EQ(write_up_to(ftl, 0, 8, {}), std::vector<Fault>(8, Fault::kNone));
    EXPECT_EQ(write_up_to(ftl, 8, 16, {0}), std::vector<Fault>(8, Fault::kNone));
    EXPECT_TRUE(ftl.bad(0));
    EXPECT_EQ(ftl.counts().bad_blocks, 1);
    const auto reason = static_cast<std::size_t>(FlashSource::kGc);
    EXPECT_EQ(ftl.counts().reads[reason], 2);
    EXPECT_EQ(ftl.counts().programs[reason], 2);
    EXPECT_EQ(ftl.counts().programs[static_cast<std::size_t>(FlashSource::kHost)], 16 + 1);
    for (LogicalPage page = 0; page < 16; ++page) {
        EXPECT_EQ(read(ftl, page), Fault::kNone);
    }
}

TEST(FtlZone, ZoneWithoutASpareBlockBecomesReadOnlyBeforeTheFailedPage) {
    ZoneFtl ftl(zones(0), four_planes(), nullptr);
    for (std::int64_t zone = 1; zone < ftl.zones(); ++zone) {  // no block is free
        EXPECT_EQ(write(ftl, zone * 16), Fault::kNone);
    }
    EXPECT_EQ(write_up_to(ftl, 0, 8, {}), std::vector<Fault>(8, Fault::kNone));
    FtlOutput out;
    ftl.write(0, 8, 7, out);
    ftl.write(0, 9, 8, out);
    EXPECT_EQ(ftl.counts().read_only_zones, 0);
    const auto acks = run(ftl, out, FlashTaskKind::kProgram, 1);
    ASSERT_EQ(acks.size(), 2u);
    EXPECT_EQ(acks[0].fault, Fault::kOutOfRange);
    EXPECT_EQ(acks[1].fault, Fault::kOutOfRange) << "behind the hole";
    EXPECT_EQ(ftl.counts().read_only_zones, 1);
    EXPECT_TRUE(ftl.read_only(0));
    EXPECT_EQ(ftl.write_pointer(0), 8);
    EXPECT_EQ(write(ftl, 8), Fault::kOutOfRange);
    EXPECT_EQ(read(ftl, 7), Fault::kNone);
    EXPECT_EQ(read(ftl, 8), Fault::kNandReadErased);
    ftl.trim(0, 16, 16, 9, out);  // another zone's blocks are free now
    EXPECT_EQ(run(ftl, out).at(0).fault, Fault::kNone);
    ftl.trim(0, 0, 16, 9, out);
    EXPECT_EQ(run(ftl, out).at(0).fault, Fault::kNone);
    EXPECT_EQ(ftl.counts().bad_blocks, 1);
    EXPECT_EQ(write(ftl, 0), Fault::kNone);
    EXPECT_EQ(write(ftl, 16), Fault::kOutOfRange) << "a plane has a block less than zones";
}

// Pages are acknowledged in order, so that the write pointer has no hole below it.
TEST(FtlZone, WritesAreAcknowledgedInOrder) {
    ZoneFtl ftl(zones(), four_planes(), nullptr);
    FtlOutput out;
    for (LogicalPage page = 0; page < 3; ++page) {
        ftl.write(0, page, static_cast<std::uint64_t>(page), out);
    }
    const std::vector<FlashTask> tasks = out.tasks;
    ftl.done(0, tasks[2].id, FlashStatus::kOk, out);
    ftl.done(0, tasks[1].id, FlashStatus::kOk, out);
    EXPECT_TRUE(out.acks.empty());
    ftl.done(0, tasks[0].id, FlashStatus::kOk, out);
    ASSERT_EQ(out.acks.size(), 3u);
    for (std::uint64_t i = 0; i < 3; ++i) {
        EXPECT_EQ(out.acks[i].tag, i);
    }
}

TEST(FtlZone, WritesDuringARefreshWaitForTheirLane) {
    ZoneFtl ftl(zones(), four_planes(), nullptr);
    write_up_to(ftl, 0, 8, {});
    FtlOutput out;
    ftl.refresh(0, 0, 5, out);
    ftl.write(0, 8, 6, out);
    EXPECT_EQ(out.tasks.size(), 4u) << "one read of each lane";
    const auto acks = run(ftl, out);
    ASSERT_EQ(acks.size(), 2u);
    EXPECT_EQ(acks[0].fault, Fault::kNone);
    EXPECT_EQ(acks[1].fault, Fault::kNone);
    EXPECT_EQ(ftl.write_pointer(0), 9);
    EXPECT_EQ(read(ftl, 8), Fault::kNone);
}

TEST(FtlZone, FactoryBadBlocksAreNeverUsed) {
    FlashGeometry g = four_planes();
    g.blocks = 64;
    FtlConfig config = zones(6);
    config.factory_bad = 0.05;
    ZoneFtl ftl(config, g, nullptr);
    EXPECT_GT(ftl.counts().bad_blocks, 4);
    ImmediateFlash flash(ftl);
    for (LogicalPage page = 0; page < ftl.logical_pages(); ++page) {
        ftl.write(0, page, 0, flash.out());
        ASSERT_EQ(flash.out().tasks.size(), 1u);
        EXPECT_FALSE(ftl.bad(g.block_of(flash.out().tasks[0].page)));
        flash.run();
    }
}

// One zone is rewritten for ever; without levelling the blocks of the others are never erased.
TEST(FtlZone, StaticLevellingBoundsTheSpread) {
    for (const std::int64_t spread : {0, 4, 16}) {
        FtlConfig config = zones();
        config.wear_levelling.spread = spread;
        ZoneFtl ftl(config, four_planes(), nullptr);
        write_up_to(ftl, 0, ftl.logical_pages(), {});
        FtlOutput out;
        for (int round = 0; round < 500; ++round) {
            ftl.trim(0, 0, 16, 1, out);
            run(ftl, out);
            write_up_to(ftl, 0, 16, {});
        }
        const models::FtlWear wear = models::ftl_wear(ftl, four_planes().total_blocks());
        if (spread == 0) {
            EXPECT_EQ(wear.least, 0u);
            EXPECT_GE(wear.most, 250u);
        } else {
            EXPECT_LE(wear.most - wear.least, static_cast<std::uint32_t>(spread) + 1);
            const auto reason = static_cast<std::size_t>(FlashSource::kWearLevel);
            EXPECT_GT(ftl.counts().erases[reason], 0);
            EXPECT_LE(ftl.counts().erases[reason], ftl.counts().total_erases() / spread);
        }
    }
}

// Of a block a mount reads one page when it is empty, two when it is full, and finds the first
// erased page by halving.
TEST(FtlZone, MountReadsFewPagesOfEveryBlock) {
    FlashGeometry g = four_planes();
    g.pages = 64;
    FtlMedium medium(g);
    constexpr LogicalPage kWritten = 3 * 256 + 100;  // three full zones, 25 pages of each plane
    {
        ZoneFtl ftl(zones(), g, &medium);
        ImmediateFlash flash(ftl);
        for (LogicalPage page = 0; page < kWritten; ++page) {
            flash.write(page);
        }
    }
    ZoneFtl ftl(zones(), g, &medium);
    EXPECT_FALSE(ftl.mounted());
    FtlOutput out;
    ftl.mount(0, out);
    run(ftl, out);
    EXPECT_TRUE(ftl.mounted());
    EXPECT_EQ(ftl.write_pointer(2), 256);
    EXPECT_EQ(ftl.write_pointer(3), 100);
    EXPECT_EQ(ftl.write_pointer(4), 0);
    const std::int64_t reads = ftl.counts().reads[static_cast<std::size_t>(FlashSource::kMap)];
    EXPECT_GE(reads, 4 * (3 * 2 + 2 + 2));
    EXPECT_LE(reads, 4 * (3 * 2 + 2 + (2 + 6)));
    EXPECT_EQ(ftl.counts().total_programs() + ftl.counts().total_erases(), 0) << "nothing is torn";
}

TEST(FtlZone, RandomTrafficKeepsToTheContract) {
    FtlConfig config = zones(2);
    config.read_reclaim = 50;
    ZoneFtl ftl(config, four_planes(), nullptr);
    ShuffledFlash flash(four_planes(), 4);
    core::RandomStream random(8, "zones");
    std::vector<std::uint64_t> expected(static_cast<std::size_t>(ftl.logical_pages()));
    std::vector<std::int64_t> pointer(static_cast<std::size_t>(ftl.zones()));
    std::map<std::uint64_t, LogicalPage> writes;
    FtlOutput out;
    std::int64_t compared = 0;
    for (std::uint64_t tag = 1; tag < 30000; ++tag) {
        const auto zone = random.below(pointer.size());
        const LogicalPage first = static_cast<LogicalPage>(zone) * 16;
        if (random.chance(0.3)) {
            ftl.read(0, first + static_cast<LogicalPage>(random.below(16)), tag, out);
            for (const FlashTask& task : out.tasks) {
                if (task.source == FlashSource::kHost && task.kind == FlashTaskKind::kRead) {
                    EXPECT_EQ(flash.value(task.page),
                              expected[static_cast<std::size_t>(task.logical)]);
                    ++compared;
                }
            }
        } else if (random.chance(0.3) && pointer[zone] < 16 && ftl.can_write()) {
            const LogicalPage page = first + pointer[zone];
            ftl.write(0, page, tag, out);
            if (!out.tasks.empty()) {
                expected[static_cast<std::size_t>(page)] = tag;
                ++pointer[zone];
            }
        } else if (random.chance(0.01)) {
            ftl.trim(0, first, 16, tag, out);
            pointer[zone] =
                out.acks.empty() || out.acks[0].fault == Fault::kNone ? 0 : pointer[zone];
        } else if (!flash.under_way().empty()) {
            flash.finish_one(0, ftl, out);
        }
        flash.take(out.tasks);
        out.clear();
        ftl.check();
    }
    EXPECT_GT(compared, 1000);
    EXPECT_GT(ftl.counts().total_erases(), 40);
}

}  // namespace
}  // namespace strata::test
