// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/temperature_sensor.h"

#include <gtest/gtest.h>

#include <cmath>

namespace strata::models {
namespace {

TEST(Sensor, IsIdealByDefault) {
    TemperatureSensor sensor({}, 1, "s");
    EXPECT_EQ(sensor.read(81.234), 81.234);
    EXPECT_EQ(sensor.read(20.5), 20.5);
}

TEST(Sensor, QuantumDelayAndSmoothing) {
    TemperatureSensor steps({0.5, 0, 0, 1.0}, 1, "s");
    EXPECT_EQ(steps.read(81.2), 81.0);
    EXPECT_EQ(steps.read(81.3), 81.5);
    TemperatureSensor late({0, 0, 2, 1.0}, 1, "s");
    EXPECT_EQ(late.read(10), 10);
    EXPECT_EQ(late.read(20), 10);
    EXPECT_EQ(late.read(30), 10);
    EXPECT_EQ(late.read(40), 20);
    TemperatureSensor smooth({0, 0, 0, 0.25}, 1, "s");
    EXPECT_EQ(smooth.read(40), 40);
    EXPECT_EQ(smooth.read(80), 50);
    EXPECT_EQ(smooth.read(80), 57.5);
}

TEST(Sensor, NoiseHasItsDeviationAndItsSeed) {
    TemperatureSensor a({0, 1.5, 0, 1.0}, 9, "s"), b({0, 1.5, 0, 1.0}, 9, "s"),
        other({0, 1.5, 0, 1.0}, 9, "t");
    double sum = 0.0, squares = 0.0;
    bool differs = false;
    constexpr int kReads = 20000;
    for (int i = 0; i < kReads; ++i) {
        const double noise = a.read(60.0) - 60.0;
        EXPECT_EQ(b.read(60.0) - 60.0, noise);
        differs = differs || other.read(60.0) - 60.0 != noise;
        sum += noise;
        squares += noise * noise;
    }
    EXPECT_NEAR(sum / kReads, 0.0, 0.05);
    EXPECT_NEAR(std::sqrt(squares / kReads), 1.5, 0.03);
    EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace strata::models
