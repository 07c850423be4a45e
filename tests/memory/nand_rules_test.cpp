// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/memory/nand/simple_nand.h"
#include "tests/memory/drive.h"

namespace strata::test {
namespace {

using core::Fault;
using core::Ps;
using models::NandConfig;
using models::NandField;
using models::SimpleNand;

constexpr core::Bytes kPage = 4096;

/// Two planes of two blocks of four pages; nothing written.
NandConfig small_and_empty() {
    NandConfig config;
    config.planes = 2;
    config.blocks = 2;
    config.pages = 4;
    config.preloaded = false;
    return config;
}

Fault fault_of(SimpleNand& nand, const models::MemoryRequest& request) {
    const Fault early = nand.submit(0, request);
    const Fault late = drain(nand).back().fault;
    EXPECT_EQ(early, late);
    return late;
}

std::uint64_t page(std::uint64_t number) {
    return number * kPage;
}

TEST(NandRules, LocateFollowsThePageOrder) {
    NandConfig config = small_and_empty();
    auto at = [&](std::int64_t number) {
        const models::NandPage p = config.locate(number);
        return std::vector<std::int64_t>{p.plane, p.page, p.block};
    };
    EXPECT_EQ(at(0), (std::vector<std::int64_t>{0, 0, 0}));
    EXPECT_EQ(at(1), (std::vector<std::int64_t>{1, 0, 0}));
    EXPECT_EQ(at(2), (std::vector<std::int64_t>{0, 1, 0}));
    EXPECT_EQ(at(15), (std::vector<std::int64_t>{1, 3, 1}));
    config.page_order = {NandField::kPage, NandField::kBlock, NandField::kPlane};
    EXPECT_EQ(at(1), (std::vector<std::int64_t>{0, 1, 0}));
    EXPECT_EQ(at(4), (std::vector<std::int64_t>{0, 0, 1}));
    EXPECT_EQ(at(8), (std::vector<std::int64_t>{1, 0, 0}));
}

TEST(NandRules, PagesAreProgrammedOnceAndInOrder) {
    SimpleNand nand(small_and_empty());
    EXPECT_EQ(fault_of(nand, write_of(page(2), kPage)), Fault::kNandPageOrder);
    EXPECT_EQ(fault_of(nand, write_of(page(0), kPage)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, write_of(page(0), kPage)), Fault::kNandProgramTwice);
    EXPECT_EQ(fault_of(nand, write_of(page(2), kPage)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, write_of(page(1), kPage)), Fault::kNone);  // the other plane
    EXPECT_EQ(nand.counts().programs, 3);
}

TEST(NandRules, OnlyProgrammedPagesCanBeRead) {
    SimpleNand nand(small_and_empty());
    EXPECT_EQ(fault_of(nand, read_of(page(0), 64)), Fault::kNandReadErased);
    EXPECT_EQ(fault_of(nand, write_of(page(0), kPage)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, read_of(page(0), 64)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, read_of(page(0), kPage + 1)), Fault::kNandReadErased);
    EXPECT_EQ(fault_of(nand, erase_of(page(0), kPage)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, read_of(page(0), 64)), Fault::kNandReadErased);
    EXPECT_EQ(fault_of(nand, write_of(page(0), kPage)), Fault::kNone);
}

TEST(NandRules, PreloadedBlocksAreFullUntilErased) {
    NandConfig config = small_and_empty();
    config.preloaded = true;
    SimpleNand nand(config);
    EXPECT_EQ(fault_of(nand, read_of(page(0), 16 * kPage)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, write_of(page(0), kPage)), Fault::kNandProgramTwice);
    EXPECT_EQ(fault_of(nand, erase_of(page(0), 1)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, read_of(page(2), kPage)), Fault::kNandReadErased);
    EXPECT_EQ(fault_of(nand, read_of(page(1), kPage)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, write_of(page(0), kPage)), Fault::kNone);
}

TEST(NandRules, EraseTakesEachBlockOfItsRangeOnce) {
    NandConfig config = small_and_empty();
    config.preloaded = true;
    SimpleNand nand(config);
    EXPECT_EQ(fault_of(nand, erase_of(page(0), 8 * kPage)), Fault::kNone);
    EXPECT_EQ(nand.counts().erases, 2);
    EXPECT_EQ(fault_of(nand, read_of(page(8), 8 * kPage)), Fault::kNone);
}

TEST(NandRules, ProgramsCoverWholePages) {
    SimpleNand nand(small_and_empty());
    EXPECT_EQ(fault_of(nand, write_of(page(0), 64)), Fault::kMisaligned);
    EXPECT_EQ(fault_of(nand, write_of(64, kPage)), Fault::kMisaligned);
    EXPECT_EQ(fault_of(nand, write_of(page(0), kPage)), Fault::kNone);
}

TEST(NandRules, ARefusedBulkChangesNothing) {
    SimpleNand nand(small_and_empty());
    EXPECT_EQ(fault_of(nand, write_of(page(1), kPage)), Fault::kNone);
    // Page 0 would be right, page 1 is programmed already.
    EXPECT_EQ(fault_of(nand, write_of(page(0), 4 * kPage)), Fault::kNandProgramTwice);
    EXPECT_EQ(fault_of(nand, read_of(page(0), kPage)), Fault::kNandReadErased);
    EXPECT_EQ(fault_of(nand, write_of(page(0), kPage)), Fault::kNone);
    EXPECT_EQ(fault_of(nand, write_of(page(2), 2 * kPage)), Fault::kNone);
}

TEST(NandRules, ErrorsAreKeptWithAddressAndRule) {
    const NandConfig config = small_and_empty();
    SimpleNand nand(config);
    nand.submit(5'000, write_of(page(2), kPage, 9));
    const Completions done = drain(nand);
    EXPECT_EQ(done.back().id, 9U);
    EXPECT_EQ(done.back().time, 5'000 + config.t_command + config.t_base);
    ASSERT_EQ(nand.errors().size(), 1U);
    EXPECT_EQ(nand.errors()[0].address, page(2));
    EXPECT_EQ(nand.errors()[0].fault, Fault::kNandPageOrder);
    EXPECT_NE(nand.describe_state().find("programmed in order"), std::string::npos);
    for (int i = 0; i < 100; ++i) {
        fault_of(nand, write_of(page(2), kPage));
    }
    EXPECT_EQ(nand.errors().size(), SimpleNand::kKeptErrors);
}

}  // namespace
}  // namespace strata::test
