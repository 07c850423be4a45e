// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Law 11 and what stands behind it: raw error rate, binomial tail, stages of decoding.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/memory/nand/flash_ecc.h"
#include "models/memory/nand/flash_reliability.h"

namespace strata::models {
namespace {

using core::Ps;

TEST(FlashReliability, WorkedExamplesOfThePublishedConstants) {
    const FlashReliabilityConfig c;
    EXPECT_NEAR(raw_bit_error_rate(c, {1000, 0, 0}), 2.0309e-3, 1e-7);
    EXPECT_NEAR(raw_bit_error_rate(c, {3000, 720, 0}), 1.3443e-2, 1e-6);
    EXPECT_DOUBLE_EQ(raw_bit_error_rate(c, {0, 0, 0}), c.epsilon);
}

TEST(FlashReliability, EveryCauseMakesMoreErrorsAndNoneMoreThanARandomBit) {
    const FlashReliabilityConfig c;
    const double base = raw_bit_error_rate(c, {1000, 10, 1000});
    EXPECT_GT(raw_bit_error_rate(c, {2000, 10, 1000}), base);
    EXPECT_GT(raw_bit_error_rate(c, {1000, 20, 1000}), base);
    EXPECT_GT(raw_bit_error_rate(c, {1000, 10, 2000}), base);
    EXPECT_EQ(raw_bit_error_rate(c, {3000, 720, 1e7}), 0.5);
}

TEST(FlashReliability, RetentionFollowsArrheniusThroughEveryTemperature) {
    FlashReliabilityConfig c;
    EXPECT_DOUBLE_EQ(retention_acceleration(c, c.reference_celsius), 1.0);
    // exp(1.1 / 8.617e-5 (1/303.15 - 1/358.15))
    const double at_85 = std::exp(1.1 / 8.617333262e-5 * (1 / 303.15 - 1 / 358.15));
    EXPECT_NEAR(retention_acceleration(c, 85) / at_85, 1.0, 1e-12);

    const Ps hour = 3600 * core::kSecond;
    RetentionClock clock(c);
    EXPECT_DOUBLE_EQ(clock.hours(hour), 1.0);
    clock.set_temperature(hour, 85);
    clock.set_temperature(2 * hour, 30);
    EXPECT_NEAR(clock.hours(4 * hour), 1.0 + at_85 + 2.0, 1e-9 * at_85);
}

TEST(FlashEcc, BinomialTailAgreesWithDirectSums) {
    // Small cases by enumeration: n = 4, p = 0.3.
    const double q = 0.7;
    EXPECT_NEAR(binomial_tail(4, 0.3, 0), 1 - std::pow(q, 4), 1e-15);
    EXPECT_NEAR(binomial_tail(4, 0.3, 3), std::pow(0.3, 4), 1e-15);
    EXPECT_NEAR(binomial_tail(4, 0.3, 1), 1 - std::pow(q, 4) - 4 * 0.3 * std::pow(q, 3), 1e-15);
    EXPECT_EQ(binomial_tail(4, 0.3, 4), 0.0);
    EXPECT_EQ(binomial_tail(4, 0.3, -1), 1.0);
    EXPECT_EQ(binomial_tail(4, 0.0, 2), 0.0);
    EXPECT_EQ(binomial_tail(4, 1.0, 2), 1.0);
    // A long word by a recurrence over all terms in long double, on both sides of the mean.
    for (const double p : {1e-3, 5e-3, 8e-3, 2e-2}) {
        long double term = std::pow(1.0L - static_cast<long double>(p), 9088);
        long double head = 0;
        for (int k = 0; k <= 64; ++k) {
            head += term;
            term *= static_cast<long double>(p) / (1 - static_cast<long double>(p)) *
                    static_cast<long double>(9088 - k) / static_cast<long double>(k + 1);
        }
        const auto expected = static_cast<double>(1.0L - head);
        EXPECT_NEAR(binomial_tail(9088, p, 64), expected, 1e-12 + 1e-9 * expected) << p;
    }
}

TEST(FlashEcc, TableFollowsTheExactProbability) {
    FlashEccConfig c;
    c.placement = EccPlacement::kBaseDie;
    const FlashEcc ecc(c, 4096);
    for (std::int64_t stage = 0; stage < c.stages(); ++stage) {
        for (double rber = 1.3e-3; rber < 0.1; rber *= 1.37) {
            const double exact = ecc.exact_failure(stage, rber);
            if (exact > 1e-25) {
                EXPECT_NEAR(ecc.failure(stage, rber) / exact, 1.0, 0.03) << stage << ' ' << rber;
            } else {
                EXPECT_LT(ecc.failure(stage, rber), 2e-25);
            }
        }
    }
}

/// One page through the stages: sense and decode until one succeeds.
struct Trial {
    Ps latency = 0;
    std::int64_t attempts = 0;
    bool correctable = true;
};
Trial read_page(const FlashEccConfig& c, FlashEcc& ecc, double rber, Ps sense) {
    Trial trial;
    for (std::int64_t stage = 0; stage < c.stages(); ++stage) {
        ++trial.attempts;
        trial.latency += sense * (c.is_soft(stage) ? c.soft_senses : 1) + c.effort(stage).latency;
        if (!ecc.fails(stage, rber)) {
            return trial;
        }
    }
    trial.correctable = false;
    return trial;
}

TEST(NandLaw11, MeanLatencyAndUncorrectableShareAreTheSumOverStages) {
    FlashEccConfig c;
    c.placement = EccPlacement::kBaseDie;
    c.retries = 2;
    c.shift = 0.93;
    c.soft.correctable = 60;  // weak on purpose, so that pages fail all stages
    const Ps sense = 3'000'000;
    const double rber = 6.6e-3;
    FlashEcc ecc(c, 4096);

    double reach = 1.0;
    double mean = 0.0;
    double attempts = 0.0;
    for (std::int64_t stage = 0; stage < c.stages(); ++stage) {
        const auto cost = static_cast<double>(sense * (c.is_soft(stage) ? c.soft_senses : 1) +
                                              c.effort(stage).latency);
        mean += reach * cost;
        attempts += reach;
        reach *= ecc.exact_failure(stage, rber);
    }
    ASSERT_GT(reach, 1e-3);  // the case is worth its name
    ASSERT_LT(reach, 0.9);

    constexpr int kPages = 200'000;
    double sum = 0.0, squares = 0.0, tried = 0.0, lost = 0.0;
    for (int i = 0; i < kPages; ++i) {
        const Trial trial = read_page(c, ecc, rber, sense);
        const auto latency = static_cast<double>(trial.latency);
        sum += latency;
        squares += latency * latency;
        tried += static_cast<double>(trial.attempts);
        lost += trial.correctable ? 0 : 1;
    }
    const double measured = sum / kPages;
    const double sigma = std::sqrt((squares / kPages - measured * measured) / kPages);
    EXPECT_NEAR(measured, mean, 5 * sigma + 0.01 * mean);  // the table is good to 1 % here
    EXPECT_NEAR(tried / kPages, attempts, 0.01 * attempts);
    EXPECT_NEAR(lost / kPages, reach, 5 * std::sqrt(reach / kPages) + 0.03 * reach);
}

TEST(NandLaw11, RetriesAreGeometricWhenVoltagesAreNotShifted) {
    FlashEccConfig c;
    c.placement = EccPlacement::kDie;
    c.retries = 63;
    c.shift = 1.0;
    FlashEcc ecc(c, 4096);
    const double rber = 6e-3;
    const double fail = ecc.failure(0, rber);
    ASSERT_GT(fail, 0.2);
    ASSERT_LT(fail, 0.8);
    constexpr int kPages = 100'000;
    double attempts = 0;
    for (int i = 0; i < kPages; ++i) {
        attempts += static_cast<double>(read_page(c, ecc, rber, 1).attempts);
    }
    const double expected = 1 / (1 - fail);
    const double sigma = std::sqrt(fail) / (1 - fail) / std::sqrt(double{kPages});
    EXPECT_NEAR(attempts / kPages, expected, 5 * sigma);
}

TEST(EccDecoders, PagesWaitForTheDecoderThatIsFreeFirst) {
    const FlashEccConfig::Stage effort{100, 30, 0};
    EccDecoders decoders(2);
    EXPECT_EQ(decoders.decode(0, effort), 100);
    EXPECT_EQ(decoders.decode(0, effort), 100);
    EXPECT_EQ(decoders.decode(0, effort), 130);  // its decoder takes pages every 30 ps
    EXPECT_EQ(decoders.decode(10, effort), 130);
    EXPECT_EQ(decoders.decode(500, effort), 600);
    EXPECT_EQ(decoders.busy_time(), 150);
}

}  // namespace
}  // namespace strata::models
