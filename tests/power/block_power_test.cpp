// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/block_power.h"

#include <gtest/gtest.h>

#include "models/power/dvfs.h"

namespace strata::models {
namespace {

using core::kMicrosecond;
using Gating = BlockPowerConfig::Gating;

BlockPowerConfig gated(Gating gating, core::Ps after, double retention) {
    BlockPowerConfig config;
    config.gating = gating;
    config.after = after;
    config.retention = retention;
    return config;
}

TEST(GatedBlock, WithoutGatingEveryWindowIsAwake) {
    GatedBlock block(BlockPowerConfig{});
    for (int i = 0; i < 3; ++i) {
        const GatedBlock::Window window = block.end_window(kMicrosecond, false);
        EXPECT_EQ(window.idle, 1.0);
        EXPECT_EQ(window.leakage, 1.0);
        EXPECT_FALSE(window.woke);
    }
}

TEST(GatedBlock, ClockGatingStopsTheClockOnly) {
    GatedBlock block(gated(Gating::kClock, 0, 0.1));
    const GatedBlock::Window window = block.end_window(kMicrosecond, false);
    EXPECT_EQ(window.idle, 0.0);
    EXPECT_EQ(window.leakage, 1.0);
}

// Quiet for 5 us of which the first 2 count as awake, however the span is cut into windows.
TEST(GatedBlock, PowerGatingDoesNotDependOnTheWindow) {
    for (const core::Ps window : {kMicrosecond / 2, kMicrosecond, 5 * kMicrosecond}) {
        GatedBlock block(gated(Gating::kPower, 2 * kMicrosecond, 0.25));
        EXPECT_EQ(block.end_window(kMicrosecond, true).idle, 1.0);
        double idle_us = 0.0, leakage_us = 0.0;
        for (core::Ps t = 0; t < 5 * kMicrosecond; t += window) {
            const GatedBlock::Window result = block.end_window(window, false);
            idle_us += result.idle * static_cast<double>(window) * 1e-6;
            leakage_us += result.leakage * static_cast<double>(window) * 1e-6;
        }
        EXPECT_NEAR(idle_us, 2.0, 1e-12) << window;
        EXPECT_NEAR(leakage_us, 2.0 + 3.0 * 0.25, 1e-12) << window;
    }
}

TEST(GatedBlock, WakesOncePerGating) {
    GatedBlock block(gated(Gating::kPower, kMicrosecond, 0.1));
    EXPECT_FALSE(block.end_window(kMicrosecond, true).woke);
    block.end_window(kMicrosecond, false);  // still awake all through
    EXPECT_FALSE(block.end_window(kMicrosecond, true).woke);
    block.end_window(kMicrosecond, false);
    block.end_window(kMicrosecond, false);
    const GatedBlock::Window woken = block.end_window(kMicrosecond, true);
    EXPECT_TRUE(woken.woke);
    EXPECT_EQ(woken.idle, 1.0);
    EXPECT_FALSE(block.end_window(kMicrosecond, true).woke);
}

struct Parsed {
    core::Diagnostics diagnostics;
    PowerConfig config;
};

Parsed parse(const std::string& text) {
    Parsed result;
    auto document = core::ConfigDocument::parse(text, "power.yaml", {}, result.diagnostics);
    result.config = PowerConfig::parse(document.root(), {"sip0.cube0", "sip0.cube1"});
    return result;
}

TEST(Blocks, HaveIdlePowerLeakageAndGating) {
    const Parsed parsed = parse(
        "blocks:\n  pe: {gating: power, gate_after: 3us, retention: 0.05, wake_energy: 2nJ}\n"
        "  sram: {idle: 3mW, leakage: 10mW, gating: clock}\n");
    EXPECT_TRUE(parsed.diagnostics.ok());
    EXPECT_EQ(parsed.config.pe.gating, Gating::kPower);
    EXPECT_EQ(parsed.config.pe.after, 3 * kMicrosecond);
    EXPECT_EQ(parsed.config.pe.retention, 0.05);
    EXPECT_EQ(parsed.config.pe.wake_energy, 2000.0);
    EXPECT_EQ(parsed.config.sram.idle_w, 3e-3);
    EXPECT_EQ(parsed.config.sram.leakage_w, 10e-3);
    EXPECT_EQ(parsed.config.noc.gating, Gating::kNone);
    for (const std::string text :
         {"{pe: {idle: 3mW}}", "{sram: {idle: -1W}}", "{sram: {leakage: .nan}}",
          "{noc: {gating: off}}", "{noc: {retention: 2}}", "{nic: {idle: 1W}}"}) {
        EXPECT_EQ(parse("blocks: " + text).diagnostics.messages().size(), 1U) << text;
    }
}

const char* const kLevels =
    "levels: [{frequency: 2GHz, voltage: 0.8V}, {frequency: 1GHz, voltage: 0.6V}]\n";

// What a domain does not say, it has from the common one; ratios are relative to nominal.
TEST(Domains, OverrideTheCommonOne) {
    const Parsed parsed = parse(std::string(kLevels) +
                                "trip: 90C\nsensor: {noise_k: 0.5}\n"
                                "domains: {sip0: {cube1: {trip: 70C, levels: "
                                "[{frequency: 1.5GHz, voltage: 0.7V}]}}}\n");
    ASSERT_TRUE(parsed.diagnostics.ok()) << parsed.diagnostics.messages().front();
    const PowerConfig& config = parsed.config;
    const DomainConfig& common = config.domain("sip0.cube0");
    const DomainConfig& own = config.domain("sip0.cube1");
    EXPECT_EQ(common.trip_c, 90.0);
    EXPECT_EQ(own.trip_c, 70.0);
    EXPECT_EQ(own.sensor.noise_k, 0.5);
    EXPECT_EQ(own.governor, "step");
    ASSERT_EQ(own.levels.size(), 1U);
    EXPECT_DOUBLE_EQ(config.frequency_ratio(own, 0), 0.75);
    EXPECT_DOUBLE_EQ(config.voltage_ratio(own, 0), 0.7 / 0.8);
    EXPECT_DOUBLE_EQ(config.voltage_ratio(common, 1), 0.75);
    EXPECT_EQ(config.voltage_ratio(DomainConfig{}, 0), 1.0);
}

TEST(Domains, RefuseMistakes) {
    for (const std::string text :
         {"domains: {sip0: {cube2: {trip: 70C}}}\n", "domains: {sip1: {cube0: {trip: 70C}}}\n",
          "domains: {sip0: {cube0: {trip: hot}}}\n", "domains: {sip0: {cube0: {tripp: 70C}}}\n",
          "domains: {sip0: {cube0: {leakage_beta: 0.1}}}\n"}) {
        EXPECT_EQ(parse(std::string(kLevels) + text).diagnostics.messages().size(), 1U) << text;
    }
    EXPECT_EQ(parse("domains: {sip0: {cube0: {trip: 70C}}}\n").diagnostics.messages().size(), 1U);
}

}  // namespace
}  // namespace strata::models
