// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/stats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/diagnostics.h"
#include "core/random.h"

namespace strata::core {
namespace {

TEST(Histogram, EmptyIsZero) {
    const Histogram empty;
    EXPECT_EQ(empty.count(), 0);
    EXPECT_EQ(empty.mean(), 0.0);
    EXPECT_EQ(empty.min(), 0);
    EXPECT_EQ(empty.max(), 0);
    EXPECT_EQ(empty.quantile(0.5), 0);
}

TEST(Histogram, SmallValuesAreExact) {
    Histogram histogram;
    for (int value = 0; value < 32; ++value) {
        histogram.add(value);
    }
    for (int value = 0; value < 32; ++value) {
        EXPECT_EQ(histogram.quantile((value + 1) / 32.0), value);
    }
}

TEST(Histogram, QuantilesOfRandomValuesAreWithinOneBucket) {
    RandomStream random(1, "histogram");
    Histogram histogram;
    std::vector<std::int64_t> values;
    std::int64_t sum = 0;
    for (int i = 0; i < 20'001; ++i) {
        const auto value = static_cast<std::int64_t>(std::exp(random.uniform() * 30.0));
        values.push_back(value);
        histogram.add(value);
        sum += value;
    }
    std::sort(values.begin(), values.end());
    EXPECT_EQ(histogram.min(), values.front());
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_DOUBLE_EQ(histogram.mean(), static_cast<double>(sum) / 20'001.0);
    for (const double q : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
        const auto rank = static_cast<std::size_t>(std::ceil(q * 20'001.0));
        const std::int64_t exact = values[rank - 1];
        const std::int64_t estimate = histogram.quantile(q);
        EXPECT_GE(estimate, exact);
        EXPECT_LE(static_cast<double>(estimate), static_cast<double>(exact) * 1.0625);
    }
    EXPECT_EQ(histogram.quantile(1.0), values.back());
}

TEST(Histogram, WeightsCountLikeRepetition) {
    Histogram weighted;
    Histogram repeated;
    weighted.add(100, 3);
    weighted.add(5000, 2);
    for (const int value : {100, 100, 100, 5000, 5000}) {
        repeated.add(value);
    }
    EXPECT_EQ(weighted.count(), 5);
    EXPECT_EQ(weighted.mean(), repeated.mean());
    EXPECT_EQ(weighted.quantile(0.6), repeated.quantile(0.6));
    EXPECT_EQ(weighted.quantile(0.61), 5000);
}

TEST(Histogram, LargestValueHasABucket) {
    Histogram histogram;
    histogram.add(INT64_MAX);
    EXPECT_EQ(histogram.quantile(0.5), INT64_MAX);
}

TEST(StatGroup, ReportsTheTreeAsItIsWhenAsked) {
    StatGroup root;
    std::int64_t reads = 0;
    Histogram latency;
    root.child("sip0.cube1").counter("reads", "1", "read requests", &reads);
    root.child("sip0").child("cube1").value("half", "1", "half of it",
                                            [&] { return static_cast<double>(reads) / 2; });
    root.child("sip0.cube1").histogram("latency", "ns", "of a read", &latency, 1e-3);
    reads = 5;
    latency.add(2000);
    latency.add(4000);

    const nlohmann::ordered_json cube = root.to_json()["sip0"]["cube1"];
    EXPECT_EQ(cube["reads"].dump(), R"({"value":5,"unit":"1","desc":"read requests"})");
    EXPECT_EQ(cube["half"]["value"], 2.5);
    EXPECT_DOUBLE_EQ(cube["latency"]["value"], 3.0);
    EXPECT_EQ(cube["latency"]["count"], 2);
    EXPECT_DOUBLE_EQ(cube["latency"]["min"], 2.0);
    EXPECT_DOUBLE_EQ(cube["latency"]["max"], 4.0);
    EXPECT_DOUBLE_EQ(cube["latency"]["p99"], 4.0);
    EXPECT_EQ(cube["latency"]["unit"], "ns");
}

TEST(StatGroup, RefusesASecondLeafOfTheSameName) {
    StatGroup root;
    const std::int64_t value = 0;
    root.counter("reads", "1", "", &value);
    EXPECT_THROW(root.counter("reads", "1", "", &value), ModelError);
}

}  // namespace
}  // namespace strata::core
