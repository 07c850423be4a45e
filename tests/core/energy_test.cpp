// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/energy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace strata::core {
namespace {

void expect_close(double actual, double expected) {
    EXPECT_LE(std::abs(actual - expected), 1e-12 * std::abs(expected))
        << actual << " instead of " << expected;
}

TEST(EnergyLedger, CountsTimesCost) {
    EnergyLedger ledger;
    const auto block = ledger.block("pe0");
    const auto mac = ledger.event(block, EnergyCategory::kPe, "mac", 0.25);
    ledger.count(mac, 1000);
    ledger.count(mac, 24);
    EXPECT_EQ(ledger.total_pj(0), 256.0);
    EXPECT_EQ(ledger.category_pj(EnergyCategory::kNoc, 0), 0.0);
}

TEST(EnergyLedger, SameNameIsTheSameBlock) {
    EnergyLedger ledger;
    EXPECT_EQ(ledger.block("a"), ledger.block("a"));
    EXPECT_NE(ledger.block("a"), ledger.block("b"));
    EXPECT_EQ(ledger.blocks(), 2u);
    EXPECT_EQ(ledger.block_name(ledger.block("b")), "b");
}

TEST(EnergyLedger, ScaleActsOnWhatFollowsOnly) {
    EnergyLedger ledger;
    const auto block = ledger.block("pe0");
    const auto other = ledger.block("pe1");
    const auto event = ledger.event(block, EnergyCategory::kPe, "op", 2.0);
    const auto untouched = ledger.event(other, EnergyCategory::kPe, "op", 2.0);
    ledger.count(event, 10);
    ledger.count(untouched, 10);
    ledger.set_scale(block, 0.25);
    EXPECT_EQ(ledger.block_pj(block, 0), 20.0);
    ledger.count(event, 8);
    ledger.count(untouched, 8);
    EXPECT_EQ(ledger.block_pj(block, 0), 24.0);
    EXPECT_EQ(ledger.block_pj(other, 0), 36.0);
}

TEST(EnergyLedger, StaticPowerIsWattsTimesTime) {
    EnergyLedger ledger;
    const auto block = ledger.block("die");
    ledger.set_static_power(block, EnergyCategory::kLeakage, 2.0, 0);
    ledger.set_static_power(block, EnergyCategory::kLeakage, 0.5, 100);
    // 1 W × 1 ps = 1 pJ
    EXPECT_EQ(ledger.category_pj(EnergyCategory::kLeakage, 100), 200.0);
    EXPECT_EQ(ledger.category_pj(EnergyCategory::kLeakage, 300), 300.0);
    ledger.set_static_power(block, EnergyCategory::kDram, 1.0, 300);
    EXPECT_EQ(ledger.block_pj(block, 400), 350.0 + 100.0);
    EXPECT_EQ(ledger.category_pj(EnergyCategory::kDram, 400), 100.0);
}

// Random counting, scaling and power changes against a plain sum; and every way of adding up the
// ledger gives the same total.
TEST(EnergyLedger, Closes) {
    RandomStream random(1, "energy");
    EnergyLedger ledger;
    constexpr std::size_t kBlocks = 5;
    constexpr std::size_t kEvents = 20;
    std::vector<double> scale(kBlocks, 1.0);
    std::vector<double> watts(kBlocks, 0.0);
    std::vector<double> cost(kEvents);
    std::vector<EnergyLedger::EventId> ids(kEvents);
    for (std::size_t b = 0; b < kBlocks; ++b) {
        ledger.block("block" + std::to_string(b));
    }
    for (std::size_t e = 0; e < kEvents; ++e) {
        cost[e] = 0.01 + random.uniform() * 10.0;
        ids[e] = ledger.event(static_cast<EnergyLedger::BlockId>(e % kBlocks),
                              static_cast<EnergyCategory>(e % 6), "e" + std::to_string(e), cost[e]);
    }
    long double expected = 0.0L;
    Ps now = 0;
    for (int step = 0; step < 20'000; ++step) {
        const std::size_t event = random.below(kEvents);
        const std::size_t block = random.below(kBlocks);
        const auto units = static_cast<std::int64_t>(random.below(1000));
        ledger.count(ids[event], units);
        expected += static_cast<long double>(units) * cost[event] * scale[event % kBlocks];
        if (random.chance(0.05)) {
            scale[block] = 0.5 + random.uniform();
            ledger.set_scale(static_cast<EnergyLedger::BlockId>(block), scale[block]);
        }
        if (random.chance(0.05)) {
            watts[block] = random.uniform() * 3.0;
            ledger.set_static_power(static_cast<EnergyLedger::BlockId>(block),
                                    EnergyCategory::kLeakage, watts[block], now);
        }
        const auto duration = static_cast<Ps>(random.below(500));
        for (const double w : watts) {
            expected += static_cast<long double>(w) * static_cast<long double>(duration);
        }
        now += duration;
    }
    expect_close(ledger.total_pj(now), static_cast<double>(expected));

    double by_category = 0.0;
    for (int c = 0; c < kEnergyCategories; ++c) {
        by_category += ledger.category_pj(static_cast<EnergyCategory>(c), now);
    }
    expect_close(by_category, ledger.total_pj(now));

    double by_event = ledger.category_pj(EnergyCategory::kLeakage, now);
    for (const auto& total : ledger.events()) {
        by_event += total.pj;
    }
    expect_close(by_event, ledger.total_pj(now));
}

}  // namespace
}  // namespace strata::core
