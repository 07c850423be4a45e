// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Governor, power and stack together: a core that would settle far above its trip point.

#include <gtest/gtest.h>

#include <algorithm>

#include "models/power/governor.h"
#include "models/thermal/stack_model.h"

namespace strata::models {
namespace {

constexpr double kAmbient = 45.0;
constexpr double kWindow = 1e-3;

PowerConfig levels(const std::string& governor) {
    PowerConfig config;
    config.governor = governor;
    config.trip_c = 95.0;
    config.hysteresis_c = 4.0;
    config.trips_c = {90.0, 95.0, 100.0};
    config.pid = {0.2, 20.0, 0.0};
    config.levels = {{{2'000'000'000}, 0.90},
                     {{1'800'000'000}, 0.84},
                     {{1'600'000'000}, 0.78},
                     {{1'200'000'000}, 0.68}};
    return config;
}

StackConfig one_core() {
    StackConfig config;
    config.die = {0, 0, 5e-3, 5e-3};
    config.ambient_c = kAmbient;
    StackLayer layer;
    layer.name = "die";
    layer.thickness = 500e-6;
    layer.material = {120, 120, 120, 1.75e6};
    layer.area = config.die;
    config.layers = {layer};
    config.top = {StackBoundary::Kind::kConvection, 2e4, kAmbient};
    config.blocks = {{"core", "die", config.die, 0.0, 0.0, {}}};
    return config;
}

struct Outcome {
    double low_c = 1e9, high_c = -1e9;  // after the first half
    double mean_ghz = 0.0;
    double mean_w = 0.0;
};

/// Full load of `full_w` at level 0, for `windows` windows.
Outcome run(const PowerConfig& power, double full_w, int windows) {
    StackModel model(one_core(), 4, 4);
    model.set_temperature(kAmbient);
    const auto governor = make_governor(power);
    std::size_t level = 0;
    Outcome outcome;
    for (int i = 0; i < windows; ++i) {
        const double watts = full_w * dynamic_power_ratio(power, 0, level);
        model.step(kWindow, {watts});
        const double celsius = model.block(0).max_c;
        if (i >= windows / 2) {
            outcome.low_c = std::min(outcome.low_c, celsius);
            outcome.high_c = std::max(outcome.high_c, celsius);
            outcome.mean_ghz += power.levels[level].frequency.ghz() / (windows - windows / 2);
            outcome.mean_w += watts / (windows - windows / 2);
        }
        level = governor->next_level(level, {celsius, watts, kWindow});
    }
    return outcome;
}

/// Power that holds `celsius` in the middle of the die.
double sustainable_w(double celsius) {
    StackModel model(one_core(), 4, 4);
    model.steady({1.0});
    return (celsius - kAmbient) / (model.block(0).max_c - kAmbient);
}

// 40 W at full speed would mean 125 C.
TEST(ClosedLoop, StepHoldsTheTripPointWithinItsBand) {
    const Outcome outcome = run(levels("step"), 40.0, 4000);
    EXPECT_GT(outcome.high_c, 95.0);
    EXPECT_LT(outcome.high_c, 96.5);  // one window's overshoot
    EXPECT_GT(outcome.low_c, 95.0 - 4.0 - 1.5);
}

TEST(ClosedLoop, PerformanceFallsToWhatTheHeatAllows) {
    const Outcome outcome = run(levels("step"), 40.0, 4000);
    // Mean power is what the mean temperature sustains; the loop works between two levels' f(P).
    const double sustained = sustainable_w((outcome.low_c + outcome.high_c) / 2);
    EXPECT_NEAR(outcome.mean_w, sustained, 0.03 * sustained);
    const PowerConfig config = levels("step");
    double predicted = 0.0;
    for (std::size_t level = 0; level + 1 < config.levels.size(); ++level) {
        const double fast = 40.0 * dynamic_power_ratio(config, 0, level);
        const double slow = 40.0 * dynamic_power_ratio(config, 0, level + 1);
        if (sustained <= fast && sustained >= slow) {
            const double share = (sustained - slow) / (fast - slow);
            predicted = share * config.levels[level].frequency.ghz() +
                        (1 - share) * config.levels[level + 1].frequency.ghz();
        }
    }
    EXPECT_NEAR(outcome.mean_ghz, predicted, 0.06 * predicted);
}

TEST(ClosedLoop, TripsSettleAtALevel) {
    const Outcome outcome = run(levels("trips"), 40.0, 4000);
    EXPECT_LT(outcome.high_c, 100.0);
    EXPECT_GT(outcome.low_c, 86.0);
}

TEST(ClosedLoop, PidHoldsTheSetPoint) {
    const Outcome outcome = run(levels("pid"), 40.0, 4000);
    EXPECT_NEAR(outcome.high_c, 95.0, 3.0);
    EXPECT_NEAR(outcome.low_c, 95.0, 3.0);
}

TEST(ClosedLoop, CapHoldsThePower) {
    PowerConfig config = levels("cap");
    config.cap_w = 25.0;
    const Outcome outcome = run(config, 40.0, 400);
    EXPECT_LE(outcome.mean_w, 25.0);
    EXPECT_GT(outcome.mean_w, 40.0 * 0.601 - 0.1);  // level 2
}

TEST(ClosedLoop, ACoolWorkloadIsLeftAlone) {
    for (const std::string governor : {"step", "trips", "pid"}) {
        EXPECT_NEAR(run(levels(governor), 10.0, 500).mean_ghz, 2.0, 1e-9) << governor;
    }
}

}  // namespace
}  // namespace strata::models
