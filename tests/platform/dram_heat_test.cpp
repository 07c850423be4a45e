// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// The loop monitor → temperature → refresh → bandwidth, on a platform whose one DRAM channel is the
// bottleneck.

#include <gtest/gtest.h>

#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

// lpddr5_6400: refreshes of all banks every 3.906 us up to 85 C. One keeps the channel from its
// work for 280 ns, and for the 37.5 ns it takes to open a row again.
constexpr double kInterval = 3906.0;
constexpr double kShare = (280.0 + 37.5) / kInterval;

struct Readings {
    double gbps = 0.0;
    double refreshes_per_interval = 0.0;
};

Readings run_at(const std::string& celsius) {
    const RunResult run("random_traffic", {"--set", "dram.model=cycle",
                                           "--set", "dram.preset=lpddr5_6400",
                                           "--set", "dram.refresh=all_bank",
                                           "--set", "dram.refresh_postpone=0",
                                           "--set", "dram.channels=1",
                                           "--set", "dram.channel_capacity=2GiB",
                                           "--set", "dram.channel_bandwidth=12.8GB/s",
                                           "--set", "workload.min_bytes=16KiB",
                                           "--set", "workload.max_bytes=16KiB",
                                           "--set", "workload.peer_share=0",
                                           "--set", "workload.commands=200",
                                           "--set", "monitor.window=20us",
                                           "--set", "thermal.ambient=" + celsius});
    const Table windows(run.text("windows.csv"));
    Readings readings;
    constexpr std::size_t kFirst = 2;  // all PEs are at work
    constexpr std::size_t kLast = 22;
    for (std::size_t row = kFirst; row < kLast; ++row) {
        readings.gbps += windows.at(row, "dram_gbps") / (kLast - kFirst);
    }
    const double end_ns = run.summary()["sim_time_ns"];
    readings.refreshes_per_interval = sum(run.stats(), "dram", "REFab") / (end_ns / kInterval);
    return readings;
}

TEST(DramHeat, DoublesTheRefreshesAndCostsTheirShareOfTheBandwidth) {
    const Readings cool = run_at("80C");
    const Readings hot = run_at("90C");
    EXPECT_NEAR(cool.refreshes_per_interval, 1.0, 0.02);
    EXPECT_NEAR(hot.refreshes_per_interval, 2.0, 0.05);  // the first window counts as cool
    EXPECT_NEAR(hot.gbps / cool.gbps, (1.0 - 2.0 * kShare) / (1.0 - kShare), 0.015);
}

}  // namespace
}  // namespace strata::test
