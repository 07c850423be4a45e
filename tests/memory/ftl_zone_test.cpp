// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_zone.h"

#include <map>

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
    EXPECT_EQ(out.tasks.size(), 1u);
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

TEST(FtlZone, FailedRefreshTakesAnotherSetAndRetiresTheFirst) {
    FtlConfig config = zones(2);
    config.preloaded = true;
    ZoneFtl ftl(config, four_planes(), nullptr);
    FtlOutput out;
    ftl.refresh(0, 0, 3, out);
    EXPECT_EQ(run(ftl, out, FlashTaskKind::kProgram, 1).at(0).fault, Fault::kNone);
    EXPECT_EQ(ftl.counts().bad_blocks, 4);
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

TEST(FtlZone, FailedProgramClosesTheZoneUntilItIsReset) {
    ZoneFtl ftl(zones(), four_planes(), nullptr);
    FtlOutput out;
    ftl.write(0, 0, 1, out);
    EXPECT_EQ(run(ftl, out, FlashTaskKind::kProgram, 1).at(0).fault, Fault::kUncorrectable);
    EXPECT_EQ(write(ftl, 1), Fault::kUncorrectable);
    ftl.trim(0, 0, 16, 2, out);
    run(ftl, out);
    EXPECT_EQ(ftl.counts().bad_blocks, 4);
    EXPECT_EQ(write(ftl, 0), Fault::kNone);
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
