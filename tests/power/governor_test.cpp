// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/governor.h"

#include <gtest/gtest.h>

#include <limits>

namespace strata::models {
namespace {

PowerConfig seed_levels(const std::string& governor) {
    PowerConfig config;
    config.governor = governor;
    config.levels = {{{2'000'000'000}, 0.90},
                     {{1'800'000'000}, 0.84},
                     {{1'600'000'000}, 0.78},
                     {{1'200'000'000}, 0.68}};
    config.trips_c = {80, 85, 90};
    config.hysteresis_c = 3;
    return config;
}

TEST(Trips, DownAtOnceUpOneLevelAfterCoolWindows) {
    const PowerConfig config = seed_levels("trips");
    const auto governor = make_governor(config);
    EXPECT_EQ(governor->next_level(0, {79.9}), 0U);
    EXPECT_EQ(governor->next_level(0, {80.0}), 1U);
    EXPECT_EQ(governor->next_level(1, {91.0}), 3U);
    EXPECT_EQ(governor->next_level(3, {87.5}), 3U);  // inside the hysteresis of 90
    EXPECT_EQ(governor->next_level(3, {86.9}), 3U);  // first cool window
    EXPECT_EQ(governor->next_level(3, {87.5}), 3U);  // starts over
    EXPECT_EQ(governor->next_level(3, {86.9}), 3U);
    EXPECT_EQ(governor->next_level(3, {86.9}), 2U);
    EXPECT_EQ(governor->next_level(2, {50.0}), 2U);
    EXPECT_EQ(governor->next_level(2, {50.0}), 1U);  // one level at a time
    EXPECT_EQ(governor->next_level(1, {50.0}), 1U);
    EXPECT_EQ(governor->next_level(1, {50.0}), 0U);
}

TEST(Step, OneLevelAWindow) {
    const PowerConfig config = seed_levels("step");  // trip 95
    const auto governor = make_governor(config);
    EXPECT_EQ(governor->next_level(0, {95.1}), 1U);
    EXPECT_EQ(governor->next_level(3, {120.0}), 3U);
    EXPECT_EQ(governor->next_level(2, {93.0}), 2U);
    EXPECT_EQ(governor->next_level(2, {91.9}), 1U);
}

TEST(Cap, TakesTheFastestLevelThatFits) {
    PowerConfig config = seed_levels("cap");
    config.cap_w = 80.0;
    const auto governor = make_governor(config);
    EXPECT_NEAR(dynamic_power_ratio(config, 0, 3), 0.3425, 1e-4);
    EXPECT_EQ(governor->next_level(0, {0, 79.0, 1e-3}), 0U);
    EXPECT_EQ(governor->next_level(0, {0, 100.0, 1e-3}), 1U);   // 78.4 W
    EXPECT_EQ(governor->next_level(0, {0, 120.0, 1e-3}), 2U);   // 72.1 W
    EXPECT_EQ(governor->next_level(0, {0, 1000.0, 1e-3}), 3U);  // nothing fits: the slowest
    EXPECT_EQ(governor->next_level(1, {0, 62.0, 1e-3}), 1U);    // 79 W at level 0: in the margin
    EXPECT_EQ(governor->next_level(1, {0, 60.0, 1e-3}), 0U);
    EXPECT_EQ(governor->next_level(3, {0, 0.0, 1e-3}), 0U);
}

TEST(Pid, IntegralHoldsALevelAndDoesNotWindUp) {
    PowerConfig config = seed_levels("pid");
    config.trip_c = 85;
    config.pid = {0.1, 100.0, 0.0};
    const auto governor = make_governor(config);
    EXPECT_EQ(governor->next_level(0, {60.0, 0, 1e-3}), 0U);
    std::size_t level = 0;
    for (int i = 0; i < 1000; ++i) {
        level = governor->next_level(level, {95.0, 0, 1e-3});
    }
    EXPECT_EQ(level, 3U);
    // A second at 10 K too hot would have integrated to 1000 levels.
    for (int i = 0; i < 4; ++i) {
        level = governor->next_level(level, {80.0, 0, 1e-3});
    }
    EXPECT_LT(level, 3U);
}

TEST(Pid, DerivativeActsBeforeTheSetPoint) {
    PowerConfig config = seed_levels("pid");
    config.trip_c = 85;
    config.pid = {0.0, 0.0, 1e-3};
    const auto governor = make_governor(config);
    EXPECT_EQ(governor->next_level(0, {70.0, 0, 1e-3}), 0U);
    EXPECT_EQ(governor->next_level(0, {72.0, 0, 1e-3}), 2U);  // 2000 K/s
}

TEST(None, WantsTheFastestLevel) {
    const PowerConfig config = seed_levels("none");
    EXPECT_EQ(make_governor(config)->next_level(2, {200.0}), 0U);
}

// f·V² of the levels relative to the first: 1, 0.784, 0.601, 0.343.
TEST(PackageCap, SlowsAllDomainsDownToACommonLevel) {
    const PowerConfig config = seed_levels("none");
    const auto levels = [&](double cap_w, double other_w, std::size_t level, std::size_t wanted) {
        return levels_under_cap(cap_w, other_w,
                                {{&config, 0, 0, 100.0}, {&config, level, wanted, 50.0}});
    };
    using Levels = std::vector<std::size_t>;
    EXPECT_EQ(levels(std::numeric_limits<double>::infinity(), 1e9, 0, 2), (Levels{0, 2}));
    EXPECT_EQ(levels(180.0, 30.0, 0, 0), (Levels{0, 0}));
    EXPECT_EQ(levels(179.9, 30.0, 0, 0), (Levels{1, 1}));  // 30 + 150 · 0.784 = 147.6
    EXPECT_EQ(levels(140.0, 30.0, 0, 0), (Levels{2, 2}));  // 30 + 150 · 0.601 = 120.1
    EXPECT_EQ(levels(145.0, 30.0, 0, 3), (Levels{1, 3}));  // 30 + 78.4 + 17.1
    EXPECT_EQ(levels(20.0, 30.0, 0, 0), (Levels{3, 3}));   // the rest alone is above the cap
}

TEST(PackageCap, LeavesAMarginBeforeItSpeedsUp) {
    const PowerConfig config = seed_levels("none");
    const auto up = [&](double cap_w) {
        return levels_under_cap(cap_w, 0.0, {{&config, 1, 0, 78.4}})[0];
    };
    EXPECT_EQ(up(101.0), 1U);  // 100 W at level 0
    EXPECT_EQ(up(104.0), 0U);
}

TEST(PackageCap, ADomainWithoutLevelsKeepsItsPower) {
    const PowerConfig fixed;
    const PowerConfig config = seed_levels("none");
    EXPECT_EQ(levels_under_cap(90.0, 0.0, {{&fixed, 0, 0, 50.0}, {&config, 0, 0, 50.0}}),
              (std::vector<std::size_t>{0, 1}));
}

TEST(Emergency, NamesTheBlock) {
    PowerConfig config;
    config.emergency_c = 110.0;
    EXPECT_NO_THROW(check_emergency(config, "pe0", 110.0));
    try {
        check_emergency(config, "pe0", 110.1);
        FAIL() << "no shutdown";
    } catch (const core::ModelError& error) {
        EXPECT_STREQ(error.what(),
                     "emergency shutdown: block 'pe0' is at 110.1 C, the limit is 110.0 C");
    }
}

struct Parsed {
    core::Diagnostics diagnostics;
    PowerConfig config;
};

Parsed parse(const std::string& text) {
    Parsed result;
    auto document = core::ConfigDocument::parse(text, "power.yaml", {}, result.diagnostics);
    result.config = PowerConfig::parse(document.root());
    return result;
}

const char* const kLevels =
    "levels: [{frequency: 2GHz, voltage: 0.9V}, {frequency: 1GHz, voltage: 0.7V}]\n";

TEST(PowerSection, ReadsTheGovernors) {
    const Parsed trips =
        parse(std::string(kLevels) + "governor: trips\ntrips: [{at: 80C}]\ncool_windows: 3\n");
    EXPECT_TRUE(trips.diagnostics.ok());
    EXPECT_EQ(trips.config.trips_c, std::vector<double>{80.0});
    EXPECT_EQ(trips.config.cool_windows, 3);
    const Parsed cap = parse(std::string(kLevels) + "governor: cap\ncap: 30W\nemergency: 105C\n");
    EXPECT_TRUE(cap.diagnostics.ok());
    EXPECT_EQ(cap.config.cap_w, 30.0);
    EXPECT_EQ(cap.config.emergency_c, 105.0);
    EXPECT_EQ(parse("package_cap: 300W\n").config.package_cap_w, 300.0);
    EXPECT_GT(cap.config.package_cap_w, 1e300);
    EXPECT_TRUE(
        parse(std::string(kLevels) + "governor: pid\npid: {p: 1, i: 2}\n").diagnostics.ok());
}

TEST(PowerSection, RefusesMistakes) {
    for (const std::string text :
         {"governor: trip\n", "governor: cap\n", "governor: cap\ncap: 0W\n", "governor: trips\n",
          "governor: trips\ntrips: [{at: warm}]\n",
          "governor: trips\ntrips: [{at: 80C}, {at: 90C}]\n", "governor: step\ncap: 3W\n",
          "sensor: {quantum_k: -1}\n", "package_cap: 0W\n", "governor: pid\npid: {q: 1}\n"}) {
        EXPECT_EQ(parse(std::string(kLevels) + text).diagnostics.messages().size(), 1U) << text;
    }
}

}  // namespace
}  // namespace strata::models
