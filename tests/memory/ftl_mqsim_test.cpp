// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The rules of the MQSim simulator, step by step on a small plane, and under random traffic.

#include "models/memory/nand/ftl_mqsim.h"

#include "core/diagnostics.h"
#include "tests/memory/ftl_soak.h"

namespace strata::test {
namespace {

using models::MqsimFtl;

FtlConfig mqsim() {
    FtlConfig c;
    c.mapping = "mqsim";
    c.static_placement = true;
    c.over_provisioning = 0.5;
    c.write_buffer.capacitor = false;
    c.write_buffer.pages = 1024;
    c.gc.policy = "greedy_lowest";
    c.gc.start = 9;
    c.gc.stop = 10;
    return c;
}

/// A plane of 40 blocks of 4 pages, 80 of them the host's, whose tasks end when told to.
class MqsimPlane : public testing::Test {
   protected:
    MqsimPlane() : ftl_(models::make_ftl(mqsim(), one_plane(40, 4), nullptr)) {}

    std::vector<FlashTask> write(LogicalPage page) {
        out_.clear();
        ftl_->write(0, page, static_cast<std::uint64_t>(page), out_);
        return out_.tasks;
    }
    std::vector<FlashTask> end(const FlashTask& task) {
        out_.clear();
        ftl_->done(0, task.id, FlashStatus::kOk, out_);
        return out_.tasks;
    }
    /// Writes a page and everything that follows, collection included.
    void settle(LogicalPage page) {
        std::vector<FlashTask> tasks = write(page);
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            const std::vector<FlashTask> next = end(tasks[i]);
            tasks.insert(tasks.end(), next.begin(), next.end());
        }
    }
    std::unique_ptr<Ftl> ftl_;
    FtlOutput out_;
};

// Blocks 0, 1 and 2 are opened first: for host, map and collector; the host goes on with block 3.
TEST_F(MqsimPlane, OpensThreeBlocksAtTheStart) {
    for (LogicalPage page = 0; page < 5; ++page) {
        const PageNumber expected = page < 4 ? page : 12;
        EXPECT_EQ(write(page).at(0).page, expected);
    }
}

// 80 pages fill 20 blocks and leave 17 free; another 32 pages leave nine, which is when collection
// begins: of the emptiest blocks the lowest.
TEST_F(MqsimPlane, CollectsWhenABlockIsFull) {
    for (LogicalPage page = 0; page < 80; ++page) {
        settle(page);
    }
    for (const LogicalPage page : {0, 1, 4, 5, 6, 8, 9, 10}) {
        settle(page);
    }
    for (LogicalPage page = 56; page < 79; ++page) {
        settle(page);
    }
    EXPECT_EQ(ftl_->counts().total_erases(), 0);
    const std::vector<FlashTask> tasks = write(79);
    ASSERT_EQ(tasks.size(), 2u);
    EXPECT_EQ(tasks[0].kind, FlashTaskKind::kProgram);
    // Pages 56 to 59 were the first of six blocks that hold nothing any more: no move.
    EXPECT_EQ(tasks[1].kind, FlashTaskKind::kErase);
    EXPECT_EQ(tasks[1].page / 4, 16);
    EXPECT_EQ(tasks[1].rank, 1u);
}

// The map changes with the hand-out: two writes of one page leave one valid page.
TEST_F(MqsimPlane, InvalidatesWhenTheNewVersionIsHandedOut) {
    const std::vector<FlashTask> first = write(7);
    const std::vector<FlashTask> second = write(7);
    ftl_->check();
    end(second.at(0));
    end(first.at(0));
    ftl_->check();
    out_.clear();
    ftl_->read(0, 7, 99, out_);
    EXPECT_EQ(out_.tasks.at(0).page, second.at(0).page);
}

// A read of a page whose program is under way is served from the controller.
TEST_F(MqsimPlane, ServesPagesUnderWay) {
    write(7);
    out_.clear();
    ftl_->read(0, 7, 99, out_);
    EXPECT_TRUE(out_.tasks.empty());
    EXPECT_TRUE(out_.acks.at(0).buffer);
}

// Host writes stop at nine free blocks and go on after an erase; a page that moves is left alone
// until its move is over.
TEST_F(MqsimPlane, HoldsWritesBackUntilAnErase) {
    for (LogicalPage page = 0; page < 80; ++page) {
        settle(page);
    }
    for (LogicalPage page = 0; page < 36; ++page) {
        if (page % 4 != 3) {  // each of nine blocks keeps a page
            settle(page);
        }
    }
    for (const LogicalPage page : {36, 37, 38, 41}) {
        settle(page);
    }
    const std::vector<FlashTask> tasks = write(40);
    ASSERT_EQ(tasks.size(), 2u);
    const std::vector<FlashTask> reads{tasks[1]};
    ASSERT_EQ(reads[0].kind, FlashTaskKind::kRead);
    EXPECT_EQ(reads[0].logical, 3);
    EXPECT_TRUE(end(tasks[0]).empty());
    EXPECT_TRUE(write(79).empty()) << "nine free blocks";
    EXPECT_TRUE(write(reads[0].logical).empty()) << "a page that moves";
    const std::vector<FlashTask> programs = end(reads[0]);
    ASSERT_EQ(programs.size(), 1u);
    EXPECT_EQ(programs[0].page / 4, 2) << "the collector's block";
    const std::vector<FlashTask> erases = end(programs[0]);
    ASSERT_EQ(erases.size(), 1u);
    ASSERT_EQ(erases[0].kind, FlashTaskKind::kErase);
    const std::vector<FlashTask> released = end(erases[0]);
    ASSERT_EQ(released.size(), 2u);
    EXPECT_EQ(released[0].logical, 79);
    EXPECT_EQ(released[1].logical, reads[0].logical);
    ftl_->check();
}

TEST(MqsimLayer, RefusesWhatTheSimulatorHasNot) {
    FtlConfig c = mqsim();
    c.over_provisioning = 0.3;
    EXPECT_NE(models::ftl_misfit(c, one_plane(40, 4)).find("14 are needed"), std::string::npos);
    c = mqsim();
    c.gc.copyback = true;
    EXPECT_NE(models::ftl_misfit(c, one_plane(40, 4)).find("neither copyback"), std::string::npos);
    c = mqsim();
    auto ftl = models::make_ftl(c, one_plane(40, 4));
    core::RandomStream random(1, "fate");
    EXPECT_THROW(ftl->power_loss(random), core::ModelError);
    FtlOutput out;
    ftl->read(0, 80, 1, out);
    ftl->write(0, -1, 2, out);
    ftl->trim(0, 79, 2, 3, out);
    ftl->refresh(0, 0, 4, out);
    ASSERT_EQ(out.acks.size(), 4u);
    for (const FtlAck& ack : out.acks) {
        EXPECT_EQ(ack.fault, core::Fault::kOutOfRange);
    }
}

// Whatever the order of the flash: no read is older than the newest write before it, trims
// included, and nothing is left over.
TEST(MqsimLayer, ReturnsWhatWasWritten) {
    FlashGeometry g;
    g.channels = 2;
    g.dies = 2;
    g.blocks = 40;
    g.pages = 8;
    FtlConfig config = mqsim();
    config.over_provisioning = 0.36;
    FtlSoak soak(config, g, nullptr, 7);
    soak.allow_refusals();  // of refresh orders
    soak.mix.refresh = 0.0;
    for (int i = 0; i < 20; ++i) {
        soak.run(4000);
        soak.ftl().check();
    }
    soak.drain();
    soak.check_all_answered();
    soak.ftl().check();
    EXPECT_GT(soak.ftl().counts().total_erases(), 500);
    EXPECT_EQ(soak.refusals(), 0);
}

}  // namespace
}  // namespace strata::test
