// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/sram/sram_bank.h"

#include <gtest/gtest.h>

#include "core/diagnostics.h"
#include "core/energy.h"
#include "core/random.h"
#include "tests/memory/drive.h"

namespace strata::test {
namespace {

using models::SramBank;
using models::SramConfig;

TEST(SramBank, IdleLatencyIsLatencyPlusWords) {
    SramConfig config;
    SramBank bank(config);
    EXPECT_EQ(serve(bank, 0, read_of(0, 64)).time, (4 + 1) * 500);
    EXPECT_EQ(serve(bank, 100'000, read_of(128, 4096)).time, 100'000 + (4 + 64) * 500);
    // 8 bytes over a word's edge are two words.
    EXPECT_EQ(serve(bank, 200'000, write_of(60, 8)).time, 200'000 + (4 + 2) * 500);
}

TEST(SramBank, StartsAtTheNextClockEdge) {
    SramBank bank{SramConfig{}};
    const auto completion = serve(bank, 1'001, read_of(0, 64));
    EXPECT_EQ(completion.begin, 1'500);
    EXPECT_EQ(completion.time, 1'500 + 5 * 500);
}

TEST(SramBank, PipelineMovesOneWordPerCycle) {
    SramConfig config;
    config.queue_depth = 100;
    SramBank bank(config);
    for (std::uint64_t i = 0; i < 100; ++i) {
        bank.submit(0, read_of(i * 64, 64, i));
    }
    const Completions done = drain(bank);
    ASSERT_EQ(done.size(), 100U);
    for (std::size_t i = 0; i < done.size(); ++i) {
        EXPECT_EQ(done[i].id, i);
        EXPECT_EQ(done[i].time, (4 + 1 + static_cast<core::Ps>(i)) * 500);
    }
    EXPECT_EQ(bank.busy_time(), 100 * 500);
}

TEST(SramBank, ClockWithFractionalPeriodDoesNotDrift) {
    SramConfig config;
    config.clock = {1'200'000'000};
    config.queue_depth = 1200;
    SramBank bank(config);
    for (int i = 0; i < 1200; ++i) {
        bank.submit(0, read_of(0, 64));
    }
    EXPECT_EQ(drain(bank).back().time, 1'000'000 + config.clock.cycles(4));
}

TEST(SramBank, BulkEqualsWordsOneByOne) {
    SramConfig config;
    config.clock = {1'700'000'000};
    config.queue_depth = 20'000;
    SramBank bulk(config);
    SramBank single(config);
    core::RandomStream random(7, "sram");
    Completions bulk_done;
    Completions single_done;
    core::Ps now = 0;
    for (std::uint64_t id = 0; id < 500; ++id) {
        now += static_cast<core::Ps>(random.below(20'000));
        const auto request =
            read_of(random.below(1 << 19), 1 + static_cast<core::Bytes>(random.below(4096)), id);
        run_until(bulk, now, bulk_done);
        run_until(single, now, single_done);
        bulk.submit(now, request);
        submit_singly(single, now, request);
    }
    for (const auto& completion : drain(bulk)) bulk_done.push_back(completion);
    for (const auto& completion : drain(single)) single_done.push_back(completion);
    EXPECT_EQ(spans(bulk_done), spans(single_done));
    EXPECT_EQ(bulk.busy_time(), single.busy_time());
}

TEST(SramBank, QueueIsBounded) {
    SramConfig config;
    config.queue_depth = 2;
    SramBank bank(config);
    bank.submit(0, read_of(0, 64));
    EXPECT_TRUE(bank.can_accept(read_of(0, 64)));
    bank.submit(0, read_of(0, 64));
    EXPECT_FALSE(bank.can_accept(read_of(0, 64)));
    EXPECT_THROW(bank.submit(0, read_of(0, 64)), core::ModelError);
    drain(bank);
    EXPECT_TRUE(bank.idle());
    EXPECT_TRUE(bank.can_accept(read_of(0, 64)));
}

TEST(SramBank, EnergyIsWordsTimesCost) {
    SramBank bank{SramConfig{}};
    core::EnergyLedger ledger;
    bank.register_energy(ledger, ledger.block("bank"));
    serve(bank, 0, read_of(0, 640));
    serve(bank, 1'000'000, write_of(0, 64));
    EXPECT_NEAR(ledger.total_pj(2'000'000), 11 * 64 * 8 * 0.22, 1e-9);
}

}  // namespace
}  // namespace strata::test
