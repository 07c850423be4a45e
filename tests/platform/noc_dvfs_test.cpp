// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// The clock of a cube's network under the governor, in whole runs that the network bounds.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

std::string moving_workload() {
    static const TemporaryDirectory directory;
    const std::string file = directory.file("moving.yaml");
    std::ofstream(file) << "kind: gemm\nm: 256\nn: 256\nk: 256\ntype: int8\ntile_m: 64\n"
                           "tile_n: 64\ntile_k: 64\nb: dram\nfunctional: false\nseed: 1\n";
    return file;
}

/// Links of 2 B: the network is the bottleneck. The trip point is below the ambient temperature, so
/// that the cube goes to its second level, at half the clock, when the first window ends.
RunResult run(const std::string& level, const Arguments& more) {
    Arguments arguments;
    for (const std::string& setting :
         {"noc.model=" + level, std::string("noc.flit=2B"), std::string("noc.max_packet=32B"),
          std::string("monitor.window=1us"), std::string("power.trip=10C"),
          std::string("power.leakage_beta=0"),
          std::string("power.levels=[{frequency: 1GHz, voltage: 0.75V}, "
                      "{frequency: 0.5GHz, voltage: 0.6V}]")}) {
        arguments.insert(arguments.end(), {"--set", setting});
    }
    for (const std::string& setting : more) {
        arguments.insert(arguments.end(), {"--set", setting});
    }
    return RunResult(moving_workload(), arguments);
}

double end_ns(const RunResult& result) {
    return result.summary()["sim_time_ns"].get<double>();
}

/// Energy in pJ of the cube's network in the first `windows`.
double cube_pj(const RunResult& result, std::size_t windows) {
    const Table table(result.text("blocks_power_w.csv"));
    double pj = 0.0, last = 0.0;
    for (std::size_t row = 0; row < std::min(windows, table.rows()); ++row) {
        const double now = table.at(row, "t_ns");
        pj += table.at(row, "sip0.cube0.noc") * (now - last) * 1e3;
        last = now;
    }
    return pj;
}

class NocDvfs : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, NocDvfs, testing::Values("ideal", "packet", "flit"),
                         [](const auto& test_info) { return std::string(test_info.param); });

TEST_P(NocDvfs, TimesAndEnergyFollowTheLevel) {
    const RunResult fixed = run(GetParam(), {});
    const RunResult follows = run(GetParam(), {"noc.dvfs=cube"});
    const RunResult slow = run(GetParam(), {"noc.clock=500MHz"});
    // But for the first window and the host's router, as with half the clock from the start.
    EXPECT_GT(end_ns(follows), 1.7 * end_ns(fixed));
    EXPECT_NEAR(end_ns(follows), end_ns(slow), 0.04 * end_ns(slow));
    // The same flits; after the first window at (0.6 V / 0.75 V)² of their energy.
    constexpr std::size_t kAll = 1'000'000;
    const double all = cube_pj(fixed, kAll);
    const double first = cube_pj(fixed, 1);
    EXPECT_GT(all, 100'000.0);
    EXPECT_NEAR(cube_pj(follows, kAll), first + 0.64 * (all - first), 1e-4 * all);
}

}  // namespace
}  // namespace strata::test
