// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// What a flash device refuses, and that a refusal changes nothing; registers, busy rules, reset,
// throttling, wear.

#include <functional>

#include "tests/memory/flash_drive.h"

namespace strata::test {
namespace {

using C = FlashCommand;
using E = FlashEventKind;
using core::Fault;
using models::FlashConfig;

/// Everything that could have changed.
std::string snapshot(const FlashSequencer& s) {
    std::string all = s.device.describe_state();
    const auto& g = s.device.config().geometry;
    for (std::int64_t block = 0; block < g.total_blocks(); ++block) {
        const auto state = s.device.blocks().at(block);
        all += std::to_string(state.programmed) + "," + std::to_string(state.erases) + "," +
               std::to_string(state.senses) + ";";
    }
    for (std::int64_t plane = 0; plane < g.total_planes(); ++plane) {
        all += std::to_string(s.device.held_page(plane)) + "," +
               std::to_string(s.device.array_end(plane)) + ";";
    }
    all += std::to_string(s.device.next_event()) + "," + std::to_string(s.device.data_bus_free(0));
    all += "," + std::to_string(s.device.energy_pj(s.now));
    return all + "," + std::to_string(s.device.counts().plane_time);
}

void expect_refused(FlashSequencer& s, C command, const std::vector<PageNumber>& pages, Fault fault,
                    const std::string& rule) {
    const std::string before = snapshot(s);
    const models::FlashResult result = s.attempt(command, pages);
    EXPECT_EQ(result.fault, fault) << core::to_string(result.fault) << ": " << result.rule;
    EXPECT_NE(std::string(result.rule).find(rule), std::string::npos) << result.rule;
    EXPECT_EQ(snapshot(s), before);
}

FlashConfig small(const std::string& more = "") {
    FlashConfig config = plain_flash(2, 4, more);
    config.geometry.blocks = 4;
    config.geometry.pages = 8;
    config.cell.t_program.fill(200 * kUs);
    return config;
}
constexpr PageNumber kBlock = 8;
constexpr PageNumber kPlane = 32;
constexpr PageNumber kDie = 128;

TEST(FlashRules, PagesOfABlockInOrder) {
    FlashSequencer s(small(), false);
    expect_refused(s, C::kRead, {0}, Fault::kNandReadErased, "only programmed pages");
    expect_refused(s, C::kProgram, {1}, Fault::kNandPageOrder, "in order");
    s.issue(C::kProgram, {0});
    s.until_idle();
    expect_refused(s, C::kProgram, {0}, Fault::kNandProgramTwice, "once between erases");
    expect_refused(s, C::kProgram, {2}, Fault::kNandPageOrder, "in order");
    expect_refused(s, C::kRead, {1}, Fault::kNandReadErased, "only programmed pages");
    expect_refused(s, C::kRead, {-1}, Fault::kOutOfRange, "no such page");
    expect_refused(s, C::kRead, {2 * kDie}, Fault::kOutOfRange, "no such page");
    s.issue(C::kErase, {3});
    s.until_idle();
    expect_refused(s, C::kRead, {0}, Fault::kNandReadErased, "only programmed pages");
    s.issue(C::kProgram, {0});
}

TEST(FlashRules, GroupsFitOneCommand) {
    FlashSequencer s(small());
    constexpr const char* kPlanes = "different planes of a die";
    expect_refused(s, C::kRead, {}, Fault::kNandGroup, "number of pages");
    expect_refused(s, C::kRead, {0, kPlane, 2 * kPlane, 3 * kPlane, 0}, Fault::kNandGroup,
                   "number of pages");
    expect_refused(s, C::kRead, {0, kBlock}, Fault::kNandGroup, kPlanes);
    expect_refused(s, C::kRead, {0, kDie + kPlane}, Fault::kNandGroup, kPlanes);
    expect_refused(s, C::kRead, {0, kPlane + 1}, Fault::kNandGroup, "same number");
    expect_refused(s, C::kSuspend, {0, kPlane}, Fault::kNandGroup, "number of pages");
    s.issue(C::kRead, {0, kPlane + kBlock, 3 * kPlane});  // blocks may differ
}

TEST(FlashRules, OneShotProgramsTakeWordLines) {
    FlashSequencer s(flash_config("{preset: tlc, channels: 1, blocks: 4, pages: 12}"), false);
    expect_refused(s, C::kProgram, {0}, Fault::kNandGroup, "number of pages");
    expect_refused(s, C::kProgram, {0, 1, 3}, Fault::kNandGroup, "word line");
    expect_refused(s, C::kProgram, {1, 2, 3}, Fault::kNandGroup, "word line");
    s.issue(C::kProgram, {0, 1, 2});
    s.until_idle();
    expect_refused(s, C::kProgram, {6, 7, 8}, Fault::kNandPageOrder, "in order");
    s.issue(C::kProgram, {3, 4, 5});
}

TEST(FlashRules, ADieDoesOneThingAtATime) {
    FlashSequencer s(small());
    s.issue(C::kRead, {0});
    expect_refused(s, C::kRead, {kPlane}, Fault::kNandBusy, "array");
    expect_refused(s, C::kErase, {kPlane}, Fault::kNandBusy, "array");
    expect_refused(s, C::kSetFeature, {0}, Fault::kNandBusy, "array");
    expect_refused(s, C::kReadCacheRandom, {1}, Fault::kNandBusy, "array");
    s.issue(C::kRead, {kDie});
    s.until(E::kDataReady);
    expect_refused(s, C::kRead, {1}, Fault::kNandRegister, "not out yet");
    expect_refused(s, C::kProgram, {0}, Fault::kNandProgramTwice, "once");
    s.out(0, 16384);
    expect_refused(s, C::kRead, {kPlane}, Fault::kNandBusy, "bus");
    s.until(E::kDataOutDone);
    s.issue(C::kRead, {1});
}

TEST(FlashRules, IndependentReadsShareTheDie) {
    FlashConfig config = small();
    config.independence = models::FlashIndependence::kReads;
    FlashSequencer s(config);
    s.issue(C::kRead, {0});
    s.until_time(10 * kUs);
    s.issue(C::kRead, {kPlane + 3});
    expect_refused(s, C::kErase, {2 * kPlane}, Fault::kNandBusy, "array");
    s.until(E::kDataReady);
    s.out(0, 16384);  // while the other plane senses
    s.until(E::kDataOutDone);
    EXPECT_EQ(s.now, 25 * kUs + 16384 * kNs);
    s.until_idle();
    s.issue(C::kErase, {2 * kPlane});
    expect_refused(s, C::kRead, {0}, Fault::kNandBusy, "array");
    EXPECT_EQ(s.attempt_out(kPlane + 3, 1).fault, Fault::kNandBusy);
}

TEST(FlashRules, RegistersAreNotOverwrittenBeforeTheirDataAreOut) {
    FlashSequencer s(small());
    EXPECT_EQ(s.attempt_out(0, 10).fault, Fault::kNandRegister);
    s.issue(C::kRead, {0});
    EXPECT_EQ(s.attempt_out(0, 10).fault, Fault::kNandRegister);
    s.until(E::kDataReady);
    EXPECT_EQ(s.attempt_out(1, 10).fault, Fault::kNandRegister);
    EXPECT_EQ(s.attempt_out(0, 0).fault, Fault::kMisaligned);
    EXPECT_EQ(s.attempt_out(0, 16385).fault, Fault::kMisaligned);
    s.out(0, 64, true);
    EXPECT_EQ(s.until(E::kDataOutDone), 25 * kUs + 64 * kNs);
    s.until_idle();
    expect_refused(s, C::kRead, {1}, Fault::kNandRegister, "not out yet");
    s.out(0, 64);
    s.until_idle();
    s.issue(C::kRead, {1});
    s.until_idle();
    s.device.discard(s.now, 0);
    s.issue(C::kRead, {2});
}

TEST(FlashRules, CacheReadsFollowAReadOfTheSamePlanes) {
    FlashSequencer s(small());
    expect_refused(s, C::kReadCacheSequential, {1}, Fault::kNandSequence, "follows a read");
    expect_refused(s, C::kReadCacheEnd, {0}, Fault::kNandSequence, "no cache read");
    s.issue(C::kRead, {0});
    s.until_idle();
    expect_refused(s, C::kReadCacheSequential, {3}, Fault::kNandSequence, "next page");
    expect_refused(s, C::kReadCacheRandom, {1, kPlane + 1}, Fault::kNandSequence, "a read");
    expect_refused(s, C::kReadCacheRandom, {kPlane + 1}, Fault::kNandSequence, "a read");
    s.issue(C::kReadCacheRandom, {5});
    expect_refused(s, C::kReadCacheSequential, {6}, Fault::kNandRegister, "not out yet");
    expect_refused(s, C::kRead, {6}, Fault::kNandBusy, "array");
    s.out(0, 16384);
    s.until(E::kDataOutDone);
    s.until_time(s.now);
    s.issue(C::kReadCacheSequential, {6});  // waits for the sense of page 5
    EXPECT_EQ(s.until(E::kDataReady), 50 * kUs);
    EXPECT_EQ(s.device.held_page(0), 5);
    expect_refused(s, C::kReadCacheSequential, {7}, Fault::kNandRegister, "not out yet");
    s.out(5, 16384);
    s.until(E::kDataOutDone);
    s.until_idle();
    EXPECT_EQ(s.device.held_page(0), 5);  // page 6 waits
    expect_refused(s, C::kRead, {0}, Fault::kNandRegister, "not out yet");
    s.issue(C::kReadCacheEnd, {0});
    s.until(E::kDataReady);
    EXPECT_EQ(s.device.held_page(0), 6);
}

TEST(FlashRules, AutomaticBuffersMoveOnByThemselves) {
    FlashSequencer s(flash_config("{preset: hbf_gen1, channels: 1, blocks: 4, pages: 8}"));
    s.issue(C::kRead, {0});
    s.until(E::kDataReady);
    EXPECT_EQ(s.now, 3100 * kNs);
    expect_refused(s, C::kReadCacheSequential, {1}, Fault::kNandSequence, "by itself");
    s.issue(C::kRead, {1});
    s.until_idle();
    EXPECT_EQ(s.now, 6200 * kNs);
    EXPECT_EQ(s.device.held_page(0), 0);
    expect_refused(s, C::kRead, {2}, Fault::kNandRegister, "not out yet");
    s.out(0, 64);  // 64 B of the page: half a nanosecond of the bus
    EXPECT_EQ(s.until(E::kDataReady), 6200 * kNs + 500);
    EXPECT_EQ(s.device.held_page(0), 1);
    s.issue(C::kRead, {2});
    s.device.discard(s.now, 0);
    s.until(E::kDataReady);
    EXPECT_EQ(s.device.held_page(0), 2);
}

TEST(FlashRules, CopybackStaysInItsPlane) {
    FlashSequencer s(small());
    s.device.set_block(1, {0, 0, 0});
    expect_refused(s, C::kCopybackProgram, {kBlock}, Fault::kNandRegister, "no copyback read");
    s.issue(C::kCopybackRead, {5});
    s.until_idle();
    s.device.set_block(4 + 1, {0, 0, 0});
    expect_refused(s, C::kCopybackProgram, {kPlane + kBlock}, Fault::kNandRegister,
                   "no copyback read");
    s.issue(C::kCopybackProgram, {kBlock});
    EXPECT_EQ(s.until(E::kProgramDone), 225 * kUs);
    EXPECT_EQ(s.device.counts().data_bus_time, 0);
    s.issue(C::kRead, {kBlock});
}

TEST(FlashRules, SuspendHasSomethingToSuspend) {
    FlashConfig config = small();
    config.bus.overhead[static_cast<std::size_t>(C::kSuspend)].assign(4, 1 * kUs);
    FlashSequencer s(config);
    s.device.set_block(0, {0, 0, 0});
    expect_refused(s, C::kSuspend, {0}, Fault::kNandSequence, "nothing to suspend");
    expect_refused(s, C::kResume, {0}, Fault::kNandSequence, "nothing to resume");
    s.issue(C::kRead, {kBlock});
    expect_refused(s, C::kSuspend, {0}, Fault::kNandSequence, "nothing to suspend");
    s.until(E::kDataReady);
    s.device.discard(s.now, 0);
    s.issue(C::kProgram, {0});
    expect_refused(s, C::kSuspend, {0}, Fault::kNandBusy, "bus");
    s.until(E::kBusFree);
    s.until_time(s.now + 199 * kUs);
    expect_refused(s, C::kSuspend, {0}, Fault::kNandSequence, "ends before");
    s.until(E::kProgramDone);
    s.issue(C::kProgram, {1});
    s.until_time(s.now + 50 * kUs);
    s.issue(C::kSuspend, {3 * kPlane});  // any page of the die
    expect_refused(s, C::kRead, {kBlock}, Fault::kNandBusy, "busy");
    s.until(E::kSuspended);
    expect_refused(s, C::kSuspend, {0}, Fault::kNandSequence, "nothing to suspend");
    expect_refused(s, C::kProgram, {2}, Fault::kNandSequence, "only reads");
    expect_refused(s, C::kErase, {kPlane}, Fault::kNandSequence, "only reads");
    expect_refused(s, C::kErase, {2}, Fault::kNandEraseOpen, "suspended");
    expect_refused(s, C::kRead, {1}, Fault::kNandBusy, "program of this page");
    s.issue(C::kRead, {0});
    expect_refused(s, C::kResume, {0}, Fault::kNandBusy, "array");
    s.until(E::kDataReady);
    s.issue(C::kResume, {0});
    s.until(E::kProgramDone);
}

TEST(FlashRules, NoSuspendWhileAProgramWaits) {
    FlashSequencer s(small(), false);
    s.issue(C::kProgramCache, {0});
    s.until(E::kBusFree);
    s.issue(C::kProgramCache, {1});
    s.until(E::kBusFree);
    expect_refused(s, C::kSuspend, {0}, Fault::kNandSequence, "waits behind");
    expect_refused(s, C::kProgramCache, {2}, Fault::kNandBusy, "array");
    s.until(E::kProgramDone);
    s.device.set_block(4, {2, 0, 0});
    expect_refused(s, C::kProgramCache, {2, kPlane + 2}, Fault::kNandBusy, "array");
    expect_refused(s, C::kProgramCache, {kPlane + 2}, Fault::kNandBusy, "array");
    s.issue(C::kProgram, {2});  // the last of the chain
    s.until_idle();
    EXPECT_EQ(s.now, 16384 * kNs + 600 * kUs);
}

TEST(FlashReset, LosesWhatIsAtWork) {
    FlashConfig config = small();
    config.die.t_reset_program = 10 * kUs;
    config.die.t_reset_erase = 500 * kUs;
    FlashSequencer s(config);
    s.device.set_block(0, {0, 0, 0});
    s.issue(C::kProgram, {0}, 9);
    s.until_time(100 * kUs);
    s.issue(C::kReset, {0}, 4);
    expect_refused(s, C::kRead, {kBlock}, Fault::kNandBusy, "busy");
    s.until(E::kReady);
    EXPECT_EQ(s.now, 110 * kUs);
    expect_refused(s, C::kRead, {0}, Fault::kUncorrectable, "cut short");
    s.issue(C::kProgram, {1});
    s.until_idle();
    EXPECT_EQ(s.device.counts().plane_time, 100 * kUs - 16384 * kNs + 200 * kUs);

    s.issue(C::kErase, {0}, 10);
    const core::Ps start = s.now;
    s.until_time(s.now + 10 * kUs);
    s.issue(C::kReset, {0});
    bool aborted = false;
    for (s.step(); s.device.next_event() != core::kNever; s.step()) {
    }
    for (const FlashEvent& event : s.events) {
        aborted |= event.kind == E::kAborted && event.tag == 10;
    }
    EXPECT_TRUE(aborted);
    EXPECT_EQ(s.now, start + 510 * kUs);
    expect_refused(s, C::kProgram, {0}, Fault::kNandPageOrder, "erased again");
    expect_refused(s, C::kRead, {0}, Fault::kNandReadErased, "only programmed");
    s.issue(C::kErase, {0});
    s.until_idle();
    s.issue(C::kProgram, {0});
    s.until_idle();
    s.issue(C::kRead, {0});
}

TEST(FlashThrottle, LimitsPlanesAndBus) {
    FlashConfig config = small();
    config.independence = models::FlashIndependence::kReads;
    config.throttle = {{85.0, 0.25, 1.0}, {95.0, 0.125, 0.5}};
    FlashSequencer s(config);
    EXPECT_EQ(s.device.free_senses(0), 8);
    s.device.set_temperature(90.0);
    EXPECT_EQ(s.device.throttle_state(), 0);
    s.issue(C::kRead, {0});
    s.issue(C::kRead, {kDie});
    EXPECT_EQ(s.device.free_senses(0), 0);
    expect_refused(s, C::kRead, {kPlane}, Fault::kNandBusy, "throttled");
    s.until_idle();
    s.device.set_temperature(95.0);
    EXPECT_EQ(s.device.throttle_state(), 1);
    const core::Ps start = s.now;
    s.out(0, 16384);
    EXPECT_EQ(s.until(E::kDataOutDone), start + 2 * 16384 * kNs);
    s.issue(C::kRead, {1, kPlane + 1});  // wider than the limit, alone
    s.device.set_temperature(20.0);
    EXPECT_EQ(s.device.throttle_state(), -1);
    EXPECT_EQ(s.device.free_senses(0), 6);
}

TEST(FlashWear, CountsErasesAndSensesOfTouchedBlocks) {
    FlashSequencer s(small());
    EXPECT_EQ(s.device.blocks().touched_planes(), 0);
    s.issue(C::kRead, {0, kPlane});
    s.until_idle();
    EXPECT_EQ(s.device.blocks().touched_planes(), 2);
    EXPECT_EQ(s.device.blocks().at(0).senses, 1U);
    for (int i = 0; i < 3; ++i) {
        s.device.discard(s.now, 0);
        s.issue(C::kErase, {i == 0 ? 0 : kBlock});
        s.until_idle();
    }
    const auto wear = s.device.blocks().wear();
    EXPECT_EQ(wear.erases, 3);
    EXPECT_EQ(wear.most_erases, 2U);
    EXPECT_EQ(wear.least_erases, 0U);
    EXPECT_EQ(wear.most_senses, 1U);
}

TEST(FlashControl, NeedsACompleteConfig) {
    EXPECT_THROW(models::FlashDevice{FlashConfig{}}, core::ModelError);
    FlashConfig config = small();
    config.geometry.planes = 65;
    EXPECT_THROW(models::FlashDevice{config}, core::ModelError);
}

TEST(FlashControl, StatusAndFeatureTakeTheirTime) {
    FlashConfig config = flash_config("{preset: slc_fast, channels: 1}");
    FlashSequencer s(config);
    s.issue(C::kStatus, {0});
    s.until_idle();
    EXPECT_EQ(s.now, 4 * 25 * kNs + 80 * kNs + 834);  // a byte at 1200 MT/s
    const core::Ps start = s.now;
    s.issue(C::kSetFeature, {0}, 3);
    EXPECT_EQ(s.until(E::kReady), start + 7 * 25 * kNs + 150 * kNs + 1 * kUs);
    EXPECT_THROW(
        {
            s.now = 0;
            s.attempt(C::kStatus, {0});
        },
        core::ModelError);
}

}  // namespace
}  // namespace strata::test
