// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// A power trace repeated to its periodic state, against the closed form of a single node under a
// square wave, and against the steady state of the mean power.

#include "models/thermal/periodic_replay.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "models/thermal/gain_watch.h"
#include "models/thermal/lumped_thermal.h"
#include "tests/thermal/stack_fixture.h"

namespace strata::test {
namespace {

using core::kMillisecond;
using models::LeakageLaw;
using models::LumpedThermal;
using models::PeriodicConfig;
using models::PeriodicResult;
using models::TraceWindow;

constexpr double kResistance = 2.0, kCapacity = 0.5;  // 1 s

/// `on` W for the first part of a period, nothing for the second.
std::vector<TraceWindow> square(double on, core::Ps first, core::Ps second,
                                double leakage_w = 0.0) {
    return {{first, {on}, {leakage_w}}, {second, {0.0}, {leakage_w}}};
}

struct Outcome {
    PeriodicResult result;
    std::vector<double> celsius;  // at the end of each window of the last repetition
};

Outcome repeat(models::ThermalModel& model, const std::vector<TraceWindow>& trace,
               const PeriodicConfig& config, const LeakageLaw& law = {}) {
    Outcome outcome;
    outcome.result = repeat_until_periodic(model, trace, law, config, {"core"}, [&](std::size_t) {
        outcome.celsius.push_back(model.temperature_c(0));
    });
    return outcome;
}

// Peak = A + R·P (1 − a)/(1 − ab) with a, b the decays of the two parts; trough = peak · b.
TEST(Periodic, SquareWaveOfOneNodeMatchesItsClosedForm) {
    for (const core::Ps first : {10 * kMillisecond, 300 * kMillisecond, 2000 * kMillisecond}) {
        const core::Ps second = 2 * first;
        LumpedThermal model({{kResistance, kCapacity}}, kAmbient, kAmbient);
        const Outcome outcome = repeat(model, square(20.0, first, second), {1e-4, 10000});
        const double a = std::exp(-static_cast<double>(first) * 1e-12);
        const double b = std::exp(-static_cast<double>(second) * 1e-12);
        const double peak = kAmbient + kResistance * 20.0 * (1 - a) / (1 - a * b);
        ASSERT_EQ(outcome.celsius.size(), 2U);
        EXPECT_TRUE(outcome.result.is_periodic);
        EXPECT_NEAR(outcome.celsius[0], peak, 2e-4) << first;
        EXPECT_NEAR(outcome.celsius[1], kAmbient + (peak - kAmbient) * b, 2e-4) << first;
        EXPECT_LT(outcome.result.repetitions, 400);
    }
}

// A tolerance that is met late, and a cap that comes first.
TEST(Periodic, StopsAtTheToleranceOrAtTheCap) {
    const auto trace = square(20.0, 10 * kMillisecond, 20 * kMillisecond);
    int last = 0;
    for (const double tolerance : {0.1, 0.01, 0.001}) {
        LumpedThermal model({{kResistance, kCapacity}}, kAmbient, kAmbient);
        const PeriodicResult result = repeat(model, trace, {tolerance, 10000}).result;
        EXPECT_TRUE(result.is_periodic);
        EXPECT_LT(result.remaining_k, tolerance);
        EXPECT_GT(result.repetitions, last);
        last = result.repetitions;
    }
    LumpedThermal model({{kResistance, kCapacity}}, kAmbient, kAmbient);
    const Outcome capped = repeat(model, trace, {1e-6, 5});
    EXPECT_EQ(capped.result.repetitions, 5);
    EXPECT_FALSE(capped.result.is_periodic);
    EXPECT_GT(capped.result.remaining_k, 1e-6);
    EXPECT_EQ(capped.celsius.size(), 2U);
    EXPECT_EQ(repeat(model, {}, {}).result.repetitions, 0);
}

// Constant power: the mean state is the periodic one from the start. Leakage is part of it.
TEST(Periodic, ConstantPowerIsTheSteadyStateWithItsLeakage) {
    const LeakageLaw law{0.03, 85.0, 300.0};
    LumpedThermal model({{kResistance, kCapacity}}, kAmbient, kAmbient);
    const std::vector<TraceWindow> trace(3, {kMillisecond, {10.0}, {2.0}});
    const Outcome outcome = repeat(model, trace, {1e-4, 10000}, law);
    double celsius = kAmbient;
    for (int i = 0; i < 1000; ++i) {
        celsius = kAmbient + kResistance * (10.0 + 2.0 * std::exp(0.03 * (celsius - 85.0)));
    }
    EXPECT_NEAR(outcome.celsius.back(), celsius, 1e-3);
}

TEST(Periodic, RunawayNamesTheBlock) {
    LumpedThermal model({{kResistance, kCapacity}}, kAmbient, kAmbient);
    try {
        repeat(model, square(20.0, kMillisecond, kMillisecond, 30.0), {}, {0.03, 85.0, 300.0});
        FAIL() << "30 W of leakage have no stable state";
    } catch (const models::ThermalRunaway& error) {
        EXPECT_NE(std::string(error.what()).find("block 'core'"), std::string::npos);
    }
}

/// A stack behind the interface of the platform: one block.
class OneBlock : public models::ThermalModel {
   public:
    OneBlock() : model_(five_layers(), 12, 9) { model_.set_temperature(kAmbient); }
    void step(core::Ps dt, const std::vector<double>& w) override {
        model_.step(static_cast<double>(dt) * 1e-12, spread(w));
    }
    void settle(const std::vector<double>& w) override { model_.steady(spread(w)); }
    std::vector<double> response_k(const std::vector<double>& w) override {
        return model_.response_k(spread(w));
    }
    std::size_t blocks() const override { return 1; }
    double temperature_c(std::size_t) const override { return model_.block_means_c()[0]; }
    double mean_c() const override { return temperature_c(0); }
    double max_c() const override { return temperature_c(0); }

   private:
    static std::vector<double> spread(const std::vector<double>& w) { return {w[0], 0.0, 0.0}; }
    mutable models::StackModel model_;
};

// Fast ripple on a slow stack: the mean over a period is the steady state of the mean power, and
// the ripple is what many repetitions without a head start arrive at.
TEST(Periodic, StackRipplesAroundTheSteadyStateOfTheMeanPower) {
    const auto trace = square(12.0, 2 * kMillisecond, 2 * kMillisecond);
    OneBlock settled, stepped, replayed;
    settled.settle({6.0});
    const Outcome outcome = repeat(replayed, trace, {1e-5, 10000});
    EXPECT_TRUE(outcome.result.is_periodic);
    for (int i = 0; i < 1500; ++i) {
        stepped.step(trace[0].length, {12.0});
        if (i == 1499) {
            EXPECT_NEAR(outcome.celsius[0], stepped.temperature_c(0), 1e-3);
        }
        stepped.step(trace[1].length, {0.0});
    }
    EXPECT_NEAR(outcome.celsius[1], stepped.temperature_c(0), 1e-3);
    EXPECT_GT(outcome.celsius[0], settled.temperature_c(0) + 0.1);
    EXPECT_LT(outcome.celsius[1], settled.temperature_c(0) - 0.1);
}

}  // namespace
}  // namespace strata::test
