// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// `strata bench dram` and `strata bench thermal` as a user calls them.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "tests/platform/run_result.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {
namespace {

Json bench(Arguments arguments) {
    arguments.insert(arguments.begin(), "bench");
    arguments.push_back("--json");
    const Outcome outcome = strata(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return Json::parse(outcome.out);
}

TEST(BenchDram, HasTheKeysOfTheInterface) {
    const Json result =
        bench({"dram", "stream", "--set", "traffic.requests=3000", "--check-trace"});
    for (const char* key :
         {"kind", "case", "sim_time_ns", "wall_s", "cpu_s", "peak_rss_mb", "bandwidth_gbps",
          "peak_gbps", "bandwidth_fraction", "read_latency_ns", "write_latency_ns", "commands",
          "row_hits", "row_misses", "row_conflicts", "energy_pj", "energy_pj_per_bit",
          "requests_per_cpu_s"}) {
        EXPECT_TRUE(result.contains(key)) << key;
    }
    EXPECT_EQ(result["commands"]["RD"], 3000);
    EXPECT_EQ(result["trace_violations"], 0);
    EXPECT_GT(result["trace_commands"], 3000);
}

// peak × (1 − tRFC/tREFI) = 96.67 %, less the reopening of rows.
TEST(BenchDram, StreamReachesTheClosedForm) {
    const Json result = bench({"dram", "stream", "--set", "traffic.requests=100000"});
    EXPECT_NEAR(result["bandwidth_fraction"].get<double>(), 1.0 - 312.0 / 9360.0, 0.005);
}

TEST(BenchThermal, SteadyStackKeepsItsEnergy) {
    const TemporaryDirectory directory;
    const Json result = bench({"thermal", source_root() + "configs/presets/thermal/hbf_stack.yaml",
                               "--out", directory.file("out")});
    EXPECT_LT(std::abs(result["energy_error"].get<double>()), 1e-12);
    // 16.8 W through 132 mm² at 10 kW/m²K: the top surface is 12.7 K above 45 C.
    const double top_c = result["layers"].back()["mean_c"];
    EXPECT_GT(top_c, 45.0 + 16.8 / (12e-3 * 11e-3 * 10000));
    EXPECT_GT(result["layers"].front()["mean_c"], top_c);
    for (const char* file : {"summary.json", "maps.svg", "layers.csv", "config.resolved.yaml"}) {
        EXPECT_TRUE(std::filesystem::exists(directory.file(std::string("out/") + file))) << file;
    }
}

TEST(Bench, OptionsOfAnotherKindAreRefused) {
    const Outcome outcome = strata({"bench", "probe", "mini", "--check-trace"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("belong to bench dram"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace strata::test
