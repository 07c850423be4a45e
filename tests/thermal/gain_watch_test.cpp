// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The loop gain against eigenvalues written down by hand.

#include "models/thermal/gain_watch.h"

#include <gtest/gtest.h>

#include <cmath>

namespace strata::test {
namespace {

using models::GainWatch;
using models::LoopGain;

using Matrix = std::vector<std::vector<double>>;

GainWatch::Response response_of(const Matrix& rows) {
    return [rows](const std::vector<double>& watts) {
        std::vector<double> rise(rows.size(), 0.0);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (std::size_t j = 0; j < watts.size(); ++j) {
                rise[i] += rows[i][j] * watts[j];
            }
        }
        return rise;
    };
}

TEST(GainWatch, BoundsTheLargestEigenvalue) {
    // diag(s)·H = [[0.8, 0.4], [0.4, 0.8]]: eigenvalues 1.2 and 0.4.
    GainWatch watch;
    const auto gain = watch.check({0.4, 0.4}, response_of({{2, 1}, {1, 2}}));
    ASSERT_TRUE(gain);
    EXPECT_LE(gain->low, 1.2 + 1e-12);
    EXPECT_GE(gain->high, 1.2 - 1e-12);
    EXPECT_GE(gain->low, 1.0);
}

// Parts that do not heat each other: the gain is that of the worst part, and it is named.
TEST(GainWatch, FindsTheOnePartThatRunsAway) {
    const Matrix apart = {{2, 0, 0}, {0, 3, 0}, {0, 0, 1}};
    GainWatch calm;
    const auto low = calm.check({0.1, 0.3, 0.1}, response_of(apart));
    ASSERT_TRUE(low);
    EXPECT_LT(low->low, 1.0);
    EXPECT_NEAR(low->high, 0.9, 0.2);
    GainWatch wild;
    const auto high = wild.check({0.1, 0.4, 0.1}, response_of(apart));
    ASSERT_TRUE(high);
    EXPECT_NEAR(high->low, 1.2, 1e-9);
    EXPECT_EQ(high->block, 1U);
}

TEST(GainWatch, ABoundFoundOnceSparesChecks) {
    const Matrix one = {{2.0}};
    GainWatch watch;
    ASSERT_TRUE(watch.check({0.2}, response_of(one)));   // gain 0.4
    EXPECT_FALSE(watch.check({0.4}, response_of(one)));  // at most 0.8
    const auto gain = watch.check({0.55}, response_of(one));
    ASSERT_TRUE(gain);
    EXPECT_NEAR(gain->low, 1.1, 1e-12);
    EXPECT_FALSE(GainWatch().check({0.0, 0.0}, response_of({{1, 1}, {1, 1}})));
}

TEST(GainWatch, AnIncrementThatShrinksIsNoProof) {
    EXPECT_EQ(models::loop_gain({1.0, -1e-9, 0.0}, {2.0, 1.0, 5.0}).low, 0.0);
    const LoopGain gain = models::loop_gain({1.0, 2.0, 0.0}, {1.5, 2.0, 9.0});
    EXPECT_EQ(gain.low, 1.0);
    EXPECT_EQ(gain.high, 1.5);
    EXPECT_EQ(gain.block, 1U);
}

}  // namespace
}  // namespace strata::test
