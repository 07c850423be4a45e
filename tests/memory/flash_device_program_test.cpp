// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The laws of programming, erasing, suspending and of energy, as closed forms. Symbols as in
// flash_device_law_test.cpp.

#include <algorithm>

#include "tests/memory/flash_streams.h"

namespace strata::test {
namespace {

using C = FlashCommand;
using E = FlashEventKind;
using models::FlashConfig;

TEST(FlashLaw5, ProgramsOfSeveralDies) {
    for (int dies = 1; dies <= 4; ++dies) {
        FlashConfig config = plain_flash(dies, 4);
        config.cell.t_program.fill(150 * kUs);
        FlashSequencer s(config, false);
        constexpr int kGroups = 6000;
        const core::Ps x = 4 * 16384 * kNs;
        const core::Ps end = DieStreams(s, C::kProgram, dies, 4, kGroups).run();
        const auto period = static_cast<double>(std::max(x, (x + 150 * kUs) / dies));
        EXPECT_NEAR(static_cast<double>(end) / (kGroups * period), 1.0, 0.001) << dies;
        if (dies == 1) {
            EXPECT_EQ(end, kGroups * (x + 150 * kUs));
        }
    }
}

TEST(FlashLaw5, CacheProgramHidesTheData) {
    for (const core::Ps program : {150 * kUs, 20 * kUs}) {
        FlashConfig config = plain_flash(1, 4);
        config.cell.t_program.fill(program);
        FlashSequencer s(config, false);
        constexpr int kGroups = 50;
        const core::Ps x = 4 * 16384 * kNs;
        const core::Ps end = DieStreams(s, C::kProgramCache, 1, 4, kGroups).run();
        EXPECT_EQ(end, x + (kGroups - 1) * std::max(x, program) + program);
    }
}

TEST(FlashLaw5, OneShotProgramsThreePagesInOneTime) {
    FlashConfig config = flash_config("{preset: tlc, channels: 1}");
    FlashSequencer s(config, false);
    std::vector<PageNumber> pages;
    for (int plane = 0; plane < 4; ++plane) {
        for (int page = 0; page < 3; ++page) {
            pages.push_back(config.geometry.number({0, 0, 0, plane, 0, page}));
        }
    }
    s.issue(C::kProgram, pages);
    const core::Ps load = 7 * 25 * kNs + 150 * kNs + 20 * kNs;
    const core::Ps data = config.bus.transfer(config.bus_page());
    EXPECT_EQ(s.until(E::kProgramDone),
              12 * (load + data) + 11 * 500 * kNs + 100 * kNs + 700 * kUs);
    EXPECT_EQ(s.device.blocks().at(0).programmed, 3);
    EXPECT_EQ(s.device.counts().programs[0], 12);
}

TEST(FlashLaw5, ErasesAreAsFastAsTheirDie) {
    FlashConfig config = plain_flash(1, 4);
    config.bus.overhead[static_cast<std::size_t>(C::kErase)] = {kNs, kNs, kNs, 2320 * kNs};
    FlashSequencer s(config);
    for (int block = 0; block < 16; ++block) {
        s.issue(C::kErase, s.group(0, 4, block, 5));
        s.until(E::kEraseDone);
    }
    EXPECT_EQ(s.now, 16 * (2320 * kNs + 2000 * kUs));
    EXPECT_EQ(s.device.counts().erases[0], 64);
    EXPECT_EQ(s.device.blocks().at(0).erases, 1U);
    EXPECT_EQ(s.device.blocks().at(0).programmed, 0);
}

TEST(FlashLaw8, SuspendKeepsProgress) {
    FlashConfig config = plain_flash(1, 2);
    config.die.t_suspend_program = 100 * kUs / 4;
    config.die.t_resume = 2 * kUs;
    FlashSequencer s(config, false);
    s.device.set_block(1, {64, 0, 0});
    s.issue(C::kProgram, {0}, 7);
    const core::Ps start = s.until(E::kBusFree);
    EXPECT_EQ(start, 16384 * kNs);
    core::Ps gaps = 0;
    for (const core::Ps at : {30 * kUs, 60 * kUs, 90 * kUs}) {
        s.until_time(start + gaps + at);
        const core::Ps stop = s.now;
        s.issue(C::kSuspend, {0});
        EXPECT_EQ(s.until(E::kSuspended), stop + 25 * kUs);
        s.issue(C::kRead, {64});
        s.until(E::kDataReady);
        s.out(64, 16384);
        // Law: at most t_suspend and the read itself.
        EXPECT_EQ(s.until(E::kDataOutDone), stop + 25 * kUs + 25 * kUs + 16384 * kNs);
        s.issue(C::kResume, {0});
        gaps += s.now - stop + 2 * kUs;
    }
    EXPECT_EQ(s.until(E::kProgramDone), start + 200 * kUs + gaps);
    EXPECT_EQ(s.device.counts().plane_time, 200 * kUs + 3 * 25 * kUs);
}

TEST(FlashLaw8, EraseSuspendsToo) {
    FlashConfig config = plain_flash(1, 2);
    config.die.t_resume = 3 * kUs;
    FlashSequencer s(config);
    s.issue(C::kErase, s.group(0, 2, 3, 0), 5);
    s.until_time(500 * kUs);
    s.issue(C::kSuspend, {0});
    EXPECT_EQ(s.until(E::kSuspended), 1200 * kUs);
    EXPECT_EQ(s.events.back().tag, 5U);
    s.issue(C::kResume, {0});
    EXPECT_EQ(s.until(E::kEraseDone), 1200 * kUs + 3 * kUs + 1500 * kUs);
}

TEST(FlashLaw12, EnergyIsCountsTimesCost) {
    FlashConfig config = flash_config("{preset: slc_fast, channels: 1}");
    FlashSequencer s(config, false);
    for (int page = 0; page < 5; ++page) {
        s.issue(C::kProgram, s.group(0, 16, 0, page));
        s.until(E::kProgramDone);
    }
    s.issue(C::kRead, s.group(0, 3, 0, 4));
    s.until(E::kDataReady);
    s.out(s.group(0, 1, 0, 4)[0], 100);
    s.until_idle();
    s.issue(C::kErase, s.group(1, 2, 0, 0));
    s.until_idle();
    const double bits = 4096 * 8.0;
    const double expected = 80 * bits * 100 + 3 * bits * 10 + 2 * 165e6 +
                            (80 * (4096 + 256) + 100) * 8 * 5.0 +
                            4 * 1e-3 * static_cast<double>(s.now);
    EXPECT_DOUBLE_EQ(s.device.energy_pj(s.now), expected);

    core::EnergyLedger ledger;
    FlashSequencer again(config, false);
    again.device.register_energy(ledger, ledger.block("nand"));
    again.issue(C::kProgram, again.group(0, 16, 0, 0));
    again.until_idle();
    EXPECT_NEAR(ledger.total_pj(again.now), again.device.energy_pj(again.now), 1.0);
}

}  // namespace
}  // namespace strata::test
