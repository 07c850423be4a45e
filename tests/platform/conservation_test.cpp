// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Nothing appears or vanishes: bytes between initiators, network and memories, energy between
// counters, summary and windows.

#include "tests/platform/conservation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace strata::test {
namespace {

class Conservation : public testing::TestWithParam<const char*> {};

TEST_P(Conservation, Bytes) {
    const RunResult run(GetParam());
    expect_bytes_conserved(run.summary(), run.stats(), 64);
}

// Dynamic energies from the counters and the costs of mini's models, worked out here anew.
TEST_P(Conservation, EnergyIsCountsTimesCost) {
    const RunResult run(GetParam());
    const Json energy = run.summary()["energy_pj"];
    const Json stats = run.stats();
    const double dram_bits =
        8 * 64 * (sum(stats, ".dram.", "bursts_read") + sum(stats, ".dram.", "bursts_written"));
    const double sram_bits =
        8 * 32 * (sum(stats, ".sram.", "words_read") + sum(stats, ".sram.", "words_written"));
    const double sensed_bits = 8 * 4096 * sum(stats, ".nand.", "senses");
    const double bus_bits = 8 * sum(stats, ".nand.", "bus_bytes");
    const double messages = sum(stats, "_cpu.", "requests") + sum(stats, "_cpu.", "responses");
    const auto expect = [&](const char* category, double pj) {
        EXPECT_NEAR(energy[category].get<double>(), pj, 1e-9 * std::max(1.0, pj)) << category;
    };
    expect("dram", 3.5 * dram_bits);
    expect("sram", 0.22 * sram_bits);
    expect("nand", 3.0 * sensed_bits + 0.8 * bus_bits);
    expect("control", 500.0 * messages);
    double total = 0.0;
    for (const auto& [name, pj] : energy.items()) {
        total += name == "total" ? 0.0 : pj.get<double>();
    }
    expect("total", total);
}

// windows.csv has four decimals of a watt.
TEST_P(Conservation, EnergyIsPowerTimesTime) {
    const RunResult run(GetParam(), {"--set", "monitor.window=3us"});
    const Json energy = run.summary()["energy_pj"];
    const Table windows(run.text("windows.csv"));
    const double end_ns = run.summary()["sim_time_ns"];
    const double rounding_pj = 0.5e-4 * end_ns * 1e3;  // W · ns = 1e3 pJ
    std::map<std::string, double> pj;
    double last_ns = 0.0;
    for (std::size_t row = 0; row < windows.rows(); ++row) {
        const double ns = windows.at(row, "t_ns") - last_ns;
        last_ns += ns;
        for (const std::string name :
             {"total", "pe", "noc", "dram", "nand", "sram", "control", "leakage"}) {
            const std::string column = name == "total" ? "power_w" : "power_" + name + "_w";
            pj[name] += windows.at(row, column) * ns * 1e3;
        }
    }
    EXPECT_EQ(last_ns, end_ns);
    for (const auto& [name, value] : pj) {
        EXPECT_NEAR(value, energy[name].get<double>(), rounding_pj + 1.0) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Workloads, Conservation,
                         testing::Values("gemm_functional", "messages", "random_traffic",
                                         "tiny_decode"));

// The sound program by hand: each of 4 PEs loads 256 bytes, stores 256 bytes and fetches its two
// commands of 64 bytes; the host deploys them once. Page walks come on top, 64 bytes a read.
TEST(Conservation, BytesAreThoseOfTheProgram) {
    const RunResult run(source_root() + "tests/platform/programs/sound.yaml");
    const Json traffic = run.summary()["traffic_bytes"];
    const double walks = sum(run.stats(), ".dma.", "walk_reads");
    EXPECT_GT(walks, 0.0);
    EXPECT_EQ(traffic["dram_read"], 4 * (256 + 128) + 64 * walks);
    EXPECT_EQ(traffic["dram_write"], 4 * 256 + 128);
    for (const char* none : {"nand_read", "nand_write", "sram_read", "sram_write"}) {
        EXPECT_EQ(traffic[none], 0) << none;
    }
}

}  // namespace
}  // namespace strata::test
