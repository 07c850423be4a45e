// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The check that every read finds the newest data: what it has to notice, and that the whole
// controller passes it under collection, trims, refreshes and wear levelling.

#include "models/memory/nand/ftl_data_check.h"

#include "core/diagnostics.h"
#include "tests/memory/full_nand_drive.h"

namespace strata::models {
namespace {

FlashGeometry four_blocks() {
    FlashGeometry g;
    g.blocks = 4;
    g.pages = 4;
    return g;
}

class DataCheck : public testing::Test {
   protected:
    void run(FlashTaskKind kind, LogicalPage logical, PageNumber page, PageNumber from = kNoPage,
             FtlDataCheck::Version version = 0, FlashStatus status = FlashStatus::kOk) {
        const FlashTask task{kind, FlashSource::kHost, 0, page, from, logical, 0};
        check.started(task, version);
        check.finished(task, status);
    }
    void program(LogicalPage logical, PageNumber page, FtlDataCheck::Version version) {
        run(FlashTaskKind::kProgram, logical, page, kNoPage, version);
        check.written(logical, version);
    }
    void read(LogicalPage logical, PageNumber page) { run(FlashTaskKind::kRead, logical, page); }

    FtlDataCheck check{four_blocks(), 8};
};

TEST_F(DataCheck, FollowsDataThroughMoves) {
    program(3, 0, 1);
    program(5, 1, 2);
    program(3, 2, 3);
    EXPECT_NO_THROW(read(3, 2));
    run(FlashTaskKind::kProgram, 3, 4, 2);
    run(FlashTaskKind::kCopyback, 5, 5, 1);
    run(FlashTaskKind::kErase, kNoLogicalPage, 0);
    EXPECT_NO_THROW(read(3, 4));
    EXPECT_NO_THROW(read(5, 5));
}

TEST_F(DataCheck, NoticesEveryWrongPlace) {
    program(3, 0, 1);
    program(5, 1, 2);
    program(3, 2, 3);
    EXPECT_THROW(read(3, 0), core::ModelError) << "an older version";
    EXPECT_THROW(read(3, 1), core::ModelError) << "other data";
    EXPECT_THROW(run(FlashTaskKind::kProgram, 5, 4, 2), core::ModelError) << "moves other data";
    run(FlashTaskKind::kProgram, 3, 4, 0);
    EXPECT_THROW(read(3, 4), core::ModelError) << "the older version was moved";
    run(FlashTaskKind::kErase, kNoLogicalPage, 0);
    EXPECT_THROW(read(3, 2), core::ModelError) << "erased";
    EXPECT_THROW(read(3, 7), core::ModelError) << "never programmed, but written before";
}

TEST_F(DataCheck, NoticesFailedProgramsAndTrims) {
    run(FlashTaskKind::kProgram, 3, 0, kNoPage, 1, FlashStatus::kFailed);
    check.written(3, 1);
    EXPECT_THROW(read(3, 0), core::ModelError);
    program(4, 1, 2);
    check.trimmed(4, 2, 3);
    EXPECT_THROW(read(4, 1), core::ModelError);
    program(4, 2, 4);
    check.trimmed(4, 1, 3);
    EXPECT_NO_THROW(read(4, 2)) << "the write came in behind the trim";
}

TEST_F(DataCheck, APreloadedPageBelongsToItsFirstReader) {
    EXPECT_NO_THROW(read(2, 9));
    EXPECT_NO_THROW(read(2, 9));
    EXPECT_THROW(read(1, 9), core::ModelError);
    run(FlashTaskKind::kProgram, 2, 4, 9);
    EXPECT_NO_THROW(read(2, 4));
}

struct Case {
    const char* preset;
    void (*change)(FullNandConfig&);
};

class CheckedNand : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(
    Nand, CheckedNand,
    testing::Values(Case{"slc_fast", [](FullNandConfig& c) { c.device.geometry.blocks = 10; }},
                    Case{"slc_fast", [](FullNandConfig& c) { c.preloaded = true; }},
                    Case{"slc_fast",
                         [](FullNandConfig& c) {
                             c.ftl.write_buffer.capacitor = false;
                             c.ftl.map.cached = 2;
                             c.ftl.read_reclaim = 200;
                             c.ftl.wear_levelling.spread = 3;
                         }},
                    Case{"tlc", [](FullNandConfig&) {}},
                    Case{"hbf_gen1", [](FullNandConfig& c) { c.ftl.read_reclaim = 400; }}));

// Zones are written in order and reset; pages of the page map anywhere, with trims.
TEST_P(CheckedNand, EveryReadFindsWhatWasWrittenLast) {
    FullNandConfig c = test::small_nand(GetParam().preset, 20, 12);
    GetParam().change(c);
    FullNand nand(c);
    nand.check_data();
    const auto page = static_cast<std::uint64_t>(nand.granule());
    const auto pages = static_cast<std::uint64_t>(nand.capacity()) / page;
    const auto zone = static_cast<std::uint64_t>(c.device.geometry.total_planes() * 12);
    core::RandomStream random(4, "checked");
    const auto next = [&](std::int64_t i) -> MemoryRequest {
        const auto bytes = static_cast<core::Bytes>(page);
        if (c.ftl.mapping == "zone") {
            if (i % 3 != 0) {
                return test::read_of(random.below(zone / 4) * page, bytes);
            }
            const auto turn = static_cast<std::uint64_t>(i / 3);
            if (turn % (2 * zone + 2) >= 2 * zone) {
                return test::erase_of(turn % 2 * zone * page,
                                      static_cast<core::Bytes>(zone * page));
            }
            return test::write_of(turn % (2 * zone + 2) * page, bytes);
        }
        const std::uint64_t at = random.below(random.chance(0.5) ? pages / 8 : pages) * page;
        const double draw = random.uniform();
        return draw < 0.4    ? test::read_of(at, bytes)
               : draw < 0.99 ? test::write_of(at, bytes)
                             : test::erase_of(at, bytes);
    };
    const auto run = test::closed_loop(nand, 24, 20'000, next);
    EXPECT_GT(run.end, 0);
    std::int64_t erases = 0;
    for (const std::int64_t count : nand.device().counts().erases) {
        erases += count;
    }
    EXPECT_GT(erases, 20);
    EXPECT_GT(nand.reads().pages, 1000);
}

}  // namespace
}  // namespace strata::models
