// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Leakage that feeds on its own heat, against the scalar equation T = A + R·P(T) of a block that
// covers the die.

#include <gtest/gtest.h>

#include <cmath>

#include "models/thermal/stack_model.h"
#include "tests/thermal/stack_fixture.h"

namespace strata::test {
namespace {

using models::StackConfig;
using models::StackModel;
using models::ThermalRunaway;

constexpr double kBeta = 0.03, kReference = 85.0;

/// One layer, 1 cm², resistance 1/h + half the thickness: 0.5 K/W.
StackConfig leaking(double nominal_w) {
    StackConfig config = stack_of(10e-3, 10e-3, {layer_of("die", 100e-6, 100, 1.7e6)}, 0.0);
    config.top = {models::StackBoundary::Kind::kConvection, 1 / (0.5e-4 - 0.5e-6), kAmbient};
    config.leakage = {kBeta, kReference, 300.0};
    config.blocks = {block_of("core", "die", 0, 0, 10, 10, 0.0)};
    config.blocks[0].leakage_w = nominal_w;
    return config;
}

double leakage(double nominal_w, double celsius) {
    return nominal_w * std::exp(kBeta * (celsius - kReference));
}

TEST(Leakage, SteadyStateSolvesTheScalarEquation) {
    for (const double nominal : {1.0, 10.0, 18.0}) {
        StackModel model(leaking(nominal), 4, 4);
        model.steady({40.0});
        double celsius = kAmbient;
        for (int i = 0; i < 2000; ++i) {
            celsius = kAmbient + 0.5 * (40.0 + leakage(nominal, celsius));
        }
        EXPECT_NEAR(model.block(0).mean_c, celsius, 1e-3) << nominal;
        EXPECT_NEAR(model.leakage_w(), leakage(nominal, celsius), 1e-2);
        EXPECT_NEAR(model.leakage_gain(), kBeta * 0.5 * leakage(nominal, celsius), 0.01);
        EXPECT_LT(model.energy_error(), 1e-12);
    }
}

// The scalar loop has no solution once P₀ R β e^(β(A−T₀)) > 1/e.
TEST(Leakage, SteadyRunawayIsFoundExactlyWhereTheEquationLosesItsSolution) {
    const double start = kAmbient + 0.5 * 40.0;
    const double critical =
        std::exp(-1.0) / (kBeta * 0.5) * std::exp(-kBeta * (start - kReference));
    StackModel below(leaking(critical * 0.995), 4, 4);
    EXPECT_NO_THROW(below.steady({40.0}));
    EXPECT_GT(below.leakage_gain(), 0.85);
    StackModel above(leaking(critical * 1.005), 4, 4);
    EXPECT_THROW(above.steady({40.0}), ThermalRunaway);
}

TEST(Leakage, RunawayNamesTheBlock) {
    StackConfig config = leaking(5.0);
    config.blocks[0].area.width = 5e-3;
    config.blocks.push_back(block_of("burner", "die", 5, 0, 5, 10, 0.0));
    config.blocks[1].leakage_w = 200.0;
    StackModel model(config, 8, 8);
    try {
        model.steady({10.0, 10.0});
        FAIL() << "no runaway";
    } catch (const ThermalRunaway& error) {
        EXPECT_NE(std::string(error.what()).find("'burner'"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("thermal runaway"), std::string::npos);
    }
}

TEST(Leakage, TransientSettlesAtTheSteadyState) {
    StackModel steady(leaking(10.0), 4, 4), moving(leaking(10.0), 4, 4);
    steady.steady({40.0});
    moving.set_temperature(kAmbient);
    for (int i = 0; i < 400; ++i) {
        moving.step(1e-3, {40.0});
    }
    EXPECT_NEAR(moving.block(0).mean_c, steady.block(0).mean_c, 1e-3);
    EXPECT_NEAR(moving.leakage_gain(), steady.leakage_gain(), 0.1);
    EXPECT_LT(moving.energy_error(), 1e-12);
}

TEST(Leakage, TransientStopsWithTheErrorOnceTheGainReachesOne) {
    for (const std::string solver : {"dct", "cholesky"}) {
        StackConfig config = leaking(60.0);
        config.solver = solver;
        StackModel model(config, 4, 4);
        model.set_temperature(kAmbient);
        double last = kAmbient;
        try {
            for (int i = 0; i < 2000; ++i) {
                model.step(1e-3, {40.0});
                last = model.block(0).mean_c;
            }
            FAIL() << "no runaway";
        } catch (const ThermalRunaway& error) {
            // Long before the limit: where β R P(T) passes 1.
            const double unstable = kReference + std::log(1 / (kBeta * 0.5 * 60.0)) / kBeta;
            EXPECT_NEAR(last, unstable, 3.0) << error.what();
        }
    }
}

TEST(Leakage, ShortExcursionsAboveTheUnstablePointThatCoolAreNoRunaway) {
    StackModel model(leaking(10.0), 4, 4);
    model.set_temperature(150.0);  // gain 1.05 there, but it cools
    EXPECT_NO_THROW({
        for (int i = 0; i < 300; ++i) {
            model.step(1e-3, {5.0});
        }
    });
    EXPECT_LT(model.block(0).mean_c, 60.0);
}

TEST(Leakage, TheLimitStopsAStackWithoutCooling) {
    StackConfig config = leaking(1.0);
    config.top = {};
    config.leakage.limit_c = 120.0;
    StackModel model(config, 2, 2);
    model.set_temperature(kAmbient);
    EXPECT_THROW(
        {
            for (int i = 0; i < 1000; ++i) {
                model.step(1e-2, {40.0});
            }
        },
        ThermalRunaway);
}

}  // namespace
}  // namespace strata::test
